"""Random histories of the whole plane: what must hold at every moment, and what at rest."""

import random
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.offline.controllers.cluster import (
    CLAIMS,
    CLASSES,
    NODES,
    NS,
    PODS,
    SETS,
    VOLUMES,
    Cluster,
    recorded_set,
)
from tests.offline.controllers.test_deployment import DEPLOYMENTS, deployment, image
from tutor.offline.controllers.attachment import on
from tutor.offline.controllers.nodes.conditions import condition_of
from tutor.offline.embed import fork
from tutor.offline.errors import ApiError
from tutor.offline.objects import Obj, copy_of, dig, meta, name_of, uid_of
from tutor.offline.plan import Action, Create, Update, UpdateStatus
from tutor.offline.requests import Request
from tutor.offline.resources import named
from tutor.offline.runner import Runner

REPLICA_SETS, BUDGETS = "replicasets.apps", "poddisruptionbudgets.policy"
DISK = "disk.csi.sts-tutor.dev"
NAMES = ("node-1", "node-2", "node-3")

steps = st.one_of(
    st.tuples(st.just("run"), st.sampled_from((0.02, 0.1, 0.5, 5, 40, 400))),
    st.tuples(st.just("node"), st.sampled_from(NAMES), st.booleans()),
    st.tuples(st.just("cordon"), st.sampled_from(NAMES), st.booleans()),
    st.tuples(st.just("scale"), st.sampled_from(("web", "shop")), st.integers(0, 4)),
    st.tuples(st.just("image"), st.sampled_from(("nginx:1.26", "nginx:1.27", "nginx:broken"))),
    st.tuples(st.just("pause"), st.booleans()),
    st.tuples(st.just("recreate"), st.booleans()),
    st.tuples(st.just("delete"), st.integers(0, 9), st.sampled_from((None, 0))),
    st.tuples(st.just("evict"), st.integers(0, 9)),
    st.tuples(st.just("hold"), st.integers(0, 9)),
    st.tuples(st.just("crash"), st.integers(0, 9)),
    st.tuples(st.just("claim"), st.integers(0, 9)),
    st.tuples(st.just("grow"), st.integers(0, 9)),
    st.tuples(st.just("fail"), st.integers(1, 3)),
    st.tuples(st.just("restart")),
)


def world() -> Cluster:
    """A set with disks, a Deployment, and a budget for each."""
    cluster = Cluster()
    body = {"metadata": {"name": "disk"}, "provisioner": DISK, "allowVolumeExpansion": True}
    cluster.create(CLASSES, body)
    made = copy_of(recorded_set("e01"))
    made["spec"]["volumeClaimTemplates"][0]["spec"]["storageClassName"] = "disk"
    cluster.create(SETS, made)
    cluster.create(DEPLOYMENTS, deployment(3, progressDeadlineSeconds=60))
    for name, app in (("web", "web"), ("shop", "shop")):
        spec = {"maxUnavailable": 1, "selector": {"matchLabels": {"app": app}}}
        cluster.create(BUDGETS, {"metadata": {"name": name}, "spec": spec})
    cluster.runner.invariants.append(always)
    cluster.settle()
    return cluster


def always(runner: Runner) -> None:
    """What holds after every action of a controller."""
    attached = [one for node in runner.store.list(NODES) for one in on(node)]
    assert len(attached) == len(set(attached)), "a disk is on two nodes"
    held: dict[str, str] = {}
    for claim in runner.store.list(CLAIMS):
        name = dig(claim, "spec", "volumeName", default="")
        if name and dig(claim, "status", "phase") == "Bound":
            assert name not in held, "two claims have one volume"
            held[name] = name_of(claim)
    addresses: dict[str, str] = {}
    for pod in runner.store.list(PODS):
        address = dig(pod, "status", "podIP", default="")
        assert not address or addresses.setdefault(address, name_of(pod)) == name_of(pod)


def act(cluster: Cluster, step: tuple[Any, ...]) -> None:
    """One thing a user does, or that befalls the cluster; refusals are part of life."""
    try:
        _act(cluster, step)
    except ApiError as refusal:
        if refusal.code not in (403, 404, 409, 422, 429):
            raise


def _pod(cluster: Cluster, number: int) -> str | None:
    names = cluster.names(PODS)
    return names[number % len(names)] if names else None


def _act(cluster: Cluster, step: tuple[Any, ...]) -> None:
    runner = cluster.runner
    pod = _pod(cluster, step[1]) if step[0] in ("delete", "evict", "hold", "crash") else None
    match step:
        case ("run", seconds):
            cluster.run(seconds)
        case ("node", node, up):
            (runner.node_up if up else runner.node_down)(node)
        case ("cordon", node, away):
            cluster.patch(NODES, node, {"spec": {"unschedulable": away or None}})
        case ("scale", name, size):
            resource = SETS if name == "web" else DEPLOYMENTS
            cluster.patch(resource, name, {"spec": {"replicas": size}})
        case ("image", text):
            cluster.patch(DEPLOYMENTS, "shop", image(text), "strategic")
        case ("pause", paused):
            cluster.patch(DEPLOYMENTS, "shop", {"spec": {"paused": paused}})
        case ("recreate", whole):
            strategy: Obj = {"type": "RollingUpdate"}
            if whole:
                strategy = {"type": "Recreate", "rollingUpdate": None}
            cluster.patch(DEPLOYMENTS, "shop", {"spec": {"strategy": strategy}})
        case ("delete", _, grace) if pod:
            cluster.delete(PODS, pod, grace)
        case ("evict", _) if pod:
            request = Request("create", named(PODS), NS, pod, "eviction")
            cluster.registry.create(request, {"metadata": {"name": pod, "namespace": NS}})
        case ("hold", _) if pod:
            cluster.annotate(PODS, pod, hold="true")
        case ("crash", _) if pod:
            cluster.annotate(PODS, pod, crash="true")
        case ("claim", number):
            names = cluster.names(CLAIMS)
            cluster.delete(CLAIMS, names[number % len(names)])
        case ("grow", number):
            names = cluster.names(CLAIMS)
            wanted = {"spec": {"resources": {"requests": {"storage": f"{2 + number}Gi"}}}}
            cluster.patch(CLAIMS, names[number % len(names)], wanted)
        case ("restart",):
            restart(cluster)
        case ("fail", times):

            def writes(controller: str, action: Action) -> bool:
                return isinstance(action, Create | Update | UpdateStatus)

            refusal = ApiError(409, "Conflict", "the object has been modified")
            runner.fail(writes, refusal, times)


def restart(cluster: Cluster) -> None:
    """Go on with nothing but what is stored, as after a crash of the whole plane."""
    runner = fork(cluster.runner, cluster.store.version, random.Random(2))
    runner.invariants.append(always)
    cluster.runner, cluster.registry, cluster.store = runner, runner.registry, runner.store


def mend(cluster: Cluster) -> None:
    """Take every fault away, and let things come to rest."""
    for node in NAMES:
        cluster.runner.node_up(node)
        cluster.patch(NODES, node, {"spec": {"unschedulable": None}})
    cluster.patch(DEPLOYMENTS, "shop", {"spec": {"paused": False}})
    cluster.patch(DEPLOYMENTS, "shop", image("nginx:1.28"), "strategic")
    cluster.run(60)
    for name in cluster.names(PODS):
        cluster.annotate(PODS, name, hold=None, crash=None)
    cluster.run(600)
    for claim in list(cluster.store.list(CLAIMS)):  # held by a Pod that still runs
        pod = name_of(claim).removeprefix("data-")
        if "deletionTimestamp" in meta(claim) and pod in cluster.names(PODS):
            cluster.delete(PODS, pod)
    cluster.run(1200)


def at_rest(cluster: Cluster) -> None:
    """What holds when nothing is wrong any more and everybody had time."""
    for one in cluster.store.list(PODS):
        assert "deletionTimestamp" not in meta(one), name_of(one)
        assert condition_of(one, "Ready") == "True", (name_of(one), one["status"])
    found = cluster.get(SETS, "web")
    assert found["status"].get("readyReplicas", 0) == found["spec"]["replicas"]
    shop = cluster.get(DEPLOYMENTS, "shop")
    wanted = shop["spec"]["replicas"]
    for name in ("replicas", "updatedReplicas", "readyReplicas", "availableReplicas"):
        assert shop["status"].get(name, 0) == wanted, (name, shop["status"])
    assert "unavailableReplicas" not in shop["status"]
    assert shop["status"]["observedGeneration"] == shop["metadata"]["generation"]
    sets = list(cluster.store.list(REPLICA_SETS))
    assert sum(one["spec"]["replicas"] for one in sets) == wanted
    revisions = [meta(one)["annotations"]["deployment.kubernetes.io/revision"] for one in sets]
    assert len(revisions) == len(set(revisions))
    pods = list(cluster.store.list(PODS))
    for name in ("web", "shop"):
        status = cluster.get(BUDGETS, name)["status"]
        healthy = sum(1 for one in pods if meta(one)["labels"].get("app") == name)
        assert status["currentHealthy"] == healthy, name
        assert status["disruptionsAllowed"] == min(1, healthy)
    volumes = {name_of(one): one for one in cluster.store.list(VOLUMES)}
    for claim in cluster.store.list(CLAIMS):
        assert "deletionTimestamp" not in meta(claim)
        held = volumes.pop(claim["spec"]["volumeName"])
        assert held["spec"]["claimRef"]["uid"] == uid_of(claim)
        assert claim["status"]["phase"] == held["status"]["phase"] == "Bound"
    assert not volumes
    disks = sum(1 for one in pods if meta(one)["labels"].get("app") == "web")
    assert sum(len(on(node)) for node in cluster.store.list(NODES)) == disks


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(st.lists(steps, max_size=14))
def test_every_history_can_be_mended(history: list[tuple[Any, ...]]) -> None:
    cluster = world()
    for step in history:
        act(cluster, step)
    mend(cluster)
    at_rest(cluster)

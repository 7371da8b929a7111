"""Random histories of the whole control plane: users, nodes, a store that stumbles, and crashes.

``HISTORIES=500`` plays so many of each kind instead of a few, and ``SHRINK=1`` looks for the
shortest history that goes wrong, which takes minutes.
"""

import os
import random
import sys
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from tests.offline.histories.checks import HASH, Checks, state_of
from tests.offline.histories.world import (
    BUDGETS,
    CLAIMS,
    DEPLOYMENTS,
    MARK,
    NODES,
    NS,
    PODS,
    QUOTAS,
    SERVICES,
    SETS,
    World,
)
from tutor.offline.bootstrap import node
from tutor.offline.objects import Obj, dig, labels_of, meta, name_of, terminating
from tutor.offline.store import LEASES

MANY = int(os.environ.get("HISTORIES", "0"))
SHRINK = bool(os.environ.get("SHRINK"))
NAMES = st.sampled_from(["web", "web", "db"])
ORDINALS = st.integers(0, 3)
POLICIES = st.sampled_from(["Retain", "Delete"])
CASCADES = st.sampled_from(["Background", "Foreground", "Orphan"])
MACHINES = st.sampled_from(["node-1", "node-2", "node-3"])
STRATEGIES = st.sampled_from(
    [
        {"type": "OnDelete", "rollingUpdate": None},
        *({"type": "RollingUpdate", "rollingUpdate": {"partition": at}} for at in (0, 1, 2)),
        {"type": "RollingUpdate", "rollingUpdate": {"partition": 0, "maxUnavailable": 2}},
    ]
)
GOOD = "nginx:1.25"
FINALIZER = "example.com/held"


def stateful_set(name: str, replicas: int, policy: str, **spec: Any) -> Obj:
    labels = {"app": name}
    container = {
        "name": "app",
        "image": GOOD,
        "volumeMounts": [{"name": "data", "mountPath": "/data"}],
    }
    claim = {
        "metadata": {"name": "data"},
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": "1Gi"}},
        },
    }
    return {
        "metadata": {"name": name},
        "spec": {
            "serviceName": name,
            "replicas": replicas,
            "podManagementPolicy": policy,
            "revisionHistoryLimit": 2,
            "selector": {"matchLabels": labels},
            "template": {
                "metadata": {"labels": labels},
                "spec": {"containers": [container], "terminationGracePeriodSeconds": 2},
            },
            "volumeClaimTemplates": [claim],
            **spec,
        },
    }


class Histories(RuleBasedStateMachine):
    """Two sets that may be there, and everybody around them."""

    policy = "OrderedReady"
    gate = False

    @initialize(
        replicas=st.integers(1, 4),
        ripens=st.sampled_from([0, 0, 3]),
        deleted=POLICIES,
        seed=st.integers(0, 9),
    )
    def begin(self, replicas: int, ripens: int, deleted: str, seed: int) -> None:
        self.world = World(seed, {"MaxUnavailableStatefulSet": self.gate})
        self.checks = Checks(self.world)
        self.images = 0
        self.make_service("web", anyway=False)
        self.make_set("web", replicas, ripens)
        self.change_retention("web", deleted, "Retain")
        self.world.runner.settle(limit=5)

    def make_set(self, name: str, replicas: int, ripens: int = 0, lazy: bool = False) -> None:
        body = stateful_set(name, replicas, self.policy, minReadySeconds=ripens)
        if lazy:
            body["spec"]["volumeClaimTemplates"][0]["spec"]["storageClassName"] = "lazy"
        self.world.create(SETS, body)

    def set_spec(self, name: str, spec: Obj) -> None:
        self.world.patch(SETS, name, {"spec": spec})

    def teardown(self) -> None:
        if hasattr(self, "checks") and sys.exc_info()[0] is None:
            self.left_alone_and_begun_anew()

    # -- what users do to sets

    @rule(name=NAMES, replicas=st.integers(0, 4), lazy=st.booleans())
    def create_set(self, name: str, replicas: int, lazy: bool) -> None:
        self.make_set(name, replicas, lazy=lazy)

    @rule(name=NAMES, replicas=st.integers(0, 5), whole=st.booleans())
    def scale(self, name: str, replicas: int, whole: bool) -> None:
        spec = {"spec": {"replicas": replicas}}
        self.world.patch(SETS, name, spec, sub="" if whole else "scale")

    @rule(name=NAMES, start=st.integers(0, 2))
    def move(self, name: str, start: int) -> None:
        self.set_spec(name, {"ordinals": {"start": start}})

    @rule(name=NAMES, what=st.sampled_from(["new", "new", "first", "broken", "slow"]))
    def change_template(self, name: str, what: str) -> None:
        self.images += 1
        images = {"first": GOOD, "broken": "nginx:broken"}
        container = {"name": "app", "image": images.get(what, f"nginx:{self.images}")}
        marks = {MARK + "ready-ms": "4000", MARK + "term-ms": "6000"} if what == "slow" else None
        metadata = {"annotations": marks}
        body = {"spec": {"template": {"metadata": metadata, "spec": {"containers": [container]}}}}
        self.world.patch(SETS, name, body, kind="strategic")

    @rule(name=NAMES, strategy=STRATEGIES)
    def change_strategy(self, name: str, strategy: Obj) -> None:
        self.set_spec(name, {"updateStrategy": strategy})

    @rule(name=NAMES, deleted=POLICIES, scaled=POLICIES)
    def change_retention(self, name: str, deleted: str, scaled: str) -> None:
        policy = {"whenDeleted": deleted, "whenScaled": scaled}
        self.set_spec(name, {"persistentVolumeClaimRetentionPolicy": policy})

    @rule(name=NAMES, cascade=CASCADES)
    def delete_set(self, name: str, cascade: str) -> None:
        self.world.delete(SETS, name, propagation=cascade)

    @rule(name=NAMES, cascade=CASCADES)
    def only_try(self, name: str, cascade: str) -> None:
        """Whatever is asked for as a dry run changes nothing."""
        version = self.world.runner.store.version
        self.world.delete(SETS, name, propagation=cascade, dry_run=True)
        self.world.patch(SETS, name, {"spec": {"replicas": 9}}, dry_run=True)
        self.world.create(SETS, stateful_set("new", 1, self.policy), dry_run=True)
        self.world.delete(PODS, f"{name}-0", dry_run=True)
        assert self.world.runner.store.version == version

    # -- what users do to Pods and claims

    @rule(name=NAMES, ordinal=ORDINALS, grace=st.sampled_from([None, None, 0, 30]))
    def delete_pod(self, name: str, ordinal: int, grace: int | None) -> None:
        self.world.delete(PODS, f"{name}-{ordinal}", grace_seconds=grace)

    @rule(name=NAMES, ordinal=ORDINALS)
    def evict_pod(self, name: str, ordinal: int) -> None:
        self.world.evict(f"{name}-{ordinal}")

    @rule(name=NAMES, ordinal=ORDINALS, label=st.sampled_from(["web", "db", "other"]))
    def relabel_pod(self, name: str, ordinal: int, label: str) -> None:
        self.world.patch(PODS, f"{name}-{ordinal}", {"metadata": {"labels": {"app": label}}})

    @rule(name=NAMES, ordinal=ORDINALS)
    def orphan_pod(self, name: str, ordinal: int) -> None:
        self.world.patch(PODS, f"{name}-{ordinal}", {"metadata": {"ownerReferences": None}})

    @rule(
        name=NAMES,
        ordinal=ORDINALS,
        mark=st.sampled_from([("hold", "true"), ("crash", "true"), ("phase", "Failed")]),
    )
    def spoil_pod(self, name: str, ordinal: int, mark: tuple[str, str]) -> None:
        marks = {MARK + mark[0]: mark[1]}
        self.world.patch(PODS, f"{name}-{ordinal}", {"metadata": {"annotations": marks}})

    @rule(name=NAMES, ordinal=ORDINALS)
    def post_pod(self, name: str, ordinal: int) -> None:
        """A Pod of one's own in the place of a set's."""
        body = {
            "metadata": {"name": f"{name}-{ordinal}", "labels": {"app": name}},
            "spec": {"containers": [{"name": "app", "image": GOOD}]},
        }
        self.world.create(PODS, body)

    @rule(name=NAMES, ordinal=ORDINALS)
    def delete_claim(self, name: str, ordinal: int) -> None:
        self.world.delete(CLAIMS, f"data-{name}-{ordinal}")

    @rule(name=NAMES, ordinal=ORDINALS)
    def take_claim_from_its_owners(self, name: str, ordinal: int) -> None:
        body = {"metadata": {"ownerReferences": None}}
        self.world.patch(CLAIMS, f"data-{name}-{ordinal}", body)

    @rule(name=NAMES, ordinal=ORDINALS)
    def post_claim(self, name: str, ordinal: int) -> None:
        spec = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "2Gi"}}}
        self.world.create(CLAIMS, {"metadata": {"name": f"data-{name}-{ordinal}"}, "spec": spec})

    # -- what users do around them

    @rule(name=NAMES, anyway=st.booleans())
    def make_service(self, name: str, anyway: bool) -> None:
        spec = {
            "clusterIP": "None",
            "selector": {"app": name},
            "ports": [{"port": 80}],
            "publishNotReadyAddresses": anyway,
        }
        self.world.create(SERVICES, {"metadata": {"name": name}, "spec": spec})

    @rule(name=NAMES)
    def delete_service(self, name: str) -> None:
        self.world.delete(SERVICES, name)

    @rule(pods=st.integers(0, 4))
    def limit(self, pods: int) -> None:
        spec = {"hard": {"pods": str(pods), "persistentvolumeclaims": str(pods)}}
        if not self.world.create(QUOTAS, {"metadata": {"name": "quota"}, "spec": spec}):
            self.world.patch(QUOTAS, "quota", {"spec": spec})

    @rule()
    def stop_limiting(self) -> None:
        self.world.delete(QUOTAS, "quota")

    @rule(name=NAMES, most=st.integers(0, 2))
    def protect(self, name: str, most: int) -> None:
        spec = {"maxUnavailable": most, "selector": {"matchLabels": {"app": name}}}
        self.world.create(BUDGETS, {"metadata": {"name": name}, "spec": spec})

    @rule(replicas=st.integers(0, 3), surge=st.integers(0, 1))
    def make_deployment(self, replicas: int, surge: int) -> None:
        labels = {"app": "api"}
        self.images += 1
        template = {
            "metadata": {"labels": labels},
            "spec": {"containers": [{"name": "app", "image": f"api:{self.images}"}]},
        }
        rolling = {"maxSurge": surge, "maxUnavailable": 1 - surge}
        spec = {
            "replicas": replicas,
            "selector": {"matchLabels": labels},
            "template": template,
            "strategy": {"type": "RollingUpdate", "rollingUpdate": rolling},
        }
        if not self.world.create(DEPLOYMENTS, {"metadata": {"name": "api"}, "spec": spec}):
            self.world.patch(DEPLOYMENTS, "api", {"spec": spec})

    @rule(cascade=CASCADES)
    def delete_deployment(self, cascade: str) -> None:
        self.world.delete(DEPLOYMENTS, "api", propagation=cascade)

    @rule(resource=st.sampled_from([PODS, CLAIMS, SETS]), name=NAMES, ordinal=ORDINALS)
    def hold_on(self, resource: str, name: str, ordinal: int) -> None:
        """Keep an object from going; the finalizer is somebody's of whom nobody knows."""
        names = {PODS: f"{name}-{ordinal}", CLAIMS: f"data-{name}-{ordinal}", SETS: name}
        found = self.world.get(resource, names[resource])
        if found is not None:
            held = [*(meta(found).get("finalizers") or ()), FINALIZER]
            body = {"metadata": {"finalizers": held}}
            self.world.patch(resource, names[resource], body)

    @rule(really=st.integers(0, 3))
    def delete_namespace(self, really: int) -> None:
        if not really:
            self.world.delete("namespaces", NS)

    # -- what happens to nodes

    @rule(name=MACHINES)
    def node_down(self, name: str) -> None:
        self.world.runner.node_down(name)

    @rule(name=MACHINES)
    def node_up(self, name: str) -> None:
        self.world.runner.node_up(name)

    @rule(name=MACHINES, closed=st.booleans())
    def cordon(self, name: str, closed: bool) -> None:
        self.world.patch(NODES, name, {"spec": {"unschedulable": closed or None}})

    @rule(name=MACHINES)
    def delete_node(self, name: str) -> None:
        self.world.delete(NODES, name)

    @rule(name=MACHINES, effect=st.sampled_from(["NoSchedule", "NoExecute", None]))
    def taint(self, name: str, effect: str | None) -> None:
        """Keep Pods away from a node, or say of it that its machine is gone for good."""
        key = "node.kubernetes.io/out-of-service" if effect == "NoExecute" else "example.com/full"
        taints = [{"key": key, "value": "nodeshutdown", "effect": effect}] if effect else None
        self.world.patch(NODES, name, {"spec": {"taints": taints}})

    # -- what time, the store and the machine room do

    @rule(ticks=st.integers(1, 30))
    def tick(self, ticks: int) -> None:
        for _ in range(ticks):
            self.world.runner.step()
        self.checks.look()

    @rule(seconds=st.sampled_from([0.05, 0.3, 3.0, 30.0]))
    def wait(self, seconds: float) -> None:
        self.world.runner.advance(self.world.runner.clock.now + seconds)
        self.checks.look()

    @rule(
        salt=st.integers(0, 99),
        times=st.integers(1, 6),
        reason=st.sampled_from(["InternalError", "Conflict", "Timeout"]),
        done=st.booleans(),
    )
    def stumble(self, salt: int, times: int, reason: str, done: bool) -> None:
        self.world.stumble(salt, times, reason, done=done)

    @rule(middle=st.integers(1, 5))
    def crash(self, middle: int) -> None:
        self.world.crash(middle)

    # -- peace

    @rule()
    def left_alone(self) -> None:
        """Nothing fails any more, and users take back what they did to hinder it."""
        make_peace(self.world)
        self.checks.look()
        self.checks.converged()
        self.checks.rebuilt()

    @rule()
    def left_alone_and_begun_anew(self) -> None:
        """A control plane that begins anew in a quiet cluster finds nothing to do."""
        self.left_alone()
        before = quiet_state(self.world)
        self.world.crash(1_000_000)
        self.world.settle()
        after = quiet_state(self.world)
        assert [
            (key, before.get(key), after.get(key))
            for key in before.keys() | after.keys()
            if before.get(key) != after.get(key)
        ] == []


def make_peace(world: World) -> None:
    """Take back everything that keeps the cluster from being what it should be."""
    runner = world.runner
    runner.recover()
    for name in ("node-1", "node-2", "node-3"):
        runner.node_up(name)
        if world.get(NODES, name) is None:
            number = int(name[-1])
            world.create(
                NODES, node(name, f"zone-{number}", number, runner.clock.now), trusted=True
            )
        world.patch(NODES, name, {"spec": {"unschedulable": None, "taints": None}})
    let_go(world)
    world.settle()
    world.create("namespaces", {"metadata": {"name": NS}})
    world.delete(QUOTAS, "quota")
    for found in world.list(SETS):
        image = dig(found, "spec", "template", "spec", "containers", 0, "image")
        if image.endswith(":broken"):
            container = {"name": "app", "image": GOOD}
            body = {"spec": {"template": {"spec": {"containers": [container]}}}}
            world.patch(SETS, name_of(found), body, kind="strategic")
    world.settle()
    for _ in range(4):
        for pod in world.list(PODS):
            _help(world, pod)
        world.settle()
        # A claim that goes wakes no set, a node's zone no Service, and who was refused for long
        # waits long: users touch them.
        marks = {"metadata": {"annotations": {"touched": str(runner.clock.now)}}}
        for resource in (SETS, SERVICES, DEPLOYMENTS, "replicasets.apps"):
            for found in world.list(resource):
                world.patch(resource, name_of(found), marks)
        world.settle()


def let_go(world: World) -> None:
    """Take away the finalizers of whom nobody knows."""
    for resource in (PODS, CLAIMS, SETS):
        for found in world.list(resource):
            held = meta(found).get("finalizers") or ()
            if FINALIZER in held:
                kept = [one for one in held if one != FINALIZER]
                world.patch(resource, name_of(found), {"metadata": {"finalizers": kept}})


def _help(world: World, pod: Obj) -> None:
    """Delete a Pod that will not get better by itself."""
    name, labels = name_of(pod), labels_of(pod)
    if labels.get("app") == "api":
        return
    ours = name.rpartition("-")[0]
    spoiled = any(mark.startswith(MARK) for mark in meta(pod).get("annotations") or {})
    broken = dig(pod, "spec", "containers", 0, "image").endswith(":broken")
    stranger = not dig(pod, "metadata", "ownerReferences")
    ended = dig(pod, "status", "phase") in ("Failed", "Succeeded")
    unbound = dig(pod, "status", "phase") == "Pending"
    stranger = stranger or HASH not in labels
    claims = (dig(one, "persistentVolumeClaim", "claimName") for one in pod["spec"]["volumes"])
    found = [world.get(CLAIMS, claim) for claim in claims if claim]
    unbound = unbound or any(claim is None or terminating(claim) for claim in found)
    if spoiled or broken or stranger or ended or unbound or labels.get("app") != ours:
        world.delete(PODS, name, grace_seconds=0 if terminating(pod) else None)


def quiet_state(world: World) -> dict[tuple[str, str], Obj]:
    """All objects but what beats, and what only tells."""
    return {
        (name, key): obj
        for name, objects in state_of(world.runner).items()
        if name not in (LEASES, "events")
        for key, obj in objects.items()
    }


class Ordered(Histories):
    """podManagementPolicy OrderedReady."""


class Parallel(Histories):
    """podManagementPolicy Parallel."""

    policy = "Parallel"


class Together(Histories):
    """OrderedReady with the gate MaxUnavailableStatefulSet."""

    gate = True


@pytest.mark.parametrize("machine", [Ordered, Parallel, Together])
def test_histories(machine: type[Histories]) -> None:
    case = machine.TestCase
    case.settings = settings(
        max_examples=MANY or 12,
        stateful_step_count=40 if MANY else 25,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[one for one in Phase if one is not Phase.shrink or SHRINK],
    )
    case("runTest").runTest()


def played(seed: int) -> list[tuple[Any, ...]]:
    """What happens in a cluster whose users do this and that by chance."""
    source, world = random.Random(seed), World(seed)
    told: list[tuple[Any, ...]] = []
    world.heard.append(
        lambda _, change: told.append((change.time, change.actor, change.resource, change.last))
    )
    requests: list[Callable[[], object]] = [
        lambda: world.create(SETS, stateful_set("web", source.randrange(4), "Parallel")),
        lambda: world.patch(SETS, "web", {"spec": {"replicas": source.randrange(5)}}),
        lambda: world.delete(PODS, f"web-{source.randrange(3)}"),
        lambda: world.delete(SETS, "web", propagation="Foreground"),
        lambda: world.runner.node_down(f"node-{source.randrange(1, 4)}"),
        lambda: world.runner.node_up(f"node-{source.randrange(1, 4)}"),
        lambda: world.stumble(source.randrange(99), 3, "Conflict", done=False),
        lambda: world.crash(source.randrange(1, 20)),
        *[lambda: world.runner.advance(world.runner.clock.now + source.random())] * 4,
    ]
    for _ in range(120):
        source.choice(requests)()
    return told


@pytest.mark.parametrize("seed", range(MANY or 3))
def test_the_same_seed_and_requests_give_the_same_history(seed: int) -> None:
    first = played(seed)
    assert len(first) > 40
    assert first == played(seed)

"""The controller among the others, behind the real registry and admission."""

import random
from collections.abc import Mapping
from typing import Any

import pytest

from tests.offline.statefulset.samples import stateful_set
from tutor.offline.bootstrap import bootstrap
from tutor.offline.controllers.statefulset import Reason, Step, Waiting, explain
from tutor.offline.objects import Obj, dig
from tutor.offline.plan import Key
from tutor.offline.plane import build
from tutor.offline.requests import Request
from tutor.offline.resources import named
from tutor.offline.runner import Runner

PODS, SETS = "pods", "statefulsets.apps"


def cluster(gates: Mapping[str, bool] | None = None) -> Runner:
    runner = build(random.Random(1), 1_767_225_600.0, gates or {})
    bootstrap(runner.registry)
    runner.settle()
    return runner


def created(runner: Runner, name: str = "web", **spec: Any) -> None:
    obj = stateful_set(name, **spec)
    del obj["metadata"]["namespace"]
    request = Request("create", named(SETS), "default", "")
    runner.registry.create(request, obj)


def status(runner: Runner, name: str = "web") -> Obj:
    found = runner.store.get(SETS, f"default/{name}")
    assert found is not None
    return dict(found["status"])


def ready(pod: Obj) -> bool:
    return any(
        one["type"] == "Ready" and one["status"] == "True"
        for one in dig(pod, "status", "conditions", default=())
    )


def test_at_most_one_pod_of_an_ordered_set_is_on_its_way() -> None:
    runner = cluster()
    looked = []

    def look(now: Runner) -> None:
        pods = list(now.store.list(PODS, "default"))
        looked.append(len(pods))
        assert sum(not ready(pod) for pod in pods) <= 1

    runner.invariants.append(look)
    created(runner, replicas=4)
    runner.settle()
    assert max(looked) == 4
    assert status(runner)["readyReplicas"] == 4


def test_what_it_waits_for_is_told_of_a_running_cluster() -> None:
    runner = cluster()
    template = stateful_set()["spec"]["template"]
    template["metadata"]["annotations"] = {"sts-tutor.dev/hold-ordinals": "0"}
    created(runner, replicas=2, template=template)
    runner.settle()
    assert explain(runner.view, Key("default", "web")) == (
        Waiting("web-0", Step.WAIT, Reason.NOT_READY, "web-0"),
        Waiting("web-1", Step.CREATE, Reason.NOT_READY, "web-0"),
    )


@pytest.mark.parametrize("policy", ["OrderedReady", "Parallel"])
def test_changes_grow_as_replicas_do(policy: str) -> None:
    changes = []
    for replicas in (10, 20, 30):
        runner = cluster()
        before = runner.store.version
        created(runner, replicas=replicas, podManagementPolicy=policy)
        runner.settle()
        assert status(runner)["readyReplicas"] == replicas
        changes.append(runner.store.version - before)
    assert abs((changes[2] - changes[1]) - (changes[1] - changes[0])) <= 12


@pytest.mark.parametrize(("length", "pods"), [(52, 1), (53, 0), (63, 0)])
def test_a_long_name_is_taken_but_gets_no_pods(length: int, pods: int) -> None:
    runner = cluster()
    name = "w" * length
    created(runner, name, replicas=1, serviceName="w", volumeClaimTemplates=[])
    runner.settle(limit=30)
    assert len(list(runner.store.list(PODS, "default"))) == pods
    told = [
        event["message"]
        for event in runner.store.list("events", "default")
        if event["reason"] == "FailedCreate"
    ]
    assert bool(told) == (pods == 0)
    for message in told:
        assert message.startswith(
            f'Create Pod {name}-0 in StatefulSet {name} failed error: Pod "{name}-0" is invalid: '
        )
        assert "must be no more than 63 bytes" in message


def test_the_recorded_template_makes_the_recorded_revision() -> None:
    """Defaults come from admission here; the name tells whether all of them are right."""
    runner = cluster()
    container = {
        "name": "app",
        "image": "nginx:1.25",
        "ports": [{"name": "http", "containerPort": 80}],
        "volumeMounts": [{"name": "data", "mountPath": "/data"}],
    }
    template = {
        "metadata": {"labels": {"app": "web"}},
        "spec": {"terminationGracePeriodSeconds": 2, "containers": [container]},
    }
    created(runner, replicas=1, template=template)
    runner.settle()
    assert status(runner)["currentRevision"] == "web-9c4555849"
    (pod,) = runner.store.list(PODS, "default")
    assert pod["metadata"]["labels"]["controller-revision-hash"] == "web-9c4555849"


def test_the_same_seed_gives_the_same_history() -> None:
    histories = []
    for _ in range(2):
        runner = cluster()
        created(runner, replicas=3)
        runner.settle()
        histories.append(
            [(change.resource, change.key, change.last) for change in runner.store.since(100)]
        )
    assert histories[0] == histories[1]

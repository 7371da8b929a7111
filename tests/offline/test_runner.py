"""The cluster: who hears what, in which order things are done, and that it can be repeated."""

import random
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tutor.offline.bootstrap import bootstrap
from tutor.offline.errors import ApiError
from tutor.offline.objects import Obj
from tutor.offline.plan import (
    Action,
    Again,
    Bind,
    Controller,
    Create,
    Delete,
    Key,
    Outcome,
    Plan,
    Record,
    Retry,
    Update,
    UpdateStatus,
    View,
)
from tutor.offline.requests import Bare, Request
from tutor.offline.resources import named
from tutor.offline.runner import Runner

START = 1_767_225_600.0


class Scripted:
    """A controller of ConfigMaps whose plan is a function; it notes when it was run."""

    watches: tuple[str, ...] = ("configmaps", "nodes")

    def __init__(self, name: str, script: Any) -> None:
        self.name = name
        self._script = script
        self.runs: list[tuple[float, str]] = []
        self.told: list[Outcome] = []

    def keys(
        self, view: View, resource: str, before: Obj | None, after: Obj | None
    ) -> Iterable[Key]:
        obj = after or before
        assert obj is not None
        yield Key(obj["metadata"].get("namespace", ""), obj["metadata"]["name"])

    def sync(self, view: View, key: Key) -> Plan:
        self.runs.append((round(view.now - START, 6), key.name))
        for action in self._script(view, key):
            self.told.append((yield action))


def runner_of(*controllers: Controller, seed: int = 1) -> Runner:
    runner = Runner(controllers, Bare(), random.Random(seed))
    make(runner, "namespaces", "default", namespace="")
    return runner


def make(runner: Runner, resource: str, name: str, namespace: str = "default", **more: Any) -> Obj:
    request = Request("create", named(resource), namespace)
    return runner.registry.create(request, {"metadata": {"name": name}, **more})


def nothing(view: View, key: Key) -> Iterable[Action]:
    return ()


def test_a_key_waits_once_and_all_controllers_take_turns() -> None:
    order: list[str] = []

    def note(name: str) -> Any:
        def script(view: View, key: Key) -> Iterable[Action]:
            order.append(f"{name} {key.name}")
            return ()

        return script

    runner = runner_of(Scripted("one", note("one")), Scripted("two", note("two")))
    make(runner, "configmaps", "a")
    make(runner, "configmaps", "b")
    request = Request("patch", named("configmaps"), "default", "a", patch_type="merge")
    runner.registry.patch(request, {"data": {"x": "1"}})
    assert runner.work()
    assert [name for name, _ in runner.queue.items()] == ["two", "one", "two"]
    while runner.work():
        pass
    assert order == ["one a", "two a", "one b", "two b"]


def test_a_key_that_changes_while_it_is_worked_on_comes_last() -> None:
    def script(view: View, key: Key) -> Iterable[Action]:
        current = view.get("configmaps", "default", key.name)
        assert current is not None
        if key.name == "a" and "data" not in current:
            yield Update("configmaps", {**current, "data": {"done": "yes"}})

    controller = Scripted("one", script)
    runner = runner_of(controller)
    make(runner, "configmaps", "a")
    make(runner, "configmaps", "b")
    runner.settle()
    assert [name for _, name in controller.runs] == ["a", "b", "a"]


def test_a_failing_key_backs_off_and_a_good_run_ends_that() -> None:
    left = [4]

    def script(view: View, key: Key) -> Iterable[Action]:
        if left[0]:
            left[0] -= 1
            raise Retry
        return ()

    controller = Scripted("one", script)
    runner = runner_of(controller)
    make(runner, "configmaps", "a")
    runner.settle()
    assert [moment for moment, _ in controller.runs] == [0, 0.005, 0.015, 0.035, 0.075]
    left[0] = 1
    controller.runs.clear()
    runner.enqueue("one", Key("default", "a"))
    runner.settle()
    assert controller.runs[1][0] - controller.runs[0][0] == pytest.approx(0.005)
    with pytest.raises(KeyError):
        runner.enqueue("nobody", Key("", "a"))


def test_again_comes_at_the_earliest_wish() -> None:
    def script(view: View, key: Key) -> Iterable[Action]:
        if view.now == START:
            yield Again(5)
            yield Again(3)
            yield Again(4)

    controller = Scripted("one", script)
    runner = runner_of(controller)
    make(runner, "configmaps", "a")
    runner.settle(quiet=10)
    assert [moment for moment, _ in controller.runs] == [0, 3]


def test_outcomes_reach_the_plan() -> None:
    def script(view: View, key: Key) -> Iterable[Action]:
        if view.get("pods", "default", "p") is not None:
            return
        pod: Obj = {"metadata": {"name": "p", "namespace": "default"}, "spec": {}}
        yield Create("pods", pod)
        yield Create("pods", pod)
        stored = view.get("pods", "default", "p")
        assert stored is not None
        yield Bind("default", "p", stored["metadata"]["uid"], "node-1")
        yield UpdateStatus("pods", {**stored, "status": {"phase": "Running"}})
        bound = view.get("pods", "default", "p")
        assert bound is not None
        yield UpdateStatus("pods", {**bound, "status": {"phase": "Running"}})
        yield Record(bound, "Normal", "Told", "words")
        yield Delete("pods", "default", "p", uid="another")
        yield Delete("pods", "default", "p", grace_seconds=0)
        yield Delete("pods", "default", "p")

    controller = Scripted("one", script)
    runner = runner_of(controller)
    make(runner, "nodes", "node-1", namespace="")
    runner.work()
    shape = [
        one.reason if isinstance(one, ApiError) else one and one["metadata"]["name"]
        for one in controller.told
    ]
    assert shape == [
        "p", "AlreadyExists", "p", "Conflict", "p", None, "Conflict", None, "NotFound",
    ]  # fmt: skip
    assert [(change.type, change.resource, change.actor) for change in runner.history()] == [
        ("ADDED", "namespaces", ""),
        ("ADDED", "nodes", ""),
        ("ADDED", "pods", "one"),
        ("MODIFIED", "pods", "one"),
        ("MODIFIED", "pods", "one"),
        ("ADDED", "events", "one"),
        ("MODIFIED", "pods", "one"),
        ("DELETED", "pods", "one"),
    ]


def test_writes_fail_as_tests_wish() -> None:
    def script(view: View, key: Key) -> Iterable[Action]:
        if view.get("pods", "default", "p") is None:
            yield Create("pods", {"metadata": {"name": "p", "namespace": "default"}})

    controller = Scripted("one", script)
    runner = runner_of(controller)
    error = ApiError(500, "InternalError", "no")
    runner.fail(lambda name, action: isinstance(action, Create), error, times=2)
    make(runner, "configmaps", "a")
    for _ in range(3):
        runner.enqueue("one", Key("default", "a"))
        runner.work()
    assert [one is error for one in controller.told] == [True, True, False]


def test_an_uncaught_refusal_is_tried_again_and_a_bug_is_heard_of() -> None:
    def refused(view: View, key: Key) -> Iterable[Action]:
        if view.now == START:
            raise ApiError(409, "Conflict", "no")
        return ()

    controller = Scripted("one", refused)
    runner = runner_of(controller)
    make(runner, "configmaps", "a")
    runner.settle()
    assert len(controller.runs) == 2

    def broken(view: View, key: Key) -> Iterable[Action]:
        raise ZeroDivisionError

    runner = runner_of(Scripted("one", broken))
    make(runner, "configmaps", "a")
    with pytest.raises(ZeroDivisionError):
        runner.settle()
    assert runner.due() == pytest.approx(START + 0.005)  # and it is tried again


def test_invariants_are_asked_after_every_action() -> None:
    def script(view: View, key: Key) -> Iterable[Action]:
        for name in ("p", "q"):
            if view.get("pods", "default", name) is None:
                yield Create("pods", {"metadata": {"name": name, "namespace": "default"}})

    runner = runner_of(Scripted("one", script))
    counts: list[int] = []
    runner.invariants.append(lambda one: counts.append(one.store.count("pods")))
    make(runner, "configmaps", "a")
    runner.settle()
    assert counts == [1, 2]


def test_faults_of_nodes_are_announced() -> None:
    seen: list[tuple[str, bool]] = []

    def script(view: View, key: Key) -> Iterable[Action]:
        seen.append((key.name, view.down(key.name)))
        return ()

    runner = runner_of(Scripted("one", script))
    make(runner, "nodes", "node-1", namespace="")
    runner.settle()
    runner.node_down("node-1")
    runner.settle()
    runner.node_up("node-1")
    runner.settle()
    runner.node_down("nowhere")
    assert not runner.work()
    assert seen == [("node-1", False), ("node-1", True), ("node-1", False)]


def ticking(view: View, key: Key) -> Iterable[Action]:
    yield Again(1.0)


def test_steps_and_moments() -> None:
    controller = Scripted("one", ticking)
    runner = runner_of(controller)
    make(runner, "configmaps", "a")
    assert runner.due() == START
    assert runner.step()  # the sync
    assert runner.due() == START + 1
    assert runner.step()  # the timer
    assert runner.clock.now == START + 1
    assert runner.advance(START + 3.5)
    assert runner.clock.now == START + 3.5
    assert [moment for moment, _ in controller.runs] == [0, 1, 2, 3]
    assert not runner.advance(START + 100, ticks=3)
    assert runner.clock.now < START + 100
    assert runner.advance(START + 100, ticks=1000)
    assert not runner_of().step()


def test_quiet_is_when_nothing_changes() -> None:
    def script(view: View, key: Key) -> Iterable[Action]:
        yield Again(1.0)
        if view.now < START + 5:
            yield Create("pods", {"metadata": {"generateName": "p-", "namespace": "default"}})
        lease = view.get("leases.coordination.k8s.io", "default", "l")
        body: Obj = {"metadata": {"name": "l", "namespace": "default"}, "spec": {"n": view.now}}
        if lease is not None:
            body["metadata"]["resourceVersion"] = lease["metadata"]["resourceVersion"]
        yield Update("leases.coordination.k8s.io", body)

    runner = runner_of(Scripted("one", script))
    make(runner, "configmaps", "a")
    assert runner.settle(quiet=2)
    assert runner.clock.now == START + 6
    assert runner.store.count("pods") == 5
    runner = runner_of(Scripted("one", script))
    make(runner, "configmaps", "a")
    assert not runner.settle(quiet=2, limit=3)
    assert runner.clock.now == START + 3


def test_two_controllers_of_one_name_or_a_resource_nobody_has() -> None:
    with pytest.raises(ValueError, match="one name"):
        runner_of(Scripted("one", nothing), Scripted("one", nothing))
    controller = Scripted("one", nothing)
    controller.watches = ("nosuch.batch",)
    with pytest.raises(KeyError):
        runner_of(controller)


def test_a_runner_goes_on_from_a_store() -> None:
    runner = runner_of()
    make(runner, "configmaps", "a")
    controller = Scripted("one", nothing)
    again = Runner([controller], Bare(), random.Random(1), store=runner.store)
    again.settle()
    assert [name for _, name in controller.runs] == ["a"]


class Replicator:
    """ReplicaSets in small: makes and deletes Pods with generated names, sometimes in vain."""

    name = "replicaset-controller"
    watches: tuple[str, ...] = ("replicasets.apps", "pods")

    def keys(
        self, view: View, resource: str, before: Obj | None, after: Obj | None
    ) -> Iterable[Key]:
        obj = after or before
        assert obj is not None
        if resource == "replicasets.apps":
            yield Key("default", obj["metadata"]["name"])
        for owner in obj["metadata"].get("ownerReferences", ()):
            yield Key("default", owner["name"])

    def sync(self, view: View, key: Key) -> Plan:
        parent = view.get("replicasets.apps", "default", key.name)
        if parent is None:
            return
        uid = parent["metadata"]["uid"]
        pods = list(view.owned("pods", uid))
        wanted = parent["spec"]["replicas"]
        owner = {"uid": uid, "name": key.name, "controller": True}
        for _ in range(len(pods), wanted):
            outcome = yield Create(
                "pods",
                {
                    "metadata": {
                        "generateName": f"{key.name}-",
                        "namespace": "default",
                        "ownerReferences": [owner],
                    },
                    "spec": {},
                },
            )
            if isinstance(outcome, ApiError):
                yield Record(parent, "Warning", "FailedCreate", outcome.message)
                raise Retry
        for pod in pods[wanted:]:
            yield Delete("pods", "default", pod["metadata"]["name"])


COMMANDS = st.lists(
    st.tuples(st.sampled_from("abc"), st.integers(0, 4), st.sampled_from([0.0, 0.004, 1.0])),
    max_size=12,
)


def play(commands: list[tuple[str, int, float]], seed: int) -> list[Any]:
    runner = runner_of(Replicator(), seed=seed)
    runner.fail(lambda _, action: isinstance(action, Create), ApiError(500, "", "no"), times=3)
    for name, replicas, wait in commands:
        if runner.view.get("replicasets.apps", "default", name) is None:
            make(runner, "replicasets.apps", name, spec={"replicas": replicas})
        else:
            request = Request("patch", named("replicasets.apps"), "default", name)
            runner.registry.patch(request, {"spec": {"replicas": replicas}})
        runner.advance(runner.clock.now + wait)
    assert runner.settle()
    for parent in runner.store.list("replicasets.apps"):
        owned = list(runner.store.owned("pods", parent["metadata"]["uid"]))
        assert len(owned) == parent["spec"]["replicas"]
    return [(change.time, change.actor, change.type, change.last) for change in runner.history()]


@settings(max_examples=40, deadline=None)
@given(COMMANDS, st.integers(0, 3))
def test_the_same_seed_and_requests_give_the_same_history(
    commands: list[tuple[str, int, float]], seed: int
) -> None:
    assert play(commands, seed) == play(commands, seed)


def test_a_new_cluster_has_nodes_namespaces_and_a_class() -> None:
    runner = Runner((), Bare(), random.Random(1))
    bootstrap(runner.registry)
    store = runner.store
    assert [one["metadata"]["name"] for one in store.list("nodes")] == [
        "node-1",
        "node-2",
        "node-3",
    ]
    zones = [
        one["metadata"]["labels"]["topology.kubernetes.io/zone"] for one in store.list("nodes")
    ]
    assert zones == ["zone-1", "zone-2", "zone-3"]
    assert store.count("namespaces") == 4
    (storage_class,) = store.list("storageclasses.storage.k8s.io")
    annotations = storage_class["metadata"]["annotations"]
    assert annotations == {"storageclass.kubernetes.io/is-default-class": "true"}
    version = store.version
    bootstrap(runner.registry)
    assert store.version == version


def test_controllers_that_fell_behind_the_log_look_at_everything_anew() -> None:
    from tests.offline.api.support import runner as cluster

    runner = cluster()
    set_ = named("statefulsets.apps")
    labels = {"app": "web"}
    template = {
        "metadata": {"labels": labels},
        "spec": {"containers": [{"name": "app", "image": "nginx"}]},
    }
    spec = {"replicas": 1, "selector": {"matchLabels": labels}, "template": template}
    runner.registry.create(
        Request("create", set_, "default"), {"metadata": {"name": "web"}, "spec": spec}
    )
    runner.store.compact(runner.store.version)  # more was changed at once than the log holds
    assert runner.settle()
    assert runner.store.get("pods", "default/web-0") is not None

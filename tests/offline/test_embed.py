"""Looking back, going on tick by tick, and parting from a history."""

import random
from typing import Any

import pytest

from tests.offline.statefulset.samples import stateful_set
from tutor.offline import embed
from tutor.offline.controllers.statefulset import Reason, Step, Waiting, explain
from tutor.offline.errors import ApiError
from tutor.offline.objects import Obj, name_of
from tutor.offline.plan import Key
from tutor.offline.requests import Request
from tutor.offline.resources import named
from tutor.offline.runner import Runner
from tutor.offline.store import Change

PODS, SETS = "pods", "statefulsets.apps"


def started(**spec: Any) -> Runner:
    runner = embed.begin(random.Random(1))
    obj = stateful_set("web", **spec)
    del obj["metadata"]["namespace"]
    runner.registry.create(Request("create", named(SETS), "default"), obj)
    return runner


def pods(runner: Runner) -> list[str]:
    return [name_of(pod) for pod in runner.store.list(PODS, "default")]


def scale(runner: Runner, replicas: int) -> None:
    request = Request("patch", named(SETS), "default", "web", patch_type="merge")
    runner.registry.patch(request, {"spec": {"replicas": replicas}})


def state(runner: Runner) -> dict[str, list[Obj]]:
    return {name: list(runner.store.list(name)) for name in runner.store.resources()}


def test_each_step_shows_what_happened() -> None:
    runner = started(replicas=2)
    told: list[Change] = []
    while len(told) < 200:
        version, before = runner.store.version, runner.clock.now
        changes = embed.next_changes(runner)
        if not changes:
            assert runner.clock.now == before + embed.PATIENCE
            break
        assert all(change.version > version for change in changes)
        assert not any(change.resource.startswith("leases") for change in changes)
        told += changes
    made = [
        one.key.rpartition("/")[2] for one in told if one.resource == PODS and one.type == "ADDED"
    ]
    assert made == ["web-0", "web-1"]


def test_the_past_is_explained_as_it_was() -> None:
    runner = started(replicas=3)
    key = Key("default", "web")
    seen: dict[int, tuple[float, tuple[Waiting, ...]]] = {}
    for _ in range(120):
        seen[runner.store.version] = (runner.clock.now, explain(runner.view, key))
        runner.step()
    assert (
        Waiting("web-1", Step.CREATE, Reason.PENDING, "web-0"),
        Waiting("web-2", Step.CREATE, Reason.PENDING, "web-0"),
    ) in [waits[1:] for _, waits in seen.values()]
    for version, (now, waits) in seen.items():
        past = embed.at(runner, version)
        assert embed.waits(past, "default", "web") == waits
        assert past.now <= now
    assert embed.waits(runner.view, "default", "none") == ()


def test_a_past_too_far_back_is_gone() -> None:
    runner = started(replicas=1)
    runner.settle()
    runner.store.compact(runner.store.version - 3)
    cut = runner.store.floor - 1
    for look in (
        lambda: embed.at(runner, cut),
        lambda: embed.fork(runner, cut, random.Random(2)),
    ):
        with pytest.raises(ApiError) as caught:
            look()
        assert caught.value.code == 410


def test_a_fork_goes_its_own_way() -> None:
    runner = started(replicas=3)
    middle = next(
        change.version
        for _ in range(1000)
        for change in embed.next_changes(runner)
        if change.key == "default/web-1"
    )
    runner.settle()
    before, version = state(runner), runner.store.version
    other = embed.fork(runner, middle, random.Random(2))
    assert other.store.version == middle
    assert other.clock.now == runner.store.time_at(middle)
    assert pods(other) == ["web-0", "web-1"]
    scale(other, 1)
    other.settle()
    assert pods(other) == ["web-0"]
    assert state(runner) == before
    assert runner.store.version == version
    assert pods(runner) == ["web-0", "web-1", "web-2"]


def test_a_fork_ends_where_its_origin_did() -> None:
    runner = started(replicas=3)
    first = runner.store.version
    runner.settle()
    for version in range(first, runner.store.version, 7):
        other = embed.fork(runner, version, random.Random(3))
        other.settle()
        assert pods(other) == pods(runner)
        ours, theirs = (
            one.store.get(SETS, "default/web") or pytest.fail("no set") for one in (runner, other)
        )
        assert theirs["status"] == ours["status"]


def test_the_same_seed_gives_the_same_fork() -> None:
    runner = started(replicas=2)
    runner.settle()
    forks = [embed.fork(runner, runner.store.version - 20, random.Random(4)) for _ in range(2)]
    for one in forks:
        one.settle()
    assert state(forks[0]) == state(forks[1])


def test_nodes_that_are_down_are_down_in_the_past() -> None:
    runner = started(replicas=1)
    runner.settle()
    up = runner.store.version
    runner.node_down("node-2")
    runner.advance(runner.clock.now + 60)
    down = runner.store.version
    runner.node_up("node-2")
    runner.settle()
    back = runner.store.version
    assert [embed.at(runner, version).down("node-2") for version in (up - 1, down - 1, back)] == [
        False,
        True,
        False,
    ]
    assert embed.fork(runner, down - 1, random.Random(1)).view.down("node-2")

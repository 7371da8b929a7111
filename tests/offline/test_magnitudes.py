"""Whatever number stands in whatever field: refused or answered with bounded work, and it goes on.

Work is counted (calls, ticks, objects, bytes of the store), never timed. ``MAGNITUDES=5000`` plays
more examples.
"""

import ctypes
import json
import os
import random
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, Literal, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.offline.magnitudes import Spot, body_of, numbers, spots
from tutor.offline import embed, plane, registry
from tutor.offline.admission import gotime
from tutor.offline.api.records import State
from tutor.offline.clock import duration, micro_timestamp, seconds_of, timestamp
from tutor.offline.controllers.statefulset import explain
from tutor.offline.controllers.statefulset.spots import Gaps, Spots
from tutor.offline.deletion import DeleteOptions
from tutor.offline.errors import ApiError
from tutor.offline.plan import Key
from tutor.offline.requests import Raw, Request
from tutor.offline.resources import named
from tutor.offline.runner import START, Runner
from tutor.offline.sharing import apart
from tutor.offline.store import ROOM, Store, key_of

SPOTS = spots()
EXAMPLES = int(os.environ.get("MAGNITUDES", "60"))
CALLS = 60_000
"""Python functions that one request may call."""
TICKS = 300
"""Ticks the cluster is given after each request; one is five actions at most."""
CALLS_OF_A_TICK = 60_000
OBJECTS = 2_000
Way = Literal["create", "merge", "apply"]


@contextmanager
def counted(most: int) -> Iterator[None]:
    """Fail what calls more functions than these, at once: it might never end."""
    calls = 0

    def count(frame: FrameType, event: str, arg: object) -> None:
        nonlocal calls
        if event in ("call", "c_call"):
            calls += 1
            if calls > most:
                sys.setprofile(None)
                raise AssertionError(f"more than {most} calls, in {frame.f_code.co_qualname}")

    sys.setprofile(count)
    try:
        yield
    finally:
        sys.setprofile(None)


def go_on(runner: Runner, ticks: int = TICKS) -> None:
    """Let the controllers work for a while; none of them fails, and none works for ever."""
    for _ in range(ticks):
        with counted(CALLS_OF_A_TICK):
            if not runner.work(5) and not runner.clock.fire(runner.clock.now + 60):
                break
    assert runner.store.weight < 2 * ROOM
    assert sum(runner.store.count(one) for one in runner.store.resources()) < OBJECTS


def send(ask: Callable[[], Any]) -> bool:
    """Whether a request is granted; a refusal is one of the API's own."""
    refused: ApiError | None = None
    with counted(CALLS):
        try:
            ask()
        except ApiError as refusal:
            refused = refusal
    assert refused is None or (400 <= refused.code < 600 and refused.message)
    return refused is None


def request(verb: str, spot: Spot, **more: Any) -> Request:
    namespace = "default" if spot.resource.namespaced else ""
    return Request(verb, spot.resource, namespace, "web", field_manager="me", **more)


def restarted(runner: Runner) -> Runner:
    """Another cluster that goes on from the objects of one, as from a state file."""
    state = State(runner.store.version, runner.clock.now)
    for resource in runner.store.resources():
        table = {key_of(obj): obj for obj in runner.store.list(resource)}
        state.objects[resource] = json.loads(json.dumps(table, allow_nan=False))
    assert state.unsound() == {}
    now = runner.clock.now
    return plane.build(random.Random(2), now, {}, lambda store: state.restore(store, now))


def asked(runner: Runner, spot: Spot, number: str, way: Way) -> bool:
    """Whether an object with the number is there, made or changed in one of the ways."""
    body = Raw(body_of(spot, number), "application/json")
    if way == "create":
        return send(lambda: runner.registry.create(request("create", spot), body))
    if way == "merge":
        plain = Raw(body_of(spot, "null"), "application/json")
        if not send(lambda: runner.registry.create(request("create", spot), plain)):
            return False
        go_on(runner, 20)
    changing = request("patch", spot, patch_type=way)
    return send(lambda: runner.registry.patch(changing, body))


def played(spot: Spot, number: str, way: Way = "create") -> None:
    """Bring a number into a cluster, go on, start anew, delete the object.

    Each of it is bounded work.
    """
    runner = embed.begin(random.Random(1))
    if asked(runner, spot, number, way):
        go_on(runner)
        go_on(restarted(runner), 60)
        with counted(CALLS):
            explain(runner.view, Key("default", "web"))
        if not send(lambda: runner.registry.delete(request("delete", spot), DeleteOptions())):
            return
        go_on(runner)
        gone = runner.store.get(spot.resource.name, "default/web")
        assert gone is None or spot.resource.name == "persistentvolumes"


@pytest.mark.parametrize("kind", sorted({spot.resource.kind for spot in SPOTS}))
def test_every_kind_has_fields_with_numbers(kind: str) -> None:
    assert any(spot.resource.kind == kind for spot in SPOTS)


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(SPOTS), numbers(), st.sampled_from(get_args(Way)))
def test_any_number_anywhere_is_answered_and_outlived(spot: Spot, number: str, way: Way) -> None:
    played(spot, number, way)


@pytest.mark.parametrize("way", get_args(Way))
@pytest.mark.parametrize(
    ("kind", "path", "number"),
    [
        ("Pod", "spec.containers.0.resources.requests.cpu", '"1e2147483647"'),
        ("Pod", "spec.containers.0.resources.limits.cpu", '"-1e10000000"'),
        ("StatefulSet", "spec.volumeClaimTemplates.0.spec.resources.requests.storage", '"1e1001"'),
        ("ResourceQuota", "spec.hard.cpu", '"1e-1000000000"'),
        ("LimitRange", "spec.limits.0.max.cpu", "1" * 1_500),
    ],
)
def test_an_immense_amount_is_given_up_on_at_once(
    kind: str, path: str, number: str, way: Way
) -> None:
    spot = next(s for s in SPOTS if repr(s) == f"{kind}.{path}")
    runner = embed.begin(random.Random(1))
    body = Raw(body_of(spot, number), "application/json")
    if way == "merge":
        plain = Raw(body_of(spot, '"1"'), "application/json")
        assert send(lambda: runner.registry.create(request("create", spot), plain))
    version = runner.store.version
    creating = way == "create"
    about = request("create", spot) if creating else request("patch", spot, patch_type=way)
    ask = runner.registry.create if creating else runner.registry.patch
    with counted(CALLS), pytest.raises(ApiError) as refused:
        ask(about, body)
    assert refused.value.status() == {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Failure",
        "message": "Timeout: request did not complete within requested timeout - "
        "context deadline exceeded",
        "reason": "Timeout",
        "details": {},
        "code": 504,
    }
    assert "calculates with amounts up to 10^1000" in refused.value.warnings[0]
    assert runner.store.version == version


@pytest.mark.parametrize("seconds", [300_000_000_000, 2**63 - 1, 2**63 // 10**9, 2**31])
@pytest.mark.parametrize("asked_for", [None, 2**63 - 1, 0])
def test_a_pod_with_any_grace_goes(seconds: int, asked_for: int | None) -> None:
    spot = next(s for s in SPOTS if repr(s) == "Pod.spec.terminationGracePeriodSeconds")
    runner = embed.begin(random.Random(1))
    runner.registry.create(
        request("create", spot), Raw(body_of(spot, str(seconds)), "application/json")
    )
    runner.settle()
    runner.registry.delete(request("delete", spot), DeleteOptions(asked_for))
    go_on(runner)
    assert runner.store.get("pods", "default/web") is None


def parallel(runner: Runner, replicas: int, name: str = "web") -> None:
    """A StatefulSet that wants many Pods at once."""
    spot = next(s for s in SPOTS if repr(s) == "StatefulSet.spec.replicas")
    obj = json.loads(body_of(spot, str(replicas)))
    obj["metadata"]["name"] = name
    obj["spec"]["podManagementPolicy"] = "Parallel"
    runner.registry.create(request("create", spot), obj)


def test_two_billion_pods_at_once_come_in_batches_until_there_is_no_more_room() -> None:
    runner = embed.begin(random.Random(1))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(registry, "ROOM", runner.store.weight + 2_000_000)
        parallel(runner, 2**31 - 1)
        for _ in range(2_000):
            with counted(CALLS_OF_A_TICK):
                if not runner.work(5):
                    break
        made = runner.store.count("pods")
        assert 20 < made < OBJECTS
        with pytest.raises(ApiError, match="etcdserver: mvcc: database space exceeded"):
            parallel(runner, 1, "other")
        assert runner.due() != runner.clock.now  # it is tried again later, not at once
        waiting = explain(runner.view, Key("default", "web"))
        assert made <= len(waiting) <= made + 1_000
        set_ = runner.store.get("statefulsets.apps", "default/web")
        assert set_ is not None
        runner.registry.update(
            Request("update", named("statefulsets.apps"), "default", "web", field_manager="me"),
            {**set_, "spec": {**set_["spec"], "replicas": 1}},
        )
        runner.settle()
        assert runner.store.count("pods") == 1


def test_a_sync_of_many_pods_ends_so_that_others_have_their_turn() -> None:
    runner = embed.begin(random.Random(1))
    parallel(runner, 5_000)
    while runner.store.count("pods") < 1_000:
        assert runner.work(5)
    while runner.store.get("statefulsets.apps", "default/web")["status"]["replicas"] == 0:  # type: ignore[index]
        assert runner.work(5)
    assert runner.store.count("pods") < 2_000


def test_what_is_full_takes_changes_and_deletions() -> None:
    runner = embed.begin(random.Random(1))
    text = "x" * 900_000
    made = 0

    def create() -> None:
        body = {"metadata": {"name": f"map-{made}"}, "data": {"a": text + str(made)}}
        maps = named("configmaps")
        runner.registry.create(Request("create", maps, "default", field_manager="me"), body)

    while send(create):
        made += 1
    assert ROOM // 900_000 - 2 < made <= ROOM // 900_000 + 1
    about = Request("delete", named("configmaps"), "default", "map-0", field_manager="me")
    for _ in range(2):
        runner.registry.delete(about, DeleteOptions())
        about = Request("delete", named("configmaps"), "default", "map-1", field_manager="me")
    assert send(create)


def test_the_log_forgets_large_changes_sooner() -> None:
    store = Store(logged=100_000)
    store.create("configmaps", {"metadata": {"name": "a"}, "data": {"a": ""}})
    for number in range(100):
        changed = {"metadata": {"name": "a"}, "data": {"a": str(number) * 10_000}}
        store.update("configmaps", changed)
    kept = list(store.since(store.floor))
    assert 1 <= len(kept) <= 10
    assert store.at(store.floor).get("configmaps", "a") is not None
    assert store.weight == apart(store.get("configmaps", "a"))


@given(st.sets(st.integers(0, 60)), st.integers(0, 61), st.integers(-2, 70))
def test_gaps_are_what_is_not_there(there: set[int], end: int, below: int) -> None:
    held = sorted(one for one in there if one < end)
    gaps = Gaps(held, end)
    expected = [one for one in range(end) if one not in there]
    assert list(gaps) == expected
    assert list(reversed(gaps)) == expected[::-1]
    assert list(gaps.descending(below)) == [one for one in expected[::-1] if one < below]
    assert (gaps.count, bool(gaps)) == (len(expected), bool(expected))
    spots_ = Spots(held[::2], gaps)
    assert list(spots_) == sorted([*held[::2], *expected])
    assert list(reversed(spots_)) == list(spots_)[::-1]


@given(st.integers(-(2**63), 2**63 - 1))
def test_durations_are_gos(seconds: int) -> None:
    wrapped = ctypes.c_int64(seconds * 10**9).value
    assert duration(seconds) == wrapped / 10**9
    timestamp(START + duration(seconds))


@pytest.mark.parametrize("moment", [-1e300, 1e300, float(2**63), 0.0])
def test_every_moment_has_a_timestamp(moment: float) -> None:
    for text in (timestamp(moment), micro_timestamp(moment)):
        assert gotime.problem(text) == ""
        seconds_of(text)

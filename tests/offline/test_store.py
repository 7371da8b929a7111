"""The store: one version counter, one log, the state at any version."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.offline.errors import ApiError
from tutor.offline.sharing import apart, share
from tutor.offline.store import LARGEST, LEASES, Change, Store, key_of

Obj = dict[str, Any]


def pod(name: str, namespace: str = "shop", **more: Any) -> Obj:
    return {"kind": "Pod", "metadata": {"name": name, "namespace": namespace, **more}}


def names(objects: Any) -> list[str]:
    return [key_of(obj) for obj in objects]


def test_every_change_has_the_next_version() -> None:
    store = Store(first=7)
    made = store.create("pods", pod("a"))
    assert made.version == store.version == 8
    assert made.after is not None
    assert made.after["metadata"]["resourceVersion"] == "8"
    changed = store.update("pods", {**made.after, "spec": {}})
    gone = store.delete("pods", "shop/a")
    assert [one.type for one in (made, changed, gone)] == ["ADDED", "MODIFIED", "DELETED"]
    assert [change.version for change in store.since(7)] == [8, 9, 10]
    assert gone.after is None
    assert gone.last["metadata"]["resourceVersion"] == "10"
    assert gone.before is changed.after


def test_what_was_handed_out_never_changes() -> None:
    store = Store()
    given_ = pod("a")
    stored = store.create("pods", given_).last
    store.update("pods", {**stored, "spec": {"nodeName": "node-1"}})
    assert given_ == pod("a")
    assert "spec" not in stored
    assert stored["metadata"]["resourceVersion"] == "101"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(0, 3) | st.floats(0, 1) | st.text(max_size=2),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=1), inner),
    max_leaves=10,
)


@given(JSON, JSON)
def test_sharing_changes_nothing(old: Any, new: Any) -> None:
    before = json.dumps([old, new])
    found = share(old, new)
    assert json.dumps(found) == json.dumps(new) or found == new
    assert json.dumps([old, new]) == before
    assert share(old, json.loads(json.dumps(old))) is old or not isinstance(old, dict | list)


def test_true_is_not_one() -> None:
    assert json.dumps(share({"a": 1, "b": [1]}, {"a": True, "b": [1.0]})) == (
        '{"a": true, "b": [1.0]}'
    )


def test_items_of_a_long_list_stay_whole() -> None:
    old = [{"name": str(number), "on": True} for number in range(40)]
    put_in = {"name": "new", "on": True}
    found = share(old, [*old[:5], put_in, *old[5:]])
    assert found[5] is put_in
    assert all(one is other for one, other in zip(found[6:], old[5:], strict=True))
    assert share(old, json.loads(json.dumps(old))) is old
    numbers = [{**one, "on": 1} for one in old]
    assert json.dumps(share(old, numbers)) == json.dumps(numbers)


def test_versions_share_what_did_not_change() -> None:
    store = Store()
    first = store.create("pods", {**pod("a"), "spec": {"containers": [{"name": "app"}]}}).last
    copy = json.loads(json.dumps(first))
    copy["status"] = {"phase": "Running"}
    second = store.update("pods", copy).last
    assert second["spec"] is first["spec"]
    assert second["status"] == {"phase": "Running"}


def test_a_taken_name_and_an_absent_one() -> None:
    store = Store()
    store.create("pods", pod("a"))
    with pytest.raises(KeyError):
        store.create("pods", pod("a"))
    with pytest.raises(KeyError):
        store.update("pods", pod("b"))
    with pytest.raises(KeyError):
        store.delete("pods", "b")
    assert store.version == 101


def test_lists_are_in_the_order_of_etcd() -> None:
    store = Store()
    for namespace, name in (("b", "x"), ("a", "z"), ("a-b", "y"), ("a", "b"), ("a", "a-1")):
        store.create("pods", pod(name, namespace))
    assert names(store.list("pods")) == ["a-b/y", "a/a-1", "a/b", "a/z", "b/x"]
    assert names(store.list("pods", "a")) == ["a/a-1", "a/b", "a/z"]
    assert names(store.list("pods", "a", after="a/a-1")) == ["a/b", "a/z"]
    assert store.count("pods", "a") == 3
    assert store.count("pods") == 5
    assert store.count("pods", "none") == 0
    assert names(store.list("nodes")) == []


def owner(uid: str, controller: bool) -> Obj:
    return {"uid": uid, "controller": controller}


def test_objects_are_found_by_their_owners() -> None:
    store = Store()
    first = store.create("pods", pod("b", ownerReferences=[owner("set", True)])).last
    store.create("pods", pod("a", ownerReferences=[owner("set", True), owner("other", False)]))
    store.create("persistentvolumeclaims", pod("c", ownerReferences=[owner("set", False)]))
    assert names(store.owned("pods", "set")) == ["shop/a", "shop/b"]
    assert names(store.owned("pods", "other")) == []
    assert names(store.owned("persistentvolumeclaims", "set")) == []
    assert [(resource, key_of(obj)) for resource, obj in store.dependents("set")] == [
        ("persistentvolumeclaims", "shop/c"),
        ("pods", "shop/a"),
        ("pods", "shop/b"),
    ]
    metadata = {name: part for name, part in first["metadata"].items() if name[:5] != "owner"}
    store.update("pods", {**first, "metadata": metadata})
    store.delete("pods", "shop/a")
    assert names(store.owned("pods", "set")) == []
    assert [resource for resource, _ in store.dependents("set")] == ["persistentvolumeclaims"]
    assert list(store.dependents("other")) == []


@pytest.mark.parametrize("resource", ["pods", "services"])  # with an index, and without
def test_objects_are_found_by_their_labels(resource: str) -> None:
    store = Store()
    first = store.create(resource, pod("b", labels={"app": "web", "x": "1"})).last
    store.create(resource, pod("a", labels={"app": "web"}))
    store.create(resource, pod("c", "other", labels={"app": "web"}))
    assert names(store.matching(resource, "shop", {"app": "web"})) == ["shop/a", "shop/b"]
    assert names(store.matching(resource, "shop", {"app": "web", "x": "1"})) == ["shop/b"]
    assert names(store.matching(resource, "shop", {"app": "db"})) == []
    assert names(store.matching(resource, "shop", {})) == ["shop/a", "shop/b"]
    store.update(resource, {**first, "metadata": {**first["metadata"], "labels": {"x": "1"}}})
    store.delete(resource, "shop/a")
    assert names(store.matching(resource, "shop", {"app": "web"})) == []
    assert names(store.matching(resource, "shop", {"x": "1"})) == ["shop/b"]


def test_a_version_the_log_does_not_reach_is_expired() -> None:
    store = Store(first=10, keep=4)
    for index in range(20):
        store.create("pods", pod(f"p{index:02}"))
    assert store.version == 30
    assert store.version - store.floor in range(4, 6)
    for ask in (store.since, store.at):
        with pytest.raises(ApiError) as gone:
            ask(store.floor - 1)
        assert gone.value.code == 410
        assert gone.value.reason == "Expired"
        words = f"too old resource version: {store.floor - 1} ({store.floor})"
        assert gone.value.message == words
    assert len(list(store.since(store.floor))) == store.version - store.floor
    assert len(list(store.at(store.floor).list("pods"))) == store.floor - 10


def test_a_reader_of_the_log_sees_what_happens_meanwhile() -> None:
    store = Store()
    store.create("pods", pod("a"))
    reader = store.since(100)
    assert next(reader).key == "shop/a"
    store.create("pods", pod("b"))
    assert next(reader).key == "shop/b"
    assert next(reader, None) is None


def test_listeners_hear_until_they_stop() -> None:
    store = Store()
    heard: list[Change] = []
    stop = store.listen(heard.append)
    store.create("pods", pod("a"))
    stop()
    store.create("pods", pod("b"))
    assert [change.key for change in heard] == ["shop/a"]


def test_the_log_says_when_and_who() -> None:
    moments = iter([1.0, 1.5, 2.5])
    store = Store(lambda: next(moments))
    store.actor = "kubelet"
    store.create("pods", pod("a"))
    store.actor = ""
    store.delete("pods", "shop/a")
    assert [(change.time, change.actor) for change in store.since(100)] == [
        (1.5, "kubelet"),
        (2.5, ""),
    ]


def test_a_store_goes_on_from_another_ones_objects() -> None:
    old = Store()
    old.create("pods", pod("a", labels={"app": "web"}, ownerReferences=[owner("set", True)]))
    new = Store()
    new.load({name: list(old.list(name)) for name in old.resources()}, old.version)
    assert new.version == new.floor == old.version
    assert list(new.list("pods")) == list(old.list("pods"))
    assert names(new.owned("pods", "set")) == ["shop/a"]
    assert names(new.at(new.version).list("pods")) == ["shop/a"]
    assert new.create("pods", pod("b")).version == old.version + 1
    with pytest.raises(ValueError, match="empty"):
        new.load({}, 5)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["put", "delete"]),
        st.sampled_from(["pods", "services"]),
        st.sampled_from(["a", "b", "c"]),
        st.integers(0, 3),
    ),
    max_size=30,
)


@given(STEPS, st.integers(0, 30))
def test_the_state_at_every_version_is_what_it_was(steps: Any, cut: int) -> None:
    store = Store()
    states = {store.version: _state(store)}
    for what, resource, name, value in steps:
        obj = {**pod(name, labels={"v": str(value)}), "spec": value}
        if store.get(resource, f"shop/{name}") is None:
            store.create(resource, obj)
        elif what == "delete":
            store.delete(resource, f"shop/{name}")
        else:
            store.update(resource, obj)
        states[store.version] = _state(store)
    store.compact(100 + cut)
    for version, state in states.items():
        if version < store.floor:
            continue
        snapshot = store.at(version)
        found = {
            (resource, key_of(obj)): obj
            for resource in snapshot.resources()
            for obj in snapshot.list(resource)
        }
        assert found == state
        pods = list(store.at(version, "pods").list("pods", "shop"))
        assert pods == [obj for (resource, _), obj in sorted(state.items()) if resource == "pods"]
    for value in range(4):
        labels = {"v": str(value)}
        assert list(store.matching("pods", "shop", labels)) == [
            obj for obj in store.list("pods") if obj["metadata"]["labels"] == labels
        ]


def _state(store: Store) -> dict[tuple[str, str], Obj]:
    return {
        (resource, key_of(obj)): obj
        for resource in store.resources()
        for obj in store.list(resource)
    }


def test_a_version_has_its_moment() -> None:
    now = 5.0
    store = Store(lambda: now)
    for moment in (6.0, 7.0, 8.0):
        now = moment
        store.create("pods", pod(f"p{moment:.0f}"))
    assert [store.time_at(version) for version in (100, 101, 102, 103)] == [5.0, 6.0, 7.0, 8.0]
    assert [store.at(version).time for version in (100, 103)] == [5.0, 8.0]
    store.compact(102)
    assert [store.time_at(version) for version in (102, 103)] == [7.0, 8.0]
    with pytest.raises(ApiError):
        store.time_at(101)


BEATS = st.lists(
    st.tuples(
        st.sampled_from(["pods", LEASES, LEASES, LEASES]),
        st.sampled_from(["a", "b"]),
        st.sampled_from(["put", "put", "put", "delete"]),
    ),
    max_size=60,
)


def _state_at(store: Store, version: int) -> dict[tuple[str, str], Any]:
    snapshot = store.at(version)
    return {
        (resource, key_of(obj)): obj
        for resource in snapshot.resources()
        for obj in snapshot.list(resource)
    }


@given(BEATS, st.integers(2, 12))
def test_renewals_of_leases_go_before_anything_else(steps: Any, keep: int) -> None:
    store = Store(keep=keep)
    states = {store.version: _state(store)}
    lives: dict[tuple[str, str], list[int]] = {}
    for resource, name, what in steps:
        key = f"shop/{name}"
        if store.get(resource, key) is None:
            store.create(resource, pod(name))
        elif what == "delete":
            store.delete(resource, key)
        else:
            store.update(resource, {**pod(name), "spec": store.version})
        states[store.version] = _state(store)
        lives.setdefault((resource, key), []).append(store.version)
    assert store.version == 100 + len(steps)
    assert len(list(store.since(store.floor))) <= keep + keep // 4 + 1
    for version, state in states.items():
        if version < store.floor:
            continue
        found = {
            (resource, key_of(obj)): obj
            for resource in (LEASES, "pods")
            for obj in store.at(version).list(resource)
        }
        assert found.keys() == state.keys()
        for (resource, key), obj in found.items():
            if resource == "pods":
                assert obj == state[resource, key]
            else:  # as it was then, or a little earlier
                shown = int(obj["metadata"]["resourceVersion"])
                assert shown in lives[resource, key]
                assert shown <= version
    before = _state_at(store, store.floor)
    for change in store.since(store.floor):
        assert before.get((change.resource, change.key)) == change.before
        before[change.resource, change.key] = change.after


def test_a_cluster_at_rest_keeps_its_history() -> None:
    store = Store(keep=100)
    store.create("pods", pod("a"))
    for name in ("a", "b", "c"):
        store.create(LEASES, pod(name))
    for beat in range(3000):
        store.update(LEASES, {**pod("abc"[beat % 3]), "spec": beat})
    assert store.floor == 100
    assert [change.key for change in store.since(100)][:1] == ["shop/a"]
    assert len(list(store.since(100))) <= 125


def test_objects_are_weighed_before_their_turn_and_nothing_is_left_of_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A turn is short: it holds everybody, and a large object takes long to weigh."""
    store = Store()
    inside, weighed = False, 0

    def turn(write: Callable[[], Change]) -> Change:
        nonlocal inside
        inside = True
        try:
            return write()
        finally:
            inside = False

    def weigh(one: object, other: object = None) -> int:
        nonlocal weighed
        assert not inside
        weighed += 1
        return apart(one, other)

    monkeypatch.setattr("tutor.offline.store.apart", weigh)
    store.turn = turn
    body = {"metadata": {"name": "a", "namespace": "n"}, "data": {"k": "x" * 1000}}
    made = store.create("configmaps", body).last
    assert store.weight > 1000
    store.update("configmaps", {**made, "data": {"k": "y" * 2000}})
    assert store.weight > 2000
    store.delete("configmaps", "n/a")
    assert store.weight == 0
    assert weighed == 6


def test_an_object_that_no_request_to_etcd_holds_is_refused() -> None:
    def filled(name: str, fields: int) -> Obj:
        parts = [{"name": f"part-{n:06}", "value": "x" * 30} for n in range(fields)]
        return {"metadata": {"name": name, "namespace": "shop"}, "spec": {"parts": parts}}

    store = Store()
    store.create("things", filled("a", LARGEST // 100))
    with pytest.raises(ApiError) as refused:
        store.update("things", filled("a", LARGEST // 50))
    assert (refused.value.code, refused.value.message) == (500, "etcdserver: request is too large")
    with pytest.raises(ApiError):
        store.create("things", filled("b", LARGEST // 50))
    assert names(store.list("things")) == ["shop/a"]

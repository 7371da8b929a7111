"""Bodies and patches of any size: work grows as they do, and what is told of them is bounded."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.work import growth, steps
from tutor.offline.admission.apply import typed
from tutor.offline.admission.decode import MOST_STRICT, check, decode
from tutor.offline.admission.gojson import JsonError, loads
from tutor.offline.admission.patch import strategic
from tutor.offline.admission.types import type_of
from tutor.offline.admission.values import Json
from tutor.offline.errors import ApiError

SET = type_of("StatefulSet", "apps/v1")
POD = typed.root("PodSpec")


def pairs(names: list[str]) -> str:
    data = ",".join(f'"{name}":"v"' for name in names)
    head = '{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"a"},"data":{'
    return f"{head}{data}}}}}"


def env(names: list[str], **more: str) -> dict[str, Json]:
    return {"containers": [{"name": "app", "env": [{"name": name, **more} for name in names]}]}


def names(size: int) -> list[str]:
    return [f"N{number}" for number in range(size)]


def _decoding(text: Callable[[int], str]) -> Callable[[int], Callable[[], object]]:
    def work(size: int) -> Callable[[], object]:
        body = text(size).encode()
        return lambda: decode(body, "application/json", "ConfigMap", "v1", "Warn")

    return work


def _reading(text: Callable[[int], str]) -> Callable[[int], Callable[[], object]]:
    def work(size: int) -> Callable[[], object]:
        body = text(size)

        def read() -> None:
            with pytest.raises(JsonError):
                loads(body)

        return read

    return work


def _patching(
    original: Callable[[int], Json], patch: Callable[[int], Json]
) -> Callable[[int], Callable[[], object]]:
    def work(size: int) -> Callable[[], object]:
        before, change = original(size), patch(size)
        return lambda: strategic.apply(before, change, POD)

    return work


def _merging(left: Callable[[int], Json], right: Callable[[int], Json]) -> Any:
    def work(size: int) -> Callable[[], object]:
        one, other = left(size), right(size)
        return lambda: typed.merge(one, other, POD)

    return work


WORK: dict[str, Callable[[int], Callable[[], object]]] = {
    "doubled keys": _decoding(lambda size: pairs(names(size) * 2)),
    "one key": _decoding(lambda size: pairs(["a"] * size)),
    "unknown fields": _decoding(
        lambda size: json.dumps(
            {"kind": "ConfigMap", "apiVersion": "v1", **dict.fromkeys(names(size), 1)}
        )
    ),
    "a fault at the end": _reading(lambda size: '["' + 'x\\n", "' * size),
    "removals": _patching(
        lambda size: env(names(size), value="v"),
        lambda size: env(names(size), **{"$patch": "delete"}),
    ),
    "changes": _patching(
        lambda size: env(names(size), value="v"), lambda size: env(names(size), value="w")
    ),
    "an order": _patching(
        lambda size: env(names(size), value="v"),
        lambda size: {
            "containers": [
                {
                    "name": "app",
                    "$setElementOrder/env": [{"name": name} for name in reversed(names(size))],
                }
            ]
        },
    ),
    "kept keys": _patching(
        lambda size: {"nodeSelector": dict.fromkeys(names(size), "v")},
        lambda size: {"nodeSelector": {"$retainKeys": names(size)}},
    ),
    "an apply in another order": _merging(
        lambda size: env(names(size), value="v"), lambda size: env(names(size)[::-1], value="w")
    ),
}


@pytest.mark.parametrize("kind", WORK)
def test_twice_as_much_takes_twice_the_steps(kind: str) -> None:
    assert growth(lambda size: steps(WORK[kind](size)), 300, times=2) < 1.15


def test_a_hundred_strict_errors_are_told_each_once() -> None:
    body = pairs(names(500) * 3).encode()
    told = decode(body, "application/json", "ConfigMap", "v1", "Warn").warnings
    assert len(told) == len(set(told)) == MOST_STRICT
    assert told[0] == 'duplicate field "data.N0"'
    with pytest.raises(ApiError) as refused:
        decode(body, "application/json", "ConfigMap", "v1", "Strict")
    assert refused.value.message.count("duplicate field") == MOST_STRICT


def test_an_unknown_field_in_every_item_is_told_a_hundred_times() -> None:
    items = [{"name": name, "x": 1} for name in names(300)]
    containers = [{"name": "app", "env": items}]
    found = check({"spec": {"template": {"spec": {"containers": containers}}}}, SET)
    assert len(found) == MOST_STRICT


# -- removals one by one, as Go does them


def one_by_one(items: list[Json], gone: list[str], array: list[Json] | None) -> list[Json]:
    left = list(items)
    for name in gone:
        for index in reversed(range(len(left))):
            if left[index]["name"] == name:
                del left[index]
                if array is not None:
                    array[index : len(left)] = left[index:]
    return left


ITEMS = st.lists(
    st.builds(
        lambda name, value: {"name": name, "value": value},
        st.sampled_from("abcd"),
        st.integers(0, 9),
    ),
    max_size=8,
)


@given(ITEMS, st.lists(st.sampled_from("abcde"), max_size=6), st.booleans())
def test_removals_leave_what_is_left_one_by_one(
    items: list[Json], gone: list[str], kept: bool
) -> None:
    array = list(items) if kept else None
    other = list(items) if kept else None
    deletions = strategic.Deletions(items, strategic.by("name"), array)
    for name in gone:
        deletions.delete(strategic.by("name")({"name": name}))
    assert deletions.left() == one_by_one(items, gone, other)
    assert array == other

"""Long answers come piece by piece, and together they are what they would be in one."""

import json
from typing import Any

import yaml
from hypothesis import given
from hypothesis import strategies as st

from tests.work import steps
from tutor.manifest.emit import to_yaml
from tutor.offline.api.encoding import (
    Long,
    indented_pieces,
    json_pieces,
    outweighs,
    yaml_pieces,
)

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8) | st.sampled_from(
    ["a: b", "\n", "x\ny", '"', "\\n", "]}", "true", "1e3", "x\n\n", "\n\n", "...\n"]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
OBJECTS = st.dictionaries(TEXT, VALUES, max_size=3)
KEYS = st.sampled_from(["apiVersion", "kind", "metadata", "columnDefinitions"])
HEADS = st.dictionaries(KEYS, VALUES, max_size=3)


def long(head: dict[str, Any], items: list[dict[str, Any]]) -> Long:
    return Long(head, "items", iter(items))


@given(HEADS, st.lists(OBJECTS, max_size=4))
def test_the_pieces_of_a_list_are_the_whole(
    head: dict[str, Any], items: list[dict[str, Any]]
) -> None:
    whole = {**head, "items": items}
    compact = json.dumps(whole, separators=(",", ":"), ensure_ascii=False) + "\n"
    assert b"".join(json_pieces(long(head, items))).decode() == compact
    many = json.dumps(whole, indent=2, ensure_ascii=False)
    assert b"".join(indented_pieces(long(head, items))).decode() == many
    assert b"".join(yaml_pieces(long(head, items))).decode() == to_yaml(whole)


@given(OBJECTS)
def test_the_pieces_of_an_object_are_the_whole(value: dict[str, Any]) -> None:
    assert json.loads(b"".join(json_pieces(value))) == value
    assert b"".join(indented_pieces(value)).decode() == json.dumps(
        value, indent=2, ensure_ascii=False
    )


@given(OBJECTS)
def test_yaml_says_the_same(value: dict[str, Any]) -> None:
    assert yaml.safe_load(to_yaml(value)) == value


def test_a_large_object_comes_in_many_pieces() -> None:
    value = {"data": {f"key-{number}": ["v"] for number in range(30_000)}}
    pieces = list(json_pieces(value))
    assert b"".join(pieces).decode() == json.dumps(value, separators=(",", ":")) + "\n"
    assert max(map(len, pieces)) < 64 * 1024


@given(VALUES, st.integers(0, 12))
def test_weighing_counts_every_value_within(value: Any, most: int) -> None:
    def count(one: Any) -> int:
        parts = one.values() if isinstance(one, dict) else one
        return len(one) + sum(count(part) for part in parts if isinstance(part, dict | list))

    if isinstance(value, dict | list):
        assert outweighs(value, most) == (count(value) > most)


def test_weighing_stops_where_it_knows() -> None:
    few, many = ([[1, 2]] * (size * 10_000) for size in (1, 2))
    assert steps(lambda: outweighs(many, 500)) == steps(lambda: outweighs(few, 500))

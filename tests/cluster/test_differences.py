from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tutor.cluster.differences import differences
from tutor.model.applying import FieldChange

LEAVES = st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=3)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=12,
)
OBJECTS = st.dictionaries(st.sampled_from(["spec", "data", "metadata", "status"]), VALUES)


def changed(before: Any, after: Any) -> list[tuple[str, str, str]]:
    found = differences({"spec": before}, {"spec": after})
    return [(one.path, one.before, one.after) for one in found]


def test_fields_that_differ() -> None:
    assert changed({"replicas": 2, "x": 1}, {"replicas": 3, "x": 1}) == [
        ("spec.replicas", "2", "3")
    ]
    assert changed({}, {"a": {"b": True}}) == [("spec.a", "", '{"b": true}')]
    assert changed({"a": ""}, {}) == [("spec.a", '""', "")]
    assert changed({"a": "é"}, {"a": "日本"}) == [("spec.a", "é", "日本")]


def test_items_of_lists_are_told_apart_by_their_names() -> None:
    before = [{"name": "web", "image": "a"}, {"name": "log", "image": "b"}]
    after = [{"name": "log", "image": "b"}, {"name": "web", "image": "c"}]
    assert changed(before, after) == [("spec[1].image", "a", "c")]
    assert changed(before, before[:1]) == [("spec[1]", '{"name": "log", "image": "b"}', "")]
    assert changed([1, 2], [1, 3]) == [("spec[1]", "2", "3")]
    assert changed([1], [1, 3]) == [("spec", "[1]", "[1, 3]")]


def test_what_the_server_writes_is_nobodys_change() -> None:
    before = {"metadata": {"name": "a", "resourceVersion": "1", "uid": "x"}, "status": {"a": 1}}
    after = {"metadata": {"name": "a", "resourceVersion": "2", "managedFields": []}, "status": {}}
    assert differences(before, after) == ()
    labelled = {"metadata": {"name": "a", "labels": {"a.b/c": "d"}}}
    assert differences(before, labelled) == (FieldChange("metadata.labels", "", '{"a.b/c": "d"}'),)


def test_long_values_are_cut() -> None:
    (one,) = differences({"data": {"x": "a" * 5000}}, {"data": {"x": "b"}})
    assert len(one.before) == 200


@given(OBJECTS)
def test_nothing_differs_from_itself(found: dict[str, Any]) -> None:
    assert differences(found, found) == ()


@given(OBJECTS, OBJECTS)
def test_there_and_back_are_the_same_fields(one: dict[str, Any], other: dict[str, Any]) -> None:
    there, back = differences(one, other), differences(other, one)
    assert len(there) == len(back)
    assert {(c.before, c.after) for c in there} == {(c.after, c.before) for c in back}

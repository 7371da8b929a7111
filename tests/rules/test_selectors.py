import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.manifest.nodes import Data
from tutor.rules.selectors import labels, matches
from tutor.rules.shapes import dig

POD = {"app": "web", "tier": "db"}


def expression(operator: str, *values: str, key: str = "app") -> dict[str, Data]:
    return {"matchExpressions": [{"key": key, "operator": operator, "values": [*values]}]}


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        (None, False),
        ({}, True),
        ({"matchLabels": {}}, True),
        ({"matchLabels": {"app": "web"}}, True),
        ({"matchLabels": {"app": "web", "x": "y"}}, False),
        (expression("In", "web", "x"), True),
        (expression("In", "x"), False),
        (expression("NotIn", "x"), True),
        (expression("NotIn", "web"), False),
        (expression("NotIn", "x", key="absent"), True),
        (expression("Exists"), True),
        (expression("Exists", key="absent"), False),
        (expression("DoesNotExist", key="absent"), True),
        ({"matchLabels": {"app": "web"}, **expression("In", "x", key="tier")}, False),
        # Nothing can be said about what the server refuses.
        (expression("In"), None),
        (expression("Exists", "x"), None),
        (expression("Like", "x"), None),
        (expression("Exists", key=""), None),
        ({"matchLabels": {"app": 1}}, None),
        ({"matchLabels": ["app"]}, None),
        ({"matchExpressions": {}}, True),
        ({"matchExpressions": "x"}, None),
        ({"matchExpressions": ["x"]}, None),
        ("app", None),
    ],
)
def test_matches(selector: Data, expected: bool | None) -> None:
    assert matches(selector, POD) is expected


@given(st.dictionaries(st.text(max_size=3), st.text(max_size=3)))
def test_labels_select_themselves(pod: dict[str, str]) -> None:
    found = labels(dict(pod))
    assert found == pod
    assert matches({"matchLabels": dict(pod)}, pod)


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        (("a", 0, "b"), 1),
        (("a", 1), None),
        (("a", -1), None),
        (("a", "0"), None),
        (("a", True), None),
        (("b", "c"), None),
        ((), {"a": [{"b": 1}], "b": 2}),
    ],
)
def test_dig(steps: tuple[str | int, ...], expected: Data) -> None:
    assert dig({"a": [{"b": 1}], "b": 2}, *steps) == expected

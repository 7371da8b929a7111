"""Label and field selectors: what they take, what they refuse and in which words."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.offline.errors import ApiError
from tutor.offline.field_selectors import FieldSelector, fields
from tutor.offline.requirements import Requirement
from tutor.offline.resources import named
from tutor.offline.selectors import (
    EVERYTHING,
    Selector,
    labels,
    of_labels,
    of_object,
)

WEB = {"metadata": {"name": "web-0", "namespace": "shop", "labels": {"app": "web", "tier": "2"}}}


@pytest.mark.parametrize(
    ("text", "selected"),
    [
        ("", True),
        ("app=web", True),
        ("app==web", True),
        ("app!=web", False),
        ("app!=db,tier", True),
        ("!app", False),
        ("!zone", True),
        ("app in (db, web)", True),
        ("app notin (db,web)", False),
        ("zone notin (a)", True),
        ("zone!=a", True),
        ("tier>1", True),
        ("tier>2", False),
        ("tier<3", True),
        ("app>1", False),
        ("app=", False),
        ("in in (in)", False),
    ],
)
def test_label_selectors_select(text: str, selected: bool) -> None:
    assert labels(text)(WEB) is selected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("!!", "found '!', expected: identifier"),
        ("a b", "found 'b', expected: in, notin, =, ==, !=, gt, lt"),
        ("a,", "found '', expected: identifier after ','"),
        ("=b", "found '=', expected: !, identifier, or 'end of string'"),
        ("a in", "found '' expected: '('"),
        ("a in (b", "found '', expected: ',' or ')'"),
        ("a=b c", "found 'c', expected: ',' or 'end of string'"),
        ("tier>x", "values[0]: Invalid value: \"x\": for 'Gt', 'Lt' operators, the value must be "
                   "an integer"),
    ],
)  # fmt: skip
def test_a_label_selector_is_refused_in_the_parsers_words(text: str, words: str) -> None:
    with pytest.raises(ApiError) as refused:
        labels(text)
    assert refused.value.code == 400
    assert refused.value.message == f"unable to parse requirement: {words}"


def test_a_bad_key_or_value_is_named() -> None:
    with pytest.raises(ApiError, match='<nil>: Invalid value: "-a": name part must consist of'):
        labels("-a=b")
    with pytest.raises(ApiError, match=r'values\[0\]\[a\]: Invalid value: "-b": a valid label'):
        labels("a=-b")
    with pytest.raises(ApiError, match="name part must be no more than 63 bytes"):
        labels("a" * 64)


NAMES = st.from_regex(r"[a-z]([a-z0-9]{0,5})", fullmatch=True)
REQUIREMENTS = st.one_of(
    st.builds(
        lambda key, operator, value: Requirement(key, operator, (value,)),
        NAMES,
        st.sampled_from(["=", "!="]),
        NAMES,
    ),
    st.builds(
        lambda key, operator, values: Requirement(key, operator, tuple(sorted(values))),
        NAMES,
        st.sampled_from(["in", "notin"]),
        st.sets(NAMES, min_size=1, max_size=3),
    ),
    st.builds(Requirement, NAMES, st.sampled_from(["exists", "!"])),
)


@given(st.lists(REQUIREMENTS, max_size=4))
def test_what_a_selector_prints_is_parsed_back(requirements: list[Requirement]) -> None:
    selector = Selector(tuple(sorted(requirements, key=lambda one: one.key)))
    assert labels(str(selector)) == selector


@given(st.text(max_size=30))
def test_any_text_is_parsed_or_refused(text: str) -> None:
    codes = set()
    for parse in (labels, by_field):
        try:
            parse(text)(WEB)
        except ApiError as refused:
            codes.add(refused.code)
    assert codes <= {400}


def by_field(text: str) -> FieldSelector:
    return fields(named("pods"), text)


def test_the_selector_of_an_object() -> None:
    assert not of_object(None)(WEB)
    assert of_object({})(WEB)
    selector = of_object(
        {
            "matchLabels": {"app": "web"},
            "matchExpressions": [
                {"key": "tier", "operator": "In", "values": ["3", "2"]},
                {"key": "zone", "operator": "DoesNotExist"},
            ],
        }
    )
    assert selector(WEB)
    assert str(selector) == "app=web,tier in (2,3),!zone"
    with pytest.raises(ApiError, match="not a valid label selector operator"):
        of_object({"matchExpressions": [{"key": "a", "operator": "Like"}]})


def test_a_service_without_a_selector_selects_nothing() -> None:
    assert not of_labels(None)(WEB)
    assert not of_labels({})(WEB)
    assert of_labels({"app": "web"})(WEB)
    assert EVERYTHING(WEB)


POD = {
    "metadata": {"name": "web-0", "namespace": "shop"},
    "spec": {"nodeName": "node-1"},
    "status": {"phase": "Running"},
}
EVENT = {
    "metadata": {"name": "e"},
    "involvedObject": {"name": "web", "kind": "StatefulSet"},
    "reportingComponent": "default-scheduler",
    "source": {},
}


@pytest.mark.parametrize(
    ("resource", "obj", "text", "selected"),
    [
        ("pods", POD, "status.phase=Running", True),
        ("pods", POD, "status.phase!=Running", False),
        ("pods", POD, "spec.nodeName==node-1,metadata.namespace=shop", True),
        ("pods", POD, "spec.nodeName=", False),
        ("pods", POD, "spec.hostNetwork=false", True),
        ("pods", POD, "", True),
        ("events", EVENT, "involvedObject.name=web,involvedObject.kind=StatefulSet", True),
        ("events", EVENT, "source=default-scheduler", True),
        ("statefulsets.apps", POD, "metadata.name=web-0", True),
        ("statefulsets.apps", POD, r"metadata.name=a\,b", False),
    ],
)
def test_field_selectors_select(
    resource: str, obj: dict[str, object], text: str, selected: bool
) -> None:
    assert fields(named(resource), text)(obj) is selected


@pytest.mark.parametrize(
    ("resource", "text", "words"),
    [
        ("statefulsets.apps", "spec.replicas=1", '"spec.replicas" is not a known field selector: '
         'only "metadata.name", "metadata.namespace"'),
        ("pods", "spec.replicas=1", "field label not supported: spec.replicas"),
        ("pods", "status.phase", "invalid selector: 'status.phase'; can't understand "
         "'status.phase'"),
        ("pods", r"status.phase=\x", r"invalid field selector: invalid escape sequence: \x"),
    ],
)  # fmt: skip
def test_a_field_selector_is_refused(resource: str, text: str, words: str) -> None:
    with pytest.raises(ApiError) as refused:
        fields(named(resource), text)
    assert (refused.value.code, refused.value.message) == (400, words)


@pytest.mark.parametrize("make", [lambda: labels("b=1,a"), lambda: labels("a,b=1")])
def test_requirements_are_sorted(make: Callable[[], Selector]) -> None:
    assert str(make()) == "a,b=1"

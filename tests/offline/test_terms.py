"""Long selectors: the same verdict as term by term, in a step for each label."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.work import growth, steps
from tutor.offline.field_selectors import fields
from tutor.offline.requirements import Requirement
from tutor.offline.resources import named
from tutor.offline.selectors import FEW, Selector, labels
from tutor.offline.terms import Terms

KEYS = st.sampled_from(["app", "tier", "zone"])
VALUES = st.sampled_from(["", "a", "b", "1", "2", "-3", "007", "9" * 30])
REQUIREMENTS = st.one_of(
    st.builds(
        lambda key, operator, values: Requirement(key, operator, tuple(sorted(values))),
        KEYS,
        st.sampled_from(["in", "notin"]),
        st.sets(VALUES, min_size=1, max_size=4),
    ),
    st.builds(
        lambda key, operator, value: Requirement(key, operator, (value,)),
        KEYS,
        st.sampled_from(["=", "!=", "gt", "lt"]),
        VALUES,
    ),
    st.builds(Requirement, KEYS, st.sampled_from(["exists", "!"])),
)


@given(st.lists(REQUIREMENTS, max_size=12), st.dictionaries(KEYS, VALUES))
def test_terms_put_together_say_what_they_say_one_by_one(
    requirements: list[Requirement], found: dict[str, str]
) -> None:
    one_by_one = all(one(found) for one in requirements)
    assert Terms(requirements).met_by(found) is one_by_one
    assert Selector(tuple(requirements)).matches(found) is one_by_one


POD = {"metadata": {"name": "web-0", "namespace": "shop", "labels": {"app": "web", "x": "1"}}}
LABELS: dict[str, Callable[[int], str]] = {
    "other keys": lambda size: ",".join(f"key{n}!=v" for n in range(size)),
    "one key": lambda size: ",".join(f"app!=v{n}" for n in range(size)),
    "values": lambda size: "app notin (" + ",".join(f"v{n}" for n in range(size)) + ")",
    "numbers": lambda size: ",".join(f"x<{n + 5}" for n in range(size)),
    "absent": lambda size: ",".join(f"!key{n}" for n in range(size)),
}


@pytest.mark.parametrize("kind", LABELS)
def test_a_selector_of_any_length_takes_the_same_steps_for_an_object(kind: str) -> None:
    short, long = (labels(LABELS[kind](size)) for size in (4 * FEW, 40 * FEW))
    assert short(POD)
    assert long(POD)
    assert steps(lambda: long(POD)) == steps(lambda: short(POD))


def test_so_does_a_field_selector() -> None:
    short, long = (
        fields(named("pods"), ",".join(f"metadata.name!=n{n}" for n in range(size)))
        for size in (20, 400)
    )
    assert short(POD)
    assert long(POD)
    assert steps(lambda: long(POD)) == steps(lambda: short(POD))


@pytest.mark.parametrize("kind", LABELS)
def test_reading_a_selector_twice_as_long_takes_twice_the_steps(kind: str) -> None:
    def reading(size: int) -> Callable[[], object]:
        text = LABELS[kind](size)
        return lambda: labels(text)

    assert growth(lambda size: steps(reading(size)), 300, times=2) < 1.15


@pytest.mark.parametrize("value", ["1_0", " 1", "１", "9" * 5_000, "1.0", "+"])
def test_a_number_is_what_go_takes_for_one(value: str) -> None:
    assert not labels("x>0")({"metadata": {"labels": {"x": value}}})
    with_bound = Requirement("x", "gt", (value,))
    assert not with_bound({"x": "5"})

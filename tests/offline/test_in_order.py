"""Objects in the order of their keys."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.offline.in_order import InOrder

KEYS = st.sampled_from(["ns/a", "ns/b", "ns/c-1", "ns/c-10", "ns/c-2"])


@given(st.lists(st.tuples(KEYS, st.booleans())))
def test_it_is_a_sorted_dict(steps: list[tuple[str, bool]]) -> None:
    objects, expected = InOrder(), {}
    for number, (key, put) in enumerate(steps):
        if put:
            expected[key] = {"number": number}
            objects.put(key, expected[key])
        elif key in expected:
            objects.drop(key)
            del expected[key]
        else:
            with pytest.raises(KeyError):
                objects.drop(key)
        assert objects.all() == tuple(expected[key] for key in sorted(expected))
        assert len(objects) == len(expected)

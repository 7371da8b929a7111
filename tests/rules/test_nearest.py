from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.model.nearest import distance, nearest

words = st.text("abc-", max_size=7)


def edits(one: str, other: str) -> int:
    """Optimal string alignment by its definition, without a limit."""

    @cache
    def cost(i: int, j: int) -> int:
        if not i or not j:
            return i + j
        least = min(
            cost(i - 1, j) + 1,
            cost(i, j - 1) + 1,
            cost(i - 1, j - 1) + (one[i - 1] != other[j - 1]),
        )
        if i > 1 and j > 1 and one[i - 1] == other[j - 2] and one[i - 2] == other[j - 1]:
            least = min(least, cost(i - 2, j - 2) + 1)
        return least

    return cost(len(one), len(other))


@given(words, words, st.integers(0, 6))
def test_distance_is_right_up_to_its_limit(one: str, other: str, limit: int) -> None:
    assert distance(one, other, limit) == min(edits(one, other), limit + 1)


@pytest.mark.parametrize(
    ("word", "known", "expected"),
    [
        ("ngnix", ["redis", "nginx"], "nginx"),
        ("Nginx", ["nginx"], "nginx"),
        ("web", ["wbe", "web"], "web"),
        ("web", ["db"], ""),
        ("a", ["b"], "b"),
        ("abc", ["xyz"], ""),
        ("statefulset", ["statefullset"], "statefullset"),
        ("nginx", [], ""),
        ("x" * 254, ["x" * 254], ""),
    ],
)
def test_nearest(word: str, known: list[str], expected: str) -> None:
    assert nearest(word, known) == expected


@given(words.filter(bool), st.lists(words))
def test_a_known_word_is_nearest_to_itself(word: str, known: list[str]) -> None:
    assert nearest(word, [*known, word]).lower() == word

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.model.course import ChoiceTask, Form
from tutor.quiz.marking import Verdict, complete, mark

CHOICES = ("a", "b", "c", "d")
ONE = ChoiceTask("q", False, Form.ONE, CHOICES, ("b",))
MANY = ChoiceTask("q", False, Form.MANY, CHOICES, ("b", "d"))
ORDER = ChoiceTask("q", False, Form.ORDER, CHOICES, ("c", "a", "b"))


@pytest.mark.parametrize(
    ("task", "given", "right"),
    [
        (ONE, ["b"], True),
        (ONE, ["a"], False),
        (MANY, ["d", "b"], True),
        (MANY, ["b"], False),
        (MANY, ["b", "d", "a"], False),
        (ORDER, ["c", "a", "b"], True),
        (ORDER, ["a", "c", "b"], False),
        (ORDER, ["c", "a", "d"], False),
    ],
)
def test_an_answer_is_right_as_a_whole_or_not(
    task: ChoiceTask, given: list[str], right: bool
) -> None:
    assert mark(task, given).right is right


def test_every_choice_gets_its_verdict() -> None:
    marked = mark(MANY, ["a", "b"])
    assert dict(marked.verdicts) == {
        "a": Verdict.WRONG,
        "b": Verdict.HIT,
        "c": Verdict.LEFT,
        "d": Verdict.MISSED,
    }
    with pytest.raises(KeyError):
        marked.verdict("e")


def test_in_an_order_a_choice_is_right_at_its_place() -> None:
    marked = mark(ORDER, ["c", "b", "d"])
    assert dict(marked.verdicts) == {
        "a": Verdict.MISSED,
        "b": Verdict.WRONG,
        "c": Verdict.HIT,
        "d": Verdict.WRONG,
    }


@pytest.mark.parametrize(
    ("task", "given"),
    [
        (ONE, []),
        (ONE, ["a", "b"]),
        (ONE, ["x"]),
        (MANY, []),
        (MANY, ["b", "b"]),
        (ORDER, ["c", "a"]),
        (ORDER, ["c", "a", "b", "d"]),
    ],
)
def test_what_is_no_answer_is_not_marked(task: ChoiceTask, given: list[str]) -> None:
    assert not complete(task, given)
    with pytest.raises(ValueError, match="not an answer"):
        mark(task, given)


@given(st.sampled_from([ONE, MANY, ORDER]), st.lists(st.sampled_from(CHOICES), unique=True))
def test_right_means_no_choice_is_wrong_or_missed(task: ChoiceTask, given: list[str]) -> None:
    if not complete(task, given):
        return
    marked = mark(task, given)
    verdicts = [verdict for _, verdict in marked.verdicts]
    assert marked.right == (Verdict.WRONG not in verdicts and Verdict.MISSED not in verdicts)
    assert [choice for choice, _ in marked.verdicts] == list(task.choices)


def test_exactly_one_order_is_right() -> None:
    answers = [p for p in permutations(CHOICES, 3) if mark(ORDER, p).right]
    assert answers == [ORDER.answer]

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.model.course import ChoiceTask, Course, Form
from tutor.model.progress import Did
from tutor.quiz import round as rounds
from tutor.quiz.bank import questions


def test_a_round_from_the_first_question_to_the_end(course: Course) -> None:
    bank = questions(course)
    played = rounds.begin(bank, random.Random(1).sample)
    assert played.current is not None
    assert played.current.question is bank[0]
    assert rounds.advance(played) == played, "a question that is not answered stays"

    played, events = rounds.answer(played, ["ip"], 5.0)
    assert [(e.at, e.did, e.lesson, e.task, e.codes, e.right) for e in events] == [
        (5.0, Did.QUIZZED, "start/first", "which", ("ip",), False)
    ]
    assert played.marked is not None
    assert not played.marked.right
    assert rounds.answer(played, ["name", "claim"], 6.0) == (played, ()), "answered once"

    played = rounds.advance(played)
    played, events = rounds.answer(played, ["claim", "name"], 7.0)
    assert events[0].right
    played = rounds.advance(played)
    assert played.finished
    assert played.current is None
    assert played.score == 1
    assert played.wrong == (bank[0],)
    assert rounds.answer(played, ["ip"], 8.0) == (played, ())


def test_an_empty_round_is_finished() -> None:
    assert rounds.begin((), random.Random(1).sample).finished


def test_an_answer_must_be_complete(course: Course) -> None:
    with pytest.raises(ValueError, match="not an answer"):
        rounds.answer(rounds.begin(questions(course), random.Random(1).sample), [], 0.0)


@given(st.integers(), st.permutations(["a", "b", "c", "d"]), st.integers(2, 4))
def test_shuffling_keeps_the_choices_and_never_gives_an_order_away(
    seed: int, answer: list[str], length: int
) -> None:
    task = ChoiceTask("q", False, Form.ORDER, ("a", "b", "c", "d"), tuple(answer[:length]))
    shown = rounds.shuffled(task, random.Random(seed).sample)
    assert sorted(shown) == ["a", "b", "c", "d"]
    assert tuple(c for c in shown if c in task.answer) != task.answer

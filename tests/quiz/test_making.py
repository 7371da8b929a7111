"""Questions made up: always answerable, and right as the controllers have it."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tutor.model.course import Form, Topic
from tutor.model.made import Asks, Made, Situation
from tutor.quiz.making import TOPICS, answered, make
from tutor.quiz.marking import complete, mark


def pods(*ordinals: int) -> tuple[str, ...]:
    return tuple(f"web-{n}" for n in ordinals)


def claims(*ordinals: int) -> tuple[str, ...]:
    return tuple(f"data-web-{n}" for n in ordinals)


@pytest.mark.parametrize(
    ("situation", "form", "choices", "answer"),
    [
        (Situation(Asks.GOING, 5, 2), Form.ORDER, pods(2, 3, 4), pods(4, 3, 2)),
        (Situation(Asks.TURNS, 4, 4, partition=1), Form.ORDER, pods(1, 2, 3), pods(3, 2, 1)),
        (Situation(Asks.REPLACED, 4, 4, partition=2), Form.MANY, pods(0, 1, 2, 3), pods(2, 3)),
        (Situation(Asks.STUCK, 3, 3), Form.MANY, pods(0, 1, 2), pods(0, 1)),
        (Situation(Asks.LEFT, 3, 1), Form.MANY, claims(0, 1, 2), claims(0, 1, 2)),
        (Situation(Asks.LEFT, 3, 1, deletes=True), Form.MANY, claims(0, 1, 2), claims(0)),
        (Situation(Asks.NAMES, 2, 2, start=3), Form.MANY, pods(0, 1, 2, 3, 4, 5), pods(3, 4)),
    ],
    ids=lambda one: one.asks.value if isinstance(one, Situation) else "",
)
def test_a_situation_is_answered_by_its_play(
    situation: Situation, form: Form, choices: tuple[str, ...], answer: tuple[str, ...]
) -> None:
    task = answered(situation).task
    assert (task.form, task.choices, task.answer) == (form, choices, answer)
    assert not task.predict


@given(st.integers(), st.integers(0, 8), st.sampled_from([None, *Topic]))
@settings(max_examples=25, deadline=None)
def test_whatever_is_made_can_be_answered_and_is_not_given_away(
    seed: int, count: int, topic: Topic | None
) -> None:
    made = make(count, random.Random(seed).sample, topic)
    assert len(made) == (0 if topic is Topic.START else count)
    for one in made:
        assert topic in (None, TOPICS[one.situation.asks])
        assert complete(one.task, one.task.answer)
        assert mark(one.task, one.task.answer).right
        assert len(one.task.choices) >= 2
        if one.task.form is Form.ORDER:
            assert len(one.task.answer) >= 2
    kinds = [one.situation.asks for one in made[: len(TOPICS)]]
    assert topic is not None or len(set(kinds)) == len(kinds)


def test_the_same_chance_makes_the_same_questions() -> None:
    one, other = (make(4, random.Random(3).sample) for _ in range(2))
    assert one == other
    assert isinstance(one[0], Made)

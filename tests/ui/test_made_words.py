"""Made-up questions have words in every language, for every choice."""

from collections.abc import Iterator

import pytest

from tests.ui.test_plain import talk
from tutor.i18n.translator import translator
from tutor.model.course import LANGUAGES
from tutor.model.made import Asks, Situation
from tutor.model.progress import Did
from tutor.quiz.making import answered
from tutor.session.ports import MemoryStore
from tutor.ui.made_words import TITLES, of
from tutor.ui.outside import Start


def situations() -> Iterator[Situation]:
    yield Situation(Asks.GOING, 4, 1)
    yield Situation(Asks.TURNS, 4, 4, partition=1)
    yield Situation(Asks.REPLACED, 4, 4, partition=2)
    yield Situation(Asks.STUCK, 4, 4, partition=1)
    yield Situation(Asks.LEFT, 3, 1)
    yield Situation(Asks.LEFT, 3, 1, deletes=True)
    yield Situation(Asks.NAMES, 2, 2, start=3)


def test_every_kind_of_question_is_tried() -> None:
    assert {one.asks for one in situations()} == set(Asks) == set(TITLES)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("situation", list(situations()), ids=lambda one: one.asks.value)
def test_questions_and_every_choice_are_explained(situation: Situation, language: str) -> None:
    made = answered(situation)
    said = of(made, translator(language))
    assert set(said.explanations) == set(said.choices) == set(made.task.choices)
    for text in (said.title, said.prompt, *said.explanations.values()):
        assert text
        assert "{" not in text
    assert str(situation.replicas) in said.prompt
    right = {said.explanations[one] for one in made.task.answer}
    wrong = {text for one, text in said.explanations.items() if one not in made.task.answer}
    assert not right & wrong or situation.asks is Asks.NAMES


def test_they_are_asked_in_lines_and_kept_nowhere() -> None:
    store = MemoryStore()
    answers = ["1", "1 2", "1 2 3", "1 2 3 4", "1 2 3 4 5"]  # one of them is an answer's form
    said = talk(*answers, "home", "quit", start=Start(quiz=True, count=1, made=1), store=store)
    assert "question 1 of 2" in said.text
    assert "question 2 of 2" in said.text
    assert any(one in said.text for one in TITLES.values())
    quizzed = [event for event in store.events if event.did is Did.QUIZZED]
    assert len(quizzed) == 1

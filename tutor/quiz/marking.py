"""Marking an answer to a question, choice by choice."""

import enum
from collections.abc import Sequence
from dataclasses import dataclass

from tutor.model.course import ChoiceTask, Form


class Verdict(enum.StrEnum):
    """What an answer made of one choice."""

    HIT = "hit"
    """Chosen, and right."""
    WRONG = "wrong"
    """Chosen (or put at this place), and wrong."""
    MISSED = "missed"
    """Not chosen, but right."""
    LEFT = "left"
    """Not chosen, and rightly so."""


@dataclass(frozen=True, slots=True)
class Marked:
    """An answer, marked.

    Attributes:
        given: The choices given, in the order given.
        right: Whether the whole answer is right.
        verdicts: Every choice of the question with its verdict, in the question's order.
    """

    given: tuple[str, ...]
    right: bool
    verdicts: tuple[tuple[str, Verdict], ...]

    def verdict(self, choice: str) -> Verdict:
        """The verdict on one choice.

        Raises:
            KeyError: The question has no such choice.
        """
        return dict(self.verdicts)[choice]


def complete(task: ChoiceTask, given: Sequence[str]) -> bool:
    """Whether an answer can be marked at all.

    One choice for ``one``, at least one for ``many``, as many as the sequence is long for
    ``order``; none twice, and only choices that the question has.
    """
    if len(set(given)) != len(given) or not set(given) <= set(task.choices):
        return False
    match task.form:
        case Form.ONE:
            return len(given) == 1
        case Form.MANY:
            return len(given) > 0
        case Form.ORDER:
            return len(given) == len(task.answer)


def mark(task: ChoiceTask, given: Sequence[str]) -> Marked:
    """Mark an answer.

    Raises:
        ValueError: The answer is not :func:`complete`.
    """
    if not complete(task, given):
        raise ValueError(f"not an answer to {task.id}: {list(given)}")
    if task.form is Form.ORDER:
        places = {choice: i for i, choice in enumerate(task.answer)}
        right = tuple(given) == task.answer
        chosen = {c for i, c in enumerate(given) if places.get(c) == i}
        verdicts = tuple(
            (c, _verdict(c in given, c in chosen if c in given else c in places))
            for c in task.choices
        )
    else:
        right = set(given) == set(task.answer)
        verdicts = tuple((c, _verdict(c in given, c in task.answer)) for c in task.choices)
    return Marked(tuple(given), right, verdicts)


def _verdict(given: bool, right: bool) -> Verdict:
    if given:
        return Verdict.HIT if right else Verdict.WRONG
    return Verdict.MISSED if right else Verdict.LEFT

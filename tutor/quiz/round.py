"""One round of a quiz: frozen state, and pure functions from a round to the next."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from tutor.model.course import ChoiceTask, Form
from tutor.model.made import Made
from tutor.model.progress import Did, Event
from tutor.quiz.bank import Question
from tutor.quiz.marking import Marked, mark

Sample = Callable[[Sequence[str], int], list[str]]
"""``random.Random.sample`` or its like."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, of a lesson or made up, with its choices in the order shown."""

    question: Question | Made
    choices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Round:
    """Some questions, asked one after another.

    Attributes:
        asked: All questions of the round.
        answers: The answers so far; one more than ``at`` once the current one is answered.
        at: Place of the current question, from 0; the number of questions at the end.
    """

    asked: tuple[Asked, ...]
    answers: tuple[Marked, ...] = ()
    at: int = 0

    @property
    def finished(self) -> bool:
        """The last question was left."""
        return self.at >= len(self.asked)

    @property
    def current(self) -> Asked | None:
        """The question shown; None at the end."""
        return None if self.finished else self.asked[self.at]

    @property
    def marked(self) -> Marked | None:
        """The answer to the question shown; None before it was answered."""
        return self.answers[self.at] if self.at < len(self.answers) else None

    @property
    def score(self) -> int:
        """How many were right."""
        return sum(answer.right for answer in self.answers)

    @property
    def wrong(self) -> tuple[Question, ...]:
        """Questions of lessons answered wrong, in the order asked; those made up do not return."""
        return tuple(
            asked.question
            for asked, answer in zip(self.asked, self.answers, strict=False)
            if not answer.right and isinstance(asked.question, Question)
        )


def begin(questions: Sequence[Question | Made], sample: Sample) -> Round:
    """A round over these questions, each with its choices shuffled once."""
    return Round(tuple(Asked(q, shuffled(q.task, sample)) for q in questions))


def answer(round_: Round, given: Sequence[str], now: float) -> tuple[Round, tuple[Event, ...]]:
    """Answer the question shown, once; answering again changes nothing.

    Raises:
        ValueError: Not a complete answer; :func:`tutor.quiz.marking.complete` tells before.
    """
    current = round_.current
    if current is None or round_.marked is not None:
        return round_, ()
    question = current.question
    marked = mark(question.task, given)
    after = replace(round_, answers=(*round_.answers, marked))
    if not isinstance(question, Question):
        return after, ()  # made up for this once: there is nothing to keep
    lesson, task = question.lesson.id, question.task.id
    return after, (Event(now, Did.QUIZZED, lesson, task, marked.given, marked.right),)


def advance(round_: Round) -> Round:
    """Go on to the next question. One that is not answered stays."""
    return round_ if round_.marked is None else replace(round_, at=round_.at + 1)


def shuffled(task: ChoiceTask, sample: Sample) -> tuple[str, ...]:
    """The choices in a random order; for an order, one that does not give the answer away."""
    shown = tuple(sample(task.choices, len(task.choices)))
    if task.form is Form.ORDER and tuple(c for c in shown if c in task.answer) == task.answer:
        first = shown.index(task.answer[0])
        second = shown.index(task.answer[1])
        swapped = list(shown)
        swapped[first], swapped[second] = shown[second], shown[first]
        return tuple(swapped)
    return shown

"""When a question comes again: pure functions over the answers stored, with time as an argument.

A scheduler sees one question's answers and says when it is due; :func:`pick` does the rest, so a
deeper one needs to be only another :class:`Scheduler`.
"""

from collections.abc import Sequence
from typing import Protocol

from tutor.model.progress import Progress, Recall, Status
from tutor.quiz.bank import Question

MINUTE = 60.0
DAY = 86_400.0


class Scheduler(Protocol):
    """Says when a question is due."""

    def due(self, recalls: Sequence[Recall]) -> float:
        """When to ask again, seconds since the epoch.

        Args:
            recalls: The answers so far, oldest first; at least one.
        """


class Boxes:
    """Leitner's boxes: a right answer moves a question one box on, a wrong one back to the first.

    A right answer before the question was due moves nothing: the same evening's fifth answer says
    little about next month.

    Attributes:
        waits: Seconds a question rests in each box. Sources for the growth by two to three: S.
            Leitner, "So lernt man lernen", 1972; P. Pimsleur, "A memory schedule", 1967.
    """

    waits: tuple[float, ...] = (
        10 * MINUTE,
        1 * DAY,
        3 * DAY,
        7 * DAY,
        16 * DAY,
        35 * DAY,
    )

    def box(self, recalls: Sequence[Recall]) -> int:
        """The box a question is in, from 0."""
        return self._stands(recalls)[0]

    def due(self, recalls: Sequence[Recall]) -> float:
        """When the wait in its box is over."""
        return self._stands(recalls)[1]

    def _stands(self, recalls: Sequence[Recall]) -> tuple[int, float]:
        box, due = 0, float("-inf")
        for recall in recalls:
            if not recall.right:
                box = 0
            elif recall.at < due:
                continue
            else:
                box = min(box + 1, len(self.waits) - 1)
            due = recall.at + self.waits[box]
        return box, due


def recalls_of(question: Question, progress: Progress) -> tuple[Recall, ...]:
    """All answers to a question, in its lesson and in quizzes."""
    return progress.lesson(question.lesson.id).task(question.task.id).recalls


def pick(
    questions: Sequence[Question],
    progress: Progress,
    now: float,
    count: int,
    scheduler: Scheduler | None = None,
) -> tuple[Question, ...]:
    """The questions to ask now.

    First those that are due, answered wrong last before the others, then the longest due; then
    new ones, of lessons begun before the others; last those not due yet, the soonest first. Ties
    stay in the order given.

    Args:
        questions: The bank, or a part of it.
        progress: The learner's.
        now: Seconds since the epoch.
        count: How many at most.
        scheduler: :class:`Boxes` by default.
    """
    scheduler = scheduler or Boxes()

    def rank(question: Question) -> tuple[int, int, float]:
        recalls = recalls_of(question, progress)
        if not recalls:
            begun = progress.lesson(question.lesson.id).status is not Status.NEW
            return 1, 0 if begun else 1, 0.0
        due = scheduler.due(recalls)
        return (0, int(recalls[-1].right), due) if due <= now else (2, 0, due)

    return tuple(sorted(questions, key=rank)[: max(count, 0)])

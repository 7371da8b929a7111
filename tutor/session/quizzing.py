"""A quiz at work: the round, the schedule, and the session that keeps its answers."""

from collections.abc import Sequence

from tutor.model.course import Topic
from tutor.model.made import Made
from tutor.quiz import round as rounds
from tutor.quiz.bank import questions
from tutor.quiz.round import Round
from tutor.quiz.schedule import Scheduler, pick
from tutor.session.session import Session


class Quiz:
    """One round of questions. What the quiz screen and the plain quiz hold.

    Args:
        session: Keeps the answers.
        topic: Ask of this part of the course alone.
        count: How many questions of lessons at most.
        made: How many more are made up, and answered by the controllers.
        scheduler: Decides what comes when; Leitner's boxes by default.

    Attributes:
        round: The state to draw.
    """

    def __init__(
        self,
        session: Session,
        topic: Topic | None = None,
        count: int = 10,
        scheduler: Scheduler | None = None,
        *,
        made: int = 0,
    ) -> None:
        self._session = session
        bank = questions(session.course, topic)
        chosen = pick(bank, session.progress, session.now(), count, scheduler)
        self.round: Round = rounds.begin((*chosen, *self._made(made, topic)), session.chance.sample)

    def _made(self, count: int, topic: Topic | None) -> tuple[Made, ...]:
        if not count:
            return ()
        from tutor.quiz.making import make  # needs a whole control plane

        return make(count, self._session.chance.sample, topic)

    def answer(self, given: Sequence[str]) -> Round:
        """Answer the question shown; ``round.marked`` has the verdict.

        Raises:
            ValueError: Not a complete answer; ``complete`` tells before.
        """
        self.round, events = rounds.answer(self.round, given, self._session.now())
        self._session.record(events)
        return self.round

    def advance(self) -> Round:
        """Go on to the next question, or to the end (``round.finished``)."""
        self.round = rounds.advance(self.round)
        return self.round

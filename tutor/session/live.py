"""What happens in a cluster, for whoever shows it: told, drawn, judged; and played without one.

Everything is a function of a :class:`~tutor.timeline.tape.Tape`, which never changes: what was
heard gives the next one. A view holds tapes and knows nothing of what is in them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor.model.consequences import Consequence
from tutor.model.course import ChoiceTask
from tutor.model.picture import Picture
from tutor.model.scenario import Expectation, Scenario
from tutor.model.timeline import Change
from tutor.model.verdicts import Comparison, State, Verdict
from tutor.timeline import judging, picture, sets
from tutor.timeline.pods import ready
from tutor.timeline.reading import uid
from tutor.timeline.tape import Tape

if TYPE_CHECKING:
    from tutor.timeline.trial import Played

REST = 0.6
"""Seconds of an offline cluster's time without news after which it is at rest."""
REST_OF_REAL = 4.0
"""The same of a real one, where everything takes longer."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was played without a cluster.

    Attributes:
        tape: From the learner's turn on.
        refused: What was not done, in the server's own words, each with its object in front.
        broken: Code and line of what keeps the text from being read at all; empty and 0 if it is
            read.
        consequences: What it comes to at the end, what went wrong first.
    """

    tape: Tape
    refused: tuple[str, ...] = ()
    broken: tuple[str, int] = ("", 0)
    consequences: tuple[Consequence, ...] = ()


class Telling:
    """Tells what is heard of a cluster."""

    def starting(self, changes: Iterable[Change] = ()) -> Tape:
        """A tape that begins with what is there, of which nothing is told."""
        return Tape.starting(changes)

    def picture(self, tape: Tape, version: int | None = None) -> Picture:
        """What was there at a version; without one, at the end."""
        return picture.picture(tape.scene(version))

    def branch(self, tape: Tape, version: int, changes: Iterable[Change]) -> Tape:
        """Another tape, the same up to a version and then with other changes."""
        return tape.cut(version).after(changes)

    def judge(self, expected: Iterable[Expectation], tape: Tape) -> tuple[Verdict, ...]:
        """Where expectations stand at the end of a tape."""
        return judging.judge(expected, tape)

    def compare(self, task: ChoiceTask, given: Sequence[str], tape: Tape) -> Comparison:
        """A prediction beside what was played, from the learner's turn to its end."""
        return judging.compare(task.form, task.choices, task.means, given, tape)

    def finished(
        self, expected: Iterable[Expectation], tape: Tape, idle: float, *, real: bool = False
    ) -> bool:
        """Whether everything has come about, and stays so.

        What can not become otherwise counts at once. What only holds as things stand counts when
        the cluster has come to rest; and nothing counts before anything has happened.

        Args:
            expected: What is expected.
            tape: What happened since the learner's turn began.
            idle: Seconds of the cluster's time since anything was heard.
            real: It is no offline cluster.
        """
        verdicts = self.judge(expected, tape)
        if not verdicts or not tape.entries or not all(one.state.good for one in verdicts):
            return False
        return all(one.state is State.MET for one in verdicts) or idle >= rest(tape, real=real)

    def play(self, scenario: Scenario, answer: str) -> Outcome:
        """What a scenario comes to, on a control plane of its own. Takes a moment."""
        from tutor.timeline.trial import play

        return _outcome(play(scenario, answer))

    def try_out(self, text: str, previous: str = "") -> Outcome:
        """What applying a manifest would do, wrong as it may be. Takes a moment.

        Args:
            text: The manifest.
            previous: One that is there already.
        """
        from tutor.timeline.trial import try_out

        return _outcome(try_out(text, previous))


LONGEST_REST = 3600.0
"""A set may ask for 68 years; nobody sits that long."""


def rest(tape: Tape, *, real: bool = False) -> float:
    """How long nothing must be heard until nothing more is to be expected."""
    waiting = [
        sets.delay(set_)
        for set_ in tape.now.of(sets.KIND)
        if any(ready(pod) for pod in tape.now.controlled("Pod", uid(set_)))
    ]
    return (REST_OF_REAL if real else REST) + min(max(waiting, default=0), LONGEST_REST)


def _outcome(played: "Played") -> Outcome:
    from tutor.timeline.consequences import consequences

    refused = tuple(
        f"{one.object}: {one.reason}" if one.object else one.reason
        for one in played.refused
        if one.reason
    )
    unread = next((one for one in played.refused if one.code), None)
    broken = ("", 0) if unread is None else (unread.code, unread.line)
    return Outcome(played.tape, refused, broken, consequences(played))

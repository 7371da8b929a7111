"""What is on show: a scenario in a cluster, the story so far, and the moment that is looked at.

State alone. :mod:`tutor.ui.work` does what takes long, and puts what comes of it in here.
"""

import enum
from collections.abc import Iterable
from dataclasses import dataclass, field

from tutor.model.applying import Plan, Where
from tutor.model.checks import Target
from tutor.model.consequences import Consequence
from tutor.model.errors import TutorError
from tutor.model.picture import Picture
from tutor.model.scenario import Remove, Restart, Scale, Scenario, Step, Wait
from tutor.model.timeline import Change
from tutor.model.verdicts import Comparison, State, Verdict
from tutor.session.api import Tape, Telling

SPEEDS = (0.05, 0.2, 1.0, 5.0, 20.0, float("inf"))
"""Cluster seconds for each real one; at 1 a Pod is Ready in a tenth of a second."""
FOR_THE_EYE = 0.2
"""The speed to begin with."""


class Part(enum.Enum):
    """What the learner does here."""

    APPLY = "apply"
    OBSERVE = "observe"
    PLAY = "play"
    """A prediction was made; now what it is about is played."""
    TRIAL = "trial"
    """What the learner's text would do, tried beside everything."""


@dataclass
class Branch:
    """Another future.

    Attributes:
        version: Where it parts from what happened.
        steps: What was done otherwise.
    """

    version: int
    steps: tuple[Step, ...]
    story: Tape


@dataclass
class Stage:
    """One thing on show.

    Attributes:
        answer: The learner's manifest, for steps that apply it.
        where: Which cluster; None before one is open.
        story: None before anything is known.
        taken: The places of the suggested steps that were taken.
        speed: Of the clock; None where time is not ours to hold.
        held: Time stands still.
        past: The version that is looked at; None for the present.
        branch: The other future that is looked at.
        applied: What was applied, object by object.
        refused: What was not done in a trial, in the server's words.
        comes: What a trial comes to at its end.
        began: The namespace is prepared, and it is the learner's turn.
        lost: Why nothing is heard of the cluster now; None while it is there.
        still: A step of held time found nothing to do.
        comparison: A prediction beside what was played, once it was.
        finished_at: The version at which everything had come about; None before.
    """

    part: Part
    scenario: Scenario
    teller: Telling
    answer: str = ""
    where: Where | None = None
    story: Tape | None = None
    taken: set[int] = field(default_factory=set)
    speed: float | None = None
    held: bool = False
    past: int | None = None
    branch: Branch | None = None
    applied: Plan | None = None
    refused: tuple[str, ...] = ()
    comes: tuple[Consequence, ...] = ()
    began: bool = False
    lost: TutorError | None = None
    still: bool = False
    comparison: Comparison | None = None
    finished_at: int | None = None
    _drawn: "tuple[Tape, int | None, Picture] | None" = field(default=None, repr=False)

    @property
    def steps(self) -> tuple[Step, ...]:
        """What the lesson suggests; to wait until all is quiet is no step for who watches."""
        return tuple(step for step in self.scenario.steps if not resting(step))

    @property
    def following(self) -> int | None:
        """The place of the suggested step to take next; none where all are taken by themselves."""
        if self.part not in (Part.APPLY, Part.OBSERVE):
            return None
        return next((n for n in range(len(self.steps)) if n not in self.taken), None)

    @property
    def over(self) -> bool:
        """There is nothing more to do or to wait for here."""
        if self.part is Part.TRIAL or self.finished_at is not None:
            return True
        if self.part is Part.PLAY:
            return self.comparison is not None
        return self.following is None and not self.scenario.expect

    @property
    def shown(self) -> Tape | None:
        """The story that is looked at."""
        return self.branch.story if self.branch is not None else self.story

    @property
    def begin(self) -> float:
        """The time that counts as zero: that of the first thing that happened."""
        entries = self.story.entries if self.story is not None else ()
        if not entries and self.branch is not None:
            entries = self.branch.story.entries
        return entries[0].at if entries else 0.0

    @property
    def picture(self) -> Picture | None:
        """The moment that is looked at."""
        story = self.shown
        if story is None:
            return None
        if self._drawn is None or self._drawn[0] is not story or self._drawn[1] != self.past:
            self._drawn = story, self.past, self.teller.picture(story, self.past)
        return self._drawn[2]

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """Where the expectations stand, of what really happened."""
        if self.story is None:
            return ()
        return self.teller.judge(self.scenario.expect, self.story)

    def finished(self, idle: float) -> bool:
        """Whether everything has come about, and stays so.

        Args:
            idle: Seconds of the cluster's time since anything was heard.
        """
        if self.story is None or not self.began or self.where is None:
            return False
        expected, real = self.scenario.expect, not self.where.offline
        return self.teller.finished(expected, self.story, idle, real=real)

    @property
    def broken(self) -> bool:
        """Something can no longer come about: only starting over helps."""
        return any(one.state is State.BROKEN for one in self.verdicts)

    def heard(self, changes: Iterable[Change]) -> None:
        """More has happened; the first time, this is what was there already."""
        if self.story is None:
            self.story = self.teller.starting(changes)
        else:
            self.story = self.story.after(changes)

    def back_to_the_present(self) -> None:
        """Look at what is now."""
        self.past = None
        self.branch = None


def resting(step: Step) -> bool:
    """Whether a step only waits until nothing happens any more."""
    return isinstance(step, Wait) and step.seconds is None


def speed_after(speed: float, by: int) -> float:
    """The next speed up or down the ladder."""
    at = min(range(len(SPEEDS)), key=lambda n: abs(_rank(SPEEDS[n]) - _rank(speed)))
    return SPEEDS[min(max(at + by, 0), len(SPEEDS) - 1)]


def _rank(speed: float) -> float:
    return min(speed, 1e6)


def other_steps(stage: Stage, picture: Picture) -> tuple[tuple[Step, ...], ...]:
    """What else could be done at a moment: what the lesson suggests, and what anybody may do."""
    out: list[tuple[Step, ...]] = [()]
    out += [(step,) for step in stage.steps]
    for set_ in picture.sets:
        own = Target("StatefulSet", set_.name)
        out += [
            (Remove(Target("Pod", place.pod.name)),)
            for place in set_.places
            if place.pod is not None and not place.pod.terminating
        ]
        out.append((Scale(own, set_.replicas + 1),))
        if set_.replicas:
            out.append((Scale(own, set_.replicas - 1),))
        out.append((Restart(own),))
        out.append((Remove(own),))
    return tuple(dict.fromkeys(out))

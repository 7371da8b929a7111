"""What a session needs from outside."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

from tutor.model.errors import TutorError
from tutor.model.progress import Event, Progress, apply

if TYPE_CHECKING:
    from tutor.model.applying import Cleaning, Leftover, Offer, Plan, Where
    from tutor.model.scenario import Scenario, Step
    from tutor.model.timeline import Change

Now = Callable[[], float]
"""Seconds since the epoch, UTC."""


class ProgressStore(Protocol):
    """Keeps a learner's progress."""

    def load(self) -> Progress:
        """All progress so far."""

    def record(self, event: Event) -> None:
        """Keep one event. When it returns, the event survives a ``kill -9``."""


class Chance(Protocol):
    """The randomness a session uses; ``random.Random`` is one."""

    def sample(self, population: Sequence[str], k: int) -> list[str]:
        """``k`` members in a random order, none twice."""


class Stop(Protocol):
    """Something under way that can be ended."""

    def stop(self) -> None:
        """End it. Returns at once; nothing more is heard afterwards. May be called twice."""


class Clock(Protocol):
    """The clock of an offline cluster."""

    @property
    def now(self) -> float:
        """The cluster's time, seconds since the epoch."""

    @property
    def speed(self) -> float:
        """Cluster seconds for each real one; 0 while paused, infinity for as fast as possible."""

    def set_speed(self, speed: float) -> None:
        """Go on at another speed; 0 pauses."""

    def tick(self) -> bool:
        """While paused: go on until something has changed. Whether anything has."""


class WhatIf(Protocol):
    """Other futures of an offline cluster, tried beside it."""

    def play(self, version: int, steps: "Sequence[Step]") -> "Sequence[Change]":
        """What would come of steps taken at a point of the past, up to when all is quiet.

        The cluster itself goes on untouched.

        Args:
            version: Of the change after which the steps are taken.
            steps: What to do differently; none to see what would come by itself.

        Raises:
            TutorError: The point lies too far back, or a step cannot be taken.
        """


class Cluster(Protocol):
    """One namespace of one cluster, offline or real: the only place that is touched.

    Every method may take long and is called in a thread of its own. All of them raise
    ``TutorError`` for whatever a cluster can do wrong, and the one of code ``cancelled`` once
    :meth:`close` was called.
    """

    @property
    def where(self) -> "Where":
        """What it is."""

    @property
    def clock(self) -> Clock | None:
        """Its clock; None where time is not ours to hold."""

    @property
    def what_if(self) -> WhatIf | None:
        """Other futures; None where the past is not kept."""

    def plan(self, text: str) -> "Plan":
        """What applying a manifest would do, as the server says. Nothing is changed."""

    def apply(self, plan: "Plan", *, force: bool = False) -> "Plan":
        """Apply what was planned, and tell what came of it, object by object.

        Args:
            plan: As :meth:`plan` made it.
            force: Take over fields that belong to other managers.
        """

    def do(self, step: "Step", answer: str = "") -> None:
        """Take one step of a scenario.

        Args:
            step: One that :meth:`command` may also name.
            answer: The learner's manifest, for a step that applies it.
        """

    def command(self, step: "Step") -> tuple[str, ...]:
        """The step as a kubectl command line, word by word, for display and to be run.

        Empty for what is no command: a wait.
        """

    def watch(
        self,
        hear: "Callable[[Sequence[Change]], None]",
        trouble: Callable[[TutorError | None], None] | None = None,
    ) -> Stop:
        """Hear of everything in the namespace: first of what is there, then of each change.

        Args:
            hear: Called in another thread, with changes in their order. The first call has what
                is there already, each as a change from nothing; it may be empty.
            trouble: Called in another thread when the cluster is lost, with why, and with None
                when it is found again; what happened meanwhile is heard then.
        """

    def kubectl(self, words: Sequence[str], hear: Callable[[str], None] | None = None) -> "Output":
        """Run kubectl, and nothing but kubectl, against this namespace.

        Args:
            words: The command line after ``kubectl``.
            hear: Called in this thread with pieces of the output, both kinds, as they come, so
                that a command that goes on (``get -w``) shows something.

        Raises:
            TutorError: ``kubectl-missing``, ``kubectl-barred`` (it reaches outside).
        """

    def reset(self, scenario: "Scenario") -> "Sequence[Leftover]":
        """Begin a scenario afresh: empty the namespace, apply its start, and let it settle.

        Returns what others put back and was left alone; each thing is told once.
        """

    def cleaning(self) -> "Cleaning":
        """What :meth:`clean` would remove."""

    def clean(self, cleaning: "Cleaning") -> None:
        """Remove what was listed, and wait until it is gone."""

    def cancel(self) -> None:
        """Cut short the methods under way: they raise ``cancelled``. Watches go on.

        May be called from any thread; what is called afterwards works as before.
        """

    def close(self) -> None:
        """End everything under way."""


class Clusters(Protocol):
    """The clusters there are to work in. Its methods may take long, as those of Cluster."""

    def offered(self) -> "Sequence[Offer]":
        """The offline cluster first, then what else may be worked in without being named."""

    def named(self, context: str) -> "Offer":
        """A context that the learner named on the command line.

        Raises:
            TutorError: There is none of that name.
        """

    def open(self, offer: "Offer", lesson: str, typed: str = "") -> Cluster:
        """Open the namespace of a lesson in a cluster; started, if it is the offline one.

        Args:
            offer: Which cluster.
            lesson: Id of the lesson.
            typed: The context's name, typed by the learner where the offer is not local.

        Raises:
            TutorError: ``context-not-typed``, or whatever a cluster can do wrong.
        """


class Output(Protocol):
    """What a command said.

    Attributes are plain text, without control sequences.
    """

    @property
    def out(self) -> str:
        """Its output."""

    @property
    def error(self) -> str:
        """Its error output."""

    @property
    def code(self) -> int:
        """Its exit code."""


class MemoryStore:
    """A store that forgets when the process ends: for ``--no-save``, previews and tests."""

    def __init__(self, progress: Progress | None = None) -> None:
        self.progress = progress or Progress()
        self.events: list[Event] = []

    def load(self) -> Progress:
        """All progress so far."""
        return self.progress

    def record(self, event: Event) -> None:
        """Keep one event in memory."""
        self.events.append(event)
        self.progress = apply(self.progress, event)

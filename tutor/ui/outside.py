"""What comes in from outside: a session, the learner's settings, and a few doors."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from tutor.model.course import Topic
from tutor.model.errors import TutorError
from tutor.session.api import Session
from tutor.session.ports import Clusters

Examples = Callable[[str], tuple[str, str] | None]
"""Code to a wrong and a right manifest, None for a code that has none."""

Decode = Callable[[str], str | None]
"""A message Kubernetes prints to the code of its page, None for one that is not known."""

THEMES = ("dark", "light")
BORDERS = ("lines", "ascii")


class Settings(Protocol):
    """Keeps what the learner chose. :class:`tutor.store.database.Store` is one."""

    def set(self, name: str, value: str) -> None:
        """Keep one setting.

        Raises:
            TutorError: It cannot be kept.
        """


class Bell:
    """Trouble that something outside the UI has to tell while the UI runs.

    Hand :meth:`ring` to whatever may be in trouble; what rings before anyone listens waits.
    """

    def __init__(self) -> None:
        self._waiting: list[TutorError] = []
        self._listener: Callable[[TutorError], None] | None = None

    def ring(self, error: TutorError) -> None:
        """Tell of trouble."""
        if self._listener is None:
            self._waiting.append(error)
        else:
            self._listener(error)

    def listen(self, listener: Callable[[TutorError], None] | None) -> None:
        """Hear of trouble from now on, beginning with what has waited."""
        self._listener = listener
        while listener is not None and self._waiting:
            listener(self._waiting.pop(0))


def no_examples(code: str) -> None:
    """No code has examples."""


def no_decoder(message: str) -> None:
    """No message is known."""


@dataclass(frozen=True, slots=True)
class Outside:
    """Everything the UI is given.

    Attributes:
        session: The learner at work: the course, the progress, a store, a clock, randomness.
        settings: Keeps the learner's choices.
        language: ``ja`` or ``en``; None where the learner is to be asked.
        theme: One of :data:`THEMES`.
        borders: One of :data:`BORDERS`.
        color: False draws without colours.
        examples: The wrong and the right manifest of a code.
        decode: Finds the code of a message.
        clusters: The clusters to work in; None where there can be none.
        context: The kubeconfig context the learner named; empty for the offline cluster.
        bell: Trouble told while the UI runs.
        environ: The process environment: the editor of the line mode.
        forgets: Why nothing is kept; None where everything is.
        keeps: Whether all that was done so far is on disk, tried now.
    """

    session: Session
    settings: Settings
    language: str | None = None
    theme: str = THEMES[0]
    borders: str = BORDERS[0]
    color: bool = True
    examples: Examples = no_examples
    decode: Decode = no_decoder
    clusters: Clusters | None = None
    context: str = ""
    bell: Bell = field(default_factory=Bell)
    environ: Mapping[str, str] = field(default_factory=dict)
    forgets: TutorError | None = None
    keeps: Callable[[], bool] = lambda: True


@dataclass(frozen=True, slots=True)
class Start:
    """Where to begin.

    Attributes:
        lesson: Open this lesson; empty for the map of the course.
        quiz: Begin with a quiz.
        topic: … on this part of the course alone.
        count: … of at most so many questions of lessons.
        made: … and so many made-up ones.
    """

    lesson: str = ""
    quiz: bool = False
    topic: Topic | None = None
    count: int = 10
    made: int = 0

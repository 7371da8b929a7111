"""What a session needs from outside."""

from collections.abc import Callable, Sequence
from typing import Protocol

from tutor.model.progress import Event, Progress, apply

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

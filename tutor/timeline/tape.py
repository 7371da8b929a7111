"""A recording that grows: every change, what was told of it, and the scene at any of its points.

::

    tape = Tape.starting(first)          # what a watch tells first: the scene before anything
    tape = tape.after(changes)           # a new tape; the one before is still what it was
    tape.entries                         # what happened since the start
    tape.scene(version)                  # the objects then

Tapes share what they have in common: making one costs what the new changes cost.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Generic, TypeVar, overload

from tutor.model.timeline import Change, Entry
from tutor.timeline.scenes import Scene
from tutor.timeline.telling import Memory, remember, tell

_T = TypeVar("_T")
STRIDE = 100
"""Changes between two scenes that are kept, to begin from when another one is asked for."""


class Growing(Sequence[_T], Generic[_T]):
    """A sequence that never changes and is cheap to prolong: prolonged ones share one list."""

    __slots__ = ("_items", "_length")

    def __init__(self, items: Iterable[_T] = ()) -> None:
        self._items = list(items)
        self._length = len(self._items)

    def plus(self, more: Iterable[_T]) -> "Growing[_T]":
        """A longer sequence."""
        items = self._items
        if len(items) != self._length:  # another one has been prolonged from here
            items = items[: self._length]
        items.extend(more)
        longer: Growing[_T] = Growing()
        longer._items, longer._length = items, len(items)
        return longer

    def __len__(self) -> int:
        return self._length

    @overload
    def __getitem__(self, at: int) -> _T: ...

    @overload
    def __getitem__(self, at: slice) -> Sequence[_T]: ...

    def __getitem__(self, at: int | slice) -> _T | Sequence[_T]:
        if isinstance(at, slice):
            return [self._items[i] for i in range(*at.indices(self._length))]
        return self._items[range(self._length)[at]]

    def __iter__(self) -> Iterator[_T]:
        return (self._items[i] for i in range(self._length))


class Tape:
    """What was heard of a namespace since a moment, never changed.

    Attributes:
        changes: Every change since the start, oldest first, versions rising.
        entries: What was told of them.
        now: The scene after the last.
        start: The scene before the first.
    """

    __slots__ = ("_kept", "_memory", "changes", "entries", "now", "start")

    def __init__(self, start: Scene) -> None:
        self.start = start
        self.now = start
        self.changes: Growing[Change] = Growing()
        self.entries: Growing[Entry] = Growing()
        self._memory: Memory = remember(start)
        self._kept: Growing[Scene] = Growing()

    @classmethod
    def starting(cls, changes: Iterable[Change] = ()) -> "Tape":
        """A tape that begins with what is there already, of which nothing is told."""
        return cls(Scene().after(changes))

    def after(self, changes: Iterable[Change]) -> "Tape":
        """The tape with more changes. One that comes late counts as happening when it is heard."""
        newer = []
        last = self.version
        for one in changes:
            last = max(last, one.version)
            newer.append(one if one.version == last else replace(one, version=last))
        if not newer:
            return self
        tape = Tape.__new__(Tape)
        tape.start = self.start
        tape.now, tape._memory, entries = tell(self.now, self._memory, newer)
        tape.changes = self.changes.plus(newer)
        tape.entries = self.entries.plus(entries)
        behind = len(tape.changes) - len(self._kept) * STRIDE
        tape._kept = self._kept.plus([tape.now]) if behind >= STRIDE else self._kept
        return tape

    @property
    def version(self) -> int:
        """The version of the last change."""
        return self.changes[-1].version if self.changes else self.start.version

    def versions(self) -> tuple[int, ...]:
        """The points to stand at: where something was told, from the start on."""
        told = dict.fromkeys(entry.version for entry in self.entries)
        return (self.start.version, *(one for one in told if one != self.start.version))

    def scene(self, version: int | None = None) -> Scene:
        """The objects after the change of a version; before all changes, those of the start."""
        if version is None or version >= self.version:
            return self.now
        near = bisect_right(self._kept, version, key=lambda scene: scene.version)
        base = self._kept[near - 1] if near else self.start
        begin = bisect_right(self.changes, base.version, key=lambda change: change.version)
        end = bisect_right(self.changes, version, key=lambda change: change.version)
        return base.after(self.changes[begin:end])

    def cut(self, version: int) -> "Tape":
        """The tape as if it had ended at a version; another future may go on from there."""
        end = bisect_right(self.changes, version, key=lambda change: change.version)
        return Tape(self.start).after(self.changes[:end])

    def until(self, version: int) -> Sequence[Entry]:
        """What had been told at a version."""
        return self.entries[: bisect_right(self.entries, version, key=lambda one: one.version)]

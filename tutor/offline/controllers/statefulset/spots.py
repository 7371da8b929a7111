"""Places of a set to look at, of which there may be two billion: none is written down.

``replicas`` is anybody's number. What a set lacks is known from the Pods it has, so it costs what
they are, however many are wanted.
"""

from collections.abc import Iterator, Sequence
from heapq import merge
from itertools import chain


class Gaps:
    """The numbers below an end that are not among some numbers.

    Args:
        there: The numbers that are there, ascending and none twice, each from 0 and below the end.
        end: Where the numbers end; 0 or below for none at all.
    """

    __slots__ = ("_end", "_runs", "_there")

    def __init__(self, there: Sequence[int], end: int) -> None:
        self._there = there
        self._end = max(end, 0)
        full = not there or there[-1] < len(there)  # what is missing follows the last
        self._runs = [range(len(there), self._end)] if full else self._found()

    def _found(self) -> list[range]:
        ends = chain(self._there, (self._end,))
        starts = chain((0,), (one + 1 for one in self._there))
        return [range(start, end) for start, end in zip(starts, ends, strict=True) if start < end]

    @property
    def count(self) -> int:
        """How many there are; more than ``len`` may say."""
        return self._end - len(self._there)

    def __bool__(self) -> bool:
        return self.count > 0

    def __iter__(self) -> Iterator[int]:
        return chain.from_iterable(self._runs)

    def __reversed__(self) -> Iterator[int]:
        return self.descending(self._end)

    def descending(self, below: int) -> Iterator[int]:
        """Those below a number, highest first."""
        runs = (range(run.start, min(run.stop, below)) for run in reversed(self._runs))
        return chain.from_iterable(map(reversed, runs))


class Spots:
    """Places to look at: some that hold a Pod, and all that do not. Both ways in order.

    Args:
        held: Those that hold a Pod, ascending.
        gaps: Those that hold none.
    """

    __slots__ = ("_held", "gaps")

    def __init__(self, held: Sequence[int], gaps: Gaps) -> None:
        self._held = held
        self.gaps = gaps

    @property
    def held(self) -> Sequence[int]:
        """Those that hold a Pod."""
        return self._held

    def __bool__(self) -> bool:
        return bool(self._held) or bool(self.gaps)

    def __iter__(self) -> Iterator[int]:
        return merge(self._held, self.gaps)

    def __reversed__(self) -> Iterator[int]:
        return merge(reversed(self._held), reversed(self.gaps), reverse=True)

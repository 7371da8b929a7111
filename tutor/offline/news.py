"""What is other in a list of objects than it was the last time it was looked at.

Objects are never changed, so another object is news and the same one is none. A list of a thousand
that differs in one place costs a comparison of pointers, not a thousand looks.
"""

from collections.abc import Iterable
from itertools import compress
from operator import is_not

from tutor.offline.objects import Obj


def _same(one: Iterable[Obj], other: Iterable[Obj], most: int) -> int:
    """How many objects two lists begin with are the very same."""
    return next(compress(range(most), map(is_not, one, other)), most)


class News:
    """A list of objects as it was last seen."""

    def __init__(self) -> None:
        self._seen: list[Obj] = []

    def of(self, objects: Iterable[Obj]) -> tuple[list[Obj], list[Obj]]:
        """Look again: the objects that are no longer there, and those that were not, in order."""
        before, now = self._seen, list(objects)
        self._seen = now
        shorter = min(len(before), len(now))
        head = _same(before, now, shorter)
        tail = _same(reversed(before), reversed(now), shorter - head)
        old = {id(obj): obj for obj in before[head : len(before) - tail]}
        new = {id(obj): obj for obj in now[head : len(now) - tail]}
        return (
            [obj for key, obj in old.items() if key not in new],
            [obj for key, obj in new.items() if key not in old],
        )

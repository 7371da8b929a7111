"""Work queues as client-go has them, for all controllers of one cluster together.

An item is a controller and a key. One that waits is not queued twice; one that is being worked on
is queued again when that is done. The items of all controllers are worked on in the order in which
they were added: which of them comes first is decided by the history, never by chance.

Source: client-go util/workqueue: queue.go, delaying_queue.go, default_rate_limiters.go.
"""

from collections import deque
from collections.abc import Callable
from typing import TypeAlias

from tutor.offline.clock import Clock, Timer
from tutor.offline.plan import Key

Item: TypeAlias = tuple[str, Key]
"""The controller's name and the key."""

_FIRST_DELAY = 0.005
_LONGEST_DELAY = 1000.0
_BUCKET_SIZE = 100.0
_BUCKET_RATE = 10.0


class WorkQueue:
    """What the controllers of a cluster have to do.

    Args:
        clock: For what is to be done later.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._ready: deque[Item] = deque()
        self._waiting: set[Item] = set()
        self._working: set[Item] = set()
        self._again: dict[Item, None] = {}
        self._later: dict[Item, Timer] = {}
        self._failures: dict[Item, int] = {}
        self._buckets: dict[str, tuple[float, float]] = {}

    def __len__(self) -> int:
        return len(self._ready)

    def items(self) -> tuple[Item, ...]:
        """What is ready to be done, in order."""
        return tuple(self._ready)

    def add(self, item: Item) -> None:
        """Do it as soon as its turn comes."""
        if item in self._working:
            self._again[item] = None
        elif item not in self._waiting:
            self._waiting.add(item)
            self._ready.append(item)

    def take(self) -> Item:
        """The next item; :meth:`done` must follow.

        Raises:
            IndexError: There is none.
        """
        item = self._ready.popleft()
        self._waiting.discard(item)
        self._working.add(item)
        return item

    def done(self, item: Item) -> None:
        """The item has been worked on."""
        self._working.discard(item)
        if item in self._again:
            del self._again[item]
            self.add(item)

    def add_after(self, item: Item, seconds: float) -> None:
        """Do it later; of several such wishes the earliest counts."""
        if seconds <= 0:
            self.add(item)
            return
        timer = self._later.get(item)
        if timer is not None:
            if timer.due <= self._clock.now + seconds:
                return
            timer.cancel()
        self._later[item] = self._clock.after(seconds, self._ripe(item))

    def _ripe(self, item: Item) -> Callable[[], None]:
        def add() -> None:
            del self._later[item]
            self.add(item)

        return add

    def retry(self, item: Item) -> None:
        """Do it again after its back-off."""
        failures = self._failures.get(item, 0)
        self._failures[item] = failures + 1
        own = min(_FIRST_DELAY * 2.0 ** min(failures, 60), _LONGEST_DELAY)
        self.add_after(item, max(own, self._reserve(item[0])))

    def _reserve(self, controller: str) -> float:
        """How long the controller's token bucket makes it wait."""
        now = self._clock.now
        tokens, filled = self._buckets.get(controller, (_BUCKET_SIZE, now))
        tokens = min(_BUCKET_SIZE, tokens + (now - filled) * _BUCKET_RATE) - 1
        self._buckets[controller] = tokens, now
        return max(0.0, -tokens / _BUCKET_RATE)

    def forget(self, item: Item) -> None:
        """It went well: its back-off begins anew next time."""
        self._failures.pop(item, None)

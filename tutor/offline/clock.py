"""Virtual time: what the cluster calls now, what is due later, and how real time drives it.

:class:`Clock` knows nothing of real time. The runner moves it: to the next timer when running as
fast as possible, to a given moment when something outside keeps the pace. :class:`Pace` is the
arithmetic of that outside: given readings of a real clock it says how far virtual time has come.
"""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST = (datetime(1, 1, 1, tzinfo=UTC) - EPOCH).total_seconds()
_LAST = (datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC) - EPOCH).total_seconds()
_NANO, _INT64 = 10**9, 1 << 63


def timestamp(moment: float) -> str:
    """A moment as ``metav1.Time``: whole seconds, UTC; the first or last there is, beyond them."""
    return _second(int(_within(moment)))


@lru_cache(maxsize=256)
def _second(moment: int) -> str:
    return _spelled(moment, "%m-%dT%H:%M:%SZ")


def micro_timestamp(moment: float) -> str:
    """A moment as ``metav1.MicroTime``: six decimals, UTC."""
    return _spelled(_within(moment), "%m-%dT%H:%M:%S.%fZ")


def _spelled(moment: float, rest: str) -> str:
    found = EPOCH + timedelta(seconds=moment)
    return f"{found.year:04}-{found.strftime(rest)}"  # strftime writes the year 1 as 1


def _within(moment: float) -> float:
    return min(max(moment, _FIRST), _LAST)


def duration(seconds: int) -> float:
    """Seconds as the control plane counts them: in nanoseconds of 64 bits, which wrap around.

    So nothing lasts longer than 292 years, and what would is any other time, in the past too.

    Source: Go's ``time.Duration(seconds) * time.Second``.
    """
    nanoseconds = (seconds * _NANO + _INT64) % (2 * _INT64) - _INT64
    return nanoseconds / _NANO


def seconds_of(text: str) -> float:
    """The moment a timestamp of either form names.

    Raises:
        ValueError: It is no RFC 3339 time.
    """
    if text.startswith("0000-"):  # a year that Go has
        return _FIRST
    return (datetime.fromisoformat(text) - EPOCH).total_seconds()


@dataclass(order=True, slots=True)
class Timer:
    """Something due at a moment; timers of one moment fire in the order they were set."""

    due: float
    order: int
    action: Callable[[], None] = field(compare=False)
    cancelled: bool = field(default=False, compare=False)

    def cancel(self) -> None:
        """Never fire."""
        self.cancelled = True


class Clock:
    """Virtual time and its timers.

    Args:
        start: The first moment, seconds since the epoch.
    """

    def __init__(self, start: float = 0.0) -> None:
        self._now = start
        self._timers: list[Timer] = []
        self._set = 0

    @property
    def now(self) -> float:
        """Seconds since the epoch."""
        return self._now

    def after(self, seconds: float, action: Callable[[], None]) -> Timer:
        """Do something later; a negative wait is none."""
        return self.at(self._now + seconds, action)

    def at(self, moment: float, action: Callable[[], None]) -> Timer:
        """Do something at a moment, at once when it has passed."""
        self._set += 1
        timer = Timer(max(moment, self._now), self._set, action)
        heapq.heappush(self._timers, timer)
        return timer

    def due(self) -> float | None:
        """When the next timer fires; None without timers."""
        while self._timers and self._timers[0].cancelled:
            heapq.heappop(self._timers)
        return self._timers[0].due if self._timers else None

    def fire(self, until: float) -> bool:
        """Move to the next timer and fire it, if it is due by then. Whether one fired."""
        due = self.due()
        if due is None or due > until:
            return False
        timer = heapq.heappop(self._timers)
        self._now = max(self._now, timer.due)
        timer.action()
        return True

    def move(self, moment: float) -> None:
        """Let time pass up to a moment, over no timer; time never runs backwards.

        Raises:
            ValueError: A timer is due before that.
        """
        due = self.due()
        if due is not None and due < moment:
            raise ValueError("a timer is due before that moment")
        self._now = max(self._now, moment)


class Pace:
    """How real time drives virtual time: at a speed, or not at all.

    Every method takes the reading of a real, monotonic clock, in seconds.

    Attributes:
        speed: Virtual seconds for each real second; 0 is paused, infinity as fast as possible.
    """

    def __init__(self, virtual: float, real: float, speed: float = 1.0) -> None:
        self.speed = speed
        self._virtual = virtual
        self._real = real

    def virtual(self, real: float) -> float:
        """How far virtual time may have come; infinity as fast as possible."""
        passed = max(0.0, real - self._real)
        return self._virtual + passed * self.speed if passed and self.speed else self._virtual

    def real(self, virtual: float) -> float:
        """When virtual time will come to a moment; infinity while paused."""
        ahead = virtual - self._virtual
        if ahead <= 0:
            return self._real
        return self._real + ahead / self.speed if self.speed else float("inf")

    def change(self, speed: float, virtual: float, real: float) -> None:
        """Go on from here at another speed.

        Args:
            speed: The new speed.
            virtual: What the cluster's clock shows.
            real: The real clock's reading.

        Raises:
            ValueError: The speed is negative or no number.
        """
        if not speed >= 0:
            raise ValueError("a speed is 0 or more")
        self.speed, self._virtual, self._real = speed, virtual, real

"""When nothing happens any more: a namespace is looked at until it keeps still.

Where everything is as it should be, a short while without a change is enough. Where it is not (a
Pod that waits for ever, an image that cannot be pulled), a longer one is.
"""

import math
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from tutor.cluster.api import Api, Refused, in_words
from tutor.cluster.cancelling import Cancel, Deadline
from tutor.cluster.kinds import KINDS
from tutor.model.timeline import Obj
from tutor.session.ports import Clock

QUIET = 1.0
"""Seconds of the cluster's time without a change when all is well."""
STUCK = 12.0
"""… when something is not."""
LIMIT = 180.0
"""Seconds of real time after which it is taken as it is."""
PASSING = 2.0
"""Seconds of real time in which any wait passes where the clock is ours."""
MOMENT = 0.5
"""Seconds of real time without a change after which time passes quickly where it is ours."""
BRISK = 20.0
"""… which is so many seconds in one."""
_LOOK = 0.1
_LOOK_AT_REAL = 0.5
_LOOKED_AT = ("Pod", "StatefulSet", "PersistentVolumeClaim", "EndpointSlice", "Deployment")


@contextmanager
def hurried(clock: Clock | None) -> Iterator[None]:
    """Let a clock run as fast as possible meanwhile, where there is one; paused ones as well."""
    if clock is None:
        yield
        return
    speed = clock.speed
    clock.set_speed(math.inf)
    try:
        yield
    finally:
        clock.set_speed(speed)


@contextmanager
def _brisk(clock: Clock | None, seconds: float) -> Iterator[None]:
    """Let a clock run so that so many of its seconds pass in a moment."""
    speed = 0.0 if clock is None else clock.speed
    brisk = seconds / PASSING
    if clock is None or not speed or brisk <= speed < math.inf:
        yield
        return
    clock.set_speed(brisk)
    try:
        yield
    finally:
        if clock.speed == brisk:  # nobody has chosen another meanwhile
            clock.set_speed(speed)


class _Idle:
    """Lets time pass quickly while nothing happens, where the clock is ours.

    At a speed for the eye, waiting until it is certain that nothing comes would take minutes.
    """

    def __init__(self, clock: Clock | None) -> None:
        self._clock = clock
        self._since = time.monotonic()
        self._before = 0.0
        self.passing = False

    def goes_on(self) -> None:
        """Nothing has happened; after a moment time passes quickly."""
        clock = self._clock
        if clock is None or self.passing or time.monotonic() - self._since < MOMENT:
            return
        speed = clock.speed
        if speed == 0 or BRISK <= speed < math.inf:
            return
        self._before, self.passing = speed, True
        clock.set_speed(BRISK)

    def over(self) -> None:
        """Something has happened: time passes as before, unless somebody has chosen otherwise."""
        self._since = time.monotonic()
        if self.passing and self._clock is not None:
            self.passing = False
            if self._clock.speed == BRISK:
                self._clock.set_speed(self._before)


class Settler:
    """Waits, by the cluster's clock.

    Args:
        api: The server.
        namespace: Which.
        clock: The cluster's; None for real time.
    """

    def __init__(self, api: Api, namespace: str, clock: Clock | None) -> None:
        self._api = api
        self._namespace = namespace
        self._clock = clock
        self._look = _LOOK_AT_REAL if clock is None else _LOOK

    def _now(self) -> float:
        return time.monotonic() if self._clock is None else self._clock.now

    def _paused(self) -> bool:
        return self._clock is not None and self._clock.speed == 0

    def wait(self, cancel: Cancel, seconds: float) -> None:
        """Wait for so long of the cluster's time; not while its clock is paused.

        Where the clock is ours, long waits are made short ones. At full speed time does not leap
        while nothing happens, so that has to be made a number as well.
        """
        end, begun = Deadline(max(LIMIT, seconds)), self._now()
        with _brisk(self._clock, seconds):
            while self._now() - begun < seconds and not end.passed and not self._paused():
                cancel.wait(min(self._look, seconds))

    def settle(self, cancel: Cancel) -> bool:
        """Wait until nothing happens any more; whether all is well then.

        Raises:
            TutorError: The cluster does not answer as it should; or ``cancelled``.
        """
        end = Deadline(LIMIT)
        last, since = self._seen(cancel), self._now()
        idle = _Idle(self._clock)
        try:
            while not end.passed and not self._paused():
                cancel.wait(self._look / 2 if idle.passing else self._look)
                seen = self._seen(cancel)
                now = self._now()
                if seen != last:
                    last, since = seen, now
                    idle.over()
                elif now - since >= (QUIET if self._well else STUCK):
                    break
                else:
                    idle.goes_on()
        finally:
            idle.over()
        return self._well

    def _seen(self, cancel: Cancel) -> list[str]:
        """The versions of everything that is looked at."""
        found: list[str] = []
        well = True
        for name in _LOOKED_AT:
            try:
                rows, _ = self._api.items(cancel, KINDS[name].path(self._namespace))
            except Refused as refused:
                if refused.code in (403, 404):
                    continue
                raise in_words(refused) from refused
            for row in rows:
                found.append(
                    f"{row['metadata'].get('uid')}:{row['metadata'].get('resourceVersion')}"
                )
                well = well and fine(name, row)
        self._well = well
        return found


def fine(kind: str, obj: Obj) -> bool:
    """Whether an object is as it should be, and stays so by itself."""
    if obj["metadata"].get("deletionTimestamp"):
        return False
    spec, status = _of(obj, "spec"), _of(obj, "status")
    if kind == "Pod":
        conditions = status.get("conditions") or ()
        return status.get("phase") == "Succeeded" or any(
            one.get("type") == "Ready" and one.get("status") == "True" for one in conditions
        )
    if kind == "PersistentVolumeClaim":
        return status.get("phase") == "Bound"
    if kind in ("StatefulSet", "Deployment"):
        wanted = spec.get("replicas", 1)
        same = status.get("observedGeneration") == obj["metadata"].get("generation")
        counts = (status.get(f"{one}eplicas", 0) for one in ("r", "readyR", "availableR"))
        there = all(count == wanted for count in counts)
        return bool(same and there and _rolled(kind, spec, status))
    return True


def _rolled(kind: str, spec: Mapping[str, Any], status: Mapping[str, Any]) -> bool:
    wanted = spec.get("replicas", 1)
    if kind == "Deployment":
        return bool(status.get("updatedReplicas", 0) == wanted)
    strategy = _of(spec, "updateStrategy")
    if strategy.get("type") == "OnDelete":
        return True
    partition = _of(strategy, "rollingUpdate").get("partition") or 0
    if status.get("currentRevision") == status.get("updateRevision"):
        return True
    return bool(status.get("updatedReplicas", 0) >= max(0, wanted - partition) and partition)


def _of(obj: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = obj.get(key)
    return found if isinstance(found, Mapping) else {}

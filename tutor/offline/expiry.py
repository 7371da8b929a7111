"""Events are kept for an hour after they were last written, then they are gone.

The real server gives every write of an Event a lease of etcd; when it ends, the key goes and a
watch tells of it, but nobody deleted anything.

Source: ``--event-ttl`` of kube-apiserver (default 1h0m0s), pkg/registry/core/event/storage.
"""

from collections import deque
from typing import NamedTuple

from tutor.offline.clock import Clock, seconds_of
from tutor.offline.objects import Obj, dig, meta
from tutor.offline.store import Change, Store, key_of

EVENTS = "events"
SECONDS = 3600.0


class _Due(NamedTuple):
    """When an Event goes, unless it is written again."""

    moment: float
    key: str
    version: str


class Expiry:
    """Lets Events go.

    Args:
        store: Where they are.
        clock: Virtual time.
    """

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        found = [
            _Due(_written(one) + SECONDS, key_of(one), _version(one)) for one in store.list(EVENTS)
        ]
        self._due = deque(sorted(found))
        self._waiting = False
        self._wait()
        store.listen(self._hear)

    def _hear(self, change: Change) -> None:
        if change.resource == EVENTS and change.after is not None:
            self._due.append(_Due(change.time + SECONDS, change.key, _version(change.after)))
            self._wait()

    def _wait(self) -> None:
        if self._due and not self._waiting:
            self._waiting = True
            self._clock.at(self._due[0].moment, self._go)

    def _go(self) -> None:
        self._waiting = False
        while self._due and self._due[0].moment <= self._clock.now:
            due = self._due.popleft()
            found = self._store.get(EVENTS, due.key)
            if found is not None and _version(found) == due.version:
                self._store.delete(EVENTS, due.key)
        self._wait()


def _version(event: Obj) -> str:
    return str(meta(event).get("resourceVersion", ""))


def _written(event: Obj) -> float:
    """When an Event was last written, as far as it says so itself."""
    said = (
        meta(event).get("creationTimestamp"),
        event.get("lastTimestamp"),
        event.get("eventTime"),
        dig(event, "series", "lastObservedTime"),
    )
    return max((seconds_of(text) for text in said if text), default=0.0)

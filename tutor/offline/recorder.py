"""Events, as client-go's recorders write them: aggregated, counted, and at last held back.

The controllers' recorder (``tools/record``) counts an Event told again, puts ten or more similar
ones of ten minutes together as ``(combined from similar events): …`` and lets an object have 25
and then one every five minutes. The scheduler's (``tools/events``) keeps a ``series`` instead.

Source: client-go tools/record/events_cache.go, tools/record/event.go,
tools/events/event_broadcaster.go.
"""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from tutor.offline.clock import Clock, micro_timestamp, timestamp
from tutor.offline.errors import ApiError
from tutor.offline.names import below
from tutor.offline.objects import Obj, meta, name_of, namespace_of
from tutor.offline.registry import Registry
from tutor.offline.requests import Random, Request
from tutor.offline.resources import named

COMBINED = "(combined from similar events): "
_CACHE = 4096
_SIMILAR = 10
_SIMILAR_SECONDS = 600.0
_BURST = 25.0
_REFILL = 1.0 / 300.0
_SERIES_ENDS = 360.0
_EVENTS = named("events")

_K = TypeVar("_K")
_V = TypeVar("_V")


class _Recent(Generic[_K, _V]):
    """A dict that forgets what was used least recently."""

    def __init__(self) -> None:
        self._held: OrderedDict[_K, _V] = OrderedDict()

    def get(self, key: _K) -> _V | None:
        if key not in self._held:
            return None
        self._held.move_to_end(key)
        return self._held[key]

    def put(self, key: _K, value: _V) -> None:
        self._held[key] = value
        self._held.move_to_end(key)
        if len(self._held) > _CACHE:
            self._held.popitem(last=False)


@dataclass(slots=True)
class _Similar:
    messages: list[str]
    last: float


@dataclass(slots=True)
class _Told:
    name: str
    count: int
    first: str


@dataclass(slots=True)
class _Bucket:
    tokens: float
    filled: float


@dataclass(slots=True)
class _Series:
    name: str
    count: int
    last: float


class Recorder:
    """The recorder of one component.

    Args:
        component: ``statefulset-controller``.
        registry: Where Events are written; what is refused is dropped, as clients do.
        clock: Virtual time.
        random: For what a Go map leaves to chance.
        manager: The field manager of its writes.
    """

    def __init__(
        self, component: str, registry: Registry, clock: Clock, random: Random, manager: str
    ) -> None:
        self.component = component
        self._registry = registry
        self._clock = clock
        self._random = random
        self._manager = manager
        self._similar: _Recent[tuple[str, ...], _Similar] = _Recent()
        self._told: _Recent[tuple[str, ...], _Told] = _Recent()
        self._buckets: _Recent[tuple[str, ...], _Bucket] = _Recent()
        self._series: _Recent[tuple[str, ...], _Series] = _Recent()
        self._nanos = 0

    def record(
        self, about: Obj, kind: str, reason: str, message: str, action: str = "", *, host: str = ""
    ) -> None:
        """Tell something about an object.

        Args:
            about: The object, as it is.
            kind: ``Normal`` or ``Warning``.
            reason: In one word.
            message: In words.
            action: What was being done; makes it an Event of the newer kind.
            host: The node whose kubelet tells it.
        """
        regarding = _reference(about)
        if action:
            self._record_series(regarding, kind, reason, message, action)
        else:
            self._record_counted(regarding, kind, reason, message, host)

    # -- tools/record

    def _record_counted(
        self, ref: dict[str, str], kind: str, reason: str, message: str, host: str
    ) -> None:
        now = self._clock.now
        subject = tuple(ref.get(one, "") for one in ("kind", "namespace", "name", "uid"))
        subject += (ref["apiVersion"], host)
        group = (*subject, kind, reason)
        key = (*subject, kind, reason, message)
        similar = self._similar.get(group)
        if similar is None or now - similar.last > _SIMILAR_SECONDS:
            similar = _Similar([], now)
        if message not in similar.messages:
            similar.messages.append(message)
        similar.last = now
        self._similar.put(group, similar)
        combined = len(similar.messages) >= _SIMILAR
        if combined:
            similar.messages.pop(below(self._random, len(similar.messages)))
            key, message = group, COMBINED + message
        told = self._told.get(key)
        stamp = timestamp(now)
        again = _Told(told.name, told.count + 1, told.first) if told else None
        entry = again or _Told(self._name(ref), 1, stamp)
        self._told.put(key, entry)
        if not self._allowed(subject, now):
            return
        body: Obj = {
            "kind": "Event",
            "apiVersion": "v1",
            "metadata": {"name": entry.name, "namespace": ref.get("namespace") or "default"},
            "involvedObject": ref,
            "reason": reason,
            "message": message,
            "source": {"component": self.component, **({"host": host} if host else {})},
            "firstTimestamp": entry.first,
            "lastTimestamp": stamp,
            "count": entry.count,
            "type": kind,
            "eventTime": None,
            "reportingComponent": "" if combined else self.component,
            "reportingInstance": host,
        }
        self._write(body, ("message", "lastTimestamp", "count") if again else ())

    def _allowed(self, subject: tuple[str, ...], now: float) -> bool:
        bucket = self._buckets.get(subject) or _Bucket(_BURST, now)
        bucket.tokens = min(_BURST, bucket.tokens + (now - bucket.filled) * _REFILL)
        bucket.filled = now
        self._buckets.put(subject, bucket)
        if bucket.tokens < 1:
            return False
        bucket.tokens -= 1
        return True

    # -- tools/events

    def _record_series(
        self, ref: dict[str, str], kind: str, reason: str, message: str, action: str
    ) -> None:
        now = self._clock.now
        key = (kind, action, reason, *(f"{name}={ref[name]}" for name in sorted(ref)))
        series = self._series.get(key)
        if series is not None and now - series.last > _SERIES_ENDS:
            series = None
        if series is None:
            series = _Series(self._name(ref), 1, now)
        else:
            series.count, series.last = series.count + 1, now
        self._series.put(key, series)
        if series.count > 2:  # kept in memory until the series ends
            return
        body: Obj = {
            "kind": "Event",
            "apiVersion": "v1",
            "metadata": {"name": series.name, "namespace": ref.get("namespace") or "default"},
            "involvedObject": ref,
            "reason": reason,
            "message": message,
            "source": {},
            "firstTimestamp": None,
            "lastTimestamp": None,
            "type": kind,
            "eventTime": micro_timestamp(now),
            "action": action,
            "reportingComponent": self.component,
            "reportingInstance": f"{self.component}-offline",
        }
        if series.count > 1:
            body["series"] = {"count": series.count, "lastObservedTime": micro_timestamp(now)}
        self._write(body, ("series",) if series.count > 1 else ())

    # -- both

    def _name(self, ref: dict[str, str]) -> str:
        """``name.hex``: the moment in nanoseconds, never the same twice, nor another recorder's."""
        self._nanos = max(self._nanos + 1, int(self._clock.now * 1_000_000) * 1000)
        namespace, store = ref.get("namespace") or "default", self._registry.store
        while store.get("events", f"{namespace}/{ref['name']}.{self._nanos:x}") is not None:
            self._nanos += 1
        return f"{ref['name']}.{self._nanos:x}"

    def _write(self, body: Obj, changed: tuple[str, ...]) -> None:
        metadata = body["metadata"]
        old = self._registry.store.get("events", f"{metadata['namespace']}/{metadata['name']}")
        request = Request(
            "create" if old is None else "update",
            _EVENTS,
            metadata["namespace"],
            "" if old is None else metadata["name"],
            field_manager=self._manager,
            user=f"system:{self._manager}",
            trusted=True,
        )
        try:
            if old is None:
                self._registry.create(request, body)
            else:
                new: dict[str, Any] = {**old, **{name: body[name] for name in changed}}
                self._registry.update(request, new)
        except ApiError:
            return  # a refused Event is lost: clients do not try again


def _reference(obj: Obj) -> dict[str, str]:
    """The reference to an object, as ``ref.GetReference`` makes it."""
    found = {
        "kind": obj["kind"],
        "namespace": namespace_of(obj),
        "name": name_of(obj),
        "uid": meta(obj).get("uid", ""),
        "apiVersion": obj["apiVersion"],
        "resourceVersion": meta(obj).get("resourceVersion", ""),
    }
    return {name: value for name, value in found.items() if value}

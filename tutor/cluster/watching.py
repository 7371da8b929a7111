"""Watching a namespace: what is there, then every change, in one order.

One stream for each kind, resumed where it broke off; listed anew and compared where the server
remembers no longer (410). The changes of all streams are put into the order of their versions,
which all kinds of a cluster share.
"""

import math
import queue
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, TypeAlias

from tutor.cluster.api import Api, Refused, events, in_words
from tutor.cluster.cancelling import Cancel, Deadline
from tutor.cluster.kinds import KINDS, WATCHED, WATCHED_IF_ALLOWED, Kind
from tutor.cluster.namespaces import ours
from tutor.cluster.transport import Lines, Lost
from tutor.cluster.versions import number, version_of
from tutor.model.errors import TutorError
from tutor.model.timeline import Change, Obj

STREAM = 45
"""Seconds after which the server is asked to end a stream, so that one that died is noticed."""
SILENCE = 60.0
"""Seconds after which a silent stream is taken for dead."""
IDLE = 0.04
"""Seconds without news after which what came is told."""
HELD = 0.5
"""Seconds for which news is held back at most, so that the streams can be put in order."""
_NEEDED = frozenset({"Pod", "StatefulSet", "PersistentVolumeClaim"})
_FIRST_PAUSE = 0.1
_LONGEST_PAUSE = 5.0
_SHORT = 1.0
_AFTER_SHORT = 0.3
_SHAPES = (AttributeError, KeyError, TypeError, ValueError)
"""What comes of objects that are none: a list for a mapping, a number for a name."""
_TELL_AFTER = 2
"""Failures in a row before anybody is told: one is only a stream that was cut."""

Hear: TypeAlias = Callable[[Sequence[Change]], None]
Trouble: TypeAlias = Callable[[TutorError | None], None]


@dataclass(slots=True)
class _Row:
    """One kind, as it is followed.

    Attributes:
        known: The objects there are, by namespace and name.
    """

    kind: Kind
    path: str
    version: str = ""
    known: dict[tuple[str, str], Obj] = field(default_factory=dict)


class Watcher:
    """Follows a namespace until it is stopped.

    Args:
        api: The server.
        namespace: Which.
        hear: Called in a thread of the watcher's own.
        now: The cluster's clock.
        stamp: When a version came about, where the cluster can tell; 0 for one it does not know.
            Without it, changes have this machine's time.
        trouble: Called when the cluster is lost, with why, and with None when it is found again.
    """

    def __init__(
        self,
        api: Api,
        namespace: str,
        hear: Hear,
        now: Callable[[], float],
        *,
        stamp: Callable[[int], float] | None = None,
        trouble: Trouble | None = None,
    ) -> None:
        self._api = api
        self._namespace = namespace
        self._hear = hear
        self._now = now
        self._stamp = stamp
        self._trouble = trouble or (lambda _: None)
        self._cancel = Cancel()
        self._news: queue.SimpleQueue[Change | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._lost: set[str] = set()
        self._threads: list[threading.Thread] = []
        self.blind: tuple[str, ...] = ()

    # -- beginning and ending

    def start(self, cancel: Cancel) -> None:
        """Look at what is there, and begin to follow it.

        Raises:
            TutorError: The cluster does not answer, or does not let us look.
        """
        rows = list(self._listed(cancel))
        first = [self._change(row, None, obj) for row in rows for obj in row.known.values()]
        first.sort(key=lambda change: change.version)
        self._thread("sts-tutor-watch", lambda: self._tell(first))
        for row in rows:
            self._thread(f"sts-tutor-watch-{row.kind.plural}", partial(self._follow, row))

    def _thread(self, name: str, main: Callable[[], None]) -> None:
        thread = threading.Thread(target=main, name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def stop(self) -> None:
        """End it. Returns at once; nothing more is heard afterwards."""
        self._cancel.set()
        self._news.put(None)

    def join(self, seconds: float) -> None:
        """Wait until its threads have ended, at most so long."""
        end = Deadline(seconds)
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join(max(0.0, end.left))

    def _listed(self, cancel: Cancel) -> Iterator[_Row]:
        blind = []
        for name in (*WATCHED, *WATCHED_IF_ALLOWED):
            kind = KINDS[name]
            row = _Row(kind, kind.path(self._namespace if kind.namespaced else ""))
            try:
                self._list(row, cancel)
            except Refused as refused:
                if name in _NEEDED or refused.code not in (403, 404):
                    raise in_words(refused) from refused
                blind.append(name)
                continue
            yield row
        self.blind = tuple(blind)

    def _list(self, row: _Row, cancel: Cancel) -> None:
        found, row.version = self._api.items(cancel, row.path)
        row.known = {}
        for obj in found:
            own = self._own(row.kind, obj)
            if own is not None:
                row.known[_key(own)] = own

    def _own(self, kind: Kind, obj: Obj) -> Obj | None:
        """An object as it is told; None for one that is no concern of this namespace."""
        about = obj.get("metadata")
        if not isinstance(about, Mapping) or not isinstance(about.get("name"), str):
            return None
        if kind.kind == "PersistentVolume":
            claim = (obj.get("spec") or {}).get("claimRef") or {}
            if claim.get("namespace") != self._namespace and not ours(obj):
                return None
        own = {key: value for key, value in about.items() if key != "managedFields"}
        return {**obj, "apiVersion": kind.api_version, "kind": kind.kind, "metadata": own}

    # -- following one kind

    def _follow(self, row: _Row) -> None:
        failures = 0
        while not self._cancel.is_set():
            begun = time.monotonic()
            try:
                self._stream(row)
                self._found(row)
                failures = 0
            except (Lost, Refused, TutorError, *_SHAPES) as error:
                if self._cancel.is_set():
                    return
                if isinstance(error, Refused) and error.code == 410:
                    failures += self._relist(row)
                else:
                    failures += 1
                    if failures >= _TELL_AFTER:
                        self._lose(row, error)
            pause = 0.0
            if failures:
                pause = min(_FIRST_PAUSE * 2 ** min(failures, 10), _LONGEST_PAUSE)
            elif time.monotonic() - begun < _SHORT:  # a server that ends every stream at once
                pause = _AFTER_SHORT
            if pause and self._pause(pause):
                return

    def _pause(self, seconds: float) -> bool:
        """Wait; whether it is over."""
        with suppress(TutorError):
            self._cancel.wait(seconds)
        return self._cancel.is_set()

    def _stream(self, row: _Row) -> None:
        """Follow one stream to its end."""
        lines = self._api.stream(
            self._cancel,
            row.path,
            SILENCE,
            watch="true",
            allowWatchBookmarks="true",
            resourceVersion=row.version,
            timeoutSeconds=str(STREAM),
        )
        take_back = self._cancel.tell(lines.close)
        try:
            self._read(row, lines)
        except Lost as lost:
            if lost.code != "cluster-no-answer":
                raise
            # Silent for long: asked anew, it answers or it does not.
        finally:
            take_back()
            lines.close()

    def _read(self, row: _Row, lines: Lines) -> None:
        self._found(row)
        for type_, obj in events(lines):
            if type_ == "ERROR":
                code = obj.get("code")
                raise Refused(code if isinstance(code, int) else 500, "", str(obj.get("message")))
            about = obj.get("metadata")
            version = about.get("resourceVersion") if isinstance(about, Mapping) else None
            if not isinstance(version, str) or not version:
                raise Lost("cluster-strange", "an event without a version")
            if type_ != "BOOKMARK":
                self._take(row, obj, gone=type_ == "DELETED")
            row.version = version

    def _take(self, row: _Row, obj: Obj, *, gone: bool) -> None:
        own = self._own(row.kind, obj)
        if own is None:
            return
        key = _key(own)
        before = row.known.get(key)
        if gone:
            row.known.pop(key, None)
            if before is not None:
                self._news.put(self._change(row, before, None, version_of(own)))
            return
        if before is not None and _uid(before) != _uid(own):
            self._news.put(self._change(row, before, None, version_of(own)))
            before = None
        row.known[key] = own
        if before is None or not _beats(row.kind, before, own):
            self._news.put(self._change(row, before, own))

    def _relist(self, row: _Row) -> int:
        """Look again, and tell what has changed meanwhile; how many failures to count."""
        before = row.known
        try:
            self._list(row, self._cancel)
        except (Refused, TutorError, *_SHAPES) as error:
            if not self._cancel.is_set():
                self._lose(row, error)
            return 1
        for change in self._compared(row, before, row.known):
            self._news.put(change)
        self._found(row)
        return 0

    def _compared(
        self, row: _Row, before: Mapping[tuple[str, str], Obj], after: Mapping[tuple[str, str], Obj]
    ) -> Iterable[Change]:
        version = number(row.version)
        for key, old in before.items():
            new = after.get(key)
            if new is None or _uid(new) != _uid(old):
                at = version if new is None else version_of(new)
                yield self._change(row, old, None, at)
        fresh = []
        for key, new in after.items():
            was = before.get(key)
            if was is None or _uid(was) != _uid(new):
                fresh.append(self._change(row, None, new))
            elif version_of(was) != version_of(new):
                fresh.append(self._change(row, was, new))
        yield from sorted(fresh, key=lambda change: change.version)

    # -- trouble

    def _lose(self, row: _Row, trouble: Exception) -> None:
        match trouble:
            case TutorError():
                error = trouble
            case Refused():
                error = in_words(trouble)
            case Lost():
                error = self._api.trouble(trouble)
            case _:
                error = self._api.trouble(Lost("cluster-strange", type(trouble).__name__))
        with self._lock:
            first = not self._lost
            self._lost |= {row.kind.kind}
        if first and not self._cancel.is_set():
            self._trouble(error)

    def _found(self, row: _Row) -> None:
        with self._lock:
            before, self._lost = self._lost, self._lost - {row.kind.kind}
            again = len(before) > len(self._lost) == 0
        if again and not self._cancel.is_set():
            self._trouble(None)

    # -- telling

    def _change(
        self, row: _Row, before: Obj | None, after: Obj | None, version: int | None = None
    ) -> Change:
        obj = after if after is not None else before
        assert obj is not None  # noqa: S101  (one of the two is given)
        at = version_of(obj) if version is None else version
        namespace, name = _key(obj)
        return Change(time.time(), at, row.kind.kind, namespace, name, _uid(obj), before, after)

    def _tell(self, first: list[Change]) -> None:
        if not self._cancel.is_set():
            self._hear(self._stamped(first))
        held: list[tuple[float, Change]] = []
        while self._gather(held):
            ready = _ready(held, time.monotonic())
            if self._cancel.is_set():
                return
            if ready:
                self._hear(self._stamped(ready))

    def _gather(self, held: list[tuple[float, Change]]) -> bool:
        """Hold back what comes until it keeps quiet for a moment; False at the end."""
        end = time.monotonic() + HELD
        while True:
            quiet = None
            if held:
                quiet = min(IDLE, end - time.monotonic())
                if quiet <= 0:
                    return True
            try:
                news = self._news.get(timeout=quiet)
            except queue.Empty:
                held[:] = [(-math.inf, one) for _, one in held]  # nothing is on its way any more
                return True
            if news is None:
                return False
            if not held:
                end = time.monotonic() + HELD
            held.append((time.monotonic(), news))

    def _stamped(self, changes: list[Change]) -> list[Change]:
        """Changes with the cluster's own time, where it can tell; else with that of hearing."""
        stamp = self._stamp
        if stamp is None:
            return changes
        times = [stamp(one.version) for one in changes]
        now = self._now() if 0.0 in times else 0.0
        return [replace(one, at=at or now) for one, at in zip(changes, times, strict=True)]


def _ready(held: list[tuple[float, Change]], now: float) -> list[Change]:
    """Take out what can be told, in the order of the versions.

    Streams may be apart by a part of the time that news is held: what is younger than something
    that came long enough ago has to wait for the other streams.
    """
    ripe = [change.version for came, change in held if came <= now - HELD / 2]
    last = max(ripe, default=-1)
    ready = sorted(
        (change for _, change in held if change.version <= last),
        key=lambda change: change.version,
    )
    held[:] = [pair for pair in held if pair[1].version > last]
    return ready


def _key(obj: Obj) -> tuple[str, str]:
    about = obj["metadata"]
    return str(about.get("namespace") or ""), str(about["name"])


def _uid(obj: Obj) -> str:
    return str(obj["metadata"].get("uid") or "")


def _beats(kind: Kind, before: Obj, after: Obj) -> bool:
    """Whether a node only said that it is alive."""
    return kind.kind == "Node" and _still(before) == _still(after)


def _still(node: Obj) -> Any:  # noqa: ANN401
    about = {key: v for key, v in node["metadata"].items() if key != "resourceVersion"}
    status = dict(node.get("status") or {})
    status["conditions"] = [
        {key: v for key, v in one.items() if key != "lastHeartbeatTime"}
        for one in status.get("conditions") or ()
        if isinstance(one, Mapping)
    ]
    return {**node, "metadata": about, "status": status}

"""The state of a cluster in a file: its changes, line by line.

What has been acknowledged survives the end of the process, however it ends: every change is handed
to the operating system before the answer that acknowledges it. It survives the end of the machine
up to the last second: the file is flushed to the disk once a second and when the cluster stops.

The first line says what the file is. Each line carries its checksum. What a power failure leaves
half written at the end is dropped; damage before that is refused, for what follows it would be
wrong. When the file has grown to several times what the objects need, it is written anew, beside
the old one, and takes its place in one step.
"""

import json
import os
import sys
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from tutor.offline.clock import micro_timestamp
from tutor.offline.objects import Obj
from tutor.offline.store import Change, Store

_LEASES, _NODE_LEASES = "leases.coordination.k8s.io", "kube-node-lease"
_FORMAT = "sts-tutor offline cluster"
_VERSION = 1
_SPARE = 4_000_000  # bytes a file may grow beyond four times its first size


class Damaged(Exception):  # noqa: N818  (told to the user as it is)
    """The file is no state of a cluster, or its middle is damaged.

    Attributes:
        line: Which line, from 1.
    """

    def __init__(self, line: int) -> None:
        super().__init__(f"line {line}")
        self.line = line


class InUse(Exception):  # noqa: N818  (told to the user as it is)
    """Another cluster holds the file."""


@dataclass(slots=True)
class State:
    """What a file holds.

    Attributes:
        version: The version the store had come to.
        time: Virtual time of the last change.
        objects: By resource and key.
        down: The nodes whose machines stand still.
    """

    version: int = 0
    time: float = 0.0
    objects: dict[str, dict[str, Obj]] = field(default_factory=dict)
    down: set[str] = field(default_factory=set)

    def restore(self, store: Store, now: float) -> None:
        """Give an empty store the objects.

        The machines of the nodes begin again with the cluster, so their leases do too: the time in
        between is nobody's failure.
        """
        for lease in self.objects.get(_LEASES, {}).values():
            if lease["metadata"].get("namespace") == _NODE_LEASES and "spec" in lease:
                lease["spec"]["renewTime"] = micro_timestamp(now)
        objects = {
            resource: [table[key] for key in sorted(table)]
            for resource, table in self.objects.items()
        }
        store.load(objects, self.version)


def _line(entry: Mapping[str, Any]) -> bytes:
    data = json.dumps(entry, separators=(",", ":"), ensure_ascii=False).encode()
    return b"%08x %s\n" % (zlib.crc32(data), data)


def _read_line(line: bytes) -> dict[str, Any] | None:
    """An entry; None for a line that is not whole."""
    if not line.endswith(b"\n") or line[8:9] != b" ":
        return None
    data = line[9:-1]
    try:
        if int(line[:8], 16) != zlib.crc32(data):
            return None
        entry = json.loads(data)
    except ValueError:
        return None
    return entry if isinstance(entry, dict) else None


class Journal:
    """A file with the state of a cluster.

    Args:
        path: The file; made where there is none.

    Attributes:
        state: What it held when it was opened; None for a new one.

    Raises:
        Damaged: It cannot be read.
        InUse: Another process holds it.
        OSError: It cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = _lock(path.with_name(path.name + ".lock"))
        try:
            self.state, whole = _read(path)
            path.touch(0o600)
            self._file = path.open("ab")
            if self._file.tell() > whole:
                self._file.truncate(whole)
            if self.state is None:
                self._pending = _line({"format": _FORMAT, "version": _VERSION})
            else:
                self._pending = b""
        except BaseException:
            self._lock.close()
            raise
        self._size = self._first = whole
        self._dirty = False

    def record(self, change: Change) -> None:
        """Take note of a change; :meth:`keep` writes it."""
        entry = {"v": change.version, "t": change.time, "r": change.resource, "k": change.key}
        self._pending += _line({**entry, "o": change.after})

    def fault(self, node: str, down: bool) -> None:
        """Take note of a node's machine stopping or starting."""
        self._pending += _line({"n": node, "down": down})

    def keep(self) -> None:
        """Hand everything noted to the operating system.

        Raises:
            OSError: It could not be; it is tried again next time.
        """
        while self._pending:
            written = os.write(self._file.fileno(), self._pending)
            self._pending = self._pending[written:]
            self._size += written
            self._dirty = True

    def sync(self) -> None:
        """Have the disk hold what was kept."""
        if self._dirty:
            self._dirty = False
            os.fsync(self._file.fileno())

    @property
    def overgrown(self) -> bool:
        """Whether the file should be written anew."""
        return self._size > 4 * self._first + _SPARE

    def compact(self, store: Store, now: float, down: set[str]) -> None:
        """Write the file anew, with the objects as they are.

        Raises:
            OSError: It could not be; the old file is still there.
        """
        beside = self.path.with_name(self.path.name + ".new")
        beside.unlink(missing_ok=True)
        beside.touch(0o600)
        with beside.open("wb") as file:
            file.write(_line({"format": _FORMAT, "version": _VERSION}))
            for entry in _entries(store, now, down):
                file.write(_line(entry))
            file.flush()
            os.fsync(file.fileno())
            size = file.tell()
        self._file.close()
        beside.replace(self.path)
        self._file = self.path.open("ab")
        self._pending = b""
        self._size = self._first = size

    def close(self) -> None:
        """Keep everything and let go of the file."""
        try:
            self.keep()
            self.sync()
        finally:
            self._file.close()
            self._lock.close()


def _entries(store: Store, now: float, down: set[str]) -> Iterator[dict[str, Any]]:
    for resource in store.resources():
        for obj in store.list(resource):
            found = obj["metadata"]
            key = f"{found['namespace']}/{found['name']}" if "namespace" in found else found["name"]
            yield {"v": store.version, "t": now, "r": resource, "k": key, "o": obj}
    for node in sorted(down):
        yield {"n": node, "down": True}
    yield {"v": store.version, "t": now}


def _read(path: Path) -> tuple[State | None, int]:
    """What a file holds, and how many bytes of it are whole."""
    if not path.exists() or not path.stat().st_size:
        return None, 0
    state, whole, broken = State(), 0, 0
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            entry = _read_line(line)
            if number == 1 and (entry is None or entry.get("format") != _FORMAT):
                raise Damaged(1)
            if broken:
                raise Damaged(broken)
            if entry is None:
                broken = number
                continue
            whole += len(line)
            _take(state, entry)
    return (state if state.version else None), whole


def _take(state: State, entry: dict[str, Any]) -> None:
    if "n" in entry:
        (state.down.add if entry["down"] else state.down.discard)(entry["n"])
    if "v" not in entry:
        return
    state.version, state.time = entry["v"], entry["t"]
    if "r" in entry:
        table = state.objects.setdefault(entry["r"], {})
        if entry["o"] is None:
            table.pop(entry["k"], None)
        else:
            table[entry["k"]] = entry["o"]


def _lock(path: Path) -> BinaryIO:
    """Hold a file beside the state, for this process alone."""
    file = path.open("ab")
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        raise InUse from None
    return file

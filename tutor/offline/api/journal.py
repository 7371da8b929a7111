"""The state of a cluster in a file: its changes, line by line.

What has been acknowledged survives the end of the process, however it ends: every change is handed
to the operating system before the answer that acknowledges it. It survives the end of the machine
up to the last second: the file is flushed to the disk once a second and when the cluster stops.

When the file has grown to several times what the objects need, it is written anew, beside the old
one, while the cluster goes on, and takes its place in one step.
"""

import contextlib
import errno
import os
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from tutor.offline.api.lock import Lock
from tutor.offline.api.records import HEAD, line_of, read, read_head
from tutor.offline.store import Change, Store

_SPARE = 4_000_000  # bytes a file may grow beyond four times what its objects need
_NEW, _EMPTIED = ".new", ".reset"
"""Endings of files that are to take the place of the state."""


class Journal:
    """A file with the state of a cluster.

    Args:
        path: The file; made where there is none.

    Attributes:
        path: The file itself, wherever links led.
        state: What it held when it was opened; None for a new one.

    Raises:
        Damaged: It cannot be read.
        Newer: A later program wrote it.
        InUse: Another process holds it.
        OSError: It cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self.path = path = Path(os.path.realpath(path))
        if path.exists() and not path.is_file():
            number = errno.EISDIR if path.is_dir() else errno.EINVAL
            raise OSError(number, os.strerror(errno.EISDIR) if path.is_dir() else "not a file")
        read_head(path)  # before anything is made beside what is not ours
        self._lock = Lock(self._beside(".lock"))
        try:
            self.state, whole = read(path)
            path.touch(0o600)
            self._file = path.open("ab")
            if self._file.tell() > whole:
                self._file.truncate(whole)
            for left in (_NEW, _EMPTIED):
                self._beside(left).unlink(missing_ok=True)
        except BaseException:
            self._lock.release()
            raise
        self._pending = bytearray(b"" if whole else HEAD)
        self._meanwhile: bytearray | None = None
        self._size = whole
        self._limit = _SPARE
        self._dirty = False
        self._removed = self._replaced = False

    def _beside(self, ending: str) -> Path:
        return self.path.with_name(self.path.name + ending)

    # -- what happens

    def record(self, change: Change) -> None:
        """Take note of a change; :meth:`keep` writes it."""
        entry = {"v": change.version, "t": change.time, "r": change.resource, "k": change.key}
        self._note({**entry, "o": change.after})

    def leave_out(self, objects: Iterable[tuple[str, str]]) -> Path:
        """Go on without some objects of the file, of which a copy is kept as it was.

        Args:
            objects: Resource and key of each.

        Returns:
            Where the copy is.

        Raises:
            OSError: It cannot be made.
        """
        assert self.state is not None  # noqa: S101  (it has the objects)
        copy = self._spare()
        shutil.copy2(self.path, copy)
        for resource, key in objects:
            self.state.version += 1
            del self.state.objects[resource][key]
            about = {"v": self.state.version, "t": self.state.time, "r": resource, "k": key}
            self._note({**about, "o": None})
        return copy

    def _spare(self) -> Path:
        """A name that is free, for a copy."""
        copy, number = self._beside(".before"), 1
        while copy.exists():
            number += 1
            copy = self._beside(f".before-{number}")
        return copy

    def fault(self, node: str, down: bool) -> None:
        """Take note of a node's machine stopping or starting."""
        self._note({"n": node, "down": down})

    def _note(self, entry: Mapping[str, Any]) -> None:
        line = line_of(entry)
        self._pending += line
        if self._meanwhile is not None:
            self._meanwhile += line

    def keep(self) -> None:
        """Hand everything noted to the operating system.

        Raises:
            OSError: It could not be; it is tried again next time.
        """
        self._own()
        while self._pending:
            written = os.write(self._file.fileno(), self._pending)
            del self._pending[:written]
            self._size += written
            self._dirty = True

    def syncing(self) -> Callable[[], None] | None:
        """What has the disk hold what was kept, to be called in any thread; None if it does.

        Calling it raises OSError where the disk fails.

        Raises:
            OSError: There are too many open files.
        """
        if not self._dirty:
            return None
        descriptor = os.dup(self._file.fileno())  # the file may be replaced meanwhile
        self._dirty = False

        def sync() -> None:
            try:
                os.fsync(descriptor)
            except OSError:
                self._dirty = True
                raise
            finally:
                os.close(descriptor)

        return sync

    def _own(self) -> None:
        if self._replaced:
            raise OSError(errno.ESTALE, "another file has taken its place")

    # -- writing the file anew

    def look(self) -> None:
        """See whether the file is still where it was.

        Raises:
            OSError: That cannot be seen.
        """
        try:
            found = self.path.stat()
        except FileNotFoundError:
            self._removed, self._replaced = True, False
        else:
            self._removed = False
            self._replaced = not os.path.samestat(found, os.fstat(self._file.fileno()))

    @property
    def overgrown(self) -> bool:
        """Whether the file should be written anew: it has grown, or was removed."""
        return self._meanwhile is None and (self._removed or self._size > self._limit)

    def rewriting(self, store: Store, now: float, down: set[str]) -> Callable[[], int]:
        """Begin to write the file anew, with the objects as they are.

        Returns:
            What writes it, to be called in any thread, while the cluster goes on; its result is
            for :meth:`rewritten`. It raises OSError; then, :meth:`abandon`.
        """
        entries = list(_entries(store, now, down))
        self._meanwhile = bytearray()
        path = self._beside(_NEW)
        return lambda: _write_anew(path, entries)

    def rewritten(self, size: int) -> None:
        """Put the new file, and what has happened meanwhile, into the place of the old one.

        Args:
            size: What the writing returned.

        Raises:
            OSError: It could not be; the old file is still there, and whole.
        """
        meanwhile, self._meanwhile = self._meanwhile, None
        if meanwhile is None:  # a reset came first
            return
        path = self._beside(_NEW)
        try:
            with path.open("ab") as file:
                file.write(meanwhile)
                file.flush()
                os.fsync(file.fileno())
            self._replace(path, size + len(meanwhile))
        except OSError:
            self.abandon()
            raise

    def abandon(self) -> None:
        """Stay with the old file for a while."""
        self._meanwhile = None
        self._limit = self._size + _SPARE
        with contextlib.suppress(OSError):
            self._beside(_NEW).unlink(missing_ok=True)

    def replace(self, store: Store, now: float) -> None:
        """Write the file anew at once, for a store that takes the place of the old one.

        Raises:
            OSError: It could not be; the old file is still there, and whole.
        """
        path = self._beside(_EMPTIED)
        size = _write_anew(path, _entries(store, now, set()))
        self._meanwhile = None
        self._replace(path, size)

    def _replace(self, path: Path, size: int) -> None:
        self.look()
        self._own()
        if sys.platform == "win32":  # where no open file is replaced
            self._file.close()
            try:
                path.replace(self.path)
            finally:
                self._file = self.path.open("ab")
        else:
            file = path.open("ab")
            try:
                path.replace(self.path)
            except OSError:
                file.close()
                raise
            self._file.close()
            self._file = file
        self._pending.clear()
        self._removed = self._replaced = False
        self._size, self._limit = size, 4 * size + _SPARE
        with contextlib.suppress(OSError):
            _sync_folder(self.path.parent)

    def close(self) -> None:
        """Keep everything and let go of the file.

        Raises:
            OSError: Not everything could be kept.
        """
        try:
            self.keep()
            sync = self.syncing()
            if sync is not None:
                sync()
        finally:
            self._file.close()
            self._lock.release()


def _entries(store: Store, now: float, down: set[str]) -> Iterator[dict[str, Any]]:
    for resource in store.resources():
        for obj in store.list(resource):
            found = obj["metadata"]
            key = f"{found['namespace']}/{found['name']}" if "namespace" in found else found["name"]
            yield {"v": store.version, "t": now, "r": resource, "k": key, "o": obj}
    for node in sorted(down):
        yield {"n": node, "down": True}
    yield {"v": store.version, "t": now}


def _write_anew(path: Path, entries: Iterable[Mapping[str, Any]]) -> int:
    """Write a file and have the disk hold it; its size."""
    path.unlink(missing_ok=True)
    path.touch(0o600)
    with path.open("wb") as file:
        file.write(HEAD)
        for entry in entries:
            file.write(line_of(entry))
        file.flush()
        os.fsync(file.fileno())
        return file.tell()


def _sync_folder(folder: Path) -> None:
    """Have the disk hold that a file has another name now."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

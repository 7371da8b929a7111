"""Progress in SQLite: a log of events and a few settings.

Typing makes an event a second, so a draft replaces the one before it where nothing that reads
drafts came between; else the log only grows. Progress is the fold of the log.

Every call commits before it returns, so that a killed process loses nothing it was told of. A
write-ahead log lets two instances read and write at once. A file that is not ours, is damaged or
comes from a newer version is reported and never written to.
"""

import json
import math
import os
import sqlite3
import stat
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tutor.model.errors import ExitCode, TutorError
from tutor.model.progress import Did, Event, Progress, replay

APPLICATION_ID = 0x53545354
"""``STST``, in the header of the file."""
VERSION = 1
BUSY_SECONDS = 5.0

_SCHEMA = """
CREATE TABLE event (
    id INTEGER PRIMARY KEY,
    at REAL NOT NULL,
    did TEXT NOT NULL,
    lesson TEXT NOT NULL,
    task TEXT NOT NULL,
    codes TEXT NOT NULL,
    "right" INTEGER NOT NULL,
    text TEXT NOT NULL,
    UNIQUE (at, did, lesson, task, codes)
) STRICT;
CREATE INDEX event_of_task ON event (lesson, task, did, at);
CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
"""
_READS_DRAFTS = (Did.RESET, Did.UNDONE)
_STEP_BACK_SECONDS = 86_400.0


class Store:
    """One learner's progress and settings. Use :func:`open_store` or :func:`open_memory`.

    Every method raises :class:`TutorError` when the database refuses: ``store-full``,
    ``store-read-only``, ``store-corrupt``, ``store-busy``, ``store-failed``.
    """

    def __init__(self, connection: sqlite3.Connection, path: str) -> None:
        self._connection = connection
        self.path = path

    def load(self) -> Progress:
        """All progress so far."""
        return replay(self.events())

    def events(self) -> Iterator[Event]:
        """Every event, oldest first. Those of a later version's kinds are passed over."""
        with _named(self.path):
            rows = self._connection.execute(
                'SELECT at, did, lesson, task, codes, "right", text FROM event ORDER BY at, id'
            ).fetchall()
        known = set(Did)
        for at, did, lesson, task, codes, right, text in rows:
            if did in known:
                yield Event(at, Did(did), lesson, task, tuple(json.loads(codes)), bool(right), text)

    def record(self, event: Event) -> None:
        """Keep one event. It is on disk when this returns."""
        self.record_all((event,))

    def record_all(self, events: Iterable[Event]) -> None:
        """Keep events that happen here and now, in one transaction.

        They come after all there is, also when the clock was set back by less than a day.
        """
        with _named(self.path), self._connection as connection:
            for event in events:
                (last,) = connection.execute("SELECT max(at) FROM event").fetchone()
                at = event.at
                if last is not None and last - _STEP_BACK_SECONDS < at <= last:
                    at = math.nextafter(last, math.inf)
                if event.did is Did.DRAFTED:
                    _forget_draft_before(connection, event)
                _insert(connection, event, at)

    def merge(self, events: Iterable[Event]) -> int:
        """Add what an export holds, each event at its own time; what is here stays as it is.

        Returns:
            How many events were new.
        """
        with _named(self.path), self._connection as connection:
            before = connection.total_changes
            for event in events:
                _insert(connection, event, event.at)
            return connection.total_changes - before

    def forget(self, lesson: str = "") -> None:
        """Remove the progress of one lesson, or all of it. Settings stay."""
        with _named(self.path), self._connection as connection:
            connection.execute("DELETE FROM event WHERE ?1 IN ('', lesson)", (lesson,))

    def settings(self) -> dict[str, str]:
        """All settings ever made."""
        with _named(self.path):
            return dict(self._connection.execute("SELECT name, value FROM setting").fetchall())

    def set(self, name: str, value: str) -> None:
        """Keep one setting."""
        with _named(self.path), self._connection as connection:
            connection.execute(
                "INSERT INTO setting VALUES (?, ?)"
                " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                (name, value),
            )

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()


def _insert(connection: sqlite3.Connection, event: Event, at: float) -> None:
    """Add one event to the log, unless the very same is there."""
    codes = json.dumps(event.codes, ensure_ascii=False)
    text = event.text.encode("utf-8", "replace").decode("utf-8")  # lone surrogates of a paste
    connection.execute(
        'INSERT OR IGNORE INTO event (at, did, lesson, task, codes, "right", text)'
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (at, event.did, event.lesson, event.task, codes, event.right, text),
    )


def _forget_draft_before(connection: sqlite3.Connection, event: Event) -> None:
    """Remove a task's last draft, unless something since then has read it."""
    connection.execute(
        "DELETE FROM event WHERE did = ?1 AND lesson = ?2 AND task = ?3 AND at > ("
        " SELECT coalesce(max(at), -1e308) FROM event"
        " WHERE did IN (?4, ?5) AND lesson = ?2 AND task = ?3)",
        (Did.DRAFTED, event.lesson, event.task, *_READS_DRAFTS),
    )


def open_store(path: Path) -> Store:
    """Open or make the database.

    Raises:
        TutorError: ``store-directory`` (the folder cannot be made), ``store-foreign`` (another
            program's database), ``store-newer`` (of a later version of the tutor),
            ``store-corrupt``, ``store-read-only``, ``store-full``, ``store-busy``,
            ``store-failed``.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise TutorError(
            "store-directory",
            ExitCode.STORE,
            path=str(path.parent),
            raw=error.strerror or str(error),
        ) from error
    _make_private(path)
    with _named(str(path)):
        connection = sqlite3.connect(path, timeout=BUSY_SECONDS, check_same_thread=False)
        try:
            _prepare(connection, str(path))
        except BaseException:
            connection.close()
            raise
    return Store(connection, str(path))


def _make_private(path: Path) -> None:
    """Progress is its learner's alone. SQLite gives its other files the mode of this one."""
    with suppress(OSError):  # what is wrong with it SQLite says, by name
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NONBLOCK", 0), 0o600))
        if stat.S_ISREG(path.stat().st_mode):
            for each in (path, *(path.with_name(f"{path.name}{end}") for end in ("-wal", "-shm"))):
                with suppress(FileNotFoundError):
                    each.chmod(0o600)


def open_memory() -> Store:
    """A store that forgets: for a first look, or where the disk cannot be used."""
    connection = sqlite3.connect(":memory:", check_same_thread=False)
    _prepare(connection, ":memory:")
    return Store(connection, "")


def _prepare(connection: sqlite3.Connection, path: str) -> None:
    """Check whose file this is before a single byte of it is written."""
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if version > VERSION and application == APPLICATION_ID:
        raise TutorError("store-newer", ExitCode.STORE, path=path, found=version, needed=VERSION)
    if tables and application != APPLICATION_ID:
        raise TutorError("store-foreign", ExitCode.STORE, path=path)
    if tables:
        (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        if verdict != "ok":
            raise TutorError("store-corrupt", ExitCode.STORE, path=path, raw=str(verdict))
    _write_ahead(connection)
    connection.execute("PRAGMA synchronous = NORMAL")
    if version < VERSION:
        connection.execute("BEGIN IMMEDIATE")
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version < VERSION:  # not made meanwhile by another instance
            for statement in _SCHEMA.split(";\n"):
                if statement.strip():
                    connection.execute(statement)
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.execute("COMMIT")


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Turn the write-ahead log on.

    SQLite's own waiting does not cover two processes that do this at the same moment.
    """
    patience = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if _code(error) != "store-busy" or time.monotonic() > patience:
                raise
            time.sleep(0.01)


@contextmanager
def _named(path: str) -> Iterator[None]:
    """Turn SQLite's errors into the tutor's."""
    try:
        yield
    except sqlite3.Error as error:
        raise TutorError(_code(error), ExitCode.STORE, path=path, raw=str(error)) from error


_CODES = {
    sqlite3.SQLITE_FULL: "store-full",
    sqlite3.SQLITE_READONLY: "store-read-only",
    sqlite3.SQLITE_CANTOPEN: "store-read-only",
    sqlite3.SQLITE_PERM: "store-read-only",
    sqlite3.SQLITE_CORRUPT: "store-corrupt",
    sqlite3.SQLITE_NOTADB: "store-corrupt",
    sqlite3.SQLITE_BUSY: "store-busy",
    sqlite3.SQLITE_LOCKED: "store-busy",
}


def _code(error: sqlite3.Error) -> str:
    primary = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return _CODES.get(primary, "store-failed")

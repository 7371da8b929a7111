"""Progress as a file: to move to another machine, or to hand to an instructor.

One JSON object, UTF-8::

    {"format": "statefulset-tutor/progress", "version": 2, "name": "NICK", "at": 1700000000.0,
     "events": [{"at", "did", "lesson", "task", "codes", "right", "text"}, …]}
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass

from tutor.model.errors import TutorError
from tutor.model.progress import Did, Event

FORMAT = "statefulset-tutor/progress"
VERSION = 2
_LATER = frozenset({Did.APPLIED, Did.OBSERVED})
"""What version 1 does not know; a file without any of it is written as version 1."""
MAX_BYTES = 16 * 1024 * 1024
MAX_NAME = 80
MAX_ID = 200
"""Characters of a lesson's or a task's id, or of a code."""
MAX_CODES = 1_000
"""Codes of one event."""
MAX_TEXT = 1024 * 1024
"""Characters of a draft."""
LATEST = 32_503_680_000.0
"""The year 3000, in seconds since the epoch: what every platform can show as a date."""
_LONGEST_NUMBER = 40
"""Digits of a number; any longer one is out of range whatever it is for."""
_UNKEPT = re.compile("[\x00\ud800-\udfff]")
"""What no store keeps: NUL, and halves of characters."""


@dataclass(frozen=True, slots=True)
class Export:
    """What one file holds.

    Attributes:
        name: What the learner calls themselves, maybe empty.
        at: When it was written, seconds since the epoch.
    """

    name: str
    at: float
    events: tuple[Event, ...]


def encode(export: Export) -> str:
    """The text of the file."""
    return json.dumps(
        {
            "format": FORMAT,
            "version": _version(export),
            "name": export.name,
            "at": export.at,
            "events": [_row(event) for event in export.events],
        },
        ensure_ascii=False,
        indent=1,
    )


class _DamagedError(ValueError):
    """A value that cannot be.

    Attributes:
        where: The field.
    """

    def __init__(self, where: str) -> None:
        super().__init__(where)
        self.where = where


def decode(content: bytes, file: str) -> Export:
    """Read a file someone hands over. Nothing in it is trusted.

    Type, size and range of every field are checked. Events are in the order of their times, and
    each there once, as the store keeps them.

    Raises:
        TutorError: ``export-too-large``, ``export-not-ours``, ``export-newer``,
            ``export-damaged``.
    """
    if len(content) > MAX_BYTES:
        raise TutorError("export-too-large", file=file, limit=MAX_BYTES // 1024 // 1024)
    try:
        document = json.loads(
            content.decode("utf-8-sig"), parse_int=_integer, object_pairs_hook=_object
        )
    except _DamagedError as error:
        raise TutorError("export-damaged", file=file, where=error.where) from error
    except (ValueError, RecursionError) as error:
        raise TutorError("export-not-ours", file=file) from error
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise TutorError("export-not-ours", file=file)
    version = document.get("version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise TutorError("export-damaged", file=file, where="version")
    if version > VERSION:
        raise TutorError("export-newer", file=file, found=version, needed=VERSION)
    try:
        return _export(document)
    except _DamagedError as error:
        raise TutorError("export-damaged", file=file, where=error.where) from error


def _integer(digits: str) -> int | float:
    return int(digits) if len(digits) <= _LONGEST_NUMBER else float("inf")


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    made: dict[str, object] = {}
    for key, value in pairs:
        if key in made:
            raise _DamagedError(_shown(key))
        made[key] = value
    return made


def _shown(key: str) -> str:
    """A key of the file within a message."""
    return _UNKEPT.sub("?", key)[:MAX_NAME]


def _export(document: dict[str, object]) -> Export:
    rows = document.get("events")
    if not isinstance(rows, list):
        raise _DamagedError("events")
    name = document.get("name", "")
    if not isinstance(name, str) or len(name) > MAX_NAME:  # shown in words, whatever it holds
        raise _DamagedError("name")
    at = _time(document.get("at", 0.0), "at")
    return Export(name, at, _in_order(_event(row, f"events[{n}]") for n, row in enumerate(rows)))


def _in_order(events: Iterable[Event]) -> tuple[Event, ...]:
    """Events by their times, the very same only once: what a store makes of them."""
    kept: dict[tuple[object, ...], Event] = {}
    for event in events:
        kept.setdefault((event.at, event.did, event.lesson, event.task, event.codes), event)
    return tuple(sorted(kept.values(), key=lambda event: event.at))


def _version(export: Export) -> int:
    return VERSION if any(event.did in _LATER for event in export.events) else 1


def _row(event: Event) -> dict[str, object]:
    row: dict[str, object] = {"at": event.at, "did": event.did.value, "lesson": event.lesson}
    if event.task:
        row["task"] = event.task
    if event.codes:
        row["codes"] = list(event.codes)
    if event.right:
        row["right"] = True
    if event.text:
        row["text"] = event.text
    return row


def _event(row: object, where: str) -> Event:
    if not isinstance(row, dict):
        raise _DamagedError(where)
    did, codes, right = row.get("did"), row.get("codes", []), row.get("right", False)
    if not isinstance(did, str) or did not in _DONE:
        raise _DamagedError(f"{where}.did")
    if not isinstance(codes, list) or len(codes) > MAX_CODES:
        raise _DamagedError(f"{where}.codes")
    if not isinstance(right, bool):
        raise _DamagedError(f"{where}.right")
    lesson = _text(row.get("lesson"), f"{where}.lesson", MAX_ID)
    if not lesson:
        raise _DamagedError(f"{where}.lesson")
    return Event(
        _time(row.get("at"), f"{where}.at"),
        Did(did),
        lesson,
        _text(row.get("task", ""), f"{where}.task", MAX_ID),
        tuple(_text(code, f"{where}.codes", MAX_ID) for code in codes),
        right,
        _text(row.get("text", ""), f"{where}.text", MAX_TEXT),
    )


_DONE = frozenset(did.value for did in Did)


def _text(value: object, where: str, longest: int) -> str:
    if not isinstance(value, str) or len(value) > longest or _UNKEPT.search(value):
        raise _DamagedError(where)
    return value


def _time(value: object, where: str) -> float:
    """Seconds since the epoch."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= LATEST:
        raise _DamagedError(where)
    return float(value)

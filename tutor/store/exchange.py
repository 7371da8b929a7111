"""Progress as a file: to move to another machine, or to hand to an instructor.

One JSON object, UTF-8::

    {"format": "statefulset-tutor/progress", "version": 2, "name": "NICK", "at": 1700000000.0,
     "events": [{"at", "did", "lesson", "task", "codes", "right", "text"}, …]}
"""

import json
import math
from dataclasses import dataclass

from tutor.model.errors import TutorError
from tutor.model.progress import Did, Event

FORMAT = "statefulset-tutor/progress"
VERSION = 2
_LATER = frozenset({Did.APPLIED, Did.OBSERVED})
"""What version 1 does not know; a file without any of it is written as version 1."""
MAX_BYTES = 16 * 1024 * 1024
MAX_NAME = 80


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


def decode(content: bytes, file: str) -> Export:
    """Read a file someone hands over. Nothing in it is trusted.

    Raises:
        TutorError: ``export-too-large``, ``export-not-ours``, ``export-newer``,
            ``export-damaged``.
    """
    if len(content) > MAX_BYTES:
        raise TutorError("export-too-large", file=file, limit=MAX_BYTES // 1024 // 1024)
    try:
        document = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise TutorError("export-not-ours", file=file) from error
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise TutorError("export-not-ours", file=file)
    version = document.get("version")
    if isinstance(version, int) and version > VERSION:
        raise TutorError("export-newer", file=file, found=version, needed=VERSION)
    rows = document.get("events")
    known = isinstance(version, int) and not isinstance(version, bool) and version >= 1
    if not known or not isinstance(rows, list):
        raise TutorError("export-damaged", file=file, where="version")
    events: list[Event] = []
    for number, row in enumerate(rows):
        event = _event(row)
        if event is None:
            raise TutorError("export-damaged", file=file, where=f"events[{number}]")
        events.append(event)
    name, at = document.get("name", ""), document.get("at", 0.0)
    if not isinstance(name, str) or len(name) > MAX_NAME or not _is_time(at):
        raise TutorError("export-damaged", file=file, where="name")
    return Export(name=name, at=float(at), events=tuple(events))


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


def _event(row: object) -> Event | None:
    if not isinstance(row, dict):
        return None
    at, did, lesson = row.get("at"), row.get("did"), row.get("lesson")
    task, codes = row.get("task", ""), row.get("codes", [])
    right, text = row.get("right", False), row.get("text", "")
    good = (
        _is_time(at)
        and did in set(Did)
        and all(isinstance(value, str) for value in (lesson, task, text))
        and isinstance(codes, list)
        and all(isinstance(code, str) for code in codes)
        and isinstance(right, bool)
    )
    if not good:
        return None
    return Event(float(at), Did(did), lesson, task, tuple(codes), right, text)  # type: ignore[arg-type]


def _is_time(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)

"""Times as Go reads them: RFC 3339, and its words where a text is none.

Go takes an offset of 24 hours or of 60 minutes, too; nothing else does, and here none is taken.

Source: Go's ``time/format.go`` (parse); apimachinery ``meta/v1/{time,micro_time}.go``.
"""

import re
from calendar import monthrange

_SECONDS = "2006-01-02T15:04:05Z07:00"
_MICROSECONDS = "2006-01-02T15:04:05.000000Z07:00"
_NUMBERS = (
    ("-", "01", "month"),
    ("-", "02", ""),
    ("T", "15", "hour"),
    (":", "04", "minute"),
    (":", "05", "second"),
)
_RANGES = {"month": range(1, 13), "hour": range(24), "minute": range(60), "second": range(60)}


class _WrongError(ValueError):
    """What follows ``parsing time "…"``."""


def problem(text: str, *, micro: bool = False) -> str:
    """Why a text is no time, empty if it is one.

    Args:
        text: The text.
        micro: Whether it has to have six decimals, as a ``MicroTime``.
    """
    try:
        _parse(text, _MICROSECONDS if micro else _SECONDS)
    except _WrongError as wrong:
        return f"parsing time {_quote(text)}{wrong}"
    return ""


def _parse(text: str, layout: str) -> None:
    def unlike(rest: str, part: str) -> _WrongError:
        return _WrongError(f" as {_quote(layout)}: cannot parse {_quote(rest)} as {_quote(part)}")

    if not re.match(r"[0-9]{4}", text):
        raise unlike(text, "2006")
    year, rest = int(text[:4]), text[4:]
    found: dict[str, int] = {}
    for before, part, name in _NUMBERS:
        if not rest.startswith(before):
            raise unlike(rest, before)
        rest = rest[1:]
        if not re.match(r"[0-9]{2}", rest):
            raise unlike(rest, part)
        found[part], rest = int(rest[:2]), rest[2:]
        if name and found[part] not in _RANGES[name]:
            raise _WrongError(f": {name} out of range")
    decimals = re.match(r"[.,][0-9]{6}" if layout == _MICROSECONDS else r"([.,][0-9]+)?", rest)
    if decimals is None:
        raise unlike(rest, ".000000")
    rest = rest[decimals.end() :]
    if rest.startswith("Z"):
        rest = rest[1:]
    else:
        zone = rest
        if len(zone.encode()) < 6 or zone[3] != ":":
            raise unlike(rest, "Z07:00")
        rest = zone[6:]
        if not re.match(r"[+-][0-9]{2}:[0-9]{2}", zone):
            raise unlike(rest, "Z07:00")
        for digits, most, name in ((zone[1:3], 23, "hour"), (zone[4:6], 59, "minute")):
            if int(digits) > most:
                raise _WrongError(f": time zone offset {name} out of range")
    if rest:
        raise _WrongError(f": extra text: {_quote(rest)}")
    day, month = found["02"], found["01"]
    days = monthrange(year, month)[1] if year else (29 if month == 2 else monthrange(4, month)[1])
    if not 1 <= day <= days:
        raise _WrongError(": day out of range")


def _quote(text: str) -> str:
    """A text as Go's ``time`` quotes it: in ASCII."""
    shown = (
        f"\\{char}" if char in '"\\' else char if " " <= char < "\x7f" else _bytes(char)
        for char in text
    )
    return f'"{"".join(shown)}"'


def _bytes(char: str) -> str:
    if char == "\x7f":
        return char
    return "".join(f"\\x{byte:02x}" for byte in char.encode("utf-8", "replace"))

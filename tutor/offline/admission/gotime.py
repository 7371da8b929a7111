"""Times as Go reads them: RFC 3339, and its words where a text is none."""

import re
from calendar import monthrange

from tutor.offline.admission.gojson import quote

_LAYOUT = "2006-01-02T15:04:05Z07:00"
_PARTS = (
    (r"[0-9]{4}", "2006"),
    ("-", "-"),
    (r"(?:0[1-9]|1[0-2])", "01"),
    ("-", "-"),
    (r"(?:0[1-9]|[12][0-9]|3[01])", "02"),
    ("T", "T"),
    (r"(?:[01][0-9]|2[0-3])", "15"),
    (":", ":"),
    (r"[0-5][0-9]", "04"),
    (":", ":"),
    (r"[0-5][0-9](?:[.,][0-9]+)?", "05"),
    (r"(?:Z|[+-][0-9]{2}:[0-9]{2})", "Z07:00"),
)


def problem(text: str) -> str:
    """Why a text is no time, empty if it is one."""
    rest = text
    for pattern, layout in _PARTS:
        match = re.match(pattern, rest)
        if match is None:
            return (
                f"parsing time {quote(text)} as {quote(_LAYOUT)}: cannot parse {quote(rest)}"
                f" as {quote(layout)}"
            )
        rest = rest[match.end() :]
    if rest:
        return f"parsing time {quote(text)}: extra text: {quote(rest)}"
    year, month, day = int(text[:4]), int(text[5:7]), int(text[8:10])
    if day > monthrange(year or 4, month)[1]:  # the year 0 is a leap year
        return f"parsing time {quote(text)}: day out of range"
    zone = "" if text.endswith("Z") else text[-6:]
    if zone and int(zone[1:3]) > 23:
        return f"parsing time {quote(text)}: time zone offset hour out of range"
    if zone and int(zone[4:6]) > 59:
        return f"parsing time {quote(text)}: time zone offset minute out of range"
    return ""

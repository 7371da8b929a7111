"""Times as Go reads them: RFC 3339, and its words where a text is none."""

import re

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
    return f"parsing time {quote(text)}: extra text: {quote(rest)}" if rest else ""

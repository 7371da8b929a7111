"""The warnings of one answer, cut as the real server cuts them.

Source: staging/src/k8s.io/apiserver/pkg/endpoints/filters/warning.go; the header itself is
apimachinery pkg/util/net/http.go, ``NewWarningHeader``.
"""

import unicodedata
from collections.abc import Iterable

TOTAL = 4 * 1024
"""Characters of all warnings of an answer, before they are cut."""
EACH = 256
"""Characters that are left of a warning where they are cut."""


def headers(texts: Iterable[str]) -> list[str]:
    """The values of the Warning headers for these texts: each once, in order.

    All of them are whole while they come to :data:`TOTAL` characters together. Beyond, each is cut
    to :data:`EACH`, and those that follow once the total is reached are left out. What cannot stand
    in a header is left out, too.
    """
    ordered = [text for text in dict.fromkeys(texts) if text]
    shown, whole = _within(ordered, cut=False)
    return shown if whole else _within(ordered, cut=True)[0]


def _within(ordered: list[str], *, cut: bool) -> tuple[list[str], bool]:
    """The headers, and whether all texts came into the total."""
    shown: list[str] = []
    written = first = 0
    if cut:  # all those are shown that were until the total was passed, and that one
        first = _passing(ordered) + 1
    for index, text in enumerate(ordered):
        if cut and index >= first and written >= TOTAL:
            break
        told = text[:EACH] if cut else text
        if _printable(told):
            if not cut and written + len(told) > TOTAL:
                return shown, False
            written += len(told)
            shown.append(_header(told))
    return shown, True


def _passing(ordered: list[str]) -> int:
    """The index of the first text that is beyond the total."""
    written = 0
    for index, text in enumerate(ordered):
        if _printable(text):
            written += len(text)
            if written > TOTAL:
                return index
    return len(ordered)


def _printable(text: str) -> bool:
    """Whether a text may stand in a header."""
    return not any(unicodedata.category(char) in ("Cc", "Cs") for char in text)


def _header(text: str) -> str:
    quoted = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'299 - "{quoted}"'

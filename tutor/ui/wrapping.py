"""Teach Textual where Japanese lines may end.

Textual wraps in two places, both private names: ``textual.content.divide_line`` for every label,
list and message, and ``textual.document._wrapped_document.compute_wrap_offsets`` for the editor.
Both break Japanese at any cell. Textual is pinned for this; ``tests/ui/test_wrapping.py`` fails
when a new version no longer asks them.
"""

from functools import lru_cache

import textual.content
import textual.document._wrapped_document
from textual._wrap import compute_wrap_offsets

from tutor.i18n.linebreak import divide_line

LONGEST = 4_000
"""Characters of a line that is still broken between phrases."""


def install() -> None:
    """Replace both functions. Doing it again changes nothing."""
    textual.content.divide_line = _divide_line  # type: ignore[attr-defined]
    textual.document._wrapped_document.compute_wrap_offsets = _wrap_offsets  # type: ignore[attr-defined]


@lru_cache(maxsize=2048)
def _cuts(text: str, width: int, fold: bool) -> tuple[int, ...]:
    return tuple(divide_line(text, width, fold))


def _divide_line(text: str, width: int, fold: bool = True) -> list[int]:
    return list(_cuts(text, width, fold)) if width > 0 else []


def _wrap_offsets(
    text: str,
    width: int,
    tab_size: int,
    fold: bool = True,
    precomputed_tab_sections: list[tuple[str, int]] | None = None,
) -> list[int]:
    """Tabs have a width that depends on their place: lines with tabs stay with Textual.

    So do lines that nobody wrote by hand: finding phrases in a megabyte would hold the screen up.
    """
    if "\t" in text or len(text) > LONGEST:
        return compute_wrap_offsets(text, width, tab_size, fold, precomputed_tab_sections)
    return _divide_line(text, width, fold)

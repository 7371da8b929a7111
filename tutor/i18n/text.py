"""Small words: lists in a sentence, text that is safe to print."""

import re
from collections.abc import Sequence

# C0 (but tab and newline) and C1 controls, DEL, the marks that reorder or hide text, and halves of
# surrogate pairs, which no file can hold.
_CONTROLS = (
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029"
    "\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


def printable(text: str) -> str:
    r"""Text of unknown origin, made safe for a terminal: controls become ``\xNN`` in words."""
    if text.isprintable():
        return text
    return re.sub(_CONTROLS, lambda m: f"\\x{ord(m[0]):02x}", text)


def without_marks(text: str) -> str:
    """A title without the backticks of its code spans, for what shows plain text."""
    return text.replace("`", "")


def sentences(parts: Sequence[str], language: str) -> str:
    """Sentences in a row, those that are empty left out; Japanese puts no space between them."""
    return ("" if language == "ja" else " ").join(part for part in parts if part)


def join(words: Sequence[str], language: str) -> str:
    """A list within a sentence: ``a、b、c`` in Japanese, ``a, b and c`` in English."""
    if language == "ja" or len(words) < 2:
        return "、".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"

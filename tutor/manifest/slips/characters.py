"""Characters that look like YAML's own and are not: of input methods, word processors, the web."""

import re
from typing import NamedTuple

WIDE_SPACE = "\u3000"
SPACES = "\u00a0\u1680\u2000-\u200a\u202f\u205f"
"""Spaces other than the ASCII and the full-width one, as a range for a regular expression."""
HIDDEN = "\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"
"""Characters nobody sees, as a range for a regular expression."""
BREAKS = "\x85\u2028\u2029"
"""Line breaks of YAML 1.1 that no editor shows as such."""

COLONS = "\uff1a\ufe55\u2236\ufe13\ua789"
HYPHENS = "\uff0d\u30fc\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe63\u2500\uff70\u2043"
BULLETS = "\u2022\u30fb\uff65\u25cf\u25e6\u2219"
DOUBLE_QUOTES = (
    "\u201c\u201d\u201e\u201f\uff02\u301d\u301f\u300c\u300d\u300e\u300f\u00ab\u00bb\u2033"
)
SINGLE_QUOTES = "\u2018\u2019\u201a\u201b\uff07\u2032\uff40\u00b4"
BRACKETS = {
    "\uff3b": "[",
    "\uff3d": "]",
    "\u3010": "[",
    "\u3011": "]",
    "\u3014": "[",
    "\u3015": "]",
    "\uff5b": "{",
    "\uff5d": "}",
}
COMMAS = "\uff0c\u3001\uff64\ufe50"
HASHES = "\uff03\ufe5f"

_WIDE = "\uff05\uff0b\uff0e-\uff19\uff1d\uff20-\uff3a\uff3f\uff41-\uff5a"
"""Full-width letters, digits, and the signs that names and quantities have."""
_WIDE_OFFSET = 0xFEE0

ODD = re.compile(
    f"[{WIDE_SPACE}{SPACES}{HIDDEN}{BREAKS}{COLONS}{HYPHENS}{BULLETS}{DOUBLE_QUOTES}{SINGLE_QUOTES}"
    f"{''.join(BRACKETS)}{COMMAS}{HASHES}{_WIDE}]"
)
"""Any of them."""


class Kind(NamedTuple):
    """What a character is taken for.

    Attributes:
        code: The finding that names it.
        meant: The ASCII that was meant.
    """

    code: str
    meant: str


def kind(character: str) -> Kind:
    """What an odd character is taken for where YAML expects its own."""
    return _KINDS.get(character) or Kind("YAML123", chr(ord(character) - _WIDE_OFFSET))


def narrow(text: str) -> str:
    """A text with its full-width letters, digits and signs made ASCII."""
    return text.translate(_NARROW)


def name(character: str) -> str:
    """How a message names a character that cannot be seen: ``U+00A0``."""
    return f"U+{ord(character):04X}"


def _kinds() -> dict[str, Kind]:
    found = {WIDE_SPACE: Kind("YAML120", "  ")}
    # The ranges are written out by hand: walking through all of Unicode takes longer than a check.
    for low, high, what in (
        (0x2000, 0x200A, Kind("YAML127", " ")),
        (0x200B, 0x200F, Kind("YAML126", "")),
        (0x202A, 0x202E, Kind("YAML126", "")),
        (0x2060, 0x2064, Kind("YAML126", "")),
        (0x2066, 0x2069, Kind("YAML126", "")),
    ):
        found.update({chr(code): what for code in range(low, high + 1)})
    found.update(dict.fromkeys("\u00a0\u1680\u202f\u205f", Kind("YAML127", " ")))
    found.update(dict.fromkeys("\u00ad\u061c\u180e\ufeff", Kind("YAML126", "")))
    found.update(dict.fromkeys(BREAKS, Kind("YAML127", " ")))
    found.update(dict.fromkeys(COLONS, Kind("YAML121", ":")))
    found.update(dict.fromkeys(HYPHENS + BULLETS, Kind("YAML122", "-")))
    found.update(dict.fromkeys(DOUBLE_QUOTES, Kind("YAML124", '"')))
    found.update(dict.fromkeys(SINGLE_QUOTES, Kind("YAML124", "'")))
    found.update({wide: Kind("YAML125", meant) for wide, meant in BRACKETS.items()})
    found.update(dict.fromkeys(COMMAS, Kind("YAML125", ",")))
    found.update(dict.fromkeys(HASHES, Kind("YAML125", "#")))
    return found


_KINDS = _kinds()
_NARROW = {code: code - _WIDE_OFFSET for code in range(0xFF01, 0xFF5F)}

BLANKS = frozenset(" \t") | {c for c, what in _KINDS.items() if not what.meant.strip()}
"""What looks like space or like nothing."""

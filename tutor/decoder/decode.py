"""From a text somebody pasted to the messages in it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from tutor.decoder.messages import MESSAGES, Message

MAX_TEXT = 50_000
"""Characters looked at, objects printed whole being cut short before: many screens."""

MAX_READ = 20 * MAX_TEXT
"""Characters read at all."""

_SPACE = re.compile(r"\s+")
# Names have 253 characters at most; a longer run is an object printed whole, or an attack.
_LONG = re.compile(r"(?<!\S)\S{300,}+")
# Colours of a terminal, and the quotes that chats and documents make of straight ones.
_COLOURS = re.compile("\x1b\\[[0-9;]{0,20}m")
_QUOTES = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'"})


@dataclass(frozen=True, slots=True)
class Decoded:
    """A message found in a text.

    Attributes:
        params: What the message names: Pods, claims, fields, numbers; every name its page may
            use, empty where the text has none.
        text: The stretch that was recognised, its white space folded.
        at: Where it stands in the folded text, in characters.
    """

    message: Message
    params: Mapping[str, str]
    text: str
    at: int


def fold(text: str) -> str:
    """A text as the patterns see it: cut, its quotes straight, its white space single spaces."""
    short = _LONG.sub(lambda run: f"{run[0][:150]}…{run[0][-100:]}", text[:MAX_READ])
    plain = _COLOURS.sub("", short[:MAX_TEXT]).replace('\\"', '"').translate(_QUOTES)
    return _SPACE.sub(" ", plain).strip()


def decode(text: str) -> tuple[Decoded, ...]:
    """Every known message in a text, each once, in the order they stand there.

    Line breaks and indentation do not count: terminals and ``describe`` wrap as they like. Where
    two patterns fit one place, the more particular one speaks (it comes first in the list).
    """
    folded = fold(text)
    taken: list[tuple[int, int]] = []
    found: list[Decoded] = []
    for message in MESSAGES:
        for match in message.pattern.finditer(folded):
            start, end = match.span()
            if any(start < b and a < end for a, b in taken):
                continue
            taken.append((start, end))
            found.append(Decoded(message, message.params(match), match[0], start))
            break
    particular = [decoded for decoded in found if not decoded.message.general]
    return tuple(sorted(particular or found, key=lambda decoded: decoded.at))

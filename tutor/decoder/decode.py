"""From a text somebody pasted to the messages in it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from tutor.decoder.messages import MESSAGES, Message

MAX_TEXT = 50_000
"""Characters looked at: a screenful of ``kubectl describe`` many times over."""

_SPACE = re.compile(r"\s+")
# Names have 253 characters at most; a longer run is an object printed whole, or an attack.
_LONG = re.compile(r"\S{300,}")


@dataclass(frozen=True, slots=True)
class Decoded:
    """A message found in a text.

    Attributes:
        params: What the message names: Pods, claims, fields, numbers; every group of the pattern,
            empty where it took no part.
        text: The stretch that was recognised, its white space folded.
        at: Where it stands in the folded text, in characters.
    """

    message: Message
    params: Mapping[str, str]
    text: str
    at: int


def decode(text: str) -> tuple[Decoded, ...]:
    """Every known message in a text, each once, in the order they stand there.

    Line breaks and indentation do not count: terminals and ``describe`` wrap as they like. Where
    two patterns fit one place, the more particular one speaks (it comes first in the list).
    """
    short = _LONG.sub(lambda run: f"{run[0][:150]}…{run[0][-100:]}", text[:MAX_TEXT])
    folded = _SPACE.sub(" ", short.replace('\\"', '"')).strip()
    taken: list[tuple[int, int]] = []
    found: list[Decoded] = []
    for message in MESSAGES:
        for match in message.pattern.finditer(folded):
            start, end = match.span()
            if any(start < b and a < end for a, b in taken):
                continue
            taken.append((start, end))
            params = {name: value or "" for name, value in match.groupdict().items()}
            found.append(Decoded(message, params, match[0], start))
            break
    particular = [decoded for decoded in found if not decoded.message.general]
    return tuple(sorted(particular or found, key=lambda decoded: decoded.at))

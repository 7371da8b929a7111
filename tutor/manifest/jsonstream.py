"""JSON files: one object after another, without ``---`` between them, as kubectl takes them."""

import json
import re
from typing import NamedTuple

from tutor.manifest.limits import MAX_DOCUMENTS, LimitError
from tutor.manifest.places import Edits

_SPACE = re.compile(r"[ \t\r\n]*")
_ESCAPES = re.compile(
    r"\\(?:u(d[89ab][0-9a-f]{2})\\u(d[c-f][0-9a-f]{2})|u(d[89a-f][0-9a-f]{2})|(/)|.)", re.IGNORECASE
)
_DECODER = json.JSONDecoder(strict=False)


class Piece(NamedTuple):
    """One object of a stream.

    Attributes:
        text: The object as YAML.
        line: Lines before it in the stream.
        column: Characters before it in its line.
        edits: What was changed to make it YAML; its lines count from 1.
    """

    text: str
    line: int
    column: int
    edits: Edits


def pieces(text: str) -> list[Piece] | None:
    r"""The objects of a JSON stream; None if the text is something else.

    Escapes YAML has not become those it has: ``\ud83d\ude00``, a character beyond 16 bits in two
    halves, and ``\/``, which kubectl reads in JSON only.

    Raises:
        LimitError: There are too many.
    """
    at = _end_of_space(text, 0)
    if not text.startswith("{", at):
        return None
    found: list[Piece] = []
    line = counted = begin = 0
    while at < len(text):
        if len(found) == MAX_DOCUMENTS:
            raise LimitError("documents", MAX_DOCUMENTS)
        try:
            value, end = _DECODER.raw_decode(text, at)
        except (ValueError, RecursionError):
            return None
        if not isinstance(value, dict):
            return None
        line += text.count("\n", counted, at)
        begin = max(begin, text.rfind("\n", counted, at) + 1)
        counted = at
        edits = Edits()
        piece = _as_yaml(text[at:end], edits)
        found.append(Piece(piece, line, at - begin, edits))
        at = _end_of_space(text, end)
    return found


def _end_of_space(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at


def _as_yaml(text: str, edits: Edits) -> str:
    if "\\ud" not in text.lower() and "\\/" not in text:
        return text
    lines = text.split("\n")
    for row, line in enumerate(lines):
        out: list[str] = []
        at = grown = 0
        for match in _ESCAPES.finditer(line):
            escape = _escape(match)
            if escape is None:
                continue
            out += (line[at : match.start()], escape)
            at = match.end()
            edits.add(row + 1, match.start() + grown + 1, len(match[0]), len(escape))
            grown += len(escape) - len(match[0])
        lines[row] = "".join([*out, line[at:]])
    return "\n".join(lines)


def _escape(match: re.Match[str]) -> str | None:
    high, low, lone, slash = match.groups()
    if slash:
        return slash
    if lone:
        return r"\ufffd"
    if not high:
        return None
    code = 0x10000 + ((int(high, 16) & 0x3FF) << 10) + (int(low, 16) & 0x3FF)
    return f"\\U{code:08x}"

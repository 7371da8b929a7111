"""What the parser's events do not tell, and the text between their marks does."""

import re
from collections.abc import Iterator
from typing import Protocol

from tutor.manifest.nodes import Mapping, Node, Scalar, Sequence

_BREAKS = "\n\r\x85\u2028\u2029"
_BREAK = re.compile(f"\r\n|[{_BREAKS}]")


class Mark(Protocol):
    """A place in the parsed text; lines and columns count from 0."""

    index: int
    line: int
    column: int


def block_end(text: str, start: Mark, end: Mark) -> tuple[int, int]:
    """Where a block scalar's last line ends: line from 0, column from 1.

    The parser's own mark is where the next node's line begins, blank lines behind.
    """
    at = end.index
    while at > start.index and text[at - 1] in _BREAKS:
        at -= 1
    line = end.line - len(_BREAK.findall(text, at, end.index))
    begin = max(text.rfind(sign, start.index, at) for sign in _BREAKS)
    if begin < 0:  # nothing but its header
        begin = start.index - start.column - 1
    return line, at - begin


def without_properties(scalar: Scalar) -> None:
    """Let a scalar begin where it does: the parser counts its anchor and its tag in."""
    if scalar.plain and scalar.line == scalar.end_line:
        scalar.column = scalar.end_column - len(scalar.text)


def escaped_slashes(text: str, start: Mark, end: Mark) -> Iterator[tuple[int, int]]:
    r"""Where a quoted text has ``\/``, an escape of JSON's: line from 0, column from 1."""
    source = text[start.index : end.index]
    at = source.find("\\/")
    while at >= 0:
        backslashes = at + 1 - len(source[: at + 1].rstrip("\\"))
        if backslashes % 2:
            breaks = list(_BREAK.finditer(source, 0, at))
            column = at - breaks[-1].end() + 1 if breaks else at + start.column + 1
            yield start.line + len(breaks), column
        at = source.find("\\/", at + 1)


def only_libyaml_takes(collection: Mapping | Sequence) -> Iterator[tuple[str, Scalar]]:
    """Plain scalars within brackets that kubectl's parser reads otherwise, and for which sign."""
    inside: list[Node] = (
        collection.items
        if isinstance(collection, Sequence)
        else [*collection.keys.values(), *collection.values.values()]
    )
    for node in inside:
        if isinstance(node, Scalar) and node.plain:
            if "?" in node.text:
                yield "?", node
            elif node.text[:1] == ":":
                yield ":", node

"""From places in the text that was parsed to places in the text that was written.

They differ where a slip was mended before parsing, where JSON was turned into YAML, and where the
text has line breaks that YAML 1.1 knows and editors do not.
"""

import re
from bisect import bisect_right
from collections.abc import Callable

from tutor.manifest.nodes import Mapping, Node, Sequence
from tutor.manifest.problems import Problem

At = Callable[[int, int], tuple[int, int]]
"""Line and column in the parsed text → line and column in the written one, all from 1."""

_YAML_ONLY = re.compile("[\x85\u2028\u2029]")
_EDITORS = re.compile(r"\r\n?|\n")
_YAML = re.compile("\r\n?|[\n\x85\u2028\u2029]")


class Edits:
    """Changes within lines, remembered so that columns can be told from before them."""

    def __init__(self) -> None:
        self._lines: dict[int, list[tuple[int, int, int]]] = {}

    def add(self, line: int, column: int, removed: int, inserted: int) -> None:
        """Remember that characters at a place were replaced by others."""
        if removed != inserted:
            self._lines.setdefault(line, []).append((column, removed, inserted))

    def copy(self) -> "Edits":
        """The same edits, to add others to."""
        other = Edits()
        other._lines = {line: edits.copy() for line, edits in self._lines.items()}
        return other

    def at(self, line: int, column: int) -> tuple[int, int]:
        """The place before all the changes."""
        for start, removed, inserted in reversed(self._lines.get(line, ())):
            if column >= start + inserted:
                column += removed - inserted
            elif column > start:
                column = min(column, start + removed)
        return line, column


def after(first: At, second: At | None) -> At:
    """One change of places and then another."""
    return first if second is None else lambda line, column: second(*first(line, column))


def shifted(lines: int, columns: int, first: int) -> At:
    """Lines further down, and in the first of them, columns further to the right."""
    return lambda line, column: (line + lines, column + columns * (line == first))


def not_beyond(line: int, column: int) -> At:
    """No place behind a last one."""
    return lambda row, at: min((row, at), (line, column))


def line_starts(text: str) -> list[int]:
    """Where the lines of a text begin, as YAML counts them, and at last where the text ends."""
    return [0, *(m.end() for m in _YAML.finditer(text)), len(text)]


def lines_of(text: str) -> list[str]:
    """The lines of a text, as editors count them."""
    return _EDITORS.split(text)


def place(text: str, index: int) -> tuple[int, int]:
    """Line and column of a character, as editors count them, both from 1."""
    before = lines_of(text[:index])
    return len(before), len(before[-1]) + 1


def beyond_yaml(text: str, first: int) -> At | None:
    """How to count lines as editors do; None where YAML counts them the same.

    Args:
        text: The text that is parsed.
        first: The line it begins at.
    """
    if not _YAML_ONLY.search(text):
        return None
    yaml_starts = line_starts(text)
    starts = [0, *(m.end() for m in _EDITORS.finditer(text))]

    def at(line: int, column: int) -> tuple[int, int]:
        index = yaml_starts[line - first] + column - 1
        row = bisect_right(starts, index) - 1
        return first + row, index - starts[row] + 1

    return at


def move(root: Node, at: At) -> None:
    """Change the places of all nodes of a document."""
    pending: list[Node] = [root]
    seen: set[int] = set()
    while pending:
        node = pending.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        empty = (node.line, node.column) == (node.end_line, node.end_column)
        node.line, node.column = at(node.line, node.column)
        begin = (node.line, node.column)
        end = begin if empty else max(begin, _end(at, node.end_line, node.end_column))
        node.end_line, node.end_column = end
        if isinstance(node, Mapping):
            pending.extend(node.keys.values())
            pending.extend(node.values.values())
        elif isinstance(node, Sequence):
            pending.extend(node.items)


def moved(problem: Problem, at: At) -> Problem:
    """A problem at the place where it was written."""
    line, column = at(problem.line, problem.column)
    end_line, end_column = max((line, column), _end(at, problem.end_line, problem.end_column))
    return problem._replace(line=line, column=column, end_line=end_line, end_column=end_column)


def _end(at: At, line: int, column: int) -> tuple[int, int]:
    """Where a stretch ends: behind the place of its last character, and not before what follows."""
    if column == 1:
        return at(line, column)
    line, column = at(line, column - 1)
    return line, column + 1

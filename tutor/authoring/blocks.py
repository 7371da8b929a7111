"""Fenced blocks of a lesson: drawings that must line up, manifests that must be YAML."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tutor.course.problems import Problem
from tutor.i18n.linebreak import cell_width, char_width
from tutor.manifest.reader import read
from tutor.model.findings import Severity

WIDEST = 72
"""Cells of the widest line of a block: it is shown whole at 80 columns."""

DRAWN = frozenset("─│┌┐└┘├┤┬┴┼→←↑↓●○▶")
"""What a drawing is made of, beside letters."""

_UP = frozenset("│└┘├┤┴┼↑")
_DOWN = frozenset("│┌┐├┤┬┼↓")
_ENDS_ABOVE = _DOWN | {"↑", "●", "○"}
_ENDS_BELOW = _UP | {"↓", "●", "○"}
_FENCE = re.compile(r"^([ \t]*)```([a-z]*)[ \t]*$")
_OTHER = re.compile("[\u2190-\u2bff\U0001f000-\U0001faff]")
_MANIFEST = re.compile(r"^apiVersion:", re.MULTILINE)
_KIND = re.compile(r"^kind:", re.MULTILINE)
_COMMENT = re.compile(r"(^|\s)#.*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Block:
    """One fenced block.

    Attributes:
        language: The word after the fence (``yaml``).
        line: The first line inside it, from 1.
        indent: How far the fence, and so all of it, is indented.
        text: What is inside, without that indentation.
    """

    language: str
    line: int
    indent: int
    text: str

    @property
    def bare(self) -> str:
        """The text without comments and blank ends: what both languages share."""
        return "\n".join(
            line.rstrip() for line in _COMMENT.sub("", self.text).splitlines() if line.strip()
        )


def blocks(text: str) -> Iterator[Block]:
    """Every fenced block of a text; one never closed runs to the end."""
    inside: list[str] | None = None
    start, indent, language = 0, "", ""
    for number, line in enumerate(text.splitlines(), start=1):
        fence = _FENCE.match(line)
        if inside is None:
            if fence:
                inside, start, indent, language = [], number + 1, fence[1], fence[2]
        elif fence and not fence[2]:
            yield Block(language, start, len(indent), "\n".join(inside))
            inside = None
        else:
            inside.append(line.removeprefix(indent))
    if inside is not None:
        yield Block(language, start, len(indent), "\n".join(inside))


def block_problems(text: str, file: str) -> Iterator[Problem]:
    """What is wrong with the blocks of a text."""
    for block in blocks(text):
        yield from _wide(block, file)
        if block.language == "text":
            yield from _drawing(block, file)
        elif block.language == "yaml":
            yield from _manifest(block, file)
        else:
            yield Problem(
                "fence-language",
                file,
                block.line - 1,
                block.indent + 1,
                {"found": block.language, "known": ("text", "yaml")},
            )


def _wide(block: Block, file: str) -> Iterator[Problem]:
    for offset, line in enumerate(block.text.splitlines()):
        width = cell_width(line)
        if width > WIDEST:
            yield Problem(
                "block-wide",
                file,
                block.line + offset,
                block.indent + 1,
                {"found": width, "needed": WIDEST},
            )


def _drawing(block: Block, file: str) -> Iterator[Problem]:
    """A line that leaves a cell downwards must arrive in the same cell of the next line."""
    rows = [_cells(line) for line in block.text.splitlines()]
    for offset, row in enumerate(rows):
        number = block.line + offset
        for column, (character, place) in row.items():
            at = (file, number, block.indent + place + 1)
            if _OTHER.match(character) and character not in DRAWN:
                yield Problem("drawing-character", *at, {"found": character})
            below = rows[offset + 1] if offset + 1 < len(rows) else {}
            above = rows[offset - 1] if offset else {}
            if _loose(character, column, below, _DOWN, _ENDS_BELOW) or _loose(
                character, column, above, _UP, _ENDS_ABOVE
            ):
                yield Problem("drawing-loose", *at, {"found": character})


def _cells(line: str) -> dict[int, tuple[str, int]]:
    """Cell → the character that begins there, and its index in the line."""
    cells: dict[int, tuple[str, int]] = {}
    column = 0
    for index, character in enumerate(line):
        if character not in " \t":
            cells[column] = (character, index)
        column += char_width(character)
    return cells


def _loose(
    character: str,
    column: int,
    neighbours: dict[int, tuple[str, int]],
    leaving: frozenset[str],
    arriving: frozenset[str],
) -> bool:
    """Whether a line that leaves a cell arrives nowhere.

    A corner or a crossing must arrive, at another line or at a word. A bare stroke or arrow may
    end in the open, but not right beside a line that it was meant to meet.
    """
    if character not in leaving:
        return False
    there = neighbours.get(column, (" ", 0))[0]
    if there in arriving or (there != " " and there not in DRAWN):
        return False
    if character not in "│↑↓":
        return True
    beside = (neighbours.get(column + step, (" ", 0))[0] for step in (-2, -1, 1, 2))
    return there == " " and any(other in arriving & leaving | {"│"} for other in beside)


def _manifest(block: Block, file: str) -> Iterator[Problem]:
    """A whole manifest must be YAML; an excerpt need not."""
    if not (_MANIFEST.search(block.text) and _KIND.search(block.text)):
        return
    for finding in read(block.text).findings:
        if finding.severity is Severity.ERROR:
            yield Problem(
                "fence-broken",
                file,
                block.line + finding.line - 1,
                block.indent + finding.column,
                {"found": finding.code},
            )
            return

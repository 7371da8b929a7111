"""A slip and what was meant: a finding and a change that undoes it."""

from collections.abc import Mapping
from typing import NamedTuple

from tutor.manifest.places import Edits
from tutor.manifest.problems import Problem
from tutor.model.findings import Param


class Edit(NamedTuple):
    """Characters of one row to put others in the place of; rows and columns count from 0."""

    row: int
    start: int
    end: int
    text: str


class Slip(NamedTuple):
    """One finding to be. Rows and columns count from 0."""

    code: str
    row: int
    start: int
    end: int
    params: Mapping[str, Param]
    variant: str = ""


class Fix(NamedTuple):
    """Slips, and the edits that undo them.

    Attributes:
        faithful: Whether the text is then surely what was meant, and not only readable.
        beyond: Whether it is enough that the parser gets beyond its row. What is left open is
            noticed late, or not before something else is.
    """

    slips: tuple[Slip, ...]
    edits: tuple[Edit, ...]
    faithful: bool = True
    beyond: bool = False

    @property
    def row(self) -> int:
        """Where its first slip is."""
        return self.slips[0].row


def fix(slip: Slip, *edits: Edit, faithful: bool = True) -> Fix:
    """A fix of one slip."""
    return Fix((slip,), edits, faithful)


class Draft:
    """A document being mended: its rows, what was changed, what was found.

    Args:
        text: The document.
        line: The line it begins at in the file, from 1.
    """

    def __init__(self, text: str, line: int) -> None:
        self.rows = text.split("\n")
        self.edits = Edits()
        self.problems: list[Problem] = []
        self.faithful = True
        self._line = line

    @property
    def text(self) -> str:
        """The document as it is now."""
        return "\n".join(self.rows)

    def copy(self) -> "Draft":
        """A draft of its own to try on."""
        other = Draft("", self._line)
        other.take(self)
        other.rows = self.rows.copy()
        other.problems = self.problems.copy()
        other.edits = self.edits.copy()
        return other

    def take(self, other: "Draft") -> None:
        """Go on with what was tried on another draft."""
        self.rows, self.edits = other.rows, other.edits
        self.problems, self.faithful = other.problems, other.faithful

    def tried(self, one: Fix) -> str:
        """The document as it would be with a fix."""
        rows = self.rows.copy()
        for edit in _from_the_right(one.edits):
            row = rows[edit.row]
            rows[edit.row] = row[: edit.start] + edit.text + row[edit.end :]
        return "\n".join(rows)

    def apply(self, one: Fix) -> None:
        """Take a fix over."""
        self.report(one.slips)
        self.faithful = self.faithful and one.faithful
        for edit in _from_the_right(one.edits):
            row = self.rows[edit.row]
            self.rows[edit.row] = row[: edit.start] + edit.text + row[edit.end :]
            self.edits.add(
                self._line + edit.row, edit.start + 1, edit.end - edit.start, len(edit.text)
            )

    def report(self, slips: tuple[Slip, ...]) -> None:
        """Turn slips into findings, at the places where they were written."""
        for slip in slips:
            line = self._line + slip.row
            _, column = self.edits.at(line, slip.start + 1)
            _, end = self.edits.at(line, slip.end + 1)
            self.problems.append(
                Problem(
                    slip.code,
                    line,
                    column,
                    line,
                    max(end, column + 1),
                    slip.params,
                    slip.variant,
                )
            )


def _from_the_right(edits: tuple[Edit, ...]) -> list[Edit]:
    return sorted(edits, reverse=True)

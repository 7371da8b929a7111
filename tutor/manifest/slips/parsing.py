"""Whether a text is YAML now, and if not, what the parser says and where."""

from typing import NamedTuple

from yaml import MarkedYAMLError, YAMLError
from yaml.events import CollectionStartEvent, ScalarEvent

from tutor.manifest.events import parser_of, too_deep
from tutor.manifest.splitting import has_directives

NO_OBJECT = "a document is an object"
"""What is said of a document that is YAML and a single text, where the parser says nothing."""

_FEW_BRACKETS = 900
"""Up to here brackets within brackets cost the C parser no time worth counting, and are no more
than it takes. Where there are more and they go too deep, whoever reads the text says so."""


class Broken(NamedTuple):
    """Why a text is not YAML. Rows and columns count from 0.

    Attributes:
        problem: The parser's words.
        context: What it was doing.
        row: Where it noticed.
        column: Where it noticed.
        from_row: Where what it was doing began.
        from_column: Where what it was doing began.
    """

    problem: str
    context: str
    row: int
    column: int
    from_row: int
    from_column: int

    def reached(self, rows: int) -> tuple[int, int]:
        """How far the text is good, to compare two attempts by.

        Args:
            rows: Rows of the text. What is noticed at its end went wrong where it began.
        """
        if self.problem == NO_OBJECT:
            return (-1, 0)
        if self.row >= rows - 1 and (self.from_row, self.from_column) < (self.row, self.column):
            return (self.from_row, self.from_column)
        return (self.row, self.column)


def check(text: str) -> Broken | None:
    """What is wrong with a text; None when it is YAML and not a bare text."""
    if has_directives(text):
        return Broken("found a directive", "", 0, 0, 0, 0)
    try:
        parser = parser_of(text)
        bare = False
        while (event := parser.get_event()) is not None:
            if isinstance(event, CollectionStartEvent):
                break
            bare = bare or (isinstance(event, ScalarEvent) and bool(event.value))
        if bare:
            return Broken(NO_OBJECT, "", 0, 0, 0, 0)
        if event is None:
            return None
        if text.count("[") + text.count("{") > _FEW_BRACKETS and too_deep(text) is not None:
            return None
        parser.raw_parse()
    except MarkedYAMLError as error:
        return broken(error)
    except (YAMLError, UnicodeEncodeError, RecursionError) as error:
        return Broken(str(error), "", 0, 0, 0, 0)
    return None


def broken(error: MarkedYAMLError) -> Broken:
    """An error of the parser's as data."""
    mark, begin = error.problem_mark, error.context_mark or error.problem_mark
    if mark is None or begin is None:
        return Broken(str(error.problem or error), str(error.context or ""), 0, 0, 0, 0)
    return Broken(
        str(error.problem or ""),
        str(error.context or ""),
        mark.line,
        mark.column,
        begin.line,
        begin.column,
    )

"""Find out what broke a document."""

from typing import NamedTuple

from yaml import MarkedYAMLError

from tutor.manifest.places import Edits
from tutor.manifest.problems import Problem
from tutor.manifest.splitting import Chunk


class Mended(NamedTuple):
    """What was found, and the text as it was meant if that is plain."""

    problems: list[Problem]
    text: str | None
    edits: Edits


class Mender:
    """Mends the documents of one file."""

    def mend(self, chunk: Chunk, error: Exception) -> Mended:
        """What broke a document."""
        line, column = chunk.line, 1
        raw = str(error)
        if isinstance(error, MarkedYAMLError) and error.problem_mark is not None:
            line += error.problem_mark.line
            column += error.problem_mark.column
            raw = str(error.problem)
        return Mended(
            [Problem("YAML101", line, column, line, column + 1, {"raw": raw})], None, Edits()
        )

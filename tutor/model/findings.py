"""Findings: what is wrong, where, as data. Words are put on later, by ``tutor.i18n``.

Named tuples here, where the rest of the model has dataclasses: ``check`` needs these and nothing
else of the model, and ``dataclasses`` takes nearly as long to load as Python takes to start.
"""

import enum
import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

Path = tuple[str | int, ...]
"""A place inside one document: keys and 0-based indexes from the root down."""

Param = str | int | tuple[str, ...]
"""A value that a message may name. Tuples are lists of names, joined in the reader's language."""

_BARE_KEY = re.compile(r"[A-Za-z_$][A-Za-z0-9_$-]*\Z")
_STEP = re.compile(r"\[(\d+)\]|\[([^\[\]]+)\]|([^.\[\]]+)")


class Severity(enum.StrEnum):
    """How bad it is. The order of the members is the order in which findings are shown."""

    ERROR = "error"
    """It will be refused, or cannot work."""
    WARNING = "warning"
    """It works and will hurt."""
    ADVICE = "advice"
    """It works; there is a better way."""

    @property
    def rank(self) -> int:
        """0 for the gravest."""
        return _RANKS[self]


_RANKS = {severity: rank for rank, severity in enumerate(Severity)}


class Span(NamedTuple):
    """A stretch of the file. Lines and columns count from 1, columns in characters.

    ``end_column`` is the column just after the last character.
    """

    line: int
    column: int
    end_line: int
    end_column: int


class Finding(NamedTuple):
    """One thing to say about one place of a manifest.

    Attributes:
        code: Stable code of the catalogue (``STS101``); ``tutor.i18n.pages`` has its words.
        severity: See :class:`Severity`.
        document: The document in the file, counted from 1.
        path: The place as kubectl writes it (``spec.template.spec.containers[0].name``);
            empty for a place outside any field, as with syntax.
        span: Where to underline.
        params: What the message names: ``found``, ``needed``, names of objects.
        variant: Which of the code's messages fits; empty for the only or usual one.
        file: Name of the file as the user gave it; empty for text from an editor.
    """

    code: str
    severity: Severity
    document: int
    path: str
    span: Span
    params: Mapping[str, Param] = MappingProxyType({})
    variant: str = ""
    file: str = ""

    def __hash__(self) -> int:
        return hash((self.code, self.document, self.path, self.span, self.variant, self.file))

    @property
    def line(self) -> int:
        """First line, from 1."""
        return self.span.line

    @property
    def column(self) -> int:
        """First column, from 1, in characters."""
        return self.span.column


def format_path(path: Path) -> str:
    """Write a path as kubectl does: ``spec.containers[0].ports``, ``labels[a.b/c]``."""
    out: list[str] = []
    for step in path:
        if isinstance(step, int):
            out.append(f"[{step}]")
        elif _BARE_KEY.match(step):
            out.append(f".{step}" if out else step)
        else:
            out.append(f"[{step}]")
    return "".join(out)


@lru_cache(maxsize=1024)
def parse_path(text: str) -> Path:
    """Read what :func:`format_path` writes.

    Raises:
        ValueError: The text is not a path.
    """
    steps: list[str | int] = []
    position = 0
    while position < len(text):
        if text[position] == ".":
            if not steps:
                raise ValueError(f"not a path: {text!r}")
            position += 1
        match = _STEP.match(text, position)
        if match is None:
            raise ValueError(f"not a path: {text!r}")
        index, quoted, bare = match.groups()
        steps.append(int(index) if index is not None else quoted or bare)
        position = match.end()
    return tuple(steps)

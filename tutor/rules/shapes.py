"""Plain data of any shape, read without surprises.

What a person typed may hold a list where a map belongs, or a number as a name. These answer with
something empty instead of raising; that the shape is wrong is the schema's to say.
"""

from collections.abc import Mapping
from typing import cast

from tutor.manifest.documents import Document
from tutor.manifest.nodes import Data
from tutor.model.findings import Path

_NONE: dict[str, Data] = {}


def mapping(value: Data) -> Mapping[str, Data]:
    """The value if it is a map, else an empty one."""
    return value if isinstance(value, dict) else _NONE


def sequence(value: Data) -> list[Data]:
    """The value if it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def string(value: Data) -> str:
    """The value if it is a string, else an empty one."""
    return value if isinstance(value, str) else ""


def integer(value: Data) -> int | None:
    """The value if it is a whole number (``true`` is none), else None."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def dig(value: "Data | Mapping[str, Data]", *steps: str | int) -> Data:
    """The value some steps down, None where there is nothing or the shape does not allow it."""
    found = cast("Data", value)
    for step in steps:
        if isinstance(step, str):
            found = found.get(step) if isinstance(found, dict) else None
        elif isinstance(found, list) and 0 <= step < len(found):
            found = found[step]
        else:
            return None
    return found


def at(document: Document, path: Path, seen_from: Document) -> int | str:
    """Where a message says that another object stands: a line, with its file if that differs.

    Used as the parameter ``at``, which ``tutor.i18n.pages.fill`` puts into words: ``line 12``.
    """
    line = document.span(path).line
    return line if document.file == seen_from.file else f"{document.file}:{line}"

"""Plain data of any shape, read without surprises.

What a person typed may hold a list where a map belongs, or a number as a name. These answer with
something empty instead of raising; that the shape is wrong is the schema's to say.
"""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, TypeVar, cast

from tutor.manifest.documents import Document
from tutor.manifest.nodes import Data
from tutor.model.findings import Path

T = TypeVar("T")
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
    found: Any = value
    for step in steps:
        if type(found) is dict:
            found = found.get(step)
        elif type(found) is list and type(step) is int and 0 <= step < len(found):
            found = found[step]
        else:
            return None
    return cast("Data", found)


def per_document(view: Callable[[Document], T]) -> Callable[[Document], T]:
    """Let a pure view of a document be made once, however many rules ask for it."""
    key = f"{view.__module__}.{view.__name__}"

    @wraps(view)
    def seen(document: Document) -> T:
        try:
            return cast("T", document.views[key])
        except KeyError:
            made = document.views[key] = view(document)
            return made

    return seen


def at(document: Document, path: Path, seen_from: Document) -> int | str:
    """Where a message says that another object stands: a line, with its file if that differs.

    Used as the parameter ``at``, which ``tutor.i18n.pages.fill`` puts into words: ``line 12``.
    """
    line = document.span(path).line
    return line if document.file == seen_from.file else f"{document.file}:{line}"

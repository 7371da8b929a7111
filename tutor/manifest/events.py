"""PyYAML's events of a text, and how deep they go where PyYAML itself stops before they come."""

import re
from collections.abc import Callable
from typing import Any, Final, Protocol, TypeAlias, cast

from yaml import MarkedYAMLError, YAMLError
from yaml.events import CollectionEndEvent, CollectionStartEvent

from tutor.manifest.limits import MAX_DEPTH


class Parser(Protocol):
    """Gives the events of the text it was made for, one by one, and None behind the last."""

    def get_event(self) -> Any:  # noqa: ANN401
        """The next event.

        Raises:
            yaml.YAMLError: The text is not YAML, or nested deeper than PyYAML goes.
        """

    def raw_parse(self) -> None:
        """Go through the events that are left.

        Raises:
            yaml.YAMLError: As from :meth:`get_event`.
        """


ParserOf: TypeAlias = Callable[[str], Parser]
"""A class of parsers: libyaml's, or PyYAML's own where it was built without libyaml."""


def _parsers() -> ParserOf:
    try:
        from yaml.cyaml import CParser  # type: ignore[attr-defined]  # the stubs do not export it
    except ImportError:
        from tutor.manifest.events_without_libyaml import PlainParser

        return PlainParser
    return cast("ParserOf", CParser)


parser_of: Final[ParserOf] = _parsers()

_AHEAD = re.compile(
    r"""(?P<opens>[\[{]) | (?P<closes>[\]}])
    | "(?:[^"\\]|\\.)*(?:"|\Z) | '[^']*(?:'|\Z) | (?<!\S)\#[^\n]*
    | [^\s\[\]{},:"'][^\s\[\]{},]* """,
    re.VERBOSE | re.DOTALL,
)
"""What counts, and what may hold brackets that do not: quoted texts, comments, plain ones."""


def too_deep(text: str) -> int | None:
    """Where a text goes deeper than is read.

    A bracket may begin a key, so the scanner runs up to 1,024 characters ahead of the events. An
    error that it meets there comes before the events that would show the depth; and libyaml's own
    limit is such an error (1,000 levels, since 0.2.6). So the brackets between the last event and
    the place of the error are counted here.

    Args:
        text: One document; whether it is YAML does not matter.

    Returns:
        The index of the first character of the list or object beyond the depth, None if there is
        none.
    """
    depth = 0
    at = 0
    parser = parser_of(text)
    try:
        while (event := parser.get_event()) is not None:
            begins, at = event.start_mark.index, event.end_mark.index
            if isinstance(event, CollectionStartEvent):
                depth += 1
                if depth > MAX_DEPTH:
                    return int(begins)
            elif isinstance(event, CollectionEndEvent):
                depth -= 1
    except MarkedYAMLError as error:
        mark = error.problem_mark
        return None if mark is None else _deep_ahead(text, at, mark.index, depth)
    except YAMLError:
        return None
    return None


def _deep_ahead(text: str, start: int, end: int, depth: int) -> int | None:
    """The bracket between two places that goes too deep."""
    for token in _AHEAD.finditer(text, start, end + 1):
        if token["opens"]:
            depth += 1
            if depth > MAX_DEPTH:
                return token.start()
        elif token["closes"]:
            depth -= 1
    return None

"""Written values: the one that was meant, and how a message shows the one that was found."""

import re
from collections.abc import Mapping, Sequence

from tutor.manifest.nodes import Data
from tutor.model.nearest import nearest

_SHOWN = 80
_NO_ALIASES: Mapping[str, str] = {}
_PLACEHOLDER = re.compile(r"\$\{|\$\(|\{\{|\$[A-Z_]+\Z")


def unfilled(value: Data) -> bool:
    """Whether another program fills in the value before anybody applies it: ``${SIZE}``."""
    return isinstance(value, str) and _PLACEHOLDER.search(value) is not None


def shown(value: Data) -> str:
    """A scalar as a message names it; long text is cut, lists and maps are only hinted at."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "{…}" if value else "{}"
    if isinstance(value, list):
        return "[…]" if value else "[]"
    text = str(value)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"


def meant(found: str, allowed: Sequence[str], aliases: Mapping[str, str] = _NO_ALIASES) -> str:
    """The allowed value a wrong one most likely stands for, else an empty string.

    Args:
        found: What was written.
        allowed: The values there are.
        aliases: Other words people use for them, in lower case and letters and digits only.
    """
    bare = "".join(filter(str.isalnum, found[:_SHOWN].lower()))
    for value in allowed:
        if value.lower() == bare:
            return value
    return aliases.get(bare) or nearest(found, allowed)

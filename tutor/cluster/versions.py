"""Versions of objects as numbers: all kinds of a cluster share one order."""

from collections.abc import Mapping
from typing import Any

_LONGEST = 30


def version_of(obj: Mapping[str, Any]) -> int:
    """The version of an object; 0 where it has none."""
    about = obj.get("metadata")
    return number(about.get("resourceVersion") if isinstance(about, Mapping) else None)


def number(version: Any) -> int:  # noqa: ANN401  (JSON)
    """A version as a number; 0 for what is none."""
    text = version if isinstance(version, str) else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < _LONGEST else 0

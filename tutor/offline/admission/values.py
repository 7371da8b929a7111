"""What JSON holds."""

from typing import Any, TypeAlias

Json: TypeAlias = Any
"""A JSON value, whatever it is: what people send is anything."""


def copied(value: Json) -> Json:
    """A JSON value of its own; several times as fast as ``deepcopy``, which knows more."""
    if isinstance(value, dict):
        return {key: copied(item) for key, item in value.items()}
    if isinstance(value, list):
        return [copied(item) for item in value]
    return value

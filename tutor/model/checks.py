"""What a lesson declares about an object, beyond what the catalogue knows."""

import enum
from dataclasses import dataclass


class Operator(enum.StrEnum):
    """What a declared check asks of the value at a path. Values compare by meaning."""

    EQUALS = "equals"
    IN = "in"
    MATCHES = "matches"
    SAME_AS = "same-as"
    QUANTITY_AT_LEAST = "quantity-at-least"
    COUNT = "count"
    ABSENT = "absent"
    PRESENT = "present"


@dataclass(frozen=True, slots=True)
class Target:
    """Which object a check looks at: a kind, and a name where several of a kind exist."""

    kind: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """One declared requirement of a YAML task. ``id`` names its words in each language.

    Attributes:
        value: What the operator compares with: a scalar, a list, a regular expression, a
            quantity, a number; for ``same-as`` a :class:`Target` and a path.
    """

    id: str
    target: Target
    path: str
    operator: Operator
    value: object = None
    other: Target | None = None
    other_path: str = ""

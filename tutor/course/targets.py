"""What checks and scenarios have in common: which object, which field, and an operator's value."""

import re

from tutor.course.fields import Fields
from tutor.manifest.nodes import Data
from tutor.model.checks import Operator, Target
from tutor.model.findings import parse_path


def operators(fields: Fields) -> list[Operator]:
    """The operators that are given."""
    return [one for one in Operator if one.value in fields.node.values]


def fits(operator: Operator, value: Data) -> bool:
    """Whether an operand is of the operator's type."""
    match operator:
        case Operator.EQUALS:
            return value is not None
        case Operator.IN:
            return isinstance(value, list) and bool(value)
        case Operator.MATCHES:
            return isinstance(value, str) and _compiles(value)
        case Operator.QUANTITY_AT_LEAST:
            return isinstance(value, (str, int, float)) and not isinstance(value, bool)
        case Operator.COUNT:
            return isinstance(value, int) and not isinstance(value, bool) and value >= 0
        case Operator.ABSENT | Operator.PRESENT:
            return value is True
        case Operator.SAME_AS:
            return True


def _compiles(pattern: str) -> bool:
    try:
        re.compile(pattern)
    except re.error:
        return False
    return True


def target(fields: Fields) -> Target | None:
    """The object that ``of`` names; None where it is missing."""
    return parse_target(fields.text("of"))


def parse_target(text: str) -> Target | None:
    """``Pod/web-0``, or ``Pod`` for any of the kind; None for nothing."""
    kind, _, name = text.partition("/")
    return Target(kind, name) if kind else None


def path(fields: Fields, *, required: bool = False) -> str:
    """The field that ``path`` names; empty without one."""
    found = fields.text("path", required=required)
    try:
        parse_path(found)
    except ValueError:
        fields.wrong("path", "path")
        return ""
    return found

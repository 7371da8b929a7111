"""What holds of the objects of a scene: the operators of declared checks, on plain data."""

import json
import re
from collections.abc import Iterator
from typing import Any

from tutor.manifest.canonical import at_least, same
from tutor.manifest.quantity import QuantityError
from tutor.model.checks import Operator
from tutor.model.findings import Path, parse_path
from tutor.model.scenario import Finally
from tutor.offline.objects import Obj
from tutor.timeline.scenes import Objects

LONGEST = 60


def values_at(value: Any, path: Path) -> Iterator[Any]:  # noqa: ANN401
    """Every value a path leads to; ``[*]`` means each item, ``[name=x]`` those of that name."""
    if not path:
        if value is not None:
            yield value
        return
    step, rest = path[0], path[1:]
    if isinstance(value, dict):
        yield from values_at(value.get(step), rest)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            if _fits(step, index, item):
                yield from values_at(item, rest)


def _fits(step: str | int, index: int, item: Any) -> bool:  # noqa: ANN401
    if isinstance(step, int):
        return step == index
    key, equals, wanted = step.partition("=")
    return step == "*" or (bool(equals) and isinstance(item, dict) and str(item.get(key)) == wanted)


def holds(condition: Finally, objects: Objects) -> tuple[bool, str]:
    """Whether a condition holds now of every object it is about, and what is found.

    Without a path it is about the objects themselves: whether there are any, or how many. With
    one there must be at least one object, unless the value is to be absent.

    Returns:
        Whether it holds; and the value of the first object that decides it, as YAML on one line.
    """
    there = objects.named(condition.target.kind, condition.target.name)
    if not condition.path:
        count = len(there)
        wanted = {
            Operator.ABSENT: count == 0,
            Operator.PRESENT: count > 0,
            Operator.COUNT: count == condition.value,
        }
        return wanted.get(condition.operator, False), str(count)
    path = parse_path(condition.path)
    wrong = [one for one in there if not _judge(condition, path, one)]
    decides = wrong or there
    found = _shown(condition, path, decides[0]) if decides else ""
    return not wrong and (bool(there) or condition.operator is Operator.ABSENT), found


def needed(condition: Finally) -> str:
    """What a condition asks for, as YAML on one line."""
    if condition.operator in {Operator.ABSENT, Operator.PRESENT}:
        return ""
    return write(condition.value)


def write(value: Any) -> str:  # noqa: ANN401
    """A value on one line, short."""
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _judge(condition: Finally, path: Path, one: Obj) -> bool:
    values, wanted = list(values_at(one, path)), condition.value
    kind = condition.target.kind
    match condition.operator:
        case Operator.EQUALS:
            return any(_same(kind, path, value, wanted) for value in values)
        case Operator.IN:
            several = wanted if isinstance(wanted, list) else []
            return any(_same(kind, path, value, each) for value in values for each in several)
        case Operator.MATCHES:
            pattern = re.compile(str(wanted))
            return any(pattern.search(_plain(value)) for value in values)
        case Operator.QUANTITY_AT_LEAST:
            return any(_reaches(value, str(wanted)) for value in values)
        case Operator.COUNT:
            return _count(path, values) == wanted
        case Operator.ABSENT:
            return not values
        case Operator.PRESENT:
            return any(value not in ("", []) for value in values)
        case Operator.SAME_AS:
            return False  # a scenario compares with nothing else


def _same(kind: str, path: Path, value: Any, wanted: Any) -> bool:  # noqa: ANN401
    return same(kind, path, value, wanted)


def _plain(value: Any) -> str:  # noqa: ANN401
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _reaches(value: Any, least: str) -> bool:  # noqa: ANN401
    try:
        return at_least(value, least)
    except QuantityError:
        return False


def _count(path: Path, values: list[Any]) -> int:
    if "*" in path or not values:
        return len(values)
    return len(values[0]) if isinstance(values[0], list | dict) else 1


def _shown(condition: Finally, path: Path, one: Obj) -> str:
    values = list(values_at(one, path))
    if condition.operator is Operator.COUNT:
        return str(_count(path, values))
    return write(values[0]) if values else ""

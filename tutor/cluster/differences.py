"""What would change: two objects, field by field, as a reader wants to see it."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from tutor.model.applying import FieldChange
from tutor.model.findings import Path, format_path
from tutor.model.timeline import Obj

_SERVERS_OWN = frozenset(
    {
        "creationTimestamp",
        "deletionTimestamp",
        "deletionGracePeriodSeconds",
        "generation",
        "managedFields",
        "resourceVersion",
        "selfLink",
        "uid",
    }
)
_KEYS = ("name", "containerPort", "port", "mountPath", "devicePath", "ip", "key", "topologyKey")
"""What tells the items of a list apart, as merge keys do."""
_WIDEST = 200


def differences(before: Obj, after: Obj) -> tuple[FieldChange, ...]:
    """The fields that a person could have written and that differ, in the order of the paths."""
    return tuple(_of(_written(before), _written(after), ()))


def _written(obj: Obj) -> dict[str, Any]:
    own = {key: value for key, value in obj.items() if key != "status"}
    about = own.get("metadata")
    if isinstance(about, Mapping):
        own["metadata"] = {key: v for key, v in about.items() if key not in _SERVERS_OWN}
    return own


def _of(before: Any, after: Any, path: Path) -> Iterator[FieldChange]:  # noqa: ANN401
    if before == after:
        return
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in sorted({*before, *after}):
            yield from _of(before.get(key), after.get(key), (*path, str(key)))
    elif isinstance(before, list) and isinstance(after, list):
        yield from _of_lists(before, after, path)
    else:
        yield FieldChange(format_path(path), _shown(before), _shown(after))


def _of_lists(before: list[Any], after: list[Any], path: Path) -> Iterator[FieldChange]:
    key = _key_of(before, after)
    if not key:
        if len(before) == len(after):
            for at, (left, right) in enumerate(zip(before, after, strict=True)):
                yield from _of(left, right, (*path, at))
        else:
            yield FieldChange(format_path(path), _shown(before), _shown(after))
        return
    old = {row[key]: row for row in before}
    new = {row[key]: row for row in after}
    places = {row[key]: at for at, row in enumerate(before)}
    places |= {row[key]: at for at, row in enumerate(after)}
    for name, at in sorted(places.items(), key=lambda pair: pair[1]):
        yield from _of(old.get(name), new.get(name), (*path, at))


def _key_of(before: list[Any], after: list[Any]) -> str:
    """The key that tells all rows of both lists apart; empty where none does."""
    if not all(isinstance(row, Mapping) for row in (*before, *after)):
        return ""
    for key in _KEYS:
        names = [[row.get(key) for row in rows] for rows in (before, after)]
        told = all(isinstance(name, str | int) for rows in names for name in rows)
        if told and all(len(set(rows)) == len(rows) for rows in names):
            return key
    return ""


def _shown(value: Any) -> str:  # noqa: ANN401
    """A value on one line, as YAML's flow style has it."""
    if value is None:
        return ""
    text = value if isinstance(value, str) and value else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _WIDEST else f"{text[: _WIDEST - 1]}…"

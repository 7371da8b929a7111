"""Values out of objects of any shape: a real cluster leaves fields out, and nothing may fail here.

Each function returns an empty value of its type where a path leads nowhere, or to something else.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeAlias, cast

from tutor.model.timeline import Obj as Shared
from tutor.offline.objects import Obj, dig

Labels: TypeAlias = Mapping[str, str]

EMPTY: Obj = {}
_NUMBERS = re.compile(r"([0-9]+)")


def obj(shared: Shared | None) -> Obj:
    """An object as the offline rooms take them; empty for None. It must not be changed."""
    return cast("Obj", shared) if isinstance(shared, dict) else EMPTY


def text(value: Any, *path: str | int) -> str:  # noqa: ANN401
    """A string."""
    found = dig(value, *path)
    return found if isinstance(found, str) else ""


def number(value: Any, *path: str | int, default: int = 0) -> int:  # noqa: ANN401
    """A whole number."""
    found = dig(value, *path)
    return found if isinstance(found, int) and not isinstance(found, bool) else default


def items(value: Any, *path: str | int) -> list[Obj]:  # noqa: ANN401
    """The mappings of a list."""
    found = dig(value, *path)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def mapping(value: Any, *path: str | int) -> dict[str, Any]:  # noqa: ANN401
    """A mapping."""
    found = dig(value, *path)
    return found if isinstance(found, dict) else {}


def strings(value: Any, *path: str | int) -> tuple[str, ...]:  # noqa: ANN401
    """The strings of a list."""
    found = dig(value, *path)
    return tuple(one for one in found if isinstance(one, str)) if isinstance(found, list) else ()


def uid(value: Obj) -> str:
    """``metadata.uid``."""
    return text(value, "metadata", "uid")


def name(value: Obj) -> str:
    """``metadata.name``."""
    return text(value, "metadata", "name")


def namespace(value: Obj) -> str:
    """``metadata.namespace``."""
    return text(value, "metadata", "namespace")


def terminating(value: Obj) -> bool:
    """Whether a deletion was asked for."""
    return bool(text(value, "metadata", "deletionTimestamp"))


def owners(value: Obj) -> list[Obj]:
    """The owner references."""
    return items(value, "metadata", "ownerReferences")


def controller(value: Obj) -> Obj:
    """The owner reference of the controller; empty without one."""
    return next((owner for owner in owners(value) if owner.get("controller") is True), EMPTY)


def condition(value: Obj, kind: str) -> Obj:
    """One of ``status.conditions``; empty where it is not there."""
    found = items(value, "status", "conditions")
    return next((one for one in found if one.get("type") == kind), EMPTY)


def moment(stamp: str) -> float:
    """A timestamp as seconds since the epoch; 0 for what is none."""
    try:
        return datetime.fromisoformat(stamp).timestamp() if stamp.endswith("Z") else 0.0
    except ValueError:
        return 0.0


def natural(name: str) -> tuple[tuple[int, str], ...]:
    """A key that sorts ``web-2`` before ``web-10``."""
    parts = _NUMBERS.split(name)
    return tuple((int(part), "") if part.isdecimal() else (-1, part) for part in parts)

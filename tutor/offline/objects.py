"""Kubernetes objects as they travel in JSON: plain dicts, never changed once they are stored."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any, TypeAlias

Obj: TypeAlias = dict[str, Any]
"""One API object. What the store hands out is shared: copy it before changing it."""


def meta(obj: Obj) -> dict[str, Any]:
    """``metadata``, empty where there is none."""
    found = obj.get("metadata")
    return found if isinstance(found, dict) else {}


def name_of(obj: Obj) -> str:
    """``metadata.name``."""
    return str(meta(obj).get("name", ""))


def namespace_of(obj: Obj) -> str:
    """``metadata.namespace``, empty for objects of the whole cluster."""
    return str(meta(obj).get("namespace", ""))


def uid_of(obj: Obj) -> str:
    """``metadata.uid``."""
    return str(meta(obj).get("uid", ""))


def labels_of(obj: Obj) -> dict[str, str]:
    """``metadata.labels``, empty where there are none."""
    return meta(obj).get("labels") or {}


def terminating(obj: Obj) -> bool:
    """Whether a deletion was asked for and the object is still there."""
    return "deletionTimestamp" in meta(obj)


def dig(obj: Any, *path: str | int, default: Any = None) -> Any:  # noqa: ANN401
    """The value at a path, ``default`` where anything on the way is missing or null."""
    for step in path:
        try:
            obj = obj[step]
        except (KeyError, IndexError, TypeError):
            return default
    return default if obj is None else obj


def owners_of(obj: Obj) -> Iterator[dict[str, Any]]:
    """The owner references."""
    yield from meta(obj).get("ownerReferences") or ()


def controller_of(obj: Obj) -> dict[str, Any] | None:
    """The owner reference with ``controller: true``, if there is one."""
    return next((owner for owner in owners_of(obj) if owner.get("controller")), None)


def copy_of(obj: Obj) -> Obj:
    """A copy that may be changed."""
    return deepcopy(obj)

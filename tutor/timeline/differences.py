"""Which fields of an object a person changed: what controllers write is left out."""

from collections.abc import Iterator
from typing import Any

from tutor.model.findings import Path, format_path
from tutor.offline.objects import Obj
from tutor.timeline.reading import mapping, text

MOST = 8
"""Fields of one change that are named."""

_PARTS = ("spec", "data", "binaryData", "stringData", "labels", "annotations")
_NOT_OURS: dict[str, frozenset[str]] = {
    "Pod": frozenset({"nodeName", "priority"}),
    "PersistentVolumeClaim": frozenset({"volumeName"}),
    "StatefulSet": frozenset({"replicas"}),
    "Deployment": frozenset({"replicas"}),
    "ReplicaSet": frozenset({"replicas"}),
    "Node": frozenset({"taints", "podCIDR", "podCIDRs", "providerID"}),
}
_UNTOLD = frozenset({"PersistentVolume", "ReplicaSet"})
_LABELS = ("topology.kubernetes.io/", "pod-template-hash", "controller-revision-hash")


def fields(kind: str, before: Obj, after: Obj) -> tuple[str, ...]:
    """The paths that differ, as a person would name them: ``spec.…containers[name=web].image``.

    Args:
        kind: Of both.
        before: An object of that kind.
        after: A later version of it.
    """
    if kind in _UNTOLD:
        return ()
    found: list[str] = []
    for part in _PARTS:
        root: Path = ("metadata", part) if part in ("labels", "annotations") else (part,)
        old, new = mapping(before, *root), mapping(after, *root)
        for key in dict.fromkeys((*old, *new)):
            if old.get(key) == new.get(key) or _by_machine(kind, part, key):
                continue
            found += [
                format_path(path) for path in _within((*root, key), old.get(key), new.get(key))
            ]
    return tuple(found[:MOST])


def _by_machine(kind: str, part: str, key: str) -> bool:
    if part == "labels":
        return key.startswith(_LABELS)
    if part == "annotations":
        domain = key.partition("/")[0]
        return domain.endswith(("kubernetes.io", "k8s.io")) and domain != key
    return part == "spec" and key in _NOT_OURS.get(kind, ())


def _within(path: Path, old: Any, new: Any) -> Iterator[Path]:  # noqa: ANN401
    """The deepest paths that tell two values apart."""
    if isinstance(old, dict) and isinstance(new, dict):
        pairs = [((str(key),), old.get(key), new.get(key)) for key in dict.fromkeys((*old, *new))]
    elif isinstance(old, list) and isinstance(new, list) and (keys := _named(old, new)) is not None:
        pairs = [((f"name={key}",), one, other) for key, (one, other) in keys.items()]
    else:
        yield path
        return
    for step, one, other in pairs:
        if one != other:
            yield from _within((*path, *step), one, other)


def _named(old: list[Any], new: list[Any]) -> dict[str, tuple[Any, Any]] | None:
    """The items of two lists by their names; None where some have none, or share one."""
    tables: list[dict[str, Any]] = []
    for items in (old, new):
        table = {text(one, "name"): one for one in items}
        if len(table) != len(items) or "" in table:
            return None
        tables.append(table)
    first, second = tables
    return {name: (first.get(name), second.get(name)) for name in dict.fromkeys((*first, *second))}

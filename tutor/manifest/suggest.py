"""Where a field that does not belong here was meant to go, worked out from the schema itself."""

from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

from tutor.manifest.documents import Document
from tutor.manifest.nodes import Mapping, Node, Scalar, Sequence
from tutor.manifest.quantity import is_quantity
from tutor.manifest.schema_bundle import LIST, MAP, OBJECT, QUANTITY, Ref, Type, bundle
from tutor.model.findings import Path, format_path
from tutor.model.nearest import distance, nearest

_FAR = 6.0
"""Steps up and down the tree beyond which a field of the same name is a coincidence."""

# Branches that fewer people mean: a field under one of them is a little farther away.
_SELDOM = {
    "ephemeral": 0.6,
    "ephemeralContainers": 0.7,
    "exec": 0.1,
    "grpc": 0.4,
    "initContainers": 0.5,
    "lifecycle": 0.3,
    "startupProbe": 0.2,
    "windowsOptions": 0.7,
}
_RESOURCES = frozenset({"cpu", "memory", "storage", "ephemeral-storage"})
_LIKELY_KINDS = (
    "Service",
    "StatefulSet",
    "PersistentVolumeClaim",
    "Deployment",
    "Pod",
    "StorageClass",
    "PersistentVolume",
    "PodDisruptionBudget",
    "ConfigMap",
    "DaemonSet",
    "Job",
)


class Place(NamedTuple):
    """What to say about an unknown field.

    Attributes:
        variant: ``near`` (a slip of a known name), ``twice`` (a slip of one that is there as
            well), ``belongs`` (elsewhere in this object), ``kind`` (in an object of another
            kind), or empty.
        needed: The right name, or the path where the field belongs.
        kind: The other kind, for ``kind``.
    """

    variant: str
    needed: str = ""
    kind: str = ""


class _Candidate(NamedTuple):
    path: tuple[str, ...]
    """Keys from the root to the owner; a list is one step with its key (``containers[]``)."""
    name: str
    ref: Ref


def place(document: Document, root: Type, at: Path, owner: Type, *, key: str, value: Node) -> Place:
    """Where an unknown field was meant to go.

    Args:
        document: The object.
        root: Its type.
        at: Path of the mapping that holds the field.
        owner: Type of that mapping.
        key: The unknown field.
        value: What it holds.
    """
    if len(key) > 63:
        return Place("")
    node = document.node(at)
    present = node.values if isinstance(node, Mapping) else {}
    slip = _slip(key, owner.fields)
    if slip in present:
        return Place("twice", slip)
    if slip:
        return Place("near", slip)
    return (
        _map_key(owner, at, key, value)
        or _elsewhere(document, root, at, key, value)
        or _near(key, [name for name in owner.fields if name not in present])
        or _another_kind(root, at, key)
        or Place("")
    )


def _bare(name: str) -> str:
    return name.lower().replace("_", "").replace("-", "").replace(" ", "")


def _slip(key: str, known: Iterable[str]) -> str:
    """The same word but for case, separators, one letter, or the plural; else empty."""
    bare = _bare(key)
    for name in known:
        if _bare(name) == bare:
            return name
    for name in known:
        if len(name) > 3 and distance(bare, name.lower(), 1) <= 1:
            return name
    return ""


def _near(key: str, known: list[str]) -> Place | None:
    """A word that needs a few edits, or that is the end or the beginning of a known one."""
    bare = _bare(key)
    if len(bare) >= 4:
        parts = [n for n in known if n.lower().endswith(bare) or n.lower().startswith(bare)]
        if parts:
            return Place("near", min(parts, key=len))
    found = nearest(key, known) if len(bare) >= 4 else ""
    return Place("near", found) if found else None


def _map_key(owner: Type, at: Path, key: str, value: Node) -> Place | None:
    """A key of a map, written beside the map: a label beside ``matchLabels``."""
    if not isinstance(value, Scalar):
        return None
    below: Path = ()
    if owner.name == "LabelSelector":
        below = ("matchLabels",)
    elif owner.name == "ObjectMeta" and ("/" in key or key in ("app", "tier", "component")):
        below = ("labels",)
    elif key in _RESOURCES or ("/" in key and is_quantity(value.value)):
        below = _amounts(owner)
    return Place("belongs", format_path((*at, *below, key))) if below else None


def _amounts(owner: Type) -> Path:
    """The way down to the nearest map of quantities: ``requests``, ``resources.requests``."""
    for name in ("requests", "capacity", "hard"):
        field = owner.fields.get(name)
        item = field.ref.item if field is not None and field.ref.code == MAP else None
        if item is not None and item.code == QUANTITY:
            return (name,)
    resources = owner.fields.get("resources")
    if resources is not None and resources.ref.code == OBJECT:
        return ("resources", *_amounts(resources.ref.type))
    return ()


def _elsewhere(document: Document, root: Type, at: Path, key: str, value: Node) -> Place | None:
    """The same field at the nearest other place of this kind of object that can hold the value."""
    here = _keys(at)
    index = _index(root.name)
    best, best_cost = "", _FAR
    for candidate in index.get(key) or index.get(_bare(key)) or ():
        if not _fits(value, candidate.ref) or candidate.path == here:
            continue
        cost = _cost(here, candidate.path)
        if cost >= best_cost:
            continue
        owner, exists = _in_document(document, candidate.path, at, value)
        path = (*owner, candidate.name)
        if not exists:
            cost += 0.2 if candidate.path[: len(here)] == here else 0.8
        elif document.node(path) is not None:
            cost += 0.7
        if cost < best_cost:
            best, best_cost = format_path(path), cost
    return Place("belongs", best) if best else None


def _another_kind(root: Type, at: Path, key: str) -> Place | None:
    """The same field at the same place of an object of another kind."""
    kinds = bundle().kinds
    for kind in _LIKELY_KINDS:
        for name in kinds[kind].values():
            if not name or name == root.name:
                continue
            owner: Type | None = bundle().type(name)
            for step in at:
                field = owner.fields.get(step) if owner and isinstance(step, str) else None
                owner = field.ref.type if field is not None and field.ref.code == OBJECT else None
            if owner is not None and key in owner.fields:
                return Place("kind", format_path((*at, key)), kind)
    return None


def _keys(path: Path) -> tuple[str, ...]:
    keys: list[str] = []
    for step in path:
        if isinstance(step, int) and keys:
            keys[-1] += "[]"
        else:
            keys.append(str(step))
    return tuple(keys)


def _cost(here: tuple[str, ...], there: tuple[str, ...]) -> float:
    common = 0
    for one, other in zip(here, there, strict=False):
        if one != other:
            break
        common += 1
    down = there[common:]
    seldom = sum(_SELDOM.get(step.removesuffix("[]"), 0) for step in down)
    return 1.5 * (len(here) - common) + len(down) + seldom + 0.01 * len(there)


def _fits(value: Node, ref: Ref) -> bool:
    if isinstance(value, Sequence):
        return ref.code == LIST
    if isinstance(value, Mapping):
        return ref.code in (OBJECT, MAP)
    return value.value is None or ref.code not in (OBJECT, MAP, LIST)


def _in_document(
    document: Document, keys: tuple[str, ...], at: Path, value: Node
) -> tuple[Path, bool]:
    """The path of an owner in this document, and whether it is there.

    Of a list's items the one on the way to the field is meant, or the one just above it.
    """
    path: list[str | int] = []
    node: Node | None = document.root
    for key in keys:
        name = key.removesuffix("[]")
        path.append(name)
        node = node.values.get(name) if isinstance(node, Mapping) else None
        if key.endswith("[]"):
            items = node.items if isinstance(node, Sequence) else []
            on_the_way = at[: len(path)] == tuple(path) and len(at) > len(path)
            step = at[len(path)] if on_the_way else _just_above(items, value)
            path.append(step)
            node = items[step] if isinstance(step, int) and step < len(items) else None
    return tuple(path), node is not None


def _just_above(items: list[Node], value: Node) -> int:
    above = [i for i, item in enumerate(items) if item.line <= value.line]
    return above[-1] if above else 0


@cache
def _index(root: str) -> dict[str, list[_Candidate]]:
    """Field name to every place it has in a kind of object, the shallow ones first.

    Names are also entered in lower case, for those that differ from it.
    """
    found: dict[str, list[_Candidate]] = {}
    level: list[tuple[tuple[str, ...], Type]] = [((), bundle().type(root))]
    while level:
        below: list[tuple[tuple[str, ...], Type]] = []
        for path, owner in level:
            for name, field in owner.fields.items():
                if name == "status" or (not path and name in ("apiVersion", "kind")):
                    continue  # the server's own, and what is never misplaced
                candidate = _Candidate(path, name, field.ref)
                found.setdefault(name, []).append(candidate)
                if name != name.lower():
                    found.setdefault(name.lower(), []).append(candidate)
                if field.ref.code == OBJECT:
                    below.append(((*path, name), field.ref.type))
                item = field.ref.item if field.ref.code == LIST else None
                if item is not None and item.code == OBJECT and name != "managedFields":
                    below.append(((*path, f"{name}[]"), item.type))
        level = below
    return found

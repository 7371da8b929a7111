"""Objects as structured-merge-diff sees them: every value has a path and a type.

A path is a tuple of elements written as ``managedFields`` writes them: ``f:spec``,
``k:{"name":"app"}``, ``v:"x"``. A set of fields is a frozenset of paths.

Source: ``sigs.k8s.io/structured-merge-diff`` v6, ``typed/{tofieldset,compare,merge,remove}.go``.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from tutor.manifest.schema_bundle import ANY, LIST, MAP, OBJECT, Ref
from tutor.offline.admission.gojson import dumps
from tutor.offline.admission.types import types
from tutor.offline.admission.values import Json

FieldPath: TypeAlias = tuple[str, ...]
Fields: TypeAlias = frozenset[FieldPath]
Tree: TypeAlias = dict[str, Json]
"""A set of fields as ``managedFields`` has it: elements nest, ``.`` marks what is in the set."""

MISSING: Json = object()
"""No value at all, which is not null."""

_KEY_DEFAULTS = {"protocol": "TCP"}
"""What stands for a key that an item leaves out."""


class TypedError(ValueError):
    """An object that does not fit its schema. ``str()`` is the library's wording."""


class Difference(NamedTuple):
    """What came, what went and what changed between two objects."""

    added: Fields
    removed: Fields
    modified: Fields


def root(type_name: str) -> Ref:
    """The reference to a type."""
    return types().ref(type_name)


def is_atomic(ref: Ref) -> bool:
    """Whether a value of this type has one owner as a whole."""
    if ref.code in (OBJECT, MAP):
        return ref.atomic
    return ref.code != LIST or ref.list_kind == "atomic"


def element(item: Json, ref: Ref, index: int, *, strict: bool = False) -> str:
    """The path element of an item of a list that is no atom.

    Raises:
        TypedError: It has no key, and ``strict`` is set.
    """
    if ref.list_kind == "set":
        return "v:" + dumps(item)
    keys: dict[str, Json] = {}
    for key in sorted(ref.keys):
        value = item.get(key) if isinstance(item, dict) else None
        if value is None:
            value = _KEY_DEFAULTS.get(key)
        if value is None:
            if strict:
                raise TypedError(
                    f"element {index}: associative list with keys has an element that omits key"
                    f' field "{key}" (and doesn\'t have default value)'
                )
            continue
        keys[key] = value
    return "k:" + dumps(keys) if keys else f"i:{index}"


def children(value: Json, ref: Ref) -> Iterator[tuple[str, Json, Ref]]:
    """The parts of a value that is no atom, each with its path element and its type."""
    if not value:
        return
    if ref.code == LIST:
        assert ref.item is not None  # noqa: S101
        for index, item in enumerate(value):
            yield element(item, ref, index), item, ref.item
    elif ref.code == MAP:
        assert ref.item is not None  # noqa: S101
        for key, item in value.items():
            yield "f:" + key, item, ref.item
    else:
        fields = ref.type.fields
        for key, item in value.items():
            field = fields.get(key)
            yield "f:" + key, item, field.ref if field is not None else _ANYTHING()


def _ANYTHING() -> Ref:  # noqa: N802  (a constant, made when the bundle is there)
    return types().ref(ANY)


def field_set(value: Json, ref: Ref) -> Fields:
    """All fields of an object."""
    found: set[FieldPath] = set()
    _collect(value, ref, (), found)
    return frozenset(found)


def _collect(value: Json, ref: Ref, path: FieldPath, found: set[FieldPath]) -> None:
    if is_atomic(ref):
        found.add(path)
        return
    named = ref.code == OBJECT
    for step, item, of in children(value, ref):
        below = (*path, step)
        _collect(item, of, below, found)
        if not named or item is None or item == {}:
            found.add(below)


def compare(old: Json, new: Json, ref: Ref) -> Difference:
    """The difference between two objects."""
    added: set[FieldPath] = set()
    removed: set[FieldPath] = set()
    modified: set[FieldPath] = set()

    def walk(left: Json, right: Json, of: Ref, path: FieldPath) -> None:
        if left is right:
            return
        leaf = is_atomic(of) or ((left is MISSING or not left) and (right is MISSING or not right))
        if not leaf:
            lefts = {} if left is MISSING else {s: (v, r) for s, v, r in children(left, of)}
            rights = {} if right is MISSING else {s: (v, r) for s, v, r in children(right, of)}
            for step, (value, type_) in lefts.items():
                walk(value, rights.get(step, _NOTHING)[0], type_, (*path, step))
            for step, (value, type_) in rights.items():
                if step not in lefts:
                    walk(MISSING, value, type_, (*path, step))
        if left is MISSING:
            added.add(path)
        elif right is MISSING:
            removed.add(path)
        elif leaf and left != right:
            modified.add(path)

    walk(old, new, ref, ())
    return Difference(frozenset(added), frozenset(removed), frozenset(modified))


_NOTHING: tuple[Json, None] = (MISSING, None)


def merge(left: Json, right: Json, ref: Ref) -> Json:
    """One object laid over another; what only one has is kept."""
    if right is MISSING:
        return left
    if left is MISSING or is_atomic(ref) or (not left and not right):
        return right
    if ref.code == LIST:
        return _merge_lists(left or [], right or [], ref)
    assert ref.code in (OBJECT, MAP)  # noqa: S101
    merged = dict(left or {})
    for step, value, of in children(right, ref):
        name = step[2:]
        merged[name] = merge(merged.get(name, MISSING), value, of)
    return merged


def _merge_lists(left: list[Json], right: list[Json], ref: Ref) -> list[Json]:
    """Items of the right keep their order; those of the left alone come as early as they can."""
    assert ref.item is not None  # noqa: S101
    lefts = {element(item, ref, i): item for i, item in enumerate(left)}
    rights = {element(item, ref, i): item for i, item in enumerate(right)}
    ours, theirs = list(lefts), list(rights)
    shared = iter([step for step in theirs if step in lefts])
    awaited = next(shared, None)
    merged: list[Json] = []
    done: set[str] = set()
    at = to = 0
    while at < len(ours) or to < len(theirs):
        if at < len(ours):
            step = ours[at]
            if step not in rights:
                merged.append(lefts[step])
                at += 1
                continue
            if step in done or (to < len(theirs) and step not in (theirs[to], awaited)):
                at += 1  # laid over already, or later, at its place among the others
                continue
        if to < len(theirs):
            step = theirs[to]
            merged.append(merge(lefts.get(step, MISSING), rights[step], ref.item))
            done.add(step)
            to += 1
            if step == awaited:
                awaited = next(shared, None)
    return merged


def named_fields(fields: Fields, ref: Ref) -> Fields:
    """A set with the struct fields that lead to its members: those can go, too."""
    found = set(fields)
    for path in fields:
        of = ref
        for depth, step in enumerate(path):
            if of.code == OBJECT and step.startswith("f:") and step[2:] in of.type.fields:
                found.add(path[: depth + 1])
            of = _below(of, step)
    return frozenset(found)


def _below(ref: Ref, step: str) -> Ref:
    if ref.code == OBJECT:
        field = ref.type.fields.get(step[2:])
        return field.ref if field is not None else _ANYTHING()
    return ref.item if ref.item is not None else ref


def without(value: Json, fields: Fields, ref: Ref) -> Json:
    """An object without the fields of a set. What is emptied by that is null."""
    return _without(value, to_tree(fields), ref)


def _without(value: Json, tree: Tree, ref: Ref) -> Json:
    if is_atomic(ref) or not value:
        return value
    is_list = ref.code == LIST
    kept: list[tuple[str, Json]] = []
    for step, item, of in children(value, ref):
        below = tree.get(step)
        if below is not None:
            if not below or "." in below:
                continue
            kept.append((step, _without(item, below, of)))
        else:
            kept.append((step, item))
    if not kept:
        return None
    return [item for _, item in kept] if is_list else {step[2:]: item for step, item in kept}


_LEAF: Tree = {}
"""The end of every path. There are dozens in an entry, and thousands of entries: they share it."""


@lru_cache(maxsize=256)
def to_tree(fields: Fields) -> Tree:
    """A set as ``managedFields`` writes it. Equal sets give the same tree: it is never changed."""
    tree: Tree = {}
    for path in sorted(fields):
        node = tree
        for step in path[:-1]:
            below = node.get(step)
            if not below:
                below = node[step] = {} if below is None else {".": _LEAF}
            node = below
        if path:
            leaf = node.get(path[-1])
            if leaf is None:
                node[path[-1]] = _LEAF
            elif leaf:
                leaf["."] = _LEAF
    return tree


def of_tree(tree: Tree) -> Fields:
    """A set from what ``managedFields`` holds."""
    found: set[FieldPath] = set()
    waiting: list[tuple[FieldPath, Tree]] = [((), tree)]
    while waiting:
        path, node = waiting.pop()
        for step, below in node.items():
            if step == ".":
                found.add(path)
            elif not below:
                found.add((*path, step))
            else:
                waiting.append(((*path, step), below))
    return frozenset(found)


def shown(path: FieldPath) -> str:
    """A path as conflicts name it: ``.spec.template.spec.containers[name="app"].image``."""
    from tutor.offline.admission.gojson import loads

    parts: list[str] = []
    for step in path:
        kind, _, rest = step.partition(":")
        if kind == "f":
            parts.append("." + rest)
        elif kind == "k":
            keys = loads(rest)
            parts.append("[" + ",".join(f"{k}={dumps(v)}" for k, v in keys.items()) + "]")
        else:
            parts.append(f"[={rest}]" if kind == "v" else f"[{rest}]")
    return "".join(parts)

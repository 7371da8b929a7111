"""Strategic merge patches: lists are merged by their keys, directives say what else to do.

Source: apimachinery ``pkg/util/strategicpatch/patch.go`` (``mergeMap``, ``mergeSlice``,
``normalizeElementOrder``) and ``pkg/util/mergepatch/errors.go``.
"""

from collections.abc import Callable, Sequence

from tutor.manifest.schema_bundle import LIST, MAP, OBJECT, Ref
from tutor.offline.admission.gojson import dumps
from tutor.offline.admission.patch.errors import PatchError
from tutor.offline.admission.values import Json
from tutor.offline.objects import Obj

DIRECTIVE = "$patch"
RETAIN_KEYS = "$retainKeys"
ORDER = "$setElementOrder/"
DELETE_FROM = "$deleteFromPrimitiveList/"


def apply(original: Obj, patch: Obj, ref: Ref) -> Obj:
    """The original with a patch merged in; neither is changed.

    Args:
        original: The object.
        patch: What to change of it.
        ref: The type of both; merge keys and strategies come from it.

    Raises:
        PatchError: A directive that is none, or an item without its merge key.
    """
    return _merge_map(original, patch, ref)


def _merge_map(original: Obj, patch: Obj, ref: Ref | None) -> Obj:
    if DIRECTIVE in patch:
        what = patch[DIRECTIVE]
        if what == "replace":
            return {key: value for key, value in patch.items() if key != DIRECTIVE}
        if what == "delete":
            return {}
        raise PatchError(500, f"unknown patch type: {what} in map: {dumps(patch)}")
    merged, patch = _retain(dict(original), dict(patch))
    _order_lists(merged, patch, ref)
    for key, value in patch.items():
        deletes = key.startswith(DELETE_FROM)
        name = key.removeprefix(DELETE_FROM)
        if value is None:
            merged.pop(key, None)
            continue
        before = merged.get(name)
        if deletes:
            if isinstance(before, list):
                _check_primitives(value)
                gone = {_itself(item) for item in value}
                merged[name] = [item for item in before if _itself(item) not in gone]
            continue
        below = _below(ref, name)
        if isinstance(before, dict) and isinstance(value, dict):
            strategies = below.strategy.split(",") if below is not None else []
            replaces = "replace" in strategies
            merged[name] = value if replaces else _merge_map(before, value, below)
        elif isinstance(before, list) and isinstance(value, list):
            merged[name] = _merge_slice(before, value, below)
        elif not _deletes(value):
            merged[name] = _plain(value)
    return merged


def _deletes(value: Json) -> bool:
    return isinstance(value, dict) and value.get(DIRECTIVE) == "delete"


def _below(ref: Ref | None, name: str) -> Ref | None:
    if ref is None:
        return None
    if ref.code == OBJECT:
        field = ref.type.fields.get(name)
        return None if field is None else field.ref
    return ref.item if ref.code in (MAP, LIST) else None


def _retain(original: Obj, patch: Obj) -> tuple[Obj, Obj]:
    """Leave only the keys that the patch says to keep."""
    keys = patch.pop(RETAIN_KEYS, None)
    if keys is None:
        return original, patch
    if not isinstance(keys, list):
        raise PatchError(400, "invalid patch format of retainKeys")
    kept = {key for key in keys if isinstance(key, str)}
    if any(
        value is not None and key not in kept and key[:1] != "$" for key, value in patch.items()
    ):
        raise PatchError(400, "invalid patch format of retainKeys")
    return {key: value for key, value in original.items() if key in kept}, patch


def _order_lists(merged: Obj, patch: Obj, ref: Ref | None) -> None:
    """Do what ``$setElementOrder`` directives say; what they cover is taken out of the patch."""
    for directive in [key for key in patch if key.startswith(ORDER)]:
        order = patch.pop(directive)
        name = directive.removeprefix(ORDER)
        below = _below(ref, name)
        if not isinstance(order, list):
            raise PatchError(400, _BAD_ORDER)
        before, change = merged.get(name), patch.pop(name, None)
        _check_order(change, order, below)
        deleted = patch.pop(DELETE_FROM + name, None)
        if before is None and change is None:
            continue
        if isinstance(before, list) and isinstance(deleted, list):
            gone = {_itself(item) for item in deleted}
            merged[name] = [item for item in before if _itself(item) not in gone]
        items = merged.get(name)
        if change is None:
            result = items
        elif items is None:
            result = _plain(change)
        else:
            array = list(items)
            result = _merge_slice(items, change, below, array)
            before = array
        if isinstance(result, list):
            merged[name] = _ordered(result, order, before or [], _key_of(below, result))


_BAD_ORDER = "invalid patch format of setElementOrder list"


def _check_order(change: Json, order: list[Json], ref: Ref | None) -> None:
    """Items of the patch have to stand in the order that the patch says."""
    if not isinstance(change, list) or not order:
        return
    identity = _key_of(ref, order)
    wanted = {identity(item): i for i, item in reversed(list(enumerate(order)))}
    last = -1
    for item in change:
        if isinstance(item, dict) and item.get(DIRECTIVE):
            continue
        key = identity(item)
        if wanted.get(key, -1) < last or key not in wanted:
            raise PatchError(
                400,
                f"The order in patch list:\n{dumps(change)}\n doesn't match"
                f" $setElementOrder list:\n{dumps(order)}\n",
            )
        last = wanted[key]


def _merge_slice(
    original: list[Json], patch: list[Json], ref: Ref | None, array: list[Json] | None = None
) -> list[Json]:
    """A list with a patch merged in.

    Args:
        original: The list.
        patch: What to change of it.
        ref: The type of both.
        array: A copy of the list, which becomes what Go's array holds afterwards: deletions move
            its items up, and new ones take the places that are left. The order that the server
            takes for its own is read from there.
    """
    if ref is None or ref.code != LIST or "merge" not in ref.strategy.split(","):
        return [item for item in patch if not (isinstance(item, dict) and DIRECTIVE in item)]
    if not any(isinstance(item, dict) for item in (*original, *patch)):
        _check_primitives(patch)
        there = {_itself(item) for item in original}
        added = {_itself(item): item for item in patch}
        merged = [*original, *(item for key, item in added.items() if key not in there)]
        return _ordered(merged, patch, original, _itself)
    key = ref.merge_key
    identity = by(key)
    if not key:
        raise PatchError(500, "cannot merge lists without merge key")
    deletions = Deletions(original, identity, array)
    ordinary: list[Json] = []
    replaces = False
    for item in patch:
        if not isinstance(item, dict):
            raise PatchError(500, "invalid list of maps: an item is no map")
        what = item.get(DIRECTIVE)
        if what is None:
            ordinary.append(item)
        elif what == "replace":
            replaces = True
        elif what == "delete":
            deletions.delete(identity(item))
        elif what == "merge":
            raise PatchError(500, "merging lists cannot yet be specified in the patch")
        else:
            raise PatchError(500, f"unknown patch type: {what} in map: {dumps(item)}")
    merged = deletions.left()
    if replaces:
        return ordinary
    places: dict[Json, int] = {}
    seen = 0
    for item in ordinary:
        wanted = identity(item)
        while wanted not in places and seen < len(merged):
            places.setdefault(identity(merged[seen]), seen)
            seen += 1
        found = places.get(wanted)
        if found is None:
            if array is not None and len(merged) < len(array):
                array[len(merged)] = item
            merged.append(_plain(item))
        else:
            merged[found] = _merge_map(merged[found], item, ref.item)
    return _ordered(merged, ordinary, original, identity)


class Deletions:
    """What is left of a list of maps, item by item taken away.

    Args:
        items: The list; it is not changed.
        identity: What tells its items apart.
        array: See :func:`_merge_slice`.
    """

    def __init__(
        self,
        items: list[Json],
        identity: Callable[[Json], Json],
        array: list[Json] | None,
    ) -> None:
        self._items = items
        self._identity = identity
        self._array = array
        self._places: dict[Json, list[int]] | None = None
        self._gone: set[int] = set()
        self._last = len(items) - 1  # the last one that is left

    def delete(self, gone: Json) -> None:
        """Take away every item of this identity, the last first.

        Raises:
            PatchError: An item has no merge key.
        """
        if self._places is None:
            self._places = {}
            for index in reversed(range(len(self._items))):
                self._places.setdefault(self._identity(self._items[index]), []).append(index)
        for index in self._places.pop(gone, ()):
            if self._array is not None:  # the others move up, and leave the last in its place
                self._array[len(self._items) - len(self._gone) - 1] = self._items[self._last]
            self._gone.add(index)
            while self._last in self._gone:
                self._last -= 1

    def left(self) -> list[Json]:
        """The items that are left."""
        if not self._gone:
            return list(self._items)
        left = [item for index, item in enumerate(self._items) if index not in self._gone]
        if self._array is not None:
            self._array[: len(left)] = left
        return left


def by(key: str) -> Callable[[Json], Json]:
    """What tells the items of a list of maps apart: the value of their merge key."""

    def identity(item: Json) -> Json:
        if not isinstance(item, dict) or key not in item:
            raise PatchError(500, f"map: {go_map(item)} does not contain declared merge key: {key}")
        return _hashable(item[key])

    return identity


def _itself(item: Json) -> Json:
    return _hashable(item)


def _hashable(value: Json) -> Json:
    return dumps(value, sort=True) if isinstance(value, dict | list) else (type(value), value)


def _key_of(ref: Ref | None, items: Sequence[Json]) -> Callable[[Json], Json]:
    maps = any(isinstance(item, dict) for item in items)
    return by(ref.merge_key) if maps and ref is not None and ref.merge_key else _itself


def _ordered(
    merged: list[Json], order: list[Json], server: list[Json], identity: Callable[[Json], Json]
) -> list[Json]:
    """Items in the order that is wanted, the others where the server had them."""
    wanted = {identity(item): i for i, item in reversed(list(enumerate(order)))}
    there = {identity(item): i for i, item in reversed(list(enumerate(server)))}
    left = [item for item in merged if identity(item) not in wanted]
    right = sorted(
        (item for item in merged if identity(item) in wanted), key=lambda i: wanted[identity(i)]
    )
    _sort(left, [there.get(identity(item), -1) for item in left])
    result: list[Json] = []
    i = j = 0
    while i < len(left) or j < len(right):
        if j >= len(right):
            first = True
        elif i >= len(left):
            first = False
        else:
            a, b = there.get(identity(left[i])), there.get(identity(right[j]))
            first = a is not None and b is not None and a < b
        if first:
            result.append(left[i])
            i += 1
        else:
            result.append(right[j])
            j += 1
    return result


_STABLE_BLOCK = 20
"""Up to so many items Go's stable sort inserts one after the other."""


def _sort(items: list[Json], ranks: list[int]) -> None:
    """Sort in place as the server does, which takes an item of no rank (-1) for less than any.

    That is no order, so the way of sorting shows in what comes out.
    """
    if len(items) > _STABLE_BLOCK or -1 not in ranks:
        order = sorted(range(len(items)), key=ranks.__getitem__)
        items[:] = [items[index] for index in order]
        return
    for start in range(1, len(items)):
        at = start
        while at > 0 and (-1 in (ranks[at], ranks[at - 1]) or ranks[at] < ranks[at - 1]):
            items[at], items[at - 1] = items[at - 1], items[at]
            ranks[at], ranks[at - 1] = ranks[at - 1], ranks[at]
            at -= 1


def _check_primitives(items: Json) -> None:
    if not isinstance(items, list) or any(isinstance(item, dict | list) for item in items):
        raise PatchError(400, "invalid patch format of primitive list")


def _plain(value: Json) -> Json:
    """A value as it is taken where there was none: without directives and nulls."""
    if isinstance(value, dict):
        return {
            key: _plain(item)
            for key, item in value.items()
            if item is not None
            and not _deletes(item)
            and not key.startswith(("$setElementOrder/", DELETE_FROM))
            and key not in (DIRECTIVE, RETAIN_KEYS)
        }
    if isinstance(value, list):
        return [_plain(item) for item in value if not _deletes(item)]
    return value


def go_map(value: Json) -> str:
    """A value as Go's ``%v`` prints it."""
    if isinstance(value, dict):
        return "map[" + " ".join(f"{k}:{go_map(value[k])}" for k in sorted(value)) + "]"
    if isinstance(value, list):
        return "[" + " ".join(go_map(item) for item in value) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    return "<nil>" if value is None else str(value)

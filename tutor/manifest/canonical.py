"""Values compared by what they mean to the API server.

``1024Mi`` equals ``1Gi`` where a quantity stands (and nowhere else), an explicit default equals
leaving the field out, null equals leaving it out, the order of keys never counts, and the order of
a list counts only where it has a meaning: containers, ports, volumes and mounts are found by their
keys. Names, and text in general, are exact; ``"3"`` is not ``3``.

What others call::

    value_at(document, path)         the value there, or its default, or None
    values_at(document, path)        all values of a path with ``[*]`` in it
    same(kind, path, a, b)           whether two values mean the same at that path of that kind
    meaning(kind, path, value)       a hashable that is equal exactly then
    at_least(value, quantity)        whether a quantity reaches another; False if it is none
    equal(document, other)           whether two objects mean the same

A path is what :func:`tutor.model.findings.parse_path` reads. Where it passes a list, a step is an
index (``containers[0]``), a field with its value (``containers[name=web]``) or every item
(``containers[*]``); with the last two a lesson does not depend on the order in which a learner
writes them. ``value_at`` answers the first value that is there.
"""

from collections import Counter
from collections.abc import Hashable, Iterator

from tutor.manifest.defaults import EMPTY_IS_ABSENT, Object, default
from tutor.manifest.documents import Document
from tutor.manifest.nodes import Data
from tutor.manifest.quantity import QuantityError, parse
from tutor.manifest.schema_bundle import LIST, MAP, OBJECT, QUANTITY, Ref, bundle
from tutor.model.findings import Path, parse_path

ABSENT: Hashable = ("absent",)
"""The meaning of nothing at all."""

# The API calls these atomic: a patch replaces them whole. Their order means nothing all the same.
_UNORDERED = frozenset(
    {
        ("Capabilities", "add"),
        ("Capabilities", "drop"),
        ("LabelSelector", "matchExpressions"),
        ("LabelSelectorRequirement", "values"),
        ("PersistentVolumeClaimSpec", "accessModes"),
        ("PersistentVolumeSpec", "accessModes"),
        ("PodSpec", "tolerations"),
        ("StatefulSetSpec", "volumeClaimTemplates"),
    }
)
# And init containers run in the order written, though the API finds them by name.
_ORDERED = frozenset({("PodSpec", "initContainers")})
# Written by the server, or (a claim template's kind) saying what the place says already.
_SERVER = frozenset(
    {
        "creationTimestamp",
        "generation",
        "managedFields",
        "resourceVersion",
        "selfLink",
        "uid",
    }
)


def value_at(document: Document, path: Path | str, with_defaults: bool = True) -> Data:
    """The value at a path as plain data.

    Args:
        document: Any object; one whose kind has no schema has no defaults.
        path: See the module's description.
        with_defaults: Answer what the server would fill in where the document says nothing.

    Returns:
        None where there is nothing, null, or no default.
    """
    return next(iter(values_at(document, path, with_defaults)), None)


def values_at(document: Document, path: Path | str, with_defaults: bool = True) -> list[Data]:
    """Every value at a path, nulls left out; at most one unless a step is ``[*]``."""
    steps = parse_path(path) if isinstance(path, str) else path
    found = _descend(
        document.data, steps, _root(document.kind, document.api_version), with_defaults
    )
    return [value for value in found if value is not None]


def same(kind: str, path: Path | str, a: Data, b: Data) -> bool:
    """Whether two values mean the same at a path of a kind. None is a field left out."""
    return meaning(kind, path, a) == meaning(kind, path, b)


def meaning(kind: str, path: Path | str, value: Data) -> Hashable:
    """What a value means at a path of a kind: equal for values that mean the same.

    A default that depends on fields beside it (``targetPort``) is not known here; ask
    :func:`value_at` for it first.
    """
    steps = parse_path(path) if isinstance(path, str) else path
    ref = _root(kind, "")
    owner, field = "", ""
    for step in steps:
        owner, field = (ref.name, str(step)) if ref is not None and ref.code == OBJECT else ("", "")
        ref = _below(ref, step)
    if value is None and owner:
        value = default(owner, field, {})
    return _meaning(value, ref, owner, field)


def at_least(value: Data, quantity: str) -> bool:
    """Whether a value is a quantity, and not less than another.

    Raises:
        QuantityError: ``quantity`` is none.
    """
    least = parse(quantity)
    try:
        return parse(value) >= least
    except QuantityError:
        return False


def equal(document: Document, other: Document) -> bool:
    """Whether two objects mean the same; their status and the server's own fields do not count."""
    if (document.kind, document.api_version) != (other.kind, other.api_version):
        return False
    root = _root(document.kind, document.api_version)
    return _meaning(document.data, root, "", "") == _meaning(other.data, root, "", "")


def _root(kind: str, api_version: str) -> Ref | None:
    schemas = bundle()
    if kind not in schemas.kinds:
        return None
    found = schemas.root(kind, api_version or schemas.api_version(kind))
    return schemas.ref(found.name) if found is not None else None


def _below(ref: Ref | None, step: str | int) -> Ref | None:
    if ref is None:
        return None
    if ref.code == OBJECT:
        field = ref.type.fields.get(step) if isinstance(step, str) else None
        return field.ref if field is not None else None
    return ref.item


def _descend(value: Data, steps: Path, ref: Ref | None, with_defaults: bool) -> Iterator[Data]:
    if not steps:
        yield value
        return
    step, rest = steps[0], steps[1:]
    below = _below(ref, step)
    if isinstance(value, list):
        for item in _items(value, step):
            yield from _descend(item, rest, below, with_defaults)
        return
    if not isinstance(step, str) or not (value is None or isinstance(value, dict)):
        return
    owner = value or {}
    found = owner.get(step)
    if found is None and with_defaults and ref is not None and value is not None:
        found = default(ref.name, step, owner)
    if found is not None:
        yield from _descend(found, rest, below, with_defaults)


def _items(values: list[Data], step: str | int) -> Iterator[Data]:
    if isinstance(step, int):
        yield from values[step : step + 1] if step >= 0 else ()
    elif step == "*":
        yield from values
    else:
        key, _, wanted = step.partition("=")
        for item in values:
            if isinstance(item, dict) and key in item and str(item[key]) == wanted:
                yield item


def _meaning(value: Data, ref: Ref | None, owner: str, field: str) -> Hashable:
    if value is None:
        return ABSENT
    if isinstance(value, dict):
        return _object(value, ref)
    if isinstance(value, list):
        item = ref.item if ref is not None and ref.code == LIST else None
        items = [_meaning(each, item, "", "") for each in value]
        if not items:
            return ABSENT
        if _order_counts(ref, owner, field):
            return ("list", tuple(items))
        return ("set", frozenset(Counter(items).items()))
    if ref is not None and ref.code == QUANTITY:
        try:
            return ("quantity", parse(value))
        except QuantityError:
            pass
    return (type(value).__name__, value)


def _order_counts(ref: Ref | None, owner: str, field: str) -> bool:
    if ref is None or ref.code != LIST or (owner, field) in _ORDERED:
        return True
    return ref.list_kind == "atomic" and (owner, field) not in _UNORDERED


def _object(value: Object, ref: Ref | None) -> Hashable:
    if ref is None or ref.code != OBJECT:
        item = ref.item if ref is not None and ref.code == MAP else None
        plain = {key: _meaning(each, item, "", "") for key, each in value.items()}
        # In a map of the API a null is dropped as well; elsewhere nobody knows.
        kept = frozenset((k, m) for k, m in plain.items() if m is not ABSENT)
        return ("object", kept) if kept else ABSENT
    name = ref.name
    said: dict[str, Hashable] = {}
    for key, each in value.items():
        if _is_server(name, key):
            continue
        below = _below(ref, key)
        found = _meaning(each, below, name, key)
        if found is ABSENT or found == _meaning(default(name, key, value), below, name, key):
            continue
        said[key] = found
    if name == "Volume" and said.get("emptyDir") == ("object", frozenset()):
        del said["emptyDir"]  # what a volume without a source is
    if not said and name in EMPTY_IS_ABSENT:
        return ABSENT
    return ("object", frozenset(said.items()))


def _is_server(type_name: str, key: str) -> bool:
    if type_name == "ObjectMeta":
        return key in _SERVER
    return key in ("apiVersion", "kind", "status") and type_name in bundle().kinds

"""Whether two values mean the same: ``1Gi`` is 1073741824, an empty list is none at all.

Where the real server asks whether something has changed (immutable fields, a new generation), it
compares so and not letter by letter.

Source: apimachinery pkg/api/equality/semantic.go, third_party/forked/golang/reflect/deep_equal.go.
"""

from tutor.manifest.quantity import QuantityError, parse
from tutor.manifest.schema_bundle import LIST, MAP, OBJECT, Ref, Type
from tutor.offline.admission.types import type_of, types
from tutor.offline.admission.values import Json
from tutor.offline.objects import Obj

_QUANTITY = "q"


def same(type_name: str, one: Obj, other: Obj) -> bool:
    """Whether two values of a type of the schema (``StatefulSetSpec``) mean the same."""
    return one == other or _objects(one, other, types().type(type_name))


def same_part(kind: str, api_version: str, part: str, one: Obj, other: Obj) -> bool:
    """Whether a part of two objects (``spec``) means the same, there or not."""
    left, right = one.get(part), other.get(part)
    if left == right:
        return True
    field = type_of(kind, api_version).fields.get(part)
    return _same(left, right, None if field is None else field.ref)


def _objects(one: Obj, other: Obj, type_: Type) -> bool:
    for name in one.keys() | other.keys():
        left, right = one.get(name), other.get(name)
        if left == right:
            continue
        field = type_.fields.get(name)
        if not _same(left, right, None if field is None else field.ref):
            return False
    return True


def _same(one: Json, other: Json, ref: Ref | None) -> bool:
    if one == other:
        return True
    if ref is None:
        return False
    if ref.code in (LIST, MAP) and not one and not other:
        return True
    if one is None or other is None:
        return False
    if ref.code == _QUANTITY:
        return _amounts(one, other)
    if ref.code == OBJECT and isinstance(one, dict) and isinstance(other, dict):
        return _objects(one, other, ref.type)
    if ref.code == LIST and isinstance(one, list) and isinstance(other, list):
        pairs = zip(one, other, strict=False)
        return len(one) == len(other) and all(_same(a, b, ref.item) for a, b in pairs)
    if ref.code == MAP and isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(
            _same(value, other[key], ref.item) for key, value in one.items()
        )
    return False


def _amounts(one: Json, other: Json) -> bool:
    try:
        return bool(parse(one) == parse(other))
    except QuantityError:
        return False

"""What Go makes of a null that stands in a list or a map: the zero of the item's type.

Source: sigs.k8s.io/json ``decode.go`` (array, object, literalStore).
"""

from tutor.manifest.schema_bundle import (
    BOOLEAN,
    INT32,
    INT64,
    INT_OR_STRING,
    LIST,
    MAP,
    NUMBER,
    OBJECT,
    QUANTITY,
    STRING,
    Ref,
    Type,
)
from tutor.offline.admission.values import Json
from tutor.offline.objects import Obj

_ZEROS: dict[str, Json] = {
    BOOLEAN: False,
    INT32: 0,
    INT64: 0,
    INT_OR_STRING: 0,
    NUMBER: 0,
    QUANTITY: "0",
    STRING: "",
}


def settled(obj: Obj, type_: Type) -> Obj:
    """An object whose lists and maps hold no null. It is the same one where there was none."""
    made = obj
    for name, value in obj.items():
        field = type_.fields.get(name)
        if field is None or not isinstance(value, dict | list):
            continue
        found = _within(value, field.ref)
        if found is not value:
            made = {**made, name: found}
    return made


def _within(value: Json, ref: Ref) -> Json:
    if ref.code == OBJECT and isinstance(value, dict):
        return settled(value, ref.type)
    item = ref.item
    if item is None:
        return value
    if ref.code == LIST and isinstance(value, list):
        items = [_item(one, item) for one in value]
        same = all(one is other for one, other in zip(items, value, strict=True))
        return value if same else items
    if ref.code == MAP and isinstance(value, dict):
        held = {key: _item(one, item) for key, one in value.items()}
        return value if all(held[key] is one for key, one in value.items()) else held
    return value


def _item(value: Json, ref: Ref) -> Json:
    if value is None:
        return {} if ref.code == OBJECT else _ZEROS.get(ref.code)
    return _within(value, ref)

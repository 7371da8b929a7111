"""Names of Go's types and embedded structs, as its JSON decoder puts them into messages.

``gotypes.json`` holds what the schemas do not tell; ``tools/generate_gotypes.py`` reads it from a
Go client. Source: ``types.go`` of ``k8s.io/api``.
"""

import json
import pkgutil
from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from tutor.manifest.schema_bundle import LIST, MAP, OBJECT, Ref

_SCALARS = {
    "s": "string",
    "i": "int32",
    "l": "int64",
    "n": "float64",
    "b": "bool",
    "y": "[]uint8",
    "t": "v1.Time",
    "q": "resource.Quantity",
    "x": "intstr.IntOrString",
}


class _Table(NamedTuple):
    """What is known beside the schemas: of each type, by field."""

    embedded: Mapping[str, Mapping[str, tuple[str, ...]]]
    named: Mapping[str, Mapping[str, str]]


@cache
def _table() -> _Table:
    data = json.loads(pkgutil.get_data(__name__, "gotypes.json") or b"{}")
    embedded = {
        owner: {
            field: tuple(structs.split("."))
            for structs, fields in within.items()
            for field in fields
        }
        for owner, within in data["embedded"].items()
    }
    return _Table(embedded, data["named"])


@cache
def go_type(owner: str, field: str, ref: Ref) -> str:
    """What Go prints for the type of a field: ``int32``, ``[]v1.Container``.

    Args:
        owner: Name of the type that has the field.
        field: Its name.
        ref: What it may be.
    """
    return _table().named.get(owner, {}).get(field) or _derived(ref)


@cache
def item_type(whole: str, ref: Ref) -> str:
    """What Go prints for what a list or a map holds.

    Args:
        whole: What it prints for the list or the map.
        ref: What the item may be.
    """
    for prefix in ("[]", "map[string]"):
        if whole.startswith(prefix):
            return whole.removeprefix(prefix).removeprefix("*")
    return _derived(ref)


@cache
def embedded(owner: str, field: str) -> tuple[str, ...]:
    """The structs within a type through which Go reaches a field, the outermost first."""
    return _table().embedded.get(owner, {}).get(field, ())


def _derived(ref: Ref) -> str:
    if ref.item is not None and ref.code in (LIST, MAP):
        return ("[]" if ref.code == LIST else "map[string]") + _derived(ref.item)
    if ref.code == OBJECT:
        return "v1." + struct_name(ref.name)
    return _SCALARS.get(ref.code, "interface {}")


def struct_name(type_name: str) -> str:
    """The Go name of a type of the bundle."""
    return type_name.rpartition(".")[2]

"""Custom resources held against the schema of their definition.

What the schema does not know is dropped (and told as an unknown field), defaults are filled in,
types and the simple bounds are checked. Patterns, formats and CEL rules are not evaluated here.

Source: apiextensions-apiserver ``pkg/apiserver/schema/{pruning,defaulting}``,
``pkg/apiserver/validation``.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from tutor.manifest.schema_bundle import Ref
from tutor.offline.admission.defaults import default
from tutor.offline.admission.gojson import quote
from tutor.offline.admission.types import types
from tutor.offline.admission.values import Json, copied
from tutor.offline.admission.wire import encode
from tutor.offline.errors import Cause
from tutor.offline.objects import Obj

Schema = Mapping[str, Any]
_OWN = ("apiVersion", "kind", "metadata")
_PRESERVE = "x-kubernetes-preserve-unknown-fields"
_INT_OR_STRING = "x-kubernetes-int-or-string"
_EMBEDDED = "x-kubernetes-embedded-resource"
_DEEPEST = 100


def finished(obj: Obj, schema: Schema) -> Obj:
    """An object as it is kept: without what is unknown, with what was left out."""
    made = _kept({k: v for k, v in obj.items() if k not in _OWN}, _inner(schema), 0)
    metadata = types().type("ObjectMeta")
    head = {k: obj[k] for k in ("apiVersion", "kind") if k in obj}
    given = obj.get("metadata")
    held = given.get("managedFields") if isinstance(given, dict) else None
    plain = {k: v for k, v in (given or {}).items() if k != "managedFields"}
    made_meta = encode(default(plain, metadata, {}), metadata)
    if held is not None:
        made_meta["managedFields"] = held
    return {**head, "metadata": made_meta, **made}


def _inner(schema: Schema) -> Schema:
    """The schema of all that is not common to every object."""
    known = {k: v for k, v in (schema.get("properties") or {}).items() if k not in _OWN}
    inner = {**schema, "properties": known}
    return inner if schema else {_PRESERVE: True}


def _kept(value: Json, schema: Schema, depth: int) -> Json:
    if depth > _DEEPEST:
        return copied(value)
    if isinstance(value, dict):
        properties = schema.get("properties") or {}
        more = schema.get("additionalProperties")
        whole = bool(schema.get(_PRESERVE)) or more is True or not schema
        made: Obj = {}
        for name, item in value.items():
            if name in properties:
                below = properties[name]
                if item is None and not below.get("nullable"):
                    continue
                made[name] = _kept(item, below, depth + 1)
            elif schema.get(_EMBEDDED) and name in _OWN:
                made[name] = copied(item)
            elif isinstance(more, dict):
                made[name] = _kept(item, more, depth + 1)
            elif whole:
                made[name] = copied(item)
        for name, below in properties.items():
            if name not in made and isinstance(below, dict) and "default" in below:
                made[name] = _kept(copied(below["default"]), below, depth + 1)
        return made
    items = schema.get("items")
    if isinstance(value, list) and isinstance(items, dict):
        return [_kept(one, items, depth + 1) for one in value]
    return copied(value)


def unknown(obj: Obj, schema: Schema) -> list[str]:
    """The fields that will be dropped, as strict decoding tells them."""
    rest = {k: v for k, v in obj.items() if k not in _OWN}
    return [f"unknown field {quote(path)}" for path in _unknown(rest, _inner(schema), "", 0)]


def _unknown(value: Json, schema: Schema, path: str, depth: int) -> Iterator[str]:
    if depth > _DEEPEST:
        return
    if isinstance(value, dict):
        properties = schema.get("properties") or {}
        more = schema.get("additionalProperties")
        whole = bool(schema.get(_PRESERVE)) or more is True or not schema
        for name, item in value.items():
            below = properties.get(name)
            where = f"{path}.{name}" if path else name
            if below is None and isinstance(more, dict):
                below = more
            if below is not None:
                yield from _unknown(item, below, where, depth + 1)
            elif not whole and not (schema.get(_EMBEDDED) and name in _OWN):
                yield where
    items = schema.get("items")
    if isinstance(value, list) and isinstance(items, dict):
        for index, one in enumerate(value):
            yield from _unknown(one, items, f"{path}[{index}]", depth + 1)


_TYPES: Mapping[str, tuple[type, ...]] = {
    "array": (list,),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
    "object": (dict,),
    "string": (str,),
}


def causes(obj: Obj, schema: Schema) -> list[Cause]:
    """What is wrong with an object by its schema."""
    rest = {k: v for k, v in obj.items() if k not in _OWN}
    inner = _inner(schema)
    required = [one for one in inner.get("required") or () if one not in _OWN]
    return list(_causes(rest, {**inner, "required": required}, "", 0))


def _causes(value: Json, schema: Schema, path: str, depth: int) -> Iterator[Cause]:
    if depth > _DEEPEST or (value is None and schema.get("nullable")):
        return
    wanted = schema.get("type") or ""
    fits = _TYPES.get(wanted)
    if schema.get(_INT_OR_STRING):
        fits, wanted = (int, str), "integer,string"
    if fits is not None and (
        not isinstance(value, fits) or (isinstance(value, bool) and bool not in fits)
    ):
        yield _mismatch(value, wanted, path)
        return
    yield from _bounds(value, schema, path)
    if isinstance(value, dict):
        properties = schema.get("properties") or {}
        for name in schema.get("required") or ():
            if name not in value:
                where = f"{path}.{name}" if path else name
                yield Cause("FieldValueRequired", "Required value", where)
        more = schema.get("additionalProperties")
        for name, item in value.items():
            below = properties.get(name, more)
            if isinstance(below, dict):
                yield from _causes(item, below, f"{path}.{name}" if path else name, depth + 1)
    items = schema.get("items")
    if isinstance(value, list) and isinstance(items, dict):
        for index, one in enumerate(value):
            yield from _causes(one, items, f"{path}[{index}]", depth + 1)


def _mismatch(value: Json, wanted: str, path: str) -> Cause:
    kinds = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array"}
    found = "null" if value is None else kinds.get(type(value), "object")
    message = f'Invalid value: "{found}": {path} in body must be of type {wanted}: "{found}"'
    return Cause("FieldValueTypeInvalid", message, path)


def _bounds(value: Json, schema: Schema, path: str) -> Iterator[Cause]:
    """The bounds of Kubernetes' schemas that cost nothing to check."""
    words = schema.get("enum")
    if words is not None and value not in words:
        named = ", ".join(quote(one) if isinstance(one, str) else json.dumps(one) for one in words)
        shown = quote(value) if isinstance(value, str) else json.dumps(value)
        message = f"Unsupported value: {shown}: supported values: {named}"
        yield Cause("FieldValueNotSupported", message, path)
    number = isinstance(value, int | float) and not isinstance(value, bool)
    least, most = schema.get("minimum"), schema.get("maximum")
    told = f"Invalid value: {json.dumps(value) if number else 0}: {path} in body should be"
    if number and least is not None and value < least:
        yield Cause("FieldValueInvalid", f"{told} greater than or equal to {least}", path)
    if number and most is not None and value > most:
        yield Cause("FieldValueInvalid", f"{told} less than or equal to {most}", path)
    if isinstance(value, str):
        most = schema.get("maxLength")
        if most is not None and len(value) > most:
            message = f"Too long: may not be more than {most} bytes"
            yield Cause("FieldValueTooLong", message, path)
        if len(value) < (schema.get("minLength") or 0):
            least = schema["minLength"]
            message = f"{path} in body should be at least {least} chars long"
            yield Cause("FieldValueInvalid", f"Invalid value: {quote(value)}: {message}", path)
    if isinstance(value, list):
        count, least, most = len(value), schema.get("minItems"), schema.get("maxItems")
        if most is not None and count > most:
            yield Cause(
                "FieldValueTooMany", f"Too many: {count}: must have at most {most} items", path
            )
        if least is not None and count < least:
            message = f"Invalid value: {count}: {path} in body should have at least {least} items"
            yield Cause("FieldValueInvalid", message, path)


# -- types, for owners of fields

_SCALARS = {"string": "s", "integer": "l", "number": "n", "boolean": "b"}
_MOST_TYPES = 20_000
_KEPT = 64
_named: dict[int, tuple[Schema, str]] = {}
"""The last schemas and the names of their types: what is stored never changes."""
_SAFE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.$/")


def reference(schema: Schema) -> Ref:
    """The type of a whole object, for what owners of its fields are told by.

    It is named by what the schema says, so that equal schemas share it.
    """
    kept = _named.get(id(schema))
    if kept is not None and kept[0] is schema:
        return types().ref(kept[1])
    text = json.dumps(schema, sort_keys=True)
    name = f"Custom.{hashlib.sha256(text.encode()).hexdigest()[:24]}"
    bundle = types()
    if not bundle.described(name):
        made: dict[str, str] = {}
        fields = {**_inner(schema).get("properties", {})}
        packed = [
            f"{k}={_packed(v, f'{name}.{i}', made, 0)}"
            for i, (k, v) in enumerate(fields.items())
            if _safe(k)
        ]
        made[name] = " ".join(["apiVersion=s", "kind=s", "metadata=ObjectMeta", *packed])
        bundle.describe(made)
    if len(_named) >= _KEPT:
        _named.pop(next(iter(_named)))
    _named[id(schema)] = schema, name
    return bundle.ref(name)


def _safe(name: str) -> bool:
    return bool(name) and set(name) <= _SAFE


def _packed(schema: Schema, name: str, made: dict[str, str], depth: int) -> str:
    if depth > _DEEPEST or len(made) > _MOST_TYPES or schema.get(_PRESERVE):
        return "*"
    if schema.get(_INT_OR_STRING):
        return "x"
    kind = schema.get("type")
    if kind == "array" and isinstance(schema.get("items"), dict):
        listed = schema.get("x-kubernetes-list-type") or "atomic"
        keys = ",".join(schema.get("x-kubernetes-list-map-keys") or ())
        if not all(map(_safe, keys.split(",") if keys else ())):
            return "*"
        return f"[{listed}:{keys}|:]{_packed(schema['items'], f'{name}.i', made, depth + 1)}"
    if kind == "object":
        how = "atomic" if schema.get("x-kubernetes-map-type") == "atomic" else ""
        more = schema.get("additionalProperties")
        if isinstance(more, dict):
            return f"{{{how}}}{_packed(more, f'{name}.v', made, depth + 1)}"
        properties = schema.get("properties") or {}
        if how or not properties or not all(map(_safe, properties)):
            return "*"
        fields = [
            f"{key}={_packed(below, f'{name}.{index}', made, depth + 1)}"
            for index, (key, below) in enumerate(properties.items())
        ]
        made[name] = " ".join(fields)
        return name
    return _SCALARS.get(str(kind), "*")

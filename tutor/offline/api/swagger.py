"""The OpenAPI v2 document: the definitions of version 3, in the older words.

``kubectl explain --output=plaintext-openapiv2`` and clients from before version 3 read it. It tells
of the types; it has no paths.

Source: kube-openapi pkg/builder3/util (which turns one into the other) and pkg/handler/handler.go,
gnostic-models openapiv2/OpenAPIv2.proto.
"""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from tutor.offline.api import openapi

ASKED = (
    "application/com.github.proto-openapi.spec.v2@v1.0+protobuf",
    "application/com.github.proto-openapi.spec.v2.v1.0+protobuf",
)
"""What clients call the document in protobuf."""
MEDIA = ASKED[1]
"""What the answer is called: ``@`` is not allowed in a media type, and newer clients hold to it."""
_INFO = {"title": "Kubernetes", "version": "v1.36.2"}
_HERE, _THERE = "#/components/schemas/", "#/definitions/"
_DROPPED = frozenset({"default", "nullable"})
_TEXTS = {"$ref": 1, "format": 2, "title": 3, "description": 4}
_MORE, _TYPE, _ITEMS, _PROPERTIES, _ENUM, _REQUIRED, _EXTENSION = 21, 22, 23, 25, 20, 19, 31
"""Numbers of the fields of a ``Schema``."""


@cache
def document() -> dict[str, Any]:
    """The document."""
    found: dict[str, Any] = {}
    for path in openapi.PATHS:
        found |= json.loads(openapi.document(path))["components"]["schemas"]
    definitions = {name: _older(found[name]) for name in sorted(found)}
    return {"swagger": "2.0", "info": _INFO, "paths": {}, "definitions": definitions}


@cache
def encoded() -> bytes:
    """The document in protobuf."""
    info = _text(1, _INFO["title"]) + _text(2, _INFO["version"])
    definitions = _named(document()["definitions"])
    return _text(1, "2.0") + _field(2, info) + _field(8, b"") + _field(9, definitions)


def _older(schema: Mapping[str, Any]) -> dict[str, Any]:
    """A schema of version 3 in the words of version 2: no defaults, no choices."""
    made = {key: value for key, value in schema.items() if key not in _DROPPED}
    one, *_ = made.pop("allOf", None) or [{}]
    made |= one
    if "oneOf" in made:  # a Quantity, or an IntOrString
        del made["oneOf"]
        made["type"] = "string"
    if "$ref" in made:
        made["$ref"] = made["$ref"].replace(_HERE, _THERE)
    for key in ("items", "additionalProperties"):
        if isinstance(made.get(key), dict):
            made[key] = _older(made[key])
    if "properties" in made:
        made["properties"] = {name: _older(one) for name, one in made["properties"].items()}
    return made


def _schema(schema: Mapping[str, Any]) -> bytes:
    return b"".join(_fields(schema))


def _fields(schema: Mapping[str, Any]) -> Iterator[bytes]:
    for key, value in schema.items():
        if key in _TEXTS:
            yield _text(_TEXTS[key], value)
        elif key == "required":
            yield b"".join(_text(_REQUIRED, one) for one in value)
        elif key == "enum":
            yield b"".join(_field(_ENUM, _any(one)) for one in value)
        elif key == "additionalProperties":
            yield _field(_MORE, _field(1, _schema(value)))
        elif key == "type":
            yield _field(_TYPE, _text(1, value))
        elif key == "items":
            yield _field(_ITEMS, _field(1, _schema(value)))
        elif key == "properties":
            yield _field(_PROPERTIES, _named(value))
        elif key.startswith("x-"):
            yield _field(_EXTENSION, _text(1, key) + _field(2, _any(value)))


def _named(schemas: Mapping[str, Any]) -> bytes:
    """A map of schemas: pairs of a name and a schema."""
    return b"".join(
        _field(1, _text(1, name) + _field(2, _schema(one))) for name, one in schemas.items()
    )


def _any(value: object) -> bytes:
    """Anything, as YAML."""
    return _text(2, json.dumps(value) + "\n")


def _text(number: int, value: str) -> bytes:
    return _field(number, value.encode())


def _field(number: int, value: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(value)) + value


def _varint(value: int) -> bytes:
    made = bytearray()
    while value > 0x7F:
        made.append(value & 0x7F | 0x80)
        value >>= 7
    made.append(value)
    return bytes(made)

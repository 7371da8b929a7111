r"""Request bodies in protobuf, as kubectl and other clients of Go's send some of them.

A body is the prefix ``k8s\0`` and a ``runtime.Unknown``, which names the type and holds the object.
The numbers of fields are in ``protobuf.json`` (``tools/generate_protobuf.py``); what they hold is
known from the schemas. Answers are always JSON, which those clients take as well.

Source: apimachinery ``pkg/runtime/serializer/protobuf``.
"""

import base64
import json
import pkgutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache

from tutor.manifest.schema_bundle import (
    ANY,
    BOOLEAN,
    BYTES,
    INT_OR_STRING,
    LIST,
    MAP,
    OBJECT,
    QUANTITY,
    STRING,
    TIME,
    Ref,
    Type,
)
from tutor.offline.admission.types import type_of
from tutor.offline.admission.values import Json
from tutor.offline.objects import Obj

MEDIA_TYPE = "application/vnd.kubernetes.protobuf"
PREFIX = b"k8s\x00"
MAX_DEPTH = 100
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SIGN = 1 << 63
_LATEST = 253_402_300_799
_MICRO = frozenset({"acquireTime", "eventTime", "lastObservedTime", "renewTime"})
"""Fields of the type MicroTime."""


class ProtobufError(ValueError):
    """Bytes that are no such body. ``str()`` is the server's wording."""


def decode(data: bytes) -> Obj:
    """The object of a body, with its ``apiVersion`` and ``kind``.

    Raises:
        ProtobufError: It is none, or of a kind that is not served.
    """
    if not data.startswith(PREFIX):
        raise ProtobufError(
            "provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]"
        )
    api_version = kind = ""
    raw = b""
    for number, value in _parts(data[len(PREFIX) :]):
        if number == 1 and isinstance(value, bytes):
            names = {one: _text(text) for one, text in _parts(value) if isinstance(text, bytes)}
            api_version, kind = names.get(1, ""), names.get(2, "")
        elif number == 2 and isinstance(value, bytes):
            raw = value
    try:
        type_ = type_of(kind, _home(kind, api_version))
    except KeyError:
        raise ProtobufError(f'no kind "{kind}" is registered for version "{api_version}"') from None
    return {"apiVersion": api_version, "kind": kind, **_object(raw, type_, 0)}


def _home(kind: str, api_version: str) -> str:
    """Options come in the version of the objects they are for."""
    return "v1" if kind == "DeleteOptions" else api_version


@cache
def _numbers() -> dict[str, dict[str, Json]]:
    table: dict[str, dict[str, Json]] = json.loads(
        pkgutil.get_data("tutor.offline.admission", "protobuf.json") or b""
    )
    return table


def _object(data: bytes, type_: Type, depth: int) -> Obj:
    if depth > MAX_DEPTH:
        raise ProtobufError("exceeded max depth")
    made: Obj = {}
    _fill(made, data, _numbers().get(type_.name, {}), type_, depth)
    return made


def _fill(made: Obj, data: bytes, numbers: dict[str, Json], type_: Type, depth: int) -> None:
    for number, value in _parts(data):
        name = numbers.get(str(number))
        if isinstance(name, dict):
            if isinstance(value, bytes):
                _fill(made, value, name, type_, depth)
        elif name is not None:
            ref = type_.fields[name].ref
            if ref.code == LIST and ref.item is not None:
                made.setdefault(name, []).append(_value(value, ref.item, depth))
            elif ref.code == MAP and ref.item is not None and isinstance(value, bytes):
                entry = dict(_parts(value))
                key = entry.get(1, b"")
                made.setdefault(name, {})[_text(key)] = _value(entry.get(2, b""), ref.item, depth)
            elif name in _MICRO and isinstance(value, bytes):
                made[name] = _time(dict(_parts(value)), micro=True)
            else:
                made[name] = _value(value, ref, depth)


def _value(value: int | bytes, ref: Ref, depth: int) -> Json:
    code = ref.code
    if isinstance(value, int):
        if code == BOOLEAN:
            return bool(value)
        return value - 2 * _SIGN if value >= _SIGN else value
    if code == OBJECT:
        return _object(value, ref.type, depth + 1)
    if code == STRING:
        return _text(value)
    if code == BYTES:
        return base64.b64encode(value).decode()
    if code == LIST and ref.item is not None:  # as in a map of lists
        return [_value(one, ref.item, depth) for number, one in _parts(value) if number == 1]
    parts = dict(_parts(value))
    if code == QUANTITY:
        return _text(parts.get(1, b"0"))
    if code == INT_OR_STRING:
        number = parts.get(2, 0)
        return _text(parts.get(3, b"")) if parts.get(1) else _value(number, ref, depth)
    if code == TIME:
        return _time(parts)
    if code == ANY:
        return _json(parts.get(1, b""))
    raise ProtobufError(f"illegal wireType {_BYTES}")


def _time(parts: dict[int, int | bytes], micro: bool = False) -> str | None:
    seconds, nanos = parts.get(1, 0), parts.get(2, 0)
    if not isinstance(seconds, int) or not 0 < seconds <= _LATEST:
        return None
    moment = _EPOCH + timedelta(seconds=seconds)
    if micro and isinstance(nanos, int):
        moment += timedelta(microseconds=nanos % 1_000_000_000 // 1000)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ" if micro else "%Y-%m-%dT%H:%M:%SZ")


def _json(data: int | bytes) -> Json:
    try:
        return json.loads(data) if isinstance(data, bytes) and data else None
    except (ValueError, RecursionError):
        return None


def _text(data: int | bytes) -> str:
    return data.decode("utf-8", "replace") if isinstance(data, bytes) else ""


def _parts(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        number, wire = key >> 3, key & 7
        if not number:
            raise ProtobufError(f"illegal tag {number} (wire type {wire})")
        if wire == _VARINT:
            value, at = _varint(data, at)
            yield number, value
            continue
        if wire == _BYTES:
            length, at = _varint(data, at)
        elif wire in (_FIXED64, _FIXED32):
            length = 8 if wire == _FIXED64 else 4
        else:
            raise ProtobufError(f"illegal wireType {wire}")
        if at + length > len(data):
            raise ProtobufError("unexpected EOF")
        yield number, data[at : at + length]
        at += length


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while at < len(data):
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value & (2 * _SIGN - 1), at
        shift += 7
        if shift >= 70:
            raise ProtobufError("integer overflow")
    raise ProtobufError("unexpected EOF")

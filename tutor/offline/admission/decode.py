"""Request bodies → objects, with the server's words for everything that can be wrong with them.

Source: apimachinery ``runtime/serializer/json`` and apiserver ``endpoints/handlers``
(``transformDecodeError``, ``summarizeData``); the recordings hold the texts.
"""

from collections.abc import Callable
from typing import NamedTuple

from tutor.manifest.bodies import BodyError, read_body
from tutor.manifest.quantity import QuantityError, parse
from tutor.manifest.schema_bundle import (
    ANY,
    BOOLEAN,
    INT32,
    INT64,
    INT_OR_STRING,
    LIST,
    MAP,
    NUMBER,
    OBJECT,
    QUANTITY,
    TIME,
    Ref,
    Type,
)
from tutor.offline.admission import gotime, protobuf
from tutor.offline.admission.gojson import Decimal, Doubled, JsonError, loads, quote
from tutor.offline.admission.gotypes import go_type, struct_name
from tutor.offline.admission.protobuf import ProtobufError
from tutor.offline.admission.types import internal_name, registered, type_of
from tutor.offline.admission.values import Json
from tutor.offline.errors import ApiError
from tutor.offline.objects import Obj

STRICT = "Strict"
WARN = "Warn"
IGNORE = "Ignore"

_SUMMARY = 30
"""Bytes of a body that an error repeats."""
_META = (
    'struct { APIVersion string "json:\\"apiVersion,omitempty\\"";'
    ' Kind string "json:\\"kind,omitempty\\"" }'
)
_SCHEME = "pkg/api/legacyscheme/scheme.go:30"
_JSON, _YAML = "application/json", "application/yaml"
_EARLIER = frozenset({("Eviction", "policy/v1beta1")})
"""What is still taken in an older form, which is the same.

Source: pkg/registry/core/pod/storage/eviction.go, AcceptsGroupVersion.
"""
_INT32 = 1 << 31
_INT64 = 1 << 63


class Decoded(NamedTuple):
    """An object, and the texts of the warnings to send with it."""

    obj: Obj
    warnings: tuple[str, ...]


class DecodeError(ValueError):
    """A body that does not fit its type. ``str()`` is the server's wording.

    Attributes:
        converted: The wording where the object did not come as JSON but as a map that was patched;
            empty where it is the same.
    """

    def __init__(self, message: str, converted: str = "") -> None:
        super().__init__(message)
        self.converted = converted


def bad_request(message: str) -> ApiError:
    """400, as the server says it."""
    return ApiError(400, "BadRequest", message)


def decode(
    body: bytes,
    content_type: str,
    kind: str,
    api_version: str,
    validation: str = "",
    *,
    custom: Callable[[Obj], list[str]] | None = None,
) -> Decoded:
    """Read a body that should be of a kind. Zeros and unknown fields are still as sent.

    Args:
        body: As received.
        content_type: Its media type; parameters are ignored. Empty for JSON.
        kind: The kind expected: ``StatefulSet``.
        api_version: Its API version: ``apps/v1``.
        validation: ``Strict``, ``Warn`` (or empty), ``Ignore``: what unknown and doubled fields do.
        custom: For a custom resource, what finds its unknown fields in place of a type.

    Raises:
        ApiError: 400 or 415.
    """
    media = _media(content_type)
    repeated: tuple[tuple[int, str], ...] = ()
    value: Json
    try:
        if media == protobuf.MEDIA_TYPE:
            value = protobuf.decode(body)
        elif media == _YAML:
            value, repeated = read_body(body.decode("utf-8", "replace"))
        else:
            value = _json(body.decode("utf-8", "replace"))
        found_version, found_kind = _gvk(value)
    except (BodyError, DecodeError, ProtobufError) as error:
        raise bad_request(
            f"the object provided is unrecognized (must be of type {kind}):"
            f" {error} ({summary(body)})"
        ) from None
    obj: Obj = value if isinstance(value, dict) else {}
    found_version, found_kind = found_version or api_version, found_kind or kind
    if (found_kind, found_version) in _EARLIER:
        found_version = api_version
    strict: list[str] = []
    try:
        if custom is None or found_kind != kind:
            known(found_kind, found_version, kind, api_version)
        if repeated:
            lines = "".join(f'\n  line {n}: key "{key}" already set in map' for n, key in repeated)
            strict.append(f"yaml: unmarshal errors:{lines}")
        if custom is not None:
            strict += custom(obj)
        else:
            read_version = found_version if found_kind == kind else api_version
            strict += check(obj, _read_as(kind, read_version, api_version))
        if strict and validation == STRICT:
            raise DecodeError(f"strict decoding error: {', '.join(strict)}")
    except DecodeError as error:
        version = found_version.rpartition("/")[2]
        raise bad_request(
            f"{found_kind} in version {quote(version)} cannot be handled as a {kind}: {error}"
        ) from None
    if found_version != api_version:
        raise bad_request(
            f"the API version in the data ({found_version}) does not match the expected API"
            f" version ({api_version})"
        )
    obj = {"kind": kind, "apiVersion": api_version, **_without_type(obj)}
    return Decoded(obj, () if validation == IGNORE else as_warnings(strict))


def _read_as(kind: str, found_version: str, api_version: str) -> Type:
    try:
        return type_of(kind, found_version)
    except KeyError:
        return type_of(kind, api_version)


def as_warnings(strict: list[str]) -> tuple[str, ...]:
    """Strict errors as they are sent in Warning headers."""
    texts: list[str] = []
    for text in strict:
        head, _, rest = text.partition("yaml: unmarshal errors:\n  ")
        texts += [text] if head or not rest else rest.split("\n  ")
    return tuple(texts)


def summary(body: bytes) -> str:
    """What an error repeats of a body: its beginning, in hexadecimal where it is no JSON object."""
    if not body:
        return "<empty>"
    more = " ..." if len(body) > _SUMMARY else ""
    head = body[:_SUMMARY]
    shown = head.decode("utf-8", "replace") if head.startswith(b"{") else head.hex()
    return shown + more


def _media(content_type: str) -> str:
    media = content_type.partition(";")[0].strip().lower() or _JSON
    if media in (_JSON, _YAML, protobuf.MEDIA_TYPE):
        return media
    raise ApiError(
        415,
        "UnsupportedMediaType",
        "the body of the request was in an unknown format - accepted media types include:"
        " application/json, application/yaml, application/vnd.kubernetes.protobuf",
    )


def _json(text: str) -> Json:
    try:
        return loads(text)
    except JsonError as error:
        raise DecodeError(f"couldn't get version/kind; json parse error: {error}") from None


def _gvk(value: Json) -> tuple[str, str]:
    prefix = "couldn't get version/kind; json parse error: json: cannot unmarshal"
    if value is None:
        return "", ""
    if not isinstance(value, dict):
        raise DecodeError(f"{prefix} {go_kind(value)} into Go value of type {_META}")
    for field in ("apiVersion", "kind"):
        found = value.get(field)
        if not isinstance(found, str | None):
            raise DecodeError(
                f"{prefix} {go_kind(found)} into Go struct field .{field} of type string"
            )
    return value.get("apiVersion") or "", value.get("kind") or ""


def known(kind: str, version: str, expected: str, expected_version: str) -> None:
    """Refuse a kind that the scheme does not know, or that is not the one expected.

    Raises:
        DecodeError: It is refused.
    """
    if not registered(kind, version):
        raise DecodeError(
            f"no kind {quote(kind)} is registered for version {quote(version)} in scheme"
            f" {quote(_SCHEME)}"
        )
    if kind != expected:
        into = internal_name(expected, expected_version)
        raise DecodeError(
            f"converting ({version.rpartition('/')[2]}.{kind}) to ({into}): unknown conversion"
        )


def _without_type(obj: Obj) -> Obj:
    return {key: value for key, value in obj.items() if key not in ("kind", "apiVersion")}


def go_kind(value: Json) -> str:
    """What Go's decoder calls a JSON value."""
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, str):
        return "string"
    if isinstance(value, dict):
        return "object"
    if isinstance(value, list):
        return "array"
    return "number"


def check(obj: Obj, type_: Type) -> list[str]:
    """Hold an object against its type, as Go's decoder does.

    Returns:
        Unknown and doubled fields, in the order met.

    Raises:
        DecodeError: A value is of another type than the field. The first one met counts.
    """
    strict: list[str] = []
    _check_object(obj, type_, (), "", strict.append)
    return strict


_Report = Callable[[str], None]


def _check_object(
    obj: Obj, type_: Type, names: tuple[str, ...], path: str, report: _Report
) -> None:
    fields = type_.fields
    prefix = f"{path}." if path else ""
    seen: set[str] = set()
    told: set[str] = set()
    for key in obj.sequence if isinstance(obj, Doubled) else obj:
        field, value = fields.get(key), obj[key]
        if key in seen:
            if field is not None and key not in told:  # one that is unknown is only told to be that
                report(f"duplicate field {quote(prefix + key)}")
                told.add(key)
            continue
        seen.add(key)
        if field is None:
            report(f"unknown field {quote(prefix + key)}")
        elif value is not None:
            where = _Where(type_.name, key, field.ref, (*names, key))
            _check(value, field.ref, where, prefix + key, report)


class _Where(NamedTuple):
    """The struct field being decoded, as messages name it."""

    owner: str
    field: str
    ref: Ref
    names: tuple[str, ...]


_RESTORED = {OBJECT: "struct from:", LIST: "slice from", MAP: "map from"}
_GO_KINDS = {"array": "slice", "object": "map", "number": "int64"}
_SCALAR_KINDS = {INT32: "int32", INT64: "int64", BOOLEAN: "bool", NUMBER: "float64"}


def _mismatch(value: Json, where: _Where, type_: str, code: str) -> DecodeError:
    shown = kind = go_kind(value)
    if kind == "number" and type_ in ("int32", "int64"):
        shown = f"number {value.text if isinstance(value, Decimal) else value}"
    if code in _RESTORED:
        go = "float64" if isinstance(value, float) else _GO_KINDS.get(kind, kind)
        converted = f"cannot restore {_RESTORED[code]} {go}"
    else:
        converted = f"unrecognized type: {_SCALAR_KINDS.get(code, 'string')}"
    return DecodeError(
        f"json: cannot unmarshal {shown} into Go struct field"
        f" {struct_name(where.owner)}.{'.'.join(where.names)} of type {type_}",
        converted,
    )


def _check(value: Json, ref: Ref, where: _Where, path: str, report: _Report) -> None:
    code = ref.code
    if code == OBJECT:
        if not isinstance(value, dict):
            raise _mismatch(value, where, go_type(where.owner, where.field, ref), code)
        _check_object(value, ref.type, where.names, path, report)
    elif code == LIST:
        if not isinstance(value, list):
            raise _mismatch(value, where, go_type(where.owner, where.field, ref), code)
        assert ref.item is not None  # noqa: S101
        for index, item in enumerate(value):
            if item is not None:
                _check(item, ref.item, where, f"{path}[{index}]", report)
    elif code == MAP:
        if not isinstance(value, dict):
            raise _mismatch(value, where, go_type(where.owner, where.field, ref), code)
        assert ref.item is not None  # noqa: S101
        if isinstance(value, Doubled):
            for key in value.twice:
                report(f"duplicate field {quote(f'{path}.{key}')}")
        for key, item in value.items():
            if item is not None:
                _check(item, ref.item, where, f"{path}.{key}", report)
    elif code != ANY:
        _check_scalar(value, code, where, ref)


def _check_scalar(value: Json, code: str, where: _Where, ref: Ref) -> None:
    if code == QUANTITY:
        try:
            if isinstance(value, bool | dict | list):
                raise QuantityError.form()
            parse(value.text if isinstance(value, Decimal) else value)
        except QuantityError as error:
            raise DecodeError(str(error)) from None
        return
    if code in (INT32, INT64):
        bound = _INT32 if code == INT32 else _INT64
        whole = isinstance(value, int) and not isinstance(value, bool)
        if not whole or not -bound <= value < bound:
            raise _mismatch(value, where, go_type(where.owner, where.field, ref), code)
    elif code == BOOLEAN:
        if not isinstance(value, bool):
            raise _mismatch(value, where, "bool", code)
    elif code == NUMBER:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise _mismatch(value, where, "float64", code)
    elif code == INT_OR_STRING:
        whole = isinstance(value, int) and not isinstance(value, bool)
        if isinstance(value, str):
            return
        if not whole or not -_INT32 <= value < _INT32:
            raise _mismatch(value, where, "int32", code)
    elif not isinstance(value, str):
        raise _mismatch(value, where, go_type(where.owner, where.field, ref), code)
    elif code == TIME:
        problem = gotime.problem(value)
        if problem:
            raise DecodeError(problem)

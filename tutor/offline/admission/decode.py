"""Request bodies → objects, with the server's words for everything that can be wrong with them.

Source: apimachinery ``runtime/serializer/json`` and apiserver ``endpoints/handlers``
(``transformDecodeError``, ``summarizeData``); the recordings hold the texts.
"""

from typing import NamedTuple

from tutor.manifest.bodies import BodyError, read_body
from tutor.manifest.quantity import QuantityError, parse
from tutor.manifest.schema_bundle import (
    ANY,
    BOOLEAN,
    BYTES,
    INT32,
    INT64,
    INT_OR_STRING,
    LIST,
    MAP,
    NUMBER,
    OBJECT,
    QUANTITY,
    STRING,
    TIME,
    Ref,
    Type,
)
from tutor.offline.admission import gobase64, gotime, protobuf
from tutor.offline.admission.gojson import Decimal, Doubled, JsonError, loads, quote
from tutor.offline.admission.gotypes import embedded, go_type, item_type, struct_name
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
_MOST_STRICT = 100
"""Unknown and doubled fields that are told. Source: sigs.k8s.io/json, saveStrictError."""
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
    body: bytes, content_type: str, kind: str, api_version: str, validation: str = ""
) -> Decoded:
    """Read a body that should be of a kind. Zeros and unknown fields are still as sent.

    Args:
        body: As received.
        content_type: Its media type; parameters are ignored. Empty for JSON.
        kind: The kind expected: ``StatefulSet``.
        api_version: Its API version: ``apps/v1``.
        validation: ``Strict``, ``Warn`` (or empty), ``Ignore``: what unknown and doubled fields do.

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
        known(found_kind, found_version, kind, api_version)
        read_version = found_version if found_kind == kind else api_version
        try:
            type_ = type_of(kind, read_version)
        except KeyError:
            type_ = type_of(kind, api_version)
        if repeated:
            lines = "".join(f'\n  line {n}: key "{key}" already set in map' for n, key in repeated)
            strict.append(f"yaml: unmarshal errors:{lines}")
        strict += check(obj, type_)
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
        Unknown and doubled fields, in the order met; each is told once, and a hundred at most.

    Raises:
        DecodeError: A value is of another type than the field. The first one met counts; but what
            a type with a decoder of its own refuses (a time, an amount) ends everything at once.
    """
    found = _Found({}, [])
    _check_object(obj, type_, (), "", found)
    if found.wrong:
        raise found.wrong[0]
    return list(found.strict)


class _Found(NamedTuple):
    """What was met on the way through an object."""

    strict: dict[str, None]
    wrong: list[DecodeError]

    def note(self, text: str) -> None:
        if len(self.strict) < _MOST_STRICT:
            self.strict[text] = None


class _Where(NamedTuple):
    """The struct field being decoded, as messages name it."""

    owner: str
    names: tuple[str, ...]
    type: str

    def within(self, ref: Ref) -> "_Where":
        """The same for what the field's list or map holds."""
        return self._replace(type=item_type(self.type, ref))


def _check_object(obj: Obj, type_: Type, names: tuple[str, ...], path: str, found: _Found) -> None:
    fields = type_.fields
    prefix = f"{path}." if path else ""
    seen: set[str] = set()
    for key in obj.sequence if isinstance(obj, Doubled) else obj:
        field, value = fields.get(key), obj[key]
        if key in seen:
            if field is not None:  # one that is unknown is only told to be that
                found.note(f"duplicate field {quote(prefix + key)}")
            continue
        seen.add(key)
        if field is None:
            found.note(f"unknown field {quote(prefix + key)}")
        elif value is not None:
            reached = (*names, *embedded(type_.name, key), key)
            where = _Where(type_.name, reached, go_type(type_.name, key, field.ref))
            _check(value, field.ref, where, prefix + key, found)


_RESTORED = {OBJECT: "struct from:", LIST: "slice from", MAP: "map from", BYTES: "slice from"}
_GO_KINDS = {"array": "slice", "object": "map"}
_SCALAR_KINDS = {INT32: "int32", INT64: "int64", BOOLEAN: "bool", NUMBER: "float64"}


def _mismatch(value: Json, where: _Where, type_: str, code: str) -> DecodeError:
    shown = kind = go_kind(value)
    if kind == "number" and type_ in ("int32", "int64"):
        shown = f"number {value.text if isinstance(value, Decimal) else value}"
    return DecodeError(
        f"json: cannot unmarshal {shown} into Go struct field"
        f" {struct_name(where.owner)}.{'.'.join(where.names)} of type {type_}",
        _unconverted(value, type_, code),
    )


def _unconverted(value: Json, type_: str, code: str) -> str:
    """The wording where the value comes from a map.

    Source: apimachinery ``pkg/runtime/converter.go``, fromUnstructured.
    """
    kind = go_kind(value)
    number = "float64" if isinstance(value, float) else "int64"
    if code in _RESTORED:
        found = number if kind == "number" else _GO_KINDS.get(kind, kind)
        return f"cannot restore {_RESTORED[code]} {found}"
    if kind == "number" and (number, code) in _CONVERTIBLE:
        return f"cannot convert {number} to {type_}"
    return f"unrecognized type: {_SCALAR_KINDS.get(code, 'string')}"


_CONVERTIBLE = frozenset({("int64", STRING), ("float64", INT32), ("float64", INT64)})
"""What Go could convert, and JSON does not."""


def _check(value: Json, ref: Ref, where: _Where, path: str, found: _Found) -> None:
    code, item = ref.code, ref.item
    if code == OBJECT:
        if isinstance(value, dict):
            _check_object(value, ref.type, where.names, path, found)
        else:
            found.wrong.append(_mismatch(value, where, where.type, code))
    elif code == LIST and item is not None:
        if not isinstance(value, list):
            found.wrong.append(_mismatch(value, where, where.type, code))
            return
        inner = where.within(item)
        for index, one in enumerate(value):
            if one is not None:
                _check(one, item, inner, f"{path}[{index}]", found)
    elif code == MAP and item is not None:
        if not isinstance(value, dict):
            found.wrong.append(_mismatch(value, where, where.type, code))
            return
        if isinstance(value, Doubled):
            for key in value.twice:
                found.note(f"duplicate field {quote(f'{path}.{key}')}")
        inner = where.within(item)
        for key, one in value.items():
            if one is not None:
                _check(one, item, inner, f"{path}.{key}", found)
    elif code == QUANTITY:
        _check_amount(value, path)
    elif code in (TIME, INT_OR_STRING):
        _check_decoded(value, code, where)
    elif code != ANY:
        _check_scalar(value, code, where, found)


def _check_amount(value: Json, path: str) -> None:
    try:
        if isinstance(value, bool | dict | list):
            raise QuantityError.form()
        parse(value.text if isinstance(value, Decimal) else value)
    except QuantityError as error:
        raise DecodeError(str(error)) from None


def _check_decoded(value: Json, code: str, where: _Where) -> None:
    """Hold a value against a type that has a decoder of its own."""
    if isinstance(value, str):
        problem = gotime.problem(value, micro=where.type == "v1.MicroTime") if code == TIME else ""
        if problem:
            raise DecodeError(problem)
        return
    whole = isinstance(value, int) and not isinstance(value, bool)
    if code == INT_OR_STRING and whole and -_INT32 <= value < _INT32:
        return
    type_ = "string" if code == TIME else "int32"
    wrong = _mismatch(value, where, type_, code)
    shown = str(wrong).partition(" into Go struct field ")[0]
    wrong.converted = f"{shown} into Go value of type {type_}"
    raise wrong


def _check_scalar(value: Json, code: str, where: _Where, found: _Found) -> None:
    if code in (INT32, INT64):
        bound = _INT32 if code == INT32 else _INT64
        whole = isinstance(value, int) and not isinstance(value, bool)
        fits = whole and -bound <= value < bound
    elif code == BOOLEAN:
        fits = isinstance(value, bool)
    elif code == NUMBER:
        fits = isinstance(value, int | float) and not isinstance(value, bool)
    else:
        fits = isinstance(value, str)
    if not fits:
        found.wrong.append(_mismatch(value, where, where.type, code))
    elif code == BYTES and (problem := gobase64.problem(value)):
        found.wrong.append(DecodeError(problem, f"error decoding from json: {problem}"))

"""Request bodies → objects, with the server's words for everything that can be wrong with them.

Source: apimachinery ``runtime/serializer/json`` and apiserver ``endpoints/handlers``
(``transformDecodeError``, ``summarizeData``); the recordings hold the texts.
"""

from collections.abc import Callable
from typing import NamedTuple

from tutor.manifest.bodies import BodyError
from tutor.manifest.schema_bundle import Type
from tutor.offline.admission import protobuf
from tutor.offline.admission.gojson import JsonError, quote
from tutor.offline.admission.parsing import Parsed, value_of
from tutor.offline.admission.protobuf import ProtobufError
from tutor.offline.admission.typecheck import MOST_STRICT, DecodeError, Strict, check, go_kind
from tutor.offline.admission.types import internal_name, registered, type_of
from tutor.offline.admission.values import Json
from tutor.offline.errors import ApiError
from tutor.offline.objects import Obj
from tutor.offline.requests import Raw

__all__ = [
    "MOST_STRICT",
    "DecodeError",
    "Strict",
    "bad_request",
    "check",
    "decode",
    "go_kind",
    "known",
    "summary",
]

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


class Decoded(NamedTuple):
    """An object, and the texts of the warnings to send with it."""

    obj: Obj
    warnings: tuple[str, ...]


def bad_request(message: str) -> ApiError:
    """400, as the server says it."""
    return ApiError(400, "BadRequest", message)


def decode(
    body: bytes | Raw,
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
    raw = body if isinstance(body, Raw) else Raw(body, media)
    body = raw.data
    try:
        value, repeated = _parsed(raw, media)
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


def _parsed(raw: Raw, media: str) -> Parsed:
    try:
        return value_of(raw, media)
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

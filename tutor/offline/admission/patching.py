"""A patch request's body and object → the object it asks for, or the refusal in the real words.

Source: apiserver ``endpoints/handlers/patch.go``.
"""

from collections.abc import Callable

from tutor.manifest.bodies import BodyError
from tutor.manifest.schema_bundle import Type
from tutor.offline.admission.apply import typed
from tutor.offline.admission.decode import (
    STRICT,
    DecodeError,
    Strict,
    bad_request,
    check,
    go_kind,
    known,
)
from tutor.offline.admission.gojson import Doubled, JsonError, dumps, quote, too_deep
from tutor.offline.admission.order import in_order
from tutor.offline.admission.parsing import value_of
from tutor.offline.admission.patch import jsonpatch, merge, strategic
from tutor.offline.admission.patch.errors import PatchError
from tutor.offline.admission.values import Json
from tutor.offline.errors import ApiError
from tutor.offline.objects import Obj
from tutor.offline.requests import Raw, Request

_JSON, _YAML = "application/json", "application/apply-patch+yaml"
_DEEP = "error decoding patch: exceeded max depth"
_UNSUPPORTED = ApiError(
    415,
    "UnsupportedMediaType",
    "the body of the request was in an unknown format - accepted media types include:"
    " application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml",
)
_GENERIC = "the server rejected our request due to an error in our request"


def patched(
    request: Request,
    current: Obj,
    body: Json,
    type_: Type,
    custom: Callable[[Obj], list[str]] | None = None,
) -> tuple[Obj, list[str]]:
    """The object a JSON, merge or strategic merge patch makes, and its strict errors.

    Args:
        request: The patch.
        current: The object as it is.
        body: The patch's body.
        type_: The object's type.
        custom: For a custom resource, what finds its unknown fields; there is no strategic merge.

    Raises:
        ApiError: 400, 413, 422 or 500.
    """
    if custom is not None and request.patch_type == "strategic":
        raise _UNSUPPORTED
    patch = _body(request, body)
    doubled = Strict()
    _doubled(patch, "", doubled)
    strict = doubled.texts
    if strict and request.field_validation == STRICT:
        raise bad_request(f"strict decoding error: {', '.join(strict)}")
    try:
        if request.patch_type == "json":
            made = jsonpatch.apply(current, patch)
        elif request.patch_type == "merge":
            made = merge.apply(current, patch)
        else:
            made = strategic.apply(current, patch, typed.root(type_.name))
    except PatchError as error:
        raise _refused(error) from None
    except RecursionError:
        raise bad_request(_DEEP) from None
    if too_deep(made):  # operation by operation, a patch may nest what no body may
        raise bad_request(_DEEP)
    if not isinstance(made, dict):
        made = {}
    try:
        api_version, kind = request.kind
        found_version, found_kind = made.get("apiVersion", ""), made.get("kind", "")
        if (found_version, found_kind) != (api_version, kind):
            known(str(found_kind), str(found_version), kind, api_version)
        unknown = check(made, type_) if custom is None else custom(made)
        if unknown and request.field_validation == STRICT:
            raise DecodeError(f"strict decoding error: {', '.join(unknown)}")
    except DecodeError as error:
        if request.patch_type == "strategic":
            why, shown = error.converted or str(error), strategic.go_map(patch)
        else:
            why, shown = str(error), dumps(in_order(made, current, type_))
        raise _unfit(shown, why) from None
    return made, strict + unknown


def configuration(request: Request, body: Json) -> Obj:
    """The configuration of an apply.

    Raises:
        ApiError: 400.
    """
    if isinstance(body, Raw):
        try:
            value, repeated = value_of(body, _YAML)
        except BodyError as error:
            raise bad_request(
                f"error decoding YAML: error converting YAML to JSON: {error}"
            ) from None
        if repeated:
            lines = [f'line {n}: key "{key}" already set in map' for n, key in repeated]
            if request.field_validation == STRICT:
                listed = "".join(f"\n  {line}" for line in lines)
                raise bad_request(
                    "error strict decoding YAML: error converting YAML to JSON: yaml: unmarshal"
                    f" errors:{listed}"
                )
            if request.field_validation != "Ignore":
                request.warnings += lines
        body = value
    if body is None:
        return {}
    if not isinstance(body, dict):
        raise bad_request(
            "error decoding YAML: error unmarshaling JSON: while decoding JSON: json: cannot"
            f" unmarshal {go_kind(body)} into Go value of type map[string]interface {{}}"
        )
    return body


def _body(request: Request, body: Json) -> Json:
    if isinstance(body, Raw):
        try:
            body = value_of(body, _JSON).value
        except JsonError as error:
            prefix = "" if request.patch_type != "merge" else "error decoding patch: "
            raise bad_request(f"{prefix}{error}") from None
    if request.patch_type != "json" and not isinstance(body, dict):
        if body is None:
            return {}
        prefix = "" if request.patch_type != "merge" else "error decoding patch: "
        raise bad_request(
            f"{prefix}json: cannot unmarshal {go_kind(body)} into Go value of type"
            " map[string]interface {}"
        )
    return body


def _doubled(value: Json, path: str, strict: Strict) -> None:
    """Note what stands twice in a patch."""
    if strict.full:
        return
    if isinstance(value, Doubled):
        for key in value.twice:
            strict.note("duplicate", path + key)
    if isinstance(value, dict):
        for key, item in value.items():
            if isinstance(item, dict | list):
                _doubled(item, f"{path}{key}.", strict)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            if isinstance(item, dict | list):
                _doubled(item, f"{path.removesuffix('.')}[{index}].", strict)


def _refused(error: PatchError) -> ApiError:
    if error.code == 422:
        return ApiError(422, "Invalid", _GENERIC, {})
    if error.code == 413:
        return ApiError(413, "RequestEntityTooLarge", str(error))
    if error.code == 500:
        return ApiError(500, "", str(error))
    return bad_request(str(error))


def _unfit(shown: str, why: str) -> ApiError:
    """422: what a patch makes is no object of the kind."""
    message = f"Invalid value: {quote(shown)}: {why}"
    cause = {"reason": "FieldValueInvalid", "message": message, "field": "patch"}
    return ApiError(422, "Invalid", f' "" is invalid: patch: {message}', {"causes": [cause]})

"""The refusals of the API server, worded as apimachinery words them.

Source: staging/src/k8s.io/apimachinery/pkg/api/errors/errors.go and, where named, the registries.
"""

from typing import Any

from tutor.manifest.quantity import LARGEST_POWER
from tutor.offline.errors import ApiError, Cause
from tutor.offline.resources import Resource

_SHOWN = 40
STALE = (
    "the object has been modified; please apply your changes to the latest version and try again"
)


def details_of(resource: Resource, name: str) -> dict[str, Any]:
    """``details`` of a refusal about one object."""
    details: dict[str, Any] = {}
    if name:
        details["name"] = name
    if resource.group:
        details["group"] = resource.group
    details["kind"] = resource.plural
    return details


def bad_request(message: str) -> ApiError:
    """400."""
    return ApiError(400, "BadRequest", message)


def gave_up(why: str) -> ApiError:
    """504: what a server says that has calculated until the request's time was over.

    Here it is said at once, with a warning of the offline cluster's own.

    Source: apiserver pkg/endpoints/handlers/finisher/finisher.go.

    Args:
        why: The warning.
    """
    refusal = ApiError(
        504,
        "Timeout",
        "Timeout: request did not complete within requested timeout - context deadline exceeded",
        {},
    )
    refusal.warnings = (why,)
    return refusal


def immense(path: str, amount: str) -> ApiError:
    """504 for an amount that nothing calculates with.

    Args:
        path: Where it stands; empty where that is not known.
        amount: As it is written.
    """
    shown = amount if len(amount) <= _SHOWN else f"{amount[:_SHOWN]}..."
    where = f"{path}: " if path else ""
    return gave_up(
        f"{where}{shown}: the offline cluster calculates with amounts up to 10^{LARGEST_POWER}; "
        "another API server may take long over this one, and give up"
    )


def full() -> ApiError:
    """500: nothing more can be stored. A real server passes on what etcd says.

    Source: etcd api/v3rpc/rpctypes/error.go, ErrNoSpace.
    """
    return ApiError(500, "", "etcdserver: mvcc: database space exceeded")


def too_large() -> ApiError:
    """500: an object that does not fit into one request to etcd, whose words are passed on.

    Source: etcd api/v3rpc/rpctypes/error.go, ErrRequestTooLarge.
    """
    return ApiError(500, "", "etcdserver: request is too large")


def not_found(resource: Resource, name: str) -> ApiError:
    """404 for an object."""
    message = f'{resource.name} "{name}" not found'
    return ApiError(404, "NotFound", message, details_of(resource, name))


def already_exists(resource: Resource, name: str) -> ApiError:
    """409: the name is taken."""
    message = f'{resource.name} "{name}" already exists'
    return ApiError(409, "AlreadyExists", message, details_of(resource, name))


def conflict(resource: Resource, name: str, why: str = STALE) -> ApiError:
    """409: what the request was made from is no longer so."""
    message = f'Operation cannot be fulfilled on {resource.name} "{name}": {why}'
    return ApiError(409, "Conflict", message, details_of(resource, name))


def conflict_by_kind(resource: Resource, name: str, why: str) -> ApiError:
    """409 of a deletion's preconditions, which name the kind in place of the resource."""
    message = f'Operation cannot be fulfilled on {resource.kind_name} "{name}": {why}'
    details = details_of(resource, name)
    details["kind"] = resource.kind
    return ApiError(409, "Conflict", message, details)


def forbidden(resource: Resource, name: str, why: str) -> ApiError:
    """403 by an admission plugin or a registry."""
    what = f'{resource.name} "{name}" is forbidden' if name else f"{resource.name} is forbidden"
    return ApiError(403, "Forbidden", f"{what}: {why}", details_of(resource, name))


def method_not_allowed(resource: Resource, verb: str) -> ApiError:
    """405."""
    message = f'{verb} is not supported on resources of kind "{resource.name}"'
    return ApiError(405, "MethodNotAllowed", message, details_of(resource, ""))


def invalid(kind: str, group: str, name: str, causes: list[Cause]) -> ApiError:
    """422: the object breaks rules.

    Args:
        kind: The kind of the object.
        group: Its group, empty for the core.
        name: Its name, empty where it has none.
        causes: What is wrong, at least one; the message of each without its field.
    """
    texts = list(dict.fromkeys(f"{one.field}: {one.message}" for one in causes))
    listed = texts[0] if len(texts) == 1 else f"[{', '.join(texts)}]"
    what = f"{kind}.{group}" if group else kind
    details: dict[str, Any] = {}
    if name:
        details["name"] = name
    if group:
        details["group"] = group
    details["kind"] = kind
    details["causes"] = [
        {"reason": one.reason, "message": one.message, "field": one.field} for one in causes
    ]
    return ApiError(422, "Invalid", f'{what} "{name}" is invalid: {listed}', details)


def invalid_object(resource: Resource, name: str, *causes: Cause) -> ApiError:
    """422 about an object of a resource."""
    return invalid(resource.kind, resource.group, name, list(causes))


def invalid_options(kind: str, *causes: Cause) -> ApiError:
    """422 about the options of a request: ``DeleteOptions``, ``CreateOptions`` and so on."""
    return invalid(kind, "meta.k8s.io", "", list(causes))


def unsupported(field: str, value: str, *supported: str) -> Cause:
    """The cause of a value outside a list.

    Args:
        field: Where.
        value: The value as Go prints it.
        supported: What is supported, in the server's order.
    """
    quoted = ", ".join(f'"{one}"' for one in supported)
    message = f"Unsupported value: {value}: supported values: {quoted}"
    return Cause("FieldValueNotSupported", message, field)

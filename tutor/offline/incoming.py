"""What is checked and filled in of an object that comes in, before anything else.

Source: staging/src/k8s.io/apiserver/pkg/registry/rest/create.go, meta.go;
pkg/endpoints/handlers/rest.go; pkg/admission/plugin/namespace/lifecycle.
"""

from typing import Any

from tutor.offline.clock import timestamp
from tutor.offline.objects import Obj, dig, meta, name_of, namespace_of, terminating
from tutor.offline.refusals import bad_request, forbidden, not_found
from tutor.offline.requests import Request
from tutor.offline.resources import named
from tutor.offline.store import Store


def new_metadata(request: Request, obj: Obj, uid: str, now: float) -> dict[str, Any]:
    """The metadata of a new object: what only the server sets is set, what it ignores is gone.

    Raises:
        ApiError: 400 for another namespace than the path's.
    """
    metadata = dict(meta(obj))
    match_namespace(request, metadata)
    for field in ("deletionTimestamp", "deletionGracePeriodSeconds", "selfLink", "generation"):
        metadata.pop(field, None)
    metadata["uid"] = uid
    metadata["creationTimestamp"] = timestamp(now)
    if request.resource.generation:
        metadata["generation"] = 1
    if request.resource.name == "namespaces" and metadata.get("name"):
        labels = dict(metadata.get("labels") or {})
        labels["kubernetes.io/metadata.name"] = metadata["name"]
        metadata["labels"] = labels
    return metadata


def match_namespace(request: Request, metadata: dict[str, Any]) -> None:
    """Give the metadata the namespace of the path.

    Raises:
        ApiError: 400 where they name another.
    """
    if not request.resource.namespaced:
        metadata.pop("namespace", None)
        return
    found = metadata.setdefault("namespace", request.namespace)
    if not found:
        metadata["namespace"] = request.namespace
    elif found != request.namespace:
        raise bad_request(
            "the namespace of the provided object does not match the namespace sent on the request"
        )


def match_name(request: Request, obj: Obj) -> None:
    """Refuse an object that is not the one of the path.

    Raises:
        ApiError: 400.
    """
    name, namespace = name_of(obj), namespace_of(obj)
    if not name:
        raise bad_request(
            f"the name of the object ({request.name} based on URL) was undeterminable: "
            "name must be provided"
        )
    if name != request.name:
        raise bad_request(
            f"the name of the object ({name}) does not match the name on the URL ({request.name})"
        )
    wrong = request.namespace and namespace and namespace != request.namespace
    if wrong and request.verb != "patch":  # of a patch, the other check says so in other words
        raise bad_request(
            f"the namespace of the object ({namespace}) does not match the namespace on the "
            f"request ({request.namespace})"
        )


def check_namespace(store: Store, request: Request, name: str) -> None:
    """Refuse to make what would live in no namespace, or in one that is going away.

    Raises:
        ApiError: 404 or 403.
    """
    if not request.resource.namespaced:
        return
    namespace = store.get("namespaces", request.namespace)
    if namespace is None:
        raise not_found(named("namespaces"), request.namespace)
    if terminating(namespace) or dig(namespace, "status", "phase") == "Terminating":
        refusal = forbidden(
            request.resource,
            name,
            f"unable to create new content in namespace {request.namespace} because it is being "
            "terminated",
        )
        refusal.details["causes"] = [
            {
                "reason": "NamespaceTerminating",
                "message": f"namespace {request.namespace} is being terminated",
                "field": "metadata.namespace",
            }
        ]
        raise refusal

"""Questions about users: who am I, and may I (``kubectl auth whoami``, ``can-i``).

One user exists here, and may do everything; whoever else is asked about may do next to nothing.

Source: pkg/registry/authorization, pkg/registry/authentication/selfsubjectreview;
pkg/apis/authorization/validation.
"""

import json
from typing import Any

from tutor.offline.api.people import ADMIN, User, rules
from tutor.offline.clock import timestamp
from tutor.offline.errors import Answer, Cause
from tutor.offline.objects import Obj, dig
from tutor.offline.refusals import bad_request, invalid_object
from tutor.offline.registry import Registry
from tutor.offline.requests import Raw, Request


def review(registry: Registry, request: Request, body: Raw, user: User) -> Answer:
    """The answer to a review.

    Args:
        registry: For decoding and the time.
        request: To create one of ``resources.REVIEWS``.
        body: The review as it came.
        user: Who asks.

    Raises:
        ApiError: 400 or 422.
    """
    asked = registry.admission.decode(request, body)
    kind = request.resource.kind
    status: dict[str, Any]
    if kind == "SelfSubjectReview":
        status = {"userInfo": {"username": user.name, "groups": list(user.groups)}}
        stamp = timestamp(registry.clock.now)
        asked = {**asked, "metadata": {**asked.get("metadata", {}), "creationTimestamp": stamp}}
    elif kind == "SelfSubjectRulesReview":
        if not dig(asked, "spec", "namespace"):
            raise bad_request("no namespace on request")
        status = {**rules(user), "incomplete": False}
    else:
        _check(request, asked)
        status = {"allowed": _may(asked.get("spec") or {}, kind, user)}
    asked.pop("status", None)
    managed = registry.admission.manage(request, None, asked)
    return Answer(201, {**managed, "status": status}, tuple(request.warnings))


def _may(spec: Obj, kind: str, user: User) -> bool:
    """Whether somebody may do what is asked about."""
    if not kind.startswith("Self"):
        name, groups = spec.get("user") or "", tuple(spec.get("groups") or ())
        user = ADMIN if name == ADMIN.name else User(name, groups)
    path = spec.get("nonResourceAttributes")
    if path is not None:
        return user.may_read(path.get("path") or "") if path.get("verb") == "get" else user.masters
    about = spec.get("resourceAttributes") or {}
    parts = (about.get(part) or "" for part in ("verb", "group", "resource"))
    return user.may(*parts)


def _check(request: Request, asked: Obj) -> None:
    """Refuse an access review that asks for nothing, or for too much."""
    spec = asked.get("spec") or {}
    causes = []
    of_resource, of_path = spec.get("resourceAttributes"), spec.get("nonResourceAttributes")
    if of_resource is not None and of_path is not None:
        shown = json.dumps(of_path, separators=(",", ":"))
        message = (
            f"Invalid value: {shown}: cannot be specified in combination with resourceAttributes"
        )
        causes.append(Cause("FieldValueInvalid", message, "spec.nonResourceAttributes"))
    if of_resource is None and of_path is None:
        message = (
            "Invalid value: null: exactly one of nonResourceAttributes or resourceAttributes "
            "must be specified"
        )
        causes.append(Cause("FieldValueInvalid", message, "spec.resourceAttributes"))
    own = request.resource.kind.startswith("Self")
    if not own and not spec.get("user") and not spec.get("groups"):
        message = 'Invalid value: "": at least one of user or group must be specified'
        causes.append(Cause("FieldValueInvalid", message, "spec.user"))
    if causes:
        raise invalid_object(request.resource, "", *causes)
    if request.namespace and dig(of_resource, "namespace", default="") != request.namespace:
        raise bad_request(
            f"spec.resourceAttributes.namespace must match namespace: {request.namespace}"
        )

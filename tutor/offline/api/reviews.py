"""The two questions about oneself: who am I, and may I (``kubectl auth whoami``, ``can-i``).

One user exists here, and may do everything.
"""

import json
from typing import Any

from tutor.offline.errors import Answer
from tutor.offline.refusals import bad_request

_USER = {"username": "kubernetes-admin", "groups": ["system:masters", "system:authenticated"]}
PATHS = {
    "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews": "SelfSubjectAccessReview",
    "/apis/authentication.k8s.io/v1/selfsubjectreviews": "SelfSubjectReview",
}


def review(path: str, body: bytes, stamp: str) -> Answer:
    """The answer to a review.

    Args:
        path: One of :data:`PATHS`.
        body: The review asked for, as JSON.
        stamp: The time, for its metadata.

    Raises:
        ApiError: 400 for a body that is no such review.
    """
    kind = PATHS[path]
    try:
        asked = json.loads(body)
    except ValueError:
        asked = None
    if not isinstance(asked, dict) or asked.get("kind", kind) != kind:
        raise bad_request(f"the object provided is unrecognized (must be of type {kind})")
    status: dict[str, Any] = {"userInfo": _USER}
    if kind == "SelfSubjectAccessReview":
        status = {"allowed": True}
    metadata = {"creationTimestamp": stamp} if kind == "SelfSubjectReview" else {}
    answer: dict[str, Any] = {
        "kind": kind,
        "apiVersion": path.removeprefix("/apis/").rpartition("/")[0],
        "metadata": metadata,
    }
    if "spec" in asked:
        answer["spec"] = asked["spec"]
    return Answer(201, {**answer, "status": status})

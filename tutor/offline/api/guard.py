"""Who may speak to the cluster: the loopback, one token, no other site's scripts.

Source of the refusals: staging/src/k8s.io/apiserver/pkg/endpoints/filters/authentication.go,
handlers/responsewriters/errors.go.
"""

import hmac
from collections.abc import Mapping

from tutor.offline.api.paths import Finder, PageNotFound, Target, target_of
from tutor.offline.api.people import User
from tutor.offline.errors import ApiError
from tutor.offline.refusals import details_of
from tutor.offline.resources import find

_VERBS = {
    "GET": "get",
    "HEAD": "get",
    "POST": "post",
    "PUT": "put",
    "PATCH": "patch",
    "DELETE": "delete",
}
_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


def check_framing(headers: Mapping[str, str]) -> None:
    """Refuse a request whose end two servers could see at two places.

    Raises:
        ApiError: 400.
    """
    if "transfer-encoding" in headers and "content-length" in headers:
        message = "a request has a Content-Length or a Transfer-Encoding, not both"
        raise ApiError(400, "BadRequest", message)


def check_host(host: str) -> None:
    """Refuse a name other than the loopback's: another site's script may have rebound its name.

    Raises:
        ApiError: 403.
    """
    name = host.rpartition(":")[0] if not host.endswith("]") and ":" in host else host
    if name.lower() not in _LOOPBACK:
        message = f'forbidden: the offline cluster answers on the loopback only, not as "{host}"'
        raise ApiError(403, "Forbidden", message, {})


def check_origin(origin: str | None, host: str) -> None:
    """Refuse requests that a page of another site sends.

    Raises:
        ApiError: 403.
    """
    if origin is not None and origin != f"https://{host}":
        message = f'forbidden: the offline cluster takes no requests from pages of "{origin}"'
        raise ApiError(403, "Forbidden", message, {})


def authenticate(header: str | None, token: str) -> bool:
    """Whether a request carries the token; False for an anonymous one.

    Raises:
        ApiError: 401 for a wrong token.
    """
    if header is None or not header.strip():
        return False
    scheme, _, given = header.strip().partition(" ")
    if scheme.lower() != "bearer" or not given.strip():
        return False
    if not hmac.compare_digest(given.strip().encode(), token.encode()):
        raise ApiError(401, "Unauthorized", "Unauthorized")
    return True


def authorize(
    user: User,
    method: str,
    path: str,
    query: Mapping[str, list[str]],
    finder: Finder = find,
) -> None:
    """Refuse what somebody may not do.

    Args:
        user: Who asks.
        method: ``GET`` …
        path: Of the request.
        query: Of the request.
        finder: Looks resources up.

    Raises:
        ApiError: 403.
    """
    if user.masters:
        return
    who = f'User "{user.name}"'
    target = _target(method, path, bool(query.get("watch")), finder)
    if target is None:
        if method in ("GET", "HEAD") and user.may_read(path):
            return
        verb = _VERBS.get(method, method.lower())
        message = f'forbidden: {who} cannot {verb} path "{path}"'
        raise ApiError(403, "Forbidden", message, {})
    resource = target.resource
    if user.may(target.verb, resource.group, resource.plural):
        return
    shown = resource.name
    plural = resource.plural
    if target.subresource:
        shown = f"{plural}/{target.subresource}"
        shown += f".{resource.group}" if resource.group else ""
        plural = f"{plural}/{target.subresource}"
    what = f'{shown} "{target.name}"' if target.name else shown
    where = f'in the namespace "{target.namespace}"' if target.namespace else "at the cluster scope"
    raise ApiError(
        403,
        "Forbidden",
        f'{what} is forbidden: {who} cannot {target.verb} resource "{plural}" in API group '
        f'"{resource.group}" {where}',
        details_of(resource, target.name),
    )


def _target(method: str, path: str, watch: bool, finder: Finder) -> Target | None:
    if not path.startswith(("/api/", "/apis/")):
        return None
    try:
        return target_of(method, path, watch, finder)
    except (ApiError, PageNotFound, IndexError):
        return None

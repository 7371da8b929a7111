"""Which resource a request's path means, and what the server says where it means none.

Source: staging/src/k8s.io/apiserver/pkg/endpoints/request/requestinfo.go; the routes that
endpoints/installer.go makes.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

from tutor.offline.elsewhere import UNSERVED, Unserved, unserved
from tutor.offline.errors import ApiError
from tutor.offline.resources import SERVED, Resource, find

_GROUPS = {one.group for one in SERVED} | {one.group for one in UNSERVED}
_NAMESPACE_PARTS = ("status", "finalize")
_VERBS_BELOW = {
    "GET": "get",
    "PUT": "update",
    "PATCH": "patch",
    "POST": "create",
    "DELETE": "delete",
}


class PageNotFound(Exception):  # noqa: N818  (an answer, no fault of the program)
    """Nothing is registered under this path: the answer is plain text."""


def unknown() -> ApiError:
    """404 within an API group."""
    return ApiError(404, "NotFound", "the server could not find the requested resource", {})


def wrong_method() -> ApiError:
    """405."""
    message = "the server does not allow this method on the requested resource"
    return ApiError(405, "MethodNotAllowed", message, {})


class NotEmulated(ApiError):  # noqa: N818  (an answer, no fault of the program)
    """404 for what a real cluster has and this one has not.

    Attributes:
        resource: Of what.
        listed: Whether the request would have listed all there is.
    """

    def __init__(self, resource: Unserved, listed: bool) -> None:
        message = f"the offline cluster has no {resource.several}"
        super().__init__(404, "NotFound", message, {})
        self.resource = resource
        self.listed = listed


@dataclass(frozen=True, slots=True)
class Target:
    """What a request is about.

    Attributes:
        verb: ``get``, ``list``, ``watch``, ``create``, ``update``, ``patch``, ``delete``,
            ``deletecollection``.
        resource: Of what.
        namespace: Of the path; empty for all, or for the whole cluster.
        name: Of the path; empty for a collection.
        subresource: Of the path.
    """

    verb: str
    resource: Resource
    namespace: str
    name: str
    subresource: str


Finder: TypeAlias = Callable[[str, str, str], Resource | None]
"""The resource of group, version and plural, where it is served."""


def target_of(method: str, path: str, watch: bool, finder: Finder = find) -> Target:
    """What a path under ``/api/`` or ``/apis/`` means.

    Args:
        method: ``GET`` …
        path: Decoded, without the query.
        watch: Whether the query asks for a watch.
        finder: Looks resources up; custom ones too, where a cluster may have some.

    Raises:
        PageNotFound: There is no such API group.
        ApiError: 404 for an unknown resource, 405 for a verb it has not.
    """
    group, version, rest = _split(path)
    if rest and rest[0] == "watch":  # the older form of a watch
        rest, watch = rest[1:], True
    namespace = ""
    if len(rest) > 1 and rest[0] == "namespaces" and group == "" and _is_namespace(rest):
        parts = rest
    elif len(rest) > 2 and rest[0] == "namespaces":
        namespace, parts = rest[1], rest[2:]
    else:
        parts = rest
    plural = parts[0] if parts else ""
    name = parts[1] if len(parts) > 1 else ""
    subresource = "/".join(parts[2:])
    if subresource.startswith("proxy/"):
        subresource = "proxy"  # what follows is for whoever is behind it
    if subresource == "proxy":
        name = _behind(name)
    resource = finder(group, version, plural)
    if resource is None:
        missing = unserved(group, version, plural)
        if missing is None:
            raise unknown() if group in _GROUPS else PageNotFound
        raise NotEmulated(missing, method == "GET" and not name and not watch)
    if not resource.namespaced and namespace:
        raise unknown()
    if resource.namespaced and not namespace and name:
        raise unknown()
    found = Target("", resource, namespace, name, subresource)
    return replace(found, verb=_verb(method, found, watch))


def _split(path: str) -> tuple[str, str, list[str]]:
    """Group, version and what follows."""
    parts = path.split("/")[1:]
    while parts and not parts[-1]:
        parts.pop()
    if "" in parts:
        raise PageNotFound
    if parts[0] == "api":
        group, version, rest = "", parts[1], parts[2:]
    else:
        group, version, rest = parts[1], parts[2], parts[3:]
    if not group and version != "v1":
        raise PageNotFound
    return group, version, rest


def _behind(name: str) -> str:
    """The object meant by ``https:web:443`` in the path of a proxy."""
    parts = name.split(":")
    return parts[1] if len(parts) == 3 else parts[0]


def _is_namespace(rest: list[str]) -> bool:
    """Whether a path is about a Namespace itself, not about what is in it."""
    return len(rest) == 2 or (len(rest) == 3 and rest[2] in _NAMESPACE_PARTS)


def _verb(method: str, target: Target, watch: bool) -> str:
    resource = target.resource
    if target.subresource:
        below = resource.subresources.get(target.subresource)
        if below is None:
            raise unknown()
        verb = _VERBS_BELOW.get(method, "")
        if verb not in below.verbs:
            raise wrong_method()
        return verb
    if target.name:
        verbs = {"GET": "get", "PUT": "update", "PATCH": "patch", "DELETE": "delete"}
    else:
        verbs = {"GET": "list", "POST": "create", "DELETE": "deletecollection"}
        if resource.namespaced and not target.namespace:
            verbs = {"GET": "list"}
    verb = verbs.get(method, "")
    if verb not in resource.verbs:
        raise wrong_method()
    return "watch" if watch and verb in ("list", "get") else verb

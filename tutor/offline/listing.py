"""Lists: at which version, how many at a time, and how to go on.

:func:`query_of` reads a request's parameters; :func:`page` answers it from the store::

    found = page(store, resource, "default", query_of(resource, parameters))
    body = found.body(resource)          # a PodList; found.items are the objects themselves

Source: apimachinery pkg/apis/meta/internalversion/validation, apiserver pkg/storage/continue.go,
pkg/storage/etcd3/store.go GetList.
"""

import base64
import binascii
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tutor.offline.errors import ApiError, Cause
from tutor.offline.field_selectors import fields
from tutor.offline.integers import parse_int, unsigned_problem
from tutor.offline.objects import Obj
from tutor.offline.refusals import bad_request, invalid_options, unsupported
from tutor.offline.resources import Resource
from tutor.offline.selectors import labels
from tutor.offline.store import Store, expired, key_of

_TOKEN_VERSION = "meta.k8s.io/v1"  # noqa: S105  (a format, no secret)
_FALSE = ("0", "f", "F", "FALSE", "false", "False")
_GONE_ON = (
    "The provided continue parameter is too old to display a consistent list result. You can start "
    "a new list without the continue parameter, or use the continue token in this response to "
    "retrieve the remainder of the results. Continuing with the provided token results in an "
    "inconsistent list - objects that were created, modified, or deleted between the time the "
    "first chunk was returned and now may show up in the list."
)


@dataclass(frozen=True, slots=True)
class Query:
    """What a list or watch asks for.

    Attributes:
        selects: Whether an object is asked for.
        selective: Whether there is a selector at all.
        limit: At most so many; 0 for all.
        token: ``continue``.
        version: ``resourceVersion`` as given; empty for the latest.
        match: ``resourceVersionMatch``.
        watch: Whether this is a watch.
        bookmarks: ``allowWatchBookmarks``.
        initial: ``sendInitialEvents``; None where it is not given.
        timeout: ``timeoutSeconds`` of a watch; None without.
    """

    selects: Callable[[Obj], bool] = field(default=lambda obj: True)
    selective: bool = False
    limit: int = 0
    token: str = ""
    version: str = ""
    match: str = ""
    watch: bool = False
    bookmarks: bool = False
    initial: bool | None = None
    timeout: int | None = None


def query_of(resource: Resource, parameters: Mapping[str, str]) -> Query:
    """The query of a request's parameters.

    Raises:
        ApiError: 400 or 422, as the real server words them.
    """
    limit = _integer(parameters.get("limit", ""))
    timeout = parameters.get("timeoutSeconds", "")
    watch = _flag(parameters.get("watch", ""))
    initial = parameters.get("sendInitialEvents", "")
    version = parameters.get("resourceVersion", "")
    match = parameters.get("resourceVersionMatch", "")
    token = parameters.get("continue", "")
    by_label = labels(parameters.get("labelSelector", ""))
    by_field = fields(resource, parameters.get("fieldSelector", ""))
    query = Query(
        lambda obj: by_label(obj) and by_field(obj),
        bool(by_label.requirements or by_field.terms),
        max(0, limit),
        token,
        version,
        match,
        bool(watch),
        bool(_flag(parameters.get("allowWatchBookmarks", ""))),
        _flag(initial),
        _integer(timeout) if timeout else None,
    )
    causes = _watch_causes(query) if watch else _list_causes(query)
    if causes:
        raise invalid_options("ListOptions", *causes)
    if version and (why := unsigned_problem(version)):
        raise bad_request(
            f'invalid resource version: resourceVersion: Invalid value: "{version}": {why}'
        )
    return query


def _integer(text: str) -> int:
    return parse_int(text) if text else 0


def _flag(text: str) -> bool | None:
    """A boolean as the conversion of query parameters reads it: anything but false is true."""
    if not text:
        return None
    return text not in _FALSE


def _forbidden(where: str, why: str) -> Cause:
    return Cause("FieldValueForbidden", f"Forbidden: {why}", where)


def _known_match(query: Query) -> list[Cause]:
    if query.match in ("", "Exact", "NotOlderThan"):
        return []
    return [unsupported("resourceVersionMatch", f'"{query.match}"', "Exact", "NotOlderThan", "")]


def _list_causes(query: Query) -> list[Cause]:
    causes = []
    if query.initial is not None:
        causes.append(_forbidden("sendInitialEvents", "sendInitialEvents is forbidden for list"))
    if query.match:
        where = "resourceVersionMatch"
        if not query.version:
            causes.append(
                _forbidden(where, f"{where} is forbidden unless resourceVersion is provided")
            )
        if query.token:
            causes.append(_forbidden(where, f"{where} is forbidden when continue is provided"))
        causes += _known_match(query)
        if query.match == "Exact" and query.version == "0":
            causes.append(
                _forbidden(where, f'{where} "exact" is forbidden for resourceVersion "0"')
            )
    return causes


def _watch_causes(query: Query) -> list[Cause]:
    causes = []
    where = "resourceVersionMatch"
    if query.initial is not None:
        if query.match != "NotOlderThan":
            causes.append(
                _forbidden(
                    where, "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"
                )
            )
    elif query.match:
        causes.append(
            _forbidden(
                where, f"{where} is forbidden for watch unless sendInitialEvents is provided"
            )
        )
    return causes + _known_match(query)


@dataclass(frozen=True, slots=True)
class Page:
    """One answer to a list.

    Attributes:
        items: The objects, in order of their keys.
        version: At which version.
        token: To go on with; empty at the end.
        remaining: How many are left; None where the server does not say.
    """

    items: list[Obj]
    version: int
    token: str = ""
    remaining: int | None = None

    @property
    def metadata(self) -> dict[str, Any]:
        """``metadata`` of the list."""
        found: dict[str, Any] = {"resourceVersion": str(self.version)}
        if self.token:
            found["continue"] = self.token
        if self.remaining is not None:
            found["remainingItemCount"] = self.remaining
        return found

    def body(self, resource: Resource) -> Obj:
        """The list as JSON: its items carry no kind of their own."""
        return {
            "kind": resource.list_kind or f"{resource.kind}List",
            "apiVersion": resource.api_version,
            "metadata": self.metadata,
            "items": [
                {name: part for name, part in item.items() if name not in ("kind", "apiVersion")}
                for item in self.items
            ],
        }


def page(store: Store, resource: Resource, namespace: str, query: Query) -> Page:
    """Answer a list.

    Raises:
        ApiError: 400 for a token that is none, 410 for a version gone, 504 for one to come.
    """
    after, version = "", store.version
    asked = int(query.version or 0)
    if query.token:
        if asked:
            raise bad_request("specifying resource version is not allowed when using continue")
        version, start = _read_token(query.token)
        after = f"{namespace}/{start}" if namespace else start
        if version < 0:
            version = store.version
        elif version < store.floor:
            raise _gone_on(store, start)
    elif asked:
        too_large(store, asked)
        if query.match == "Exact" or (query.limit and not query.match):
            if asked < store.floor:
                raise ApiError(
                    410, "Expired", "The resourceVersion for the provided list is too old."
                )
            version = asked
    if version == store.version:
        found = store.list(resource.name, namespace, after)
    else:
        found = store.at(version, resource.name).list(resource.name, namespace)
    chosen = [obj for obj in found if (not after or key_of(obj) > after) and query.selects(obj)]
    if not query.limit or len(chosen) <= query.limit:
        return Page(chosen, version)
    items = chosen[: query.limit]
    last = key_of(items[-1])
    token = _token(version, last.removeprefix(f"{namespace}/") if namespace else last, namespace)
    left = None if query.selective else len(chosen) - query.limit
    return Page(items, version, token, left)


def too_large(store: Store, version: int) -> None:
    """Refuse a version that is yet to come.

    Raises:
        ApiError: 504.
    """
    if version > store.version:
        raise ApiError(
            504,
            "Timeout",
            f"Too large resource version: {version}, current: {store.version}",
            {
                "causes": [
                    {
                        "reason": "ResourceVersionTooLarge",
                        "message": "Too large resource version",
                    }
                ],
                "retryAfterSeconds": 1,
            },
        )


def _token(version: int, last: str, namespace: str) -> str:
    start = f"/{last}\0" if namespace else f"{last}\0"
    text = json.dumps({"v": _TOKEN_VERSION, "rv": version, "start": start}, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read_token(token: str) -> tuple[int, str]:
    """The version and the last key before the rest."""

    def broken(why: str) -> ApiError:
        return bad_request(f"invalid continue token: continue key is not valid: {why}")

    odd = re.search(r"[^A-Za-z0-9_-]", token)
    if odd or len(token) % 4 == 1:
        at = odd.start() if odd else len(token) - 1
        raise broken(f"illegal base64 data at input byte {at}")
    try:
        raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except binascii.Error:
        raise broken(f"illegal base64 data at input byte {len(token) - 1}") from None
    try:
        found = json.loads(raw)
        if not isinstance(found, dict):
            raise TypeError
    except (ValueError, TypeError):
        stripped = raw.lstrip(b" \t\r\n")
        if not stripped:
            raise broken("unexpected end of JSON input") from None
        raise broken(
            f"invalid character '{chr(stripped[0])}' looking for beginning of value"
        ) from None
    if found.get("v") != _TOKEN_VERSION:
        raise broken(f'server does not recognize this encoded version "{found.get("v", "")}"')
    version, start = found.get("rv", 0), found.get("start", "")
    if not isinstance(version, int) or version == 0:
        raise broken(f"incorrect encoded start resourceVersion (version {_TOKEN_VERSION})")
    if not isinstance(start, str) or not start:
        raise broken(f"encoded start key empty (version {_TOKEN_VERSION})")
    return version, start.removeprefix("/").removesuffix("\0")


def _gone_on(store: Store, start: str) -> ApiError:
    text = json.dumps(
        {"v": _TOKEN_VERSION, "rv": -1, "start": f"/{start}\0"}, separators=(",", ":")
    )
    token = base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")
    refusal = ApiError(410, "Expired", _GONE_ON)
    refusal.metadata = {"continue": token}
    return refusal


def start_of(store: Store, query: Query) -> int:
    """The version after which a watch goes on; -1 where it begins with what is there.

    Raises:
        ApiError: 410 for a version gone.
    """
    version = int(query.version or 0)
    if not version:
        return -1
    if version < store.floor:
        raise expired(version, store.floor)
    return version

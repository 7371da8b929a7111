"""What is asked about the server itself: its version, its health, what it serves."""

import gzip
import hashlib
from collections.abc import Sequence
from typing import Any

from tutor.offline.api import discovery, openapi, swagger
from tutor.offline.api.encoding import as_json, indented
from tutor.offline.api.exchange import Exchange
from tutor.offline.api.negotiate import JSON, form_of, wanted
from tutor.offline.api.paths import PageNotFound, unknown
from tutor.offline.errors import ApiError
from tutor.offline.resources import Resource

_FIRST = ("api", "apis", "openapi", "version", "healthz", "livez", "readyz", "metrics")


def told(path: str) -> bool:
    """Whether a path can be read though it is no resource."""
    return path.strip("/").partition("/")[0] in _FIRST


def reading(path: str) -> tuple[str, ...]:
    """The methods that read a path: of checks of health any does, and some only ask for a head."""
    first = path.strip("/").partition("/")[0]
    return ("GET", "HEAD", "POST") if first in discovery.CHECKS else ("GET",)


async def tell(exchange: Exchange, custom: Sequence[Resource] = ()) -> None:
    """Answer a GET of such a path.

    Args:
        exchange: The request.
        custom: What definitions add to what is served.

    Raises:
        PageNotFound: There is nothing.
        ApiError: 404 or 406.
    """
    path = exchange.path.rstrip("/") or "/"
    first, _, rest = path.strip("/").partition("/")
    if path == "/version":
        await exchange.send_all(200, indented(discovery.VERSION), JSON)
    elif first in discovery.CHECKS:
        await exchange.text(200, _health(exchange, first, rest))
    elif path == "/":
        await exchange.send_all(200, indented(discovery.root(custom)), JSON)
    elif path == "/openapi/v2":
        await _legacy(exchange)
    elif path == "/openapi/v3":
        await exchange.json(200, openapi.index(custom))
    elif path.startswith("/openapi/v3/"):
        await _openapi(exchange, path.removeprefix("/openapi/v3/"), custom)
    elif path == "/metrics":
        raise ApiError(404, "NotFound", "the offline cluster keeps no metrics", {})
    else:
        await _discover(exchange, path, custom)


def _health(exchange: Exchange, check: str, one: str) -> str:
    """The text of a health check, of one alone where it is named.

    Source: apiserver pkg/server/healthz/healthz.go.
    """
    if one:
        if one not in discovery.CHECKS[check]:
            raise PageNotFound
        return "ok"
    excluded = exchange.query.get("exclude", [])
    return discovery.health(check, "verbose" in exchange.query, excluded)


async def _legacy(exchange: Exchange) -> None:
    """``/openapi/v2``.

    Source: kube-openapi pkg/handler/handler.go.
    """
    vary = [("vary", "Accept")]
    for media in wanted(exchange.headers.get("accept", "")):
        if media in (JSON, "*/*", "application/*"):
            await exchange.json(200, swagger.document())
            return
        if media in swagger.ASKED:
            await exchange.send_all(200, swagger.encoded(), swagger.MEDIA, vary)
            return
    await exchange.send_all(406, b"", "", vary)


async def _openapi(exchange: Exchange, path: str, custom: Sequence[Resource]) -> None:
    try:
        packed, digest = openapi.packed(path, custom)
    except KeyError:
        raise PageNotFound from None
    vary = ("vary", "Accept")
    if not {JSON, "*/*", "application/*"} & set(wanted(exchange.headers.get("accept", ""))):
        await exchange.send_all(406, b"", "", [vary])
        return
    asked = exchange.first("hash")
    if asked and asked != digest:
        there = f"/openapi/v3/{path}?hash={digest}"
        await exchange.send_all(301, b"", "", [("location", there), vary])
        return
    headers = [("etag", f'"{digest}"'), vary, ("vary", "Accept-Encoding")]
    if asked:  # what is named by its hash does not change
        headers.append(("cache-control", "public, immutable"))
    if exchange.headers.get("if-none-match") == f'"{digest}"':
        await exchange.send_all(304, b"", JSON, headers)
    elif "gzip" in exchange.headers.get("accept-encoding", ""):
        await exchange.send_all(200, packed, JSON, [*headers, ("content-encoding", "gzip")])
    else:
        await exchange.send_all(200, gzip.decompress(packed), JSON, headers)


async def _aggregated(exchange: Exchange, document: bytes, version: str) -> None:
    """Answer with what is served, in one document, where it is not the one the client has.

    Source: apiserver pkg/endpoints/discovery/aggregated, ServeHTTPWithETag.
    """
    tag = f'"{hashlib.sha512(document).hexdigest().upper()}"'
    headers = [("etag", tag), ("vary", "Accept")]
    media = f"{JSON};g=apidiscovery.k8s.io;v={version};as=APIGroupDiscoveryList"
    if exchange.headers.get("if-none-match") == tag:
        await exchange.send_all(304, b"", media, headers)
    else:
        await exchange.send_all(200, document, media, headers)


async def _discover(exchange: Exchange, path: str, custom: Sequence[Resource]) -> None:
    parts = path.strip("/").split("/")
    accept = exchange.headers.get("accept", "")
    found: dict[str, Any] | None = None
    if parts in (["api"], ["apis"]):
        form = form_of(accept, ("APIGroupDiscoveryList",), streams=False)
        if form.kind:
            found = discovery.aggregated(parts == ["api"], form.version, custom)
            await _aggregated(exchange, as_json(found), form.version)
            return
        host = exchange.headers.get("host", "")
        found = discovery.groups(custom) if parts == ["apis"] else discovery.core_versions(host)
    elif parts[0] == "apis" and len(parts) == 2:
        found = discovery.group(parts[1], custom)
    elif parts == ["api", "v1"] or (parts[0] == "apis" and len(parts) == 3):
        found = discovery.resources(parts[1] if parts[0] == "apis" else "", parts[-1], custom)
    if found is None:
        group = parts[1] if parts[0] == "apis" and len(parts) > 1 else ""
        if discovery.group(group, custom) is not None:
            raise unknown()
        raise PageNotFound
    form_of(accept, (), streams=False)
    await exchange.json(200, found)

"""The ASGI application: bytes in, bytes out.

It knows HTTP and nothing of Kubernetes' rules; those are in ``service`` and behind it.
"""

import asyncio
import json
import uuid
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, Protocol, TypeAlias
from urllib.parse import parse_qs

from tutor.manifest.emit import to_yaml
from tutor.offline.api import discovery, openapi, present, reviews
from tutor.offline.api.guard import authenticate, check_host, check_origin, refuse_anonymous
from tutor.offline.api.logs import Log, ended
from tutor.offline.api.negotiate import JSON, YAML, Form, check_body, form_of
from tutor.offline.api.paths import (
    VERSIONS,
    PageNotFound,
    Target,
    target_of,
    unknown,
    wrong_method,
)
from tutor.offline.api.service import PATCHES, Call, Handled, Listed, Service, Watching
from tutor.offline.clock import timestamp
from tutor.offline.errors import Answer, ApiError

Scope: TypeAlias = dict[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[dict[str, Any]]]
Send: TypeAlias = Callable[[dict[str, Any]], Awaitable[None]]

LARGEST = 3 * 1024 * 1024
"""Bytes of a request's body, as of the real server."""
SLOWEST = 30.0
"""Seconds for a client to send the rest of its body."""
BOOKMARKS = 60.0
"""Seconds between bookmarks of a watch that asked for them."""
LONGEST_WATCH = 3600.0
"""Seconds of a watch that does not say how long."""


class Gone(Exception):  # noqa: N818  (no error of ours)
    """The client has left."""


class Heart(Protocol):
    """What the application asks of the program that runs the cluster.

    Methods are called in the event loop.
    """

    def before(self) -> None:
        """Let the cluster come up to the present moment."""

    def after(self) -> None:
        """Keep what has changed, before it is acknowledged.

        Raises:
            ApiError: It cannot be kept.
        """

    async def changed(self) -> None:
        """Return after the next change."""

    @property
    def stopping(self) -> bool:
        """Whether streams are to end."""


class House(Protocol):
    """What an application serves; a reset puts others in the place of both."""

    @property
    def service(self) -> Service:
        """Answers requests."""

    @property
    def heart(self) -> Heart:
        """The program around it."""

    async def control(self, method: str, path: str, body: bytes) -> tuple[int, dict[str, Any]]:
        """What a request to the program itself comes to: HTTP status and JSON.

        Raises:
            ApiError: The refusal.
        """


CONTROL = "/sts-tutor/"
"""Where the paths of the program itself begin."""


class App:
    """The API over ASGI.

    Args:
        house: The cluster.
        token: The bearer token of the only user.
    """

    def __init__(self, house: House, token: str) -> None:
        self._house = house
        self._token = token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        exchange = _Exchange(scope, receive, send)
        try:
            await self._answer(exchange)
        except Gone:
            return
        except ApiError as refusal:
            await exchange.refuse(refusal)
        except PageNotFound:
            await exchange.text(404, "404 page not found\n")

    async def _answer(self, exchange: "_Exchange") -> None:
        headers = exchange.headers
        check_host(headers.get("host", ""))
        check_origin(headers.get("origin"), headers.get("host", ""))
        if not authenticate(headers.get("authorization"), self._token):
            refuse_anonymous(exchange.method, exchange.path, exchange.query)
        body = await exchange.body()
        if exchange.path.startswith(CONTROL):
            await exchange.json(*await self._house.control(exchange.method, exchange.path, body))
            return
        self._house.heart.before()
        if exchange.path in reviews.PATHS:
            if exchange.method != "POST":
                raise wrong_method()
            stamp = timestamp(self._house.service.runner.clock.now)
            answer = reviews.review(exchange.path, body, stamp)
            await exchange.json(answer.code, answer.body)
        elif _about_a_resource(exchange.path):
            await self._resource(exchange, body)
        elif exchange.method != "GET":
            raise wrong_method() if _told(exchange.path) else PageNotFound
        else:
            await self._tell(exchange)

    # -- what is not about objects

    async def _tell(self, exchange: "_Exchange") -> None:
        path = exchange.path.rstrip("/") or "/"
        check = path.strip("/").partition("/")[0]
        if path == "/version":
            await exchange.json(200, discovery.VERSION)
        elif check in ("healthz", "livez", "readyz"):
            verbose = "verbose" in exchange.query
            await exchange.text(200, discovery.health(check, verbose))
        elif path == "/":
            await exchange.json(200, discovery.root())
        elif path == "/openapi/v2":
            await exchange.send_all(200, openapi.LEGACY, openapi.LEGACY_MEDIA)
        elif path == "/openapi/v3":
            await exchange.json(200, openapi.index())
        elif path.startswith("/openapi/v3/"):
            await self._openapi(exchange, path.removeprefix("/openapi/v3/"))
        else:
            await self._discover(exchange, path)

    async def _openapi(self, exchange: "_Exchange", path: str) -> None:
        try:
            packed = openapi.compressed(path)
        except KeyError:
            raise PageNotFound from None
        form_of(exchange.headers.get("accept", ""), (), streams=False)
        headers = [("etag", openapi.tag(path)), ("vary", "Accept, Accept-Encoding")]
        if exchange.headers.get("if-none-match") == openapi.tag(path):
            await exchange.send_all(304, b"", JSON, headers)
        elif "gzip" in exchange.headers.get("accept-encoding", ""):
            await exchange.send_all(200, packed, JSON, [*headers, ("content-encoding", "gzip")])
        else:
            await exchange.send_all(200, openapi.document(path), JSON, headers)

    async def _discover(self, exchange: "_Exchange", path: str) -> None:
        parts = path.strip("/").split("/")
        accept = exchange.headers.get("accept", "")
        found: dict[str, Any] | None = None
        if parts in (["api"], ["apis"]):
            if form_of(accept, ("APIGroupDiscoveryList",), streams=False).kind:
                found = discovery.aggregated(parts == ["api"])
                await exchange.json(200, found, f"{JSON};{discovery.AGGREGATED.partition(';')[2]}")
                return
            host = exchange.headers.get("host", "")
            found = discovery.groups() if parts == ["apis"] else discovery.core_versions(host)
        elif parts[0] == "apis" and len(parts) == 2:
            found = discovery.group(parts[1])
        elif parts == ["api", "v1"] or (parts[0] == "apis" and len(parts) == 3):
            found = discovery.resources(parts[1] if parts[0] == "apis" else "", parts[-1])
        if found is None:
            group = parts[1] if parts[0] == "apis" and len(parts) > 1 else ""
            if group and discovery.elsewhere(group, *parts[2:3]):
                named = "/".join(parts[1:])
                message = f"the offline cluster does not serve {named}"
                raise ApiError(404, "NotFound", message, {})
            if group in VERSIONS and group:
                raise unknown()
            raise PageNotFound
        form_of(accept, (), streams=False)
        await exchange.json(200, found)

    # -- objects

    async def _resource(self, exchange: "_Exchange", body: bytes) -> None:
        watch = exchange.flag("watch")
        target = target_of(exchange.method, exchange.path, watch)
        form = _form(exchange, target)
        include = exchange.first("includeObject")
        if form.kind == "Table":
            present.check_included(include)
        content_type = ""
        if target.verb == "patch":
            content_type = exchange.headers.get("content-type", "").partition(";")[0].strip()
            if content_type not in PATCHES:
                raise ApiError(415, "UnsupportedMediaType", "415: Unsupported Media Type", {})
        elif body or target.verb in ("create", "update"):
            content_type = check_body(exchange.headers.get("content-type", ""))
        agent = exchange.headers.get("user-agent", "")
        call = Call(target, exchange.query, body, content_type, agent)
        try:
            handled = self._house.service.handle(call)
        finally:
            self._house.heart.after()
        await self._send(exchange, target, handled, form, include)

    async def _send(
        self, exchange: "_Exchange", target: Target, handled: Handled, form: Form, include: str
    ) -> None:
        now = self._house.service.runner.clock.now
        match handled:
            case Answer(code, found, warnings):
                shown = present.one(target.resource, found, now, form, include)
                await exchange.value(code, shown, form, warnings)
            case Listed(resource, page):
                shown = present.listed(resource, page, now, form, include)
                await exchange.value(200, shown, form)
            case Watching():
                await self._watch(exchange, handled, form, include)
            case Log():
                await self._log(exchange, handled)

    async def _watch(
        self, exchange: "_Exchange", watching: Watching, form: Form, include: str
    ) -> None:
        loop = asyncio.get_running_loop()
        heart, clock = self._house.heart, self._house.service.runner.clock
        end = loop.time() + float(watching.query.timeout or LONGEST_WATCH)
        marked = loop.time()
        headed = True
        await exchange.begin(200, JSON)
        while not heart.stopping:
            events = watching.watch.poll()
            if not events and watching.query.bookmarks and loop.time() - marked >= BOOKMARKS:
                events = [watching.watch.bookmark()]
                marked = loop.time()
            lines = []
            for found in events:
                now = clock.now
                shown = present.event(
                    watching.resource, found, now, form, include=include, headed=headed
                )
                headed = headed and found["type"] == "ERROR"
                lines.append(_json(shown))
            if lines:
                await exchange.more(b"".join(lines))
            left = end - loop.time()
            if watching.watch.ended or left <= 0:
                break
            if watching.query.bookmarks:
                left = min(left, BOOKMARKS - (loop.time() - marked))
            await exchange.wait(heart.changed(), max(0.0, left))
        await exchange.finish()

    async def _log(self, exchange: "_Exchange", log: Log) -> None:
        if not log.scheduled:
            await exchange.send_all(204, b"", "")
            return
        if not log.follow:
            await exchange.text(200, log.text, plain=True)
            return
        await exchange.begin(200, "text/plain")
        await exchange.more(log.text.encode())
        heart, store = self._house.heart, self._house.service.runner.store
        while not heart.stopping:
            if ended(store.get("pods", f"{log.namespace}/{log.name}"), log.container):
                break
            await exchange.wait(heart.changed(), LONGEST_WATCH)
        await exchange.finish()


class _Exchange:
    """One request and its answer."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self.headers = {
            name.decode("latin-1").lower(): value.decode("latin-1")
            for name, value in scope["headers"]
        }
        text = scope["query_string"].decode("latin-1")
        self.query: dict[str, list[str]] = parse_qs(text, keep_blank_values=True)
        self._receive = receive
        self._send = send
        self._leaving: asyncio.Task[None] | None = None

    def first(self, name: str) -> str:
        """The first value of a parameter."""
        return self.query.get(name, [""])[0]

    def flag(self, name: str) -> bool:
        """Whether a parameter is given and not false."""
        return self.first(name) not in ("", "0", "f", "F", "false", "False", "FALSE")

    async def body(self) -> bytes:
        """The whole body.

        Raises:
            ApiError: 413 for too large a one, 408 for one that does not come.
            Gone: The client has left.
        """
        too_large = ApiError(
            413,
            "RequestEntityTooLarge",
            f"Request entity too large: limit is {LARGEST}",
        )
        length = self.headers.get("content-length", "")
        if length.isdigit() and int(length) > LARGEST:
            raise too_large
        parts: list[bytes] = []
        size = 0
        try:
            async with asyncio.timeout(SLOWEST):
                while True:
                    message = await self._receive()
                    if message["type"] == "http.disconnect":
                        raise Gone
                    parts.append(message.get("body", b""))
                    size += len(parts[-1])
                    if size > LARGEST:
                        raise too_large
                    if not message.get("more_body"):
                        return b"".join(parts)
        except TimeoutError:
            raise ApiError(408, "Timeout", "the request's body did not come in time") from None

    async def begin(self, status: int, media: str, headers: Iterable[tuple[str, str]] = ()) -> None:
        """Send the head of the answer."""
        base = [
            ("audit-id", str(uuid.uuid4())),
            ("cache-control", "no-cache, private"),
            *([("content-type", media)] if media else []),
            *headers,
        ]
        encoded = [(name.encode(), value.encode("utf-8")) for name, value in base]
        await self._send({"type": "http.response.start", "status": status, "headers": encoded})

    async def more(self, data: bytes) -> None:
        """Send a part of the body."""
        await self._send({"type": "http.response.body", "body": data, "more_body": True})

    async def finish(self) -> None:
        """Send the end of the body."""
        if self._leaving is not None:
            self._leaving.cancel()
        await self._send({"type": "http.response.body", "body": b""})

    async def send_all(
        self, status: int, data: bytes, media: str, headers: Iterable[tuple[str, str]] = ()
    ) -> None:
        """Send a whole answer."""
        length = [] if status in (204, 304) else [("content-length", str(len(data)))]
        await self.begin(status, media, [*headers, *length])
        await self._send({"type": "http.response.body", "body": data})

    async def text(self, status: int, text: str, plain: bool = False) -> None:
        """Answer with text."""
        media = "text/plain" if plain else "text/plain; charset=utf-8"
        await self.send_all(status, text.encode(), media)

    async def json(self, status: int, value: Mapping[str, Any], media: str = JSON) -> None:
        """Answer with JSON."""
        await self.send_all(status, _json(value), media)

    async def value(
        self, status: int, value: Mapping[str, Any], form: Form, warnings: Iterable[str] = ()
    ) -> None:
        """Answer with an object, in JSON or YAML."""
        headers = [("warning", _warning(one)) for one in warnings]
        if form.media == YAML:
            await self.send_all(status, to_yaml(value).encode(), YAML, headers)
        elif self.flag("pretty"):
            text = json.dumps(value, indent=2, ensure_ascii=False) + "\n"
            await self.send_all(status, text.encode(), JSON, headers)
        else:
            await self.send_all(status, _json(value), JSON, headers)

    async def refuse(self, refusal: ApiError) -> None:
        """Answer with a Status."""
        headers: list[tuple[str, str]] = []
        retry = refusal.details.get("retryAfterSeconds")
        if retry:
            headers.append(("retry-after", str(retry)))
        if refusal.code == 408:
            headers.append(("connection", "close"))
        await self.send_all(refusal.code, _json(refusal.status()), JSON, headers)

    async def wait(self, change: Awaitable[None], seconds: float) -> None:
        """Wait for a change, so long at most.

        Raises:
            Gone: The client has left meanwhile.
        """
        if self._leaving is None:
            self._leaving = asyncio.ensure_future(self._left())
        waiting = asyncio.ensure_future(change)
        try:
            await asyncio.wait(
                (waiting, self._leaving),
                timeout=seconds,
                return_when=asyncio.FIRST_COMPLETED,
            )
        finally:
            waiting.cancel()
            if self._leaving.done():
                raise Gone

    async def _left(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass


def _form(exchange: _Exchange, target: Target) -> Form:
    if target.subresource == "log":
        return Form()
    kinds: tuple[str, ...] = ("Table", "PartialObjectMetadata")
    if target.verb in ("list", "deletecollection"):
        kinds = ("Table", "PartialObjectMetadataList")
    elif target.verb == "watch":
        kinds = ("Table", "PartialObjectMetadata", "PartialObjectMetadataList")
    form = form_of(exchange.headers.get("accept", ""), kinds, target.verb in ("list", "watch"))
    if target.verb == "watch" and form.kind == "PartialObjectMetadataList":
        return Form(form.media, "PartialObjectMetadata", form.version)
    return form


def _about_a_resource(path: str) -> bool:
    parts = path.strip("/").split("/")
    return (parts[0] == "api" and len(parts) > 2) or (parts[0] == "apis" and len(parts) > 3)


def _told(path: str) -> bool:
    """Whether a path can be read though it is no resource."""
    first = path.strip("/").partition("/")[0]
    return first in ("api", "apis", "openapi", "version", "healthz", "livez", "readyz")


def _json(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"


def _warning(text: str) -> str:
    quoted = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'299 - "{quoted}"'

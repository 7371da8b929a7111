"""The ASGI application: bytes in, bytes out.

It knows HTTP and nothing of Kubernetes' rules; those are in ``service`` and behind it.
"""

import asyncio
import traceback
from collections.abc import Callable
from itertools import islice
from typing import Any, Protocol, TypeVar

from tutor.manifest.emit import to_yaml
from tutor.offline import custom
from tutor.offline.api import present
from tutor.offline.api.encoding import outweighs
from tutor.offline.api.exchange import STEP, Exchange, Gone, Receive, Scope, Send
from tutor.offline.api.guard import authenticate, authorize, check_framing, check_host, check_origin
from tutor.offline.api.lines import Lines, Shape
from tutor.offline.api.logs import Log, ended
from tutor.offline.api.negotiate import JSON, YAML, Form, check_body, form_of
from tutor.offline.api.paths import NotEmulated, PageNotFound, Target, target_of, wrong_method
from tutor.offline.api.people import NOBODY, User, played
from tutor.offline.api.service import LONG, PATCHES, Call, Handled, Listed, Service, Watching
from tutor.offline.api.telling import reading, tell, told
from tutor.offline.api.turns import Turns
from tutor.offline.errors import Answer, ApiError
from tutor.offline.listing import Page
from tutor.offline.resources import Resource

_T = TypeVar("_T")
BOOKMARKS = 60.0
"""Seconds between bookmarks of a watch that asked for them."""
LONGEST_WATCH = 3600.0
"""Seconds of a watch that does not say how long."""


class Heart(Protocol):
    """What the application asks of the program that runs the cluster.

    Methods are called in the event loop.
    """

    def before(self) -> None:
        """Let the cluster come up to the present moment."""

    def ready(self) -> None:
        """Refuse a change that could not be kept.

        Raises:
            ApiError: The refusal.
        """

    def after(self) -> None:
        """Keep what has changed, before it is acknowledged.

        Raises:
            ApiError: It cannot be kept.
        """

    async def changed(self) -> None:
        """Return after the next change."""

    async def beside(self, work: Callable[[], _T]) -> _T:
        """What some work comes to that changes the cluster, and takes long."""

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

    @property
    def turns(self) -> Turns:
        """Who may change the cluster."""

    async def control(self, method: str, path: str, body: bytes) -> tuple[int, dict[str, Any]]:
        """What a request to the program itself comes to: HTTP status and JSON.

        Raises:
            ApiError: The refusal.
        """


_PANIC = "This request caused apiserver to panic. Look in the logs for details.\n"
AT_ONCE = 20
"""Objects of a collection that are deleted at one turn."""
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
        self._lines = Lines()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        exchange = Exchange(scope, receive, send)
        try:
            await self._answer(exchange)
        except Gone:
            return
        except ApiError as refusal:
            await exchange.refuse(refusal)
        except PageNotFound:
            await exchange.text(404, "404 page not found\n")
        except Exception:
            if exchange.begun:
                raise
            traceback.print_exc()  # into the log; the cluster goes on
            await exchange.text(500, _PANIC)

    async def _answer(self, exchange: Exchange) -> None:
        headers = exchange.headers
        check_framing(headers)
        check_host(headers.get("host", ""))
        check_origin(headers.get("origin"), headers.get("host", ""))
        user = NOBODY
        if authenticate(headers.get("authorization"), self._token):
            user = played(exchange.every("impersonate-user"), exchange.every("impersonate-group"))
        authorize(user, exchange.method, exchange.path, exchange.query, self._find)
        body = await exchange.body()
        if exchange.path.startswith(CONTROL):
            await exchange.json(*await self._house.control(exchange.method, exchange.path, body))
            return
        self._house.heart.before()
        if _about_a_resource(exchange.path):
            await self._resource(exchange, body, user)
        elif exchange.method not in reading(exchange.path):
            raise wrong_method() if told(exchange.path) else PageNotFound
        else:
            await tell(exchange, custom.every(self._house.service.runner.view))

    # -- objects

    def _find(self, group: str, version: str, plural: str) -> Resource | None:
        return custom.find(self._house.service.runner.view, group, version, plural)

    async def _resource(self, exchange: Exchange, body: bytes, user: User) -> None:
        try:
            watch = exchange.flag("watch")
            target = target_of(exchange.method, exchange.path, watch, self._find)
        except NotEmulated as missing:
            if not missing.listed:
                raise
            exchange.warnings.append(missing.message)
            version = self._house.service.runner.store.version
            await exchange.json(200, present.empty(missing.resource, version))
            return
        exchange.warnings += target.resource.warnings(target.verb)
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
        call = Call(target, exchange.query, body, content_type, agent, user)
        if call.reads:
            handled = self._house.service.handle(call)
        elif target.verb == "deletecollection":
            handled = await self._delete_all(call)
        else:
            handled = await self._change(call)
        await self._send(exchange, target, handled, form, include)

    async def _change(self, call: Call) -> Handled:
        """Make a change when its turn comes, in the loop or, where it takes long, beside it."""
        turns = self._house.turns
        long = self._house.service.long(call)
        if long and call.body:
            call = await turns.beside(call.ahead)
        async with turns:
            service, heart = self._house.service, self._house.heart
            heart.ready()
            try:
                if not long:
                    return service.handle(call)
                return await heart.beside(lambda: service.handle(call))
            finally:
                heart.after()

    async def _delete_all(self, call: Call) -> Handled:
        """Delete a collection, a few objects at each turn."""
        if len(call.body) > LONG:
            call = await self._house.turns.beside(call.ahead)
        service = self._house.service
        deletions = service.deletions(call)
        left = iter(deletions.found)
        while some := list(islice(left, AT_ONCE)):
            async with self._house.turns:
                heart = self._house.heart
                heart.ready()
                try:
                    for obj in some:
                        deletions.delete(obj)
                finally:
                    heart.after()
            await asyncio.sleep(0)
        page = Page(deletions.found, service.runner.store.version)
        return Listed(deletions.resource, page)

    async def _send(
        self, exchange: Exchange, target: Target, handled: Handled, form: Form, include: str
    ) -> None:
        now = self._house.service.runner.clock.now
        match handled:
            case Answer(code, found, warnings):
                shown = present.one(target.resource, found, now, form, include)
                if form.media == YAML and outweighs(shown):
                    text = await self._house.turns.beside(lambda: to_yaml(shown).encode())
                    exchange.warnings += warnings
                    await exchange.send_all(code, text, YAML)
                    return
                await exchange.value(code, shown, form, warnings)
            case Listed(resource, page):
                long = present.listed(resource, page, now, form, include)
                await exchange.value(200, long, form)
            case Watching():
                await self._watch(exchange, handled, form, include)
            case Log():
                await self._log(exchange, handled)

    async def _watch(
        self, exchange: Exchange, watching: Watching, form: Form, include: str
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
            lines, size = [], 0
            for found in events:
                shape = Shape(form, include, headed)
                lines.append(self._lines.of(watching.resource, found, clock.now, shape))
                headed = headed and found["type"] == "ERROR"
                size += len(lines[-1])
                if size > STEP:  # others, and a slow client, come before the next is made ready
                    await exchange.more(b"".join(lines))
                    await asyncio.sleep(0)
                    lines, size = [], 0
            if lines:
                await exchange.more(b"".join(lines))
            left = end - loop.time()
            if watching.watch.ended or left <= 0:
                break
            if watching.query.bookmarks:
                left = min(left, BOOKMARKS - (loop.time() - marked))
            await exchange.wait(heart.changed(), max(0.0, left))
        await exchange.finish()

    async def _log(self, exchange: Exchange, log: Log) -> None:
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


def _form(exchange: Exchange, target: Target) -> Form:
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

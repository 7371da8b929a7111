"""One HTTP request and its answer, over ASGI."""

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from typing import Any, TypeAlias
from urllib.parse import parse_qs

from tutor.offline.api.encoding import Long, indented_pieces, json_pieces, yaml_pieces
from tutor.offline.api.negotiate import JSON, YAML, Form, wanted
from tutor.offline.api.recorder import headers as headers_of
from tutor.offline.errors import ApiError

Scope: TypeAlias = dict[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[dict[str, Any]]]
Send: TypeAlias = Callable[[dict[str, Any]], Awaitable[None]]

LARGEST = 3 * 1024 * 1024
"""Bytes of a request's body, as of the real server."""
STEP = 16 * 1024
"""Bytes of an answer that are made before others have their turn."""
PIECE = 64 * 1024
"""Bytes of a stream that are sent at once."""
WHOLE = 256 * 1024
"""Bytes of an answer up to which it is sent with its length."""
SLOWEST = 30.0
"""Seconds for a client to send the rest of its body."""

_LAST = (408, 413)
"""Refusals after which a client's body may go on and on: the connection ends with them. It ends
too where the end of the body is told in two ways."""


_PEOPLE = ("curl", "Wget", "Mozilla/5.0")
_TRUE = ("1", "t", "T", "true", "TRUE", "True")


class Gone(Exception):  # noqa: N818  (no error of ours)
    """The client has left."""


class Exchange:
    """One request and its answer.

    Attributes:
        begun: Whether the head of the answer has been sent.
    """

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._headers: list[tuple[bytes, bytes]] = scope["headers"]
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self.headers = {
            name.decode("latin-1").lower(): value.decode("latin-1") for name, value in self._headers
        }
        text = scope["query_string"].decode("latin-1")
        self.query: dict[str, list[str]] = parse_qs(text, keep_blank_values=True)
        self.warnings: list[str] = []
        self._receive = receive
        self._send = send
        self.begun = False
        self._leaving: asyncio.Task[None] | None = None

    def every(self, name: str) -> list[str]:
        """All values of a header that may stand more than once."""
        wanted = name.encode()
        return [value.decode("latin-1") for one, value in self._headers if one.lower() == wanted]

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
        self.begun = True
        given = [*headers, *(("warning", one) for one in headers_of(self.warnings))]
        base = [("audit-id", str(uuid.uuid4()))]
        if all(name != "cache-control" for name, _ in given):
            base.append(("cache-control", "no-cache, private"))
        base += [*([("content-type", media)] if media else []), *given]
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
        await self.stream(status, self._pieces(value), media)

    async def value(
        self,
        status: int,
        value: Mapping[str, Any] | Long,
        form: Form,
        warnings: Iterable[str] = (),
    ) -> None:
        """Answer with an object or a list, in JSON or YAML."""
        self.warnings += warnings
        yaml = form.media == YAML
        pieces = yaml_pieces(value) if yaml else self._pieces(value)
        await self.stream(status, pieces, YAML if yaml else JSON)

    async def stream(self, status: int, pieces: Iterator[bytes], media: str) -> None:
        """Send an answer that is made piece by piece, and let others have their turn in between.

        A short one is sent as a whole, with its length.
        """
        held = bytearray()
        begun, size, done = False, 0, 0
        for piece in pieces:
            held += piece
            size += len(piece)
            if size - done >= STEP:
                done = size
                await asyncio.sleep(0)
            if len(held) < (PIECE if begun else WHOLE):
                continue
            if not begun:
                await self.begin(status, media)
                begun = True
            await self.more(bytes(held))
            held.clear()
        if not begun:
            await self.send_all(status, bytes(held), media)
            return
        await self.more(bytes(held))
        await self.finish()

    def _pieces(self, value: Mapping[str, Any] | Long) -> Iterator[bytes]:
        """JSON in one line, or in many where a person reads it.

        Source: apiserver pkg/endpoints/handlers/negotiation/negotiate.go, isPrettyPrint.
        """
        asked = self.first("pretty")
        people = self.headers.get("user-agent", "").startswith(_PEOPLE)
        many = asked in _TRUE or (not asked and people)
        return indented_pieces(value) if many else json_pieces(value)

    async def refuse(self, refusal: ApiError) -> None:
        """Answer with a Status."""
        self.warnings += refusal.warnings
        headers: list[tuple[str, str]] = []
        retry = refusal.details.get("retryAfterSeconds")
        if retry:
            headers.append(("retry-after", str(retry)))
        if refusal.code in _LAST or {"transfer-encoding", "content-length"} <= set(self.headers):
            headers.append(("connection", "close"))
        yaml = next(iter(wanted(self.headers.get("accept", ""))), JSON) == YAML
        status = refusal.status()
        pieces = yaml_pieces(status) if yaml else self._pieces(status)
        data = bytearray()
        for piece in pieces:
            data += piece
            await asyncio.sleep(0)
        await self.send_all(refusal.code, bytes(data), YAML if yaml else JSON, headers)

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

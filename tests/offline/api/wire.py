"""A server on a real socket in this process, and a client that may misbehave as it likes."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.offline.api.support import TOKEN
from tests.waiting import HANG
from tutor.offline.api.house import House, Settings
from tutor.offline.api.server import listen, serve
from tutor.offline.runner import START


@dataclass
class Answer:
    """An answer from the wire; status 0 where there was none."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    data: bytes = b""

    @property
    def json(self) -> Any:
        return json.loads(self.data)


class Wire:
    """A server's other end."""

    def __init__(self, house: House, port: int) -> None:
        self.house = house
        self.port = port
        self._writers: list[asyncio.StreamWriter] = []
        self.host = f"Host: 127.0.0.1:{port}\r\n".encode()
        self.token = f"Authorization: Bearer {TOKEN}\r\n".encode()

    async def open(self, **options: Any) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A connection; it ends with the server."""
        if not options:
            options = {"host": "127.0.0.1", "port": self.port}
        reader, writer = await asyncio.open_connection(**options)
        self._writers.append(writer)
        return reader, writer

    async def leave(self) -> None:
        """End all connections."""
        for writer in self._writers:
            writer.transport.abort()
        await asyncio.sleep(0)

    async def say(self, data: bytes) -> Answer:
        """What comes back for some bytes on a connection of their own."""
        reader, writer = await self.open()
        try:
            writer.write(data)
            return await answer_of(reader)
        finally:
            writer.close()

    async def ask(self, method: str, path: str, body: Any = None, more: bytes = b"") -> Answer:
        """A request as it should be."""
        return await self.say(self.request(method, path, body, more))

    def request(self, method: str, path: str, body: Any = None, more: bytes = b"") -> bytes:
        data = b"" if body is None else json.dumps(body).encode()
        length = f"Content-Length: {len(data)}\r\n".encode()
        kind = b"Content-Type: application/json\r\n"
        line = f"{method} {path} HTTP/1.1\r\n".encode()
        return line + self.host + self.token + kind + length + more + b"\r\n" + data


async def answer_of(reader: asyncio.StreamReader) -> Answer:
    """One answer with a known length, or all up to the end."""
    try:
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), HANG)
    except (asyncio.IncompleteReadError, ConnectionError):
        return Answer()
    line, *rest = head.decode("latin-1").split("\r\n")
    headers = dict(one.lower().split(": ", 1) for one in rest if one)
    answer = Answer(int(line.split()[1]), headers)
    if "content-length" in headers:
        answer.data = await reader.readexactly(int(headers["content-length"]))
    return answer


@asynccontextmanager
async def wire(speed: float = 0.0) -> AsyncIterator[Wire]:
    """A running server over plain HTTP."""
    house = House(Settings(speed=speed, seed=1), lambda: START, asyncio.get_running_loop().time)
    at = listen(0)
    begun = asyncio.Event()
    serving = asyncio.ensure_future(serve(house, TOKEN, at, None, begun.set))
    await asyncio.wait_for(begun.wait(), HANG)
    found = Wire(house, at.getsockname()[1])
    try:
        yield found
    finally:
        await found.leave()
        house.end()
        await serving
        at.close()

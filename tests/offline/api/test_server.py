"""The server on a real socket: what is no HTTP, slow and broken clients, many at once."""

import asyncio
import contextlib
import json
import socket
from asyncio import sslproto
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.offline.api.support import PODS, SETS, run, stateful_set
from tests.offline.api.wire import Answer, Wire, answer_of, wire
from tests.waiting import answered, arrives
from tutor.offline.api import app, exchange, server
from tutor.offline.api.server import listen

MAPS = "/api/v1/namespaces/default/configmaps"
NAMESPACES = "/api/v1/namespaces"


def served(attack: Callable[[Wire], Awaitable[None]]) -> None:
    """Attack a server, and see that it answers afterwards."""

    async def play() -> None:
        async with wire() as found:
            await attack(found)
            after = await found.ask("GET", NAMESPACES)
            assert after.status == 200
            assert len(after.json["items"]) == 4

    run(play())


BAD_REQUEST = b"400 Bad Request"


@pytest.mark.parametrize(
    ("data", "status", "text"),
    [
        (b"\x00\x01\x02\r\n\r\n", 400, BAD_REQUEST),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400, BAD_REQUEST),  # TLS
        (b"GET /version\r\n\r\n", 400, BAD_REQUEST),
        (b"GET /\xe3\x81\x82 HTTP/1.1\r\n{host}\r\n", 400, BAD_REQUEST),
        (b"GET /a b HTTP/1.1\r\n{host}\r\n", 400, BAD_REQUEST),
        (b"GET /version HTTP/1.1\r\n\r\n", 400, BAD_REQUEST + b": missing required Host header"),
        (
            b"GET /version HTTP/1.1\r\n{host}{host}\r\n",
            400,
            BAD_REQUEST + b": too many Host headers",
        ),
        (b"GET /version HTTP/1.1\r\n{host}X-A : a\r\n\r\n", 400, BAD_REQUEST),
        (b"GET /version HTTP/1.1\r\n{host}X-A: a\x00b\r\n\r\n", 400, BAD_REQUEST),
        (b"GET /version HTTP/1.1\r\n{host}: a\r\n\r\n", 400, BAD_REQUEST),
        (b"POST / HTTP/1.1\r\n{host}Content-Length: -4\r\n\r\nabcd", 400, BAD_REQUEST),
        (b"POST / HTTP/1.1\r\n{host}Content-Length: 4, 5\r\n\r\nabcd", 400, BAD_REQUEST),
        (
            b"POST / HTTP/1.1\r\n{host}Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcd",
            400,
            BAD_REQUEST,
        ),
        (
            b"POST / HTTP/1.1\r\n{host}{token}Transfer-Encoding: chunked\r\n\r\nZZ\r\n\r\n",
            400,
            BAD_REQUEST,
        ),
        (
            b"POST / HTTP/1.1\r\n{host}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
            501,
            b"501 Unsupported transfer encoding",
        ),
        (
            b"GET /version HTTP/1.1\r\n{host}X-A: " + b"a" * 100_000,
            431,
            b"431 Request Header Fields Too Large",
        ),
        (
            b"GET /" + b"a" * 100_000,
            431,
            b"431 Request Header Fields Too Large",
        ),
    ],
    ids=lambda value: repr(value)[:50],
)
def test_what_is_no_http_is_refused_in_gos_words(data: bytes, status: int, text: bytes) -> None:
    async def attack(found: Wire) -> None:
        sent = data.replace(b"{host}", found.host).replace(b"{token}", found.token)
        answer = await found.say(sent)
        assert (answer.status, answer.data) == (status, text)
        assert answer.headers["connection"] == "close"
        assert answer.headers["content-type"] == "text/plain; charset=utf-8"

    served(attack)


def test_a_request_framed_in_two_ways_ends_the_connection() -> None:
    async def attack(found: Wire) -> None:
        reader, writer = await found.open()
        head = b"POST /version HTTP/1.1\r\n" + found.host + found.token
        head += b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
        writer.write(head + found.request("DELETE", f"{NAMESPACES}/default"))
        assert (await answer_of(reader)).status == 400
        assert await reader.read() == b""
        assert found.house.runner.store.get("namespaces", "default") is not None
        writer.close()

    served(attack)


def test_requests_in_one_breath_are_answered_in_order() -> None:
    async def attack(found: Wire) -> None:
        reader, writer = await found.open()
        paths = ("/version", "/nothing", "/healthz")
        writer.write(b"".join(found.request("GET", path) for path in paths))
        assert [(await answer_of(reader)).status for _ in paths] == [200, 404, 200]
        writer.close()

    served(attack)


@pytest.mark.parametrize("upgrade", [b"websocket", b"h2c", b"SPDY/3.1"])
def test_other_protocols_are_not_spoken(upgrade: bytes) -> None:
    async def attack(found: Wire) -> None:
        more = b"Connection: Upgrade\r\nUpgrade: " + upgrade + b"\r\nSec-WebSocket-Key: eA==\r\n"
        answer = await found.ask("GET", "/version", more=more)
        assert (answer.status, answer.json["gitVersion"]) == (200, "v1.36.2")
        preface = await found.say(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
        assert preface.status in (400, 403)

    served(attack)


def test_too_large_a_body_is_refused_before_it_is_read() -> None:
    async def attack(found: Wire) -> None:
        head = b"POST " + MAPS.encode() + b" HTTP/1.1\r\n" + found.host + found.token
        told = await found.say(head + b"Content-Length: 3145729\r\n\r\n")
        waits = await found.say(
            head + b"Content-Length: 9999999999\r\nExpect: 100-continue\r\n\r\n"
        )
        endless = head + b"Transfer-Encoding: chunked\r\n\r\n" + b"10000\r\n%s\r\n" % (
            b" " * 65536
        ) * 50  # fmt: skip
        for answer in (told, waits, await found.say(endless)):
            assert answer.status == 413
            assert answer.json["message"] == "Request entity too large: limit is 3145728"
            assert answer.json["reason"] == "RequestEntityTooLarge"
            assert answer.headers["connection"] == "close"

    served(attack)


def test_the_largest_body_is_read() -> None:
    async def attack(found: Wire) -> None:
        body = {"metadata": {"name": "c"}, "data": {"k": "x" * 1_000_000}}
        data = json.dumps(body).encode()
        data += b" " * (exchange.LARGEST - len(data))
        head = b"POST " + MAPS.encode() + b" HTTP/1.1\r\n" + found.host + found.token
        head += b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(data)
        assert (await found.say(head + data)).status == 201

    served(attack)


def test_slow_clients_are_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "HEAD", 0.2)
    monkeypatch.setattr(exchange, "SLOWEST", 0.2)

    async def attack(found: Wire) -> None:
        silent, one = await found.open()
        started, two = await found.open()
        two.write(b"GET /version HTTP/1.1\r\n")
        bodiless, three = await found.open()
        three.write(found.request("POST", MAPS, {"metadata": {}})[:-5])
        again, four = await found.open()
        four.write(found.request("GET", "/version"))
        assert (await answer_of(again)).status == 200
        four.write(b"GET /ver")
        assert await answered(silent.read()) == b""
        assert await answered(started.read()) == b""
        late = await answer_of(bodiless)
        assert (late.status, late.headers["connection"]) == (408, "close")
        assert await answered(again.read()) == b""
        for writer in (one, two, three, four):
            writer.close()

    served(attack)


def test_a_trickle_is_no_way_to_keep_a_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "HEAD", 0.3)

    async def attack(found: Wire) -> None:
        _, writer = await found.open()
        sent = 0

        async def trickle() -> None:
            nonlocal sent
            while not writer.is_closing():
                writer.write(b"X")
                await writer.drain()
                sent += 1
                await asyncio.sleep(0.02)

        with contextlib.suppress(ConnectionError):
            await answered(trickle())
        assert sent
        writer.close()

    served(attack)


def test_clients_that_vanish(monkeypatch: pytest.MonkeyPatch) -> None:
    async def attack(found: Wire) -> None:
        whole = found.request("POST", MAPS, {"metadata": {"name": "c"}})
        watch = found.request("GET", f"{MAPS}?watch=1")
        for data in (b"", whole[:9], whole[:-9], whole, watch, watch * 3):
            for abrupt in (False, True):
                _, writer = await found.open()
                writer.write(data)
                await writer.drain()
                if abrupt:
                    writer.transport.abort()
                writer.close()
        await arrives(lambda: found.house.runner.store.count("configmaps") > 1)
        assert (await found.ask("GET", f"{MAPS}/c")).status == 200

    served(attack)


def test_noise_within_a_watch_harms_nobody() -> None:
    async def attack(found: Wire) -> None:
        reader, writer = await found.open()
        writer.write(found.request("GET", f"{NAMESPACES}?watch=1"))
        assert (await answer_of(reader)).status == 200
        writer.write(b"\x00" * 100_000)
        await writer.drain()
        assert (await found.ask("GET", NAMESPACES)).status == 200
        writer.close()
        assert (await found.ask("GET", NAMESPACES)).status == 200

    served(attack)


async def _deaf(found: Wire, path: str) -> asyncio.StreamWriter:
    """A client with a small window that asks and never reads."""
    own = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    own.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    own.setblocking(False)
    await asyncio.get_running_loop().sock_connect(own, ("127.0.0.1", found.port))
    reader, writer = await found.open(sock=own, limit=1024)
    reader._transport.pause_reading()  # type: ignore[attr-defined]  # asyncio reads by itself
    writer.write(found.request("GET", path))
    await writer.drain()
    return writer


def test_clients_that_never_read_are_cut_off_and_hold_up_nobody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(server, "STALLED", 0.5)

    async def attack(found: Wire) -> None:
        for number in range(30):
            body = {"metadata": {"name": f"c-{number}"}, "data": {"k": "x" * 300_000}}
            assert (await found.ask("POST", MAPS, body)).status == 201
        writers = [
            await _deaf(found, path)
            for path in (f"{MAPS}?watch=1", f"{MAPS}?watch=1&resourceVersion=100", MAPS)
        ]
        reader, writer = await found.open()
        writer.write(found.request("GET", f"{MAPS}?watch=1&resourceVersion=0"))
        assert (await answer_of(reader)).status == 200
        read = 0
        while read < 30 * 300_000:
            read += len(await answered(reader.read(1 << 20)))
        await arrives(lambda: len(asyncio.all_tasks()) <= 8)
        for one in (*writers, writer):
            one.close()

    served(attack)


def test_three_hundred_watches_all_get_everything() -> None:
    async def attack(found: Wire) -> None:
        begun = 0

        async def watch() -> list[Any]:
            nonlocal begun
            reader, writer = await found.open()
            writer.write(found.request("GET", f"{MAPS}?watch=1&timeoutSeconds=3"))
            assert (await answer_of(reader)).status == 200
            begun += 1
            data = await answered(reader.readuntil(b"\r\n0\r\n\r\n"))
            writer.close()
            lines = [line for line in data.split(b"\r\n") if line.startswith(b"{")]
            return [json.loads(line)["object"]["metadata"]["name"] for line in lines]

        watching = [asyncio.ensure_future(watch()) for _ in range(300)]
        await arrives(lambda: begun == 300)
        for number in range(5):
            body = {"metadata": {"name": f"c-{number}"}}
            assert (await found.ask("POST", MAPS, body)).status == 201
        for names in await asyncio.gather(*watching):
            assert [name for name in names if name.startswith("c-")] == [
                f"c-{number}" for number in range(5)
            ]

    served(attack)


def test_a_bug_is_one_answer_and_not_the_end(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def attack(found: Wire) -> None:
        with monkeypatch.context() as patched:
            patched.setattr(app, "target_of", lambda *_: 1 / 0)
            answer = await found.ask("GET", PODS)
        assert answer.status == 500
        assert answer.data.startswith(b"This request caused apiserver to panic.")

    served(attack)
    assert "ZeroDivisionError" in capsys.readouterr().err


def test_a_controller_with_a_bug_does_not_stop_the_others(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def play() -> None:
        async with wire(speed=1000) as found:
            runner = found.house.runner
            broken = runner._controllers["endpointslice-controller"]

            def sync(*_: Any) -> Any:
                raise KeyError("metadata")

            monkeypatch.setattr(broken, "sync", sync)
            service = {"metadata": {"name": "web"}, "spec": {"selector": {"app": "web"},
                       "ports": [{"port": 80}]}}  # fmt: skip
            created = await found.ask("POST", "/api/v1/namespaces/default/services", service)
            assert created.status == 201
            assert (await found.ask("POST", SETS, stateful_set())).status == 201
            ready = 0
            while ready < 2:
                await asyncio.sleep(0.02)
                found_set = (await found.ask("GET", f"{SETS}/web")).json
                ready = found_set.get("status", {}).get("readyReplicas", 0)

    run(play())
    assert "KeyError" in capsys.readouterr().err


def test_the_socket_sends_at_once() -> None:
    at = listen(0)
    assert at.proto == socket.IPPROTO_TCP  # else asyncio leaves Nagle's algorithm on
    at.close()


def test_asyncio_still_lets_its_buffer_be_small() -> None:
    async def attack(found: Wire) -> None:
        assert isinstance(await found.ask("GET", "/version"), Answer)
        assert sslproto.SSLProtocol.max_size == server.BUFFER

    served(attack)

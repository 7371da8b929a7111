"""The server: a socket on the loopback, TLS, uvicorn, and an orderly end."""

import asyncio
import contextlib
import errno
import gc
import logging
import signal
import socket
import ssl
import sys
from asyncio import sslproto
from collections.abc import Callable, Iterator
from typing import Any

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

from tutor.offline.api.app import App
from tutor.offline.api.house import House

HEAD = 15.0
"""Seconds a client has for the head of a request, and for the TLS handshake."""
STALLED = 30.0
"""Seconds a client has to take what waits to be sent to it."""
IDLE = 75
"""Seconds a connection may be idle between requests."""
LARGEST_HEAD = 64 * 1024
"""Bytes of a request's head."""
BUFFER = 32 * 1024
"""Bytes that asyncio holds for each TLS connection; 256 KB without this, and a thousand watches
are a thousand connections."""
_THOROUGH = 10
"""Every so many full passes of the garbage collector is one through everything."""
_BACKLOG = 2048
_DESCRIPTORS = 16_384
_EXHAUSTED = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)


_WORDS = {
    431: (431, "431 Request Header Fields Too Large"),
    501: (501, "501 Unsupported transfer encoding"),
}
_FAULTS = {
    "Missing mandatory Host": "missing required Host header",
    "multiple Host": "too many Host headers",
}
"""What h11 finds wrong, in the words of Go's net/http/server.go."""


class Patient(H11Protocol):
    """HTTP/1.1 that is patient with clients for a while, not for ever.

    One that does not send the head of its request, or does not take what it is sent, is cut off.
    """

    _head: asyncio.TimerHandle | None = None
    _stalled: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait."""
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Go on, and wait for the rest of a head that is not whole."""
        super().data_received(data)
        cycle: RequestResponseCycle | None = self.cycle  # None until the first request
        if cycle is not None and not cycle.response_complete:
            self._stop_waiting()
        elif self._head is None:
            self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting."""
        self._stop_waiting()
        self._stop_stalling()
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no HTTP, as the real server's library words it."""
        fault = sys.exc_info()[1]
        status, text = 400, "400 Bad Request"
        if isinstance(fault, h11.RemoteProtocolError):
            status, text = _WORDS.get(fault.error_status_hint, (status, text))
            more = next((words for part, words in _FAULTS.items() if part in str(fault)), "")
            text += f": {more}" if more else ""
        if self.conn.our_state is not h11.SEND_RESPONSE and self.conn.our_state is not h11.IDLE:
            self.transport.abort()  # in the middle of an answer: nothing more can be said
            return
        head = [
            (b"content-type", b"text/plain; charset=utf-8"),
            (b"content-length", str(len(text)).encode()),
            (b"connection", b"close"),
        ]
        phrase = text.partition(":")[0].partition(" ")[2].encode()
        events: tuple[Any, ...] = (
            h11.Response(status_code=status, headers=head, reason=phrase),
            h11.Data(data=text.encode()),
            h11.EndOfMessage(),
        )
        for event in events:
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()

    def pause_writing(self) -> None:
        """Send no more for now: the client is slow, or reads nothing."""
        super().pause_writing()
        self._stop_stalling()
        self._stalled = self.loop.call_later(STALLED, self.transport.abort)

    def resume_writing(self) -> None:
        """Go on sending: the client has read."""
        self._stop_stalling()
        super().resume_writing()

    def timeout_keep_alive_handler(self) -> None:
        """End a connection that is idle, whether or not it has taken its last answer."""
        super().timeout_keep_alive_handler()
        if self.transport.get_write_buffer_size():
            self.transport.abort()

    def _wait(self) -> None:
        self._head = self.loop.call_later(HEAD, self._give_up)

    def _stop_waiting(self) -> None:
        if self._head is not None:
            self._head.cancel()
            self._head = None

    def _stop_stalling(self) -> None:
        if self._stalled is not None:
            self._stalled.cancel()
            self._stalled = None

    def _give_up(self) -> None:
        self._head = None
        if not self.transport.is_closing():
            self.transport.close()


def calm_collector() -> None:
    """Have the garbage collector leave alone what has lived through it, most of the time.

    The objects and the history of a cluster are plain data without cycles, and many: looking
    through them stops everything for as long as 200 ms. For this process as a whole; once.
    """
    passes = 0

    def settle(phase: str, info: dict[str, int]) -> None:
        nonlocal passes
        if info["generation"] < 2:
            return
        if phase == "stop":
            gc.freeze()
        else:
            passes += 1
            if passes % _THOROUGH == 0:
                gc.unfreeze()

    gc.callbacks.append(settle)


class _Server(uvicorn.Server):
    """uvicorn without its own way with signals."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals alone."""
        yield


def listen(port: int) -> socket.socket:
    """A socket on the loopback.

    Args:
        port: Which; 0 for any that is free.

    Raises:
        OSError: The port is taken.
    """
    # With the protocol named, asyncio sends at once (TCP_NODELAY) what clients would otherwise wait
    # 40 ms for: an answer is written in two parts.
    found = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if hasattr(socket, "SO_EXCLUSIVEADDRUSE"):  # Windows: nobody else may share it
            found.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind(("127.0.0.1", port))
        found.listen(_BACKLOG)
    except OSError:
        found.close()
        raise
    return found


async def serve(
    house: House,
    token: str,
    at: socket.socket,
    tls: ssl.SSLContext | None,
    ready: Callable[[], None] = lambda: None,
) -> signal.Signals | None:
    """Serve a cluster until it ends, or until a signal ends it.

    Args:
        house: The cluster.
        token: Of its only user.
        at: Where to listen.
        tls: How to; None for plain HTTP (kubectl sends no token over that).
        ready: Called once requests are answered.

    Returns:
        The signal that ended it.

    Raises:
        OSError: Its last changes could not be kept.
    """
    logging.getLogger("uvicorn").setLevel(logging.CRITICAL)
    _raise_descriptors()
    sslproto.SSLProtocol.max_size = BUFFER
    config = uvicorn.Config(
        App(house, token),
        http=Patient,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=IDLE,
        timeout_graceful_shutdown=2,
        h11_max_incomplete_event_size=LARGEST_HEAD,
        backlog=_BACKLOG,
    )
    config.load()
    config.ssl = tls
    server = _Server(config)
    came: list[signal.Signals] = []

    def end(sign: signal.Signals) -> None:
        came.append(sign)
        house.end()

    loop = asyncio.get_running_loop()
    _on_signals(loop, end)
    loop.set_exception_handler(_say_once())
    running = asyncio.ensure_future(house.run())
    serving = asyncio.ensure_future(server.serve(sockets=[at]))
    ended = asyncio.ensure_future(house.ended.wait())
    try:
        while not server.started and not serving.done():
            await asyncio.sleep(0.005)
        ready()
        await asyncio.wait((ended, running, serving), return_when=asyncio.FIRST_COMPLETED)
    finally:
        house.end()
        server.should_exit = True
        await serving
        ended.cancel()
        await running
    return came[0] if came else None


def _say_once() -> Callable[[asyncio.AbstractEventLoop, dict[str, Any]], None]:
    """Tell of a lack of descriptors once: asyncio does thousands of times a second."""
    told = False

    def say(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        nonlocal told
        fault = context.get("exception")
        if isinstance(fault, OSError) and fault.errno in _EXHAUSTED:
            if told:
                return
            told = True
        loop.default_exception_handler(context)

    return say


def _on_signals(loop: asyncio.AbstractEventLoop, end: Callable[[signal.Signals], None]) -> None:
    signs = [signal.SIGINT, signal.SIGTERM]
    if sys.platform != "win32" and signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        signs.append(signal.SIGHUP)  # the terminal was closed; under nohup it may be
    for one in signs:
        try:
            loop.add_signal_handler(one, end, one)
        except (NotImplementedError, RuntimeError, ValueError):
            # Windows, or not the main thread.
            with contextlib.suppress(ValueError):
                signal.signal(one, lambda *_, sign=one: loop.call_soon_threadsafe(end, sign))


def _raise_descriptors() -> None:
    """A thousand watches need a thousand descriptors and more."""
    try:
        import resource
    except ImportError:
        return
    limits: Any = resource.getrlimit(resource.RLIMIT_NOFILE)
    soft, hard = limits
    wanted = _DESCRIPTORS if hard == resource.RLIM_INFINITY else min(_DESCRIPTORS, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))

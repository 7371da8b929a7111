"""A server that misbehaves as it is told, and otherwise answers like a small cluster."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.cluster.support import NAMESPACE, Recorder, judged
from tutor.cluster.cancelling import Cancel
from tutor.cluster.guard import Target
from tutor.cluster.live import Live
from tutor.cluster.transport import Request

STATUS = {
    400: "BadRequest",
    401: "Unauthorized",
    403: "Forbidden",
    404: "NotFound",
    409: "Conflict",
    410: "Expired",
    422: "Invalid",
    429: "TooManyRequests",
    500: "InternalError",
    503: "ServiceUnavailable",
}


@dataclass
class Got:
    """One request, as the server got it."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any


Answer = Callable[[socket.socket, Got], None]


@dataclass
class Fault:
    """What to do to requests.

    Attributes:
        fits: A part of the path.
        times: How often; then the next fault that fits, or the small cluster, answers.
    """

    answer: Answer
    fits: str = ""
    method: str = ""
    times: int = 1_000_000


def reply(status: int, body: Any, **headers: str) -> Answer:
    """A plain answer; a dict as JSON."""

    def answer(to: socket.socket, _: Got) -> None:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        lines = [f"HTTP/1.1 {status} Odd", f"Content-Length: {len(data)}", "Connection: close"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        to.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + data)

    return answer


def refuse(code: int, message: str = "because", causes: Any = (), **headers: str) -> Answer:
    """A Status object."""
    body = {
        "kind": "Status",
        "code": code,
        "reason": STATUS[code],
        "message": message,
        "details": {"causes": list(causes)},
    }
    return reply(code, body, **headers)


def hang(to: socket.socket, _: Got) -> None:
    """Say nothing until the client leaves."""
    with suppress(OSError):
        to.settimeout(30)
        to.recv(1)


def close(_: socket.socket, __: Got) -> None:
    """Close the connection without a word."""


def raw(data: bytes) -> Answer:
    """Bytes as they are."""
    return lambda to, _: to.sendall(data)


def drip(to: socket.socket, _: Got) -> None:
    """A body that never ends, a byte at a time."""
    to.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
    with suppress(OSError):
        while True:
            to.sendall(b" ")
            time.sleep(0.05)


def stream(*pieces: bytes, then: Answer = close) -> Answer:
    """A watch: pieces as they are, one after another, then something else."""

    def answer(to: socket.socket, got: Got) -> None:
        to.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
        for piece in pieces:
            to.sendall(piece)
            time.sleep(0.02)
        then(to, got)

    return answer


def event(kind: str, name: str, version: int, type_: str = "ADDED", uid: str = "") -> bytes:
    """A line of a watch."""
    about = {
        "name": name,
        "namespace": NAMESPACE,
        "uid": uid or name,
        "resourceVersion": str(version),
    }
    return json.dumps({"type": type_, "object": {"kind": kind, "metadata": about}}).encode() + b"\n"


@dataclass
class Odd:
    """A server in threads of its own.

    Attributes:
        faults: The first that fits a request answers it.
        got: Every request.
        lists: What collections hold, by their last part: objects.
    """

    faults: list[Fault] = field(default_factory=list)
    got: list[Got] = field(default_factory=list)
    lists: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    version: int = 7
    port: int = 0

    def __post_init__(self) -> None:
        self._recorder = Recorder()
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._at = socket.create_server(("127.0.0.1", self.port))
        self.port = self._at.getsockname()[1]
        self._ended = False
        threading.Thread(target=self._serve, name="odd", daemon=True).start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def asked(self, part: str) -> list[Got]:
        return [got for got in self.got if part in got.path]

    def end(self) -> None:
        self._ended = True
        with suppress(OSError):
            self._at.shutdown(socket.SHUT_RDWR)
        self._at.close()
        for one in list(self._open):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _serve(self) -> None:
        while not self._ended:
            try:
                client, _ = self._at.accept()
            except OSError:
                return
            self._open.add(client)
            threading.Thread(target=self._talk, args=(client,), name="odd", daemon=True).start()

    def _talk(self, client: socket.socket) -> None:
        try:
            with client, client.makefile("rb") as file:
                got = self._read(file)
                if got is not None:
                    self._answer(client, got)
        except (OSError, ValueError):  # the client has left, or speaks something else
            pass
        finally:
            self._open.discard(client)

    @staticmethod
    def _read(file: Any) -> Got | None:
        first = file.readline().decode().split()
        if len(first) != 3:
            return None
        headers: dict[str, str] = {}
        while line := file.readline().decode().strip():
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        data = file.read(int(headers.get("content-length", 0)))
        parts = urlsplit(first[1])
        body = json.loads(data) if data else None
        return Got(first[0], parts.path, dict(parse_qsl(parts.query)), headers, body)

    def _answer(self, client: socket.socket, got: Got) -> None:
        with self._lock:
            self.got.append(got)
            fault = next(
                (
                    one
                    for one in self.faults
                    if one.times > 0
                    and one.fits in got.path + ("?watch" if "watch" in got.query else "")
                    and one.method in ("", got.method)
                ),
                None,
            )
            if fault is not None:
                fault.times -= 1
        if fault is not None:
            fault.answer(client, got)
        elif "watch" in got.query:
            stream(then=hang)(client, got)
        elif (
            got.method == "GET"
            and (held := self.lists.get(got.path.rpartition("/")[2])) is not None
        ):
            about = {"resourceVersion": str(self.version)}
            reply(200, {"metadata": about, "items": held})(client, got)
        else:
            request = Request(got.method, got.path, tuple(got.query.items()), got.body)
            found = self._recorder.send(request, Cancel())
            reply(found.status, found.data)(client, got)


def target(port: int, scheme: str = "http") -> Target:
    """It has no TLS, so it has to be named and typed."""
    context = judged("odd", f"{scheme}://127.0.0.1:{port}", user={"token": "secret-token"})
    return Target(context, NAMESPACE, "odd", "odd")


@contextmanager
def serving(*faults: Fault) -> Iterator[tuple[Odd, Live]]:
    """A server and a client, not yet opened."""
    odd = Odd(list(faults))
    live = Live(target(odd.port))
    try:
        yield odd, live
    finally:
        live.close()
        odd.end()

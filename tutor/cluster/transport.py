"""The wire: the only user of the ``kubernetes`` client, which is loaded when a request is due.

It follows no redirects (a token is for one server), uses no proxy for a cluster of this machine
(``HTTPS_PROXY`` is somebody else's machine), reads no more than an answer may have, and waits for
nothing without a limit.
"""

import json
import socket
import ssl
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlencode

from tutor import __version__
from tutor.cluster.addresses import Place, stays
from tutor.cluster.cancelling import Cancel
from tutor.cluster.guard import Target
from tutor.cluster.signing import Signed, sign
from tutor.model.errors import ExitCode, TutorError

CONNECT = 4.0
"""Seconds for a connection."""
READ = 10.0
"""Seconds for the next piece of an answer."""
WHOLE = 20.0
"""Seconds for an answer."""
LARGEST = 64 * 1024 * 1024
"""Bytes of an answer, and of a line of a watch."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request.

    Attributes:
        path: With its leading slash, its parts quoted.
        body: JSON; None for none.
        media: Of the body.
        silence: Seconds that a stream may be silent.
    """

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    body: Any = None
    media: str = "application/json"
    silence: float = READ


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said.

    Attributes:
        headers: Names in lower case.
        warnings: The texts of ``Warning`` headers.
    """

    status: int
    data: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    @property
    def json(self) -> dict[str, Any] | None:
        """An object; None where the data is none."""
        try:
            found = json.loads(self.data)
        except (ValueError, RecursionError):
            return None
        return found if isinstance(found, dict) else None


class Lost(Exception):  # noqa: N818  (turned into words by those who asked)
    """No answer came.

    Attributes:
        code: Of the :class:`TutorError` it becomes.
        raw: What the system said.
        sent: The server may have got the request.
    """

    def __init__(self, code: str, raw: str, *, sent: bool = False) -> None:
        super().__init__(code, raw)
        self.code = code
        self.raw = raw
        self.sent = sent


class Lines(Protocol):
    """The lines of a stream."""

    @property
    def answer(self) -> Answer:
        """Its head; for a refusal its body too."""

    def __iter__(self) -> Iterator[bytes]:
        """The lines. Raises :class:`Lost` where the stream breaks off."""

    def close(self) -> None:
        """End it; may be called from any thread."""


class Transport(Protocol):
    """Carries requests to one server."""

    def send(self, request: Request, cancel: Cancel) -> Answer:
        """One request and its whole answer.

        Raises:
            Lost: None came.
            TutorError: ``cancelled``.
        """

    def stream(self, request: Request, cancel: Cancel) -> Lines:
        """One request whose answer goes on.

        Raises:
            Lost: None came.
            TutorError: ``cancelled``.
        """

    def close(self) -> None:
        """Let go of all connections."""


def connect(target: Target) -> "Wire":
    """A transport to a cluster that may be touched. Sends nothing yet.

    Raises:
        TutorError: How to sign in cannot be read; or a name leads elsewhere than it should.
    """
    return Wire(target, sign(target))


class Wire:
    """Requests over the ``kubernetes`` client.

    Args:
        target: Where to.
        signed: What lets us in.
    """

    def __init__(self, target: Target, signed: Signed) -> None:
        server = target.context.server
        if server is None:
            raise ValueError("a target has a server")
        self._target = target
        self._server = server
        self._signed = signed
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._client: Any = None
        self._lock = threading.Lock()

    # -- the client

    def _api(self) -> Any:  # noqa: ANN401  (the client has no types)
        with self._lock:
            if self._client is None:
                self._check_name()
                self._client = self._made()
            return self._client

    def _check_name(self) -> None:
        """A name of this machine has to lead to this machine."""
        server = self._server
        if not self._target.local or server.address is not None:
            return
        try:
            found = socket.getaddrinfo(server.host, server.port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise Lost("cluster-unreachable", error.strerror or str(error)) from None
        addresses = [str(one[4][0]) for one in found]
        place = server.place if server.place is Place.MACHINE else Place.HOST_NAME
        if not stays(place, addresses):
            raise TutorError(
                "context-moved",
                ExitCode.CLUSTER,
                context=self._target.context.name,
                server=server.url,
                address=", ".join(sorted(set(addresses))),
            )

    def _made(self) -> Any:  # noqa: ANN401
        from kubernetes.client import ApiClient, Configuration
        from urllib3 import disable_warnings
        from urllib3.exceptions import InsecureRequestWarning

        signed = self._signed
        # A proxy of the environment is somebody else's machine; one of the kubeconfig is meant.
        direct = self._target.local or self._server.place is Place.MACHINE
        certificate, key = self._files()
        configuration = Configuration(
            host=self._server.url + self._server.path,
            retries=False,  # no redirects either
            ca_cert_data=signed.authority or None,
            cert_file=certificate,
            key_file=key,
            verify_ssl=not signed.insecure,
            tls_server_name=signed.server_name or None,
            # "" keeps the client from asking the environment.
            proxy=signed.proxy or ("" if direct else None),
            no_proxy="" if signed.proxy else ("*" if direct else None),
            connection_pool_maxsize=32,
        )
        configuration.keep_alive = True
        if signed.insecure:  # told, and typed; not once more with each request
            disable_warnings(InsecureRequestWarning)
        client = ApiClient(configuration)
        client.user_agent = f"sts-tutor/{__version__}"
        return client

    def _files(self) -> tuple[str | None, str | None]:
        """The client's certificate and key, in files: Python's TLS reads them from nowhere else."""
        if not self._signed.certificate:
            return None, None
        self._folder = tempfile.TemporaryDirectory(prefix="sts-tutor-")
        paths = []
        for name, text in (("certificate", self._signed.certificate), ("key", self._signed.key)):
            path = Path(self._folder.name, name)
            path.touch(0o600)
            path.write_text(text, "ascii")
            paths.append(str(path))
        return paths[0], paths[1]

    def close(self) -> None:
        """Let go of all connections."""
        if self._client is not None:
            self._client.close()
        if self._folder is not None:
            self._folder.cleanup()

    # -- requests

    def send(self, request: Request, cancel: Cancel) -> Answer:
        """One request and its whole answer."""
        return cancel.run(lambda: self._send(request), "sts-tutor-request")

    def _send(self, request: Request) -> Answer:
        end = time.monotonic() + WHOLE
        response = self._ask(request)
        try:
            return _answer(response, _whole(response, end))
        finally:
            response.close()

    def stream(self, request: Request, cancel: Cancel) -> "WireLines":
        """One request whose answer goes on."""
        return cancel.run(
            lambda: self._stream(request), "sts-tutor-stream", lambda late: late.close()
        )

    def _stream(self, request: Request) -> "WireLines":
        end = time.monotonic() + WHOLE
        response = self._ask(request)
        if response.status == 200:
            return WireLines(response, _answer(response, b""))
        try:
            return WireLines(response, _answer(response, _whole(response, end)))
        finally:
            response.close()

    def _ask(self, request: Request) -> Any:  # noqa: ANN401
        client = self._api()  # loads what is caught below
        from urllib3 import exceptions as wrong

        url = self._server.url + self._server.path + request.path
        if request.query:
            url += "?" + urlencode(request.query)
        headers = {**client.default_headers, **self._signed.headers, "Accept": "application/json"}
        if request.body is not None:
            headers["Content-Type"] = request.media
        timeout = (CONNECT, request.silence)
        try:
            return client.call_api(
                request.method, url, headers, request.body, None, timeout
            ).response
        except wrong.HTTPError as error:
            raise _lost(error) from error
        except (OSError, ValueError) as error:
            raise _lost(error) from error
        except Exception as error:
            from kubernetes.client.exceptions import ApiException

            if isinstance(error, ApiException):  # what the client makes of TLS gone wrong
                raise Lost("cluster-untrusted", _tidy(str(error.reason))) from error
            raise


class WireLines:
    """The lines of a stream.

    Args:
        response: Of urllib3.
        answer: Its head.
    """

    def __init__(self, response: Any, answer: Answer) -> None:  # noqa: ANN401
        self._response = response
        self.answer = answer
        self._closed = False

    def __iter__(self) -> Iterator[bytes]:
        """The lines, until the server ends the stream or somebody closes it."""
        rest = b""
        try:
            while not self._closed:
                piece = _piece(self._response)
                if not piece:
                    if rest.strip() and not self._closed:
                        raise Lost("cluster-unreachable", "the stream broke off in a line")
                    return
                *lines, rest = (rest + piece).split(b"\n")
                if len(rest) > LARGEST:
                    raise Lost("cluster-strange", "a line without an end")
                yield from lines
        except Lost:
            if not self._closed:
                raise
        finally:
            self._response.close()

    def close(self) -> None:
        """End it: whoever waits for the next line goes on."""
        self._closed = True
        with suppress(Exception):  # it may be ending by itself at this very moment
            self._response.shutdown()


def _answer(response: Any, data: bytes) -> Answer:  # noqa: ANN401
    headers = {name.lower(): value for name, value in response.headers.items()}
    getlist = response.headers.getlist
    return Answer(response.status, data, headers, tuple(map(_warning, getlist("Warning"))))


def _warning(header: str) -> str:
    """The text of ``299 - "…"``."""
    text = header.partition('"')[2].rpartition('"')[0]
    return (text or header).replace('\\"', '"').replace("\\\\", "\\")


def _whole(response: Any, end: float) -> bytes:  # noqa: ANN401
    pieces: list[bytes] = []
    size = 0
    while piece := _piece(response):
        pieces.append(piece)
        size += len(piece)
        if size > LARGEST:
            raise Lost("cluster-strange", f"an answer of more than {LARGEST} bytes", sent=True)
        if time.monotonic() > end:
            raise Lost("cluster-no-answer", f"no whole answer in {WHOLE:.0f} s", sent=True)
    return b"".join(pieces)


def _piece(response: Any) -> bytes:  # noqa: ANN401
    from urllib3 import exceptions as wrong

    try:
        return bytes(response.read1(65536) or b"")
    except (wrong.HTTPError, OSError, ValueError, AttributeError) as error:
        # AttributeError: closed by another thread while reading.
        raise _lost(error, sent=True) from error


def _lost(error: BaseException, *, sent: bool = False) -> Lost:
    from urllib3 import exceptions as wrong

    inner = error
    while isinstance(inner, wrong.MaxRetryError) and inner.reason is not None:
        inner = inner.reason
    if isinstance(inner, wrong.ProxyError):
        return Lost("cluster-unreachable", _tidy(str(inner)))
    if isinstance(inner, wrong.SSLError | ssl.SSLError):
        return Lost("cluster-untrusted", _tidy(str(inner)), sent=sent)
    if isinstance(inner, wrong.NewConnectionError):  # which urllib3 takes for a timeout too
        return Lost("cluster-unreachable", _tidy(str(inner)))
    if isinstance(inner, wrong.ConnectTimeoutError):
        return Lost("cluster-no-answer", f"no connection in {CONNECT:.0f} s")
    if isinstance(inner, wrong.ReadTimeoutError | TimeoutError):
        return Lost("cluster-no-answer", "no answer", sent=True)
    early = isinstance(inner, ConnectionRefusedError)
    return Lost("cluster-unreachable", _tidy(str(inner)), sent=sent or not early)


def _tidy(text: str) -> str:
    """What a library says, without its own names of things."""
    told = text.rpartition("object at 0x")[2].partition(">: ")[2] or text
    return " ".join(told.split())[:300]

"""Asking an API server patiently: again where that helps, in words where it does not.

A request is sent again when the server says to come back (429, 503, a gateway's 502 and 504), when
no connection came about, and, for what may be sent twice, when an answer got lost. Everything is
over within :data:`PATIENCE`.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tutor.cluster.cancelling import Cancel, Deadline
from tutor.cluster.guard import Target
from tutor.cluster.transport import Answer, Lines, Lost, Request, Transport
from tutor.model.errors import ExitCode, TutorError
from tutor.model.timeline import Obj

PATIENCE = 25.0
"""Seconds for one request with all its repetitions."""
ATTEMPTS = 5
_PAUSE = 0.25
_LONGEST_PAUSE = 8.0
_LATER = frozenset({429, 502, 503, 504})
_TWICE = frozenset({"GET", "PATCH", "PUT", "DELETE"})
"""Methods that may be sent twice, as they are used here: a patch is an apply or a merge."""
_TYPED = "failed to create typed patch object"
"""What a server says with 500 of an applied object that its schema does not know.

Source: staging/src/k8s.io/apiserver/pkg/endpoints/handlers/fieldmanager/…/structuredmerge.go.
"""
MERGE = "application/merge-patch+json"
APPLY = "application/apply-patch+yaml"


class Refused(Exception):  # noqa: N818  (told by those who asked)
    """The server refused, and said why.

    Attributes:
        code: HTTP status.
        reason: ``NotFound``, ``Conflict``, ``Invalid`` …; empty where it says none.
        message: Its own words.
        causes: Reason, field and message of each.
    """

    def __init__(
        self,
        code: int,
        reason: str = "",
        message: str = "",
        causes: tuple[tuple[str, str, str], ...] = (),
    ) -> None:
        super().__init__(code, reason, message)
        self.code = code
        self.reason = reason
        self.message = message
        self.causes = causes


@dataclass(frozen=True, slots=True)
class Reply:
    """An object, and what the server warned of."""

    body: dict[str, Any]
    code: int
    warnings: tuple[str, ...] = ()


class Api:
    """One server.

    Args:
        target: What may be touched.
        transport: Carries the requests.
    """

    def __init__(self, target: Target, transport: Transport) -> None:
        self.target = target
        self._transport = transport

    def ask(
        self,
        cancel: Cancel,
        method: str,
        path: str,
        body: Any = None,  # noqa: ANN401  (JSON)
        media: str = "application/json",
        **query: str,
    ) -> Reply:
        """One request, repeated where that helps.

        Raises:
            Refused: The server said no to what was asked.
            TutorError: It cannot be reached, lets nobody in, is too busy, or makes no sense; or
                ``cancelled``.
        """
        request = Request(method, path, tuple(query.items()), body, media)
        end, pause = Deadline(PATIENCE), _PAUSE
        for attempt in range(1, ATTEMPTS + 1):
            wait = pause
            try:
                answer = self._transport.send(request, cancel)
            except Lost as lost:
                if not _worth_another(lost, method, attempt) or wait > end.left:
                    raise self.trouble(lost) from lost
            else:
                wait = max(wait, _asked_pause(answer))
                if answer.status not in _LATER or attempt == ATTEMPTS or wait > end.left:
                    return self._reply(answer)
            cancel.wait(wait)
            pause = min(pause * 2, _LONGEST_PAUSE)
        raise AssertionError("the last attempt returns or raises")

    def get(self, cancel: Cancel, path: str) -> dict[str, Any] | None:
        """One object; None where there is none."""
        try:
            found = self.ask(cancel, "GET", path).body
        except Refused as refused:
            if refused.code == 404:
                return None
            raise
        if not _is_object(found):
            raise self._strange("an object without a name")
        return found

    def items(self, cancel: Cancel, path: str, **query: str) -> tuple[list[Obj], str]:
        """All objects of a collection, page by page, and the version they are of."""
        found: list[Obj] = []
        more = ""
        while True:
            paging = {"limit": "500", **({"continue": more} if more else {})}
            body = self.ask(cancel, "GET", path, **query, **paging).body
            rows = body.get("items")
            about = body.get("metadata")
            if not isinstance(rows, list | None) or not isinstance(about, Mapping):
                raise self._strange("a list without items")
            found.extend(row for row in rows or () if _is_object(row))
            more = str(about.get("continue") or "")
            if not more:
                return found, str(about.get("resourceVersion") or "")

    def stream(self, cancel: Cancel, path: str, silence: float, **query: str) -> Lines:
        """A watch.

        Raises:
            Refused: The server said no.
            Lost: No answer came.
            TutorError: It lets nobody in; or ``cancelled``.
        """
        request = Request("GET", path, tuple(query.items()), silence=silence)
        lines = self._transport.stream(request, cancel)
        if lines.answer.status != 200:
            lines.close()
            self._reply(lines.answer)
        return lines

    def close(self) -> None:
        """Let go of all connections."""
        self._transport.close()

    # -- answers

    @property
    def _server(self) -> str:
        return self.target.context.address

    def trouble(self, lost: Lost) -> TutorError:
        """No answer, in words."""
        return TutorError(lost.code, ExitCode.CLUSTER, server=self._server, raw=lost.raw)

    def _strange(self, raw: str) -> TutorError:
        return TutorError("cluster-strange", ExitCode.CLUSTER, server=self._server, raw=raw)

    def _reply(self, answer: Answer) -> Reply:
        status, body = answer.status, answer.json
        if 200 <= status < 300:
            if body is None:
                raise self._strange(_excerpt(answer.data))
            return Reply(body, status, answer.warnings)
        if 300 <= status < 400:
            to = answer.headers.get("location", "?")
            raise TutorError("cluster-redirects", ExitCode.CLUSTER, server=self._server, to=to)
        if status == 401:
            raise TutorError(
                "cluster-unauthorized",
                ExitCode.CLUSTER,
                server=self._server,
                context=self.target.context.name,
            )
        if body is None or body.get("kind") != "Status":
            if status in _LATER:
                raise TutorError("cluster-busy", ExitCode.CLUSTER, server=self._server)
            raise self._strange(f"HTTP {status}: {_excerpt(answer.data)}")
        refused = refusal(body, status)
        if status in _LATER:
            raise TutorError("cluster-busy", ExitCode.CLUSTER, server=self._server)
        if status >= 500 and not refused.message.startswith(_TYPED):
            raise TutorError(
                "cluster-failed", ExitCode.CLUSTER, server=self._server, raw=refused.message
            )
        raise refused


def _is_object(found: Any) -> bool:  # noqa: ANN401  (JSON)
    """Whether something has a name, as every object does."""
    about = found.get("metadata") if isinstance(found, Mapping) else None
    return isinstance(about, Mapping) and isinstance(about.get("name"), str)


def _worth_another(lost: Lost, method: str, attempt: int) -> bool:
    """Whether to send a request again that got no answer."""
    if lost.code != "cluster-unreachable" or attempt == ATTEMPTS:
        return False  # a second silence would take as long as the first
    if not lost.sent:  # nobody listens there
        return attempt <= 2
    return method in _TWICE


def refusal(body: Mapping[str, Any], code: int = 0) -> Refused:
    """A Status object as an exception."""
    details = body.get("details")
    rows = details.get("causes") if isinstance(details, Mapping) else None
    causes = tuple(
        (str(row.get("reason", "")), str(row.get("field", "")), str(row.get("message", "")))
        for row in (rows if isinstance(rows, list) else ())
        if isinstance(row, Mapping)
    )
    told = body.get("code")
    return Refused(
        code or (told if isinstance(told, int) else 0),
        str(body.get("reason") or ""),
        str(body.get("message") or ""),
        causes,
    )


def events(lines: Lines) -> Iterator[tuple[str, dict[str, Any]]]:
    """The events of a watch: type and object.

    Raises:
        Lost: The stream breaks off, or is none.
    """
    for line in lines:
        if not line.strip():
            continue
        try:
            found = json.loads(line)
        except (ValueError, RecursionError):
            found = None
        body = found.get("object") if isinstance(found, dict) else None
        if not isinstance(body, dict) or not isinstance(found.get("type"), str):
            raise Lost("cluster-strange", _excerpt(line))
        yield found["type"], body


def in_words(refused: Refused) -> TutorError:
    """A refusal that nobody knows better than to tell."""
    code = "cluster-forbidden" if refused.code == 403 else "cluster-said-no"
    return TutorError(code, ExitCode.CLUSTER, raw=refused.message or str(refused.code))


def _asked_pause(answer: Answer) -> float:
    told = answer.headers.get("retry-after", "")
    return float(told) if told.isascii() and told.isdigit() and len(told) < 6 else 0.0


def _excerpt(data: bytes) -> str:
    text = " ".join(data[:200].decode("utf-8", "replace").split())
    return text or "nothing"

"""What the API server answers when it refuses: a Status, in the form of apimachinery.

Source: staging/src/k8s.io/apimachinery/pkg/api/errors/errors.go.
"""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Cause:
    """One cause within ``details.causes``."""

    reason: str
    message: str
    field: str


class ApiError(Exception):
    """A request refused.

    Attributes:
        code: HTTP status.
        reason: ``NotFound``, ``Invalid``, ``Conflict`` …; empty for none.
        message: The text a client shows.
        details: ``name``, ``group``, ``kind``, ``causes``, ``retryAfterSeconds``.
        detailed: Whether details were given at all: the real server sends empty ones at times.
        metadata: Of the Status: ``continue`` for a list that can be gone on with.
        warnings: Texts of Warning headers.
    """

    def __init__(
        self, code: int, reason: str, message: str, details: dict[str, Any] | None = None
    ) -> None:
        super().__init__(message)
        self.code = code
        self.reason = reason
        self.message = message
        self.details = details or {}
        self.detailed = details is not None
        self.metadata: dict[str, Any] = {}
        self.warnings: tuple[str, ...] = ()

    def status(self) -> dict[str, Any]:
        """The Status object of the answer."""
        body: dict[str, Any] = {
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": self.metadata,
            "status": "Failure",
            "message": self.message,
        }
        if self.reason:
            body["reason"] = self.reason
        if self.details or self.detailed:
            body["details"] = self.details
        body["code"] = self.code
        return body


@dataclass(frozen=True, slots=True)
class Answer:
    """A request granted.

    Attributes:
        code: HTTP status: 200, 201, 202.
        body: The object, list or Status.
        warnings: Texts of Warning headers.
    """

    code: int
    body: dict[str, Any]
    warnings: tuple[str, ...] = field(default=())

"""The lines of watches, made once for everybody who watches the same."""

from typing import Any, NamedTuple

from tutor.offline.api import present
from tutor.offline.api.encoding import as_json
from tutor.offline.api.negotiate import Form
from tutor.offline.resources import Resource

_KEPT = 64
"""Lines: those of a few changes in a few forms."""
_LONGEST = 64 * 1024
_SHARED = ("ADDED", "MODIFIED", "DELETED")


class Shape(NamedTuple):
    """How a watch wants its events.

    Attributes:
        form: The form asked for.
        include: ``includeObject`` of a Table.
        headed: Whether the columns of a Table are described.
    """

    form: Form
    include: str
    headed: bool


class Lines:
    """Events as lines of JSON; the last ones are kept, for the other watches."""

    def __init__(self) -> None:
        self._kept: dict[tuple[Any, ...], bytes] = {}

    def of(self, resource: Resource, event: dict[str, Any], now: float, shape: Shape) -> bytes:
        """One event as a line.

        Args:
            resource: Of what.
            event: The event.
            now: Virtual time, for the ages in a Table.
            shape: How it is wanted.
        """
        if event["type"] not in _SHARED:
            return _line(resource, event, now, shape)
        # What an event of one type shows is decided by its version: one change, one version.
        version = event["object"]["metadata"]["resourceVersion"]
        second = int(now) if shape.form.kind == "Table" else 0
        key = (resource.name, event["type"], version, second, shape)
        line = self._kept.get(key)
        if line is None:
            line = _line(resource, event, now, shape)
            if len(line) <= _LONGEST:
                if len(self._kept) >= _KEPT:
                    self._kept.pop(next(iter(self._kept)))
                self._kept[key] = line
        return line


def _line(resource: Resource, event: dict[str, Any], now: float, shape: Shape) -> bytes:
    form, include, headed = shape
    return as_json(present.event(resource, event, now, form, include=include, headed=headed))

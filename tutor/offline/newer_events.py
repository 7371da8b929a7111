"""Events as ``events.k8s.io/v1`` shows them: the stored ones of ``v1``, under other names.

Source: pkg/apis/core/v1 and pkg/apis/events/v1, conversion.go; pkg/apis/core/validation/events.go.
"""

from dataclasses import replace
from typing import Any

from tutor.offline.admission.gojson import dumps
from tutor.offline.errors import Cause
from tutor.offline.objects import Obj, name_of
from tutor.offline.refusals import invalid_object, not_found
from tutor.offline.registry import Registry
from tutor.offline.requests import Request
from tutor.offline.resources import named

API_VERSION = "events.k8s.io/v1"
STORED = named("events")
# In the order of the newer type: its name, the older one, whether it is written even where empty.
_NAMES = (
    ("metadata", "metadata", False),
    ("eventTime", "eventTime", True),
    ("series", "series", False),
    ("reportingController", "reportingComponent", False),
    ("reportingInstance", "reportingInstance", False),
    ("action", "action", False),
    ("reason", "reason", False),
    ("regarding", "involvedObject", True),
    ("related", "related", False),
    ("note", "message", False),
    ("type", "type", False),
    ("deprecatedSource", "source", True),
    ("deprecatedFirstTimestamp", "firstTimestamp", True),
    ("deprecatedLastTimestamp", "lastTimestamp", True),
    ("deprecatedCount", "count", False),
)
_STRUCTS = ("regarding", "deprecatedSource")
_LEAST_OF_A_SERIES = 2
_FIXED = (
    "involvedObject",
    "reason",
    "message",
    "source",
    "firstTimestamp",
    "lastTimestamp",
    "count",
    "type",
    "eventTime",
    "action",
    "related",
    "reportingComponent",
    "reportingInstance",
)
_CALLED = {"reportingComponent": "reportingController"}


def shown(event: Obj) -> Obj:
    """A stored Event in the newer form."""
    found: Obj = {"kind": "Event", "apiVersion": API_VERSION}
    for newer, older, always in _NAMES:
        value = event.get(older)
        if value or newer == "metadata":
            found[newer] = value if value is not None else {}
        elif always:
            found[newer] = {} if newer in _STRUCTS else None
    return found


def stored(event: Obj) -> Obj:
    """A newer Event in the form it is stored in; only what is there."""
    found: Obj = {"kind": "Event", "apiVersion": "v1"}
    for newer, older, _ in _NAMES:
        if newer in event:
            found[older] = event[newer]
    return found


class NewerEvents:
    """The registry of the newer form: answers are stored Events, to be shown.

    Args:
        registry: Of the stored ones.
    """

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def create(self, request: Request, body: Any) -> Obj:  # noqa: ANN401
        """A new Event.

        Raises:
            ApiError: The refusal.
        """
        found = stored(self._registry.admission.decode(request, body))
        causes = _strictly(found)
        if causes:
            raise invalid_object(STORED, name_of(found), *causes)
        return self._registry.create(_below(request), found)

    def update(self, request: Request, body: Any) -> tuple[Obj, bool]:  # noqa: ANN401
        """A replaced Event, and whether this created it.

        Raises:
            ApiError: The refusal.
        """
        found = stored(self._registry.admission.decode(request, body))
        self._compare(request, found)
        return self._registry.update(_below(request), found)

    def _compare(self, request: Request, new: Obj) -> None:
        old = self._registry.store.get(STORED.name, f"{request.namespace}/{request.name}")
        causes = _unchanged(old, new) if old is not None else _strictly(new)
        if causes:
            raise invalid_object(STORED, name_of(new), *causes)

    def patch(self, request: Request, body: Any) -> tuple[Obj, bool]:  # noqa: ANN401
        """A patched Event, and whether an apply created it.

        Raises:
            ApiError: The refusal.
        """
        admission, store = self._registry.admission, self._registry.store
        current = store.get(STORED.name, f"{request.namespace}/{request.name}")
        if current is None and request.patch_type != "apply":
            raise not_found(STORED, request.name)
        before = None if current is None else shown(current)
        found = stored(admission.patch(request, before, body))
        self._compare(request, found)
        if current is None:
            return self._registry.create(_below(request), found), True
        return self._registry.update(_below(request), found)


def _below(request: Request) -> Request:
    return replace(request, resource=STORED)


def _strictly(event: Obj) -> list[Cause]:
    """What the newer form refuses of a new Event, beyond what the older one does.

    Source: pkg/apis/core/validation/events.go, ValidateEventCreate.
    """
    causes = _series(event)
    if not event.get("eventTime"):
        causes.append(Cause("FieldValueRequired", "Required value", "eventTime"))
    kind = event.get("type") or ""
    if kind not in ("Normal", "Warning"):
        message = f'Invalid value: "": has invalid value: {kind}'
        causes.append(Cause("FieldValueInvalid", message, "type"))
    source = event.get("source") or {}
    for field, held in (
        ("firstTimestamp", event.get("firstTimestamp")),
        ("lastTimestamp", event.get("lastTimestamp")),
        ("count", event.get("count")),
        ("source", source.get("component") or source.get("host")),
    ):
        if held:
            message = 'Invalid value: "": needs to be unset'
            causes.append(Cause("FieldValueInvalid", message, field))
    return causes


def _series(event: Obj) -> list[Cause]:
    series = event.get("series")
    if series is None:
        return []
    causes = []
    if int(series.get("count") or 0) < _LEAST_OF_A_SERIES:
        message = f'Invalid value: "": should be at least {_LEAST_OF_A_SERIES}'
        causes.append(Cause("FieldValueInvalid", message, "series.count"))
    if not series.get("lastObservedTime"):
        causes.append(Cause("FieldValueRequired", "Required value", "series.lastObservedTime"))
    return causes


def _unchanged(old: Obj, new: Obj) -> list[Cause]:
    """What the newer form refuses of a changed Event: only its series may change.

    Source: as above, ValidateEventUpdate.
    """
    causes = _series(new) if new.get("series") != old.get("series") else []
    for field in _FIXED:
        if (new.get(field) or None) != (old.get(field) or None):
            shown = dumps(new.get(field))
            message = f"Invalid value: {shown}: field is immutable"
            causes.append(Cause("FieldValueInvalid", message, _CALLED.get(field, field)))
    return causes

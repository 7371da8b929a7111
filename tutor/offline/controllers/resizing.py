"""Letting the volumes of the drivers grow with their claims: the first of two steps.

Source: kubernetes-csi external-resizer (pkg/controller/{controller,resize_status}.go), with
RecoverVolumeExpansionFailure on, as it is since v1.34.
"""

from collections.abc import Generator, Iterable

from tutor.offline.clock import timestamp
from tutor.offline.controllers.csi import Timers, too_large
from tutor.offline.controllers.expansion import wants_more
from tutor.offline.controllers.storage import (
    CLAIMS,
    VOLUMES,
    annotated,
    mode_of,
    requested,
    written,
)
from tutor.offline.objects import Obj, dig, name_of, namespace_of, terminating, uid_of
from tutor.offline.plan import (
    Action,
    Again,
    Key,
    Outcome,
    Plan,
    Record,
    Update,
    UpdateStatus,
    View,
)

BEFORE_RESIZE = "volume.alpha.kubernetes.io/pre-resize-capacity"
PENDING = "Waiting for user to (re-)start a pod to finish file system resize of volume on node."
RESIZE_CONDITIONS = frozenset(
    {
        "Resizing",
        "FileSystemResizePending",
        "ControllerResizeError",
        "NodeResizeError",
    }
)
GROW_SECONDS = 0.2
_NODES_TURN = ("NodeResizePending", "NodeResizeInProgress")
_INFEASIBLE = "ControllerResizeInfeasible"


class Resizer:
    """Lets the volumes of a driver grow with their claims.

    Args:
        driver: Its name.
    """

    watches = (CLAIMS,)

    def __init__(self, driver: str) -> None:
        self.name = f"external-resizer {driver}"
        self._driver = driver
        self._timers = Timers()

    def keys(
        self, view: View, resource: str, before: Obj | None, after: Obj | None
    ) -> Iterable[Key]:
        """A claim that asks for more than it has."""
        if after is None:
            if before is not None:
                self._timers.drop(uid_of(before))
            return ()
        return (Key(namespace_of(after), name_of(after)),) if wants_more(after) else ()

    def sync(self, view: View, key: Key) -> Plan:
        """Let one volume grow.

        Raises:
            Retry: A write was refused.
        """
        claim = view.get(CLAIMS, key.namespace, key.name)
        if claim is None or not wants_more(claim) or terminating(claim):
            return
        volume = view.get(VOLUMES, "", dig(claim, "spec", "volumeName", default=""))
        if volume is None or dig(volume, "spec", "csi", "driver") != self._driver:
            return
        size = requested(claim)
        at = dig(claim, "status", "allocatedResourceStatuses", "storage")
        allotted = dig(claim, "status", "allocatedResources", "storage")
        if allotted == size and at in (*_NODES_TURN, _INFEASIBLE):
            return  # it is the kubelet's turn, or the user's
        if self._timers.begin(uid_of(claim), view.now, GROW_SECONDS):
            claim = yield from self._begin(view, claim, size)
            text = f"External resizer is resizing volume {name_of(volume)}"
            yield Record(claim, "Normal", "Resizing", text)
        left = self._timers.left(uid_of(claim), view.now)
        if left:
            yield Again(left)
            return
        if why := too_large(size):
            yield from self._give_up(view, claim, volume, why)
            return
        if dig(volume, "spec", "capacity", "storage") != size:
            before = str(dig(volume, "spec", "capacity", "storage", default="0"))
            spec = {**volume["spec"], "capacity": {"storage": size}}
            larger = annotated({**volume, "spec": spec}, {BEFORE_RESIZE: before})
            yield from written(Update(VOLUMES, larger))
        yield from self._end(view, claim, size)

    @staticmethod
    def _begin(view: View, claim: Obj, size: object) -> Generator[Action, Outcome, Obj]:
        status = {
            **claim["status"],
            "allocatedResources": {"storage": size},
            "allocatedResourceStatuses": {"storage": "ControllerResizeInProgress"},
            "conditions": conditions_with(claim, "Resizing", "", view.now),
        }
        return (yield from written(UpdateStatus(CLAIMS, {**claim, "status": status})))

    def _give_up(self, view: View, claim: Obj, volume: Obj, why: str) -> Plan:
        """Say that a size cannot be had; a smaller one may be asked for."""
        text = f'resize volume "{name_of(volume)}" by resizer "{self._driver}" failed: {why}'
        status = {
            **claim["status"],
            "allocatedResourceStatuses": {"storage": _INFEASIBLE},
            "conditions": conditions_with(claim, "ControllerResizeError", text, view.now),
        }
        claim = yield from written(UpdateStatus(CLAIMS, {**claim, "status": status}))
        yield Record(claim, "Warning", "VolumeResizeFailed", text)

    @staticmethod
    def _end(view: View, claim: Obj, size: object) -> Plan:
        if mode_of(claim) == "Block":  # there is no file system to follow
            yield from written(UpdateStatus(CLAIMS, grown(claim)))
            yield Record(claim, "Normal", "VolumeResizeSuccessful", "Resize volume succeeded")
            return
        status = {
            **claim["status"],
            "allocatedResourceStatuses": {"storage": "NodeResizePending"},
            "conditions": conditions_with(claim, "FileSystemResizePending", PENDING, view.now),
        }
        claim = yield from written(UpdateStatus(CLAIMS, {**claim, "status": status}))
        text = "Require file system resize of volume on node"
        yield Record(claim, "Normal", "FileSystemResizeRequired", text)


def conditions_with(claim: Obj, kind: str, message: str, now: float) -> list[Obj]:
    """The conditions of a claim with one about its growing in place of any other such."""
    new: Obj = {
        "type": kind,
        "status": "True",
        "lastProbeTime": None,
        "lastTransitionTime": timestamp(now),
    }
    if message:
        new["message"] = message
    return [*_others(claim), new]


def _others(claim: Obj) -> list[Obj]:
    return [
        one
        for one in dig(claim, "status", "conditions", default=())
        if one.get("type") not in RESIZE_CONDITIONS
    ]


def grown(claim: Obj) -> Obj:
    """A claim that has all it was allotted."""
    status = {
        name: value
        for name, value in claim["status"].items()
        if name not in ("conditions", "allocatedResourceStatuses")
    }
    size = dig(claim, "status", "allocatedResources", "storage", default=requested(claim))
    status["capacity"] = {**(status.get("capacity") or {}), "storage": size}
    if others := _others(claim):
        status["conditions"] = others
    return {**claim, "status": status}

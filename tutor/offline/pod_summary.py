"""What a Pod's row says of it: the word under STATUS, ready containers, restarts.

Source: pkg/printers/internalversion/printers.go, printPod.
"""

from typing import Any, NamedTuple

from tutor.offline.clock import seconds_of
from tutor.offline.objects import Obj, dig, terminating


class Summary(NamedTuple):
    """A Pod in a line.

    Attributes:
        reason: The word under STATUS: ``Running``, ``Init:0/1``, ``Terminating`` …
        ready: Containers that are ready.
        total: Containers, and the sidecars among the init containers.
        restarts: Of all of them together.
        last: When the last restart was, a timestamp; empty for never.
    """

    reason: str
    ready: int
    total: int
    restarts: int
    last: str


def summary(obj: Obj) -> Summary:
    """A Pod in a line, as ``kubectl get pods`` prints it."""
    status, spec = obj.get("status") or {}, obj.get("spec") or {}
    reason, ready, restarts, last = _summary(obj)
    if terminating(obj):
        if status.get("reason") == "NodeLost":
            reason = "Unknown"
        elif status.get("phase") not in ("Failed", "Succeeded"):
            reason = "Terminating"
    total = len(spec.get("containers") or ()) + sum(map(_sidecar, spec.get("initContainers") or ()))
    return Summary(reason, ready, total, restarts, last)


def _summary(obj: Obj) -> tuple[str, int, int, str]:
    """The reason shown as status, ready containers, restarts and the time of the last."""
    status, spec = obj.get("status") or {}, obj.get("spec") or {}
    reason = str(status.get("reason") or status.get("phase") or "")
    held = any(
        one.get("type") == "PodScheduled" and one.get("reason") == "SchedulingGated"
        for one in status.get("conditions") or ()
    )
    if held:
        reason = "SchedulingGated"
    sidecars = {one.get("name") for one in spec.get("initContainers") or () if _sidecar(one)}
    ready = restarts = side_restarts = 0
    last = side_last = ""
    starting = False
    total = len(spec.get("initContainers") or ())
    for index, one in enumerate(status.get("initContainerStatuses") or ()):
        restarts += int(one.get("restartCount") or 0)
        last = _later(last, one)
        if one.get("name") in sidecars:
            side_restarts += int(one.get("restartCount") or 0)
            side_last = _later(side_last, one)
        ended, waits = dig(one, "state", "terminated"), dig(one, "state", "waiting", "reason")
        if ended is not None and not ended.get("exitCode"):
            continue
        if one.get("name") in sidecars and one.get("started"):
            ready += bool(one.get("ready"))
            continue
        if ended is not None:
            reason = f"Init:{_ending(ended)}"
        elif waits and waits != "PodInitializing":
            reason = f"Init:{waits}"
        else:
            reason = f"Init:{index}/{total}"
        starting = True
        break
    if starting and not _holds(obj, "Initialized"):
        return reason, ready, restarts, last
    restarts, last = side_restarts, side_last
    running = False
    for one in reversed(status.get("containerStatuses") or ()):
        restarts += int(one.get("restartCount") or 0)
        last = _later(last, one)
        ended, waits = dig(one, "state", "terminated"), dig(one, "state", "waiting", "reason")
        if waits:
            reason = str(waits)
        elif ended is not None:
            reason = _ending(ended)
        elif one.get("ready") and dig(one, "state", "running") is not None:
            running = True
            ready += 1
    if reason == "Completed" and running:
        reason = "Running" if _holds(obj, "Ready") else "NotReady"
    return reason, ready, restarts, last


def _sidecar(container: dict[str, Any]) -> bool:
    return container.get("restartPolicy") == "Always"


def _ending(ended: dict[str, Any]) -> str:
    if ended.get("reason"):
        return str(ended["reason"])
    if ended.get("signal"):
        return f"Signal:{ended['signal']}"
    return f"ExitCode:{ended.get('exitCode', 0)}"


def _holds(obj: Obj, condition: str) -> bool:
    return any(
        one.get("type") == condition and one.get("status") == "True"
        for one in dig(obj, "status", "conditions", default=[])
    )


def _later(last: str, status: dict[str, Any]) -> str:
    found = str(dig(status, "lastState", "terminated", "finishedAt", default=""))
    if not found or (last and seconds_of(last) >= seconds_of(found)):
        return last
    return found

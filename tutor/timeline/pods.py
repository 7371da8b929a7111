"""What can be said of one Pod: whether it runs, is ready, or is in trouble, and of which kind."""

from typing import NamedTuple

from tutor.offline.objects import Obj
from tutor.timeline.reading import condition, items, mapping, number, text

_ON_THE_WAY = frozenset({"", "ContainerCreating", "PodInitializing"})
_CLAIMS_TO_COME = "unbound immediate PersistentVolumeClaims"
"""A Pod is always refused a node until its claims are bound; the claims tell of it themselves.

Source: pkg/scheduler/framework/plugins/volumebinding/volume_binding.go, PreFilter.
"""
PULLING = frozenset({"ErrImagePull", "ImagePullBackOff"})
"""A real kubelet goes back and forth between these."""


class Trouble(NamedTuple):
    """Why a Pod is stuck, as its status says it."""

    reason: str
    message: str


def scheduled(pod: Obj) -> bool:
    """It has a node."""
    return bool(text(pod, "spec", "nodeName"))


def started(pod: Obj) -> bool:
    """All its containers run."""
    statuses = items(pod, "status", "containerStatuses")
    running = all(isinstance(mapping(one, "state").get("running"), dict) for one in statuses)
    return text(pod, "status", "phase") == "Running" and bool(statuses) and running


def ready(pod: Obj) -> bool:
    """It is Ready."""
    return condition(pod, "Ready").get("status") == "True"


def ready_since(pod: Obj) -> str:
    """Since when it is Ready, or is not."""
    return text(condition(pod, "Ready"), "lastTransitionTime")


def restarts(pod: Obj) -> int:
    """How often its containers were started again."""
    statuses = [
        *items(pod, "status", "containerStatuses"),
        *items(pod, "status", "initContainerStatuses"),
    ]
    return sum(number(one, "restartCount") for one in statuses)


def troubles(pod: Obj) -> tuple[Trouble, ...]:
    """Everything that keeps it from running, none twice."""
    found: dict[str, Trouble] = {}
    unscheduled = condition(pod, "PodScheduled")
    if unscheduled.get("status") == "False":
        reason, message = text(unscheduled, "reason"), text(unscheduled, "message")
        if reason and _CLAIMS_TO_COME not in message:
            found[reason] = Trouble(reason, message)
    for kind in ("initContainerStatuses", "containerStatuses"):
        for one in items(pod, "status", kind):
            waiting = mapping(one, "state", "waiting")
            reason = text(waiting, "reason")
            if reason not in _ON_THE_WAY:
                found.setdefault(reason, Trouble(reason, text(waiting, "message")))
    return tuple(found.values())

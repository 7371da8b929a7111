"""Conditions and taints, as the controllers of nodes write them."""

from tutor.offline.clock import timestamp
from tutor.offline.objects import Obj, dig, meta

NOT_READY = "node.kubernetes.io/not-ready"
UNREACHABLE = "node.kubernetes.io/unreachable"
UNSCHEDULABLE = "node.kubernetes.io/unschedulable"
OUT_OF_SERVICE = "node.kubernetes.io/out-of-service"
PRESSURES = {
    "MemoryPressure": "node.kubernetes.io/memory-pressure",
    "DiskPressure": "node.kubernetes.io/disk-pressure",
    "PIDPressure": "node.kubernetes.io/pid-pressure",
    "NetworkUnavailable": "node.kubernetes.io/network-unavailable",
}
"""Conditions that keep new Pods away, each with its taint."""
NO_EXECUTE, NO_SCHEDULE = "NoExecute", "NoSchedule"


def condition_of(obj: Obj, kind: str) -> str:
    """The status of a condition: ``True``, ``False``, ``Unknown``; empty where there is none."""
    for condition in dig(obj, "status", "conditions", default=()):
        if condition.get("type") == kind:
            return str(condition.get("status", ""))
    return ""


def disrupted(pod: Obj, now: float, reason: str, message: str) -> Obj:
    """A Pod's status with the condition DisruptionTarget."""
    new = {
        "type": "DisruptionTarget",
        "observedGeneration": meta(pod).get("generation", 1),
        "status": "True",
        "lastProbeTime": None,
        "lastTransitionTime": timestamp(now),
        "reason": reason,
        "message": message,
    }
    kept = [
        one
        for one in dig(pod, "status", "conditions", default=())
        if one.get("type") != "DisruptionTarget"
    ]
    return {**(pod.get("status") or {}), "conditions": [*kept, new]}


def taints_of(node: Obj | None) -> list[Obj]:
    """The taints of a node."""
    return list(dig(node, "spec", "taints", default=()))

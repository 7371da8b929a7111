"""The row of a Pod.

Source: pkg/printers/internalversion/printers.go, printPod.
"""

from typing import Any

from tutor.offline.api.words import NONE, age
from tutor.offline.objects import Obj, dig, meta, name_of
from tutor.offline.pod_summary import summary


def pod(obj: Obj, now: float) -> list[Any]:
    """The cells of a Pod."""
    status, spec = obj.get("status") or {}, obj.get("spec") or {}
    reason, ready, total, restarts, last = summary(obj)
    count = str(restarts)
    if restarts and last:
        count = f"{restarts} ({age(last, now)} ago)"
    addresses = status.get("podIPs") or ()
    gates = spec.get("readinessGates") or ()
    met = sum(
        any(
            one.get("type") == gate.get("conditionType") and one.get("status") == "True"
            for one in status.get("conditions") or ()
        )
        for gate in gates
    )
    return [
        name_of(obj),
        f"{ready}/{total}",
        reason,
        count,
        age(meta(obj).get("creationTimestamp"), now),
        (addresses[0].get("ip") if addresses else "") or NONE,
        spec.get("nodeName") or NONE,
        status.get("nominatedNodeName") or NONE,
        f"{met}/{len(gates)}" if gates else NONE,
    ]


def conditions(obj: Obj) -> list[dict[str, str]]:
    """``conditions`` of a Pod's row: set where it has come to an end."""
    phase = dig(obj, "status", "phase")
    said = {"Succeeded": "The pod has completed successfully.", "Failed": "The pod failed."}
    if phase not in said:
        return []
    return [{"type": "Completed", "status": "True", "reason": phase, "message": said[phase]}]

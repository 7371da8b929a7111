"""How far a Deployment has come: its status and conditions.

Source: pkg/controller/deployment/{sync,progress}.go and util/deployment_util.go, v1.36.
"""

from collections.abc import Iterable
from typing import Any

from tutor.offline.clock import seconds_of, timestamp
from tutor.offline.objects import Obj, dig, meta, name_of

_NEVER = 2**31 - 1
DONE, LATE = "NewReplicaSetAvailable", "ProgressDeadlineExceeded"
PAUSED, RESUMED = "DeploymentPaused", "DeploymentResumed"
Said = tuple[str, str, str]
"""Status, reason and message of a condition."""


def deadline(deployment: Obj) -> float | None:
    """How many seconds without progress are too many; None where any number will do."""
    found = dig(deployment, "spec", "progressDeadlineSeconds")
    return None if found is None or found == _NEVER else float(found)


def condition(status: Obj, kind: str) -> Obj | None:
    """A condition."""
    return next((one for one in status.get("conditions") or () if one["type"] == kind), None)


def known(status: Obj) -> Obj | None:
    """The condition Progressing."""
    return condition(status, "Progressing")


def without_condition(status: Obj, kind: str) -> Obj:
    """The status without a condition."""
    kept = [one for one in status.get("conditions") or () if one["type"] != kind]
    return {**status, "conditions": kept}


def with_condition(
    status: Obj, kind: str, said: Said, now: float, *, refresh: bool = False, since: str = ""
) -> Obj:
    """The status with a condition, at the end (``SetDeploymentCondition``).

    One of the same status and reason stays as it is.

    Args:
        status: The status.
        kind: The type of the condition.
        said: What it is to say.
        now: The moment.
        refresh: Renew it even if it says the same, as progress does.
        since: Its lastTransitionTime, where that is older than the condition.
    """
    state, reason, message = said
    before = condition(status, kind)
    if before is not None and not refresh and (before["status"], before["reason"]) == said[:2]:
        return status
    kept = before["lastTransitionTime"] if before is not None and before["status"] == state else ""
    new = {
        "type": kind,
        "status": state,
        "lastUpdateTime": timestamp(now),
        "lastTransitionTime": since or kept or timestamp(now),
        "reason": reason,
        "message": message,
    }
    found = without_condition(status, kind)
    return {**found, "conditions": [*found["conditions"], new]}


def pausing(deployment: Obj, now: float) -> Obj | None:
    """The status that tells of a pause or its end; None where that is told (or does not matter)."""
    status = deployment.get("status") or {}
    held = known(status)
    if deadline(deployment) is None or (held is not None and held["reason"] == LATE):
        return None
    paused, told = dig(deployment, "spec", "paused", default=False), False
    if held is not None:
        told = held["reason"] == PAUSED
    if bool(paused) == told:
        return None
    said = ("Unknown", PAUSED, "Deployment is paused")
    if not paused:
        said = ("Unknown", RESUMED, "Deployment is resumed")
    return with_condition(status, "Progressing", said, now)


def complete(deployment: Obj, status: Obj) -> bool:
    """Whether every Pod is of the present template and available."""
    wanted = int(dig(deployment, "spec", "replicas", default=1))
    return all(
        status.get(name, 0) == wanted
        for name in ("updatedReplicas", "replicas", "availableReplicas")
    ) and bool(status.get("observedGeneration", 0) >= meta(deployment).get("generation", 0))


def _moved(old: Obj, new: Obj) -> bool:
    """Whether anything went forward (``DeploymentProgressing``)."""

    def waiting(status: Obj) -> int:
        return int(status.get("replicas", 0)) - int(status.get("updatedReplicas", 0))

    return waiting(new) < waiting(old) or any(
        new.get(name, 0) > old.get(name, 0)
        for name in ("updatedReplicas", "readyReplicas", "availableReplicas")
    )


def _late(deployment: Obj, status: Obj, now: float) -> bool:
    """Whether it has stood still for too long (``DeploymentTimedOut``)."""
    held, limit = known(status), deadline(deployment)
    if held is None or limit is None or held["reason"] == DONE:
        return False
    return held["reason"] == LATE or seconds_of(held["lastUpdateTime"]) + limit < now


def judged(deployment: Obj, status: Obj, new: Obj | None, now: float) -> Obj:
    """A new status with what there is to say about progress (``syncRolloutStatus``)."""
    old = deployment.get("status") or {}
    if deadline(deployment) is None:
        return without_condition(status, "Progressing")
    held = known(old)
    over = status.get("replicas", 0) == status.get("updatedReplicas", 0)
    if over and held is not None and held["reason"] == DONE:
        return status
    about = f'ReplicaSet "{name_of(new)}"' if new else f'Deployment "{name_of(deployment)}"'
    if complete(deployment, status):
        said = ("True", DONE, f"{about} has successfully progressed.")
        return with_condition(status, "Progressing", said, now)
    if _moved(old, status):
        said = ("True", "ReplicaSetUpdated", f"{about} is progressing.")
        since = held["lastTransitionTime"] if held and held["status"] == "True" else ""
        return with_condition(status, "Progressing", said, now, refresh=True, since=since)
    if _late(deployment, status, now):
        said = ("False", LATE, f"{about} has timed out progressing.")
        return with_condition(status, "Progressing", said, now)
    return status


def failing(status: Obj, new: Obj | None, sets: Iterable[Obj]) -> Obj:
    """A status with the failure one of the sets tells of, the new one's first."""
    for one in ([new] if new else []) + list(sets):
        found = condition(one.get("status") or {}, "ReplicaFailure")
        if found is not None:
            moment = found.get("lastTransitionTime")
            said: dict[str, Any] = {
                "type": "ReplicaFailure",
                "status": found["status"],
                "lastUpdateTime": moment,
                "lastTransitionTime": moment,
                "reason": found.get("reason", ""),
                "message": found.get("message", ""),
            }
            before = condition(status, "ReplicaFailure")
            if before is not None and before["reason"] == said["reason"]:
                return status
            kept = without_condition(status, "ReplicaFailure")
            return {**kept, "conditions": [*kept["conditions"], said]}
    return without_condition(status, "ReplicaFailure")


def left(deployment: Obj, status: Obj, now: float) -> float | None:
    """In how many seconds to look again whether it is late; None where that cannot happen."""
    held, limit = known(status), deadline(deployment)
    if held is None or limit is None or complete(deployment, status):
        return None
    if held["reason"] in (LATE, DONE):
        return None
    return max(1.0, seconds_of(held["lastUpdateTime"]) + limit - now + 1)

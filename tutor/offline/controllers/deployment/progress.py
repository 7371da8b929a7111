"""How far a Deployment has come: how many Pods it may have, and its conditions.

Source: pkg/controller/deployment/{util/deployment_util,progress}.go, v1.36.
"""

from collections.abc import Iterable
from fractions import Fraction

from tutor.offline.clock import seconds_of, timestamp
from tutor.offline.objects import Obj, dig, name_of
from tutor.offline.plan import View


def share(value: int | str, total: int, *, up: bool) -> int:
    """A number, or a percentage of a total rounded up or down."""
    if isinstance(value, int):
        return value
    part = Fraction(int(value.rstrip("%")), 100) * total
    return -(-part.numerator // part.denominator) if up else part.numerator // part.denominator


def replicas_of(obj: Obj) -> int:
    """``spec.replicas``."""
    return int(dig(obj, "spec", "replicas", default=1))


def limits(deployment: Obj) -> tuple[int, int]:
    """MaxSurge and maxUnavailable as numbers; not both may be 0."""
    if dig(deployment, "spec", "strategy", "type") == "Recreate":
        return 0, replicas_of(deployment)
    rolling = dig(deployment, "spec", "strategy", "rollingUpdate", default={})
    total = replicas_of(deployment)
    surge = share(rolling.get("maxSurge", "25%"), total, up=True)
    missing = share(rolling.get("maxUnavailable", "25%"), total, up=False)
    if surge == missing == 0:
        missing = 1
    return surge, min(missing, total)


def count(sets: Iterable[Obj], field: str) -> int:
    """A number of the status of these ReplicaSets, added up."""
    return sum(int(dig(one, "status", field, default=0)) for one in sets)


def conditions_of(
    view: View, deployment: Obj, counts: dict[str, int], new: Obj | None
) -> tuple[list[Obj], float | None]:
    """Available and Progressing; and in how many seconds the progress deadline passes."""
    _, missing = limits(deployment)
    wanted = replicas_of(deployment)
    old = {one["type"]: one for one in dig(deployment, "status", "conditions", default=())}
    enough = counts["availableReplicas"] >= wanted - missing
    found = [
        _condition(
            view,
            old,
            "Available",
            ("True", "MinimumReplicasAvailable", "Deployment has minimum availability.")
            if enough
            else (
                "False",
                "MinimumReplicasUnavailable",
                "Deployment does not have minimum availability.",
            ),
        )
    ]
    if new is None:
        return found, None
    name = name_of(new)
    done = counts["updatedReplicas"] == counts["availableReplicas"] == counts["replicas"] == wanted
    before = old.get("Progressing")
    status = deployment.get("status") or {}
    moved = any(status.get(part, 0) != count for part, count in counts.items())
    deadline = float(dig(deployment, "spec", "progressDeadlineSeconds", default=600))
    left: float | None = None
    if done:
        said = (
            "True",
            "NewReplicaSetAvailable",
            f'ReplicaSet "{name}" has successfully progressed.',
        )
    elif before is None:
        said = ("True", "NewReplicaSetCreated", f'Created new replica set "{name}"')
        left = deadline
    elif moved:
        said = ("True", "ReplicaSetUpdated", f'ReplicaSet "{name}" is progressing.')
        left = deadline
    else:
        late = view.now - _seconds(before) - deadline
        if before["reason"] != "NewReplicaSetAvailable" and late >= 0:
            text = f'ReplicaSet "{name}" has timed out progressing.'
            said = ("False", "ProgressDeadlineExceeded", text)
        else:
            said = (before["status"], before["reason"], before["message"])
            left = -late if late < 0 else None
    found.append(_condition(view, old, "Progressing", said, refresh=moved and not done))
    return found, left


def _condition(
    view: View, old: dict[str, Obj], kind: str, said: tuple[str, str, str], *, refresh: bool = False
) -> Obj:
    status, reason, message = said
    before = old.get(kind, {})
    now = timestamp(view.now)
    same = before.get("status") == status
    untouched = same and before.get("reason") == reason and before.get("message") == message
    return {
        "type": kind,
        "status": status,
        "lastUpdateTime": before["lastUpdateTime"] if untouched and not refresh else now,
        "lastTransitionTime": before["lastTransitionTime"] if same else now,
        "reason": reason,
        "message": message,
    }


def _seconds(condition: Obj) -> float:
    return seconds_of(condition["lastUpdateTime"])

"""The status a kubelet writes at each stage of a Pod's life.

Source: pkg/kubelet/kubelet_pods.go (getPhase), pkg/kubelet/status/generate.go, v1.36, where the
recorded kubelet says nothing else.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from tutor.offline.clock import timestamp
from tutor.offline.controllers.kubelet.containers import Fate, Moment, began, shown, step
from tutor.offline.objects import Obj, dig, meta

_KUBELETS_OWN = ("PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady")
_HEALTH = {
    "MemoryPressure": (
        "False",
        "KubeletHasSufficientMemory",
        "kubelet has sufficient memory available",
    ),
    "DiskPressure": ("False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
    "PIDPressure": (
        "False",
        "KubeletHasSufficientPID",
        "kubelet has sufficient PID available",
    ),
    "Ready": ("True", "KubeletReady", "kubelet is posting ready status"),
}


def _containers(pod: Obj) -> list[Obj]:
    return list(dig(pod, "spec", "containers", default=()))


def _first(pod: Obj) -> list[Obj]:
    return list(dig(pod, "spec", "initContainers", default=()))


def stays(container: Obj) -> bool:
    """Whether an init container runs beside the others: a sidecar."""
    return bool(container.get("restartPolicy") == "Always")


def _listed(status: Obj) -> dict[str, Obj]:
    """The statuses of the containers so far, each by its name."""
    return {
        str(one.get("name")): one
        for part in ("initContainerStatuses", "containerStatuses")
        for one in status.get(part) or ()
    }


def _why(reason: str, says: str, names: Iterable[str]) -> dict[str, str]:
    return {"reason": reason, "message": f"containers with {says} status: [{' '.join(names)}]"}


def _unready(names: Iterable[str]) -> dict[str, str]:
    return _why("ContainersNotReady", "unready", names)


def _uninitialized(names: Iterable[str]) -> dict[str, str]:
    return _why("ContainersNotInitialized", "incomplete", names)


def _conditions(
    pod: Obj,
    now: float,
    *,
    sandbox: bool,
    why: Mapping[str, str] | None,
    incomplete: Mapping[str, str] | None = None,
) -> list[dict[str, Any]]:
    """The kubelet's four conditions, then those of others as they are.

    Args:
        pod: The Pod.
        now: The moment.
        sandbox: Whether it has its network.
        why: Why it is not ready; None where it is.
        incomplete: Why it is not initialized; None where it is.
    """
    known = {one.get("type"): one for one in dig(pod, "status", "conditions", default=())}
    no_network: Mapping[str, str] | None = None if sandbox else {}
    reasons = (no_network, incomplete, why, why)
    conditions: list[dict[str, Any]] = []
    for name, reason in zip(_KUBELETS_OWN, reasons, strict=True):
        status = "True" if reason is None else "False"
        old = known.pop(name, {})
        since = old.get("lastTransitionTime") if old.get("status") == status else None
        condition: dict[str, Any] = {
            "type": name,
            "observedGeneration": meta(pod).get("generation", 1),
            "status": status,
            "lastProbeTime": None,
            "lastTransitionTime": since or timestamp(now),
        }
        condition.update(reason or {})
        conditions.append(condition)
    return [*conditions, *known.values()]


def _status(
    pod: Obj,
    first: list[dict[str, Any]],
    containers: list[dict[str, Any]],
    conditions: list[dict[str, Any]],
    **more: object,
) -> Obj:
    found = {
        **(pod.get("status") or {}),
        "observedGeneration": meta(pod).get("generation", 1),
        "conditions": conditions,
        "containerStatuses": containers,
        **more,
    }
    if first:
        found["initContainerStatuses"] = first
    return found


def creating(pod: Obj, now: float, host: str) -> Obj:
    """The kubelet has seen the Pod: ContainerCreating, or PodInitializing with others first."""
    first = _first(pod)
    names = [one["name"] for one in (*filter(stays, first), *_containers(pod))]
    conditions = _conditions(
        pod,
        now,
        sandbox=False,
        why=_unready(names),
        incomplete=_uninitialized(one["name"] for one in first) if first else None,
    )
    more: dict[str, Any] = {"startTime": timestamp(now)}
    if host:
        more |= {"hostIP": host, "hostIPs": [{"ip": host}]}
    waiting = {"waiting": {"reason": "PodInitializing" if first else "ContainerCreating"}}
    return _status(
        pod,
        [shown(one, waiting) for one in first],
        [shown(one, waiting) for one in _containers(pod)],
        conditions,
        **more,
    )


def living(
    pod: Obj,
    now: float,
    address: str,
    fates: Callable[[Obj], Fate],
    since: Mapping[str, float],
) -> tuple[Obj, float | None]:
    """A Pod with its network: each container where it is now.

    Init containers come one after another, and the others after them all; a sidecar goes on
    beside those after it.

    Args:
        pod: The Pod as stored.
        now: The moment.
        address: Its address.
        fates: What becomes of each container.
        since: When the present state of each container began.

    Returns:
        The status, and in how many seconds it changes by itself; None for never.
    """
    old = _listed(pod.get("status") or {})
    dues: list[float] = []

    def go(container: Obj) -> dict[str, Any]:
        name = str(container["name"])
        before = old.get(name) or {}
        start = since.get(name)
        if start is None:
            start = began(before) or now
        status, due = step(Moment(pod, container, before, now, start), fates(container))
        if due is not None:
            dues.append(due)
        return status

    waiting = {"waiting": {"reason": "PodInitializing"}}
    first: list[dict[str, Any]] = []
    blocked = failed = False
    begun = any(_begun(old.get(one["name"])) for one in _containers(pod))
    for container in _first(pod):
        if blocked:
            first.append(old.get(container["name"]) or shown(container, waiting))
            continue
        status = go(container)
        ended = dig(status, "state", "terminated")
        if stays(container):
            blocked = not begun and "running" not in status["state"]
        else:
            blocked = ended is None or ended["exitCode"] != 0
            status = {**status, "ready": not blocked}
            failed = failed or (
                ended is not None and fates(container).policy == "Never" and blocked
            )
        first.append(status)
    late = [shown(one, waiting) for one in _containers(pod)]
    main = late if blocked else [go(one) for one in _containers(pod)]
    beside = [status for one, status in zip(_first(pod), first, strict=True) if stays(one)]
    phase = "Failed" if failed else "Pending" if blocked else _phase(pod, main)
    incomplete = [one["name"] for one in first if not one["ready"]] if blocked else []
    unready = [one["name"] for one in (*beside, *main) if not one["ready"]]
    why: Mapping[str, str] | None = _unready(unready) if unready else None
    if phase in ("Succeeded", "Failed"):
        why = {"reason": "PodCompleted" if phase == "Succeeded" else "PodFailed"}
        if phase == "Succeeded" or not blocked:
            for one in beside:
                _finish(one, now)
    conditions = _conditions(
        pod,
        now,
        sandbox=True,
        why=why,
        incomplete=_uninitialized(incomplete) if incomplete else None,
    )
    more: dict[str, Any] = {"podIP": address, "podIPs": [{"ip": address}], "phase": phase}
    return _status(pod, first, main, conditions, **more), min(dues, default=None)


def _begun(status: Obj | None) -> bool:
    """Whether a container has been started: what goes before the others is over then."""
    if status is None:
        return False
    waits = dig(status, "state", "waiting", "reason")
    return bool(status.get("lastState")) or waits not in ("PodInitializing", "ContainerCreating")


def _finish(status: dict[str, Any], now: float) -> None:
    """Stop a sidecar whose Pod is over."""
    since = dig(status, "state", "running", "startedAt")
    if since is not None:
        ended = {"exitCode": 0, "reason": "Completed", "startedAt": since}
        status["state"] = {"terminated": {**ended, "finishedAt": timestamp(now)}}
        status["ready"] = status["started"] = False


def _phase(pod: Obj, containers: list[dict[str, Any]]) -> str:
    """The phase of a Pod whose init containers are done (``getPhase``)."""
    running = waiting = stopped = succeeded = 0
    for one in containers:
        state = one["state"]
        ended = state.get("terminated")
        if "running" in state:
            running += 1
        elif ended is not None:
            stopped += 1
            succeeded += ended["exitCode"] == 0
        elif one["lastState"]:
            stopped += 1
        else:
            waiting += 1
    policy = dig(pod, "spec", "restartPolicy", default="Always")
    if waiting:
        return str(dig(pod, "status", "phase", default="Pending"))
    if running or policy == "Always":
        return "Running"
    if stopped == succeeded:
        return "Succeeded"
    return "Failed" if policy == "Never" else "Running"


def rejected(pod: Obj, reason: str, message: str) -> Obj:
    """The node will not run the Pod."""
    return {
        **(pod.get("status") or {}),
        "phase": "Failed",
        "reason": reason,
        "message": f"Pod was rejected: {message}",
    }


def over(pod: Obj, now: float, phase: str, code: int = 1) -> Obj:
    """The containers have stopped for good.

    Args:
        pod: The Pod.
        now: The moment.
        phase: ``Succeeded`` or ``Failed``.
        code: With which they ended, where they failed.
    """
    well = phase == "Succeeded"
    stopped = {
        "exitCode": 0 if well else code,
        "reason": "Completed" if well else "Error",
        "startedAt": dig(pod, "status", "startTime", default=timestamp(now)),
        "finishedAt": timestamp(now),
    }
    why = {"reason": "PodCompleted" if well else "PodFailed"}
    old = _listed(pod.get("status") or {})
    first = []
    for container in _first(pod):
        status = dict(old.get(container["name"]) or shown(container, {"terminated": stopped}))
        _finish(status, now)
        first.append(status)
    containers = [
        shown(
            one,
            {"terminated": stopped},
            restartCount=dig(old.get(one["name"]), "restartCount", default=0),
        )
        for one in _containers(pod)
    ]
    conditions = _conditions(pod, now, sandbox=True, why=why)
    return _status(pod, first, containers, conditions, phase=phase)


def healthy(node: Obj, now: float) -> Obj | None:
    """The Node as its kubelet reports it; None where that is what it says already."""
    old = {one.get("type"): one for one in dig(node, "status", "conditions", default=())}
    if all(old.get(kind, {}).get("status") == value[0] for kind, value in _HEALTH.items()):
        return None
    conditions = []
    for kind, (value, reason, message) in _HEALTH.items():
        before = old.pop(kind, {})
        since = before.get("lastTransitionTime") if before.get("status") == value else None
        conditions.append(
            {
                "type": kind,
                "status": value,
                "lastHeartbeatTime": timestamp(now),
                "lastTransitionTime": since or timestamp(now),
                "reason": reason,
                "message": message,
            }
        )
    status = {**(node.get("status") or {}), "conditions": [*conditions, *old.values()]}
    return {**node, "status": status}

"""The status a kubelet writes at each stage of a Pod's life."""

from collections.abc import Callable
from typing import Any

from tutor.offline.clock import timestamp
from tutor.offline.controllers.kubelet import knobs
from tutor.offline.objects import Obj, dig, meta, uid_of

_KUBELETS_OWN = ("PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady")
_RESTARTS = 3
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


def _unready(pod: Obj) -> dict[str, str]:
    names = " ".join(container["name"] for container in _containers(pod))
    return {
        "reason": "ContainersNotReady",
        "message": f"containers with unready status: [{names}]",
    }


def _conditions(
    pod: Obj, now: float, *, sandbox: bool, ready: bool, why: dict[str, str]
) -> list[dict[str, Any]]:
    """The kubelet's four conditions, then those of others as they are."""
    known = {one.get("type"): one for one in dig(pod, "status", "conditions", default=())}
    values = (sandbox, True, ready, ready)
    conditions: list[dict[str, Any]] = []
    for name, value in zip(_KUBELETS_OWN, values, strict=True):
        status = "True" if value else "False"
        old = known.pop(name, {})
        since = old.get("lastTransitionTime") if old.get("status") == status else None
        condition: dict[str, Any] = {
            "type": name,
            "observedGeneration": meta(pod).get("generation", 1),
            "status": status,
            "lastProbeTime": None,
            "lastTransitionTime": since or timestamp(now),
        }
        if not ready and name in ("Ready", "ContainersReady"):
            condition.update(why)
        conditions.append(condition)
    return [*conditions, *known.values()]


def _container(container: Obj, state: dict[str, Any], **more: object) -> dict[str, Any]:
    status: dict[str, Any] = {
        "name": container["name"],
        "state": state,
        "lastState": {},
        "ready": False,
        "restartCount": 0,
        "image": container.get("image", ""),
        "imageID": "",
        "started": False,
    }
    status.update(more)
    return status


def _status(
    pod: Obj,
    containers: Callable[[Obj], dict[str, Any]],
    conditions: list[dict[str, Any]],
    **more: object,
) -> Obj:
    return {
        **(pod.get("status") or {}),
        "observedGeneration": meta(pod).get("generation", 1),
        "conditions": conditions,
        "containerStatuses": [containers(one) for one in _containers(pod)],
        **more,
    }


def creating(pod: Obj, now: float, host: str) -> Obj:
    """The kubelet has seen the Pod: ContainerCreating."""
    conditions = _conditions(pod, now, sandbox=False, ready=False, why=_unready(pod))
    more: dict[str, Any] = {"startTime": timestamp(now)}
    if host:
        more |= {"hostIP": host, "hostIPs": [{"ip": host}]}
    return _status(
        pod,
        lambda one: _container(one, {"waiting": {"reason": "ContainerCreating"}}),
        conditions,
        **more,
    )


def running(pod: Obj, now: float, address: str) -> Obj:
    """The containers as the knobs want them: running, held, crashing or not to be pulled."""
    crashing, stuck = knobs.crashes(pod), knobs.unpullable(pod)
    ready = not (crashing or stuck or knobs.held(pod))
    old = {one.get("name"): one for one in dig(pod, "status", "containerStatuses", default=())}

    def show(one: Obj) -> dict[str, Any]:
        if knobs.broken(one):
            text = f'failed to pull image "{one.get("image", "")}": not found'
            return _container(one, {"waiting": {"reason": "ErrImagePull", "message": text}})
        since = dig(old.get(one["name"]), "state", "running", "startedAt") or timestamp(now)
        if crashing:
            text = "back-off 40s restarting failed container"
            stopped = {
                "exitCode": 1,
                "reason": "Error",
                "startedAt": since,
                "finishedAt": timestamp(now),
            }
            return _container(
                one,
                {"waiting": {"reason": "CrashLoopBackOff", "message": text}},
                lastState={"terminated": stopped},
                restartCount=_RESTARTS,
            )
        return _container(
            one,
            {"running": {"startedAt": since}},
            ready=not knobs.held(pod),
            imageID=f"fake://{one.get('image', '')}",
            containerID=f"fake://{uid_of(pod)}",
            started=True,
        )

    conditions = _conditions(pod, now, sandbox=True, ready=ready, why=_unready(pod))
    more: dict[str, Any] = {"podIP": address, "podIPs": [{"ip": address}]}
    if not stuck:
        more["phase"] = "Running"
    return _status(pod, show, conditions, **more)


def rejected(pod: Obj, reason: str, message: str) -> Obj:
    """The node will not run the Pod."""
    return {
        **(pod.get("status") or {}),
        "phase": "Failed",
        "reason": reason,
        "message": f"Pod was rejected: {message}",
    }


def backing_off(pod: Obj) -> Obj:
    """The pull of an image has failed and is waited with: ImagePullBackOff."""
    statuses = []
    for status in dig(pod, "status", "containerStatuses", default=()):
        if dig(status, "state", "waiting", "reason") == "ErrImagePull":
            text = f'Back-off pulling image "{status.get("image", "")}"'
            state = {"waiting": {"reason": "ImagePullBackOff", "message": text}}
            status = {**status, "state": state}  # noqa: PLW2901
        statuses.append(status)
    return {**(pod.get("status") or {}), "containerStatuses": statuses}


def over(pod: Obj, now: float, phase: str) -> Obj:
    """The containers have stopped for good."""
    well = phase == "Succeeded"
    stopped = {
        "exitCode": 0 if well else 1,
        "reason": "Completed" if well else "Error",
        "startedAt": dig(pod, "status", "startTime", default=timestamp(now)),
        "finishedAt": timestamp(now),
    }
    why = {"reason": "PodCompleted" if well else "PodFailed"}
    conditions = _conditions(pod, now, sandbox=True, ready=False, why=why)
    return _status(
        pod, lambda one: _container(one, {"terminated": stopped}), conditions, phase=phase
    )


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

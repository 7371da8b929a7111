"""What ``pods/log`` answers: no container runs here, and the log says so.

Source of the refusals: pkg/registry/core/pod/strategy.go, LogLocation; pkg/kubelet/kubelet_pods.go,
validateContainerLogStatus.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tutor.offline.clock import timestamp
from tutor.offline.errors import ApiError
from tutor.offline.objects import Obj, dig, name_of, namespace_of
from tutor.offline.refusals import bad_request


@dataclass(frozen=True, slots=True)
class Log:
    """A log granted.

    Attributes:
        text: What is in it; empty where the Pod has no node yet.
        follow: Whether to wait until the container ends.
        namespace: Of the Pod.
        name: Of the Pod.
        container: Of the Pod.
        scheduled: Whether the Pod has a node.
    """

    text: str
    follow: bool
    namespace: str
    name: str
    container: str
    scheduled: bool = True


def log_of(pod: Obj, parameters: Mapping[str, str], now: float) -> Log:
    """The log of a container.

    Raises:
        ApiError: 400 where there is none.
    """
    container = _container_of(pod, parameters.get("container", ""))
    name, namespace = name_of(pod), namespace_of(pod)
    follow = parameters.get("follow", "") in ("1", "true", "True")
    if not dig(pod, "spec", "nodeName", default=""):
        return Log("", False, namespace, name, container, scheduled=False)
    state = _running(pod, name, container, parameters.get("previous", "") in ("1", "true", "True"))
    image = next(
        (str(one.get("image", "")) for one in _containers(pod) if one.get("name") == container),
        "",
    )
    started = dig(state, "startedAt", default="")
    lines = [
        f"This is the offline cluster: {image} does not really run, so it writes no log.",
        f"Container {container} of Pod {name} is emulated since {started or timestamp(now)}.",
    ]
    if parameters.get("timestamps", "") in ("1", "true", "True"):
        stamp = started or timestamp(now)
        lines = [f"{stamp} {line}" for line in lines]
    tail = parameters.get("tailLines", "")
    if tail:
        if not tail.isdigit():
            raise bad_request(f'strconv.ParseInt: parsing "{tail}": invalid syntax')
        lines = lines[len(lines) - min(int(tail), len(lines)) :]
    text = "".join(f"{line}\n" for line in lines)
    limit = parameters.get("limitBytes", "")
    if limit:
        if not limit.isdigit():
            raise bad_request(f'strconv.ParseInt: parsing "{limit}": invalid syntax')
        text = text.encode()[: int(limit)].decode(errors="ignore")
    return Log(text, follow, namespace, name, container)


def ended(pod: Obj | None, container: str) -> bool:
    """Whether a container that was followed runs no more."""
    if pod is None:
        return True
    return not any(
        one.get("name") == container and dig(one, "state", "running") is not None
        for one in _statuses(pod)
    )


def _containers(pod: Obj) -> Iterator[dict[str, Any]]:
    spec = pod.get("spec") or {}
    for part in ("initContainers", "containers", "ephemeralContainers"):
        yield from spec.get(part) or ()


def _statuses(pod: Obj) -> Iterator[dict[str, Any]]:
    status = pod.get("status") or {}
    for part in ("initContainerStatuses", "containerStatuses", "ephemeralContainerStatuses"):
        yield from status.get(part) or ()


def _container_of(pod: Obj, asked: str) -> str:
    names = [str(one.get("name", "")) for one in dig(pod, "spec", "containers", default=[])]
    if asked:
        if any(one.get("name") == asked for one in _containers(pod)):
            return asked
        raise bad_request(f"container {asked} is not valid for pod {name_of(pod)}")
    if len(names) == 1:
        return names[0]
    started = [str(one.get("name")) for one in dig(pod, "spec", "initContainers", default=[])]
    text = (
        f"a container name must be specified for pod {name_of(pod)}, "
        f"choose one of: [{' '.join(names)}]"
    )
    if started:
        text += f" or one of the init containers: [{' '.join(started)}]"
    raise bad_request(text)


def _running(pod: Obj, name: str, container: str, previous: bool) -> dict[str, Any]:
    """The state of the container whose log is asked for."""
    status = next((one for one in _statuses(pod) if one.get("name") == container), None)
    if status is None:
        raise _not_yet(name, container, "ContainerCreating")
    last = dig(status, "lastState", "terminated")
    if previous:
        if last is None:
            raise bad_request(
                f'previous terminated container "{container}" in pod "{name}" not found'
            )
        return dict(last)
    for found in (dig(status, "state", "running"), dig(status, "state", "terminated"), last):
        if found is not None:
            return dict(found)
    reason = dig(status, "state", "waiting", "reason", default="ContainerCreating")
    raise _not_yet(name, container, str(reason))


def _not_yet(name: str, container: str, reason: str) -> ApiError:
    said = {
        "ErrImagePull": "image can't be pulled",
        "ImagePullBackOff": "trying and failing to pull image",
    }.get(reason, reason)
    return bad_request(f'container "{container}" in pod "{name}" is waiting to start: {said}')

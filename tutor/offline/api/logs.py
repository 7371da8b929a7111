"""What ``pods/log`` answers: no container runs here, and the log says so.

Source of the refusals: pkg/registry/core/pod/strategy.go, LogLocation; pkg/kubelet/kubelet_pods.go,
validateContainerLogStatus.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tutor.offline.admission import gotime
from tutor.offline.clock import seconds_of, timestamp
from tutor.offline.errors import ApiError, Cause
from tutor.offline.integers import parse_int
from tutor.offline.objects import Obj, dig, name_of, namespace_of
from tutor.offline.refusals import bad_request, invalid


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


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What is asked of a log; None for what is not."""

    container: str
    follow: bool
    previous: bool
    timestamps: bool
    tail: int | None
    limit: int | None
    since: float | None


def log_of(pod: Obj, parameters: Mapping[str, str], now: float) -> Log:
    """The log of a container.

    Raises:
        ApiError: 400 where there is none, 422 for what makes no sense.
    """
    name, namespace = name_of(pod), namespace_of(pod)
    wanted = _wanted(parameters, name, now)
    container = _container_of(pod, wanted.container)
    if not dig(pod, "spec", "nodeName", default=""):
        return Log("", False, namespace, name, container, scheduled=False)
    state = _running(pod, name, container, wanted.previous)
    image = next(
        (str(one.get("image", "")) for one in _containers(pod) if one.get("name") == container),
        "",
    )
    started = str(dig(state, "startedAt", default="") or timestamp(now))
    lines = [
        f"This is the offline cluster: {image} does not really run, so it writes no log.",
        f"Container {container} of Pod {name} is emulated since {started}.",
    ]
    if wanted.since is not None and seconds_of(started) < wanted.since:
        lines = []
    if wanted.timestamps:
        lines = [f"{started} {line}" for line in lines]
    if wanted.tail is not None:
        lines = lines[max(0, len(lines) - wanted.tail) :]
    text = "".join(f"{line}\n" for line in lines)
    if wanted.limit is not None:
        text = text.encode()[: wanted.limit].decode(errors="ignore")
    return Log(text, wanted.follow, namespace, name, container)


def _wanted(parameters: Mapping[str, str], pod: str, now: float) -> _Wanted:
    """The options of a request.

    Source: pkg/apis/core/validation/validation.go, ValidatePodLogOptions.
    """
    tail, limit = _whole(parameters, "tailLines"), _whole(parameters, "limitBytes")
    seconds = _whole(parameters, "sinceSeconds")
    moment = parameters.get("sinceTime", "")
    if moment and gotime.problem(moment):
        raise bad_request(gotime.problem(moment))
    causes = []
    if tail is not None and tail < 0:
        causes.append(_below("tailLines", tail, "greater than or equal to 0"))
    if limit is not None and limit < 1:
        causes.append(_below("limitBytes", limit, "greater than 0"))
    if seconds is not None and moment:
        message = "Forbidden: at most one of `sinceTime` or `sinceSeconds` may be specified"
        causes.append(Cause("FieldValueForbidden", message, ""))
    elif seconds is not None and seconds < 1:
        causes.append(_below("sinceSeconds", seconds, "greater than 0"))
    if causes:
        raise invalid("PodLogOptions", "", pod, causes)
    since = now - seconds if seconds is not None else seconds_of(moment) if moment else None
    return _Wanted(
        parameters.get("container", ""),
        _flag(parameters, "follow"),
        _flag(parameters, "previous"),
        _flag(parameters, "timestamps"),
        tail,
        limit,
        since,
    )


def _below(field: str, value: int, needed: str) -> Cause:
    return Cause("FieldValueInvalid", f"Invalid value: {value}: must be {needed}", field)


def _whole(parameters: Mapping[str, str], name: str) -> int | None:
    text = parameters.get(name, "")
    return parse_int(text) if text else None


def _flag(parameters: Mapping[str, str], name: str) -> bool:
    return parameters.get(name, "false").lower() not in ("", "false", "0")


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

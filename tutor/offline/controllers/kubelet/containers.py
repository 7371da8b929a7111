"""What a container does next: runs, ends, is started again, or never starts.

Nothing is executed. A container runs on, unless an annotation says otherwise (``knobs.py``), its
image cannot be pulled, something it refers to is missing, or its whole command is one whose end is
plain: ``false``, ``true``, ``sh -c "exit 3"``. Probes succeed, but for those that run such a
command and fail.

Source: pkg/kubelet/kuberuntime/kuberuntime_manager.go (doBackOff), pkg/kubelet/kubelet_pods.go,
pkg/kubelet/images/image_manager.go, v1.36.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tutor.offline.clock import seconds_of, timestamp
from tutor.offline.controllers.kubelet import knobs
from tutor.offline.objects import Obj, dig, name_of, namespace_of, uid_of

RUN_SECONDS = 0.1
SHOWN_SECONDS = 1.0
PULL_SECONDS = 0.3
_FIRST_DELAY, _LONGEST_DELAY = 10.0, 300.0
_RESTARTS = 3
_EARLY = 1e-6
_SHELLS = frozenset({"sh", "/bin/sh", "bash", "/bin/bash", "ash", "/bin/ash"})
_EXIT = re.compile(r"\s*exit\s+([0-9]{1,3})\s*;?\s*\Z")
_PLAIN = {"true": 0, "/bin/true": 0, "false": 1, "/bin/false": 1}
KILLED = 137
CONFIG_ERROR, CRASH_LOOP = "CreateContainerConfigError", "CrashLoopBackOff"


def exit_code(container: Obj) -> int | None:
    """The code with which a container ends as soon as it has started; None where it runs on."""
    if not container.get("command"):
        return None
    return plain_code([*container["command"], *(container.get("args") or ())])


def plain_code(command: Sequence[str]) -> int | None:
    """The code of a command whose end is plain; None for any other."""
    if len(command) == 1:
        return _PLAIN.get(command[0])
    if len(command) == 3 and command[0] in _SHELLS and command[1] == "-c":
        found = _EXIT.match(command[2])
        if found is not None:
            return int(found[1]) % 256
        return _PLAIN.get(command[2].strip())
    return None


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of a container.

    Attributes:
        problem: Why it cannot be made.
        broken: Its image cannot be pulled.
        crashing: It fails again and again, because an annotation says so.
        code: It ends with this code; None where it runs on.
        lasts: How long it runs where it ends.
        ready: It is ready while it runs.
        started: Its startup probe has no objection.
        probe: The probe that fails: ``Readiness``, ``Liveness``, ``Startup``; else empty.
        policy: When it is started again: ``Always``, ``OnFailure``, ``Never``.
    """

    problem: str = ""
    broken: bool = False
    crashing: bool = False
    code: int | None = None
    lasts: float = RUN_SECONDS
    ready: bool = True
    started: bool = True
    probe: str = ""
    policy: str = "Always"

    def ends(self, code: int) -> bool:
        """Whether a container that ended with this code is not started again."""
        return self.policy == "Never" or (self.policy == "OnFailure" and code == 0)


def fate(pod: Obj, container: Obj, problem: str = "") -> Fate:
    """What becomes of a container of a Pod.

    Args:
        pod: The Pod.
        container: One of its containers or init containers.
        problem: What it refers to and is not there.
    """
    policy = str(dig(pod, "spec", "restartPolicy", default="Always"))
    main = any(container is one for one in dig(pod, "spec", "containers", default=()))
    if not main:
        if container.get("restartPolicy") == "Always":
            policy = "Always"
        elif policy == "Always":
            policy = "OnFailure"
    code = exit_code(container)
    if not main and code is None and container.get("restartPolicy") != "Always":
        code = 0
    probe = "" if code is not None else failing_probe(container)
    lasts = RUN_SECONDS
    if probe in ("Liveness", "Startup"):
        code, lasts = KILLED, _patience(container[f"{probe.lower()}Probe"])
    return Fate(
        problem=problem,
        broken=knobs.broken(container),
        crashing=main and knobs.crashes(pod),
        code=code,
        lasts=lasts,
        ready=not knobs.held(pod) and probe not in ("Readiness", "Startup"),
        started=probe != "Startup",
        probe=probe,
        policy=policy,
    )


def failing_probe(container: Obj) -> str:
    """The probe of a container that plainly fails, the one that matters first; else empty."""
    for name in ("Startup", "Liveness", "Readiness"):
        command = dig(container, f"{name.lower()}Probe", "exec", "command")
        if command and plain_code(command):
            return name
    return ""


def _patience(probe: Obj) -> float:
    """How long a container is left alone whose probe fails every time."""
    first = float(probe.get("initialDelaySeconds", 0))
    return first + float(probe.get("periodSeconds", 10)) * max(
        0, int(probe.get("failureThreshold", 3)) - 1
    )


def shown(container: Obj, state: dict[str, Any], **more: object) -> dict[str, Any]:
    """A container's status with nothing said yet but its state."""
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


def delay(restarts: int) -> float:
    """How long a container waits that is started again for the n-th time."""
    return float(min(_FIRST_DELAY * 2.0 ** min(max(restarts, 1) - 1, 10), _LONGEST_DELAY))


def spelled(seconds: float) -> str:
    """A duration as Go prints it: ``40s``, ``1m20s``."""
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes}m{rest}s" if minutes else f"{rest}s"


@dataclass(frozen=True, slots=True)
class Moment:
    """One container at one moment.

    Attributes:
        pod: Its Pod.
        container: As it is in the spec.
        old: Its status so far; empty for none.
        now: Seconds since the epoch.
        since: When its present state began.
    """

    pod: Obj
    container: Obj
    old: Obj
    now: float
    since: float

    def left(self, seconds: float) -> float:
        """How much is left of so many seconds in this state; 0 where they are over."""
        rest = self.since + seconds - self.now
        return rest if rest > _EARLY else 0.0

    def show(self, state: dict[str, Any], **more: object) -> dict[str, Any]:
        """The status in another state; what was counted stays."""
        kept = {
            "restartCount": self.old.get("restartCount", 0),
            "lastState": self.old.get("lastState") or {},
        }
        return shown(self.container, state, **{**kept, **more})

    def running(self, found: Fate, since: str = "", **more: object) -> dict[str, Any]:
        """The status while it runs."""
        ran = {
            "ready": found.ready,
            "started": found.started,
            "imageID": f"fake://{self.container.get('image', '')}",
            "containerID": f"fake://{uid_of(self.pod)}",
        }
        state = {"running": {"startedAt": since or timestamp(self.now)}}
        return self.show(state, **{**ran, **more})


Next = tuple[dict[str, Any], float | None]
"""The status and in how many seconds it changes by itself; None for never."""


def step(at: Moment, found: Fate) -> Next:
    """The status of a container now."""
    if found.broken:
        return _pull(at)
    if found.problem:
        waiting = {"reason": CONFIG_ERROR, "message": found.problem}
        return at.show({"waiting": waiting}), None
    if found.crashing:
        return _crash(at, found)
    ended = dig(at.old, "state", "terminated")
    if ended is not None and found.ends(int(ended.get("exitCode", 0))):
        return at.old, None
    if found.code is None:
        return at.running(found, dig(at.old, "state", "running", "startedAt", default="")), None
    return _end(at, found, found.code)


def _pull(at: Moment) -> Next:
    image = at.container.get("image", "")
    reason = dig(at.old, "state", "waiting", "reason")
    if reason == "ImagePullBackOff":
        return at.old, None
    if reason == "ErrImagePull":
        if left := at.left(PULL_SECONDS):
            return at.old, left
        waiting = {"reason": "ImagePullBackOff", "message": f'Back-off pulling image "{image}"'}
        return at.show({"waiting": waiting}), None
    text = f'failed to pull image "{image}": not found'
    return at.show({"waiting": {"reason": "ErrImagePull", "message": text}}), PULL_SECONDS


def _stopped(at: Moment, code: int) -> dict[str, Any]:
    began = dig(at.old, "state", "running", "startedAt")
    return {
        "exitCode": code,
        "reason": "Error" if code else "Completed",
        "startedAt": began or timestamp(at.now),
        "finishedAt": timestamp(at.now),
    }


def _crash(at: Moment, found: Fate) -> Next:
    """Fail at once and for ever, from the third restart on, as the annotation means it."""
    if found.policy == "Never":
        ended = dig(at.old, "state", "terminated")
        return at.show({"terminated": ended or _stopped(at, 1)}), None
    restarts = int(at.old.get("restartCount", 0))
    looping = dig(at.old, "state", "waiting", "reason") == CRASH_LOOP
    if looping and (left := at.left(delay(restarts))):
        return at.old, left
    restarts = max(_RESTARTS, restarts + 1)
    text = f"back-off {spelled(delay(restarts))} restarting failed container"
    status = at.show(
        {"waiting": {"reason": CRASH_LOOP, "message": text}},
        lastState={"terminated": _stopped(at, 1)},
        restartCount=restarts,
    )
    return status, delay(restarts)


def _end(at: Moment, found: Fate, code: int) -> Next:
    """Run for a moment and end; start again after a while, each time a longer one."""
    restarts = int(at.old.get("restartCount", 0))
    state = at.old.get("state") or {}
    if "running" in state:
        if left := at.left(found.lasts):
            return at.running(found, state["running"]["startedAt"]), left
        status = at.show({"terminated": _stopped(at, code)})
        status["imageID"], status["containerID"] = at.old["imageID"], at.old["containerID"]
        return status, None if found.ends(code) else SHOWN_SECONDS
    if "terminated" in state:
        if left := at.left(SHOWN_SECONDS):
            return at.old, left
        if not restarts:
            again = at.running(found, restartCount=1, lastState=dict(state))
            return again, found.lasts
        where = f"{name_of(at.pod)}_{namespace_of(at.pod)}({uid_of(at.pod)})"
        text = (
            f"back-off {spelled(delay(restarts))} restarting failed container="
            f"{at.container['name']} pod={where}"
        )
        waiting = {"reason": CRASH_LOOP, "message": text}
        return at.show({"waiting": waiting}, lastState=dict(state)), delay(restarts)
    if dig(state, "waiting", "reason") == CRASH_LOOP:
        if left := at.left(delay(restarts)):
            return at.old, left
        return at.running(found, restartCount=restarts + 1), found.lasts
    return at.running(found), found.lasts


def began(status: Obj) -> float | None:
    """When a container's state began, as far as its status tells."""
    state = status.get("state") or {}
    text = (
        dig(state, "running", "startedAt")
        or dig(state, "terminated", "finishedAt")
        or dig(status, "lastState", "terminated", "finishedAt")
    )
    return seconds_of(text) if text else None

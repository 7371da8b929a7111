"""What the kubelet tells of containers that do not come up, or do not stay up."""

from tutor.offline.controllers.kubelet.containers import (
    CONFIG_ERROR,
    CRASH_LOOP,
    KILLED,
    failing_probe,
)
from tutor.offline.objects import Obj, dig, name_of, namespace_of, uid_of
from tutor.offline.plan import Plan, Record


def told(pod: Obj, status: Obj) -> Plan:
    """Tell of one container whose state has changed.

    Args:
        pod: Its Pod.
        status: Its status now.
    """
    node = str(dig(pod, "spec", "nodeName", default=""))
    waiting = dig(status, "state", "waiting", default={})
    name, reason = status["name"], waiting.get("reason", "")
    image, text = status["image"], waiting.get("message", "")
    if reason == "ErrImagePull":
        text = f'Failed to pull image "{image}": {text}'
        yield Record(pod, "Normal", "Pulling", f'Pulling image "{image}"', host=node)
        yield Record(pod, "Warning", "Failed", text, host=node)
        yield Record(pod, "Warning", "Failed", f"Error: {reason}", host=node)
    elif reason == "ImagePullBackOff":
        yield Record(pod, "Normal", "BackOff", text, host=node)
        yield Record(pod, "Warning", "Failed", f"Error: {reason}", host=node)
    elif reason == CONFIG_ERROR:
        yield Record(pod, "Warning", "Failed", f"Error: {text}", host=node)
    elif reason == CRASH_LOOP:
        where = f"{name_of(pod)}_{namespace_of(pod)}({uid_of(pod)})"
        text = f"Back-off restarting failed container {name} in pod {where}"
        yield Record(pod, "Warning", "BackOff", text, host=node)
    else:
        yield from _of_probes(pod, status, node)


def _of_probes(pod: Obj, status: Obj, node: str) -> Plan:
    """Tell of a probe that fails, and of a container that dies of it."""
    spec, name = pod["spec"], status["name"]
    every = (*(spec.get("initContainers") or ()), *spec["containers"])
    probe = failing_probe(next(one for one in every if one["name"] == name))
    if probe and "running" in status["state"]:
        yield Record(pod, "Warning", "Unhealthy", f"{probe} probe failed: ", host=node)
    elif probe and dig(status, "state", "terminated", "exitCode") == KILLED:
        text = f"Container {name} failed {probe.lower()} probe, will be restarted"
        yield Record(pod, "Normal", "Killing", text, host=node)

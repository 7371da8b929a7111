"""What a Pod's annotations and images ask the kubelet to act out."""

from tutor.offline.controllers.storage import annotations_of
from tutor.offline.objects import Obj, labels_of, name_of

PREFIX = "sts-tutor.dev/"
READY_SECONDS = 0.1
STOP_SECONDS = 0.2
_INDEX_LABEL = "apps.kubernetes.io/pod-index"
_MOST_SECONDS = 86_400.0


def _knob(pod: Obj, name: str) -> str:
    return str(annotations_of(pod).get(PREFIX + name, "")).strip()


def _seconds(pod: Obj, name: str, default: float) -> float:
    text = _knob(pod, name)
    if not text.isascii() or not text.isdigit():
        return default
    return min(int(text[:12]) / 1000, _MOST_SECONDS)


def ready_seconds(pod: Obj) -> float:
    """How long the containers take to come up (``ready-ms``)."""
    return _seconds(pod, "ready-ms", READY_SECONDS)


def stop_seconds(pod: Obj) -> float:
    """How long the containers take to stop (``term-ms``)."""
    return _seconds(pod, "term-ms", STOP_SECONDS)


def held(pod: Obj) -> bool:
    """Whether the Pod is to run without becoming Ready (``hold``, ``hold-ordinals``)."""
    if _knob(pod, "hold") == "true":
        return True
    ordinals = {part.strip() for part in _knob(pod, "hold-ordinals").split(",")}
    own = labels_of(pod).get(_INDEX_LABEL) or name_of(pod).rpartition("-")[2]
    return own in ordinals and _knob(pod, "release") != "true"


def crashes(pod: Obj) -> bool:
    """Whether its containers fail again and again (``crash``)."""
    return _knob(pod, "crash") == "true"


def end(pod: Obj) -> str:
    """The phase the Pod is to end in (``phase``); empty for none."""
    found = _knob(pod, "phase")
    return found if found in ("Failed", "Succeeded") else ""


def broken(container: Obj) -> bool:
    """Whether a container's image cannot be pulled: its tag is ``broken``."""
    return str(container.get("image", "")).partition("@")[0].endswith(":broken")

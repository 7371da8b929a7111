"""What the Pods of a set wait for, by the rules of the StatefulSet controller itself."""

from tutor.model.timeline import Waiting
from tutor.offline.controllers.statefulset import explain
from tutor.offline.objects import Obj
from tutor.offline.plan import Key
from tutor.timeline import sets
from tutor.timeline.reading import name, namespace
from tutor.timeline.scenes import Objects, SceneView


def waits(scene: Objects, now: float | None = None) -> tuple[Waiting, ...]:
    """Every Pod that is not yet what its set wants, set by set, in the order of the ordinals.

    Args:
        scene: The objects.
        now: The time to reckon with, seconds since the epoch; that of the scene by default.
    """
    return tuple(one for set_ in scene.of(sets.KIND) for one in waits_of(scene, set_, now))


def waits_of(scene: Objects, set_: Obj, now: float | None = None) -> tuple[Waiting, ...]:
    """What the Pods of one set wait for; nothing for a set that lacks what the rules look at."""
    try:
        found = explain(SceneView(scene, now), Key(namespace(set_), name(set_)))
    except (AttributeError, KeyError, TypeError, ValueError):
        return ()  # no set as a server stores it
    return tuple(
        Waiting(name(set_), one.pod, one.step.value, one.reason.value, one.because) for one in found
    )

"""What can be said of one StatefulSet and of the Pods it controls."""

from collections.abc import Iterator

from tutor.offline.controllers.statefulset.identity import REVISION_LABEL, parent_and_ordinal
from tutor.offline.objects import Obj
from tutor.timeline import pods
from tutor.timeline.reading import (
    EMPTY,
    controller,
    moment,
    name,
    namespace,
    number,
    terminating,
    text,
    uid,
)
from tutor.timeline.scenes import Objects

KIND = "StatefulSet"
_GRAIN = 1.0
"""Times in objects are cut to whole seconds."""


def owner_of(objects: Objects, pod: Obj) -> Obj | None:
    """The set that controls a Pod, if it is there."""
    reference = controller(pod)
    if text(reference, "kind") != KIND:
        return None
    found = objects.get(KIND, namespace(pod), text(reference, "name"))
    return found if found is not None and uid(found) == text(reference, "uid") else None


def delay(set_: Obj) -> int:
    """``minReadySeconds``: how long a Pod has to be Ready until it is available."""
    return max(0, number(set_, "spec", "minReadySeconds"))


def delay_of(objects: Objects, pod: Obj) -> int:
    """The delay of the set that controls a Pod; 0 without one."""
    return delay(owner_of(objects, pod) or EMPTY)


def in_order(set_: Obj) -> bool:
    """Whether it makes its Pods one after another."""
    return text(set_, "spec", "podManagementPolicy") != "Parallel"


def replicas(set_: Obj) -> int:
    """How many Pods it asks for."""
    return max(0, number(set_, "spec", "replicas", default=1))


def first(set_: Obj) -> int:
    """Its first ordinal."""
    return max(0, number(set_, "spec", "ordinals", "start"))


def ordinal(set_: Obj, pod_name: str) -> int:
    """The ordinal in a Pod's name; -1 for a name that is none of the set's."""
    parent, found = parent_and_ordinal(pod_name)
    return found if parent == name(set_) else -1


def short(set_: Obj, revision: str) -> str:
    """A revision without the name of its set."""
    return revision.removeprefix(f"{name(set_)}-")


def revision(pod: Obj) -> str:
    """The revision a Pod was made from."""
    return text(pod, "metadata", "labels", REVISION_LABEL)


def rolling(set_: Obj) -> bool:
    """Whether some Pods are to come to a newer revision."""
    current, update = (text(set_, "status", f"{one}Revision") for one in ("current", "update"))
    return bool(current) and bool(update) and current != update


def rolled(set_: Obj) -> bool:
    """Whether every Pod it asks for is there and has its update revision."""
    if number(set_, "status", "observedGeneration") < number(set_, "metadata", "generation"):
        return False
    wanted = replicas(set_)
    counts = (number(set_, "status", one) for one in ("replicas", "updatedReplicas"))
    return bool(text(set_, "status", "updateRevision")) and all(one == wanted for one in counts)


def below(objects: Objects, set_: Obj, pod_name: str) -> Iterator[Obj]:
    """The Pods of a set before one of its ordinals."""
    end = ordinal(set_, pod_name)
    for pod in objects.controlled("Pod", uid(set_)):
        if 0 <= ordinal(set_, name(pod)) < end:
            yield pod


def above_and_updated(objects: Objects, set_: Obj, deleted: Obj) -> Iterator[Obj]:
    """The Pods that a rolling update has left behind when it deletes one of its set.

    Someone may delete a Pod by hand: only those count that may have been available by then, by
    the server's clock alone.
    """
    update = text(set_, "status", "updateRevision")
    start = ordinal(set_, name(deleted))
    grace = number(deleted, "metadata", "deletionGracePeriodSeconds")
    asked = moment(text(deleted, "metadata", "deletionTimestamp")) - grace
    for pod in objects.controlled("Pod", uid(set_)):
        due = moment(pods.ready_since(pod)) + delay(set_)
        newer = revision(pod) == update and ordinal(set_, name(pod)) > start >= 0
        if newer and due <= asked + _GRAIN and not terminating(pod):
            yield pod

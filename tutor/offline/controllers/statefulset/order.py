"""The decisions: which Pod next, and what keeps another one waiting. Plain data in, plain data out.

Both the controller and the explanation of what it waits for (``explain.py``) ask here, so they
cannot disagree. Source: updateStatefulSet, processReplica and processCondemned of
pkg/controller/statefulset/stateful_set_control.go, v1.36.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from tutor.offline.controllers.statefulset.identity import pod_name
from tutor.offline.controllers.statefulset.pods import PodFacts
from tutor.offline.controllers.statefulset.wanted import Wanted

MAX_UNAVAILABLE_GATE = "MaxUnavailableStatefulSet"


class Reason(StrEnum):
    """Why a Pod is not yet made, deleted or replaced."""

    SET_DELETED = "set-deleted"
    TERMINATING = "terminating"
    FINISHED = "finished"
    PENDING = "pending"
    NOT_READY = "not-ready"
    NOT_AVAILABLE = "not-available"
    NOT_CREATED = "not-created"
    STALE_CLAIM = "stale-claim"
    CLAIM_TERMINATING = "claim-terminating"
    NAME_TAKEN = "name-taken"
    UNHEALTHY_BELOW = "unhealthy-below"
    ON_DELETE = "on-delete"
    PARTITION = "partition"
    MAX_UNAVAILABLE = "max-unavailable"


class Step(StrEnum):
    """What to do about one Pod."""

    CREATE = "create"
    DELETE = "delete"
    WAIT = "wait"
    KEEP = "keep"


@dataclass(frozen=True, slots=True)
class Roster:
    """The Pods of a set in their places.

    Attributes:
        replicas: One place for each wanted ordinal, from the first; None where there is no Pod.
        condemned: Pods outside the range, highest ordinal first.
    """

    replicas: Sequence[PodFacts | None]
    condemned: Sequence[PodFacts]

    def present(self) -> Iterable[PodFacts]:
        """All Pods there are."""
        yield from (pod for pod in self.replicas if pod is not None)
        yield from self.condemned


def roster_of(wanted: Wanted, pods: Iterable[PodFacts]) -> Roster:
    """Put each Pod in its place. Pods whose ordinal cannot be read are left out."""
    replicas: list[PodFacts | None] = [None] * wanted.replicas
    condemned = []
    for pod in pods:
        if wanted.in_range(pod.ordinal):
            replicas[pod.ordinal - wanted.start] = pod
        elif pod.ordinal >= 0:
            condemned.append(pod)
    condemned.sort(key=lambda pod: -pod.ordinal)
    return Roster(replicas, condemned)


def revision_for(wanted: Wanted, ordinal: int, current: str, update: str) -> str:
    """The revision a missing Pod is made from.

    Below the partition the current one. Without a rollingUpdate block, the current one for as many
    Pods as last counted as current. Otherwise the newest.
    """
    if wanted.partition is not None:
        return current if ordinal < wanted.start + wanted.partition else update
    if wanted.rolls and ordinal < wanted.start + wanted.current_replicas:
        return current
    return update


def unhealthy(pod: PodFacts, min_ready_seconds: int, now: float) -> Reason | None:
    """Why a Pod holds back the others, or None."""
    if pod.terminating:
        return Reason.TERMINATING
    if not pod.running_and_ready:
        if pod.finished:
            return Reason.FINISHED
        return Reason.PENDING if pod.phase == "Pending" else Reason.NOT_READY
    if not pod.available(min_ready_seconds, now):
        return Reason.NOT_AVAILABLE
    return None


def lowest_unhealthy(wanted: Wanted, roster: Roster, now: float) -> PodFacts | None:
    """The one condemned Pod that may be deleted although it is not healthy.

    It is the lowest unhealthy Pod of the whole set, and so none while a replica is unhealthy.
    """
    seconds = wanted.min_ready_seconds
    if not all(pod is not None and pod.healthy(seconds, now) for pod in roster.replicas):
        return None
    for pod in reversed(roster.condemned):
        if not pod.healthy(seconds, now):
            return pod
    return None


def judge_replica(wanted: Wanted, pod: PodFacts | None, now: float) -> tuple[Step, Reason | None]:
    """What to do about one place, given that all before it are well.

    WAIT ends the sync of an ordered set, and only passes to the next place in a parallel one.
    """
    if pod is None:
        return Step.CREATE, None
    if pod.finished:
        if pod.terminating:
            return Step.WAIT, Reason.FINISHED
        return Step.DELETE, Reason.FINISHED
    if wanted.monotonic:
        reason = unhealthy(pod, wanted.min_ready_seconds, now)
        if reason:
            return Step.WAIT, reason
    return Step.KEEP, None


def judge_condemned(
    wanted: Wanted, pod: PodFacts, exempt: PodFacts | None, now: float
) -> tuple[Step, Reason | None]:
    """What to do about a Pod outside the range; ``exempt`` is :func:`lowest_unhealthy`."""
    if pod.terminating:
        return Step.WAIT, Reason.TERMINATING
    if wanted.monotonic and pod is not exempt:
        reason = unhealthy(pod, wanted.min_ready_seconds, now)
        if reason:
            return Step.WAIT, Reason.UNHEALTHY_BELOW
    return Step.DELETE, None


@dataclass(frozen=True, slots=True)
class Replacement:
    """What a rolling update does now.

    Attributes:
        delete: Names of the Pods to delete, in this order.
        reason: Why no further one is deleted; None when nothing else is left to replace.
        because: The name of the Pod that is waited for.
    """

    delete: tuple[str, ...] = ()
    reason: Reason | None = None
    because: str = ""


@dataclass(frozen=True, slots=True)
class Revisions:
    """The names of the two revisions of a set."""

    current: str
    update: str


def _outdated(
    wanted: Wanted, roster: Roster, revisions: Revisions, index: int
) -> tuple[str, bool, Reason | None]:
    """Of one place: the name of its Pod, whether it is of another revision, whether it is new.

    A place filled in this very sync counts as a Pod of the revision it was given.
    """
    pod = roster.replicas[index]
    if pod is not None:
        return pod.name, pod.revision != revisions.update and not pod.terminating, None
    ordinal = wanted.start + index
    made = revision_for(wanted, ordinal, revisions.current, revisions.update)
    return pod_name(wanted.name, ordinal), made != revisions.update, Reason.NOT_CREATED


def next_replaced(wanted: Wanted, roster: Roster, revisions: Revisions, now: float) -> Replacement:
    """The one Pod a rolling update deletes next, from the highest index down to the partition."""
    for index in range(len(roster.replicas) - 1, wanted.update_from - 1, -1):
        name, outdated, reason = _outdated(wanted, roster, revisions, index)
        if outdated:
            return Replacement((name,))
        pod = roster.replicas[index]
        if pod is not None:
            reason = unhealthy(pod, wanted.min_ready_seconds, now)
        if reason:
            return Replacement(reason=reason, because=name)
    return Replacement()


def next_replaced_together(
    wanted: Wanted, roster: Roster, revisions: Revisions, now: float
) -> Replacement:
    """The Pods an update deletes next under maxUnavailable.

    Any Pod of the set that is not available takes one from what may be unavailable. Only behind
    the gate MaxUnavailableStatefulSet, which is off by default in 1.36.
    """
    down = [
        pod_name(wanted.name, wanted.start + index)
        for index, pod in enumerate(roster.replicas)
        if pod is None or not pod.healthy(wanted.min_ready_seconds, now)
    ]
    allowed = wanted.may_be_unavailable() - len(down)
    if allowed <= 0:
        return Replacement(reason=Reason.MAX_UNAVAILABLE, because=down[-1])
    names = []
    for index in range(len(roster.replicas) - 1, wanted.update_from - 1, -1):
        name, outdated, _ = _outdated(wanted, roster, revisions, index)
        if outdated:
            names.append(name)
            if len(names) == allowed:
                break
    return Replacement(tuple(names))


def replacement(
    wanted: Wanted, roster: Roster, revisions: Revisions, now: float, *, together: bool
) -> Replacement:
    """What a rolling update does now; ``together`` with the gate MaxUnavailableStatefulSet."""
    decide = next_replaced_together if together else next_replaced
    return decide(wanted, roster, revisions, now)

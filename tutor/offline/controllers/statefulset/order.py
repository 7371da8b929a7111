"""The decisions: which Pod next, and what keeps another one waiting. Plain data in, plain data out.

Both the controller and the explanation of what it waits for (``explain.py``) ask here, so they
cannot disagree. Source: updateStatefulSet, processReplica and processCondemned of
pkg/controller/statefulset/stateful_set_control.go, v1.36.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum
from heapq import merge
from itertools import chain, groupby, islice, takewhile

from tutor.offline.controllers.statefulset.identity import pod_name
from tutor.offline.controllers.statefulset.pods import PodFacts
from tutor.offline.controllers.statefulset.spots import Spots
from tutor.offline.controllers.statefulset.wanted import Wanted

MOST_AT_ONCE = 500
"""Pods that one sync of an update deletes at most; the next sync goes on."""
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


class Places:
    """One place for each wanted ordinal, from the first; None where there is no Pod.

    Args:
        members: The Pods by ordinal.
        first: The first ordinal.
        held: The places that hold a Pod, in order.
    """

    __slots__ = ("_first", "_members", "held")

    def __init__(self, members: Mapping[int, PodFacts], first: int, held: Sequence[int]) -> None:
        self._members = members
        self._first = first
        self.held = held

    __iter__ = None  # there may be two billion of them

    def __getitem__(self, index: int) -> PodFacts | None:
        return self._members.get(self._first + index)

    def pods(self) -> Iterator[tuple[int, PodFacts]]:
        """The places that hold a Pod, each with it."""
        return ((index, self._members[self._first + index]) for index in self.held)


def _once(places: Iterable[int]) -> Iterator[int]:
    """Each of the places once; those that are the same follow each other."""
    return (place for place, _ in groupby(places))


@dataclass(frozen=True, slots=True)
class Roster:
    """The Pods of a set in their places.

    Attributes:
        replicas: The Pods in their places.
        condemned: Pods outside the range, highest ordinal first.
        restless: The places to look at, in order. All others hold a Pod that is healthy, in its
            place, and has its claims.
        to_do: Those of them where waiting is not enough: empty, or with a Pod that has ended, is
            not as its place asks for, or whose claims have to be looked at.
        condemned_restless: The places among the condemned of those that may not be healthy.
        condemned_to_do: The places among the condemned of those whose claims have to be looked at.
        of_revision: The ordinals of Pods that are staying, by their revision.
    """

    replicas: Places
    condemned: Sequence[PodFacts]
    restless: Spots
    to_do: Spots
    condemned_restless: Sequence[int]
    condemned_to_do: Sequence[int]
    of_revision: Mapping[str, AbstractSet[int]]

    def outdated(self, wanted: Wanted, update: str) -> list[int]:
        """The places of Pods that are staying and of another revision, highest first."""
        start = wanted.start
        ordinals = {
            ordinal
            for revision, of_revision in self.of_revision.items()
            if revision != update
            for ordinal in of_revision
        }
        first, end = start + wanted.update_from, start + wanted.replicas
        return sorted(
            (ordinal - start for ordinal in ordinals if first <= ordinal < end), reverse=True
        )

    def to_update(self, wanted: Wanted, update: str) -> Iterator[int]:
        """The places an update has to look at, highest first."""
        outdated = self.outdated(wanted, update)
        every = merge(outdated, reversed(self.restless), reverse=True)
        return takewhile(lambda place: place >= wanted.update_from, _once(every))


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
    for index in roster.restless:
        replica = roster.replicas[index]
        if replica is None or not replica.healthy(seconds, now):
            return None
    for place in reversed(roster.condemned_restless):
        pod = roster.condemned[place]
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
    for index in roster.to_update(wanted, revisions.update):
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
    gaps, seconds = roster.restless.gaps, wanted.min_ready_seconds
    down = [
        index
        for index in roster.restless.held
        if not _healthy(roster.replicas[index], seconds, now)
    ]
    allowed = wanted.may_be_unavailable() - len(down) - gaps.count
    if allowed <= 0:
        last = max(chain(down[-1:], islice(reversed(gaps), 1)))
        because = pod_name(wanted.name, wanted.start + last)
        return Replacement(reason=Reason.MAX_UNAVAILABLE, because=because)
    # A place filled in this sync, without a rollingUpdate block, is of the old revision, too.
    filled = wanted.partition is None and wanted.rolls and revisions.current != revisions.update
    empty = gaps.descending(wanted.current_replicas if filled else 0)
    places = merge(roster.outdated(wanted, revisions.update), empty, reverse=True)
    names = (pod_name(wanted.name, wanted.start + index) for index in places)
    return Replacement(tuple(islice(names, min(allowed, MOST_AT_ONCE))))


def _healthy(pod: PodFacts | None, seconds: int, now: float) -> bool:
    return pod is not None and pod.healthy(seconds, now)


def replacement(
    wanted: Wanted, roster: Roster, revisions: Revisions, now: float, *, together: bool
) -> Replacement:
    """What a rolling update does now; ``together`` with the gate MaxUnavailableStatefulSet."""
    decide = next_replaced_together if together else next_replaced
    return decide(wanted, roster, revisions, now)

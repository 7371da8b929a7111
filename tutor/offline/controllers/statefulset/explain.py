"""What a StatefulSet waits for, in plain data: "web-1 waits: web-0 is not Ready".

It asks the same decisions as the controller and changes nothing, so it can be asked about any
moment of the history.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from heapq import merge
from itertools import islice

from tutor.offline import selectors
from tutor.offline.controllers.revisions import holds, in_order, template_data
from tutor.offline.controllers.statefulset.identity import pod_name
from tutor.offline.controllers.statefulset.ledger import Ledger
from tutor.offline.controllers.statefulset.order import (
    MAX_UNAVAILABLE_GATE,
    Reason,
    Revisions,
    Roster,
    Step,
    judge_condemned,
    judge_replica,
    lowest_unhealthy,
    replacement,
    unhealthy,
)
from tutor.offline.controllers.statefulset.ownership import revisions_of
from tutor.offline.controllers.statefulset.pods import PodFacts
from tutor.offline.controllers.statefulset.status import SETS
from tutor.offline.controllers.statefulset.wanted import Wanted, wanted_of
from tutor.offline.controllers.statefulset.work import PODS, Work
from tutor.offline.objects import Obj, name_of, terminating
from tutor.offline.plan import Key, View

MOST_MISSING = 1_000
"""Missing Pods that are told of at most, from the lowest ordinal on."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """One Pod that is not yet what it should be.

    Attributes:
        pod: Its name.
        step: What it waits for: to be created, or to be deleted (``wait``: to become available).
        reason: Why not yet.
        because: The Pod, claim or set that is waited for.
    """

    pod: str
    step: Step
    reason: Reason
    because: str


def explain(view: View, key: Key) -> tuple[Waiting, ...]:
    """Everything the set waits for, in the order of the ordinals; nothing where all is well.

    Of the Pods that are missing it tells :data:`MOST_MISSING`.
    """
    set_ = view.get(SETS, key.namespace, key.name)
    if set_ is None:
        return ()
    wanted = wanted_of(set_)
    selects = selectors.of_object(set_["spec"].get("selector"))
    ledger = Ledger()
    ledger.show(wanted, view.owned(PODS, wanted.uid), selects)
    return tuple(_Explaining(view, set_, wanted, ledger.roster(wanted, view.now)).all())


class _Explaining:
    def __init__(self, view: View, set_: Obj, wanted: Wanted, roster: Roster) -> None:
        self._view = view
        self._wanted = wanted
        self._roster = roster
        self._work = Work(view, set_, wanted)
        self._now = view.now
        self._revisions = self._revisions_of(set_)

    def _revisions_of(self, set_: Obj) -> Revisions:
        """The names of the revisions, without writing any: empty where one is yet to be made."""
        wanted = self._wanted
        selects = selectors.of_object(set_["spec"].get("selector"))
        ordered = in_order(revisions_of(self._view, wanted, selects))
        data = template_data(set_["spec"]["template"])
        same = [name_of(one) for one in ordered if holds(one, data, wanted.collisions)]
        update = same[-1] if same else ""
        known = any(name_of(one) == wanted.current_revision for one in ordered)
        return Revisions(wanted.current_revision if known else update, update)

    def all(self) -> Iterator[Waiting]:
        """What waits, group by group: missing Pods, surplus Pods, outdated Pods."""
        wanted = self._wanted
        if wanted.being_deleted:
            for index in islice(self._roster.restless.gaps, MOST_MISSING):
                yield self._missing(index, Reason.SET_DELETED, wanted.name)
            return
        blocker = None
        for index, pod in self._places():
            yield from self._place(index, pod, blocker)
            if wanted.monotonic and blocker is None:
                blocker = self._blocks(index, pod)
        yield from self._surplus(blocker)
        yield from self._outdated(blocker)

    def _places(self) -> Iterator[tuple[int, PodFacts | None]]:
        """The places of the Pods there are, and the first of those that are missing, in order."""
        places = self._roster.replicas
        missing = islice(self._roster.restless.gaps, MOST_MISSING)
        return ((index, places[index]) for index in merge(places.held, missing))

    def _name(self, index: int) -> str:
        return pod_name(self._wanted.name, self._wanted.start + index)

    def _missing(self, index: int, reason: Reason, because: str) -> Waiting:
        return Waiting(self._name(index), Step.CREATE, reason, because)

    def _blocks(self, index: int, pod: PodFacts | None) -> tuple[Reason, str] | None:
        """Why an ordered set goes no further than this place."""
        if pod is None:
            return Reason.NOT_CREATED, self._name(index)
        _, reason = judge_replica(self._wanted, pod, self._now)
        return (reason, pod.name) if reason else None

    def _place(
        self, index: int, pod: PodFacts | None, blocker: tuple[Reason, str] | None
    ) -> Iterator[Waiting]:
        if pod is None:
            if blocker:
                yield self._missing(index, *blocker)
            else:
                yield from self._hindered(index)
            return
        reason = unhealthy(pod, self._wanted.min_ready_seconds, self._now)
        if reason:
            yield Waiting(pod.name, Step.WAIT, reason, pod.name)

    def _hindered(self, index: int) -> Iterator[Waiting]:
        """What hinders the Pod whose turn it is."""
        ordinal, name = self._wanted.start + index, self._name(index)
        stale = self._work.stale_claim(ordinal)
        if stale is not None:
            yield self._missing(index, Reason.STALE_CLAIM, stale)
            return
        for claim_name in self._work.claim_names(ordinal):
            claim = self._work.claim(claim_name)
            if claim is not None and terminating(claim):
                yield self._missing(index, Reason.CLAIM_TERMINATING, claim_name)
                return
        if self._view.get(PODS, self._wanted.namespace, name) is not None:
            yield self._missing(index, Reason.NAME_TAKEN, name)

    def _surplus(self, blocker: tuple[Reason, str] | None) -> Iterator[Waiting]:
        """Pods outside the range, highest first: each waits for the one above it to be gone."""
        wanted, roster = self._wanted, self._roster
        exempt = lowest_unhealthy(wanted, roster, self._now)
        for pod in roster.condemned:
            step, reason = judge_condemned(wanted, pod, exempt, self._now)
            if pod.terminating:  # it waits for nothing: it is waited for
                yield Waiting(pod.name, Step.WAIT, Reason.TERMINATING, pod.name)
                if wanted.monotonic and blocker is None:
                    blocker = Reason.TERMINATING, pod.name
            elif blocker:
                yield Waiting(pod.name, Step.DELETE, *blocker)
            elif reason:
                because = pod.name
                if reason is Reason.UNHEALTHY_BELOW and exempt is not None:
                    because = exempt.name
                yield Waiting(pod.name, Step.DELETE, reason, because)
                blocker = (reason, because) if wanted.monotonic else None
            elif step is Step.DELETE and wanted.monotonic:
                blocker = Reason.TERMINATING, pod.name

    def _outdated(self, blocker: tuple[Reason, str] | None) -> Iterator[Waiting]:
        """Pods of another revision than the template's."""
        wanted, roster = self._wanted, self._roster
        old = [
            (index, pod)
            for index, pod in roster.replicas.pods()
            if pod.revision != self._revisions.update and not pod.terminating
        ]
        if not old:
            return
        together = self._view.gates.get(MAX_UNAVAILABLE_GATE, False)
        plan = replacement(wanted, roster, self._revisions, self._now, together=together)
        for index, pod in old:
            if wanted.strategy == "OnDelete":
                yield Waiting(pod.name, Step.DELETE, Reason.ON_DELETE, pod.name)
            elif index < wanted.update_from:
                yield Waiting(pod.name, Step.DELETE, Reason.PARTITION, wanted.name)
            elif blocker or (wanted.monotonic and roster.condemned):
                yield Waiting(pod.name, Step.DELETE, *(blocker or self._last_condemned()))
            elif plan.reason:
                yield Waiting(pod.name, Step.DELETE, plan.reason, plan.because)
            elif pod.name not in plan.delete:
                yield Waiting(pod.name, Step.DELETE, Reason.TERMINATING, plan.delete[-1])

    def _last_condemned(self) -> tuple[Reason, str]:
        return Reason.TERMINATING, self._roster.condemned[-1].name

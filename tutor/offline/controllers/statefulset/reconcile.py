"""One pass over the places of a set: what a sync does to Pods and claims.

Source: updateStatefulSet of pkg/controller/statefulset/stateful_set_control.go, v1.36.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from tutor.offline.controllers.revisions import template_of
from tutor.offline.controllers.statefulset.history import Chosen
from tutor.offline.controllers.statefulset.ledger import Ledger
from tutor.offline.controllers.statefulset.order import (
    MAX_UNAVAILABLE_GATE,
    Revisions,
    Step,
    judge_condemned,
    judge_replica,
    lowest_unhealthy,
    replacement,
    revision_for,
)
from tutor.offline.controllers.statefulset.pods import (
    PodFacts,
    identity_matches,
    new_pod,
    storage_matches,
)
from tutor.offline.controllers.statefulset.status import count
from tutor.offline.controllers.statefulset.work import Failed, Steps, Work, in_batches, one_by_one
from tutor.offline.objects import name_of


class Reconciling:
    """One pass over the places of a set.

    Attributes:
        status: What the set's status should say after it.
    """

    def __init__(self, work: Work, chosen: Chosen, ledger: Ledger) -> None:
        self._work = work
        self._wanted = wanted = work.wanted
        self._chosen = chosen
        self._revisions = Revisions(name_of(chosen.current), name_of(chosen.update))
        self._ledger = ledger
        self._now = work.view.now
        self._roster = ledger.roster(wanted, self._now)
        self._together = work.view.gates.get(MAX_UNAVAILABLE_GATE, False)
        self._stuck_on_claim = False
        self._exempt: PodFacts | None = None
        self.status = count(wanted, ledger, self._revisions, chosen.collisions, self._now)

    def run(self) -> Steps[None]:
        """Replicas first, then Pods outside the range, then updates. Scaling precedes updating.

        Raises:
            Failed: Something could not be done; ``status`` is to be written all the same.
        """
        if self._wanted.being_deleted or (yield from self._replicas()):
            return
        if self._roster.condemned and (yield from self._all_condemned()):
            return
        if self._wanted.strategy != "OnDelete":
            yield from self._update()

    def again_in(self) -> float | None:
        """In how many seconds to sync again although nothing may change by then.

        Until the next Pod has been Ready for minReadySeconds. With minReadySeconds a set that
        waits for a claim to go is looked at again, too; without, only a change wakes it.
        """
        seconds, wanted = self._wanted.min_ready_seconds, self._wanted
        if seconds <= 0 or self.status.available == wanted.replicas:
            return None
        waiting = [
            pod.seconds_to_go(seconds, self._now)
            for pod in self._ledger.ripening(wanted, self._now)
        ]
        if self._stuck_on_claim:
            waiting.append(float(seconds))
        return min(waiting, default=None)

    # Replicas

    def _replicas(self) -> Steps[bool]:
        """Look at every place; True when the sync ends here."""
        if self._wanted.monotonic:
            return (yield from one_by_one(self._roster.restless, self._replica))
        places = ((place, place) for place in self._roster.to_do)
        return (yield from in_batches(places, self._replica))

    def _right(self, pod: PodFacts) -> bool:
        """Whether identity, storage and the owners of the claims are right."""
        if not self._work.claims_right(pod.ordinal, pod.uid):
            return False
        self._ledger.claims_are_right(pod, self._work.claim_names(pod.ordinal))
        return identity_matches(self._wanted, pod) and storage_matches(self._wanted, pod)

    def _replica(self, index: int) -> Steps[bool]:
        pod = self._roster.replicas[index]
        wanted = self._wanted
        if pod is None:
            yield from self._fill(wanted.start + index)
            return wanted.monotonic
        step, _ = judge_replica(wanted, pod, self._now)
        if pod.finished:
            if step is Step.DELETE:
                yield from self._work.delete_pod(pod.name)
            return True
        if pod.phase == "Pending":
            yield from self._work.create_missing_claims(pod)
        if step is Step.WAIT:
            return True
        if not self._right(pod):
            yield from self._work.put_right(pod)
        return False

    def _fill(self, ordinal: int) -> Steps[None]:
        """Make the Pod of an empty place, unless a claim has to go first."""
        if self._work.stale_claim(ordinal) is not None:
            self._stuck_on_claim = True
            return
        names = self._revisions
        name = revision_for(self._wanted, ordinal, names.current, names.update)
        chosen = self._chosen
        revision = chosen.update if name == names.update else chosen.current
        template = template_of(revision)
        pod = new_pod(self._work.set, self._wanted, template, name, ordinal)
        yield from self._work.create_pod(pod, ordinal)

    # Pods outside the range

    def _all_condemned(self) -> Steps[bool]:
        """Delete them from the highest ordinal down; True when the sync ends here."""
        roster = self._roster
        yield from self._each_condemned(roster.condemned_to_do, self._condemned_claims)
        self._exempt = lowest_unhealthy(self._wanted, roster, self._now)
        places: Sequence[int] = range(len(roster.condemned))
        if not self._wanted.monotonic:  # nobody waits for those that are on their way out
            places = [place for place in places if not roster.condemned[place].terminating]
        return (yield from self._each_condemned(places, self._condemned))

    def _each_condemned(
        self, places: Sequence[int], act: Callable[[int], Steps[bool]]
    ) -> Steps[bool]:
        if self._wanted.monotonic:
            return (yield from one_by_one(places, act))
        return (yield from in_batches(zip(places, places, strict=True), act))

    def _condemned_claims(self, place: int) -> Steps[bool]:
        pod = self._roster.condemned[place]
        if self._work.claims_right(pod.ordinal, pod.uid):
            self._ledger.claims_are_right(pod, self._work.claim_names(pod.ordinal))
        else:
            yield from self._work.put_claims_right(pod.ordinal, pod.uid)
        return False

    def _condemned(self, place: int) -> Steps[bool]:
        pod = self._roster.condemned[place]
        step, _ = judge_condemned(self._wanted, pod, self._exempt, self._now)
        if step is Step.DELETE:
            yield from self._work.delete_pod(pod.name)
        return True

    # Updates

    def _update(self) -> Steps[None]:
        """Delete Pods of another revision; the next sync makes them anew."""
        plan = replacement(
            self._wanted, self._roster, self._revisions, self._now, together=self._together
        )
        for name in plan.delete:
            try:
                yield from self._work.delete_pod(name)
            except Failed as failed:
                if failed.reason != "NotFound":
                    raise
            self.status = replace(self.status, current=self.status.current - 1)

"""What the controller remembers of a set's Pods, so that a sync costs what has changed.

Nothing depends on it: a new ledger, shown the same Pods, says the same. But a set of a thousand
Pods is synced thousands of times while it starts, and each time one Pod is another than before.
"""

from bisect import bisect_left, insort
from collections.abc import Callable, Iterable

from tutor.offline.controllers.statefulset.order import Places, Roster
from tutor.offline.controllers.statefulset.pods import (
    PodFacts,
    facts_of,
    identity_matches,
    storage_matches,
)
from tutor.offline.controllers.statefulset.spots import Gaps, Spots
from tutor.offline.controllers.statefulset.wanted import Wanted
from tutor.offline.news import News
from tutor.offline.objects import Obj


class Ledger:
    """The Pods of one set.

    Attributes:
        members: The set's Pods by ordinal, those with an ordinal that cannot be read left out.
        strays: Pods it owns although its selector or their name says otherwise.
        ready: How many members are Running and Ready.
        of_revision: The ordinals of the members that are staying, by the revision they are of.
    """

    def __init__(self) -> None:
        self._claims: dict[str, int] = {}
        self._start_anew()

    def _start_anew(self) -> None:
        self.members: dict[int, PodFacts] = {}
        self.strays: dict[int, PodFacts] = {}
        self.ready = 0
        self.of_revision: dict[str, set[int]] = {}
        self._news = News()
        self._facts: dict[int, PodFacts] = {}
        self._ordinals: list[int] = []
        self._unhealthy: set[int] = set()
        self._misplaced: set[int] = set()
        self._unchecked: set[int] = set()
        self._unripe: set[int] = set()
        self._asked: tuple[object, ...] = ()
        self._crowded = False

    def show(self, wanted: Wanted, pods: Iterable[Obj], selects: Callable[[Obj], bool]) -> None:
        """Take in the Pods the set owns now, ordered by name."""
        asked = (
            wanted.when_deleted,
            wanted.when_scaled,
            wanted.start,
            wanted.replicas,
            wanted.min_ready_seconds,
        )
        if self._crowded:
            self._start_anew()
        gone, new = self._news.of(pods)
        for pod in gone:
            self._remove(self._facts.pop(id(pod)))
        for pod in new:
            facts = self._facts[id(pod)] = facts_of(pod)
            self._add(wanted, facts, selects)
        if asked != self._asked:
            self._asked = asked
            self._unchecked = set(self.members)
            self._unripe = {
                ordinal for ordinal, pod in self.members.items() if pod.running_and_ready
            }

    def _add(self, wanted: Wanted, pod: PodFacts, selects: Callable[[Obj], bool]) -> None:
        ordinal = pod.ordinal
        if pod.parent != wanted.name or not selects(pod.obj):
            self.strays[id(pod.obj)] = pod
            return
        if ordinal < 0:
            return
        if ordinal in self.members:  # web-1 and web-01: the later name has the place
            self._crowded = True
            self._remove(self.members[ordinal])
        self.members[ordinal] = pod
        insort(self._ordinals, ordinal)
        if pod.running_and_ready:
            self.ready += 1
            self._unripe.add(ordinal)
        if not pod.terminating:
            self.of_revision.setdefault(pod.revision, set()).add(ordinal)
        if pod.terminating or not pod.running_and_ready:
            self._unhealthy.add(ordinal)
        if pod.finished or not (identity_matches(wanted, pod) and storage_matches(wanted, pod)):
            self._misplaced.add(ordinal)
        self._unchecked.add(ordinal)

    def _remove(self, pod: PodFacts) -> None:
        if self.strays.pop(id(pod.obj), None) or pod.ordinal < 0:
            return
        ordinal = pod.ordinal
        del self.members[ordinal]
        del self._ordinals[bisect_left(self._ordinals, ordinal)]
        self.ready -= pod.running_and_ready
        if not pod.terminating:
            peers = self.of_revision[pod.revision]
            peers.discard(ordinal)
            if not peers:
                del self.of_revision[pod.revision]
        for some in (self._unhealthy, self._misplaced, self._unchecked, self._unripe):
            some.discard(ordinal)

    def revisions(self) -> set[str]:
        """The revisions members are of, those going away included."""
        going = (self.members[ordinal] for ordinal in self._unhealthy)
        return {*self.of_revision, *(pod.revision for pod in going)}

    def ripening(self, wanted: Wanted, now: float) -> list[PodFacts]:
        """The members that are Ready, but not for long enough yet."""
        seconds = wanted.min_ready_seconds
        if seconds <= 0:
            self._unripe.clear()
        ripe = {
            ordinal for ordinal in self._unripe if self.members[ordinal].available(seconds, now)
        }
        self._unripe -= ripe
        return [self.members[ordinal] for ordinal in self._unripe]

    def roster(self, wanted: Wanted, now: float) -> Roster:
        """The members in their places."""
        self.ripening(wanted, now)
        start, end = wanted.start, wanted.start + wanted.replicas
        low, high = (bisect_left(self._ordinals, ordinal) for ordinal in (start, end))
        there = [ordinal - start for ordinal in self._ordinals[low:high]]
        gaps = Gaps(there, end - start)
        outside = self._ordinals[:low] + self._ordinals[high:]
        unsettled = self._unhealthy | self._unripe
        to_do = self._misplaced | self._unchecked

        def inside(ordinals: set[int]) -> Spots:
            held = sorted(ordinal - start for ordinal in ordinals if start <= ordinal < end)
            return Spots(held, gaps)

        def beyond(ordinals: set[int]) -> list[int]:
            last = len(outside) - 1
            return sorted(
                last - bisect_left(outside, ordinal)
                for ordinal in ordinals
                if not start <= ordinal < end
            )

        return Roster(
            Places(self.members, start, there),
            [self.members[ordinal] for ordinal in reversed(outside)],
            inside(to_do | unsettled),
            inside(to_do),
            beyond(unsettled) if outside else (),
            beyond(self._unchecked) if outside else (),
            self.of_revision,
        )

    def claims_are_right(self, pod: PodFacts, names: Iterable[str]) -> None:
        """Note that the claims of a member were looked at, and are as they should be."""
        for name in names:
            self._claims[name] = pod.ordinal
        self._unchecked.discard(pod.ordinal)

    def claim_changed(self, name: str) -> None:
        """Have the claims of a member looked at again."""
        ordinal = self._claims.pop(name, None)
        if ordinal in self.members:
            self._unchecked.add(ordinal)

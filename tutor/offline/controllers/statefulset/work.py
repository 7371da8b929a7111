"""What the controller does to Pods and claims, one action at a time, and the Events it writes.

Source: pkg/controller/statefulset/stateful_pod_control.go, v1.36.
"""

from collections.abc import Callable, Generator, Iterable, Sequence
from typing import TypeVar

from tutor.offline.controllers.statefulset.claims import (
    CLAIMS,
    Owner,
    claim_names,
    claims_of,
    has_other_controller,
    has_stale_pod,
    owners_right,
    with_right_owners,
)
from tutor.offline.controllers.statefulset.identity import pod_name
from tutor.offline.controllers.statefulset.pods import PodFacts, facts_of, repaired
from tutor.offline.controllers.statefulset.wanted import DELETE, Wanted
from tutor.offline.errors import ApiError
from tutor.offline.objects import Obj, name_of, terminating
from tutor.offline.plan import Action, Create, Delete, Outcome, Record, Update, View

PODS = "pods"
LARGEST_BATCH = 500
MOST_AT_ONCE = 1_000
"""Places that one sync does something about, and then those of the batch it is in.

The real controller goes on, and other controllers beside it. Here they take turns: the Pods it has
made call for the next sync.
"""
_TRIES = 4
_T = TypeVar("_T")
_R = TypeVar("_R")

Steps = Generator[Action, Outcome, _R]
"""Part of a plan, with a result of its own."""


class Failed(Exception):  # noqa: N818  (it ends a sync; the runner is told Retry)
    """Something could not be done: the sync ends here and is run again.

    Attributes:
        reason: The reason the API server gave, if it was one refusal.
    """

    def __init__(self, message: str, reason: str = "") -> None:
        super().__init__(message)
        self.reason = reason

    @classmethod
    def of(cls, messages: Sequence[str]) -> "Failed":
        """Several failures as one, in the form of apimachinery's Aggregate."""
        distinct = list(dict.fromkeys(messages))
        return cls(distinct[0] if len(distinct) == 1 else f"[{', '.join(distinct)}]")


def one_by_one(items: Iterable[_T], act: Callable[[_T], Steps[bool]]) -> Steps[bool]:
    """Do something about one item after another; True as soon as ``act`` ends the sync."""
    for item in items:
        if (yield from act(item)):
            return True
    return False


def in_batches(items: Iterable[tuple[int, _T]], act: Callable[[_T], Steps[bool]]) -> Steps[bool]:
    """Do something about all items, whatever ``act`` says.

    They are done in batches of 1, 2, 4 … 500 places, and a failure ends the work after its batch.
    So does having done something about :data:`MOST_AT_ONCE`.

    Returns:
        Whether it ended so.

    Args:
        items: What to do something about, and its place among all there are; places without
            anything to do count in their batch all the same.
        act: What to do.
    """
    end, size = 1, 1
    failures: list[str] = []
    for done, (place, item) in enumerate(items):
        while place >= end:
            if failures:
                raise Failed.of(failures)
            if done >= MOST_AT_ONCE:
                return True
            size = min(2 * size, LARGEST_BATCH)
            end += size
        try:
            yield from act(item)
        except Failed as failed:
            failures.append(str(failed))
    if failures:
        raise Failed.of(failures)
    return False


class Work:
    """The hands of one sync: every method is a part of its plan and raises :class:`Failed`."""

    def __init__(self, view: View, set_: Obj, wanted: Wanted) -> None:
        self.view = view
        self.set = set_
        self.wanted = wanted

    # Events

    def _record(self, verb: str, what: str, said: str, error: str | None) -> Record:
        if error is None:
            return Record(self.set, "Normal", f"Successful{verb}", f"{verb} {what} {said}")
        return Record(self.set, "Warning", f"Failed{verb}", f"{verb} {what} failed error: {error}")

    def _about_pod(self, verb: str, pod: str, error: str | None = None) -> Record:
        what = f"Pod {pod} in StatefulSet {self.wanted.name}"
        return self._record(verb, what, "successful", error)

    def _about_claim(self, claim: str, pod: str, error: str | None = None) -> Record:
        middle = "" if error is None else "for "
        what = f"Claim {claim} {middle}Pod {pod} in StatefulSet {self.wanted.name}"
        return self._record("Create", what, "success", error)

    # Claims

    def owner(self, ordinal: int, uid: str) -> Owner:
        """The Pod of a place, as its claims see it."""
        return Owner(pod_name(self.wanted.name, ordinal), uid, ordinal)

    def claim(self, name: str) -> Obj | None:
        """A claim of the set's namespace."""
        return self.view.get(CLAIMS, self.wanted.namespace, name)

    def claim_names(self, ordinal: int) -> list[str]:
        """The names of the claims of a place."""
        return claim_names(self.wanted, ordinal)

    def stale_claim(self, ordinal: int) -> str | None:
        """A claim that will go with an earlier Pod of this place; nothing is made before it has."""
        if self.wanted.when_scaled != DELETE:
            return None
        pod = self.owner(ordinal, "")
        for name in self.claim_names(ordinal):
            claim = self.claim(name)
            if claim is not None and has_stale_pod(claim, pod):
                return name
        return None

    def create_claims(self, ordinal: int) -> Steps[None]:
        """Create the claims of a place that are missing. An existing one is used as it is."""
        if not self.wanted.templates:
            return
        pod = pod_name(self.wanted.name, ordinal)
        failures = []
        found = {name: self.claim(name) for name in self.claim_names(ordinal)}
        failures += [
            f"pvc {name} is being deleted"
            for name, claim in found.items()
            if claim is not None and terminating(claim)
        ]
        if None in found.values():
            for claim in claims_of(self.wanted, ordinal):
                name = name_of(claim)
                if found[name] is not None:
                    continue
                outcome = yield Create(CLAIMS, claim)
                error = outcome.message if isinstance(outcome, ApiError) else None
                if error is not None:
                    failures.append(f"failed to create PVC {name}: {error}")
                if not (isinstance(outcome, ApiError) and outcome.reason == "AlreadyExists"):
                    yield self._about_claim(name, pod, error)
        if failures:
            raise Failed.of(failures)

    def claims_right(self, ordinal: int, uid: str) -> bool:
        """Whether the retention policy is written into the claims of a Pod."""
        pod = self.owner(ordinal, uid)
        for name in self.claim_names(ordinal):
            claim = self.claim(name)
            if claim is not None and not owners_right(claim, self.wanted, pod):
                return False
        return True

    def put_claims_right(self, ordinal: int, uid: str) -> Steps[None]:
        """Write the retention policy into the claims of a Pod."""
        pod = self.owner(ordinal, uid)
        for name in self.claim_names(ordinal):
            claim = self.claim(name)
            if claim is None:
                continue
            if has_other_controller(claim, self.wanted, pod):
                yield Record(
                    self.set,
                    "Warning",
                    "ConflictingController",
                    f"PersistentVolumeClaim {name} has a conflicting OwnerReference that acts as a "
                    "managing controller, the retention policy is ignored for this claim",
                )
            if not owners_right(claim, self.wanted, pod):
                changed = with_right_owners(claim, self.set, self.wanted, pod)
                outcome = yield Update(CLAIMS, changed)
                if isinstance(outcome, ApiError):
                    raise Failed(
                        f"could not update claim {name} for delete policy ownerRefs: "
                        f"{outcome.message}"
                    )

    def _put_claims_right_or_tell(self, ordinal: int, uid: str) -> Steps[None]:
        try:
            yield from self.put_claims_right(ordinal, uid)
        except Failed as failed:
            yield self._about_pod("Update", pod_name(self.wanted.name, ordinal), str(failed))
            raise

    def create_missing_claims(self, pod: PodFacts) -> Steps[None]:
        """Give a Pending Pod back the claims it lost."""
        yield from self.create_claims(pod.ordinal)
        yield from self._put_claims_right_or_tell(pod.ordinal, pod.uid)

    # Pods

    def create_pod(self, pod: Obj, ordinal: int) -> Steps[None]:
        """Create the claims of a place, then its Pod.

        That the name is taken is told to nobody: the sync is just run again.
        """
        name = name_of(pod)
        try:
            yield from self.create_claims(ordinal)
        except Failed as failed:
            yield self._about_pod("Create", name, str(failed))
            raise
        outcome = yield Create(PODS, pod)
        error = outcome.message if isinstance(outcome, ApiError) else None
        if isinstance(outcome, ApiError) and outcome.reason == "AlreadyExists":
            raise Failed(outcome.message)
        yield from self._put_claims_right_or_tell(ordinal, "")
        yield self._about_pod("Create", name, error)
        if error is not None:
            raise Failed(error)

    def delete_pod(self, name: str) -> Steps[None]:
        """Delete a Pod with the grace it asks for."""
        outcome = yield Delete(PODS, self.wanted.namespace, name)
        error = outcome.message if isinstance(outcome, ApiError) else None
        yield self._about_pod("Delete", name, error)
        if isinstance(outcome, ApiError):
            raise Failed(outcome.message, outcome.reason)

    def put_right(self, pod: PodFacts) -> Steps[None]:
        """Restore a Pod's identity, its storage and the owners of its claims."""
        for _ in range(_TRIES):
            changed = repaired(self.wanted, pod)
            if changed.get("spec") is not pod.obj.get("spec"):
                try:
                    yield from self.create_claims(pod.ordinal)
                except Failed as failed:
                    yield self._about_pod("Update", pod.name, str(failed))
                    raise
            claims_right = self.claims_right(pod.ordinal, pod.uid)
            if not claims_right:
                yield from self._put_claims_right_or_tell(pod.ordinal, pod.uid)
            if changed is pod.obj and claims_right:
                return
            outcome = yield Update(PODS, changed)
            if not isinstance(outcome, ApiError):
                yield self._about_pod("Update", pod.name)
                return
            error = outcome
            again = self.view.get(PODS, self.wanted.namespace, pod.name)
            if error.reason != "Conflict" or again is None:
                break
            pod = facts_of(again)
        yield self._about_pod("Update", pod.name, error.message)
        raise Failed(error.message)

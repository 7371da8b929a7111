"""The numbers of a StatefulSet's status.

Source: updateStatus, completeRollingUpdate and inconsistentStatus of
pkg/controller/statefulset/stateful_set_control.go and stateful_set_utils.go, v1.36.
"""

from dataclasses import dataclass, replace

from tutor.offline.controllers.statefulset.ledger import Ledger
from tutor.offline.controllers.statefulset.order import Revisions
from tutor.offline.controllers.statefulset.wanted import Wanted
from tutor.offline.controllers.statefulset.work import Failed, Steps
from tutor.offline.errors import ApiError
from tutor.offline.objects import Obj, uid_of
from tutor.offline.plan import UpdateStatus, View

SETS = "statefulsets.apps"
_TRIES = 5


@dataclass(frozen=True, slots=True)
class Status:
    """A status as the controller sees it."""

    observed_generation: int
    replicas: int
    ready: int
    available: int
    current: int
    updated: int
    current_revision: str
    update_revision: str
    collisions: int

    def completed(self, wanted: Wanted) -> "Status":
        """The status, with the new revision as the current one once every Pod is of it and ready.

        Only RollingUpdate ends like this; OnDelete never promotes a revision.
        """
        if wanted.rolls and self.updated == self.ready == self.replicas == wanted.replicas:
            return replace(self, current=self.updated, current_revision=self.update_revision)
        return self

    def differs(self, written: Obj) -> bool:
        """Whether it says something the written status does not. Collisions do not count."""
        return (
            self.observed_generation > (written.get("observedGeneration") or 0)
            or self.replicas != (written.get("replicas") or 0)
            or self.current != (written.get("currentReplicas") or 0)
            or self.ready != (written.get("readyReplicas") or 0)
            or self.updated != (written.get("updatedReplicas") or 0)
            or self.current_revision != (written.get("currentRevision") or "")
            or self.available != (written.get("availableReplicas") or 0)
            or self.update_revision != (written.get("updateRevision") or "")
        )

    def as_object(self) -> Obj:
        """As it is written: zeros are left out, except those the API always shows."""
        fields: list[tuple[str, int | str, bool]] = [
            ("observedGeneration", self.observed_generation, False),
            ("replicas", self.replicas, True),
            ("readyReplicas", self.ready, False),
            ("currentReplicas", self.current, False),
            ("updatedReplicas", self.updated, False),
            ("currentRevision", self.current_revision, False),
            ("updateRevision", self.update_revision, False),
            ("collisionCount", self.collisions, True),
            ("availableReplicas", self.available, True),
        ]
        return {name: value for name, value, always in fields if always or value}


def count(
    wanted: Wanted, ledger: Ledger, revisions: Revisions, collisions: int, now: float
) -> Status:
    """Count the Pods there are. Those going away count as replicas, but as no revision's."""
    of_revision = ledger.of_revision
    return Status(
        observed_generation=wanted.generation,
        replicas=len(ledger.members),
        ready=ledger.ready,
        available=ledger.ready - len(ledger.ripening(wanted, now)),
        current=len(of_revision.get(revisions.current, ())),
        updated=len(of_revision.get(revisions.update, ())),
        current_revision=revisions.current,
        update_revision=revisions.update,
        collisions=collisions,
    )


def write(view: View, set_: Obj, wanted: Wanted, status: Status) -> Steps[None]:
    """Write the status if it says something new.

    Raises:
        Failed: It could not be written.
    """
    status = status.completed(wanted)
    if status.current < 0:  # a Pod of a third revision was deleted while none was current
        raise Failed("status.currentReplicas: must be greater than or equal to 0", "Invalid")
    message = ""
    for _ in range(_TRIES):
        if not status.differs(set_.get("status") or {}):
            return
        outcome = yield UpdateStatus(SETS, {**set_, "status": status.as_object()})
        if not isinstance(outcome, ApiError):
            return
        message = outcome.message
        again = view.get(SETS, wanted.namespace, wanted.name)
        if outcome.reason != "Conflict" or again is None or uid_of(again) != wanted.uid:
            break
        set_ = again
    raise Failed(message)

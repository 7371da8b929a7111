"""The ReplicaSets of a Deployment: which is the new one, what they are told, how they are made.

Source: pkg/controller/deployment/{sync.go, util/deployment_util.go}, v1.36. The hash in their
names is spelled as the real one; its digits are not, for the real one is taken of how Go prints
its memory.
"""

from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from tutor.offline.controllers.deployment import progress
from tutor.offline.controllers.replicaset import reference_to
from tutor.offline.controllers.revisions import raw_data, revision_hash
from tutor.offline.controllers.storage import annotated, annotations_of, written
from tutor.offline.errors import ApiError
from tutor.offline.integers import percentage
from tutor.offline.objects import (
    Obj,
    controller_of,
    copy_of,
    dig,
    labels_of,
    meta,
    name_of,
    namespace_of,
    uid_of,
)
from tutor.offline.plan import (
    Action,
    Create,
    Outcome,
    Plan,
    Record,
    Retry,
    Update,
    UpdateStatus,
    View,
)

DEPLOYMENTS, SETS, PODS = "deployments.apps", "replicasets.apps", "pods"
HASH = "pod-template-hash"
REVISION = "deployment.kubernetes.io/revision"
HISTORY = "deployment.kubernetes.io/revision-history"
DESIRED = "deployment.kubernetes.io/desired-replicas"
MOST = "deployment.kubernetes.io/max-replicas"
_NOT_COPIED = frozenset(
    {
        "kubectl.kubernetes.io/last-applied-configuration",
        REVISION,
        HISTORY,
        DESIRED,
        MOST,
        "deprecated.deployment.rollback.to",
    }
)
_HISTORY_LENGTH = 2000
Maybe = Generator[Action, Outcome, Obj | None]


def share(value: int | str, total: int, *, up: bool) -> int:
    """A number, or a percentage of a total rounded up or down."""
    if isinstance(value, int):
        return value
    part = Fraction(percentage(value), 100) * total
    return -(-part.numerator // part.denominator) if up else part.numerator // part.denominator


def replicas_of(obj: Obj) -> int:
    """``spec.replicas``."""
    return int(dig(obj, "spec", "replicas", default=1))


def rolls(deployment: Obj) -> bool:
    """Whether Pods are replaced one after another, not all at once."""
    return bool(dig(deployment, "spec", "strategy", "type") != "Recreate")


def limits(deployment: Obj) -> tuple[int, int]:
    """MaxSurge and maxUnavailable as numbers; both are 0 where Pods are replaced at once."""
    total = replicas_of(deployment)
    if not rolls(deployment):
        return 0, 0
    rolling = dig(deployment, "spec", "strategy", "rollingUpdate", default={})
    surge = share(rolling.get("maxSurge", "25%"), total, up=True)
    missing = share(rolling.get("maxUnavailable", "25%"), total, up=False)
    if surge == missing == 0:
        missing = 1
    return surge, min(missing, total)


def total_of(sets: Iterable[Obj]) -> int:
    """How many Pods these sets are to have."""
    return sum(map(replicas_of, sets))


def count(sets: Iterable[Obj], name: str) -> int:
    """A number of the status of these sets, added up."""
    return sum(int(dig(one, "status", name, default=0)) for one in sets)


def active(sets: Iterable[Obj]) -> list[Obj]:
    """The sets that are to have Pods."""
    return [one for one in sets if replicas_of(one) > 0]


def by_age(found: Obj) -> tuple[str, str]:
    """For sorting: the oldest first."""
    return str(meta(found).get("creationTimestamp", "")), name_of(found)


def number(found: Obj, name: str) -> int | None:
    """A number in an annotation; None where there is none."""
    text = annotations_of(found).get(name, "")
    return int(text) if text.isascii() and text.isdigit() else None


def revision_of(found: Obj) -> int:
    """The revision of a set, 0 for none."""
    return number(found, REVISION) or 0


def plain(template: Obj) -> bytes:
    """A template without the label that tells sets apart, to be compared."""
    labels = {name: value for name, value in labels_of(template).items() if name != HASH}
    metadata = {name: value for name, value in meta(template).items() if name != "labels"}
    if labels:
        metadata["labels"] = labels
    return raw_data({**template, "metadata": metadata})


@dataclass(slots=True)
class Work:
    """A Deployment and its ReplicaSets while they are being looked at.

    Attributes:
        view: The cluster.
        deployment: As stored.
        new: The set of the present template, if there is one.
        old: The others.
    """

    view: View
    deployment: Obj
    new: Obj | None = None
    old: list[Obj] = field(default_factory=list)

    @classmethod
    def of(cls, view: View, deployment: Obj, sets: Sequence[Obj]) -> "Work":
        """Tell the new set from the old ones (``FindNewReplicaSet``, ``FindOldReplicaSets``)."""
        template = plain(dig(deployment, "spec", "template", default={}))
        ordered = sorted(sets, key=by_age)
        new = next((one for one in ordered if plain(one["spec"]["template"]) == template), None)
        return cls(view, deployment, new, [one for one in sets if one is not new])

    @property
    def all(self) -> list[Obj]:
        """Every set."""
        return [*self.old, self.new] if self.new is not None else list(self.old)

    def put(self, found: Obj) -> None:
        """Take in a set as it is stored now."""
        if self.new is not None and uid_of(self.new) == uid_of(found):
            self.new = found
        else:
            self.old = [found if uid_of(one) == uid_of(found) else one for one in self.old]

    def write_status(self, status: Obj, annotations: Mapping[str, str | None]) -> Plan:
        """Write the Deployment's status and annotations, which do not count as a generation.

        Raises:
            Retry: The write was refused.
        """
        changed = annotated(self.deployment, annotations) if annotations else self.deployment
        self.deployment = yield from written(
            UpdateStatus(DEPLOYMENTS, {**changed, "status": status})
        )


def _told(deployment: Obj, found: Obj, newest: int) -> dict[str, str]:
    """What a new set is told that exists: the Deployment's annotations and its revision."""
    marks = {
        name: value for name, value in annotations_of(deployment).items() if name not in _NOT_COPIED
    }
    before = annotations_of(found).get(REVISION)
    if before is not None and not (before.isascii() and before.isdigit()) and before:
        return marks
    if int(before or 0) < newest:
        marks[REVISION] = str(newest)
        if before is not None:
            known = annotations_of(found).get(HISTORY, "")
            past = [*filter(None, known.split(",")), before]
            while past and len(",".join(past)) > _HISTORY_LENGTH:
                past.pop(0)
            marks[HISTORY] = ",".join(past)
    return marks


def _sizes(deployment: Obj) -> dict[str, str]:
    wanted = replicas_of(deployment)
    return {DESIRED: str(wanted), MOST: str(wanted + limits(deployment)[0])}


def sync_revision(work: Work, *, make: bool) -> Plan:
    """Bring the new set and the Deployment to the newest revision; make the set if asked to.

    Raises:
        Retry: A write was refused.
    """
    newest = max(map(revision_of, work.old), default=0) + 1
    if work.new is None:
        if make:
            yield from _make(work, newest)
        return
    changed = annotated(work.new, _told(work.deployment, work.new, newest))
    seconds = int(dig(work.deployment, "spec", "minReadySeconds", default=0))
    if int(dig(changed, "spec", "minReadySeconds", default=0)) != seconds:
        changed = {**changed, "spec": {**changed["spec"], "minReadySeconds": seconds}}
    if changed != work.new:
        work.put((yield from written(Update(SETS, changed))))
        return
    marks: dict[str, str | None] = {}
    number_now = annotations_of(work.new).get(REVISION, "")
    if annotations_of(work.deployment).get(REVISION) != number_now:
        marks[REVISION] = number_now
    status = work.deployment.get("status") or {}
    found = status
    if progress.deadline(work.deployment) is not None and not progress.known(status):
        text = f'Found new replica set "{name_of(work.new)}"'
        found = progress.with_condition(
            status, "Progressing", ("True", "FoundNewReplicaSet", text), work.view.now
        )
    if marks or found is not status:
        yield from work.write_status(found, marks)


def new_size(work: Work, has: int) -> int:
    """How many Pods the new set may have now (``NewRSNewReplicas``)."""
    wanted = replicas_of(work.deployment)
    if not rolls(work.deployment):
        return wanted
    most = wanted + limits(work.deployment)[0]
    total = total_of(work.all)
    return has if total >= most else has + min(most - total, wanted - has)


def _make(work: Work, newest: int) -> Plan:
    deployment = work.deployment
    collisions = int(dig(deployment, "status", "collisionCount", default=0))
    template = copy_of(deployment["spec"]["template"])
    hashed = revision_hash(raw_data(template), collisions)
    labels = {**labels_of(template), HASH: hashed}
    template["metadata"] = {**meta(template), "labels": labels}
    selector = copy_of(dig(deployment, "spec", "selector", default={}))
    selector["matchLabels"] = {**(selector.get("matchLabels") or {}), HASH: hashed}
    size = new_size(work, 0)
    spec: dict[str, Any] = {"replicas": size, "selector": selector, "template": template}
    if dig(deployment, "spec", "minReadySeconds"):
        spec["minReadySeconds"] = deployment["spec"]["minReadySeconds"]
    name = f"{name_of(deployment)}-{hashed}"
    body = {
        "apiVersion": "apps/v1",
        "kind": "ReplicaSet",
        "metadata": {
            "name": name,
            "namespace": namespace_of(deployment),
            "labels": labels,
            "annotations": {**_told(deployment, {}, newest), **_sizes(deployment)},
            "ownerReferences": [reference_to(deployment)],
        },
        "spec": spec,
    }
    outcome = yield Create(SETS, body)
    if isinstance(outcome, ApiError):
        yield from _refused(work, name, outcome)
        return
    work.new = outcome or body
    if size:
        text = f"Scaled up replica set {name} from 0 to {size}"
        yield Record(deployment, "Normal", "ScalingReplicaSet", text)
    status = deployment.get("status") or {}
    if progress.deadline(deployment) is not None:
        said = ("True", "NewReplicaSetCreated", f'Created new replica set "{name}"')
        status = progress.with_condition(status, "Progressing", said, work.view.now)
    yield from work.write_status(status, {REVISION: str(newest)})


def _refused(work: Work, name: str, refusal: ApiError) -> Plan:
    """A new set could not be made: its name is taken, or something forbids it."""
    deployment = work.deployment
    status = deployment.get("status") or {}
    if refusal.reason == "AlreadyExists":
        found = work.view.get(SETS, namespace_of(deployment), name)
        owner = controller_of(found) if found is not None else None
        if found is not None and owner is not None and owner.get("uid") == uid_of(deployment):
            same = plain(found["spec"]["template"]) == plain(deployment["spec"]["template"])
            if same:
                work.new = found
                return
        collisions = int(status.get("collisionCount", 0)) + 1
        yield from work.write_status({**status, "collisionCount": collisions}, {})
        raise Retry(refusal.message)
    causes = refusal.details.get("causes") or ()
    if any(one.get("reason") == "NamespaceTerminating" for one in causes):
        raise Retry(refusal.message)
    text = f'Failed to create new replica set "{name}": {refusal.message}'
    if progress.deadline(deployment) is not None:
        said = ("False", "ReplicaSetCreateError", text)
        new = progress.with_condition(status, "Progressing", said, work.view.now)
        if new != status:
            yield from work.write_status(new, {})
    yield Record(deployment, "Warning", "ReplicaSetCreateError", text)
    raise Retry(refusal.message)


def scale(work: Work, found: Obj, size: int) -> Plan:
    """Give a set another size, and tell it and everybody.

    Raises:
        Retry: The write was refused.
    """
    has, marks = replicas_of(found), _sizes(work.deployment)
    known = annotations_of(found)
    if has == size and all(known.get(name) == value for name, value in marks.items()):
        return
    changed = annotated({**found, "spec": {**found["spec"], "replicas": size}}, marks)
    work.put((yield from written(Update(SETS, changed))))
    if has != size:
        verb = "up" if has < size else "down"
        text = f"Scaled {verb} replica set {name_of(found)} from {has} to {size}"
        yield Record(work.deployment, "Normal", "ScalingReplicaSet", text)

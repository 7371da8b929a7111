"""Deployments: one ReplicaSet for each template, and Pods moved from the old to the new.

Rolling updates with maxSurge and maxUnavailable, Recreate, pausing, revisions and their limit.
A Deployment scaled in the middle of an update is not scaled in proportion: its new ReplicaSet
takes the difference, and the old ones go on being emptied.

Source: pkg/controller/deployment/{sync,rolling,recreate,progress}.go, v1.36.
"""

from collections.abc import Generator, Iterable, Sequence
from typing import Any

from tutor.offline import selectors
from tutor.offline.controllers.deployment.progress import conditions_of, count, limits, replicas_of
from tutor.offline.controllers.replicaset import claimed, reference_to
from tutor.offline.controllers.revisions import raw_data, revision_hash
from tutor.offline.controllers.scheduler.tally import FINISHED
from tutor.offline.controllers.storage import annotated, annotations_of
from tutor.offline.errors import ApiError
from tutor.offline.objects import (
    Obj,
    controller_of,
    copy_of,
    dig,
    labels_of,
    meta,
    name_of,
    namespace_of,
    terminating,
    uid_of,
)
from tutor.offline.plan import (
    Action,
    Again,
    Create,
    Delete,
    Key,
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
DESIRED = "deployment.kubernetes.io/desired-replicas"
MOST = "deployment.kubernetes.io/max-replicas"
APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
_NOT_COPIED = (APPLIED, REVISION, DESIRED, MOST)
Steps = Generator[Action, Outcome, Obj]


def _written(action: Action) -> Steps:
    outcome = yield action
    if isinstance(outcome, ApiError):
        raise Retry(outcome.message)
    return outcome or {}


def _plain_template(template: Obj) -> Obj:
    """A template without the label that tells ReplicaSets apart."""
    labels = {name: value for name, value in labels_of(template).items() if name != HASH}
    metadata = {name: value for name, value in meta(template).items() if name != "labels"}
    if labels:
        metadata["labels"] = labels
    return {**template, "metadata": metadata}


def _revision(found: Obj) -> int:
    text = annotations_of(found).get(REVISION, "0")
    return int(text) if text.isascii() and text.isdigit() else 0


class Deployments:
    """Rolls Deployments out."""

    name = "deployment-controller"
    watches = (DEPLOYMENTS, SETS, PODS)

    def keys(
        self, view: View, resource: str, before: Obj | None, after: Obj | None
    ) -> Iterable[Key]:
        """The Deployment; that of a ReplicaSet; that of a Pod that is gone."""
        changed = after or before or {}
        namespace = namespace_of(changed)
        if resource == DEPLOYMENTS:
            return (Key(namespace, name_of(changed)),) if after is not None else ()
        owner = controller_of(changed)
        if resource == PODS:
            if after is not None or owner is None or owner.get("kind") != "ReplicaSet":
                return ()
            found = view.get(SETS, namespace, owner.get("name", ""))
            owner = controller_of(found) if found is not None else None
        elif owner is None:
            return [
                Key(namespace, name_of(one))
                for one in view.list(DEPLOYMENTS, namespace)
                if selectors.of_object(dig(one, "spec", "selector"))(changed)
            ]
        if owner is None or owner.get("kind") != "Deployment":
            return ()
        return (Key(namespace, str(owner.get("name", ""))),)

    def sync(self, view: View, key: Key) -> Plan:
        """One step of one Deployment.

        Raises:
            Retry: A write was refused.
        """
        deployment = view.get(DEPLOYMENTS, key.namespace, key.name)
        if deployment is None:
            return
        sets = yield from claimed(view, deployment, SETS)
        if terminating(deployment):
            yield from self._status(view, key, sets, None)
            return
        template = raw_data(_plain_template(dig(deployment, "spec", "template", default={})))
        same = [
            one for one in sets if raw_data(_plain_template(one["spec"]["template"])) == template
        ]
        same.sort(key=lambda one: (str(meta(one).get("creationTimestamp")), name_of(one)))
        new = same[0] if same else None
        old = [one for one in sets if new is None or uid_of(one) != uid_of(new)]
        if dig(deployment, "spec", "paused", default=False):
            if new is not None and not any(map(replicas_of, old)):
                new = yield from self._scale(deployment, new, replicas_of(deployment))
        elif dig(deployment, "spec", "strategy", "type") == "Recreate":
            new = yield from self._recreate(view, deployment, new, old)
        else:
            new = yield from self._roll(deployment, new, old)
        yield from self._status(view, key, list(view.owned(SETS, uid_of(deployment))), new)
        yield from self._forget(view, deployment, new)

    # -- strategies

    def _recreate(
        self, view: View, deployment: Obj, new: Obj | None, old: Sequence[Obj]
    ) -> Generator[Action, Outcome, Obj | None]:
        emptied = False
        for one in old:
            if replicas_of(one):
                yield from self._scale(deployment, one, 0)
                emptied = True
        running = any(
            dig(pod, "status", "phase") not in FINISHED
            for one in old
            for pod in view.owned(PODS, uid_of(one))
        )
        if emptied or running:
            return new
        if new is None:
            return (yield from self._new(deployment, old, replicas_of(deployment)))
        new = yield from self._numbered(deployment, new, old)
        return (yield from self._scale(deployment, new, replicas_of(deployment)))

    def _roll(self, deployment: Obj, new: Obj | None, old: Sequence[Obj]) -> Steps:
        surge, missing = limits(deployment)
        total, wanted = sum(map(replicas_of, old)), replicas_of(deployment)
        if new is None:
            return (
                yield from self._new(deployment, old, max(0, min(wanted, wanted + surge - total)))
            )
        new = yield from self._numbered(deployment, new, old)
        has = replicas_of(new)
        if has != wanted:
            room = max(0, wanted + surge - total - has)
            size = wanted if has > wanted else has + min(room, wanted - has)
            if size != has:
                return (yield from self._scale(deployment, new, size))
        if total:
            yield from self._shrink(deployment, new, old, wanted - missing)
        return new

    def _shrink(self, deployment: Obj, new: Obj, old: Sequence[Obj], least: int) -> Plan:
        """Take Pods from the old sets: unhealthy ones first, then as many as may be missing."""
        sets = [new, *old]
        ready = int(dig(new, "status", "availableReplicas", default=0))
        spare = sum(map(replicas_of, sets)) - least - (replicas_of(new) - ready)
        ordered = sorted(old, key=lambda one: str(meta(one).get("creationTimestamp")))
        sizes = {uid_of(one): replicas_of(one) for one in ordered}
        for one in ordered:
            sick = replicas_of(one) - int(dig(one, "status", "availableReplicas", default=0))
            cut = max(0, min(sick, spare))
            sizes[uid_of(one)] -= cut
            spare -= cut
        spare = min(spare, count(sets, "availableReplicas") - least)
        for one in ordered:
            cut = max(0, min(sizes[uid_of(one)], spare))
            sizes[uid_of(one)] -= cut
            spare -= cut
        for one in ordered:
            if sizes[uid_of(one)] != replicas_of(one):
                yield from self._scale(deployment, one, sizes[uid_of(one)])

    # -- ReplicaSets

    @staticmethod
    def _marks(deployment: Obj, number: int) -> dict[str, str]:
        surge, _ = limits(deployment)
        copied = {
            name: value
            for name, value in annotations_of(deployment).items()
            if name not in _NOT_COPIED
        }
        wanted = replicas_of(deployment)
        marks = {REVISION: str(number), DESIRED: str(wanted), MOST: str(wanted + surge)}
        return {**copied, **marks}

    def _new(self, deployment: Obj, old: Sequence[Obj], size: int) -> Steps:
        collisions = int(dig(deployment, "status", "collisionCount", default=0))
        template = copy_of(deployment["spec"]["template"])
        hashed = revision_hash(raw_data(template), collisions)
        labels = {**labels_of(template), HASH: hashed}
        template["metadata"] = {**meta(template), "labels": labels}
        selector = copy_of(dig(deployment, "spec", "selector", default={}))
        selector["matchLabels"] = {**(selector.get("matchLabels") or {}), HASH: hashed}
        number = max(map(_revision, old), default=0) + 1
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
                "annotations": self._marks(deployment, number),
                "ownerReferences": [reference_to(deployment)],
            },
            "spec": spec,
        }
        outcome = yield Create(SETS, body)
        if isinstance(outcome, ApiError):
            if outcome.reason == "AlreadyExists":
                status = {**(deployment.get("status") or {}), "collisionCount": collisions + 1}
                yield UpdateStatus(DEPLOYMENTS, {**deployment, "status": status})
            raise Retry(outcome.message)
        if size:
            text = f"Scaled up replica set {name} from 0 to {size}"
            yield Record(deployment, "Normal", "ScalingReplicaSet", text)
        yield from self._number(deployment, number)
        return outcome or body

    def _numbered(self, deployment: Obj, new: Obj, old: Sequence[Obj]) -> Steps:
        """The new set with the highest revision, and the Deployment's annotations."""
        number = max(_revision(new), max(map(_revision, old), default=0) + 1)
        if number > 1 and _revision(new) > max(map(_revision, old), default=0):
            number = _revision(new)
        marks = self._marks(deployment, number)
        changed = annotated(new, marks)
        if annotations_of(changed) != annotations_of(new):
            new = yield from _written(Update(SETS, changed))
        yield from self._number(deployment, number)
        return new

    @staticmethod
    def _number(deployment: Obj, number: int) -> Plan:
        if annotations_of(deployment).get(REVISION) != str(number):
            yield from _written(Update(DEPLOYMENTS, annotated(deployment, {REVISION: str(number)})))

    @staticmethod
    def _scale(deployment: Obj, found: Obj, size: int) -> Steps:
        has = replicas_of(found)
        if has == size:
            return found
        stored = yield from _written(
            Update(SETS, {**found, "spec": {**found["spec"], "replicas": size}})
        )
        verb = "up" if size > has else "down"
        text = f"Scaled {verb} replica set {name_of(found)} from {has} to {size}"
        yield Record(deployment, "Normal", "ScalingReplicaSet", text)
        return stored

    @staticmethod
    def _forget(view: View, deployment: Obj, new: Obj | None) -> Plan:
        """Delete empty old sets beyond the limit."""
        limit = int(dig(deployment, "spec", "revisionHistoryLimit", default=10))
        idle = [
            one
            for one in view.owned(SETS, uid_of(deployment))
            if (new is None or uid_of(one) != uid_of(new))
            and not replicas_of(one)
            and not count([one], "replicas")
            and not terminating(one)
        ]
        idle.sort(key=_revision)
        for one in idle[: max(0, len(idle) - limit)]:
            outcome = yield Delete(SETS, namespace_of(one), name_of(one), uid_of(one))
            if isinstance(outcome, ApiError) and outcome.reason != "NotFound":
                raise Retry(outcome.message)

    # -- status

    @staticmethod
    def _status(view: View, key: Key, sets: Sequence[Obj], new: Obj | None) -> Plan:
        current = view.get(DEPLOYMENTS, key.namespace, key.name)
        if current is None:
            return
        new = next((one for one in sets if new is not None and uid_of(one) == uid_of(new)), new)
        available = count(sets, "availableReplicas")
        counts = {
            "replicas": count(sets, "replicas"),
            "updatedReplicas": count([new] if new else [], "replicas"),
            "readyReplicas": count(sets, "readyReplicas"),
            "availableReplicas": available,
            "unavailableReplicas": max(0, sum(map(replicas_of, sets)) - available),
        }
        old = current.get("status") or {}
        status: dict[str, Any] = {
            "observedGeneration": meta(current).get("generation", 1),
            **{name: number for name, number in counts.items() if number},
            "terminatingReplicas": count(sets, "terminatingReplicas"),
        }
        if "collisionCount" in old:
            status["collisionCount"] = old["collisionCount"]
        conditions, left = conditions_of(view, current, counts, new)
        status["conditions"] = conditions
        if status != old:
            yield from _written(UpdateStatus(DEPLOYMENTS, {**current, "status": status}))
        if left is not None:
            yield Again(left)

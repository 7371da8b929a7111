"""ReplicaSets: so many Pods of one template, each as good as any other.

Source: pkg/controller/replicaset/replica_set.go and ActivePodsWithRanks of
pkg/controller/controller_utils.go, v1.36.
"""

from collections import Counter
from collections.abc import Callable, Generator, Iterable
from functools import cmp_to_key
from typing import Any

from tutor.offline import selectors
from tutor.offline.clock import seconds_of, timestamp
from tutor.offline.controllers.scheduler.tally import FINISHED
from tutor.offline.controllers.storage import annotations_of
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
    owners_of,
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

PODS, SETS = "pods", "replicasets.apps"
COST = "controller.kubernetes.io/pod-deletion-cost"
BURST = 500
_PHASES = {"Pending": 0, "Unknown": 1, "Running": 2}


def reference_to(owner: Obj) -> Obj:
    """The owner reference of a controller."""
    return {
        "apiVersion": owner["apiVersion"],
        "kind": owner["kind"],
        "name": name_of(owner),
        "uid": uid_of(owner),
        "controller": True,
        "blockOwnerDeletion": True,
    }


def with_owners(obj: Obj, owners: list[Obj]) -> Obj:
    """The object with these owners."""
    about = {name: value for name, value in meta(obj).items() if name != "ownerReferences"}
    if owners:
        about["ownerReferences"] = owners
    return {**obj, "metadata": about}


def ready_since(pod: Obj) -> float | None:
    """Since when a Pod is Ready; None where it is not."""
    for condition in dig(pod, "status", "conditions", default=()):
        if condition.get("type") == "Ready" and condition.get("status") == "True":
            return seconds_of(condition["lastTransitionTime"])
    return None


def _selects(selector: Obj | None) -> Callable[[Obj], bool]:
    """A selector, quick where it names labels alone: it is asked of every Pod in every sync."""
    if selector and selector.get("matchLabels") and not selector.get("matchExpressions"):
        wanted = selector["matchLabels"].items()
        return lambda obj: wanted <= labels_of(obj).items()
    return selectors.of_object(selector)


def claimed(view: View, owner: Obj, resource: str) -> Generator[Action, Outcome, list[Obj]]:
    """The objects of a controller, after adopting orphans and releasing strays.

    Raises:
        Retry: A write was refused.
    """
    selects = _selects(dig(owner, "spec", "selector"))
    own = list(view.owned(resource, uid_of(owner)))
    if terminating(owner):
        return own
    kept: list[Obj] = []
    strays: list[Obj] = []
    for one in own:
        (kept if selects(one) else strays).append(one)
    for stray in strays:
        left = [one for one in owners_of(stray) if one.get("uid") != uid_of(owner)]
        outcome = yield Update(resource, with_owners(stray, left))
        if isinstance(outcome, ApiError) and outcome.reason not in ("NotFound", "Invalid"):
            raise Retry(outcome.message)
    for orphan in tuple(view.owned(resource, "")):
        mine = namespace_of(orphan) == namespace_of(owner) and selects(orphan)
        if not mine or terminating(orphan):
            continue
        owners = [*owners_of(orphan), reference_to(owner)]
        outcome = yield Update(resource, with_owners(orphan, owners))
        if isinstance(outcome, ApiError):
            raise Retry(outcome.message)
        kept.append(outcome or orphan)
    return kept


def _restarts(pod: Obj) -> int:
    """How often a container of the Pod was started again, at most."""
    shown = dig(pod, "status", "containerStatuses", default=())
    return max((int(one.get("restartCount", 0)) for one in shown), default=0)


def _age(now: float, since: float) -> int:
    """An age by its power of two in nanoseconds: much the same ages are the same."""
    nanos = round((now - since) * 1e9)
    return nanos.bit_length() - 1 if nanos > 0 else -1


def in_order_of_deletion(view: View, owner: Obj, pods: list[Obj]) -> list[Obj]:
    """The Pods of a set, those first that are missed least (``ActivePodsWithRanks``).

    Args:
        view: The cluster.
        owner: The ReplicaSet; Pods of its siblings under one Deployment count as crowding a node.
        pods: Those to choose from.
    """
    above = controller_of(owner)
    siblings = view.owned(SETS, above["uid"]) if above is not None else (owner,)
    crowd = Counter(
        dig(pod, "spec", "nodeName", default="")
        for one in siblings
        for pod in view.owned(PODS, uid_of(one))
        if dig(pod, "status", "phase") not in FINISHED and not terminating(pod)
    )

    def standing(pod: Obj) -> tuple[int, ...]:
        node = dig(pod, "spec", "nodeName", default="")
        cost = annotations_of(pod).get(COST, "0")
        return (
            int(bool(node)),
            _PHASES.get(dig(pod, "status", "phase", default="Pending"), 0),
            int(ready_since(pod) is not None),
            int(cost) if cost.lstrip("-").isascii() and cost.lstrip("-").isdigit() else 0,
            -crowd[node],
        )

    def younger(pod: Obj, other: Obj, since: float, others: float) -> int:
        """How two moments compare: the younger first, of much the same age the lower uid."""
        difference = _age(view.now, since) - _age(view.now, others)
        return difference or (-1 if uid_of(pod) < uid_of(other) else 1)

    known = {uid_of(pod): (standing(pod), ready_since(pod)) for pod in pods}

    def compare(pod: Obj, other: Obj) -> int:
        (left, since), (right, others) = known[uid_of(pod)], known[uid_of(other)]
        if left != right:
            return -1 if left < right else 1
        if since is not None and others is not None and since != others:
            return younger(pod, other, since, others)
        if _restarts(pod) != _restarts(other):
            return _restarts(other) - _restarts(pod)
        made, made_other = (seconds_of(meta(one)["creationTimestamp"]) for one in (pod, other))
        return younger(pod, other, made, made_other) if made != made_other else 0

    return sorted(pods, key=cmp_to_key(compare))


class ReplicaSets:
    """Keeps the number of Pods of ReplicaSets."""

    name = "replicaset-controller"
    watches = (SETS, PODS)

    def keys(
        self, view: View, resource: str, before: Obj | None, after: Obj | None
    ) -> Iterable[Key]:
        """The set; for a Pod its set, its former set, or those that might adopt it."""
        changed = after or before or {}
        namespace = namespace_of(changed)
        if resource == SETS:
            return (Key(namespace, name_of(changed)),) if after is not None else ()
        keys: dict[Key, None] = {}
        for one in (before, after):
            owner = controller_of(one) if one is not None else None
            if owner is not None and owner.get("kind") == "ReplicaSet":
                keys[Key(namespace, str(owner.get("name", "")))] = None
        if after is not None and controller_of(after) is None:
            for found in view.list(SETS, namespace):
                if selectors.of_object(dig(found, "spec", "selector"))(after):
                    keys[Key(namespace, name_of(found))] = None
        return list(keys)

    def sync(self, view: View, key: Key) -> Plan:
        """Make or delete what is missing or too much.

        Raises:
            Retry: A write was refused.
        """
        found = view.get(SETS, key.namespace, key.name)
        if found is None:
            return
        pods = yield from claimed(view, found, PODS)
        active = [
            one
            for one in pods
            if dig(one, "status", "phase") not in FINISHED and not terminating(one)
        ]
        failure = ""
        if not terminating(found):
            difference = int(dig(found, "spec", "replicas", default=1)) - len(active)
            if difference > 0:
                failure = yield from self._create(found, min(difference, BURST))
            elif difference < 0:
                failure = yield from self._delete(view, found, active, min(-difference, BURST))
        again = yield from self._status(view, found, failure)
        if failure:
            raise Retry(failure)
        if again is not None:
            yield Again(again)

    @staticmethod
    def _create(found: Obj, count: int) -> Generator[Action, Outcome, str]:
        """Make Pods; the first refusal ends it and is told."""
        template = dig(found, "spec", "template", default={})
        for _ in range(count):
            metadata: dict[str, Any] = {
                "generateName": f"{name_of(found)}-",
                "namespace": namespace_of(found),
                "labels": dict(labels_of(template)),
                "ownerReferences": [reference_to(found)],
            }
            for part in ("annotations", "finalizers"):
                if meta(template).get(part):
                    metadata[part] = copy_of(meta(template))[part]
            spec = copy_of(template.get("spec") or {})
            outcome = yield Create(
                PODS, {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}
            )
            if isinstance(outcome, ApiError):
                text = f"Error creating: {outcome.message}"
                yield Record(found, "Warning", "FailedCreate", text)
                return outcome.message
            text = f"Created pod: {name_of(outcome or {})}"
            yield Record(found, "Normal", "SuccessfulCreate", text)
        return ""

    @staticmethod
    def _delete(
        view: View, found: Obj, active: list[Obj], count: int
    ) -> Generator[Action, Outcome, str]:
        for pod in in_order_of_deletion(view, found, active)[:count]:
            outcome = yield Delete(PODS, namespace_of(pod), name_of(pod), uid_of(pod))
            if isinstance(outcome, ApiError):
                if outcome.reason == "NotFound":
                    continue
                text = f"Error deleting: {outcome.message}"
                yield Record(found, "Warning", "FailedDelete", text)
                return outcome.message
            yield Record(found, "Normal", "SuccessfulDelete", f"Deleted pod: {name_of(pod)}")
        return ""

    @staticmethod
    def _status(view: View, found: Obj, failure: str) -> Generator[Action, Outcome, float | None]:
        """Write the status; in how many seconds the next Pod will be available."""
        current = view.get(SETS, namespace_of(found), name_of(found))
        if current is None:
            return None
        pods = [
            one
            for one in view.owned(PODS, uid_of(found))
            if dig(one, "status", "phase") not in FINISHED
        ]
        active = [one for one in pods if not terminating(one)]
        wanted = dig(current, "spec", "template", "metadata", "labels", default={})
        seconds = int(dig(current, "spec", "minReadySeconds", default=0))
        ages = [view.now - since for one in active if (since := ready_since(one)) is not None]
        labels = wanted.items()
        counts = {
            "fullyLabeledReplicas": sum(1 for one in active if labels <= labels_of(one).items()),
            "readyReplicas": len(ages),
            "availableReplicas": sum(1 for age in ages if age >= seconds),
        }
        status: dict[str, Any] = {
            "replicas": len(active),
            **{name: count for name, count in counts.items() if count},
            "terminatingReplicas": len(pods) - len(active),
            "observedGeneration": meta(current).get("generation", 1),
        }
        old = {one["type"]: one for one in dig(current, "status", "conditions", default=())}.get(
            "ReplicaFailure"
        )
        if failure:
            few = len(active) < int(dig(current, "spec", "replicas", default=1))
            new = {
                "type": "ReplicaFailure",
                "status": "True",
                "lastTransitionTime": timestamp(view.now),
                "reason": "FailedCreate" if few else "FailedDelete",
                "message": failure,
            }
            status["conditions"] = [old or new]
        if status != (current.get("status") or {}):
            outcome = yield UpdateStatus(SETS, {**current, "status": status})
            if isinstance(outcome, ApiError) and outcome.reason != "NotFound":
                raise Retry(outcome.message)
        return min((seconds - age for age in ages if age < seconds), default=None)

"""Deployments: one ReplicaSet for each template, and Pods moved from the old to the new.

Source: pkg/controller/deployment/deployment_controller.go (syncDeployment), sync.go, v1.36.
"""

from collections.abc import Iterable

from tutor.offline import selectors
from tutor.offline.controllers.deployment import progress
from tutor.offline.controllers.deployment.rollout import is_scaled, recreate, rescale, roll
from tutor.offline.controllers.deployment.sets import (
    DEPLOYMENTS,
    PODS,
    SETS,
    Work,
    by_age,
    count,
    limits,
    replicas_of,
    revision_of,
    rolls,
    sync_revision,
    total_of,
)
from tutor.offline.controllers.replicaset import claimed
from tutor.offline.errors import ApiError
from tutor.offline.objects import (
    Obj,
    controller_of,
    dig,
    meta,
    name_of,
    namespace_of,
    terminating,
    uid_of,
)
from tutor.offline.plan import Again, Delete, Key, Plan, Retry, View


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
        work = Work.of(view, deployment, sets)
        if terminating(deployment):
            yield from sync_revision(work, make=False)
            yield from _status(work, judge=False)
            return
        if (status := progress.pausing(deployment, view.now)) is not None:
            yield from work.write_status(status, {})
        paused = dig(deployment, "spec", "paused", default=False)
        yield from sync_revision(work, make=False)
        if paused or is_scaled(work):
            yield from rescale(work)
            if paused:
                yield from _clean_up(work)
            yield from _status(work, judge=False)
            return
        settled = yield from (roll(work) if rolls(deployment) else recreate(work))
        if settled and progress.complete(work.deployment, work.deployment.get("status") or {}):
            yield from _clean_up(work)
        yield from _status(work, judge=True)


def _clean_up(work: Work) -> Plan:
    """Delete empty old sets beyond the limit, those of the lowest revision first."""
    limit = dig(work.deployment, "spec", "revisionHistoryLimit")
    if limit is None:
        return
    alive = [one for one in work.old if not terminating(one)]
    alive.sort(key=by_age)
    alive.sort(key=revision_of)
    for one in alive[: max(0, len(alive) - int(limit))]:
        seen = dig(one, "status", "observedGeneration", default=0)
        if count([one], "replicas") or replicas_of(one) or meta(one).get("generation", 0) > seen:
            continue
        outcome = yield Delete(SETS, namespace_of(one), name_of(one), uid_of(one))
        if isinstance(outcome, ApiError) and outcome.reason != "NotFound":
            raise Retry(outcome.message)


def _counted(work: Work) -> Obj:
    """The numbers of the status, and whether enough Pods are available (``calculateStatus``)."""
    sets, deployment = work.all, work.deployment
    old = deployment.get("status") or {}
    available = count(sets, "availableReplicas")
    numbers = {
        "replicas": count(sets, "replicas"),
        "updatedReplicas": count([work.new] if work.new else [], "replicas"),
        "readyReplicas": count(sets, "readyReplicas"),
        "availableReplicas": available,
        "unavailableReplicas": max(0, total_of(sets) - available),
    }
    status: Obj = {
        "observedGeneration": meta(deployment).get("generation", 1),
        **{name: number for name, number in numbers.items() if number},
        "terminatingReplicas": count(sets, "terminatingReplicas"),
        "conditions": list(old.get("conditions") or ()),
    }
    if "collisionCount" in old:
        status["collisionCount"] = old["collisionCount"]
    said = ("True", "MinimumReplicasAvailable", "Deployment has minimum availability.")
    if available < replicas_of(deployment) - limits(deployment)[1]:
        text = "Deployment does not have minimum availability."
        said = ("False", "MinimumReplicasUnavailable", text)
    return progress.with_condition(status, "Available", said, work.view.now)


def _status(work: Work, *, judge: bool) -> Plan:
    """Write the status; with the judgement about progress where a rollout is going on.

    Raises:
        Retry: The write was refused.
    """
    now, old = work.view.now, work.deployment.get("status") or {}
    status = _counted(work)
    if judge:
        status = progress.judged(work.deployment, status, work.new, now)
        status = progress.failing(status, work.new, work.old)
    if not status["conditions"]:
        del status["conditions"]
    if status != old:
        yield from work.write_status(status, {})
    elif judge and (left := progress.left(work.deployment, status, now)) is not None:
        yield Again(left)

"""PodDisruptionBudgets: how many Pods may be taken away, and the eviction that asks.

Source: pkg/controller/disruption/disruption.go, pkg/registry/core/pod/storage/eviction.go, v1.36.
"""

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from tutor.offline import selectors
from tutor.offline.clock import seconds_of, timestamp
from tutor.offline.controllers.nodes.conditions import condition_of, disrupted
from tutor.offline.deletion import DeleteOptions, options_of
from tutor.offline.errors import ApiError
from tutor.offline.objects import (
    Obj,
    controller_of,
    dig,
    labels_of,
    meta,
    name_of,
    namespace_of,
    terminating,
    uid_of,
)
from tutor.offline.plan import Again, Key, Plan, Record, Retry, UpdateStatus, View
from tutor.offline.refusals import bad_request
from tutor.offline.registry import Registry
from tutor.offline.requests import Request
from tutor.offline.resources import named, of_kind

PODS, BUDGETS = "pods", "poddisruptionbudgets.policy"
SCALED = ("statefulsets.apps", "replicasets.apps", "deployments.apps")
DELETION_SECONDS = 120.0
_NO_MORE = "Cannot evict pod as it would violate the pod's disruption budget."
_TOO_MANY = 429


class _Uncountable(Exception):  # noqa: N818  (told in an Event)
    """How many Pods there should be cannot be known."""


class Disruption:
    """Keeps the status of PodDisruptionBudgets."""

    name = "controllermanager"
    watches = (BUDGETS, PODS, *SCALED)

    def keys(
        self, view: View, resource: str, before: Obj | None, after: Obj | None
    ) -> Iterable[Key]:
        """The budget; for a Pod those that select it; for a workload those of its Pods."""
        changed = after or before or {}
        namespace = namespace_of(changed)
        if resource == BUDGETS:
            return (Key(namespace, name_of(changed)),) if after is not None else ()
        budgets = list(view.list(BUDGETS, namespace))
        if not budgets:
            return ()
        if resource != PODS:
            if before is not None and after is not None and before["spec"] == after["spec"]:
                return ()
            return [Key(namespace, name_of(one)) for one in budgets]
        versions = [one for one in (before, after) if one is not None]
        return [
            Key(namespace, name_of(one)) for one in budgets if any(map(_selector(one), versions))
        ]

    def sync(self, view: View, key: Key) -> Plan:
        """Count the Pods of one budget.

        Raises:
            Retry: The write was refused.
        """
        budget = view.get(BUDGETS, key.namespace, key.name)
        if budget is None or terminating(budget):
            return
        pods = [one for one in view.list(PODS, key.namespace) if _selector(budget)(one)]
        if not pods:
            yield Record(budget, "Normal", "NoPods", "No matching pods found")
        try:
            expected, desired = _wanted(view, budget, pods)
        except _Uncountable as problem:
            text = f"Failed to calculate the number of expected pods: {problem}"
            yield Record(budget, "Warning", "CalculateExpectedPodCountFailed", text)
            yield from self._write(view, budget, None, str(problem))
            return
        told = {
            name: at
            for name, at in (dig(budget, "status", "disruptedPods") or {}).items()
            if any(name_of(one) == name and not terminating(one) for one in pods)
            and view.now - seconds_of(at) < DELETION_SECONDS
        }
        healthy = sum(
            1
            for one in pods
            if condition_of(one, "Ready") == "True"
            and not terminating(one)
            and name_of(one) not in told
        )
        allowed = max(0, healthy - desired) if expected > 0 else 0
        status: Obj = {
            "disruptionsAllowed": allowed,
            "currentHealthy": healthy,
            "desiredHealthy": desired,
            "expectedPods": expected,
        }
        if told:
            status["disruptedPods"] = told
            yield Again(DELETION_SECONDS)
        yield from self._write(view, budget, status, "")

    @staticmethod
    def _write(view: View, budget: Obj, status: Obj | None, problem: str) -> Plan:
        old = budget.get("status") or {}
        allowed = (status or {}).get("disruptionsAllowed", 0)
        if problem:
            status = {**old, "disruptionsAllowed": 0}
            reason = "SyncFailed"
        else:
            reason = "SufficientPods" if allowed else "InsufficientPods"
        condition = {
            "type": "DisruptionAllowed",
            "status": "True" if allowed else "False",
            "observedGeneration": meta(budget).get("generation", 1),
            "lastTransitionTime": timestamp(view.now),
            "reason": reason,
            "message": problem,
        }
        for before in old.get("conditions") or ():
            if before.get("type") == "DisruptionAllowed" and (
                before.get("status") == condition["status"]
            ):
                condition["lastTransitionTime"] = before.get("lastTransitionTime")
        new = {
            "observedGeneration": meta(budget).get("generation", 1),
            **(status or {}),
            "conditions": [condition],
        }
        if new == old:
            return
        outcome = yield UpdateStatus(BUDGETS, {**budget, "status": new})
        if isinstance(outcome, ApiError) and outcome.reason != "NotFound":
            raise Retry(outcome.message)


def _selector(budget: Obj) -> selectors.Selector:
    return selectors.of_object(dig(budget, "spec", "selector"))


def _wanted(view: View, budget: Obj, pods: list[Obj]) -> tuple[int, int]:
    """How many Pods there should be, and how many must be healthy."""
    least, most = dig(budget, "spec", "minAvailable"), dig(budget, "spec", "maxUnavailable")
    if most is not None:
        expected = _scale(view, pods)
        return expected, max(0, expected - _part(most, expected))
    if isinstance(least, str):
        expected = _scale(view, pods)
        return expected, _part(least, expected)
    return len(pods), int(least or 0)


def _part(value: int | str, total: int) -> int:
    """A number, or a percentage of a total rounded up."""
    if isinstance(value, int):
        return value
    share = Fraction(int(value.rstrip("%")), 100) * total
    return -(-share.numerator // share.denominator)


def _scale(view: View, pods: list[Obj]) -> int:
    """The replicas of the workloads behind these Pods."""
    counts: dict[str, int] = {}
    for pod in pods:
        owner = _workload(view, pod)
        if owner is None:
            raise _Uncountable(f'found no controller ref for pod "{name_of(pod)}"')
        counts[uid_of(owner)] = int(dig(owner, "spec", "replicas", default=1))
    return sum(counts.values())


def _workload(view: View, pod: Obj) -> Obj | None:
    """What says how many Pods of a kind there are: a Deployment rather than its ReplicaSet."""
    found: Obj | None = None
    current = pod
    while (reference := controller_of(current)) is not None:
        resource = of_kind(reference.get("apiVersion", ""), reference.get("kind", ""))
        if resource is None or resource.name not in SCALED:
            break
        owner = view.get(resource.name, namespace_of(pod), reference.get("name", ""))
        if owner is None or uid_of(owner) != reference.get("uid"):
            break
        found = current = owner
    return found


# -- eviction


def serve_evictions(registry: Registry) -> None:
    """Have the registry answer ``pods/eviction``."""
    registry.handlers[PODS, "eviction"] = lambda request, body: evict(registry, request, body)


def evict(registry: Registry, request: Request, body: Any) -> Obj:  # noqa: ANN401
    """Delete a Pod if its budgets allow it; the answer is a Status.

    Raises:
        ApiError: 404, 429 where a budget forbids it, 500 with more than one budget.
    """
    asked = body if isinstance(body, dict) else {}
    named_pod = dig(asked, "metadata", "name", default=request.name)
    if named_pod != request.name:
        raise bad_request("name in URL does not match name in Eviction object")
    pod = registry.get(request.resource, request.namespace, request.name)
    options = options_of(asked.get("deleteOptions"))
    dry = request.dry_run or options.dry_run
    if dig(pod, "status", "phase") not in ("Succeeded", "Failed", "Pending") and not terminating(
        pod
    ):
        _spend(registry, request, pod, dry=dry)
    if not dry and not terminating(pod):
        reason, text = "EvictionByEvictionAPI", "Eviction API: evicting"
        status = disrupted(pod, registry.clock.now, reason, text)
        write = _write_of(request, PODS, name_of(pod))
        registry.update(write, {**pod, "status": status})
    delete = Request(
        "delete",
        request.resource,
        request.namespace,
        request.name,
        dry_run=dry,
        user=request.user,
        field_manager=request.field_manager,
    )
    wanted = DeleteOptions(
        options.grace_seconds,
        options.propagation,
        options.orphan_dependents,
        options.uid or uid_of(pod),
        dry_run=dry,
    )
    registry.delete(delete, wanted)
    return {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "code": 201}


def _write_of(request: Request, resource: str, name: str) -> Request:
    return Request(
        "update",
        named(resource),
        request.namespace,
        name,
        "status",
        field_manager="kube-apiserver",
        user="system:apiserver",
        trusted=True,
    )


def _spend(registry: Registry, request: Request, pod: Obj, *, dry: bool) -> None:
    """Take one disruption from the Pod's budget, or refuse."""
    if not labels_of(pod):
        return
    budgets = [one for one in registry.view.list(BUDGETS, request.namespace) if _selector(one)(pod)]
    if not budgets:
        return
    if len(budgets) > 1:
        raise ApiError(
            500,
            "InternalError",
            "Internal error occurred: This pod has more than one PodDisruptionBudget, which the "
            "eviction subresource does not support.",
            {
                "causes": [
                    {
                        "message": "This pod has more than one PodDisruptionBudget, which the "
                        "eviction subresource does not support."
                    }
                ]
            },
        )
    (budget,) = budgets
    status = budget.get("status") or {}
    healthy, desired = status.get("currentHealthy", 0), status.get("desiredHealthy", 0)
    if condition_of(pod, "Ready") != "True":
        policy = dig(budget, "spec", "unhealthyPodEvictionPolicy", default="IfHealthyBudget")
        if policy == "AlwaysAllow" or (healthy >= desired > 0):
            return
    name = name_of(budget)
    if status.get("observedGeneration", 0) < meta(budget).get("generation", 0):
        text = f"The disruption budget {name} is still being processed by the server."
        raise _refused(text, 10)
    allowed = status.get("disruptionsAllowed", 0)
    if allowed <= 0:
        raise _refused(
            f"The disruption budget {name} needs {desired} healthy pods and has {healthy} "
            "currently",
            0,
        )
    if dry:
        return
    told = {**(status.get("disruptedPods") or {}), name_of(pod): timestamp(registry.clock.now)}
    spent = {**status, "disruptionsAllowed": allowed - 1, "disruptedPods": told}
    registry.update(_write_of(request, BUDGETS, name), {**budget, "status": spent})


def _refused(why: str, seconds: int) -> ApiError:
    details: dict[str, Any] = {"causes": [{"reason": "DisruptionBudget", "message": why}]}
    if seconds:
        details["retryAfterSeconds"] = seconds
    return ApiError(_TOO_MANY, "TooManyRequests", _NO_MORE, details)

"""PodDisruptionBudgets: how many Pods may be taken away.

Source: pkg/controller/disruption/disruption.go, v1.36.
"""

from collections.abc import Iterable
from fractions import Fraction

from tutor.offline import selectors
from tutor.offline.clock import seconds_of, timestamp
from tutor.offline.controllers.nodes.conditions import condition_of
from tutor.offline.errors import ApiError
from tutor.offline.integers import percentage
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
from tutor.offline.plan import Again, Key, Plan, Record, Retry, UpdateStatus, View
from tutor.offline.resources import of_kind

PODS, BUDGETS = "pods", "poddisruptionbudgets.policy"
SCALED = ("statefulsets.apps", "replicasets.apps", "deployments.apps")
DELETION_SECONDS = 120.0


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
            Key(namespace, name_of(one)) for one in budgets if any(map(selector_of(one), versions))
        ]

    def sync(self, view: View, key: Key) -> Plan:
        """Count the Pods of one budget.

        Raises:
            Retry: The write was refused.
        """
        budget = view.get(BUDGETS, key.namespace, key.name)
        if budget is None or terminating(budget):
            return
        pods = [one for one in view.list(PODS, key.namespace) if selector_of(budget)(one)]
        if not pods:
            yield Record(budget, "Normal", "NoPods", "No matching pods found")
        if (alone := _unmanaged(budget, pods)) is not None:
            yield alone
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


def selector_of(budget: Obj) -> selectors.Selector:
    """Which Pods a budget speaks of."""
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


def _unmanaged(budget: Obj, pods: list[Obj]) -> Record | None:
    """What is told of Pods that nobody makes anew, where their number would have to be known."""
    spec = budget.get("spec") or {}
    if spec.get("maxUnavailable") is None and not isinstance(spec.get("minAvailable"), str):
        return None
    if all(controller_of(pod) is not None for pod in pods):
        return None
    selector = spec.get("selector") or {}
    labels = "".join(
        f"{name}: {value}," for name, value in sorted((selector.get("matchLabels") or {}).items())
    )
    parts = "".join(
        f"LabelSelectorRequirement{{Key:{one.get('key', '')},Operator:{one.get('operator', '')},"
        f"Values:[{' '.join(one.get('values') or ())}],}},"
        for one in selector.get("matchExpressions") or ()
    )
    shown = (
        f"&LabelSelector{{MatchLabels:map[string]string{{{labels}}},"
        f"MatchExpressions:[]LabelSelectorRequirement{{{parts}}},}}"
    )
    text = (
        f"Pods selected by this PodDisruptionBudget (selector: {shown}) were found to be "
        "unmanaged. As a result, the status of the PDB cannot be calculated correctly, which may "
        "result in undefined behavior. To account for these pods please set "
        '".spec.minAvailable" field of the PDB to an integer value.'
    )
    return Record(budget, "Warning", "UnmanagedPods", text)


def _part(value: int | str, total: int) -> int:
    """A number, or a percentage of a total rounded up."""
    if isinstance(value, int):
        return value
    share = Fraction(percentage(value), 100) * total
    return -(-share.numerator // share.denominator)


def _scale(view: View, pods: list[Obj]) -> int:
    """The replicas of the workloads behind these Pods."""
    counts: dict[str, int] = {}
    for pod in pods:
        if controller_of(pod) is None:
            continue
        owner = _workload(view, pod)
        if owner is None:
            raise _Uncountable(f'found no controllers for pod "{name_of(pod)}"')
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

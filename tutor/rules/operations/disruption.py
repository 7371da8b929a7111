"""PodDisruptionBudgets and autoscalers that point at the set."""

import re
from collections.abc import Iterator
from itertools import islice

from tutor.manifest.documents import Document
from tutor.manifest.nodes import Data
from tutor.model.findings import Finding, Severity
from tutor.model.nearest import nearest
from tutor.rules.catalogue import Rule, rule
from tutor.rules.objects import Objects, namespace, pod_labels
from tutor.rules.selectors import labels, matches
from tutor.rules.shapes import at, dig, integer, mapping, string
from tutor.rules.values import shown

_PERCENT = re.compile(r"([0-9]{1,6})%\Z")
_MANY = 500
_REPLICATED = ("StatefulSet", "Deployment", "ReplicaSet", "ReplicationController")


def _budgets(objects: Objects) -> tuple[Document, ...]:
    return objects.of("PodDisruptionBudget", "policy/v1")


def _protected(objects: Objects, budget: Document) -> list[Document]:
    """Workloads whose Pods a budget selects."""
    selector = dig(budget.data, "spec", "selector")
    where = namespace(budget)
    wanted = labels(dig(selector, "matchLabels"))
    if wanted:
        candidates = objects.workloads_with(wanted, where)
    else:
        candidates = (w for w in objects.workloads if namespace(w) == where)
    return [w for w in islice(candidates, _MANY) if matches(selector, pod_labels(w) or {}) is True]


@rule(
    "STS406",
    Severity.WARNING,
    source="pkg/controller/disruption/disruption.go getExpectedPodCount; kubernetes#66811",
    mistakes=("M50",),
    variants=("", "min"),
)
def budget_allows_a_disruption(this: Rule, objects: Objects) -> Iterator[Finding]:
    """A PodDisruptionBudget never lets a Pod go, so a node is never drained."""
    for budget in _budgets(objects):
        spec = mapping(budget.data.get("spec"))
        most, least = spec.get("maxUnavailable"), spec.get("minAvailable")
        if (most is None) == (least is None):
            continue
        protected = _protected(objects, budget)
        statefulset = next((w for w in protected if w.kind == "StatefulSet"), None)
        if statefulset is None:
            continue
        count = _count(objects, protected)
        field, value = ("maxUnavailable", most) if least is None else ("minAvailable", least)
        if _allows_none(field, value, count):
            yield this.finding(
                budget,
                ("spec", field),
                variant="min" if most is None else "",
                found=shown(value),
                needed=1,
                name=shown(budget.name),
                set=statefulset.name,
                replicas=str(count) if count is not None else "–",
                at=at(statefulset, ("metadata", "name"), budget),
            )


def _allows_none(field: str, value: Data, count: int | None) -> bool:
    """Whether a budget of so many Pods lets none go. Percentages are rounded up."""
    share = _PERCENT.match(string(value))
    number = integer(value)
    if count == 0 or (share is None and number is None):
        return False
    if field == "maxUnavailable":
        return number == 0 or (share is not None and int(share[1]) == 0)
    if share is not None and (count is None or int(share[1]) >= 100):
        return int(share[1]) >= 100
    if share is not None and count is not None:
        number = -(-int(share[1]) * count // 100)
    return count is not None and number is not None and number >= count


def _count(objects: Objects, protected: list[Document]) -> int | None:
    """How many Pods the workloads want; None where the files do not tell."""
    total = 0
    for workload in protected:
        count = integer(dig(workload.data, "spec", "replicas"))
        key = (namespace(workload), workload.kind, workload.name)
        if count is None or workload.kind not in _REPLICATED or key in objects.autoscaled:
            return None
        total += count
    return total


@rule(
    "STS407",
    Severity.ADVICE,
    source="website: tasks/run-application/configure-pdb (specify the label selector)",
)
def budget_selects_its_pods(this: Rule, objects: Objects) -> Iterator[Finding]:
    """A PodDisruptionBudget named after a set selects no Pod of these files."""
    for budget in _budgets(objects):
        wanted = labels(dig(budget.data, "spec", "selector", "matchLabels"))
        if not wanted or _protected(objects, budget):
            continue
        statefulset = _namesake(objects, budget)
        pod = pod_labels(statefulset) if statefulset is not None else None
        if statefulset is None or not pod:
            continue
        for key, value in wanted.items():
            if pod.get(key) != value:
                yield this.finding(
                    budget,
                    ("spec", "selector", "matchLabels", key),
                    found=shown(f"{key}: {value}"),
                    needed=tuple(shown(f"{k}: {v}") for k, v in islice(sorted(pod.items()), 5)),
                    name=shown(budget.name),
                    set=statefulset.name,
                    at=at(statefulset, ("spec", "template", "metadata", "labels"), budget),
                )
                break


def _namesake(objects: Objects, budget: Document) -> Document | None:
    """The set a budget is named after (``web``, ``web-pdb``, ``pdb-web``)."""
    bare = budget.name.removesuffix("-pdb").removeprefix("pdb-")
    for statefulset in objects.statefulsets:
        if statefulset.name == bare and objects.same_namespace(statefulset, budget):
            return statefulset
    return None


@rule(
    "STS409",
    Severity.WARNING,
    source="website: concepts/workloads/controllers/statefulset #replicas",
    mistakes=("M54",),
)
def autoscaled_set_leaves_replicas_out(this: Rule, objects: Objects) -> Iterator[Finding]:
    """``replicas`` is written although an autoscaler decides it: each apply resets it."""
    for statefulset in objects.statefulsets if objects.autoscaled else ():
        key = (namespace(statefulset), "StatefulSet", statefulset.name)
        scaler = objects.autoscaled.get(key)
        found = integer(dig(statefulset.data, "spec", "replicas"))
        if scaler is not None and found is not None:
            yield this.finding(
                statefulset,
                "spec.replicas",
                key=True,
                found=found,
                kind=scaler.kind,
                name=shown(scaler.name),
                at=at(scaler, ("metadata", "name"), statefulset),
            )


@rule(
    "STS418",
    Severity.WARNING,
    source="pkg/controller/podautoscaler/horizontal.go reconcileAutoscaler (FailedGetScale)",
    variants=("kind", "version", "name"),
)
def autoscaler_finds_its_target(this: Rule, objects: Objects) -> Iterator[Finding]:
    """An autoscaler names a kind or a version that the set of that name does not have."""
    if not objects.autoscaled:
        return
    sets = {(namespace(s), s.name): s for s in objects.statefulsets if s.name}
    others = {(namespace(w), w.kind, w.name) for w in objects.workloads}
    for (where, kind, name), scaler in objects.autoscaled.items():
        ref = mapping(dig(scaler.data, "spec", "scaleTargetRef"))
        api_version = string(ref.get("apiVersion")) or "apps/v1"
        statefulset = sets.get((where, name))
        if statefulset is None:
            known = [n for place, n in islice(sets, 200) if place == where]
            close = nearest(name, known) if name and kind == "StatefulSet" else ""
            if close:
                statefulset = sets[where, close]
                variant, path, found, needed = "name", "name", name, close
        elif kind == "StatefulSet" and api_version.startswith("apps/"):
            variant, path, found, needed = "version", "apiVersion", api_version, "apps/v1"
            if api_version == "apps/v1":
                continue
        elif kind == "Deployment" and (where, kind, name) not in others:
            variant, path, found, needed = "kind", "kind", kind, "StatefulSet"
        else:
            continue
        if statefulset is not None:
            yield this.finding(
                scaler,
                ("spec", "scaleTargetRef", path),
                variant=variant,
                found=shown(found),
                needed=needed,
                kind=scaler.kind,
                name=shown(scaler.name),
                set=statefulset.name,
                at=at(statefulset, ("metadata", "name"), scaler),
            )

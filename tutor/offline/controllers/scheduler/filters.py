"""Why a Pod cannot go to a node: the scheduler's filter plugins, in their order.

Source: pkg/scheduler/framework/plugins/*, v1.36; the texts are the plugins' own.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from tutor.offline import selectors
from tutor.offline.controllers.scheduler.tally import (
    Placed,
    Tally,
    amount,
    host_ports,
    requests_of,
)
from tutor.offline.controllers.scheduler.volumes import Storage
from tutor.offline.controllers.storage import node_matches
from tutor.offline.objects import Obj, dig, labels_of, name_of, namespace_of, terminating
from tutor.offline.plan import View

UNSCHEDULABLE_TAINT = {"key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule"}
_ANY_ADDRESS = "0.0.0.0"  # noqa: S104


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a node will not do.

    Attributes:
        reasons: As the message counts them.
        final: No preemption could help.
    """

    reasons: tuple[str, ...]
    final: bool


@dataclass(frozen=True, slots=True)
class Case:
    """One Pod to be placed, and what there is."""

    view: View
    pod: Obj
    nodes: Sequence[Obj]
    tally: Tally
    storage: Storage

    @property
    def spec(self) -> Obj:
        """The Pod's spec."""
        return self.pod.get("spec") or {}


def tolerates(tolerations: Sequence[Obj], taint: Mapping[str, str]) -> bool:
    """Whether one of these tolerations meets a taint."""
    return any(tolerates_with(one, taint) for one in tolerations)


def tolerates_with(toleration: Obj, taint: Mapping[str, str]) -> bool:
    """Whether a toleration meets a taint."""
    effect, key = toleration.get("effect") or "", toleration.get("key") or ""
    if effect and effect != taint.get("effect"):
        return False
    if key and key != taint.get("key"):
        return False
    operator = toleration.get("operator") or "Equal"
    if operator == "Exists":
        return True
    return operator == "Equal" and (toleration.get("value") or "") == (taint.get("value") or "")


def _unschedulable(case: Case, node: Obj) -> Refusal | None:
    if dig(node, "spec", "unschedulable", default=False) and not tolerates(
        case.spec.get("tolerations") or (), UNSCHEDULABLE_TAINT
    ):
        return Refusal(("node(s) were unschedulable",), final=True)
    return None


def untolerated(tolerations: Sequence[Obj], node: Obj) -> bool:
    """Whether a node has a taint that keeps away who has these tolerations."""
    return any(
        taint.get("effect") in ("NoSchedule", "NoExecute") and not tolerates(tolerations, taint)
        for taint in dig(node, "spec", "taints", default=())
    )


def _taints(case: Case, node: Obj) -> Refusal | None:
    if untolerated(case.spec.get("tolerations") or (), node):
        return Refusal(("node(s) had untolerated taint(s)",), final=True)
    return None


def likes(pod: Obj, node: Obj) -> bool:
    """Whether nodeSelector and required node affinity of a Pod allow a node."""
    wanted = dig(pod, "spec", "nodeSelector", default={})
    if not wanted.items() <= labels_of(node).items():
        return False
    terms = dig(
        pod,
        "spec",
        "affinity",
        "nodeAffinity",
        "requiredDuringSchedulingIgnoredDuringExecution",
        "nodeSelectorTerms",
    )
    return node_matches(terms, node)


def _affinity(case: Case, node: Obj) -> Refusal | None:
    if likes(case.pod, node):
        return None
    return Refusal(("node(s) didn't match Pod's node affinity/selector",), final=True)


def _ports(case: Case, node: Obj) -> Refusal | None:
    wanted = host_ports(case.pod)
    if not wanted:
        return None
    for placed in case.tally.on(name_of(node)):
        for protocol, number, address in placed.ports:
            for asked, wish, at in wanted:
                meets = address == at or _ANY_ADDRESS in (address, at)
                if (protocol, number) == (asked, wish) and meets:
                    reason = "node(s) didn't have free ports for the requested pod ports"
                    return Refusal((reason,), final=False)
    return None


def _resources(case: Case, node: Obj) -> Refusal | None:
    room = dig(node, "status", "allocatable", default={})
    used = case.tally.used(name_of(node))
    reasons, final = [], False
    if "pods" in room and (case.tally.count(name_of(node)) + 1) * amount(1) > amount(room["pods"]):
        reasons.append("Too many pods")
    for name, wanted in sorted(requests_of(case.pod).items()):
        there = amount(room.get(name, "0"))
        if wanted > there - used.get(name, 0):
            reasons.append(f"Insufficient {name}")
            final = final or wanted > there
    return Refusal(tuple(reasons), final=final) if reasons else None


def _volumes(case: Case, node: Obj) -> Refusal | None:
    reasons, final = case.storage.refuse(node)
    return Refusal(reasons, final=final) if reasons else None


def selector_of(case: Case, constraint: Obj) -> Callable[[Obj], bool]:
    """Which Pods a spread constraint counts: those it selects, of the same matchLabelKeys."""
    labels = {
        key: labels_of(case.pod)[key]
        for key in constraint.get("matchLabelKeys") or ()
        if key in labels_of(case.pod)
    }
    selects = selectors.of_object(constraint.get("labelSelector"))
    return lambda pod: selects(pod) and labels.items() <= labels_of(pod).items()


def _counted(case: Case, constraint: Obj, keys: Sequence[str]) -> dict[str, int]:
    """How many Pods each domain has; of nodes that are no choice only where that is asked for."""
    selects, key = selector_of(case, constraint), str(constraint.get("topologyKey", ""))
    tolerations = case.spec.get("tolerations") or ()
    counts: dict[str, int] = {}
    for node in case.nodes:
        if any(one not in labels_of(node) for one in keys):
            continue
        if constraint.get("nodeAffinityPolicy", "Honor") == "Honor" and not likes(case.pod, node):
            continue
        if constraint.get("nodeTaintsPolicy") == "Honor" and untolerated(tolerations, node):
            continue
        domain = labels_of(node)[key]
        counts[domain] = counts.get(domain, 0) + sum(
            1
            for placed in case.tally.on(name_of(node))
            if namespace_of(placed.pod) == namespace_of(case.pod)
            and not terminating(placed.pod)
            and selects(placed.pod)
        )
    return counts


def _spread(case: Case, node: Obj) -> Refusal | None:
    """Hard topology spread constraints.

    Source: plugins/podtopologyspread/filtering.go.
    """
    hard = [
        one
        for one in case.spec.get("topologySpreadConstraints") or ()
        if one.get("whenUnsatisfiable") == "DoNotSchedule"
    ]
    keys = [str(one.get("topologyKey", "")) for one in hard]
    base = "node(s) didn't match pod topology spread constraints"
    for constraint, key in zip(hard, keys, strict=True):
        domain = labels_of(node).get(key)
        if domain is None:
            return Refusal((f"{base} (missing required label)",), final=True)
        counts = _counted(case, constraint, keys)
        least = min(counts.values(), default=0)
        if len(counts) < constraint.get("minDomains", 1):
            least = 0
        own = 1 if selector_of(case, constraint)(case.pod) else 0
        if counts.get(domain, 0) + own - least > constraint.get("maxSkew", 1):
            return Refusal((base,), final=False)
    return None


def meets_term(case: Case, term: Obj, namespace: str, pod: Obj) -> bool:
    """Whether a Pod is one that an affinity term of another Pod's speaks of.

    Args:
        case: The cluster.
        term: The term.
        namespace: Of the Pod whose term it is.
        pod: The other Pod.
    """
    if namespace_of(pod) not in _namespaces(case, term, namespace):
        return False
    return selectors.of_object(term.get("labelSelector"))(pod)


def _namespaces(case: Case, term: Obj, namespace: str) -> set[str]:
    named, chosen = set(term.get("namespaces") or ()), term.get("namespaceSelector")
    if chosen is None:
        return named or {namespace}
    selects = selectors.of_object(chosen)
    return named | {name_of(one) for one in case.view.list("namespaces") if selects(one)}


def _terms(pod: Obj, kind: str) -> Sequence[Obj]:
    found: Sequence[Obj] = dig(
        pod,
        "spec",
        "affinity",
        kind,
        "requiredDuringSchedulingIgnoredDuringExecution",
        default=(),
    )
    return found


def together(case: Case, placed: Placed, node: Obj, key: str) -> bool:
    """Whether a placed Pod and a node lie in one domain."""
    here = labels_of(node).get(key)
    other = case.view.get("nodes", "", placed.node)
    return here is not None and other is not None and labels_of(other).get(key) == here


def _neighbours(case: Case, node: Obj) -> Refusal | None:
    """Required affinity and anti-affinity between Pods.

    Source: plugins/interpodaffinity/filtering.go.
    """
    namespace = namespace_of(case.pod)
    for term in _terms(case.pod, "podAffinity"):
        key = str(term.get("topologyKey", ""))
        known = [
            one for one in case.tally.everything() if meets_term(case, term, namespace, one.pod)
        ]
        first = not known and meets_term(case, term, namespace, case.pod)
        if key not in labels_of(node) or not (
            first or any(together(case, one, node, key) for one in known)
        ):
            return Refusal(("node(s) didn't match pod affinity rules",), final=True)
    for term in _terms(case.pod, "podAntiAffinity"):
        key = str(term.get("topologyKey", ""))
        for one in case.tally.everything():
            if meets_term(case, term, namespace, one.pod) and together(case, one, node, key):
                return Refusal(("node(s) didn't match pod anti-affinity rules",), final=False)
    for placed in case.tally.averse():
        for term in _terms(placed.pod, "podAntiAffinity"):
            key = str(term.get("topologyKey", ""))
            if meets_term(case, term, namespace_of(placed.pod), case.pod) and together(
                case, placed, node, key
            ):
                reason = "node(s) didn't satisfy existing pods anti-affinity rules"
                return Refusal((reason,), final=False)
    return None


FILTERS: tuple[Callable[[Case, Obj], Refusal | None], ...] = (
    _unschedulable,
    _taints,
    _affinity,
    _ports,
    _resources,
    _volumes,
    _spread,
    _neighbours,
)


def refusal(case: Case, node: Obj) -> Refusal | None:
    """The first reason against a node, if there is one."""
    for one in FILTERS:
        found = one(case, node)
        if found is not None:
            return found
    return None

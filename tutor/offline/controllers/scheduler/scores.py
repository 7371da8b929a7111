"""Which of the nodes that would do a Pod likes best: the preferences it and others state.

Source: pkg/scheduler/framework/plugins/{tainttoleration,nodeaffinity,interpodaffinity,
podtopologyspread}/scoring.go with the weights of the default profile, v1.36.
"""

from collections.abc import Iterator, Mapping, Sequence

from tutor.offline.controllers.scheduler.filters import (
    Case,
    meets_term,
    selector_of,
    together,
    tolerates,
)
from tutor.offline.controllers.scheduler.tally import Placed
from tutor.offline.controllers.storage import term_matches
from tutor.offline.objects import Obj, dig, labels_of, name_of, namespace_of, terminating

MOST = 100.0
_PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution"
_REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"
_TAINTS, _OTHERS = 3, 2
Scores = Mapping[str, float]


def scores(case: Case, nodes: Sequence[Obj]) -> dict[str, float]:
    """How much a Pod likes each of these nodes; the same for all where nothing is preferred."""
    total = {name_of(node): 0.0 for node in nodes}
    parts = (
        (_TAINTS, _upside_down(_bad_taints(case, nodes))),
        (_OTHERS, _share_of_most(_liked_labels(case, nodes))),
        (_OTHERS, _between(_liked_neighbours(case, nodes))),
        (_OTHERS, _few(_crowds(case, nodes))),
    )
    for weight, found in parts:
        for name, score in found.items():
            total[name] += weight * score
    return total


def _share_of_most(found: Scores) -> Scores:
    most = max(found.values(), default=0.0)
    return {name: MOST * value / most for name, value in found.items()} if most else {}


def _upside_down(found: Scores) -> Scores:
    most = max(found.values(), default=0.0)
    return {name: MOST * (1 - value / most) for name, value in found.items()} if most else {}


def _between(found: Scores) -> Scores:
    least, most = min(found.values(), default=0.0), max(found.values(), default=0.0)
    if most == least:
        return {}
    return {name: MOST * (value - least) / (most - least) for name, value in found.items()}


def _few(found: Scores) -> Scores:
    least, most = min(found.values(), default=0.0), max(found.values(), default=0.0)
    if most == least:
        return {}
    return {name: MOST * (most + least - value) / most for name, value in found.items()}


def _bad_taints(case: Case, nodes: Sequence[Obj]) -> Scores:
    """How many taints of a node the Pod would rather not have."""
    tolerations = case.spec.get("tolerations") or ()
    return {
        name_of(node): sum(
            1.0
            for taint in dig(node, "spec", "taints", default=())
            if taint.get("effect") == "PreferNoSchedule" and not tolerates(tolerations, taint)
        )
        for node in nodes
    }


def _liked_labels(case: Case, nodes: Sequence[Obj]) -> Scores:
    terms = dig(case.pod, "spec", "affinity", "nodeAffinity", _PREFERRED, default=())
    if not terms:
        return {}
    return {
        name_of(node): sum(
            float(term.get("weight", 0))
            for term in terms
            if term_matches(term.get("preference") or {}, node)
        )
        for node in nodes
    }


def _wishes(pod: Obj) -> Iterator[tuple[float, Obj]]:
    """The preferences of a Pod about its neighbours, with what each is worth."""
    for kind, sign in (("podAffinity", 1.0), ("podAntiAffinity", -1.0)):
        for term in dig(pod, "spec", "affinity", kind, _PREFERRED, default=()):
            yield sign * float(term.get("weight", 0)), term.get("podAffinityTerm") or {}


def _liked_neighbours(case: Case, nodes: Sequence[Obj]) -> Scores:
    """What neighbours the Pod would have, and how they would like it."""
    wishes = list(_wishes(case.pod))
    found = {name_of(node): 0.0 for node in nodes}

    def credit(placed: Placed, term: Obj, worth: float) -> None:
        key = str(term.get("topologyKey", ""))
        for node in nodes:
            if together(case, placed, node, key):
                found[name_of(node)] += worth

    known = case.tally.everything() if wishes else case.tally.opinionated()
    for placed in known:
        for worth, term in wishes:
            if meets_term(case, term, namespace_of(case.pod), placed.pod):
                credit(placed, term, worth)
        theirs = list(_wishes(placed.pod))
        theirs += [
            (1.0, term)
            for term in dig(placed.pod, "spec", "affinity", "podAffinity", _REQUIRED, default=())
        ]
        for worth, term in theirs:
            if meets_term(case, term, namespace_of(placed.pod), case.pod):
                credit(placed, term, worth)
    return found


def _crowds(case: Case, nodes: Sequence[Obj]) -> Scores:
    """How many Pods a soft spread constraint would rather have elsewhere."""
    found: dict[str, float] = {}
    for constraint in case.spec.get("topologySpreadConstraints") or ():
        if constraint.get("whenUnsatisfiable") != "ScheduleAnyway":
            continue
        key = str(constraint.get("topologyKey", ""))
        selects = selector_of(case, constraint)
        counts: dict[str, int] = {}
        for node in case.nodes:
            domain = labels_of(node).get(key)
            if domain is not None:
                counts[domain] = counts.get(domain, 0) + sum(
                    1
                    for placed in case.tally.on(name_of(node))
                    if namespace_of(placed.pod) == namespace_of(case.pod)
                    and not terminating(placed.pod)
                    and selects(placed.pod)
                )
        worst = max(counts.values(), default=0) + 1
        for node in nodes:
            domain = labels_of(node).get(key)
            count = worst if domain is None else counts[domain]
            found[name_of(node)] = found.get(name_of(node), 0.0) + count
    return found

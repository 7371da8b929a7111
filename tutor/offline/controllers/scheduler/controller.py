"""The scheduler: one Pod at a time, to the node that has fewest of its kind.

Every decision can be read from the cluster: filters in the order of the real plugins, then what
the Pod and its neighbours prefer, then the node with the fewest Pods of the same controller in its
zone and on itself, then the emptiest. Of equal nodes the next in turn is taken, where the real one
takes any.

Source: pkg/scheduler/schedule_one.go and framework/types.go (FitError), v1.36.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

from tutor.offline.clock import timestamp
from tutor.offline.controllers.scheduler.filters import Case, Refusal, refusal
from tutor.offline.controllers.scheduler.scores import scores
from tutor.offline.controllers.scheduler.tally import FINISHED, Tally
from tutor.offline.controllers.scheduler.volumes import Storage
from tutor.offline.controllers.storage import CLAIMS, CLASSES, VOLUMES, FreeVolumes, claim_names
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
from tutor.offline.plan import Again, Bind, Key, Plan, Record, Retry, UpdateStatus, View

PODS, NODES = "pods", "nodes"
ZONE = "topology.kubernetes.io/zone"
NOBODY = "no nodes available to schedule pods"
_HELPLESS = "Preemption is not helpful for scheduling"
_NO_VICTIMS = "No preemption victims found for incoming pod"
_FLUSH_SECONDS = 300.0


class Scheduler:
    """Gives Pods their nodes."""

    name = "default-scheduler"
    watches = (PODS, NODES, CLAIMS, VOLUMES, CLASSES)

    def __init__(self) -> None:
        self._tally = Tally()
        self._free = FreeVolumes()
        self._pending: dict[Key, None] = {}
        self._sociable: dict[Key, None] = {}
        self._consumers: dict[Key, dict[Key, None]] = {}
        self._mounted: dict[Key, set[Key]] = {}
        self._promised: dict[str, str] = {}
        self._turn = 0

    # -- what it hears

    def keys(
        self, view: View, resource: str, before: Obj | None, after: Obj | None
    ) -> Iterable[Key]:
        """The Pod itself while it has no node; every waiting Pod that a change may help."""
        if resource == PODS:
            return self._keys_of_pod(before, after)
        if resource == CLAIMS:
            changed = after or before or {}
            return list(self._consumers.get(Key(namespace_of(changed), name_of(changed)), ()))
        if resource == VOLUMES:
            self._free.update(before, after)
            if before is not None and after is not None and before["spec"] == after["spec"]:
                return ()
            reference = dig(after or before or {}, "spec", "claimRef")
            if reference is not None:
                claim = Key(reference.get("namespace", ""), reference.get("name", ""))
                return list(self._consumers.get(claim, ()))
            return list(self._pending)
        if resource == NODES and before is not None and after is not None:
            parts = (("spec",), ("metadata", "labels"), ("status", "allocatable"))
            if all(dig(before, *part) == dig(after, *part) for part in parts):
                return ()
        return list(self._pending)

    def _keys_of_pod(self, before: Obj | None, after: Obj | None) -> list[Key]:
        changed = after or before or {}
        key = Key(namespace_of(changed), name_of(changed))
        freed = self._tally.update(before, after)
        if after is not None and self._concerns(after):
            if key not in self._pending:
                self._pending[key] = None
                if dig(after, "spec", "affinity", "podAffinity") or dig(
                    after, "spec", "topologySpreadConstraints"
                ):
                    self._sociable[key] = None
                for name, _ in claim_names(after):
                    self._consumers.setdefault(Key(key.namespace, name), {})[key] = None
            same = before is not None and before["spec"] == after["spec"]
            return [] if same else [key]
        if key in self._pending:
            del self._pending[key]
            self._sociable.pop(key, None)
            self._promised.pop(uid_of(changed), None)
            for name, _ in claim_names(changed):
                claim = Key(key.namespace, name)
                self._consumers.get(claim, {}).pop(key, None)
                if not self._consumers.get(claim):
                    self._consumers.pop(claim, None)
        there = after is not None and dig(after, "status", "phase") not in FINISHED
        self._mount(key, changed, there=there)
        if before is None or not dig(before, "spec", "nodeName", default=""):
            return list(self._sociable)  # it has just been placed, and labelled with its zone
        if after is not None and labels_of(before) != labels_of(after):
            freed = True
        return list(self._pending) if freed else []

    def _mount(self, key: Key, pod: Obj, *, there: bool) -> None:
        """Remember which claims are mounted by Pods on nodes."""
        for name, _ in claim_names(pod):
            claim = Key(key.namespace, name)
            if there:
                self._mounted.setdefault(claim, set()).add(key)
            elif claim in self._mounted:
                self._mounted[claim].discard(key)
                if not self._mounted[claim]:
                    del self._mounted[claim]

    def _concerns(self, pod: Obj) -> bool:
        spec = pod.get("spec") or {}
        return (
            not spec.get("nodeName")
            and spec.get("schedulerName", self.name) == self.name
            and not spec.get("schedulingGates")
            and not terminating(pod)
            and dig(pod, "status", "phase") not in FINISHED
        )

    # -- what it does

    def sync(self, view: View, key: Key) -> Plan:
        """Place one Pod, or say why it cannot be placed.

        Raises:
            Retry: A write was refused.
        """
        pod = view.get(PODS, key.namespace, key.name)
        if pod is None or not self._concerns(pod):
            return
        nodes = tuple(view.list(NODES))
        if not nodes:
            yield from self._fail(view, pod, NOBODY)
            return
        storage = Storage(
            view, pod, self._free, lambda name: Key(key.namespace, name) in self._mounted
        )
        if storage.problem:
            text = f"0/{len(nodes)} nodes are available: {storage.problem}. not found"
            yield from self._fail(view, pod, text)
            return
        case = Case(view, pod, nodes, self._tally, storage)
        refusals = {name_of(node): refusal(case, node) for node in nodes}
        fitting = [node for node in nodes if refusals[name_of(node)] is None]
        if not fitting:
            found = [one for one in refusals.values() if one is not None]
            yield from self._fail(view, pod, _why(pod, found))
            return
        promised = self._promised.pop(uid_of(pod), "")
        node = next((one for one in fitting if name_of(one) == promised), None)
        if node is None:
            node = self._best(case, fitting)
        if storage.waiting:
            self._promised[uid_of(pod)] = name_of(node)
            for action in storage.bind(node):
                outcome = yield action
                if isinstance(outcome, ApiError):
                    raise Retry(outcome.message)
            return
        outcome = yield Bind(key.namespace, key.name, uid_of(pod), name_of(node))
        if isinstance(outcome, ApiError):
            raise Retry(outcome.message)
        text = f"Successfully assigned {key.namespace}/{key.name} to {name_of(node)}"
        yield Record(pod, "Normal", "Scheduled", text, action="Binding")

    def _best(self, case: Case, fitting: Sequence[Obj]) -> Obj:
        owner = (controller_of(case.pod) or {}).get("uid", "")
        zones: Counter[str] = Counter()
        for node in case.nodes:
            zones[labels_of(node).get(ZONE, "")] += self._tally.of_owner(owner, name_of(node))

        liked = scores(case, fitting)

        def crowd(node: Obj) -> tuple[float, int, int, int]:
            name = name_of(node)
            return (
                -liked[name],
                zones[labels_of(node).get(ZONE, "")],
                self._tally.of_owner(owner, name),
                self._tally.count(name),
            )

        least = min(map(crowd, fitting))
        equal = [node for node in fitting if crowd(node) == least]
        chosen = equal[self._turn % len(equal)]
        self._turn += 1
        return chosen

    def _fail(self, view: View, pod: Obj, message: str) -> Plan:
        yield Record(pod, "Warning", "FailedScheduling", message, action="Scheduling")
        yield Again(_FLUSH_SECONDS)
        conditions = list(dig(pod, "status", "conditions", default=()))
        new = {
            "type": "PodScheduled",
            "observedGeneration": meta(pod).get("generation", 0),
            "status": "False",
            "lastProbeTime": None,
            "lastTransitionTime": timestamp(view.now),
            "reason": "Unschedulable",
            "message": message,
        }
        for index, old in enumerate(conditions):
            if old.get("type") == "PodScheduled":
                if old.get("status") == "False":
                    new["lastTransitionTime"] = old.get("lastTransitionTime")
                if old == new:
                    return
                conditions[index] = new
                break
        else:
            conditions.append(new)
        status = {**(pod.get("status") or {}), "conditions": conditions}
        outcome = yield UpdateStatus(PODS, {**pod, "status": status})
        if isinstance(outcome, ApiError) and outcome.code != 404:
            raise Retry(outcome.message)


def _why(pod: Obj, refusals: Sequence[Refusal]) -> str:
    """The message about a Pod that fits no node (FitError, with what preemption found)."""
    counts = Counter(reason for one in refusals for reason in one.reasons)
    reasons = ", ".join(sorted(f"{count} {reason}" for reason, count in counts.items()))
    total = f"0/{len(refusals)} nodes are available"
    if dig(pod, "spec", "preemptionPolicy") == "Never":
        tail = "not eligible due to preemptionPolicy=Never."
    else:
        help_ = Counter(_HELPLESS if one.final else _NO_VICTIMS for one in refusals)
        found = ", ".join(sorted(f"{count} {reason}" for reason, count in help_.items()))
        tail = f"{total}: {found}."
    return f"{total}: {reasons}. no new claims to deallocate, preemption: {tail}"

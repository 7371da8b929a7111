"""Watching the leases of nodes: who is silent is not ready, and is tainted.

Source: pkg/controller/nodelifecycle/node_lifecycle_controller.go, v1.36. The grace is that of the
recorded cluster: 20 s, where the default is 50.
"""

from collections.abc import Generator, Iterable

from tutor.offline.clock import seconds_of, timestamp
from tutor.offline.controllers.nodes.conditions import (
    NO_EXECUTE,
    NO_SCHEDULE,
    NOT_READY,
    PRESSURES,
    UNREACHABLE,
    UNSCHEDULABLE,
    condition_of,
    taints_of,
)
from tutor.offline.errors import ApiError
from tutor.offline.objects import Obj, dig, meta, name_of, namespace_of, terminating
from tutor.offline.plan import (
    Action,
    Again,
    Key,
    Outcome,
    Plan,
    Record,
    Retry,
    Update,
    UpdateStatus,
    View,
)

NODES, PODS, LEASES = "nodes", "pods", "leases.coordination.k8s.io"
LEASE_NAMESPACE = "kube-node-lease"
GRACE_SECONDS = 20.0
PERIOD_SECONDS = 5.0
_OURS = frozenset({NOT_READY, UNREACHABLE, UNSCHEDULABLE, *PRESSURES.values()})


class NodeLifecycle:
    """Marks silent nodes, taints them, and marks their Pods not Ready."""

    name = "node-controller"
    watches = (NODES, PODS)

    def __init__(self) -> None:
        self._known: dict[str, float] = {}
        self._gone: dict[str, Obj] = {}
        self._on: dict[str, dict[Key, None]] = {}

    def keys(
        self, view: View, resource: str, before: Obj | None, after: Obj | None
    ) -> Iterable[Key]:
        """The node; Pods are only remembered."""
        changed = after or before or {}
        if resource == NODES:
            if after is None:
                self._gone[name_of(changed)] = changed
            return (Key("", name_of(changed)),)
        key = Key(namespace_of(changed), name_of(changed))
        node = dig(changed, "spec", "nodeName", default="")
        if after is None:
            self._on.get(node, {}).pop(key, None)
        elif node:
            self._on.setdefault(node, {})[key] = None
        return ()

    def sync(self, view: View, key: Key) -> Plan:
        """One look at one node.

        Raises:
            Retry: A write was refused.
        """
        node = view.get(NODES, "", key.name)
        gone = self._gone.pop(key.name, None)
        if gone is not None and self._known.pop(key.name, None) is not None:
            text = f"Node {key.name} event: Removing Node {key.name} from Controller"
            yield Record(gone, "Normal", "RemovingNode", text)
        if node is None:
            return
        yield Again(PERIOD_SECONDS)
        if key.name not in self._known:
            self._known[key.name] = view.now
            text = f"Node {key.name} event: Registered Node {key.name} in Controller"
            yield Record(node, "Normal", "RegisteredNode", text)
        lease = view.get(LEASES, LEASE_NAMESPACE, key.name)
        renewed = dig(lease, "spec", "renewTime", default="")
        heard = max(self._known[key.name], seconds_of(renewed) if renewed else 0.0)
        if view.now - heard > GRACE_SECONDS and condition_of(node, "Ready") != "Unknown":
            node = yield from self._silent(view, node)
        yield from self._taint(view, node)
        if condition_of(node, "Ready") != "True":
            yield from self._pods_not_ready(view, key.name)

    @staticmethod
    def _silent(view: View, node: Obj) -> Generator[Action, Outcome, Obj]:
        conditions = [
            {
                **one,
                "status": "Unknown",
                "lastTransitionTime": timestamp(view.now),
                "reason": "NodeStatusUnknown",
                "message": "Kubelet stopped posting node status.",
            }
            for one in dig(node, "status", "conditions", default=())
        ]
        status = {**(node.get("status") or {}), "conditions": conditions}
        outcome = yield UpdateStatus(NODES, {**node, "status": status})
        if isinstance(outcome, ApiError):
            raise Retry(outcome.message)
        text = f"Node {name_of(node)} status is now: NodeNotReady"
        yield Record(node, "Normal", "NodeNotReady", text)
        return outcome or node

    @staticmethod
    def _taint(view: View, node: Obj) -> Plan:
        wanted: list[tuple[str, str]] = []
        ready = condition_of(node, "Ready")
        if ready in ("Unknown", "False"):
            key = UNREACHABLE if ready == "Unknown" else NOT_READY
            wanted += [(key, NO_SCHEDULE), (key, NO_EXECUTE)]
        wanted += [
            (key, NO_SCHEDULE)
            for kind, key in PRESSURES.items()
            if condition_of(node, kind) == "True"
        ]
        if dig(node, "spec", "unschedulable", default=False):
            wanted.append((UNSCHEDULABLE, NO_SCHEDULE))
        taints = taints_of(node)
        kept = [
            one
            for one in taints
            if one.get("key") not in _OURS or (one["key"], one.get("effect")) in wanted
        ]
        there = {(one.get("key"), one.get("effect")) for one in kept}
        added = [
            {"key": key, "effect": effect, "timeAdded": timestamp(view.now)}
            for key, effect in wanted
            if (key, effect) not in there
        ]
        if not added and kept == taints:
            return
        spec = {name: value for name, value in node["spec"].items() if name != "taints"}
        if kept or added:
            spec["taints"] = kept + added
        outcome = yield Update(NODES, {**node, "spec": spec})
        if isinstance(outcome, ApiError):
            raise Retry(outcome.message)

    def _pods_not_ready(self, view: View, node: str) -> Plan:
        for key in tuple(self._on.get(node, ())):
            pod = view.get(PODS, key.namespace, key.name)
            if pod is None or condition_of(pod, "Ready") != "True":
                continue
            conditions = [
                {
                    **one,
                    "observedGeneration": meta(pod).get("generation", 1),
                    "status": "False",
                    "lastTransitionTime": timestamp(view.now),
                }
                if one.get("type") == "Ready"
                else one
                for one in pod["status"]["conditions"]
            ]
            status = {**pod["status"], "conditions": conditions}
            outcome = yield UpdateStatus(PODS, {**pod, "status": status})
            if isinstance(outcome, ApiError):
                raise Retry(outcome.message)
            if not terminating(pod):
                yield Record(pod, "Warning", "NodeNotReady", "Node is not ready")

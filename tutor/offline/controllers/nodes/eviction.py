"""Evicting Pods from nodes with a NoExecute taint, each when its toleration runs out.

Source: pkg/controller/tainteviction/taint_eviction.go, v1.36.
"""

from collections.abc import Iterable, Sequence

from tutor.offline.controllers.nodes.conditions import NO_EXECUTE, disrupted, taints_of
from tutor.offline.controllers.scheduler.filters import tolerates_with
from tutor.offline.controllers.scheduler.tally import FINISHED
from tutor.offline.errors import ApiError
from tutor.offline.objects import Obj, dig, name_of, namespace_of, terminating, uid_of
from tutor.offline.plan import (
    Again,
    Delete,
    Key,
    Plan,
    Record,
    Retry,
    UpdateStatus,
    View,
)

NODES, PODS = "nodes", "pods"
_EARLY = 1e-6


class TaintEviction:
    """Deletes Pods that a taint drives away."""

    name = "taint-eviction-controller"
    watches = (NODES, PODS)

    def __init__(self) -> None:
        self._on: dict[str, dict[Key, None]] = {}
        self._due: dict[Key, float] = {}

    def keys(
        self, view: View, resource: str, before: Obj | None, after: Obj | None
    ) -> Iterable[Key]:
        """A Pod that is put on a node or tolerates otherwise; all of a node with other taints."""
        changed = after or before or {}
        if resource == NODES:
            if before is not None and _driving(before) == _driving(after):
                return ()
            return list(self._on.get(name_of(changed), ()))
        key = Key(namespace_of(changed), name_of(changed))
        node = dig(changed, "spec", "nodeName", default="")
        if after is None:
            self._on.get(node, {}).pop(key, None)
            return (key,) if key in self._due else ()
        if not node:
            return ()
        self._on.setdefault(node, {})[key] = None
        return () if before is not None and before["spec"] == after["spec"] else (key,)

    def sync(self, view: View, key: Key) -> Plan:
        """Judge one Pod.

        Raises:
            Retry: A write was refused.
        """
        pod = view.get(PODS, key.namespace, key.name)
        if pod is None:
            yield from self._cancel(key)
            return
        node = view.get(NODES, "", dig(pod, "spec", "nodeName", default=""))
        taints = _driving(node)
        seconds = _patience(pod, taints) if taints else None
        if seconds is None or seconds == 0:
            yield from self._cancel(key)
        if seconds is None or terminating(pod) or dig(pod, "status", "phase") in FINISHED:
            return
        due = self._due.setdefault(key, view.now + seconds)
        if due - view.now > _EARLY:
            yield Again(due - view.now)
            return
        del self._due[key]
        text = f"Marking for deletion Pod {key.namespace}/{key.name}"
        yield Record(_by_name(key), "Normal", "TaintManagerEviction", text)
        status = disrupted(
            pod,
            view.now,
            "DeletionByTaintManager",
            "Taint manager: deleting due to NoExecute taint",
        )
        outcome = yield UpdateStatus(PODS, {**pod, "status": status})
        if not isinstance(outcome, ApiError):
            outcome = yield Delete(PODS, key.namespace, key.name, uid_of(pod))
        if isinstance(outcome, ApiError) and outcome.reason != "NotFound":
            raise Retry(outcome.message)

    def _cancel(self, key: Key) -> Plan:
        """Drop a deletion that was to come, and say so; also of a Pod that went before it."""
        if self._due.pop(key, None) is not None:
            text = f"Cancelling deletion of Pod {key.namespace}/{key.name}"
            yield Record(_by_name(key), "Normal", "TaintManagerEviction", text)


def _by_name(key: Key) -> Obj:
    """The Pod as the real controller's Events speak of it: without a uid."""
    metadata = {"name": key.name, "namespace": key.namespace}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata}


def _driving(node: Obj | None) -> list[Obj]:
    return [one for one in taints_of(node) if one.get("effect") == NO_EXECUTE]


def _patience(pod: Obj, taints: Sequence[Obj]) -> float | None:
    """How long a Pod bears these taints; None for ever, 0 where it does not tolerate one."""
    used = []
    for taint in taints:
        found = [
            one for one in dig(pod, "spec", "tolerations", default=()) if tolerates_with(one, taint)
        ]
        if not found:
            return 0.0
        used.append(found[0])
    limits = [one["tolerationSeconds"] for one in used if one.get("tolerationSeconds") is not None]
    return max(0.0, float(min(limits))) if limits else None

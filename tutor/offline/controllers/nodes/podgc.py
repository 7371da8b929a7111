"""Removing Pods that no kubelet will ever remove.

Those on nodes that no longer exist, those being deleted that never had one, and those being
deleted on nodes that somebody has declared out of service.

Source: pkg/controller/podgc/gc_controller.go, v1.36.
"""

from collections.abc import Generator, Iterable

from tutor.offline.controllers.nodes.conditions import (
    OUT_OF_SERVICE,
    condition_of,
    disrupted,
    taints_of,
)
from tutor.offline.controllers.scheduler.tally import FINISHED
from tutor.offline.errors import ApiError
from tutor.offline.objects import Obj, dig, name_of, namespace_of, terminating, uid_of
from tutor.offline.plan import Action, Again, Delete, Key, Outcome, Plan, Retry, UpdateStatus, View

NODES, PODS = "nodes", "pods"
PERIOD_SECONDS = 20.0
QUARANTINE_SECONDS = 40.0
DELETE_SECONDS = 0.003
_EARLY = 1e-6


class PodCollector:
    """Force-deletes Pods whose node is gone for good."""

    name = "pod-garbage-collector"
    watches = (NODES, PODS)

    def __init__(self) -> None:
        self._on: dict[str, dict[Key, None]] = {}
        self._due: dict[str, float] = {}

    def keys(
        self, view: View, resource: str, before: Obj | None, after: Obj | None
    ) -> Iterable[Key]:
        """The Pods of a node that is gone, not Ready or out of service; a Pod being deleted."""
        changed = after or before or {}
        if resource == NODES:
            return list(self._on.get(name_of(changed), ())) if _lost(after) else ()
        key = Key(namespace_of(changed), name_of(changed))
        node = dig(changed, "spec", "nodeName", default="")
        if after is None:
            self._on.get(node, {}).pop(key, None)
            self._due.pop(uid_of(changed), None)
            return ()
        if node and key not in self._on.setdefault(node, {}):
            self._on[node][key] = None
            return (key,) if _lost(view.get(NODES, "", node)) else ()
        began = terminating(after) and (before is None or not terminating(before))
        return (key,) if began else ()

    def sync(self, view: View, key: Key) -> Plan:
        """Judge one Pod.

        Raises:
            Retry: A write was refused.
        """
        pod = view.get(PODS, key.namespace, key.name)
        if pod is None:
            return
        name = dig(pod, "spec", "nodeName", default="")
        node = view.get(NODES, "", name)
        if name and node is None:
            if (yield from self._waited(view, pod, QUARANTINE_SECONDS)):
                reason, text = "DeletionByPodGC", "PodGC: node no longer exists"
                yield from self._remove(view, pod, disrupted(pod, view.now, reason, text))
            return
        if not terminating(pod):
            self._due.pop(uid_of(pod), None)
            return
        nobody = not name or _out_of_service(node)
        if nobody and (yield from self._waited(view, pod, 0)):
            yield from self._remove(view, pod, pod.get("status") or {})

    def _waited(self, view: View, pod: Obj, quarantine: float) -> Generator[Action, Outcome, bool]:
        """Whether the round has come that removes a Pod: the next, after a quarantine."""
        now = view.now
        due = self._due.get(uid_of(pod))
        if due is None:
            round_ = now + PERIOD_SECONDS - now % PERIOD_SECONDS
            due = self._due[uid_of(pod)] = round_ + quarantine
        if due - now > _EARLY:
            yield Again(due - now)
            return False
        del self._due[uid_of(pod)]
        return True

    def _remove(self, view: View, pod: Obj, status: Obj) -> Plan:
        """Mark a Pod failed, and delete it a moment later; others may have done so by then."""
        if dig(pod, "status", "phase") not in FINISHED:
            status = {**status, "phase": "Failed"}
            outcome = yield UpdateStatus(PODS, {**pod, "status": status})
            if isinstance(outcome, ApiError):
                raise Retry(outcome.message)
            self._due[uid_of(pod)] = view.now + DELETE_SECONDS
            yield Again(DELETE_SECONDS)
            return
        outcome = yield Delete(PODS, namespace_of(pod), name_of(pod), uid_of(pod), grace_seconds=0)
        if isinstance(outcome, ApiError) and outcome.reason != "NotFound":
            raise Retry(outcome.message)


def _lost(node: Obj | None) -> bool:
    return node is None or _out_of_service(node)


def _out_of_service(node: Obj | None) -> bool:
    """Whether a node is not Ready and declared out of service."""
    return (
        node is not None
        and condition_of(node, "Ready") != "True"
        and any(one.get("key") == OUT_OF_SERVICE for one in taints_of(node))
    )

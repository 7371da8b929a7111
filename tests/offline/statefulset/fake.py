"""A cluster small enough to see through: the StatefulSet controller, a kubelet, a collector.

It applies the controller's actions as the API server would, keeps a log of every change, refuses
on demand, and runs on virtual time. Nothing of the real store, registry or runner is used: what
holds here holds for the controller alone.
"""

import heapq
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from tests.offline.statefulset.kubelet import PROTECTION, Kubelet
from tests.offline.statefulset.samples import CLAIMS, NS, PODS, SETS, stamp
from tutor.offline.controllers.statefulset import StatefulSetController
from tutor.offline.errors import ApiError
from tutor.offline.objects import (
    Obj,
    controller_of,
    copy_of,
    dig,
    labels_of,
    meta,
    name_of,
    namespace_of,
    owners_of,
    terminating,
    uid_of,
)
from tutor.offline.plan import (
    Action,
    Again,
    Create,
    Delete,
    Key,
    Outcome,
    Plan,
    Record,
    Retry,
    Update,
    UpdateStatus,
)

START = 1_767_225_600.0
_FIRST_RETRY, _LONGEST_RETRY = 0.005, 1000.0


def not_found(resource: str, name: str) -> ApiError:
    return ApiError(404, "NotFound", f'{resource} "{name}" not found')


def taken(resource: str, name: str) -> ApiError:
    return ApiError(409, "AlreadyExists", f'{resource} "{name}" already exists')


def conflict(resource: str, name: str) -> ApiError:
    return ApiError(
        409,
        "Conflict",
        f'Operation cannot be fulfilled on {resource} "{name}": the object has been modified; '
        "please apply your changes to the latest version and try again",
    )


class Cluster:
    """The view, the registry and the runner in one.

    Attributes:
        log: Every change: (time, what, resource, name), what being ADDED, MODIFIED, TERMINATING
            or DELETED.
        events: Every Event recorded: (type, reason, message).
        statuses: Every status written to a StatefulSet.
        refuse: Asked before each action; an error it returns is the outcome.
        after_sync: Called after each sync with its key and the actions it applied.
        runs_pods: Whether Pods come up and go by themselves.
        kubelet: What makes them.
    """

    def __init__(self, gates: Mapping[str, bool] | None = None, *, kubelet: bool = True) -> None:
        self.now = START
        self.gates = gates or {}
        self.runs_pods = kubelet
        self.kubelet = Kubelet(self)
        self.controller = StatefulSetController()
        self.log: list[tuple[float, str, str, str]] = []
        self.events: list[tuple[str, str, str]] = []
        self.statuses: list[Obj] = []
        self.refuse: Callable[[Action], ApiError | None] = lambda _: None
        self.after_sync: Callable[[Key, list[Action]], None] = lambda _k, _a: None
        self._tables: dict[str, dict[tuple[str, str], Obj]] = {}
        self._numbers = itertools.count(1)
        self._uids = itertools.count(1)
        self._queue: dict[Key, None] = {}
        self._timers: list[tuple[float, int, bool, Callable[[], None]]] = []
        self._failures: dict[Key, int] = {}
        self._changed_at = START
        self._spam = 0

    # The view

    def get(self, resource: str, namespace: str, name: str) -> Obj | None:
        return self._tables.get(resource, {}).get((namespace, name))

    def list(self, resource: str, namespace: str = "") -> Iterator[Obj]:
        for key, obj in sorted(self._tables.get(resource, {}).items()):
            if not namespace or key[0] == namespace:
                yield obj

    def owned(self, resource: str, uid: str) -> Iterator[Obj]:
        for obj in self.list(resource):
            owner = controller_of(obj)
            if (owner["uid"] if owner else "") == uid:
                yield obj

    def dependents(self, uid: str) -> Iterator[tuple[str, Obj]]:
        for resource in tuple(self._tables):
            for obj in self.list(resource):
                if any(owner["uid"] == uid for owner in owners_of(obj)):
                    yield resource, obj

    def matching(self, resource: str, namespace: str, labels: Mapping[str, str]) -> Iterator[Obj]:
        for obj in self.list(resource, namespace):
            if labels.items() <= labels_of(obj).items():
                yield obj

    def down(self, node: str) -> bool:
        return False

    def pod(self, name: str) -> Obj:
        found = self.get(PODS, NS, name)
        assert found is not None, name
        return found

    def web(self, name: str = "web") -> Obj:
        found = self.get(SETS, NS, name)
        assert found is not None, name
        return found

    def names(self, resource: str) -> tuple[str, ...]:
        return tuple(name_of(obj) for obj in self.list(resource))

    # Writing

    def put(self, resource: str, before: Obj | None, after: Obj | None) -> None:
        obj = after or before
        assert obj is not None
        key = (namespace_of(obj), name_of(obj))
        table = self._tables.setdefault(resource, {})
        if after is None:
            del table[key]
            what = "DELETED"
        else:
            meta(after)["resourceVersion"] = str(next(self._numbers))
            table[key] = after
            new = before is None
            going = before is not None and terminating(after) and not terminating(before)
            what = "ADDED" if new else "TERMINATING" if going else "MODIFIED"
        self.log.append((self.now, what, resource, key[1]))
        self._changed_at = self.now
        for found in self.controller.keys(self, resource, before, after):
            self._queue[found] = None
        if after is None:
            self._collect(uid_of(obj))

    def create(self, resource: str, obj: Obj) -> Obj | ApiError:
        """As POST: uid and creationTimestamp are given."""
        if self.get(resource, namespace_of(obj), name_of(obj)):
            return taken(resource, name_of(obj))
        stored = copy_of(obj)
        metadata = stored["metadata"]
        metadata["uid"] = f"uid-{next(self._uids)}"
        metadata["creationTimestamp"] = stamp(self.now)
        metadata["generation"] = 1
        if resource == PODS:
            stored["status"] = {"phase": "Pending"}
            dig(stored, "spec").setdefault("terminationGracePeriodSeconds", 30)
        elif resource == CLAIMS:
            stored["status"] = {"phase": "Bound"}
            metadata["finalizers"] = ["kubernetes.io/pvc-protection"]
        elif resource == SETS:
            stored["status"] = {"replicas": 0, "availableReplicas": 0}
        self.put(resource, None, stored)
        if resource == PODS and self.runs_pods:
            self.kubelet.start(stored)
        return stored

    def change(self, resource: str, name: str, change: Callable[[Obj], Any]) -> Obj:
        """As a PATCH of a user: ``change`` works on a copy."""
        before = self.get(resource, NS, name)
        assert before is not None, name
        after = copy_of(before)
        change(after)
        if after.get("spec") != before.get("spec"):
            meta(after)["generation"] = meta(after).get("generation", 1) + 1
        if after != before:
            self.put(resource, before, after)
        return after

    def delete(self, resource: str, name: str, *, force: bool = False, how: str = "") -> None:
        """As DELETE; Pods go gracefully, claims when no Pod uses them."""
        obj = self.get(resource, NS, name)
        if obj is None:
            return
        if resource == PODS:
            finished = dig(obj, "status", "phase") in ("Failed", "Succeeded")
            bound = dig(obj, "spec", "nodeName") or not self.runs_pods
            at_once = force or finished or not bound
            if not terminating(obj):
                going = copy_of(obj)
                meta(going)["deletionTimestamp"] = stamp(self.now)
                self.put(resource, obj, going)
                if self.runs_pods and not at_once:
                    self.kubelet.stop(going)
            if at_once:
                self.kubelet.removing(uid_of(obj))()
            return
        if resource == CLAIMS:
            if not terminating(obj):
                going = copy_of(obj)
                meta(going)["deletionTimestamp"] = stamp(self.now)
                self.put(resource, obj, going)
            self.later(PROTECTION, self.protect)
            return
        if how == "Orphan":
            for other, dependent in tuple(self.dependents(uid_of(obj))):
                freed = copy_of(dependent)
                meta(freed)["ownerReferences"] = [
                    owner for owner in owners_of(dependent) if owner["uid"] != uid_of(obj)
                ]
                self.put(other, dependent, freed)
        self.put(resource, obj, None)

    def protect(self) -> None:
        used = {
            dig(volume, "persistentVolumeClaim", "claimName")
            for pod in self.list(PODS, NS)
            for volume in dig(pod, "spec", "volumes", default=())
        }
        for claim in tuple(self.list(CLAIMS, NS)):
            if terminating(claim) and name_of(claim) not in used:
                self.put(CLAIMS, claim, None)

    def _collect(self, uid: str) -> None:
        """What the garbage collector does in the background, once it gets there."""
        for resource, obj in tuple(self.dependents(uid)):
            others = [owner for owner in owners_of(obj) if owner["uid"] != uid]
            if not others:
                self.later(0.01, self._deleting(resource, name_of(obj), uid_of(obj)))

    def _deleting(self, resource: str, name: str, uid: str) -> Callable[[], None]:
        def now() -> None:
            found = self.get(resource, NS, name)
            if found is not None and uid_of(found) == uid:
                self.delete(resource, name)

        return now

    # Running

    def later(self, seconds: float, do: Callable[[], None], *, counts: bool = True) -> None:
        """Do something later; what counts keeps :meth:`settle` waiting."""
        heapq.heappush(self._timers, (self.now + seconds, next(self._numbers), counts, do))

    def apply(self, action: Action) -> Outcome:
        """Do what a controller asks for."""
        refused = self.refuse(action)
        if refused is not None:
            return refused
        match action:
            case Record():
                if self._spam < 25:  # the burst of client-go's spam filter, for one object
                    self.events.append((action.type, action.reason, action.message))
                self._spam += 1
            case Create():
                return self.create(action.resource, action.obj)
            case Update() | UpdateStatus():
                return self._update(action)
            case Delete():
                if self.get(action.resource, action.namespace, action.name) is None:
                    return not_found(action.resource, action.name)
                self.delete(action.resource, action.name)
            case _:
                raise AssertionError(action)
        return None

    def _update(self, action: Update | UpdateStatus) -> Outcome:
        name = name_of(action.obj)
        before = self.get(action.resource, namespace_of(action.obj), name)
        if before is None:
            return not_found(action.resource, name)
        if meta(before)["resourceVersion"] != meta(action.obj).get("resourceVersion"):
            return conflict(action.resource, name)
        if isinstance(action, UpdateStatus):
            after = {**copy_of(before), "status": copy_of(action.obj["status"])}
            self.statuses.append(after["status"])
        else:
            after = {**copy_of(action.obj)}
            if "status" in before:
                after["status"] = before["status"]
        if after == before:
            return before
        self.put(action.resource, before, after)
        return after

    def sync(self, key: Key) -> None:
        """One sync of one key, whatever the queue holds."""
        plan: Plan = self.controller.sync(self, key)
        done: list[Action] = []
        outcome: Outcome = None
        try:
            while True:
                action = plan.send(outcome)
                outcome = None
                if isinstance(action, Again):
                    self.later(action.after, self._queueing(key))
                    continue
                outcome = self.apply(action)
                if not isinstance(outcome, ApiError):
                    done.append(action)
        except StopIteration:
            self._failures.pop(key, None)
        except Retry:
            times = self._failures[key] = self._failures.get(key, -1) + 1
            delay = min(_FIRST_RETRY * 2**times, _LONGEST_RETRY)
            self.later(delay, self._queueing(key), counts=False)
        self.after_sync(key, done)

    def _queueing(self, key: Key) -> Callable[[], None]:
        def now() -> None:
            self._queue[key] = None

        return now

    def step(self, until: float = float("inf")) -> bool:
        """One sync, or else the next timer due by then. Whether there was anything."""
        if self._queue:
            key = next(iter(self._queue))
            del self._queue[key]
            self.sync(key)
            return True
        if self._timers and self._timers[0][0] <= until:
            when, _, _, do = heapq.heappop(self._timers)
            self.now = max(self.now, when)
            do()
            return True
        return False

    def run(self, seconds: float) -> None:
        """Let time go by."""
        end = self.now + seconds
        while self.step(end):
            pass
        self.now = end

    def settle(self, quiet: float = 2.0, limit: int = 200_000) -> None:
        """Until nothing is due but retries, and those have changed nothing for a while."""
        for _ in range(limit):
            if not self._queue and not any(counts for _, _, counts, _ in self._timers):
                until = self._changed_at + quiet
                if not self._timers or self._timers[0][0] > until:
                    self.now = max(self.now, until)
                    return
            self.step()
        raise AssertionError("never quiet")


def story(cluster: Cluster, since: int, *resources: str) -> Iterable[tuple[str, str]]:
    """What happened to objects, without mere modifications: ("ADDED", "web-0") …"""
    for _, what, resource, name in cluster.log[since:]:
        if what != "MODIFIED" and resource in resources:
            yield what, name

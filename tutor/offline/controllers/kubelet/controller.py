"""The kubelets of all nodes in one: each Pod's life as a line of moments.

30 ms after a Pod is put on a node its containers are being made, 100 ms later they run. A Pod
being deleted stops within 200 ms and is removed 30 ms later. A node that is down does nothing.
"""

from collections.abc import Generator, Iterable
from dataclasses import dataclass

from tutor.offline.clock import micro_timestamp
from tutor.offline.controllers.kubelet import admit, knobs, status, volumes
from tutor.offline.controllers.storage import CLAIMS, annotations_of
from tutor.offline.errors import ApiError
from tutor.offline.objects import Obj, dig, meta, name_of, namespace_of, terminating, uid_of
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
    View,
)

PODS, NODES, LEASES = "pods", "nodes", "leases.coordination.k8s.io"
LEASE_NAMESPACE = "kube-node-lease"
LEASE_SECONDS = 40
RENEW_SECONDS = 5.0
SEEN_SECONDS = 0.03
BACK_OFF_SECONDS = 0.3
REMOVE_SECONDS = 0.03
FINISHED = frozenset({"Failed", "Succeeded"})
_EARLY = 1e-6
_BYTE = 254


@dataclass(slots=True)
class _Due:
    """What a Pod waits for, and until when."""

    what: str
    moment: float


class Kubelet:
    """Starts and stops Pods, and keeps the leases of their nodes."""

    name = "kubelet"
    watches = (PODS, NODES, CLAIMS)

    def __init__(self) -> None:
        self._due: dict[str, _Due] = {}
        self._on: dict[str, dict[Key, None]] = {}
        self._addresses: dict[str, str] = {}
        self._used: set[str] = set()
        self._next: dict[str, int] = {}

    # -- what it hears

    def keys(
        self, view: View, resource: str, before: Obj | None, after: Obj | None
    ) -> Iterable[Key]:
        """A Pod on a node; for a node its lease (without a namespace) and all its Pods."""
        if resource == NODES:
            changed = after or before or {}
            node = name_of(changed)
            if before is not None and after is not None and before is not after:
                return ()
            return [Key("", node), *self._on.get(node, ())]
        changed = after or before or {}
        if resource == CLAIMS:
            return list(volumes.users_of(view, changed)) if volumes.is_to_grow(after) else ()
        node = dig(changed, "spec", "nodeName", default="")
        if not node:
            return ()
        key = Key(namespace_of(changed), name_of(changed))
        if after is None:
            self._on.get(node, {}).pop(key, None)
            self._forget(changed)
            return ()
        self._on.setdefault(node, {})[key] = None
        address = dig(after, "status", "podIP", default="")
        if address and uid_of(after) not in self._addresses:
            self._addresses[uid_of(after)] = address
            self._used.add(address)
        return () if before is not None and not _concerns(before, after) else (key,)

    def _forget(self, pod: Obj) -> None:
        self._due.pop(uid_of(pod), None)
        address = self._addresses.pop(uid_of(pod), None)
        if address is not None:
            self._used.discard(address)

    # -- what it does

    def sync(self, view: View, key: Key) -> Plan:
        """One step of a Pod's life, or one renewal of a lease.

        Raises:
            Retry: A write was refused.
        """
        if not key.namespace:
            yield from self._renew(view, key.name)
            return
        pod = view.get(PODS, key.namespace, key.name)
        node = dig(pod, "spec", "nodeName", default="")
        if pod is None or not node:
            return
        machine = view.get(NODES, "", node)
        if machine is None or view.down(node):
            self._due.pop(uid_of(pod), None)
            return
        if terminating(pod):
            yield from self._stop(view, pod)
        else:
            yield from self._start(view, pod, machine)
            if dig(pod, "status", "phase") == "Running":
                yield from volumes.grow(view, pod)

    def _start(self, view: View, pod: Obj, machine: Obj) -> Plan:
        if dig(pod, "status", "phase") in FINISHED:
            return
        if dig(pod, "status", "startTime") is None:
            if (yield from self._wait(view, pod, "see", SEEN_SECONDS)):
                refused = self._refused(view, pod, machine)
                if refused is not None:
                    yield Record(pod, "Warning", *refused)
                    yield from self._write(pod, status.rejected(pod, *refused))
                    return
                yield from self._write(pod, status.creating(pod, view.now, _host(machine)))
                yield self._expect(view, pod, "run", knobs.ready_seconds(pod))
            return
        if not dig(pod, "status", "podIP", default=""):
            if (yield from self._wait(view, pod, "run", knobs.ready_seconds(pod))):
                address = self._address(view, pod, machine)
                yield from self._write(pod, self._now_running(pod, view.now, address))
                if knobs.unpullable(pod):
                    yield self._expect(view, pod, "back off", BACK_OFF_SECONDS)
            return
        if knobs.unpullable(pod) and not knobs.end(pod):
            if _pulling(pod) and (yield from self._wait(view, pod, "back off", BACK_OFF_SECONDS)):
                yield from self._write(pod, status.backing_off(pod))
            return
        wanted = self._now_running(pod, view.now, pod["status"]["podIP"])
        if _shown(wanted) != _shown(pod["status"]):
            yield from self._write(pod, wanted)

    def _refused(self, view: View, pod: Obj, machine: Obj) -> tuple[str, str] | None:
        """Why the node will not run a Pod, if it will not."""
        if admit.placed(pod):
            return None
        keys = self._on.get(name_of(machine), ())
        there = (view.get(PODS, key.namespace, key.name) for key in keys)
        return admit.refusal(pod, machine, (one for one in there if one is not None))

    @staticmethod
    def _now_running(pod: Obj, now: float, address: str) -> Obj:
        ended = knobs.end(pod)
        if ended:
            shown = status.over(pod, now, ended)
            return {**shown, "podIP": address, "podIPs": [{"ip": address}]}
        return status.running(pod, now, address)

    def _stop(self, view: View, pod: Obj) -> Plan:
        if not meta(pod).get("deletionGracePeriodSeconds"):
            return
        phase = dig(pod, "status", "phase")
        if phase not in FINISHED:
            if not (yield from self._wait(view, pod, "stop", knobs.stop_seconds(pod))):
                return
            ended = "Succeeded" if phase == "Running" else "Failed"
            yield from self._write(pod, status.over(pod, view.now, ended))
        if (yield from self._wait(view, pod, "remove", REMOVE_SECONDS)):
            yield Delete(PODS, namespace_of(pod), name_of(pod), uid_of(pod), grace_seconds=0)

    def _expect(self, view: View, pod: Obj, what: str, seconds: float) -> Again:
        """Begin to wait for something."""
        self._due[uid_of(pod)] = _Due(what, view.now + seconds)
        return Again(seconds)

    def _wait(
        self, view: View, pod: Obj, what: str, seconds: float
    ) -> Generator[Action, Outcome, bool]:
        """Whether this Pod has waited for this so long; otherwise come back then."""
        due = self._due.get(uid_of(pod))
        if due is None or due.what != what:
            due = self._due[uid_of(pod)] = _Due(what, view.now + seconds)
        left = due.moment - view.now
        if left > _EARLY:
            yield Again(left)
            return False
        del self._due[uid_of(pod)]
        return True

    @staticmethod
    def _write(pod: Obj, new: Obj) -> Plan:
        outcome = yield UpdateStatus(PODS, {**pod, "status": new})
        if isinstance(outcome, ApiError):
            raise Retry(outcome.message)

    def _address(self, view: View, pod: Obj, machine: Obj) -> str:
        known = self._addresses.get(uid_of(pod))
        if known is not None:
            return known
        names = [name_of(node) for node in view.list(NODES)]
        node = name_of(machine)
        while True:
            count = self._next.get(node, 0)
            self._next[node] = count + 1
            third = 1 + names.index(node) % _BYTE
            second = 244 - (count // _BYTE) % 200
            address = f"10.{second}.{third}.{2 + count % (_BYTE - 1)}"
            if address not in self._used:
                self._used.add(address)
                self._addresses[uid_of(pod)] = address
                return address

    # -- leases

    def _renew(self, view: View, node: str) -> Plan:
        machine = view.get(NODES, "", node)
        if machine is None or view.down(node):
            return
        yield Again(RENEW_SECONDS)
        if (healed := status.healthy(machine, view.now)) is not None:
            yield UpdateStatus(NODES, healed)
        if view.get("namespaces", "", LEASE_NAMESPACE) is None:
            return
        lease = view.get(LEASES, LEASE_NAMESPACE, node)
        renewed = micro_timestamp(view.now)
        if lease is not None:
            yield Update(LEASES, {**lease, "spec": {**lease["spec"], "renewTime": renewed}})
            return
        owner = {"apiVersion": "v1", "kind": "Node", "name": node, "uid": uid_of(machine)}
        yield Create(
            LEASES,
            {
                "apiVersion": "coordination.k8s.io/v1",
                "kind": "Lease",
                "metadata": {
                    "name": node,
                    "namespace": LEASE_NAMESPACE,
                    "ownerReferences": [owner],
                },
                "spec": {
                    "holderIdentity": node,
                    "leaseDurationSeconds": LEASE_SECONDS,
                    "renewTime": renewed,
                },
            },
        )


def _concerns(before: Obj, after: Obj) -> bool:
    """Whether a change of a Pod is news to its kubelet."""
    return (
        before["spec"] != after["spec"]
        or annotations_of(before) != annotations_of(after)
        or terminating(before) != terminating(after)
        or meta(before).get("deletionGracePeriodSeconds")
        != meta(after).get("deletionGracePeriodSeconds")
        or dig(before, "status", "phase") != dig(after, "status", "phase")
    )


def _host(machine: Obj) -> str:
    for address in dig(machine, "status", "addresses", default=()):
        if address.get("type") == "InternalIP":
            return str(address.get("address", ""))
    return ""


def _pulling(pod: Obj) -> bool:
    return any(
        dig(one, "state", "waiting", "reason") == "ErrImagePull"
        for one in dig(pod, "status", "containerStatuses", default=())
    )


def _shown(found: Obj) -> tuple[object, ...]:
    """What of a status says how the containers are, without times and generations."""
    return (
        found.get("phase"),
        [
            (one.get("ready"), one.get("started"), sorted(one.get("state") or ()))
            for one in found.get("containerStatuses") or ()
        ],
        [
            (one.get("type"), one.get("status"))
            for one in found.get("conditions") or ()
            if one.get("type") == "Ready"
        ],
    )

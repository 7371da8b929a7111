"""The kubelets of all nodes in one: each Pod's life as a line of moments.

30 ms after a Pod is put on a node its containers are being made, 100 ms later they run; an init
container takes 100 ms more. A Pod being deleted stops within 200 ms and is removed 30 ms later. A
node that is down does nothing. Of what goes well no Event is told, as in the recorded cluster.
"""

from collections.abc import Generator, Iterable
from dataclasses import dataclass, field

from tutor.offline.clock import seconds_of
from tutor.offline.controllers import attachment
from tutor.offline.controllers.kubelet import admit, knobs, status, volumes
from tutor.offline.controllers.kubelet.containers import KILLED, Fate, fate
from tutor.offline.controllers.kubelet.leases import cordoned, renew
from tutor.offline.controllers.kubelet.references import (
    CONFIGS,
    SECRETS,
    Reference,
    container_problem,
    references,
    volume_problem,
)
from tutor.offline.controllers.kubelet.telling import told
from tutor.offline.controllers.storage import CLAIMS, annotations_of, claim_names
from tutor.offline.errors import ApiError
from tutor.offline.objects import Obj, dig, meta, name_of, namespace_of, terminating, uid_of
from tutor.offline.plan import (
    Action,
    Again,
    Delete,
    Key,
    Outcome,
    Plan,
    Record,
    Retry,
    UpdateStatus,
    View,
)

PODS, NODES = "pods", "nodes"
SEEN_SECONDS = 0.03
MOUNT_SECONDS = 120.0
REMOVE_SECONDS = 0.03
LEAST_GRACE_SECONDS = 1.0
FINISHED = frozenset({"Failed", "Succeeded"})
_EARLY = 1e-6
_BYTE = 254


@dataclass(slots=True)
class _Due:
    """What a Pod waits for, and until when."""

    what: str
    moment: float


@dataclass(slots=True)
class _Life:
    """What is known of a running Pod beside its status.

    Attributes:
        since: When the present state of each container began.
        waits_for: What is not there that it refers to.
    """

    since: dict[str, float] = field(default_factory=dict)
    waits_for: tuple[Reference, ...] = ()


class Kubelet:
    """Starts and stops Pods, and keeps the leases of their nodes."""

    name = "kubelet"
    watches = (PODS, NODES, CLAIMS, CONFIGS, SECRETS)

    def __init__(self) -> None:
        self._due: dict[str, _Due] = {}
        self._on: dict[str, dict[Key, None]] = {}
        self._users: dict[Key, set[Key]] = {}
        self._addresses: dict[str, str] = {}
        self._used: set[str] = set()
        self._next: dict[str, int] = {}
        self._lives: dict[str, _Life] = {}
        self._waiting: dict[Reference, dict[Key, None]] = {}
        self._cordoned: dict[str, bool] = {}

    # -- what it hears

    def keys(
        self, view: View, resource: str, before: Obj | None, after: Obj | None
    ) -> Iterable[Key]:
        """A Pod on a node; for a node its lease (without a namespace) and all its Pods."""
        if resource == NODES:
            changed = after or before or {}
            node = name_of(changed)
            if before is not None and after is not None and before is not after:
                if cordoned(before) != cordoned(after):
                    return (Key("", node),)
                attached = attachment.on(before) != attachment.on(after)
                return list(self._on.get(node, ())) if attached else ()
            return [Key("", node), *self._on.get(node, ())]
        changed = after or before or {}
        if resource in (CONFIGS, SECRETS):
            return list(self._waiting.get((resource, namespace_of(changed), name_of(changed)), ()))
        if resource == CLAIMS:
            return self._users_of(changed) if volumes.matters(before, after) else ()
        node = dig(changed, "spec", "nodeName", default="")
        if not node:
            return ()
        key = Key(namespace_of(changed), name_of(changed))
        if after is None:
            self._on.get(node, {}).pop(key, None)
            self._forget(changed)
            return ()
        self._on.setdefault(node, {})[key] = None
        for name, _ in claim_names(after):
            self._users.setdefault(Key(key.namespace, name), set()).add(key)
        address = dig(after, "status", "podIP", default="")
        own = address and not dig(after, "spec", "hostNetwork", default=False)
        if own and uid_of(after) not in self._addresses:
            self._addresses[uid_of(after)] = address
            self._used.add(address)
        return () if before is not None and not _concerns(before, after) else (key,)

    def _users_of(self, claim: Obj) -> list[Key]:
        """The Pods on nodes that mount a claim."""
        users = self._users.get(Key(namespace_of(claim), name_of(claim)), ())
        return sorted(users, key=lambda key: key.name)

    def _forget(self, pod: Obj) -> None:
        for name, _ in claim_names(pod):
            claim = Key(namespace_of(pod), name)
            users = self._users.get(claim, set())
            users.discard(Key(namespace_of(pod), name_of(pod)))
            if not users:
                self._users.pop(claim, None)
        self._due.pop(uid_of(pod), None)
        self._wait_for(pod, ())
        self._lives.pop(uid_of(pod), None)
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
            yield from self._cordon(view, key.name)
            yield from renew(view, key.name)
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

    def _cordon(self, view: View, node: str) -> Plan:
        """Tell of a node that takes no Pods any more, or takes them again."""
        machine = view.get(NODES, "", node)
        if machine is None or view.down(node):
            return
        before, now = self._cordoned.get(node), cordoned(machine)
        self._cordoned[node] = now
        if before is not None and before != now:
            reason = "NodeNotSchedulable" if now else "NodeSchedulable"
            yield Record(
                machine, "Normal", reason, f"Node {node} status is now: {reason}", host=node
            )

    def _start(self, view: View, pod: Obj, machine: Obj) -> Plan:
        if dig(pod, "status", "phase") in FINISHED:
            return
        if dig(pod, "status", "startTime") is None:
            if (yield from self._wait(view, pod, "see", SEEN_SECONDS)):
                refused = self._refused(view, pod, machine)
                if refused is not None:
                    yield Record(pod, "Warning", *refused, host=_node(pod))
                    yield from self._write(pod, status.rejected(pod, *refused))
                    return
                yield from self._write(pod, status.creating(pod, view.now, _host(machine)))
                yield self._expect(view, pod, "run", knobs.ready_seconds(pod))
            return
        if (yield from self._too_late(view, pod)):
            return
        if not dig(pod, "status", "podIP", default=""):
            if not (yield from self._wait(view, pod, "run", knobs.ready_seconds(pod))):
                return
            if (yield from self._cannot_mount(view, pod, machine)):
                return
        yield from self._live(view, pod, self._address(view, pod, machine))

    def _too_late(self, view: View, pod: Obj) -> Generator[Action, Outcome, bool]:
        """Whether a Pod has run for longer than it may.

        Source: pkg/kubelet/active_deadline.go.
        """
        limit = dig(pod, "spec", "activeDeadlineSeconds")
        if limit is None:
            return False
        left = seconds_of(pod["status"]["startTime"]) + float(limit) - view.now
        if left > _EARLY:
            yield Again(left)
            return False
        reason = "DeadlineExceeded"
        text = "Pod was active on the node longer than the specified deadline"
        yield Record(pod, "Normal", reason, text, host=_node(pod))
        ended = status.over(pod, view.now, "Failed", KILLED)
        yield from self._write(pod, {**ended, "reason": reason, "message": text})
        return True

    def _cannot_mount(self, view: View, pod: Obj, machine: Obj) -> Generator[Action, Outcome, bool]:
        """Whether a volume of a Pod cannot be mounted yet."""
        problem = volume_problem(view, pod) or volumes.unbound(view, pod)
        if not problem and not attachment.waits(view, pod, machine):
            return False
        self._wait_for(pod, tuple(references(pod)))
        if problem:
            yield Record(pod, "Warning", "FailedMount", problem, host=_node(pod))
        self._due[uid_of(pod)] = _Due("run", view.now)
        yield Again(MOUNT_SECONDS)
        return True

    def _live(self, view: View, pod: Obj, address: str) -> Plan:
        """Bring the status of a Pod to where its containers are."""
        life = self._lives.setdefault(uid_of(pod), _Life())
        problems: list[str] = []

        def fates(container: Obj) -> Fate:
            problem = container_problem(view, pod, container)
            if problem:
                problems.append(problem)
            return fate(pod, container, problem)

        due: float | None = None
        if ended := knobs.end(pod):
            new = status.over(pod, view.now, ended)
            new |= {"podIP": address, "podIPs": [{"ip": address}]}
        else:
            new, due = status.living(pod, view.now, address, fates, life.since)
        self._wait_for(pod, tuple(references(pod)) if problems else ())
        if due is not None:
            yield Again(due)
        if _shown(new) == _shown(pod["status"]):
            return
        yield from self._write(pod, new)
        old = {name: one["state"] for name, one in _states(pod["status"])}
        for name, one in _states(new):
            if one["state"] != old.get(name):
                life.since[name] = view.now
                yield from told(pod, one)

    def _wait_for(self, pod: Obj, found: tuple[Reference, ...]) -> None:
        """Have a Pod looked at again when something it refers to changes."""
        life = self._lives.setdefault(uid_of(pod), _Life())
        if found == life.waits_for:
            return
        key = Key(namespace_of(pod), name_of(pod))
        for one in life.waits_for:
            self._waiting.get(one, {}).pop(key, None)
            if not self._waiting.get(one):
                self._waiting.pop(one, None)
        for one in found:
            self._waiting.setdefault(one, {})[key] = None
        life.waits_for = found

    def _refused(self, view: View, pod: Obj, machine: Obj) -> tuple[str, str] | None:
        """Why the node will not run a Pod, if it will not."""
        if admit.placed(pod):
            return None
        keys = self._on.get(name_of(machine), ())
        there = (view.get(PODS, key.namespace, key.name) for key in keys)
        return admit.refusal(pod, machine, (one for one in there if one is not None))

    def _stop(self, view: View, pod: Obj) -> Plan:
        """Stop the containers; a Pod deleted by force and held by a finalizer is stopped too.

        Source: pkg/kubelet/pod_workers.go, calculateEffectiveGracePeriod: one second is the least.
        """
        phase = dig(pod, "status", "phase")
        if phase not in FINISHED:
            seconds = knobs.stop_seconds(pod)
            if not meta(pod).get("deletionGracePeriodSeconds"):
                seconds = min(seconds, LEAST_GRACE_SECONDS)
            if not (yield from self._wait(view, pod, "stop", seconds)):
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
        """Whether this Pod has waited for this so long; otherwise come back then.

        Who has less patience than at first waits no longer than that.
        """
        due = self._due.get(uid_of(pod))
        if due is None or due.what != what:
            due = self._due[uid_of(pod)] = _Due(what, view.now + seconds)
        due.moment = min(due.moment, view.now + seconds)
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
        if dig(pod, "spec", "hostNetwork", default=False):
            return _host(machine)
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


def _node(pod: Obj) -> str:
    return str(dig(pod, "spec", "nodeName", default=""))


def _states(found: Obj) -> Iterable[tuple[str, Obj]]:
    """The containers of a status, each with its name."""
    for part in ("initContainerStatuses", "containerStatuses"):
        for one in found.get(part) or ():
            yield one["name"], one


def _shown(found: Obj) -> tuple[object, ...]:
    """What of a status says how the containers are, without generations."""
    return (
        found.get("phase"),
        found.get("podIP"),
        [
            (one.get("ready"), one.get("started"), one.get("restartCount"), one.get("state"))
            for _, one in _states(found)
        ],
        [
            (one.get("type"), one.get("status"))
            for one in found.get("conditions") or ()
            if one.get("type") in ("Ready", "Initialized")
        ],
    )

"""What the controller remembers of a Service and its Pods, so that a sync costs what has changed.

Nothing depends on it: new :class:`Backends`, shown the same Service and Pods, say the same. But a
Service of a thousand Pods is synced three thousand times while they start, and each time one Pod
is another than before.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tutor.offline.controllers.scheduler.tally import FINISHED
from tutor.offline.news import News
from tutor.offline.objects import Obj, dig, labels_of, meta, name_of, namespace_of, terminating
from tutor.offline.objects import uid_of as _uid
from tutor.offline.plan import View

PODS, NODES = "pods", "nodes"
ZONE = "topology.kubernetes.io/zone"

Ports = tuple[tuple[str, str, int, str], ...]
"""Name, protocol, number and application protocol of each port of a slice."""


@dataclass(frozen=True, slots=True)
class Written:
    """A slice that says what it should, but for what has changed since.

    Attributes:
        slice: As it was then.
        uids: Of the Pods in it.
    """

    slice: Obj
    uids: frozenset[str]


class Backends:
    """The Pods behind one Service, as endpoints."""

    def __init__(self) -> None:
        self._service: Obj | None = None
        self._stale = False
        self._news = News()
        self._endpoints: dict[str, tuple[Ports, Obj]] = {}
        self._since: dict[str, str] = {}
        self._changed: set[str] = set()
        self._written: dict[str, Written] = {}

    def look_again(self) -> None:
        """Have every endpoint made anew: something they are made of besides Pods has changed."""
        self._stale = True

    def show(self, view: View, service: Obj) -> str | None:
        """Take in the Service and its Pods as they are now.

        Returns:
            Since when what is new about them is so, as a timestamp; None for nothing new.
        """
        known = self._since
        moments = [] if self._service is not None else [str(meta(service)["creationTimestamp"])]
        if self._stale or service is not self._service:
            self._service, self._stale = service, False
            self._news, self._written = News(), {}
            self._endpoints, self._since = {}, {}
        gone, new = self._news.of(
            view.matching(PODS, namespace_of(service), service["spec"]["selector"])
        )
        before = {_uid(pod): self._forget(_uid(pod)) for pod in gone}
        for pod in new:
            if not dig(pod, "status", "podIP") or dig(pod, "status", "phase") in FINISHED:
                continue
            uid = _uid(pod)
            self._endpoints[uid] = _ports(service, pod), _endpoint(view, service, pod)
            self._changed.add(uid)
            since = _ready_since(pod)
            if since is not None:
                self._since[uid] = since
                if before.get(uid, known.get(uid)) != since:
                    moments.append(since)
        return min(moments, default=None)

    def _forget(self, uid: str) -> str | None:
        """Take a Pod out; since when it was Ready or not."""
        self._endpoints.pop(uid, None)
        self._changed.add(uid)
        return self._since.pop(uid, None)

    def untouched(self, slices: Sequence[Obj]) -> frozenset[str]:
        """The uids of the slices that say what they should.

        None at all where a slice is not as it was last written: its Pods may be anywhere now.
        """
        if len(slices) != len(self._written) or not all(map(self.knows, slices)):
            self._written = {}
        written = self._written.items()
        return frozenset(uid for uid, was in written if was.uids.isdisjoint(self._changed))

    def knows(self, found: Obj) -> bool:
        """Whether this is a slice as it was last written."""
        was = self._written.get(_uid(found))
        return was is not None and was.slice is found

    def left(self, untouched: frozenset[str]) -> dict[Ports, dict[str, Obj]]:
        """The endpoints that are in no untouched slice, by their ports, in order of their names."""
        uids = set(self._changed)
        for uid, was in self._written.items():
            if uid not in untouched:
                uids |= was.uids
        if not self._written:
            uids |= self._endpoints.keys()
        found: dict[Ports, dict[str, Obj]] = {}
        for uid in sorted(uids & self._endpoints.keys(), key=self._name):
            ports, endpoint = self._endpoints[uid]
            found.setdefault(ports, {})[uid] = endpoint
        return found

    def _name(self, uid: str) -> str:
        return str(self._endpoints[uid][1]["targetRef"]["name"])

    def wrote(self, slices: Iterable[Obj]) -> None:
        """Note that the slices say what they should."""
        before, self._written = self._written, {}
        for one in slices:
            was = before.get(_uid(one))
            if was is None or was.slice is not one:
                was = Written(one, frozenset(uids_of(one)))
            self._written[_uid(one)] = was
        self._changed.clear()


def uids_of(found: Obj) -> list[str]:
    """The uids of the Pods in a slice, in their order there."""
    return [dig(one, "targetRef", "uid", default="") for one in found.get("endpoints") or ()]


def _condition(pod: Obj) -> Obj:
    for one in dig(pod, "status", "conditions", default=()):
        if one.get("type") == "Ready":
            return dict(one)
    return {}


def ready(pod: Obj) -> bool:
    """Whether the condition Ready is True."""
    return bool(_condition(pod).get("status") == "True")


def _ready_since(pod: Obj) -> str | None:
    condition = _condition(pod)
    return str(condition.get("lastTransitionTime", "")) if condition else None


def _ports(service: Obj, pod: Obj) -> Ports:
    """The ports of a Service as a Pod has them; those it does not have are left out."""
    found = []
    for port in dig(service, "spec", "ports", default=()):
        target = port.get("targetPort", port.get("port"))
        protocol = port.get("protocol", "TCP")
        number = target if isinstance(target, int) else _named_port(pod, str(target), protocol)
        if number:
            found.append((port.get("name", ""), protocol, number, port.get("appProtocol", "")))
    return tuple(found)


def _named_port(pod: Obj, name: str, protocol: str) -> int:
    for container in dig(pod, "spec", "containers", default=()):
        for port in container.get("ports") or ():
            if port.get("name") == name and port.get("protocol", "TCP") == protocol:
                return int(port["containerPort"])
    return 0


def _endpoint(view: View, service: Obj, pod: Obj) -> Obj:
    is_ready, going = ready(pod), terminating(pod)
    anyway = bool(dig(service, "spec", "publishNotReadyAddresses", default=False))
    endpoint: Obj = {
        "addresses": [pod["status"]["podIP"]],
        "conditions": {
            "ready": anyway or (is_ready and not going),
            "serving": is_ready,
            "terminating": going,
        },
    }
    spec = pod["spec"]
    if spec.get("hostname") and spec.get("subdomain") == name_of(service):
        endpoint["hostname"] = spec["hostname"]
    endpoint["targetRef"] = {
        "kind": "Pod",
        "namespace": namespace_of(pod),
        "name": name_of(pod),
        "uid": _uid(pod),
    }
    if spec.get("nodeName"):
        endpoint["nodeName"] = spec["nodeName"]
        node = view.get(NODES, "", spec["nodeName"])
        zone = labels_of(node).get(ZONE) if node is not None else None
        if zone is not None:
            endpoint["zone"] = zone
    return endpoint

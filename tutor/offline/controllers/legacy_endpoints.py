"""Endpoints: who stands behind a Service, in the older form.

Changes of Pods are put together for a second, as with ``--endpoint-updates-batch-period=1s``, and
for longer the more there are: one object holds all addresses, and every change writes it anew.

Source: pkg/controller/endpoint/endpoints_controller.go, pkg/api/v1/endpoints/util.go, v1.36.
"""

import hashlib
from collections.abc import Iterable

from tutor.offline import selectors
from tutor.offline.controllers.scheduler.tally import FINISHED
from tutor.offline.controllers.storage import annotations_of
from tutor.offline.errors import ApiError
from tutor.offline.objects import (
    Obj,
    dig,
    labels_of,
    meta,
    name_of,
    namespace_of,
    terminating,
    uid_of,
)
from tutor.offline.plan import Again, Create, Delete, Key, Plan, Retry, Update, View

PODS, SERVICES, ENDPOINTS = "pods", "services", "endpoints"
MANAGED_BY, MANAGER = "endpoints.kubernetes.io/managed-by", "endpoint-controller"
HEADLESS = "service.kubernetes.io/headless"
TRIGGER = "endpoints.kubernetes.io/last-change-trigger-time"
OVER_CAPACITY = "endpoints.kubernetes.io/over-capacity"
MOST_ADDRESSES = 1000
BATCH_SECONDS = 1.0
BATCH_PODS = 100
"""So many Pods make the wait longer by itself."""
_PARTS = (
    ("metadata", "labels"),
    ("spec", "nodeName"),
    ("spec", "hostname"),
    ("status", "podIP"),
    ("status", "phase"),
)


class Endpoints:
    """Keeps the Endpoints of every Service with a selector."""

    name = "endpoint-controller"
    watches = (SERVICES, PODS, ENDPOINTS)

    def __init__(self) -> None:
        self._due: dict[Key, float] = {}
        self._pods: dict[Key, int] = {}
        self._seen: dict[str, dict[str, str]] = {}
        self._addresses: dict[str, dict[str, tuple[Obj, Obj]]] = {}

    def keys(
        self, view: View, resource: str, before: Obj | None, after: Obj | None
    ) -> Iterable[Key]:
        """The Service itself, of a Pod those that select it, of Endpoints their own."""
        changed = after or before or {}
        namespace = namespace_of(changed)
        if resource != PODS:
            key = Key(namespace, name_of(changed))
            if resource == ENDPOINTS and after is not None:
                return ()
            if resource == SERVICES and after is None:
                self._addresses.pop(uid_of(changed), None)
            self._due[key] = view.now
            return (key,)
        if before is not None and after is not None and _same(before, after):
            return ()
        versions = [one for one in (before, after) if one is not None]
        keys = [
            Key(namespace, name_of(service))
            for service in view.list(SERVICES, namespace)
            if any(map(selectors.of_labels(dig(service, "spec", "selector")), versions))
        ]
        for key in keys:
            wait = BATCH_SECONDS * (1 + self._pods.get(key, 0) / BATCH_PODS)
            self._due.setdefault(key, view.now + wait)
        return keys

    def sync(self, view: View, key: Key) -> Plan:
        """Bring the Endpoints of one Service in line with its Pods.

        Raises:
            Retry: A write was refused.
        """
        due = self._due.get(key, view.now)
        if due > view.now:
            yield Again(due - view.now)
            return
        self._due.pop(key, None)
        service = view.get(SERVICES, key.namespace, key.name)
        current = view.get(ENDPOINTS, key.namespace, key.name)
        if service is None:
            self._pods.pop(key, None)
            if current is not None:
                yield Delete(ENDPOINTS, key.namespace, key.name, uid_of(current))
            return
        wanted = dig(service, "spec", "selector")
        if wanted is None or dig(service, "spec", "type") == "ExternalName":
            return
        pods = [
            pod
            for pod in view.matching(PODS, key.namespace, wanted)
            if _belongs(pod, bool(dig(service, "spec", "publishNotReadyAddresses")))
        ]
        self._pods[key] = len(pods)
        subsets = _subsets(service, pods, self._addresses_of(service, pods))
        trigger = self._trigger(service, pods)
        new = _made(service, current, subsets, trigger)
        if new is None:
            return
        outcome = yield Create(ENDPOINTS, new) if current is None else Update(ENDPOINTS, new)
        if isinstance(outcome, ApiError) and outcome.reason != "NotFound":
            if dig(outcome.details, "causes", 0, "reason") == "NamespaceTerminating":
                return
            raise Retry(outcome.message)

    def _addresses_of(self, service: Obj, pods: list[Obj]) -> dict[str, Obj]:
        """The address of each Pod, by its uid; that of an unchanged Pod is the very same as before.

        A thousand of them are written anew each time one changes.
        """
        known, made = self._addresses.get(uid_of(service), {}), {}
        for pod in pods:
            uid = uid_of(pod)
            was = known.get(uid)
            made[uid] = was if was and was[0] is pod else (pod, _address(service, pod))
        self._addresses[uid_of(service)] = made
        return {uid: address for uid, (_, address) in made.items()}

    def _trigger(self, service: Obj, pods: list[Obj]) -> str | None:
        """Since when what is new about the Service and its Pods is so; None for nothing new."""
        now = {uid_of(service): str(meta(service).get("creationTimestamp", ""))}
        for pod in pods:
            for condition in dig(pod, "status", "conditions", default=()):
                if condition.get("type") == "Ready":
                    now[uid_of(pod)] = str(condition.get("lastTransitionTime", ""))
        before = self._seen.get(uid_of(service), {})
        self._seen[uid_of(service)] = now
        return min((at for uid, at in now.items() if before.get(uid) != at), default=None)


def _same(before: Obj, after: Obj) -> bool:
    if any(dig(before, *path) != dig(after, *path) for path in _PARTS):
        return False
    return _ready(before) == _ready(after) and terminating(before) == terminating(after)


def _ready(pod: Obj) -> bool:
    return any(
        one.get("type") == "Ready" and one.get("status") == "True"
        for one in dig(pod, "status", "conditions", default=())
    )


def _belongs(pod: Obj, even_ending: bool) -> bool:
    """Whether a Pod is listed at all.

    Source: pkg/controller/util/endpoint, ShouldPodBeInEndpoints.
    """
    if dig(pod, "status", "phase") in FINISHED or not dig(pod, "status", "podIP", default=""):
        return False
    return even_ending or not terminating(pod)


def _address(service: Obj, pod: Obj) -> Obj:
    spec = pod["spec"]
    address: Obj = {"ip": pod["status"]["podIP"]}
    if (
        spec.get("hostname")
        and spec.get("subdomain") == name_of(service)
        and namespace_of(pod) == namespace_of(service)
    ):
        address["hostname"] = spec["hostname"]
    if spec.get("nodeName"):
        address["nodeName"] = spec["nodeName"]
    address["targetRef"] = {
        "kind": "Pod",
        "namespace": namespace_of(pod),
        "name": name_of(pod),
        "uid": uid_of(pod),
    }
    return address


def _ports(service: Obj, pod: Obj) -> tuple[tuple[str, int, str, str], ...]:
    """Name, number, protocol and application protocol of each port the Pod has."""
    found = []
    for port in dig(service, "spec", "ports", default=()):
        target, protocol = port.get("targetPort", port.get("port")), port.get("protocol", "TCP")
        number = target if isinstance(target, int) else _named(pod, str(target), protocol)
        if number:
            found.append((port.get("name", ""), number, protocol, port.get("appProtocol", "")))
    return tuple(found)


def _named(pod: Obj, name: str, protocol: str) -> int:
    for container in dig(pod, "spec", "containers", default=()):
        for port in container.get("ports") or ():
            if port.get("name") == name and port.get("protocol", "TCP") == protocol:
                return int(port["containerPort"])
    return 0


def _subsets(service: Obj, pods: list[Obj], addresses: dict[str, Obj]) -> list[Obj]:
    """The addresses, put together where they have the same ports."""
    anyway = bool(dig(service, "spec", "publishNotReadyAddresses"))
    portless = not dig(service, "spec", "ports")
    if portless and dig(service, "spec", "clusterIP") != "None":
        return []
    groups: dict[tuple[tuple[str, int, str, str], ...], tuple[list[Obj], list[Obj]]] = {}
    for pod in pods:
        ports = _ports(service, pod)
        if not ports and not portless:
            continue
        ready, waiting = groups.setdefault(ports, ([], []))
        (ready if anyway or _ready(pod) else waiting).append(addresses[uid_of(pod)])
    subsets = []
    for ports, (ready, waiting) in groups.items():
        subset: Obj = {}
        for part, some in (("addresses", ready), ("notReadyAddresses", waiting)):
            if some:
                subset[part] = sorted(some, key=lambda one: (one["ip"], one["targetRef"]["uid"]))
        if ports:
            subset["ports"] = [_port(*port) for port in sorted(ports, key=_hash)]
        subsets.append(subset)
    return sorted(subsets, key=lambda one: [_hash(_tuple(p)) for p in one.get("ports", ())])


def _port(name: str, number: int, protocol: str, application: str) -> Obj:
    port: Obj = {"name": name} if name else {}
    port.update(port=number, protocol=protocol)
    if application:
        port["appProtocol"] = application
    return port


def _tuple(port: Obj) -> tuple[str, int, str, str]:
    return (port.get("name", ""), port["port"], port["protocol"], port.get("appProtocol", ""))


def _hash(port: tuple[str, int, str, str]) -> bytes:
    """What ports are ordered by.

    Source: pkg/api/v1/endpoints/util.go, portsByHash; apimachinery pkg/util/dump, ForHash.
    """
    name, number, protocol, application = port
    shown = f"(*string){application}" if application else "(*string)<nil>"
    text = (
        f"(v1.EndpointPort){{Name:(string){name} Port:(int32){number} "
        f"Protocol:(v1.Protocol){protocol} AppProtocol:{shown}}}"
    )
    return hashlib.md5(text.encode(), usedforsecurity=False).digest()


def _made(service: Obj, current: Obj | None, subsets: list[Obj], trigger: str | None) -> Obj | None:
    """The Endpoints as they should be; None where they are."""
    subsets, cut = _truncated(subsets)
    labels = {
        name: value
        for name, value in labels_of(service).items()
        if name not in (HEADLESS, MANAGED_BY)
    }
    if dig(service, "spec", "clusterIP", default="") in ("", "None"):
        labels[HEADLESS] = ""
    labels[MANAGED_BY] = MANAGER
    before: Obj = current if current is not None else {"metadata": {}}
    annotations = dict(annotations_of(before))
    marked = annotations.pop(OVER_CAPACITY, None) is not None
    if current is not None and (
        (current.get("subsets") or []) == subsets and labels_of(current) == labels and marked == cut
    ):
        return None
    annotations.pop(TRIGGER, None)
    if trigger is not None:
        annotations[TRIGGER] = trigger
    if cut:
        annotations[OVER_CAPACITY] = "truncated"
    metadata = {
        **meta(before),
        "name": name_of(service),
        "namespace": namespace_of(service),
        "labels": labels,
        "annotations": annotations,
    }
    if not annotations:
        del metadata["annotations"]
    new: Obj = {"kind": "Endpoints", "apiVersion": "v1", "metadata": metadata}
    return {**new, "subsets": subsets} if subsets else new


def _truncated(subsets: list[Obj]) -> tuple[list[Obj], bool]:
    """At most a thousand addresses, ready ones first; and whether some were left out.

    Source: truncateEndpoints.
    """
    counts = {
        part: sum(len(one.get(part, ())) for one in subsets)
        for part in ("addresses", "notReadyAddresses")
    }
    if sum(counts.values()) <= MOST_ADDRESSES:
        return subsets, False
    room = MOST_ADDRESSES
    kept: list[Obj] = [dict(one) for one in subsets]
    for part in ("addresses", "notReadyAddresses"):
        for one in kept:
            held = one.get(part, [])[:room]
            room -= len(held)
            one.pop(part, None)
            if held:
                one[part] = held
    return [one for one in kept if one.get("addresses") or one.get("notReadyAddresses")], True

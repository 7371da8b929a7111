"""EndpointSlices: who stands behind a Service, by address and by host name.

Source: staging/src/k8s.io/endpointslice and pkg/controller/endpointslice, v1.36.
"""

from collections.abc import Iterable

from tutor.offline import selectors
from tutor.offline.controllers.scheduler.tally import FINISHED
from tutor.offline.controllers.storage import annotated, annotations_of
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
from tutor.offline.plan import Action, Create, Delete, Key, Plan, Retry, Update, View

PODS, SERVICES, NODES = "pods", "services", "nodes"
SLICES = "endpointslices.discovery.k8s.io"
MANAGED_BY = "endpointslice.kubernetes.io/managed-by"
SERVICE_NAME = "kubernetes.io/service-name"
HEADLESS = "service.kubernetes.io/headless"
TRIGGER = "endpoints.kubernetes.io/last-change-trigger-time"
MANAGER = "endpointslice-controller.k8s.io"
ZONE = "topology.kubernetes.io/zone"
MOST_ENDPOINTS = 100

Ports = tuple[tuple[str, str, int, str], ...]
"""Name, protocol, number and application protocol of each port of a slice."""


class EndpointSlices:
    """Keeps the slices of every Service with a selector."""

    name = "endpointslice-controller"
    watches = (SERVICES, PODS, SLICES)

    def __init__(self) -> None:
        self._seen: dict[str, dict[str, str]] = {}

    def keys(
        self, view: View, resource: str, before: Obj | None, after: Obj | None
    ) -> Iterable[Key]:
        """The Service itself, of a Pod those that select it, of a slice its own."""
        changed = after or before or {}
        namespace = namespace_of(changed)
        if resource == SERVICES:
            if after is None:
                self._seen.pop(uid_of(changed), None)
            return (Key(namespace, name_of(changed)),)
        if resource == SLICES:
            service = labels_of(changed).get(SERVICE_NAME)
            ours = labels_of(changed).get(MANAGED_BY) == MANAGER
            return (Key(namespace, service),) if service and ours and before is not None else ()
        if before is not None and after is not None and _same(before, after):
            return ()
        versions = [one for one in (before, after) if one is not None]
        return [
            Key(namespace, name_of(service))
            for service in view.list(SERVICES, namespace)
            if any(map(selectors.of_labels(dig(service, "spec", "selector")), versions))
        ]

    def sync(self, view: View, key: Key) -> Plan:
        """Bring the slices of one Service in line with its Pods.

        Raises:
            Retry: A write was refused.
        """
        service = view.get(SERVICES, key.namespace, key.name)
        if service is None or terminating(service):
            return
        wanted = dig(service, "spec", "selector")
        if not wanted or dig(service, "spec", "type") == "ExternalName":
            return
        pods = [
            pod
            for pod in view.matching(PODS, key.namespace, wanted)
            if dig(pod, "status", "podIP", default="")
            and dig(pod, "status", "phase") not in FINISHED
        ]
        groups: dict[Ports, dict[str, Obj]] = {}
        for pod in pods:
            ports = _ports(service, pod)
            groups.setdefault(ports, {})[uid_of(pod)] = _endpoint(view, service, pod)
        trigger = self._trigger(service, pods)
        for action in _changes(view, service, groups, trigger):
            outcome = yield action
            if isinstance(outcome, ApiError) and outcome.reason != "NotFound":
                if dig(outcome.details, "causes", 0, "reason") == "NamespaceTerminating":
                    return
                raise Retry(outcome.message)

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
    """Whether a change of a Pod means nothing to its Services."""
    paths = (
        ("spec", "nodeName"),
        ("spec", "hostname"),
        ("metadata", "labels"),
        ("status", "podIP"),
        ("status", "phase"),
    )
    if any(dig(before, *path) != dig(after, *path) for path in paths):
        return False
    return _ready(before) == _ready(after) and terminating(before) == terminating(after)


def _ready(pod: Obj) -> bool:
    return any(
        one.get("type") == "Ready" and one.get("status") == "True"
        for one in dig(pod, "status", "conditions", default=())
    )


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
    ready, going = _ready(pod), terminating(pod)
    anyway = bool(dig(service, "spec", "publishNotReadyAddresses", default=False))
    endpoint: Obj = {
        "addresses": [pod["status"]["podIP"]],
        "conditions": {
            "ready": anyway or (ready and not going),
            "serving": ready,
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
        "uid": uid_of(pod),
    }
    if spec.get("nodeName"):
        endpoint["nodeName"] = spec["nodeName"]
        node = view.get(NODES, "", spec["nodeName"])
        zone = labels_of(node).get(ZONE) if node is not None else None
        if zone is not None:
            endpoint["zone"] = zone
    return endpoint


def _changes(
    view: View, service: Obj, groups: dict[Ports, dict[str, Obj]], trigger: str | None
) -> list[Action]:
    """What has to be written so that the slices say what the groups say."""
    existing = [
        one
        for one in view.matching(SLICES, namespace_of(service), {SERVICE_NAME: name_of(service)})
        if labels_of(one).get(MANAGED_BY) == MANAGER
        and (controller_of(one) or {}).get("uid") == uid_of(service)
        and not terminating(one)
    ]
    left = {ports: dict(endpoints) for ports, endpoints in groups.items()}
    used: list[tuple[Obj, Ports, list[Obj]]] = []
    spare: list[Obj] = []
    for one in existing:
        ports = _ports_of(one)
        kept = _kept(one, left.get(ports, {}))
        if kept:
            used.append((one, ports, kept))
        else:
            spare.append(one)
    for _, ports, kept in used:
        while left[ports] and len(kept) < MOST_ENDPOINTS:
            kept.append(left[ports].pop(next(iter(left[ports]))))
    chunks: list[tuple[Ports, list[Obj]]] = []
    for ports, endpoints in left.items():
        rest = list(endpoints.values())
        chunks += [
            (ports, rest[start : start + MOST_ENDPOINTS])
            for start in range(0, len(rest), MOST_ENDPOINTS)
        ]
    if not used and not chunks:
        chunks = [((), [])]  # a Service without endpoints keeps one empty slice
    actions: list[Action] = []
    for one, ports, kept in used:
        actions += _update(service, one, ports, kept, trigger)
    for ports, some in chunks:
        if spare:
            actions += _update(service, spare.pop(0), ports, some, trigger)
        else:
            actions.append(Create(SLICES, _new(service, ports, some, trigger)))
    gone = [Delete(SLICES, namespace_of(one), name_of(one), uid_of(one)) for one in spare]
    return [*actions, *gone]


def _kept(found: Obj, left: dict[str, Obj]) -> list[Obj]:
    """The endpoints of a slice that are still wanted, as they are now, in their order."""
    kept = []
    for endpoint in found.get("endpoints") or ():
        wanted = left.pop(dig(endpoint, "targetRef", "uid", default=""), None)
        if wanted is not None:
            kept.append(wanted)
    return kept


def _ports_of(found: Obj) -> Ports:
    return tuple(
        (
            port.get("name", ""),
            port.get("protocol", "TCP"),
            port.get("port", 0),
            port.get("appProtocol", ""),
        )
        for port in found.get("ports") or ()
    )


def _port_list(ports: Ports) -> list[Obj] | None:
    found = []
    for name, protocol, number, application in ports:
        port: Obj = {"name": name, "protocol": protocol, "port": number}
        if application:
            port["appProtocol"] = application
        found.append(port)
    return found or None


def _labels(service: Obj) -> dict[str, str]:
    own = {
        name: value
        for name, value in labels_of(service).items()
        if name not in (MANAGED_BY, SERVICE_NAME, HEADLESS)
    }
    labels = {**own, MANAGED_BY: MANAGER, SERVICE_NAME: name_of(service)}
    if dig(service, "spec", "clusterIP") == "None":
        labels[HEADLESS] = ""
    return labels


def _new(service: Obj, ports: Ports, endpoints: list[Obj], trigger: str | None) -> Obj:
    owner = {
        "apiVersion": "v1",
        "kind": "Service",
        "name": name_of(service),
        "uid": uid_of(service),
        "controller": True,
        "blockOwnerDeletion": True,
    }
    metadata: Obj = {
        "generateName": f"{name_of(service)}-",
        "namespace": namespace_of(service),
        "labels": _labels(service),
        "ownerReferences": [owner],
    }
    if trigger is not None:
        metadata["annotations"] = {TRIGGER: trigger}
    families = dig(service, "spec", "ipFamilies", default=["IPv4"])
    return {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": metadata,
        "addressType": families[0] if families else "IPv4",
        "endpoints": endpoints or None,
        "ports": _port_list(ports),
    }


def _update(
    service: Obj, found: Obj, ports: Ports, endpoints: list[Obj], trigger: str | None
) -> list[Action]:
    """The slice with other content; nothing where it is the same."""
    new = {**found, "endpoints": endpoints or None, "ports": _port_list(ports)}
    new["metadata"] = {**meta(found), "labels": _labels(service)}
    if all((found.get(part) or None) == new[part] for part in ("endpoints", "ports")) and labels_of(
        found
    ) == labels_of(new):
        return []
    if annotations_of(new).get(TRIGGER) != trigger:
        new = annotated(new, {TRIGGER: trigger})
    return [Update(SLICES, new)]

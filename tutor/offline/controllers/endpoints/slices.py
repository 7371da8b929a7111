"""What has to be written so that the slices of a Service say who stands behind it.

Source: staging/src/k8s.io/endpointslice/reconciler.go and utils.go, v1.36.
"""

from dataclasses import dataclass

from tutor.offline.controllers.endpoints.backends import Backends, Ports, uids_of
from tutor.offline.controllers.storage import annotated, annotations_of
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
from tutor.offline.plan import Action, Create, Delete, Update, View

SLICES = "endpointslices.discovery.k8s.io"
MANAGED_BY = "endpointslice.kubernetes.io/managed-by"
SERVICE_NAME = "kubernetes.io/service-name"
HEADLESS = "service.kubernetes.io/headless"
TRIGGER = "endpoints.kubernetes.io/last-change-trigger-time"
MANAGER = "endpointslice-controller.k8s.io"
MOST_ENDPOINTS = 100


@dataclass(slots=True)
class _Used:
    """A slice that goes on to be used.

    Attributes:
        slice: As it is.
        ports: Its ports.
        count: How many endpoints it has.
        kept: They as they should be; None while it says what it should.
    """

    slice: Obj
    ports: Ports
    count: int
    kept: list[Obj] | None

    def add(self, endpoint: Obj) -> None:
        """Put another endpoint into it."""
        if self.kept is None:
            self.kept = list(self.slice["endpoints"])
        self.kept.append(endpoint)
        self.count += 1


def slices_of(view: View, service: Obj, backends: Backends) -> list[Obj]:
    """The slices of a Service that this controller keeps."""
    found = view.matching(SLICES, namespace_of(service), {SERVICE_NAME: name_of(service)})
    return [one for one in found if backends.knows(one) or _is_ours(one, service)]


def _is_ours(found: Obj, service: Obj) -> bool:
    return (
        labels_of(found).get(MANAGED_BY) == MANAGER
        and (controller_of(found) or {}).get("uid") == uid_of(service)
        and not terminating(found)
    )


def changes(view: View, service: Obj, backends: Backends, trigger: str | None) -> list[Action]:
    """What has to be written so that the slices say what stands behind the Service.

    Args:
        view: The cluster.
        service: The Service.
        backends: Its Pods.
        trigger: Since when what is new about them is so.
    """
    existing = slices_of(view, service, backends)
    untouched = backends.untouched(existing)
    left = backends.left(untouched)
    used: list[_Used] = []
    spare: list[Obj] = []
    for one in existing:
        ports = _ports_of(one)
        kept = None if uid_of(one) in untouched else _kept(one, left.get(ports, {}))
        count = len(kept) if kept is not None else len(one.get("endpoints") or ())
        if count:
            used.append(_Used(one, ports, count, kept))
        else:
            spare.append(one)
    for one_used in used:
        more = left.get(one_used.ports)
        while more and one_used.count < MOST_ENDPOINTS:
            one_used.add(more.pop(next(iter(more))))
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
    for one_used in used:
        if one_used.kept is not None:
            actions += _update(service, one_used.slice, one_used.ports, one_used.kept, trigger)
    for ports, some in chunks:
        if spare:
            actions += _update(service, spare.pop(0), ports, some, trigger)
        else:
            actions.append(Create(SLICES, _new(service, ports, some, trigger)))
    gone = [Delete(SLICES, namespace_of(one), name_of(one), uid_of(one)) for one in spare]
    return [*actions, *gone]


def _kept(found: Obj, left: dict[str, Obj]) -> list[Obj]:
    """The endpoints of a slice that are still wanted, as they are now, in their order."""
    wanted = (left.pop(uid, None) for uid in uids_of(found))
    return [endpoint for endpoint in wanted if endpoint is not None]


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

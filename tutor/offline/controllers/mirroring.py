"""EndpointSlices of Endpoints that a user wrote, for Services without a selector.

Source: pkg/controller/endpointslicemirroring, v1.36.
"""

import ipaddress
from collections.abc import Iterable, Iterator
from typing import TypeAlias

from tutor.offline.errors import ApiError
from tutor.offline.objects import (
    Obj,
    controller_of,
    dig,
    labels_of,
    meta,
    name_of,
    namespace_of,
    uid_of,
)
from tutor.offline.plan import Action, Create, Delete, Key, Plan, Retry, Update, View

ENDPOINTS, SERVICES = "endpoints", "services"
SLICES = "endpointslices.discovery.k8s.io"
MANAGED_BY = "endpointslice.kubernetes.io/managed-by"
SERVICE_NAME = "kubernetes.io/service-name"
MANAGER = "endpointslicemirroring-controller.k8s.io"
SKIP = "endpointslice.kubernetes.io/skip-mirror"
LEADER = "control-plane.alpha.kubernetes.io/leader"
LEFT_OUT = (
    "endpoints.kubernetes.io/last-change-trigger-time",
    "kubectl.kubernetes.io/last-applied-configuration",
)
MOST_ADDRESSES = 1000
_Ports: TypeAlias = tuple[tuple[str, int, str, str], ...]
_Group: TypeAlias = tuple[str, _Ports]


class EndpointSliceMirroring:
    """Keeps a slice for each set of ports and kind of address of what users write."""

    name = "endpointslicemirroring-controller"
    watches = (ENDPOINTS, SERVICES, SLICES)

    def keys(
        self, view: View, resource: str, before: Obj | None, after: Obj | None
    ) -> Iterable[Key]:
        """The Endpoints themselves, those of a Service, or those a slice is a mirror of."""
        changed = after or before or {}
        namespace = namespace_of(changed)
        if resource != SLICES:
            return (Key(namespace, name_of(changed)),)
        ours = labels_of(changed).get(MANAGED_BY) == MANAGER and before is not None
        return (Key(namespace, labels_of(changed).get(SERVICE_NAME, "")),) if ours else ()

    def sync(self, view: View, key: Key) -> Plan:
        """Bring the mirror in line with what it shows.

        Raises:
            Retry: A write was refused.
        """
        wanted = {SERVICE_NAME: key.name, MANAGED_BY: MANAGER}
        mirrors = list(view.matching(SLICES, key.namespace, wanted))
        endpoints = view.get(ENDPOINTS, key.namespace, key.name)
        service = view.get(SERVICES, key.namespace, key.name)
        shown = (
            endpoints is not None
            and service is not None
            and _mirrored(endpoints)
            and dig(service, "spec", "selector") is None
        )
        for action in _changes(endpoints, mirrors) if shown and endpoints else _gone(mirrors):
            outcome = yield action
            if isinstance(outcome, ApiError) and outcome.reason != "NotFound":
                if dig(outcome.details, "causes", 0, "reason") == "NamespaceTerminating":
                    return
                raise Retry(outcome.message)


def _mirrored(endpoints: Obj) -> bool:
    annotations = meta(endpoints).get("annotations") or {}
    return labels_of(endpoints).get(SKIP) != "true" and LEADER not in annotations


def _gone(mirrors: Iterable[Obj]) -> Iterator[Action]:
    for one in mirrors:
        yield Delete(SLICES, namespace_of(one), name_of(one), uid_of(one))


def _changes(endpoints: Obj, mirrors: list[Obj]) -> Iterator[Action]:
    groups = _groups(endpoints)
    left: dict[_Group, Obj] = {}
    spare: list[Obj] = []
    for one in mirrors:
        group = (str(one.get("addressType", "")), _key(one.get("ports") or ()))
        if group in groups and group not in left:
            left[group] = one
        else:
            spare.append(one)
    if not groups and not (len(mirrors) > len(spare)):
        empty = next((one for one in spare if not one.get("endpoints")), None)
        if empty is not None and empty.get("addressType") == "IPv4" and not empty.get("ports"):
            spare.remove(empty)  # a mirror of nothing stays, so that one sees it
        else:
            yield Create(SLICES, _slice(endpoints, ("IPv4", ()), []))
    for group, found in groups.items():
        made = _slice(endpoints, group, found)
        current = left.get(group)
        if current is None:
            yield Create(SLICES, made)
        elif _differs(current, made):
            metadata = {**meta(current), **made["metadata"], "name": name_of(current)}
            yield Update(SLICES, {**current, **made, "metadata": metadata})
    yield from _gone(spare)


def _groups(endpoints: Obj) -> dict[_Group, list[Obj]]:
    """The endpoints of each slice there is to be."""
    groups: dict[_Group, list[Obj]] = {}
    for subset in endpoints.get("subsets") or ():
        ports = _key(subset.get("ports") or ())
        added = 0
        for part, ready in (("addresses", True), ("notReadyAddresses", False)):
            for address in subset.get(part) or ():
                kind = _kind(str(address.get("ip", "")))
                if kind and added < MOST_ADDRESSES:
                    groups.setdefault((kind, ports), []).append(_endpoint(address, ready))
                    added += 1
    return groups


def _kind(text: str) -> str:
    try:
        return f"IPv{ipaddress.ip_address(text).version}"
    except ValueError:
        return ""


def _key(ports: Iterable[Obj]) -> _Ports:
    found = (
        (
            one.get("name") or "",
            one.get("port") or 0,
            one.get("protocol") or "TCP",
            one.get("appProtocol") or "",
        )
        for one in ports
    )
    return tuple(sorted(found))


def _endpoint(address: Obj, ready: bool) -> Obj:
    endpoint: Obj = {"addresses": [address["ip"]], "conditions": {"ready": ready}}
    for part in ("hostname", "targetRef", "nodeName"):
        if address.get(part):
            endpoint[part] = address[part]
    return endpoint


def _slice(endpoints: Obj, group: _Group, found: list[Obj]) -> Obj:
    kind, ports = group
    labels = {
        **labels_of(endpoints),
        SERVICE_NAME: name_of(endpoints),
        MANAGED_BY: MANAGER,
    }
    annotations = {
        name: value
        for name, value in (meta(endpoints).get("annotations") or {}).items()
        if name not in LEFT_OUT
    }
    owner = {
        "apiVersion": "v1",
        "kind": "Endpoints",
        "name": name_of(endpoints),
        "uid": uid_of(endpoints),
        "controller": True,
        "blockOwnerDeletion": True,
    }
    metadata: Obj = {
        "generateName": f"{name_of(endpoints)}-",
        "namespace": namespace_of(endpoints),
        "labels": labels,
        "ownerReferences": [owner],
    }
    if annotations:
        metadata["annotations"] = annotations
    shown = []
    for name, number, protocol, application in ports:
        port: Obj = {"name": name, "protocol": protocol, "port": number}
        if application:
            port["appProtocol"] = application
        shown.append(port)
    return {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": metadata,
        "addressType": kind,
        "endpoints": found or None,
        "ports": shown or None,
    }


def _differs(current: Obj, made: Obj) -> bool:
    owner = controller_of(current) or {}
    return (
        (current.get("endpoints") or None) != made["endpoints"]
        or labels_of(current) != labels_of(made)
        or (meta(current).get("annotations") or {}) != (made["metadata"].get("annotations") or {})
        or owner.get("uid") != made["metadata"]["ownerReferences"][0]["uid"]
    )

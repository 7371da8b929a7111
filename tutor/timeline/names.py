"""The DNS names of Services and of the Pods behind them, as a cluster's DNS server answers them.

Source: the kubernetes plugin of CoreDNS (``object/endpoint.go``): an endpoint answers while its
``ready`` is true or not set; the endpoints controller sets it of every Pod where the Service asks
for ``publishNotReadyAddresses``.
"""

from typing import TypeAlias

from tutor.offline.objects import Obj
from tutor.timeline.reading import items, mapping, name, namespace, strings, text
from tutor.timeline.scenes import Objects

SLICE = "EndpointSlice"
SERVICE_LABEL = "kubernetes.io/service-name"

Names: TypeAlias = dict[str, tuple[str, ...]]
"""A name, as short as a Pod of the same namespace may use it, to its addresses."""


def headless(service: Obj) -> bool:
    """Whether a Service has no address of its own."""
    return text(service, "spec", "clusterIP") == "None"


def service_of(slice_: Obj) -> tuple[str, str]:
    """Namespace and name of the Service an EndpointSlice belongs to."""
    labels = mapping(slice_, "metadata", "labels")
    return namespace(slice_), text(labels, SERVICE_LABEL)


def names_of(objects: Objects, namespace: str, service: str) -> Names:
    """The names of one Service, and of the Pods it governs, that resolve."""
    found = objects.get("Service", namespace, service)
    if found is None:
        return {}
    names: Names = {}
    if text(found, "spec", "type") == "ExternalName":
        names[service] = tuple(filter(None, [text(found, "spec", "externalName")]))
    elif not headless(found):
        own = text(found, "spec", "clusterIP")
        names[service] = strings(found, "spec", "clusterIPs") or ((own,) if own else ())
    else:
        for slice_ in objects.of(SLICE, namespace):
            if service_of(slice_) == (namespace, service):
                _endpoints(slice_, service, names)
    return {one: addresses for one, addresses in names.items() if addresses}


def _endpoints(slice_: Obj, service: str, names: Names) -> None:
    for endpoint in items(slice_, "endpoints"):
        if mapping(endpoint, "conditions").get("ready") is False:
            continue
        addresses = strings(endpoint, "addresses")
        names[service] = names.get(service, ()) + addresses
        hostname = text(endpoint, "hostname")
        if hostname:
            own = f"{hostname}.{service}"
            names[own] = names.get(own, ()) + addresses


def services_of(kind: str, before: Obj | None, after: Obj | None) -> set[tuple[str, str]]:
    """Namespace and name of the Services whose names a changed object may change.

    Args:
        kind: Of the object; one out of a list does not say it itself.
        before: The object; None where it was not there.
        after: The same; None where it is gone.
    """
    there = [one for one in (before, after) if one is not None]
    if kind == "Service":
        return {(namespace(one), name(one)) for one in there}
    return {service_of(one) for one in there} if kind == SLICE else set()

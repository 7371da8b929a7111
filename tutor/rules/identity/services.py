"""Services beside the set: what the server refuses, and ports that lead nowhere."""

from collections.abc import Iterator
from itertools import islice

from tutor.manifest.documents import Document
from tutor.model.findings import Finding, Severity
from tutor.model.nearest import nearest
from tutor.rules.catalogue import Rule, rule
from tutor.rules.identity.governing import SERVICE_VALIDATION, first_pod
from tutor.rules.objects import (
    Objects,
    containers,
    is_headless,
    namespace,
    runs_long,
    service_selector,
    service_type,
)
from tutor.rules.shapes import at, dig, sequence, string
from tutor.rules.values import shown


@rule(
    "STS117",
    Severity.ERROR,
    source=SERVICE_VALIDATION + " (may not be set to 'None' for LoadBalancer services)",
    mistakes=("M03",),
    variants=("", "external"),
)
def headless_has_no_outside(this: Rule, objects: Objects) -> Iterator[Finding]:
    """``clusterIP: None`` goes with no type but ClusterIP."""
    for service in objects.services:
        found = service_type(service)
        if is_headless(service) and found in ("NodePort", "LoadBalancer", "ExternalName"):
            yield this.finding(
                service,
                "spec.type",
                variant="external" if found == "ExternalName" else "",
                found=found,
                needed="ClusterIP",
                service=service.name,
            )


@rule(
    "STS119",
    Severity.WARNING,
    source="staging/src/k8s.io/endpointslice/utils.go getEndpointPorts (FindPort fails: the port "
    "is left out)",
    variants=("", "nearest", "unnamed"),
)
def target_port_is_a_container_port(this: Rule, objects: Objects) -> Iterator[Finding]:
    """A named ``targetPort`` is the name of no port of the containers behind the Service."""
    for service in objects.services:
        ports = sequence(dig(service.data, "spec", "ports"))
        named = [
            (index, name)
            for index, port in enumerate(ports)
            if (name := string(dig(port, "targetPort"))) and not name.isdecimal()
        ]
        wanted = service_selector(service)
        if not named or not wanted:
            continue
        behind = list(islice(objects.workloads_with(wanted, namespace(service)), 20))
        statefulset = next((w for w in behind if w.kind == "StatefulSet"), None)
        if statefulset is None:
            continue
        known: dict[str, None] = {}
        for workload in behind:
            known.update(dict.fromkeys(_port_names(workload)))
        for index, name in named:
            if name in known:
                continue
            meant = nearest(name, known)
            yield this.finding(
                service,
                ("spec", "ports", index, "targetPort"),
                variant="nearest" if meant else "" if known else "unnamed",
                found=shown(name),
                needed=shown(meant) if meant else tuple(map(shown, islice(known, 5))),
                set=statefulset.name,
                at=at(statefulset, ("spec", "template", "spec", "containers"), service),
            )


def _port_names(workload: Document) -> Iterator[str]:
    for path, container in containers(workload):
        if runs_long(path, container):
            for port in sequence(container.get("ports")):
                name = string(dig(port, "name"))
                if name:
                    yield name


@rule(
    "STS120",
    Severity.ADVICE,
    source="website: concepts/services-networking/dns-pod-service (SRV records need named ports)",
)
def headless_ports_are_named(this: Rule, objects: Objects) -> Iterator[Finding]:
    """The port of the governing Service has no name, so there is no SRV record for it.

    With several ports the server demands names; the schema says so.
    """
    for service in objects.services:
        sets = objects.governed.get(id(service))
        ports = sequence(dig(service.data, "spec", "ports"))
        if not sets or not is_headless(service) or len(ports) != 1:
            continue
        port = ports[0]
        if isinstance(port, dict) and port.get("name") in (None, ""):
            yield this.finding(
                service,
                ("spec", "ports", 0, "name"),
                found=shown(port.get("port")),
                service=service.name,
                pod=first_pod(sets[0]),
            )

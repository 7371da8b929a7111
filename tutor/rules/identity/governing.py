"""The governing Service: the one that ``spec.serviceName`` names, and what it must be.

A Pod's DNS name is published if a Service of exactly that name is in the Pod's namespace and
selects the Pod (``ShouldSetHostname`` in
staging/src/k8s.io/endpointslice/util/controller_utils.go). The DNS specification promises it for
a headless Service only. With any other, CoreDNS answers too (``findServices`` of its kubernetes
plugin looks at host names of endpoints, not at the type); kube-dns and Cloud DNS do not
(kubernetes#68352). So a Service that is not headless is a warning, not an error.
"""

from collections.abc import Iterator
from itertools import islice

from tutor.manifest.documents import Document
from tutor.model.findings import Finding, Severity
from tutor.model.nearest import nearest
from tutor.rules.catalogue import Rule, rule
from tutor.rules.objects import (
    Objects,
    is_dns_label,
    is_headless,
    namespace,
    pod_labels,
    service_name,
    service_selector,
    service_type,
    start_ordinal,
)
from tutor.rules.selectors import Labels, labels, matches
from tutor.rules.shapes import at, dig, sequence, string
from tutor.rules.values import shown

HOSTNAMES = "staging/src/k8s.io/endpointslice/util/controller_utils.go ShouldSetHostname"
VALIDATION = "pkg/apis/apps/validation/validation.go ValidateStatefulSetSpec"
SERVICE_VALIDATION = "pkg/apis/core/validation/validation.go ValidateService"

_CANDIDATES = 100
"""How many Services are compared with a mistyped name: keeps a large bundle linear."""

_NONE_MEANT = frozenset({"none", "null", "nil", "headless"})


def first_pod(statefulset: Document) -> str:
    """Name of the set's first Pod, for messages."""
    return f"{statefulset.name or '<name>'}-{start_ordinal(statefulset) or 0}"


def means_none(service: Document) -> bool:
    """Whether ``clusterIP`` is written as some word that is not, but was meant as, ``None``."""
    written = string(dig(service.data, "spec", "clusterIP"))
    return written != "None" and written.strip().lower() in _NONE_MEANT


def elsewhere(objects: Objects, statefulset: Document) -> Document | None:
    """The Service of the right name in another namespace, where it governs no set."""
    if objects.governing_service(statefulset) is not None:
        return None
    for service in objects.services_named(service_name(statefulset)):
        if id(service) not in objects.governed:
            return service
    return None


def _meant(objects: Objects, statefulset: Document) -> Document | None:
    """The Service that a serviceName without one was most likely to name."""
    here = [s for s in islice(objects.services_in(namespace(statefulset)), _CANDIDATES) if s.name]
    headless = [s for s in here if is_headless(s)]
    for candidates in (headless, here):
        close = nearest(service_name(statefulset), (s.name for s in candidates))
        if close:
            return next(s for s in candidates if s.name == close)
    selecting = [s for s in objects.services_selecting(statefulset) if is_headless(s)]
    return selecting[0] if len(selecting) == 1 else None


@rule(
    "STS101",
    Severity.WARNING,
    source=HOSTNAMES,
    mistakes=("M01", "M04"),
    variants=("", "nearest"),
    after=("STS105", "STS109"),
)
def service_is_here(this: Rule, objects: Objects) -> Iterator[Finding]:
    """``serviceName`` names no Service in these files."""
    for statefulset in objects.statefulsets:
        name = service_name(statefulset)
        if (
            not name
            or objects.governing_service(statefulset) is not None
            or elsewhere(objects, statefulset) is not None
        ):
            continue
        meant = _meant(objects, statefulset)
        if meant is None:
            yield this.finding(
                statefulset, "spec.serviceName", found=shown(name), pod=first_pod(statefulset)
            )
        else:
            yield this.finding(
                statefulset,
                "spec.serviceName",
                variant="nearest",
                found=shown(name),
                needed=meant.name,
                pod=first_pod(statefulset),
                at=at(meant, ("metadata", "name"), statefulset),
            )


@rule(
    "STS102",
    Severity.WARNING,
    source=HOSTNAMES,
    mistakes=("M02",),
    variants=("", "address", "list"),
)
def governing_is_headless(this: Rule, objects: Objects) -> Iterator[Finding]:
    """The governing Service has no ``clusterIP: None``."""
    for service, statefulset in _pairs(objects):
        if is_headless(service) or service_type(service) != "ClusterIP":
            continue
        written = dig(service.data, "spec", "clusterIP")
        if _is_empty_cluster_ip(service) or means_none(service):
            continue
        listed = sequence(dig(service.data, "spec", "clusterIPs"))[:1] == ["None"]
        yield this.finding(
            service,
            "spec.clusterIPs" if listed and written is None else "spec.clusterIP",
            variant="address" if written is not None else "list" if listed else "",
            severity=Severity.ERROR if listed else Severity.WARNING,
            service=service.name,
            set=statefulset.name,
            pod=first_pod(statefulset),
            found=shown(written),
            needed="None",
            at=at(statefulset, ("spec", "serviceName"), service),
        )


@rule(
    "STS103",
    Severity.WARNING,
    source=HOSTNAMES,
    mistakes=("M03",),
    variants=("", "external"),
)
def governing_is_internal(this: Rule, objects: Objects) -> Iterator[Finding]:
    """The governing Service is a NodePort, a LoadBalancer or an ExternalName."""
    for service, statefulset in _pairs(objects):
        found = service_type(service)
        if found in ("NodePort", "LoadBalancer", "ExternalName") and not is_headless(service):
            yield this.finding(
                service,
                "spec.type",
                variant="external" if found == "ExternalName" else "",
                severity=Severity.ERROR if found == "ExternalName" else Severity.WARNING,
                found=found,
                needed="ClusterIP",
                service=service.name,
                pod=first_pod(statefulset),
                at=at(statefulset, ("spec", "serviceName"), service),
            )


@rule(
    "STS104",
    Severity.ERROR,
    source=HOSTNAMES,
    mistakes=("M05",),
    variants=("", "missing"),
)
def governing_selects_pods(this: Rule, objects: Objects) -> Iterator[Finding]:
    """The governing Service's selector does not match the set's Pods."""
    for service in objects.services:
        wanted = service_selector(service)
        said: set[str] = set()
        for statefulset in objects.governed.get(id(service), ()) if wanted else ():
            pod = pod_labels(statefulset)
            if pod is None or not wanted or _template_is_the_odd_one(statefulset, wanted, pod):
                continue
            for key, value in wanted.items():
                if pod.get(key) == value or key in said:
                    continue
                said.add(key)
                present = key in pod
                yield this.finding(
                    service,
                    ("spec", "selector", key),
                    key=not present,
                    variant="" if present else "missing",
                    found=shown(f"{key}: {value}"),
                    needed=shown(f"{key}: {pod[key]}") if present else _pairs_text(pod),
                    service=service.name,
                    set=statefulset.name,
                    pod=first_pod(statefulset),
                    at=at(statefulset, ("spec", "template", "metadata", "labels", key), service),
                )


def _template_is_the_odd_one(statefulset: Document, wanted: Labels, pod: Labels) -> bool:
    """Whether Service and set agree and the template's labels do not: STS201 says that already."""
    selector = dig(statefulset.data, "spec", "selector")
    own = labels(dig(selector, "matchLabels")) or {}
    return matches(selector, pod) is False and all(own.get(k) == v for k, v in wanted.items())


@rule(
    "STS105",
    Severity.ERROR,
    source=HOSTNAMES,
    mistakes=("M05",),
    variants=("", "unset"),
    after=("STS109",),
)
def governing_is_in_namespace(this: Rule, objects: Objects) -> Iterator[Finding]:
    """The Service of the right name lies in another namespace."""
    for statefulset in objects.statefulsets:
        if not service_name(statefulset):
            continue
        service = elsewhere(objects, statefulset)
        if service is None:
            continue
        both = bool(service.namespace and statefulset.namespace)
        yield this.finding(
            statefulset,
            "spec.serviceName",
            variant="" if both else "unset",
            severity=Severity.ERROR if both else Severity.WARNING,
            service=service.name,
            found=namespace(service),
            needed=namespace(statefulset),
            pod=first_pod(statefulset),
            at=at(service, ("metadata", "namespace"), statefulset),
        )


@rule(
    "STS106",
    Severity.WARNING,
    source="pkg/controller/endpointslice/endpointslice_controller.go syncService",
    mistakes=("M05",),
)
def governing_has_selector(this: Rule, objects: Objects) -> Iterator[Finding]:
    """The governing Service has no selector, and nobody writes its endpoints by hand here."""
    by_hand = {(namespace(d), d.name) for d in objects.of("Endpoints", "v1")} | {
        (namespace(d), string(dig(d.data, "metadata", "labels", "kubernetes.io/service-name")))
        for d in objects.of("EndpointSlice", "discovery.k8s.io/v1")
    }
    for service, statefulset in _pairs(objects):
        if dig(service.data, "spec", "selector") not in (None, {}):
            continue
        if service_type(service) == "ExternalName" or (namespace(service), service.name) in by_hand:
            continue
        pod = pod_labels(statefulset)
        yield this.finding(
            service,
            "spec.selector",
            service=service.name,
            set=statefulset.name,
            pod=first_pod(statefulset),
            needed=_pairs_text(pod or {}),
            at=at(statefulset, ("spec", "template", "metadata", "labels"), service),
        )


@rule(
    "STS107",
    Severity.ERROR,
    source=SERVICE_VALIDATION + "; pkg/apis/core/types.go ClusterIPNone",
    mistakes=("M02",),
    variants=("", "empty"),
)
def none_is_spelt_none(this: Rule, objects: Objects) -> Iterator[Finding]:
    """``clusterIP`` is written ``none``, ``null`` or not at all where ``None`` was meant."""
    for service in objects.services:
        if means_none(service):
            found = string(dig(service.data, "spec", "clusterIP"))
            yield this.finding(
                service, "spec.clusterIP", found=shown(found), needed="None", service=service.name
            )
    for service, statefulset in _pairs(objects):
        if _is_empty_cluster_ip(service) and service_type(service) == "ClusterIP":
            yield this.finding(
                service,
                "spec.clusterIP",
                variant="empty",
                severity=Severity.WARNING,
                found='""' if dig(service.data, "spec", "clusterIP") == "" else "null",
                needed="None",
                service=service.name,
                pod=first_pod(statefulset),
            )


@rule(
    "STS108",
    Severity.WARNING,
    source="API v0.33.0 apps/v1/types.go serviceName +optional (kubernetes#130233)",
    mistakes=("M06",),
    variants=("", "service"),
)
def service_name_is_given(this: Rule, objects: Objects) -> Iterator[Finding]:
    """``serviceName`` is missing or empty."""
    for statefulset in objects.statefulsets:
        if dig(statefulset.data, "spec", "serviceName") not in (None, ""):
            continue
        candidates = [s for s in objects.services_selecting(statefulset) if is_headless(s)]
        if len(candidates) == 1:
            yield this.finding(
                statefulset,
                "spec.serviceName",
                variant="service",
                needed=candidates[0].name,
                pod=first_pod(statefulset),
                at=at(candidates[0], ("metadata", "name"), statefulset),
            )
        else:
            yield this.finding(statefulset, "spec.serviceName", pod=first_pod(statefulset))


@rule(
    "STS109",
    Severity.ERROR,
    source=VALIDATION + " AllowInvalidServiceName",
    mistakes=("M04",),
    since="1.33",
    variants=("", "fqdn", "long"),
)
def service_name_is_a_label(this: Rule, objects: Objects) -> Iterator[Finding]:
    """``serviceName`` is not a DNS label; often a whole DNS name."""
    for statefulset in objects.statefulsets:
        name = service_name(statefulset)
        if not name or is_dns_label(name):
            continue
        first = name.partition(".")[0]
        if "." in name and is_dns_label(first):
            yield this.finding(
                statefulset, "spec.serviceName", variant="fqdn", found=shown(name), needed=first
            )
        elif len(name) > 63:
            yield this.finding(
                statefulset, "spec.serviceName", variant="long", found=shown(name), length=len(name)
            )
        else:
            yield this.finding(
                statefulset, "spec.serviceName", found=shown(name), needed=as_label(name)
            )


def as_label(name: str) -> str:
    """The DNS label nearest to a name that is none: lower case, a hyphen for anything else."""
    plain = "".join(c if c.isascii() and c.isalnum() else "-" for c in name.lower())
    return plain.strip("-")[:63].strip("-") or "web"


def _pairs(objects: Objects) -> Iterator[tuple[Document, Document]]:
    """Each governing Service once, with the first of its sets."""
    for service in objects.services:
        sets = objects.governed.get(id(service))
        if sets:
            yield service, sets[0]


def _is_empty_cluster_ip(service: Document) -> bool:
    node = service.node("spec.clusterIP")
    return node is not None and dig(service.data, "spec", "clusterIP") in (None, "")


def _pairs_text(pod: Labels) -> tuple[str, ...]:
    return tuple(shown(f"{key}: {value}") for key, value in islice(sorted(pod.items()), 5))

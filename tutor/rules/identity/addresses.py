"""Addresses of Pods written into environment variables, arguments and commands."""

import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import NamedTuple

from tutor.manifest.documents import Document
from tutor.manifest.nodes import Data
from tutor.model.findings import Finding, Path, Severity
from tutor.rules.catalogue import Rule, rule
from tutor.rules.identity.governing import HOSTNAMES
from tutor.rules.objects import (
    Objects,
    containers,
    is_headless,
    namespace,
    pod_spec,
    service_name,
)
from tutor.rules.shapes import at, dig, mapping, sequence, string
from tutor.rules.values import shown

_TOKEN = re.compile(r"[A-Za-z0-9_.-]+")
_POD = re.compile(r"([a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?)-(0|[1-9][0-9]{0,8})\Z")
# Patterns few files need stay text until then: compiling them costs a start half a millisecond.
_PORT = r":[0-9]{2,5}(?![0-9A-Za-z.])"
_HOST_VARIABLE = (
    r"(?:^|_)(?:HOSTS?|ADDR(?:ESS(?:ES)?)?|SERVERS?|URLS?|URI|ENDPOINTS?|SEEDS?|PEERS?|BROKERS?)\Z"
)
_MEMBERS = r"(?i)PEER|SEED|MEMBER|CLUSTER|REPLICA|MASTER|PRIMARY|LEADER|JOIN|ENSEMBLE|QUORUM"
_NOT_MEMBERS = r"(?i)CIDR|SUBNET|MASK|_IP\Z|DNS|RANGE|NETWORK"
_ADDRESS = re.compile(r"(?<![0-9.])([0-9]{1,3}(?:\.[0-9]{1,3}){3})(?![0-9/]|\.[0-9])")
_TOLERATES = "service.alpha.kubernetes.io/tolerate-unready-endpoints"


class Text(NamedTuple):
    """One string a container is started with."""

    path: Path
    text: str
    variable: str
    """Name of the environment variable, empty for an argument."""


class Host(NamedTuple):
    """A word that has the form of a Pod's DNS name."""

    name: str
    set_name: str
    ordinal: int
    domain: tuple[str, ...]
    """The labels beside the Pod's name: service, namespace, ``svc``, cluster domain."""
    is_address: bool
    """Whether its surroundings show that something connects to it."""
    swapped: bool
    """Whether the service stands before the Pod's name."""


def texts(workload: Document) -> Iterator[Text]:
    """Every literal string in ``env``, ``command`` and ``args`` of a workload."""
    for path, container in containers(workload):
        for index, variable in enumerate(sequence(container.get("env"))):
            text = string(dig(variable, "value"))
            if text:
                where = (*path, "env", index, "value")
                yield Text(where, text, string(dig(variable, "name")))
        for field in ("command", "args"):
            for index, argument in enumerate(sequence(container.get(field))):
                if isinstance(argument, str):
                    yield Text((*path, field, index), argument, "")


def hosts(text: Text) -> Iterator[Host]:
    """Words of a text that have the form ``<set>-<ordinal>`` and may be DNS names."""
    written = text.text
    for match in _TOKEN.finditer(written):
        word = match[0].strip(".")
        first, *domain = word.split(".")[:8]
        parts = _POD.match(first)
        swapped = parts is None and bool(domain)
        if swapped:
            first, domain[0] = domain[0], first
            parts = _POD.match(first)
        if parts is None:
            continue
        before = written[max(0, match.start() - 2) : match.start()]
        if before.endswith("/") and before != "//":
            continue  # a path of files
        addressed = (
            before == "//"
            or before.endswith("@")
            or re.match(_PORT, written[match.end() : match.end() + 7]) is not None
            or (
                re.search(_HOST_VARIABLE, text.variable) is not None
                and _stands_alone(written, match)
            )
        )
        yield Host(word, parts[1], int(parts[2]), tuple(domain), addressed, swapped)


def _stands_alone(written: str, match: re.Match[str]) -> bool:
    """Whether a word is all of the text, or one of a list with commas, semicolons or spaces."""
    around = written[match.start() - 1 : match.start()] + written[match.end() : match.end() + 1]
    return all(c in ",; \n" for c in around)


_Sets = Mapping[tuple[str, str], Document]


class _Problem(NamedTuple):
    variant: str
    statefulset: Document
    where: Path
    """The place in the set that decides it."""
    needed: str
    last: str = ""


@rule(
    "STS113",
    Severity.WARNING,
    source=HOSTNAMES + "; website: concepts/services-networking/dns-pod-service",
    mistakes=("M10", "M04"),
    variants=("short", "service", "ordinal", "namespace", "swapped"),
)
def pod_names_resolve(this: Rule, objects: Objects) -> Iterator[Finding]:
    """A Pod's DNS name is used that will not resolve."""
    sets = {(namespace(s), s.name): s for s in objects.statefulsets if s.name}
    for workload in objects.workloads if sets else ():
        for text in texts(workload):
            said: set[str] = set()
            for host in hosts(text):
                problem = _problem(objects, sets, workload, host)
                if problem is None or problem.variant in said:
                    continue
                said.add(problem.variant)
                yield this.finding(
                    workload,
                    text.path,
                    variant=problem.variant,
                    found=shown(host.name),
                    needed=shown(problem.needed),
                    last=problem.last,
                    set=problem.statefulset.name,
                    at=at(problem.statefulset, problem.where, workload),
                )


def _problem(objects: Objects, sets: _Sets, workload: Document, host: Host) -> _Problem | None:
    if len(host.domain) >= 3 and host.domain[2] != "svc":
        return None  # a name outside the cluster
    there = host.domain[1] if len(host.domain) > 1 else namespace(workload)
    statefulset = sets.get((there, host.set_name))
    if statefulset is None:
        return _in_other_namespace(sets, workload, host)
    governing = service_name(statefulset)
    if not governing:
        return None  # STS108 says it
    by_name: Path = ("spec", "serviceName")
    if host.swapped:
        if host.domain[0] != governing:
            return None
        pod = f"{host.set_name}-{host.ordinal}"
        return _Problem("swapped", statefulset, by_name, ".".join((pod, *host.domain)))
    if not host.domain:
        if not host.is_address or _resolves_short(objects, workload, host):
            return None
        return _Problem("short", statefulset, by_name, f"{host.name}.{governing}")
    if host.domain[0] != governing:
        if not _is_meant_as_service(objects, statefulset, host):
            return None
        pod = host.name.partition(".")[0]
        return _Problem(
            "service", statefulset, by_name, ".".join((pod, governing, *host.domain[1:]))
        )
    ordinals = objects.ordinals(statefulset)
    if not ordinals or host.ordinal in ordinals:
        return None
    first, last = (f"{statefulset.name}-{n}" for n in (ordinals[0], ordinals[-1]))
    return _Problem("ordinal", statefulset, ("spec", "replicas"), first, last)


def _resolves_short(objects: Objects, workload: Document, host: Host) -> bool:
    """Whether the bare name of a Pod resolves after all: a Service of its name, a search domain."""
    spec = pod_spec(workload)
    return (
        objects.service(host.name, workload) is not None
        or bool(mapping(spec.get("dnsConfig")).get("searches"))
        or bool(spec.get("hostAliases"))
    )


def _is_meant_as_service(objects: Objects, statefulset: Document, host: Host) -> bool:
    """Whether the word after the Pod's name stands for a Service; ``web-0.conf`` is a file."""
    service = objects.service(host.domain[0], statefulset)
    if service is not None:
        # Where serviceName itself is the slip, STS101 says so.
        return objects.governing_service(statefulset) is not None
    return host.is_address or len(host.domain) > 2


def _in_other_namespace(sets: _Sets, workload: Document, host: Host) -> _Problem | None:
    if len(host.domain) != 1 or host.swapped or not workload.namespace:
        return None
    for (there, name), statefulset in islice(sets.items(), 200):
        if (
            name == host.set_name
            and statefulset.namespace
            and host.domain[0] == service_name(statefulset)
        ):
            return _Problem(
                "namespace", statefulset, ("metadata", "namespace"), f"{host.name}.{there}"
            )
    return None


@rule(
    "STS114",
    Severity.ADVICE,
    source="website: tutorials/stateful-application/basic-stateful-set (Pod IP addresses change)",
    mistakes=("M09",),
)
def members_are_named_not_numbered(this: Rule, objects: Objects) -> Iterator[Finding]:
    """A member of the cluster is given by an IP address, which changes when its Pod does."""
    if not objects.statefulsets:
        return
    fixed = _fixed_addresses(objects)
    for statefulset in objects.statefulsets:
        for text in texts(statefulset):
            for match in _ADDRESS.finditer(text.text):
                about = text.variable or text.text[max(0, match.start() - 40) : match.start()]
                if (
                    _is_private(match[1])
                    and match[1] not in fixed
                    and re.search(_MEMBERS, about)
                    and not re.search(_NOT_MEMBERS, about)
                ):
                    yield this.finding(
                        statefulset,
                        text.path,
                        found=match[1],
                        needed=f"{statefulset.name}-0.{service_name(statefulset) or '<service>'}",
                    )
                    break


def _is_private(address: str) -> bool:
    """Whether an address is of the ranges that Pod networks use."""
    parts = [int(part) for part in address.split(".")]
    if max(parts) > 255:
        return False
    return (
        parts[0] == 10
        or (parts[0] == 172 and 16 <= parts[1] < 32)
        or (parts[0] == 192 and parts[1] == 168)
        or (parts[0] == 100 and 64 <= parts[1] < 128)
    )


def _fixed_addresses(objects: Objects) -> set[Data]:
    """Addresses of Services, which stay."""
    fixed: set[Data] = set()
    for service in objects.services:
        spec = mapping(service.data.get("spec"))
        for value in (
            spec.get("clusterIP"),
            spec.get("loadBalancerIP"),
            *sequence(spec.get("clusterIPs")),
            *sequence(spec.get("externalIPs")),
        ):
            if isinstance(value, str):
                fixed.add(value)
    return fixed


@rule(
    "STS115",
    Severity.ADVICE,
    source="staging/src/k8s.io/endpointslice/utils.go podToEndpoint (ready only with "
    "publishNotReadyAddresses or a ready Pod)",
    mistakes=("M07", "M12"),
)
def peers_resolve_before_ready(this: Rule, objects: Objects) -> Iterator[Finding]:
    """Pods name one another, wait for a probe, and have no DNS name until it passes."""
    for service in objects.services:
        sets = objects.governed.get(id(service), ())
        spec = mapping(service.data.get("spec"))
        tolerates = dig(service.data, "metadata", "annotations", _TOLERATES)
        if (
            not is_headless(service)
            or spec.get("publishNotReadyAddresses") is True
            or tolerates == "true"
        ):
            continue
        for statefulset in sets:
            peers = _peers(statefulset) if _has_readiness_probe(statefulset) else None
            if peers is not None:
                path, names = peers
                yield this.finding(
                    service,
                    "spec.publishNotReadyAddresses",
                    service=service.name,
                    set=statefulset.name,
                    peers=names,
                    needed="true",
                    at=at(statefulset, path, service),
                )
                break


def _has_readiness_probe(statefulset: Document) -> bool:
    return any(isinstance(c.get("readinessProbe"), dict) for _, c in containers(statefulset))


def _peers(statefulset: Document) -> tuple[Path, tuple[str, ...]] | None:
    """Where a set's own containers are given two or more of its Pods, and which."""
    first: Path | None = None
    named: dict[str, None] = {}
    for text in texts(statefulset):
        for host in hosts(text):
            governing = host.domain[:1] == (service_name(statefulset),)
            if host.set_name == statefulset.name and governing and not host.swapped:
                first = first or text.path
                named[f"{host.set_name}-{host.ordinal}"] = None
    if first is None or len(named) < 2:
        return None
    return first, tuple(islice(named, 3))

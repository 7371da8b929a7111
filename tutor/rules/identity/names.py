"""The names of a set and its Pods, and who else answers to their labels."""

import re
from collections.abc import Iterator
from itertools import islice

from tutor.manifest.documents import Document
from tutor.model.findings import Finding, Severity
from tutor.model.nearest import nearest
from tutor.rules.catalogue import Rule, rule
from tutor.rules.identity.governing import as_label, first_pod
from tutor.rules.objects import (
    TEMPLATE,
    Objects,
    is_dns_label,
    namespace,
    pod_labels,
    service_name,
    service_selector,
)
from tutor.rules.selectors import POD_INDEX, POD_NAME, Labels, labels, matches
from tutor.rules.shapes import at, dig, string
from tutor.rules.values import shown

NAME_LIMIT = 52
"""Longest name whose Pods can be made: the label ``controller-revision-hash`` holds the name, a
hyphen and a hash of up to ten characters, and a label value ends at 63."""

_POD = re.compile(r"(.+)-(0|[1-9][0-9]{0,9})\Z")
_LONG_LIVED = frozenset(
    {"StatefulSet", "Deployment", "ReplicaSet", "DaemonSet", "ReplicationController"}
)


@rule(
    "STS111",
    Severity.ERROR,
    source="pkg/apis/apps/validation/validation.go ValidateStatefulSetName",
    variants=("", "dots", "long"),
)
def name_is_a_label(this: Rule, objects: Objects) -> Iterator[Finding]:
    """The set's name is not a DNS label."""
    for statefulset in objects.statefulsets:
        name = statefulset.name
        if not name or is_dns_label(name):
            continue
        if len(name) > 63:
            yield this.finding(
                statefulset,
                "metadata.name",
                variant="long",
                found=shown(name),
                length=len(name),
                most=NAME_LIMIT,
            )
        elif all(is_dns_label(part) for part in name.split(".")):
            if objects.since("1.27"):
                yield this.finding(
                    statefulset, "metadata.name", variant="dots", found=name, needed=as_label(name)
                )
        else:
            yield this.finding(
                statefulset, "metadata.name", found=shown(name), needed=as_label(name)
            )


@rule(
    "STS112",
    Severity.ERROR,
    source="pkg/controller/history/controller_history.go ControllerRevisionName (kubernetes#64023)",
    mistakes=("M51",),
)
def name_leaves_room_for_the_hash(this: Rule, objects: Objects) -> Iterator[Finding]:
    """The name is accepted, but too long for any Pod to be made."""
    for statefulset in objects.statefulsets:
        length = len(statefulset.name)
        if NAME_LIMIT < length <= 63:
            yield this.finding(
                statefulset,
                "metadata.name",
                found=statefulset.name,
                length=length,
                most=NAME_LIMIT,
                over=length - NAME_LIMIT,
            )


@rule(
    "STS116",
    Severity.WARNING,
    source="pkg/controller/statefulset/stateful_set_utils.go initIdentity",
    variants=("", "subdomain"),
)
def template_sets_no_hostname(this: Rule, objects: Objects) -> Iterator[Finding]:
    """``hostname`` and ``subdomain`` of the template are overwritten in every Pod."""
    for statefulset in objects.statefulsets:
        for field in ("hostname", "subdomain"):
            path = (*TEMPLATE, "spec", field)
            found = dig(statefulset.data, *path)
            if not isinstance(found, str) or not found:
                continue
            governing = service_name(statefulset)
            if field == "subdomain" and found == governing:
                continue
            yield this.finding(
                statefulset,
                path,
                variant="" if field == "hostname" else field,
                found=shown(found),
                needed=first_pod(statefulset) if field == "hostname" else shown(governing) or '""',
            )


@rule(
    "STS118",
    Severity.WARNING,
    source="website: concepts/workloads/controllers (do not overlap label selectors); "
    "pkg/controller/podautoscaler (Pods are counted by the target's selector)",
)
def selectors_do_not_overlap(this: Rule, objects: Objects) -> Iterator[Finding]:
    """A workload's selector matches the Pods of another one; one of the two is a StatefulSet."""
    said: set[tuple[int, int]] = set()
    for workload in objects.workloads:
        if workload.kind not in _LONG_LIVED:
            continue
        selector = dig(workload.data, "spec", "selector")
        wanted = labels(dig(selector, "matchLabels")) or {}
        others = [
            other
            for other in islice(objects.workloads_with(wanted, namespace(workload)), 4)
            if other.kind in _LONG_LIVED
            and "StatefulSet" in (workload.kind, other.kind)
            and (other.kind, other.name) != (workload.kind, workload.name)
            and (id(other), id(workload)) not in said
            and matches(selector, pod_labels(other) or {})
        ]
        said.update((id(workload), id(other)) for other in others)
        if others and matches(selector, pod_labels(workload) or {}):
            yield this.finding(
                workload,
                "spec.selector",
                found=_text(wanted),
                kind=workload.kind,
                name=shown(workload.name),
                other=tuple(shown(f"{other.kind} {other.name}") for other in others),
                at=at(others[0], ("metadata", "name"), workload),
            )


def _text(wanted: Labels) -> tuple[str, ...]:
    return tuple(shown(f"{key}: {value}") for key, value in islice(sorted(wanted.items()), 5))


@rule(
    "STS121",
    Severity.WARNING,
    source="pkg/controller/statefulset/stateful_set_utils.go updateIdentity",
    variants=("", "set", "index"),
)
def pod_service_has_its_pod(this: Rule, objects: Objects) -> Iterator[Finding]:
    """A Service selects one Pod by name or index, and there will be no such Pod."""
    sets = {(namespace(s), s.name): s for s in objects.statefulsets}
    for service in objects.services:
        name = string(dig(service.data, "spec", "selector", POD_NAME))
        index = string(dig(service.data, "spec", "selector", POD_INDEX))
        if name:
            yield from _named_pod(this, objects, sets, service, name)
        if index.isdecimal():
            yield from _indexed_pod(this, objects, service, int(index))


def _named_pod(
    this: Rule,
    objects: Objects,
    sets: dict[tuple[str, str], Document],
    service: Document,
    name: str,
) -> Iterator[Finding]:
    parts = _POD.match(name)
    if parts is None:
        return
    path = ("spec", "selector", POD_NAME)
    statefulset = sets.get((namespace(service), parts[1]))
    if statefulset is None:
        known = [set_name for where, set_name in islice(sets, 100) if where == namespace(service)]
        meant = nearest(parts[1], known)
        if meant:
            statefulset = sets[namespace(service), meant]
            yield this.finding(
                service,
                path,
                variant="set",
                found=shown(name),
                needed=f"{meant}-{parts[2]}",
                at=at(statefulset, ("metadata", "name"), service),
            )
        return
    ordinals = objects.ordinals(statefulset)
    if ordinals and int(parts[2]) not in ordinals:
        yield this.finding(
            service,
            path,
            found=shown(name),
            set=statefulset.name,
            first=f"{statefulset.name}-{ordinals[0]}",
            last=f"{statefulset.name}-{ordinals[-1]}",
            at=at(statefulset, ("spec", "replicas"), service),
        )


def _indexed_pod(this: Rule, objects: Objects, service: Document, index: int) -> Iterator[Finding]:
    others = service_selector(service) or {}
    chosen = list(islice(objects.sets_with(others, namespace(service)), 20))
    spans = [objects.ordinals(statefulset) for statefulset in chosen]
    if chosen and all(span and index not in span for span in spans):
        span = spans[0]
        assert span  # noqa: S101  (all of them are)
        yield this.finding(
            service,
            ("spec", "selector", POD_INDEX),
            variant="index",
            found=index,
            set=chosen[0].name,
            first=span[0],
            last=span[-1],
            at=at(chosen[0], ("spec", "replicas"), service),
        )

"""The objects of one or more files, seen the way rules ask for them."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import TypeVar, cast

from tutor.manifest.documents import Document
from tutor.manifest.fragments import is_fragment
from tutor.manifest.nodes import Data
from tutor.model.findings import Path
from tutor.model.kubernetes import first, last
from tutor.rules.selectors import CONTROLLER_LABELS, Labels, labels, matches_labels
from tutor.rules.shapes import dig, integer, mapping, per_document, sequence, string

_T = TypeVar("_T")

WORKLOAD_API = "apps/v1"
DEFAULT_VERSION = "1.36"
"""The Kubernetes minor version that is meant when none is named."""

TEMPLATE: Path = ("spec", "template")
_TEMPLATES: dict[tuple[str, str], Path] = {
    ("StatefulSet", "apps/v1"): TEMPLATE,
    ("Deployment", "apps/v1"): TEMPLATE,
    ("ReplicaSet", "apps/v1"): TEMPLATE,
    ("DaemonSet", "apps/v1"): TEMPLATE,
    ("ReplicationController", "v1"): TEMPLATE,
    ("Job", "batch/v1"): TEMPLATE,
    ("CronJob", "batch/v1"): ("spec", "jobTemplate", *TEMPLATE),
    ("Pod", "v1"): (),
}
_DNS_LABEL = re.compile(r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?\Z")


def is_dns_label(name: str) -> bool:
    """An RFC 1123 label, as apimachinery's ``IsDNS1123Label`` judges it."""
    return len(name) <= 63 and _DNS_LABEL.match(name) is not None


@per_document
def template_path(document: Document) -> Path:
    """Where an object keeps its Pod template; a Pod is its own."""
    return _TEMPLATES.get((document.kind, document.api_version), TEMPLATE)


@per_document
def pod_labels(document: Document) -> Labels | None:
    """Labels of the Pods a workload makes, without those its controller adds; None if malformed."""
    return labels(dig(document.data, *template_path(document), "metadata", "labels"))


@per_document
def pod_spec(document: Document) -> Mapping[str, Data]:
    """The Pod spec of a workload."""
    return mapping(dig(document.data, *template_path(document), "spec"))


@per_document
def containers(document: Document) -> tuple[tuple[Path, Mapping[str, Data]], ...]:
    """Path and content of every container of a workload, init containers first."""
    spec = pod_spec(document)
    base = (*template_path(document), "spec")
    return tuple(
        ((*base, field, index), container)
        for field in ("initContainers", "containers")
        for index, container in enumerate(sequence(spec.get(field)))
        if isinstance(container, dict)
    )


def runs_long(path: Path, container: Mapping[str, Data]) -> bool:
    """Whether a container lives as long as its Pod: a main one, or a sidecar (KEP 753)."""
    return "initContainers" not in path or container.get("restartPolicy") == "Always"


@per_document
def claim_templates(document: Document) -> tuple[tuple[int, Mapping[str, Data]], ...]:
    """Index and content of every claim template that is a map."""
    return tuple(
        (index, claim)
        for index, claim in enumerate(sequence(dig(document.data, "spec", "volumeClaimTemplates")))
        if isinstance(claim, dict)
    )


def replicas(document: Document) -> int | None:
    """``spec.replicas``, 1 where nothing is written; None where it is no whole number."""
    written = dig(document.data, "spec", "replicas")
    return 1 if written is None else integer(written)


def start_ordinal(document: Document) -> int | None:
    """``spec.ordinals.start``, 0 where nothing is written; None where it is no whole number."""
    written = dig(document.data, "spec", "ordinals", "start")
    return 0 if written is None else integer(written)


@per_document
def is_made_by_an_operator(document: Document) -> bool:
    """Whether another object controls this one: nobody edits it, its operator does."""
    owners = sequence(dig(document.data, "metadata", "ownerReferences"))
    return any(isinstance(owner, dict) and owner.get("controller") is True for owner in owners)


@per_document
def service_name(document: Document) -> str:
    """``spec.serviceName`` of a StatefulSet, empty when missing or not a string."""
    return string(dig(document.data, "spec", "serviceName"))


def is_headless(service: Document) -> bool:
    """Whether a Service has ``clusterIP: None``, in exactly these letters."""
    return dig(service.data, "spec", "clusterIP") == "None"


def service_type(service: Document) -> str:
    """``spec.type`` of a Service, its default where nothing is written."""
    return string(dig(service.data, "spec", "type")) or "ClusterIP"


@per_document
def service_selector(service: Document) -> Labels | None:
    """``spec.selector`` of a Service without the controllers' own labels; None if malformed."""
    wanted = labels(dig(service.data, "spec", "selector"))
    if wanted is None:
        return None
    return {key: value for key, value in wanted.items() if key not in CONTROLLER_LABELS}


def namespace(document: Document) -> str:
    """Where an object lands: without a namespace of its own, where most people are."""
    return document.namespace or "default"


class Objects:
    """Documents grouped by kind, and found by name and by label.

    Objects that only look like Kubernetes' own are left out: a ``kind: Service`` of
    ``serving.knative.dev/v1`` is not a Service.

    Attributes:
        documents: All of them, in the order of the files.
        version: The Kubernetes version asked about; without a patch level its newest one.
        previous: The version of the files before a change; None where only one is looked at.
    """

    def __init__(
        self,
        documents: Iterable[Document],
        *,
        version: str = DEFAULT_VERSION,
        previous: "Objects | None" = None,
    ) -> None:
        self.documents = tuple(documents)
        self.version = version
        self.previous = previous
        self._made: dict[Callable[[Objects], object], object] = {}

    def once(self, make: Callable[["Objects"], _T]) -> _T:
        """What a function makes of these objects, made when it is first asked for."""
        if make not in self._made:
            self._made[make] = make(self)
        return cast("_T", self._made[make])

    @cached_property
    def _by_kind(self) -> dict[tuple[str, str], tuple[Document, ...]]:
        groups: dict[tuple[str, str], list[Document]] = {}
        for document in self.documents:
            groups.setdefault((document.kind, document.api_version), []).append(document)
        return {key: tuple(group) for key, group in groups.items()}

    def of(self, kind: str, api_version: str) -> tuple[Document, ...]:
        """All objects of one kind and API version, in the order of the files."""
        return self._by_kind.get((kind, api_version), ())

    @cached_property
    def statefulsets(self) -> tuple[Document, ...]:
        """StatefulSets of apps/v1, Kustomize patches left out."""
        return tuple(d for d in self.workloads if d.kind == "StatefulSet")

    @cached_property
    def services(self) -> tuple[Document, ...]:
        """Services of the core API."""
        return self.of("Service", "v1")

    @cached_property
    def claims(self) -> tuple[Document, ...]:
        """PersistentVolumeClaims."""
        return self.of("PersistentVolumeClaim", "v1")

    @cached_property
    def workloads(self) -> tuple[Document, ...]:
        """Everything that makes Pods, bare Pods included, Kustomize patches left out."""
        return tuple(
            d
            for d in self.documents
            if (d.kind, d.api_version) in _TEMPLATES and not is_fragment(d)
        )

    def since(self, version: str) -> bool:
        """Whether the version asked about is this one or a later one."""
        return last(self.version) >= first(version)

    def same_namespace(self, one: Document, other: Document) -> bool:
        """Whether two objects land in one namespace, as far as the files tell.

        A missing namespace is the one kubectl is pointed at; it equals only another missing one,
        and ``default``, since that is where most people are.
        """
        return namespace(one) == namespace(other)

    @cached_property
    def _services_by_name(self) -> dict[str, list[Document]]:
        index: dict[str, list[Document]] = {}
        for service in self.services:
            if service.name:
                index.setdefault(service.name, []).append(service)
        return index

    def services_named(self, name: str) -> Iterable[Document]:
        """Services of a name, whatever their namespace."""
        return self._services_by_name.get(name, ())

    @cached_property
    def _services_by_namespace(self) -> dict[str, list[Document]]:
        index: dict[str, list[Document]] = {}
        for service in self.services:
            index.setdefault(namespace(service), []).append(service)
        return index

    def services_in(self, namespace_: str) -> Iterable[Document]:
        """Services of a namespace."""
        return self._services_by_namespace.get(namespace_, ())

    @cached_property
    def _named(self) -> dict[tuple[str, str], tuple[Document, ...]]:
        groups: dict[tuple[str, str], list[Document]] = {}
        for service in self.services:
            if service.name:
                groups.setdefault((namespace(service), service.name), []).append(service)
        return {key: tuple(group) for key, group in groups.items()}

    def service(self, name: str, seen_from: Document) -> Document | None:
        """The Service of a name in an object's namespace, of its own file rather than another."""
        found = self._named.get((namespace(seen_from), name), ())
        for service in found:
            if service.file == seen_from.file:
                return service
        return found[0] if found else None

    def governing_service(self, statefulset: Document) -> Document | None:
        """The Service that ``spec.serviceName`` names, in the set's namespace; None if not here."""
        name = service_name(statefulset)
        return self.service(name, statefulset) if name else None

    @cached_property
    def governed(self) -> dict[int, list[Document]]:
        """``id`` of each governing Service to its StatefulSets."""
        sets: dict[int, list[Document]] = {}
        for statefulset in self.statefulsets:
            service = self.governing_service(statefulset)
            if service is not None:
                sets.setdefault(id(service), []).append(statefulset)
        return sets

    @cached_property
    def _workloads_by_label(self) -> dict[tuple[str, str, str], list[Document]]:
        index: dict[tuple[str, str, str], list[Document]] = {}
        for workload in self.workloads:
            for key, value in (pod_labels(workload) or {}).items():
                index.setdefault((namespace(workload), key, value), []).append(workload)
        return index

    def workloads_with(self, wanted: Labels, namespace_: str) -> Iterator[Document]:
        """Workloads of a namespace whose Pods carry all these labels; none for no labels."""
        groups = [
            self._workloads_by_label.get((namespace_, key, value), [])
            for key, value in wanted.items()
        ]
        rarest: list[Document] = min(groups, key=len, default=[])
        for workload in rarest:
            if matches_labels(wanted, pod_labels(workload) or {}):
                yield workload

    def sets_with(self, wanted: Labels, namespace_: str) -> Iterator[Document]:
        """StatefulSets among :meth:`workloads_with`."""
        return (w for w in self.workloads_with(wanted, namespace_) if w.kind == "StatefulSet")

    @cached_property
    def _services_by_label(self) -> dict[tuple[str, str, str], list[Document]]:
        index: dict[tuple[str, str, str], list[Document]] = {}
        for service in self.services:
            for key, value in (service_selector(service) or {}).items():
                index.setdefault((namespace(service), key, value), []).append(service)
                break
        return index

    def services_selecting(self, statefulset: Document) -> Iterator[Document]:
        """Services of the set's namespace that select all its Pods, governing or not."""
        pod = pod_labels(statefulset) or {}
        for key, value in pod.items():
            for service in self._services_by_label.get((namespace(statefulset), key, value), ()):
                if matches_labels(service_selector(service) or {}, pod):
                    yield service

    @cached_property
    def autoscaled(self) -> Mapping[tuple[str, str, str], Document]:
        """(namespace, kind, name) of every workload an autoscaler of these files scales.

        Horizontal ones of Kubernetes and KEDA's ScaledObjects, which make such.
        """
        targets: dict[tuple[str, str, str], Document] = {}
        for document in self.documents:
            group = document.api_version.partition("/")[0]
            if (group, document.kind) in _AUTOSCALERS:
                ref = mapping(dig(document.data, "spec", "scaleTargetRef"))
                kind = string(ref.get("kind")) or "Deployment"
                targets[namespace(document), kind, string(ref.get("name"))] = document
        return targets

    def ordinals(self, statefulset: Document) -> range | None:
        """Ordinals of a set's Pods, as far as the files tell; None where they do not.

        A set without ``replicas`` is scaled by someone else: an autoscaler, or a person.
        """
        count = integer(dig(statefulset.data, "spec", "replicas"))
        start = start_ordinal(statefulset)
        key = (namespace(statefulset), "StatefulSet", statefulset.name)
        if count is None or start is None or min(count, start) < 0 or key in self.autoscaled:
            return None
        return range(start, start + count)


_AUTOSCALERS = {("autoscaling", "HorizontalPodAutoscaler"), ("keda.sh", "ScaledObject")}

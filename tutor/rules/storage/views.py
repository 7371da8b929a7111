"""Claims and what uses them, wherever they are written."""

import enum
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from tutor.manifest.documents import Document
from tutor.manifest.fragments import is_fragment
from tutor.manifest.nodes import Data
from tutor.model.findings import Path
from tutor.rules.objects import (
    TEMPLATE,
    Objects,
    claim_templates,
    containers,
    namespace,
    pod_spec,
    template_path,
)
from tutor.rules.shapes import dig, mapping, sequence, string

TEMPLATES: Path = ("spec", "volumeClaimTemplates")
VOLUMES: Path = (*TEMPLATE, "spec", "volumes")
CLASS_ANNOTATION = "volume.beta.kubernetes.io/storage-class"
"""How a class was named before 1.6; still obeyed."""


class Origin(enum.Enum):
    """Where a claim's spec is written."""

    TEMPLATE = "volumeClaimTemplates of a StatefulSet: a claim per Pod"
    OBJECT = "a PersistentVolumeClaim of its own"
    EPHEMERAL = "a generic ephemeral volume: a claim that dies with its Pod"


class Claim(NamedTuple):
    """One claim or claim template.

    Attributes:
        document: The object it is written in.
        path: Where it stands there; empty for a PersistentVolumeClaim.
        body: Its ``metadata`` and ``spec``.
        origin: What kind of claim it is.
        name: Of the claim, the claim template or the ephemeral volume; empty when missing.
    """

    document: Document
    path: Path
    body: Mapping[str, Data]
    origin: Origin
    name: str

    @property
    def spec(self) -> Mapping[str, Data]:
        """Its spec, empty when missing."""
        return mapping(self.body.get("spec"))

    def at(self, *steps: str | int) -> Path:
        """A path below the claim's spec."""
        return (*self.path, "spec", *steps)

    @property
    def class_name(self) -> str | None:
        """The storage class it names; empty for none at all, None where the default is meant."""
        old = dig(self.body, "metadata", "annotations", CLASS_ANNOTATION)
        if isinstance(old, str):
            return old
        written = self.spec.get("storageClassName")
        return None if written is None else str(written)

    @property
    def modes(self) -> list[str]:
        """Its access modes, as far as they are strings."""
        return [mode for mode in sequence(self.spec.get("accessModes")) if isinstance(mode, str)]


class Use(NamedTuple):
    """One entry of a container's ``volumeMounts`` or ``volumeDevices``.

    Attributes:
        path: Where the entry stands.
        body: The entry.
        container: The container it belongs to.
        device: It is a raw block device.
        name: The volume it names; empty when missing.
    """

    path: Path
    body: Mapping[str, Data]
    container: Mapping[str, Data]
    device: bool
    name: str


class Views:
    """The claims and mounts of some objects, each looked up once: many rules ask."""

    def __init__(self, objects: Objects) -> None:
        self._templates: dict[int, tuple[Claim, ...]] = {}
        self._uses: dict[int, tuple[Use, ...]] = {}
        self.claims: tuple[Claim, ...] = tuple(self._all(objects))
        """Every claim of the files whose spec is a map or missing."""
        self.by_name = {
            (namespace(claim.document), claim.name): claim
            for claim in self.claims
            if claim.origin is Origin.OBJECT and claim.name
        }
        """(namespace, name) → PersistentVolumeClaim."""

    def templates(self, document: Document) -> tuple[Claim, ...]:
        """The claim templates of a StatefulSet."""
        found = self._templates.get(id(document))
        if found is None:
            found = self._templates[id(document)] = tuple(_templates(document))
        return found

    def uses(self, document: Document) -> tuple[Use, ...]:
        """Every mount and device of every container of a workload."""
        found = self._uses.get(id(document))
        if found is None:
            found = self._uses[id(document)] = tuple(_uses(document))
        return found

    def _all(self, objects: Objects) -> Iterator[Claim]:
        for document in objects.statefulsets:
            yield from self.templates(document)
            for i, volume in enumerate(sequence(pod_spec(document).get("volumes"))):
                template = dig(volume, "ephemeral", "volumeClaimTemplate")
                if isinstance(template, dict) and _readable(template):
                    path = (*VOLUMES, i, "ephemeral", "volumeClaimTemplate")
                    name = string(dig(volume, "name"))
                    yield Claim(document, path, template, Origin.EPHEMERAL, name)
        for document in objects.claims:
            if not is_fragment(document) and _readable(document.data):
                yield Claim(document, (), document.data, Origin.OBJECT, document.name)


def _templates(document: Document) -> Iterator[Claim]:
    for i, body in claim_templates(document):
        if _readable(body):
            name = string(dig(body, "metadata", "name"))
            yield Claim(document, (*TEMPLATES, i), body, Origin.TEMPLATE, name)


def _readable(body: Mapping[str, Data]) -> bool:
    return isinstance(body.get("spec"), (dict, type(None)))


def claim_volumes(document: Document) -> Iterator[tuple[Path, str, str, bool]]:
    """Volumes of a workload's template that name a claim: path, volume, claim, read-only."""
    path = (*template_path(document), "spec", "volumes")
    for i, volume in enumerate(sequence(pod_spec(document).get("volumes"))):
        name = string(dig(volume, "persistentVolumeClaim", "claimName"))
        if name:
            read_only = dig(volume, "persistentVolumeClaim", "readOnly") is True
            where = (*path, i, "persistentVolumeClaim", "claimName")
            yield where, string(dig(volume, "name")), name, read_only


def _uses(document: Document) -> Iterator[Use]:
    for path, container in containers(document):
        for field in ("volumeMounts", "volumeDevices"):
            for i, body in enumerate(sequence(container.get(field))):
                if isinstance(body, dict):
                    name = string(body.get("name"))
                    device = field == "volumeDevices"
                    yield Use((*path, field, i), body, container, device, name)

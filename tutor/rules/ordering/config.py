"""STS226: configuration that a running Pod never sees change."""

import re
from collections.abc import Iterator, Mapping

from tutor.manifest.documents import Document
from tutor.manifest.nodes import Data
from tutor.model.findings import Finding, Path, Severity
from tutor.rules.catalogue import Rule, rule
from tutor.rules.objects import Objects, containers, namespace, pod_spec, runs_long
from tutor.rules.shapes import dig, mapping, sequence, string

_HASHED_NAME = re.compile(r"-(?=[a-z]*[0-9])[a-z0-9]{8,12}\Z")
_TRIGGERS = ("checksum", "hash", "sha256", "digest", "reloader", "restartedat", "wave.")
"""Parts of annotation keys that mean: something rolls the Pods when the configuration changes."""


@rule(
    "STS226",
    Severity.ADVICE,
    source="website: concepts/configuration/configmap (environment variables and subPath mounts "
    "are not updated); pkg/controller/history (only the template makes a revision)",
    mistakes=("M17",),
)
def configuration_rolls_the_pods(rule: Rule, objects: Objects) -> Iterator[Finding]:
    """A change of a ConfigMap that Pods read only at their start reaches them."""
    if not objects.statefulsets:
        return
    known = {
        (namespace(config), config.name): config
        for config in objects.of("ConfigMap", "v1")
        if config.data.get("immutable") is not True and not _HASHED_NAME.search(config.name)
    }
    for document in objects.statefulsets if known else ():
        if _is_rolled(document):
            continue
        names: dict[str, Path] = {}
        for path, name in _read_at_start(document):
            if (namespace(document), name) in known:
                names.setdefault(name, path)
        if names:
            yield rule.finding(document, next(iter(names.values())), names=tuple(names)[:5])


def _is_rolled(document: Document) -> bool:
    for where in (("metadata",), ("spec", "template", "metadata")):
        for key in mapping(dig(document.data, *where, "annotations")):
            if any(part in key.lower() for part in _TRIGGERS):
                return True
    return False


def _read_at_start(document: Document) -> Iterator[tuple[Path, str]]:
    """ConfigMaps whose content a container keeps as it was when it started."""
    volumes = _config_volumes(document)
    for path, container in containers(document):
        if not runs_long(path, container):
            continue
        yield from _environment(path, container)
        for i, mount in enumerate(sequence(container.get("volumeMounts"))):
            if string(dig(mount, "subPath")) or string(dig(mount, "subPathExpr")):
                for name in volumes.get(string(dig(mount, "name")), ()):
                    yield (*path, "volumeMounts", i, "name"), name


def _environment(path: Path, container: Mapping[str, Data]) -> Iterator[tuple[Path, str]]:
    for i, source in enumerate(sequence(container.get("envFrom"))):
        if name := string(dig(source, "configMapRef", "name")):
            yield (*path, "envFrom", i, "configMapRef", "name"), name
    for i, variable in enumerate(sequence(container.get("env"))):
        if name := string(dig(variable, "valueFrom", "configMapKeyRef", "name")):
            yield (*path, "env", i, "valueFrom", "configMapKeyRef", "name"), name


def _config_volumes(document: Document) -> dict[str, list[str]]:
    """Volume name → the ConfigMaps in it."""
    found: dict[str, list[str]] = {}
    for volume in sequence(pod_spec(document).get("volumes")):
        sources = [volume, *sequence(dig(volume, "projected", "sources"))]
        names = [string(dig(source, "configMap", "name")) for source in sources]
        found.setdefault(string(dig(volume, "name")), []).extend(filter(None, names))
    return found

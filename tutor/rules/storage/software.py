"""STS321, 322, 325: what the program in the container needs of its volume."""

import re
from collections.abc import Iterator, Mapping

from tutor.manifest.documents import Document
from tutor.manifest.nodes import Data
from tutor.model.findings import Finding, Path, Severity
from tutor.rules.catalogue import Rule, rule
from tutor.rules.objects import TEMPLATE, Objects, containers, namespace, pod_spec
from tutor.rules.shapes import dig, integer, mapping, sequence, string
from tutor.rules.storage.views import Views, claim_volumes
from tutor.rules.values import shown

_POSTGRES = frozenset(
    {
        "postgres",
        "library/postgres",
        "postgis/postgis",
        "pgvector/pgvector",
        "timescale/timescaledb",
    }
)
"""The official image and those made from it, which start it the same way."""
_POSTGRES_ROOT = "/var/lib/postgresql/data"
_DATABASES = frozenset(
    {
        "cassandra",
        "clickhouse-server",
        "cockroach",
        "couchdb",
        "cp-kafka",
        "cp-zookeeper",
        "elasticsearch",
        "etcd",
        "influxdb",
        "kafka",
        "mariadb",
        "minio",
        "mongo",
        "mongodb",
        "mysql",
        "neo4j",
        "opensearch",
        "postgres",
        "postgresql",
        "scylla",
        "timescaledb",
        "zookeeper",
    }
)
"""Images whose every reason to be is the data they keep."""
_FLEETING = frozenset(
    {"name", "emptyDir", "configMap", "secret", "downwardAPI", "projected", "image", "ephemeral"}
)
"""Fields of a volume that does not outlive its Pod."""


def _image(container: Mapping[str, Data]) -> tuple[str, str]:
    """Repository without its registry, and tag, of a container's image."""
    name = string(container.get("image")).partition("@")[0]
    name, _, tag = name.rpartition(":") if ":" in name.rpartition("/")[2] else (name, "", "")
    host, slash, rest = name.partition("/")
    if slash and ("." in host or ":" in host or host == "localhost"):
        name = rest
    return name, tag


def _persistent(views: Views, document: Document) -> set[str]:
    """Volumes of a template that hold a claim of the set or a claim by name, to be written to."""
    names = {claim.name for claim in views.templates(document)}
    names.update(volume for _, volume, _, read_only in claim_volumes(document) if not read_only)
    return names - {""}


@rule(
    "STS321",
    Severity.WARNING,
    source="docker-library/postgres (initdb refuses a directory that is not empty; from 18 on "
    "PGDATA is below /var/lib/postgresql)",
    mistakes=("M39",),
    variants=("", "eighteen"),
)
def postgres_has_a_directory(rule: Rule, objects: Objects) -> Iterator[Finding]:
    """Postgres does not initialise the root of a file system."""
    views = objects.once(Views)
    configs: dict[tuple[str, str], Mapping[str, Data]] = {}
    for kind, field in (("ConfigMap", "data"), ("Secret", "stringData")):
        for config in objects.of(kind, "v1"):
            if isinstance(config.data.get(field), dict):
                configs[f"{kind}/{namespace(config)}", config.name] = mapping(config.data[field])
    for document in objects.statefulsets:
        persistent = _persistent(views, document)
        for path, container in containers(document):
            repository, tag = _image(container)
            official = repository in _POSTGRES or repository.endswith("/library/postgres")
            if not official or "initContainers" in path or container.get("command"):
                continue  # not the image's own way of starting
            directory = _variable(document, container, "PGDATA", configs)
            for i, mount in enumerate(sequence(container.get("volumeMounts"))):
                where = string(dig(mount, "mountPath")).rstrip("/")
                if string(dig(mount, "name")) not in persistent or where != _POSTGRES_ROOT:
                    continue
                if string(dig(mount, "subPath")) or string(dig(mount, "subPathExpr")):
                    continue
                if directory is None or directory.rstrip("/") not in ("", where):
                    continue
                major = re.match(r"[0-9]{1,3}", tag)
                yield rule.finding(
                    document,
                    (*path, "volumeMounts", i, "mountPath"),
                    variant="eighteen" if major and int(major[0]) >= 18 else "",
                    found=shown(where),
                    needed=f"{_POSTGRES_ROOT}/pgdata",
                )


def _variable(
    document: Document,
    container: Mapping[str, Data],
    name: str,
    configs: Mapping[tuple[str, str], Mapping[str, Data]],
) -> str | None:
    """An environment variable's value: empty when it is not set, None when it cannot be known."""
    for variable in reversed(sequence(container.get("env"))):
        if dig(variable, "name") == name:
            if isinstance(dig(variable, "value"), str):
                return string(dig(variable, "value"))
            key = dig(variable, "valueFrom", "configMapKeyRef")
            config = configs.get((f"ConfigMap/{namespace(document)}", string(dig(key, "name"))), {})
            value = config.get(string(dig(key, "key")))
            return value if isinstance(value, str) else None
    found = ""
    for source in sequence(container.get("envFrom")):
        for field, kind in (("configMapRef", "ConfigMap"), ("secretRef", "Secret")):
            reference = dig(source, field)
            if not isinstance(reference, dict):
                continue
            values = configs.get((f"{kind}/{namespace(document)}", string(reference.get("name"))))
            if values is None or string(dig(source, "prefix")):
                return None
            found = string(values.get(name)) or found
    return found


@rule(
    "STS322",
    Severity.WARNING,
    source="website: tasks/configure-pod-container/security-context (fsGroup); "
    "prometheus-operator#566",
    mistakes=("M40",),
    variants=("", "image"),
)
def non_root_may_write(rule: Rule, objects: Objects) -> Iterator[Finding]:
    """A process that is not root may write to its volume."""
    views = objects.once(Views)
    for document in objects.statefulsets:
        pod = pod_spec(document)
        security = mapping(pod.get("securityContext"))
        persistent = _persistent(views, document)
        if (
            not persistent
            or security.get("fsGroup") is not None
            or sequence(security.get("supplementalGroups"))
            or dig(pod, "os", "name") == "windows"
        ):
            continue
        prepared: set[str] = set()
        for path, container in containers(document):
            written = _written(container) & persistent
            where, user = _user(path, container, security)
            if where is None:
                if "initContainers" in path:
                    prepared |= written  # as root, it can make the volume writable
                continue
            if "initContainers" in path or not written - prepared:
                continue
            group = integer(mapping(container.get("securityContext")).get("runAsGroup"))
            group = group or integer(security.get("runAsGroup")) or user
            yield rule.finding(
                document,
                where,
                variant="" if user else "image",
                found=user or "true",
                needed=group or 1000,
                container=shown(string(container.get("name")) or "containers[0]"),
                volume=shown(min(written - prepared)),
            )
            break


def _written(container: Mapping[str, Data]) -> set[str]:
    """Volumes a container mounts and may write to."""
    return {
        string(dig(mount, "name"))
        for mount in sequence(container.get("volumeMounts"))
        if dig(mount, "readOnly") is not True
    }


def _user(
    path: Path, container: Mapping[str, Data], pod: Mapping[str, Data]
) -> tuple[Path | None, int]:
    """Where it is said that a container does not run as root, and the user if it is named."""
    places = (
        ((*path, "securityContext"), mapping(container.get("securityContext"))),
        ((*TEMPLATE, "spec", "securityContext"), pod),
    )
    for place, security in places:
        user = integer(security.get("runAsUser"))
        if user is not None:
            return ((*place, "runAsUser"), user) if user > 0 else (None, 0)
    for place, security in places:
        if isinstance(security.get("runAsNonRoot"), bool):
            return ((*place, "runAsNonRoot"), 0) if security["runAsNonRoot"] else (None, 0)
    return None, 0


@rule(
    "STS325",
    Severity.ADVICE,
    source="website: concepts/storage/volumes (emptyDir and the container layer die with the Pod)",
    mistakes=("M30",),
    variants=("", "fleeting"),
)
def database_keeps_its_data(rule: Rule, objects: Objects) -> Iterator[Finding]:
    """A database in a set has a volume that outlives the Pod."""
    for document in objects.statefulsets:
        if sequence(dig(document.data, "spec", "volumeClaimTemplates")):
            continue
        volumes = sequence(pod_spec(document).get("volumes"))
        if any(not _FLEETING.issuperset(mapping(volume)) for volume in volumes):
            continue
        fleeting = {
            string(dig(volume, "name")) for volume in volumes if "emptyDir" in mapping(volume)
        }
        for path, container in containers(document):
            name = _image(container)[0].rpartition("/")[2]
            if name in _DATABASES and "containers" in path:
                used = sorted(_written(container) & fleeting)
                yield rule.finding(
                    document,
                    (*path, "image"),
                    variant="fleeting" if used else "",
                    found=shown(name),
                    volume=shown(used[0]) if used else "",
                    needed="volumeClaimTemplates",
                )
                break

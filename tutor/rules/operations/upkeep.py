"""Images, members and duplicates: what is easy to change now and hard later."""

from collections.abc import Iterator

from tutor.manifest.documents import Document
from tutor.model.findings import Finding, Severity
from tutor.rules.catalogue import Rule, rule
from tutor.rules.objects import Objects, containers, namespace, runs_long
from tutor.rules.shapes import at, dig, integer, string
from tutor.rules.values import shown

_QUORUM = {
    "etcd": "etcd",
    "zookeeper": "ZooKeeper",
    "cp-zookeeper": "ZooKeeper",
    "kubernetes-zookeeper": "ZooKeeper",
    "consul": "Consul",
    "mongo": "MongoDB",
    "mongodb": "MongoDB",
    "mongodb-community-server": "MongoDB",
    "rabbitmq": "RabbitMQ",
}
"""Last part of an image's name to software whose every replica is one voting member."""


def image_parts(image: str) -> tuple[str, str, bool]:
    """Repository, tag and whether there is a digest: ``("quay.io/etcd", "3.6", False)``."""
    name, pinned, _ = image.partition("@")
    head, slash, last = name.rpartition("/")
    repository, _, tag = last.partition(":")
    return f"{head}{slash}{repository}", tag, bool(pinned)


def quorum_software(statefulset: Document) -> str:
    """Name of the voting software a set's main containers run, empty for any other."""
    for path, container in containers(statefulset):
        if "containers" in path:
            repository = image_parts(string(container.get("image")))[0]
            software = _QUORUM.get(repository.rpartition("/")[2])
            if software:
                return software
    return ""


@rule(
    "STS410",
    Severity.ADVICE,
    source="website: concepts/containers/images (imagePullPolicy Always for :latest); "
    "kubernetes/kubernetes pkg/util/parsers ParseImageName",
    variants=("", "latest"),
)
def image_has_a_tag(this: Rule, objects: Objects) -> Iterator[Finding]:
    """An image without a fixed tag: replicas made at different times run different software."""
    for statefulset in objects.statefulsets:
        for path, container in containers(statefulset):
            image = string(container.get("image")).strip()
            repository, tag, pinned = image_parts(image)
            if not repository or pinned or tag not in ("", "latest") or _is_placeholder(image):
                continue
            if runs_long(path, container):
                yield this.finding(
                    statefulset,
                    (*path, "image"),
                    variant=tag,
                    found=shown(image),
                    needed=shown(f"{repository}:1.2.3"),
                    set=statefulset.name,
                )


def _is_placeholder(image: str) -> bool:
    """Whether some tool fills the image in later (``${IMAGE}``, ``<image>``, ko, Skaffold)."""
    return not image.isascii() or any(c in image for c in "${}<>() ") or "://" in image


@rule(
    "STS412",
    Severity.ADVICE,
    source="etcd FAQ (why an odd number of cluster members); ZooKeeper administrator's guide",
)
def members_are_odd(this: Rule, objects: Objects) -> Iterator[Finding]:
    """An even number of voting members costs one more Pod and tolerates no more failures."""
    for statefulset in objects.statefulsets:
        count = integer(dig(statefulset.data, "spec", "replicas"))
        if not count or count < 2 or count % 2 or objects.ordinals(statefulset) is None:
            continue
        software = quorum_software(statefulset)
        if software:
            yield this.finding(
                statefulset,
                "spec.replicas",
                found=count,
                needed=count + 1,
                less=count - 1,
                majority=count // 2 + 1,
                failures=count - (count // 2 + 1),
                software=software,
            )


@rule(
    "STS415",
    Severity.WARNING,
    source="kubectl apply reads a file's objects in order; the last of a name is what stays",
)
def objects_are_written_once(this: Rule, objects: Objects) -> Iterator[Finding]:
    """One file holds the same object twice, with different content."""
    if not objects.statefulsets:
        return
    first: dict[tuple[str, str, str, str, str], Document] = {}
    for document in objects.documents:
        group = document.api_version.rpartition("/")[0]
        if not document.name or not document.kind or not document.api_version:
            continue
        key = (document.file, group, document.kind, namespace(document), document.name)
        earlier = first.setdefault(key, document)
        if earlier is not document and earlier.data != document.data:
            yield this.finding(
                document,
                "metadata.name",
                found=shown(f"{document.kind} {document.name}"),
                at=at(earlier, ("metadata", "name"), document),
            )

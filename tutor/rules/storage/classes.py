"""STS312, 313, 329: which storage class makes the volume, and when."""

from collections.abc import Iterator

from tutor.manifest.documents import Document
from tutor.model.findings import Finding, Severity
from tutor.rules.catalogue import Rule, rule
from tutor.rules.objects import Objects
from tutor.rules.shapes import at, dig, mapping, sequence, string
from tutor.rules.storage.views import CLASS_ANNOTATION, Claim, Origin, Views
from tutor.rules.values import shown

_DEFAULT_ANNOTATIONS = (
    "storageclass.kubernetes.io/is-default-class",
    "storageclass.beta.kubernetes.io/is-default-class",
)
_LOCAL = frozenset(
    {
        "kubernetes.io/no-provisioner",
        "kubernetes.io/aws-ebs",
        "ebs.csi.aws.com",
        "ebs.csi.eks.amazonaws.com",
        "kubernetes.io/gce-pd",
        "pd.csi.storage.gke.io",
        "kubernetes.io/azure-disk",
        "disk.csi.azure.com",
        "kubernetes.io/cinder",
        "cinder.csi.openstack.org",
        "csi.hetzner.cloud",
        "csi.vsphere.vmware.com",
        "diskplugin.csi.alibabacloud.com",
        "rancher.io/local-path",
        "openebs.io/local",
        "local.csi.openebs.io",
        "topolvm.io",
        "topolvm.cybozu.com",
    }
)
"""Provisioners whose volumes can be reached from one zone or one node only."""


def _classes(objects: Objects) -> tuple[Document, ...]:
    return objects.of("StorageClass", "storage.k8s.io/v1")


def _is_default(storage_class: Document) -> bool:
    annotations = mapping(dig(storage_class.data, "metadata", "annotations"))
    return any(annotations.get(key) == "true" for key in _DEFAULT_ANNOTATIONS)


def _static(claim: Claim) -> bool:
    """Whether the claim chooses a volume that someone made by hand."""
    return bool(claim.spec.get("volumeName")) or bool(claim.spec.get("selector"))


@rule(
    "STS312",
    Severity.WARNING,
    source='website: concepts/storage/persistent-volumes#class-1 ("" turns dynamic provisioning '
    "off)",
)
def empty_class_is_meant(rule: Rule, objects: Objects) -> Iterator[Finding]:
    """An empty class name is not the default class."""
    by_hand = any(
        not dig(volume.data, "spec", "storageClassName")
        for volume in objects.of("PersistentVolume", "v1")
    )
    for claim in objects.once(Views).claims if not by_hand else ():
        if claim.class_name == "" and not _static(claim):
            old = dig(claim.body, "metadata", "annotations", CLASS_ANNOTATION) == ""
            path = (
                (*claim.path, "metadata", "annotations", CLASS_ANNOTATION)
                if old
                else claim.at("storageClassName")
            )
            yield rule.finding(claim.document, path, found='""')


@rule(
    "STS313",
    Severity.ADVICE,
    source="plugin/pkg/admission/storage/storageclass/setdefault (no class: the newest default); "
    "k/k#67907",
    mistakes=("M34",),
    variants=("", "volume"),
)
def class_is_named(rule: Rule, objects: Objects) -> Iterator[Finding]:
    """A claim names the class or volume prepared for it. Said once, about the first such claim.

    A claim without a class is otherwise right wherever there is a default one, and nothing in a
    manifest tells whether there is.
    """
    classes = _classes(objects)
    if any(_is_default(storage_class) for storage_class in classes):
        classes = ()
    volumes = [
        volume
        for volume in objects.of("PersistentVolume", "v1")
        if dig(volume.data, "spec", "claimRef") is None
    ]
    if not classes and not volumes:
        return
    for claim in objects.once(Views).claims:
        if claim.class_name is not None or _static(claim) or claim.origin is Origin.EPHEMERAL:
            continue
        path = claim.at("storageClassName")
        if classes:
            names = tuple(shown(storage_class.name) for storage_class in classes[:5])
            yield rule.finding(claim.document, path, key=True, claim=shown(claim.name), names=names)
        else:
            named = string(dig(volumes[0].data, "spec", "storageClassName"))
            yield rule.finding(
                claim.document,
                path,
                key=True,
                variant="volume",
                claim=shown(claim.name),
                found=shown(volumes[0].name),
                needed=shown(named) or '""',
            )
        return


@rule(
    "STS329",
    Severity.ADVICE,
    source="pkg/controller/volume/persistentvolume (Immediate binds before scheduling); k/k#91299",
    mistakes=("M35",),
    variants=("", "default"),
)
def class_waits_for_the_pod(rule: Rule, objects: Objects) -> Iterator[Finding]:
    """A volume that only some nodes reach is made when the Pod's node is known."""
    users: dict[str, Claim] = {}
    for claim in objects.once(Views).claims:
        if claim.class_name and claim.origin is not Origin.OBJECT:
            users.setdefault(claim.class_name, claim)
    for storage_class in _classes(objects):
        user = users.get(storage_class.name)
        mode = storage_class.data.get("volumeBindingMode")
        if (
            user is None
            or mode not in (None, "", "Immediate")
            or string(storage_class.data.get("provisioner")) not in _LOCAL
            or sequence(storage_class.data.get("allowedTopologies"))
        ):
            continue
        yield rule.finding(
            storage_class,
            "volumeBindingMode" if mode else "provisioner",
            key=not mode,
            variant="" if mode else "default",
            found="Immediate",
            needed="WaitForFirstConsumer",
            claim=shown(user.name),
            at=at(user.document, user.at("storageClassName"), storage_class),
        )

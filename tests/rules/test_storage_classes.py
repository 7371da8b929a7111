import pytest

from tests.rules.manifests import together
from tests.rules.volumes import CLAIM, codes, findings, only, pvc, stored
from tutor.model.findings import Severity

NAMED = "storageClassName: standard"


def classed(text: str) -> str:
    return stored(CLAIM.replace(NAMED, text))


def storage_class(
    name: str = "fast",
    *,
    provisioner: str = "ebs.csi.aws.com",
    more: str = "",
    annotations: str = "{}",
) -> str:
    return f"""\
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {{name: {name}, annotations: {annotations}}}
provisioner: {provisioner}
{more}
"""


VOLUME = "apiVersion: v1\nkind: PersistentVolume\nmetadata: {name: disk}\nspec: %s\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('storageClassName: ""', ["STS312"]),
        ('storageClassName: ""\n    volumeName: disk', ["STS331"]),
        ('storageClassName: ""\n    selector: {matchLabels: {disk: db}}', []),
        ("storageClassName: fast", []),
        ("storageClassName: null", []),
        ("volumeMode: Filesystem", []),
        ("storageClassName: 3", []),
    ],
)
def test_the_class_of_a_claim(text: str, expected: list[str]) -> None:
    assert codes(classed(text)) == expected


def test_the_old_annotation_names_a_class() -> None:
    claim = CLAIM.replace(
        "{name: data}",
        "{name: data, annotations: {volume.beta.kubernetes.io/storage-class: fast}}",
    ).replace(f"    {NAMED}\n", "")
    assert codes(stored(claim)) == []
    assert codes(stored(claim.replace("storage-class: fast", 'storage-class: ""'))) == ["STS312"]


def test_volumes_made_by_hand_in_the_same_files() -> None:
    text = classed('storageClassName: ""')
    assert codes(together(text, VOLUME % "{capacity: {storage: 1Gi}}")) == []
    assert codes(together(text, VOLUME % "{storageClassName: fast}")) == ["STS312"]
    assert codes(pvc().replace(NAMED, 'storageClassName: ""')) == ["STS312"]


def test_a_missing_class_is_mentioned_once_for_all_files() -> None:
    one = classed("volumeMode: Filesystem")
    found = only(together(storage_class(), one, one.replace("name: web", "name: api")))
    assert (found.code, found.severity, found.document) == ("STS313", Severity.ADVICE, 3)
    assert found.params["names"] == ("fast",)


@pytest.mark.parametrize(
    ("annotations", "expected"),
    [
        ("{}", ["STS313"]),
        ('{storageclass.kubernetes.io/is-default-class: "true"}', []),
        ('{storageclass.beta.kubernetes.io/is-default-class: "true"}', []),
        ('{storageclass.kubernetes.io/is-default-class: "false"}', ["STS313"]),
    ],
)
def test_a_default_class_of_the_same_files(annotations: str, expected: list[str]) -> None:
    text = classed("volumeMode: Filesystem")
    assert codes(together(storage_class(annotations=annotations), text)) == expected


@pytest.mark.parametrize(
    ("spec", "needed"),
    [
        ("{storageClassName: manual}", "manual"),
        ("{capacity: {storage: 1Gi}}", '""'),
        ("{claimRef: {name: data-web-0}}", ""),
    ],
)
def test_a_volume_of_the_same_files(spec: str, needed: str) -> None:
    found = findings(together(VOLUME % spec, classed("volumeMode: Filesystem")))
    assert [(f.code, f.variant, f.params["needed"]) for f in found] == (
        [("STS313", "volume", needed)] if needed else []
    )
    assert codes(together(VOLUME % spec, stored())) == []


def test_a_claim_of_its_own_is_looked_at_too() -> None:
    alone = pvc().replace(f"  {NAMED}\n", "")
    assert codes(alone) == []
    assert codes(together(storage_class(), alone)) == ["STS313"]


@pytest.mark.parametrize(
    ("provisioner", "more", "expected"),
    [
        ("ebs.csi.aws.com", "volumeBindingMode: Immediate", ["STS329"]),
        ("ebs.csi.aws.com", "", ["STS329:default"]),
        ("kubernetes.io/no-provisioner", "", ["STS329:default"]),
        ("ebs.csi.aws.com", "volumeBindingMode: WaitForFirstConsumer", []),
        ("ebs.csi.aws.com", "allowedTopologies: [{matchLabelExpressions: []}]", []),
        ("nfs.csi.k8s.io", "", []),
        ("example.com/unknown", "volumeBindingMode: Immediate", []),
    ],
)
def test_binding_before_scheduling(provisioner: str, more: str, expected: list[str]) -> None:
    text = together(
        storage_class(provisioner=provisioner, more=more), classed("storageClassName: fast")
    )
    assert codes(text) == expected


def test_a_class_nobody_here_uses_is_left_alone() -> None:
    assert codes(together(storage_class("slow"), stored())) == []
    assert codes(storage_class()) == []

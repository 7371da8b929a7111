import pytest

from tests.rules.manifests import together, workload
from tests.rules.volumes import CLAIM, MOUNT, codes, only, pvc, stored
from tutor.model.findings import Severity

VOLUME = "volumes: [{name: data, persistentVolumeClaim: {claimName: files}}]"
READ = MOUNT.replace("}]", ", readOnly: true}]")
READ_ONLY = VOLUME.replace("files}", "files, readOnly: true}")


def shared(
    *, mode: str = "", replicas: int = 3, volume: str = VOLUME, container: str = MOUNT
) -> str:
    spec = f"serviceName: nginx\nreplicas: {replicas}"
    text = stored("", container=container, pod=volume, spec=spec)
    return together(pvc(mode), text) if mode else text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (shared(mode="ReadWriteOnce"), ["STS314"]),
        (shared(mode="ReadWriteOncePod"), ["STS314"]),
        (shared(mode="ReadWriteMany"), ["STS314:many"]),
        (shared(mode="ReadWriteOnce, ReadWriteMany"), ["STS314:many"]),
        (shared(), ["STS314:unseen"]),
        (shared(mode="ReadWriteOnce", replicas=1), []),
        (shared(replicas=1), []),
        # Files that everybody reads.
        (shared(container=READ), []),
        (shared(mode="ReadOnlyMany", volume=READ_ONLY), []),
        # A claim of one node cannot be read from several either.
        (shared(mode="ReadWriteOnce", container=READ), ["STS314"]),
    ],
)
def test_replicas_and_one_claim(text: str, expected: list[str]) -> None:
    assert codes(text) == expected


def test_shared_files_beside_data_of_their_own() -> None:
    mounts = MOUNT.replace("]", ", {name: uploads, mountPath: /uploads}]")
    volume = VOLUME.replace("name: data", "name: uploads")
    text = stored(container=mounts, pod=volume)
    assert codes(together(pvc("ReadWriteMany"), text)) == []
    assert codes(text) == []
    assert codes(together(pvc("ReadWriteOnce"), text)) == ["STS314"]


def test_a_volume_that_a_claim_template_replaces_is_not_shared() -> None:
    assert codes(together(pvc(), stored(pod=VOLUME))) == ["STS303"]


def test_a_claim_of_another_namespace_is_another_claim() -> None:
    other = pvc().replace("{name: files}", "{name: files, namespace: other}")
    assert codes(together(other, shared())) == ["STS314:unseen"]


def test_sharing_on_purpose_is_only_advised_against() -> None:
    assert only(shared(mode="ReadWriteMany")).severity is Severity.ADVICE
    assert only(shared(mode="ReadWriteOnce")).severity is Severity.WARNING


def deployed(
    strategy: str = "", *, mode: str = "ReadWriteOnce", replicas: str = "replicas: 1", pod: str = ""
) -> str:
    spec = "\n".join(line for line in (replicas, strategy and f"strategy: {strategy}") if line)
    pod = f"{pod}\n{VOLUME}".strip()
    return together(pvc(mode), workload(kind="Deployment", spec=spec, pod=pod, container=MOUNT))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (deployed(), ["STS319"]),
        (deployed(replicas=""), ["STS319"]),
        (deployed("{type: RollingUpdate}"), ["STS319"]),
        (deployed("{type: Recreate}"), []),
        (deployed("{rollingUpdate: {maxSurge: 0, maxUnavailable: 1}}"), []),
        (deployed("{rollingUpdate: {maxSurge: 0%, maxUnavailable: 100%}}"), []),
        (deployed("{rollingUpdate: {maxUnavailable: 1}}"), []),
        (deployed("{rollingUpdate: {maxUnavailable: 99%}}"), ["STS319"]),
        (deployed(mode="ReadWriteMany"), []),
        (deployed(mode="ReadWriteMany", replicas="replicas: 4"), []),
        (deployed(replicas="replicas: 2"), ["STS319:replicas"]),
        (deployed("{type: Recreate}", replicas="replicas: 2"), ["STS319:replicas"]),
        (deployed(replicas="replicas: 0"), []),
        (deployed(replicas="replicas: -1"), []),
        (deployed(pod="nodeSelector: {kubernetes.io/hostname: n1}"), []),
        (deployed(pod="nodeSelector: {disk: ssd}"), ["STS319"]),
        (deployed(mode="ReadWriteOncePod", pod="nodeName: n1"), ["STS319"]),
    ],
)
def test_a_deployment_and_its_claim(text: str, expected: list[str]) -> None:
    assert codes(text) == expected


def test_a_deployment_whose_claim_is_not_here_is_left_alone() -> None:
    assert codes(deployed().split("---\n")[1]) == []


@pytest.mark.parametrize(
    ("pod", "claims", "expected"),
    [
        ("nodeName: n1", CLAIM, ["STS320"]),
        ("nodeName: ''", CLAIM, []),
        ("nodeSelector: {kubernetes.io/hostname: n1}", CLAIM, []),
    ],
)
def test_node_names(pod: str, claims: str, expected: list[str]) -> None:
    assert codes(stored(claims, pod=pod)) == expected


def test_a_node_name_without_claims_is_a_choice() -> None:
    assert codes(stored("", container="", pod="nodeName: n1")) == []


def retained(text: str) -> str:
    policy = f"persistentVolumeClaimRetentionPolicy: {text}"
    return stored(spec=f"serviceName: nginx\nreplicas: 3\n{policy}")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{whenDeleted: Retain, whenScaled: Retain}", []),
        ("{}", []),
        ("null", []),
        ('{whenDeleted: ""}', []),
        ("{whenDeleted: retain}", ["STS316"]),
        ("{whenDeleted: delete}", ["STS316"]),
        ("{whenScaled: Keep}", ["STS316"]),
        ("{whenScaled: Archive}", ["STS316:unknown"]),
        ("{whenDeleted: Delete}", ["STS317:deleted"]),
        ("{whenScaled: Delete}", ["STS317:scaled"]),
        ("{whenScaled: Delete, whenDeleted: Delete}", ["STS317:scaled", "STS317:deleted"]),
        ("Retain", []),
        ("[Delete]", []),
        ("{whenScaled: '${POLICY}'}", []),
    ],
)
def test_retention(text: str, expected: list[str]) -> None:
    assert sorted(codes(retained(text))) == sorted(expected)


def test_retention_was_dropped_by_older_servers() -> None:
    assert codes(retained("{whenScaled: Keep}"), "1.26") == []


def test_without_claims_nothing_is_deleted() -> None:
    text = retained("{whenDeleted: Delete}").replace("volumeClaimTemplates", "x")
    assert codes(text.replace(MOUNT, "")) == []

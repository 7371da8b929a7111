import pytest

from tests.rules.manifests import together
from tests.rules.volumes import CLAIM, MOUNT, codes, findings, only, pvc, stored
from tutor.model.findings import Severity

LOG = CLAIM.replace("name: data", "name: log")


@pytest.mark.parametrize(
    ("container", "expected"),
    [
        (MOUNT, []),
        ("", ["STS301"]),
        ("volumeMounts: []", ["STS301"]),
        ("volumeMounts: [{name: data, mountPath: /data, subPath: pg}]", []),
        ("volumeDevices: [{name: data, devicePath: /dev/a}]", ["STS328:device"]),
        ("volumeMounts: [{name: dta, mountPath: /data}]", ["STS302", "STS301:misnamed"]),
        ("volumeMounts: [{name: Data, mountPath: /data}]", ["STS302", "STS301:misnamed"]),
        # The name of a finished claim is not the name of a volume.
        ("volumeMounts: [{name: data-web-0, mountPath: /data}]", ["STS302", "STS301:misnamed"]),
        # Not near, but the only claim nobody mounts.
        ("volumeMounts: [{name: storage, mountPath: /data}]", ["STS302", "STS301:misnamed"]),
        # What has the wrong shape is the schema's to report.
        ("volumeMounts: {name: data}", []),
        ("volumeMounts: [data]", ["STS301"]),
        ("volumeMounts: [{name: 3, mountPath: /data}]", ["STS301"]),
        ("volumeMounts: [{name: '${VOLUME}', mountPath: /data}]", ["STS301"]),
    ],
)
def test_a_claim_and_its_mounts(container: str, expected: list[str]) -> None:
    assert codes(stored(container=container)) == expected


def test_init_containers_and_sidecars_mount_too() -> None:
    pod = "initContainers: [{name: i, image: x, volumeMounts: [{name: data, mountPath: /d}]}]"
    assert codes(stored(container="", pod=pod)) == []


def test_of_two_claims_the_nearer_is_meant() -> None:
    text = stored(CLAIM + LOG, container="volumeMounts: [{name: logs, mountPath: /log}]")
    found = {f.code + f.variant: f for f in findings(text)}
    assert found["STS302"].params["needed"] == "log"
    assert found["STS301"].params["found"] == "data"
    assert found["STS301misnamed"].params["found"] == "log"


@pytest.mark.parametrize(
    ("volume", "expected"),
    [
        ("{name: tmp, emptyDir: {}}", []),
        ("{name: tmp, projected: {sources: []}}", []),
        ("{name: tmp, ephemeral: {volumeClaimTemplate: {spec: {accessModes: [ReadWriteOnce], "
         "resources: {requests: {storage: 1Gi}}}}}}", []),
        ("{name: temp, emptyDir: {}}", ["STS302"]),
        ("{name: cache, emptyDir: {}}", ["STS302:unknown"]),
    ],
)  # fmt: skip
def test_volumes_of_the_template(volume: str, expected: list[str]) -> None:
    mounts = MOUNT.replace("[", "[{name: tmp, mountPath: /tmp}, ")
    assert codes(stored(container=mounts, pod=f"volumes: [{volume}]")) == expected


def test_the_variants_of_a_mount_without_a_volume() -> None:
    assert codes(stored("")) == ["STS302:none"]
    assert only(together(stored(""), pvc(name="data"))).variant == "claim"
    assert codes(together(stored(""), pvc(name="data", extra="").replace("data", "other"))) == [
        "STS302:none"
    ]
    found = only(stored("", container=MOUNT, pod="volumes: [{name: a, emptyDir: {}}, {name: bb}]"))
    assert (found.variant, found.params["names"]) == ("unknown", ("a", "bb"))
    assert found.path == "spec.template.spec.containers[0].volumeMounts[0].name"
    assert found.severity is Severity.ERROR


@pytest.mark.parametrize("volumes", ["volumes: nothing", "volumes: [{emptyDir: {}}]"])
def test_unreadable_volumes_are_no_reason_to_guess(volumes: str) -> None:
    mounts = "volumeMounts: [{name: tmp, mountPath: /tmp}]"
    assert "STS302" not in codes(stored(container=mounts, pod=volumes))


def test_a_deployments_mounts_are_left_alone() -> None:
    assert codes(stored("").replace("kind: StatefulSet", "kind: Deployment")) == []


def test_a_claim_template_replaces_a_volume() -> None:
    found = only(stored(pod="volumes: [{name: tmp}, {name: data, emptyDir: {}}]"))
    assert (found.code, found.path) == ("STS303", "spec.template.spec.volumes[1].name")


@pytest.mark.parametrize(
    ("mounts", "expected"),
    [
        ("{name: data, mountPath: /a}, {name: data, mountPath: /b}", []),
        ("{name: data, mountPath: /a}, {name: data, mountPath: /a}", ["STS326"]),
        ("{name: data, mountPath: /a}, {name: data, mountPath: /a/}", ["STS326"]),
        ("{name: data, mountPath: /a}, {name: data, mountPath: /a/b}", []),
        ("{name: data, mountPath: data}", ["STS326:relative"]),
        ("{name: data, mountPath: ./data}", ["STS326:relative"]),
        ("{name: data, mountPath: '/a:ro'}", ["STS326:colon"]),
        (r"{name: data, mountPath: 'C:\data'}", []),
        ("{name: data, mountPath: /a, subPath: pg/data}", []),
        ("{name: data, mountPath: /a, subPath: /pg}", ["STS326:subpath"]),
        ("{name: data, mountPath: /a, subPath: a/../b}", ["STS326:subpath"]),
        ("{name: data, mountPath: /a, subPath: a..b}", []),
        ("{name: data, mountPath: /a, subPathExpr: $(POD_NAME)}", []),
        ("{name: data}", []),
        ("{name: data, mountPath: 3}", []),
    ],
)
def test_mount_paths(mounts: str, expected: list[str]) -> None:
    assert codes(stored(container=f"volumeMounts: [{mounts}]")) == expected


def test_the_same_path_in_two_containers_is_usual() -> None:
    pod = "initContainers: [{name: i, image: x, volumeMounts: [{name: data, mountPath: /data}]}]"
    assert codes(stored(pod=pod)) == []


def test_only_equal_paths_are_refused() -> None:
    twice = "volumeMounts: [{name: data, mountPath: /a}, {name: data, mountPath: %s}]"
    assert only(stored(container=twice % "/a")).severity is Severity.ERROR
    assert only(stored(container=twice % "/a/")).severity is Severity.WARNING


@pytest.mark.parametrize(
    ("mode", "container", "expected"),
    [
        ("Block", MOUNT, ["STS328"]),
        ("Filesystem", MOUNT, []),
        ("Block", "volumeDevices: [{name: data, devicePath: /dev/a}]", []),
        ("Filesystem", "volumeDevices: [{name: data, devicePath: /dev/a}]", ["STS328:device"]),
        ("block", "volumeDevices: [{name: data, devicePath: /dev/a}]", ["STS328:value"]),
        ("raw", MOUNT, ["STS328:value"]),
        ("null", MOUNT, []),
        ("${MODE}", MOUNT, []),
    ],
)
def test_volume_modes(mode: str, container: str, expected: list[str]) -> None:
    claim = CLAIM.replace("storageClassName", f'volumeMode: "{mode}"\n    storageClassName')
    assert codes(stored(claim.replace('"null"', "null"), container=container)) == expected


def test_the_mode_of_a_claim_elsewhere_in_the_file() -> None:
    volumes = "volumes: [{name: raw, persistentVolumeClaim: {claimName: files}}]"
    mounts = MOUNT.replace("]", ", {name: raw, mountPath: /raw}]")
    text = stored(container=mounts, pod=volumes)
    block = pvc("ReadWriteMany", extra="  volumeMode: Block\n")
    assert codes(together(text, block)) == ["STS328"]
    assert codes(together(text, pvc("ReadWriteMany"))) == []

"""Claims that are to be filled from something."""

from typing import Any

import pytest

from tests.offline.controllers.cluster import CLAIMS, CLASSES, VOLUMES, Cluster, claim

DISK, TREE = "disk.csi.sts-tutor.dev", "kubernetes.io/host-path"
FROM = {"kind": "PersistentVolumeClaim", "name": "source"}
SNAPSHOT = {"apiGroup": "snapshot.storage.k8s.io", "kind": "VolumeSnapshot", "name": "source"}


def with_class(provisioner: str, **more: Any) -> Cluster:
    cluster = Cluster()
    cluster.create(CLASSES, {"metadata": {"name": "disk"}, "provisioner": provisioner, **more})
    return cluster


def make(cluster: Cluster, name: str = "copy", size: str = "1Gi", **spec: Any) -> None:
    cluster.create(CLAIMS, claim(name, size, storageClassName="disk", **spec))
    cluster.settle()


def phase(cluster: Cluster, name: str = "copy") -> str:
    return str(cluster.get(CLAIMS, name)["status"]["phase"])


def warned(cluster: Cluster, name: str = "copy") -> list[str]:
    return [
        text for kind, _, text in cluster.events("PersistentVolumeClaim", name) if kind == "Warning"
    ]


@pytest.mark.parametrize("field", ["dataSource", "dataSourceRef"])
def test_a_plugin_of_the_tree_fills_nothing(field: str) -> None:
    cluster = with_class(TREE)
    make(cluster, "source")
    spec: dict[str, Any] = {field: FROM}
    make(cluster, **spec)
    assert phase(cluster) == "Pending"
    assert warned(cluster)[0] == (
        'plugin "kubernetes.io/host-path" is not a CSI plugin. Only CSI plugin can provision a '
        "claim with a datasource"
    )


def test_a_driver_waits_for_the_source_and_then_clones_it() -> None:
    cluster = with_class(DISK)
    make(cluster, dataSource=FROM)
    assert phase(cluster) == "Pending"
    assert 'error getting PVC source (namespace "default") from api server' in warned(cluster)[0]
    make(cluster, "source")
    cluster.run(30)
    assert phase(cluster) == "Bound"


def test_a_clone_is_not_smaller_than_its_source() -> None:
    cluster = with_class(DISK)
    make(cluster, "source", "2Gi")
    make(cluster, dataSource=FROM)
    assert phase(cluster) == "Pending"
    assert "greater than or equal in size" in warned(cluster)[0]


def test_there_are_no_snapshots() -> None:
    cluster = with_class(DISK)
    make(cluster, dataSource=SNAPSHOT)
    assert phase(cluster) == "Pending"
    assert "volumesnapshots.snapshot.storage.k8s.io" in warned(cluster)[0]


def test_what_a_populator_would_fill_is_waited_for() -> None:
    cluster = with_class(DISK)
    make(cluster, dataSourceRef={"apiGroup": "example.com", "kind": "Backup", "name": "b"})
    assert phase(cluster) == "Pending"
    assert warned(cluster) == []


def test_both_fields_say_the_same_and_what_was_never_known_is_dropped() -> None:
    cluster = with_class(DISK)
    make(cluster, "first", dataSource=FROM)
    make(cluster, "second", dataSourceRef=FROM)
    make(cluster, "third", dataSource={"apiGroup": "example.com", "kind": "Backup", "name": "b"})
    for name in ("first", "second"):
        spec = cluster.get(CLAIMS, name)["spec"]
        assert spec["dataSource"] == spec["dataSourceRef"] == FROM
    assert "dataSource" not in cluster.get(CLAIMS, "third")["spec"]
    assert phase(cluster, "third") == "Bound"


@pytest.mark.parametrize(
    ("provisioner", "policy", "added"),
    [
        (TREE, "Delete", "kubernetes.io/pv-controller"),
        (TREE, "Retain", ""),
        (DISK, "Delete", "external-provisioner.volume.kubernetes.io/finalizer"),
        (DISK, "Retain", ""),
    ],
)
def test_only_who_is_to_delete_a_volume_holds_it(provisioner: str, policy: str, added: str) -> None:
    cluster = with_class(provisioner, reclaimPolicy=policy)
    make(cluster)
    volume = cluster.get(VOLUMES, str(cluster.get(CLAIMS, "copy")["spec"]["volumeName"]))
    assert set(volume["metadata"]["finalizers"]) - {"", added} == {"kubernetes.io/pv-protection"}
    assert added in {"", *volume["metadata"]["finalizers"]}

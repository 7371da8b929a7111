"""Which volume a claim gets, why it gets none, and what becomes of volumes given back."""

from typing import Any

import pytest

from tests.offline.controllers.cluster import CLAIMS, CLASSES, PODS, VOLUMES, Cluster, claim, pod
from tests.offline.controllers.cluster import mounting as mounts
from tests.offline.controllers.test_volumes import volume
from tutor.offline.objects import Obj

EVERY_MODE = ["ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany"]
IS_DEFAULT = "storageclass.kubernetes.io/is-default-class"


@pytest.fixture
def cluster() -> Cluster:
    return Cluster()


def by_hand(name: str = "data", **spec: Any) -> Obj:
    return claim(name, storageClassName="", **spec)


def told(cluster: Cluster, kind: str = "PersistentVolumeClaim") -> list[tuple[str, str, str]]:
    return cluster.events(kind)


def test_a_posted_volume_tells_since_when_it_is_pending(cluster: Cluster) -> None:
    made = cluster.create(VOLUMES, volume())
    assert made["status"]["phase"] == "Pending"
    assert made["status"]["lastPhaseTransitionTime"] == made["metadata"]["creationTimestamp"]
    cluster.run(60)
    cluster.create(CLAIMS, by_hand())
    cluster.settle()
    bound = cluster.get(VOLUMES, "hand")["status"]
    assert bound["phase"] == "Bound"
    assert bound["lastPhaseTransitionTime"] > made["status"]["lastPhaseTransitionTime"]


def test_volumes_with_fewer_access_modes_are_taken_first(cluster: Cluster) -> None:
    cluster.create(VOLUMES, volume("shared", "1Gi", accessModes=EVERY_MODE))
    cluster.create(VOLUMES, volume("large", "5Gi"))
    cluster.settle()
    cluster.create(CLAIMS, by_hand("first"))
    cluster.settle()
    cluster.create(CLAIMS, by_hand("second"))
    cluster.settle()
    assert cluster.get(CLAIMS, "first")["spec"]["volumeName"] == "large"
    assert cluster.get(CLAIMS, "second")["spec"]["volumeName"] == "shared"
    assert cluster.get(CLAIMS, "second")["status"]["accessModes"] == EVERY_MODE


def test_labels_choose_a_volume(cluster: Cluster) -> None:
    cluster.create(VOLUMES, volume("small", "1Gi"))
    fast = volume("fast", "3Gi")
    fast["metadata"]["labels"] = {"disk": "ssd"}
    cluster.create(VOLUMES, fast)
    cluster.settle()
    cluster.create(CLAIMS, by_hand(selector={"matchLabels": {"disk": "ssd"}}))
    cluster.settle()
    assert cluster.get(CLAIMS, "data")["spec"]["volumeName"] == "fast"


@pytest.mark.parametrize(
    ("made", "asked", "why"),
    [
        ({}, {"size": "2Gi"}, "requested PV is too small"),
        ({"storageClassName": "fast"}, {}, "storageClassName does not match"),
        ({"volumeMode": "Block"}, {}, "incompatible volumeMode"),
        ({}, {"accessModes": ["ReadWriteMany"]}, "incompatible accessMode"),
    ],
)
def test_a_named_volume_that_is_not_for_the_claim(
    cluster: Cluster, made: Obj, asked: Obj, why: str
) -> None:
    cluster.create(VOLUMES, volume(**made))
    cluster.settle()
    cluster.create(CLAIMS, by_hand(volumeName="hand", **asked))
    cluster.settle()
    assert cluster.get(CLAIMS, "data")["status"]["phase"] == "Pending"
    text = f'Cannot bind to requested volume "hand": {why}'
    assert told(cluster) == [("Warning", "VolumeMismatch", text)]
    assert cluster.get(VOLUMES, "hand")["status"]["phase"] == "Available"


def test_a_named_volume_that_is_there_later(cluster: Cluster) -> None:
    cluster.create(CLAIMS, by_hand(volumeName="hand"))
    cluster.settle()
    assert cluster.get(CLAIMS, "data")["status"] == {"phase": "Pending"}
    assert told(cluster) == []
    cluster.create(VOLUMES, volume())
    cluster.settle()
    held = cluster.get(CLAIMS, "data")
    assert held["status"]["phase"] == "Bound"
    assert held["metadata"]["annotations"] == {"pv.kubernetes.io/bind-completed": "yes"}


def test_a_released_volume_is_not_given_to_the_next_claim(cluster: Cluster) -> None:
    cluster.create(VOLUMES, volume())
    cluster.create(CLAIMS, by_hand())
    cluster.settle()
    cluster.delete(CLAIMS, "data")
    cluster.settle()
    cluster.create(CLAIMS, by_hand())
    cluster.settle()
    assert cluster.get(VOLUMES, "hand")["status"]["phase"] == "Released"
    assert cluster.get(CLAIMS, "data")["status"]["phase"] == "Pending"
    cluster.patch(VOLUMES, "hand", {"spec": {"claimRef": None}})
    cluster.settle()
    assert cluster.get(CLAIMS, "data")["spec"]["volumeName"] == "hand"


def test_a_host_path_is_recycled(cluster: Cluster) -> None:
    cluster.create(VOLUMES, volume(persistentVolumeReclaimPolicy="Recycle"))
    cluster.create(CLAIMS, by_hand())
    cluster.settle()
    cluster.delete(CLAIMS, "data")
    cluster.settle()
    found = cluster.get(VOLUMES, "hand")
    assert found["status"]["phase"] == "Available"
    assert "claimRef" not in found["spec"]
    assert told(cluster, "PersistentVolume") == [("Normal", "VolumeRecycled", "Volume recycled")]


def disk(**spec: Any) -> Obj:
    body = volume(csi={"driver": "disk.example.com", "volumeHandle": "d"}, **spec)
    del body["spec"]["hostPath"]
    return body


@pytest.mark.parametrize(
    ("policy", "reason", "text"),
    [
        ("Recycle", "VolumeFailedRecycle", "No recycler plugin found for the volume!"),
        (
            "Delete",
            "VolumeFailedDelete",
            'error getting deleter volume plugin for volume "hand": no deletable volume plugin '
            "matched",
        ),
    ],
)
def test_a_disk_made_by_hand_can_be_neither_emptied_nor_deleted(
    cluster: Cluster, policy: str, reason: str, text: str
) -> None:
    cluster.create(VOLUMES, disk(persistentVolumeReclaimPolicy=policy))
    cluster.create(CLAIMS, by_hand())
    cluster.settle()
    cluster.delete(CLAIMS, "data")
    cluster.run(120)
    found = cluster.get(VOLUMES, "hand")["status"]
    assert (found["phase"], found["message"]) == ("Failed", text)
    assert told(cluster, "PersistentVolume") == [("Warning", reason, text)]


def test_a_disk_of_a_driver_is_left_to_it(cluster: Cluster) -> None:
    body = disk(persistentVolumeReclaimPolicy="Delete")
    body["metadata"]["annotations"] = {"pv.kubernetes.io/provisioned-by": "disk.example.com"}
    cluster.create(VOLUMES, body)
    cluster.create(CLAIMS, by_hand())
    cluster.settle()
    cluster.delete(CLAIMS, "data")
    cluster.run(120)
    assert cluster.get(VOLUMES, "hand")["status"]["phase"] == "Released"
    assert told(cluster, "PersistentVolume") == []


def test_a_volume_kept_for_a_claim_of_another_mode(cluster: Cluster) -> None:
    cluster.create(CLAIMS, by_hand(volumeMode="Block"))
    uid = cluster.get(CLAIMS, "data")["metadata"]["uid"]
    kept = {"namespace": "default", "name": "data", "uid": uid}
    cluster.create(VOLUMES, volume(claimRef=kept))
    cluster.settle()
    assert told(cluster, "PersistentVolume") == [
        (
            "Warning",
            "VolumeMismatch",
            'Cannot bind PersistentVolume to requested PersistentVolumeClaim "data" due to '
            "incompatible volumeMode.",
        )
    ]
    assert (
        "Warning",
        "VolumeMismatch",
        'Cannot bind PersistentVolume "hand" to requested PersistentVolumeClaim due to '
        "incompatible volumeMode.",
    ) in told(cluster)


def test_of_several_default_classes_the_newest_counts(cluster: Cluster) -> None:
    cluster.run(10)
    for name in ("a-new", "b-new"):
        marks = {IS_DEFAULT: "true"}
        body = {"metadata": {"name": name, "annotations": marks}, "provisioner": "example.com/x"}
        cluster.create(CLASSES, body)
    made = cluster.create(CLAIMS, claim())
    assert made["spec"]["storageClassName"] == "a-new"


@pytest.mark.parametrize(
    ("body", "kind", "reason", "text"),
    [
        (
            {"provisioner": "kubernetes.io/no-provisioner"},
            "Warning",
            "ProvisioningFailed",
            "no volume plugin matched name: kubernetes.io/no-provisioner",
        ),
        (
            {"provisioner": "kubernetes.io/host-path", "mountOptions": ["ro", "hard"]},
            "Warning",
            "ProvisioningFailed",
            'Mount options are not supported by the provisioner but StorageClass "odd" has mount '
            "options [ro hard]",
        ),
        (
            {"provisioner": "kubernetes.io/aws-ebs"},
            "Normal",
            "ExternalProvisioning",
            "Waiting for a volume to be created either by the external provisioner "
            "'ebs.csi.aws.com' or manually by the system administrator. If volume creation is "
            "delayed, please verify that the provisioner is running and correctly registered.",
        ),
    ],
)
def test_classes_that_make_no_volume(
    cluster: Cluster, body: Obj, kind: str, reason: str, text: str
) -> None:
    cluster.create(CLASSES, {"metadata": {"name": "odd"}, **body})
    cluster.create(CLAIMS, claim(storageClassName="odd"))
    cluster.settle()
    assert told(cluster) == [(kind, reason, text)]


def test_pods_that_wait_are_named(cluster: Cluster) -> None:
    cluster.create(
        CLASSES,
        {
            "metadata": {"name": "late"},
            "provisioner": "kubernetes.io/host-path",
            "volumeBindingMode": "WaitForFirstConsumer",
        },
    )
    cluster.create(CLAIMS, claim(storageClassName="late"))
    for name in ("one", "two"):
        cluster.create(PODS, pod(name, volumes=mounts("data"), nodeSelector={"disk": "none"}))
    cluster.run(40)
    assert ("Normal", "WaitForPodScheduled", "waiting for pods one,two to be scheduled") in told(
        cluster
    )


def test_a_lost_claim_has_no_capacity_any_more(cluster: Cluster) -> None:
    cluster.create(VOLUMES, volume())
    cluster.create(CLAIMS, by_hand())
    cluster.settle()
    cluster.delete(VOLUMES, "hand")
    cluster.patch(VOLUMES, "hand", {"metadata": {"finalizers": None}})
    cluster.settle()
    assert cluster.get(CLAIMS, "data")["status"] == {"phase": "Lost"}
    cluster.create(PODS, pod(volumes=mounts("data")))
    cluster.settle()
    (condition,) = cluster.get(PODS, "one")["status"]["conditions"]
    assert condition["message"] == (
        '0/3 nodes are available: persistentvolumeclaim "data" bound to non-existent '
        'persistentvolume "hand". not found'
    )


def ephemeral(**template: Any) -> list[Obj]:
    wanted = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
    made = {"spec": wanted, **template}
    return [{"name": "scratch", "ephemeral": {"volumeClaimTemplate": made}}]


def test_an_ephemeral_volume_lives_as_long_as_its_pod(cluster: Cluster) -> None:
    cluster.create(PODS, pod(volumes=ephemeral(metadata={"labels": {"a": "b"}})))
    cluster.settle()
    assert cluster.get(PODS, "one")["status"]["phase"] == "Running"
    held = cluster.get(CLAIMS, "one-scratch")
    assert held["metadata"]["labels"] == {"a": "b"}
    (owner,) = held["metadata"]["ownerReferences"]
    assert (owner["kind"], owner["name"], owner["controller"]) == ("Pod", "one", True)
    cluster.delete(PODS, "one")
    cluster.settle()
    assert cluster.names(CLAIMS) == cluster.names(VOLUMES) == []


def test_a_claim_of_somebody_else_is_not_taken_for_an_ephemeral_one(cluster: Cluster) -> None:
    cluster.create(CLAIMS, claim("one-scratch"))
    cluster.create(PODS, pod(volumes=ephemeral()))
    cluster.settle()
    (condition,) = cluster.get(PODS, "one")["status"]["conditions"]
    assert condition["message"] == (
        "0/3 nodes are available: PVC default/one-scratch was not created for pod default/one "
        "(pod is not owner). not found"
    )
    cluster.delete(CLAIMS, "one-scratch")
    cluster.run(60)
    assert cluster.get(PODS, "one")["status"]["phase"] == "Running"

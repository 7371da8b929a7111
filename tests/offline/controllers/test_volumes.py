"""Claims and volumes, held against the recorded ones."""

import pytest

from tests.offline.controllers.cluster import (
    CLAIMS,
    CLASSES,
    PODS,
    SETS,
    VOLUMES,
    Cluster,
    claim,
    mounting,
    plain,
    pod,
    recorded_set,
)
from tests.offline.recordings import recording
from tutor.offline.objects import Obj

WORDLESS = ("Normal", "FailedBinding")


@pytest.fixture
def cluster() -> Cluster:
    return Cluster()


def volume(name: str = "hand", size: str = "1Gi", **spec: object) -> Obj:
    return {
        "metadata": {"name": name},
        "spec": {
            "capacity": {"storage": size},
            "accessModes": ["ReadWriteOnce"],
            "persistentVolumeReclaimPolicy": "Retain",
            "hostPath": {"path": "/tmp/hostpath_pv/hand"},  # noqa: S108
            **spec,
        },
    }


def without_names(found: Obj) -> Obj:
    """An object without the names that hold a uid or a namespace."""
    found = plain(found)
    found["metadata"].pop("name")
    found["metadata"].pop("resourceVersion", None)
    found["spec"].pop("volumeName", None)
    found["spec"].pop("claimRef", None)
    found["spec"].pop("hostPath", None)
    found["metadata"].pop("namespace", None)
    found.pop("apiVersion", None)
    found.pop("kind", None)
    return found


def test_a_claim_and_its_volume_end_as_recorded(cluster: Cluster) -> None:
    cluster.create(SETS, recorded_set())
    cluster.settle()
    state = [one for one in recording("a01")["steps"] if one.get("state")][-1]["state"]
    theirs = state["PersistentVolumeClaim"][0]
    ours = cluster.get(CLAIMS, "data-web-0")
    assert without_names(ours) == without_names(theirs)
    found = cluster.get(VOLUMES, ours["spec"]["volumeName"])
    recorded = without_names(state["PersistentVolume"][0])
    made = without_names(found)
    for one in (made, recorded):
        one["status"].pop("lastPhaseTransitionTime")
    assert made == recorded
    assert found["metadata"]["name"] == f"pvc-{ours['metadata']['uid']}"
    assert found["spec"]["claimRef"]["uid"] == ours["metadata"]["uid"]
    assert cluster.events("PersistentVolumeClaim", "data-web-0") == [
        (
            "Normal",
            "ProvisioningSucceeded",
            f"Successfully provisioned volume {found['metadata']['name']} using "
            "kubernetes.io/host-path",
        )
    ]


def test_no_class_waits_for_a_volume_made_by_hand(cluster: Cluster) -> None:
    cluster.create(CLAIMS, claim(storageClassName=""))
    cluster.create(PODS, pod(volumes=mounting("data")))
    cluster.settle()
    assert cluster.events("PersistentVolumeClaim") == [
        (
            *WORDLESS,
            "no persistent volumes available for this claim and no storage class is set",
        )
    ]
    cluster.create(VOLUMES, volume())
    cluster.settle()
    assert cluster.get(CLAIMS, "data")["spec"]["volumeName"] == "hand"
    assert cluster.get(PODS, "one")["status"]["phase"] == "Running"
    found = cluster.get(VOLUMES, "hand")
    assert found["metadata"]["annotations"] == {"pv.kubernetes.io/bound-by-controller": "yes"}
    cluster.delete(PODS, "one")
    cluster.settle()
    cluster.delete(CLAIMS, "data")
    cluster.settle()
    assert cluster.gone(CLAIMS, "data")
    assert cluster.get(VOLUMES, "hand")["status"]["phase"] == "Released"
    cluster.delete(VOLUMES, "hand")
    cluster.settle()
    assert cluster.gone(VOLUMES, "hand")


def test_the_smallest_volume_that_fits_is_taken(cluster: Cluster) -> None:
    for name, size in (("big", "9Gi"), ("fits", "2Gi"), ("small", "500Mi")):
        cluster.create(VOLUMES, volume(name, size))
    cluster.create(VOLUMES, volume("other", "2Gi", storageClassName="fast"))
    cluster.settle()
    assert {one["status"]["phase"] for one in cluster.store.list(VOLUMES)} == {"Available"}
    cluster.create(CLAIMS, claim(storageClassName=""))
    cluster.settle()
    assert cluster.get(CLAIMS, "data")["spec"]["volumeName"] == "fits"
    assert cluster.get(CLAIMS, "data")["status"]["capacity"] == {"storage": "2Gi"}


def test_a_volume_kept_for_a_claim_waits_for_it(cluster: Cluster) -> None:
    kept = {"namespace": "default", "name": "wanted"}
    cluster.create(VOLUMES, volume("kept", claimRef=kept))
    cluster.create(CLAIMS, claim("another", storageClassName=""))
    cluster.settle()
    assert cluster.get(CLAIMS, "another")["status"]["phase"] == "Pending"
    cluster.create(CLAIMS, claim("wanted", storageClassName=""))
    cluster.settle()
    assert cluster.get(CLAIMS, "wanted")["spec"]["volumeName"] == "kept"
    assert "annotations" not in cluster.get(VOLUMES, "kept")["metadata"]


def test_a_missing_class_is_told_and_made_good_later(cluster: Cluster) -> None:
    cluster.create(CLAIMS, claim(storageClassName="absent-sc"))
    cluster.settle()
    assert cluster.events("PersistentVolumeClaim") == [
        (
            "Warning",
            "ProvisioningFailed",
            'storageclass.storage.k8s.io "absent-sc" not found',
        )
    ]
    cluster.create(
        CLASSES, {"metadata": {"name": "absent-sc"}, "provisioner": "kubernetes.io/host-path"}
    )
    cluster.settle()
    assert cluster.get(CLAIMS, "data")["status"]["phase"] == "Bound"


def test_a_driver_that_is_not_here_is_waited_for(cluster: Cluster) -> None:
    cluster.create(CLASSES, {"metadata": {"name": "ssd"}, "provisioner": "ebs.csi.aws.com"})
    cluster.create(CLAIMS, claim(storageClassName="ssd"))
    cluster.settle()
    ((kind, reason, message),) = cluster.events("PersistentVolumeClaim")
    assert (kind, reason) == ("Normal", "ExternalProvisioning")
    assert message.startswith(
        "Waiting for a volume to be created either by the external provisioner 'ebs.csi.aws.com'"
    )
    assert cluster.get(CLAIMS, "data")["status"]["phase"] == "Pending"


def test_a_class_made_default_later_is_given_to_older_claims(cluster: Cluster) -> None:
    off = {"storageclass.kubernetes.io/is-default-class": None}
    cluster.patch(CLASSES, "standard", {"metadata": {"annotations": off}})
    cluster.create(CLAIMS, claim())
    cluster.settle()
    found = cluster.get(CLAIMS, "data")
    assert "storageClassName" not in found["spec"]
    assert found["status"]["phase"] == "Pending"
    on = {"storageclass.kubernetes.io/is-default-class": "true"}
    cluster.patch(CLASSES, "standard", {"metadata": {"annotations": on}})
    cluster.settle()
    found = cluster.get(CLAIMS, "data")
    assert (found["spec"]["storageClassName"], found["status"]["phase"]) == ("standard", "Bound")


def test_a_claim_in_use_is_kept_and_its_volume_deleted_after_it(cluster: Cluster) -> None:
    cluster.create(CLAIMS, claim())
    cluster.create(PODS, pod(volumes=mounting("data")))
    cluster.settle()
    name = cluster.get(CLAIMS, "data")["spec"]["volumeName"]
    cluster.delete(CLAIMS, "data")
    cluster.settle()
    found = cluster.get(CLAIMS, "data")
    assert found["metadata"]["finalizers"] == ["kubernetes.io/pvc-protection"]
    assert found["status"]["phase"] == "Bound"
    cluster.create(PODS, pod("late", volumes=mounting("data")))
    cluster.settle()
    condition = cluster.get(PODS, "late")["status"]["conditions"][0]
    assert condition["message"] == (
        '0/3 nodes are available: persistentvolumeclaim "data" is being deleted. not found'
    )
    cluster.delete(PODS, "late")
    cluster.delete(PODS, "one")
    cluster.settle()
    assert cluster.gone(CLAIMS, "data")
    assert cluster.gone(VOLUMES, name)


def test_a_bound_volume_is_kept(cluster: Cluster) -> None:
    cluster.create(CLAIMS, claim())
    cluster.settle()
    name = cluster.get(CLAIMS, "data")["spec"]["volumeName"]
    cluster.delete(VOLUMES, name)
    cluster.settle()
    assert "deletionTimestamp" in cluster.get(VOLUMES, name)["metadata"]
    cluster.delete(CLAIMS, "data")
    cluster.settle()
    assert cluster.gone(VOLUMES, name)


def test_a_volume_torn_away_loses_the_claim(cluster: Cluster) -> None:
    cluster.create(VOLUMES, volume())
    cluster.create(CLAIMS, claim(storageClassName=""))
    cluster.settle()
    cluster.delete(VOLUMES, "hand")
    cluster.patch(VOLUMES, "hand", {"metadata": {"finalizers": None}})
    cluster.settle()
    assert cluster.gone(VOLUMES, "hand")
    assert cluster.get(CLAIMS, "data")["status"]["phase"] == "Lost"
    assert cluster.events("PersistentVolumeClaim")[-1] == (
        "Warning",
        "ClaimLost",
        "Bound claim has lost its PersistentVolume. Data on the volume is lost!",
    )


def test_a_place_the_deleter_may_not_touch(cluster: Cluster) -> None:
    cluster.create(
        VOLUMES,
        volume(persistentVolumeReclaimPolicy="Delete", hostPath={"path": "/data/db"}),
    )
    cluster.create(CLAIMS, claim(storageClassName=""))
    cluster.settle()
    cluster.delete(CLAIMS, "data")
    cluster.settle()
    found = cluster.get(VOLUMES, "hand")["status"]
    text = "host_path deleter only supports /tmp/.+ but received provided /data/db"
    assert (found["phase"], found["message"]) == ("Failed", text)
    assert cluster.events("PersistentVolume") == [("Warning", "VolumeFailedDelete", text)]


def test_a_named_volume_that_belongs_to_another(cluster: Cluster) -> None:
    cluster.create(VOLUMES, volume())
    cluster.create(CLAIMS, claim("first", storageClassName=""))
    cluster.settle()
    cluster.create(CLAIMS, claim("second", storageClassName="", volumeName="hand"))
    cluster.settle()
    assert cluster.get(CLAIMS, "second")["status"]["phase"] == "Pending"
    assert cluster.events("PersistentVolumeClaim", "second") == [
        ("Warning", "FailedBinding", 'volume "hand" already bound to a different claim.')
    ]


def test_block_volumes_cannot_be_made(cluster: Cluster) -> None:
    cluster.create(CLAIMS, claim(volumeMode="Block"))
    cluster.settle()
    assert cluster.events("PersistentVolumeClaim") == [
        (
            "Warning",
            "ProvisioningFailed",
            'Failed to provision volume with StorageClass "standard": kubernetes.io/host-path '
            "does not support block volume provisioning",
        )
    ]

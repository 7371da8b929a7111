"""Volumes of the driver that can do everything, and claims that grow."""

import pytest

from tests.offline.controllers.cluster import (
    CLAIMS,
    CLASSES,
    NODES,
    PODS,
    SETS,
    VOLUMES,
    Cluster,
    claim,
    mounting,
    pod,
    recorded_set,
)
from tutor.offline.errors import ApiError
from tutor.offline.objects import Obj, copy_of

DRIVER = "hostpath.csi.k8s.io"
LARGER = {"spec": {"resources": {"requests": {"storage": "2Gi"}}}}


@pytest.fixture
def cluster() -> Cluster:
    return Cluster()


def storage_class(cluster: Cluster, **more: object) -> None:
    body = {"metadata": {"name": "csi"}, "provisioner": DRIVER, "allowVolumeExpansion": True}
    cluster.create(CLASSES, {**body, **more})


def zones_of(volume: Obj) -> list[str]:
    (term,) = volume["spec"]["nodeAffinity"]["required"]["nodeSelectorTerms"]
    (one,) = term["matchExpressions"]
    assert (one["key"], one["operator"]) == ("topology.kubernetes.io/zone", "In")
    found: list[str] = one["values"]
    return found


def test_the_driver_makes_a_volume_in_the_zone_of_its_pod(cluster: Cluster) -> None:
    storage_class(cluster, volumeBindingMode="WaitForFirstConsumer")
    cluster.create(CLAIMS, claim(storageClassName="csi"))
    cluster.settle()
    assert cluster.get(CLAIMS, "data")["status"]["phase"] == "Pending"
    cluster.create(
        PODS, pod(volumes=mounting("data"), nodeSelector={"kubernetes.io/hostname": "node-2"})
    )
    cluster.settle()
    held = cluster.get(CLAIMS, "data")
    assert held["status"]["phase"] == "Bound"
    assert held["metadata"]["annotations"]["volume.kubernetes.io/selected-node"] == "node-2"
    volume = cluster.get(VOLUMES, held["spec"]["volumeName"])
    assert zones_of(volume) == ["zone-2"]
    assert volume["spec"]["csi"]["driver"] == DRIVER
    told = {reason: text for _, reason, text in cluster.events("PersistentVolumeClaim")}
    assert told.pop("ExternalProvisioning").startswith("Waiting for a volume to be created")
    assert told == {
        "WaitForFirstConsumer": "waiting for first consumer to be created before binding",
        "Provisioning": 'External provisioner is provisioning volume for claim "default/data"',
        "ProvisioningSucceeded": (f"Successfully provisioned volume {held['spec']['volumeName']}"),
    }
    cluster.delete(PODS, "one")
    cluster.settle()
    elsewhere = pod(
        "two", volumes=mounting("data"), nodeSelector={"kubernetes.io/hostname": "node-1"}
    )
    cluster.create(PODS, elsewhere)
    cluster.settle()
    (condition,) = cluster.get(PODS, "two")["status"]["conditions"]
    assert condition["message"] == (
        "0/3 nodes are available: 1 node(s) didn't match PersistentVolume's node affinity, "
        "2 node(s) didn't match Pod's node affinity/selector. no new claims to deallocate, "
        "preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling."
    )
    cluster.delete(PODS, "two")
    cluster.delete(CLAIMS, "data")
    cluster.settle()
    assert cluster.names(VOLUMES) == []


def test_claims_bound_at_once_are_spread_over_the_zones(cluster: Cluster) -> None:
    storage_class(cluster)
    body = copy_of(recorded_set())
    body["spec"]["volumeClaimTemplates"][0]["spec"]["storageClassName"] = "csi"
    cluster.create(SETS, body)
    cluster.settle()
    assert cluster.get(SETS, "web")["status"]["readyReplicas"] == 3
    found = [zones_of(one)[0] for one in cluster.store.list(VOLUMES)]
    assert sorted(found) == ["zone-1", "zone-2", "zone-3"]


def test_only_the_zones_a_class_allows(cluster: Cluster) -> None:
    term = {"key": "topology.kubernetes.io/zone", "values": ["zone-3"]}
    storage_class(cluster, allowedTopologies=[{"matchLabelExpressions": [term]}])
    for name in ("data-0", "data-1"):
        cluster.create(CLAIMS, claim(name, storageClassName="csi"))
    cluster.settle()
    assert [zones_of(one) for one in cluster.store.list(VOLUMES)] == [["zone-3"], ["zone-3"]]


def test_a_claim_with_a_selector_is_refused_by_the_driver(cluster: Cluster) -> None:
    storage_class(cluster)
    cluster.create(CLAIMS, claim(storageClassName="csi", selector={"matchLabels": {"a": "b"}}))
    cluster.settle()
    assert (
        "Warning",
        "ProvisioningFailed",
        'failed to provision volume with StorageClass "csi": claim Selector is not supported',
    ) in cluster.events("PersistentVolumeClaim")


def test_a_volume_grows_and_its_file_system_after_it(cluster: Cluster) -> None:
    storage_class(cluster)
    cluster.create(CLAIMS, claim(storageClassName="csi"))
    cluster.settle()
    name = cluster.get(CLAIMS, "data")["spec"]["volumeName"]
    cluster.patch(CLAIMS, "data", LARGER)
    cluster.run(0.1)
    status = cluster.get(CLAIMS, "data")["status"]
    assert status["capacity"] == {"storage": "1Gi"}
    assert status["allocatedResources"] == {"storage": "2Gi"}
    assert status["allocatedResourceStatuses"] == {"storage": "ControllerResizeInProgress"}
    assert [(one["type"], one["status"]) for one in status["conditions"]] == [("Resizing", "True")]
    cluster.settle()
    status = cluster.get(CLAIMS, "data")["status"]
    assert status["capacity"] == {"storage": "1Gi"}
    assert status["allocatedResourceStatuses"] == {"storage": "NodeResizePending"}
    (condition,) = status["conditions"]
    assert (condition["type"], condition["message"]) == (
        "FileSystemResizePending",
        "Waiting for user to (re-)start a pod to finish file system resize of volume on node.",
    )
    volume = cluster.get(VOLUMES, name)
    assert volume["spec"]["capacity"] == {"storage": "2Gi"}
    before = "volume.alpha.kubernetes.io/pre-resize-capacity"
    assert volume["metadata"]["annotations"][before] == "1Gi"
    cluster.create(PODS, pod(volumes=mounting("data")))
    cluster.settle()
    status = cluster.get(CLAIMS, "data")["status"]
    assert status["capacity"] == {"storage": "2Gi"}
    assert "conditions" not in status
    assert "allocatedResourceStatuses" not in status
    assert before not in cluster.get(VOLUMES, name)["metadata"]["annotations"]
    node = cluster.get(PODS, "one")["spec"]["nodeName"]
    told = [one[1:] for one in cluster.events("PersistentVolumeClaim")][-4:]
    grew = f'MountVolume.NodeExpandVolume succeeded for volume "{name}" {node}'
    assert told == [
        ("ExternalExpanding", "waiting for an external controller to expand this PVC"),
        ("Resizing", f"External resizer is resizing volume {name}"),
        ("FileSystemResizeRequired", "Require file system resize of volume on node"),
        ("FileSystemResizeSuccessful", grew),
    ]
    event = cluster.store.get("events", f"default/{cluster.names('events')[-1]}")
    assert event is not None
    assert cluster.events("Pod", "one")[-1] == ("Normal", "FileSystemResizeSuccessful", grew)


def test_a_volume_in_use_grows_while_its_pod_runs(cluster: Cluster) -> None:
    storage_class(cluster)
    cluster.create(CLAIMS, claim(storageClassName="csi"))
    cluster.create(PODS, pod(volumes=mounting("data")))
    cluster.settle()
    uid = cluster.get(PODS, "one")["metadata"]["uid"]
    for size in ("2Gi", "3Gi"):
        patch = {"spec": {"resources": {"requests": {"storage": size}}}}
        cluster.patch(CLAIMS, "data", patch)
        cluster.settle()
        assert cluster.get(CLAIMS, "data")["status"]["capacity"] == {"storage": size}
    assert cluster.get(PODS, "one")["metadata"]["uid"] == uid


def test_a_block_volume_has_no_file_system_to_wait_for(cluster: Cluster) -> None:
    storage_class(cluster)
    cluster.create(CLAIMS, claim(storageClassName="csi", volumeMode="Block"))
    cluster.settle()
    cluster.patch(CLAIMS, "data", LARGER)
    cluster.settle()
    assert cluster.get(CLAIMS, "data")["status"]["capacity"] == {"storage": "2Gi"}
    assert cluster.events("PersistentVolumeClaim")[-1] == (
        "Normal",
        "VolumeResizeSuccessful",
        "Resize volume succeeded",
    )


def test_a_host_path_is_expanded_by_nobody(cluster: Cluster) -> None:
    cluster.create(
        CLASSES,
        {
            "metadata": {"name": "growing"},
            "provisioner": "kubernetes.io/host-path",
            "allowVolumeExpansion": True,
        },
    )
    cluster.create(CLAIMS, claim(storageClassName="growing"))
    cluster.settle()
    cluster.patch(CLAIMS, "data", LARGER)
    cluster.settle()
    held = cluster.get(CLAIMS, "data")
    assert held["spec"]["resources"]["requests"] == {"storage": "2Gi"}
    assert held["status"]["capacity"] == {"storage": "1Gi"}
    assert "conditions" not in held["status"]
    found = [one for one in cluster.store.list("events") if one["reason"] == "ExternalExpanding"]
    (event,) = found
    assert event["source"] == {"component": "volume_expand"}
    assert (event["type"], event["message"]) == (
        "Normal",
        "waiting for an external controller to expand this PVC",
    )


def test_a_class_without_expansion_refuses(cluster: Cluster) -> None:
    cluster.create(CLAIMS, claim())
    cluster.settle()
    with pytest.raises(ApiError) as caught:
        cluster.patch(CLAIMS, "data", LARGER)
    assert caught.value.code == 403
    assert caught.value.message == (
        'persistentvolumeclaims "data" is forbidden: only dynamically provisioned pvc can be '
        "resized and the storageclass that provisions the pvc must support resize"
    )


def test_a_kubelet_that_is_down_lets_nothing_grow(cluster: Cluster) -> None:
    storage_class(cluster)
    cluster.create(CLAIMS, claim(storageClassName="csi"))
    cluster.create(PODS, pod(volumes=mounting("data")))
    cluster.settle()
    node = cluster.get(PODS, "one")["spec"]["nodeName"]
    cluster.runner.node_down(node)
    cluster.patch(CLAIMS, "data", LARGER)
    cluster.run(5)
    assert cluster.get(CLAIMS, "data")["status"]["capacity"] == {"storage": "1Gi"}
    cluster.runner.node_up(node)
    cluster.run(5)
    assert cluster.get(CLAIMS, "data")["status"]["capacity"] == {"storage": "2Gi"}
    assert cluster.names(NODES) == ["node-1", "node-2", "node-3"]


TOO_LARGE = (
    "rpc error: code = OutOfRange desc = Requested capacity 2199023255552 exceeds maximum allowed "
    "1099511627776"
)


def test_a_size_nobody_has_can_be_taken_back(cluster: Cluster) -> None:
    storage_class(cluster)
    cluster.create(CLAIMS, claim(storageClassName="csi"))
    cluster.create(PODS, pod(volumes=mounting("data")))
    cluster.settle()
    name = cluster.get(CLAIMS, "data")["spec"]["volumeName"]
    wanted: Obj = {"spec": {"resources": {"requests": {"storage": "2Ti"}}}}
    cluster.patch(CLAIMS, "data", wanted)
    cluster.settle()
    status = cluster.get(CLAIMS, "data")["status"]
    text = f'resize volume "{name}" by resizer "{DRIVER}" failed: {TOO_LARGE}'
    assert status["capacity"] == {"storage": "1Gi"}
    assert status["allocatedResourceStatuses"] == {"storage": "ControllerResizeInfeasible"}
    assert [(one["type"], one["message"]) for one in status["conditions"]] == [
        ("ControllerResizeError", text)
    ]
    told = cluster.events("PersistentVolumeClaim")
    assert told[-1] == ("Warning", "VolumeResizeFailed", text)
    wanted["spec"]["resources"]["requests"]["storage"] = "1Gi"
    with pytest.raises(ApiError, match=r"field can not be less than status\.capacity"):
        cluster.patch(CLAIMS, "data", wanted)
    wanted["spec"]["resources"]["requests"]["storage"] = "3Gi"
    cluster.patch(CLAIMS, "data", wanted)
    cluster.settle()
    status = cluster.get(CLAIMS, "data")["status"]
    assert status["capacity"] == {"storage": "3Gi"}
    assert "conditions" not in status


def test_a_size_nobody_has_is_not_made(cluster: Cluster) -> None:
    storage_class(cluster)
    cluster.create(CLAIMS, claim(size="2Ti", storageClassName="csi"))
    cluster.settle()
    told = cluster.events("PersistentVolumeClaim")
    text = f'failed to provision volume with StorageClass "csi": {TOO_LARGE}'
    assert ("Warning", "ProvisioningFailed", text) in told
    assert cluster.get(CLAIMS, "data")["status"]["phase"] == "Pending"


@pytest.mark.parametrize(
    ("provisioner", "spec"),
    [(DRIVER, {"size": "2Ti"}), ("kubernetes.io/host-path", {"volumeMode": "Block"})],
)
def test_a_volume_that_cannot_be_made_keeps_nobody_busy(
    cluster: Cluster, provisioner: str, spec: dict[str, str]
) -> None:
    late = {"provisioner": provisioner, "volumeBindingMode": "WaitForFirstConsumer"}
    cluster.create(CLASSES, {"metadata": {"name": "late"}, **late})
    cluster.create(CLAIMS, claim(storageClassName="late", **spec))
    cluster.create(PODS, pod(volumes=mounting("data")))
    cluster.run(5)
    before = cluster.store.version
    cluster.run(60)
    assert cluster.store.version - before < 100
    assert cluster.get(PODS, "one")["status"]["phase"] == "Pending"
    failed = [
        one for one in cluster.events("PersistentVolumeClaim") if one[1] == "ProvisioningFailed"
    ]
    assert len(failed) == 1

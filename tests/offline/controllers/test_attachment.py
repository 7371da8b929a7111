"""Disks on the network: at one node at a time, with all that follows from it."""

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
from tests.offline.controllers.test_deployment import DEPLOYMENTS, deployment, image
from tests.offline.controllers.test_volumes import volume
from tutor.offline.controllers.attachment import on
from tutor.offline.objects import Obj, copy_of
from tutor.offline.runner import Runner

DRIVER = "disk.csi.sts-tutor.dev"


@pytest.fixture
def cluster() -> Cluster:
    made = Cluster()
    made.create(CLASSES, {"metadata": {"name": "disk"}, "provisioner": DRIVER})

    def at_one_node(runner: Runner) -> None:
        found = [one for node in runner.store.list(NODES) for one in on(node)]
        assert len(found) == len(set(found))

    made.runner.invariants.append(at_one_node)
    return made


def disk(cluster: Cluster, name: str = "data") -> str:
    cluster.create(CLAIMS, claim(name, storageClassName="disk"))
    cluster.settle()
    return str(cluster.get(CLAIMS, name)["spec"]["volumeName"])


def at(name: str, node: str, **spec: object) -> Obj:
    selector = {"kubernetes.io/hostname": node}
    return pod(name, volumes=mounting("data"), nodeSelector=selector, **spec)


def where(cluster: Cluster) -> list[str]:
    return [one["metadata"]["name"] for one in cluster.store.list(NODES) if on(one)]


def phase(cluster: Cluster, name: str) -> str:
    return str(cluster.get(PODS, name)["status"]["phase"])


def told(cluster: Cluster, name: str) -> list[tuple[str, str, str]]:
    return [one for one in cluster.events("Pod", name) if one[1] != "Scheduled"]


def test_a_disk_goes_to_the_node_of_its_pod_and_away(cluster: Cluster) -> None:
    name = disk(cluster)
    cluster.create(PODS, at("one", "node-2"))
    cluster.settle()
    assert (phase(cluster, "one"), where(cluster)) == ("Running", ["node-2"])
    (entry,) = cluster.get(NODES, "node-2")["status"]["volumesAttached"]
    uid = cluster.get(CLAIMS, "data")["metadata"]["uid"]
    assert entry == {"name": f"kubernetes.io/csi/{DRIVER}^{uid}", "devicePath": ""}
    text = f'AttachVolume.Attach succeeded for volume "{name}" '
    assert told(cluster, "one") == [("Normal", "SuccessfulAttachVolume", text)]
    cluster.delete(PODS, "one")
    cluster.settle()
    assert where(cluster) == []
    cluster.create(PODS, at("two", "node-3"))
    cluster.settle()
    assert (phase(cluster, "two"), where(cluster)) == ("Running", ["node-3"])


def test_a_second_pod_elsewhere_waits_for_the_first_to_go(cluster: Cluster) -> None:
    name = disk(cluster)
    cluster.create(PODS, at("one", "node-1"))
    cluster.settle()
    cluster.create(PODS, at("two", "node-2"))
    cluster.run(300)
    assert phase(cluster, "two") == "Pending"
    (container,) = cluster.get(PODS, "two")["status"]["containerStatuses"]
    assert container["state"] == {"waiting": {"reason": "ContainerCreating"}}
    text = f'Multi-Attach error for volume "{name}" Volume is already used by pod(s) one'
    assert told(cluster, "two") == [("Warning", "FailedAttachVolume", text)]
    cluster.delete(PODS, "one")
    cluster.settle()
    assert (phase(cluster, "two"), where(cluster)) == ("Running", ["node-2"])


def test_pods_of_one_node_share_it(cluster: Cluster) -> None:
    disk(cluster)
    for name in ("one", "two"):
        cluster.create(PODS, at(name, "node-1"))
    cluster.settle()
    assert (phase(cluster, "one"), phase(cluster, "two")) == ("Running", "Running")
    cluster.delete(PODS, "one")
    cluster.settle()
    assert where(cluster) == ["node-1"]


def test_a_rolling_update_of_a_deployment_gets_stuck(cluster: Cluster) -> None:
    """Why a Deployment with a disk of its own wants Recreate, or to be a StatefulSet."""
    disk(cluster)
    body = deployment(1)
    body["spec"]["template"]["spec"]["volumes"] = mounting("data")
    cluster.create(DEPLOYMENTS, body)
    cluster.settle()
    (first,) = cluster.names(PODS)
    cluster.patch(DEPLOYMENTS, "shop", image("nginx:1.26"), "strategic")
    cluster.run(900)
    found = {one["metadata"]["name"]: one["status"]["phase"] for one in cluster.store.list(PODS)}
    assert found.pop(first) == "Running"
    ((second, stuck),) = found.items()
    assert stuck == "Pending"
    assert told(cluster, second)[0][1] == "FailedAttachVolume"
    conditions = cluster.get(DEPLOYMENTS, "shop")["status"]["conditions"]
    assert "ProgressDeadlineExceeded" in [one["reason"] for one in conditions]
    cluster.patch(
        DEPLOYMENTS, "shop", {"spec": {"strategy": {"type": "Recreate", "rollingUpdate": None}}}
    )
    cluster.settle()
    (only,) = cluster.store.list(PODS)
    assert (only["spec"]["containers"][0]["image"], only["status"]["phase"]) == (
        "nginx:1.26",
        "Running",
    )


def test_each_pod_of_a_set_takes_its_disk_along(cluster: Cluster) -> None:
    body = copy_of(recorded_set())
    body["spec"]["volumeClaimTemplates"][0]["spec"]["storageClassName"] = "disk"
    cluster.create(SETS, body)
    cluster.settle()
    node = cluster.get(PODS, "web-1")["spec"]["nodeName"]
    cluster.patch(NODES, node, {"spec": {"unschedulable": True}})
    cluster.delete(PODS, "web-1")
    cluster.settle()
    moved = cluster.get(PODS, "web-1")
    assert moved["spec"]["nodeName"] != node
    assert moved["status"]["phase"] == "Running"
    assert cluster.get(SETS, "web")["status"]["readyReplicas"] == 3


def lost(cluster: Cluster) -> str:
    """A set of one whose node is silent, and whose Pod was force-deleted: that node."""
    body = copy_of(recorded_set("e01"))
    body["spec"]["replicas"] = 1
    body["spec"]["volumeClaimTemplates"][0]["spec"]["storageClassName"] = "disk"
    cluster.create(SETS, body)
    cluster.settle()
    node = str(cluster.get(PODS, "web-0")["spec"]["nodeName"])
    cluster.runner.node_down(node)
    cluster.run(60)
    cluster.delete(PODS, "web-0", grace=0)
    cluster.run(60)
    assert cluster.get(PODS, "web-0")["spec"]["nodeName"] != node
    assert phase(cluster, "web-0") == "Pending"
    volume = cluster.get(CLAIMS, "data-web-0")["spec"]["volumeName"]
    text = (
        f'Multi-Attach error for volume "{volume}" Volume is already exclusively attached to one '
        "node and can't be attached to another"
    )
    assert told(cluster, "web-0")[-1] == ("Warning", "FailedAttachVolume", text)
    return node


def test_a_dead_node_keeps_its_disk_for_six_minutes(cluster: Cluster) -> None:
    lost(cluster)
    cluster.run(280)
    assert phase(cluster, "web-0") == "Pending"
    cluster.run(30)
    assert phase(cluster, "web-0") == "Running"


def test_a_node_out_of_service_gives_its_disk_up(cluster: Cluster) -> None:
    node = lost(cluster)
    taint = {"key": "node.kubernetes.io/out-of-service", "value": "nodeshutdown"}
    held = cluster.get(NODES, node)["spec"]["taints"]
    taints = [*held, {**taint, "effect": "NoExecute"}]
    cluster.patch(NODES, node, {"spec": {"taints": taints}})
    cluster.run(2)
    assert phase(cluster, "web-0") == "Running"


def test_a_node_that_comes_back_gives_its_disk_up(cluster: Cluster) -> None:
    node = lost(cluster)
    cluster.runner.node_up(node)
    cluster.run(2)
    assert phase(cluster, "web-0") == "Running"


@pytest.mark.parametrize("modes", [["ReadWriteMany"], ["ReadWriteOnce", "ReadOnlyMany"]])
def test_a_disk_for_one_node_is_not_made_for_many(cluster: Cluster, modes: list[str]) -> None:
    cluster.create(CLAIMS, claim(storageClassName="disk", accessModes=modes))
    for number in (1, 2, 3):
        cluster.create(PODS, at(f"p{number}", f"node-{number}"))
    cluster.settle()
    assert where(cluster) == []
    assert cluster.get(CLAIMS, "data")["status"]["phase"] == "Pending"
    failed = [one for one in cluster.events("PersistentVolumeClaim") if one[0] == "Warning"]
    assert failed[0][1] == "ProvisioningFailed"
    assert "Only AccessModes[ReadWriteOnce] supported." in failed[0][2]


def test_a_volume_made_by_hand_for_many_goes_everywhere() -> None:
    cluster = Cluster()
    modes = ["ReadWriteMany"]
    by_hand = volume("shared", accessModes=modes, storageClassName="")
    by_hand["spec"].pop("hostPath", None)
    by_hand["spec"]["csi"] = {"driver": DRIVER, "volumeHandle": "shared"}
    cluster.create(VOLUMES, by_hand)
    cluster.create(CLAIMS, claim(storageClassName="", accessModes=modes))
    for number in (1, 2, 3):
        cluster.create(PODS, at(f"p{number}", f"node-{number}"))
    cluster.settle()
    assert where(cluster) == ["node-1", "node-2", "node-3"]


def test_a_pod_put_on_a_node_by_hand_waits_for_its_claim(cluster: Cluster) -> None:
    body = pod(volumes=mounting("data"), nodeName="node-1")
    cluster.create(CLAIMS, claim(storageClassName=""))
    cluster.create(PODS, body)
    cluster.settle()
    assert phase(cluster, "one") == "Pending"
    assert cluster.events("Pod", "one") == [
        (
            "Warning",
            "FailedMount",
            "Unable to attach or mount volumes: unmounted volumes=[data], unattached volumes=[], "
            "failed to process volumes=[data]: error processing PVC default/data: PVC is not bound",
        )
    ]
    cluster.create(VOLUMES, volume())
    cluster.settle()
    assert phase(cluster, "one") == "Running"

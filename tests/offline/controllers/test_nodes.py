"""Nodes that fall silent, come back, are deleted or declared dead."""

from typing import Any

import pytest

from tests.offline.controllers.cluster import PODS, SETS, Cluster, pod, recorded_set
from tests.offline.controllers.test_kubelet import distinct, recorded

NODES = "nodes"


@pytest.fixture
def cluster() -> Cluster:
    return Cluster()


def impatient(short: str = "e01") -> Any:
    """The recorded set, whose Pods bear an unreachable node for 3 s."""
    return recorded_set(short)


def node_of(cluster: Cluster, name: str) -> str:
    return str(cluster.get(PODS, name)["spec"]["nodeName"])


def taints(cluster: Cluster, node: str) -> set[tuple[str, str]]:
    found = cluster.get(NODES, node)["spec"].get("taints") or ()
    return {(one["key"].rpartition("/")[2], one["effect"]) for one in found}


def condition(cluster: Cluster, node: str, kind: str = "Ready") -> dict[str, Any]:
    found = cluster.get(NODES, node)["status"]["conditions"]
    return next(one for one in found if one["type"] == kind)


def test_new_nodes_are_registered(cluster: Cluster) -> None:
    assert cluster.events("Node", "node-1") == [
        ("Normal", "RegisteredNode", "Node node-1 event: Registered Node node-1 in Controller")
    ]


def test_a_silent_node_is_marked_after_its_grace_and_its_pod_stays_terminating(
    cluster: Cluster,
) -> None:
    cluster.create(SETS, impatient())
    cluster.settle()
    node = node_of(cluster, "web-1")
    uid = cluster.get(PODS, "web-1")["metadata"]["uid"]
    cluster.runner.node_down(node)
    cluster.run(14)
    assert condition(cluster, node)["status"] == "True"
    cluster.run(12)
    for kind in ("MemoryPressure", "DiskPressure", "PIDPressure", "Ready"):
        found = condition(cluster, node, kind)
        assert found["status"] == "Unknown"
        assert found["reason"] == "NodeStatusUnknown"
        assert found["message"] == "Kubelet stopped posting node status."
    assert taints(cluster, node) == {("unreachable", "NoSchedule"), ("unreachable", "NoExecute")}
    cluster.run(600)
    found = cluster.get(PODS, "web-1")
    assert found["metadata"]["uid"] == uid
    assert "deletionTimestamp" in found["metadata"]
    told = [one for one in cluster.events("Pod", "web-1") if one[1] != "FailedScheduling"]
    assert told[1:] == [
        ("Warning", "NodeNotReady", "Node is not ready"),
        ("Normal", "TaintManagerEviction", "Marking for deletion Pod default/web-1"),
    ]
    assert cluster.events("Node", node)[-1] == (
        "Normal",
        "NodeNotReady",
        f"Node {node} status is now: NodeNotReady",
    )
    versions = [one for one in cluster.story(PODS, "web-1") if one is not None]
    ours = distinct([one["status"] for one in versions if "startTime" in one["status"]])
    assert ours == recorded("e01", "web-1")
    cluster.delete(PODS, "web-1", grace=0)
    cluster.run(3)
    found = cluster.get(PODS, "web-1")
    assert found["metadata"]["uid"] != uid
    assert found["spec"]["nodeName"] != node
    assert found["status"]["phase"] == "Running"


def test_a_node_that_returns_finishes_what_was_asked_and_is_clean(cluster: Cluster) -> None:
    cluster.create(SETS, impatient("e02"))
    cluster.settle()
    node = node_of(cluster, "web-0")
    uid = cluster.get(PODS, "web-0")["metadata"]["uid"]
    cluster.runner.node_down(node)
    cluster.run(40)
    assert "deletionTimestamp" in cluster.get(PODS, "web-0")["metadata"]
    cluster.runner.node_up(node)
    cluster.run(10)
    assert taints(cluster, node) == set()
    assert condition(cluster, node)["reason"] == "KubeletReady"
    found = cluster.get(PODS, "web-0")
    assert found["metadata"]["uid"] != uid
    assert found["status"]["phase"] == "Running"


def test_back_in_time_nothing_is_deleted(cluster: Cluster) -> None:
    cluster.create(PODS, pod())
    cluster.settle()
    node = node_of(cluster, "one")
    cluster.runner.node_down(node)
    cluster.run(60)
    cluster.runner.node_up(node)
    cluster.run(400)
    found = cluster.get(PODS, "one")
    assert "deletionTimestamp" not in found["metadata"]
    conditions = {one["type"]: one["status"] for one in found["status"]["conditions"]}
    assert conditions["Ready"] == "True"
    assert cluster.events("Pod")[-1] == (
        "Normal",
        "TaintManagerEviction",
        "Cancelling deletion of Pod default/one",
    )


def test_five_minutes_are_borne_by_default(cluster: Cluster) -> None:
    cluster.create(PODS, pod())
    cluster.settle()
    cluster.runner.node_down(node_of(cluster, "one"))
    cluster.run(310)
    assert "deletionTimestamp" not in cluster.get(PODS, "one")["metadata"]
    cluster.run(20)
    assert "deletionTimestamp" in cluster.get(PODS, "one")["metadata"]


def test_a_taint_by_hand_drives_out_who_does_not_bear_it(cluster: Cluster) -> None:
    cluster.create(PODS, pod("goes", nodeName="node-1"))
    bears = [{"key": "maintenance", "operator": "Exists", "effect": "NoExecute"}]
    cluster.create(PODS, pod("stays", nodeName="node-1", tolerations=bears))
    cluster.settle()
    taint = {"key": "maintenance", "effect": "NoExecute"}
    cluster.patch(NODES, "node-1", {"spec": {"taints": [taint]}})
    cluster.settle()
    assert cluster.gone(PODS, "goes")
    assert cluster.get(PODS, "stays")["status"]["phase"] == "Running"


def test_cordon_is_a_taint_too(cluster: Cluster) -> None:
    cluster.patch(NODES, "node-2", {"spec": {"unschedulable": True}})
    cluster.settle()
    assert taints(cluster, "node-2") == {("unschedulable", "NoSchedule")}
    said = "Node node-2 status is now: NodeNotSchedulable"
    assert cluster.events("Node", "node-2")[-1] == ("Normal", "NodeNotSchedulable", said)
    cluster.patch(NODES, "node-2", {"spec": {"unschedulable": None}})
    cluster.settle()
    assert taints(cluster, "node-2") == set()


def test_the_pods_of_a_deleted_node_are_removed_after_a_quarantine(cluster: Cluster) -> None:
    cluster.create(SETS, impatient("e05"))
    cluster.settle()
    node = node_of(cluster, "web-0")
    uid = cluster.get(PODS, "web-0")["metadata"]["uid"]
    cluster.runner.node_down(node)
    cluster.delete(NODES, node)
    cluster.run(39)
    assert cluster.get(PODS, "web-0")["metadata"]["uid"] == uid
    cluster.run(25)
    found = cluster.get(PODS, "web-0")
    assert found["metadata"]["uid"] != uid
    assert (found["spec"]["nodeName"] != node, found["status"]["phase"]) == (True, "Running")
    failed = [
        one
        for one in cluster.story(PODS, "web-0")
        if one is not None and one["status"]["phase"] == "Failed"
    ]
    assert distinct([failed[0]["status"]]) == [
        one for one in recorded("e05", "web-0") if one["phase"] == "Failed"
    ]


def test_out_of_service_frees_a_stuck_pod(cluster: Cluster) -> None:
    cluster.create(SETS, impatient())
    cluster.settle()
    node = node_of(cluster, "web-1")
    uid = cluster.get(PODS, "web-1")["metadata"]["uid"]
    cluster.runner.node_down(node)
    cluster.run(100)
    assert cluster.get(PODS, "web-1")["metadata"]["uid"] == uid
    taint = {
        "key": "node.kubernetes.io/out-of-service",
        "value": "nodeshutdown",
        "effect": "NoExecute",
    }
    held = cluster.get(NODES, node)["spec"]["taints"]
    cluster.patch(NODES, node, {"spec": {"taints": [*held, taint]}})
    cluster.run(25)
    assert cluster.get(PODS, "web-1")["metadata"]["uid"] != uid


def test_what_is_told_of_a_node(cluster: Cluster) -> None:
    cluster.runner.node_down("node-1")
    cluster.run(40)
    cluster.runner.node_up("node-1")
    cluster.run(10)
    cluster.patch(NODES, "node-1", {"spec": {"unschedulable": True}})
    cluster.settle()
    cluster.patch(NODES, "node-1", {"spec": {"unschedulable": None}})
    cluster.settle()
    cluster.delete(NODES, "node-1")
    cluster.settle()
    assert cluster.events("Node", "node-1") == [
        ("Normal", "RegisteredNode", "Node node-1 event: Registered Node node-1 in Controller"),
        ("Normal", "NodeNotReady", "Node node-1 status is now: NodeNotReady"),
        ("Normal", "NodeReady", "Node node-1 status is now: NodeReady"),
        ("Normal", "NodeNotSchedulable", "Node node-1 status is now: NodeNotSchedulable"),
        ("Normal", "NodeSchedulable", "Node node-1 status is now: NodeSchedulable"),
        ("Normal", "RemovingNode", "Node node-1 event: Removing Node node-1 from Controller"),
    ]


def test_pressure_keeps_new_pods_away_until_the_kubelet_is_well(cluster: Cluster) -> None:
    conditions = [
        {**one, "status": "True"} if one["type"] == "DiskPressure" else one
        for one in cluster.get(NODES, "node-3")["status"]["conditions"]
    ]
    cluster.patch(NODES, "node-3", {"status": {"conditions": conditions}}, sub="status")
    cluster.run(0.01)
    assert taints(cluster, "node-3") == {("disk-pressure", "NoSchedule")}
    cluster.run(11)
    assert taints(cluster, "node-3") == set()


def test_a_kubelet_that_starts_registers_its_node_again(cluster: Cluster) -> None:
    before = cluster.get(NODES, "node-2")
    cluster.runner.node_down("node-2")
    cluster.delete(NODES, "node-2")
    cluster.run(120)
    cluster.runner.node_up("node-2")
    cluster.run(10)
    after = cluster.get(NODES, "node-2")
    assert after["metadata"]["uid"] != before["metadata"]["uid"]
    assert after["metadata"]["labels"] == before["metadata"]["labels"]
    assert condition(cluster, "node-2")["status"] == "True"
    cluster.create(PODS, pod(nodeSelector={"kubernetes.io/hostname": "node-2"}))
    cluster.settle()
    assert cluster.get(PODS, "one")["status"]["phase"] == "Running"

"""Which node a Pod goes to, and what is said when there is none."""

from typing import Any

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
    pod,
    recorded_set,
)
from tests.offline.recordings import recording

TAIL = "no new claims to deallocate, preemption: 0/3 nodes are available:"
HELPLESS = f"{TAIL} 3 Preemption is not helpful for scheduling."
NO_VICTIMS = f"{TAIL} 3 No preemption victims found for incoming pod."


@pytest.fixture
def cluster() -> Cluster:
    return Cluster()


def node_of(cluster: Cluster, name: str) -> str:
    return str(cluster.get(PODS, name)["spec"].get("nodeName", ""))


def refusal(cluster: Cluster, name: str = "one") -> str:
    """Why a Pod is not placed: condition and Event say the same."""
    found = cluster.get(PODS, name)
    assert "nodeName" not in found["spec"]
    (condition,) = found["status"]["conditions"]
    assert (condition["type"], condition["status"]) == ("PodScheduled", "False")
    assert (condition["reason"], condition["lastProbeTime"]) == ("Unschedulable", None)
    told = [one for one in cluster.events("Pod", name) if one[1] == "FailedScheduling"]
    assert told[-1] == ("Warning", "FailedScheduling", condition["message"])
    return str(condition["message"])


def anti(label: str) -> dict[str, Any]:
    term = {
        "labelSelector": {"matchLabels": {"app": label}},
        "topologyKey": "kubernetes.io/hostname",
    }
    return {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term]}}


def near(label: str, **more: Any) -> dict[str, Any]:
    term = {
        "labelSelector": {"matchLabels": {"app": label}},
        "topologyKey": "kubernetes.io/hostname",
        **more,
    }
    return {"podAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term]}}


def test_a_placed_pod_has_its_node_its_zone_and_its_event(cluster: Cluster) -> None:
    cluster.create(PODS, pod())
    cluster.settle()
    node = node_of(cluster, "one")
    labels = cluster.get(PODS, "one")["metadata"]["labels"]
    assert labels["topology.kubernetes.io/zone"] == f"zone-{node[-1]}"
    assert cluster.events("Pod") == [
        ("Normal", "Scheduled", f"Successfully assigned default/one to {node}")
    ]
    (event,) = (one for one in cluster.store.list("events") if one["reason"] == "Scheduled")
    assert (event["action"], event["reportingComponent"]) == ("Binding", "default-scheduler")


def test_the_pods_of_a_set_are_spread_over_the_nodes(cluster: Cluster) -> None:
    cluster.create(SETS, recorded_set())
    cluster.settle()
    assert len({node_of(cluster, f"web-{ordinal}") for ordinal in range(3)}) == 3


def test_the_recorded_text_of_a_selector_no_node_has(cluster: Cluster) -> None:
    cluster.create(SETS, recorded_set("a33"))
    cluster.settle()
    step = next(one for one in recording("a33")["steps"] if one.get("state"))
    last = [one for one in recording("a33")["steps"] if one["n"] <= 8 and one.get("state")][-1]
    assert step is not None
    (recorded,) = last["state"]["Pod"]
    assert refusal(cluster, "web-0") == recorded["status"]["conditions"][0]["message"]


def test_the_claims_of_a_pod_come_before_everything(cluster: Cluster) -> None:
    cluster.create(PODS, pod(volumes=mounting("data"), nodeSelector={"no": "such"}))
    cluster.settle()
    assert refusal(cluster) == (
        '0/3 nodes are available: persistentvolumeclaim "data" not found. not found'
    )
    cluster.create(CLAIMS, claim(storageClassName=""))
    cluster.settle()
    assert refusal(cluster) == (
        "0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims. not found"
    )


@pytest.mark.parametrize(
    ("spec", "reason"),
    [
        ({"nodeSelector": {"disk": "ssd"}}, "3 node(s) didn't match Pod's node affinity/selector"),
        (
            {
                "containers": [
                    {"name": "a", "image": "a:1", "resources": {"requests": {"cpu": "9"}}}
                ]
            },
            "3 Insufficient cpu",
        ),
    ],
)
def test_what_no_node_has(cluster: Cluster, spec: dict[str, Any], reason: str) -> None:
    cluster.create(PODS, pod(**spec))
    cluster.settle()
    assert refusal(cluster) == f"0/3 nodes are available: {reason}. {HELPLESS}"


def test_taints_and_cordons_are_counted_by_reason(cluster: Cluster) -> None:
    taint = {"key": "dedicated", "value": "db", "effect": "NoSchedule"}
    cluster.patch("nodes", "node-1", {"spec": {"taints": [taint]}})
    cluster.patch("nodes", "node-2", {"spec": {"unschedulable": True}})
    cluster.patch("nodes", "node-3", {"metadata": {"labels": {"kubernetes.io/os": "plan9"}}})
    cluster.create(PODS, pod(nodeSelector={"kubernetes.io/os": "linux"}))
    cluster.settle()
    assert refusal(cluster) == (
        "0/3 nodes are available: 1 node(s) didn't match Pod's node affinity/selector, 1 node(s) "
        f"had untolerated taint(s), 1 node(s) were unschedulable. {HELPLESS}"
    )
    cluster.patch("nodes", "node-2", {"spec": {"unschedulable": None}})
    cluster.settle()
    assert node_of(cluster, "one") == "node-2"


def test_a_toleration_opens_a_tainted_node(cluster: Cluster) -> None:
    for number in (1, 2, 3):
        taint = {"key": "dedicated", "value": str(number), "effect": "NoSchedule"}
        cluster.patch("nodes", f"node-{number}", {"spec": {"taints": [taint]}})
    toleration = {"key": "dedicated", "operator": "Equal", "value": "2", "effect": "NoSchedule"}
    cluster.create(PODS, pod("two", tolerations=[toleration]))
    cluster.create(PODS, pod("none", tolerations=[{**toleration, "value": "4"}]))
    cluster.settle()
    assert node_of(cluster, "two") == "node-2"
    assert "3 node(s) had untolerated taint(s)" in refusal(cluster, "none")


def test_anti_affinity_leaves_the_fourth_pod_out_until_one_goes(cluster: Cluster) -> None:
    for number in range(4):
        cluster.create(PODS, pod(f"p{number}", labels={"app": "db"}, affinity=anti("db")))
        cluster.settle()
    assert refusal(cluster, "p3") == (
        "0/3 nodes are available: 3 node(s) didn't match pod anti-affinity rules. " + NO_VICTIMS
    )
    freed = node_of(cluster, "p1")
    cluster.delete(PODS, "p1")
    cluster.settle()
    assert node_of(cluster, "p3") == freed


def test_those_who_keep_others_away_are_heard(cluster: Cluster) -> None:
    for number in range(3):
        cluster.create(PODS, pod(f"p{number}", labels={"app": "db"}, affinity=anti("db")))
        cluster.settle()
    cluster.create(PODS, pod(labels={"app": "db"}))
    cluster.settle()
    assert "3 node(s) didn't satisfy existing pods anti-affinity rules" in refusal(cluster)


def test_a_spread_constraint_holds_the_skew(cluster: Cluster) -> None:
    cluster.patch("nodes", "node-3", {"spec": {"unschedulable": True}})
    constraint = {
        "maxSkew": 1,
        "topologyKey": "topology.kubernetes.io/zone",
        "whenUnsatisfiable": "DoNotSchedule",
        "labelSelector": {"matchLabels": {"app": "db"}},
    }
    for number in range(3):
        cluster.create(
            PODS, pod(f"p{number}", labels={"app": "db"}, topologySpreadConstraints=[constraint])
        )
        cluster.settle()
    assert {node_of(cluster, "p0"), node_of(cluster, "p1")} == {"node-1", "node-2"}
    assert "2 node(s) didn't match pod topology spread constraints" in refusal(cluster, "p2")


def test_only_nodes_a_pod_may_go_to_count_for_the_skew(cluster: Cluster) -> None:
    constraint = {
        "maxSkew": 1,
        "topologyKey": "kubernetes.io/hostname",
        "whenUnsatisfiable": "DoNotSchedule",
        "labelSelector": {"matchLabels": {"app": "db"}},
    }
    two = {"key": "kubernetes.io/hostname", "operator": "In", "values": ["node-1", "node-2"]}
    required = {"nodeSelectorTerms": [{"matchExpressions": [two]}]}
    affinity = {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": required}}
    for number in range(4):
        body = pod(f"p{number}", labels={"app": "db"}, topologySpreadConstraints=[constraint])
        body["spec"]["affinity"] = affinity
        cluster.create(PODS, body)
        cluster.settle()
    nodes = [node_of(cluster, f"p{number}") for number in range(4)]
    assert sorted(nodes) == ["node-1", "node-1", "node-2", "node-2"]


def test_a_node_without_the_label_of_a_constraint(cluster: Cluster) -> None:
    constraint = {
        "maxSkew": 1,
        "topologyKey": "rack",
        "whenUnsatisfiable": "DoNotSchedule",
        "labelSelector": {},
    }
    cluster.create(PODS, pod(topologySpreadConstraints=[constraint]))
    cluster.settle()
    assert refusal(cluster) == (
        "0/3 nodes are available: 3 node(s) didn't match pod topology spread constraints (missing "
        f"required label). {HELPLESS}"
    )


def test_an_affinity_to_a_pod_that_is_not_there(cluster: Cluster) -> None:
    cluster.create(PODS, pod(affinity=near("cache")))
    cluster.settle()
    assert refusal(cluster) == (
        f"0/3 nodes are available: 3 node(s) didn't match pod affinity rules. {HELPLESS}"
    )
    cluster.create(PODS, pod("cache", labels={"app": "cache"}))
    cluster.settle()
    assert node_of(cluster, "one") == node_of(cluster, "cache")


def test_the_first_of_a_group_that_wants_its_own_company(cluster: Cluster) -> None:
    for number in range(3):
        body = pod(f"p{number}", labels={"app": "cache"}, affinity=near("cache"))
        cluster.create(PODS, body)
        cluster.settle()
    assert len({node_of(cluster, f"p{number}") for number in range(3)}) == 1


def test_an_affinity_looks_into_chosen_namespaces(cluster: Cluster) -> None:
    cluster.create("namespaces", {"metadata": {"name": "team", "labels": {"team": "a"}}})
    cluster.settle()
    cluster.create(PODS, pod("cache", labels={"app": "cache"}), "team")
    cluster.settle()
    found = cluster.store.get(PODS, "team/cache")
    assert found is not None
    affinity = near("cache", namespaceSelector={"matchLabels": {"team": "a"}})
    cluster.create(PODS, pod(affinity=affinity))
    cluster.settle()
    assert node_of(cluster, "one") == found["spec"]["nodeName"]


def test_what_a_pod_prefers(cluster: Cluster) -> None:
    three = {"key": "kubernetes.io/hostname", "operator": "In", "values": ["node-3"]}
    preferred = [{"weight": 10, "preference": {"matchExpressions": [three]}}]
    affinity = {"nodeAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": preferred}}
    for number in range(3):
        cluster.create(PODS, pod(f"p{number}", affinity=affinity))
        cluster.settle()
        assert node_of(cluster, f"p{number}") == "node-3"


@pytest.mark.parametrize(("kind", "together"), [("podAffinity", True), ("podAntiAffinity", False)])
def test_whom_a_pod_prefers(cluster: Cluster, kind: str, together: bool) -> None:
    term = {
        "topologyKey": "kubernetes.io/hostname",
        "labelSelector": {"matchLabels": {"app": "cache"}},
    }
    preferred = [{"weight": 5, "podAffinityTerm": term}]
    affinity = {kind: {"preferredDuringSchedulingIgnoredDuringExecution": preferred}}
    cluster.create(PODS, pod("cache", labels={"app": "cache"}))
    cluster.settle()
    for number in range(4):
        cluster.create(PODS, pod(f"p{number}", affinity=affinity))
        cluster.settle()
        near_it = node_of(cluster, f"p{number}") == node_of(cluster, "cache")
        assert near_it is together


def test_pods_that_would_rather_be_apart(cluster: Cluster) -> None:
    constraint = {
        "maxSkew": 1,
        "topologyKey": "kubernetes.io/hostname",
        "whenUnsatisfiable": "ScheduleAnyway",
        "labelSelector": {"matchLabels": {"app": "db"}},
    }
    cluster.patch("nodes", "node-3", {"spec": {"unschedulable": True}})
    for number in range(4):
        body = pod(f"p{number}", labels={"app": "db"}, topologySpreadConstraints=[constraint])
        cluster.create(PODS, body)
        cluster.settle()
    nodes = sorted(node_of(cluster, f"p{number}") for number in range(4))
    assert nodes == ["node-1", "node-1", "node-2", "node-2"]


def test_a_taint_that_only_puts_off(cluster: Cluster) -> None:
    taint = {"key": "old", "effect": "PreferNoSchedule"}
    for number in (1, 2):
        cluster.patch("nodes", f"node-{number}", {"spec": {"taints": [taint]}})
    for number in range(3):
        cluster.create(PODS, pod(f"p{number}"))
        cluster.settle()
        assert node_of(cluster, f"p{number}") == "node-3"
    tolerations = [{"key": "old", "operator": "Exists"}]
    cluster.create(PODS, pod("calm", tolerations=tolerations))
    cluster.settle()
    assert node_of(cluster, "calm") != "node-3"


def test_a_gate_keeps_a_pod_from_being_placed(cluster: Cluster) -> None:
    made = cluster.create(PODS, pod(schedulingGates=[{"name": "example.com/wait"}]))
    (condition,) = made["status"]["conditions"]
    assert (condition["reason"], condition["message"]) == (
        "SchedulingGated",
        "Scheduling is blocked due to non-empty scheduling gates",
    )
    cluster.settle()
    assert "nodeName" not in cluster.get(PODS, "one")["spec"]
    cluster.patch(PODS, "one", {"spec": {"schedulingGates": []}})
    cluster.settle()
    assert cluster.get(PODS, "one")["status"]["phase"] == "Running"


def test_requests_add_up(cluster: Cluster) -> None:
    big = [{"name": "a", "image": "a:1", "resources": {"requests": {"memory": "20Gi"}}}]
    for number in range(4):
        cluster.create(PODS, pod(f"p{number}", containers=big))
    cluster.settle()
    assert sum(bool(node_of(cluster, f"p{number}")) for number in range(4)) == 3
    assert refusal(cluster, "p3").startswith("0/3 nodes are available: 3 Insufficient memory. ")


def test_a_volume_draws_its_pod_to_its_zone(cluster: Cluster) -> None:
    terms = [
        {
            "matchExpressions": [
                {"key": "kubernetes.io/hostname", "operator": "In", "values": ["node-2"]}
            ]
        }
    ]
    volume = {
        "metadata": {"name": "local"},
        "spec": {
            "capacity": {"storage": "2Gi"},
            "accessModes": ["ReadWriteOnce"],
            "local": {"path": "/mnt/disk"},
            "storageClassName": "",
            "nodeAffinity": {"required": {"nodeSelectorTerms": terms}},
        },
    }
    cluster.create(VOLUMES, volume)
    cluster.create(CLAIMS, claim(storageClassName=""))
    cluster.create(PODS, pod(volumes=mounting("data")))
    cluster.settle()
    assert node_of(cluster, "one") == "node-2"
    cluster.create(
        PODS,
        pod("two", volumes=mounting("data"), nodeSelector={"kubernetes.io/hostname": "node-1"}),
    )
    cluster.settle()
    assert "1 node(s) didn't match PersistentVolume's node affinity" in refusal(cluster, "two")


def test_a_class_that_waits_binds_where_the_pod_goes(cluster: Cluster) -> None:
    cluster.create(
        CLASSES,
        {
            "metadata": {"name": "wffc"},
            "provisioner": "kubernetes.io/host-path",
            "volumeBindingMode": "WaitForFirstConsumer",
        },
    )
    cluster.create(CLAIMS, claim(storageClassName="wffc"))
    cluster.settle()
    found = cluster.get(CLAIMS, "data")
    assert found["status"] == {"phase": "Pending"}
    assert cluster.events("PersistentVolumeClaim") == [
        (
            "Normal",
            "WaitForFirstConsumer",
            "waiting for first consumer to be created before binding",
        )
    ]
    cluster.create(
        PODS, pod(volumes=mounting("data"), nodeSelector={"kubernetes.io/hostname": "node-3"})
    )
    cluster.settle()
    found = cluster.get(CLAIMS, "data")
    assert found["metadata"]["annotations"]["volume.kubernetes.io/selected-node"] == "node-3"
    assert found["status"]["phase"] == "Bound"
    assert cluster.get(PODS, "one")["status"]["phase"] == "Running"


def test_a_pod_goes_where_its_volumes_were_made_for_it(cluster: Cluster) -> None:
    body = {"provisioner": "kubernetes.io/host-path", "volumeBindingMode": "WaitForFirstConsumer"}
    cluster.create("storageclasses.storage.k8s.io", {"metadata": {"name": "late"}, **body})
    for number in range(6):
        cluster.create(CLAIMS, claim(f"c{number}", storageClassName="late"))
        cluster.create(PODS, pod(f"p{number}", volumes=mounting(f"c{number}")))
    cluster.settle()
    for number in range(6):
        marks = cluster.get(CLAIMS, f"c{number}")["metadata"]["annotations"]
        chosen = marks["volume.kubernetes.io/selected-node"]
        assert node_of(cluster, f"p{number}") == chosen


def test_one_pod_at_a_time_for_read_write_once_pod(cluster: Cluster) -> None:
    cluster.create(CLAIMS, claim(accessModes=["ReadWriteOncePod"]))
    cluster.create(PODS, pod("first", volumes=mounting("data")))
    cluster.settle()
    cluster.create(PODS, pod("second", volumes=mounting("data")))
    cluster.settle()
    assert (
        "3 node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod "
        "access mode" in refusal(cluster, "second")
    )
    cluster.delete(PODS, "first")
    cluster.settle()
    assert node_of(cluster, "second")


def test_other_schedulers_and_gates_are_respected(cluster: Cluster) -> None:
    cluster.create(PODS, pod("other", schedulerName="mine"))
    cluster.create(PODS, pod("gated", schedulingGates=[{"name": "wait"}]))
    cluster.settle()
    assert not node_of(cluster, "other")
    assert not node_of(cluster, "gated")
    assert cluster.events("Pod") == []


def test_a_node_has_room_for_so_many_pods(cluster: Cluster) -> None:
    for number in (1, 2, 3):
        room = {"status": {"allocatable": {"pods": "0.001k"}}}
        cluster.patch("nodes", f"node-{number}", room, sub="status")
    for number in range(4):
        cluster.create(PODS, pod(f"p{number}"))
    cluster.settle()
    assert refusal(cluster, "p3") == f"0/3 nodes are available: 3 Too many pods. {NO_VICTIMS}"

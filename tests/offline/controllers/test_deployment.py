"""A Deployment beside a StatefulSet: Pods without names of their own, rolled over together."""

from typing import Any

import pytest

from tests.offline.controllers.cluster import PODS, Cluster
from tutor.offline.objects import Obj
from tutor.offline.runner import Runner

DEPLOYMENTS, SETS = "deployments.apps", "replicasets.apps"


@pytest.fixture
def cluster() -> Cluster:
    return Cluster()


def deployment(replicas: int = 3, image: str = "nginx:1.25", **spec: Any) -> Obj:
    labels = {"app": "shop"}
    containers = [{"name": "app", "image": image}]
    template = {
        "metadata": {"labels": labels},
        "spec": {"terminationGracePeriodSeconds": 2, "containers": containers},
    }
    wanted = {"replicas": replicas, "selector": {"matchLabels": labels}, "template": template}
    return {"metadata": {"name": "shop", "labels": labels}, "spec": {**wanted, **spec}}


def image(text: str) -> Obj:
    containers = [{"name": "app", "image": text}]
    return {"spec": {"template": {"spec": {"containers": containers}}}}


def sizes(cluster: Cluster) -> list[tuple[str, int]]:
    """Image and size of each ReplicaSet."""
    found = [
        (one["spec"]["template"]["spec"]["containers"][0]["image"], one["spec"]["replicas"])
        for one in cluster.store.list(SETS)
    ]
    return sorted(found)


def status(cluster: Cluster) -> Obj:
    found: Obj = dict(cluster.get(DEPLOYMENTS, "shop")["status"])
    found["conditions"] = {
        one["type"]: (one["status"], one["reason"]) for one in found["conditions"]
    }
    return found


def test_it_comes_up(cluster: Cluster) -> None:
    cluster.create(DEPLOYMENTS, deployment())
    cluster.settle()
    (found,) = cluster.store.list(SETS)
    name = found["metadata"]["name"]
    assert found["metadata"]["ownerReferences"][0]["kind"] == "Deployment"
    hashed = found["metadata"]["labels"]["pod-template-hash"]
    assert name == f"shop-{hashed}"
    for one in cluster.store.list(PODS):
        assert one["metadata"]["name"].startswith(f"{name}-")
        assert one["metadata"]["labels"]["pod-template-hash"] == hashed
    told = status(cluster)
    assert (told["replicas"], told["updatedReplicas"], told["readyReplicas"]) == (3, 3, 3)
    assert told["conditions"] == {
        "Available": ("True", "MinimumReplicasAvailable"),
        "Progressing": ("True", "NewReplicaSetAvailable"),
    }
    assert cluster.events("Deployment") == [
        ("Normal", "ScalingReplicaSet", f"Scaled up replica set {name} from 0 to 3")
    ]
    assert {one[1] for one in cluster.events("ReplicaSet")} == {"SuccessfulCreate"}
    annotations = cluster.get(DEPLOYMENTS, "shop")["metadata"]["annotations"]
    assert annotations["deployment.kubernetes.io/revision"] == "1"


def test_an_update_never_leaves_too_few_or_too_many(cluster: Cluster) -> None:
    cluster.create(DEPLOYMENTS, deployment(4))
    cluster.settle()
    seen: list[tuple[int, int]] = []

    def look(runner: Runner) -> None:
        pods = [
            one for one in runner.store.list(PODS) if "deletionTimestamp" not in one["metadata"]
        ]
        ready = sum(
            any(
                c["type"] == "Ready" and c["status"] == "True"
                for c in one["status"].get("conditions", ())
            )
            for one in pods
        )
        seen.append((len(pods), ready))

    cluster.runner.invariants.append(look)
    cluster.patch(DEPLOYMENTS, "shop", image("nginx:1.26"), "strategic")
    cluster.settle()
    assert sizes(cluster) == [("nginx:1.25", 0), ("nginx:1.26", 4)]
    assert max(count for count, _ in seen) == 5
    assert min(ready for _, ready in seen) == 3


def test_a_broken_image_stops_the_update_and_going_back_mends_it(cluster: Cluster) -> None:
    cluster.create(DEPLOYMENTS, deployment())
    cluster.settle()
    cluster.patch(DEPLOYMENTS, "shop", image("nginx:broken"), "strategic")
    cluster.settle()
    assert sizes(cluster) == [("nginx:1.25", 3), ("nginx:broken", 1)]
    cluster.run(700)
    assert status(cluster)["conditions"]["Progressing"] == ("False", "ProgressDeadlineExceeded")
    cluster.patch(DEPLOYMENTS, "shop", image("nginx:1.25"), "strategic")
    cluster.settle()
    assert sizes(cluster) == [("nginx:1.25", 3), ("nginx:broken", 0)]
    annotations = cluster.get(DEPLOYMENTS, "shop")["metadata"]["annotations"]
    assert annotations["deployment.kubernetes.io/revision"] == "3"


def test_recreate_stops_everything_first(cluster: Cluster) -> None:
    cluster.create(DEPLOYMENTS, deployment(strategy={"type": "Recreate"}))
    cluster.settle()
    before = cluster.store.version
    cluster.patch(DEPLOYMENTS, "shop", image("nginx:1.26"), "strategic")
    cluster.settle()
    changes = [one for one in cluster.runner.history(before) if one.resource == PODS]
    first_made = min(one.version for one in changes if one.before is None)
    then = list(cluster.store.at(first_made - 1).list(PODS))
    assert {one["status"]["phase"] for one in then} <= {"Succeeded"}
    assert sizes(cluster) == [("nginx:1.25", 0), ("nginx:1.26", 3)]


def test_scaling_and_pausing(cluster: Cluster) -> None:
    cluster.create(DEPLOYMENTS, deployment())
    cluster.settle()
    cluster.patch(DEPLOYMENTS, "shop", {"spec": {"replicas": 5}})
    cluster.settle()
    assert status(cluster)["readyReplicas"] == 5
    cluster.patch(DEPLOYMENTS, "shop", {"spec": {"paused": True}})
    cluster.patch(DEPLOYMENTS, "shop", image("nginx:1.26"), "strategic")
    cluster.settle()
    assert sizes(cluster) == [("nginx:1.25", 5)]
    cluster.patch(DEPLOYMENTS, "shop", {"spec": {"paused": False, "replicas": 2}})
    cluster.settle()
    assert sizes(cluster) == [("nginx:1.25", 0), ("nginx:1.26", 2)]


def test_old_sets_beyond_the_limit_go(cluster: Cluster) -> None:
    cluster.create(DEPLOYMENTS, deployment(1, revisionHistoryLimit=1))
    cluster.settle()
    for number in range(26, 29):
        cluster.patch(DEPLOYMENTS, "shop", image(f"nginx:1.{number}"), "strategic")
        cluster.settle()
    assert sizes(cluster) == [("nginx:1.27", 0), ("nginx:1.28", 1)]


def test_everything_goes_with_it(cluster: Cluster) -> None:
    cluster.create(DEPLOYMENTS, deployment())
    cluster.settle()
    cluster.delete(DEPLOYMENTS, "shop")
    cluster.settle()
    assert cluster.names(SETS) == cluster.names(PODS) == []


def test_a_lost_pod_is_replaced_by_another_name_and_unready_ones_go_first(cluster: Cluster) -> None:
    cluster.create(DEPLOYMENTS, deployment())
    cluster.settle()
    first = cluster.names(PODS)
    cluster.delete(PODS, first[0])
    cluster.settle()
    assert len(cluster.names(PODS)) == 3
    assert first[0] not in cluster.names(PODS)
    held = cluster.names(PODS)[1]
    cluster.annotate(PODS, held, hold="true")
    cluster.settle()
    cluster.patch(DEPLOYMENTS, "shop", {"spec": {"replicas": 2}})
    cluster.settle()
    assert held not in cluster.names(PODS)


def test_a_relabelled_pod_is_released_and_taken_up_again(cluster: Cluster) -> None:
    cluster.create(DEPLOYMENTS, deployment(1))
    cluster.settle()
    (name,) = cluster.names(PODS)
    cluster.patch(PODS, name, {"metadata": {"labels": {"app": "other"}}})
    cluster.settle()
    assert len(cluster.names(PODS)) == 2
    assert "ownerReferences" not in cluster.get(PODS, name)["metadata"]
    cluster.patch(PODS, name, {"metadata": {"labels": {"app": "shop"}}})
    cluster.settle()
    assert len(cluster.names(PODS)) == 1

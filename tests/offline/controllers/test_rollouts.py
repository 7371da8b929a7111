"""Deployments in the middle of things: pauses, several sizes at once, revisions, failures."""

import pytest

from tests.offline.controllers.cluster import PODS, Cluster
from tests.offline.controllers.test_deployment import (
    DEPLOYMENTS,
    SETS,
    deployment,
    image,
    sizes,
    status,
)
from tutor.offline.errors import ApiError
from tutor.offline.objects import Obj

REVISION = "deployment.kubernetes.io/revision"
HISTORY = "deployment.kubernetes.io/revision-history"


@pytest.fixture
def cluster() -> Cluster:
    return Cluster()


def of_image(cluster: Cluster, text: str) -> Obj:
    (found,) = (
        one
        for one in cluster.store.list(SETS)
        if one["spec"]["template"]["spec"]["containers"][0]["image"] == text
    )
    return found


def told(cluster: Cluster) -> list[str]:
    """What was told of scaling, with images in place of names."""
    names = {
        one["metadata"]["name"]: one["spec"]["template"]["spec"]["containers"][0]["image"]
        for one in cluster.store.list(SETS)
    }
    texts = [
        text for _, reason, text in cluster.events("Deployment") if reason == "ScalingReplicaSet"
    ]
    for name, shown in names.items():
        texts = [text.replace(f"replica set {name} ", f"{shown} ") for text in texts]
    return texts


def test_what_the_controller_notes_is_no_new_generation(cluster: Cluster) -> None:
    cluster.create(DEPLOYMENTS, deployment())
    cluster.settle()
    found = cluster.get(DEPLOYMENTS, "shop")
    assert found["metadata"]["annotations"] == {REVISION: "1"}
    assert found["metadata"]["generation"] == found["status"]["observedGeneration"] == 1
    cluster.patch(DEPLOYMENTS, "shop", image("nginx:1.26"), "strategic")
    cluster.settle()
    found = cluster.get(DEPLOYMENTS, "shop")
    assert found["metadata"]["annotations"] == {REVISION: "2"}
    assert found["metadata"]["generation"] == found["status"]["observedGeneration"] == 2
    managers = {
        one.get("manager"): one.get("subresource") for one in found["metadata"]["managedFields"]
    }
    assert managers["kube-controller-manager"] == "status"


def test_an_update_goes_in_the_real_steps(cluster: Cluster) -> None:
    cluster.create(DEPLOYMENTS, deployment())
    cluster.settle()
    cluster.patch(DEPLOYMENTS, "shop", image("nginx:1.26"), "strategic")
    cluster.settle()
    assert told(cluster) == [
        "Scaled up nginx:1.25 from 0 to 3",
        "Scaled up nginx:1.26 from 0 to 1",
        "Scaled down nginx:1.25 from 3 to 2",
        "Scaled up nginx:1.26 from 1 to 2",
        "Scaled down nginx:1.25 from 2 to 1",
        "Scaled up nginx:1.26 from 2 to 3",
        "Scaled down nginx:1.25 from 1 to 0",
    ]
    conditions = cluster.get(DEPLOYMENTS, "shop")["status"]["conditions"]
    name = of_image(cluster, "nginx:1.26")["metadata"]["name"]
    assert [(one["type"], one["message"]) for one in conditions] == [
        ("Available", "Deployment has minimum availability."),
        ("Progressing", f'ReplicaSet "{name}" has successfully progressed.'),
    ]


@pytest.mark.parametrize(
    ("surge", "missing", "most", "least"),
    [("25%", "25%", 5, 3), ("0%", "30%", 4, 3), (0, 0, 4, 3), ("100%", 0, 8, 4), (1, 4, 5, 0)],
)
def test_how_many_there_may_be_is_rounded(
    cluster: Cluster, surge: int | str, missing: int | str, most: int, least: int
) -> None:
    strategy = {"rollingUpdate": {"maxSurge": surge, "maxUnavailable": missing}}
    body = deployment(4, strategy=strategy)
    if surge == missing == 0:
        with pytest.raises(ApiError, match="may not be 0 when `maxSurge` is 0"):
            cluster.create(DEPLOYMENTS, body)
        return
    cluster.create(DEPLOYMENTS, body)
    cluster.settle()
    start = cluster.runner.history()
    before = max(one.version for one in start)
    cluster.patch(DEPLOYMENTS, "shop", image("nginx:1.26"), "strategic")
    cluster.settle()
    totals, ready = [], []
    for change in cluster.runner.history(before):
        if change.resource == SETS:
            then = list(cluster.store.at(change.version).list(SETS))
            totals.append(sum(one["spec"]["replicas"] for one in then))
            ready.append(sum(one["status"].get("availableReplicas", 0) for one in then))
    assert max(totals) == most
    assert min(ready) >= least
    assert sizes(cluster) == [("nginx:1.25", 0), ("nginx:1.26", 4)]


def test_a_size_is_shared_out_in_proportion(cluster: Cluster) -> None:
    """The example of the documentation: 10 Pods, 3 more and 2 fewer allowed, then 15."""
    strategy = {"rollingUpdate": {"maxSurge": 3, "maxUnavailable": 2}}
    cluster.create(DEPLOYMENTS, deployment(10, strategy=strategy))
    cluster.settle()
    cluster.patch(DEPLOYMENTS, "shop", image("nginx:broken"), "strategic")
    cluster.settle()
    assert sizes(cluster) == [("nginx:1.25", 8), ("nginx:broken", 5)]
    cluster.patch(DEPLOYMENTS, "shop", {"spec": {"replicas": 15}})
    cluster.settle()
    assert sizes(cluster) == [("nginx:1.25", 11), ("nginx:broken", 7)]
    assert told(cluster)[-2:] == [
        "Scaled up nginx:1.25 from 8 to 11",
        "Scaled up nginx:broken from 5 to 7",
    ]
    marks = of_image(cluster, "nginx:1.25")["metadata"]["annotations"]
    assert marks["deployment.kubernetes.io/desired-replicas"] == "15"
    assert marks["deployment.kubernetes.io/max-replicas"] == "18"
    cluster.patch(DEPLOYMENTS, "shop", {"spec": {"replicas": 0}})
    cluster.settle()
    assert sizes(cluster) == [("nginx:1.25", 0), ("nginx:broken", 0)]


def test_going_back_keeps_the_old_numbers(cluster: Cluster) -> None:
    cluster.create(DEPLOYMENTS, deployment(1))
    cluster.settle()
    for text in ("nginx:1.26", "nginx:1.25", "nginx:1.26"):
        cluster.patch(DEPLOYMENTS, "shop", image(text), "strategic")
        cluster.settle()
    marks = of_image(cluster, "nginx:1.26")["metadata"]["annotations"]
    assert (marks[REVISION], marks[HISTORY]) == ("4", "2")
    marks = of_image(cluster, "nginx:1.25")["metadata"]["annotations"]
    assert (marks[REVISION], marks[HISTORY]) == ("3", "1")
    assert cluster.get(DEPLOYMENTS, "shop")["metadata"]["annotations"][REVISION] == "4"


def test_a_pause_is_told_and_an_end_of_it(cluster: Cluster) -> None:
    cluster.create(DEPLOYMENTS, deployment())
    cluster.settle()
    cluster.patch(DEPLOYMENTS, "shop", {"spec": {"paused": True}})
    cluster.settle()
    assert status(cluster)["conditions"]["Progressing"] == ("Unknown", "DeploymentPaused")
    cluster.patch(DEPLOYMENTS, "shop", {"spec": {"paused": None}})
    cluster.run(0.0001)
    reasons = [
        one["reason"]
        for found in cluster.story(DEPLOYMENTS, "shop")
        if found is not None
        for one in found["status"].get("conditions", ())
        if one["type"] == "Progressing"
    ]
    assert "DeploymentResumed" in reasons


def test_a_deployment_made_while_paused_makes_nothing(cluster: Cluster) -> None:
    cluster.create(DEPLOYMENTS, deployment(paused=True))
    cluster.settle()
    assert cluster.names(SETS) == []
    assert status(cluster)["conditions"] == {
        "Progressing": ("Unknown", "DeploymentPaused"),
        "Available": ("False", "MinimumReplicasUnavailable"),
    }


def test_what_forbids_pods_is_told_of_the_deployment(cluster: Cluster) -> None:
    cluster.create("resourcequotas", {"metadata": {"name": "few"}, "spec": {"hard": {"pods": "1"}}})
    cluster.create(DEPLOYMENTS, deployment(2))
    cluster.run(5)
    found = {one["type"]: one for one in cluster.get(DEPLOYMENTS, "shop")["status"]["conditions"]}
    assert found["ReplicaFailure"]["reason"] == "FailedCreate"
    assert found["ReplicaFailure"]["message"].endswith(
        "exceeded quota: few, requested: pods=1, used: pods=1, limited: pods=1"
    )
    cluster.delete("resourcequotas", "few")
    cluster.run(60)
    assert "ReplicaFailure" not in status(cluster)["conditions"]
    assert status(cluster)["availableReplicas"] == 2


def test_a_set_that_may_not_be_made_is_told(cluster: Cluster) -> None:
    hard = {"count/replicasets.apps": "0"}
    cluster.create("resourcequotas", {"metadata": {"name": "none"}, "spec": {"hard": hard}})
    cluster.create(DEPLOYMENTS, deployment(1))
    cluster.run(0.01)
    assert status(cluster)["conditions"]["Progressing"] == ("False", "ReplicaSetCreateError")
    kind, reason, text = cluster.events("Deployment")[0]
    assert (kind, reason) == ("Warning", "ReplicaSetCreateError")
    assert text.startswith('Failed to create new replica set "shop-')
    assert "exceeded quota: none" in text


def test_the_deadline_passes_and_progress_ends_it(cluster: Cluster) -> None:
    cluster.create(DEPLOYMENTS, deployment(1, "nginx:broken", progressDeadlineSeconds=30))
    cluster.run(29)
    assert status(cluster)["conditions"]["Progressing"][0] == "True"
    cluster.run(4)
    (condition,) = (
        one
        for one in cluster.get(DEPLOYMENTS, "shop")["status"]["conditions"]
        if one["type"] == "Progressing"
    )
    name = cluster.names(SETS)[0]
    assert condition["message"] == f'ReplicaSet "{name}" has timed out progressing.'
    cluster.patch(DEPLOYMENTS, "shop", image("nginx:1.25"), "strategic")
    cluster.settle()
    assert status(cluster)["conditions"]["Progressing"] == ("True", "NewReplicaSetAvailable")


def test_seconds_a_pod_must_have_been_ready_are_waited_for(cluster: Cluster) -> None:
    cluster.create(DEPLOYMENTS, deployment(2, minReadySeconds=10))
    cluster.run(5)
    told_ = status(cluster)
    assert (told_["readyReplicas"], told_["unavailableReplicas"]) == (2, 2)
    assert "availableReplicas" not in told_
    cluster.run(8)
    assert status(cluster)["availableReplicas"] == 2
    cluster.patch(DEPLOYMENTS, "shop", {"spec": {"minReadySeconds": 3}})
    cluster.settle()
    (found,) = cluster.store.list(SETS)
    assert found["spec"]["minReadySeconds"] == 3


def test_which_pods_go_first(cluster: Cluster) -> None:
    cluster.create(DEPLOYMENTS, deployment(4))
    cluster.settle()
    names = cluster.names(PODS)
    for name, cost in zip(names, ("5", "-3", "0", "7"), strict=True):
        mark = {"controller.kubernetes.io/pod-deletion-cost": cost}
        cluster.patch(PODS, name, {"metadata": {"annotations": mark}})
    for left in (3, 2, 1):
        cluster.patch(DEPLOYMENTS, "shop", {"spec": {"replicas": left}})
        cluster.settle()
        kept = {3: {0, 2, 3}, 2: {0, 3}, 1: {3}}[left]
        assert cluster.names(PODS) == [names[index] for index in sorted(kept)]


def test_all_else_alike_the_younger_goes(cluster: Cluster) -> None:
    cluster.create(DEPLOYMENTS, deployment(1))
    cluster.run(600)
    (old,) = cluster.names(PODS)
    cluster.patch(DEPLOYMENTS, "shop", {"spec": {"replicas": 2}})
    cluster.run(10)
    cluster.patch(DEPLOYMENTS, "shop", {"spec": {"replicas": 1}})
    cluster.settle()
    assert cluster.names(PODS) == [old]

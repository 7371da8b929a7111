"""What a PodDisruptionBudget counts, and what an eviction is told."""

from typing import Any

import pytest

from tests.offline.controllers.cluster import NS, PODS, SETS, Cluster, pod, recorded_set
from tutor.offline.errors import ApiError
from tutor.offline.objects import Obj
from tutor.offline.requests import Request
from tutor.offline.resources import named

BUDGETS = "poddisruptionbudgets.policy"


@pytest.fixture
def cluster() -> Cluster:
    made = Cluster()
    made.create(SETS, recorded_set())
    made.settle()
    return made


def budget(cluster: Cluster, name: str = "web", **spec: Any) -> Obj:
    wanted = {"selector": {"matchLabels": {"app": "web"}}, **spec}
    cluster.create(BUDGETS, {"metadata": {"name": name}, "spec": wanted})
    cluster.settle()
    found: Obj = cluster.get(BUDGETS, name)["status"]
    return found


def counts(status: Obj) -> tuple[int, int, int, int]:
    return (
        status["disruptionsAllowed"],
        status["currentHealthy"],
        status["desiredHealthy"],
        status["expectedPods"],
    )


def evict(cluster: Cluster, name: str) -> Obj:
    request = Request("create", named(PODS), NS, name, "eviction")
    return cluster.registry.create(request, {"metadata": {"name": name, "namespace": NS}})


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({"maxUnavailable": 1}, (1, 3, 2, 3)),
        ({"maxUnavailable": "50%"}, (2, 3, 1, 3)),
        ({"minAvailable": 3}, (0, 3, 3, 3)),
        ({"minAvailable": "50%"}, (1, 3, 2, 3)),
        ({"maxUnavailable": 0}, (0, 3, 3, 3)),
    ],
)
def test_what_is_allowed(
    cluster: Cluster, spec: dict[str, Any], expected: tuple[int, int, int, int]
) -> None:
    status = budget(cluster, **spec)
    assert counts(status) == expected
    (condition,) = status["conditions"]
    assert condition["reason"] == ("SufficientPods" if expected[0] else "InsufficientPods")


def test_it_follows_the_pods(cluster: Cluster) -> None:
    budget(cluster, maxUnavailable=1)
    cluster.annotate(PODS, "web-1", hold="true")
    cluster.settle()
    assert counts(cluster.get(BUDGETS, "web")["status"]) == (0, 2, 2, 3)
    cluster.annotate(PODS, "web-1", hold=None)
    cluster.patch(SETS, "web", {"spec": {"replicas": 4}})
    cluster.settle()
    assert counts(cluster.get(BUDGETS, "web")["status"]) == (1, 4, 3, 4)


def test_an_eviction_deletes_once_and_is_then_refused(cluster: Cluster) -> None:
    budget(cluster, maxUnavailable=1)
    answer = evict(cluster, "web-2")
    assert (answer["status"], answer["code"]) == ("Success", 201)
    found = cluster.get(PODS, "web-2")
    assert "deletionTimestamp" in found["metadata"]
    target = found["status"]["conditions"][-1]
    assert (target["type"], target["reason"]) == ("DisruptionTarget", "EvictionByEvictionAPI")
    with pytest.raises(ApiError) as refusal:
        evict(cluster, "web-1")
    assert (refusal.value.code, refusal.value.reason) == (429, "TooManyRequests")
    assert refusal.value.message == (
        "Cannot evict pod as it would violate the pod's disruption budget."
    )
    assert refusal.value.details["causes"][0]["reason"] == "DisruptionBudget"
    cluster.settle()
    evict(cluster, "web-1")


def test_the_refusal_says_what_the_budget_needs(cluster: Cluster) -> None:
    budget(cluster, minAvailable=3)
    with pytest.raises(ApiError) as refusal:
        evict(cluster, "web-0")
    assert refusal.value.details["causes"][0]["message"] == (
        "The disruption budget web needs 3 healthy pods and has 3 currently"
    )
    assert "deletionTimestamp" not in cluster.get(PODS, "web-0")["metadata"]


def test_two_budgets_are_too_many(cluster: Cluster) -> None:
    budget(cluster, "one", maxUnavailable=1)
    budget(cluster, "two", maxUnavailable=1)
    with pytest.raises(ApiError, match="more than one PodDisruptionBudget") as refusal:
        evict(cluster, "web-0")
    assert refusal.value.code == 500


def test_an_unready_pod_may_go_while_the_budget_is_met(cluster: Cluster) -> None:
    budget(cluster, minAvailable=2)
    cluster.annotate(PODS, "web-1", hold="true")
    cluster.settle()
    assert cluster.get(BUDGETS, "web")["status"]["disruptionsAllowed"] == 0
    evict(cluster, "web-1")
    assert "deletionTimestamp" in cluster.get(PODS, "web-1")["metadata"]


def test_without_a_budget_or_a_pod(cluster: Cluster) -> None:
    evict(cluster, "web-0")
    with pytest.raises(ApiError) as refusal:
        evict(cluster, "nobody")
    assert refusal.value.code == 404


def test_pods_nobody_counts(cluster: Cluster) -> None:
    cluster.create(PODS, pod("alone", labels={"app": "alone"}))
    cluster.settle()
    status = budget(cluster, "alone", maxUnavailable=1, selector={"matchLabels": {"app": "alone"}})
    assert status["disruptionsAllowed"] == 0
    assert status["conditions"][0]["reason"] == "SyncFailed"
    assert cluster.events("PodDisruptionBudget", "alone")[-1][1] == (
        "CalculateExpectedPodCountFailed"
    )


def test_a_budget_for_nothing_says_so(cluster: Cluster) -> None:
    status = budget(cluster, "none", minAvailable=1, selector={"matchLabels": {"app": "none"}})
    assert counts(status) == (0, 0, 1, 0)
    assert cluster.events("PodDisruptionBudget", "none") == [
        ("Normal", "NoPods", "No matching pods found")
    ]

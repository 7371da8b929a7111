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
    answer = evict(cluster, "web-0")
    assert (answer["status"], answer["code"], answer["message"]) == (
        "Failure",
        500,
        "This pod has more than one PodDisruptionBudget, which the eviction subresource does not "
        "support.",
    )
    assert "deletionTimestamp" not in cluster.get(PODS, "web-0")["metadata"]


def test_a_budget_not_counted_yet_asks_for_ten_seconds(cluster: Cluster) -> None:
    budget(cluster, maxUnavailable=1)
    cluster.patch(BUDGETS, "web", {"spec": {"maxUnavailable": 2}})
    with pytest.raises(ApiError) as refusal:
        evict(cluster, "web-0")
    assert refusal.value.details == {
        "causes": [
            {
                "reason": "DisruptionBudget",
                "message": "The disruption budget web is still being processed by the server.",
            }
        ],
        "retryAfterSeconds": 10,
    }


def test_the_last_eviction_a_budget_allows_closes_it(cluster: Cluster) -> None:
    budget(cluster, maxUnavailable=1)
    evict(cluster, "web-2")
    status = cluster.get(BUDGETS, "web")["status"]
    assert (status["disruptionsAllowed"], list(status["disruptedPods"])) == (0, ["web-2"])
    (condition,) = status["conditions"]
    assert (condition["status"], condition["reason"]) == ("False", "InsufficientPods")


@pytest.mark.parametrize(("policy", "goes"), [("IfHealthyBudget", False), ("AlwaysAllow", True)])
def test_unready_pods_of_a_broken_budget(cluster: Cluster, policy: str, goes: bool) -> None:
    budget(cluster, minAvailable=3, unhealthyPodEvictionPolicy=policy)
    cluster.annotate(PODS, "web-1", hold="true")
    cluster.settle()
    if goes:
        evict(cluster, "web-1")
    else:
        with pytest.raises(ApiError, match="would violate"):
            evict(cluster, "web-1")
    assert ("deletionTimestamp" in cluster.get(PODS, "web-1")["metadata"]) is goes


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


def test_pods_nobody_makes_anew(cluster: Cluster) -> None:
    cluster.create(PODS, pod("alone", labels={"app": "alone"}))
    cluster.settle()
    status = budget(cluster, "alone", maxUnavailable=1, selector={"matchLabels": {"app": "alone"}})
    assert counts(status) == (0, 1, 0, 0)
    assert cluster.events("PodDisruptionBudget", "alone") == [
        (
            "Warning",
            "UnmanagedPods",
            "Pods selected by this PodDisruptionBudget (selector: &LabelSelector{MatchLabels:"
            "map[string]string{app: alone,},MatchExpressions:[]LabelSelectorRequirement{},}) were "
            "found to be unmanaged. As a result, the status of the PDB cannot be calculated "
            "correctly, which may result in undefined behavior. To account for these pods please "
            'set ".spec.minAvailable" field of the PDB to an integer value.',
        )
    ]


def test_pods_whose_owner_is_gone_cannot_be_counted(cluster: Cluster) -> None:
    budget(cluster, maxUnavailable=1)
    owner = {"apiVersion": "apps/v1", "kind": "StatefulSet", "name": "gone", "uid": "x"}
    made = pod("odd", labels={"app": "web"})
    made["metadata"]["ownerReferences"] = [{**owner, "controller": True}]
    cluster.create(PODS, made)
    cluster.run(0.001)
    status = cluster.get(BUDGETS, "web")["status"]
    text = 'found no controllers for pod "odd"'
    assert (status["disruptionsAllowed"], status["conditions"][0]["reason"]) == (0, "SyncFailed")
    assert status["conditions"][0]["message"] == text
    assert cluster.events("PodDisruptionBudget", "web")[-1] == (
        "Warning",
        "CalculateExpectedPodCountFailed",
        f"Failed to calculate the number of expected pods: {text}",
    )
    with pytest.raises(ApiError) as refusal:
        evict(cluster, "web-0")
    assert refusal.value.details["causes"][0]["message"] == (
        "The disruption budget web does not allow evicting pods currently because it failed sync: "
        + text
    )


def test_a_budget_for_nothing_says_so(cluster: Cluster) -> None:
    status = budget(cluster, "none", minAvailable=1, selector={"matchLabels": {"app": "none"}})
    assert counts(status) == (0, 0, 1, 0)
    assert cluster.events("PodDisruptionBudget", "none") == [
        ("Normal", "NoPods", "No matching pods found")
    ]

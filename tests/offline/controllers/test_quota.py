"""What a ResourceQuota says is used."""

import pytest

from tests.offline.controllers.cluster import CLAIMS, PODS, Cluster, claim, pod
from tutor.offline.errors import ApiError

QUOTAS = "resourcequotas"


@pytest.fixture
def cluster() -> Cluster:
    return Cluster()


def test_it_counts_and_admission_refuses_what_is_too_much(cluster: Cluster) -> None:
    hard = {"pods": "2", "requests.storage": "3Gi", "persistentvolumeclaims": "5"}
    cluster.create(QUOTAS, {"metadata": {"name": "lab"}, "spec": {"hard": hard}})
    cluster.settle()
    status = cluster.get(QUOTAS, "lab")["status"]
    assert status["hard"] == hard
    assert set(status["used"].values()) == {"0"}
    cluster.create(CLAIMS, claim("a", "2Gi"))
    cluster.create(PODS, pod("one"))
    cluster.create(PODS, pod("two"))
    cluster.settle()
    assert cluster.get(QUOTAS, "lab")["status"]["used"] == {
        "pods": "2",
        "requests.storage": "2Gi",
        "persistentvolumeclaims": "1",
    }
    with pytest.raises(ApiError, match="exceeded quota: lab"):
        cluster.create(PODS, pod("three"))
    cluster.delete(PODS, "one")
    cluster.settle()
    assert cluster.get(QUOTAS, "lab")["status"]["used"]["pods"] == "1"
    cluster.create(PODS, pod("three"))


def test_a_finished_pod_is_not_counted(cluster: Cluster) -> None:
    cluster.create(QUOTAS, {"metadata": {"name": "lab"}, "spec": {"hard": {"pods": "1"}}})
    cluster.create(PODS, pod(annotations={"sts-tutor.dev/phase": "Succeeded"}))
    cluster.settle()
    assert cluster.get(QUOTAS, "lab")["status"]["used"] == {"pods": "0"}


def test_a_changed_limit_is_told(cluster: Cluster) -> None:
    cluster.create(QUOTAS, {"metadata": {"name": "lab"}, "spec": {"hard": {"pods": "1"}}})
    cluster.settle()
    cluster.patch(QUOTAS, "lab", {"spec": {"hard": {"pods": "7"}}})
    cluster.settle()
    assert cluster.get(QUOTAS, "lab")["status"]["hard"] == {"pods": "7"}

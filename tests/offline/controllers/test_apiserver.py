"""The Service ``kubernetes``."""

import pytest

from tests.offline.controllers.cluster import Cluster

ALL = ("services", "endpoints", "endpointslices.discovery.k8s.io")


@pytest.fixture
def cluster() -> Cluster:
    return Cluster()


def test_it_is_there_from_the_beginning(cluster: Cluster) -> None:
    found = cluster.store.get("services", "default/kubernetes")
    assert found is not None
    assert found["spec"]["clusterIP"] == "10.96.0.1"
    assert found["spec"]["ipFamilies"] == ["IPv4"]
    assert found["metadata"]["labels"] == {"component": "apiserver", "provider": "kubernetes"}
    slices = cluster.store.matching(ALL[2], "default", {"kubernetes.io/service-name": "kubernetes"})
    assert [one["metadata"]["name"] for one in slices] == ["kubernetes"]


@pytest.mark.parametrize("resource", ALL)
def test_it_comes_back(cluster: Cluster, resource: str) -> None:
    before = cluster.store.get(resource, "default/kubernetes")
    assert before is not None
    cluster.delete(resource, "kubernetes")
    assert cluster.store.get(resource, "default/kubernetes") is None
    cluster.settle()
    after = cluster.store.get(resource, "default/kubernetes")
    assert after is not None
    assert after["metadata"]["uid"] != before["metadata"]["uid"]

"""EndpointSlices of Endpoints that a user wrote."""

from typing import Any

import pytest

from tests.offline.controllers.cluster import PODS, Cluster, pod
from tutor.offline.objects import Obj

ENDPOINTS, SERVICES, SLICES = "endpoints", "services", "endpointslices.discovery.k8s.io"
PORTS = [{"name": "db", "port": 5432, "protocol": "TCP"}]


@pytest.fixture
def cluster() -> Cluster:
    made = Cluster()
    made.create(SERVICES, {"metadata": {"name": "db"}, "spec": {"ports": [{"port": 5432}]}})
    return made


def write(cluster: Cluster, *addresses: str, ports: Any = None, **metadata: Any) -> None:
    subset = {"addresses": [{"ip": one} for one in addresses], "ports": ports or PORTS}
    body = {"metadata": {"name": "db", **metadata}, "subsets": [subset]}
    cluster.create(ENDPOINTS, body)
    cluster.settle()


def mirrors(cluster: Cluster) -> list[Obj]:
    return list(cluster.store.matching(SLICES, "default", {"kubernetes.io/service-name": "db"}))


def test_what_a_user_writes_is_mirrored(cluster: Cluster) -> None:
    write(cluster, "192.0.2.7", "192.0.2.8", labels={"a": "b"}, annotations={"c": "d"})
    (found,) = mirrors(cluster)
    assert found["metadata"]["generateName"] == "db-"
    assert found["metadata"]["labels"] == {
        "a": "b",
        "kubernetes.io/service-name": "db",
        "endpointslice.kubernetes.io/managed-by": "endpointslicemirroring-controller.k8s.io",
    }
    assert found["metadata"]["annotations"] == {"c": "d"}
    assert found["metadata"]["ownerReferences"][0]["kind"] == "Endpoints"
    assert found["addressType"] == "IPv4"
    assert found["ports"] == [{"name": "db", "port": 5432, "protocol": "TCP"}]
    assert found["endpoints"] == [
        {"addresses": ["192.0.2.7"], "conditions": {"ready": True}},
        {"addresses": ["192.0.2.8"], "conditions": {"ready": True}},
    ]


def test_the_mirror_follows_and_keeps_its_name(cluster: Cluster) -> None:
    write(cluster, "192.0.2.7")
    (before,) = mirrors(cluster)
    subset = {"notReadyAddresses": [{"ip": "192.0.2.9"}], "ports": PORTS}
    cluster.patch(ENDPOINTS, "db", {"subsets": [subset]})
    cluster.settle()
    (after,) = mirrors(cluster)
    assert after["metadata"]["name"] == before["metadata"]["name"]
    assert after["endpoints"] == [{"addresses": ["192.0.2.9"], "conditions": {"ready": False}}]
    cluster.delete(ENDPOINTS, "db")
    cluster.settle()
    assert mirrors(cluster) == []


def test_each_kind_of_address_has_a_slice(cluster: Cluster) -> None:
    write(cluster, "192.0.2.7", "2001:db8::1")
    assert sorted(one["addressType"] for one in mirrors(cluster)) == ["IPv4", "IPv6"]


def test_other_ports_are_another_slice(cluster: Cluster) -> None:
    write(cluster, "192.0.2.7")
    (before,) = mirrors(cluster)
    other = [{"name": "x", "port": 1, "protocol": "TCP"}]
    subset = {"addresses": [{"ip": "192.0.2.7"}], "ports": other}
    cluster.patch(ENDPOINTS, "db", {"subsets": [subset]})
    cluster.settle()
    (after,) = mirrors(cluster)
    assert after["metadata"]["name"] != before["metadata"]["name"]
    assert after["ports"] == other


def test_nothing_is_mirrored_as_an_empty_slice(cluster: Cluster) -> None:
    cluster.create(ENDPOINTS, {"metadata": {"name": "db"}})
    cluster.settle()
    (found,) = mirrors(cluster)
    assert (found["endpoints"], found["ports"]) == (None, None)
    version = cluster.store.version
    cluster.settle()
    changes = [one for one in cluster.store.since(version) if one.resource == SLICES]
    assert changes == []


@pytest.mark.parametrize(
    "metadata",
    [
        {"labels": {"endpointslice.kubernetes.io/skip-mirror": "true"}},
        {"annotations": {"control-plane.alpha.kubernetes.io/leader": "me"}},
    ],
)
def test_what_is_marked_is_left_alone(cluster: Cluster, metadata: Obj) -> None:
    write(cluster, "192.0.2.7", **metadata)
    assert mirrors(cluster) == []


def test_a_selector_ends_the_mirror(cluster: Cluster) -> None:
    write(cluster, "192.0.2.7")
    assert len(mirrors(cluster)) == 1
    cluster.create(PODS, pod("p", labels={"app": "db"}))
    cluster.patch(SERVICES, "db", {"spec": {"selector": {"app": "db"}}})
    cluster.settle()
    (found,) = mirrors(cluster)
    by = found["metadata"]["labels"]["endpointslice.kubernetes.io/managed-by"]
    assert by == "endpointslice-controller.k8s.io"

"""Endpoints, held against the recorded ones."""

from typing import Any

import pytest
import yaml

from tests.offline.controllers.cluster import PODS, SETS, Cluster, pod, recorded_set
from tests.offline.recordings import step
from tutor.offline.controllers import legacy_endpoints
from tutor.offline.objects import Obj

ENDPOINTS, SERVICES = "endpoints", "services"


@pytest.fixture
def cluster() -> Cluster:
    return Cluster()


def service(name: str = "web", **spec: Any) -> Obj:
    ports = [{"name": "http", "port": 80}]
    wanted = {"clusterIP": "None", "selector": {"app": "web"}, "ports": ports, **spec}
    return {"metadata": {"name": name, "labels": {"app": "web"}}, "spec": wanted}


def found(cluster: Cluster, name: str = "web") -> Obj | None:
    return cluster.store.get(ENDPOINTS, f"default/{name}")


def kept(cluster: Cluster, name: str = "web") -> Obj:
    obj = found(cluster, name)
    assert obj is not None
    return obj


def normal(obj: Obj) -> Obj:
    """Endpoints without what is made anew each time."""

    def address(one: Obj) -> Obj:
        target = {key: one["targetRef"][key] for key in ("kind", "name")}
        rest = {key: value for key, value in one.items() if key not in ("ip", "nodeName")}
        return {**rest, "targetRef": target}

    subsets = []
    for subset in obj["subsets"]:
        parts = {
            part: sorted((address(one) for one in subset[part]), key=str)
            for part in ("addresses", "notReadyAddresses")
            if part in subset
        }
        subsets.append({**parts, "ports": subset["ports"]})
    return {"labels": obj["metadata"]["labels"], "subsets": subsets}


def test_endpoints_of_a_set_are_as_recorded(cluster: Cluster) -> None:
    cluster.create(SERVICES, service())
    cluster.create(SERVICES, service("web-all", publishNotReadyAddresses=True))
    made = recorded_set("a35")
    made["spec"]["template"]["metadata"]["annotations"] = {"sts-tutor.dev/hold-ordinals": "1"}
    cluster.create(SETS, made)
    cluster.settle()
    text = step("a35", "text: kubectl get endpoints -o yaml")["result"]["stdout"]
    for theirs in yaml.safe_load(text)["items"]:
        assert normal(kept(cluster, theirs["metadata"]["name"])) == normal(theirs)


def test_they_follow_the_pods_and_go_with_the_service(cluster: Cluster) -> None:
    cluster.create(SERVICES, service())
    cluster.settle()
    assert "subsets" not in kept(cluster)
    cluster.create(PODS, pod("p", labels={"app": "web"}))
    cluster.settle()
    (subset,) = kept(cluster)["subsets"]
    assert [one["targetRef"]["name"] for one in subset["addresses"]] == ["p"]
    cluster.annotate(PODS, "p", hold="true")
    cluster.settle()
    (subset,) = kept(cluster)["subsets"]
    assert "addresses" not in subset
    cluster.delete(PODS, "p")
    cluster.settle()
    assert "subsets" not in kept(cluster)
    cluster.delete(SERVICES, "web")
    cluster.settle()
    assert found(cluster) is None


def test_deleted_ones_come_back(cluster: Cluster) -> None:
    cluster.create(SERVICES, service())
    cluster.settle()
    cluster.delete(ENDPOINTS, "web")
    cluster.settle()
    assert found(cluster) is not None


def test_a_service_without_a_selector_keeps_what_a_user_wrote(cluster: Cluster) -> None:
    cluster.create(SERVICES, service(selector=None))
    subsets = [{"addresses": [{"ip": "192.0.2.9"}], "ports": [{"port": 80, "protocol": "TCP"}]}]
    cluster.create(ENDPOINTS, {"metadata": {"name": "web"}, "subsets": subsets})
    cluster.settle()
    assert kept(cluster)["subsets"] == subsets


def test_changes_of_pods_are_put_together(cluster: Cluster) -> None:
    cluster.create(SERVICES, service())
    cluster.settle()
    before = int(kept(cluster)["metadata"]["resourceVersion"])
    for number in range(5):
        cluster.create(PODS, pod(f"p-{number}", labels={"app": "web"}))
    cluster.settle()
    changes = [
        one for one in cluster.store.since(before) if one.resource == ENDPOINTS and one.after
    ]
    assert len(changes) == 1
    assert len(kept(cluster)["subsets"][0]["addresses"]) == 5


def test_ports_come_in_the_order_of_their_hashes(cluster: Cluster) -> None:
    ports = [
        {"name": "dns", "port": 53, "protocol": "UDP"},
        {"name": "dns-tcp", "port": 53},
        {"name": "metrics", "port": 9153},
    ]
    cluster.create(SERVICES, service(ports=ports))
    cluster.create(PODS, pod("p", labels={"app": "web"}))
    cluster.settle()
    (subset,) = kept(cluster)["subsets"]
    assert [one["name"] for one in subset["ports"]] == ["dns-tcp", "dns", "metrics"]


def test_no_more_than_a_thousand_ready_ones_first(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(legacy_endpoints, "MOST_ADDRESSES", 3)
    cluster.create(SERVICES, service())
    for number in range(4):
        held = {"sts-tutor.dev/hold": "true"} if number < 2 else {}
        made = pod(f"p-{number}", labels={"app": "web"})
        made["metadata"]["annotations"] = held
        cluster.create(PODS, made)
    cluster.settle()
    (subset,) = kept(cluster)["subsets"]
    assert len(subset["addresses"]) == 2
    assert len(subset["notReadyAddresses"]) == 1
    marked = kept(cluster)["metadata"]["annotations"]
    assert marked["endpoints.kubernetes.io/over-capacity"] == "truncated"

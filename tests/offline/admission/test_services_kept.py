"""What a Service was given stays its own when a change does not speak of it."""

from typing import Any

import pytest

from tests.offline.controllers.cluster import Cluster
from tutor.offline.errors import ApiError
from tutor.offline.objects import Obj

SERVICES = "services"


def service(cluster: Cluster, **spec: Any) -> Obj:
    body = {"selector": {"app": "web"}, "ports": [{"name": "a", "port": 80}], **spec}
    return cluster.create(SERVICES, {"metadata": {"name": "web"}, "spec": body})


def change(cluster: Cluster, **spec: Any) -> Obj:
    spec_now: Obj = cluster.patch(SERVICES, "web", {"spec": spec})["spec"]
    return spec_now


@pytest.mark.parametrize("given", ["None", "", "10.96.7.7"])
def test_an_address_left_out_again_is_kept(given: str) -> None:
    cluster = Cluster()
    first = service(cluster, **({"clusterIP": given} if given else {}))["spec"]
    after = change(cluster, clusterIP=None)
    assert (after["clusterIP"], after["clusterIPs"]) == (first["clusterIP"], first["clusterIPs"])
    after = change(cluster, clusterIPs=None)
    assert (after["clusterIP"], after["clusterIPs"]) == (first["clusterIP"], first["clusterIPs"])
    after = change(cluster, clusterIP=None, clusterIPs=None, ipFamilies=None, ipFamilyPolicy=None)
    for name in ("clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"):
        assert after[name] == first[name]


def test_another_address_is_refused() -> None:
    cluster = Cluster()
    service(cluster, clusterIP="None")
    with pytest.raises(ApiError) as refused:
        change(cluster, clusterIP="10.96.7.7")
    assert "may not change once set" in refused.value.message


def test_node_ports_go_by_the_names_of_the_ports() -> None:
    cluster = Cluster()
    held = service(cluster, type="NodePort")["spec"]["ports"][0]["nodePort"]
    moved = change(cluster, ports=[{"name": "a", "port": 8080}])["ports"]
    assert moved[0]["nodePort"] == held
    ports = [{"name": "a", "port": 8080}, {"name": "b", "port": 81, "nodePort": held}]
    taken = change(cluster, ports=ports)["ports"]
    assert taken[1]["nodePort"] == held
    assert taken[0]["nodePort"] != held


def test_what_only_another_type_has_goes_with_it() -> None:
    cluster = Cluster()
    service(cluster, type="LoadBalancer")
    spec = change(cluster, type="ClusterIP")
    assert "nodePort" not in spec["ports"][0]
    for name in ("externalTrafficPolicy", "allocateLoadBalancerNodePorts"):
        assert name not in spec
    spec = change(cluster, type="ExternalName", externalName="example.com")
    for name in ("clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"):
        assert name not in spec


def test_an_address_from_outside_keeps_its_policy() -> None:
    cluster = Cluster()
    service(cluster, type="NodePort", externalIPs=["192.0.2.1"])
    assert change(cluster, type="ClusterIP")["externalTrafficPolicy"] == "Cluster"


@pytest.mark.parametrize("kind", ["Pod", "StatefulSet"])
def test_a_negative_grace_period_is_one_second_for_pods_alone(kind: str) -> None:
    cluster = Cluster()
    pod = {
        "terminationGracePeriodSeconds": -7,
        "containers": [{"name": "a", "image": "nginx:1.25"}],
    }
    if kind == "Pod":
        made = cluster.create("pods", {"metadata": {"name": "web-0"}, "spec": pod})
    else:
        labels = {"app": "web"}
        template = {"metadata": {"labels": labels}, "spec": pod}
        spec = {"serviceName": "web", "selector": {"matchLabels": labels}, "template": template}
        kept = cluster.create("statefulsets.apps", {"metadata": {"name": "web"}, "spec": spec})
        assert kept["spec"]["template"]["spec"]["terminationGracePeriodSeconds"] == -7
        cluster.settle()
        made = cluster.get("pods", "web-0")
    assert made["spec"]["terminationGracePeriodSeconds"] == 1

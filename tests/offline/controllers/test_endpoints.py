"""EndpointSlices, held against the recorded ones."""

from typing import Any

import pytest

from tests.offline.controllers.cluster import PODS, SETS, Cluster, plain, pod, recorded_set
from tests.offline.recordings import recording
from tutor.offline.objects import Obj

SLICES, SERVICES = "endpointslices.discovery.k8s.io", "services"


@pytest.fixture
def cluster() -> Cluster:
    return Cluster()


def service(name: str = "web", **spec: Any) -> Obj:
    ports = [{"name": "http", "port": 80}]
    wanted = {"clusterIP": "None", "selector": {"app": "web"}, "ports": ports, **spec}
    return {"metadata": {"name": name, "labels": {"app": "web"}}, "spec": wanted}


def slices(cluster: Cluster, name: str = "web") -> list[Obj]:
    labels = {"kubernetes.io/service-name": name}
    return list(cluster.store.matching(SLICES, "default", labels))


def normal(found: Obj) -> Obj:
    """A slice without what is made anew each time, or counts how often it was written."""
    found = plain(found)
    about = found["metadata"]
    about = {key: about[key] for key in ("labels", "ownerReferences", "generateName")}
    ends = [
        {key: value for key, value in one.items() if key not in ("addresses", "nodeName", "zone")}
        for one in found["endpoints"] or ()
    ]
    for one in ends:
        one["targetRef"].pop("namespace")
    parts = {"metadata": about, "endpoints": ends, "ports": found["ports"]}
    return {**parts, "addressType": found["addressType"]}


def test_slices_of_a_set_end_as_recorded(cluster: Cluster) -> None:
    cluster.create(SERVICES, service())
    cluster.create(SERVICES, service("web-all", publishNotReadyAddresses=True))
    made = recorded_set("a35")
    made["spec"]["template"]["metadata"]["annotations"] = {"sts-tutor.dev/hold-ordinals": "1"}
    cluster.create(SETS, made)
    cluster.settle()
    steps = [one for one in recording("a35")["steps"] if one.get("state")]
    for step, release in ((steps[-2], False), (steps[-1], True)):
        if release:
            cluster.annotate(PODS, "web-1", release="true")
            cluster.settle()
        theirs = {one["metadata"]["generateName"]: one for one in step["state"]["EndpointSlice"]}
        for name in ("web", "web-all"):
            (ours,) = slices(cluster, name)
            assert normal(ours) == normal(theirs[f"{name}-"])


def test_a_service_without_pods_has_one_empty_slice(cluster: Cluster) -> None:
    cluster.create(SERVICES, service())
    cluster.settle()
    (found,) = slices(cluster)
    assert found["metadata"]["name"].startswith("web-")
    assert (found.get("endpoints"), found.get("ports")) == (None, None)
    assert found["metadata"]["labels"]["service.kubernetes.io/headless"] == ""


def test_a_stopping_pod_serves_without_being_ready(cluster: Cluster) -> None:
    cluster.create(SERVICES, service())
    cluster.create(PODS, pod(labels={"app": "web"}))
    cluster.settle()
    cluster.delete(PODS, "one")
    cluster.run(0.1)
    (found,) = slices(cluster)
    (endpoint,) = found["endpoints"]
    assert endpoint["conditions"] == {"ready": False, "serving": True, "terminating": True}
    cluster.settle()
    (found,) = slices(cluster)
    assert found.get("endpoints") is None


def test_a_changed_label_takes_a_pod_out(cluster: Cluster) -> None:
    cluster.create(SERVICES, service())
    cluster.create(PODS, pod(labels={"app": "web"}))
    cluster.settle()
    assert len(slices(cluster)[0]["endpoints"]) == 1
    cluster.patch(PODS, "one", {"metadata": {"labels": {"app": "other"}}})
    cluster.settle()
    assert slices(cluster)[0].get("endpoints") is None


def test_named_ports_are_looked_up_in_each_pod(cluster: Cluster) -> None:
    cluster.create(SERVICES, service(ports=[{"name": "http", "port": 80, "targetPort": "web"}]))
    for name, number in (("a", 8080), ("b", 9090)):
        containers = [
            {"name": "app", "image": "a:1", "ports": [{"name": "web", "containerPort": number}]}
        ]
        cluster.create(PODS, pod(name, labels={"app": "web"}, containers=containers))
    cluster.settle()
    found = {one["ports"][0]["port"]: one["endpoints"] for one in slices(cluster)}
    assert {number: len(ends) for number, ends in found.items()} == {8080: 1, 9090: 1}


def test_a_slice_holds_a_hundred(cluster: Cluster) -> None:
    cluster.create(SERVICES, service())
    for number in range(103):
        cluster.create(PODS, pod(f"p{number}", labels={"app": "web"}))
    cluster.settle()
    assert sorted(len(one["endpoints"]) for one in slices(cluster)) == [3, 100]
    for number in range(103):
        cluster.delete(PODS, f"p{number}")
    cluster.settle()
    (found,) = slices(cluster)
    assert found.get("endpoints") is None


def test_a_lost_slice_comes_back_and_goes_with_its_service(cluster: Cluster) -> None:
    cluster.create(SERVICES, service())
    cluster.create(PODS, pod(labels={"app": "web"}))
    cluster.settle()
    cluster.delete(SLICES, slices(cluster)[0]["metadata"]["name"])
    cluster.settle()
    assert len(slices(cluster)[0]["endpoints"]) == 1
    cluster.delete(SERVICES, "web")
    cluster.settle()
    assert slices(cluster) == []


def test_without_a_selector_there_are_none(cluster: Cluster) -> None:
    cluster.create(SERVICES, service(selector=None))
    cluster.settle()
    assert slices(cluster) == []

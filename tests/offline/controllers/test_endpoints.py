"""EndpointSlices, held against the recorded ones."""

from typing import Any

import pytest

from tests.offline.controllers.cluster import PODS, SETS, Cluster, plain, pod, recorded_set
from tests.offline.recordings import recording
from tutor.offline.errors import ApiError
from tutor.offline.objects import Obj
from tutor.offline.plan import Action, Update

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


def test_a_zone_is_looked_at_again_when_a_node_has_another(cluster: Cluster) -> None:
    cluster.create(SERVICES, service())
    for name in ("a", "b"):
        cluster.create(PODS, pod(name, labels={"app": "web"}, nodeName="node-1"))
    cluster.settle()
    zone = {"metadata": {"labels": {"topology.kubernetes.io/zone": "elsewhere"}}}
    cluster.patch("nodes", "node-1", zone)
    cluster.settle()
    assert [one["zone"] for one in slices(cluster)[0]["endpoints"]] == ["zone-1"] * 2
    cluster.patch(PODS, "a", {"metadata": {"labels": {"colour": "red"}}})
    cluster.settle()
    assert [one["zone"] for one in slices(cluster)[0]["endpoints"]] == ["elsewhere"] * 2


def test_what_could_not_be_written_is_written_later(cluster: Cluster) -> None:
    cluster.create(SERVICES, service())
    cluster.create(PODS, pod("a", labels={"app": "web"}))
    cluster.settle()
    refusal = ApiError(500, "InternalError", "the store stumbled")

    def of_slices(controller: str, action: Action) -> bool:
        return controller == "endpointslice-controller" and isinstance(action, Update)

    cluster.runner.fail(of_slices, refusal)
    cluster.create(PODS, pod("b", labels={"app": "web"}))
    cluster.settle()
    assert [one["targetRef"]["name"] for one in slices(cluster)[0]["endpoints"]] == ["a", "b"]


def test_a_slice_changed_by_somebody_is_put_right(cluster: Cluster) -> None:
    cluster.create(SERVICES, service())
    for name in ("a", "b"):
        cluster.create(PODS, pod(name, labels={"app": "web"}))
    cluster.settle()
    (before,) = slices(cluster)
    cluster.patch(SLICES, before["metadata"]["name"], {"endpoints": before["endpoints"][1:]})
    cluster.settle()
    (after,) = slices(cluster)
    assert sorted(one["targetRef"]["name"] for one in after["endpoints"]) == ["a", "b"]


def test_only_slices_whose_pods_changed_are_written(cluster: Cluster) -> None:
    cluster.create(SERVICES, service())
    for number in range(103):
        cluster.create(PODS, pod(f"p{number}", labels={"app": "web"}))
    cluster.settle()
    versions = {
        one["metadata"]["name"]: one["metadata"]["resourceVersion"] for one in slices(cluster)
    }
    (small,) = [one for one in slices(cluster) if len(one["endpoints"]) == 3]
    cluster.annotate(PODS, small["endpoints"][0]["targetRef"]["name"], hold="true")
    cluster.settle()
    changed = [
        one["metadata"]["name"]
        for one in slices(cluster)
        if versions[one["metadata"]["name"]] != one["metadata"]["resourceVersion"]
    ]
    assert changed == [small["metadata"]["name"]]

"""What is deleted and held by a finalizer: gone in all but name, until the finalizer goes."""

import pytest

from tests.offline.controllers.cluster import PODS, SETS, Cluster, pod, recorded_set
from tutor.offline.objects import Obj, copy_of

HOLD = "example.com/hold"
SERVICES = "services"


def ready(found: Obj) -> str:
    return next(
        str(one["status"]) for one in found["status"]["conditions"] if one["type"] == "Ready"
    )


def hold(cluster: Cluster, resource: str, name: str) -> None:
    cluster.patch(resource, name, {"metadata": {"finalizers": [HOLD]}})


def free(cluster: Cluster, resource: str, name: str) -> None:
    cluster.patch(resource, name, {"metadata": {"finalizers": None}})


def set_of(replicas: int) -> Cluster:
    cluster = Cluster()
    body = copy_of(recorded_set())
    body["spec"]["replicas"] = replicas
    cluster.create(SETS, body)
    cluster.settle()
    return cluster


@pytest.mark.parametrize("grace", [0, None, 30])
def test_a_deleted_pod_with_a_finalizer_stops_and_stays(grace: int | None) -> None:
    cluster = Cluster()
    cluster.create(PODS, pod("one"))
    cluster.settle()
    hold(cluster, PODS, "one")
    cluster.delete(PODS, "one", grace=grace)
    cluster.settle()
    found = cluster.get(PODS, "one")
    assert ready(found) == "False"
    assert all("terminated" in one["state"] for one in found["status"]["containerStatuses"])
    assert found["metadata"]["deletionGracePeriodSeconds"] == 0
    cluster.run(600)
    assert not cluster.gone(PODS, "one")
    free(cluster, PODS, "one")
    assert cluster.gone(PODS, "one")


def test_more_haste_while_a_pod_stops_is_heard() -> None:
    cluster = Cluster()
    cluster.create(PODS, pod("one", annotations={"sts-tutor.dev/term-ms": "60000"}))
    cluster.settle()
    hold(cluster, PODS, "one")
    cluster.delete(PODS, "one", grace=60)
    cluster.run(2)
    assert ready(cluster.get(PODS, "one")) == "True"
    cluster.delete(PODS, "one", grace=0)
    cluster.run(2)
    assert ready(cluster.get(PODS, "one")) == "False"


def test_a_pod_without_a_node_goes_nowhere_and_stays() -> None:
    cluster = Cluster()
    cluster.create(PODS, pod("one", nodeSelector={"no": "where"}))
    hold(cluster, PODS, "one")
    cluster.delete(PODS, "one", grace=0)
    cluster.run(60)
    assert cluster.get(PODS, "one")["metadata"]["finalizers"] == [HOLD]
    free(cluster, PODS, "one")
    assert cluster.gone(PODS, "one")


def test_a_set_does_not_count_a_pod_that_only_a_finalizer_holds() -> None:
    cluster = set_of(3)
    hold(cluster, PODS, "web-1")
    cluster.delete(PODS, "web-1", grace=0)
    cluster.run(60)
    status = cluster.get(SETS, "web")["status"]
    assert (status["readyReplicas"], status["availableReplicas"]) == (2, 2)
    before = cluster.get(PODS, "web-1")["metadata"]["uid"]
    free(cluster, PODS, "web-1")
    cluster.settle()
    assert cluster.get(SETS, "web")["status"]["readyReplicas"] == 3
    assert cluster.get(PODS, "web-1")["metadata"]["uid"] != before


def test_scaling_down_waits_for_a_pod_that_a_finalizer_holds() -> None:
    cluster = set_of(3)
    hold(cluster, PODS, "web-2")
    cluster.patch(SETS, "web", {"spec": {"replicas": 1}})
    cluster.run(60)
    assert cluster.names(PODS) == ["web-0", "web-1", "web-2"]
    assert ready(cluster.get(PODS, "web-2")) == "False"
    assert "deletionTimestamp" not in cluster.get(PODS, "web-1")["metadata"]
    free(cluster, PODS, "web-2")
    cluster.settle()
    assert cluster.names(PODS) == ["web-0"]


def test_a_rolling_update_waits_for_a_pod_that_a_finalizer_holds() -> None:
    cluster = set_of(2)
    hold(cluster, PODS, "web-1")
    image = [{"name": "nginx", "image": "nginx:1.27"}]
    template = {"spec": {"template": {"spec": {"containers": image}}}}
    cluster.patch(SETS, "web", template, "strategic")
    cluster.run(60)
    first = cluster.get(PODS, "web-0")["metadata"]
    assert "deletionTimestamp" not in first
    free(cluster, PODS, "web-1")
    cluster.settle()
    status = cluster.get(SETS, "web")["status"]
    assert status["updatedReplicas"] == status["readyReplicas"] == 2
    assert cluster.get(PODS, "web-0")["metadata"]["uid"] != first["uid"]


def test_other_objects_stay_as_they_are_until_their_finalizer_goes() -> None:
    cluster = Cluster()
    spec = {"selector": {"app": "web"}, "ports": [{"port": 80}]}
    cluster.create(SERVICES, {"metadata": {"name": "web", "finalizers": [HOLD]}, "spec": spec})
    cluster.delete(SERVICES, "web", grace=0)
    cluster.run(60)
    found = cluster.get(SERVICES, "web")
    assert found["metadata"]["deletionGracePeriodSeconds"] == 0
    assert found["spec"]["clusterIP"]
    free(cluster, SERVICES, "web")
    assert cluster.gone(SERVICES, "web")


def test_a_namespace_waits_for_what_a_finalizer_holds_in_it() -> None:
    cluster = Cluster()
    cluster.create("namespaces", {"metadata": {"name": "team"}})
    found = pod("one")
    found["metadata"]["finalizers"] = [HOLD]
    cluster.settle()
    cluster.create(PODS, found, namespace="team")
    cluster.settle()
    cluster.delete("namespaces", "team")
    cluster.run(60)
    held = cluster.store.get(PODS, "team/one")
    assert held is not None
    assert ready(held) == "False"
    request = cluster._request("patch", PODS, "one", namespace="team", patch_type="merge")
    cluster.registry.patch(request, {"metadata": {"finalizers": None}})
    cluster.run(60)
    assert cluster.gone("namespaces", "team")

"""What a ResourceQuota says is used."""

from typing import Any

import pytest

from tests.offline.controllers.cluster import CLAIMS, CLASSES, PODS, Cluster, claim, pod
from tutor.offline.errors import ApiError
from tutor.offline.objects import Obj

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


def quota(cluster: Cluster, hard: dict[str, str], **spec: Any) -> None:
    cluster.create(QUOTAS, {"metadata": {"name": "lab"}, "spec": {"hard": hard, **spec}})
    cluster.settle()


def used(cluster: Cluster) -> Obj:
    found: Obj = cluster.get(QUOTAS, "lab")["status"]["used"]
    return found


def refused(cluster: Cluster, resource: str, body: Obj) -> str:
    with pytest.raises(ApiError) as refusal:
        cluster.create(resource, body)
    assert refusal.value.code == 403
    return refusal.value.message


def needs(name: str, requests: Obj, limits: Obj | None = None, **more: Any) -> Obj:
    body = pod(name, **more)
    resources = {"requests": requests, **({"limits": limits} if limits else {})}
    body["spec"]["containers"][0]["resources"] = resources
    return body


def test_what_a_pod_uses(cluster: Cluster) -> None:
    quota(
        cluster,
        {
            "cpu": "4",
            "requests.cpu": "4",
            "limits.memory": "4Gi",
            "requests.example.com/gpu": "2",
            "count/pods": "9",
        },
    )
    first = {
        "name": "load",
        "image": "a",
        "resources": {"requests": {"cpu": "2"}, "limits": {"memory": "1Gi"}},
    }
    gpu = {"cpu": "500m", "example.com/gpu": "1"}
    limits = {"memory": "512Mi", "example.com/gpu": "1"}
    cluster.create(PODS, needs("one", gpu, limits, initContainers=[first]))
    cluster.settle()
    assert used(cluster) == {
        "cpu": "2",
        "requests.cpu": "2",
        "limits.memory": "1Gi",
        "requests.example.com/gpu": "1",
        "count/pods": "1",
    }
    assert refused(cluster, PODS, needs("two", {"cpu": "3"}, {"memory": "1Gi"})) == (
        'pods "two" is forbidden: exceeded quota: lab, requested: cpu=3,requests.cpu=3, used: '
        "cpu=2,requests.cpu=2, limited: cpu=4,requests.cpu=4"
    )
    assert refused(cluster, PODS, pod("three")) == (
        'pods "three" is forbidden: failed quota: lab: must specify cpu for: app; '
        "limits.memory for: app; requests.cpu for: app"
    )


def test_ephemeral_storage_need_not_be_said(cluster: Cluster) -> None:
    quota(cluster, {"requests.ephemeral-storage": "1Gi"})
    cluster.create(PODS, pod())
    cluster.settle()
    assert used(cluster) == {"requests.ephemeral-storage": "0"}


def test_the_storage_of_a_class(cluster: Cluster) -> None:
    prefix = "standard.storageclass.storage.k8s.io/"
    quota(
        cluster,
        {prefix + "requests.storage": "3Gi", prefix + "persistentvolumeclaims": "2"},
    )
    cluster.create(CLAIMS, claim("a", "2Gi"))
    cluster.create(CLAIMS, claim("b", "9Gi", storageClassName=""))
    cluster.settle()
    assert used(cluster) == {
        prefix + "requests.storage": "2Gi",
        prefix + "persistentvolumeclaims": "1",
    }
    assert refused(cluster, CLAIMS, claim("c", "2Gi")) == (
        f'persistentvolumeclaims "c" is forbidden: exceeded quota: lab, requested: {prefix}'
        f"requests.storage=2Gi, used: {prefix}requests.storage=2Gi, limited: {prefix}"
        "requests.storage=3Gi"
    )


def test_a_claim_may_not_grow_beyond_it(cluster: Cluster) -> None:
    body = {"metadata": {"name": "csi"}, "provisioner": "hostpath.csi.k8s.io"}
    cluster.create(CLASSES, {**body, "allowVolumeExpansion": True})
    quota(cluster, {"requests.storage": "3Gi"})
    cluster.create(CLAIMS, claim("a", "1Gi", storageClassName="csi"))
    cluster.settle()
    size: Obj = {"spec": {"resources": {"requests": {"storage": "3Gi"}}}}
    cluster.patch(CLAIMS, "a", size)
    cluster.settle()
    assert used(cluster) == {"requests.storage": "3Gi"}
    size["spec"]["resources"]["requests"]["storage"] = "5Gi"
    with pytest.raises(ApiError) as refusal:
        cluster.patch(CLAIMS, "a", size)
    assert refusal.value.message == (
        'persistentvolumeclaims "a" is forbidden: exceeded quota: lab, requested: '
        "requests.storage=2Gi, used: requests.storage=3Gi, limited: requests.storage=3Gi"
    )


def test_numbers_of_anything(cluster: Cluster) -> None:
    quota(cluster, {"count/configmaps": "2", "count/statefulsets.apps": "0", "services": "2"})
    assert used(cluster)["count/configmaps"] == "1"  # kube-root-ca.crt
    cluster.create("configmaps", {"metadata": {"name": "a"}})
    text = refused(cluster, "configmaps", {"metadata": {"name": "b"}})
    assert text.endswith(
        "requested: count/configmaps=1, used: count/configmaps=2, limited: count/configmaps=2"
    )
    service = {"metadata": {"name": "a"}, "spec": {"ports": [{"port": 80}]}}
    while int(used(cluster)["services"]) < 2:  # a new cluster has one already
        cluster.create("services", service)
        cluster.settle()
    service["metadata"] = {"name": "b"}
    assert "services=1" in refused(cluster, "services", service)


def test_ports_of_nodes(cluster: Cluster) -> None:
    quota(cluster, {"services.nodeports": "1", "services.loadbalancers": "0"})
    ports = [{"name": "a", "port": 80}, {"name": "b", "port": 81}]
    body: Obj = {"metadata": {"name": "a"}, "spec": {"ports": ports, "type": "NodePort"}}
    assert "services.nodeports=2" in refused(cluster, "services", body)
    body["spec"].update(type="ClusterIP")
    cluster.create("services", body)
    with pytest.raises(ApiError, match=r"services\.nodeports=2"):
        cluster.patch("services", "a", {"spec": {"type": "NodePort"}})
    with pytest.raises(ApiError, match=r"services\.loadbalancers=1"):
        cluster.patch("services", "a", {"spec": {"type": "LoadBalancer"}})


@pytest.mark.parametrize(
    ("scopes", "counted"),
    [
        (["BestEffort"], {"plain", "short"}),
        (["NotBestEffort"], {"sized", "critical"}),
        (["Terminating"], {"short"}),
        (["NotTerminating", "BestEffort"], {"plain"}),
    ],
)
def test_scopes(cluster: Cluster, scopes: list[str], counted: set[str]) -> None:
    quota(cluster, {"pods": "9"}, scopes=scopes)
    cluster.create(PODS, pod("plain"))
    cluster.create(PODS, pod("short", activeDeadlineSeconds=600))
    cluster.create(PODS, needs("sized", {"cpu": "1"}))
    body = needs("critical", {"cpu": "1"}, priorityClassName="system-cluster-critical")
    cluster.create(PODS, body)
    cluster.create(CLAIMS, claim())
    cluster.settle()
    assert used(cluster) == {"pods": str(len(counted))}


@pytest.mark.parametrize(
    ("operator", "values", "count"),
    [
        ("In", ["system-cluster-critical"], "1"),
        ("NotIn", ["system-cluster-critical"], "1"),
        ("Exists", None, "1"),
        ("DoesNotExist", None, "1"),
        ("In", ["gold"], "0"),
    ],
)
def test_the_scope_of_a_priority(
    cluster: Cluster, operator: str, values: list[str] | None, count: str
) -> None:
    one: Obj = {"scopeName": "PriorityClass", "operator": operator}
    if values is not None:
        one["values"] = values
    quota(cluster, {"pods": "9"}, scopeSelector={"matchExpressions": [one]})
    cluster.create(PODS, pod("plain"))
    cluster.create(PODS, pod("high", priorityClassName="system-cluster-critical"))
    cluster.settle()
    assert used(cluster) == {"pods": count}


def test_a_pod_that_ought_to_be_over_is_not_counted(cluster: Cluster) -> None:
    cluster.create(PODS, pod())
    quota(cluster, {"pods": "1", "count/pods": "5"})
    cluster.runner.node_down(cluster.get(PODS, "one")["spec"]["nodeName"])
    cluster.delete(PODS, "one")
    cluster.run(2)
    assert used(cluster) == {"pods": "1", "count/pods": "1"}
    cluster.run(8)
    assert used(cluster) == {"pods": "0", "count/pods": "1"}
    cluster.create(PODS, pod("two"))

"""LimitRanges: defaults for containers, and what is too little or too much."""

from typing import Any

import pytest

from tests.offline.controllers.cluster import CLAIMS, PODS, SETS, Cluster, claim, pod, recorded_set
from tutor.offline.errors import ApiError
from tutor.offline.objects import Obj

LIMITS = "limitranges"


@pytest.fixture
def cluster() -> Cluster:
    return Cluster()


def limit(cluster: Cluster, **item: Any) -> Obj:
    body = {"metadata": {"name": "limits"}, "spec": {"limits": [item]}}
    return cluster.create(LIMITS, body)


def with_resources(resources: Obj, **more: Any) -> Obj:
    made = pod("p", **more)
    made["spec"]["containers"][0]["resources"] = resources
    return made


def refused(cluster: Cluster, resource: str, obj: Obj) -> ApiError:
    with pytest.raises(ApiError) as found:
        cluster.create(resource, obj)
    return found.value


def test_defaults_follow_from_each_other(cluster: Cluster) -> None:
    made = limit(cluster, type="Container", max={"cpu": "2"}, min={"memory": "1Mi"})
    (item,) = made["spec"]["limits"]
    assert item["default"] == {"cpu": "2"}
    assert item["defaultRequest"] == {"cpu": "2", "memory": "1Mi"}


def test_containers_get_what_they_do_not_say(cluster: Cluster) -> None:
    limit(
        cluster,
        type="Container",
        default={"cpu": "500m", "memory": "256Mi"},
        defaultRequest={"cpu": "250m"},
    )
    made = cluster.create(PODS, with_resources({"requests": {"memory": "64Mi"}}))
    (container,) = made["spec"]["containers"]
    assert container["resources"] == {
        "requests": {"cpu": "250m", "memory": "64Mi"},
        "limits": {"cpu": "500m", "memory": "256Mi"},
    }
    assert made["metadata"]["annotations"]["kubernetes.io/limit-ranger"] == (
        "LimitRanger plugin set: cpu request for container app; cpu, memory limit for container app"
    )
    assert made["status"]["qosClass"] == "Burstable"


def test_a_pod_that_says_everything_is_left_alone(cluster: Cluster) -> None:
    limit(cluster, type="Container", default={"cpu": "500m"})
    made = cluster.create(PODS, with_resources({"limits": {"cpu": "1"}}))
    assert "kubernetes.io/limit-ranger" not in made["metadata"].get("annotations", {})
    assert made["spec"]["containers"][0]["resources"]["limits"] == {"cpu": "1"}


@pytest.mark.parametrize(
    ("item", "resources", "words"),
    [
        (
            {"type": "Container", "min": {"cpu": "100m"}, "defaultRequest": {"cpu": "100m"}},
            {"requests": {"cpu": "50m"}},
            "minimum cpu usage per Container is 100m, but request is 50m",
        ),
        (
            {"type": "Container", "max": {"memory": "1Gi"}},
            {"limits": {"memory": "2Gi"}},
            "maximum memory usage per Container is 1Gi, but limit is 2Gi",
        ),
        (
            {"type": "Pod", "max": {"cpu": "1"}},
            {},
            "maximum cpu usage per Pod is 1. No limit is specified",
        ),
        (
            {"type": "Pod", "min": {"cpu": "1"}},
            {"requests": {"cpu": "500m"}},
            "minimum cpu usage per Pod is 1, but request is 500m",
        ),
        (
            {"type": "Container", "maxLimitRequestRatio": {"cpu": "2"}},
            {"requests": {"cpu": "100m"}, "limits": {"cpu": "300m"}},
            "cpu max limit to request ratio per Container is 2, but provided ratio is 3.000000",
        ),
        (
            {"type": "Container", "maxLimitRequestRatio": {"cpu": "2"}},
            {"limits": {"memory": "1Gi"}},
            "cpu max limit to request ratio per Container is 2, but no request is specified or "
            "request is 0",
        ),
    ],
)
def test_pods_outside_the_limits_are_refused(
    cluster: Cluster, item: Obj, resources: Obj, words: str
) -> None:
    limit(cluster, **item)
    refusal = refused(cluster, PODS, with_resources(resources))
    assert (refusal.code, refusal.message) == (403, f'pods "p" is forbidden: {words}')


def test_several_reasons_are_told_at_once(cluster: Cluster) -> None:
    limit(cluster, type="Pod", max={"cpu": "1", "memory": "1Gi"})
    refusal = refused(cluster, PODS, with_resources({}))
    assert refusal.message == (
        'pods "p" is forbidden: [maximum cpu usage per Pod is 1. No limit is specified, '
        "maximum memory usage per Pod is 1Gi. No limit is specified]"
    )


@pytest.mark.parametrize(
    ("size", "words"),
    [
        ("500Mi", "minimum storage usage per PersistentVolumeClaim is 1Gi, but request is 500Mi"),
        ("9Gi", "maximum storage usage per PersistentVolumeClaim is 5Gi, but request is 9Gi"),
        ("2Gi", ""),
    ],
)
def test_claims_have_a_size_that_is_allowed(cluster: Cluster, size: str, words: str) -> None:
    limit(cluster, type="PersistentVolumeClaim", min={"storage": "1Gi"}, max={"storage": "5Gi"})
    if not words:
        cluster.create(CLAIMS, claim(size=size))
        return
    refusal = refused(cluster, CLAIMS, claim(size=size))
    assert refusal.message == f'persistentvolumeclaims "data" is forbidden: {words}'


def test_a_set_tells_of_it(cluster: Cluster) -> None:
    limit(cluster, type="PersistentVolumeClaim", min={"storage": "5Gi"})
    made = recorded_set("a01")
    cluster.create(SETS, made)
    cluster.settle()
    told = [one["message"] for one in cluster.store.list("events", "default")]
    assert any("minimum storage usage per PersistentVolumeClaim is 5Gi" in one for one in told)


@pytest.mark.parametrize(
    ("item", "field", "words"),
    [
        ({"type": "Foo"}, "spec.limits[0].type", "must be a standard limit type"),
        (
            {"type": "Pod", "default": {"cpu": "1"}},
            "spec.limits[0].default",
            "may not be specified when `type` is 'Pod'",
        ),
        (
            {"type": "PersistentVolumeClaim"},
            "spec.limits[0].limits",
            "either minimum or maximum storage value is required",
        ),
        (
            {"type": "Container", "min": {"cpu": "2"}, "max": {"cpu": "1"}},
            "spec.limits[0].min[cpu]",
            "min value 2 is greater than max value 1",
        ),
        (
            {"type": "Container", "default": {"cpu": "1"}, "defaultRequest": {"cpu": "2"}},
            "spec.limits[0].defaultRequest[cpu]",
            "default request value 2 is greater than default limit value 1",
        ),
        (
            {"type": "Container", "maxLimitRequestRatio": {"cpu": "500m"}},
            "spec.limits[0].maxLimitRequestRatio[cpu]",
            "ratio 500m is less than 1",
        ),
        (
            {"type": "Container", "max": {"gpus": "1"}},
            "spec.limits[0].max[gpus]",
            "must be a standard resource",
        ),
    ],
)
def test_limits_that_contradict_themselves_are_refused(
    cluster: Cluster, item: Obj, field: str, words: str
) -> None:
    body = {"metadata": {"name": "limits"}, "spec": {"limits": [item]}}
    refusal = refused(cluster, LIMITS, body)
    assert refusal.code == 422
    causes = refusal.details["causes"]
    assert any(one["field"] == field and words in one["message"] for one in causes), causes


def test_one_type_stands_once(cluster: Cluster) -> None:
    item = {"type": "Pod", "max": {"cpu": "1"}}
    body = {"metadata": {"name": "limits"}, "spec": {"limits": [item, item]}}
    assert 'Duplicate value: "Pod"' in refused(cluster, LIMITS, body).message

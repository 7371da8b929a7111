"""Deployments, ReplicaSets, revisions, budgets, quotas, claims: their life cycles.

As ``test/e2e/apps/{deployment,replica_set,controller_revision,disruption}.go``,
``test/e2e/apimachinery/resource_quota.go`` and ``test/e2e/storage/persistent_volumes.go`` expect.
"""

from typing import Any

import pytest
from kubernetes.client.exceptions import ApiException

from tests.suites.samples import (
    LABELS,
    NEW,
    NS,
    OLD,
    SELECTOR,
    Json,
    Set,
    claim,
    deployment,
    is_ready,
    names,
    pod,
    stateful_set,
)
from tests.suites.server import Cluster


def _sets(cluster: Cluster) -> list[Any]:
    found = cluster.apps.list_namespaced_replica_set(NS, label_selector=SELECTOR).items
    return sorted(found, key=lambda one: int(_revision(one)))


def _revision(one: Any) -> str:
    return str(one.metadata.annotations["deployment.kubernetes.io/revision"])


def _rolled(cluster: Cluster, name: str = "web") -> Any:
    def over() -> Any:
        found = cluster.apps.read_namespaced_deployment(name, NS)
        status, wanted = found.status, found.spec.replicas
        done = (
            status.observed_generation == found.metadata.generation
            and status.updated_replicas == status.replicas == status.available_replicas == wanted
        )
        return found if done else None

    return cluster.eventually(over)


def test_a_deployment_from_its_beginning_to_its_end(cluster: Cluster) -> None:
    apps = cluster.apps
    apps.create_namespaced_deployment(NS, deployment())
    first = _rolled(cluster)
    conditions = {one.type: (one.status, one.reason) for one in first.status.conditions}
    assert conditions == {
        "Available": ("True", "MinimumReplicasAvailable"),
        "Progressing": ("True", "NewReplicaSetAvailable"),
    }
    assert _revision(first) == "1"
    (old,) = _sets(cluster)
    digest = old.metadata.labels["pod-template-hash"]
    assert old.metadata.name == f"web-{digest}"
    assert old.spec.selector.match_labels["pod-template-hash"] == digest
    container = {"name": "webserver", "image": NEW}
    apps.patch_namespaced_deployment(
        "web", NS, {"spec": {"template": {"spec": {"containers": [container]}}}}
    )
    second = _rolled(cluster)
    assert _revision(second) == "2"
    assert [one.spec.replicas for one in _sets(cluster)] == [0, 3]
    pods = cluster.core.list_namespaced_pod(NS, label_selector=SELECTOR).items
    assert {one.spec.containers[0].image for one in pods} == {NEW}
    container["image"] = OLD
    apps.patch_namespaced_deployment(
        "web", NS, {"spec": {"template": {"spec": {"containers": [container]}}}}
    )
    assert _revision(_rolled(cluster)) == "3"
    back = _sets(cluster)
    assert [one.spec.replicas for one in back] == [0, 3]
    assert back[1].metadata.uid == old.metadata.uid
    scale = apps.read_namespaced_deployment_scale("web", NS)
    scale.spec.replicas = 1
    scale.metadata.resource_version = None
    assert apps.replace_namespaced_deployment_scale("web", NS, scale).spec.replicas == 1
    _rolled(cluster)
    patch = {"status": {"conditions": [{"type": "StatusPatched", "status": "True"}]}}
    made = apps.patch_namespaced_deployment_status("web", NS, patch)
    assert "StatusPatched" in {one.type for one in made.status.conditions}
    apps.delete_namespaced_deployment("web", NS)
    cluster.eventually(lambda: not _sets(cluster))
    cluster.eventually(lambda: not cluster.core.list_namespaced_pod(NS).items)


def test_recreate_never_runs_old_and_new_together(cluster: Cluster) -> None:
    cluster.apps.create_namespaced_deployment(NS, deployment(strategy={"type": "Recreate"}))
    _rolled(cluster)
    listed = cluster.core.list_namespaced_pod(NS)
    pods, version = listed.items, listed.metadata.resource_version
    container = {"name": "webserver", "image": NEW}
    cluster.apps.patch_namespaced_deployment(
        "web", NS, {"spec": {"template": {"spec": {"containers": [container]}}}}
    )
    _rolled(cluster)
    old, new = {one.metadata.name for one in pods}, set()
    for kind, one in cluster.watch(
        cluster.core.list_namespaced_pod, NS, resource_version=version, timeout_seconds=1
    ):
        if one.spec.containers[0].image == NEW:
            new.add(one.metadata.name)
        elif kind == "DELETED" or one.status.phase == "Succeeded":
            old.discard(one.metadata.name)
        assert not (old and new)
    assert len(new) == 3


def test_old_replica_sets_are_cleaned_up(cluster: Cluster) -> None:
    cluster.apps.create_namespaced_deployment(NS, deployment(replicas=1, revisionHistoryLimit=0))
    _rolled(cluster)
    container = {"name": "webserver", "image": NEW}
    cluster.apps.patch_namespaced_deployment(
        "web", NS, {"spec": {"template": {"spec": {"containers": [container]}}}}
    )
    _rolled(cluster)
    cluster.eventually(lambda: len(_sets(cluster)) == 1)


def _replica_set(name: str = "rs", replicas: int = 2, **more: Any) -> Json:
    body = deployment(name, replicas, **more)
    body["kind"] = "ReplicaSet"
    return body


def test_a_replica_set_adopts_and_releases(cluster: Cluster) -> None:
    orphan = pod("orphan", LABELS)
    cluster.core.create_namespaced_pod(NS, orphan)
    made = cluster.apps.create_namespaced_replica_set(NS, _replica_set(replicas=1))

    def owner() -> str | None:
        owners = cluster.core.read_namespaced_pod("orphan", NS).metadata.owner_references or []
        return next((one.uid for one in owners if one.controller), None)

    cluster.eventually(lambda: owner() == made.metadata.uid)
    assert names(cluster.core.list_namespaced_pod(NS)) == ["orphan"]
    patch = {"metadata": {"labels": {"foo": "other"}}}
    cluster.core.patch_namespaced_pod("orphan", NS, patch)
    cluster.eventually(lambda: owner() is None)
    cluster.eventually(lambda: len(cluster.core.list_namespaced_pod(NS).items) == 2)


def test_a_replica_set_over_its_quota_says_so(cluster: Cluster) -> None:
    quota = {"metadata": {"name": "q"}, "spec": {"hard": {"pods": "2"}}}
    cluster.core.create_namespaced_resource_quota(NS, quota)
    cluster.apps.create_namespaced_replica_set(NS, _replica_set(replicas=3))

    def failing() -> Any:
        found = cluster.apps.read_namespaced_replica_set("rs", NS).status.conditions or []
        return next((one for one in found if one.type == "ReplicaFailure"), None)

    condition = cluster.eventually(failing)
    assert (condition.status, condition.reason) == ("True", "FailedCreate")
    assert "exceeded quota: q, requested: pods=1, used: pods=2, limited: pods=2" in (
        condition.message
    )
    cluster.apps.patch_namespaced_replica_set("rs", NS, {"spec": {"replicas": 2}})
    cluster.eventually(lambda: failing() is None)


def test_replica_sets_are_scaled_patched_and_deleted(cluster: Cluster) -> None:
    apps = cluster.apps
    apps.create_namespaced_replica_set(NS, _replica_set(replicas=1))
    cluster.eventually(  # until then its status changes, and the version with it
        lambda: apps.read_namespaced_replica_set("rs", NS).status.available_replicas == 1
    )
    scale = apps.read_namespaced_replica_set_scale("rs", NS)
    scale.spec.replicas = 2
    scale.metadata.resource_version = None
    assert apps.replace_namespaced_replica_set_scale("rs", NS, scale).spec.replicas == 2
    apps.patch_namespaced_replica_set("rs", NS, {"metadata": {"labels": {"more": "yes"}}})
    cluster.eventually(
        lambda: apps.read_namespaced_replica_set("rs", NS).status.ready_replicas == 2
    )
    apps.delete_collection_namespaced_replica_set(NS, label_selector="more=yes")
    cluster.eventually(lambda: not cluster.core.list_namespaced_pod(NS).items)


def test_revisions_as_objects(cluster: Cluster) -> None:
    web = Set(cluster, stateful_set(replicas=1))
    web.wait_ready(0)
    apps = cluster.apps
    (found,) = apps.list_namespaced_controller_revision(NS, label_selector=SELECTOR).items
    assert found.metadata.name == web.read().status.current_revision
    assert names(apps.list_controller_revision_for_all_namespaces(label_selector=SELECTOR))
    patch = {"metadata": {"labels": {found.metadata.name: "patched"}}}
    made = apps.patch_namespaced_controller_revision(found.metadata.name, NS, patch)
    assert made.metadata.labels[found.metadata.name] == "patched"
    other: Json = {
        "apiVersion": "apps/v1",
        "kind": "ControllerRevision",
        "metadata": {"name": "made-here", "labels": {"by": "hand"}},
        "data": {"spec": {"template": {}}},
        "revision": 7,
    }
    made = apps.create_namespaced_controller_revision(NS, other)
    assert (made.revision, made.data) == (7, other["data"])
    other["revision"] = 8
    other["metadata"] = {**other["metadata"], "labels": {"by": "hand", "new": "yes"}}
    again = apps.replace_namespaced_controller_revision("made-here", NS, other)
    assert (again.revision, again.metadata.labels["new"]) == (8, "yes")
    other["data"] = {"spec": {"template": {"x": 1}}}
    with pytest.raises(ApiException) as refused:
        apps.replace_namespaced_controller_revision("made-here", NS, other)
    assert refused.value.status == 422
    assert "data: Invalid value" in str(refused.value.body)
    apps.delete_collection_namespaced_controller_revision(NS, label_selector="by=hand")
    cluster.eventually(lambda: len(apps.list_namespaced_controller_revision(NS).items) == 1)
    apps.delete_namespaced_controller_revision(found.metadata.name, NS)
    web.patch(replicas=2)
    cluster.eventually(  # the controller makes the current one again
        lambda: names(apps.list_namespaced_controller_revision(NS)) == [found.metadata.name]
    )


def _evict(cluster: Cluster, name: str) -> None:
    body = {
        "apiVersion": "policy/v1",
        "kind": "Eviction",
        "metadata": {"name": name, "namespace": NS},
    }
    cluster.core.create_namespaced_pod_eviction(name, NS, body)


def test_evictions_keep_to_the_budget(cluster: Cluster) -> None:
    web = Set(cluster, stateful_set())
    web.wait_ready(0, 1, 2)
    answer = cluster.call(
        "POST",
        f"/apis/policy/v1/namespaces/{NS}/poddisruptionbudgets",
        {
            "metadata": {"name": "pdb"},
            "spec": {"minAvailable": 3, "selector": {"matchLabels": LABELS}},
        },
    )
    assert answer.status == 201
    path = f"/apis/policy/v1/namespaces/{NS}/poddisruptionbudgets/pdb"
    cluster.eventually(lambda: cluster.call("GET", path).json["status"].get("currentHealthy") == 3)
    status = cluster.call("GET", path).json["status"]
    assert status["disruptionsAllowed"] == 0
    assert (status["desiredHealthy"], status["expectedPods"]) == (3, 3)
    (condition,) = status["conditions"]
    assert (condition["type"], condition["status"]) == ("DisruptionAllowed", "False")
    assert condition["reason"] == "InsufficientPods"
    with pytest.raises(ApiException) as refused:
        _evict(cluster, "ss-0")
    assert refused.value.status == 429
    assert "Cannot evict pod as it would violate the pod's disruption budget." in (
        str(refused.value.body)
    )
    assert "The disruption budget pdb needs 3 healthy pods and has 3 currently" in (
        str(refused.value.body)
    )
    patch = {"spec": {"minAvailable": 2}}
    kind = "application/merge-patch+json"
    assert cluster.call("PATCH", path, patch, kind).status == 200
    cluster.eventually(lambda: cluster.call("GET", path).json["status"]["disruptionsAllowed"] == 1)
    uid = web.pods()[0].metadata.uid
    _evict(cluster, "ss-0")
    cluster.eventually(lambda: (now := web.pods().get(0)) and now.metadata.uid != uid)
    web.wait_ready(0, 1, 2)
    with pytest.raises(ApiException) as missing:
        _evict(cluster, "nothing")
    assert missing.value.status == 404


def test_a_quota_follows_what_comes_and_goes(cluster: Cluster) -> None:
    core = cluster.core
    hard = {
        "pods": "3",
        "services": "2",
        "persistentvolumeclaims": "1",
        "requests.storage": "5Gi",
        "configmaps": "10",
        "count/statefulsets.apps": "1",
        "requests.cpu": "1",
    }
    core.create_namespaced_resource_quota(NS, {"metadata": {"name": "q"}, "spec": {"hard": hard}})

    def used(**expected: str) -> bool:
        found = core.read_namespaced_resource_quota("q", NS).status
        if found is None or found.hard != hard:
            return False
        return all(found.used.get(name.replace("_", ".")) == n for name, n in expected.items())

    cluster.eventually(lambda: used(pods="0", services="1", persistentvolumeclaims="0"))
    one = pod("a")
    one["spec"]["containers"][0]["resources"] = {"requests": {"cpu": "500m"}}
    core.create_namespaced_pod(NS, one)
    cluster.eventually(lambda: used(pods="1", requests_cpu="500m"))
    core.create_namespaced_persistent_volume_claim(NS, claim("c"))
    cluster.eventually(lambda: used(persistentvolumeclaims="1", requests_storage="1Gi"))
    with pytest.raises(ApiException) as refused:
        core.create_namespaced_persistent_volume_claim(NS, claim("d"))
    assert refused.value.status == 403
    assert (
        'persistentvolumeclaims \\"d\\" is forbidden: exceeded quota: q, requested:'
        " persistentvolumeclaims=1, used: persistentvolumeclaims=1, limited:"
        " persistentvolumeclaims=1"
    ) in str(refused.value.body)
    core.delete_namespaced_pod("a", NS)
    core.delete_namespaced_persistent_volume_claim("c", NS)
    cluster.eventually(lambda: used(pods="0", persistentvolumeclaims="0", requests_cpu="0"))
    patch = {"spec": {"hard": {"pods": "4"}}}
    hard["pods"] = core.patch_namespaced_resource_quota("q", NS, patch).spec.hard["pods"]
    assert hard["pods"] == "4"
    cluster.eventually(used)
    core.delete_collection_namespaced_resource_quota(NS)
    assert not core.list_namespaced_resource_quota(NS).items


def test_claims_and_volumes(cluster: Cluster) -> None:
    core = cluster.core
    volume = {
        "metadata": {"name": "pv", "labels": LABELS},
        "spec": {
            "capacity": {"storage": "2Gi"},
            "accessModes": ["ReadWriteOnce"],
            "hostPath": {"path": "/tmp/x"},  # noqa: S108
            "persistentVolumeReclaimPolicy": "Retain",
            "storageClassName": "manual",
        },
    }
    core.create_persistent_volume(volume)
    core.create_namespaced_persistent_volume_claim(NS, claim("c", storageClassName="manual"))

    def bound() -> bool:
        found = core.read_namespaced_persistent_volume_claim("c", NS)
        return bool(found.status.phase == "Bound" and found.spec.volume_name == "pv")

    cluster.eventually(bound)
    found = core.read_namespaced_persistent_volume_claim("c", NS)
    assert found.status.capacity == {"storage": "2Gi"}
    assert found.metadata.annotations["pv.kubernetes.io/bind-completed"] == "yes"
    assert core.read_persistent_volume("pv").spec.claim_ref.uid == found.metadata.uid
    core.patch_persistent_volume("pv", {"metadata": {"labels": {"patched": "yes"}}})
    assert names(core.list_persistent_volume(label_selector="patched=yes")) == ["pv"]
    status = {"status": {"conditions": [{"type": "StatusPatched", "status": "True"}]}}
    made = core.patch_namespaced_persistent_volume_claim_status("c", NS, status)
    assert made.status.conditions[0].type == "StatusPatched"
    core.delete_collection_namespaced_persistent_volume_claim(NS)
    cluster.eventually(lambda: core.read_persistent_volume("pv").status.phase == "Released")
    core.delete_persistent_volume("pv")
    cluster.eventually(lambda: not core.list_persistent_volume().items)


def test_a_claim_in_use_waits_for_its_pod(cluster: Cluster) -> None:
    core = cluster.core
    core.create_namespaced_persistent_volume_claim(NS, claim("c"))
    body = pod("user", volumes=[{"name": "v", "persistentVolumeClaim": {"claimName": "c"}}])
    core.create_namespaced_pod(NS, body)
    cluster.eventually(lambda: is_ready(core.read_namespaced_pod("user", NS)))
    core.delete_namespaced_persistent_volume_claim("c", NS)
    found = core.read_namespaced_persistent_volume_claim("c", NS)
    assert found.metadata.deletion_timestamp is not None
    assert found.metadata.finalizers == ["kubernetes.io/pvc-protection"]
    core.delete_namespaced_pod("user", NS)
    cluster.eventually(lambda: not core.list_namespaced_persistent_volume_claim(NS).items)
    cluster.eventually(lambda: not core.list_persistent_volume().items)

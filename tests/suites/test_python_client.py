"""The official Python client, as scripts and operators use it: typed, dynamic, from files.

As the client's own ``kubernetes/e2e_test/{test_client,test_utils,test_watch}.py`` and
``kubernetes/base/dynamic/test_client.py`` expect.
"""

from itertools import islice
from pathlib import Path
from typing import Any

import pytest
import yaml
from kubernetes import client, dynamic, utils
from kubernetes.client.exceptions import ApiException

from tests.suites.samples import LABELS, NS, SELECTOR, Json, names, stateful_set
from tests.suites.server import Cluster

MERGE = "application/merge-patch+json"
APPLY = "application/apply-patch+yaml"
JSON_PATCH = "application/json-patch+json"


def _typed(name: str) -> Any:
    """A StatefulSet of the client's own classes."""
    labels = {"t": name}
    made: Any = client
    return made.V1StatefulSet(
        metadata=made.V1ObjectMeta(name=name, labels=labels),
        spec=made.V1StatefulSetSpec(
            service_name=name,
            selector=made.V1LabelSelector(match_labels=labels),
            template=made.V1PodTemplateSpec(
                metadata=made.V1ObjectMeta(labels=labels),
                spec=made.V1PodSpec(containers=[made.V1Container(name="c", image="i:1")]),
            ),
        ),
    )


def _running(cluster: Cluster, selector: str, count: int) -> None:
    def all_run() -> bool:
        pods = cluster.core.list_namespaced_pod(NS, label_selector=selector).items
        return [one.status.phase for one in pods] == ["Running"] * count

    cluster.eventually(all_run)


def test_typed_objects_go_there_and_back(cluster: Cluster) -> None:
    apps = cluster.apps
    made = apps.create_namespaced_stateful_set(NS, _typed("typed"))
    assert (made.api_version, made.kind) == ("apps/v1", "StatefulSet")
    assert (made.spec.replicas, made.spec.pod_management_policy) == (1, "OrderedReady")
    assert made.metadata.creation_timestamp.tzinfo is not None
    made.spec.replicas = 2
    made.metadata.resource_version = None  # whatever became of it meanwhile
    made = apps.replace_namespaced_stateful_set("typed", NS, made)
    assert (made.spec.replicas, made.metadata.generation) == (2, 2)
    _running(cluster, "t=typed", 2)
    with pytest.raises(ApiException) as refused:  # its status moved on meanwhile
        apps.replace_namespaced_stateful_set("typed", NS, made)
    assert (refused.value.status, refused.value.reason) == (409, "Conflict")
    assert "please apply your changes to the latest version and try again" in str(
        refused.value.body
    )

    def stopped() -> bool:
        again = apps.read_namespaced_stateful_set("typed", NS)
        again.spec.replicas = 0
        try:
            return bool(apps.replace_namespaced_stateful_set("typed", NS, again).kind)
        except ApiException:  # it moved on again
            return False

    cluster.eventually(stopped)


def test_patches_are_known_by_their_type(cluster: Cluster) -> None:
    patch = cluster.apps.patch_namespaced_stateful_set
    made = patch("s", NS, stateful_set("s", 1), field_manager="me", force=True, _content_type=APPLY)
    assert [one.manager for one in made.metadata.managed_fields] == ["me"]
    added = [{"op": "add", "path": "/metadata/labels/x", "value": "y"}]
    assert patch("s", NS, added, _content_type=JSON_PATCH).metadata.labels == {**LABELS, "x": "y"}
    gone: Json = {"metadata": {"labels": {"x": None}}}
    assert patch("s", NS, gone, _content_type=MERGE).metadata.labels == LABELS
    more = {"spec": {"template": {"spec": {"containers": [{"name": "two", "image": "i"}]}}}}
    merged = patch("s", NS, more)  # a strategic merge is what the client sends unasked
    assert [one.name for one in merged.spec.template.spec.containers] == ["two", "webserver"]
    dry = patch("s", NS, {"spec": {"replicas": 7}}, dry_run="All")
    assert dry.spec.replicas == 7
    assert cluster.apps.read_namespaced_stateful_set("s", NS).spec.replicas == 1


def test_scale_and_status_are_objects_of_their_own(cluster: Cluster) -> None:
    apps = cluster.apps
    apps.create_namespaced_stateful_set(NS, stateful_set("s", 1))
    scale = apps.read_namespaced_stateful_set_scale("s", NS)
    assert (scale.kind, scale.spec.replicas) == ("Scale", 1)
    assert scale.status.selector in ("foo=bar,baz=blah", "baz=blah,foo=bar")
    scale.spec.replicas = 2
    scale.metadata.resource_version = None
    assert apps.replace_namespaced_stateful_set_scale("s", NS, scale).spec.replicas == 2
    _running(cluster, SELECTOR, 2)
    cluster.eventually(
        lambda: apps.read_namespaced_stateful_set_status("s", NS).status.ready_replicas == 2
    )
    body = {"status": {"conditions": [{"type": "example.com/x", "status": "True"}]}}
    pod = cluster.core.patch_namespaced_pod_status("s-0", NS, body)
    assert "example.com/x" in [one.type for one in pod.status.conditions]


def test_preconditions_guard_deletions(cluster: Cluster) -> None:
    apps = cluster.apps
    made = apps.create_namespaced_stateful_set(NS, stateful_set("s", 0))
    api: Any = client
    wrong = api.V1DeleteOptions(preconditions=api.V1Preconditions(uid="wrong"))
    with pytest.raises(ApiException) as refused:
        apps.delete_namespaced_stateful_set("s", NS, body=wrong)
    assert "the UID in the precondition (wrong) does not match the UID in record" in str(
        refused.value.body
    )
    right = api.V1DeleteOptions(preconditions=api.V1Preconditions(uid=made.metadata.uid))
    assert apps.delete_namespaced_stateful_set("s", NS, body=right)["status"] == "Success"
    with pytest.raises(ApiException) as gone:
        apps.read_namespaced_stateful_set("s", NS)
    assert gone.value.status == 404


def test_a_watch_carries_on_after_a_list(cluster: Cluster) -> None:
    core, apps = cluster.core, cluster.apps
    start = core.list_namespaced_pod(NS).metadata.resource_version
    apps.create_namespaced_stateful_set(NS, stateful_set("s", 2))
    ready: list[str] = []
    for kind, pod in cluster.watch(
        core.list_namespaced_pod, NS, resource_version=start, timeout_seconds=10
    ):
        assert kind in ("ADDED", "MODIFIED")
        told = {one.type: one.status for one in pod.status.conditions or []}
        if told.get("Ready") == "True" and pod.metadata.name not in ready:
            ready.append(pod.metadata.name)
        if len(ready) == 2:
            break
    assert ready == ["s-0", "s-1"]
    now = cluster.watch(core.list_namespaced_pod, NS, timeout_seconds=5)
    assert [(kind, pod.metadata.name) for kind, pod in islice(now, 2)] == [
        ("ADDED", "s-0"),
        ("ADDED", "s-1"),
    ]


def test_fields_select(cluster: Cluster) -> None:
    core = cluster.core
    cluster.apps.create_namespaced_stateful_set(NS, stateful_set("s", 2))
    _running(cluster, SELECTOR, 2)
    listed = core.list_pod_for_all_namespaces
    node = core.read_namespaced_pod("s-1", NS).spec.node_name
    fields = f"spec.nodeName={node},status.phase=Running,metadata.name!=s-0"
    assert names(listed(field_selector=fields)) == ["s-1"]
    assert names(listed(field_selector="status.phase==Pending")) == []
    with pytest.raises(ApiException) as refused:
        listed(field_selector="spec.hostname=s-0")
    assert refused.value.status == 400
    assert "field label not supported: spec.hostname" in str(refused.value.body)


def test_files_are_created_whole(cluster: Cluster, tmp_path: Path) -> None:
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "test"},
        "spec": {"clusterIP": "None", "selector": LABELS, "ports": [{"port": 80}]},
    }
    path = tmp_path / "all.yaml"
    path.write_text(yaml.safe_dump_all([service, stateful_set("y", 1)]))
    made: Any = utils
    made.create_from_yaml(cluster.api, str(path), namespace=NS)
    _running(cluster, SELECTOR, 1)
    with pytest.raises(made.FailToCreateError) as refused:
        made.create_from_yaml(cluster.api, str(path), namespace=NS)
    assert 'services \\"test\\" already exists' in str(refused.value)
    assert 'statefulsets.apps \\"y\\" already exists' in str(refused.value)
    made.create_from_yaml(cluster.api, str(path), namespace=NS, apply=True)


def test_the_dynamic_client_finds_its_way(cluster: Cluster) -> None:
    made: Any = dynamic
    found = made.DynamicClient(cluster.api)
    assert found.version["kubernetes"]["gitVersion"].startswith("v1.")
    sets = found.resources.get(api_version="apps/v1", kind="StatefulSet")
    assert (sets.name, sets.singular_name, sets.namespaced) == ("statefulsets", "statefulset", True)
    assert sets.short_names == ["sts"]
    assert sets.create(body=stateful_set("a", 1), namespace=NS).metadata.name == "a"
    applied = sets.server_side_apply(body=stateful_set("b", 1), namespace=NS, field_manager="me")
    assert applied.metadata.managedFields[0].operation == "Apply"
    assert names(sets.get(namespace=NS, label_selector=SELECTOR)) == ["a", "b"]
    patched = sets.patch(name="a", namespace=NS, body={"spec": {"replicas": 2}}, content_type=MERGE)
    assert patched.spec.replicas == 2
    scale = sets.scale.patch(
        name="a", namespace=NS, body={"spec": {"replicas": 3}}, content_type=MERGE
    )
    assert (scale.kind, scale.spec.replicas) == ("Scale", 3)
    events = islice(found.watch(sets, namespace=NS, timeout=5), 2)
    assert [event["object"].metadata.name for event in events] == ["a", "b"]
    sets.delete(name="b", namespace=NS)
    sets.delete(namespace=NS, label_selector=SELECTOR)
    cluster.eventually(lambda: not sets.get(namespace=NS).items)
    with pytest.raises(made.exceptions.ResourceNotFoundError):
        found.resources.get(api_version="example.com/v1", kind="Foo")


def test_every_group_the_client_knows_answers(cluster: Cluster) -> None:
    api: Any = client
    assert api.VersionApi(cluster.api).get_code().git_version.startswith("v1.")
    assert "apps" in _groups(api.ApisApi(cluster.api).get_api_versions())
    assert names(api.StorageV1Api(cluster.api).list_storage_class()) == ["standard"]
    leases = api.CoordinationV1Api(cluster.api).list_lease_for_all_namespaces().items
    assert {one.metadata.namespace for one in leases} == {"kube-node-lease"}
    body = {"spec": {"resourceAttributes": {"verb": "get", "resource": "pods"}}}
    review = api.AuthorizationV1Api(cluster.api).create_self_subject_access_review(body)
    assert review.status.allowed
    who = api.AuthenticationV1Api(cluster.api).create_self_subject_review({}).status.user_info
    assert "system:masters" in who.groups or "kubeadm:cluster-admins" in who.groups
    assert api.BatchV1Api(cluster.api).list_namespaced_job(NS).items == []
    with pytest.raises(ApiException) as none:
        api.NetworkingV1Api(cluster.api).read_ip_address("10.96.0.1")
    assert none.value.status == 404
    custom = api.CustomObjectsApi(cluster.api)
    found = custom.list_namespaced_custom_object("apps", "v1", NS, "statefulsets")
    assert found["kind"] == "StatefulSetList"


def _groups(listed: Any) -> list[str]:
    return [one.name for one in listed.groups]

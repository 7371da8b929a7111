"""What the registry does with requests, and in which words it refuses them."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.offline.bench import Bench, Obj, pod, statefulset
from tests.offline.recordings import answer
from tutor.offline.errors import ApiError
from tutor.offline.requests import merge

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


@pytest.fixture
def bench() -> Bench:
    return Bench()


def refusal(call: Any, *arguments: Any, **more: Any) -> Obj:
    with pytest.raises(ApiError) as refused:
        call(*arguments, **more)
    return refused.value.status()


def same(found: Obj, recorded: Obj) -> bool:
    """Equal but for uids, which are made anew."""

    def mask(value: Any) -> Any:
        text = re.sub(r"<(uuid|uid:[^>]*)>", "<uuid>", str(value))
        return re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "<uuid>", text)

    return bool(mask(found) == mask(recorded))


# -- creating


def test_a_new_object_gets_what_the_server_keeps_of_it(bench: Bench) -> None:
    bench.runner.clock.move(1_767_225_600.5)
    made = bench.create(
        "statefulsets.apps",
        {
            **statefulset(),
            "metadata": {"name": "web", "uid": "mine", "generation": 9, "deletionTimestamp": "x"},
            "status": {"replicas": 42},
        },
    )
    metadata = made["metadata"]
    assert UUID.fullmatch(metadata["uid"])
    assert metadata["creationTimestamp"] == "2026-01-01T00:00:00Z"
    assert metadata["generation"] == 1
    assert metadata["namespace"] == "NS"
    assert metadata["resourceVersion"] == str(bench.runner.store.version)
    assert "deletionTimestamp" not in metadata
    assert made["status"] == answer("k02", "create StatefulSet web")["status"]


@pytest.mark.parametrize(
    ("resource", "status"),
    [
        ("pods", {"phase": "Pending", "qosClass": "BestEffort"}),
        ("persistentvolumeclaims", {"phase": "Pending"}),
        ("services", {"loadBalancer": {}}),
        ("configmaps", None),
        ("events", None),
    ],
)
def test_the_status_a_kind_begins_with(bench: Bench, resource: str, status: Obj | None) -> None:
    made = bench.create(resource, {"metadata": {"name": "x"}, "spec": {}})
    assert made.get("status") == status
    assert ("generation" in made["metadata"]) is (resource == "pods")


@pytest.mark.parametrize(
    ("resources", "quality"),
    [
        ([{}], "BestEffort"),
        ([{"requests": {"cpu": "1"}}], "Burstable"),
        ([{"limits": {"cpu": "1", "memory": "1Gi"}}], "Guaranteed"),
        ([{"limits": {"cpu": "1", "memory": "1Gi"}, "requests": {"cpu": "500m"}}], "Burstable"),
        ([{"limits": {"cpu": "1", "memory": "1Gi"}}, {}], "Burstable"),
    ],
)
def test_quality_of_service(bench: Bench, resources: list[Obj], quality: str) -> None:
    containers = [{"name": f"c{i}", "resources": one} for i, one in enumerate(resources)]
    made = bench.create("pods", pod(containers=containers))
    assert made["status"]["qosClass"] == quality


def test_names_are_generated_until_one_is_free(bench: Bench) -> None:
    base = "a" * 80
    made = {
        bench.create("pods", {"metadata": {"generateName": base}})["metadata"]["name"]
        for _ in range(50)
    }
    assert len(made) == 50
    assert all(re.fullmatch(r"a{58}[bcdfghjklmnpqrstvwxz2456789]{5}", name) for name in made)


def test_a_taken_name(bench: Bench) -> None:
    bench.create("statefulsets.apps", statefulset())
    found = refusal(bench.create, "statefulsets.apps", statefulset())
    assert found == answer("k02", "create again: AlreadyExists")


def test_a_name_is_needed(bench: Bench) -> None:
    found = refusal(bench.create, "statefulsets.apps", {**statefulset(), "metadata": {}})
    assert found == answer("j01", "name empty")


def test_an_absent_namespace(bench: Bench) -> None:
    found = refusal(bench.create, "statefulsets.apps", statefulset(), namespace="no-such-ns")
    assert found == answer("k02", "create in an absent namespace")


def test_a_namespace_that_is_going_away(bench: Bench) -> None:
    bench.delete("namespaces", "NS")
    found = refusal(bench.create, "pods", pod())
    assert found["code"] == 403
    assert found["message"] == (
        'pods "web-0" is forbidden: unable to create new content in namespace NS because it is '
        "being terminated"
    )
    assert found["details"]["causes"][0]["reason"] == "NamespaceTerminating"


def test_a_namespace_that_does_not_match(bench: Bench) -> None:
    body = {"metadata": {"name": "web-0", "namespace": "other"}}
    found = refusal(bench.create, "pods", body)
    assert found["code"] == 400
    assert found["message"] == (
        "the namespace of the provided object does not match the namespace sent on the request"
    )


def test_a_version_has_no_place_in_a_new_object(bench: Bench) -> None:
    body = {"metadata": {"name": "a", "resourceVersion": "5"}}
    found = refusal(bench.create, "pods", body)
    assert (found["code"], found.get("reason")) == (500, None)
    assert found["message"] == "resourceVersion should not be set on objects to be created"
    assert bench.create("pods", body, dry_run=True)["metadata"]["resourceVersion"] == "5"


def test_a_dry_run_stores_nothing(bench: Bench) -> None:
    version = bench.runner.store.version
    made = bench.create("statefulsets.apps", statefulset(), dry_run=True)
    assert UUID.fullmatch(made["metadata"]["uid"])
    assert "resourceVersion" not in made["metadata"]
    assert bench.runner.store.version == version
    bench.create("statefulsets.apps", statefulset())
    version = bench.runner.store.version
    changed = bench.patch("statefulsets.apps", "web", {"spec": {"replicas": 5}}, dry_run=True)
    assert (changed["spec"]["replicas"], changed["metadata"]["generation"]) == (5, 2)
    bench.delete("statefulsets.apps", "web", dry_run=True)
    bench.delete("statefulsets.apps", "web", {"dryRun": ["All"], "propagationPolicy": "Orphan"})
    assert bench.runner.store.version == version


# -- changing


def test_generation_counts_changes_of_the_spec_alone(bench: Bench) -> None:
    made = bench.create("statefulsets.apps", statefulset())
    labelled = bench.patch("statefulsets.apps", "web", {"metadata": {"labels": {"x": "y"}}})
    assert labelled["metadata"]["generation"] == 1
    scaled = bench.patch("statefulsets.apps", "web", {"spec": {"replicas": 3}})
    assert scaled["metadata"]["generation"] == 2
    unchanged = bench.update("statefulsets.apps", "web", scaled)
    assert unchanged == scaled
    lying = {**scaled, "metadata": {**scaled["metadata"], "generation": 77}}
    assert bench.update("statefulsets.apps", "web", lying) == scaled
    assert made["metadata"]["uid"] == scaled["metadata"]["uid"]


def test_a_deployment_counts_its_annotations_too(bench: Bench) -> None:
    bench.create("deployments.apps", statefulset())
    found = bench.patch("deployments.apps", "web", {"metadata": {"annotations": {"a": "b"}}})
    assert found["metadata"]["generation"] == 2


def test_status_is_written_through_its_own_door(bench: Bench) -> None:
    bench.create("statefulsets.apps", statefulset())
    status = {"status": {"replicas": 42}}
    same_ = bench.patch("statefulsets.apps", "web", status)
    assert same_["status"] == {"replicas": 0, "availableReplicas": 0}
    body = {**status, "spec": {"replicas": 9}}
    found = bench.patch("statefulsets.apps", "web", body, subresource="status")
    assert found["status"]["replicas"] == 42
    assert found["spec"]["replicas"] == 1
    assert found["metadata"]["generation"] == 1


def test_a_stale_version_conflicts(bench: Bench) -> None:
    made = bench.create("statefulsets.apps", statefulset())
    bench.patch("statefulsets.apps", "web", {"spec": {"replicas": 2}})
    recorded = answer("k02", "PUT with a stale resourceVersion")
    assert refusal(bench.update, "statefulsets.apps", "web", made) == recorded
    version = {"metadata": {"resourceVersion": made["metadata"]["resourceVersion"]}}
    assert refusal(bench.patch, "statefulsets.apps", "web", version) == recorded
    stale = {"status": {"replicas": 1}, **version}
    found = refusal(bench.patch, "statefulsets.apps", "web", stale, subresource="status")
    assert found == recorded


def test_without_a_version_the_last_one_wins(bench: Bench) -> None:
    made = bench.create("statefulsets.apps", statefulset())
    bench.patch("statefulsets.apps", "web", {"spec": {"replicas": 2}})
    del made["metadata"]["resourceVersion"]
    found = bench.update("statefulsets.apps", "web", made)
    assert (found["spec"]["replicas"], found["metadata"]["generation"]) == (1, 3)


def test_some_kinds_want_a_version(bench: Bench) -> None:
    bench.create("poddisruptionbudgets.policy", {"metadata": {"name": "web"}})
    body = {"metadata": {"name": "web"}, "spec": {"minAvailable": 1}}
    found = refusal(bench.update, "poddisruptionbudgets.policy", "web", body)
    assert found["message"] == (
        'PodDisruptionBudget.policy "web" is invalid: metadata.resourceVersion: Invalid value: 0: '
        "must be specified for an update"
    )


def test_another_uid_is_another_object(bench: Bench) -> None:
    bench.create("statefulsets.apps", statefulset())
    body = {**statefulset(), "metadata": {"name": "web", "uid": "11111111-2222-3333-4444-55555555"}}
    recorded = answer("k02", "PUT with another uid")
    found = refusal(bench.update, "statefulsets.apps", "web", body)
    found["message"] = found["message"].replace("11111111-2222-3333-4444-55555555", "<uuid>")
    assert same(found, recorded)


def test_the_name_of_the_path_counts(bench: Bench) -> None:
    bench.create("statefulsets.apps", statefulset())
    recorded = answer("k02", "PUT where name in body and URL differ")
    found = refusal(bench.update, "statefulsets.apps", "web", statefulset("zzz"))
    assert found == recorded
    assert refusal(bench.update, "statefulsets.apps", "absent", statefulset("absent")) == answer(
        "k02", "PUT to an absent name"
    )
    nameless = {**statefulset(), "metadata": {}}
    found = refusal(bench.update, "statefulsets.apps", "web", nameless)
    assert found["message"].endswith("was undeterminable: name must be provided")
    elsewhere = {"metadata": {"name": "web", "namespace": "other"}}
    found = refusal(bench.update, "statefulsets.apps", "web", elsewhere)
    assert found["message"] == (
        "the namespace of the object (other) does not match the namespace on the request (NS)"
    )
    moved = {"metadata": {"namespace": "other"}}
    found = refusal(bench.patch, "statefulsets.apps", "web", moved)
    assert found == answer("j05", "change namespace")
    renamed = {"metadata": {"name": "other"}}
    assert refusal(bench.patch, "statefulsets.apps", "web", renamed) == answer("j05", "rename")


def test_absent_objects(bench: Bench) -> None:
    recorded = answer("k02", "get StatefulSet absent ")
    assert refusal(bench.get, "statefulsets.apps", "absent") == recorded
    assert refusal(bench.patch, "statefulsets.apps", "absent", {}) == recorded
    assert refusal(bench.delete, "statefulsets.apps", "absent") == recorded
    assert refusal(bench.get, "statefulsets.apps", "absent", "scale") == recorded


def test_an_apply_or_a_lease_may_begin_with_an_update(bench: Bench) -> None:
    request = bench.request("patch", "configmaps", "a", patch_type="apply")
    made, created = bench.registry.patch(request, {"metadata": {"name": "a"}, "data": {"x": "1"}})
    assert created
    assert made["metadata"]["uid"]
    _, created = bench.registry.patch(request, {"metadata": {"name": "a"}, "data": {"x": "2"}})
    assert not created
    lease = {"metadata": {"name": "node-1", "resourceVersion": "1"}, "spec": {}}
    request = bench.request("update", "leases.coordination.k8s.io", "node-1")
    assert bench.registry.update(request, lease)[1]


def test_unknown_subresources(bench: Bench) -> None:
    bench.create("statefulsets.apps", statefulset())
    recorded = answer("k02", "unknown subresource")
    found = refusal(bench.patch, "statefulsets.apps", "web", {}, subresource="nosub")
    assert found["message"] == recorded["message"]
    found = refusal(bench.create, "pods", {}, subresource="eviction")
    assert found["code"] == 404


def test_other_rooms_serve_subresources(bench: Bench) -> None:
    bench.registry.handlers["pods", "eviction"] = lambda request, body: {"of": request.name, **body}
    request = bench.request("create", "pods", "web-0", subresource="eviction")
    assert bench.registry.create(request, {"x": 1}) == {"of": "web-0", "x": 1}
    assert request.kind == ("policy/v1", "Eviction")


# -- scale


def test_scale(bench: Bench) -> None:
    made = bench.create("statefulsets.apps", statefulset())
    seen = bench.get("statefulsets.apps", "web", "scale")
    recorded = answer("k07", "PATCH scale to 2")
    assert set(seen["metadata"]) - {"resourceVersion"} == set(recorded["metadata"])
    assert seen["spec"] == {"replicas": 1}
    assert seen["status"] == {"replicas": 0, "selector": "app=web"}
    found = bench.patch("statefulsets.apps", "web", {"spec": {"replicas": 2}}, subresource="scale")
    assert found["spec"] == {"replicas": 2}
    assert found["kind"] == "Scale"
    stored = bench.get("statefulsets.apps", "web")
    assert stored["metadata"]["generation"] == 2
    assert stored["spec"]["template"] == made["spec"]["template"]
    empty = {"metadata": {"name": "web"}, "spec": {}}
    none = bench.update("statefulsets.apps", "web", empty, subresource="scale")
    assert none["spec"] == answer("k02", "PUT scale 0")["spec"] == {}
    below = {"metadata": {"name": "web"}, "spec": {"replicas": -2}}
    assert refusal(bench.update, "statefulsets.apps", "web", below, subresource="scale") == answer(
        "k02", "PUT scale -2"
    )
    found = refusal(bench.update, "statefulsets.apps", "web", seen, subresource="scale")
    assert found == answer("k02", "PUT with a stale resourceVersion")


# -- binding


def test_binding_gives_a_pod_its_node(bench: Bench) -> None:
    zone = {"topology.kubernetes.io/zone": "zone-1", "other": "x"}
    bench.create("nodes", {"metadata": {"name": "node-1", "labels": zone}})
    made = bench.create("pods", pod())
    body = {"metadata": {"uid": made["metadata"]["uid"]}, "target": {"name": "node-1"}}
    request = bench.request("create", "pods", "web-0", subresource="binding")
    assert bench.registry.create(request, body)["status"] == "Success"
    bound = bench.get("pods", "web-0")
    assert bound["spec"]["nodeName"] == "node-1"
    assert bound["metadata"]["labels"] == {"topology.kubernetes.io/zone": "zone-1"}
    assert bound["metadata"]["generation"] == 1
    assert [(one["type"], one["status"]) for one in bound["status"]["conditions"]] == [
        ("PodScheduled", "True")
    ]
    found = refusal(bench.registry.create, request, body)
    assert (found["code"], found["message"]) == (
        409,
        'Operation cannot be fulfilled on pods "web-0": pod web-0 is already assigned to node '
        '"node-1"',
    )
    other = {"metadata": {"uid": "other"}, "target": {"name": "node-1"}}
    assert refusal(bench.registry.create, request, other)["code"] == 409


JSON = st.recursive(
    st.none() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=2), inner),
    max_leaves=8,
)


@given(st.dictionaries(st.text(max_size=2), JSON), JSON)
def test_a_merge_patch_applied_twice_is_applied_once(target: Obj, patch: Any) -> None:
    once = merge(target, patch)
    assert merge(once, patch) == once

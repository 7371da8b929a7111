"""Deletions: grace, finalizers, propagation, preconditions."""

from typing import Any

import pytest

from tests.offline.bench import Bench, Obj, pod, statefulset
from tests.offline.recordings import answer, recording, step
from tests.offline.test_registry import refusal, same
from tutor.offline.deletion import options_of
from tutor.offline.errors import ApiError
from tutor.offline.store import Change

START = 1_767_225_600.0


@pytest.fixture
def bench() -> Bench:
    return Bench()


def changes(bench: Bench, since: int) -> list[tuple[str, Obj]]:
    """The kind of each change since a version, and what it made of the metadata."""

    def seen(change: Change) -> tuple[str, Obj]:
        metadata = change.last["metadata"]
        wanted = ("generation", "deletionTimestamp", "deletionGracePeriodSeconds", "finalizers")
        return change.type, {name: metadata[name] for name in wanted if name in metadata}

    return [seen(change) for change in bench.runner.store.since(since)]


def recorded(short: str, description: str, kind: str) -> list[str]:
    """What a recording's watch saw happen to the objects of a kind in a step, until a new one."""
    found = []
    for event in step(short, description)["watch_events"]:
        if event["kind"] == kind:
            if event["watch"] == "ADDED":
                break
            if event["watch"] == "DELETED" or "metadata" in event["diff"]:
                found.append(event["watch"])
    return found


def test_a_status_answers_the_deletion_of_what_is_gone_at_once(bench: Bench) -> None:
    made = bench.create("statefulsets.apps", statefulset())
    before = bench.runner.store.version
    found = bench.delete("statefulsets.apps", "web")
    assert changes(bench, before) == [("DELETED", {"generation": 1})]
    wanted = answer("a20", "delete StatefulSet web")
    assert found == {**wanted, "details": {**wanted["details"], "uid": made["metadata"]["uid"]}}


def test_a_running_pod_is_given_its_grace(bench: Bench) -> None:
    bench.create("pods", pod(node="node-1", terminationGracePeriodSeconds=2))
    before = bench.runner.store.version
    found = bench.delete("pods", "web-0")
    assert found["kind"] == "Pod"
    marked = {
        "generation": 2,
        "deletionTimestamp": "2026-01-01T00:00:02Z",
        "deletionGracePeriodSeconds": 2,
    }
    assert changes(bench, before) == [("MODIFIED", marked)]
    again = bench.delete("pods", "web-0")  # waits as long as before
    assert again == found
    longer = bench.delete("pods", "web-0", {"gracePeriodSeconds": 30})
    assert longer == found
    shorter = bench.delete("pods", "web-0", {"gracePeriodSeconds": 1})
    assert shorter["metadata"]["deletionTimestamp"] == "2026-01-01T00:00:01Z"
    assert shorter["metadata"]["generation"] == 2
    bench.delete("pods", "web-0", {"gracePeriodSeconds": 0})  # as a kubelet ends it
    kinds = [kind for kind, _ in changes(bench, before)]
    assert kinds == ["MODIFIED", "MODIFIED", "MODIFIED", "DELETED"]
    assert recorded("a13", "delete Pod web-1", "Pod") == ["MODIFIED", "MODIFIED", "DELETED"]
    assert not bench.exists("pods", "web-0")


def test_grace_0_is_marked_and_gone(bench: Bench) -> None:
    bench.create("pods", pod(node="node-1", terminationGracePeriodSeconds=30))
    before = bench.runner.store.version
    found = bench.delete("pods", "web-0", {"gracePeriodSeconds": 0})
    marked = {
        "generation": 2,
        "deletionTimestamp": "2026-01-01T00:00:00Z",
        "deletionGracePeriodSeconds": 0,
    }
    assert changes(bench, before) == [("MODIFIED", marked), ("DELETED", marked)]
    assert recorded("a16", "delete Pod web-1 grace=0", "Pod") == ["MODIFIED", "DELETED"]
    assert found["metadata"]["deletionGracePeriodSeconds"] == 0


@pytest.mark.parametrize("why", ["unscheduled", "failed", "succeeded"])
def test_a_pod_that_does_not_run_goes_at_once(bench: Bench, why: str) -> None:
    node = "" if why == "unscheduled" else "node-1"
    bench.create("pods", pod(node=node, terminationGracePeriodSeconds=30))
    if node:
        bench.patch("pods", "web-0", {"status": {"phase": why.title()}}, subresource="status")
    bench.delete("pods", "web-0")
    assert not bench.exists("pods", "web-0")


def test_a_negative_grace_is_one_second(bench: Bench) -> None:
    bench.create("pods", pod(node="node-1", terminationGracePeriodSeconds=-1))
    assert bench.delete("pods", "web-0")["metadata"]["deletionGracePeriodSeconds"] == 1


def test_finalizers_hold_an_object(bench: Bench) -> None:
    body = {"metadata": {"name": "data-web-0", "finalizers": ["kubernetes.io/pvc-protection"]}}
    bench.create("persistentvolumeclaims", body)
    before = bench.runner.store.version
    found = bench.delete("persistentvolumeclaims", "data-web-0")
    metadata = answer("d03", "delete PersistentVolumeClaim data-web-1")["metadata"]
    for field in ("deletionGracePeriodSeconds", "finalizers"):
        assert found["metadata"][field] == metadata[field]
    bench.delete("persistentvolumeclaims", "data-web-0")
    assert len(changes(bench, before)) == 1  # a second deletion changes nothing
    lift = {"metadata": {"deletionTimestamp": None}}
    assert (
        "deletionTimestamp" in bench.patch("persistentvolumeclaims", "data-web-0", lift)["metadata"]
    )
    bench.patch("persistentvolumeclaims", "data-web-0", {"metadata": {"finalizers": None}})
    assert [kind for kind, _ in changes(bench, before)] == ["MODIFIED", "DELETED"]


def test_a_pod_with_a_finalizer_outlives_its_grace(bench: Bench) -> None:
    body = pod(node="node-1", terminationGracePeriodSeconds=5)
    bench.create("pods", {**body, "metadata": {"name": "web-0", "finalizers": ["a/b"]}})
    bench.delete("pods", "web-0")
    bench.delete("pods", "web-0", {"gracePeriodSeconds": 0})
    assert bench.exists("pods", "web-0")
    bench.patch("pods", "web-0", {"metadata": {"finalizers": []}})
    assert not bench.exists("pods", "web-0")


def test_a_finalizer_lifted_within_the_grace_does_not_end_it(bench: Bench) -> None:
    body = pod(node="node-1", terminationGracePeriodSeconds=5)
    bench.create("pods", {**body, "metadata": {"name": "web-0", "finalizers": ["a/b"]}})
    bench.delete("pods", "web-0")
    bench.patch("pods", "web-0", {"metadata": {"finalizers": []}})
    assert bench.exists("pods", "web-0")


@pytest.mark.parametrize(
    ("policy", "finalizer", "short"),
    [("Foreground", "foregroundDeletion", "a22"), ("Orphan", "orphan", "a23")],
)
def test_propagation_leaves_the_rest_to_the_garbage_collector(
    bench: Bench, policy: str, finalizer: str, short: str
) -> None:
    bench.create("statefulsets.apps", statefulset())
    found = bench.delete("statefulsets.apps", "web", {"propagationPolicy": policy})
    body = answer(short, f"delete StatefulSet web propagationPolicy={policy}")
    for field in ("generation", "deletionGracePeriodSeconds", "finalizers"):
        assert found["metadata"][field] == body["metadata"][field]
    assert found["metadata"]["finalizers"] == [finalizer]
    bench.patch("statefulsets.apps", "web", {"metadata": {"finalizers": None}})
    assert not bench.exists("statefulsets.apps", "web")


def test_background_takes_the_collectors_finalizers_away(bench: Bench) -> None:
    bench.create("statefulsets.apps", statefulset())
    bench.delete("statefulsets.apps", "web", {"propagationPolicy": "Orphan"})
    bench.delete("statefulsets.apps", "web")  # as asked before
    assert bench.get("statefulsets.apps", "web")["metadata"]["finalizers"] == ["orphan"]
    bench.delete("statefulsets.apps", "web", {"propagationPolicy": "Background"})
    assert not bench.exists("statefulsets.apps", "web")


def test_the_older_way_to_orphan(bench: Bench) -> None:
    bench.create("statefulsets.apps", statefulset())
    found = bench.delete("statefulsets.apps", "web", {"orphanDependents": True})
    assert found["metadata"]["finalizers"] == ["orphan"]


def test_preconditions(bench: Bench) -> None:
    made = bench.create("statefulsets.apps", statefulset())
    body = {"preconditions": {"uid": "11111111-2222-3333-4444-555555555555"}}
    found = refusal(bench.delete, "statefulsets.apps", "web", body)
    assert same(found, answer("k02", "delete with a wrong uid precondition"))
    found = refusal(
        bench.delete, "statefulsets.apps", "web", {"preconditions": {"resourceVersion": "1"}}
    )
    wanted = answer("k02", "delete with a wrong resourceVersion precondition")
    version = made["metadata"]["resourceVersion"]
    assert found == {**wanted, "message": wanted["message"].replace("19432", version)}
    right = {"uid": made["metadata"]["uid"], "resourceVersion": version}
    bench.delete("statefulsets.apps", "web", {"preconditions": right})
    assert not bench.exists("statefulsets.apps", "web")


def test_options_are_checked() -> None:
    with pytest.raises(ApiError) as refused:
        options_of({"propagationPolicy": "Nonsense"})
    wanted = answer("k02", "delete StatefulSet web propagationPolicy=Nonsense")
    assert refused.value.status() == wanted
    with pytest.raises(ApiError) as refused:
        options_of({"dryRun": ["Some"]})
    text = 'dryRun: Unsupported value: ["Some"]: supported values: "All"'
    assert refused.value.message == f'DeleteOptions.meta.k8s.io "" is invalid: {text}'
    with pytest.raises(ApiError, match="cannot be both set"):
        options_of({"propagationPolicy": "Orphan", "orphanDependents": True})
    wrong: list[Any] = [
        {"gracePeriodSeconds": "1"},
        {"gracePeriodSeconds": True},
        {"orphanDependents": "x"},
        {"propagationPolicy": 1},
        {"preconditions": []},
        {"dryRun": "All"},
        [],
    ]
    for body in wrong:
        with pytest.raises(ApiError) as refused:
            options_of(body)
        assert refused.value.code == 400
    assert options_of(None) == options_of({})


def test_a_namespace_waits_for_its_controller(bench: Bench) -> None:
    made = bench.get("namespaces", "NS")
    assert made["metadata"]["labels"] == {"kubernetes.io/metadata.name": "NS"}
    assert made["spec"] == {"finalizers": ["kubernetes"]}
    found = bench.delete("namespaces", "NS")
    recorded_ = next(
        one["result"]["body"]
        for one in recording("a37")["steps"]
        if one["desc"] == "delete namespace"
    )
    assert set(found["metadata"]) - {"resourceVersion"} == set(recorded_["metadata"])
    assert (found["spec"], found["status"]) == (recorded_["spec"], recorded_["status"])
    assert bench.delete("namespaces", "NS") == found
    sly = bench.update("namespaces", "NS", {**found, "spec": {}})
    assert sly["spec"] == {"finalizers": ["kubernetes"]}
    bench.update("namespaces", "NS", {**sly, "spec": {"finalizers": []}}, subresource="finalize")
    assert not bench.exists("namespaces", "NS")


@pytest.mark.parametrize("name", ["default", "kube-system", "kube-public"])
def test_some_namespaces_stay(bench: Bench, name: str) -> None:
    bench.create("namespaces", {"metadata": {"name": name}})
    found = refusal(bench.delete, "namespaces", name)
    assert found["code"] == 403
    assert found["message"] == (
        f'namespaces "{name}" is forbidden: this namespace may not be deleted'
    )


def test_a_collection_is_deleted_one_by_one(bench: Bench) -> None:
    for name in ("s0", "s1", "s2"):
        bench.create("statefulsets.apps", statefulset(name))
    request = bench.request("deletecollection", "statefulsets.apps")
    found = bench.registry.delete_collection(
        request, options_of(None), lambda obj: obj["metadata"]["name"] != "s1"
    )
    assert [obj["metadata"]["name"] for obj in found] == ["s0", "s2"]
    assert not bench.exists("statefulsets.apps", "s0")
    assert bench.exists("statefulsets.apps", "s1")

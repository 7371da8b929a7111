"""What goes with its owner, what waits for it, and what is let go."""

import pytest

from tests.offline.controllers.cluster import CLAIMS, PODS, SETS, Cluster, recorded_set
from tutor.offline.objects import Obj

REVISIONS, CONFIG = "controllerrevisions.apps", "configmaps"


@pytest.fixture
def cluster() -> Cluster:
    return Cluster()


def ready(cluster: Cluster) -> None:
    cluster.create(SETS, recorded_set())
    cluster.settle()
    assert cluster.get(SETS, "web")["status"]["readyReplicas"] == 3


def config(name: str, *owners: Obj, blocking: bool = True) -> Obj:
    references = [
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "name": one["metadata"]["name"],
            "uid": one["metadata"]["uid"],
            "blockOwnerDeletion": blocking,
        }
        for one in owners
    ]
    return {"metadata": {"name": name, "ownerReferences": references}}


def test_in_the_background_the_owner_goes_first_and_claims_stay(cluster: Cluster) -> None:
    ready(cluster)
    cluster.delete(SETS, "web")
    assert cluster.gone(SETS, "web")
    assert len(cluster.names(PODS)) == 3
    cluster.settle()
    assert cluster.names(PODS) == cluster.names(REVISIONS) == []
    assert len(cluster.names(CLAIMS)) == 3


def test_in_the_foreground_the_owner_waits_for_its_pods(cluster: Cluster) -> None:
    ready(cluster)
    cluster.delete(SETS, "web", propagation="Foreground")
    cluster.run(0.1)
    waiting = cluster.get(SETS, "web")
    assert waiting["metadata"]["finalizers"] == ["foregroundDeletion"]
    assert all("deletionTimestamp" in one["metadata"] for one in cluster.store.list(PODS))
    cluster.settle()
    assert cluster.gone(SETS, "web")
    assert cluster.names(PODS) == cluster.names(REVISIONS) == []


def test_orphans_keep_running_and_are_taken_up_again(cluster: Cluster) -> None:
    ready(cluster)
    uids = {one["metadata"]["uid"] for one in cluster.store.list(PODS)}
    cluster.delete(SETS, "web", propagation="Orphan")
    cluster.settle()
    assert cluster.gone(SETS, "web")
    for one in (*cluster.store.list(PODS), *cluster.store.list(REVISIONS)):
        assert "ownerReferences" not in one["metadata"]
    cluster.create(SETS, recorded_set())
    cluster.settle()
    owner = cluster.get(SETS, "web")["metadata"]["uid"]
    for one in (*cluster.store.list(PODS), *cluster.store.list(REVISIONS)):
        assert [ref["uid"] for ref in one["metadata"]["ownerReferences"]] == [owner]
    assert {one["metadata"]["uid"] for one in cluster.store.list(PODS)} == uids


def test_an_owner_that_never_was(cluster: Cluster) -> None:
    ghost = {"metadata": {"name": "ghost", "uid": "00000000-0000-4000-8000-000000000000"}}
    cluster.create(CONFIG, config("child", ghost))
    cluster.settle()
    assert cluster.gone(CONFIG, "child")


def test_one_living_owner_is_enough_and_the_dead_one_is_dropped(cluster: Cluster) -> None:
    first, second = (
        cluster.create(CONFIG, config("first")),
        cluster.create(CONFIG, config("second")),
    )
    cluster.create(CONFIG, config("child", first, second))
    cluster.delete(CONFIG, "first")
    cluster.settle()
    left = cluster.get(CONFIG, "child")["metadata"]["ownerReferences"]
    assert [one["name"] for one in left] == ["second"]
    cluster.delete(CONFIG, "second")
    cluster.settle()
    assert cluster.gone(CONFIG, "child")


def test_a_namesake_is_no_owner(cluster: Cluster) -> None:
    first = cluster.create(CONFIG, config("parent"))
    cluster.create(CONFIG, config("child", first))
    cluster.delete(CONFIG, "parent")
    cluster.create(CONFIG, config("parent"))
    cluster.settle()
    assert cluster.gone(CONFIG, "child")
    cluster.get(CONFIG, "parent")


def test_grandchildren_go_before_their_parents_in_the_foreground(cluster: Cluster) -> None:
    parent = cluster.create(CONFIG, config("parent"))
    child = cluster.create(CONFIG, config("child", parent))
    cluster.create(CONFIG, config("grandchild", child))
    cluster.settle()
    before = cluster.store.version
    cluster.delete(CONFIG, "parent", propagation="Foreground")
    cluster.settle()
    gone = [one.key for one in cluster.runner.history(before) if one.after is None]
    assert gone == ["default/grandchild", "default/child", "default/parent"]


def test_a_dependent_that_does_not_block_is_not_waited_for(cluster: Cluster) -> None:
    parent = cluster.create(CONFIG, config("parent"))
    child = config("child", parent, blocking=False)
    child["metadata"]["finalizers"] = ["example.com/wait"]
    cluster.create(CONFIG, child)
    cluster.delete(CONFIG, "parent", propagation="Foreground")
    cluster.settle()
    assert cluster.gone(CONFIG, "parent")
    assert "deletionTimestamp" in cluster.get(CONFIG, "child")["metadata"]


def test_a_kind_nobody_serves_keeps_its_dependents(cluster: Cluster) -> None:
    child = config("child")
    owner = {"apiVersion": "example.com/v1", "kind": "Thing", "name": "x", "uid": "u"}
    child["metadata"]["ownerReferences"] = [owner]
    cluster.create(CONFIG, child)
    cluster.settle()
    cluster.get(CONFIG, "child")


def test_an_owner_in_another_namespace_is_told_and_does_not_count(cluster: Cluster) -> None:
    cluster.create("namespaces", {"metadata": {"name": "lab"}})
    owner = cluster.create(CONFIG, config("parent"), namespace="lab")
    cluster.create(CONFIG, config("child", owner))
    cluster.settle()
    assert cluster.gone(CONFIG, "child")
    ((kind, reason, message),) = cluster.events("ConfigMap")
    assert (kind, reason) == ("Warning", "OwnerRefInvalidNamespace")
    assert message.endswith('does not exist in namespace "default"')


def test_foreground_may_be_asked_for_while_something_else_holds_the_owner(
    cluster: Cluster,
) -> None:
    owner = config("parent")
    owner["metadata"]["finalizers"] = ["example.com/wait"]
    parent = cluster.create(CONFIG, owner)
    cluster.create(CONFIG, config("child", parent))
    cluster.delete(CONFIG, "parent", propagation="Background")
    cluster.settle()
    cluster.delete(CONFIG, "parent", propagation="Foreground")
    cluster.settle()
    assert cluster.gone(CONFIG, "child")
    cluster.patch(CONFIG, "parent", {"metadata": {"finalizers": None}})
    cluster.settle()
    assert cluster.gone(CONFIG, "parent")

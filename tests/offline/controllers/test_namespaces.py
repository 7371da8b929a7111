"""What a namespace has from the start, and how it goes."""

from tests.offline.controllers.cluster import CLAIMS, PODS, SETS, Cluster, pod, recorded_set

NAMESPACES = "namespaces"


def test_a_new_namespace_has_an_account_and_a_certificate() -> None:
    cluster = Cluster()
    cluster.create(NAMESPACES, {"metadata": {"name": "lab"}})
    cluster.settle()
    assert cluster.store.get("serviceaccounts", "lab/default") is not None
    found = cluster.store.get("configmaps", "lab/kube-root-ca.crt")
    assert found is not None
    assert list(found["data"]) == ["ca.crt"]
    assert "kubernetes.io/description" in found["metadata"]["annotations"]


def test_both_come_back() -> None:
    cluster = Cluster()
    cluster.delete("serviceaccounts", "default")
    cluster.delete("configmaps", "kube-root-ca.crt")
    cluster.settle()
    cluster.get("serviceaccounts", "default")
    cluster.patch("configmaps", "kube-root-ca.crt", {"data": {"ca.crt": "mine"}})
    cluster.settle()
    assert cluster.get("configmaps", "kube-root-ca.crt")["data"]["ca.crt"] != "mine"


def test_a_deleted_namespace_takes_everything_with_it_pods_first() -> None:
    cluster = Cluster()
    cluster.create(NAMESPACES, {"metadata": {"name": "lab"}})
    cluster.settle()
    cluster.create(SETS, recorded_set(), namespace="lab")
    cluster.settle()
    before = cluster.store.version
    cluster.delete(NAMESPACES, "lab")
    cluster.settle(quiet=6)
    assert cluster.gone(NAMESPACES, "lab")
    for resource in cluster.store.resources():
        assert not list(cluster.store.list(resource, "lab")), resource
    gone = [
        change.resource
        for change in cluster.runner.history(before)
        if change.after is None and change.key.startswith("lab/")
    ]
    assert gone.index(SETS) > max(i for i, one in enumerate(gone) if one == PODS)
    assert gone.index(CLAIMS) > gone.index(SETS)
    assert not list(cluster.store.list("persistentvolumes"))


def test_what_holds_a_namespace_is_said() -> None:
    cluster = Cluster()
    cluster.create(NAMESPACES, {"metadata": {"name": "lab"}})
    cluster.settle()
    held = pod()
    held["metadata"]["finalizers"] = ["example.com/wait"]
    cluster.create(PODS, held, namespace="lab")
    cluster.settle()
    cluster.delete(NAMESPACES, "lab")
    cluster.run(20)
    found = cluster.store.get(NAMESPACES, "lab")
    assert found is not None
    said = {one["type"]: (one["status"], one["message"]) for one in found["status"]["conditions"]}
    assert said["NamespaceContentRemaining"] == (
        "True",
        "Some resources are remaining: configmaps. has 1 resource instances, events. has 1 "
        "resource instances, pods. has 1 resource instances, serviceaccounts. has 1 resource "
        "instances",
    )
    assert said["NamespaceFinalizersRemaining"] == (
        "True",
        "Some content in the namespace has finalizers remaining: example.com/wait in 1 resource "
        "instances",
    )
    assert said["NamespaceDeletionContentFailure"][0] == "False"

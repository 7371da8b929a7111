"""A plane that is restarted at any moment comes to the same end."""

import random

from tests.offline.controllers.cluster import (
    CLAIMS,
    CLASSES,
    PODS,
    VOLUMES,
    Cluster,
    claim,
    mounting,
    pod,
)
from tests.offline.controllers.test_deployment import DEPLOYMENTS, deployment, image
from tutor.offline.controllers.attachment import on
from tutor.offline.controllers.resizing import BEFORE_RESIZE
from tutor.offline.embed import fork
from tutor.offline.objects import Obj, meta
from tutor.offline.runner import Runner
from tutor.offline.store import Store

LARGER: Obj = {"spec": {"resources": {"requests": {"storage": "2Gi"}}}}


def parted(runner: Runner, since: int) -> list[tuple[int, Store]]:
    """What becomes of a cluster that is restarted at each of its versions."""
    ends = []
    for change in list(runner.history(since)):
        if meta(change.after or {}).get("deletionGracePeriodSeconds") == 0:
            continue  # half of one request: the Pod goes with the next write
        other = fork(runner, change.version, random.Random(3))
        assert other.settle()
        ends.append((change.version, other.store))
    assert len(ends) > 10
    return ends


def get(store: Store, resource: str, name: str) -> Obj:
    found = store.get(resource, f"default/{name}")
    assert found is not None, name
    return found


def test_while_a_pod_with_a_disk_comes_up() -> None:
    cluster = Cluster()
    body = {"metadata": {"name": "disk"}, "provisioner": "disk.csi.sts-tutor.dev"}
    cluster.create(CLASSES, {**body, "volumeBindingMode": "WaitForFirstConsumer"})
    cluster.create(CLAIMS, claim(storageClassName="disk"))
    before = cluster.store.version
    first = [{"name": name, "image": "busybox"} for name in ("one", "two")]
    first.append({"name": "side", "image": "proxy", "restartPolicy": "Always"})
    cluster.create(PODS, pod("db", volumes=mounting("data"), initContainers=first))
    cluster.settle()
    for version, store in parted(cluster.runner, before):
        status = get(store, PODS, "db")["status"]
        assert status["phase"] == "Running", version
        assert all(one["ready"] for one in status["initContainerStatuses"]), version
        assert get(store, CLAIMS, "data")["status"]["phase"] == "Bound", version
        assert len([one for node in store.list("nodes") for one in on(node)]) == 1, version


def test_while_a_volume_grows() -> None:
    cluster = Cluster()
    body = {"metadata": {"name": "disk"}, "provisioner": "disk.csi.sts-tutor.dev"}
    cluster.create(CLASSES, {**body, "allowVolumeExpansion": True})
    cluster.create(CLAIMS, claim(storageClassName="disk"))
    cluster.create(PODS, pod("db", volumes=mounting("data")))
    cluster.settle()
    before = cluster.store.version
    cluster.patch(CLAIMS, "data", LARGER)
    cluster.settle()
    for version, store in parted(cluster.runner, before):
        status = get(store, CLAIMS, "data")["status"]
        assert status["capacity"] == {"storage": "2Gi"}, version
        assert "conditions" not in status, version
        (volume,) = store.list(VOLUMES)
        assert BEFORE_RESIZE not in volume["metadata"]["annotations"], version


def test_while_a_deployment_is_updated() -> None:
    cluster = Cluster()
    cluster.create(DEPLOYMENTS, deployment(3))
    cluster.settle()
    before = cluster.store.version
    cluster.patch(DEPLOYMENTS, "shop", image("nginx:1.26"), "strategic")
    cluster.settle()
    for version, store in parted(cluster.runner, before):
        status = get(store, DEPLOYMENTS, "shop")["status"]
        assert (status["updatedReplicas"], status["availableReplicas"]) == (3, 3), version
        assert len(list(store.list(PODS))) == 3, version

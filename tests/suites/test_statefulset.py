"""StatefulSets as ``test/e2e/apps/statefulset.go`` of Kubernetes expects them."""

import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from kubernetes.client.exceptions import ApiException

from tests.suites.samples import (
    HOLD,
    LABELS,
    NEW,
    NS,
    OLD,
    SELECTOR,
    Set,
    is_ready,
    names,
    pod,
    stateful_set,
)
from tests.suites.server import Cluster


def test_identity(cluster: Cluster) -> None:
    web = Set(cluster, stateful_set(claims=True))
    web.wait_ready(0, 1, 2)
    for ordinal, one in web.pods().items():
        name = f"ss-{ordinal}"
        assert (one.metadata.name, one.spec.hostname, one.spec.subdomain) == (name, name, "test")
        assert one.metadata.labels["statefulset.kubernetes.io/pod-name"] == name
        assert one.metadata.labels["apps.kubernetes.io/pod-index"] == str(ordinal)
        assert one.metadata.generate_name == "ss-"
        (owner,) = one.metadata.owner_references
        assert (owner.kind, owner.name, owner.controller) == ("StatefulSet", "ss", True)
        assert owner.block_owner_deletion is True
        volume = next(v for v in one.spec.volumes if v.name == "datadir")
        assert volume.persistent_volume_claim.claim_name == f"datadir-{name}"
        found = cluster.core.read_namespaced_persistent_volume_claim(f"datadir-{name}", NS)
        assert found.status.phase == "Bound"
        assert found.metadata.labels == LABELS
        assert found.metadata.owner_references is None
    before = {one.metadata.name: one.metadata.uid for one in web.pods().values()}
    web.delete_pods(0, 1, 2)
    web.wait_ready(0, 1, 2)
    after = {one.metadata.name: one.metadata.uid for one in web.pods().values()}
    assert before.keys() == after.keys()
    assert not set(before.values()) & set(after.values())


def test_orphans_are_adopted_and_others_released(cluster: Cluster) -> None:
    web = Set(cluster, stateful_set(replicas=1))
    web.wait_ready(0)
    uid = web.read().metadata.uid

    def owned_by(expected: str | None) -> bool:
        owners = cluster.core.read_namespaced_pod("ss-0", NS).metadata.owner_references or []
        return [one.uid for one in owners if one.controller] == ([expected] if expected else [])

    cluster.core.patch_namespaced_pod("ss-0", NS, {"metadata": {"ownerReferences": None}})
    cluster.eventually(lambda: owned_by(uid))
    cluster.core.patch_namespaced_pod("ss-0", NS, {"metadata": {"labels": dict.fromkeys(LABELS)}})
    cluster.eventually(lambda: owned_by(None))
    cluster.core.patch_namespaced_pod("ss-0", NS, {"metadata": {"labels": LABELS}})
    cluster.eventually(lambda: owned_by(uid))


def test_no_deadlock_when_a_predecessor_fails(cluster: Cluster) -> None:
    web = Set(cluster, stateful_set(replicas=2, hold=True))
    web.stays(0)
    web.release(0)
    cluster.eventually(lambda: tuple(web.pods()) == (0, 1))
    assert web.ready() == [0]
    web.delete_pods(0)
    web.stays(0, 1)
    assert web.ready() == []
    web.release(0)
    web.release(1)
    web.wait_ready(0, 1)


@pytest.mark.parametrize("claims", [True, False])
def test_rolling_updates_and_roll_backs(cluster: Cluster, claims: bool) -> None:
    web = Set(cluster, stateful_set(claims=claims))
    web.wait_ready(0, 1, 2)
    web.wait_rolled()
    first = web.read().status.current_revision
    assert web.revisions() == [first] * 3

    web.hold(1)
    web.image(NEW)
    cluster.eventually(lambda: web.read().status.update_revision != first)
    cluster.on_the_plane(lambda runner: runner.advance(runner.clock.now + 30))
    assert web.images() == [OLD, OLD, OLD]  # an unhealthy Pod stops it before the first step
    web.release(1)
    web.wait_rolled()
    second = web.read().status.current_revision
    assert second != first
    assert web.revisions() == [second] * 3
    assert web.images() == [NEW] * 3

    web.hold(1)
    web.image(OLD)
    cluster.eventually(lambda: web.read().status.update_revision == first)
    web.release(1)
    web.wait_rolled()
    assert web.revisions() == [first] * 3
    assert web.images() == [OLD] * 3
    revisions = cluster.apps.list_namespaced_controller_revision(NS).items
    assert {one.metadata.name: one.revision for one in revisions} == {first: 3, second: 2}


def test_canary_and_phased_updates(cluster: Cluster) -> None:
    body = stateful_set(updateStrategy={"type": "RollingUpdate", "rollingUpdate": {"partition": 3}})
    web = Set(cluster, body)
    web.wait_ready(0, 1, 2)
    old = web.read().status.current_revision
    web.image(NEW)
    cluster.eventually(lambda: web.read().status.update_revision != old)
    cluster.on_the_plane(lambda runner: runner.advance(runner.clock.now + 30))
    status = web.read().status
    new = status.update_revision
    assert (status.current_revision, web.revisions()) == (old, [old] * 3)

    def phase(partition: int) -> None:
        web.patch(updateStrategy={"rollingUpdate": {"partition": partition}})
        wanted = [old] * partition + [new] * (3 - partition)
        cluster.eventually(lambda: len(web.ready()) == 3 and web.revisions() == wanted)

    phase(2)
    assert web.images() == [OLD, OLD, NEW]
    web.delete_pods(0, 2)
    web.wait_ready(0, 1, 2)
    assert web.images() == [OLD, OLD, NEW]
    status = web.read().status
    assert (status.updated_replicas, status.current_replicas) == (1, 2)
    phase(1)
    phase(0)
    web.wait_rolled()
    assert web.read().status.current_revision == new


def test_on_delete(cluster: Cluster) -> None:
    web = Set(cluster, stateful_set(updateStrategy={"type": "OnDelete"}))
    web.wait_ready(0, 1, 2)
    old = web.read().status.current_revision
    web.delete_pods(0, 1, 2)
    web.wait_ready(0, 1, 2)
    assert web.revisions() == [old] * 3
    web.image(NEW)
    cluster.eventually(lambda: web.read().status.update_revision != old)
    web.stays(0, 1, 2)
    assert web.images() == [OLD] * 3
    web.delete_pods(0, 1, 2)
    web.wait_ready(0, 1, 2)
    assert web.images() == [NEW] * 3
    assert web.revisions() == [web.read().status.update_revision] * 3


class Seen:
    """What a watch of the Pods sees, in its thread, until it is told to stop."""

    def __init__(self, cluster: Cluster) -> None:
        self.events: list[tuple[str, str]] = []
        self._stopped = False
        version = cluster.core.list_namespaced_pod(NS).metadata.resource_version
        self._thread = threading.Thread(target=self._run, args=(cluster, version), daemon=True)
        self._thread.start()

    def _run(self, cluster: Cluster, version: str) -> None:
        pods = cluster.core.list_namespaced_pod
        while not self._stopped:
            for kind, one in cluster.watch(
                pods, NS, label_selector=SELECTOR, resource_version=version, timeout_seconds=1
            ):
                version = one.metadata.resource_version
                self.events.append((kind, one.metadata.name))

    def stop(self) -> None:
        self._stopped = True
        self._thread.join()

    def of(self, kind: str) -> list[str]:
        return [name for type_, name in self.events if type_ == kind]


def test_scaling_in_order_and_halting_at_the_unhealthy(cluster: Cluster) -> None:
    seen = Seen(cluster)
    web = Set(cluster, stateful_set(replicas=1))
    web.wait_ready(0)
    web.hold(0)
    cluster.eventually(lambda: not web.read().status.ready_replicas)
    web.patch(replicas=3)
    web.stays(0)
    web.release(0)
    web.wait_ready(0, 1, 2)
    for ordinal in (0, 1, 2):
        web.hold(ordinal)
    cluster.eventually(lambda: not web.read().status.ready_replicas)
    web.patch(replicas=0)
    web.stays(0, 1, 2)
    for ordinal in (2, 1):  # the last of the unhealthy may always go
        web.release(ordinal)
    cluster.eventually(lambda: not web.pods())
    cluster.eventually(lambda: len(seen.of("DELETED")) == 3)
    seen.stop()
    assert seen.of("ADDED") == ["ss-0", "ss-1", "ss-2"]
    assert seen.of("DELETED") == ["ss-2", "ss-1", "ss-0"]


def test_bursts_do_not_wait_for_the_unhealthy(cluster: Cluster) -> None:
    web = Set(cluster, stateful_set(replicas=1, hold=True, podManagementPolicy="Parallel"))
    web.stays(0)
    web.patch(replicas=3)
    web.stays(0, 1, 2)
    assert web.ready() == []
    for ordinal in (0, 1, 2):
        web.release(ordinal)
    web.wait_ready(0, 1, 2)
    for ordinal in (0, 1, 2):
        web.hold(ordinal)
    web.patch(replicas=0)
    cluster.eventually(lambda: not web.pods())


def test_a_pod_that_its_node_refuses_is_made_again(cluster: Cluster) -> None:
    port = [{"containerPort": 21017, "hostPort": 21017, "name": "conflict"}]
    taken = pod("test-pod", nodeName="node-1")
    taken["spec"]["containers"][0]["ports"] = port
    cluster.core.create_namespaced_pod(NS, taken)
    cluster.eventually(lambda: is_ready(cluster.core.read_namespaced_pod("test-pod", NS)))
    body = stateful_set(replicas=1)
    body["spec"]["template"]["spec"]["nodeName"] = "node-1"
    body["spec"]["template"]["spec"]["containers"][0]["ports"] = port
    web = Set(cluster, body)
    uids: set[str] = set()

    def again() -> bool:
        uids.update(one.metadata.uid for one in web.pods().values())
        return len(uids) > 1

    cluster.eventually(again)
    failed = cluster.core.list_namespaced_event(
        NS, field_selector="involvedObject.name=ss-0,reason=NodePorts"
    ).items
    assert failed[0].message == (
        "Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports"
    )
    cluster.core.delete_namespaced_pod("test-pod", NS)
    web.wait_ready(0)


def test_scale(cluster: Cluster) -> None:
    web = Set(cluster, stateful_set(replicas=1))
    web.wait_ready(0)
    scale = cluster.apps.read_namespaced_stateful_set_scale("ss", NS)
    assert (scale.kind, scale.api_version) == ("Scale", "autoscaling/v1")
    assert (scale.spec.replicas, scale.status.replicas) == (1, 1)
    assert dict(part.split("=") for part in scale.status.selector.split(",")) == LABELS
    scale.spec.replicas = 2
    scale.metadata.resource_version = None
    made = cluster.apps.replace_namespaced_stateful_set_scale("ss", NS, scale)
    assert made.spec.replicas == 2
    assert web.read().spec.replicas == 2
    made = cluster.apps.patch_namespaced_stateful_set_scale("ss", NS, {"spec": {"replicas": 4}})
    assert made.spec.replicas == 4
    assert web.read().spec.replicas == 4
    made.spec.replicas = 1
    made.metadata.resource_version = scale.metadata.resource_version = "1"
    with pytest.raises(ApiException) as refused:
        cluster.apps.replace_namespaced_stateful_set_scale("ss", NS, made)
    assert refused.value.status == 409


def test_a_collection_is_listed_patched_and_deleted(cluster: Cluster) -> None:
    web = Set(cluster, stateful_set("test-ss", replicas=1))
    web.wait_ready(0)
    everywhere = cluster.apps.list_stateful_set_for_all_namespaces
    assert names(everywhere(label_selector=SELECTOR)) == ["test-ss"]
    patch = {
        "metadata": {"labels": {"test-ss": "patched"}},
        "spec": {
            "replicas": 2,
            "template": {
                "spec": {
                    "terminationGracePeriodSeconds": 10,
                    "containers": [{"name": "webserver", "image": NEW}],
                }
            },
        },
    }
    done = cluster.apps.patch_namespaced_stateful_set("test-ss", NS, patch)
    assert done.metadata.labels["test-ss"] == "patched"
    assert done.spec.template.spec.containers[0].image == NEW
    web.wait_ready(0, 1)
    web.wait_rolled()
    assert names(everywhere(label_selector="test-ss=patched")) == ["test-ss"]
    cluster.apps.delete_collection_namespaced_stateful_set(
        NS, grace_period_seconds=1, label_selector="test-ss=patched"
    )
    cluster.eventually(lambda: not everywhere(label_selector="test-ss=patched").items)
    cluster.eventually(lambda: not web.pods())


def test_the_status_endpoint(cluster: Cluster) -> None:
    web = Set(cluster, stateful_set(replicas=1))
    web.wait_ready(0)
    apps = cluster.apps
    found = apps.read_namespaced_stateful_set_status("ss", NS)
    found.metadata.resource_version = None
    found.status.conditions = [
        {"type": "StatusUpdate", "status": "True", "reason": "E2E", "message": "Set from a test"}
    ]
    made = apps.replace_namespaced_stateful_set_status("ss", NS, found)
    assert [one.type for one in made.status.conditions] == ["StatusUpdate"]
    patch = {"status": {"conditions": [{"type": "StatusPatched", "status": "True"}]}}
    made = apps.patch_namespaced_stateful_set_status("ss", NS, patch)
    assert [one.type for one in made.status.conditions] == ["StatusPatched", "StatusUpdate"]
    unread = apps.patch_namespaced_stateful_set_status("ss", NS, {"spec": {"replicas": 7}})
    assert unread.spec.replicas == 1


def test_min_ready_seconds(cluster: Cluster) -> None:
    web = Set(
        cluster, stateful_set(replicas=2, minReadySeconds=3600, podManagementPolicy="Parallel")
    )
    web.wait_ready(0, 1)
    assert not web.read().status.available_replicas
    cluster.on_the_plane(lambda runner: runner.advance(runner.clock.now + 60))
    assert not web.read().status.available_replicas
    web.patch(minReadySeconds=30)
    cluster.eventually(lambda: web.read().status.available_replicas == 2)
    web.patch(minReadySeconds=3600)
    cluster.eventually(lambda: not web.read().status.available_replicas)
    web.patch(minReadySeconds=0)
    cluster.eventually(lambda: web.read().status.available_replicas == 2)


def test_min_ready_seconds_hold_up_the_next(cluster: Cluster) -> None:
    web = Set(cluster, stateful_set(replicas=2, minReadySeconds=30))
    web.wait_ready(0)
    cluster.on_the_plane(lambda runner: runner.advance(runner.clock.now + 10))
    assert tuple(web.pods()) == (0,)
    cluster.on_the_plane(lambda runner: runner.advance(runner.clock.now + 25))
    web.wait_ready(0, 1)


def _claims(cluster: Cluster) -> list[str]:
    return names(cluster.core.list_namespaced_persistent_volume_claim(NS))


def test_claims_deleted_with_the_set(cluster: Cluster) -> None:
    keep = {"whenDeleted": "Delete", "whenScaled": "Retain"}
    web = Set(cluster, stateful_set(claims=True, persistentVolumeClaimRetentionPolicy=keep))
    web.wait_ready(0, 1, 2)
    assert _claims(cluster) == ["datadir-ss-0", "datadir-ss-1", "datadir-ss-2"]
    web.patch(replicas=1)
    web.wait_ready(0)
    assert len(_claims(cluster)) == 3
    cluster.apps.delete_namespaced_stateful_set("ss", NS)
    cluster.eventually(lambda: not _claims(cluster))
    assert not web.pods()


def test_claims_deleted_after_a_scale_down(cluster: Cluster) -> None:
    keep = {"whenDeleted": "Retain", "whenScaled": "Delete"}
    web = Set(cluster, stateful_set(claims=True, persistentVolumeClaimRetentionPolicy=keep))
    web.wait_ready(0, 1, 2)
    web.patch(replicas=1)
    cluster.eventually(lambda: _claims(cluster) == ["datadir-ss-0"])
    cluster.apps.delete_namespaced_stateful_set("ss", NS)
    cluster.eventually(lambda: not web.pods())
    cluster.on_the_plane(lambda runner: runner.advance(runner.clock.now + 10))
    assert _claims(cluster) == ["datadir-ss-0"]


@pytest.mark.parametrize("when", ["whenDeleted", "whenScaled"])
def test_claims_deleted_after_adoption(cluster: Cluster, when: str) -> None:
    keep = {"whenDeleted": "Retain", "whenScaled": "Retain", when: "Delete"}
    body = stateful_set(claims=True, persistentVolumeClaimRetentionPolicy=keep)
    web = Set(cluster, body)
    web.wait_ready(0, 1, 2)
    cluster.apps.delete_namespaced_stateful_set("ss", NS, propagation_policy="Orphan")
    cluster.eventually(lambda: not cluster.apps.list_namespaced_stateful_set(NS).items)
    cluster.eventually(
        lambda: not any(one.metadata.owner_references for one in web.pods().values())
    )
    assert len(_claims(cluster)) == 3
    web = Set(cluster, body)
    web.wait_ready(0, 1, 2)
    if when == "whenDeleted":
        cluster.apps.delete_namespaced_stateful_set("ss", NS)
        cluster.eventually(lambda: not _claims(cluster))
    else:
        web.patch(replicas=2)
        cluster.eventually(lambda: _claims(cluster) == ["datadir-ss-0", "datadir-ss-1"])


def test_claims_of_another_controller_stay(cluster: Cluster) -> None:
    keep = {"whenDeleted": "Retain", "whenScaled": "Delete"}
    web = Set(cluster, stateful_set(claims=True, persistentVolumeClaimRetentionPolicy=keep))
    web.wait_ready(0, 1, 2)
    other = cluster.core.create_namespaced_config_map(NS, {"metadata": {"name": "other"}})
    owner = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "name": "other",
        "uid": other.metadata.uid,
        "controller": True,
    }
    cluster.core.patch_namespaced_persistent_volume_claim(
        "datadir-ss-2", NS, {"metadata": {"ownerReferences": [owner]}}
    )
    web.patch(replicas=1)
    web.wait_ready(0)
    cluster.eventually(lambda: _claims(cluster) == ["datadir-ss-0", "datadir-ss-2"])
    cluster.on_the_plane(lambda runner: runner.advance(runner.clock.now + 30))
    assert _claims(cluster) == ["datadir-ss-0", "datadir-ss-2"]


def test_the_policy_of_claims_may_change(cluster: Cluster) -> None:
    web = Set(cluster, stateful_set(claims=True))
    web.wait_ready(0, 1, 2)

    def owners() -> list[Any]:
        claims = cluster.core.list_namespaced_persistent_volume_claim(NS).items
        return [one.metadata.owner_references for one in claims]

    web.patch(persistentVolumeClaimRetentionPolicy={"whenDeleted": "Delete"})
    cluster.eventually(lambda: all(owners()))
    web.patch(persistentVolumeClaimRetentionPolicy={"whenDeleted": "Retain"})
    cluster.eventually(lambda: not any(owners()))


def test_a_missing_claim_of_a_pending_pod_is_made_again(cluster: Cluster) -> None:
    for node in ("node-1", "node-2", "node-3"):
        cluster.core.patch_node(node, {"spec": {"unschedulable": True}})
    web = Set(cluster, stateful_set(replicas=1, claims=True))
    cluster.eventually(lambda: tuple(web.pods()) == (0,))
    first = cluster.eventually(lambda: cluster.core.list_namespaced_persistent_volume_claim(NS))
    uid = first.items[0].metadata.uid
    cluster.core.patch_namespaced_persistent_volume_claim(
        "datadir-ss-0", NS, {"metadata": {"finalizers": None}}
    )
    cluster.core.delete_namespaced_persistent_volume_claim("datadir-ss-0", NS)

    def again() -> bool:
        found = cluster.core.list_namespaced_persistent_volume_claim(NS).items
        return bool(found) and found[0].metadata.uid != uid

    cluster.eventually(again)
    for node in ("node-1", "node-2", "node-3"):
        cluster.core.patch_node(node, {"spec": {"unschedulable": None}})
    web.wait_ready(0)


@pytest.mark.parametrize(
    ("before", "after", "first", "then"),
    [
        (None, 2, (0, 1), (2, 3)),
        (2, 4, (2, 3), (4, 5)),
        (3, 2, (3, 4), (2, 3)),
        (3, None, (3, 4), (0, 1)),
    ],
)
def test_start_ordinals(
    cluster: Cluster,
    before: int | None,
    after: int | None,
    first: tuple[int, ...],
    then: tuple[int, ...],
) -> None:
    body = stateful_set(replicas=2)
    if before is not None:
        body["spec"]["ordinals"] = {"start": before}
    web = Set(cluster, body)
    web.wait_ready(*first)
    web.patch(ordinals=None if after is None else {"start": after})
    web.wait_ready(*then)


def test_max_unavailable(clusters: Callable[..., Cluster]) -> None:
    cluster = clusters(gates={"MaxUnavailableStatefulSet": True})
    rolling = {"rollingUpdate": {"maxUnavailable": 2}}
    web = Set(cluster, stateful_set(replicas=4, updateStrategy=rolling))
    web.wait_ready(0, 1, 2, 3)
    web.patch(template={"metadata": {"annotations": {HOLD: "true"}}})
    web.stays(0, 1, 2)  # two are taken down at once; they come back in order
    assert web.ready() == [0, 1]
    new = web.read().status.update_revision

    def renewed(ordinal: int) -> bool:
        found = web.pods().get(ordinal)
        return found is not None and found.metadata.labels["controller-revision-hash"] == new

    for ordinal in (2, 3, 0, 1):
        cluster.eventually(partial(renewed, ordinal))
        assert len(web.ready()) >= 2
        web.release(ordinal)
        cluster.eventually(lambda: ordinal in web.ready())  # noqa: B023
    web.wait_rolled()


@pytest.mark.parametrize("phase", ["Failed", "Succeeded"])
@pytest.mark.parametrize("policy", ["OrderedReady", "Parallel"])
def test_ended_pods_are_made_again(cluster: Cluster, phase: str, policy: str) -> None:
    web = Set(cluster, stateful_set(podManagementPolicy=policy))
    web.wait_ready(0, 1, 2)
    uid = web.pods()[1].metadata.uid
    knob = {"metadata": {"annotations": {"sts-tutor.dev/phase": phase}}}
    cluster.core.patch_namespaced_pod("ss-1", NS, knob)
    cluster.eventually(lambda: (now := web.pods().get(1)) and now.metadata.uid != uid)
    web.wait_ready(0, 1, 2)


def test_a_set_is_deleted_while_it_is_scaled_up(cluster: Cluster) -> None:
    web = Set(cluster, stateful_set(replicas=3, hold=True))
    cluster.eventually(web.pods)
    cluster.apps.delete_namespaced_stateful_set("ss", NS)
    cluster.eventually(lambda: not web.pods())
    cluster.on_the_plane(lambda runner: runner.advance(runner.clock.now + 30))
    assert not web.pods()
    with pytest.raises(ApiException) as gone:
        web.read()
    assert gone.value.status == 404

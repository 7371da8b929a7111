"""What the set says it waits for."""

from functools import partial
from typing import Any

from tests.offline.statefulset.common import retention, scaled_down_and_back, spec, started
from tests.offline.statefulset.fake import Cluster
from tests.offline.statefulset.samples import CLAIMS, NS, PODS, SETS, image, stateful_set
from tutor.offline.controllers.statefulset import Reason, Step, Waiting, explain
from tutor.offline.objects import meta
from tutor.offline.plan import Key

KEY = Key(NS, "web")


def hold(*ordinals: int) -> dict[str, Any]:
    template = stateful_set()["spec"]["template"]
    text = ",".join(map(str, ordinals))
    template["metadata"]["annotations"] = {"fake/hold-ordinals": text}
    return {"template": template}


def test_nothing_waits_where_all_is_well() -> None:
    assert explain(started(), KEY) == ()
    assert explain(Cluster(), KEY) == ()


def test_later_pods_wait_for_the_first_that_is_not_ready() -> None:
    cluster = started(replicas=4, **hold(1))
    assert explain(cluster, KEY) == (
        Waiting("web-1", Step.WAIT, Reason.NOT_READY, "web-1"),
        Waiting("web-2", Step.CREATE, Reason.NOT_READY, "web-1"),
        Waiting("web-3", Step.CREATE, Reason.NOT_READY, "web-1"),
    )


def test_a_parallel_set_waits_for_nobody() -> None:
    cluster = started(podManagementPolicy="Parallel", **hold(1))
    assert explain(cluster, KEY) == (Waiting("web-1", Step.WAIT, Reason.NOT_READY, "web-1"),)


def test_the_next_pod_waits_for_the_seconds_to_pass() -> None:
    cluster = Cluster()
    cluster.create(SETS, stateful_set(replicas=2, minReadySeconds=10))
    cluster.run(3)
    assert explain(cluster, KEY) == (
        Waiting("web-0", Step.WAIT, Reason.NOT_AVAILABLE, "web-0"),
        Waiting("web-1", Step.CREATE, Reason.NOT_AVAILABLE, "web-0"),
    )


def test_a_kept_pod_that_is_unhealthy_stops_a_scale_down() -> None:
    cluster = started(replicas=3)
    cluster.change(PODS, "web-0", lambda obj: obj["status"].update(conditions=[]))
    cluster.change(SETS, "web", spec(replicas=1))
    cluster.settle()
    assert explain(cluster, KEY) == (
        Waiting("web-0", Step.WAIT, Reason.NOT_READY, "web-0"),
        Waiting("web-2", Step.DELETE, Reason.NOT_READY, "web-0"),
        Waiting("web-1", Step.DELETE, Reason.NOT_READY, "web-0"),
    )


def test_two_unhealthy_surplus_pods_stop_each_other() -> None:
    cluster = started(replicas=4)
    for name in ("web-2", "web-3"):
        cluster.change(PODS, name, lambda obj: obj["status"].update(conditions=[]))
    cluster.change(SETS, "web", spec(replicas=1))
    cluster.settle()
    assert cluster.names(PODS) == ("web-0", "web-1", "web-2", "web-3")
    assert explain(cluster, KEY) == (
        Waiting("web-3", Step.DELETE, Reason.UNHEALTHY_BELOW, "web-2"),
        Waiting("web-2", Step.DELETE, Reason.UNHEALTHY_BELOW, "web-2"),
        Waiting("web-1", Step.DELETE, Reason.UNHEALTHY_BELOW, "web-2"),
    )


def test_surplus_pods_wait_for_the_one_above() -> None:
    cluster = started(replicas=3)
    cluster.change(SETS, "web", spec(replicas=1))
    cluster.run(0.05)
    assert explain(cluster, KEY) == (
        Waiting("web-2", Step.WAIT, Reason.TERMINATING, "web-2"),
        Waiting("web-1", Step.DELETE, Reason.TERMINATING, "web-2"),
    )


def test_partition_and_on_delete_are_reasons() -> None:
    rolling = {"type": "RollingUpdate", "rollingUpdate": {"partition": 2}}
    cluster = started(updateStrategy=rolling)
    cluster.change(SETS, "web", partial(image, "nginx:2"))
    cluster.settle()
    assert explain(cluster, KEY) == (
        Waiting("web-0", Step.DELETE, Reason.PARTITION, "web"),
        Waiting("web-1", Step.DELETE, Reason.PARTITION, "web"),
    )
    cluster.change(SETS, "web", spec(updateStrategy={"type": "OnDelete"}))
    cluster.settle()
    assert [(one.pod, one.reason) for one in explain(cluster, KEY)] == [
        ("web-0", Reason.ON_DELETE),
        ("web-1", Reason.ON_DELETE),
    ]


def test_an_update_stuck_at_a_broken_pod_says_so() -> None:
    cluster = started()
    cluster.change(SETS, "web", partial(image, "nginx:broken"))
    cluster.settle()
    assert explain(cluster, KEY) == (
        Waiting("web-2", Step.WAIT, Reason.PENDING, "web-2"),
        Waiting("web-0", Step.DELETE, Reason.PENDING, "web-2"),
        Waiting("web-1", Step.DELETE, Reason.PENDING, "web-2"),
    )
    # Going back does not help: web-2 is of the wrong revision, and it is waited for.
    cluster.change(SETS, "web", partial(image, "nginx:1.25"))
    cluster.settle()
    assert Waiting("web-2", Step.DELETE, Reason.PENDING, "web-2") in explain(cluster, KEY)


def test_with_the_gate_the_number_that_may_be_down_is_a_reason() -> None:
    cluster = Cluster({"MaxUnavailableStatefulSet": True})
    started(cluster, podManagementPolicy="Parallel")
    cluster.change(SETS, "web", partial(image, "nginx:broken"))
    cluster.settle()
    assert explain(cluster, KEY) == (
        Waiting("web-2", Step.WAIT, Reason.PENDING, "web-2"),
        Waiting("web-0", Step.DELETE, Reason.MAX_UNAVAILABLE, "web-2"),
        Waiting("web-1", Step.DELETE, Reason.MAX_UNAVAILABLE, "web-2"),
    )


def test_claims_that_must_go_first_are_named() -> None:
    assert started(
        replicas=1, persistentVolumeClaimRetentionPolicy=retention("Retain", "Delete")
    ).names(CLAIMS) == ("data-web-0",)
    cluster = scaled_down_and_back()
    assert explain(cluster, KEY) == (), "its claim is gone; only nobody has looked yet"
    claim = {
        "metadata": {
            "name": "data-web-2",
            "namespace": NS,
            "ownerReferences": [{"apiVersion": "v1", "kind": "Pod", "name": "web-2", "uid": "old"}],
        }
    }
    cluster.create(CLAIMS, claim)
    assert explain(cluster, KEY) == (
        Waiting("web-2", Step.CREATE, Reason.STALE_CLAIM, "data-web-2"),
    )


def test_a_name_taken_by_a_stranger_is_named() -> None:
    cluster = Cluster()
    pod: dict[str, Any] = {"metadata": {"name": "web-0", "namespace": NS}}
    pod["spec"] = {"containers": [{"name": "app", "image": "nginx"}]}
    cluster.create(PODS, pod)
    started(cluster, replicas=1)
    assert explain(cluster, KEY) == (Waiting("web-0", Step.CREATE, Reason.NAME_TAKEN, "web-0"),)


def test_a_terminating_claim_is_named() -> None:
    cluster = Cluster()
    claim: dict[str, Any] = {"metadata": {"name": "data-web-0", "namespace": NS}}
    cluster.create(CLAIMS, claim)
    cluster.change(CLAIMS, "data-web-0", lambda obj: meta(obj).update(deletionTimestamp="now"))
    started(cluster, replicas=1)
    assert explain(cluster, KEY) == (
        Waiting("web-0", Step.CREATE, Reason.CLAIM_TERMINATING, "data-web-0"),
    )


def test_a_set_being_deleted_makes_nothing() -> None:
    cluster = started(replicas=2)
    cluster.change(SETS, "web", lambda obj: meta(obj).update(deletionTimestamp="2026-01-01"))
    cluster.delete(PODS, "web-1")
    cluster.settle()
    assert explain(cluster, KEY) == (Waiting("web-1", Step.CREATE, Reason.SET_DELETED, "web"),)

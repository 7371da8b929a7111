"""What the recordings show only in passing, or not at all."""

from functools import partial

import pytest

from tests.offline.statefulset.common import (
    BROKEN,
    KEY,
    refusing,
    retention,
    revisions_by_pod,
    spec,
    started,
)
from tests.offline.statefulset.fake import Cluster, story
from tests.offline.statefulset.samples import CLAIMS, NS, PODS, SETS, image, set_ready, stateful_set
from tutor.offline.errors import ApiError
from tutor.offline.objects import Obj, labels_of, meta, name_of
from tutor.offline.plan import Action, Create, Delete, Update, UpdateStatus

# Names


def test_a_pod_refused_for_its_label_leaves_an_event_and_is_tried_again() -> None:
    cluster = Cluster()
    name = "w" * 53
    text = (
        f'Pod "{name}-0" is invalid: metadata.labels: Invalid value: "{name}-9c4555849": '
        "must be no more than 63 bytes"
    )
    cluster.refuse = refusing(Create, PODS, ApiError(422, "Invalid", text))
    cluster.create(SETS, stateful_set(name))
    cluster.settle()
    assert cluster.names(PODS) == ()
    assert (
        "Warning",
        "FailedCreate",
        f"Create Pod {name}-0 in StatefulSet {name} failed error: {text}",
    ) in cluster.events
    assert cluster.events.count(cluster.events[-1]) > 3


def test_without_a_service_name_a_pod_has_no_subdomain() -> None:
    cluster = started(replicas=1, serviceName="")
    assert "subdomain" not in cluster.pod("web-0")["spec"]
    assert cluster.pod("web-0")["spec"]["hostname"] == "web-0"


@pytest.mark.parametrize("name", ["web-x", "web-", "other-0", "web-99999999999"])
def test_a_pod_whose_name_is_not_of_the_set_is_not_adopted_or_is_ignored(name: str) -> None:
    cluster = Cluster()
    pod: Obj = {"metadata": {"name": name, "namespace": NS, "labels": {"app": "web"}}}
    pod["spec"] = {"containers": [{"name": "app", "image": "nginx"}]}
    cluster.create(PODS, {"apiVersion": "v1", "kind": "Pod", **pod})
    started(cluster)
    assert cluster.names(PODS) == tuple(sorted((name, "web-0", "web-1", "web-2")))


# Which revision a Pod that has to be made again gets


@pytest.mark.parametrize(
    ("strategy", "expected"),
    [
        ({"type": "RollingUpdate", "rollingUpdate": {"partition": 0}}, "nginx:2"),
        ({"type": "RollingUpdate", "rollingUpdate": {"partition": 1}}, "nginx:1.25"),
        ({"type": "RollingUpdate"}, "nginx:1.25"),
        ({"type": "OnDelete"}, "nginx:2"),
    ],
)
def test_the_revision_of_a_pod_made_again(strategy: Obj, expected: str) -> None:
    cluster = started(updateStrategy=strategy)
    cluster.change(PODS, "web-1", lambda obj: set_ready(obj, cluster.now, "False"))
    cluster.change(SETS, "web", partial(image, "nginx:2"))
    cluster.settle()
    cluster.delete(PODS, "web-0")
    cluster.settle()
    assert revisions_by_pod(cluster)["web-0"] == expected


def test_a_set_with_ordinals_counts_its_partition_from_the_first() -> None:
    rolling: Obj = {"type": "RollingUpdate", "rollingUpdate": {"partition": 1}}
    cluster = started(ordinals={"start": 5}, updateStrategy=rolling)
    cluster.change(SETS, "web", partial(image, "nginx:2"))
    cluster.settle()
    assert revisions_by_pod(cluster) == {
        "web-5": "nginx:1.25",
        "web-6": "nginx:2",
        "web-7": "nginx:2",
    }
    rolling["rollingUpdate"]["partition"] = 6
    cluster.change(SETS, "web", partial(image, "nginx:3"))
    cluster.settle()
    cluster.change(SETS, "web", spec(updateStrategy=rolling))
    cluster.change(SETS, "web", partial(image, "nginx:4"))
    cluster.settle()
    assert "nginx:4" not in revisions_by_pod(cluster).values()


# maxUnavailable


@pytest.mark.parametrize(
    ("given", "gone"),
    [(None, 1), (1, 1), (3, 3), ("50%", 2), ("10%", 1), ("100%", 5)],
)
@pytest.mark.parametrize("gate", [True, False])
def test_max_unavailable_holds_behind_its_gate_and_rounds_down(
    given: int | str | None, gone: int, *, gate: bool
) -> None:
    rolling = {"partition": 0} | ({} if given is None else {"maxUnavailable": given})
    cluster = Cluster({"MaxUnavailableStatefulSet": gate})
    started(cluster, replicas=5, updateStrategy={"type": "RollingUpdate", "rollingUpdate": rolling})
    since = len(cluster.log)
    cluster.change(SETS, "web", partial(image, "nginx:2"))
    cluster.run(0.1)
    expected = [("TERMINATING", f"web-{4 - index}") for index in range(gone if gate else 1)]
    assert list(story(cluster, since, PODS)) == expected
    cluster.settle()
    assert set(revisions_by_pod(cluster).values()) == {"nginx:2"}


# Things that go wrong


def test_the_parallel_policy_begins_with_few_and_stops_at_the_first_bad_batch() -> None:
    cluster = Cluster()
    tried = []

    def refuse(action: Action) -> ApiError | None:
        if isinstance(action, Create) and action.resource == PODS:
            tried.append(name_of(action.obj))
            if name_of(action.obj) in ("web-1", "web-4"):
                return BROKEN
        return None

    cluster.refuse = refuse
    cluster.create(SETS, stateful_set(replicas=20, podManagementPolicy="Parallel"))
    cluster.sync(KEY)
    assert tried == ["web-0", "web-1", "web-2"]
    cluster.settle()
    assert "web-19" not in cluster.names(PODS), "each time it comes no further than that batch"
    cluster.refuse = lambda _: None
    cluster.run(2000)
    assert len(cluster.names(PODS)) == 20


@pytest.mark.parametrize(
    ("verb", "resource"),
    [(Create, PODS), (Create, CLAIMS), (Delete, PODS), (UpdateStatus, SETS), (Update, CLAIMS)],
)
def test_what_fails_is_tried_again(verb: type[Action], resource: str) -> None:
    cluster = Cluster()
    cluster.refuse = refusing(verb, resource, BROKEN, 5)
    policy = {"persistentVolumeClaimRetentionPolicy": retention("Delete", "Delete")}
    started(cluster, **policy)
    cluster.change(SETS, "web", spec(replicas=2))
    cluster.settle()
    cluster.run(60)
    assert cluster.names(PODS) == ("web-0", "web-1")
    status = cluster.web()["status"]
    assert (status["replicas"], status["readyReplicas"]) == (2, 2)


def test_a_status_that_would_be_negative_is_not_written() -> None:
    """A Pod of a third revision is deleted while none is of the current one."""
    cluster = started(replicas=1)
    cluster.change(SETS, "web", partial(image, "nginx:2"))
    cluster.run(0.3)
    cluster.change(SETS, "web", partial(image, "nginx:3"))
    cluster.settle()
    assert all(status.get("currentReplicas", 0) >= 0 for status in cluster.statuses)
    assert revisions_by_pod(cluster) == {"web-0": "nginx:3"}
    assert cluster.web()["status"]["currentReplicas"] == 1


def test_a_set_being_deleted_only_counts() -> None:
    cluster = started()
    cluster.change(SETS, "web", lambda obj: meta(obj).update(deletionTimestamp="2026-01-01"))
    cluster.settle()
    since = len(cluster.log)
    cluster.delete(PODS, "web-1")
    cluster.settle()
    assert list(story(cluster, since, PODS)) == [("TERMINATING", "web-1"), ("DELETED", "web-1")]
    assert cluster.web()["status"]["replicas"] == 2


def test_the_label_of_the_place_is_put_back_with_the_index() -> None:
    cluster = started(replicas=1)

    def strip(obj: Obj) -> None:
        for label in ("statefulset.kubernetes.io/pod-name", "apps.kubernetes.io/pod-index"):
            del labels_of(obj)[label]

    cluster.change(PODS, "web-0", strip)
    cluster.settle()
    labels = labels_of(cluster.pod("web-0"))
    assert labels["statefulset.kubernetes.io/pod-name"] == "web-0"
    assert labels["apps.kubernetes.io/pod-index"] == "0"


def test_the_store_is_never_changed_by_hand() -> None:
    """Objects are shared: what the controller was given is as it was."""
    cluster = Cluster()
    given = cluster.create(SETS, stateful_set())
    assert isinstance(given, dict)
    template = given["spec"]["template"]
    before = repr(template)
    cluster.settle()
    cluster.change(SETS, "web", partial(image, "nginx:2"))
    cluster.settle()
    assert repr(template) == before
    assert "hostname" not in template["spec"]


def test_a_pod_below_the_partition_of_a_set_with_ordinals_comes_back_as_it_was() -> None:
    rolling = {"type": "RollingUpdate", "rollingUpdate": {"partition": 2}}
    cluster = started(ordinals={"start": 5}, updateStrategy=rolling)
    cluster.change(SETS, "web", partial(image, "nginx:2"))
    cluster.settle()
    cluster.delete(PODS, "web-6")
    cluster.settle()
    assert revisions_by_pod(cluster)["web-6"] == "nginx:1.25"


def test_an_owner_of_a_claim_that_is_not_its_controller_becomes_it() -> None:
    cluster = started(
        replicas=1, persistentVolumeClaimRetentionPolicy=retention("Delete", "Retain")
    )

    def demote(obj: Obj) -> None:
        meta(obj)["ownerReferences"][0].pop("controller")

    cluster.change(CLAIMS, "data-web-0", demote)
    cluster.sync(KEY)
    (claim,) = cluster.list(CLAIMS)
    assert [owner["controller"] for owner in meta(claim)["ownerReferences"]] == [True]


def test_an_orphan_on_its_way_out_is_not_adopted() -> None:
    cluster = started(replicas=2)
    cluster.delete(PODS, "web-1")
    cluster.change(PODS, "web-1", lambda obj: meta(obj).pop("ownerReferences"))
    cluster.sync(KEY)
    assert "ownerReferences" not in meta(cluster.pod("web-1"))
    cluster.settle()
    assert meta(cluster.pod("web-1"))["ownerReferences"]


def test_only_rolling_updates_promote_a_revision() -> None:
    cluster = started(replicas=1, updateStrategy={"type": "OnDelete"})
    first = cluster.web()["status"]["currentRevision"]
    cluster.change(SETS, "web", partial(image, "nginx:2"))
    cluster.settle()
    cluster.delete(PODS, "web-0")
    cluster.settle()
    status = cluster.web()["status"]
    assert status["currentRevision"] == first
    assert status["updatedReplicas"] == 1
    assert "currentReplicas" not in status

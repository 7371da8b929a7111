"""Claims, and who owns them: what the recordings show only in passing, or not at all."""

from tests.offline.statefulset.common import (
    KEY,
    refusing,
    retention,
    scaled_down_and_back,
    spec,
    started,
)
from tests.offline.statefulset.fake import Cluster
from tests.offline.statefulset.samples import CLAIMS, NS, PODS, SETS, stateful_set
from tutor.offline.errors import ApiError
from tutor.offline.objects import meta, uid_of
from tutor.offline.plan import Create

# Scaling straight back while claims go with their Pods


def test_scaled_down_and_straight_back_it_hangs_until_something_touches_it() -> None:
    cluster = scaled_down_and_back()
    assert cluster.names(PODS) == ("web-0", "web-1")
    assert cluster.names(CLAIMS) == ("data-web-0", "data-web-1")
    assert not [event for event in cluster.events if event[0] == "Warning"]
    cluster.run(600)
    assert cluster.names(PODS) == ("web-0", "web-1"), "no time heals it"
    cluster.change(SETS, "web", lambda obj: meta(obj).update(annotations={"touched": "yes"}))
    cluster.settle()
    assert cluster.names(PODS) == ("web-0", "web-1", "web-2")
    assert cluster.names(CLAIMS) == ("data-web-0", "data-web-1", "data-web-2")


def test_with_min_ready_seconds_the_hang_ends_by_itself() -> None:
    cluster = scaled_down_and_back(minReadySeconds=3)
    assert cluster.names(PODS) == ("web-0", "web-1", "web-2")


# Claims


def test_owners_of_claims_follow_a_changed_policy_and_leave_strangers() -> None:
    cluster = started(replicas=1)
    stranger = {"apiVersion": "v1", "kind": "ConfigMap", "name": "notes", "uid": "u"}
    cluster.change(CLAIMS, "data-web-0", lambda obj: meta(obj).update(ownerReferences=[stranger]))
    policy = "persistentVolumeClaimRetentionPolicy"
    cluster.change(SETS, "web", spec(**{policy: retention("Delete", "Delete")}))
    cluster.settle()
    (claim,) = cluster.list(CLAIMS)
    assert [owner["kind"] for owner in meta(claim)["ownerReferences"]] == [
        "ConfigMap",
        "StatefulSet",
    ]
    assert cluster.events[-1][2] == "Update Pod web-0 in StatefulSet web successful"
    cluster.change(SETS, "web", spec(**{policy: retention("Retain", "Retain")}))
    cluster.settle()
    (claim,) = cluster.list(CLAIMS)
    assert meta(claim)["ownerReferences"] == [stranger]


def test_a_claim_managed_by_another_controller_is_left_to_it() -> None:
    cluster = started(replicas=1)
    operator = {
        "apiVersion": "example.org/v1",
        "kind": "Database",
        "name": "db",
        "uid": "u",
        "controller": True,
    }
    set_owner = {
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "name": "web",
        "uid": uid_of(cluster.web()),
    }
    owners = [operator, set_owner]
    cluster.change(CLAIMS, "data-web-0", lambda obj: meta(obj).update(ownerReferences=owners))
    policy = {"persistentVolumeClaimRetentionPolicy": retention("Delete", "Retain")}
    cluster.change(SETS, "web", spec(**policy))
    cluster.settle()
    (claim,) = cluster.list(CLAIMS)
    assert meta(claim)["ownerReferences"] == [operator]
    assert (
        "Warning",
        "ConflictingController",
        "PersistentVolumeClaim data-web-0 has a conflicting OwnerReference that acts as a managing "
        "controller, the retention policy is ignored for this claim",
    ) in cluster.events


def test_a_pending_pod_gets_its_lost_claim_back() -> None:
    cluster = Cluster(kubelet=False)
    cluster.create(SETS, stateful_set())
    cluster.settle()
    assert cluster.names(PODS) == ("web-0",)
    pod = cluster.pod("web-0")
    claim = cluster.get(CLAIMS, NS, "data-web-0")
    assert claim is not None
    cluster.put(CLAIMS, claim, None)  # somebody took its finalizer away
    cluster.change(PODS, "web-0", lambda obj: obj["status"].update(hostIP="10.0.0.1"))
    cluster.settle()
    assert cluster.names(CLAIMS) == ("data-web-0",)
    assert uid_of(cluster.pod("web-0")) == uid_of(pod)


def test_a_refused_claim_is_told_twice_and_no_pod_is_made() -> None:
    cluster = Cluster()
    text = 'persistentvolumeclaims "data-web-0" is forbidden: exceeded quota: few'
    cluster.refuse = refusing(Create, CLAIMS, ApiError(403, "Forbidden", text))
    cluster.create(SETS, stateful_set())
    cluster.sync(KEY)
    assert cluster.events == [
        (
            "Warning",
            "FailedCreate",
            f"Create Claim data-web-0 for Pod web-0 in StatefulSet web failed error: {text}",
        ),
        (
            "Warning",
            "FailedCreate",
            "Create Pod web-0 in StatefulSet web failed error: "
            f"failed to create PVC data-web-0: {text}",
        ),
    ]
    assert cluster.names(PODS) == ()
    assert cluster.web()["status"]["observedGeneration"] == 1, "the status is written all the same"


def test_of_two_templates_of_one_name_the_later_wins() -> None:
    cluster = Cluster()
    templates = stateful_set()["spec"]["volumeClaimTemplates"] * 2
    templates[1] = {**templates[1], "spec": {"accessModes": ["ReadWriteMany"]}}
    cluster.create(SETS, stateful_set(replicas=1, volumeClaimTemplates=templates))
    cluster.settle()
    (claim,) = cluster.list(CLAIMS)
    assert claim["spec"]["accessModes"] == ["ReadWriteMany"]
    assert cluster.pod("web-0")["spec"]["volumes"] == [
        {"name": "data", "persistentVolumeClaim": {"claimName": "data-web-0"}}
    ]

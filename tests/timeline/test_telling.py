"""What is told of the watches of a real control plane."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.timeline.recordings import changes, full, names
from tutor.model.timeline import Change, Entry, What
from tutor.timeline.scenes import Scene
from tutor.timeline.tape import Tape
from tutor.timeline.telling import Memory, tell


def told(recording: str, *whats: What, kind: str = "") -> list[str]:
    tape = Tape.starting().after(changes(full(recording)))
    return [
        f"{entry.kind}/{entry.name} {entry.what}"
        for entry in tape.entries
        if (not whats or entry.what in whats) and kind in ("", entry.kind)
    ]


def entries(recording: str, what: What) -> list[Entry]:
    tape = Tape.starting().after(changes(full(recording)))
    return [entry for entry in tape.entries if entry.what is what]


def change(
    version: int, before: Any, after: Any, about: str = "Pod/web-0", *, uid: str = "1"
) -> Change:
    kind, _, name = about.partition("/")
    return Change(float(version), version, kind, "ns", name, uid, before, after)


def pod(uid: str = "1", **status: Any) -> dict[str, Any]:
    return {"metadata": {"name": "web-0", "namespace": "ns", "uid": uid}, "status": status}


def test_pods_of_an_ordered_set_come_one_after_another() -> None:
    assert told("a01", What.CREATED, What.READY, kind="Pod") == [
        "Pod/web-0 created",
        "Pod/web-0 ready",
        "Pod/web-1 created",
        "Pod/web-1 ready",
        "Pod/web-2 created",
        "Pod/web-2 ready",
    ]


def test_the_life_of_a_pod_in_order() -> None:
    tape = Tape.starting().after(changes(full("a13")))
    life = [e.what for e in tape.entries if (e.kind, e.name) == ("Pod", "web-1")]
    life = [what for what in life if what is not What.SAID]
    assert life == [
        *(What.CREATED, What.SCHEDULED, What.STARTED, What.READY),
        *(What.TERMINATING, What.UNREADY, What.GONE),
        *(What.CREATED, What.SCHEDULED, What.STARTED, What.READY),
    ]
    uids = {e.uid for e in tape.entries if (e.kind, e.name) == ("Pod", "web-1")}
    assert len(uids) == 2


def test_a_claim_is_bound_before_its_pod_gets_a_node() -> None:
    found = told("a01", What.CREATED, What.BOUND, What.SCHEDULED)
    first = [
        "PersistentVolumeClaim/data-web-2 created",
        "Pod/web-2 created",
    ]
    assert [one for one in found if one in first] == first
    assert entries("a01", What.BOUND)[0].params["volume"]


def test_names_of_pods_resolve_once_they_are_ready_and_vanish_when_they_go() -> None:
    found = told("a06", What.RESOLVES, What.VANISHES)
    assert found.count("DNS/web-0.web resolves") == 1
    assert "DNS/web-4.web vanishes" in found
    assert "DNS/web vanishes" not in found
    ready = told("a06", What.READY, What.RESOLVES)
    assert ready.index("Pod/web-1 ready") < ready.index("DNS/web-1.web resolves")


def endpoints(version: int, *ready: bool | None) -> Change:
    listed = [
        {"addresses": [f"10.0.0.{n}"], "hostname": f"web-{n}", "conditions": {"ready": one}}
        for n, one in enumerate(ready)
    ]
    labels = {"kubernetes.io/service-name": "web"}
    data = {"name": "web-x", "namespace": "ns", "uid": "7", "labels": labels}
    return change(
        version, None, {"metadata": data, "endpoints": listed}, "EndpointSlice/web-x", uid="7"
    )


def test_a_name_has_an_address_while_its_endpoint_is_ready_or_does_not_say() -> None:
    service = {"metadata": {"name": "web", "namespace": "ns"}, "spec": {"clusterIP": "None"}}
    made = change(1, None, service, "Service/web")
    tape = Tape.starting([made]).after([endpoints(2, True, False, None)])
    found = [(entry.what, entry.name, entry.params["address"]) for entry in tape.entries]
    assert found == [
        (What.RESOLVES, "web", "10.0.0.0, 10.0.0.2"),
        (What.RESOLVES, "web-0.web", "10.0.0.0"),
        (What.RESOLVES, "web-2.web", "10.0.0.2"),
    ]
    gone = tape.after([change(3, service, None, "Service/web", uid="")])
    later = [entry for entry in gone.entries if entry.version == 3]
    assert [(entry.what, entry.name) for entry in later] == [
        (What.GONE, "web"),
        (What.VANISHES, "web"),
        (What.VANISHES, "web-0.web"),
        (What.VANISHES, "web-2.web"),
    ]


def test_availability_is_told_before_the_pod_that_waited_for_it() -> None:
    found = told("b15", What.AVAILABLE, What.CREATED, What.TERMINATING, kind="Pod")
    assert found[:7] == [
        *("Pod/web-0 created", "Pod/web-0 available"),
        *("Pod/web-1 created", "Pod/web-1 available"),
        *("Pod/web-2 created", "Pod/web-2 available"),
        "Pod/web-2 terminating",
    ]
    again = found[7:]
    assert again.index("Pod/web-2 available") < again.index("Pod/web-1 terminating")
    assert told("a01", What.AVAILABLE) == []


def test_an_image_that_cannot_be_pulled_is_told_once() -> None:
    reasons = [entry.params["reason"] for entry in entries("b06", What.TROUBLE)]
    assert reasons == ["ErrImagePull", "ImagePullBackOff"]


def test_a_pod_that_waits_for_its_claim_is_in_no_trouble() -> None:
    assert told("a01", What.TROUBLE) == []
    assert [e.params["reason"] for e in entries("a33", What.TROUBLE)][:1] == ["Unschedulable"]


@pytest.mark.parametrize(
    ("recording", "reason"), [("d08", "ProvisioningFailed"), ("d13", "FailedBinding")]
)
def test_a_claim_that_gets_no_volume_is_in_trouble_once(recording: str, reason: str) -> None:
    found = entries(recording, What.TROUBLE)
    assert [(e.kind, e.name, e.params["reason"]) for e in found] == [
        ("PersistentVolumeClaim", "data-web-0", reason)
    ]


def test_a_set_whose_pod_cannot_be_made_is_in_trouble_until_it_can() -> None:
    def event(version: int, reason: str) -> Change:
        about = {"kind": "StatefulSet", "name": "web", "uid": "7"}
        data = {"name": f"e{version}", "namespace": "ns", "uid": f"e{version}"}
        said = {"metadata": data, "involvedObject": about, "reason": reason, "message": "m"}
        return change(version, None, said, f"Event/e{version}", uid=f"e{version}")

    reasons = ["FailedCreate", "FailedCreate", "SuccessfulCreate", "FailedCreate"]
    tape = Tape.starting().after(event(n, reason) for n, reason in enumerate(reasons, 1))
    assert [e.version for e in tape.entries if e.what is What.TROUBLE] == [1, 4]


def test_crashes_count() -> None:
    assert [entry.params["count"] for entry in entries("a20", What.RESTARTED)] == [3]
    assert [e.params["reason"] for e in entries("a20", What.TROUBLE)] == ["CrashLoopBackOff"]


def test_a_rollout_is_told_from_revision_to_end() -> None:
    found = told("b01", What.CHANGED, What.REVISED, What.ROLLED)
    assert found[:3] == [
        "StatefulSet/web changed",
        "StatefulSet/web revised",
        "StatefulSet/web rolled",
    ]
    (changed, *_) = entries("b01", What.CHANGED)
    assert changed.params["fields"] == "spec.template.spec.containers[name=app].image"
    (revised, *_) = entries("b01", What.REVISED)
    assert revised.params["was"] != revised.params["now"]


def test_scaling_is_no_other_change() -> None:
    (scaled, *_) = entries("a05", What.SCALED)
    assert (scaled.params["was"], scaled.params["now"]) == (3, 5)
    assert told("a05", What.CHANGED) == []


def test_a_pod_without_its_label_is_orphaned() -> None:
    (orphaned, *_) = entries("a27", What.ORPHANED)
    assert (orphaned.name, orphaned.params["owner"]) == ("web-1", "StatefulSet/web")


def test_orphans_are_adopted() -> None:
    assert {entry.name for entry in entries("a23", What.ADOPTED)} >= {"web-0", "web-1", "web-2"}


def test_a_lost_node() -> None:
    found = told("e01", What.UNREADY, What.VANISHES)
    assert found[:2] == ["Pod/web-1 unready", "DNS/web-1.web vanishes"]


def test_events_are_told_about_their_object_and_when_said_again() -> None:
    counts = [
        entry.params["count"]
        for entry in entries("a01", What.SAID)
        if entry.params["reason"] == "FailedScheduling" and entry.name == "web-1"
    ]
    assert counts
    assert counts == sorted(counts)
    event = {
        "metadata": {"name": "e", "uid": "9"},
        "regarding": {"kind": "Pod", "name": "web-0", "uid": "1"},
        "note": "it is so",
        "reason": "So",
        "type": "Normal",
    }
    later = {**event, "series": {"count": 5}}
    tape = Tape.starting().after(
        [change(1, None, event, "Event/e", uid="9"), change(2, event, later, "Event/e", uid="9")]
    )
    assert [(e.kind, e.name, e.params["message"], e.params["count"]) for e in tape.entries] == [
        ("Pod", "web-0", "it is so", 1),
        ("Pod", "web-0", "it is so", 5),
    ]


def test_another_object_under_the_same_name_is_told_as_two() -> None:
    tape = Tape.starting().after([change(1, None, pod("1")), change(2, None, pod("2"), uid="2")])
    assert [(e.what, e.uid) for e in tape.entries] == [
        (What.CREATED, "1"),
        (What.GONE, "1"),
        (What.CREATED, "2"),
    ]


def test_the_end_of_an_earlier_object_is_not_that_of_the_one_there() -> None:
    tape = Tape.starting().after(
        [change(1, None, pod("2"), uid="2"), change(2, pod("1"), None, uid="1")]
    )
    assert [entry.what for entry in tape.entries] == [What.CREATED]
    assert tape.now.get("Pod", "ns", "web-0")


def test_what_is_there_at_the_start_is_not_told() -> None:
    heard = changes(full("a05"))
    half = len(heard) // 2
    whole = Tape.starting().after(heard)
    later = Tape.starting(heard[:half]).after(heard[half:])
    start = heard[half - 1].version
    assert list(later.entries) == [entry for entry in whole.entries if entry.version > start]


@pytest.mark.parametrize("recording", names())
def test_hearing_everything_a_second_time_tells_nothing(recording: str) -> None:
    tape = Tape.starting().after(changes(recording))
    last = tape.version
    again = [
        Change(one.at, last + n, one.kind, one.namespace, one.name, one.uid, None, one.after)
        for n, one in enumerate(_present(tape), 1)
    ]
    assert list(tape.after(again).entries) == list(tape.entries)


def _present(tape: Tape) -> list[Change]:
    found = []
    for kind in tape.now.kinds():
        for one in tape.now.of(kind):
            data = one["metadata"]
            space = data.get("namespace", "")
            found.append(
                Change(tape.now.at, 0, kind, space, data["name"], data.get("uid", ""), None, one)
            )
    return found


KEYS = st.sampled_from(
    (
        *("metadata", "spec", "status", "name", "uid", "conditions", "phase", "replicas"),
        *("containerStatuses", "endpoints", "type", "state", "waiting", "reason", "labels"),
        *("ownerReferences", "serviceName", "volumeClaimTemplates", "volumes", "containers"),
        *("restartCount", "updateRevision", "minReadySeconds", "involvedObject", "storage"),
    )
)
OBJECTS = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 9) | st.text(max_size=5) | st.just("web-0"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=25,
)
KINDS = st.sampled_from(
    (
        *("Pod", "StatefulSet", "PersistentVolumeClaim", "PersistentVolume", "Service"),
        *("EndpointSlice", "Event", "Node", "ConfigMap", "Deployment"),
    )
)


@given(st.lists(st.tuples(KINDS, st.dictionaries(KEYS, OBJECTS), st.booleans()), max_size=8))
@settings(max_examples=150, deadline=None)
def test_no_object_of_any_shape_makes_telling_or_drawing_fail(
    objects: list[tuple[str, dict[str, Any], bool]],
) -> None:
    from tutor.timeline.picture import picture
    from tutor.timeline.waiting import waits

    heard = [
        change(n, None, one if there else None, f"{kind}/web-0", uid=str(n % 2))
        for n, (kind, one, there) in enumerate(objects, 1)
    ]
    scene, _, _ = tell(Scene(), Memory(), heard)
    picture(scene)
    waits(scene)


def life(*states: tuple[str, str, int, bool]) -> list[tuple[int, str]]:
    """What is told of a Pod that goes through phases, container states, restarts, readiness."""
    tape, before = Tape.starting(), None
    for n, (phase, state, restarts, ready) in enumerate(states, 1):
        kind, _, reason = state.partition(":")
        container = {
            "name": "c",
            "restartCount": restarts,
            "state": {kind: {"reason": reason} if reason else {}},
        }
        after = pod(
            phase=phase,
            containerStatuses=[container],
            conditions=[{"type": "Ready", "status": str(ready)}],
        )
        tape, before = tape.after([change(n, before, after)]), after
    return [(e.version, f"{e.what} {e.params.get('reason', '')}".strip()) for e in tape.entries]


def test_a_real_kubelet_goes_back_and_forth_about_an_image() -> None:
    assert life(
        ("Pending", "waiting:ContainerCreating", 0, False),
        ("Pending", "waiting:ErrImagePull", 0, False),
        ("Pending", "waiting:ImagePullBackOff", 0, False),
        ("Pending", "waiting:ErrImagePull", 0, False),
        ("Pending", "waiting:ImagePullBackOff", 0, False),
        ("Running", "running", 0, True),
    ) == [
        (1, "created"),
        (2, "trouble ErrImagePull"),
        (3, "trouble ImagePullBackOff"),
        (6, "started"),
        (6, "ready"),
    ]


def test_a_real_kubelet_tells_of_every_crash() -> None:
    assert life(
        ("Running", "running", 0, True),
        ("Running", "terminated:Error", 0, False),
        ("Running", "running", 1, True),
        ("Running", "terminated:Error", 1, False),
        ("Running", "waiting:CrashLoopBackOff", 1, False),
        ("Running", "running", 2, True),
        ("Running", "terminated:Error", 2, False),
        ("Running", "waiting:CrashLoopBackOff", 2, False),
    )[3:] == [
        (2, "unready"),
        (3, "restarted"),
        (3, "ready"),
        (4, "unready"),
        (5, "trouble CrashLoopBackOff"),
        (6, "restarted"),
        (6, "ready"),
        (7, "unready"),
        (8, "trouble CrashLoopBackOff"),
    ]

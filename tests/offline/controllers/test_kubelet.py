"""A Pod's life, held against the recorded one."""

from typing import Any

import pytest

from tests.offline.controllers.cluster import PODS, SETS, Cluster, plain, pod, recorded_set
from tests.offline.recordings import recording
from tutor.offline.objects import Obj


@pytest.fixture
def cluster() -> Cluster:
    return Cluster()


def merged(target: Any, diff: Any) -> Any:
    """RFC 7386."""
    if not isinstance(diff, dict):
        return diff
    found = dict(target) if isinstance(target, dict) else {}
    for key, value in diff.items():
        if value is None:
            found.pop(key, None)
        else:
            found[key] = merged(found.get(key), value)
    return found


def recorded(short: str, name: str, incarnation: int = 1) -> list[Obj]:
    """The statuses a Pod went through in a recording, once it had a node."""
    current: Obj = {}
    statuses: list[Obj] = []
    for step in recording(short)["steps"]:
        for event in step.get("watch_events", ()):
            if event["kind"] != "Pod" or event["uid"] != f"uid:Pod/{name}#{incarnation}":
                continue
            if event["watch"] == "ADDED":
                current = event["object"]
            elif event["watch"] == "MODIFIED":
                current = merged(current, event["diff"])
                if "startTime" in current["status"]:
                    statuses.append(current["status"])
    return distinct(statuses)


def told(cluster: Cluster, name: str) -> list[Obj]:
    """The same of a Pod of ours."""
    versions = [one for one in cluster.story(PODS, name) if one is not None]
    return distinct([one["status"] for one in versions if "startTime" in one["status"]])


def distinct(statuses: list[Obj]) -> list[Obj]:
    found: list[Obj] = []
    for one in map(plain, statuses):
        if not found or found[-1] != one:
            found.append(one)
    return found


def test_a_pod_comes_up_as_recorded(cluster: Cluster) -> None:
    cluster.create(SETS, recorded_set())
    cluster.settle()
    for name in ("web-0", "web-1", "web-2"):
        assert told(cluster, name) == recorded("a01", name)


def test_it_takes_30_and_100_milliseconds(cluster: Cluster) -> None:
    cluster.create(PODS, pod())
    start = cluster.runner.clock.now
    cluster.settle()
    moments = [
        round(change.time - start, 3)
        for change in cluster.runner.history()
        if change.resource == PODS
    ]
    assert moments == [0, 0, 0.03, 0.13]


def test_a_deleted_pod_stops_and_goes_as_recorded(cluster: Cluster) -> None:
    cluster.create(SETS, recorded_set("a13"))
    cluster.settle()
    start = cluster.runner.clock.now
    cluster.delete(PODS, "web-1")
    cluster.settle()
    first = [
        change
        for change in cluster.runner.history()
        if change.key == "default/web-1" and change.resource == PODS and change.time >= start
    ]
    gone = next(change for change in first if change.after is None)
    assert round(gone.time - start, 3) == 0.23
    old = [one.after for one in first if one.version < gone.version and one.after is not None]
    statuses = distinct([one["status"] for one in old])
    assert statuses == recorded("a13", "web-1")[-2:]
    assert cluster.get(PODS, "web-1")["status"]["phase"] == "Running"


def test_an_image_that_cannot_be_pulled(cluster: Cluster) -> None:
    made = recorded_set("b09")
    cluster.create(SETS, made)
    cluster.settle()
    ours = told(cluster, "web-0")
    assert ours == recorded("b09", "web-0")[: len(ours)]
    waiting = ours[-1]["containerStatuses"][0]["state"]["waiting"]
    assert waiting == {
        "reason": "ImagePullBackOff",
        "message": 'Back-off pulling image "nginx:broken"',
    }
    cluster.delete(PODS, "web-0")
    cluster.run(0.215)
    assert cluster.get(PODS, "web-0")["status"]["phase"] == "Failed"


def test_a_crash_loop_as_recorded(cluster: Cluster) -> None:
    cluster.create(PODS, pod("web-0", annotations={"sts-tutor.dev/crash": "true"}))
    cluster.settle()
    ours, theirs = told(cluster, "web-0"), recorded("a20", "web-0")
    for one in (*ours, *theirs):
        one.pop("qosClass")
    assert ours == theirs[: len(ours)]
    assert len(ours) == 2


def test_held_until_released(cluster: Cluster) -> None:
    made = recorded_set("a03")
    made["spec"]["template"]["metadata"]["annotations"] = {"sts-tutor.dev/hold-ordinals": "1"}
    cluster.create(SETS, made)
    cluster.settle()
    assert cluster.names(PODS) == ["web-0", "web-1"]
    cluster.annotate(PODS, "web-1", release="true")
    cluster.settle()
    assert cluster.names(PODS) == ["web-0", "web-1", "web-2"]
    assert told(cluster, "web-1") == recorded("a03", "web-1")


def test_hold_can_be_set_and_taken_back(cluster: Cluster) -> None:
    cluster.create(PODS, pod())
    cluster.settle()

    def ready() -> str:
        conditions = cluster.get(PODS, "one")["status"]["conditions"]
        return str(next(one["status"] for one in conditions if one["type"] == "Ready"))

    assert ready() == "True"
    cluster.annotate(PODS, "one", hold="true")
    cluster.settle()
    assert (ready(), cluster.get(PODS, "one")["status"]["phase"]) == ("False", "Running")
    cluster.annotate(PODS, "one", hold=None)
    cluster.settle()
    assert ready() == "True"


def test_a_phase_of_its_own(cluster: Cluster) -> None:
    cluster.create(SETS, recorded_set("a18"))
    cluster.settle()
    before = cluster.get(PODS, "web-1")["metadata"]["uid"]
    cluster.annotate(PODS, "web-1", phase="Failed")
    cluster.settle()
    assert cluster.get(PODS, "web-1")["metadata"]["uid"] != before
    failed = [
        one
        for one in distinct([o["status"] for o in cluster.story(PODS, "web-1") if o is not None])
        if one["phase"] == "Failed"
    ]
    assert failed[:1] == [one for one in recorded("a18", "web-1") if one["phase"] == "Failed"][:1]


@pytest.mark.parametrize(("text", "seconds"), [("500", 0.5), ("0", 0), ("soon", 0.1), ("-3", 0.1)])
def test_ready_ms(cluster: Cluster, text: str, seconds: float) -> None:
    cluster.create(PODS, pod(annotations={"sts-tutor.dev/ready-ms": text}))
    start = cluster.runner.clock.now
    cluster.settle()
    running = [
        change.time - start
        for change in cluster.runner.history()
        if change.resource == PODS
        and change.after is not None
        and change.after["status"]["phase"] == "Running"
    ]
    assert round(running[0], 3) == round(0.03 + seconds, 3)


def test_a_stopped_machine_does_nothing_until_it_returns(cluster: Cluster) -> None:
    cluster.create(PODS, pod())
    cluster.settle()
    node = cluster.get(PODS, "one")["spec"]["nodeName"]
    cluster.runner.node_down(node)
    cluster.delete(PODS, "one")
    cluster.run(5)
    assert cluster.get(PODS, "one")["status"]["phase"] == "Running"
    cluster.runner.node_up(node)
    cluster.run(1)
    assert cluster.gone(PODS, "one")


def test_a_forced_deletion_needs_no_kubelet(cluster: Cluster) -> None:
    cluster.create(PODS, pod())
    cluster.settle()
    cluster.delete(PODS, "one", grace=0)
    assert cluster.gone(PODS, "one")


def test_a_finalizer_outlives_the_containers(cluster: Cluster) -> None:
    made = pod()
    made["metadata"]["finalizers"] = ["example.com/wait"]
    cluster.create(PODS, made)
    cluster.settle()
    cluster.delete(PODS, "one")
    cluster.settle()
    assert cluster.get(PODS, "one")["status"]["phase"] == "Succeeded"
    cluster.patch(PODS, "one", {"metadata": {"finalizers": None}})
    cluster.settle()
    assert cluster.gone(PODS, "one")


def test_addresses_are_never_shared(cluster: Cluster) -> None:
    for number in range(40):
        cluster.create(PODS, pod(f"p{number}"))
    cluster.settle()
    addresses = [one["status"]["podIP"] for one in cluster.store.list(PODS)]
    assert len(set(addresses)) == 40


def test_leases_are_renewed_while_the_machine_runs(cluster: Cluster) -> None:
    def renewed(node: str) -> str:
        found = cluster.store.get("leases.coordination.k8s.io", f"kube-node-lease/{node}")
        assert found is not None
        return str(found["spec"]["renewTime"])

    cluster.runner.node_down("node-1")
    before = renewed("node-1"), renewed("node-2")
    cluster.run(11)
    assert renewed("node-1") == before[0]
    assert renewed("node-2") > before[1]


def test_a_pod_on_the_network_of_its_node_has_its_address(cluster: Cluster) -> None:
    for name in ("one", "two"):
        cluster.create(PODS, pod(name, hostNetwork=True, nodeName="node-2"))
    cluster.settle()
    for name in ("one", "two"):
        status = cluster.get(PODS, name)["status"]
        assert status["podIP"] == status["hostIP"] == "192.0.2.2"

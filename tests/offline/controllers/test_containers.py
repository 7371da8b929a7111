"""Containers that come one after another, end, fail, or wait for what is not there."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.offline.controllers.cluster import PODS, Cluster, pod
from tutor.offline.controllers.kubelet.containers import delay, exit_code, spelled
from tutor.offline.objects import Obj
from tutor.offline.pod_summary import summary

CONFIGS, SECRETS = "configmaps", "secrets"


@pytest.fixture
def cluster() -> Cluster:
    return Cluster()


def container(name: str = "app", **more: Any) -> Obj:
    return {"name": name, "image": "nginx:1.25", **more}


def shell(text: str) -> list[str]:
    return ["sh", "-c", text]


def words(cluster: Cluster, name: str = "one") -> list[str]:
    """What stood under STATUS, one after another."""
    found: list[str] = []
    for one in cluster.story(PODS, name):
        word = summary(one).reason if one is not None else "gone"
        if not found or found[-1] != word:
            found.append(word)
    return found


def shown(cluster: Cluster, part: str = "containerStatuses", name: str = "one") -> Obj:
    found: Obj = cluster.get(PODS, name)["status"][part][0]
    return found


def condition(cluster: Cluster, kind: str, name: str = "one") -> Obj:
    return next(
        one for one in cluster.get(PODS, name)["status"]["conditions"] if one["type"] == kind
    )


def told(cluster: Cluster) -> Iterator[tuple[str, str, str]]:
    """What the kubelet told."""
    found = [
        one for one in cluster.store.list("events") if one["source"].get("component") == "kubelet"
    ]
    found.sort(key=lambda one: int(one["metadata"]["resourceVersion"]))
    node = cluster.get(PODS, "one")["spec"]["nodeName"]
    for one in found:
        assert one["source"]["host"] == one["reportingInstance"] == node
        yield one["type"], one["reason"], one["message"]


def test_init_containers_come_one_after_another(cluster: Cluster) -> None:
    first = [container("wait"), container("load")]
    cluster.create(PODS, pod(initContainers=first))
    cluster.run(0.2)
    status = cluster.get(PODS, "one")["status"]
    assert (status["phase"], "podIP" in status) == ("Pending", True)
    assert status["initContainerStatuses"][0]["started"]
    assert [sorted(one["state"]) for one in status["initContainerStatuses"]] == [
        ["running"],
        ["waiting"],
    ]
    assert shown(cluster)["state"] == {"waiting": {"reason": "PodInitializing"}}
    initialized = condition(cluster, "Initialized")
    assert (initialized["status"], initialized["reason"], initialized["message"]) == (
        "False",
        "ContainersNotInitialized",
        "containers with incomplete status: [wait load]",
    )
    assert condition(cluster, "PodReadyToStartContainers")["status"] == "True"
    cluster.settle()
    assert words(cluster) == ["Pending", "Init:0/2", "Init:1/2", "Running"]
    status = cluster.get(PODS, "one")["status"]
    assert [one["state"]["terminated"]["reason"] for one in status["initContainerStatuses"]] == [
        "Completed",
        "Completed",
    ]
    assert all(one["ready"] for one in status["initContainerStatuses"])
    assert condition(cluster, "Initialized")["status"] == "True"
    assert condition(cluster, "Ready")["status"] == "True"
    assert list(told(cluster)) == []


def test_an_init_container_that_fails_is_tried_again(cluster: Cluster) -> None:
    cluster.create(PODS, pod(initContainers=[container("wait", command=shell("exit 3"))]))
    cluster.run(60)
    assert words(cluster) == [
        "Pending",
        "Init:0/1",
        "Init:Error",
        "Init:0/1",
        "Init:Error",
        "Init:CrashLoopBackOff",
        "Init:0/1",
        "Init:Error",
        "Init:CrashLoopBackOff",
        "Init:0/1",
        "Init:Error",
        "Init:CrashLoopBackOff",
    ]
    status = shown(cluster, "initContainerStatuses")
    assert status["restartCount"] == 3
    assert status["lastState"]["terminated"]["exitCode"] == 3
    uid = cluster.get(PODS, "one")["metadata"]["uid"]
    assert status["state"]["waiting"]["message"] == (
        f"back-off 40s restarting failed container=wait pod=one_default({uid})"
    )
    assert cluster.get(PODS, "one")["status"]["phase"] == "Pending"
    assert set(told(cluster)) == {
        (
            "Warning",
            "BackOff",
            f"Back-off restarting failed container wait in pod one_default({uid})",
        )
    }


def test_an_init_container_that_fails_once_and_for_all(cluster: Cluster) -> None:
    first = [container("wait", command=["false"])]
    cluster.create(PODS, pod(initContainers=first, restartPolicy="Never"))
    cluster.settle()
    assert cluster.get(PODS, "one")["status"]["phase"] == "Failed"
    assert words(cluster)[-1] == "Init:Error"


def test_a_sidecar_runs_beside_and_ends_with_the_others(cluster: Cluster) -> None:
    side = container("proxy", restartPolicy="Always")
    main = container(command=shell("exit 0"))
    cluster.create(PODS, pod(initContainers=[side], containers=[main], restartPolicy="Never"))
    cluster.run(0.2)
    assert "running" in shown(cluster, "initContainerStatuses")["state"]
    cluster.settle()
    status = cluster.get(PODS, "one")["status"]
    assert status["phase"] == "Succeeded"
    assert status["initContainerStatuses"][0]["state"]["terminated"]["reason"] == "Completed"
    assert status["containerStatuses"][0]["state"]["terminated"]["exitCode"] == 0
    assert condition(cluster, "Ready")["reason"] == "PodCompleted"


def test_a_sidecar_that_dies_does_not_stop_the_others(cluster: Cluster) -> None:
    side = container("proxy", restartPolicy="Always", command=["false"])
    cluster.create(PODS, pod(initContainers=[side]))
    cluster.run(120)
    status = cluster.get(PODS, "one")["status"]
    assert status["phase"] == "Running"
    assert status["initContainerStatuses"][0]["restartCount"] >= 3
    main = status["containerStatuses"][0]
    assert (main["ready"], main["restartCount"]) == (True, 0)
    assert condition(cluster, "Ready")["message"] == "containers with unready status: [proxy]"
    assert condition(cluster, "Initialized")["status"] == "True"


def test_a_sidecar_counts_for_readiness(cluster: Cluster) -> None:
    side = container("proxy", restartPolicy="Always")
    cluster.create(PODS, pod(initContainers=[side]))
    cluster.settle()
    assert summary(cluster.get(PODS, "one")).reason == "Running"
    cluster.annotate(PODS, "one", hold="true")
    cluster.settle()
    assert condition(cluster, "Ready")["message"] == ("containers with unready status: [proxy app]")


def test_an_init_image_that_cannot_be_pulled(cluster: Cluster) -> None:
    cluster.create(PODS, pod(initContainers=[container("wait", image="busybox:broken")]))
    cluster.settle()
    assert words(cluster)[-2:] == ["Init:ErrImagePull", "Init:ImagePullBackOff"]
    text = 'failed to pull image "busybox:broken": not found'
    assert list(told(cluster)) == [
        ("Normal", "Pulling", 'Pulling image "busybox:broken"'),
        ("Warning", "Failed", f'Failed to pull image "busybox:broken": {text}'),
        ("Warning", "Failed", "Error: ErrImagePull"),
        ("Normal", "BackOff", 'Back-off pulling image "busybox:broken"'),
        ("Warning", "Failed", "Error: ImagePullBackOff"),
    ]


def test_one_of_two_containers_that_cannot_be_pulled(cluster: Cluster) -> None:
    both = [container(), container("log", image="log:broken")]
    cluster.create(PODS, pod(containers=both))
    cluster.settle()
    assert cluster.get(PODS, "one")["status"]["phase"] == "Pending"
    assert condition(cluster, "Ready")["message"] == "containers with unready status: [log]"


@pytest.mark.parametrize(
    ("policy", "command", "phase", "word"),
    [
        ("Never", "exit 0", "Succeeded", "Completed"),
        ("Never", "exit 2", "Failed", "Error"),
        ("OnFailure", "exit 0", "Succeeded", "Completed"),
        ("OnFailure", "exit 2", "Running", "CrashLoopBackOff"),
        ("Always", "exit 0", "Running", "CrashLoopBackOff"),
    ],
)
def test_commands_that_end(
    cluster: Cluster, policy: str, command: str, phase: str, word: str
) -> None:
    one = container(command=shell(command))
    cluster.create(PODS, pod(containers=[one], restartPolicy=policy))
    cluster.run(5)
    assert cluster.get(PODS, "one")["status"]["phase"] == phase
    assert summary(cluster.get(PODS, "one")).reason == word


def test_the_wait_grows_to_five_minutes(cluster: Cluster) -> None:
    assert [delay(number) for number in range(1, 8)] == [10, 20, 40, 80, 160, 300, 300]
    assert [spelled(seconds) for seconds in (10, 40, 80, 160, 300)] == [
        "10s",
        "40s",
        "1m20s",
        "2m40s",
        "5m0s",
    ]
    cluster.create(PODS, pod(annotations={"sts-tutor.dev/crash": "true"}))
    counts = []
    for seconds in (1, 41, 81, 161, 301):
        cluster.run(seconds)
        counts.append(shown(cluster)["restartCount"])
    assert counts == [3, 4, 5, 6, 7]
    assert shown(cluster)["state"]["waiting"]["message"] == (
        "back-off 5m0s restarting failed container"
    )
    cluster.annotate(PODS, "one", crash=None)
    cluster.settle()
    status = shown(cluster)
    assert (status["ready"], status["restartCount"]) == (True, 7)
    assert status["lastState"]["terminated"]["exitCode"] == 1


def test_a_crash_without_another_try(cluster: Cluster) -> None:
    marks = {"sts-tutor.dev/crash": "true"}
    cluster.create(PODS, pod(annotations=marks, restartPolicy="Never"))
    cluster.settle()
    assert cluster.get(PODS, "one")["status"]["phase"] == "Failed"
    assert condition(cluster, "Ready")["reason"] == "PodFailed"


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (["false"], 1),
        (["/bin/true"], 0),
        (shell("exit 300"), 44),
        (shell(" exit 1; "), 1),
        (shell("echo hi; exit 1"), None),
        (["sleep", "3600"], None),
        ([], None),
    ],
)
def test_only_plain_commands_are_understood(command: list[str], code: int | None) -> None:
    assert exit_code({"command": command}) == code
    assert exit_code({"args": command}) is None


def test_a_missing_config_map_is_waited_for(cluster: Cluster) -> None:
    one = container(envFrom=[{"configMapRef": {"name": "settings"}}])
    cluster.create(PODS, pod(containers=[one]))
    cluster.settle()
    assert shown(cluster)["state"] == {
        "waiting": {
            "reason": "CreateContainerConfigError",
            "message": 'configmap "settings" not found',
        }
    }
    assert list(told(cluster)) == [("Warning", "Failed", 'Error: configmap "settings" not found')]
    assert cluster.get(PODS, "one")["status"]["phase"] == "Pending"
    cluster.create(CONFIGS, {"metadata": {"name": "settings"}, "data": {"a": "b"}})
    cluster.settle()
    assert cluster.get(PODS, "one")["status"]["phase"] == "Running"


def test_a_missing_key_of_a_secret(cluster: Cluster) -> None:
    cluster.create(SECRETS, {"metadata": {"name": "login"}, "stringData": {"user": "me"}})
    source = {"secretKeyRef": {"name": "login", "key": "password"}}
    one = container(env=[{"name": "PASSWORD", "valueFrom": source}])
    cluster.create(PODS, pod(containers=[one]))
    cluster.settle()
    assert shown(cluster)["state"]["waiting"]["message"] == (
        "couldn't find key password in Secret default/login"
    )
    cluster.patch(SECRETS, "login", {"stringData": {"password": "x"}})
    cluster.settle()
    assert cluster.get(PODS, "one")["status"]["phase"] == "Running"


@pytest.mark.parametrize(
    ("volume", "text"),
    [
        ({"configMap": {"name": "gone"}}, 'configmap "gone" not found'),
        ({"secret": {"secretName": "gone"}}, 'secret "gone" not found'),
        (
            {"projected": {"sources": [{"configMap": {"name": "gone"}}]}},
            'configmap "gone" not found',
        ),
        (
            {"configMap": {"name": "half", "items": [{"key": "b", "path": "b"}]}},
            "configmap references non-existent config key: b",
        ),
    ],
)
def test_a_volume_that_cannot_be_mounted(cluster: Cluster, volume: Obj, text: str) -> None:
    cluster.create(CONFIGS, {"metadata": {"name": "half"}, "data": {"a": "b"}})
    cluster.create(PODS, pod(volumes=[{"name": "files", **volume}]))
    cluster.settle()
    assert words(cluster)[-1] == "ContainerCreating"
    full = f'MountVolume.SetUp failed for volume "files" : {text}'
    assert list(told(cluster)) == [("Warning", "FailedMount", full)]
    cluster.create(CONFIGS, {"metadata": {"name": "gone"}})
    cluster.create(SECRETS, {"metadata": {"name": "gone"}})
    cluster.patch(CONFIGS, "half", {"data": {"b": "c"}})
    cluster.settle()
    assert cluster.get(PODS, "one")["status"]["phase"] == "Running"


def test_what_is_optional_is_not_waited_for(cluster: Cluster) -> None:
    one = container(envFrom=[{"secretRef": {"name": "gone", "optional": True}}])
    volumes = [{"name": "files", "configMap": {"name": "gone", "optional": True}}]
    cluster.create(PODS, pod(containers=[one], volumes=volumes))
    cluster.settle()
    assert cluster.get(PODS, "one")["status"]["phase"] == "Running"


def test_a_pod_may_not_run_longer_than_it_says(cluster: Cluster) -> None:
    cluster.create(PODS, pod(activeDeadlineSeconds=10))
    cluster.run(9)
    assert cluster.get(PODS, "one")["status"]["phase"] == "Running"
    cluster.run(2)
    status = cluster.get(PODS, "one")["status"]
    text = "Pod was active on the node longer than the specified deadline"
    assert (status["phase"], status["reason"], status["message"]) == (
        "Failed",
        "DeadlineExceeded",
        text,
    )
    assert status["containerStatuses"][0]["state"]["terminated"]["exitCode"] == 137
    assert list(told(cluster)) == [("Normal", "DeadlineExceeded", text)]


def probing(kind: str, **more: Any) -> Obj:
    probe = {"exec": {"command": ["false"]}, "periodSeconds": 5, **more}
    return {**container(), kind: probe}


def test_a_readiness_probe_that_plainly_fails(cluster: Cluster) -> None:
    cluster.create(PODS, pod(containers=[probing("readinessProbe")]))
    cluster.run(300)
    status = shown(cluster)
    assert (status["ready"], status["started"], status["restartCount"]) == (False, True, 0)
    assert cluster.get(PODS, "one")["status"]["phase"] == "Running"
    assert list(told(cluster)) == [("Warning", "Unhealthy", "Readiness probe failed: ")]


@pytest.mark.parametrize(("kind", "ready"), [("livenessProbe", True), ("startupProbe", False)])
def test_a_probe_that_kills(cluster: Cluster, kind: str, ready: bool) -> None:
    one = probing(kind, initialDelaySeconds=2, failureThreshold=3)
    cluster.create(PODS, pod(containers=[one]))
    cluster.run(5)
    status = shown(cluster)
    assert (status["ready"], status["started"]) == (ready, ready)
    cluster.run(10)
    assert shown(cluster)["restartCount"] == 1
    assert shown(cluster)["lastState"]["terminated"]["exitCode"] == 137
    cluster.run(15)
    assert summary(cluster.get(PODS, "one")).reason == "CrashLoopBackOff"
    name = kind.removesuffix("Probe")
    reasons = [text for _, reason, text in told(cluster) if reason in ("Unhealthy", "Killing")]
    assert set(reasons) == {
        f"{name.title()} probe failed: ",
        f"Container app failed {name} probe, will be restarted",
    }


def test_probes_that_would_need_a_process_succeed(cluster: Cluster) -> None:
    probe = {"httpGet": {"path": "/", "port": 80}, "initialDelaySeconds": 600}
    cluster.create(PODS, pod(containers=[container(readinessProbe=probe, livenessProbe=probe)]))
    cluster.run(1)
    assert shown(cluster)["ready"]

import pytest

from tests.rules.manifests import together
from tests.rules.volumes import codes, only, ordered
from tutor.model.findings import Severity

PROBE = "        readinessProbe: {tcpSocket: {port: 80}}\n"


def unguarded(spec: str = "", *, replicas: str = "replicas: 3", pod: str = "") -> str:
    text = ordered(spec, replicas=replicas, pod=pod)
    assert PROBE in text
    return text.replace(PROBE, "")


@pytest.mark.parametrize(
    ("spec", "replicas", "pod", "expected"),
    [
        ("", "replicas: 3", "", ["STS212"]),
        ("podManagementPolicy: OrderedReady", "replicas: 2", "", ["STS212"]),
        ("podManagementPolicy: Parallel", "replicas: 3", "", []),
        ("", "replicas: 1", "", []),
        ("", "", "", []),
        ("", "replicas: lots", "", []),
        ("", "replicas: 3", "readinessGates: [{conditionType: example.com/ready}]", []),
        # A sidecar with a probe gates the Pod, an ordinary init container does not.
        (
            "",
            "replicas: 3",
            "initContainers: [{name: s, image: x, restartPolicy: Always, startupProbe: {}}]",
            [],
        ),
        ("", "replicas: 3", "initContainers: [{name: i, image: x}]", ["STS212"]),
        ("minReadySeconds: 5", "replicas: 3", "", ["STS217"]),
        ("minReadySeconds: 5", "replicas: 1", "", ["STS217"]),
        ("minReadySeconds: 0", "replicas: 1", "", []),
    ],
)
def test_without_a_readiness_probe(spec: str, replicas: str, pod: str, expected: list[str]) -> None:
    assert codes(unguarded(spec, replicas=replicas, pod=pod)) == expected


@pytest.mark.parametrize("probe", ["readinessProbe", "startupProbe"])
def test_one_probe_is_enough(probe: str) -> None:
    text = ordered("minReadySeconds: 5").replace("readinessProbe", probe)
    assert codes(text) == []
    assert codes(text.replace(f"{probe}:", "livenessProbe:")) == ["STS217"]


def test_the_probe_is_asked_of_the_container() -> None:
    found = only(unguarded())
    assert found.path == "spec.template.spec.containers[0].readinessProbe"
    assert found.params["container"] == "app"
    assert found.severity is Severity.ADVICE


def test_negative_seconds_are_an_error() -> None:
    found = only(ordered("minReadySeconds: -1"))
    assert (found.variant, found.severity) == ("negative", Severity.ERROR)


CONFIG = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {A: b}\n"
FROM_ENV = "envFrom: [{configMapRef: {name: settings}}]"


def configured(container: str, *, config: str = CONFIG, annotations: str = "") -> str:
    text = ordered(pod="volumes: [{name: files, configMap: {name: settings}}]").replace(
        PROBE, PROBE + f"        {container}\n"
    )
    if annotations:
        text = text.replace("{labels: {app: web}}", f"{{labels: {{app: web}}, {annotations}}}")
    return together(config, text)


@pytest.mark.parametrize(
    ("container", "expected"),
    [
        (FROM_ENV, ["STS226"]),
        (
            "env: [{name: A, valueFrom: {configMapKeyRef: {name: settings, key: A}}}]",
            ["STS226"],
        ),
        ("volumeMounts: [{name: files, mountPath: /a, subPath: a}]", ["STS226"]),
        # Files in a whole directory follow the ConfigMap.
        ("volumeMounts: [{name: files, mountPath: /a}]", []),
        ("envFrom: [{configMapRef: {name: elsewhere}}]", []),
        ("envFrom: [{secretRef: {name: settings}}]", []),
        ("envFrom: nonsense", []),
    ],
)
def test_configuration_read_at_the_start(container: str, expected: list[str]) -> None:
    assert codes(configured(container)) == expected


@pytest.mark.parametrize(
    ("config", "annotations"),
    [
        (CONFIG, "annotations: {checksum/config: abc}"),
        (CONFIG, "annotations: {reloader.stakater.com/auto: 'true'}"),
        (CONFIG + "immutable: true\n", ""),
        (CONFIG.replace("{name: settings}", "{name: settings, namespace: other}"), ""),
    ],
)
def test_configuration_that_is_taken_care_of(config: str, annotations: str) -> None:
    assert codes(configured(FROM_ENV, config=config, annotations=annotations)) == []


@pytest.mark.parametrize(
    ("name", "expected"), [("settings-5t8h2k9f6d", []), ("settings-production", ["STS226"])]
)
def test_a_name_with_a_hash_changes_with_the_content(name: str, expected: list[str]) -> None:
    assert codes(configured(FROM_ENV).replace("name: settings", f"name: {name}")) == expected

"""The Pod Security Standards, by the labels of a namespace."""

from typing import Any

import pytest

from tests.offline.controllers.cluster import PODS, SETS, Cluster, pod, recorded_set
from tutor.offline.errors import ApiError
from tutor.offline.objects import Obj, copy_of
from tutor.offline.pod_security.checks import Pod, violations

LABEL = "pod-security.kubernetes.io/"
GOOD = {
    "allowPrivilegeEscalation": False,
    "runAsNonRoot": True,
    "capabilities": {"drop": ["ALL"]},
    "seccompProfile": {"type": "RuntimeDefault"},
}


def wanting(cluster: Cluster, **labels: str) -> list[str]:
    """Label the namespace; what is warned of."""
    named = {LABEL + name.replace("_", "-"): value for name, value in labels.items()}
    request = cluster._request("patch", "namespaces", "default", patch_type="merge")
    cluster.registry.patch(request, {"metadata": {"labels": named}})
    return list(request.warnings)


def make(cluster: Cluster, found: Obj, resource: str = PODS) -> list[str]:
    """Create an object; what is warned of."""
    request = cluster._request("create", resource)
    kind = {"apiVersion": request.resource.api_version, "kind": request.resource.kind}
    cluster.registry.create(request, {**kind, **found})
    return [one for one in request.warnings if "PodSecurity" in one]


def secured(name: str = "one", **context: Any) -> Obj:
    found = pod(name)
    found["spec"]["containers"][0]["securityContext"] = context
    return found


def refused(cluster: Cluster, found: Obj) -> str:
    with pytest.raises(ApiError) as refusal:
        make(cluster, found)
    assert refusal.value.code == 403
    return refusal.value.message


def test_nothing_is_asked_for_without_labels() -> None:
    assert make(Cluster(), secured(privileged=True)) == []


def test_a_level_is_enforced_in_the_words_of_the_server() -> None:
    cluster = Cluster()
    wanting(cluster, enforce="baseline")
    assert refused(cluster, secured(privileged=True)) == (
        'pods "one" is forbidden: violates PodSecurity "baseline:latest": privileged (container '
        '"app" must not set securityContext.privileged=true)'
    )
    assert make(cluster, pod("two")) == []
    wanting(cluster, enforce="restricted", enforce_version="v1.30")
    assert refused(cluster, pod("three")) == (
        'pods "three" is forbidden: violates PodSecurity "restricted:v1.30": '
        'allowPrivilegeEscalation != false (container "app" must set '
        "securityContext.allowPrivilegeEscalation=false), unrestricted capabilities (container "
        '"app" must set securityContext.capabilities.drop=["ALL"]), runAsNonRoot != true (pod or '
        'container "app" must set securityContext.runAsNonRoot=true), seccompProfile (pod or '
        'container "app" must set securityContext.seccompProfile.type to "RuntimeDefault" or '
        '"Localhost")'
    )
    assert make(cluster, secured("four", **GOOD)) == []


def test_a_template_is_warned_of_and_its_pods_are_refused() -> None:
    cluster = Cluster()
    wanting(cluster, enforce="baseline")
    body = copy_of(recorded_set())
    body["spec"]["template"]["spec"]["hostNetwork"] = True
    text = 'PodSecurity "baseline:latest": host namespaces (hostNetwork=true)'
    assert make(cluster, body, SETS)[0].startswith(f"would violate {text}")
    cluster.settle()
    assert cluster.names(PODS) == []
    told = [one for one in cluster.events("StatefulSet") if one[1] == "FailedCreate"]
    assert f"violates {text}" in told[0][2]


def test_warn_warns_and_audit_is_silent() -> None:
    cluster = Cluster()
    wanting(cluster, warn="restricted", audit="baseline")
    (said,) = make(cluster, pod("one"))
    assert said.startswith('would violate PodSecurity "restricted:latest": allowPriv')
    wanting(cluster, warn="privileged")
    assert make(cluster, secured("two", privileged=True)) == []


@pytest.mark.parametrize(
    ("label", "value", "why"),
    [
        ("enforce", "strict", "must be one of privileged, baseline, restricted"),
        ("warn_version", "1.30", 'must be "latest" or "v1.x"'),
    ],
)
def test_labels_are_held_to_what_there_is(label: str, value: str, why: str) -> None:
    with pytest.raises(ApiError) as refusal:
        wanting(Cluster(), **{label: value})
    assert refusal.value.code == 422
    assert why in refusal.value.message


def test_a_namespace_that_asks_for_more_says_whose_pods_have_less() -> None:
    cluster = Cluster()
    for name in ("a", "b", "c"):
        make(cluster, secured(name, privileged=name != "c"))
    assert wanting(cluster, enforce="baseline") == [
        'existing pods in namespace "default" violate the new PodSecurity enforce level '
        '"baseline:latest"',
        "a (and 1 other pod): privileged",
    ]
    assert wanting(cluster, enforce="privileged") == []


def test_only_another_image_is_looked_at_again() -> None:
    cluster = Cluster()
    make(cluster, secured(privileged=True))
    wanting(cluster, enforce="baseline")
    cluster.patch(PODS, "one", {"metadata": {"labels": {"a": "b"}}})
    image = {"spec": {"containers": [{"name": "app", "image": "nginx:1.27"}]}}
    with pytest.raises(ApiError, match="violates PodSecurity"):
        cluster.patch(PODS, "one", image, "strategic")


CONTAINER = {"name": "a"}


@pytest.mark.parametrize(
    ("spec", "minor", "reasons"),
    [
        ({"hostPID": True, "hostIPC": True}, 36, ["host namespaces"]),
        ({"volumes": [{"name": "v", "hostPath": {"path": "/"}}]}, 36, ["hostPath volumes"]),
        ({"containers": [{**CONTAINER, "ports": [{"hostPort": 80}]}]}, 36, ["hostPort"]),
        (
            {"containers": [{**CONTAINER, "livenessProbe": {"httpGet": {"host": "h"}}}]},
            36,
            ["probe or lifecycle host"],
        ),
        ({"containers": [{**CONTAINER, "livenessProbe": {"httpGet": {"host": "h"}}}]}, 33, []),
        ({"securityContext": {"sysctls": [{"name": "net.ipv4.tcp_rmem"}]}}, 36, []),
        (
            {"securityContext": {"sysctls": [{"name": "net.ipv4.tcp_rmem"}]}},
            31,
            ["forbidden sysctls"],
        ),
        (
            {"securityContext": {"seccompProfile": {"type": "Unconfined"}}},
            36,
            ["seccompProfile"],
        ),
        (
            {"securityContext": {"appArmorProfile": {"type": "Unconfined"}}},
            36,
            ["forbidden AppArmor profile"],
        ),
        ({"securityContext": {"seLinuxOptions": {"type": "x_t"}}}, 36, ["seLinuxOptions"]),
        (
            {"initContainers": [{**CONTAINER, "securityContext": {"procMount": "Unmasked"}}]},
            36,
            ["procMount"],
        ),
        (
            {
                "hostUsers": False,
                "containers": [{**CONTAINER, "securityContext": {"procMount": "Unmasked"}}],
            },
            36,
            [],
        ),
        (
            {"securityContext": {"windowsOptions": {"hostProcess": True}}},
            36,
            ["hostProcess"],
        ),
        (
            {
                "containers": [
                    {**CONTAINER, "securityContext": {"capabilities": {"add": ["SYS_ADMIN"]}}}
                ]
            },
            36,
            ["non-default capabilities"],
        ),
    ],
)
def test_what_the_baseline_forbids(spec: Obj, minor: int, reasons: list[str]) -> None:
    assert [one.reason for one in violations("baseline", Pod({}, spec, minor))] == reasons

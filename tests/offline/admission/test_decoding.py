"""What the decoder says of values of the wrong type: the struct, the way there, Go's type.

Source: sigs.k8s.io/json ``decode.go``; ``types.go`` of k8s.io/api; Go's ``time`` and
``encoding/base64``.
"""

import json
from typing import Any

import pytest

from tutor.offline.admission.decode import decode
from tutor.offline.admission.gobase64 import problem as base64_problem
from tutor.offline.admission.gotime import problem as time_problem
from tutor.offline.admission.typecheck import DecodeError, check
from tutor.offline.admission.types import type_of
from tutor.offline.errors import ApiError

_GROUPS = {
    "StatefulSet": "apps/v1",
    "PodDisruptionBudget": "policy/v1",
    "Lease": "coordination.k8s.io/v1",
}


def refusal(kind: str, **body: Any) -> str:
    version = _GROUPS.get(kind, "v1")
    sent = json.dumps({"kind": kind, "apiVersion": version, **body}).encode()
    with pytest.raises(ApiError) as caught:
        decode(sent, "application/json", kind, version)
    head = f'{kind} in version "{version.rpartition("/")[2]}" cannot be handled as a {kind}: '
    assert caught.value.message.startswith(head)
    return caught.value.message.removeprefix(head)


def a_pod(**spec: Any) -> dict[str, Any]:
    return {"spec": spec}


def a_container(**fields: Any) -> dict[str, Any]:
    return a_pod(containers=[fields])


@pytest.mark.parametrize(
    ("kind", "body", "what"),
    [
        ("Pod", a_pod(volumes=[{"emptyDir": "x"}]),
         "string into Go struct field Volume.spec.volumes.VolumeSource.emptyDir"
         " of type v1.EmptyDirVolumeSource"),
        ("Pod", a_pod(volumes=[{"configMap": {"items": [{"path": 5}]}}]),
         "number into Go struct field KeyToPath.spec.volumes.VolumeSource.configMap.items.path"
         " of type string"),
        ("Pod", a_pod(volumes=[{"configMap": {"name": True}}]),
         "bool into Go struct field ConfigMapVolumeSource.spec.volumes.VolumeSource.configMap"
         ".LocalObjectReference.name of type string"),
        ("Pod", a_pod(volumes=[{"secret": {"defaultMode": "0644"}}]),
         "string into Go struct field SecretVolumeSource.spec.volumes.VolumeSource.secret"
         ".defaultMode of type int32"),
        ("Pod", a_pod(volumes=[{"projected": {"sources": [{"configMap": {"name": 1}}]}}]),
         "number into Go struct field ConfigMapProjection.spec.volumes.VolumeSource.projected"
         ".sources.configMap.LocalObjectReference.name of type string"),
        ("Pod", a_container(readinessProbe={"httpGet": []}),
         "array into Go struct field Probe.spec.containers.readinessProbe.ProbeHandler.httpGet"
         " of type v1.HTTPGetAction"),
        ("Pod", a_container(readinessProbe={"httpGet": {"port": True}}),
         "bool into Go struct field HTTPGetAction.spec.containers.readinessProbe.ProbeHandler"
         ".httpGet.port of type int32"),
        ("Pod", a_container(lifecycle={"preStop": {"exec": {"command": "x"}}}),
         "string into Go struct field ExecAction.spec.containers.lifecycle.preStop.exec.command"
         " of type []string"),
        ("Pod", a_container(env=[{"valueFrom": {"secretKeyRef": {"name": 5}}}]),
         "number into Go struct field SecretKeySelector.spec.containers.env.valueFrom.secretKeyRef"
         ".LocalObjectReference.name of type string"),
        ("Pod", a_container(envFrom=[{"secretRef": {"name": []}}]),
         "array into Go struct field SecretEnvSource.spec.containers.envFrom.secretRef"
         ".LocalObjectReference.name of type string"),
        ("Pod", a_container(securityContext={"capabilities": {"drop": "ALL"}}),
         "string into Go struct field Capabilities.spec.containers.securityContext.capabilities"
         ".drop of type []v1.Capability"),
        ("Pod", a_container(securityContext={"capabilities": {"drop": [5]}}),
         "number into Go struct field Capabilities.spec.containers.securityContext.capabilities"
         ".drop of type v1.Capability"),
        ("Pod", a_container(resources={"limits": "1"}),
         "string into Go struct field ResourceRequirements.spec.containers.resources.limits"
         " of type v1.ResourceList"),
        ("Pod", a_container(resizePolicy=[{"resourceName": 1}]),
         "number into Go struct field ContainerResizePolicy.spec.containers.resizePolicy"
         ".resourceName of type v1.ResourceName"),
        ("Pod", a_container(ports=[{"protocol": 1}]),
         "number into Go struct field ContainerPort.spec.containers.ports.protocol"
         " of type v1.Protocol"),
        ("Pod", a_pod(activeDeadlineSeconds=1.5),
         "number 1.5 into Go struct field PodSpec.spec.activeDeadlineSeconds of type int64"),
        ("Pod", a_pod(topologySpreadConstraints=[{"nodeTaintsPolicy": 1}]),
         "number into Go struct field TopologySpreadConstraint.spec.topologySpreadConstraints"
         ".nodeTaintsPolicy of type v1.NodeInclusionPolicy"),
        ("Pod", a_pod(nodeSelector={"a": 1}),
         "number into Go struct field PodSpec.spec.nodeSelector of type string"),
        ("Pod", {"metadata": {"ownerReferences": [{"uid": 5}]}},
         "number into Go struct field OwnerReference.metadata.ownerReferences.uid"
         " of type types.UID"),
        ("Pod", {"metadata": {"creationTimestamp": 5}},
         "number into Go struct field ObjectMeta.metadata.creationTimestamp of type string"),
        ("StatefulSet", {"spec": {"volumeClaimTemplates": [{"kind": 5}]}},
         "number into Go struct field PersistentVolumeClaim.spec.volumeClaimTemplates"
         ".TypeMeta.kind of type string"),
        ("StatefulSet", {"spec": {"volumeClaimTemplates": [{"spec": {"accessModes": [1]}}]}},
         "number into Go struct field PersistentVolumeClaimSpec.spec.volumeClaimTemplates.spec"
         ".accessModes of type v1.PersistentVolumeAccessMode"),
        ("PersistentVolume", {"spec": {"csi": {"readOnly": "no"}}},
         "string into Go struct field CSIPersistentVolumeSource.spec.PersistentVolumeSource.csi"
         ".readOnly of type bool"),
        ("Service", {"spec": {"ipFamilies": ["IPv4", 6]}},
         "number into Go struct field ServiceSpec.spec.ipFamilies of type v1.IPFamily"),
        ("Secret", {"data": {"a": 5}}, "number into Go struct field Secret.data of type []uint8"),
        ("PodDisruptionBudget", {"spec": {"minAvailable": 1.5}},
         "number 1.5 into Go struct field PodDisruptionBudgetSpec.spec.minAvailable of type int32"),
    ],
)  # fmt: skip
def test_values_of_another_type(kind: str, body: dict[str, Any], what: str) -> None:
    assert refusal(kind, **body) == f"json: cannot unmarshal {what}"


def test_the_first_mismatch_counts() -> None:
    text = refusal("Pod", **a_pod(hostname=1, subdomain=2))
    assert ".hostname " in text


def test_what_decodes_itself_ends_everything() -> None:
    body = a_container(name=1, resources={"limits": {"cpu": "x"}})
    assert refusal("Pod", **body).startswith("quantities must match the regular expression")


def test_data_that_is_not_base64() -> None:
    assert refusal("Secret", data={"a": "not base64!"}) == "illegal base64 data at input byte 3"


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("", None), ("YQ==", None), ("YW\nI=\n", None), ("YWJj\r\n", None),
        ("a", 0), ("ab", 0), ("abc", 0), ("abcd e", 4), ("YQ=", 3), ("YQ=a", 2), ("YQ==YQ==", 4),
        ("=", 0), ("a=", 1), ("あ", 0), ("abcda", 4),
    ],
)  # fmt: skip
def test_where_base64_ends(text: str, at: int | None) -> None:
    assert base64_problem(text) == ("" if at is None else f"illegal base64 data at input byte {at}")


_SECONDS = '"2006-01-02T15:04:05Z07:00"'


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("2026-02-28T00:00:00Z", ""),
        ("2026-02-28T00:00:00.5+09:00", ""),
        ("yesterday", f' as {_SECONDS}: cannot parse "yesterday" as "2006"'),
        ("2026-02-28", f' as {_SECONDS}: cannot parse "" as "T"'),
        ("2026-13-01T00:00:00Z", ": month out of range"),
        ("2026-02-30T00:00:00Z", ": day out of range"),
        ("2026-02-28T24:00:00Z", ": hour out of range"),
        ("2026-02-28T00:00:00", f' as {_SECONDS}: cannot parse "" as "Z07:00"'),
        ("2026-02-28T00:00:00Zx", ': extra text: "x"'),
    ],
)
def test_times(text: str, why: str) -> None:
    assert time_problem(text) == (f'parsing time "{text}"{why}' if why else "")


def test_times_with_decimals() -> None:
    assert time_problem("2026-02-28T00:00:00.000000Z", micro=True) == ""
    found = refusal("Lease", spec={"renewTime": "2026-02-28T00:00:00Z"})
    layout = '"2006-01-02T15:04:05.000000Z07:00"'
    assert found == (
        f'parsing time "2026-02-28T00:00:00Z" as {layout}: cannot parse "Z" as ".000000"'
    )


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({"spec": {"replicas": 1.5}}, "cannot convert float64 to int32"),
        ({"spec": {"replicas": "x"}}, "unrecognized type: int32"),
        ({"spec": {"serviceName": 5}}, "cannot convert int64 to string"),
        (
            {"spec": {"podManagementPolicy": 5}},
            "cannot convert int64 to v1.PodManagementPolicyType",
        ),
        ({"spec": {"serviceName": True}}, "unrecognized type: string"),
        ({"metadata": {"labels": 5}}, "cannot restore map from int64"),
        ({"spec": {"template": "x"}}, "cannot restore struct from: string"),
        ({"spec": {"volumeClaimTemplates": {}}}, "cannot restore slice from map"),
        (
            {"metadata": {"creationTimestamp": 5}},
            "json: cannot unmarshal number into Go value of type string",
        ),
    ],
)
def test_maps_that_were_patched(body: dict[str, Any], text: str) -> None:
    with pytest.raises(DecodeError) as caught:
        check(body, type_of("StatefulSet", "apps/v1"))
    assert caught.value.converted == text


def test_unknown_fields_are_told_once_and_a_hundred_at_most() -> None:
    body = {"spec": {f"f{number}": 1 for number in range(150)}}
    assert len(check(body, type_of("Pod", "v1"))) == 100

"""What is wrong with objects, cause by cause: the texts, their fields and their order."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.offline.admission.test_validation import (
    Cluster,
    a_claim,
    a_pod,
    a_service,
    a_set,
    refusal,
)
from tutor.offline.admission.patch.merge import apply as merge
from tutor.offline.errors import ApiError

_TABLE = yaml.safe_load(Path(__file__).with_name("refusals.yaml").read_text("utf-8"))


def _whole(text: str) -> str:
    for name, known in _TABLE["texts"].items():
        text = text.replace(f"<{name}>", known)
    return text


@pytest.mark.parametrize("name", _TABLE["cases"])
def test_new_objects(name: str) -> None:
    case = _TABLE["cases"][name]
    assert refusal(case["of"], case["object"]) == [_whole(one) for one in case["causes"]]


def a_volume(**spec: Any) -> dict[str, Any]:
    base = {
        "accessModes": ["ReadWriteOnce"],
        "capacity": {"storage": "1Gi"},
        "hostPath": {"path": "/x"},
    }
    return {"metadata": {"name": "pv"}, "spec": {**base, **spec}}


def a_deployment() -> dict[str, Any]:
    labels = {"a": "b"}
    return {
        "metadata": {"name": "d"},
        "spec": {
            "selector": {"matchLabels": labels},
            "template": {
                "metadata": {"labels": labels},
                "spec": {"containers": [{"name": "c", "image": "i"}]},
            },
        },
    }


_ZONE = {
    "required": {
        "nodeSelectorTerms": [
            {"matchExpressions": [{"key": "zone", "operator": "In", "values": ["a"]}]}
        ]
    }
}
_OTHER = {
    "required": {
        "nodeSelectorTerms": [
            {"matchExpressions": [{"key": "zone", "operator": "In", "values": ["b"]}]}
        ]
    }
}


@pytest.mark.parametrize(
    ("resource", "obj", "patch", "causes"),
    [
        (
            "persistentvolumes",
            a_volume(nodeAffinity=_ZONE),
            {"spec": {"nodeAffinity": _OTHER, "volumeMode": "Block"}},
            [
                'volumeMode: Invalid value: "Block": field is immutable',
                'nodeAffinity: Invalid value: {"Required":{"NodeSelectorTerms":[{"MatchExpressions"'
                ':[{"Key":"zone","Operator":"In","Values":["b"]}],"MatchFields":null}]}}: field is'
                " immutable, except for updating from beta label to GA",
            ],
        ),
        (
            "storageclasses.storage.k8s.io",
            {"metadata": {"name": "s"}, "provisioner": "example.com/x"},
            {
                "parameters": {"a": "b"},
                "provisioner": "example.com/y",
                "reclaimPolicy": "Retain",
                "volumeBindingMode": "WaitForFirstConsumer",
            },
            [
                'parameters: Invalid value: {"a":"b"}: field is immutable',
                'provisioner: Invalid value: "example.com/y": field is immutable',
                'reclaimPolicy: Invalid value: "Retain": field is immutable',
                'volumeBindingMode: Invalid value: "WaitForFirstConsumer": field is immutable',
            ],
        ),
        (
            "secrets",
            {"metadata": {"name": "s"}, "data": {"a": "eA=="}, "immutable": True},
            {"type": "x", "data": {"b": "eA=="}, "immutable": None},
            [
                'type: Invalid value: "x": field is immutable',
                "immutable: Forbidden: field is immutable when `immutable` is set",
                "data: Forbidden: field is immutable when `immutable` is set",
            ],
        ),
        (
            "configmaps",
            {"metadata": {"name": "c"}, "data": {"a": "x"}, "immutable": True},
            {"data": {"a": "y"}, "binaryData": {"b": "eA=="}},
            [
                "data: Forbidden: field is immutable when `immutable` is set",
                "binaryData: Forbidden: field is immutable when `immutable` is set",
            ],
        ),
        (
            "deployments.apps",
            a_deployment(),
            {"spec": {"selector": {"matchLabels": {"c": "d"}}, "paused": True}},
            [
                'spec.template.metadata.labels: Invalid value: {"a":"b"}: `selector` does not match'
                " template `labels`",
                'spec.selector: Invalid value: {"matchLabels":{"a":"b","c":"d"}}: field is'
                " immutable",
            ],
        ),
        (
            "resourcequotas",
            {"metadata": {"name": "q"}, "spec": {"hard": {"pods": "1"}, "scopes": ["BestEffort"]}},
            {"spec": {"scopes": ["NotBestEffort"]}},
            ['spec.scopes: Invalid value: ["NotBestEffort"]: field is immutable'],
        ),
        (
            "services",
            a_service(),
            {"spec": {"clusterIP": "10.96.0.77", "ipFamilies": ["IPv6"], "type": "Odd"}},
            [
                'spec.clusterIPs[0]: Invalid value: ["10.96.0.77"]: may not change once set',
                'spec.ipFamilies[0]: Invalid value: ["IPv6"]: may not change once set',
                'spec.clusterIPs[0]: Invalid value: "10.96.0.77": expected an IPv6 value as'
                " indicated by `ipFamilies[0]`",
                'spec.type: Unsupported value: "Odd": supported values: "ClusterIP",'
                ' "ExternalName", "LoadBalancer", "NodePort"',
            ],
        ),
        (
            "pods",
            a_pod(activeDeadlineSeconds=5, tolerations=[{"key": "a", "operator": "Exists"}]),
            {
                "metadata": {"labels": {"a": "b c"}},
                "spec": {"activeDeadlineSeconds": None, "tolerations": []},
            },
            [
                *['metadata.labels: Invalid value: "b c": <value>'] * 4,
                "spec.activeDeadlineSeconds: Invalid value: null: must not update from a positive"
                " integer to nil value",
                "spec.tolerations: Forbidden: existing toleration can not be modified except its"
                " tolerationSeconds",
            ],
        ),
        (
            "persistentvolumeclaims",
            a_claim(),
            {"spec": {"resources": {"requests": {"storage": "1Mi"}}}},
            [
                "spec: Forbidden: spec is immutable after creation except resources.requests and"
                " volumeAttributesClassName for bound claims\n@@ -6,7 +6,7 @@\n"
                '  "Resources": {\n   "Limits": null,\n   "Requests": {\n'
                '-   "storage": "1Gi"\n+   "storage": "1Mi"\n   }\n  },\n  "VolumeName": "",\n',
            ],
        ),
    ],
)
def test_changes(resource: str, obj: dict[str, Any], patch: Any, causes: list[str]) -> None:
    cluster = Cluster()
    cluster.create(resource, obj)
    with pytest.raises(ApiError) as error:
        cluster.patch(resource, obj["metadata"]["name"], patch)
    found = [f"{one['field']}: {one['message']}" for one in error.value.details["causes"]]
    assert found == [_whole(one) for one in causes]


def test_the_source_of_a_volume_stays() -> None:
    cluster = Cluster()
    cluster.create("persistentvolumes", a_volume())
    with pytest.raises(ApiError) as error:
        cluster.patch("persistentvolumes", "pv", {"spec": {"hostPath": {"path": "/y"}}})
    head, _, rest = error.value.message.partition("\n")
    assert head == (
        'PersistentVolume "pv" is invalid: spec.persistentvolumesource: Forbidden:'
        " spec.persistentvolumesource is immutable after creation"
    )
    assert '-  "Path": "/x",\n+  "Path": "/y",\n' in rest


def test_templates_are_looked_at_like_pods() -> None:
    pods = {
        "metadata": {"labels": {"app": "m", "x": "y z"}},
        "spec": {
            "containers": [
                {
                    "name": "c",
                    "image": " i",
                    "livenessProbe": {},
                    "volumeMounts": [{"name": "no", "mountPath": "/x"}],
                }
            ],
            "nodeSelector": {"a b": "c"},
        },
    }
    body = merge(a_set(volumeClaimTemplates=None), {"spec": {"template": pods}})
    found = refusal("statefulsets.apps", body)
    assert [one.split(":")[0] for one in found] == [
        "spec.template.labels",
        "spec.template.spec.containers[0].volumeMounts[0].name",
        "spec.template.spec.containers[0].livenessProbe",
        "spec.template.spec.nodeSelector",
        "spec.template.labels",
    ]


def test_selectors_nobody_can_read() -> None:
    selector = {"matchExpressions": [{"key": "app", "operator": "Is", "values": ["m"]}]}
    shown = (
        'spec.selector: Invalid value: {"matchExpressions":[{"key":"app","operator":"Is",'
        '"values":["m"]}]}'
    )
    operator = (
        'spec.selector.matchExpressions[0].operator: Invalid value: "Is": not a valid selector'
        " operator"
    )
    body = a_set()
    body["spec"] = {**body["spec"], "selector": selector}
    assert refusal("statefulsets.apps", body) == [operator, shown]
    deployed = a_deployment()
    deployed["spec"]["selector"] = selector
    assert refusal("deployments.apps", deployed) == [operator, f"{shown}: invalid label selector"]


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("192.0.2.1", "the provided network does not match the current range"),
        (
            "10.96.0.0",
            "the provided IP (10.96.0.0) is not in the valid range. The range of valid IPs is"
            " 10.96.0.0/16",
        ),
    ],
)
def test_addresses_out_of_range(address: str, why: str) -> None:
    assert refusal("services", a_service(clusterIP=address)) == [
        f'spec.clusterIPs: Invalid value: ["{address}"]: failed to allocate IP {address}: {why}'
    ]


_ENDED = [{"name": "c", "state": {"terminated": {"exitCode": 0}}}]
_RUNS = [{"name": "c", "state": {"running": {}}}]


@pytest.mark.parametrize(
    ("resource", "obj", "before", "after", "causes"),
    [
        (
            "statefulsets.apps",
            a_set(),
            {"replicas": 1, "collisionCount": 2},
            {"replicas": 2, "readyReplicas": 3, "updatedReplicas": -1, "availableReplicas": 4},
            [
                "status.updatedReplicas: Invalid value: -1: must be greater than or equal to 0",
                "status.readyReplicas: Invalid value: 3: cannot be greater than status.replicas",
                "status.availableReplicas: Invalid value: 4: cannot be greater than"
                " status.replicas",
                "status.availableReplicas: Invalid value: 4: cannot be greater than"
                " status.readyReplicas",
            ],
        ),
        (
            "statefulsets.apps",
            a_set(),
            {"replicas": 1, "collisionCount": 2},
            {"collisionCount": 1},
            ["status.collisionCount: Invalid value: 1: cannot be decremented"],
        ),
        (
            "deployments.apps",
            a_deployment(),
            {"replicas": 1, "collisionCount": 2},
            {"observedGeneration": -1, "unavailableReplicas": -2, "collisionCount": None},
            [
                "status.observedGeneration: Invalid value: -1: must be greater than or equal to 0",
                "status.unavailableReplicas: Invalid value: -2: must be greater than or equal to 0",
                "status.collisionCount: Invalid value: 0: cannot be decremented",
            ],
        ),
        (
            "replicasets.apps",
            a_deployment(),
            {"replicas": 2},
            {"fullyLabeledReplicas": 3, "availableReplicas": 1},
            [
                "status.fullyLabeledReplicas: Invalid value: 3: cannot be greater than"
                " status.replicas",
                "status.availableReplicas: Invalid value: 1: cannot be greater than readyReplicas",
            ],
        ),
        (
            "pods",
            a_pod(restartPolicy="OnFailure"),
            {"containerStatuses": _ENDED},
            {
                "containerStatuses": _RUNS,
                "conditions": [{"type": "a b", "status": "True"}],
                "nominatedNodeName": "node-1",
                "qosClass": "Guaranteed",
            },
            [
                'status.conditions[0].Type: Invalid value: "a b": <name>',
                'status.qosClass: Invalid value: "Guaranteed": field is immutable',
                "status.containerStatuses[0].state: Forbidden: may not be transitioned to"
                " non-terminated state",
            ],
        ),
        (
            "namespaces",
            {"metadata": {"name": "n"}},
            {},
            {"phase": "Terminating"},
            [
                "status.Phase: Invalid value: \"Terminating\": may only be 'Active' if"
                " `deletionTimestamp` is empty"
            ],
        ),
    ],
)
def test_written_statuses(
    resource: str, obj: dict[str, Any], before: Any, after: Any, causes: list[str]
) -> None:
    cluster = Cluster()
    cluster.create(resource, obj)
    name = obj["metadata"]["name"]
    cluster.patch(resource, name, {"status": before}, "status")
    with pytest.raises(ApiError) as error:
        cluster.patch(resource, name, {"status": after}, "status")
    found = [f"{one['field']}: {one['message']}" for one in error.value.details["causes"]]
    assert found == [_whole(one) for one in causes]


@pytest.mark.parametrize(("policy", "code"), [("Always", 0), ("OnFailure", 1)])
def test_containers_that_may_run_again(policy: str, code: int) -> None:
    cluster = Cluster()
    cluster.create("pods", a_pod(restartPolicy=policy))
    ended = [{"name": "c", "state": {"terminated": {"exitCode": code}}}]
    cluster.patch("pods", "p", {"status": {"containerStatuses": ended}}, "status")
    cluster.patch("pods", "p", {"status": {"containerStatuses": _RUNS}}, "status")

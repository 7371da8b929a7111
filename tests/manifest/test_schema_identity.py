from typing import Any

import pytest

from tutor.i18n.pages import message
from tutor.manifest.fragments import is_fragment
from tutor.manifest.reader import read
from tutor.manifest.schema import check
from tutor.model.findings import Finding, Severity

NAMED = "metadata: {name: web}\n"


def findings(text: str, **options: Any) -> list[Finding]:
    found = [f for document in read(text).documents for f in check(document, **options)]
    for finding in found:
        assert finding.severity is Severity.ERROR
        assert message(finding, "en")
        assert message(finding, "ja")
    return found


def codes(text: str, **options: Any) -> list[str]:
    return [f.code for f in findings(text, **options)]


@pytest.mark.parametrize(
    ("kind", "found", "needed", "variant"),
    [
        ("StatefulSet", "apps/v1beta1", "apps/v1", "removed-on-delete"),
        ("StatefulSet", "apps/v1beta2", "apps/v1", "removed"),
        ("Deployment", "extensions/v1beta1", "apps/v1", "removed-selector"),
        ("Deployment", "apps/v1beta1", "apps/v1", "removed-selector"),
        ("ReplicaSet", "extensions/v1beta1", "apps/v1", "removed-selector"),
        ("DaemonSet", "extensions/v1beta1", "apps/v1", "removed-on-delete"),
        ("PodDisruptionBudget", "policy/v1beta1", "policy/v1", "removed"),
        ("HorizontalPodAutoscaler", "autoscaling/v2beta2", "autoscaling/v2", "removed"),
        ("CronJob", "batch/v1beta1", "batch/v1", "removed"),
        ("NetworkPolicy", "extensions/v1beta1", "networking.k8s.io/v1", "removed"),
        ("StatefulSet", "v1", "apps/v1", ""),
        ("StatefulSet", "app/v1", "apps/v1", ""),
        ("StatefulSet", "apps/V1", "apps/v1", ""),
        ("StatefulSet", "apps", "apps/v1", ""),
        ("Service", "apps/v1", "v1", ""),
        ("Service", "core/v1", "v1", ""),
        ("StorageClass", "storage.k8s.oi/v1", "storage.k8s.io/v1", ""),
    ],
)
def test_a_wrong_api_version(kind: str, found: str, needed: str, variant: str) -> None:
    first = findings(f"apiVersion: {found}\nkind: {kind}\n{NAMED}")[0]
    assert (first.code, first.variant, first.path) == ("SCH104", variant, "apiVersion")
    assert (first.params["found"], first.params["needed"]) == (found, needed)
    assert (first.line, first.column) == (1, 13)


def test_a_version_that_was_still_served() -> None:
    text = f"apiVersion: policy/v1beta1\nkind: PodDisruptionBudget\n{NAMED}"
    assert codes(text, kubernetes="1.24") == []
    assert codes(text, kubernetes="1.25") == ["SCH104"]


def test_the_rest_of_an_old_set_is_read_too() -> None:
    head = f"apiVersion: apps/v1beta1\nkind: StatefulSet\n{NAMED}"
    assert codes(f"{head}spec: {{replica: 1, template: {{}}}}\n") == ["SCH104", "SCH101", "SCH103"]


@pytest.mark.parametrize(
    ("found", "needed"),
    [
        ("Statefulset", "StatefulSet"),
        ("statefulset", "StatefulSet"),
        ("StatefulSets", "StatefulSet"),
        ("statefulsets", "StatefulSet"),
        ("StatefullSet", "StatefulSet"),
        ("Stateful Set", "StatefulSet"),
        ("sts", "StatefulSet"),
        ("Deplyoment", "Deployment"),
    ],
)
def test_a_misspelt_kind(found: str, needed: str) -> None:
    first = findings(f"apiVersion: apps/v1\nkind: {found}\n{NAMED}")[0]
    assert (first.code, first.path, first.line, first.column) == ("SCH105", "kind", 2, 7)
    assert (first.params["found"], first.params["needed"]) == (found, needed)


@pytest.mark.parametrize("found", ["PersistentVolumeClaims", "PersistantVolumeClaim", "pvc"])
def test_a_misspelt_kind_in_the_core_group(found: str) -> None:
    assert codes(f"apiVersion: v1\nkind: {found}\n{NAMED}") == ["SCH105"]
    assert codes(f"apiVersion: apps/v1\nkind: {found}\n{NAMED}") == ["SCH105", "SCH104"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"kind: StatefulSet\n{NAMED}spec: {{template: 1}}\n", ("version", "apps/v1")),
        (f"kind: Service\n{NAMED}", ("version", "v1")),
        (f"apiVersion: v1\n{NAMED}spec: {{clusterIP: None}}\n", ("kind", "Service")),
        (
            f"apiVersion: apps/v1\n{NAMED}spec: {{volumeClaimTemplates: []}}\n",
            ("kind", "StatefulSet"),
        ),
        (f"apiVersion: apps/v1\n{NAMED}spec: {{replicas: 1}}\n", ("kind-unknown", "")),
        (f"apiVersion: apps/v1\nkind:\n{NAMED}spec: {{}}\n", ("kind-unknown", "")),
        ("apiVersion: apps/v1\n", ("kind-unknown", "")),
    ],
)
def test_something_missing_at_the_top(text: str, expected: tuple[str, str]) -> None:
    first = findings(text)[0]
    assert first.code == "SCH106"
    assert (first.variant, first.params["needed"]) == expected


def test_both_missing() -> None:
    text = f"{NAMED}spec: {{serviceName: web, ordinals: {{}}}}\n"
    found = findings(text)
    assert [(f.code, f.variant, f.path) for f in found[:2]] == [
        ("SCH106", "version", "apiVersion"),
        ("SCH106", "kind", "kind"),
    ]
    assert found[1].params["needed"] == "StatefulSet"


@pytest.mark.parametrize("wrong", ["apiVersion: 1", "apiVersion: [v1]", "apiVersion: {v: 1}"])
def test_an_api_version_that_is_no_text(wrong: str) -> None:
    assert codes(f"{wrong}\nkind: Pod\n{NAMED}") == ["SCH102"]


@pytest.mark.parametrize(
    "text",
    [
        # Kinds of other people, some of them by the names of Kubernetes' own
        "apiVersion: serving.knative.dev/v1\nkind: Service\nspec: {template: 1}\n",
        "apiVersion: apps.kruise.io/v1beta1\nkind: StatefulSet\nspec: {podUpdatePolicy: x}\n",
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [a.yaml]\n",
        "apiVersion: monitoring.coreos.com/v1\nkind: Prometheus\nmetadata: {name: x}\nspec: 1\n",
        "apiVersion: app.k8s.io/v1beta1\nkind: Application\nmetadata: {name: x}\n",
        "apiVersion: kind.x-k8s.io/v1alpha4\nkind: Cluster\nnodes: []\n",
        # Kubernetes' own that have nothing to do with StatefulSets
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: x}\nrules: 3\n",
        "apiVersion: rbac.authorization.k8s.io/v1beta1\nkind: ClusterRole\nmetadata: {name: x}\n",
        "apiVersion: extensions/v1beta1\nkind: Ingress\nmetadata: {name: x}\n",
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nspec: {x: 1}\n",
        "apiVersion: events.k8s.io/v1\nkind: Event\nmetadata: {name: x}\nregarding: {}\n",
        # Not Kubernetes at all
        "apiVersion: v2\nname: chart\nversion: 1.0.0\n",
        "apiVersion: v1\nkind: Config\nclusters: []\n",
        "services: {web: {image: nginx}}\nversion: '3'\n",
        "replicaCount: 3\nimage: {repository: nginx}\nservice: {type: ClusterIP}\n",
        "resources: [a.yaml]\npatches: [{path: b.yaml}]\n",
        "name: ci\non: [push]\njobs: {build: {steps: []}}\n",
        "kind: pipeline\nname: default\nsteps: []\n",
        "{}\n",
    ],
)
def test_what_is_left_alone(text: str) -> None:
    assert codes(text) == []


def test_the_old_autoscaler_is_still_served() -> None:
    reference = "scaleTargetRef: {apiVersion: apps/v1, kind: StatefulSet, name: web}"
    spec = f"spec: {{{reference}, maxReplicas: 3, targetCPUUtilizationPercentage: 80}}"
    head = f"kind: HorizontalPodAutoscaler\n{NAMED}{spec}\n"
    assert codes(f"apiVersion: autoscaling/v1\n{head}") == []
    assert codes(f"apiVersion: autoscaling/v2\n{head}") == ["SCH101"]


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ("{replicas: 3}", True),
        ("{template: {spec: {containers: [{name: app, image: x}]}}}", True),
        ("{$patch: replace}", True),
        ("{template: {spec: {containers: [{$patch: delete, name: a}]}}, selector: {}}", True),
        ("{replicas: 3, serviceName: web}", False),
        ("{template: {metadata: {labels: {app: web}}}}", False),
        ("{selector: {matchLabels: {app: web}}}", False),
        ("3", False),
    ],
)
def test_a_fragment_is_told_from_an_unfinished_object(spec: str, expected: bool) -> None:
    text = f"apiVersion: apps/v1\nkind: StatefulSet\n{NAMED}spec: {spec}\n"
    assert is_fragment(read(text).documents[0]) is expected


def test_only_workloads_are_taken_for_fragments() -> None:
    assert not is_fragment(read(f"apiVersion: v1\nkind: Service\n{NAMED}").documents[0])

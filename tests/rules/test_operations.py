import pytest

from tests.rules.manifests import claim, deployment, service, stateful, together, workload
from tests.rules.shared import changed, found, rule_findings
from tutor.manifest.reader import read
from tutor.rules.engine import evaluate, evaluate_change

FREE = "serviceName: nginx"


def base(**more: str) -> str:
    return together(service(), workload(**more))


def budget(spec: str, name: str = "web", selector: str = "{matchLabels: {app: web}}") -> str:
    return (
        f"apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {{name: {name}}}\n"
        f"spec: {{{spec}, selector: {selector}}}\n"
    )


def scaler(
    kind: str = "StatefulSet", name: str = "web", api: str = "apps/v1", of: str = "autoscaling/v2"
) -> str:
    own = "ScaledObject" if of.startswith("keda") else "HorizontalPodAutoscaler"
    return (
        f"apiVersion: {of}\nkind: {own}\nmetadata: {{name: scaler}}\nspec:\n  maxReplicas: 5\n"
        f"  scaleTargetRef: {{apiVersion: {api}, kind: {kind}, name: {name}}}\n"
    )


class TestImmutable:
    def test_what_may_change(self) -> None:
        new = workload(
            spec="serviceName: nginx\nreplicas: 5\nminReadySeconds: 3\nrevisionHistoryLimit: 2\n"
            "updateStrategy: {type: OnDelete}\n"
            "persistentVolumeClaimRetentionPolicy: {whenDeleted: Delete}",
            image="nginx:1.28",
            labels="app: web, more: x",
        )
        assert changed(base(), together(service(), new)) == []

    @pytest.mark.parametrize(
        ("old", "new", "expected"),
        [
            ("serviceName: a", "serviceName: b", ["STS401"]),
            ("replicas: 1", "serviceName: b", ["STS401"]),
            ("serviceName: a", "replicas: 1", ["STS401"]),
            ("serviceName: ''", "replicas: 1", []),
            ("replicas: 1", "podManagementPolicy: OrderedReady", []),
            ("podManagementPolicy: OrderedReady", "podManagementPolicy: null", []),
            ("replicas: 1", "podManagementPolicy: Parallel", ["STS401"]),
            ("podManagementPolicy: Parallel", "replicas: 1", ["STS401"]),
        ],
    )
    def test_fields(self, old: str, new: str, expected: list[str]) -> None:
        assert changed(workload(spec=old), workload(spec=new)) == expected

    def test_a_removed_field_is_shown_at_its_parent(self) -> None:
        old, new = read(workload(spec="serviceName: a")), read(workload(spec="replicas: 1"))
        (finding,) = evaluate_change(old.documents, new.documents)
        assert (finding.path, finding.line) == ("spec.serviceName", 5)
        assert (finding.params["needed"], finding.params["found"]) == ("a", '""')

    def test_the_selector(self) -> None:
        new = workload(selector="app: web, a: b", labels="app: web, a: b")
        assert changed(workload(), new) == ["STS401:selector"]
        reordered = workload(labels="a: b, app: web", selector="a: b, app: web")
        assert changed(new, reordered) == []

    def test_the_history_limit_before_1_33(self) -> None:
        new = workload(spec=FREE + "\nrevisionHistoryLimit: 5")
        old = workload(spec=FREE)
        assert changed(old, new, "1.32") == ["STS401:history"]
        assert changed(old, new, "1.33") == []
        same = workload(spec=FREE + "\nrevisionHistoryLimit: 10")
        assert changed(old, same, "1.32") == []

    def test_a_service_does_not_become_headless(self) -> None:
        assert changed(service(spec=""), service()) == ["STS401:service"]
        assert changed(service(spec="clusterIP: 10.0.0.1"), service()) == ["STS401:service"]
        assert changed(service(), service()) == []

    def test_only_objects_of_the_same_name_and_namespace_are_compared(self) -> None:
        old = workload("a", spec="serviceName: a")
        assert changed(old, workload("b", spec="serviceName: b")) == []
        assert changed(old, workload("a", namespace="x", spec="serviceName: b")) == []
        assert changed(old, workload("a", namespace="default", spec="serviceName: a")) == []

    def test_nothing_is_compared_without_an_older_version(self) -> None:
        assert not [c for c in found(base()) if c == "STS401"]

    def test_both_kinds_of_findings_with_one(self) -> None:
        old = read(workload(spec="serviceName: a"))
        findings = evaluate(read(workload(spec="serviceName: b")).documents, previous=old.documents)
        assert {f.code for f in findings} == {"STS101", "STS401"}


class TestClaimTemplates:
    @pytest.mark.parametrize(
        ("new", "expected"),
        [
            (claim(), []),
            (claim(size="1024Mi"), []),
            (claim(size="'1073741824'"), []),
            (claim(size="1073741824"), []),
            (claim(spec="accessModes: [ReadWriteOnce]\nvolumeMode: Filesystem"), []),
            (claim(spec="accessModes: [ReadWriteOnce]\nselector: null"), []),
            (claim(size="2Gi"), ["STS402:size"]),
            (claim(size="1.5Gi"), ["STS402:size"]),
            (claim(size="1023Mi"), ["STS403"]),
            (claim(spec="accessModes: [ReadWriteOncePod]"), ["STS402"]),
            (claim(spec="accessModes: [ReadWriteOnce, ReadOnlyMany]"), ["STS402"]),
            (claim(spec="accessModes: [ReadWriteOnce]\nvolumeMode: Block"), ["STS402"]),
            (claim().replace("name: data", "name: data, labels: {a: b}"), ["STS402"]),
            (claim().replace("standard", "fast"), ["STS402"]),
            (claim().replace("storageClassName: standard", "storageClassName: ''"), ["STS402"]),
            (claim().replace("{metadata", "{apiVersion: v1, metadata"), []),
            (claim().replace("{metadata", "{status: {phase: Pending}, metadata"), []),
        ],
    )
    def test_one_template(self, new: str, expected: list[str]) -> None:
        assert changed(stateful(claim()), stateful(new)) == expected

    def test_templates_come_and_go(self) -> None:
        both = stateful(claim(), claim("logs"))
        assert changed(stateful(claim()), both) == ["STS402:added"]
        assert changed(both, stateful(claim())) == ["STS402:removed"]
        assert changed(both, stateful(claim("logs"), claim())) == ["STS402:order"]
        assert changed(stateful(claim()), stateful(claim("logs"))) == [
            "STS402:removed",
            "STS402:added",
        ]

    def test_the_very_value_is_underlined(self) -> None:
        old, new = read(stateful(claim())), read(stateful(claim(size="2Gi")))
        (finding,) = evaluate_change(old.documents, new.documents)
        assert finding.path == "spec.volumeClaimTemplates[0].spec.resources.requests.storage"
        assert (finding.params["needed"], finding.params["found"]) == ("1Gi", "2Gi")

    def test_claims_of_their_own(self) -> None:
        text = (
            "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: a}\nspec:\n"
            "  accessModes: [ReadWriteOnce]\n  storageClassName: standard\n"
            "  resources: {requests: {storage: 2Gi}}\n"
        )
        assert changed(text, text.replace("2Gi", "1Gi")) == ["STS403:claim"]
        assert changed(text, text.replace("2Gi", "2048Mi")) == []
        assert changed(text, text.replace("2Gi", "3Gi")) == []
        assert changed(text, text.replace("standard", "fast")) == ["STS401:claim"]
        assert changed(text, text.replace("  storageClassName: standard\n", "")) == []


class TestReplacement:
    def test_a_renamed_set(self) -> None:
        old = stateful(claim())
        assert changed(old, stateful(claim(), name="db")) == ["STS404"]
        assert changed(old, together(old, stateful(claim(), name="db"))) == []
        assert changed(workload("a"), workload("b")) == []

    @pytest.mark.parametrize(
        ("old", "new", "expected"),
        [
            ("replicas: 3", "replicas: 3\nordinals: {start: 1}", ["STS405"]),
            ("replicas: 3", "replicas: 3\nordinals: {start: 0}", []),
            ("replicas: 3\nordinals: {start: 2}", "replicas: 3", ["STS405"]),
            ("replicas: 3\nordinals: {start: 2}", "replicas: 5", []),
            ("replicas: 3", "replicas: 1", []),
            ("replicas: 0", "replicas: 3\nordinals: {start: 1}", []),
        ],
    )
    def test_moved_ordinals(self, old: str, new: str, expected: list[str]) -> None:
        assert changed(workload(spec=old), workload(spec=new)) == expected

    def test_moved_ordinals_name_the_pods(self) -> None:
        old = read(workload(spec="replicas: 10"))
        new = read(workload(spec="replicas: 2\nordinals: {start: 1}"))
        (finding,) = evaluate_change(old.documents, new.documents)
        assert finding.params["lost"] == ("web-0", "web-3", "web-4")

    def test_members_leave_first(self) -> None:
        def etcd(count: int) -> str:
            return workload(spec=f"replicas: {count}", image="quay.io/coreos/etcd:v3.6.5")

        assert changed(etcd(5), etcd(3)) == ["STS411"]
        assert changed(etcd(3), etcd(5)) == []
        assert changed(etcd(3), etcd(0)) == []
        assert changed(workload(spec="replicas: 5"), workload(spec="replicas: 3")) == []

    def test_a_deployment_becomes_a_set(self) -> None:
        volumes = "volumes: [{name: data, persistentVolumeClaim: {claimName: web-data}}]"
        old = workload(kind="Deployment", spec="", pod=volumes)
        assert changed(old, stateful(claim())) == ["STS416"]
        assert changed(stateful(claim()), old) == ["STS416:back"]
        assert changed(workload(kind="Deployment", spec=""), stateful(claim())) == []
        kept = old.replace("web-data", "data-web-0")
        assert changed(stateful(claim()), kept) == []


class TestBudgets:
    @pytest.mark.parametrize(
        ("spec", "expected"),
        [
            ("maxUnavailable: 1", []),
            ("maxUnavailable: 0", ["STS406"]),
            ("maxUnavailable: 0%", ["STS406"]),
            ("maxUnavailable: 1%", []),
            ("minAvailable: 2", []),
            ("minAvailable: 3", ["STS406:min"]),
            ("minAvailable: 4", ["STS406:min"]),
            ("minAvailable: 100%", ["STS406:min"]),
            ("minAvailable: 67%", ["STS406:min"]),
            ("minAvailable: 66%", []),
            ("minAvailable: all", []),
            ("minAvailable: 1, maxUnavailable: 0", []),
        ],
    )
    def test_room(self, spec: str, expected: list[str]) -> None:
        assert found(together(base(), budget(spec))) == expected

    def test_pods_of_all_workloads_count(self) -> None:
        more = workload("more", kind="Deployment", spec="replicas: 1", selector="app: web, x: y")
        text = together(base(), more, budget("minAvailable: 3"))
        assert "STS406:min" not in found(text)

    def test_an_unknown_number_of_pods(self) -> None:
        free = together(service(), workload(spec=FREE), scaler())
        assert found(together(free, budget("minAvailable: 3"))) == []
        assert found(together(free, budget("minAvailable: 100%"))) == ["STS406:min"]
        assert found(together(base(spec=FREE + "\nreplicas: 0"), budget("minAvailable: 1"))) == []

    def test_budgets_of_deployments_are_left_alone(self) -> None:
        text = together(deployment(), budget("maxUnavailable: 0", "admin", "{}"))
        assert found(text) == []

    def test_expressions_select_too(self) -> None:
        selector = "{matchExpressions: [{key: app, operator: In, values: [web]}]}"
        text = together(base(), budget("maxUnavailable: 0", "x", selector))
        assert found(text) == ["STS406"]

    def test_a_budget_named_after_the_set(self) -> None:
        other = "{matchLabels: {app: nginx}}"
        for name in ("web", "web-pdb"):
            assert found(together(base(), budget("maxUnavailable: 1", name, other))) == ["STS407"]
        assert found(together(base(), budget("maxUnavailable: 1", "else", other))) == []


class TestAutoscalers:
    def test_replicas_are_left_out(self) -> None:
        assert found(together(base(), scaler())) == ["STS409"]
        assert found(together(base(), scaler(of="keda.sh/v1alpha1"))) == ["STS409"]
        assert found(together(base(spec=FREE), scaler())) == []

    def test_targets(self) -> None:
        free = base(spec=FREE)
        assert found(together(free, scaler(kind="Deployment"))) == ["STS418:kind"]
        assert found(together(free, scaler(api="apps/v1beta2"))) == ["STS418:version"]
        assert found(together(free, scaler(name="wbe"))) == ["STS418:name"]
        assert found(together(free, scaler(name="elsewhere"))) == []
        assert found(together(free, scaler(kind="Kafka", api="kafka.strimzi.io/v1"))) == []
        other = workload("web", kind="Deployment", spec="", selector="app: d", labels="app: d")
        assert found(together(free, other, scaler(kind="Deployment"))) == []


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        ("nginx", ["STS410"]),
        ("nginx:latest", ["STS410:latest"]),
        ("localhost:5000/nginx", ["STS410"]),
        ("nginx:1.27", []),
        ("localhost:5000/nginx:1", []),
        ("nginx@sha256:" + "0" * 64, []),
        ("'${IMAGE}'", []),
        ("'$(image)'", []),
        ("'<image>'", []),
        ("''", []),
        ("ko://example.com/cmd", []),
    ],
)
def test_images(image: str, expected: list[str]) -> None:
    assert [c for c in found(base(image=image)) if c.startswith("STS410")] == expected


@pytest.mark.parametrize(
    ("count", "image", "expected"),
    [
        (2, "etcd:1", ["STS412"]),
        (3, "etcd:1", []),
        (4, "bitnami/zookeeper:3", ["STS412"]),
        (1, "etcd:1", []),
        (0, "etcd:1", []),
        (4, "nginx:1", []),
        (4, "my/etcd-backup:1", []),
    ],
)
def test_even_members(count: int, image: str, expected: list[str]) -> None:
    text = base(spec=f"serviceName: nginx\nreplicas: {count}", image=image)
    assert [c for c in found(text) if c == "STS412"] == expected


def test_the_same_object_twice() -> None:
    twice = together(base(), workload(image="nginx:2"))
    findings = [f for f in rule_findings(twice) if f.code == "STS415"]
    assert [(f.document, f.path, f.params["at"]) for f in findings] == [(3, "metadata.name", 13)]
    assert found(together(base(), workload())) == [], "an identical copy does no harm"
    assert found(together(deployment(), deployment(labels="app: x"))) == []
    one, two = read(base(), "a"), read(base(image="nginx:2"), "b")
    assert evaluate([*one.documents, *two.documents]) == (), "files may be alternatives"

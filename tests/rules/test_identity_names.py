import pytest

from tests.rules.manifests import deployment, service, together, workload
from tests.rules.shared import found, rule_findings


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("web", []),
        ("a" * 52, []),
        ("a" * 53, ["STS112"]),
        ("a" * 63, ["STS112"]),
        ("a" * 64, ["STS111:long"]),
        ("Web", ["STS111"]),
        ("web_app", ["STS111"]),
        ("-web", ["STS111"]),
        ("ウェブ", ["STS111"]),
        ("web.one", ["STS111:dots"]),
        ("web..one", ["STS111"]),
        ("1web", []),
    ],
)
def test_names(name: str, expected: list[str]) -> None:
    assert found(together(service(), workload(name))) == expected


def test_dots_were_allowed_before_1_27() -> None:
    text = together(service(), workload("web.one"))
    assert found(text, "1.26") == []
    assert found(text, "1.27") == ["STS111:dots"]


def test_a_generated_or_missing_name_is_left_alone() -> None:
    text = together(service(), workload()).replace("  name: web", "  generateName: web-")
    assert found(text) == []


def test_template_identity_is_ignored() -> None:
    assert found(together(service(), workload(pod="hostname: front"))) == ["STS116"]
    assert found(together(service(), workload(pod="subdomain: peers"))) == ["STS116:subdomain"]
    assert found(together(service(), workload(pod="subdomain: nginx"))) == []
    assert found(together(service(), workload(), deployment())) == []


class TestOverlap:
    def test_two_sets_of_one_label_are_told_once(self) -> None:
        text = together(service(), workload("a"), workload("b"))
        assert found(text) == ["STS118"]

    def test_a_deployment_that_selects_the_sets_pods(self) -> None:
        text = together(
            service(),
            workload(labels="app: web, tier: db", selector="app: web, tier: db"),
            deployment(labels="app: web"),
        )
        findings = rule_findings(text)
        assert [(f.code, f.document) for f in findings] == [("STS118", 3)]
        assert findings[0].params["other"] == ("StatefulSet web",)

    def test_labels_of_their_own(self) -> None:
        text = together(
            service(selector="app: web, part: db"),
            workload("a", labels="app: web, part: db", selector="app: web, part: db"),
            workload("b", labels="app: web, part: queue", selector="app: web, part: queue"),
        )
        assert "STS118" not in found(text)

    def test_another_namespace(self) -> None:
        text = together(
            service(),
            workload("a"),
            service(namespace="prod"),
            workload("b", namespace="prod"),
        )
        assert found(text) == []

    def test_deployments_among_themselves_are_left_alone(self) -> None:
        assert found(together(deployment("a"), deployment("b"))) == []

    def test_many_sets_of_one_label_stay_cheap(self) -> None:
        text = together(service(), *(workload(f"w{n}") for n in range(300)))
        findings = [f for f in rule_findings(text) if f.code == "STS118"]
        assert 0 < len(findings) <= 300


class TestPodServices:
    @staticmethod
    def one(selector: str) -> str:
        return service("one", spec="", selector=selector)

    @pytest.mark.parametrize(
        ("pod", "expected"),
        [
            ("web-0", []),
            ("web-2", []),
            ("web-3", ["STS121"]),
            ("web-10", ["STS121"]),
            ("wbe-0", ["STS121:set"]),
            ("elsewhere-0", []),
            ("web", []),
            ("web-00", []),
        ],
    )
    def test_pod_name(self, pod: str, expected: list[str]) -> None:
        text = together(
            service(), workload(), self.one(f"statefulset.kubernetes.io/pod-name: {pod}")
        )
        assert found(text) == expected

    def test_ordinals_count_from_their_start(self) -> None:
        spec = "serviceName: nginx\nreplicas: 2\nordinals: {start: 5}"
        for pod, expected in (("web-4", ["STS121"]), ("web-5", []), ("web-6", [])):
            text = together(
                service(),
                workload(spec=spec),
                self.one(f"statefulset.kubernetes.io/pod-name: {pod}"),
            )
            assert found(text) == expected

    def test_nothing_is_known_under_an_autoscaler(self) -> None:
        scaler = (
            "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: web}\n"
            "spec: {maxReplicas: 9, scaleTargetRef: "
            "{apiVersion: apps/v1, kind: StatefulSet, name: web}}\n"
        )
        text = together(
            service(),
            workload(spec="serviceName: nginx"),
            self.one("statefulset.kubernetes.io/pod-name: web-5"),
            scaler,
        )
        assert found(text) == []

    def test_pod_index(self) -> None:
        for index, expected in (("0", []), ("2", []), ("3", ["STS121:index"])):
            selector = f'app: web, apps.kubernetes.io/pod-index: "{index}"'
            assert found(together(service(), workload(), self.one(selector))) == expected


class TestTargetPorts:
    ports = "[{name: http, port: 80, targetPort: http}]"
    named = "ports: [{name: http, containerPort: 80}]"

    def test_a_named_port_of_the_container(self) -> None:
        text = together(service(ports=self.ports), workload(container=self.named))
        assert found(text) == []

    def test_numbers_are_free(self) -> None:
        for target in ("8080", "'8080'"):
            ports = f"[{{name: http, port: 80, targetPort: {target}}}]"
            assert found(together(service(ports=ports), workload())) == []

    def test_no_container_has_it(self) -> None:
        text = together(service(ports=self.ports), workload())
        assert found(text) == ["STS119:unnamed"]
        other = workload(container="ports: [{name: web, containerPort: 80}]")
        assert found(together(service(ports=self.ports), other)) == ["STS119"]

    def test_a_sidecar_may_have_it(self) -> None:
        sidecar = (
            "initContainers: [{name: s, image: 'a:1', restartPolicy: Always, "
            "ports: [{name: http, containerPort: 80}]}]"
        )
        assert found(together(service(ports=self.ports), workload(pod=sidecar))) == []

    def test_a_service_of_a_deployment_is_left_alone(self) -> None:
        text = together(service(ports=self.ports, selector="app: admin"), deployment())
        assert found(text) == []


def test_the_port_of_a_headless_service_has_a_name() -> None:
    assert found(together(service(ports="[{port: 80}]"), workload())) == ["STS120"]
    assert found(together(service(ports="[{port: 80}]", selector="app: admin"), deployment())) == []
    # With several ports the schema asks for names.
    assert found(together(service(ports="[{port: 80}, {port: 81}]"), workload())) == []

import pytest

from tests.rules.manifests import deployment, service, together, workload
from tests.rules.shared import found, rule_findings
from tutor.model.findings import Severity


def of(codes: list[str], prefix: str = "STS1") -> list[str]:
    return [code for code in codes if code.startswith(prefix)]


def test_a_set_with_its_headless_service_is_left_alone() -> None:
    assert found(together(service(), workload())) == []


def test_order_of_documents_does_not_count() -> None:
    assert found(together(workload(), service())) == []


def test_the_name_points_at_the_value() -> None:
    finding = rule_findings(workload())[0]
    assert (finding.code, finding.path) == ("STS101", "spec.serviceName")
    assert (finding.line, finding.column, finding.span.end_column) == (6, 16, 21)


@pytest.mark.parametrize("written", ["ngnix", "Nginx", "ngin", "nginxs", "ngin-x"])
def test_a_mistyped_name_is_answered_with_the_service_that_is_there(written: str) -> None:
    text = together(service(), workload(spec=f"serviceName: {written}"))
    finding = next(f for f in rule_findings(text, "1.32") if f.code == "STS101")
    assert finding.variant == "nearest"
    assert finding.params["needed"] == "nginx"
    assert finding.params["at"] == 4


def test_another_name_is_answered_with_the_headless_service_that_selects_the_pods() -> None:
    text = together(service("quarkus"), workload(spec="serviceName: quarkus-statefulset"))
    assert found(text) == ["STS101:nearest"]


def test_a_service_that_has_nothing_to_do_with_it_is_not_suggested() -> None:
    text = together(service("redis", selector="app: redis"), workload())
    assert found(text) == ["STS101"]


def test_the_headless_one_of_two_near_names_is_suggested() -> None:
    text = together(
        service("nginx-a", spec="type: NodePort"),
        service("nginx-b"),
        workload(spec="serviceName: nginx-c"),
    )
    assert rule_findings(text)[0].params["needed"] == "nginx-b"


def test_a_knative_service_is_no_service() -> None:
    knative = "apiVersion: serving.knative.dev/v1\nkind: Service\nmetadata: {name: nginx}\n"
    assert found(together(knative, workload())) == ["STS101"]


def test_a_set_of_another_api_group_is_left_alone() -> None:
    text = workload().replace("apps/v1", "apps.kruise.io/v1beta1")
    assert found(text) == []


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ("", ["STS102"]),
        ("type: ClusterIP", ["STS102"]),
        ("clusterIP: 10.96.0.10", ["STS102:address"]),
        ("clusterIPs: [None]", ["STS102:list"]),
        ("clusterIP: none", ["STS107"]),
        ("clusterIP: NONE", ["STS107"]),
        ("clusterIP: 'null'", ["STS107"]),
        ("clusterIP: ''", ["STS107:empty"]),
        ("clusterIP: null", ["STS107:empty"]),
        ("clusterIP: ~", ["STS107:empty"]),
        ("clusterIP:", ["STS107:empty"]),
        ("clusterIP: None", []),
        ("clusterIP: 'None'", []),
        ("clusterIP: None\ntype: ClusterIP", []),
        ("type: NodePort", ["STS103"]),
        ("type: LoadBalancer", ["STS103"]),
        ("type: ExternalName\nexternalName: example.com", ["STS103:external"]),
        ("type: NodePort\nclusterIP: None", ["STS117"]),
        ("type: LoadBalancer\nclusterIP: None", ["STS117"]),
    ],
)
def test_one_cause_gives_one_finding(spec: str, expected: list[str]) -> None:
    assert of(found(together(service(spec=spec), workload()))) == expected


def test_a_client_service_beside_the_headless_one_is_left_alone() -> None:
    for spec in ("type: NodePort", "type: LoadBalancer", "", "clusterIP: ''"):
        text = together(service(), service("public", spec=spec), workload())
        assert found(text) == []


def test_services_of_deployments_are_left_alone() -> None:
    text = together(
        service("admin", spec="", selector="app: admin"),
        service("admin-peers", selector="tier: none"),
        service("outside", spec="type: ExternalName\nexternalName: a.b", selector=""),
        deployment(),
    )
    assert found(text) == []


def test_a_missing_field_is_shown_at_its_parent() -> None:
    finding = rule_findings(together(service(spec=""), workload()))[0]
    assert (finding.code, finding.path, finding.line) == ("STS102", "spec.clusterIP", 5)


def test_every_label_that_does_not_match_is_named() -> None:
    text = together(service(selector="app: nginx, tier: front, app2: x"), workload())
    findings = [f for f in rule_findings(text) if f.code == "STS104"]
    assert [(f.path, f.variant) for f in findings] == [
        ("spec.selector.app", ""),
        ("spec.selector.tier", "missing"),
        ("spec.selector.app2", "missing"),
    ]
    assert findings[0].params["found"] == "app: nginx"
    assert findings[0].params["needed"] == "app: web"


def test_a_wrong_template_is_blamed_once() -> None:
    text = together(service(), workload(labels="app: wbe"))
    assert found(text) == ["STS201"]


def test_labels_of_the_controller_match_every_pod() -> None:
    text = together(
        service(selector='app: web, apps.kubernetes.io/pod-index: "0"'),
        workload(),
    )
    assert found(text) == []


def test_a_malformed_selector_is_left_to_the_schema() -> None:
    for selector in ("app: 1", "app: [web]", "matchLabels: {app: web}"):
        assert of(found(together(service(selector=selector), workload()))) == []


@pytest.mark.parametrize(
    ("of_service", "of_set", "expected", "severity"),
    [
        ("shop", "prod", ["STS105"], Severity.ERROR),
        ("shop", "", ["STS105:unset"], Severity.WARNING),
        ("", "prod", ["STS105:unset"], Severity.WARNING),
        ("default", "", [], None),
        ("", "default", [], None),
        ("prod", "prod", [], None),
    ],
)
def test_namespaces(
    of_service: str, of_set: str, expected: list[str], severity: Severity | None
) -> None:
    text = together(service(namespace=of_service), workload(namespace=of_set))
    assert found(text) == expected
    assert [f.severity for f in rule_findings(text)] == ([severity] if severity else [])


def test_a_service_that_governs_a_set_of_its_own_namespace_is_not_meant_for_another() -> None:
    text = together(service(namespace="a"), workload(namespace="a"), workload(namespace="b"))
    assert found(text) == ["STS101"]


def test_endpoints_by_hand_excuse_a_missing_selector() -> None:
    bare = service(selector="")
    endpoints = "apiVersion: v1\nkind: Endpoints\nmetadata: {name: nginx}\n"
    piece = (
        "apiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\n"
        "metadata: {name: x, labels: {kubernetes.io/service-name: nginx}}\n"
    )
    assert found(together(bare, workload())) == ["STS106"]
    assert found(together(bare, endpoints, workload())) == []
    assert found(together(bare, piece, workload())) == []


@pytest.mark.parametrize(
    "spec", ["replicas: 3", "serviceName: ''", "serviceName:", "serviceName: ~"]
)
def test_no_service_name(spec: str) -> None:
    assert found(workload(spec=spec)) == ["STS108"]
    assert found(together(service(), workload(spec=spec))) == ["STS108:service"]
    assert found(together(service(spec=""), workload(spec=spec))) == ["STS108"]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("nginx.default.svc.cluster.local", "STS109:fqdn"),
        ("nginx.default", "STS109:fqdn"),
        ("my_nginx", "STS109"),
        ("-nginx", "STS109"),
        ("日本", "STS109"),
        ("n" * 64, "STS109:long"),
    ],
)
def test_service_name_that_no_service_can_have(written: str, expected: str) -> None:
    text = together(service(), workload(spec=f"serviceName: {written}"))
    assert of(found(text)) == [expected]
    # Before 1.33 the server took it, and there was no such Service.
    assert of(found(text, "1.32"))[0].startswith("STS101")


def test_a_number_as_name_is_left_to_the_schema() -> None:
    assert of(found(together(service(), workload(spec="serviceName: 8080")))) == []


def test_two_sets_may_share_a_service() -> None:
    text = together(
        service(selector="tier: db"),
        workload("a", selector="app: a", labels="app: a, tier: db"),
        workload("b", selector="app: b", labels="app: b, tier: db"),
    )
    assert found(text) == []


def test_the_second_set_of_a_service_is_judged_too() -> None:
    text = together(
        service(),
        workload("a", selector="app: web", labels="app: web"),
        workload("b", selector="app: other", labels="app: other"),
    )
    assert found(text) == ["STS104"]


def test_a_kustomize_patch_is_left_alone() -> None:
    patch = (
        "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: web}\n"
        "spec: {template: {spec: {containers: [{name: app, image: nginx}]}}}\n"
    )
    assert found(patch) == []


def test_the_same_name_in_two_files_means_the_one_of_its_own_file() -> None:
    from tutor.manifest.reader import read
    from tutor.rules.engine import evaluate

    good = read(together(service(), workload()), "good.yaml")
    bad = read(together(service(spec=""), workload()), "bad.yaml")
    findings = evaluate([*bad.documents, *good.documents])
    assert {(f.code, f.file) for f in findings} == {("STS102", "bad.yaml")}


def test_an_object_of_another_file_is_named_with_it() -> None:
    from tutor.manifest.reader import read
    from tutor.rules.engine import evaluate

    one = read(service(spec=""), "service.yaml")
    two = read(workload(), "sts.yaml")
    (finding,) = evaluate([*one.documents, *two.documents])
    assert finding.file == "service.yaml"
    assert finding.params["at"] == "sts.yaml:6"

import pytest

from tests.rules.manifests import service, together, workload
from tests.rules.volumes import codes, only


def labelled(selector: str, labels: str) -> str:
    return together(service(), workload(selector=selector, labels=labels))


def expressed(expressions: str, labels: str = "app: web") -> str:
    text = labelled("app: web", labels)
    return text.replace("{matchLabels: {app: web}}", f"{{matchExpressions: [{expressions}]}}")


@pytest.mark.parametrize(
    ("selector", "labels", "expected"),
    [
        ("app: web", "app: web", []),
        ("app: web", "app: web, tier: front", []),
        ("app: web", "app: wep", ["STS201"]),
        ("app: web", "app: Web", ["STS201"]),
        ("app: web", "ap: web", ["STS201:key"]),
        ("app: web", "team: blue", ["STS201:missing"]),
        ("app: web, tier: db", "app: web", ["STS201:missing"]),
        ("app: web, tier: db", "app: wep, tier: cache", ["STS201", "STS201"]),
        # A number or a boolean as a label is the schema's to report.
        ("app: web, version: 1", "app: web, version: 1", []),
        ("app: web, on: y", "app: web, on: y", []),
        ("app: ${APP}", "app: web", []),
    ],
)
def test_selector_against_labels(selector: str, labels: str, expected: list[str]) -> None:
    assert codes(labelled(selector, labels)) == expected


def test_the_finding_points_at_the_wrong_value_and_names_the_right_one() -> None:
    found = only(labelled("app: web, tier: db", "app: web, tier: cache"))
    assert found.path == "spec.template.metadata.labels.tier"
    assert found.params["found"] == "tier: cache"
    assert found.params["needed"] == "tier: db"


def test_a_misspelt_label_is_shown_where_it_stands() -> None:
    found = only(labelled("app: web", "App: web"))
    assert found.path == "spec.template.metadata.labels.App"
    assert found.params["needed"] == "app: web"


def test_a_label_the_selector_uses_is_no_misspelling() -> None:
    assert codes(labelled("tier: a, tiers: b", "tier: a")) == ["STS201:missing"]


@pytest.mark.parametrize("labels", ["", "null"])
def test_a_template_without_labels(labels: str) -> None:
    text = labelled("app: web", "x: y").replace("metadata: {labels: {x: y}}", f"metadata: {labels}")
    assert codes(text) == ["STS201:missing"]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("{key: app, operator: In, values: [web, api]}", []),
        ("{key: app, operator: In, values: [api]}", ["STS201:expression"]),
        ("{key: app, operator: NotIn, values: [web]}", ["STS201:expression"]),
        ("{key: app, operator: Exists}", []),
        ("{key: tier, operator: Exists}", ["STS201:expression"]),
        ("{key: app, operator: DoesNotExist}", ["STS201:expression"]),
        # Malformed expressions say nothing.
        ("{key: app, operator: in, values: [api]}", []),
        ("{key: app, operator: In}", []),
        ("{operator: Exists}", []),
        ("nonsense", []),
    ],
)
def test_expressions(expression: str, expected: list[str]) -> None:
    assert codes(expressed(expression)) == expected


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        ("", ["STS202:absent"]),
        ("selector:", ["STS202:absent"]),
        ("selector: {}", ["STS202:empty"]),
        ("selector: {matchLabels: {}}", ["STS202:empty"]),
        ("selector: {matchLabels: null, matchExpressions: []}", ["STS202:empty"]),
        ("selector: {app: web}", ["STS202:flat"]),
        ("selector: {matchLabels: {app: web}}", []),
        ("selector: {matchExpressions: [{key: app, operator: Exists}]}", []),
        # The schema's business.
        ("selector: web", []),
        ("selector: [app]", []),
        ("selector: {matchLabels: [app]}", []),
    ],
)
def test_missing_selectors(selector: str, expected: list[str]) -> None:
    text = labelled("app: web", "app: web").replace("selector: {matchLabels: {app: web}}", selector)
    assert codes(text) == expected


def test_a_missing_selector_is_offered_a_label_of_the_template() -> None:
    text = labelled("app: web", "app: web, x: z").replace("selector: {matchLabels: {app: web}}", "")
    assert only(text).params["needed"] == "app: web"


def test_a_patch_needs_no_selector() -> None:
    assert not codes(
        "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: web}\nspec: {replicas: 5}\n"
    )


def test_a_deployments_selector_is_none_of_our_business() -> None:
    assert codes(workload(kind="Deployment", labels="app: other")) == []


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("app.kubernetes.io/version: '1.2'", ["STS203"]),
        ("helm.sh/chart: web-1.2.3", ["STS203"]),
        ("app.kubernetes.io/managed-by: Helm", ["STS203"]),
        ("chart: web-1.2.3", ["STS203"]),
        ("heritage: Tiller", ["STS203"]),
        ("version: '1.2.3'", ["STS203"]),
        ("version: v1.2", ["STS203"]),
        # Two versions side by side, as a service mesh wants them.
        ("version: v1", []),
        ("version: stable", []),
        ("app.kubernetes.io/instance: shop", []),
        ("release: shop", []),
    ],
)
def test_labels_that_change(label: str, expected: list[str]) -> None:
    assert codes(labelled(f"app: web, {label}", f"app: web, {label}")) == expected

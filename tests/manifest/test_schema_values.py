from typing import Any

import pytest

from tests.manifest.test_schema import CLAIM, CONTAINER, POD, SERVICE, SET, changed, findings, only
from tutor.i18n.pages import message
from tutor.manifest.values import JUDGES


@pytest.mark.parametrize(
    ("text", "path", "value", "variant", "needed"),
    [
        (SET, f"{CONTAINER}.imagePullPolicy", "ifNotPresent", "near", "IfNotPresent"),
        (SET, f"{CONTAINER}.imagePullPolicy", "Sometimes", "", ""),
        (SET, f"{CONTAINER}.ports[0].protocol", "tcp", "near", "TCP"),
        (SET, f"{CONTAINER}.readinessProbe.httpGet.scheme", "https", "near", "HTTPS"),
        (SET, f"{POD}.dnsPolicy", "Cluster-First", "near", "ClusterFirst"),
        (SERVICE, "spec.type", "Headless", "", ""),
        (SERVICE, "spec.sessionAffinity", "clientIP", "near", "ClientIP"),
    ],
)
def test_a_word_that_is_not_of_the_field(
    text: str, path: str, value: Any, variant: str, needed: str
) -> None:
    found = only(changed(text, path, value))
    assert (found.code, found.variant, found.path) == ("SCH110", variant, path)
    assert found.params["needed"] == needed
    assert message(found, "ja").count("`") % 2 == 0


@pytest.mark.parametrize(
    ("text", "path", "value"),
    [
        (SET, f"{CONTAINER}.ports[0].containerPort", 0),
        (SET, f"{CONTAINER}.ports[0].containerPort", 70000),
        (SET, f"{CONTAINER}.readinessProbe.httpGet.port", -1),
        (SERVICE, "spec.ports[0].port", 65536),
    ],
)
def test_a_port_that_does_not_exist(text: str, path: str, value: int) -> None:
    found = only(changed(text, path, value))
    assert (found.code, found.variant, found.path) == ("SCH110", "port", path)


@pytest.mark.parametrize(
    ("text", "path", "value", "variant", "needed"),
    [
        (SET, f"{CONTAINER}.name", "My_App", "name", "my-app"),
        (SET, f"{CONTAINER}.name", "my.app", "name", "my-app"),
        (SET, f"{CONTAINER}.name", "アプリ", "name-unknown", None),
        (SET, f"{CONTAINER}.name", "a" * 64, "long", None),
        (SET, f"{CONTAINER}.ports[0].name", "HTTP_main", "port", "http-main"),
        (SET, f"{CONTAINER}.ports[0].name", "averyveryverylongname", "long", None),
        (SET, f"{CONTAINER}.ports[0].name", "8080", "port-unknown", None),
        (SET, f"{POD}.volumes", [{"name": "tmp_data", "emptyDir": {}}], "name", "tmp-data"),
        (SET, "metadata.namespace", "Shop", "name", "shop"),
        (SERVICE, "metadata.name", "my_web", "name", "my-web"),
        (SERVICE, "spec.ports", [{"port": 80, "name": "Web"}], "name", "web"),
    ],
)
def test_a_malformed_name(
    text: str, path: str, value: Any, variant: str, needed: str | None
) -> None:
    found = only(changed(text, path, value))
    assert (found.code, found.variant) == ("SCH111", variant)
    assert found.path.startswith(path)
    assert found.params.get("needed") == needed


@pytest.mark.parametrize(
    ("text", "path", "value", "variant"),
    [
        (SET, "metadata.labels", {"a": "b c"}, "label"),
        (SET, "metadata.labels", {"a": "日本"}, "label"),
        (SET, "metadata.labels", {"a": "x" * 64}, "label"),
        (SET, "metadata.labels", {"a b": "c"}, "key"),
        (SET, "metadata.annotations", {"a b": "c"}, "key"),
        (SET, "metadata.annotations", {"-/a": "c"}, "key"),
        (SET, f"{POD}.nodeSelector", {"disk": "fast!"}, "label"),
        (SERVICE, "spec.selector", {"app": "my app"}, "label"),
    ],
)
def test_a_malformed_label(text: str, path: str, value: dict[str, str], variant: str) -> None:
    found = only(changed(text, path, value))
    assert (found.code, found.variant) == ("SCH111", variant)
    assert found.path.startswith(path)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("metadata.labels", {"app.kubernetes.io/name": "web", "v": "1.2_3-x", "empty": ""}),
        ("metadata.annotations", {"example.com/note": "Any text, 日本語 {} too"}),
        ("metadata.name", "Web_X"),  # STS111
        (f"{CLAIM}.metadata.name", "Data_X"),  # STS324
        (f"{CONTAINER}.imagePullPolicy", ""),
        (f"{CONTAINER}.name", "${NAME}"),
        ("metadata.labels", {"app": "$(APP)", "${KEY}": "x"}),
        (f"{POD}.restartPolicy", "Never"),  # STS215
        ("spec.podManagementPolicy", "Random"),  # STS204
        (f"{CLAIM}.spec.volumeMode", "FileSystem"),  # STS328
    ],
)
def test_what_is_right_or_left_to_a_rule(path: str, value: Any) -> None:
    assert findings(changed(SET, path, value)) == []


def test_names_with_dots_where_they_may_be() -> None:
    text = "{apiVersion: v1, kind: ConfigMap, metadata: {name: %s}}"
    assert findings(text % "kube-root-ca.crt") == []
    found = only(text % "Kube_Root.crt")
    assert (found.variant, found.params["needed"]) == ("name", "kube-root.crt")


def test_judged_fields_exist() -> None:
    from tutor.manifest.schema_bundle import bundle

    for type_, judges in JUDGES.items():
        assert judges.keys() <= bundle().type(type_).fields.keys()

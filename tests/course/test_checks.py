"""Declared checks: what passes, what does not, and what is said about it."""

from typing import Any

import pytest

from tutor.course.checks import CODES, failure
from tutor.i18n.pages import message, page
from tutor.manifest.reader import read
from tutor.model.checks import Check, Operator, Target
from tutor.model.course import LANGUAGES
from tutor.model.findings import Finding

WEB = """\
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: web
spec:
  serviceName: nginx
  replicas: 3
  template:
    spec:
      containers:
      - name: sidecar
        image: busybox:1.36
      - name: web
        image: nginx:1.27
        env: []
        volumeMounts:
        - {name: data, mountPath: /data}
        - {name: logs, mountPath: /var/log}
  volumeClaimTemplates:
  - metadata: {name: data}
    spec:
      accessModes: [ReadWriteOnce]
      resources: {requests: {storage: 1024Mi}}
---
apiVersion: v1
kind: Service
metadata:
  name: nginx
spec:
  clusterIP: None
  ports:
  - {name: http, port: 80}
---
apiVersion: v1
kind: Service
metadata:
  name: client
spec: {ports: [{port: 80}]}
"""


def check(of: str, path: str, operator: str, value: Any = None, other: str = "") -> Check:
    kind, _, name = of.partition("/")
    if operator == "same-as":
        other_kind, _, other_name = other.partition("/")
        return Check(
            "c",
            Target(kind, name),
            path,
            Operator.SAME_AS,
            None,
            Target(other_kind, other_name),
            value,
        )
    return Check("c", Target(kind, name), path, Operator(operator), value)


def judge(asked: Check, text: str = WEB) -> Finding | None:
    return failure(asked, read(text))


SET = "StatefulSet"
CONTAINERS = "spec.template.spec.containers"


@pytest.mark.parametrize(
    "asked",
    [
        check(SET, "spec.replicas", "equals", 3),
        check(SET, "spec.podManagementPolicy", "equals", "OrderedReady"),
        check(SET, "spec.updateStrategy.rollingUpdate.partition", "equals", 0),
        check(SET, "spec.volumeClaimTemplates[0].spec.resources.requests.storage", "equals", "1Gi"),
        check(SET, "spec.serviceName", "in", ["web", "nginx"]),
        check(SET, f"{CONTAINERS}[name=web].image", "matches", "^nginx:"),
        check(SET, f"{CONTAINERS}[*].image", "matches", "^nginx:"),
        check(SET, f"{CONTAINERS}[name=web].volumeMounts[*].mountPath", "equals", "/var/log"),
        check(SET, "spec.serviceName", "same-as", "metadata.name", "Service"),
        check(SET, "spec.serviceName", "same-as", "metadata.name", "Service/nginx"),
        check(
            SET,
            "spec.volumeClaimTemplates[*].spec.resources.requests.storage",
            "quantity-at-least",
            "1000M",
        ),
        check(SET, "spec.volumeClaimTemplates", "count", 1),
        check(SET, f"{CONTAINERS}[*].volumeMounts[*]", "count", 2),
        check(SET, "spec.ordinals", "count", 1),
        check("Service", "", "count", 2),
        check("Deployment", "", "absent", True),
        check("Service/client", "", "present", True),
        check("Service", "spec.clusterIP", "equals", "None"),
        check("Service/client", "spec.clusterIP", "absent", True),
        check("Service/nginx", "spec.publishNotReadyAddresses", "absent", True),
        check("Deployment", "spec.replicas", "absent", True),
        check("Service", "spec.ports", "present", True),
    ],
    ids=lambda c: f"{c.target.kind}-{c.operator}-{c.path[-24:]}",
)
def test_what_meets_a_check(asked: Check) -> None:
    assert judge(asked) is None


@pytest.mark.parametrize(
    ("asked", "variant", "place", "found", "needed"),
    [
        (check(SET, "spec.replicas", "equals", 5), "", (7, 13), "3", "5"),
        (check(SET, "spec.replicas", "equals", "3"), "", (7, 13), "3", '"3"'),
        (check(SET, "spec.minReadySeconds", "equals", 5), "default", (5, 1), "0", "5"),
        (
            check(SET, "spec.podManagementPolicy", "in", ["Parallel"]),
            "default",
            (5, 1),
            "OrderedReady",
            ("Parallel",),
        ),
        (
            check(SET, "spec.podManagementPolicy", "matches", "P"),
            "default",
            (5, 1),
            "OrderedReady",
            "P",
        ),
        (
            check(SET, "spec.podManagementPolicy", "same-as", "metadata.name", "Service/nginx"),
            "default",
            (5, 1),
            "OrderedReady",
            "nginx",
        ),
        (
            check("Service/client", "spec.ports[0].name", "equals", "http"),
            "missing",
            (38, 17),
            "",
            "http",
        ),
        (check(SET, "spec.template.spec.nodeName", "equals", "a"), "missing", (9, 5), "", "a"),
        (check(SET, "spec.serviceName", "in", ["a", "b"]), "", (6, 16), "nginx", ("a", "b")),
        (
            check(SET, f"{CONTAINERS}[name=web].image", "matches", ":2$"),
            "",
            (14, 16),
            "nginx:1.27",
            ":2$",
        ),
        (
            check(SET, "metadata.name", "same-as", "metadata.name", "Service/nginx"),
            "",
            (4, 9),
            "web",
            "nginx",
        ),
        (
            check(
                SET,
                "spec.volumeClaimTemplates[0].spec.resources.requests.storage",
                "quantity-at-least",
                "2Gi",
            ),
            "",
            (23, 39),
            "1024Mi",
            "2Gi",
        ),
        (check(SET, "spec.volumeClaimTemplates", "count", 2), "", (19, 3), "1", "2"),
        (check("Service", "", "count", 1), "objects", (35, 7), "2", "1"),
        (check("Service/client", "", "absent", True), "objects", (35, 7), "1", "0"),
        (check(SET, "spec.serviceName", "absent", True), "", (6, 16), "nginx", ""),
        (check(SET, f"{CONTAINERS}[name=web].env", "present", True), "", (15, 9), "[]", ""),
        (check(SET, f"{CONTAINERS}[name=web].args", "present", True), "missing", (13, 9), "", ""),
        (check("Service/nginx", "spec.selector", "present", True), "missing", (29, 1), "", ""),
    ],
    ids=lambda value: value.path[-30:] + value.operator if isinstance(value, Check) else "",
)
def test_what_fails_is_said_at_its_place(
    asked: Check,
    variant: str,
    place: tuple[int, int],
    found: str,
    needed: str | tuple[str, ...],
) -> None:
    finding = judge(asked)
    assert finding is not None
    assert finding.code == CODES[asked.operator]
    assert finding.variant == variant
    assert (finding.line, finding.column) == place
    assert finding.params["found"] == found
    assert finding.params["needed"] == needed
    assert finding.params["check"] == "c"
    for language in LANGUAGES:
        assert message(finding, language)


@pytest.mark.parametrize(
    ("asked", "variant", "nearest", "line"),
    [
        (
            check("Service/ngnix", "spec.clusterIP", "equals", "None"),
            "nearest",
            "Service/nginx",
            28,
        ),
        (check("StatefulSet/db", "spec.replicas", "equals", 3), "nearest", "StatefulSet/web", 4),
        (check("ReplicaSet", "spec.replicas", "equals", 3), "object", None, 38),
        (check("StatefullSet", "spec.replicas", "equals", 3), "nearest", "StatefulSet", 2),
        (check("Service/metrics", "", "present", True), "object", None, 38),
    ],
)
def test_a_missing_object_is_named_with_the_nearest(
    asked: Check, variant: str, nearest: str | None, line: int
) -> None:
    finding = judge(asked)
    assert finding is not None
    assert finding.variant == variant
    assert finding.params.get("nearest") == nearest
    assert finding.line == line
    for language in LANGUAGES:
        assert message(finding, language)


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("[name=web].volumeMounts[name=backup].mountPath", "volumeMounts[name=backup].mountPath"),
        ("[name=sidecar].volumeMounts[*].mountPath", "volumeMounts[*].mountPath"),
        ("[name=web].readinessProbe.httpGet.path", "path"),
    ],
)
def test_what_is_missing_is_never_the_list_that_is_there(path: str, field: str) -> None:
    finding = judge(check(SET, CONTAINERS + path, "equals", "/data"))
    assert finding is not None
    assert finding.variant == "missing"
    assert finding.params["field"] == field


def test_the_other_object_of_same_as_can_be_what_is_missing() -> None:
    finding = judge(check(SET, "spec.serviceName", "same-as", "metadata.name", "ConfigMap"))
    assert finding is not None
    assert finding.variant == "object"
    assert finding.params["object"] == "ConfigMap"


def test_a_right_copy_does_not_hide_a_wrong_workload() -> None:
    two = (
        WEB
        + "---\n"
        + WEB.split("---", maxsplit=1)[0].replace("replicas: 3", "replicas: 5").replace("web", "db")
    )
    assert judge(check(SET, "spec.replicas", "equals", 3), two) is not None
    assert judge(check(SET, "spec.replicas", "equals", 5), two) is not None
    assert judge(check("StatefulSet/db", "spec.replicas", "equals", 5), two) is None


def test_of_a_named_object_every_document_counts() -> None:
    twice = WEB + "---\n" + WEB.split("---")[1].replace("clusterIP: None", "clusterIP: 10.0.0.1")
    assert judge(check("Service", "spec.clusterIP", "equals", "None"), twice) is None
    assert judge(check("Service/nginx", "spec.clusterIP", "equals", "None"), twice) is not None


def test_an_object_of_another_api_that_shares_the_kind_does_not_count() -> None:
    knative = WEB.replace("apiVersion: v1", "apiVersion: serving.knative.dev/v1")
    finding = judge(check("Service/nginx", "spec.clusterIP", "equals", "None"), knative)
    assert finding is not None
    assert finding.variant == "object"


def test_every_operator_has_a_code_and_the_code_a_page_with_the_same_variants() -> None:
    assert set(CODES) == set(Operator)
    for code in (*CODES.values(), "LSN109"):
        ja, en = page(code, "ja"), page(code, "en")
        assert ja.messages.keys() == en.messages.keys()


def test_long_values_are_named_short() -> None:
    long = WEB.replace("serviceName: nginx", f"serviceName: {'n' * 300}")
    finding = judge(check(SET, "spec.serviceName", "equals", "nginx"), long)
    assert finding is not None
    found = finding.params["found"]
    assert isinstance(found, str)
    assert len(found) == 60
    assert found.endswith("…")

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.work import growth, steps
from tutor.i18n.pages import message, page
from tutor.manifest.reader import read
from tutor.manifest.schema import check
from tutor.manifest.schema_bundle import LIST, MAP, OBJECT, Ref, Type, bundle
from tutor.manifest.values import JUDGES
from tutor.model.findings import Finding, Severity, parse_path

SET = """\
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: web
  labels:
    app: web
spec:
  serviceName: web
  replicas: 3
  selector:
    matchLabels:
      app: web
  template:
    metadata:
      labels:
        app: web
    spec:
      terminationGracePeriodSeconds: 30
      containers:
        - name: web
          image: nginx:1.27
          ports:
            - containerPort: 80
              name: http
          env:
            - name: MODE
              value: "1"
          readinessProbe:
            httpGet: {path: /, port: http}
          resources:
            requests: {cpu: 1, memory: 128Mi}
          volumeMounts:
            - name: data
              mountPath: /data
  volumeClaimTemplates:
    - metadata:
        name: data
      spec:
        accessModes: [ReadWriteOnce]
        resources:
          requests:
            storage: 1Gi
"""
SERVICE = """\
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  clusterIP: None
  selector: {app: web}
  ports: [{port: 80}]
"""
POD = "spec.template.spec"
CONTAINER = f"{POD}.containers[0]"
CLAIM = "spec.volumeClaimTemplates[0]"
GONE: Any = object()
"""For ``changed``: take the field out."""


def findings(text: str, **options: Any) -> list[Finding]:
    manifest = read(text)
    assert not manifest.findings
    return [found for document in manifest.documents for found in check(document, **options)]


def changed(text: str, path: str, value: Any) -> str:
    """The manifest as JSON, with something put in at a path or taken out of it."""
    root: Any = read(text).documents[0].data
    *way, last = parse_path(path)
    node = root
    for step in way:
        node = node[step] if isinstance(step, int) else node.setdefault(step, {})
    if value is GONE:
        del node[last]
    elif last == len(node):
        node.append(value)
    else:
        node[last] = value
    return json.dumps(root)


def only(text: str, **options: Any) -> Finding:
    found = findings(text, **options)
    assert len(found) == 1, found
    return found[0]


def test_a_right_manifest_has_no_findings() -> None:
    assert findings(f"{SET}---\n{SERVICE}") == []


@pytest.mark.parametrize(
    ("path", "value", "variant", "needed"),
    [
        # a slip of the keyboard
        ("spec.servicename", "web", "twice", "serviceName"),
        ("spec.replica", 3, "twice", "replicas"),
        ("spec.pod_management_policy", "Parallel", "near", "podManagementPolicy"),
        ("spec.podManagmentPolicy", "Parallel", "near", "podManagementPolicy"),
        ("spec.strategy", {"type": "OnDelete"}, "near", "updateStrategy"),
        ("metadata.label", {"app": "web"}, "twice", "labels"),
        ("metadata.annotation", {"app": "web"}, "near", "annotations"),
        (f"{CONTAINER}.imagee", "nginx", "twice", "image"),
        (f"{CONTAINER}.volumeMount", [], "twice", "volumeMounts"),
        (f"{CONTAINER}.livenessprobe", {}, "near", "livenessProbe"),
        (f"{CONTAINER}.readinessProbe.periodSecond", 3, "near", "periodSeconds"),
        (f"{CLAIM}.spec.accessMode", ["ReadWriteOnce"], "twice", "accessModes"),
        (f"{CLAIM}.spec.storageClass", "fast", "near", "storageClassName"),
        # the right name in the wrong place
        (f"{POD}.volumeClaimTemplates", [], "belongs", "spec.volumeClaimTemplates"),
        ("metadata.serviceName", "web", "belongs", "spec.serviceName"),
        ("serviceName", "web", "belongs", "spec.serviceName"),
        ("spec.template.replicas", 3, "belongs", "spec.replicas"),
        ("spec.template.labels", {"a": "b"}, "belongs", "spec.template.metadata.labels"),
        ("spec.containers", [], "belongs", f"{POD}.containers"),
        (f"{POD}.volumeMounts", [], "belongs", f"{CONTAINER}.volumeMounts"),
        (f"{POD}.ports", [{"containerPort": 80}], "belongs", f"{CONTAINER}.ports"),
        (f"{POD}.podAntiAffinity", {}, "belongs", f"{POD}.affinity.podAntiAffinity"),
        (f"{CONTAINER}.limits", {"cpu": 1}, "belongs", f"{CONTAINER}.resources.limits"),
        (f"{CONTAINER}.volumes", [], "belongs", f"{POD}.volumes"),
        (f"{CONTAINER}.runAsUser", 5, "belongs", f"{CONTAINER}.securityContext.runAsUser"),
        (
            f"{CONTAINER}.readinessProbe.command",
            ["true"],
            "belongs",
            f"{CONTAINER}.readinessProbe.exec.command",
        ),
        ("spec.partition", 1, "belongs", "spec.updateStrategy.rollingUpdate.partition"),
        (
            "spec.whenDeleted",
            "Delete",
            "belongs",
            "spec.persistentVolumeClaimRetentionPolicy.whenDeleted",
        ),
        (f"{CLAIM}.accessModes", ["ReadWriteOnce"], "belongs", f"{CLAIM}.spec.accessModes"),
        (f"{CLAIM}.spec.requests", {}, "belongs", f"{CLAIM}.spec.resources.requests"),
        # a key of a map, beside the map
        (f"{CONTAINER}.resources.cpu", 1, "belongs", f"{CONTAINER}.resources.requests.cpu"),
        (
            f"{CLAIM}.spec.resources.storage",
            "1Gi",
            "belongs",
            f"{CLAIM}.spec.resources.requests.storage",
        ),
        (f"{CLAIM}.spec.storage", "1Gi", "belongs", f"{CLAIM}.spec.resources.requests.storage"),
        ("metadata.app", "web", "belongs", "metadata.labels.app"),
        ("spec.selector.tier", "db", "belongs", "spec.selector.matchLabels.tier"),
        # a field of another kind
        ("spec.clusterIP", "None", "kind", "spec.clusterIP"),
        # nothing like it
        ("spec.colour", "blue", "", ""),
    ],
)
def test_an_unknown_field_and_what_was_meant(
    path: str, value: Any, variant: str, needed: str
) -> None:
    found = only(changed(SET, path, value))
    assert (found.code, found.severity, found.path) == ("SCH101", Severity.ERROR, path)
    assert (found.variant, found.params["needed"]) == (variant, needed)


def test_a_field_below_several_items_belongs_to_the_one_above_it() -> None:
    text = changed(SET, f"{POD}.containers[1]", {"name": "b"})
    found = findings(changed(text, f"{POD}.image", "nginx"))
    assert {(f.code, f.params["needed"]) for f in found} >= {
        ("SCH101", f"{POD}.containers[1].image")
    }


def test_one_cause_is_one_finding() -> None:
    mount = {"name": "data", "mountpath": "/data"}
    assert only(changed(SET, f"{CONTAINER}.volumeMounts[0]", mount)).code == "SCH101"


def test_an_unknown_field_is_underlined_at_its_key() -> None:
    found = only(SET.replace("  replicas: 3", "  replica: 3"))
    assert (found.line, found.column, found.span.end_column) == (9, 3, 10)


def test_the_case_of_a_field_counts() -> None:
    found = only(SERVICE.replace("clusterIP", "clusterIp"))
    assert (found.variant, found.params["needed"]) == ("near", "clusterIP")


@pytest.mark.parametrize(
    ("path", "value", "variant", "found", "needed"),
    [
        ("spec.replicas", "3", "number-quoted", '"3"', "3"),
        ("spec.replicas", "three", "number", "three", None),
        ("spec.replicas", 1.5, "number", "1.5", None),
        ("spec.replicas", True, "number", "true", None),
        ("spec.replicas", 3_000_000_000, "range", "3000000000", None),
        ("spec.replicas", [3], "one", None, None),
        ("spec.replicas", {}, "one", None, None),
        (f"{CONTAINER}.env[0].value", 1, "text", "1", '"1"'),
        (f"{CONTAINER}.env[0].value", True, "text", "true", '"true"'),
        ("metadata.labels.app", 1, "text", "1", '"1"'),
        ("metadata.annotations.a", True, "text", "true", '"true"'),
        ("metadata.name", {}, "one", None, None),
        ("metadata.labels", ["app"], "map-from-list", None, None),
        ("metadata", "web", "map-from-one", "web", None),
        (f"{CONTAINER}.command", "run", "list-from-one", "run", "[run]"),
        (f"{CONTAINER}.ports", {"containerPort": 80}, "list-from-map", None, None),
        (f"{POD}.hostNetwork", "yes", "boolean-quoted", '"yes"', "true"),
        (f"{POD}.hostNetwork", 1, "boolean", "1", None),
        (f"{CONTAINER}.readinessProbe.httpGet.port", True, "number-or-text", "true", None),
        (f"{CONTAINER}.readinessProbe.httpGet.port", 8_000_000_000, "range", "8000000000", None),
        (f"{CONTAINER}.args", [1], "text", "1", '"1"'),
    ],
)
def test_a_wrong_type(
    path: str, value: Any, variant: str, found: str | None, needed: str | None
) -> None:
    wrong = only(changed(SET, path, value))
    assert (wrong.code, wrong.severity, wrong.variant) == ("SCH102", Severity.ERROR, variant)
    assert wrong.path == (f"{path}[0]" if path.endswith("args") else path)
    assert (wrong.params.get("found"), wrong.params.get("needed")) == (found, needed)


def test_the_word_yes_needs_quotes_as_it_was_written() -> None:
    found = only(SET.replace('value: "1"', "value: yes"))
    assert (found.params["found"], found.params["needed"]) == ("yes", '"yes"')
    assert (found.line, found.column, found.span.end_column) == (27, 22, 25)


def test_a_service_selector_holds_labels_themselves() -> None:
    found = only(SERVICE.replace("{app: web}", "{matchLabels: {app: web}}"))
    assert (found.code, found.variant, found.path) == (
        "SCH102",
        "labels",
        "spec.selector.matchLabels",
    )


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (f"{CONTAINER}.resources.requests.cpu", 0.5),
        (f"{CONTAINER}.resources.requests.cpu", "500m"),
        (f"{CONTAINER}.resources.requests.memory", 1073741824),
        (f"{CONTAINER}.readinessProbe.httpGet.port", 80),
        (f"{POD}.terminationGracePeriodSeconds", 3_000_000_000),
        ("spec.replicas", None),
        ("spec.serviceName", None),
        ("metadata.labels", None),
        (f"{CONTAINER}.env", None),
        (f"{CONTAINER}.args", [None]),
        ("metadata.creationTimestamp", None),
        ("metadata.creationTimestamp", "2026-01-31T09:00:00Z"),
        ("metadata.managedFields", [{"fieldsV1": {"f:spec": {"f:x": {}}}}]),
        ("status", {"replicas": 1}),
        ("spec.updateStrategy", {"rollingUpdate": {"maxUnavailable": "25%"}}),
        ("spec.replicas", "${REPLICAS}"),
        (f"{CONTAINER}.resources.requests.cpu", "$(CPU)"),
    ],
)
def test_what_the_server_takes(path: str, value: Any) -> None:
    assert findings(changed(SET, path, value)) == []


@pytest.mark.parametrize(
    ("path", "value", "variant", "where"),
    [
        ("spec", GONE, "", "spec"),
        ("spec", None, "null", "spec"),
        ("spec.template", GONE, "", "spec.template"),
        (POD, None, "null", POD),
        (f"{POD}.containers", [], "empty", f"{POD}.containers"),
        (f"{POD}.containers[1]", None, "item", f"{POD}.containers[1]"),
        (f"{CONTAINER}.name", GONE, "", f"{CONTAINER}.name"),
        (f"{CONTAINER}.image", "", "empty", f"{CONTAINER}.image"),
        (f"{CONTAINER}.ports[0].containerPort", GONE, "", f"{CONTAINER}.ports[0].containerPort"),
        (
            f"{CONTAINER}.volumeMounts[0].mountPath",
            GONE,
            "",
            f"{CONTAINER}.volumeMounts[0].mountPath",
        ),
        ("metadata", GONE, "", "metadata.name"),
        ("metadata", None, "", "metadata.name"),
        ("metadata.name", GONE, "", "metadata.name"),
        ("metadata.name", "", "", "metadata.name"),
    ],
)
def test_a_missing_field(path: str, value: Any, variant: str, where: str) -> None:
    text = changed(SET, path, value)
    found = only(text)
    assert (found.code, found.variant, found.path) == ("SCH103", variant, where)
    assert findings(text, partial=True) == []


def test_a_missing_field_is_shown_at_its_parent() -> None:
    found = only(SET.replace("          image: nginx:1.27\n", ""))
    assert (found.line, found.column, found.params["needed"]) == (20, 11, "image")


def test_a_generated_name_will_do() -> None:
    assert findings(SET.replace("  name: web\n", "  generateName: web-\n", 1)) == []


def test_the_selector_is_left_to_its_rule() -> None:
    assert findings(changed(SET, "spec.selector", GONE)) == []
    assert findings(changed(SET, "spec.selector", {"app": "web"})) == []


def test_two_ports_of_a_service_need_names() -> None:
    text = changed(SERVICE, "spec.ports", [{"port": 80}, {"port": 81, "name": "b"}])
    found = only(text)
    assert (found.code, found.variant, found.path) == ("SCH103", "port-name", "spec.ports[0].name")


def test_the_same_name_twice() -> None:
    text = changed(SET, f"{POD}.containers[1]", {"name": "web", "image": "x"})
    found = only(text)
    assert (found.code, found.path) == ("SCH109", f"{POD}.containers[1].name")
    assert (found.params["found"], found.params["at"]) == ("web", 1)


@pytest.mark.parametrize(
    ("path", "value", "needed"),
    [
        (f"{CONTAINER}.resources.requests.memory", "1GB", "1Gi"),
        (f"{CONTAINER}.resources.requests.cpu", "100 m", "100m"),
        (f"{CONTAINER}.resources.limits.cpu", "many", ""),
        (f"{CONTAINER}.resources.limits.cpu", True, None),
    ],
)
def test_a_malformed_quantity(path: str, value: Any, needed: str | None) -> None:
    found = only(changed(SET, path, value))
    assert (found.code, found.path, found.params.get("needed")) == ("SCH107", path, needed)


def test_the_size_of_a_claim_is_left_to_its_rule() -> None:
    path = f"{CLAIM}.spec.resources.requests.storage"
    assert findings(changed(SET, path, "1GB")) == []
    assert only(changed(SET, path, [])).code == "SCH102"


HOLDER = "{apiVersion: v1, kind: Secret, metadata: {name: s}, %s: {password: %s}}"


@pytest.mark.parametrize(
    ("where", "value", "expected"),
    [
        ("data", "cGFzc3dvcmQ=", None),
        ("data", "hunter2!", ("SCH108", "base64")),
        ("stringData", "hunter2!", None),
        ("stringData", "12345", ("SCH102", "hidden")),
    ],
)
def test_a_secret_and_silence_about_its_value(
    where: str, value: str, expected: tuple[str, str] | None
) -> None:
    found = findings(HOLDER % (where, value))
    assert [(f.code, f.variant) for f in found] == ([expected] if expected else [])
    for finding in found:
        for language in ("en", "ja"):
            assert value not in message(finding, language)


def test_a_time_that_is_none() -> None:
    assert only(changed(SET, "metadata.creationTimestamp", "yesterday")).code == "SCH108"


def test_everything_at_once() -> None:
    text = SET.replace("  replicas: 3", "  replicas: '3'\n  replica: 3").replace("image:", "imag:")
    text = text.replace("cpu: 1,", "cpu: 1x,").replace("mountPath: /data", "readOnly: 1")
    assert [f.code for f in findings(text)] == [
        "SCH102",
        "SCH101",
        "SCH101",
        "SCH107",
        "SCH102",
        "SCH103",
    ]


def test_items_of_a_list_keep_their_path() -> None:
    text = f"apiVersion: v1\nkind: List\nitems:\n- {changed(SET, 'spec.replica', 1)}\n"
    found = only(text)
    assert (found.path, found.variant) == ("items[0].spec.replica", "twice")
    wrong = {"name": "data", "mountpath": "/data"}
    text = changed(SET, f"{CONTAINER}.volumeMounts[0]", wrong)
    assert only(f"apiVersion: v1\nkind: List\nitems:\n- {text}\n").code == "SCH101"


@pytest.mark.parametrize("directive", ["$patch", "$retainKeys", "$setElementOrder/containers"])
def test_a_strategic_merge_patch_is_taken_for_one(directive: str) -> None:
    assert findings(changed(changed(SET, "spec.template", GONE), f"spec.{directive}", "x")) == []


def test_a_field_newer_than_the_cluster() -> None:
    text = changed(SET, "spec.ordinals", {"start": 5})
    assert findings(text) == findings(text, kubernetes="1.26") == []
    found = only(text, kubernetes="1.25")
    assert (found.code, found.variant, found.params["since"]) == ("SCH101", "newer", "1.26")


@pytest.mark.parametrize("version", ["2.0", "new", "1.x"])
def test_a_version_that_is_none(version: str) -> None:
    with pytest.raises(ValueError, match=r"version|invalid literal"):
        findings(SET, kubernetes=version)


def test_many_unknown_fields_cost_little() -> None:
    def work(size: int) -> int:
        fields = {f"field{i}a": i for i in range(size)}
        text = json.dumps({"apiVersion": "apps/v1", "kind": "StatefulSet", "spec": fields})
        document = read(text).documents[0]
        found: list[Finding] = []
        count = steps(lambda: found.extend(check(document)))
        assert len(found) > size
        return count

    assert growth(work, 2_000) < 1.1


def test_every_finding_has_its_words() -> None:
    """Each code and variant that the source can produce has a message in both languages."""
    for code in (f"SCH{n}" for n in range(101, 112)):
        assert page(code, "en").messages.keys() == page(code, "ja").messages.keys()
    wrong: list[Any] = [1, "x", None, True, 1.5, [], {}, [None], 8_000_000_000]
    for value in wrong:
        for path in ("spec.replicas", "spec.clusterIP", "metadata.labels", CONTAINER, POD):
            for found in findings(changed(SET, path, value)):
                assert message(found, "en")
                assert message(found, "ja")


# Objects made from the schema itself.

scalars: dict[str, st.SearchStrategy[Any]] = {
    "s": st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1, max_size=8),
    "i": st.integers(-(2**31), 2**31 - 1),
    "l": st.integers(-(2**53), 2**53),
    "n": st.floats(-1e6, 1e6),
    "b": st.booleans(),
    "q": st.sampled_from(["1Gi", 1, 0.5, "500m"]),
    "x": st.sampled_from([1, "http"]),
    "t": st.just("2026-01-31T09:00:00Z"),
    "y": st.just("YQ=="),
    "*": st.just({}),
}


@st.composite
def instances(draw: st.DrawFn, type_: Type, depth: int = 0) -> dict[str, Any]:
    optional = sorted(set(type_.fields) - {f.name for f in type_.required} - {"status"})
    chosen = (
        draw(st.sets(st.sampled_from(optional), max_size=3)) if optional and depth < 6 else set()
    )
    names = [f.name for f in type_.required] + sorted(chosen)
    made: dict[str, Any] = {}
    for name in names:
        if name in JUDGES.get(type_.name, {}):
            words = WORDS.get((type_.name, name))
            if words is not None:
                made[name] = words
        else:
            made[name] = draw(values(type_.fields[name].ref, depth))
    return made


# Fields whose values have a form of their own, where they are required.
WORDS: dict[tuple[str, str], Any] = {
    ("Container", "name"): "a",
    ("ContainerPort", "containerPort"): 80,
    ("EndpointSlice", "addressType"): "IPv4",
    ("EphemeralContainer", "name"): "a",
    ("HTTPGetAction", "port"): 80,
    ("LabelSelectorRequirement", "operator"): "In",
    ("NodeSelectorRequirement", "operator"): "In",
    ("SeccompProfile", "type"): "RuntimeDefault",
    ("ServicePort", "port"): 80,
    ("TCPSocketAction", "port"): 80,
    ("TopologySpreadConstraint", "whenUnsatisfiable"): "DoNotSchedule",
    ("Volume", "name"): "a",
}


def values(ref: Ref, depth: int) -> st.SearchStrategy[Any]:
    if ref.code == OBJECT:
        return instances(ref.type, depth + 1)
    if ref.code == LIST and ref.item is not None:
        # One item: names within a list must differ.
        return st.lists(values(ref.item, depth + 1), min_size=1, max_size=1)
    if ref.code == MAP and ref.item is not None:
        return st.dictionaries(scalars["s"], values(ref.item, depth + 1), max_size=2)
    return scalars[ref.code]


@st.composite
def objects(draw: st.DrawFn) -> dict[str, Any]:
    kind = draw(st.sampled_from(sorted(bundle().kinds)))
    api = bundle().api_version(kind)
    root = bundle().root(kind, api)
    assert root is not None
    made = draw(instances(root))
    made.setdefault("metadata", {})
    return {**made, "apiVersion": api, "kind": kind, "metadata": {**made["metadata"], "name": "a"}}


@given(objects())
def test_what_follows_the_schema_has_no_findings(made: dict[str, Any]) -> None:
    assert findings(json.dumps(made)) == []


@given(objects(), st.data())
def test_a_stray_field_is_found_where_it_is(made: dict[str, Any], data: st.DataObject) -> None:
    made["metadata"]["zzzzzz"] = data.draw(st.sampled_from([1, "a", None, [], {}]))
    found = only(json.dumps(made))
    assert (found.code, found.path) == ("SCH101", "metadata.zzzzzz")


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["metadata", "spec", "template", "containers", "name", "labels", "x", "$patch"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


@given(st.sampled_from(sorted(bundle().kinds)), st.dictionaries(st.text(max_size=9), anything))
def test_any_shape_is_survived(kind: str, rest: dict[str, Any]) -> None:
    made = {**rest, "apiVersion": bundle().api_version(kind), "kind": kind, "spec": rest}
    for document in read(json.dumps(made)).documents:
        for found in check(document):
            assert message(found, "ja")
            assert found.span.line >= 1

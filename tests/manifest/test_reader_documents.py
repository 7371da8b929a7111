"""What comes out of a manifest: objects, their places, and what is said about the text."""

import pytest

from tutor.manifest.documents import Document
from tutor.manifest.nodes import Mapping, Node, Scalar, Sequence
from tutor.manifest.reader import read
from tutor.model.findings import Finding, Severity

SERVICE = "apiVersion: v1\nkind: Service\nmetadata:\n  name: web\n"
SET = "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: web}\n"


def names(text: str) -> list[tuple[int, str]]:
    return [(d.index, d.kind) for d in read(text).documents]


def only(text: str) -> Finding:
    (finding,) = read(text).findings
    return finding


def place(node: Node | None) -> tuple[int, int, int, int]:
    assert node is not None
    return (node.line, node.column, node.end_line, node.end_column)


def test_documents_are_counted_from_one_without_empty_ones() -> None:
    text = f"---\n# nothing\n---\n{SERVICE}---\n---\n\n---\n{SET}---\n"
    assert names(text) == [(1, "Service"), (2, "StatefulSet")]
    assert read(text).findings == ()


def test_lines_go_on_from_document_to_document() -> None:
    text = f"# one\n---\n{SERVICE}---  # two\n\n{SET}"
    service, statefulset = read(text).documents
    assert place(service.node("metadata.name")) == (6, 9, 6, 12)
    assert place(statefulset.node("kind")) == (10, 7, 10, 18)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends(end: str) -> None:
    text = f"{SERVICE}{SET}".replace("\n", end)
    first = read(SERVICE.replace("\n", end)).documents[0]
    assert first.data == read(SERVICE).documents[0].data
    assert place(first.node("metadata.name")) == (4, 9, 4, 12)
    assert read(text).text == text


def test_lone_returns_before_a_separator_are_lines() -> None:
    text = "a: 1\rb: 2\n---\nc: 3\n"
    assert place(read(text).documents[1].node("c")) == (4, 4, 4, 5)


def test_a_list_is_taken_apart() -> None:
    item = SERVICE.strip().replace("\n", "\n  ")
    text = f"apiVersion: v1\nkind: List\nitems:\n- {item}\n- {{kind: X}}\n"
    service, other = read(text).documents
    assert (service.index, service.prefix, service.name) == (1, ("items", 0), "web")
    assert (other.index, other.prefix) == (1, ("items", 1))
    finding = service.finding("STS101", Severity.ERROR, "metadata.name")
    assert finding.path == "items[0].metadata.name"
    assert (finding.line, finding.column) == (7, 11)


def test_items_of_a_named_list_take_its_kind() -> None:
    text = "apiVersion: apps/v1\nkind: StatefulSetList\nitems:\n- metadata: {name: web}\n"
    (item,) = read(text).documents
    assert (item.api_version, item.kind, item.name) == ("apps/v1", "StatefulSet", "web")
    assert item.span("kind").line == 2


def test_an_object_that_only_has_items_stays_whole() -> None:
    (config,) = read("apiVersion: v1\nkind: ConfigMap\nitems:\n- a: 1\n").documents
    assert config.prefix == ()


def test_json_is_yaml() -> None:
    text = '{\n\t"apiVersion": "v1",\n\t"kind": "Service",\n\t"metadata": {"name": "a\\/b"}\n}\n'
    (service,) = read(text).documents
    assert service.name == "a/b"
    assert place(service.node("kind")) == (3, 10, 3, 19)
    assert read(text).findings == ()


def test_json_objects_in_a_row() -> None:
    text = '{"kind": "A"} {"kind": "\\ud83d\\udc18", "x": 1}\n{"kind":\n "C"}'
    documents = read(text).documents
    assert [(d.index, d.kind) for d in documents] == [(1, "A"), (2, "🐘"), (3, "C")]
    assert place(documents[1].root.keys["kind"]) == (1, 16, 1, 22)
    behind = text.index('"x"')  # an escape that is longer than what it became
    assert place(documents[1].root.keys["x"])[:2] == (1, behind + 1)
    assert place(documents[2].node("kind")) == (3, 2, 3, 5)
    assert read(text).findings == ()


def test_columns_count_characters() -> None:
    text = "🐘🐘: x\ne\u0301: {日本: 値, 'b': [🐘, c]}\n"
    root = read(text).documents[0].root
    assert place(root.values["🐘🐘"]) == (1, 5, 1, 6)
    inner = root.values["e\u0301"]
    assert isinstance(inner, Mapping)
    assert place(inner) == (2, 5, 2, 25)
    assert place(inner.keys["b"]) == (2, 13, 2, 16)
    sequence = inner.values["b"]
    assert isinstance(sequence, Sequence)
    assert [place(item)[1] for item in sequence.items] == [19, 22]


def test_columns_behind_a_byte_order_mark() -> None:
    manifest = read(b"\xef\xbb\xbf" + SERVICE.encode())
    assert manifest.text == SERVICE
    assert place(manifest.documents[0].node("apiVersion")) == (1, 13, 1, 15)


def test_line_breaks_that_only_yaml_knows_are_no_lines() -> None:
    text = "a: 'x\u2028y'\nb: \"x\x85y\" # z\nc: |\n  x\u2029  y\nd: 1\n"
    root = read(text).documents[0].root
    assert [place(root.keys[key]) for key in "bcd"] == [(2, 1, 2, 2), (3, 1, 3, 2), (5, 1, 5, 2)]
    assert place(root.values["a"]) == (1, 4, 1, 9)
    assert place(root.values["b"]) == (2, 4, 2, 9)


def test_where_nodes_end() -> None:
    text = "a:\n  b: |\n    x\n    y\n\n\n# c\nd:\n- 1\n- e: 'f\n    g'\n\nh: [1,\n  2 ]\n"
    root = read(text).documents[0].root
    assert place(root.values["a"]) == (2, 3, 4, 6)
    inner = root.values["a"]
    assert isinstance(inner, Mapping)
    assert place(inner.values["b"]) == (2, 6, 4, 6)
    assert place(root.values["d"]) == (9, 1, 11, 7)
    assert place(root.values["h"]) == (13, 4, 14, 6)
    assert place(root) == (1, 1, 14, 6)


def test_scalars_keep_their_text() -> None:
    root = read("a: 0o10\nb: '5'\nc: |-\n  x\n").documents[0].root
    a, b, c = (root.values[key] for key in "abc")
    assert isinstance(a, Scalar)
    assert (a.value, a.text, a.plain) == (8, "0o10", True)
    assert isinstance(b, Scalar)
    assert (b.value, b.text, b.plain) == ("5", "5", False)
    assert isinstance(c, Scalar)
    assert (c.value, c.plain) == ("x", False)


def test_keys_are_the_strings_kubectl_sends() -> None:
    root = read("1: a\ny: b\n1e3: c\n'2': d\n").documents[0].root
    assert list(root.keys) == list(root.values) == ["1", "true", "1000", "2"]
    assert [key.value for key in root.keys.values()] == list(root.keys)
    assert [key.text for key in root.keys.values()] == ["1", "y", "1e3", "2"]


def test_merged_fields_stand_where_they_were_written() -> None:
    text = "base: &base\n  app: web\nspec:\n  <<: *base\n  tier: x\n"
    (document,) = read(text).documents
    assert document.get("spec") == {"app": "web", "tier": "x"}
    assert document.span("spec.app", key=True).line == 2
    assert read(text).findings == ()


def test_the_first_of_merged_objects_wins_and_the_last_key() -> None:
    text = "x: {<<: [{a: 1, b: 1}, {a: 2, c: 2}], b: 3}\nz: {a: 1, <<: {a: 2}}\n"
    assert read(text).documents[0].data == {"x": {"a": 1, "c": 2, "b": 3}, "z": {"a": 2}}
    assert read(text).findings == ()


def test_a_repeated_key_is_found_where_it_is_repeated() -> None:
    finding = only(f"{SET}spec:\n  replicas: 1\n  serviceName: a\n  replicas: 3\n")
    assert (finding.code, finding.severity) == ("YAML110", Severity.ERROR)
    assert finding.path == "spec.replicas"
    assert (finding.line, finding.column, finding.span.end_column) == (7, 3, 11)
    assert dict(finding.params) == {"key": "replicas", "first": 5, "line": 7}
    assert read(f"{SET}a: 1\na: 2\n").documents[0].data["a"] == 2


def test_a_repeated_key_in_a_list_has_a_path() -> None:
    text = "spec:\n  ports:\n  - port: 1\n  - port: 2\n    port: 3\n    '8': x\n    8: y\n"
    assert [f.path for f in read(text).findings] == ["spec.ports[1].port", "spec.ports[1][8]"]


def test_two_objects_run_together_are_two() -> None:
    manifest = read(SERVICE + SET + SERVICE)
    assert [(d.index, d.kind) for d in manifest.documents] == [
        (1, "Service"), (2, "StatefulSet"), (3, "Service")
    ]  # fmt: skip
    assert [(f.code, f.variant, f.line) for f in manifest.findings] == [
        ("YAML106", "missing", 5), ("YAML106", "missing", 8)
    ]  # fmt: skip
    assert manifest.documents[2].span("kind").line == 9


def test_what_kubectl_does_not_read_is_said() -> None:
    text = f"{SERVICE}... # the end\n\n# a remark\nkind: X\n---\n{SET}"
    manifest = read(text)
    assert [d.kind for d in manifest.documents] == ["Service", "StatefulSet"]
    assert [(f.code, f.line, f.column) for f in manifest.findings] == [("YAML107", 8, 1)]


@pytest.mark.parametrize(
    ("line", "variant", "column", "kinds"),
    [
        ("--- x", "", 5, ["Service", "StatefulSet"]),
        ("---- ", "dashes", 4, ["Service", "StatefulSet"]),
        ("--- {kind: X, a: 1}\n---", "", 5, ["Service", "X", "StatefulSet"]),
        ("---   kind: X\n---", "", 7, ["Service", "X", "StatefulSet"]),
    ],
)
def test_separators_with_more_on_the_line(
    line: str, variant: str, column: int, kinds: list[str]
) -> None:
    manifest = read(f"{SERVICE}{line}\n{SET}")
    assert [d.kind for d in manifest.documents] == kinds
    assert [(f.code, f.variant, f.line, f.column) for f in manifest.findings] == [
        ("YAML106", variant, 5, column)
    ]
    if kinds[1] == "X":
        assert manifest.documents[1].span("kind", key=True).column == column + ("{" in line)


def test_only_a_bad_separator() -> None:
    assert [f.code for f in read("--- x\n").findings] == ["YAML106"]


@pytest.mark.parametrize(
    ("text", "code", "variant"),
    [
        ("- a\n- b\n", "YAML105", "list"),
        ("Just a sentence here.\n", "YAML105", "scalar"),
        ("a: .inf", "YAML112", ""),
        ("a: [1, {b: -.INF}]", "YAML112", ""),
        ("null: 1", "YAML111", "null"),
        ("? \n: 1", "YAML111", "empty"),
        ("18446744073709551615: 1", "YAML111", "number"),
        ("[a]: 1", "YAML111", "list"),
        ("{a: 1}: 1", "YAML111", "object"),
        (f"{'k' * 1025}: 1", "YAML111", "long"),
        ("a: *b", "YAML113", "unknown"),
        ("a: &a [*a]", "YAML113", "itself"),
        ("&a [*a]", "YAML113", "itself"),
        ("<<: 1", "YAML114", ""),
        ("a: &a [{b: 1}]\nc: {<<: *a}", "YAML114", ""),
        ("a: !!int x", "YAML115", "tag"),
        ("a: !!binary '?'", "YAML115", "base64"),
        ("a: [b?c]", "YAML139", "flow"),
        ('a: "b\\/c"', "YAML140", "escape"),
        ("%YAML 1.2\n---\na: 1", "YAML108", ""),
        ("# c\n%TAG ! x\na: 1", "YAML108", ""),
        ("a: 'b\x07'", "YAML103", ""),
    ],
)
def test_what_kubectl_refuses(text: str, code: str, variant: str) -> None:
    finding = only(text)
    assert (finding.code, finding.variant, finding.severity) == (code, variant, Severity.ERROR)


def test_a_broken_document_leaves_the_others() -> None:
    text = f"{SERVICE}---\nkind: X\nfoo: ][\n---\n{SET}---\nb: 'x\n---\nkind: Z\n"
    manifest = read(text)
    assert [(d.index, d.kind) for d in manifest.documents if d.kind] == [
        (1, "Service"), (3, "StatefulSet"), (5, "Z")
    ]  # fmt: skip
    assert {f.document for f in manifest.findings} == {2, 4}


def test_the_gravest_finding_comes_first() -> None:
    utf16 = b"\xff\xfe" + "a: 1\n---\nb: [\n".encode("utf-16-le")
    severities = [f.severity for f in read(utf16).findings]
    assert severities == [Severity.ERROR, Severity.WARNING]


def test_findings_name_the_file() -> None:
    manifest = read("a: [\n", "set.yaml")
    assert manifest.file == "set.yaml"
    assert {f.file for f in manifest.findings} == {"set.yaml"}
    (document,) = read("a: 1", "set.yaml").documents
    assert document.file == "set.yaml"


def test_of_many_alike_some_are_told() -> None:
    text = "".join(f"k{n}: .inf\n" for n in range(100))
    assert len(read(text).findings) == 20


def test_walking_the_deepest_document_is_safe() -> None:
    text = "a: " + "[" * 98 + "]" * 98
    (document,) = read(text).documents
    assert isinstance(document, Document)
    assert str(document.data).count("[") == 98
    assert document.span("a" + "[0]" * 97).line == 1

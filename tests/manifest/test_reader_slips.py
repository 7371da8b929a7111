"""Slips: named, pointed at, and read past where it is plain what was meant.

In each text the marks ``⟦`` and ``⟧`` stand around what is underlined; they are taken out before it
is read. ``means`` is what the document is then read as, None where that is not plain.
"""

import re
from typing import NamedTuple

import pytest

from tutor.i18n.pages import message
from tutor.manifest.reader import read
from tutor.model.course import LANGUAGES
from tutor.model.findings import Severity

HEAD = "kind: X\n"
NBSP, ZERO_WIDTH = "\u00a0", "\u200b"


class Case(NamedTuple):
    text: str
    codes: str
    means: object


SPACE = [
    Case("metadata:\n⟦　　⟧name: web\n", "YAML120", {"metadata": {"name": "web"}}),
    Case(
        "metadata:\n⟦　⟧name: web\n  app: x\n", "YAML120", {"metadata": {"name": "web", "app": "x"}}
    ),
    Case("metadata:\n ⟦　⟧name: web\n", "YAML120", {"metadata": {"name": "web"}}),
    Case("metadata:\n  name:⟦　⟧web\n", "YAML120", {"metadata": {"name": "web"}}),
    Case(
        "metadata:\n  name⟦　⟧: web\n  app: x\n",
        "YAML120",
        {"metadata": {"name": "web", "app": "x"}},
    ),
    Case("name: web⟦　⟧\n", "YAML120", {"name": "web"}),
    Case("replicas: 3⟦　⟧# 三つ　です\n", "YAML120", {"replicas": 3}),
    Case("args:\n-⟦　⟧a\n- b\n", "YAML120", {"args": ["a", "b"]}),
    Case(f"metadata:\n⟦{NBSP}{NBSP}⟧name: web\n", "YAML127", {"metadata": {"name": "web"}}),
    Case(
        f"metadata:\n  name:⟦{NBSP}⟧web\n  app: x\n",
        "YAML127",
        {"metadata": {"name": "web", "app": "x"}},
    ),
    Case("a: b # one⟦\u2028⟧two\n", "YAML127", {"a": "b"}),
    Case("name: a⟦\x85⟧b\n", "YAML127", {"name": "a b"}),
    Case(f"metadata:\n  na⟦{ZERO_WIDTH}⟧me: web\n", "YAML126", {"metadata": {"name": "web"}}),
    Case(f"name: we⟦{ZERO_WIDTH}⟧b\n", "YAML126", {"name": "web"}),
    Case("image: nginx⟦\u200e⟧\n", "YAML126", {"image": "nginx"}),
    Case(
        "metadata:\n⟦\t⟧name: web\n\tapp: x\n", "YAML130", {"metadata": {"name": "web", "app": "x"}}
    ),
    Case("labels:\n⟦\t  ⟧name: web\n", "YAML130", {"labels": {"name": "web"}}),
    Case(
        "a:\n  b: 1\n⟦\t⟧c: 2\nd:\n⟦\t⟧e: 3\n",
        "YAML130 YAML130",
        {"a": {"b": 1, "c": 2}, "d": {"e": 3}},
    ),
    Case("x:\n-⟦\t⟧name: a\n\tb: c\n", "YAML130", {"x": [{"name": "a", "b": "c"}]}),
]

SIGNS = [
    Case("metadata⟦：⟧\n  name: web\n", "YAML121", {"metadata": {"name": "web"}}),
    Case("metadata:\n  name⟦：⟧web\n", "YAML121", {"metadata": {"name": "web"}}),
    Case(
        "metadata:\n  name⟦：⟧ web\n  app⟦：⟧ x\n",
        "YAML121 YAML121",
        {"metadata": {"name": "web", "app": "x"}},
    ),
    Case("ports:\n- name⟦：⟧web\n  port⟦：⟧⟦　⟧80\n", "YAML121 YAML121 YAML120", None),
    Case("image: nginx⟦：⟧1.27\n", "YAML121", {"image": "nginx:1.27"}),
    Case("x:\n⟦－⟧ a\n⟦ー⟧ b\n", "YAML122 YAML122", {"x": ["a", "b"]}),
    Case(
        "x:\n  ⟦–⟧ name: a\n    b: c\n  ⟦—⟧ name: b\n",
        "YAML122 YAML122",
        {"x": [{"name": "a", "b": "c"}, {"name": "b"}]},
    ),
    Case("x:\n⟦‐⟧name: a\n", "YAML122", {"x": [{"name": "a"}]}),
    Case("x:\n⟦•⟧ a\n⟦・⟧ b\n", "YAML122 YAML122", {"x": ["a", "b"]}),
    Case("x:\n⟦*⟧ a\n", "YAML122", {"x": ["a"]}),
    Case("name: web⟦－⟧0\n", "YAML122", {"name": "web-0"}),
    Case("spec:\n  replicas: ⟦３⟧\n", "YAML123", {"spec": {"replicas": 3}}),
    Case("storage: ⟦１Ｇｉ⟧\n", "YAML123", {"storage": "1Gi"}),
    Case("⟦ｎａｍｅ⟧: web\n", "YAML123", {"name": "web"}),
    Case("name: ⟦“web”⟧\n", "YAML124", {"name": "web"}),
    Case("name: ⟦‘web’⟧\n", "YAML124", {"name": "web"}),
    Case("name: ⟦「web」⟧\n", "YAML124", {"name": "web"}),
    Case("name: ⟦＂8080＂⟧\n", "YAML124", {"name": "8080"}),
    Case('name: ⟦“web"⟧\n', "YAML124", {"name": "web"}),
    Case('name: ⟦"web”⟧\nb: c\n', "YAML124", {"name": "web", "b": "c"}),
    Case("⟦“name”⟧: web\n", "YAML124", {"name": "web"}),
    Case("args: ⟦［⟧a, b⟦］⟧\n", "YAML125 YAML125", {"args": ["a", "b"]}),
    Case("args: [a⟦、⟧b⟦，⟧ c]\n", "YAML125 YAML125", {"args": ["a", "b", "c"]}),
    Case("labels: ⟦｛⟧app⟦：⟧web⟦｝⟧\n", "YAML125 YAML121 YAML125", {"labels": {"app": "web"}}),
    Case("replicas: 3 ⟦＃⟧ 三つ\n", "YAML125", {"replicas": 3}),
    Case("⟦＃⟧ 説明\nreplicas: 3\n", "YAML125", {"replicas": 3}),
]

MISSING = [
    Case("metadata:\n  name⟦:⟧web\n", "YAML131", {"metadata": {"name": "web"}}),
    Case(
        "metadata:\n  name⟦:⟧web\n  labels:\n    app: a\n",
        "YAML131",
        {"metadata": {"name": "web", "labels": {"app": "a"}}},
    ),
    Case(
        "metadata:\n  name⟦:⟧web\n  app⟦:⟧b\n",
        "YAML131 YAML131",
        {"metadata": {"name": "web", "app": "b"}},
    ),
    Case("a: 1\nname⟦:⟧web\n", "YAML131", {"a": 1, "name": "web"}),
    Case(
        "containers:\n- name⟦:⟧web\n  image: nginx\n",
        "YAML131",
        {"containers": [{"name": "web", "image": "nginx"}]},
    ),
    Case("containers:\n- name⟦:⟧web\n", "YAML131", {"containers": [{"name": "web"}]}),
    Case("labels: {app⟦:⟧web, b: c}\n", "YAML131", {"labels": {"app": "web", "b": "c"}}),
    Case("accessModes:\n⟦-⟧ReadWriteOnce\n", "YAML132", {"accessModes": ["ReadWriteOnce"]}),
    Case(
        "containers:\n- name: a\n⟦-⟧name: b\n  image: c\n",
        "YAML132",
        {"containers": [{"name": "a"}, {"name": "b", "image": "c"}]},
    ),
    Case(
        "containers:\n⟦-⟧name: b\n image: c\n",
        "YAML132",
        {"containers": [{"name": "b", "image": "c"}]},
    ),
    Case("containers:\n⟦-⟧name⟦:⟧web\n", "YAML132 YAML131", {"containers": [{"name": "web"}]}),
    Case("⟦metadata⟧\n  name: web\n", "YAML135", {"metadata": {"name": "web"}}),
    Case("spec:\n  ⟦replicas⟧ 3\n  a: b\n", "YAML135", {"spec": {"replicas": 3, "a": "b"}}),
    Case("spec:\n  ⟦replicas⟧ 3\n", "YAML135", {"spec": {"replicas": 3}}),
    Case("a: 1\n⟦one two three⟧\nb: 2\n", "YAML135", None),
    Case('name: ⟦"web⟧\nb: c\n', "YAML136", {"name": "web", "b": "c"}),
    Case("name: ⟦'web⟧ # c\n", "YAML136", {"name": "web"}),
    Case('name: ⟦"web⟧\nb: "c"\n', "YAML136", {"name": "web", "b": "c"}),
    Case("a: ⟦[⟧b, c\nd: 1\n", "YAML137", {"a": ["b", "c"], "d": 1}),
    Case("a: ⟦{⟧b: c\nd: 1\n", "YAML137", {"a": {"b": "c"}, "d": 1}),
    Case("a: ⟦[⟧\n  b,\n  c\nd: 1\n", "YAML137", {"a": ["b", "c"], "d": 1}),
    Case("a: ⟦[⟧b}\nd: 1\n", "YAML137", {"a": ["b"], "d": 1}),
    Case("a: [b]⟦]⟧\n", "YAML137", {"a": ["b"]}),
    Case("a: {b: 1⟦ c⟧: 2}\n", "YAML137", {"a": {"b": 1, "c": 2}}),
]

TEXT = [
    Case("title: a⟦:⟧ b\n", "YAML138", {"title": "a: b"}),
    Case("a: ⟦@daily⟧\n", "YAML139", {"a": "@daily"}),
    Case("a: ⟦*.example.com⟧\n", "YAML139", {"a": "*.example.com"}),
    Case("a: ⟦`b`⟧\n", "YAML139", {"a": "`b`"}),
    Case("a: ⟦%b⟧\n", "YAML139", {"a": "%b"}),
    Case("a: ⟦>=1.0⟧\n", "YAML139", {"a": ">=1.0"}),
    Case("a: ⟦!b!c⟧\n", "YAML139", {"a": "!b!c"}),
    Case("a: [⟦*⟧, b]\n", "YAML139", {"a": ["*", "b"]}),
    Case('a: "⟦\\d⟧+"\n', "YAML140", {"a": "\\d+"}),
    Case('a: "b" ⟦c⟧\n', "YAML140", None),
    Case("ports: ⟦-⟧ 80\nb: 1\n", "YAML141", None),
    Case("ports: ⟦-⟧ 80\n       - 81\nb: 1\n", "YAML141", None),
]

DEPTH = [
    Case("a:\n  b: 1\n⟦ ⟧c:\n    d: 2\n", "YAML133", None),
    Case("a:\n  b: 1\n⟦   ⟧c:\n    d: 2\n", "YAML133", {"a": {"b": 1, "c": {"d": 2}}}),
    Case("x:\n- name: a\n⟦ ⟧image: b\n", "YAML133", None),
    Case("x:\n  - name: a\n⟦   ⟧image: b\n", "YAML133", {"x": [{"name": "a", "image": "b"}]}),
    Case("x:\n  - name: a\n⟦     ⟧image: b\n", "YAML133", {"x": [{"name": "a", "image": "b"}]}),
    Case("x:\n    - a: 1\n⟦   ⟧- a: 2\n", "YAML133", {"x": [{"a": 1}, {"a": 2}]}),
    Case('spec:\n⟦serviceName: "x"⟧\n  replicas: 3\n', "YAML133", None),
    Case("a: |\n⟦text⟧\nmore\nb: 1\n", "YAML133", None),
    Case("a: |\n  text\n⟦ ⟧more\nb: 1\n", "YAML133", None),
    Case("name: web\n  ⟦-⟧ a\n", "YAML134", {"name": "web - a"}),
]

COPIED = [
    Case("⟦```yaml⟧\na: 1\n⟦```⟧\n", "YAML151 YAML151", {"a": 1}),
    Case("⟦$ kubectl get sts web -o yaml⟧\na: 1\n", "YAML152", {"a": 1}),
    Case("⟦me@host:~/k8s$ kubectl get sts⟧\na: 1\n⟦me@host:~/k8s$⟧\n", "YAML152 YAML152", {"a": 1}),
    Case("⟦cat <<EOF | kubectl apply -f -⟧\na: 1\n⟦EOF⟧\n", "YAML152 YAML152", {"a": 1}),
    Case("⟦kubectl apply -f - <<'X'⟧\na: 1\n⟦X⟧\n", "YAML152 YAML152", {"a": 1}),
    Case("a: 1\n⟦statefulset.apps/web created⟧\n", "YAML152", {"a": 1}),
    Case("a: 1\n ⟦---⟧\nb: 2\n", "YAML106", {"a": 1}),
    Case("a: 1\n⟦ーーー⟧\nb: 2\n", "YAML106", {"a": 1}),
    Case("a: 1\n⟦—⟧\nb: 2\n", "YAML106", {"a": 1}),
    Case("a: 1\n⟦--⟧\nb: 2\n", "YAML106", {"a": 1}),
    Case("a: ⟦{{ .Values.a }}⟧\nb: {{ .Values.b }}\n", "YAML150", None),
    Case("⟦{{- if .Values.a }}⟧\na: 1\n{{- end }}\n", "YAML150", None),
    Case("a:\n  ⟦{{- toYaml .Values.a | nindent 2 }}⟧\n", "YAML150", None),
    Case("⟦{% if a %}⟧\na: 1\n", "YAML150", None),
]  # fmt: skip


def marked(text: str) -> tuple[str, list[tuple[int, int, int]]]:
    """A text without its marks, and the line and columns of what they were around."""
    spans: list[tuple[int, int, int]] = []
    for number, line in enumerate(text.split("\n"), start=1):
        for nth, match in enumerate(re.finditer("⟦(.*?)⟧", line)):
            start = match.start() - 2 * nth + 1
            spans.append((number, start, start + len(match[1])))
    return text.replace("⟦", "").replace("⟧", ""), spans


@pytest.mark.parametrize("case", [*SPACE, *SIGNS, *MISSING, *TEXT, *DEPTH, *COPIED], ids=repr)
def test_a_slip(case: Case) -> None:
    text, spans = marked(HEAD + case.text if case not in COPIED else case.text)
    manifest = read(text)
    found = manifest.findings
    assert [f.code for f in found] == case.codes.split()
    assert all(f.severity is Severity.ERROR for f in found)
    if len(spans) == len(found):
        assert [(f.line, f.column, f.span.end_column) for f in found] == spans
    if case.means is None:
        return
    data = dict(manifest.documents[0].data)
    if case not in COPIED:
        assert data.pop("kind") == "X"
    assert data == case.means


@pytest.mark.parametrize("case", [*SPACE, *SIGNS, *MISSING, *TEXT, *DEPTH, *COPIED], ids=repr)
def test_a_slip_is_put_in_words(case: Case) -> None:
    for finding in read(marked(HEAD + case.text)[0]).findings:
        for language in LANGUAGES:
            assert len(message(finding, language)) > 20


def test_where_the_meaning_is_open_the_document_is_missing() -> None:
    assert read("a:\n  b: 1\n c: 2\n").documents == ()
    assert dict(read("a:\n  b: 1\n c: 2\n").findings[0].params) == {
        "found": 1,
        "needed": ("0", "2"),
    }


def test_places_are_those_of_the_text_as_written() -> None:
    text = "metadata:\n　name：web　\n　labels：　{app:web, b：c}\nspec: {replicas: ３}\n"
    (document,) = read(text).documents
    assert document.data == {
        "metadata": {"name": "web", "labels": {"app": "web", "b": "c"}},
        "spec": {"replicas": 3},
    }
    for path, written in {
        "metadata.name": "web",
        "metadata.labels.app": "web",
        "metadata.labels.b": "c",
        "spec.replicas": "３",
    }.items():
        span = document.span(path)
        line = text.split("\n")[span.line - 1]
        assert line[span.column - 1 : span.end_column - 1] == written
    assert document.span("metadata.labels", key=True).column == 2


def test_all_slips_of_a_document_come_at_once() -> None:
    text = (
        'apiVersion：v1\nkind: X\nmetadata:\n  name:web\nspec:\n  a: [b, c\n  d: "e\n'
        "  f: @g\n  ports:\n  -80\n  - 81\n   h: 1\n"
    )
    codes = [f.code for f in read(text).findings]
    assert codes == ["YAML121", "YAML131", "YAML137", "YAML136", "YAML139", "YAML132", "YAML133"]


def test_a_template_is_named_once() -> None:
    part = "a: {{ .Values.a }}\n{{- range .Values.b }}\n- c\n{{- end }}\n"
    manifest = read(f"{part}---\nkind: X\n---\n{part}---\n{part}---\nb: [\n")
    assert [(f.code, f.variant, f.document) for f in manifest.findings] == [
        ("YAML150", "helm", 1), ("YAML137", "open", 5)
    ]  # fmt: skip
    assert [d.kind for d in manifest.documents] == ["X"]


def test_slips_in_a_long_document_are_found() -> None:
    lines = [f"k{n}: {n}" for n in range(20_000)]
    lines[15_000] = "name：web"
    lines[15_100] = "other:web"
    found = read("\n".join(lines)).findings
    assert [(f.code, f.line) for f in found] == [("YAML121", 15_001), ("YAML131", 15_101)]


def test_the_parser_has_the_last_word_where_nothing_is_known() -> None:
    (finding,) = read("a: &b *b\n").findings
    assert finding.code == "YAML101"
    assert finding.params["raw"] == "did not find expected key"
    assert (finding.line, finding.column) == (1, 7)


@pytest.mark.parametrize(
    ("line", "codes"),
    [
        ("  foo", ["YAML135"]),
        ('  foo: "bar', ["YAML136"]),
        ("  foo: [a, ", ["YAML137"]),
        ("  foo: {", ["YAML137"]),
        ("foo", ["YAML135"]),
        ("  foo: a: b", ["YAML138"]),
        ("\tfoo: 1", ["YAML130"]),
        ("   foo: 1", ["YAML133"]),
        ("  foo：1", ["YAML121"]),
        (" foo bar baz", ["YAML135"]),
    ],
)
def test_what_is_half_typed_is_one_finding(line: str, codes: list[str]) -> None:
    """In the middle of a manifest, with good lines above and below."""
    above = 'kind: X\nspec:\n  image: "nginx"\n  args: [a, "b"]\n'
    below = '  name: "web"\n  ports:\n  - name: "http"\n    port: 80\nstatus: {a: "b"}\n'
    manifest = read(f"{above}{line}\n{below}")
    assert [f.code for f in manifest.findings] == codes
    assert manifest.findings[0].line == 5

"""The reader against the real kubectl: what it sends, and what it refuses."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tutor.manifest.documents import Manifest
from tutor.manifest.reader import read
from tutor.model.findings import Severity

pytestmark = pytest.mark.kubectl

Kubectl = Callable[[str | bytes], tuple[list[Any], str]]

HEAD = "apiVersion: x/v1\nkind: Thing\nmetadata: {name: a}\n"
OTHER = HEAD.replace("name: a", "name: b")

SILENTLY = {"YAML107", "YAML110"}
"""What kubectl takes without a word, and the tutor does not."""

SCALARS = (Path(__file__).parent / "scalars.txt").read_text("utf-8").splitlines()
"""One a line, as it is written behind a hyphen."""

DOCUMENTS = [
    # keys that are not strings
    "v: {1: a, 1.5: b, 0x1F: c, 0o10: d, y: e, no: f, 2001-01-01: g, 22:22: h, '': i}",
    "v: {1.0: a, 1e3: b, 1e21: c, 1e-7: d, 0.1: e, 123456789.125: f, 1234567.5: g, 16777217.5: h}",
    "v: {1e-5: a, 0.0001: b, 0.00001234: c, 999999.0: d, 1e5: e, 1e6: f, 123456.7: g, -0.0: h}",
    "v: {-1e300: b, 1e-300: c, .inf: d, .NaN: e, 99999999999999999999: f}",
    "v: {9223372036854775807: a, -9223372036854775808: b}",
    "v: {!!str 5: a, !!int '6': b, !!float 7: c, !!bool yes: d, !!binary aGVsbG8=: e}",
    "? a\n? b\n: c\n? |\n  k\n: v",
    "a b: 1\na  : 1b\n'q' : 2\n\"r\": 3",
    # collections
    "v: {}\nw: []\nx: [a, b,]\ny: {a, b: 1,}\nz: [a: 1, b: 2]",
    "v:\n- a\n- b\nw:\n - a\n -  b: 1\n    c: 2\nx:\n  -\n  - \n  - - 1\n    - 2",
    "v: [\n a,\n b\n ]\nw: {\n  a: 1,\n  b: [c, {d: e}]\n}",
    "v: {\n\ta: 1\n}",
    'v: {"a":1, b: http://x/y:z, c: d:e}\nw: [a:b, http://x:80/y]',
    # scalars over several lines
    "v: a\n  b\n\n  c\nw: 'a\n\n  b'\nx: \"a\\\n  b\"",
    "v: |\n  a\n\n  b\nw: >\n  a\n  b\n\n   c\n  d\nx: |-\n  a\n\ny: |+\n  a\n\nz: >-\n  a\n  b",
    "v: |2\n   a\nw: |\n\n\n  a\nx: >\n\ny: |\n a\n  b\n # c\n",
    "v:\n  plain on the next line\nw:\n  'quoted on the next'",
    "v: a\t# c\nw:\tb\nx: 'x' # c\n# d\ny: a#b\nz: #c",
    # anchors, aliases, merge keys
    "v: [&a 1, &a 2, *a]\nw: {&k key: 1, b: *k}\nx: &a-b_c [1]\ny: *a-b_c",
    "a: &a a\nb: *a\n*a : c",
    "v: [&a {x: 1, z: 0}, {<<: *a, x: 2}, {x: 2, <<: *a}, {<<: [*a, {x: 3, q: 4}]}]",
    "v: {a: 1, <<: {a: 2}}\nw: {<<: {a: 2}, a: 1}\nx: {<<: {a: 2}, <<: {b: 1}}",
    "<<: {a: 1}\n'<<': {b: 2}\n!!merge \"<<\": {z: 1}",
    "v: {<<: {<<: {a: 1}, b: 2}}\nw: {k: 3, <<: [{k: 1, l: 5}, {k: 2, l: 6}]}",
    "v: {a: &x {k: 1}, <<: [*x, {k: 2}], k: 3}\nw: {!!str <<: {a: 1}}",
    "v: !foo [1, 2]\nw: !foo {a: 1}\nx: !!seq {a: 1}\ny: !!set {a, b}\nz: !!omap [a: 1]",
    # characters
    "v: 日本語　全角\nキー: '値'\n🐘: e\u0301",
    "v: 'a\u2028b'\nw: \"a\x85b\"\nx: |\n  a\u2029  b",
    'v: あ\ufeffb\nw: "it\\\'s"',
    # where a document ends
    "...\nfoo: [",
    "... # c\n---\n# only a comment\n---\n---",
    "v: a\rw: b",
    # the slips that YAML minds not
    "a: 1\na: 2",
]

REFUSED = [
    "v: .inf", "v: [.nan]", "v: -.INF", "v: !!float .inf", "v: {~: 1}", "v: {null: 1}", "v: {: 1}",
    "v: {[1]: 1}", "v: {{a: 1}: 1}", "v: {9223372036854775808: a}", "v: {!!null '': d}",
    "v: !!int 5.0", "v: !!int 1e3", "v: !!int ''", "v: !!int", "v: !!bool maybe", "v: !!bool 1",
    "v: !!null x", "v: !!null 0", "v: !!float x", "v: !!float 1e400", "v: !!timestamp x",
    "v: !!float 9223372036854775808", "v: !!timestamp 5", "v: !!timestamp '2001-01-01 10:00'",
    "v: !!binary '!!'", "v: !!binary 'a b'", "v: !!binary aGVsbG8", "v: !h!x 5",
    "<<: 5", "<<: [1]", "v: {<<: null}", "v: {<<: }", "v: {<<: *x}",
    "v: [&x {a: 1}, &y [*x], {<<: *y}]", "v: [&x [{a: 1}], {<<: [*x]}]",
    "v: &a [1, *a]", "v: &a {b: *a}", "v: *a\nw: &a 1", "v: &a.b 1",
    'v: "\\/"', 'v: "\\ud83d"', 'v: "\\d"', "v: @a", "v: `a`", "v: %a", "v: *.x", "v: a: b",
    "v: - a",
    "v: |foo", "v: >=1", "v: ,a", "v: ]", "v: }", "v: {a]", "v: [a]]", "v: {a: 1}b", "v: [a,,b]",
    "v: [,]", "v: [a, 'b'c]", "v: [a?b]", "v: [:a]", "v: {:a: 1}", "v: [- a]", "v: [::]",
    "\tv: a", "v:\n\t- a", "v:#c", '"a":1', "v: {a\n: 1}", "v: '", 'v: "a" b', "v: a\x07",
    "v: a\x80b",
    "v: a\ufffeb", "v: a\x85b", "v:\u3000a", "- a", "v: 1\n  w: 2", "v:\n  a: 1\n w: 2",
    "--- x", "----", "--- {a: 1}", "%YAML 1.1\n---\n",
]  # fmt: skip

STREAMS = [
    "",
    f"{HEAD}v: |\n  the last line has no end",
    f"{HEAD}v: >\n  the last line has no end",
    "# only\n",
    "---\n---\n",
    f"---\n{HEAD}---\n---\n# c\n---\n{OTHER}---\n",
    f"{HEAD}---   # c\n{OTHER}",
    f"{HEAD}---# c\n{OTHER}",
    f"{HEAD}---\t\n{OTHER}",
    f"{HEAD}---\u3000\n{OTHER}",
    f"{HEAD}...\n---\n{OTHER}",
    f"null\n---\n~\n---\n{HEAD}",
    (HEAD + "---\n" + OTHER).replace("\n", "\r\n"),
    HEAD.replace("\n", "\r"),
    "\ufeff" + HEAD + "---\n\ufeff" + OTHER,
    "\ufeff\ufeff" + HEAD,
    "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: x/v1, kind: T, metadata: {name: a}}\n",
    "apiVersion: v1\nkind: List\nitems: []\n",
    "apiVersion: x/v1\nkind: ThingList\nitems:\n- {metadata: {name: a}}\n- {metadata: {name: b}}\n",
    '{"apiVersion":"x/v1","kind":"T","metadata":{"name":"j"}}',
    '{"apiVersion":"x/v1","kind":"T","metadata":{"name":"j"}}\n'
    '{"apiVersion":"x/v1","kind":"T","metadata":{"name":"k"}, "v": 1.0, "w": 1e2, "x": -0}',
    '{"apiVersion":"x/v1","kind":"T","metadata":{"name":"\\ud83d\\ude00\\/\\u3042"},'
    '\n\t"v": [1, 12345678901234567890]}',
    '{"apiVersion":"x/v1","kind":"T","metadata":{"name":"j"}}\n---\n' + HEAD,
    HEAD + '---\n{"apiVersion":"x/v1","kind":"T","metadata":{"name":"j"},}\n',
    HEAD.encode("utf-16"),
    (HEAD + "---\n" + OTHER).encode("utf-16"),
    b"\xfe\xff" + HEAD.encode("utf-16-be"),
    "\ufeff".encode() + HEAD.encode(),
]


def errors(manifest: Manifest) -> list[str]:
    return [
        f.code for f in manifest.findings if f.severity is Severity.ERROR and f.code not in SILENTLY
    ]


def same(one: object, other: object) -> bool:
    """Equal, and 1 is not true."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, int | float) and isinstance(other, int | float):
        return one == other and isinstance(one, bool) == isinstance(other, bool)
    return type(one) is type(other) and one == other


def assert_reads_as_kubectl(kubectl: Kubectl, source: str | bytes) -> None:
    objects, refusal = kubectl(source)
    manifest = read(source)
    assert not refusal, source
    assert not errors(manifest), source
    assert same([d.data for d in manifest.documents], objects), source


def test_scalars(kubectl: Kubectl) -> None:
    """Each as an item, as the value of a key, and in brackets where it may stand there."""
    assert len(SCALARS) > 300
    flow = ", ".join(scalar for scalar in SCALARS if not set(scalar) & set("!,[]{}?:"))
    items = "".join(f"- {scalar}\n" for scalar in SCALARS)
    keyed = "".join(f"  k{n}: {scalar}\n" for n, scalar in enumerate(SCALARS))
    assert_reads_as_kubectl(kubectl, f"{HEAD}v:\n{items}w: [{flow}]\nx:\n{keyed}")


def test_documents(kubectl: Kubectl) -> None:
    """Each in a document of its own, all in one file: kubectl takes a while to start."""
    objects, refusal = kubectl("\n---\n".join(HEAD + body for body in DOCUMENTS))
    assert not refusal
    assert len(objects) == len(DOCUMENTS)
    for body, expected in zip(DOCUMENTS, objects, strict=True):
        manifest = read(HEAD + body)
        assert not errors(manifest), body
        assert same([d.data for d in manifest.documents], [expected]), body


@pytest.mark.parametrize("source", STREAMS)
def test_files(kubectl: Kubectl, source: str | bytes) -> None:
    assert_reads_as_kubectl(kubectl, source)


@pytest.mark.parametrize("body", REFUSED)
def test_what_kubectl_refuses_has_an_error(kubectl: Kubectl, body: str) -> None:
    source = body if body.startswith("%") else f"{HEAD}{body}\n"
    _, refusal = kubectl(source)
    assert refusal, body
    assert errors(read(source)), body


def test_utf_16_without_a_mark_is_refused(kubectl: Kubectl) -> None:
    source = HEAD.encode("utf-16-le")
    assert kubectl(source)[1]
    assert errors(read(source)) == ["YAML102"]


@pytest.mark.parametrize("encoding", ["cp932", "euc_jp"])
def test_other_encodings_are_mangled_by_kubectl(kubectl: Kubectl, encoding: str) -> None:
    source = f"{HEAD}v: 設定ファイル\n"
    (mangled,), _ = kubectl(source.encode(encoding))
    assert "\ufffd" in mangled["v"]
    manifest = read(source.encode(encoding))
    assert manifest.documents[0].data["v"] == "設定ファイル"
    assert errors(manifest) == ["YAML102"]


NUMBERLIKE = st.text(
    "0123456789" * 3 + "__..eExXbBoO++--:naINFinftruyYNslT~", min_size=1, max_size=8
)
LONG = st.from_regex(r"[-+]?[0-9]{15,24}", fullmatch=True)
SCALAR = st.one_of(NUMBERLIKE, LONG).filter(lambda s: s[-1] != ":" and s[0] != ":")


@given(st.lists(SCALAR, min_size=150, max_size=150))
@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_scalars(kubectl: Kubectl, scalars: list[str]) -> None:
    source = HEAD + "v:\n" + "".join(f"- {s}\n" for s in scalars)
    objects, refusal = kubectl(source)
    assume(not refusal)  # an infinity, by chance
    assert same(read(source).documents[0].data, objects[0])


FRAGMENTS = st.sampled_from(
    ["a", "b", "1", "yes", "~", "null", ": ", " ", "\n", "\n  ", "\n    ", "- ", "[", "]", "{", "}",
     ", ", "'", '"', " # c", "&x ", "*x", "!!str ", "? ", "|\n   ", ">\n   ", "<<: ", "あ", "--- ",
     "...\n", "''", "a: ", "b: ", "c: ", "\r\n", "\\n", "= ", ".5", "x", "\n- "]
)  # fmt: skip


@given(st.lists(st.lists(FRAGMENTS, min_size=1, max_size=9).map("".join), min_size=8, max_size=8))
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_text(kubectl: Kubectl, bodies: list[str]) -> None:
    """What one refuses, so does the other; what neither does, they read alike."""
    for body in bodies:
        source = f"{HEAD}v: {body}\n"
        manifest = read(source)
        objects, refusal = kubectl(source)
        if refusal:
            assert errors(manifest), source
        elif not errors(manifest):  # slips are errors that kubectl does not see
            assert same([d.data for d in manifest.documents], objects), source

"""Any text and any bytes: a Manifest comes back, its places are in the text, its words exist."""

import json
import re
from pathlib import Path

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.work import steps
from tutor.i18n.pages import message
from tutor.manifest.documents import Manifest
from tutor.manifest.nodes import Mapping, Node, Scalar, Sequence
from tutor.manifest.reader import read
from tutor.model.course import LANGUAGES

ROOT = Path(__file__).parents[2]
GOOD = sorted((ROOT / "tutor" / "rules" / "examples").glob("*.right.yaml"))
MANIFESTS = [path.read_text("utf-8") for path in GOOD[::6]]

ODD = (
    "　：－ー–“”‘’「」［］｛｝，、＃３ｗ\u00a0\u200b\ufeff\u2028\x85\t\r\0\x1b\ud800"
    "🐘é日*&!|>%@`{}[],\"'#:-? "
)
LINES = [
    "```",
    "$ kubectl get sts",
    "EOF",
    "---",
    " ---",
    "...",
    "%YAML 1.1",
    "{{ .Values.a }}",
    "- a",
    "a:b",
]

FRAGMENTS = st.one_of(
    st.sampled_from(list(ODD)),
    st.sampled_from(
        [": ", "- ", "\n", "\n  ", "\n    ", "a", "b: ", "kind: ", "'", '"', "{{", "}}"]
    ),
    st.sampled_from(
        ["&a ", "*a", "<<: ", "!!int ", "|\n", ">-\n", "---\n", '{"a": 1}', "\\/", "\\ud83d"]
    ),
    st.text(max_size=3),
)
TEXT = st.lists(FRAGMENTS, max_size=25).map("".join)


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """A good manifest with a few slips in it."""
    text = draw(st.sampled_from(MANIFESTS))
    for _ in range(draw(st.integers(1, 5))):
        at = draw(st.integers(0, len(text)))
        what = draw(st.integers(0, 4))
        if what == 0:
            text = text[:at] + text[at + draw(st.integers(1, 4)) :]
        elif what == 1:
            text = text[:at] + draw(st.sampled_from(list(ODD))) + text[at + 1 :]
        elif what == 2:
            text = text[:at] + draw(st.sampled_from(list(ODD))) + text[at:]
        else:
            lines = text.split("\n")
            row = draw(st.integers(0, len(lines) - 1))
            if what == 3:
                lines.insert(row, draw(st.sampled_from(LINES)))
            else:
                lines[row] = " " * draw(st.integers(1, 3)) + lines[row]
            text = "\n".join(lines)
    return text


def nodes(root: Node) -> list[Node]:
    found: list[Node] = [root]
    for node in found:
        if isinstance(node, Mapping):
            found += [*node.keys.values(), *node.values.values()]
        elif isinstance(node, Sequence):
            found += node.items
        assert len(found) < 100_000
    return found


def assert_sound(manifest: Manifest) -> None:
    lines = re.split(r"\r\n|\r|\n", manifest.text)

    def inside(line: int, column: int, end_line: int, end_column: int) -> None:
        place = (line, column, end_line, end_column)
        assert 1 <= line <= end_line <= len(lines), place
        assert (line, column) <= (end_line, end_column), place
        assert 1 <= column <= len(lines[line - 1]) + 1, place
        assert 1 <= end_column <= len(lines[end_line - 1]) + 2, place

    for finding in manifest.findings:
        span = finding.span
        inside(span.line, span.column, span.end_line, span.end_column)
        assert finding.document >= 1
        for language in LANGUAGES:
            assert message(finding, language)
    codes = {finding.code for finding in manifest.findings}
    for document in manifest.documents:
        json.dumps(document.data, allow_nan="YAML112" in codes)
        assert isinstance(document.kind, str)
        for node in nodes(document.root):
            inside(node.line, node.column, node.end_line, node.end_column)
            if not codes and isinstance(node, Scalar) and node.plain and node.line == node.end_line:
                written = lines[node.line - 1][node.column - 1 : node.end_column - 1]
                assert node.text == written or re.search("[\x85\u2028\u2029]", written)
        assert document.span(()).line >= 1


ONCE = 500_000
"""Steps: what is imported when a text first needs it, and the rounds of mending it."""


def assert_soon(source: str | bytes) -> None:
    found: list[Manifest] = []
    work = steps(lambda: found.append(read(source)))
    assert work < ONCE + 1_000 * len(source)
    assert_sound(found[0])


slow = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@given(TEXT)
@settings(slow, max_examples=400)
@example("\ufeff%TAG !a! x\n")
@example("\x85" * 2000 + "]")
@example("\r" * 2000 + "]")
@example("a: |\n\u2028 b\n c")
@example("--- \ud800")
@example("- \t\t-\n\t-")
@example("''''''")
@example("key: 　")
@example("：")
@example("a: 'b\n\n\n")
def test_any_text(text: str) -> None:
    assert_soon(text)


@given(st.one_of(st.binary(max_size=60), TEXT.map(lambda t: t.encode("utf-8", "surrogatepass"))))
@settings(slow, max_examples=150)
def test_any_bytes(source: bytes) -> None:
    assert_soon(source)


@given(TEXT, st.sampled_from(["cp932", "euc_jp", "iso2022_jp", "utf-16", "utf-16-be", "utf-32"]))
@settings(slow, max_examples=100)
def test_any_encoding(text: str, codec: str) -> None:
    assert_soon(text.encode(codec, "ignore"))


@given(mutated())
@settings(slow, max_examples=250)
def test_manifests_with_slips(text: str) -> None:
    assert_soon(text)

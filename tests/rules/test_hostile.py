"""Whatever the shape of a document, no rule raises, and what it says can be told."""

from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.rules.shared import EXAMPLES, VARIANTS
from tutor.i18n import pages
from tutor.manifest.documents import Document
from tutor.manifest.nodes import Data, Mapping, Node, Scalar, Sequence
from tutor.manifest.reader import read
from tutor.model.findings import parse_path
from tutor.rules.catalogue import rules
from tutor.rules.objects import Objects

RULES = rules()
SEEDS = [
    document.data
    for path in sorted([*EXAMPLES.glob("STS*.yaml"), *VARIANTS.glob("*.yaml")])
    for document in read(path.read_text(encoding="utf-8")).documents
]
FIELDS = sorted({key for seed in SEEDS for key in seed} | {"spec", "metadata", "items"})

leaves = (
    st.none()
    | st.booleans()
    | st.integers(-3, 5)
    | st.sampled_from([2**40, -(2**70), 0.5, 1e300])
    | st.sampled_from(
        ["", " ", "None", "none", "0", "-1", "web", "web-0", "web-9.nginx", "100%", "1Gi", "a.b.c"]
    )
    | st.sampled_from(
        ["x" * 300, "`", "{found}", "\x00", "\u202e", "日本", "${X}", "10.0.0.1", "-"]
    )
    | st.text(max_size=8)
)
values = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*FIELDS, "app", "name", "0"]), inner, max_size=3)
    ),
    max_leaves=6,
)


def node(value: Data, line: int = 1) -> Node:
    """Plain data as the reader would give it, every part in a place of its own."""
    if isinstance(value, dict):
        keys = {key: Scalar(key, key, True, line, 1, line, 1 + len(key)) for key in value}
        parts = {key: node(part, line + n) for n, (key, part) in enumerate(value.items())}
        return Mapping(keys, parts, line, 1, line + len(value), 1)
    if isinstance(value, list):
        return Sequence([node(part, line + n) for n, part in enumerate(value)], line, 1, line, 2)
    text = "" if value is None else str(value)
    return Scalar(value, text, True, line, 1, line, 1 + len(text))


def document(value: dict[str, Data], index: int) -> Document:
    root = node(value)
    assert isinstance(root, Mapping)
    return Document(index, root, (), "")


def places(value: Data, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    found = [path] if path else []
    if isinstance(value, dict):
        for key, part in value.items():
            found += places(part, (*path, key))
    elif isinstance(value, list):
        for index, part in enumerate(value):
            found += places(part, (*path, index))
    return found


def replaced(value: Any, path: tuple[str | int, ...], new: Data) -> Any:
    if not path:
        return new
    copy: Any = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = replaced(copy[path[0]], path[1:], new)
    return copy


@st.composite
def mutated(draw: st.DrawFn) -> dict[str, Data]:
    """A real object with one to four of its places holding something else."""
    value = draw(st.sampled_from(SEEDS))
    for _ in range(draw(st.integers(1, 4))):
        spots = [p for p in places(value) if p not in {("kind",), ("apiVersion",)}]
        if spots:
            value = replaced(value, draw(st.sampled_from(spots)), draw(values))
    return value


def examine(now: list[Document], before: list[Document]) -> None:
    for version in ("1.25", "1.36"):
        objects = Objects(now, version=version, previous=Objects(before, version=version))
        for this in RULES:
            for finding in this.check(this, objects):
                assert finding.code == this.code
                assert finding.variant in this.variants
                assert finding.span.line >= 1
                parse_path(finding.path)
                for language in ("ja", "en"):
                    text = pages.message(finding, language)
                    assert text
                    assert len(text) < 2000


@settings(max_examples=300, deadline=None)
@given(st.lists(mutated(), min_size=1, max_size=4), st.lists(mutated(), max_size=2))
def test_mutated_objects(now: list[dict[str, Data]], before: list[dict[str, Data]]) -> None:
    examine(
        [document(v, n) for n, v in enumerate(now, 1)],
        [document(v, n) for n, v in enumerate(before, 1)],
    )


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.builds(
            lambda kind, spec, meta: {"apiVersion": kind[0], "kind": kind[1], **spec, **meta},
            st.sampled_from(sorted({(str(s["apiVersion"]), str(s["kind"])) for s in SEEDS})),
            st.fixed_dictionaries({}, optional={"spec": values}),
            st.fixed_dictionaries({}, optional={"metadata": values}),
        ),
        max_size=4,
    )
)
def test_objects_of_any_shape(now: list[dict[str, Data]]) -> None:
    examine([document(v, n) for n, v in enumerate(now, 1)], [])


def test_every_example_against_every_other_kind_of_version() -> None:
    texts = [p.read_text(encoding="utf-8") for p in sorted(Path(EXAMPLES).glob("*.yaml"))]
    for old, new in zip(texts, [*texts[1:], texts[0]], strict=True):
        examine(list(read(new).documents), list(read(old).documents))

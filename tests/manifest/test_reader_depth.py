"""One depth, whatever PyYAML is installed and whatever limit of its own it has."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.manifest import composer, events
from tutor.manifest.bodies import BodyError, read_body
from tutor.manifest.events_without_libyaml import PlainParser
from tutor.manifest.limits import MAX_DEPTH
from tutor.manifest.reader import read
from tutor.manifest.slips import parsing

Found = list[tuple[str, str, int, int]]

DEEP: dict[str, tuple[str, int, int]] = {
    "brackets": ("a: " + "[" * 50_000, 1, 103),
    "nothing but brackets": ("[" * 50_000, 1, 101),
    "brackets where a key must be": ("a: 1\n" + "[" * 50_000, 2, 100),
    "brackets that end": ("a: " + "[" * 1_500 + "]" * 1_500, 1, 103),
    "brackets that are a key": ("[" * 2_000 + "]" * 2_000 + ": a", 1, 101),
    "one too many": ("a: " + "[" * 100 + "]" * 100, 1, 103),
    "what is no YAML behind": ("[" * 150 + "@", 1, 101),
    "what is no YAML further behind": ("[" * 1_200 + "@", 1, 101),
    "a quote behind": ("a: " + "[" * 1_000 + '"b', 1, 103),
    "braces": ("{a: " * 50_000, 1, 401),
    "JSON": ('{"a":' * 50_000, 1, 501),
    "brackets in quotes between": ("a: " + '["[",' * 5_000, 1, 499),
    "anchors": ("a: " + "[&a " * 5_000, 1, 397),
    "spaces": ("a: " + "[ " * 5_000, 1, 202),
    "lines": ("a: " + "[\n " * 5_000, 100, 2),
    "hyphens": ("- " * 50_000 + "a", 1, 201),
    "question marks": ("? " * 50_000 + "a", 1, 201),
    "indentation": ("".join(" " * n + "a:\n" for n in range(2_000)), 101, 101),
    "a later document": ("a: 1\n---\nb: " + "[" * 50_000, 3, 103),
}

SHALLOW: dict[str, tuple[str, list[str]]] = {
    "as deep as is read": ("a: " + "[" * 99 + "]" * 99, []),
    "a quoted text": ('a: "' + "[" * 3_000 + '"', []),
    "a single-quoted text": ("a: ['" + "[" * 3_000 + "']", []),
    "a plain text": ("a: b" + "[" * 3_000, []),
    "beside each other": ("a: [" + "[]," * 3_000 + "]", []),
    "a quote that does not end": ('a: "' + "[" * 3_000, ["YAML136"]),
    "a comment": ("a: [ #" + "[" * 3_000, ["YAML101"]),
    "a comment, and no YAML behind": ("a: [ #" + "[" * 900 + "\n @]", ["YAML139"]),
}


@pytest.fixture(params=["libyaml", "without libyaml"])
def parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "without libyaml":
        for module in (events, composer, parsing):
            monkeypatch.setattr(module, "parser_of", PlainParser)
    return str(request.param)


def found(text: str) -> Found:
    return [(f.code, f.variant, f.line, f.column) for f in read(text).findings]


@pytest.mark.usefixtures("parser")
@pytest.mark.parametrize("name", DEEP)
def test_too_deep_is_said_of_the_same_place(name: str) -> None:
    text, line, column = DEEP[name]
    assert found(text) == [("YAML104", "depth", line, column)]


@pytest.mark.usefixtures("parser")
@pytest.mark.parametrize("name", SHALLOW)
def test_brackets_that_open_nothing_are_not_deep(name: str) -> None:
    text, codes = SHALLOW[name]
    assert [code for code, *_ in found(text)] == codes


@pytest.mark.usefixtures("parser")
def test_what_is_mended_may_be_too_deep() -> None:
    text = "a：b\nc: " + "[" * 50_000
    assert found(text) == [("YAML121", "", 1, 2), ("YAML104", "depth", 2, 103)]


@pytest.mark.usefixtures("parser")
def test_a_body_is_too_deep_in_the_words_of_the_server() -> None:
    with pytest.raises(BodyError, match=r"^yaml: exceeded max depth$"):
        read_body("a: " + "[" * 50_000)


def test_no_limit_of_the_parsers_own_is_nearer() -> None:
    """The scanner counts levels, too; what it minds must be far from what is read."""
    for text in ("[" * 2 * MAX_DEPTH + "]" * 2 * MAX_DEPTH, "- " * 2 * MAX_DEPTH + "a"):
        parser = events.parser_of(text)
        assert sum(1 for _ in iter(parser.get_event, None)) > 2 * MAX_DEPTH


@st.composite
def nests(draw: st.DrawFn) -> str:
    """A piece that opens one level, within others that do."""
    return draw(st.sampled_from(["[", "{", "[ ", "{ ", '["[", ', "[a, ", "[[], ", "{a: ", '{"{":']))


@given(
    outer=st.integers(0, 60),
    pieces=st.lists(nests(), min_size=1, max_size=4),
    times=st.integers(1, 600),
    end=st.sampled_from(["", "@", '"', "]", "a: b: c", "%", "- ", "\n@", "}]"]),
)
def test_depth_comes_before_any_other_trouble(
    outer: int, pieces: list[str], times: int, end: str
) -> None:
    """What stands behind the place where it goes too deep changes nothing."""
    inner = "".join(pieces) * times
    text = "".join(f"{' ' * n}a:\n" for n in range(outer)) + " " * outer + inner + end
    deep = outer + len(pieces) * times > MAX_DEPTH
    assert deep == (events.too_deep(text) is not None)
    if deep:
        assert [code for code, *_ in found(text)] == ["YAML104"]

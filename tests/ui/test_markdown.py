import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.i18n.linebreak import cell_width
from tutor.ui.layout import lines
from tutor.ui.markdown import (
    Fence,
    Heading,
    Item,
    Kind,
    Paragraph,
    Quote,
    Run,
    inline,
    parse,
    plain,
)

SAMPLE = """\
Before a list:
- one `a: 1`
- two
  goes on

  a second paragraph
  - deeper

1. first
2. second

## A heading

> quoted
> words

```yaml
spec:
  - "[not a link](x)"
```

End **of** it.
"""


def laid(text: str, width: int = 40, language: str = "en", *, ticks: bool = False) -> list[str]:
    return [line.text for line in lines(parse(text, language), width, ticks=ticks)]


def test_blocks_of_every_kind() -> None:
    kinds = [type(block) for block in parse(SAMPLE, "en")]
    assert kinds == [Paragraph, Item, Item, Item, Item, Heading, Quote, Fence, Paragraph]


def test_a_list_hangs_and_nests() -> None:
    assert laid(SAMPLE)[:8] == [
        "Before a list:",
        "",
        "• one a: 1",
        "• two goes on",
        "",
        "  a second paragraph",
        "",
        "  • deeper",
    ]


def test_items_wrap_below_their_words() -> None:
    assert laid("1. one two three four five six", 14) == [
        "1. one two",
        "   three four",
        "   five six",
    ]


def test_fenced_lines_are_never_cut_or_read() -> None:
    long = "x" * 90
    assert laid(f"```text\n{long}\n  [a]\n```", 30) == [f"  {long}", "    [a]"]


@pytest.mark.parametrize(
    ("text", "language", "joined"),
    [
        ("one\ntwo", "en", "one two"),
        ("名前は\n変わりません。", "ja", "名前は変わりません。"),
        ("名前は\nPodごとです。", "ja", "名前はPodごとです。"),
        ("kubectl\napply", "ja", "kubectl apply"),
    ],
)
def test_a_line_break_is_a_space_where_the_language_has_one(
    text: str, language: str, joined: str
) -> None:
    assert plain(inline(text, language)) == joined


@pytest.mark.parametrize(
    "text", ["**「名前」**です", "これは**重要(とても)**だ", "a **b** c", "**b**", "x**y**z"]
)
def test_strong_words_end_where_japanese_ends_them(text: str) -> None:
    runs = inline(text, "ja")
    assert any(run.kind is Kind.STRONG for run in runs)
    assert "*" not in plain(runs)


@pytest.mark.parametrize(
    "text",
    ["volumeClaimTemplates[a]", "[/foo]", "[bold]x", "a * b * c", "*.yaml and *.json", "{name}"],
)
def test_what_only_looks_like_markup_stays(text: str) -> None:
    assert plain(inline(text, "en")) == text


def test_code_is_not_read() -> None:
    assert inline("`**a** [b](c)`", "en") == (Run("**a** [b](c)", Kind.CODE),)
    assert inline("``a ` b``", "en") == (Run("a ` b", Kind.CODE),)


def test_ticks_where_colours_cannot_show_code() -> None:
    assert laid("see `a b` here", 40, ticks=True) == ["see `a b` here"]


def test_a_link_tells_where_it_leads() -> None:
    assert plain(inline("[docs](https://kubernetes.io/)", "en")) == "docs (https://kubernetes.io/)"


def test_controls_come_out_as_words() -> None:
    assert "\x1b" not in "".join(laid("a \x1b[31m b\n\n```text\n\x1b]0;x\x07\n```"))


@given(
    st.text(st.sampled_from("ab `*[]()-#>\n1.「」。、漢字かなABC~"), max_size=120),
    st.sampled_from(["ja", "en"]),
    st.integers(min_value=12, max_value=90),
)
def test_anything_can_be_laid_out(text: str, language: str, width: int) -> None:
    for line in lines(parse(text, language), width):
        # Deep nesting keeps a least width of its own; fenced lines keep their length.
        if line.fence is None and not line.text.startswith((" ", "│", "•")):
            assert cell_width(line.text) <= max(width, 16)


@given(st.text(st.sampled_from("あいう。、「」漢字PodSet ,."), min_size=1, max_size=60))
def test_no_word_of_a_paragraph_is_lost(text: str) -> None:
    shown = "".join("".join(line.text for line in lines(parse(text, "ja"), 20)).split())
    assert shown == "".join(text.split())

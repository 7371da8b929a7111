"""Drawings line up by cell, manifests are YAML, nothing is wider than the screen."""

import pytest

from tutor.authoring.blocks import WIDEST, Block, block_problems, blocks


def told(text: str) -> list[tuple[str, int, int]]:
    return [(p.code, p.line, p.column) for p in block_problems(text, "x.md")]


def drawing(text: str) -> list[tuple[str, int, int]]:
    return told(f"```text\n{text}```\n")


def test_blocks_are_found_with_their_place_and_without_their_indent() -> None:
    text = "a\n\n  ```yaml\n  a: 1 # one\n\n    b: 2\n  ```\n\n```text\nx\n```\n"
    assert list(blocks(text)) == [
        Block("yaml", 4, 2, "a: 1 # one\n\n  b: 2"),
        Block("text", 10, 0, "x"),
    ]
    assert next(blocks(text)).bare == "a: 1\n  b: 2"


def test_a_block_never_closed_runs_to_the_end() -> None:
    assert list(blocks("```text\na\nb")) == [Block("text", 2, 0, "a\nb")]


@pytest.mark.parametrize(
    "text",
    [
        "┌─────┐\n│ Pod │\n└──┬──┘\n   │\n   ↓\n ready\n",
        "┌──────┐\n│ 日本 │\n└──────┘\n",
        "a ──┬──→ b\n    └──→ c\n",
        "raft-0 ──┐\nraft-1 ──┼─→ Ready\nraft-2 ──┘\n",
        "db-0 . web . svc\n│      │     └ ドメイン\n│      └ Service\n└ Pod\n",
        "│ a table │\n",
        "NAME    READY   AGE\nweb-0   1/1     10m\n",
        "●──○──▶ …\n",
    ],
)
def test_drawings_that_line_up(text: str) -> None:
    assert drawing(text) == []


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("┌─────┐\n│ Pod  │\n└─────┘\n", ("drawing-loose", 2, 7)),
        ("┌────┐\n│ 日本 │\n└────┘\n", ("drawing-loose", 2, 6)),
        ("a ──┐\n", ("drawing-loose", 2, 5)),
        ("    └──→ c\n", ("drawing-loose", 2, 5)),
        ("a ──┬──→ b\n     └──→ c\n", ("drawing-loose", 2, 5)),
        (" │\n  │\n", ("drawing-loose", 2, 2)),
        ("a ➜ b\n", ("drawing-character", 2, 3)),
        ("a ═ b\n", ("drawing-character", 2, 3)),
    ],
)
def test_drawings_that_do_not(text: str, place: tuple[str, int, int]) -> None:
    assert place in drawing(text)


def test_width_is_counted_in_cells() -> None:
    assert drawing("あ" * (WIDEST // 2) + "\n") == []
    assert drawing("あ" * (WIDEST // 2) + "a\n") == [("block-wide", 2, 1)]
    assert told(f"```yaml\n# {'a' * WIDEST}\n```\n") == [("block-wide", 2, 1)]


def test_a_whole_manifest_must_be_yaml_and_an_excerpt_need_not() -> None:
    broken = "metadata: {name: a\nspec: [\n"
    whole = f"apiVersion: v1\nkind: Pod\n{broken}"
    assert [code for code, *_ in told(f"```yaml\n{whole}```\n")] == ["fence-broken"]
    assert told(f"```yaml\n{broken}```\n") == []
    assert told("```yaml\napiVersion: v1\nkind: Pod\nmetadata:\n  name: …\n```\n") == []


def test_the_place_in_an_indented_block_is_that_of_the_file() -> None:
    text = "- a\n\n  ```yaml\n  apiVersion: v1\n  kind: [Pod\n  ```\n"
    (code, line, column), *_ = told(text)
    assert code == "fence-broken"
    assert line in (5, 6)
    assert column > 2


def test_a_language_must_be_known() -> None:
    assert told("```sh\nls\n```\n") == [("fence-language", 1, 1)]
    assert told("```\nls\n```\n") == [("fence-language", 1, 1)]

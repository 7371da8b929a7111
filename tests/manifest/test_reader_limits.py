"""Hostile texts: refused with a finding, soon, as a whole. The process never dies of one."""

import time
from collections.abc import Callable

import pytest

from tutor.i18n.pages import message
from tutor.manifest import limits
from tutor.manifest.reader import read
from tutor.model.course import LANGUAGES

NINE = ",".join(["*a{0}"] * 9)


def bomb(levels: int) -> str:
    return "a0: &a0 [x]\n" + "".join(
        f"a{n + 1}: &a{n + 1} [{NINE.format(n)}]\n" for n in range(levels)
    )


def merges(levels: int) -> str:
    wide = ", ".join(f"k{n}: {n}" for n in range(100))
    return f"a0: &a0 {{{wide}}}\n" + "".join(
        f"a{n + 1}: &a{n + 1} {{<<: [{NINE.format(n)}]}}\n" for n in range(levels)
    )


REFUSED: dict[str, tuple[Callable[[], str | bytes], str]] = {
    "alias bomb": (lambda: bomb(30), "aliases"),
    "merge keys": (lambda: merges(100), "aliases"),
    "aliases": (lambda: "a: &a 1\nb:\n" + "- *a\n" * 60_000, "aliases"),
    "deep aliases": (
        lambda: "a0: &a0 [1]\n" + "".join(f"a{n + 1}: &a{n + 1} [*a{n}]\n" for n in range(120)),
        "depth",
    ),
    "brackets": (lambda: "a: " + "[" * 50_000, "depth"),
    "braces": (lambda: "{a: " * 50_000, "depth"),
    "hyphens": (lambda: "- " * 50_000 + "a", "depth"),
    "keys in keys": (lambda: "? " * 50_000 + "a", "depth"),
    "JSON": (lambda: '{"a":' * 50_000, "depth"),
    "indentation": (lambda: "".join(" " * n + "a:\n" for n in range(2_000)), "depth"),
    "20 MB": (lambda: b"key: value\n" * 1_900_000, "size"),
    "20 MB of NUL": (lambda: bytes(20_000_000), "size"),
    "a long line": (lambda: "a: " + "b" * 5_000_000, "line"),
    "a huge key": (lambda: "k" * 5_000_000 + ": 1", "line"),
    "documents": (lambda: "---\n" * 1_000_000, "documents"),
    "more documents": (lambda: "---\na: 1\n" * 1_000_000, "documents"),
    "documents run together": (lambda: "apiVersion: v1\nkind: X\n" * 30_000, "documents"),
    "JSON objects": (lambda: '{"a":1}\n' * 100_000, "documents"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_hostile_texts_are_refused_soon(name: str) -> None:
    make, variant = REFUSED[name]
    source = make()
    start = time.process_time()
    manifest = read(source)
    spent = time.process_time() - start
    assert [(f.code, f.variant) for f in manifest.findings] == [("YAML104", variant)]
    assert manifest.documents == ()
    assert spent < 0.5  # benchmarks/bench_reader.py holds it to a tenth of that
    for language in LANGUAGES:
        assert f"{manifest.findings[0].params['limit']}" in message(manifest.findings[0], language)


HARMLESS: dict[str, Callable[[], str | bytes]] = {
    "directives": lambda: "".join(f"%TAG !a{n}! x\n" for n in range(50_000)),
    "directives behind a comment": lambda: (
        "# c\x85" + "".join(f"%TAG !a{n}! x\n \n" for n in range(50_000))
    ),
    "directives behind marks": lambda: (
        "\ufeff\ufeff\u200b" + "".join(f"%TAG !a{n}! x\n" for n in range(50_000))
    ),
    "broken documents": lambda: "a: [\n---\n" * 4_000,
    "slips": lambda: "a：b\n-c\n\td:e\n" * 5_000,
    "quotes": lambda: "a: \"b\nc: 'd\n" * 5_000,
    "open brackets": lambda: "a: [\n" * 90 + "b：c\n",
    "brackets that never end": lambda: "a：b\n" + "c: [[[[[\n" * 2_000,
    "templates": lambda: "a: {{ .b }}\n" * 20_000,
    "bytes that are no text": lambda: b"\xff" * 5_000_000,
    "bytes of Japanese, perhaps": lambda: b"\x83\x41" * 1_000_000 + b"\xff",
    "NUL": lambda: b"a: \0\n" * 500_000,
    "colons": lambda: ": \n" * 100_000,
    "question marks": lambda: "?\n" * 100_000,
    "spaces": lambda: (" " * 1_000 + "\n") * 2_000 + "a: b: c\n",
    "wide spaces": lambda: ("　" * 1_000 + "\n") * 1_000 + "a: b: c\n",
    "comments": lambda: "#\n" * 1_000_000 + "a: b: c\n",
    "a long broken line": lambda: "a: " + "b: " * 300_000,
    "repeated keys": lambda: "a: 1\n" * 50_000,
    "separators": lambda: "--- x\n" * 4_000,
    "no colon": lambda: "abc\n" * 50_000 + "d: e\n",
    "hyphens without a space": lambda: "a:\n" + "-b\n" * 50_000 + "c: d\n",
    "stairs": lambda: "".join(" " * (n % 50) + "a: b\n" for n in range(20_000)),
    "surrogates": lambda: '{"a": "' + "\\ud83d\\ude00" * 100_000 + '"}',
}


@pytest.mark.parametrize("name", HARMLESS)
def test_what_takes_long_elsewhere_does_not_here(name: str) -> None:
    source = HARMLESS[name]()
    start = time.process_time()
    manifest = read(source)
    assert time.process_time() - start < 3
    assert len(manifest.findings) <= 40 * limits.MAX_DOCUMENTS


def test_limits_leave_room_for_real_files() -> None:
    crd = "".join(f"{' ' * (n % 40)}f{n}:\n{' ' * (n % 40 + 1)}d: x\n" for n in range(0, 0))
    schema = "properties:\n"
    for depth in range(40):
        schema += f"{'  ' * depth}  p{depth}:\n"
    bundle = "---\n".join(
        f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: c{n}}}\ndata:\n"
        + "".join(f"  k{k}: {'v' * 60}\n" for k in range(200))
        for n in range(200)
    )
    manifest = read(f"{schema}{crd}---\n{bundle}")
    assert manifest.findings == ()
    assert len(manifest.documents) == 201


def test_what_is_read_may_be_walked() -> None:
    """Of the largest bomb that is let through, everybody downstream makes plain data."""
    (document,) = read(bomb(3)).documents
    assert str(document.data).count("x") == 1 + 9 + 81 + 729

"""Hostile texts: refused with a finding, soon, as a whole. The process never dies of one."""

from collections.abc import Callable
from functools import partial
from textwrap import indent
from typing import Any

import pytest

from tests.hostile import MANIFESTS
from tests.work import growth, steps
from tutor.i18n.pages import message
from tutor.manifest import limits
from tutor.manifest.documents import Manifest
from tutor.manifest.reader import read
from tutor.model.course import LANGUAGES

ENOUGH = 60 * limits.MAX_ALIASED
"""Steps. What takes most are the aliases that are read until there are too many."""

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
    found: list[Manifest] = []
    source = make()
    work = steps(lambda: found.append(read(source)))
    (manifest,) = found
    assert [(f.code, f.variant) for f in manifest.findings] == [("YAML104", variant)]
    assert manifest.documents == ()
    assert work < ENOUGH
    for language in LANGUAGES:
        assert f"{manifest.findings[0].params['limit']}" in message(manifest.findings[0], language)


@pytest.mark.parametrize("name", MANIFESTS)
def test_what_takes_long_elsewhere_does_not_here(name: str) -> None:
    """Work grows with the text and no faster, and the longest is read to its end."""
    make, most = MANIFESTS[name]
    size = min(most // 4, 1_000)
    assert growth(lambda n: steps(partial(read, make(n))), size) < 1.1
    assert len(read(make(most)).findings) <= 40 * limits.MAX_DOCUMENTS


def schema(deep: int, wide: int) -> str:
    """A schema as the definitions of custom resources have them: fields within fields."""
    lines = []
    for level in range(deep):
        margin = "    " * level
        lines.append(f"{margin}properties:\n")
        lines += [
            f"{margin}  field{n}: {{type: string, description: 'What it is for, at length.'}}\n"
            for n in range(wide)
        ]
        lines.append(f"{margin}  spec{level}:\n")
        lines.append(f"{margin}    type: object\n")
        lines.append(f"{margin}    required: [field0]\n")
    return "".join(lines)


def definition(number: int) -> str:
    """The definition of a custom resource of some 4,000 lines."""
    versions = "".join(
        f"  - name: {version}\n    served: true\n    schema:\n      openAPIV3Schema:\n"
        f"        type: object\n{indent(schema(18, 75), ' ' * 8)}"
        for version in ("v1", "v1beta1", "v1alpha1")
    )
    return (
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\n"
        f"metadata: {{name: things{number}.example.com}}\n"
        f"spec:\n  group: example.com\n  versions:\n{versions}"
    )


def config_map(number: int) -> str:
    keys = "".join(f"  k{k}: {'v' * 60}\n" for k in range(200))
    return f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: c{number}}}\ndata:\n{keys}"


def test_limits_leave_room_for_real_files() -> None:
    """An operator's bundle: definitions with schemas of 40 levels, and much that is configured."""
    parts = [definition(n) for n in range(8)] + [config_map(n) for n in range(200)]
    text = "---\n".join(parts)
    assert len(text) > 3_000_000
    manifest = read(text)
    assert manifest.findings == ()
    assert len(manifest.documents) == len(parts)
    data: Any = manifest.documents[0].data
    found = data["spec"]["versions"][2]["schema"]["openAPIV3Schema"]
    for level in range(18):
        assert len(found["properties"]) == 76
        found = found["properties"][f"spec{level}"]


def test_what_is_read_may_be_walked() -> None:
    """Of the largest bomb that is let through, everybody downstream makes plain data."""
    (document,) = read(bomb(3)).documents
    assert str(document.data).count("x") == 1 + 9 + 81 + 729

"""What is imported is declared: nothing comes only because something else happens to bring it."""

import ast
import re
import sys
import tomllib
from collections.abc import Collection, Iterator
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
OURS = {"tutor", "tests", "benchmarks", "tools"}
DISTRIBUTIONS = packages_distributions()


def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def names(requirements: list[str]) -> set[str]:
    """The distributions that requirements name."""
    return {normal(re.split(r"[^\w.-]", text.strip(), maxsplit=1)[0]) for text in requirements}


def declared(*extras: str) -> set[str]:
    """What is installed with the program, and with these extras."""
    about = project()["project"]
    found = names(about["dependencies"])
    for extra in extras:
        found |= names(about["optional-dependencies"][extra])
    return found


def imported(source: str) -> Iterator[str]:
    """The modules of others that a source imports, by their first name, wherever it does."""
    for node in ast.walk(ast.parse(source)):
        modules: list[str] = []
        if isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            modules = [node.module or ""]
        elif (
            isinstance(node, ast.Call)
            and ast.unparse(node.func).rpartition(".")[2] in {"import_module", "importorskip"}
            and node.args
            and isinstance(node.args[0], ast.Constant)
            and node.args[0].value in DISTRIBUTIONS  # others are made by the test itself
        ):
            modules = [str(node.args[0].value)]
        for module in modules:
            first = module.partition(".")[0]
            if first and first not in OURS and first not in sys.stdlib_module_names:
                yield first


def undeclared(source: str, known: set[str], beside: Collection[str] = ()) -> list[str]:
    """The modules whose distribution is not among those known."""
    return [
        module
        for module in imported(source)
        if module not in beside
        and not {normal(one) for one in DISTRIBUTIONS.get(module, [module])} & known
    ]


def sources(place: str) -> list[Path]:
    path = ROOT / place
    return [path] if path.is_file() else sorted(path.rglob("*.py"))


@pytest.mark.parametrize(
    ("place", "extras"),
    [
        ("tutor", ()),
        ("start.py", ()),
        ("tests", ("test",)),
        ("benchmarks", ("test",)),
        ("tools", ("test", "generate")),
    ],
)
def test_what_is_imported_is_declared(place: str, extras: tuple[str, ...]) -> None:
    known = declared(*extras)
    files = sources(place)
    beside = {file.stem for file in files} if place == "tools" else set()
    missing = {
        str(file.relative_to(ROOT)): found
        for file in files
        if (found := undeclared(file.read_text("utf-8"), known, beside))
    }
    assert files
    assert missing == {}


def test_what_builds_is_declared() -> None:
    known = names(project()["build-system"]["requires"])
    assert undeclared((ROOT / "hatch_build.py").read_text("utf-8"), known) == []


def test_what_starts_needs_nothing_installed() -> None:
    assert list(imported((ROOT / "start.py").read_text("utf-8"))) == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import pygments", ["pygments"]),
        ("from markdown_it.token import Token", ["markdown_it"]),
        ("def late():\n    import click.core as core", ["click"]),
        ("import importlib\nimportlib.import_module('pluggy')", ["pluggy"]),
        ("import nowhere_at_all", ["nowhere_at_all"]),
        ("import yaml\nfrom rich.text import Text\nimport os.path\nfrom tutor import cli", []),
        ("from . import sibling\nfrom .sibling import name", []),
    ],
)
def test_what_is_not_declared_is_found(source: str, found: list[str]) -> None:
    assert undeclared(source, declared()) == found


def test_a_requirement_is_taken_by_its_name() -> None:
    wanted = ["PyYAML>=6.0.2", "ruamel.yaml ~= 1", "uvicorn[standard]==0.54.*", "a_b; x"]
    assert names(wanted) == {"pyyaml", "ruamel-yaml", "uvicorn", "a-b"}

"""Everybody installs the same: the lock holds what pyproject.toml asks for, pip gets the lock."""

import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
PYPROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
LOCK: dict[str, Any] = tomllib.loads((ROOT / "uv.lock").read_text("utf-8"))
US: dict[str, Any] = next(p for p in LOCK["package"] if p["name"] == PYPROJECT["project"]["name"])


def asked(entry: dict[str, Any]) -> tuple[str, str]:
    """A requirement as the lock writes it, without its marker."""
    return entry["name"], str(Requirement(entry["name"] + entry.get("specifier", "")).specifier)


def written(line: str) -> tuple[str, str]:
    requirement = Requirement(line)
    return requirement.name.lower(), str(requirement.specifier)


def test_the_lock_was_made_for_this_pyproject() -> None:
    project = PYPROJECT["project"]
    extras = project["optional-dependencies"].values()
    lines = [*project["dependencies"], *(line for extra in extras for line in extra)]
    assert {asked(e) for e in US["metadata"]["requires-dist"]} == {written(r) for r in lines}
    groups = US["metadata"]["requires-dev"]
    for name, listed in PYPROJECT["dependency-groups"].items():
        assert {asked(e) for e in groups[name]} == {written(r) for r in listed}
    assert LOCK["requires-python"] == project["requires-python"]


def test_what_builds_is_locked_too() -> None:
    assert set(PYPROJECT["build-system"]["requires"]) < set(PYPROJECT["dependency-groups"]["build"])


def test_every_file_of_the_lock_has_its_hash() -> None:
    for package in LOCK["package"]:
        files = [*package.get("wheels", []), *filter(None, [package.get("sdist")])]
        assert files or package is US, package["name"]
        assert all(file["hash"].startswith("sha256:") for file in files), package["name"]


@pytest.mark.parametrize("name", ["run.txt", "test.txt"])
def test_the_lists_for_pip_are_exported_from_the_lock(name: str, tmp_path: Path) -> None:
    tool = ROOT / "tools" / "requirements.py"
    subprocess.run([sys.executable, str(tool), str(tmp_path)], check=True)
    exported = (tmp_path / name).read_text("utf-8")
    assert exported.count("--hash=sha256:") > 50
    held = (ROOT / "requirements" / name).read_text("utf-8")
    assert held == exported, "stale: run python tools/requirements.py"

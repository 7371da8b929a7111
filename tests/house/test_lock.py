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


@pytest.fixture(scope="module")
def written_anew(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("lock")
    tool = ROOT / "tools" / "requirements.py"
    subprocess.run([sys.executable, str(tool), str(folder)], check=True)
    return folder


@pytest.mark.parametrize("name", ["requirements/run.txt", "requirements/test.txt"])
def test_the_lists_for_pip_are_exported_from_the_lock(name: str, written_anew: Path) -> None:
    exported = (written_anew / name).read_text("utf-8")
    assert exported.count("--hash=sha256:") > 50
    assert (ROOT / name).read_text("utf-8") == exported, "stale: run python tools/requirements.py"


def test_uv_builds_with_the_versions_of_the_lock(written_anew: Path) -> None:
    fresh = tomllib.loads((written_anew / "pyproject.toml").read_text("utf-8"))
    assert fresh == PYPROJECT, "stale: run python tools/requirements.py"
    pinned = {written(line) for line in fresh["tool"]["uv"]["build-constraint-dependencies"]}
    assert {name for name, _ in pinned} > {"hatchling", "babel", "editables"}
    assert {asked(entry) for entry in LOCK["manifest"]["build-constraints"]} == pinned

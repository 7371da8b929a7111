"""The wheel, installed into an empty environment and run from another folder."""

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.wheel


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", target, ROOT],
        check=True,
        capture_output=True,
    )
    (built,) = target.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the wheel; what it depends on comes from the environment of the tests.

    The dependencies' own packages are reached through a .pth file, so nothing is downloaded; the
    tutor's sources are not, for the checkout is an editable install found by a .pth of its own.
    """
    home = tmp_path_factory.mktemp("installed")
    venv.create(home, with_pip=False)
    python = home / "bin" / "python"
    site = next(home.glob("lib/python*/site-packages"))
    install = ("install", "--quiet", "--no-deps", "--no-index", str(wheel))
    subprocess.run([sys.executable, "-m", "pip", "--python", python, *install], check=True)
    (packages,) = {p for p in sys.path if p.endswith("site-packages")}
    (site / "dependencies.pth").write_text(f"{packages}\n")
    return python


@pytest.fixture
def elsewhere(tmp_path: Path) -> dict[str, str]:
    return {**os.environ, "STS_TUTOR_HOME": str(tmp_path / "home"), "STS_TUTOR_LANG": "ja"}


def run(python: Path, tmp_path: Path, environ: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [python.with_name("sts-tutor"), *arguments],
        cwd=tmp_path,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert "Traceback" not in done.stderr
    return done.stdout + done.stderr


def test_the_package_comes_from_the_wheel(
    installed: Path, tmp_path: Path, elsewhere: dict[str, str]
) -> None:
    done = subprocess.run(
        [installed, "-P", "-c", "import tutor; print(tutor.__file__)"],
        cwd=tmp_path, env=elsewhere, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert Path(done.stdout.strip()).is_relative_to(installed.parents[1])


def test_lessons_rules_pages_and_catalog_travel(
    installed: Path, tmp_path: Path, elsewhere: dict[str, str]
) -> None:
    assert "start/what-is-a-statefulset" in run(installed, tmp_path, elsewhere, "progress")
    assert "ヘッドレスService" in run(installed, tmp_path, elsewhere, "explain", "STS102")
    manifest = tmp_path / "web.yaml"
    starter = ROOT / "fixtures/start/what-is-a-statefulset/starter.yaml"
    manifest.write_text(starter.read_text("utf-8"), "utf-8")
    assert "STS101" in run(installed, tmp_path, elsewhere, "check", "web.yaml")
    assert "レッスン" in run(installed, tmp_path, elsewhere, "--help")


def test_the_wheel_holds_what_runs_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert any(name == "tutor/_data/lessons/ja/start/what-is-a-statefulset.md" for name in names)
    assert "tutor/_data/fixtures/start/what-is-a-statefulset/lesson.yaml" in names
    assert not any("fixtures/clusters" in name for name in names)  # recordings: for tests alone
    assert any(name.endswith("LC_MESSAGES/tutor.mo") for name in names)
    assert not any(name.endswith(".po") for name in names)  # the .mo is what counts
    assert any(name == "tutor/manifest/schema.json" for name in names)
    tops = {name.partition("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"tutor"}
    entry = next(name for name in names if name.endswith("entry_points.txt"))
    points = zipfile.ZipFile(wheel).read(entry).decode()
    assert "sts-tutor = " in points
    assert "kubectl-tutor = " in points

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cli.clusters import Clusters

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The tutor's data folder of this test."""
    return tmp_path / "home"


@pytest.fixture
def tutor(tmp_path: Path, home: Path) -> Run:
    """Run the real command line in a folder of its own, as a user would."""

    def run(
        *arguments: str, stdin: str = "", lang: str = "en", **environ: str
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "tutor", *arguments],
            input=stdin,
            capture_output=True,
            encoding="utf-8",
            cwd=tmp_path,
            check=False,
            timeout=120,
            env={
                **os.environ,
                "STS_TUTOR_HOME": str(home),
                "STS_TUTOR_LANG": lang,
                "PYTHONIOENCODING": "utf-8",
                "COLUMNS": "80",
                **environ,
            },
        )

    return run


@pytest.fixture
def clusters(tutor: Run, home: Path, tmp_path: Path) -> Iterator[Clusters]:
    """The offline cluster of this test's home; ended with the test."""
    made = Clusters(tutor, home, tmp_path)
    yield made
    made.end()

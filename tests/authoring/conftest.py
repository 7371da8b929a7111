"""The sample course: two lessons that hold to the contract."""

import shutil
from pathlib import Path

import pytest

from tutor.course.loader import load
from tutor.model.course import Course

SAMPLE = Path(__file__).parents[1] / "course" / "sample"


@pytest.fixture
def course() -> Course:
    return load(SAMPLE / "lessons", SAMPLE / "fixtures")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The sample course in a folder of the test's own."""
    return Path(shutil.copytree(SAMPLE, tmp_path / "course"))

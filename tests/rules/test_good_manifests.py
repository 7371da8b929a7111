"""Sets as people run them: no error, no warning, not even advice."""

from pathlib import Path

import pytest

from tests.rules.shared import check_file

FOLDER = Path(__file__).parent / "good"
GOOD = sorted(FOLDER.glob("*.yaml"))


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_a_good_manifest_is_left_in_peace(path: Path) -> None:
    assert [(f.code, f.path) for f in check_file(path)] == []


def test_there_are_enough_of_them() -> None:
    assert len(GOOD) >= 8

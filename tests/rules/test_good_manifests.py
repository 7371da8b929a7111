"""Sets as people run them: no error, no warning, and hardly any advice."""

from pathlib import Path

import pytest

from tests.rules.shared import check_file
from tutor.model.findings import Severity

FOLDER = Path(__file__).parent / "good"
GOOD = sorted(FOLDER.glob("*.yaml"))


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_a_good_manifest_is_left_in_peace(path: Path) -> None:
    findings = check_file(path)
    assert [f for f in findings if f.severity is not Severity.ADVICE] == []
    advice = [f.code for f in findings]
    assert advice == (["STS313"] if path.stem == "zookeeper" else [])


def test_there_are_enough_of_them() -> None:
    assert len(GOOD) >= 8

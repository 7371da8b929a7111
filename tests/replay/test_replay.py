"""Every recording of the real control plane, played against the offline cluster."""

import pytest

from tests.replay.playing import played
from tests.replay.recorded import scenarios

pytestmark = pytest.mark.kubectl


@pytest.mark.parametrize("name", scenarios())
def test_a_recording_replays(name: str) -> None:
    verdict = played(name)
    assert verdict.skipped == 0
    found = [
        f"{one.section} at step {one.step} ({one.description}): {line}"
        for one in verdict.differences
        for line in one.lines
    ]
    assert found == []

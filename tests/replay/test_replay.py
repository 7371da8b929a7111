"""Every recording of the real control plane, played against the offline cluster."""

import pytest

from tests.replay.playing import played
from tests.replay.recorded import scenarios, short

pytestmark = pytest.mark.kubectl

# What does not replay yet, and why. One that begins to hold fails here until it is taken out.
OPEN = {
    "a35": "kubectl get endpoints: the older kind is not served",
    "h04": "events.k8s.io is not served",
    "j04": "kubectl takes the answer of /openapi/v2 for a broken one",
}


def cases() -> list[object]:
    return [
        pytest.param(
            name,
            id=name,
            marks=[pytest.mark.xfail(reason=OPEN[short(name)])] if short(name) in OPEN else [],
        )
        for name in scenarios()
    ]


@pytest.mark.parametrize("name", cases())
def test_a_recording_replays(name: str) -> None:
    verdict = played(name)
    assert verdict.skipped == 0
    found = [
        f"{one.section} at step {one.step} ({one.description}): {line}"
        for one in verdict.differences
        for line in one.lines
    ]
    assert found == []

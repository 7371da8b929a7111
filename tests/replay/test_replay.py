"""Every recording of the real control plane, played against the offline cluster."""

from collections.abc import Callable

import pytest

from tests.replay import table
from tests.replay.playing import played
from tests.replay.recorded import scenario, scenarios

pytestmark = pytest.mark.kubectl


@pytest.mark.parametrize("name", scenarios())
def test_a_recording_replays(name: str, record_property: Callable[[str, object], None]) -> None:
    verdict = played(name)
    row = table.row(verdict)
    record_property("replay", f"{name}={'|'.join(row.cells)}")
    assert verdict.skipped == 0
    found = [
        f"{one.section} at step {one.step} ({one.description}): {line}"
        for one in verdict.differences
        for line in one.lines
    ]
    assert found == []
    assert table.documented(name) == row, "python -m tests.replay --markdown writes the table anew"


def test_the_document_says_what_is_compared_only_in_part() -> None:
    kubectl = sum(
        step["op"]["verb"] == "kubectl" for name in scenarios() for step in scenario(name)["steps"]
    )
    rows = table.documented_rows()
    assert [one.name for one in rows] == scenarios()
    assert table.DOCUMENT.read_text("utf-8") == table.markdown(rows, kubectl)

"""The table of what replays: one row for each scenario, one column for each kind of comparison."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from textwrap import wrap
from typing import NamedTuple

from tests.replay.judge import SECTIONS, Verdict

DOCUMENT = Path(__file__).parents[2] / "docs" / "offline-replay.md"
_HEAD = """# The offline cluster beside the real one

`fixtures/clusters/` holds recordings of a real Kubernetes v1.36.2 control plane: requests, kubectl
commands, and everything that then happened. `tests/replay` sends the same to the offline cluster
and compares what comes of it. This table is written by `python -m tests.replay --markdown`; the
tests play every scenario anew and hold each row to what came of it.

- **answers**: status, body and Warning headers of each request; exit code, output and errors of
  each kubectl command
- **order**: Pods and claims appear, are terminating and go in the recorded order, as far as the
  real cluster promises one
- **status**: the status of every StatefulSet when the cluster is at rest
- **events**: the set of Events, with their texts
- **state**: every object when the cluster is at rest

Times, addresses, uids, resourceVersions and random suffixes are masked on both sides. What else a
real cluster does not repeat itself is listed, with the reason, in `tests/replay/words.py`,
`console.py` and `judge.py`.

"""


class Row(NamedTuple):
    """What came of one scenario: the cells of its row.

    Attributes:
        name: Of the scenario.
        cells: Held and compared, ``7/7``; empty where nothing is compared.
    """

    name: str
    cells: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether everything is as recorded."""
        return all(not one or len(set(one.split("/"))) == 1 for one in self.cells)


def row(verdict: Verdict) -> Row:
    """The row of a verdict."""
    cells = (
        f"{verdict.held[one]}/{verdict.compared[one]}" if verdict.compared[one] else ""
        for one in SECTIONS
    )
    return Row(verdict.name, tuple(cells))


def totals(rows: Iterable[Row]) -> Mapping[str, str]:
    """The sums of each column."""
    held: Counter[str] = Counter()
    compared: Counter[str] = Counter()
    for one in rows:
        for section, cell in zip(SECTIONS, one.cells, strict=True):
            if cell:
                a, b = cell.split("/")
                held[section] += int(a)
                compared[section] += int(b)
    return {one: f"{held[one]}/{compared[one]}" for one in SECTIONS}


def summary(rows: list[Row]) -> str:
    """How many hold."""
    return f"{sum(one.holds for one in rows)} of {len(rows)} scenarios hold"


def line(name: str, cells: Iterable[str]) -> str:
    """A row as text."""
    return f"{name:44}" + "".join(f"{cell or '-':>10}" for cell in cells)


def text(rows: list[Row]) -> list[str]:
    """The table as text."""
    sums = totals(rows)
    return [
        line("", SECTIONS),
        *(line(one.name, one.cells) + ("" if one.holds else "  differs") for one in rows),
        line("", (sums[one] for one in SECTIONS)),
        summary(rows),
    ]


def partly(answered: Mapping[str, int]) -> str:
    """What of the answers is compared in part only, as a paragraph.

    Args:
        answered: The sums of :attr:`tests.replay.judge.Verdict.answered`.
    """
    return "\n".join(
        wrap(
            "Some answers are compared in part. They fall between two steps, where what they say "
            "depends on the moment: of "
            f"{answered['code alone']} of {answered['kubectl']} kubectl commands the exit code "
            f"alone, and of {answered['no status']} of {answered['http']} HTTP answers everything "
            "but the `status` of the object. What those objects come to is compared under status "
            "and state.",
            100,
        )
    )


def markdown(rows: list[Row], answered: Mapping[str, int]) -> str:
    """The document."""
    sums = totals(rows)
    lines = [
        f"{partly(answered)}\n",
        f"{summary(rows)}.\n",
        f"| scenario | {' | '.join(SECTIONS)} |",
        "|---|" + "---:|" * len(SECTIONS),
        *(f"| {one.name} | {' | '.join(one.cells)} |" for one in rows),
        f"| **all** | {' | '.join(sums[one] for one in SECTIONS)} |",
    ]
    return _HEAD + "\n".join(lines) + "\n"


def documented(name: str) -> Row | None:
    """The row of a scenario in the document."""
    found = re.search(rf"(?m)^\| {re.escape(name)} \|(.*)\|$", DOCUMENT.read_text("utf-8"))
    if found is None:
        return None
    return Row(name, tuple(cell.strip() for cell in found[1].split("|")))

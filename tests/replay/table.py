"""The table of what replays: one row for each scenario, one column for each kind of comparison."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from tests.replay.judge import SECTIONS, Verdict

PARTLY = ("exit code only", "no status")
DOCUMENT = Path(__file__).parents[2] / "docs" / "offline-replay.md"
_HEAD = """# The offline cluster compared with a real one

`fixtures/clusters/` contains recordings of a real Kubernetes v1.36.2 control plane: requests,
kubectl commands, and everything that happened after them. `tests/replay` sends the same requests
and commands to the offline cluster and compares the results.
`python -m tests.replay --markdown` writes this page. The tests replay every scenario and compare
the result with its row.

- **answers**: for each request the status code, the body and the Warning headers; for each kubectl
  command the exit code, the output and the errors
- **order**: Pods and claims are created, marked for deletion and removed in the recorded order, as
  far as the real cluster guarantees an order
- **status**: the status of every StatefulSet when the cluster is at rest
- **events**: the set of Events, with their texts
- **state**: every object when the cluster is at rest
- **exit code only**, **no status**: how many of the answers are compared only in part (see below)

Times, addresses, uids, resourceVersions and random suffixes are masked on both sides. The other
things that a real cluster does not repeat are listed, with the reason, in `tests/replay/words.py`,
`console.py` and `judge.py`.

"""


class Row(NamedTuple):
    """What came of one scenario: the cells of its row.

    Attributes:
        name: Of the scenario.
        cells: Held and compared, ``7/7``; empty where nothing is compared.
        partly: Answers of kubectl of which only the exit code is compared, and answers of requests
            that are compared without the status of the object; empty where there are none.
    """

    name: str
    cells: tuple[str, ...]
    partly: tuple[str, ...] = ("", "")

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
    partly = (str(one or "") for one in (verdict.code_only, verdict.no_status))
    return Row(verdict.name, tuple(cells), tuple(partly))


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


def parts(rows: Iterable[Row], kubectl: int) -> str:
    """What is compared only in part, in words.

    Args:
        rows: All of them.
        kubectl: How many of the answers are those of kubectl.
    """
    rows = list(rows)
    code_only, no_status = (sum(int(one.partly[at] or 0) for one in rows) for at in (0, 1))
    requests = int(totals(rows)["answers"].split("/")[1]) - kubectl
    return (
        f"Some answers are compared only in part: for {code_only} of the {kubectl} kubectl "
        f"answers only the exit code,\nand {no_status} of the {requests} answers to requests "
        "without the `status` of the object. They come while the\ncluster is still working, so "
        "the rest depends on the moment."
    )


def markdown(rows: list[Row], kubectl: int) -> str:
    """The document.

    Args:
        rows: Of all scenarios.
        kubectl: How many of the answers are those of kubectl.
    """
    sums = totals(rows)
    columns = (*SECTIONS, *PARTLY)
    both = (str(sum(int(one.partly[at] or 0) for one in rows)) for at in range(len(PARTLY)))
    lines = [
        f"{summary(rows)}.\n",
        f"{parts(rows, kubectl)}\n",
        f"| scenario | {' | '.join(columns)} |",
        "|---|" + "---:|" * len(columns),
        *(f"| {one.name} | {' | '.join((*one.cells, *one.partly))} |" for one in rows),
        f"| **all** | {' | '.join((*(sums[one] for one in SECTIONS), *both))} |",
    ]
    return _HEAD + "\n".join(lines) + "\n"


def documented(name: str) -> Row | None:
    """The row of a scenario in the document."""
    found = re.search(rf"(?m)^\| {re.escape(name)} \|(.*)\|$", DOCUMENT.read_text("utf-8"))
    if found is None:
        return None
    cells = [cell.strip() for cell in found[1].split("|")]
    return Row(name, tuple(cells[: len(SECTIONS)]), tuple(cells[len(SECTIONS) :]))


def documented_rows() -> list[Row]:
    """All rows in the document."""
    names = re.findall(r"(?m)^\| ([a-k]\d\d-\S+) \|", DOCUMENT.read_text("utf-8"))
    return [row for name in names if (row := documented(name)) is not None]

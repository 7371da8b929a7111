"""What the benchmarks share: CPU time, medians, ratios, and one row of a Markdown table.

Times are user and system CPU seconds. Only ratios within one run are reported: seconds differ from
machine to machine, and on a busy one from minute to minute.
"""

import compileall
import resource
import statistics
import subprocess
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import tutor


class Row(NamedTuple):
    """One line of the table.

    Attributes:
        what: What was measured.
        ratio: What it came to.
        target: What it must not pass.
        against: What 1.0 stands for.
        unit: ``×`` for a ratio.
    """

    what: str
    ratio: float
    target: float
    against: str
    unit: str = "×"

    def __str__(self) -> str:
        held = "held" if self.ratio <= self.target else "MISSED"
        digits = 2 if self.unit == "×" else 1
        space = "" if self.unit == "×" else " "
        measured = f"{self.ratio:.{digits}f}{space}{self.unit}"
        target = f"≤ {self.target:g}{space}{self.unit} {self.against}"
        return f"| {self.what} | {measured} | {target} | {held} |"


HEAD = "| what | measured | target | |\n|---|---|---|---|"
"""The table's first two lines."""


def compiled() -> None:
    """Byte-compile the package: what pip does on installing, and half of a cold start."""
    compileall.compile_dir(str(Path(tutor.__file__).parent), quiet=2)


def within(function: Callable[[], object]) -> float:
    """CPU seconds of one call in this process."""
    start = time.process_time()
    function()
    return time.process_time() - start


def child(command: Sequence[str], *, stdin: bytes = b"") -> float:
    """CPU seconds, user and system, of a command and all it starts; its output is thrown away."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        command, input=stdin, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def table(rows: Iterable[Row]) -> int:
    """Print rows as they come; 1 if a number is missed."""
    missed = 0
    print(HEAD)
    for row in rows:
        missed |= row.ratio > row.target
        print(row, flush=True)
    return missed


def median(measure: Callable[[], float], runs: int) -> float:
    """The median of several runs, after one that is not counted."""
    measure()
    return statistics.median(measure() for _ in range(runs))


def ratio(one: Callable[[], float], other: Callable[[], float], runs: int) -> float:
    """How many times as long one takes as the other.

    The two take turns, so that a machine that slows down slows both.
    """
    one()
    other()
    pairs = [(one(), other()) for _ in range(runs)]
    return statistics.median(p[0] for p in pairs) / statistics.median(p[1] for p in pairs)

# ruff: noqa: T201
"""The table: scenario × answers, order, status, Events, state.

python -m tests.replay [SCENARIO …] [--diff]
"""

import argparse
import sys
import time
from collections import Counter

from tests.replay.judge import SECTIONS, Verdict
from tests.replay.playing import played
from tests.replay.recorded import scenarios, short


def row(verdict: Verdict, seconds: float) -> str:
    """One line of the table."""
    cells = []
    for section in SECTIONS:
        count = verdict.compared[section]
        cells.append(f"{verdict.held[section]}/{count}" if count else "-")
    held = "" if not verdict.differences else "  differs"
    return f"{verdict.name:44}" + "".join(f"{cell:>9}" for cell in cells) + f"{seconds:7.2f}s{held}"


def main() -> int:
    """Play, compare, print."""
    parser = argparse.ArgumentParser(prog="python -m tests.replay", description=__doc__)
    parser.add_argument("scenarios", nargs="*", help="a01, or a whole name; all without any")
    parser.add_argument("--diff", action="store_true", help="print what differs")
    options = parser.parse_args()
    wanted = set(options.scenarios)
    compared: Counter[str] = Counter()
    held: Counter[str] = Counter()
    whole = count = 0
    print(f"{'':44}" + "".join(f"{section:>9}" for section in SECTIONS) + f"{'time':>8}")
    for name in scenarios():
        if wanted and not {name, short(name)} & wanted:
            continue
        begun = time.perf_counter()
        count += 1
        try:
            verdict = played(name)
        except Exception as problem:  # noqa: BLE001  (the table goes on)
            print(f"{name:44}  not played: {problem!r}")
            continue
        print(row(verdict, time.perf_counter() - begun), flush=True)
        compared += verdict.compared
        held += verdict.held
        whole += not verdict.differences
        if options.diff:
            for one in verdict.differences:
                print(f"    {one.section} at step {one.step} ({one.description[:70]})")
                for line in one.lines[:6]:
                    print(f"        {line}")
    total = "".join(f"{held[one]}/{compared[one]}".rjust(10) for one in SECTIONS)
    print(f"{'':44}{total}\n{whole} of {count} scenarios hold", file=sys.stdout)
    return 0 if whole == count else 1


if __name__ == "__main__":
    sys.exit(main())

# ruff: noqa: T201
"""The table: scenario × answers, order, status, Events, state.

python -m tests.replay [SCENARIO …] [--diff] [--markdown]
"""

import argparse
import sys
import time

from tests.replay import table
from tests.replay.judge import SECTIONS
from tests.replay.playing import played
from tests.replay.recorded import scenarios, short


def main() -> int:
    """Play, compare, print."""
    parser = argparse.ArgumentParser(prog="python -m tests.replay", description=__doc__)
    parser.add_argument("scenarios", nargs="*", help="a01, or a whole name; all without any")
    parser.add_argument("--diff", action="store_true", help="print what differs")
    parser.add_argument("--markdown", action="store_true", help="write docs/offline-replay.md")
    options = parser.parse_args()
    wanted = set(options.scenarios)
    if options.markdown and wanted:
        parser.error("the document holds all scenarios")
    rows = []
    broken = kubectl = 0
    print(table.line("", SECTIONS) + f"{'time':>9}")
    for name in scenarios():
        if wanted and not {name, short(name)} & wanted:
            continue
        begun = time.perf_counter()
        try:
            verdict = played(name)
        except Exception as problem:  # noqa: BLE001  (the table goes on)
            print(f"{name:44}  not played: {problem!r}")
            broken += 1
            continue
        row = table.row(verdict)
        kubectl += verdict.kubectl
        rows.append(row)
        passed = f"{time.perf_counter() - begun:8.2f}s"
        print(table.line(name, row.cells) + passed + ("" if row.holds else "  differs"), flush=True)
        if options.diff:
            for one in verdict.differences:
                print(f"    {one.section} at step {one.step} ({one.description[:70]})")
                for line in one.lines[:6]:
                    print(f"        {line}")
    for line in table.text(rows)[-2:]:
        print(line)
    if options.markdown and not broken:
        table.DOCUMENT.write_text(table.markdown(rows, kubectl), "utf-8")
    return 0 if not broken and all(one.holds for one in rows) else 1


if __name__ == "__main__":
    sys.exit(main())

"""The table of the replay, at the end of a run of the tests.

It stands here and not beside the replay, since where tests run in several processes only this file
is read by the one that prints.
"""

import signal
from typing import Any

from tests.replay.table import Row, text

# A shell starts what runs in the background with SIGINT ignored, and every child would inherit it:
# with a handler of our own, children begin as in a terminal.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    rows = [
        Row(name, tuple(cells.split("|")))
        for reports in terminalreporter.stats.values()
        for report in reports
        for key, value in getattr(report, "user_properties", ())
        if key == "replay"
        for name, cells in [value.split("=")]
    ]
    if rows:
        terminalreporter.section("recordings replayed")
        for line in text(sorted(set(rows))):
            terminalreporter.write_line(line)

"""How long one request keeps the offline cluster's loop from everybody else.

Every request of the table is sent to a cluster in a process of its own (``loop_child``); measured
is the longest time its loop was held until the answer, or the part of a stream that is looked at,
was there. Run it alone to see every request's own number::

    python -m benchmarks.bench_loop [WORDS OF A NAME …]
"""

import http.client
import json
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from typing import Any

from benchmarks.loop_requests import CASES, Case, Sent
from benchmarks.measure import Row, compiled

QUIET = 20
"""Looks at the counts of objects, one after the other, that find the same."""
PATIENCE = 120.0
"""Seconds for the controllers to come to rest."""
http.client._MAXHEADERS = 1000  # type: ignore[attr-defined]  # what is measured may have as many
BUDGET = 250.0
"""Milliseconds."""


class Served:
    """A cluster in a process of its own.

    Args:
        speed: Virtual seconds for each real one.
    """

    def __init__(self, speed: float = 0.0) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.loop_child", str(speed)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        note = self._answer()
        self._port, self._token = note["port"], note["token"]
        self._context = ssl.create_default_context(cadata=note["authority"])

    def _answer(self) -> Any:  # noqa: ANN401
        assert self._process.stdout is not None
        return json.loads(self._process.stdout.readline())

    def tell(self, **what: Any) -> Any:  # noqa: ANN401
        """Have something done inside."""
        assert self._process.stdin is not None
        print(json.dumps(what), file=self._process.stdin, flush=True)
        return self._answer()

    def send(self, sent: Sent) -> tuple[int, bytes]:
        """One request over a connection of its own: status and body."""
        connection = http.client.HTTPSConnection(
            "127.0.0.1", self._port, context=self._context, timeout=600
        )
        head = {"Authorization": f"Bearer {self._token}", **sent.headers}
        try:
            connection.request(sent.method, sent.path, sent.body, head)
            answer = connection.getresponse()
            return answer.status, answer.read(sent.reads or None)
        finally:
            connection.close()

    def settle(self) -> None:
        """Wait until no more objects come or go: nodes renew their leases for ever."""
        same, before, end = 0, None, time.monotonic() + PATIENCE
        while same < QUIET and time.monotonic() < end:
            time.sleep(0.1)
            found = json.loads(self.send(Sent("GET", "/sts-tutor/status"))[1])["objects"]
            same = same + 1 if found == before else 0
            before = found

    def close(self) -> None:
        """End it."""
        self._process.terminate()
        self._process.wait()


def measured(case: Case) -> tuple[float, Mapping[int, int]]:
    """Milliseconds that a case held the loop, and how often which status was answered."""
    served = Served(case.speed)
    statuses: dict[int, int] = {}
    try:
        for sent in case.before:
            status, body = served.send(sent)
            if status >= 300:
                raise RuntimeError(f"{case.name}: {status} {body[:300]!r}")
        for what in case.seeds:
            served.tell(do="seed", **what)
        served.tell(do="begin")
        for sent in case.sent:
            status, _ = served.send(sent)
            statuses[status] = statuses.get(status, 0) + 1
        if case.settles:
            served.settle()
        return served.tell(do="longest")["seconds"] * 1000, statuses
    finally:
        served.close()


def rows() -> Iterator[Row]:
    """The longest of all."""
    found = [(measured(case)[0], case.name) for case in CASES]
    longest, name = max(found)
    yield Row(
        f"longest block of the loop, of {len(found)} requests ({name})",
        longest,
        BUDGET,
        "of CPU",
        "ms",
    )


def main() -> int:
    """Print every request's number; 1 where the budget is missed."""
    missed = 0
    for case in CASES:
        if any(word not in case.name for word in sys.argv[1:]):
            continue
        milliseconds, statuses = measured(case)
        missed |= milliseconds > BUDGET
        shown = " ".join(f"{status}×{count}" for status, count in sorted(statuses.items()))
        mark = "MISSED" if milliseconds > BUDGET else "held"
        print(f"{milliseconds:9.1f} ms  {mark:6}  {case.name}  ({shown})", flush=True)
    return missed


if __name__ == "__main__":
    compiled()
    raise SystemExit(main())

"""A cluster in a process of its own that says how long its event loop was held.

It is told what to do line by line, in JSON, and answers in kind::

    {"do": "begin"}                              → {}               forget what was measured
    {"do": "longest"}                            → {"seconds": 0.01}
    {"do": "seed", "kind": "configmaps", "count": 10000, "body": {…}}

What holds the loop is whatever keeps a task from running that asks to run every two milliseconds:
a step of the loop, or a thread that does not let go of the interpreter. CPU seconds of this process
between two of its turns are counted, so that a machine with other things to do measures the same.
"""

import asyncio
import json
import sys
import tempfile
import time
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from tutor.offline.api.embedded import Embedded
from tutor.offline.api.house import House, Settings
from tutor.offline.api.server import calm_collector
from tutor.offline.requests import Request
from tutor.offline.resources import named

SOME = 200
"""Objects that are made at once, so that the controllers hear of them meanwhile."""
BEAT = 0.002
"""Seconds between two turns."""


class Pulse:
    """The longest time between two turns of the loop.

    Attributes:
        longest: CPU seconds.
    """

    def __init__(self) -> None:
        self.longest = 0.0
        self._last = time.process_time()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin, in the loop."""
        self._task = asyncio.ensure_future(self._beat())

    def begin(self) -> None:
        """Forget what was measured."""
        self.longest = 0.0
        self._last = time.process_time()

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(BEAT)
            now = time.process_time()
            self.longest = max(self.longest, now - self._last)
            self._last = now


def seed(house: House, asked: Mapping[str, Any], numbers: range) -> None:
    """Make objects that differ in their names alone."""
    resource = named(asked["kind"])
    namespace = asked.get("namespace", "default")
    for number in numbers:
        body = {**asked["body"], "metadata": dict(asked["body"].get("metadata", {}))}
        body["metadata"]["name"] = f"seed-{number:05}"
        if "owner" in asked:
            owner = house.runner.store.get("configmaps", f"{namespace}/{asked['owner']['name']}")
            assert owner is not None
            uid = owner["metadata"]["uid"]
            body["metadata"]["ownerReferences"] = [{**asked["owner"], "uid": uid}]
        house.runner.registry.create(
            Request("create", resource, namespace, field_manager="benchmark"), body
        )
    house.heart.after()


def main() -> None:
    """Serve until there is nothing more to do."""
    calm_collector()
    pulse = Pulse()
    with (
        tempfile.TemporaryDirectory() as folder,
        Embedded(Path(folder), Settings(speed=float(sys.argv[1]), seed=1)) as cluster,
    ):
        cluster.ask(lambda _: pulse.start())
        note = cluster.note
        _say({"port": note.port, "token": note.token, "authority": note.authority})
        for line in sys.stdin:
            asked = json.loads(line)
            answer: dict[str, Any] = {}
            match asked["do"]:
                case "begin":
                    cluster.ask(lambda _: pulse.begin())
                case "longest":
                    answer["seconds"] = cluster.ask(lambda _: pulse.longest)
                case "seed":
                    for first in range(0, asked["count"], SOME):
                        numbers = range(first, min(first + SOME, asked["count"]))
                        cluster.ask(partial(seed, asked=asked, numbers=numbers))
            _say(answer)


def _say(value: Mapping[str, Any]) -> None:
    print(json.dumps(value), flush=True)


if __name__ == "__main__":
    main()

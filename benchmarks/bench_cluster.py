"""The offline cluster as ``sts-tutor cluster up`` serves it.

- From the command to the first request that is answered, in a process of its own.
- The memory of that process: at rest, with the history of 100 replicas, with a history as long as
  it can get, and full.
- The longest that a request waits while a set makes Pods without end.
- What a plain HTTP request costs, client and server together, and how many of them a replica is
  worth.
"""

import http.client
import json
import os
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.bench_control_plane import measured
from benchmarks.measure import Row, compiled, median, table, within
from tutor.offline.api.embedded import Embedded
from tutor.offline.api.folder import Folder, Note
from tutor.offline.api.house import Settings
from tutor.offline.store import KEPT

_SETS = "/apis/apps/v1/namespaces/default/statefulsets"
_PATIENCE = 30.0
_REQUESTS = 200


class Served:
    """A cluster in a process of its own.

    Args:
        home: Where it keeps its files.
    """

    def __init__(self, home: Path) -> None:
        begun = time.monotonic()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tutor", "cluster", "up", "--speed", "max"],
            stdout=subprocess.DEVNULL,
            env={**os.environ, "STS_TUTOR_HOME": str(home)},
        )
        self.connection = self._connected(Folder(home / "cluster"), begun + _PATIENCE)
        self.seconds = time.monotonic() - begun

    def _connected(self, folder: Folder, end: float) -> "Connection":
        while time.monotonic() < end:
            note = folder.note()
            if note is not None and note.pid == self._process.pid:
                connection = Connection(note)
                connection.ask("GET", "/version")
                return connection
            time.sleep(0.005)
        raise RuntimeError("the cluster does not start")

    @property
    def megabytes(self) -> float:
        """The memory it holds now."""
        command = ["ps", "-o", "rss=", "-p", str(self._process.pid)]  # in kilobytes, everywhere
        done = subprocess.run(command, capture_output=True, check=True)
        return int(done.stdout) / 1024

    def bring_up(self, replicas: int) -> None:
        """Have a set of so many replicas made, and wait until they are Ready."""
        labels = {"app": "web"}
        container = {"name": "app", "image": "nginx:1.25"}
        template = {"metadata": {"labels": labels}, "spec": {"containers": [container]}}
        spec = {"replicas": replicas, "selector": {"matchLabels": labels}, "template": template}
        self.connection.ask("POST", _SETS, {"metadata": {"name": "web"}, "spec": spec})
        self._until(replicas, 1)

    def fill(self, replicas: int) -> None:
        """Roll the set out again and again, until the history is as long as it can get."""
        generation = 1
        while self.connection.ask("GET", "/sts-tutor/status")["version"] < 2 * KEPT:
            generation += 1
            template = {"metadata": {"annotations": {"rollout": str(generation)}}}
            patch = {"spec": {"template": template}}
            self.connection.ask("PATCH", f"{_SETS}/web", patch)
            self._until(replicas, generation)

    def flood(self) -> float:
        """Ask for more Pods at once than there is room for; the longest another request took."""
        labels = {"app": "flood"}
        container = {"name": "app", "image": "nginx:1.25"}
        template = {"metadata": {"labels": labels}, "spec": {"containers": [container]}}
        spec = {
            "replicas": 2**31 - 1,
            "podManagementPolicy": "Parallel",
            "selector": {"matchLabels": labels},
            "template": template,
        }
        self.connection.ask("POST", _SETS, {"metadata": {"name": "flood"}, "spec": spec})
        longest, end = 0.0, time.monotonic() + _PATIENCE
        while time.monotonic() < end:
            begun = time.monotonic()
            self.connection.ask("GET", "/api/v1/namespaces/default")
            longest = max(longest, time.monotonic() - begun)
            time.sleep(0.01)
        return longest

    def _until(self, replicas: int, generation: int) -> None:
        end = time.monotonic() + _PATIENCE
        while time.monotonic() < end:
            status = self.connection.ask("GET", f"{_SETS}/web")["status"]
            done = status.get("updatedReplicas") == status.get("readyReplicas") == replicas
            if done and status.get("observedGeneration") == generation:
                return
            time.sleep(0.05)
        raise RuntimeError("the replicas do not come up")

    def stop(self) -> None:
        """End it."""
        self._process.terminate()
        self._process.wait(_PATIENCE)


class Connection:
    """One connection to a cluster, kept open."""

    def __init__(self, note: Note) -> None:
        context = ssl.create_default_context(cadata=note.authority)
        self._connection = http.client.HTTPSConnection("127.0.0.1", note.port, context=context)
        self._headers = {
            "Authorization": f"Bearer {note.token}",
            "Content-Type": "application/json",
        }

    def ask(self, method: str, path: str, body: Any = None) -> Any:  # noqa: ANN401
        """One request."""
        data = None if body is None else json.dumps(body)
        patch = {"Content-Type": "application/merge-patch+json"} if method == "PATCH" else {}
        self._connection.request(method, path, data, self._headers | patch)
        reply = self._connection.getresponse()
        found = json.load(reply)
        if reply.status >= 400:
            raise RuntimeError(found["message"])
        return found


def started(home: Path) -> float:
    """Seconds from the command to the first answer."""
    served = Served(home)
    served.stop()
    return served.seconds


def request(home: Path) -> float:
    """CPU seconds of one plain request, client and server together."""
    with Embedded(home, Settings(speed=0, seed=1)) as cluster:
        connection = Connection(cluster.note)

        def ask() -> None:
            for _ in range(_REQUESTS):
                connection.ask("GET", "/api/v1/namespaces/default")

        return median(partial(within, ask), 5) / _REQUESTS


def rows() -> Iterator[Row]:
    """Measure."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        seconds = median(lambda: started(home), 3)
        yield Row("cluster up, to the first answer", seconds, 1.0, "of real time", "s")
        served = Served(home)
        yield Row("memory of a new cluster", served.megabytes, 80.0, "at most", "MB")
        served.bring_up(100)
        yield Row(
            "memory with the history of 100 replicas", served.megabytes, 80.0, "at most", "MB"
        )
        served.fill(100)
        yield Row("memory with the longest history", served.megabytes, 80.0, "at most", "MB")
        served.stop()
        served = Served(home)
        longest = served.flood()
        yield Row(
            "longest answer while 2147483647 Pods come", longest * 1000, 250.0, "at most", "ms"
        )
        yield Row("memory when it is full", served.megabytes, 300.0, "at most", "MB")
        served.stop()
        plain = request(home)
    for replicas, runs in ((3, 7), (10, 5), (100, 3)):
        times = median(partial(measured, replicas, "OrderedReady"), runs)
        name = f"a replica Ready, one of {replicas}"
        yield Row(name, times / plain, 30.0, "a plain HTTP request")


if __name__ == "__main__":
    compiled()
    raise SystemExit(table(rows()))

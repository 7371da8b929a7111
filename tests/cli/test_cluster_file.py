"""``cluster up --file``: what was acknowledged is there again, however the process ended."""

import contextlib
import http.client
import json
import os
import random
import signal
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from tests.cli.clusters import Clusters, posix
from tests.cli.conftest import Run
from tests.waiting import HANG, until
from tutor.offline.api.records import line_of

INPUT = 3
MAPS = "/api/v1/namespaces/default/configmaps"
SETS = "/apis/apps/v1/namespaces/default/statefulsets"


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


def stateful_set(replicas: int) -> dict[str, Any]:
    labels = {"app": "web"}
    claim = {
        "metadata": {"name": "data"},
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": "1Gi"}},
        },
    }
    container = {"name": "c", "image": "c", "volumeMounts": [{"name": "data", "mountPath": "/d"}]}
    return {
        "metadata": {"name": "web"},
        "spec": {
            "replicas": replicas,
            "serviceName": "web",
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": {"containers": [container]}},
            "volumeClaimTemplates": [claim],
        },
    }


class Writer(threading.Thread):
    """Creates, changes and deletes ConfigMaps as fast as it can; knows what was acknowledged."""

    def __init__(self, clusters: Clusters, prefix: str, known: dict[str, str | None]) -> None:
        super().__init__(daemon=True)
        self.known = known
        self.doubtful = ""
        self._connection = clusters.connect()
        self._prefix = prefix
        self._random = random.Random(prefix)
        self.written = 0

    def run(self) -> None:
        with contextlib.suppress(OSError, http.client.HTTPException, ValueError):
            for number in range(100_000):
                self._write(number)

    def _write(self, number: int) -> None:
        name = f"{self._prefix}-{self._random.randrange(20)}"
        value = f"{number}" * self._random.choice((1, 10, 1000))
        body = {"metadata": {"name": name}, "data": {"value": value}}
        self.doubtful = name  # until its answer has come
        if self.known.get(name) is None:
            code, _ = self._connection.ask("POST", MAPS, body)
            assert code == 201
        elif number % 5 == 0:
            value = ""
            code, _ = self._connection.ask("DELETE", f"{MAPS}/{name}")
            assert code == 200
        else:
            code, _ = self._connection.ask("PUT", f"{MAPS}/{name}", body)
            assert code == 200
        self.known[name] = value or None
        self.doubtful = ""
        self.written += 1


@posix
def test_kill_9_at_any_moment_loses_nothing_acknowledged(clusters: Clusters, state: Path) -> None:
    chance = random.Random(7)
    known: list[dict[str, str | None]] = [{}, {}]
    doubtful: set[str] = set()
    for turn in range(4):
        assert clusters.up("--file", str(state), "--speed", "100").returncode == 0
        connection = clusters.connect()
        found = {
            one["metadata"]["name"]: one["data"]["value"]
            for one in connection.ask("GET", MAPS)[1]["items"]
            if "value" in one.get("data", {})
        }
        for index, names in enumerate(known):
            own = {name: value for name, value in found.items() if name.startswith(f"w{index}-")}
            for name in doubtful:  # asked for and never answered: either is right
                names.pop(name, None)
                names.update({name: own[name]} if name in own else {})
            assert own == {name: value for name, value in names.items() if value is not None}
        if not turn:
            assert connection.ask("POST", SETS, stateful_set(3))[0] == 201
        writers = [Writer(clusters, f"w{index}", known[index]) for index in range(2)]
        for writer in writers:
            writer.start()
        enough = chance.randint(20, 150)
        until(lambda: sum(one.written for one in writers) >= enough)  # noqa: B023
        clusters.kill()
        for writer in writers:
            writer.join(HANG)
        doubtful = {writer.doubtful for writer in writers}
    assert sum(map(len, known)) > 20
    assert clusters.up("--file", str(state)).returncode == 0
    pods = clusters.connect().ask("GET", "/api/v1/namespaces/default/pods")[1]["items"]
    assert [one["metadata"]["name"] for one in pods] == ["web-0", "web-1", "web-2"]


@posix
def test_a_disk_that_is_full_refuses_and_goes_on(
    clusters: Clusters, tutor: Run, state: Path
) -> None:
    import resource

    def small() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))

    clusters.start("--file", str(state), preexec_fn=small)
    until(lambda: tutor("cluster", "status").returncode == 0)
    connection = clusters.connect()
    kept, refused = [], 0
    for number in range(200):
        body = {"metadata": {"name": f"c-{number}"}, "data": {"value": "x" * 3000}}
        code, answer = connection.ask("POST", MAPS, body)
        if code == 201:
            kept.append(f"c-{number}")
        else:
            assert code == 500
            assert "cannot write its state: File too large" in answer["message"]
            refused += 1
    assert 20 < len(kept) < 100
    assert refused > 100
    assert connection.ask("GET", f"{MAPS}/{kept[0]}")[0] == 200
    status = tutor("cluster", "status")
    assert status.returncode == 0
    assert "File too large" in status.stderr
    assert clusters.status["trouble"] == "File too large"
    down = tutor("cluster", "down")
    assert down.returncode == 0
    assert clusters.up("--file", str(state)).returncode == 0
    items = clusters.connect().ask("GET", MAPS)[1]["items"]
    assert set(kept) <= {one["metadata"]["name"] for one in items}
    assert clusters.connect().ask("POST", MAPS, {"metadata": {"name": "new"}})[0] == 201


@pytest.mark.parametrize("lang", ["en", "ja"])
@pytest.mark.parametrize("background", [(), ("--background",)])
def test_files_that_cannot_be_a_state(
    tutor: Run, clusters: Clusters, tmp_path: Path, background: tuple[str, ...], lang: str
) -> None:
    other = tmp_path / "web.yaml"
    other.write_text("kind: Pod\n")
    newer = tmp_path / "newer"
    newer.write_bytes(line_of({"format": "sts-tutor offline cluster", "version": 7}))
    for path, said in (
        (other, "1"),
        (newer, "7"),
        (tmp_path, "directory"),
        (tmp_path / "no" / "such", "No such file"),
        (Path("/dev/null"), "not a file"),
    ):
        if path == Path("/dev/null") and sys.platform == "win32":
            continue
        done = tutor("cluster", "up", "--file", str(path), *background, lang=lang)
        assert (done.returncode, done.stdout) == (INPUT, "")
        assert path.name in done.stderr
        assert said in done.stderr
        assert "Traceback" not in done.stderr
    assert other.read_text() == "kind: Pod\n"
    assert {one.name for one in tmp_path.iterdir()} == {"home", "web.yaml", "newer"}


def test_damage_is_told_by_its_line(tutor: Run, clusters: Clusters, state: Path) -> None:
    clusters.up("--file", str(state))
    tutor("cluster", "down")
    lines = state.read_bytes().splitlines(keepends=True)
    lines[5] = lines[5].replace(b'"r"', b'"R"')
    state.write_bytes(b"".join(lines))
    done = tutor("cluster", "up", "--file", str(state))
    assert (done.returncode, "line 6" in done.stderr) == (INPUT, True)
    assert state.read_bytes() == b"".join(lines)


@posix
def test_two_clusters_cannot_share_a_file(tutor: Run, clusters: Clusters, state: Path) -> None:
    clusters.up("--file", str(state))
    link = state.with_name("link")
    link.symlink_to(state)
    other = str(state.with_name("other-home"))
    for path in (state, link):
        done = tutor("cluster", "up", "--file", str(path), STS_TUTOR_HOME=other)
        assert (done.returncode, "another offline cluster" in done.stderr) == (INPUT, True)
    pid = clusters.pid
    clusters.kill()  # the lock ends with the process
    done = tutor("cluster", "up", "--background", "--file", str(state), STS_TUTOR_HOME=other)
    assert done.returncode == 0, done.stderr
    assert tutor("cluster", "down", STS_TUTOR_HOME=other).returncode == 0
    assert pid


@posix
def test_nodes_that_are_down_stay_down(tutor: Run, clusters: Clusters, state: Path) -> None:
    clusters.up("--file", str(state))
    tutor("cluster", "node", "down", "node-2")
    clusters.kill()
    clusters.up("--file", str(state))
    assert clusters.status["down"] == ["node-2"]
    tutor("cluster", "reset", "--yes")
    os.kill(clusters.pid, signal.SIGKILL)
    clusters.up("--file", str(state))
    assert clusters.status["down"] == []


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_poisoned_state_is_said_to_be_and_started_without(
    clusters: Clusters, state: Path, language: str
) -> None:
    assert clusters.up("--file", str(state)).returncode == 0
    pod = {
        "metadata": {"name": "huge"},
        "spec": {"containers": [{"name": "c", "image": "nginx:1.27"}]},
    }
    assert clusters.connect().ask("POST", "/api/v1/namespaces/default/pods", pod)[0] == 201
    clusters.tutor("cluster", "down")
    lines = [json.loads(line[9:]) for line in state.read_bytes().splitlines()]
    last = next(one for one in reversed(lines) if one.get("k") == "default/huge" and one["o"])
    last["o"]["spec"]["containers"][0]["resources"] = {"limits": {"cpu": "1e2147483647"}}
    last["v"] = max(one.get("v", 0) for one in lines) + 1
    with state.open("ab") as file:
        file.write(line_of(last))
    poisoned = state.read_bytes()
    refused = clusters.tutor("cluster", "up", "--background", "--file", str(state), lang=language)
    assert refused.returncode != 0
    assert "pods default/huge" in refused.stderr
    assert "1e2147483647" in refused.stderr
    assert "--repair" in refused.stderr
    assert state.read_bytes() == poisoned
    assert clusters.up("--file", str(state), "--repair").returncode == 0
    assert clusters.connect().ask("GET", "/api/v1/namespaces/default/pods")[1]["items"] == []
    assert state.with_name("state.before").read_bytes() == poisoned

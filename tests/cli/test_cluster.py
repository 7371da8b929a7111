"""``sts-tutor cluster`` in processes of its own."""

import contextlib
import json
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Run


@pytest.fixture(autouse=True)
def nothing_left(tutor: Run, home: Path) -> Iterator[None]:
    yield
    note = home / "cluster" / "running.json"
    if note.exists():
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid_of(home), signal.SIGKILL)


def pid_of(home: Path) -> int:
    return int(json.loads((home / "cluster" / "running.json").read_text("utf-8"))["pid"])


def test_up_is_found_again_and_goes_down(tutor: Run, home: Path) -> None:
    done = tutor("cluster", "up", "--background", "--speed", "full")
    assert (done.returncode, done.stderr) == (0, "")
    kubeconfig = home / "cluster" / "kubeconfig"
    assert done.stdout.splitlines()[-1] == str(kubeconfig)
    assert f"KUBECONFIG={kubeconfig}" in done.stdout or sys.platform == "win32"
    if os.name == "posix":
        assert stat.S_IMODE(kubeconfig.stat().st_mode) == 0o600
    again = tutor("cluster", "up")
    assert "already" in again.stdout
    assert again.stdout.splitlines()[-1] == str(kubeconfig)
    status = tutor("cluster", "status")
    assert "as fast as possible" in status.stdout
    assert "nodes 3" in status.stdout
    assert tutor("cluster", "kubeconfig").stdout == f"{kubeconfig}\n"
    assert "node-2" in tutor("cluster", "node", "down", "node-2").stdout
    assert "Nodes that are down: node-2" in tutor("cluster", "status").stdout
    missing = tutor("cluster", "node", "down", "node-9")
    assert (missing.returncode, 'nodes "node-9" not found' in missing.stderr) == (3, True)
    assert tutor("cluster", "reset").returncode == 0
    assert "node-2" not in tutor("cluster", "status").stdout.partition("Objects")[0]
    assert tutor("cluster", "down").returncode == 0
    assert not (home / "cluster" / "running.json").exists()
    gone = tutor("cluster", "status")
    assert (gone.returncode, "sts-tutor cluster up" in gone.stderr) == (3, True)
    assert tutor("cluster", "down").returncode == 0


@pytest.mark.parametrize(
    "words",
    [
        ("--port", "70000"),
        ("--speed", "-1"),
        ("--speed", "nan"),
        ("--feature-gates", "Nonsense=true"),
        ("--feature-gates", "MaxUnavailableStatefulSet=maybe"),
    ],
)
def test_what_cannot_be_meant(tutor: Run, words: tuple[str, str]) -> None:
    assert tutor("cluster", "up", *words).returncode == 2


def test_a_file_that_is_none(tutor: Run, tmp_path: Path) -> None:
    other = tmp_path / "web.yaml"
    other.write_text("kind: Pod\n")
    done = tutor("cluster", "up", "--file", str(other))
    assert (done.returncode, "web.yaml: line 1" in done.stderr) == (3, True)
    behind = tutor("cluster", "up", "--background", "--file", str(other))
    assert "did not start" in behind.stderr
    assert "web.yaml: line 1" in behind.stderr
    assert other.read_text() == "kind: Pod\n"


@pytest.mark.kubectl
def test_acknowledged_writes_survive_kill_9(tutor: Run, home: Path, tmp_path: Path) -> None:
    state = tmp_path / "state"
    assert tutor("cluster", "up", "--background", "--file", str(state)).returncode == 0

    def kubectl(*words: str) -> str:
        done = subprocess.run(
            [
                str(Path(sys.executable).parent / "kubectl"),
                "--kubeconfig",
                str(home / "cluster" / "kubeconfig"),
                *words,
            ],
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        return done.stdout

    names = [f"c-{number}" for number in range(3)]
    for name in names:
        kubectl("apply", "-f", str(config_map(tmp_path, name)))
    os.kill(pid_of(home), signal.SIGKILL)
    time.sleep(0.1)
    assert tutor("cluster", "status").returncode == 3
    assert tutor("cluster", "up", "--background", "--file", str(state)).returncode == 0
    found = kubectl("get", "configmaps", "-o", "name").split()
    assert [f"configmap/{name}" for name in names] == found[: len(names)]
    assert "Kubernetes v1.36.2" in tutor("cluster", "status").stdout


def config_map(folder: Path, name: str) -> Path:
    path = folder / f"{name}.json"
    path.write_text(
        json.dumps({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}})
    )
    return path

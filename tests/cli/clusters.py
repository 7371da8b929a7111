"""Clusters in processes of their own, and the real kubectl against them."""

import contextlib
import http.client
import json
import os
import signal
import ssl
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.waiting import HANG, until

if TYPE_CHECKING:
    from tests.cli.conftest import Run

KUBECTL = Path(sys.executable).parent / "kubectl"
posix = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")


class Clusters:
    """The cluster of one test's home."""

    def __init__(self, tutor: "Run", home: Path, folder: Path) -> None:
        self.tutor = tutor
        self.path = home / "cluster"
        self._folder = folder
        self._home = home
        self._connections: list[Connection] = []
        self._started: list[subprocess.Popen[str]] = []

    @property
    def pid(self) -> int:
        return int(json.loads((self.path / "running.json").read_text("utf-8"))["pid"])

    @property
    def status(self) -> dict[str, Any]:
        return dict(json.loads(self.tutor("cluster", "status", "--json").stdout))

    def up(self, *words: str) -> subprocess.CompletedProcess[str]:
        return self.tutor("cluster", "up", "--background", *words)

    def start(self, *words: str, lang: str = "en", **options: Any) -> subprocess.Popen[str]:
        """A cluster in the foreground of a process."""
        process = subprocess.Popen(
            [sys.executable, "-m", "tutor", "cluster", "up", *words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            cwd=self._folder,
            env=self._environment(lang),
            **options,
        )
        self._started.append(process)
        return process

    def by_shell(self, streams: str) -> None:
        """A cluster in the background, started by a shell that connects its streams."""
        program = f'"{sys.executable}" -m tutor cluster up --background {streams}'
        command = ["bash", "-c", program]
        subprocess.run(
            command, check=True, timeout=HANG, cwd=self._folder, env=self._environment("en")
        )

    def _environment(self, lang: str) -> dict[str, str]:
        return {
            **os.environ,
            "STS_TUTOR_HOME": str(self._home),
            "STS_TUTOR_LANG": lang,
            "PYTHONIOENCODING": "utf-8",
        }

    def kill(self) -> None:
        """kill -9."""
        pid = self.pid
        os.kill(pid, signal.SIGKILL)
        until(lambda: not alive(pid))

    def kubectl(self, *words: str, stdin: str = "", ok: bool = True) -> str:
        done = subprocess.run(
            [str(KUBECTL), "--kubeconfig", str(self.path / "kubeconfig"), *words],
            input=stdin,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert not ok or done.returncode == 0, done.stderr
        return done.stdout + done.stderr

    def connect(self) -> "Connection":
        """A plain connection with the token."""
        made = Connection(json.loads((self.path / "running.json").read_text("utf-8")))
        self._connections.append(made)
        return made

    def end(self) -> None:
        """Leave nothing behind."""
        for connection in self._connections:
            connection.close()
        for process in self._started:
            if process.poll() is None:
                process.kill()
            process.communicate()
        with contextlib.suppress(OSError, ValueError):
            os.kill(int((self.path / "lock").read_text()), signal.SIGCONT)
            os.kill(int((self.path / "lock").read_text()), signal.SIGKILL)


class Connection:
    """One kept-alive connection, as a client library holds it."""

    def __init__(self, note: dict[str, Any]) -> None:
        self.note = note
        self.tls = ssl.create_default_context(cadata=note["authority"])
        self._http = http.client.HTTPSConnection(
            "127.0.0.1", note["port"], timeout=20, context=self.tls
        )

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Status and JSON of an answer."""
        data = None if body is None else json.dumps(body)
        headers = {
            "Authorization": f"Bearer {self.note['token']}", "Content-Type": "application/json",
        }  # fmt: skip
        self._http.request(method, path, data, headers)
        answer = self._http.getresponse()
        return answer.status, json.loads(answer.read())

    def close(self) -> None:
        """Leave."""
        self._http.close()


def alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and was not asked for its end does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in ("Z", "X")

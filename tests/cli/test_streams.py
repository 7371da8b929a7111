"""Closed and full streams: every command ends with a documented exit code, and none as a bug."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.clusters import posix
from tutor.cli.app import COMMANDS

DOCUMENTED = {0, 1, 2, 3, 4, 5, 6}
ARGUMENTS: dict[str, tuple[tuple[str, ...], ...]] = {
    "learn": (("learn",), ("learn", "--plain")),
    "quiz": (("quiz",), ("quiz", "--plain")),
    "check": (("check", "pod.yaml"), ("check", "-")),
    "explain": (("explain", "STS101"), ("explain",)),
    "watch": (("watch", "a.yaml", "--lesson", "what-is-a-statefulset", "--once"),),
    "progress": (("progress", "show"), ("progress", "export", "out.json")),
    "cluster": (("cluster", "status"), ("cluster", "down")),
    "apply": (("apply", "pod.yaml"), ("apply", "-")),
    "clean": (("clean",),),
    "workshop": (("workshop", "report", "pod.yaml"),),
    "lessons": (("lessons", "list"),),
    "doctor": (("doctor",),),
}
ALL = [line for lines in ARGUMENTS.values() for line in lines] + [("--help",), ("--version",)]


def test_every_command_is_tried() -> None:
    assert set(ARGUMENTS) == {entry.name for entry in COMMANDS}


@posix
@pytest.mark.parametrize(
    "streams",
    ["<&- >&- 2>&-", "</dev/null >/dev/full", "</dev/null >/dev/full 2>&1", "</dev/null >&-"],
)  # fmt: skip
@pytest.mark.parametrize("arguments", ALL, ids=" ".join)
def test_no_stream_makes_a_bug(tmp_path: Path, arguments: tuple[str, ...], streams: str) -> None:
    (tmp_path / "pod.yaml").write_text("apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n")
    home = tmp_path / "home"
    environ = {**os.environ, "STS_TUTOR_HOME": str(home), "KUBECONFIG": str(tmp_path / "none")}
    done = subprocess.run(
        ["sh", "-c", f'"$0" -m tutor "$@" {streams}', sys.executable, *arguments],
        cwd=tmp_path, env=environ, timeout=60, check=False, capture_output=True,
    )  # fmt: skip
    assert done.returncode in DOCUMENTED, done.stderr
    assert b"Traceback" not in done.stderr
    assert b"Exception ignored" not in done.stderr
    assert not (home / "crash.log").exists()


@posix
@pytest.mark.parametrize("kind", ["fifo", "/dev/zero", "/dev/full", "/dev/tty", "folder"])
@pytest.mark.parametrize(
    "arguments",
    [("check",), ("watch", "--once", "--lesson", "what-is-a-statefulset"), ("progress", "import"),
     ("check", "--against", "pod.yaml")],
    ids=" ".join,
)  # fmt: skip
def test_what_never_ends_is_refused_by_name(
    tmp_path: Path, arguments: tuple[str, ...], kind: str
) -> None:
    (tmp_path / "pod.yaml").write_text("apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n")
    if kind == "fifo":
        os.mkfifo(tmp_path / kind)
    if kind == "folder":
        (tmp_path / kind).mkdir()
    environ = {**os.environ, "STS_TUTOR_HOME": str(tmp_path / "home"), "LANG": "en_US.UTF-8"}
    done = subprocess.run(
        [sys.executable, "-m", "tutor", *arguments, kind],
        cwd=tmp_path, env=environ, timeout=30, check=False, capture_output=True, text=True,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert done.returncode == 3, (done.stdout, done.stderr)
    assert kind in done.stderr
    assert "Traceback" not in done.stderr

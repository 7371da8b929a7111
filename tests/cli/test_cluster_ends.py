"""How clusters begin and end: two at once, kill -9, signals, a terminal, a process that hangs."""

import contextlib
import os
import select
import signal
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.cli.clusters import Clusters, alive, posix
from tests.cli.conftest import Run
from tests.waiting import HANG, never, until

INPUT, INTERRUPTED = 3, 130


def test_of_many_at_once_one_starts_and_all_find_it(tutor: Run, clusters: Clusters) -> None:
    with ThreadPoolExecutor(5) as pool:
        done = list(pool.map(lambda _: clusters.up(), range(5)))
    assert [one.returncode for one in done] == [0] * 5, [one.stderr for one in done]
    assert len({one.stdout.splitlines()[-1] for one in done}) == 1
    assert sum("already" not in one.stdout for one in done) == 1
    pid = clusters.status["pid"]
    assert tutor("cluster", "down").returncode == 0
    assert not alive(pid)
    assert {one.name for one in clusters.path.iterdir()} == {
        "cluster.log", "kubeconfig", "lock", "port",
    }  # fmt: skip


@posix
def test_what_kill_9_leaves_is_no_cluster(tutor: Run, clusters: Clusters) -> None:
    clusters.up()
    port = clusters.status["port"]
    clusters.kill()
    assert (clusters.path / "running.json").exists()
    assert tutor("cluster", "status").returncode == INPUT
    assert "No offline cluster" in tutor("cluster", "down").stdout
    assert clusters.up().returncode == 0
    assert clusters.status["port"] == port  # so that kubectl in another window goes on


@posix
def test_another_program_has_the_port_of_a_killed_cluster(tutor: Run, clusters: Clusters) -> None:
    clusters.up()
    port = clusters.status["port"]
    clusters.kill()
    with socket.create_server(("127.0.0.1", port)):
        assert tutor("cluster", "status").returncode == INPUT
        assert clusters.up().returncode == 0
        assert clusters.status["port"] != port


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_a_port_that_is_taken(tutor: Run, lang: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        for background in ((), ("--background",)):
            done = tutor("cluster", "up", "--port", port, *background, lang=lang)
            assert (done.returncode, done.stdout) == (INPUT, "")
            assert port in done.stderr
            assert "Traceback" not in done.stderr


@posix
@pytest.mark.parametrize(
    ("sign", "code"),
    [(signal.SIGINT, INTERRUPTED), (signal.SIGTERM, 0), (signal.SIGHUP, 0)],
)
def test_signals_end_it_in_order(
    tutor: Run, clusters: Clusters, tmp_path: Path, sign: signal.Signals, code: int
) -> None:
    process = clusters.start("--file", str(tmp_path / "state"))
    until(lambda: tutor("cluster", "status").returncode == 0)
    process.send_signal(sign)
    out, err = process.communicate(timeout=HANG)
    assert (process.returncode, err) == (code, "")
    assert out.rstrip().endswith("The offline cluster has stopped.")
    assert not (clusters.path / "running.json").exists()
    assert tutor("cluster", "status").returncode == INPUT


@posix
def test_under_nohup_the_end_of_the_terminal_is_nothing(tutor: Run, clusters: Clusters) -> None:
    process = clusters.start(preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
    until(lambda: tutor("cluster", "status").returncode == 0)
    process.send_signal(signal.SIGHUP)
    never(lambda: process.poll() is not None)
    assert tutor("cluster", "status").returncode == 0


@posix
def test_ctrl_c_in_a_terminal_leaves_it_as_it_was(home: Path, tmp_path: Path) -> None:
    import pty
    import termios

    leader, follower = pty.openpty()
    before = termios.tcgetattr(follower)
    process = subprocess.Popen(
        [sys.executable, "-m", "tutor", "cluster", "up"],
        stdin=follower, stdout=follower, stderr=follower, start_new_session=True,
        preexec_fn=lambda: __import__("fcntl").ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509
        cwd=tmp_path, env={**os.environ, "STS_TUTOR_HOME": str(home), "STS_TUTOR_LANG": "en"},
    )  # fmt: skip
    shown = b""

    def showing(words: bytes) -> bool:
        nonlocal shown
        if select.select([leader], [], [], 0.1)[0]:
            shown += os.read(leader, 4096)
        return words in shown

    try:
        until(lambda: showing(b"kubeconfig\r\n"))
        os.write(leader, b"\x03")
        until(lambda: showing(b"stopped"))
        assert process.wait(HANG) == INTERRUPTED
        assert termios.tcgetattr(follower) == before
        assert b"Traceback" not in shown
        assert b"\x1b" not in shown
    finally:
        process.kill()
        process.wait()
        os.close(leader)
        os.close(follower)


@posix
def test_one_that_hangs_is_named_and_can_be_ended(tutor: Run, clusters: Clusters) -> None:
    clusters.up()
    pid = clusters.pid
    os.kill(pid, signal.SIGSTOP)
    told = tutor("cluster", "status")
    assert (told.returncode, str(pid) in told.stderr) == (INPUT, True)
    assert tutor("cluster", "down").returncode == 0
    assert not alive(pid)
    assert clusters.up().returncode == 0
    assert clusters.pid != pid


@posix
def test_more_connections_than_there_may_be(tutor: Run, clusters: Clusters) -> None:
    import resource

    process = clusters.start(
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    )
    until(lambda: tutor("cluster", "status").returncode == 0)
    port = clusters.status["port"]
    with contextlib.ExitStack() as open_ones:
        for _ in range(120):
            open_ones.enter_context(socket.create_connection(("127.0.0.1", port), timeout=HANG))
        never(lambda: process.poll() is not None, looks=50)
    until(lambda: tutor("cluster", "status").returncode == 0)
    assert tutor("cluster", "down").returncode == 0
    said = process.communicate(timeout=HANG)[1]
    assert said.count("Too many open files") <= 2
    assert len(said) < 5000


def test_notes_that_make_no_sense(tutor: Run, clusters: Clusters) -> None:
    clusters.path.mkdir(parents=True)
    for note in ("", "[]", "{", '{"pid": 1}', "\0", '{"pid": "x", "port": 1}'):
        (clusters.path / "running.json").write_text(note)
        (clusters.path / "lock").write_text(note)
        (clusters.path / "port").write_text(note)
        assert tutor("cluster", "status").returncode == INPUT
    (clusters.path / "port").write_text("99999999")
    assert clusters.up().returncode == 0


@posix
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root writes anywhere")
def test_a_folder_that_cannot_be_written(tutor: Run, home: Path) -> None:
    home.mkdir()
    home.chmod(0o500)
    for background in ((), ("--background",)):
        done = tutor("cluster", "up", *background)
        assert (done.returncode, "cannot be written" in done.stderr) == (INPUT, True)
        assert "Traceback" not in done.stderr


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="a folder nobody can write to")
def test_a_place_where_there_can_be_no_folder(tutor: Run) -> None:
    for background in ((), ("--background",)):
        done = tutor("cluster", "up", *background, STS_TUTOR_HOME="/proc/nothing")
        assert (done.returncode, "cannot be written" in done.stderr) == (INPUT, True)
        assert "Traceback" not in done.stderr


def test_a_folder_that_is_a_file(tutor: Run, home: Path) -> None:
    home.mkdir()
    (home / "cluster").write_text("")
    for background in ((), ("--background",)):
        done = tutor("cluster", "up", *background)
        assert (done.returncode, "cannot be written" in done.stderr) == (INPUT, True)
        assert "Traceback" not in done.stderr


@posix
@pytest.mark.parametrize(
    "reader", ["| true", "| head -1", "2>&1 | head -1", ">&-", "2>&-", "<&-", ">/dev/full"]
)
def test_who_does_not_read_what_is_said_has_a_cluster_all_the_same(
    tutor: Run, clusters: Clusters, reader: str
) -> None:
    clusters.by_shell(reader)
    assert tutor("cluster", "status").returncode == 0
    assert alive(clusters.status["pid"])

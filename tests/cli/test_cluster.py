"""``sts-tutor cluster`` in processes of its own: every verb, as a user meets it."""

import contextlib
import json
import os
import re
import socket
import ssl
import stat
import sys
import warnings
from pathlib import Path

import pytest

from tests.cli.clusters import Clusters
from tests.cli.conftest import Run

USAGE = 2
INPUT = 3


def test_up_is_found_again_and_goes_down(tutor: Run, home: Path, clusters: Clusters) -> None:
    done = clusters.up("--speed", "max")
    assert (done.returncode, done.stderr) == (0, "")
    kubeconfig = home / "cluster" / "kubeconfig"
    assert done.stdout.splitlines()[-1] == str(kubeconfig)
    assert f"KUBECONFIG={kubeconfig}" in done.stdout or sys.platform == "win32"
    if os.name == "posix":
        for path in (home / "cluster").iterdir():
            assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
        assert stat.S_IMODE((home / "cluster").stat().st_mode) == 0o700
    again = tutor("cluster", "up")
    assert "already" in again.stdout
    assert again.stdout.splitlines()[-1] == str(kubeconfig)
    assert tutor("cluster", "kubeconfig").stdout == f"{kubeconfig}\n"
    assert tutor("cluster", "down").returncode == 0
    assert not (home / "cluster" / "running.json").exists()
    gone = tutor("cluster", "status")
    assert (gone.returncode, "sts-tutor cluster up" in gone.stderr) == (INPUT, True)
    nothing = tutor("cluster", "status", "--json")
    assert (nothing.returncode, json.loads(nothing.stdout)) == (INPUT, {"running": False})
    assert tutor("cluster", "down").returncode == 0


def test_nobodys_kubeconfig_is_touched(
    tutor: Run, home: Path, tmp_path: Path, clusters: Clusters
) -> None:
    mine = tmp_path / ".kube" / "config"
    mine.parent.mkdir()
    mine.write_text("mine")
    done = tutor("cluster", "up", "--background", HOME=str(tmp_path), KUBECONFIG=str(mine))
    assert done.returncode == 0
    assert mine.read_text() == "mine"
    assert list(mine.parent.iterdir()) == [mine]


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_status_says_how_it_runs(tutor: Run, clusters: Clusters, lang: str) -> None:
    gate = "MaxUnavailableStatefulSet=true"
    assert clusters.up("--speed", "10", "--feature-gates", gate).returncode == 0
    status = clusters.status
    assert status["running"] is True
    assert status["pid"] == clusters.pid
    assert status["server"] == f"https://127.0.0.1:{status['port']}"
    assert (status["speed"], status["paused"], status["file"]) == (10, False, None)
    assert status["gates"] == {"MaxUnavailableStatefulSet": True}
    assert status["nodes"] == ["node-1", "node-2", "node-3"]
    assert status["objects"]["namespaces"] == 4
    told = tutor("cluster", "status", lang=lang)
    assert told.returncode == 0
    for shown in (str(status["pid"]), status["server"], "×10", gate, "nodes 3"):
        assert shown in told.stdout
    assert told.stdout.splitlines()[-1] == status["kubeconfig"]


def test_the_clock_is_paused_stepped_and_changed(tutor: Run, clusters: Clusters) -> None:
    clusters.up()
    assert "step" in tutor("cluster", "pause").stdout
    before = clusters.status
    assert before["paused"] is True
    told = tutor("cluster", "step")
    assert told.returncode == 0
    after = clusters.status
    assert after["time"] > before["time"] or after["version"] > before["version"]
    assert "×20" not in tutor("cluster", "speed", "20").stdout  # it is still paused
    assert "×20" in tutor("cluster", "resume").stdout
    assert "as fast as possible" in tutor("cluster", "speed", "max").stdout
    assert clusters.status["speed"] is None


def test_nodes_fail_and_come_back(tutor: Run, clusters: Clusters) -> None:
    clusters.up()
    down = tutor("cluster", "node", "down", "node-2")
    assert down.returncode == 0
    assert "NotReady" in down.stdout
    assert "Nodes that are down: node-2" in tutor("cluster", "status").stdout
    assert tutor("cluster", "node", "up", "node-2").returncode == 0
    assert clusters.status["down"] == []
    for state in ("down", "up"):
        missing = tutor("cluster", "node", state, "node-9")
        assert missing.returncode == USAGE
        assert "'node-9'" in missing.stderr
        assert "node-1, node-2, node-3" in missing.stderr


def test_a_reset_asks_first(tutor: Run, clusters: Clusters) -> None:
    clusters.up()
    tutor("cluster", "node", "down", "node-2")
    version = clusters.status["version"]
    refused = tutor("cluster", "reset")
    assert (refused.returncode, "--yes" in refused.stderr) == (USAGE, True)
    assert clusters.status["down"] == ["node-2"]
    assert tutor("cluster", "reset", "--yes").returncode == 0
    assert clusters.status["down"] == []
    assert clusters.status["version"] > version


def test_another_cluster_than_the_one_that_runs(
    tutor: Run, clusters: Clusters, tmp_path: Path
) -> None:
    state = tmp_path / "state"
    assert clusters.up("--file", str(state), "--speed", "5").returncode == 0
    port = str(clusters.status["port"])
    for same in ((), ("--file", str(state)), ("--port", port), ("--speed", "5")):
        assert tutor("cluster", "up", *same).returncode == 0
    for other in (
        ("--file", str(tmp_path / "other")),
        ("--port", "1" if port != "1" else "2"),
        ("--speed", "6"),
        ("--feature-gates", "MaxUnavailableStatefulSet=true"),
    ):
        for background in ((), ("--background",)):
            refused = tutor("cluster", "up", *background, *other)
            assert refused.returncode == INPUT
            assert " ".join(other) in refused.stderr
    assert not (tmp_path / "other").exists()


def test_only_tls_and_only_its_own_certificate(tutor: Run, clusters: Clusters) -> None:
    clusters.up()
    port = clusters.status["port"]
    hello = b"\x16\x03\x01\x00\x05hello"
    for data in (b"GET /version HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", hello, b"\x00" * 9999):
        with socket.create_connection(("127.0.0.1", port), timeout=10) as plain:
            plain.sendall(data)
            with contextlib.suppress(ConnectionError):
                assert b"HTTP/1" not in plain.recv(4096)
    for name, trusted in (("127.0.0.1", True), ("localhost", True), ("example.com", False)):
        context = clusters.connect().tls
        with socket.create_connection(("127.0.0.1", port), timeout=10) as plain:
            if trusted:
                context.wrap_socket(plain, server_hostname=name).close()
            else:
                with pytest.raises(ssl.SSLCertVerificationError):
                    context.wrap_socket(plain, server_hostname=name)
    with socket.create_connection(("127.0.0.1", port), timeout=10) as plain:
        stranger = ssl.create_default_context()
        with pytest.raises(ssl.SSLCertVerificationError):
            stranger.wrap_socket(plain, server_hostname="127.0.0.1")
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        old.maximum_version = ssl.TLSVersion.TLSv1_1
    plain = socket.create_connection(("127.0.0.1", port), timeout=10)
    with plain, pytest.raises(ssl.SSLError):
        old.wrap_socket(plain)
    assert tutor("cluster", "status").returncode == 0
    assert "Traceback" not in (clusters.path / "cluster.log").read_text("utf-8")


@pytest.mark.parametrize("lang", ["en", "ja"])
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("up", "--port", "70000"), "70000"),
        (("up", "--port", "abc"), "abc"),
        (("up", "--port", "-1"), "-1"),
        (("up", "--port", "٣"), "٣"),
        (("up", "--speed", "-1"), "-1"),
        (("up", "--speed", "nan"), "nan"),
        (("up", "--speed", "inf"), "max"),
        (("up", "--speed", "fast"), "max"),
        (("up", "--speed", "1e9"), "10000"),
        (("speed", "fast"), "max"),
        (("speed",), "N"),
        (("up", "--feature-gates", "Nonsense=true"), "MaxUnavailableStatefulSet"),
        (("up", "--feature-gates", "MaxUnavailableStatefulSet=maybe"), "maybe"),
        (("up", "--feature-gates", "MaxUnavailableStatefulSet"), "MaxUnavailableStatefulSet"),
        (("node", "sideways", "node-1"), "sideways"),
        (("node", "down"), "NAME"),
        (("fly",), "fly"),
        ((), "COMMAND"),
    ],
)
def test_what_cannot_be_meant(tutor: Run, words: tuple[str, ...], said: str, lang: str) -> None:
    done = tutor("cluster", *words, lang=lang)
    assert (done.returncode, done.stdout) == (USAGE, "")
    assert said in done.stderr
    assert "--help" in done.stderr
    assert not re.search(r"_speed|_port|_gates|Traceback", done.stderr)


@pytest.mark.parametrize("verb", ["status", "kubeconfig", "reset", "pause", "step", "resume"])
def test_without_a_cluster(tutor: Run, verb: str) -> None:
    for lang in ("en", "ja"):
        done = tutor("cluster", verb, lang=lang)
        assert (done.returncode, done.stdout) == (INPUT, "")
        assert "sts-tutor cluster up" in done.stderr

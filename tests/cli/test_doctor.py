import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.cluster.support import config


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_a_healthy_place(tutor: Run, lang: str) -> None:
    done = tutor("doctor", lang=lang)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Python" in done.stdout
    assert "kubectl" in done.stdout


def test_no_kubectl_is_only_a_note(tutor: Run, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    done = tutor("doctor", PATH=str(empty))
    assert done.returncode == 0
    assert "note" in next(line for line in done.stdout.splitlines() if "kubectl" in line)


def test_a_damaged_database_is_bad_news(tutor: Run, home: Path) -> None:
    home.mkdir()
    (home / "progress.sqlite3").write_bytes(b"garbage" * 1000)
    done = tutor("doctor")
    assert done.returncode == 1
    assert "bad" in done.stdout


def test_a_broken_kubeconfig_and_a_strange_kubectl_do_no_harm(tutor: Run, tmp_path: Path) -> None:
    fake = tmp_path / "kubectl"
    fake.write_text("#!/bin/sh\necho not json\n")
    fake.chmod(0o755)
    done = tutor("doctor", PATH=str(tmp_path))
    assert (done.returncode, "Traceback" in done.stderr) == (0, False)


def test_clusters_are_told_apart(tutor: Run, tmp_path: Path) -> None:
    found: dict[str, list[object]] = {"contexts": [], "clusters": [], "users": []}
    for name, server in (
        ("kind-kind", "https://127.0.0.1:6443"),
        ("prod", "https://203.0.113.7"),
        ("minikube", "https://34.1.2.3"),
        ("odd", "https://127.0.0.1@evil.example"),
    ):
        one = json.loads(config(name, server))
        for key in found:
            found[key] += one[key]
    path = tmp_path / "config"
    path.write_text(json.dumps(found))
    done = tutor("doctor", KUBECONFIG=str(path), COLUMNS="300")
    assert (done.returncode, done.stderr) == (0, "")
    lines = {line.split()[2]: line for line in done.stdout.splitlines() if "clusters:" in line}
    assert lines["kind-kind"].startswith("good")
    assert "kind, https://127.0.0.1:6443" in lines["kind-kind"]
    for name in ("prod", "minikube"):
        assert lines[name].startswith("note")
        assert "its address is not of this machine" in lines[name]
    assert "an address that is none" in lines["odd:"]
    path.write_text("{")
    broken = tutor("doctor", KUBECONFIG=str(path), COLUMNS="300")
    assert (broken.returncode, "line 1 of this kubeconfig" in broken.stdout) == (0, True)

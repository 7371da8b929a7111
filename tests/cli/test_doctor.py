from pathlib import Path

import pytest

from tests.cli.conftest import Run


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

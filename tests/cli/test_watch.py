import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.waiting import HANG
from tutor.model.progress import Status
from tutor.store.database import open_store

ROOT = Path(__file__).parents[2]
LESSON = "start/what-is-a-statefulset"
FOLDER = ROOT / "fixtures" / LESSON
SOLUTION = min((FOLDER / "solutions").iterdir())


def status(home: Path) -> Status:
    store = open_store(home / "progress.sqlite3")
    progress = store.load()
    store.close()
    return progress.lessons[LESSON].tasks["repair"].status


def test_a_missing_file_gets_the_starter_and_an_existing_one_is_never_replaced(
    tutor: Run, tmp_path: Path
) -> None:
    done = tutor("watch", "w.yaml", "--lesson", LESSON, "--once")
    assert done.returncode == 1
    starter = (FOLDER / "starter.yaml").read_text("utf-8")
    assert (tmp_path / "w.yaml").read_text("utf-8") == starter
    (tmp_path / "w.yaml").write_text("mine: 1\n", "utf-8")
    tutor("watch", "w.yaml", "--lesson", LESSON, "--once")
    assert (tmp_path / "w.yaml").read_text("utf-8") == "mine: 1\n"


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_findings_then_done(tutor: Run, tmp_path: Path, home: Path, lang: str) -> None:
    done = tutor("watch", "w.yaml", "--lesson", LESSON, "--once", lang=lang)
    assert "STS101" in done.stdout
    assert "w.yaml:6:16" in done.stdout
    (tmp_path / "w.yaml").write_bytes(SOLUTION.read_bytes())
    done = tutor("watch", "w.yaml", "--lesson", LESSON, "--once", lang=lang)
    assert (done.returncode, done.stderr) == (0, "")
    assert status(home) is Status.SOLVED


def test_a_folder_is_refused_at_once(tutor: Run, tmp_path: Path) -> None:
    (tmp_path / "w").mkdir()
    done = tutor("watch", "w", "--lesson", LESSON)
    assert done.returncode == 3
    assert "cannot be read" in done.stderr


def test_what_is_no_text_is_named(tutor: Run, tmp_path: Path, home: Path) -> None:
    (tmp_path / "w.yaml").write_bytes("名前: 値\n".encode("cp932"))
    done = tutor("watch", "w.yaml", "--lesson", LESSON, "--once")
    assert done.returncode == 1
    assert "Shift_JIS" in done.stdout


def test_each_save_is_checked_and_ctrl_c_ends_politely(tmp_path: Path, home: Path) -> None:
    target = tmp_path / "w.yaml"
    target.write_bytes((FOLDER / "starter.yaml").read_bytes())
    command = [sys.executable, "-u", "-m", "tutor", "watch", str(target), "--lesson", LESSON]
    environ = {**os.environ, "STS_TUTOR_HOME": str(home), "STS_TUTOR_LANG": "en"}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environ
    ) as process:
        assert process.stdout is not None
        os.set_blocking(process.stdout.fileno(), True)
        _read_until(process, "Watching")
        target.write_text("kind: [\n", "utf-8")
        assert "YAML" in _read_until(process, "Watching")
        target.unlink()
        assert "no such file" in _read_until(process, "no such file")
        target.write_bytes((FOLDER / "starter.yaml").read_bytes())
        assert "STS101" in _read_until(process, "Watching")
        process.send_signal(signal.SIGINT)
        rest = process.stdout.read()
        assert process.wait(HANG) == 0
        assert "Traceback" not in rest


def _read_until(process: "subprocess.Popen[str]", word: str) -> str:
    assert process.stdout is not None
    text = ""
    while word not in text:
        line = process.stdout.readline()
        assert line, text
        text += line
    return text

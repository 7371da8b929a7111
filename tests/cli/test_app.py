from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tutor import __version__
from tutor.cli.app import COMMANDS


def test_version(tutor: Run) -> None:
    assert tutor("--version").stdout == f"statefulset-tutor {__version__}\n"


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_help_names_every_command(tutor: Run, lang: str) -> None:
    done = tutor("--help", lang=lang)
    assert done.returncode == 0
    for entry in COMMANDS:
        assert f"  {entry.name} " in done.stdout
    japanese = any("\u3040" <= character <= "\u30ff" for character in done.stdout)
    assert japanese == (lang == "ja")


@pytest.mark.parametrize("command", [entry.name for entry in COMMANDS])
@pytest.mark.parametrize("lang", ["en", "ja"])
def test_every_command_has_help_in_both_languages(tutor: Run, command: str, lang: str) -> None:
    done = tutor(command, "--help", lang=lang)
    assert (done.returncode, done.stderr) == (0, "")
    english = {"show this help message and exit", "usage:", "positional arguments", "options:"}
    assert lang == "en" or not any(words in done.stdout for words in english)


def test_a_mistyped_command_ends_in_one_line_and_exit_code_2(tutor: Run) -> None:
    done = tutor("chekc")
    assert done.returncode == 2
    assert "chekc" in done.stderr
    assert "check" in done.stderr
    assert "Traceback" not in done.stderr


def test_language_comes_from_the_option_before_the_environment(tutor: Run) -> None:
    assert "レッスン" in tutor("--lang", "ja", "--help", lang="en").stdout
    assert "マニフェスト" in tutor("check", "--lang=ja", "--help", lang="en").stdout
    assert tutor("--lang", "fr").returncode == 2


@pytest.mark.parametrize(
    "words", [("lessons", "list"), ("progress", "export"), ("workshop", "report")]
)
def test_the_language_may_stand_behind_a_command_of_two_words(
    tutor: Run, words: tuple[str, ...]
) -> None:
    done = tutor(*words, "--help", "--lang", "ja")
    assert done.returncode == 0
    assert "使い方" in done.stdout
    assert "--lang" in tutor(*words, "--help").stdout


def test_a_pipe_that_closes_early_is_no_error(tutor: Run) -> None:
    import subprocess
    import sys

    done = subprocess.run(  # noqa: S602
        f"{sys.executable} -m tutor explain --list | head -1",
        shell=True,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.count("\n") == 1
    assert done.stderr == ""


def test_without_a_terminal_the_lessons_point_to_the_plain_mode(tutor: Run) -> None:
    done = tutor()
    assert (done.returncode, done.stdout) == (2, "")
    assert "--plain" in done.stderr


def test_control_characters_of_an_argument_are_not_printed(tutor: Run) -> None:
    done = tutor("explain", "STS999\x1b[31m")
    assert "\x1b" not in done.stdout + done.stderr
    done = tutor("learn", "\x1b]0;owned\x07")
    assert "\x1b" not in done.stdout + done.stderr


def test_a_bug_is_kept_in_a_file_and_told_in_words(tutor: Run, home: Path) -> None:
    code = (
        "import tutor.cli.doctor as d, sys\n"
        "def broken(context): raise ZeroDivisionError('boom')\n"
        "d._python = broken\n"
        "from tutor.cli import main\n"
        "raise SystemExit(main(['doctor']))\n"
    )
    import os
    import subprocess
    import sys

    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "STS_TUTOR_HOME": str(home), "STS_TUTOR_LANG": "en"},
    )
    assert done.returncode == 70
    assert "Traceback" not in done.stderr
    assert "ZeroDivisionError: boom" in (home / "crash.log").read_text("utf-8")

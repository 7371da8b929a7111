"""Help as it is read on a terminal of 80 columns."""

import argparse

import pytest

from tutor.cli.app import COMMANDS, run
from tutor.i18n.linebreak import cell_width

WITH_COMMANDS = {
    "progress": ("show", "export", "import", "reset"),
    "workshop": ("report",),
    "lessons": ("list", "lint", "new", "preview"),
}
EVERY = [
    (),
    *((entry.name,) for entry in COMMANDS),
    *((name, inner) for name, inners in WITH_COMMANDS.items() for inner in inners),
]
ENGLISH = ("usage:", "options:", "show this help", "show program", "positional arguments")


@pytest.fixture
def speaking(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    for name in ("_", "ngettext"):  # what speaking a language replaces
        monkeypatch.setattr(argparse, name, vars(argparse)[name])


@pytest.mark.usefixtures("speaking")
@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("command", EVERY, ids=" ".join)
def test_help_fits_and_breaks_where_a_reader_would(
    command: tuple[str, ...], language: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["--lang", language, *command, "--help"]) == 0
    said = capsys.readouterr().out
    for line in said.splitlines():
        assert cell_width(line) <= 80, line
        assert line.lstrip()[:1] not in "。、」)" or not line.strip(), line
    assert language == "en" or not [words for words in ENGLISH if words in said]


@pytest.mark.usefixtures("speaking")
@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (["check"], "引数が足りません: FILE"),
        (["check", "--nonsense", "x.yaml"], "使えない引数です: --nonsense"),
        (["check", "--format", "xml", "x.yaml"], "--format: 'xml'は選べません。"),
        (
            ["check", "--kubernetes", "new", "x.yaml"],
            "「new」はKubernetesのバージョンではありません。",
        ),
        (["quiz", "--count", "0"], "--count: 「0」は1以上の数ではありません。"),
        (["quiz", "--count"], "--count: 値が1つ必要です。"),
        (["lessons", "preview", "--width", "wide", "x"], "--width: 'wide'はintとして読めません。"),
        (["learn", "--plain=yes"], "値'yes'は付けられません。"),
        (["chekc"], "'chekc'は選べません。"),
    ],
)
def test_what_is_wrong_with_a_command_line_is_said_in_japanese(
    wrong: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["--lang", "ja", *wrong]) == 2
    heard = capsys.readouterr().err
    assert said in heard
    assert "--help」で表示できます。" in heard

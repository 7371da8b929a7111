"""``sts-tutor lessons``: what an author sees."""

from pathlib import Path

import pytest

from tutor.cli.app import run
from tutor.course.loader import locate
from tutor.model.errors import ExitCode


def lessons(*arguments: object) -> int:
    return run(["--lang", "en", "lessons", *map(str, arguments)])


def test_the_lessons_are_listed_in_order(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert lessons("list", "--folder", copy) == ExitCode.OK
    assert capsys.readouterr().out.splitlines() == [
        "start/first      5 min  The first lesson",
        "volumes/second   5 min  The second lesson",
    ]
    (copy / "fixtures/start/first/lesson.yaml").write_text("id: [\n", "utf-8")
    assert lessons("list", "--folder", copy) == ExitCode.FINDINGS
    assert "start/first: damaged" in capsys.readouterr().err


def test_a_lesson_without_words_does_not_end_the_list(
    copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert lessons("new", "start/another", "--folder", copy) == ExitCode.OK
    assert lessons("list", "--folder", copy) == ExitCode.FINDINGS
    shown = capsys.readouterr()
    assert "volumes/second" in shown.out
    assert "start/another: damaged" in shown.err


def test_a_clean_course_says_so(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert lessons("lint", "--folder", copy) == ExitCode.OK
    assert capsys.readouterr().out == "2 lessons hold to the contract.\n"
    assert lessons("lint", "--folder", copy, "start/first") == ExitCode.OK
    assert capsys.readouterr().out == "1 lesson holds to the contract.\n"


def test_problems_are_lines_an_editor_jumps_to(
    copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = copy / "lessons/ja/start/first.md"
    words.write_text(words.read_text("utf-8").replace("何も待ち", "ポッドを待ち"), "utf-8")
    assert lessons("lint", "--folder", copy) == ExitCode.FINDINGS
    out = capsys.readouterr().out
    assert "start/first · 4. The style" in out
    assert f"  {words}:13:13: 'ポッド': write Pod.\n" in out
    assert "5. The pair" not in out
    assert "1 more in later stages; --all shows it." in out
    assert out.endswith("2 problems.\n")
    assert lessons("lint", "--all", "--folder", copy) == ExitCode.FINDINGS
    out = capsys.readouterr().out
    assert "5. The pair" in out
    assert "later stages" not in out


def test_paths_are_short_where_the_folder_is_here(
    copy: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(copy)
    (copy / "lessons/en/loose.md").write_text("x", "utf-8")
    assert lessons("lint") == ExitCode.FINDINGS
    assert "\n  lessons/en/loose.md: The file belongs to no lesson." in capsys.readouterr().out


def test_a_stamp_is_written_once_the_words_are_there(
    copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = copy / "lessons/en/start/first.md"
    words.write_text(words.read_text("utf-8").replace("all alike", "all the same"), "utf-8")
    assert lessons("lint", "--folder", copy) == ExitCode.FINDINGS
    capsys.readouterr()
    assert lessons("lint", "--stamp", "--folder", copy) == ExitCode.OK
    assert capsys.readouterr().out.splitlines() == [
        "Stamped: lessons/ja/start/first.md",
        "2 lessons hold to the contract.",
    ]
    words.write_text(words.read_text("utf-8").replace("title: Why", "titel: Why"), "utf-8")
    before = words.read_text("utf-8")
    assert lessons("lint", "--stamp", "--folder", copy) == ExitCode.FINDINGS
    assert "start/first: not stamped, words are missing." in capsys.readouterr().err
    assert words.read_text("utf-8") == before


def test_an_unknown_lesson_is_answered_with_the_nearest(
    copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert lessons("lint", "--folder", copy, "start/frist") == ExitCode.INPUT
    assert "Did you mean 'start/first'?" in capsys.readouterr().err
    assert lessons("preview", "--folder", copy, "qqqq") == ExitCode.INPUT
    assert "There is no lesson 'qqqq'." in capsys.readouterr().err


def test_a_new_lesson_is_made_and_never_over_another(
    copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert lessons("new", "--folder", copy, "ordering/third") == ExitCode.OK
    out = capsys.readouterr().out
    assert f"Made: {copy}/fixtures/ordering/third/lesson.yaml" in out
    assert "lessons lint ordering/third' says what to do next." in out
    assert (copy / "lessons/ja/ordering/third.md").is_file()
    assert lessons("new", "--folder", copy, "ordering/third") == ExitCode.INPUT
    assert "exists already" in capsys.readouterr().err
    assert lessons("new", "--folder", copy, "third") == ExitCode.USAGE
    assert "Topics: start, ordering, identity, volumes." in capsys.readouterr().err


def test_a_new_lesson_never_goes_into_the_installed_tutor(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert lessons("new", "ordering/by-hand") == ExitCode.INPUT
    assert "no folders 'lessons' and 'fixtures'" in capsys.readouterr().err
    assert not [file for file in locate() if (Path(str(file)) / "ordering/by-hand").exists()]


def test_a_folder_without_a_course_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert lessons("list", "--folder", tmp_path) == ExitCode.INPUT
    assert str(tmp_path) in capsys.readouterr().err


def test_a_preview_is_laid_out_in_the_language_asked_for(
    copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["lessons", "preview", "--folder", str(copy), "start/first", "--lang", "ja"]
    assert run(words) == ExitCode.OK
    out = capsys.readouterr().out
    assert out.startswith("# 最初のレッスン\n")
    assert "    app: web" in out, "indentation is kept"
    assert lessons("preview", "--folder", copy, "start/first", "--width", "30") == ExitCode.OK
    prose = capsys.readouterr().out.split("# 3.")[0].splitlines()
    assert max(map(len, prose)) <= 30


@pytest.mark.parametrize("language", ["ja", "en"])
def test_our_own_lessons_preview(language: str, capsys: pytest.CaptureFixture[str]) -> None:
    lesson = "start/what-is-a-statefulset"
    assert run(["--lang", language, "lessons", "preview", lesson]) == ExitCode.OK
    assert "example-statefulset" in capsys.readouterr().out

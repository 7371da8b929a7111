"""The line mode: a conversation over two streams."""

import io
import subprocess
import sys
from pathlib import Path

import pytest

from tests.ui.desk import FIRST, SAMPLE, SOLUTION, STARTER, Kept, session
from tutor.i18n.linebreak import cell_width
from tutor.i18n.translator import translator
from tutor.model.errors import ExitCode, TutorError
from tutor.model.progress import Did, Event, Status
from tutor.session.api import MemoryStore
from tutor.ui import plain
from tutor.ui.outside import Bell, Outside, Start

ANSWER = SAMPLE / "fixtures/start/first/solutions/02-above.yaml"


class Talked:
    """What was said, and what it left behind."""

    def __init__(self, code: int, text: str, store: MemoryStore, settings: dict[str, str]) -> None:
        self.code = code
        self.text = text
        self.store = store
        self.settings = settings

    def task(self, name: str, lesson: str = FIRST) -> Status:
        return self.store.progress.lesson(lesson).task(name).status


def talk(
    *lines: str,
    start: Start | None = None,
    language: str | None = "en",
    store: MemoryStore | None = None,
    width: int = 80,
    at: str = "",
    environ: dict[str, str] | None = None,
    bell: Bell | None = None,
    forgets: TutorError | None = None,
    keeps: bool = True,
) -> Talked:
    ours, kept, target = store or MemoryStore(), Kept(), io.StringIO()
    if at:
        ours.record(Event(0.0, Did.OPENED, FIRST, at))
        start = Start(lesson=FIRST)
    outside = Outside(
        session(ours),
        kept,
        language,
        environ=environ or {},
        bell=bell or Bell(),
        forgets=forgets,
        keeps=lambda: keeps,
    )
    source = io.StringIO("".join(f"{line}\n" for line in lines))
    code = plain.run(outside, start, source, target, width=width)
    return Talked(code, target.getvalue(), ours, kept.values)


def order_numbers(at_store: MemoryStore | None = None) -> str:
    run = session(at_store).open(FIRST, "order")
    return " ".join(str(run.choices.index(c) + 1) for c in run.task.answer)  # type: ignore[union-attr]


def test_the_end_of_a_visit_that_keeps_nothing_does_not_say_otherwise() -> None:
    damaged = TutorError("store-corrupt", ExitCode.STORE, path="/x/progress.db")
    for said in (talk(forgets=damaged), talk("quit", forgets=damaged)):
        assert "Nothing was saved." in said.text
        assert "Everything is kept" not in said.text


def test_a_disk_that_filled_up_on_the_way_is_not_called_kept() -> None:
    for said in (talk(keeps=False), talk("quit", keeps=False)):
        assert "Everything is kept" not in said.text
    assert "Everything is kept" in talk("quit").text


def test_the_map_is_a_numbered_list_and_the_end_of_input_is_polite() -> None:
    said = talk()
    assert said.code == ExitCode.OK
    assert " 1. The first lesson (not started, 5 min)" in said.text
    assert " 2. The second lesson (not started, 5 min)" in said.text
    assert said.text.rstrip().endswith("The input has ended. Everything is kept.")


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_whole_lesson_in_lines(language: str) -> None:
    said = talk(
        "1", "next", order_numbers(), "next", f"file {ANSWER}", "next", "1, 3", "next", "", "quit",
        language=language,
    )  # fmt: skip
    assert said.code == ExitCode.OK
    assert said.store.progress.lesson(FIRST).status is Status.SOLVED
    words = session().course.lesson(FIRST).words[language].tasks
    assert words["fix"].debrief.strip() in said.text
    assert words["which"].explanations["claim"] in said.text


def test_no_control_character_is_ever_written() -> None:
    store = MemoryStore()
    store.record(Event(0.0, Did.DRAFTED, FIRST, "fix", text="a: \x1b[31m\x07\x9b x\u202e\n"))
    said = talk("1", "show", "check", "\x1b[A", "help", at="fix", store=store)
    assert not {c for c in said.text if ord(c) < 32 and c != "\n"} | (
        {"\x9b", "\u202e"} & set(said.text)
    )
    assert "\\x1b[31m" in said.text


@pytest.mark.parametrize("width", [24, 40, 80])
@pytest.mark.parametrize("language", ["en", "ja"])
def test_lines_keep_to_the_width(width: int, language: str) -> None:
    said = talk("help", "1", "help", "next", "help", "1", width=width, language=language)
    for line in said.text.splitlines():
        if not line.startswith("  "):  # drawings and YAML are never cut
            assert cell_width(line.removeprefix("> ")) <= width + 2
        assert line[:1] not in ("。", "、")


def test_answers_by_number_in_any_digits() -> None:
    wrong = talk("２、１、３", at="order")
    assert wrong.store.progress.lesson(FIRST).task("order").answer
    assert wrong.task("order").done
    said = talk("7", "1 1", "abc", at="order")
    assert not said.task("order").done
    assert said.text.count("These numbers are no answer here.") == 2
    assert "“abc” is not a command here. Commands: next" in said.text


def test_a_question_can_be_tried_again() -> None:
    said = talk("2", "1 3", at="which")
    assert "Not yet." in said.text
    assert "chosen, but wrong" in said.text
    assert said.task("which") is Status.SOLVED


def test_text_is_typed_up_to_a_single_dot() -> None:
    said = talk("type", *SOLUTION.splitlines(), ".", at="fix")
    assert said.task("fix") is Status.SOLVED
    japanese = talk("type", "a: 1", "。", at="fix")
    assert japanese.store.progress.lesson(FIRST).task("fix").draft == "a: 1\n"


def test_a_text_that_breaks_off_changes_nothing() -> None:
    said = talk("type", "a: 1", at="fix")
    assert said.code == ExitCode.OK
    assert said.store.progress.lesson(FIRST).task("fix").draft is None


def test_findings_are_numbered_told_and_explained() -> None:
    said = talk("check", "explain 1", "explain 99", "explain", at="fix")
    assert "things are still needed" in said.text
    assert "1. " in said.text
    assert "“check” lists them" in said.text


@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        ("", "Name the file"),
        ("missing.yaml", "missing.yaml: cannot be read"),
        (".", ".: cannot be"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(name: str, complaint: str) -> None:
    said = talk(f"file {name}", at="fix")
    assert complaint in said.text
    assert not said.task("fix").done


def test_a_file_that_is_no_text_or_too_large(tmp_path: Path) -> None:
    sjis, large = tmp_path / "sjis.yaml", tmp_path / "large.yaml"
    sjis.write_bytes("名前: 値\n".encode("shift_jis"))
    large.write_bytes(b"#" * 2_000_000)
    said = talk(f"file {sjis}", f"file {large}", at="fix")
    assert "is not UTF-8 text" in said.text.replace("\n", " ")
    assert "too large for an answer" in said.text.replace("\n", " ")


def test_the_learners_own_editor(tmp_path: Path) -> None:
    editor = tmp_path / "editor.py"
    editor.write_text(
        f"import shutil, sys\nassert open(sys.argv[1]).read() == {STARTER!r}\n"
        f"shutil.copy({str(ANSWER)!r}, sys.argv[1])\n"
    )
    said = talk("edit", at="fix", environ={"EDITOR": f"{sys.executable} {editor}"})
    assert said.task("fix") is Status.SOLVED


@pytest.mark.parametrize(
    ("environ", "complaint"),
    [
        ({}, "Set the variable EDITOR"),
        ({"EDITOR": "/nowhere/editor"}, "could not be used"),
        ({"EDITOR": "'"}, "could not be used"),
        ({"VISUAL": f"{sys.executable} -c 'raise SystemExit(1)'"}, "ended with an error"),
    ],
)
def test_an_editor_that_does_not_work(environ: dict[str, str], complaint: str) -> None:
    said = talk("edit", at="fix", environ=environ)
    assert complaint in said.text
    assert said.store.progress.lesson(FIRST).task("fix").draft is None


def test_hints_solution_reset_and_undo() -> None:
    said = talk(
        "hint", "hint", "hint", "hint", "solution", "solution yes",
        "type", "mine: 1", ".", "reset", "undo", "undo", at="fix",
    )  # fmt: skip
    events = [event.did for event in said.store.events]
    assert events.count(Did.HINTED) == 3
    assert events.count(Did.SHOWN) == 1
    assert "Hint 3/3" in said.text
    assert said.text.index("Type “solution yes” to see it.") < said.text.index("clusterIP: None")
    assert said.store.progress.lesson(FIRST).task("fix").draft == "mine: 1\n"


def test_moving_through_the_steps() -> None:
    said = talk(
        "steps", "steps 3", "back", "again", "home", "map", "quit", start=Start(lesson=FIRST)
    )
    assert "3. Write it (Write, not started)" in said.text
    assert "Step 3 of 4: Write it" in said.text
    assert said.text.count("Step 2 of 4: In which order") == 2
    assert "Goodbye." in said.text
    assert said.code == ExitCode.OK


def test_the_language_switches_and_is_kept() -> None:
    said = talk("lang ja", "lang xx", "lang", start=Start(lesson=FIRST))
    assert "最初のレッスン" in said.text
    assert translator("ja")("Languages: ja, en") in said.text
    assert said.settings == {"language": "en"}


def test_an_unknown_learner_is_asked_for_a_language() -> None:
    said = talk("？", "1", "quit", language=None)
    assert said.text.count("Choose a language.") == 2
    assert said.settings == {"language": "ja"}
    assert "最初のレッスン" in said.text
    assert talk(language=None).code == ExitCode.OK


def test_a_quiz_in_lines() -> None:
    store = MemoryStore()
    store.record(Event(1.0, Did.SOLVED, FIRST, "which"))
    said = talk("foo", "again", "2", "quit", start=Start(quiz=True, count=1), store=store)
    assert "question 1 of 1" in said.text
    assert "explanations" not in said.text
    assert Did.QUIZZED in [event.did for event in store.events]


def test_the_next_lesson_follows() -> None:
    said = talk("steps 4", "next", "next", "quit", start=Start(lesson=FIRST))
    assert "The end of the lesson “The first lesson”" in said.text
    assert "“next” opens “The second lesson”" in said.text
    assert said.text.count("The second lesson") >= 2


def test_an_interrupt_is_polite() -> None:
    class Interrupted(io.StringIO):
        def readline(self, size: int | None = -1, /) -> str:  # type: ignore[override]
            raise KeyboardInterrupt

    target = io.StringIO()
    code = plain.run(Outside(session(), Kept(), "en"), None, Interrupted(), target)
    assert code == ExitCode.INTERRUPTED
    assert "Stopped. Everything is kept." in target.getvalue()


def test_trouble_is_told_in_a_line() -> None:
    bell = Bell()
    bell.ring(TutorError("store-full", ExitCode.STORE, path="/x"))
    assert "/x: the disk is full" in talk(bell=bell).text


def test_drawings_in_ascii_when_asked_for() -> None:
    target = io.StringIO()
    outside = Outside(session(), Kept(), "en", borders="ascii")
    plain.run(outside, Start(lesson=FIRST), io.StringIO(), target)
    assert "web-0 --> web-1" in target.getvalue()


def test_it_loads_nothing_of_the_terminal_toolkit() -> None:
    program = "import sys, tutor.ui.plain; print('textual' in sys.modules, 'rich' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["False", "False"]

"""A command is declared once: what it runs, its keys and its words must hold together."""

import pytest

from tutor.i18n.linebreak import cell_width
from tutor.i18n.translator import translator
from tutor.ui.app import TutorApp
from tutor.ui.commands import COMMANDS, Command, Scope, key_name
from tutor.ui.screens.asides import HintScreen
from tutor.ui.screens.base import TutorScreen
from tutor.ui.screens.help import markdown
from tutor.ui.screens.home import HomeScreen
from tutor.ui.screens.lesson import LessonScreen
from tutor.ui.screens.palette import matches
from tutor.ui.screens.plan import PlanScreen
from tutor.ui.screens.quiz import QuizScreen
from tutor.ui.screens.stage import StageScreen
from tutor.ui.widgets.editor import Editor

OWNERS: dict[Scope, type] = {
    Scope.ANYWHERE: TutorApp,
    Scope.SCREEN: TutorScreen,
    Scope.HOME: HomeScreen,
    Scope.LESSON: LessonScreen,
    Scope.CLUSTER: StageScreen,
    Scope.PLAN: PlanScreen,
    Scope.HINT: HintScreen,
    Scope.QUIZ: QuizScreen,
    Scope.EDITOR: Editor,
}


@pytest.mark.parametrize("command", COMMANDS, ids=lambda c: f"{c.scope.value}-{c.id}")
def test_every_command_can_be_run(command: Command) -> None:
    assert callable(getattr(OWNERS[command.scope], f"action_{command.id}"))
    assert command.keys or command.letters
    assert command.label
    assert command.help


@pytest.mark.parametrize("scope", [s for s in Scope if s not in (Scope.ANYWHERE, Scope.SCREEN)])
def test_no_key_means_two_things_on_one_screen(scope: Scope) -> None:
    together = {scope, Scope.ANYWHERE, Scope.SCREEN}
    if scope is Scope.EDITOR:
        together.add(Scope.LESSON)
    keys = [
        key
        for command in COMMANDS
        if command.scope in together
        for key in (*command.keys, *command.letters)
        if (command.id, key) != ("copy", "ctrl+c")
    ]
    assert len(keys) == len(set(keys))


def test_no_command_needs_a_key_that_terminals_keep() -> None:
    eaten = {"ctrl+b", "ctrl+s", "ctrl+q", "ctrl+z", "f11", "ctrl+a", "ctrl+j", "ctrl+m", "ctrl+i"}
    for command in COMMANDS:
        if command.scope is not Scope.EDITOR and command.id != "save":
            assert {*command.keys, *command.letters} - eaten, command.id


def test_in_a_lesson_all_that_matters_has_a_function_key_and_another_one() -> None:
    for command in COMMANDS:
        if command.scope is Scope.LESSON and command.weight >= 40:
            assert any(key.startswith("f") for key in command.keys)
            assert any(not key.startswith("f") for key in command.keys)
            assert command.letters


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_help_names_every_command(language: str) -> None:
    t = translator(language)
    text = markdown((Scope.LESSON,), t)
    assert text.index(t("In a lesson")) < text.index(t("On the map of the course"))
    for command in COMMANDS:
        if command.scope is not Scope.HINT:
            assert t(command.help) in text
            assert all(key_name(key) in text for key in command.keys)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_help_is_cut_nowhere_on_a_narrow_screen(language: str) -> None:
    t = translator(language)
    text = markdown((Scope.CLUSTER,), t, 72)
    rows = [
        row for block in text.split("```text\n")[1:] for row in block.split("\n```")[0].splitlines()
    ]
    assert max(map(cell_width, rows)) <= 72
    assert len(rows) > len(COMMANDS) - 1  # something had to go on below


@pytest.mark.parametrize(
    ("key", "name"),
    [("f5", "F5"), ("ctrl+r", "Ctrl+R"), ("escape", "Esc"), ("shift+f8", "Shift+F8"), ("h", "h")],
)
def test_keys_are_written_for_people(key: str, name: str) -> None:
    assert key_name(key) == name


def test_the_palette_finds_by_any_name() -> None:
    hint = next(c for c in COMMANDS if c.id == "hint" and c.scope is Scope.LESSON)
    for wanted in ("hint", "HINT", "ｈｉｎｔ", "three hints", "f4", ""):
        assert matches(hint, wanted, translator("ja")), wanted
    assert not matches(hint, "solution", translator("en"))

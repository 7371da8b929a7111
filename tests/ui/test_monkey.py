"""Somebody who presses anything, at any size, in any order: nothing breaks, nothing is lost."""

import random

import pytest

from tests.ui.desk import SOLUTION, Desk, at_the_desk
from tutor.session.api import MemoryStore
from tutor.ui.commands import COMMANDS, key_of
from tutor.ui.screens.lesson import LessonScreen

LEAVING = {"f10", "ctrl+q", "q", "ctrl+c"}
KEYS = sorted(
    {
        key
        for command in COMMANDS
        for key in (*command.keys, *map(key_of, command.letters))
        if key not in LEAVING
    }
    | {"up", "down", "left", "right", "enter", "space", "tab", "shift+tab", "escape", "1", "2", "3"}
    | {"pageup", "pagedown", "home", "end", "backspace", "delete", "a", "minus", "colon"}
)
SIZES = [(80, 24), (60, 20), (120, 40), (20, 6), (200, 50), (34, 12)]
TEXTS = ["kind: Pod\n", "日本語「あ」。", "a: [", "\t- x\n", SOLUTION, "{" * 40, "　", "x" * 300]


@pytest.mark.parametrize("seed", range(2))
def test_a_monkey_at_the_keys(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(seed)
    store = MemoryStore()

    async def scene(desk: Desk) -> None:
        monkeypatch.setattr(desk.app, "leave", lambda: None)  # a click may be on "Quit"
        for _ in range(80):
            match chance.randrange(12):
                case 0:
                    await desk.pilot.resize_terminal(*chance.choice(SIZES))
                case 1:
                    await desk.paste(chance.choice(TEXTS))
                case 2:
                    width, height = desk.app.size
                    at = (chance.randrange(width), chance.randrange(height))
                    await desk.pilot.click(offset=at)
                case _:
                    await desk.pilot.press(chance.choice(KEYS))
            assert desk.app.crash is None
        await desk.pilot.resize_terminal(80, 24)
        await desk.pilot.pause()
        # What the session keeps is what the editor holds, once the typing rests.
        if isinstance(desk.app.screen, LessonScreen) and desk.app.screen.editor is not None:
            screen, editor = desk.app.screen, desk.app.screen.editor
            screen.keep_everything()
            assert screen.run_.text == editor.text
        for _ in range(6):
            await desk.press("escape")
        assert desk.app.crash is None
        assert desk.app.is_running

    at_the_desk(scene, store=store)

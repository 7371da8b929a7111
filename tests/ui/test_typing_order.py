"""Keys that come in a burst act in the order they were typed, in the whole application."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.ui.desk import Desk, at_the_desk, in_lesson
from tutor.ui.screens.help import HelpScreen
from tutor.ui.screens.home import HomeScreen
from tutor.ui.screens.lesson import LessonScreen
from tutor.ui.screens.palette import Palette
from tutor.ui.widgets.choices import Choices

BACKSPACE, ENTER, LEFT, RIGHT, HOME, END = "\x7f", "\r", "\x1b[D", "\x1b[C", "\x1b[H", "\x1b[F"
F1, ESC, CTRL_P, UNDO = "\x1bOP", "\x1b", "\x10", "\x1a"


def typed(keys: list[str]) -> tuple[str, int]:
    """What an editor holds after these keys, and where its cursor is."""
    text, at = "", 0
    for key in keys:
        if key == BACKSPACE:
            text, at = text[: max(at - 1, 0)] + text[at:], max(at - 1, 0)
        elif key == LEFT:
            at = max(at - 1, 0)
        elif key == RIGHT:
            at = min(at + 1, len(text))
        elif key == HOME:
            at = 0
        elif key == END:
            at = len(text)
        else:
            text, at = text[:at] + key + text[at:], at + 1
    return text, at


@pytest.mark.parametrize("keys", [
    [*"abc", BACKSPACE, *"def", LEFT, LEFT, "x"],
    [*"kind", HOME, "#", END, BACKSPACE, BACKSPACE, *"nd"],
    [*"名前", LEFT, "の", BACKSPACE, BACKSPACE, "x"],
])  # fmt: skip
def test_letters_and_other_keys_of_a_burst_keep_their_order(keys: list[str]) -> None:
    async def scene(desk: Desk) -> None:
        desk.editor.focus()
        desk.editor.put("")
        await desk.pilot.pause()
        await desk.burst("".join(keys))
        text, at = typed(keys)
        assert (desk.editor.text, desk.editor.cursor_location) == (text, (0, at))

    in_lesson(scene, "fix")


def test_any_burst_comes_to_what_the_same_keys_come_to_one_by_one() -> None:
    async def scene(desk: Desk) -> None:
        desk.editor.focus()
        one = st.sampled_from([*"ab1 あ", BACKSPACE, LEFT, RIGHT, HOME, END])

        @settings(max_examples=15, deadline=None, database=None,
                  suppress_health_check=list(HealthCheck))  # fmt: skip
        @given(st.lists(one, min_size=2, max_size=12))
        def prepare(keys: list[str]) -> None:
            bursts.append(keys)

        bursts: list[list[str]] = []
        prepare()
        for keys in bursts:
            desk.editor.put("")
            await desk.pilot.pause()
            await desk.burst("".join(keys))
            text = desk.editor.text
            # Backspace in an indentation takes two spaces, as it does one by one
            if not text.startswith(" ") and " " not in keys:
                assert text == typed(keys)[0], keys

    in_lesson(scene, "fix")


def test_a_line_end_and_what_is_typed_after_it() -> None:
    async def scene(desk: Desk) -> None:
        desk.editor.focus()
        desk.editor.put("")
        await desk.pilot.pause()
        await desk.burst(f"abc{BACKSPACE}def{ENTER}spec:{ENTER}a: 1{ENTER}{BACKSPACE}b")
        assert desk.editor.text == "abdef\nspec:\n  a: 1\nb"

    in_lesson(scene, "fix")


def test_letters_after_a_key_that_opens_a_screen_go_to_that_screen() -> None:
    async def scene(desk: Desk) -> None:
        await desk.burst(f"{CTRL_P}help{ENTER}")
        assert isinstance(desk.app.screen, HelpScreen)
        await desk.burst(f"{ESC}[[[")  # closed again; what follows is no part of Esc
        await desk.press("escape")

    at_the_desk(scene)


def test_a_screen_opened_and_closed_and_another_one_in_one_burst() -> None:
    async def scene(desk: Desk) -> None:
        await desk.burst(f"?q{CTRL_P}")
        assert isinstance(desk.app.screen, Palette | HelpScreen)

    at_the_desk(scene)


def test_a_question_is_answered_in_one_burst() -> None:
    async def scene(desk: Desk) -> None:
        assert isinstance(desk.app.screen, HomeScreen)
        await desk.burst(ENTER)
        await desk.until(lambda: isinstance(desk.app.screen, LessonScreen))
        while not desk.lesson.run_.open_for_answer:
            await desk.burst("n")
        await desk.burst(" ")
        assert desk.lesson.query_one(Choices).picked

    at_the_desk(scene)


@pytest.mark.parametrize("letters", ["？", "ｎｎｐ"])
def test_letters_of_a_japanese_input_method_keep_their_place(letters: str) -> None:
    async def both(desk: Desk, keys: str) -> None:
        await desk.burst(keys)
        shown.append((type(desk.app.screen).__name__, desk.frame))

    shown: list[tuple[str, str]] = []
    plain = letters.translate({ord(c): ord(c) - 0xFEE0 for c in letters})
    in_lesson(lambda desk: both(desk, letters + LEFT))
    in_lesson(lambda desk: both(desk, plain + LEFT))
    assert shown[0] == shown[1]

"""Words may be longer in another language: nothing overlaps, nothing falls off the screen."""

import gettext

import pytest

from tests.ui.desk import FIRST, SMALL, USUAL, WIDE, Desk, at_the_desk, in_lesson
from tutor.i18n.linebreak import cell_width
from tutor.i18n.translator import Translator
from tutor.ui.outside import Start
from tutor.ui.screens.lesson import LessonScreen
from tutor.ui.widgets.bars import KeyBar


class Wordy(Translator):
    """Says everything, and more."""

    def __init__(self, language: str) -> None:
        super().__init__(language, gettext.NullTranslations())

    def __call__(self, message: str, /, **params: object) -> str:
        return f"{super().__call__(message, **params)}、という意味の文言です"

    def n(self, singular: str, plural: str, count: int, /, **params: object) -> str:
        return f"{super().n(singular, plural, count, **params)}、という数です"


@pytest.fixture(autouse=True)
def wordy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tutor.ui.app.translator", Wordy)


def aligned(desk: Desk) -> bool:
    width, height = desk.app.size
    rows = desk.frame.splitlines()
    return len(rows) == height and all(cell_width(row) == width for row in rows)


@pytest.mark.parametrize("size", [SMALL, USUAL, WIDE])
def test_screens_hold(size: tuple[int, int]) -> None:
    async def scene(desk: Desk) -> None:
        assert aligned(desk)
        assert desk.app.screen.query_one(KeyBar).text
        for key in ("f1", "f2", "comma"):
            await desk.press(key)
            assert aligned(desk)
            await desk.press("escape")

    at_the_desk(scene, size=size, language="ja")


@pytest.mark.parametrize("size", [SMALL, USUAL, WIDE])
@pytest.mark.parametrize("task", ["order", "fix", "which"])
def test_steps_hold(size: tuple[int, int], task: str) -> None:
    async def scene(desk: Desk) -> None:
        assert aligned(desk)
        await desk.press("1", "f5")
        assert aligned(desk)
        await desk.press("f4")
        assert aligned(desk)
        await desk.press("escape", "f8")
        assert aligned(desk)

    in_lesson(scene, task, size=size, language="ja")


def test_the_end_of_a_lesson_holds() -> None:
    async def scene(desk: Desk) -> None:
        await desk.until(lambda: isinstance(desk.app.screen, LessonScreen))
        await desk.press("f8", "f8", "f8", "f8")
        assert aligned(desk)

    at_the_desk(scene, size=SMALL, start=Start(lesson=FIRST))

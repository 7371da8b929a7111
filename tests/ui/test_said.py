"""Messages at the foot are no longer there than what they speak of."""

from textual.widgets._toast import Toast

from tests.ui.desk import Desk, in_lesson
from tutor.ui.screens.help import HelpScreen


def said(desk: Desk) -> list[str]:
    return [str(toast.render()) for toast in desk.app.screen.query(Toast)]


def test_a_message_goes_with_the_step_it_speaks_of() -> None:
    async def scene(desk: Desk) -> None:
        desk.app.say("of this step")
        desk.app.say("of no page", stays=True)
        await desk.until(lambda: len(said(desk)) == 2)
        await desk.press("f8")
        await desk.until(lambda: said(desk) == ["of no page"])

    in_lesson(scene)


def test_a_message_goes_with_the_screen_it_speaks_of_and_not_for_a_dialog() -> None:
    async def scene(desk: Desk) -> None:
        desk.app.say("of the lesson")
        await desk.until(lambda: said(desk) == ["of the lesson"])
        await desk.press("f2")  # a dialog over the lesson
        await desk.until(lambda: said(desk) == ["of the lesson"])
        await desk.press("escape")
        await desk.press("f1")
        over = isinstance(desk.app.screen, HelpScreen)
        await desk.press("escape")
        await desk.press("escape")
        await desk.until(lambda: not said(desk) and over)

    in_lesson(scene)

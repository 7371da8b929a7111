"""Home, language, settings, palette, help, quiz, and how the program begins and ends."""

import asyncio
import io

import pytest
from rich.segment import Segment
from textual.color import Color
from textual.theme import Theme

from tests.ui.desk import FIRST, SMALL, SOLUTION, USUAL, WIDE, Desk, Kept, at_the_desk, session
from tutor.model.errors import ExitCode, TutorError
from tutor.model.progress import Did, Event, Status
from tutor.quiz.bank import Question
from tutor.session.api import MemoryStore
from tutor.ui import theme
from tutor.ui.app import Ascii, TutorApp, run
from tutor.ui.outside import Bell, Outside, Start
from tutor.ui.screens.help import HelpScreen
from tutor.ui.screens.home import HomeScreen
from tutor.ui.screens.language import LanguageScreen
from tutor.ui.screens.lesson import LessonScreen
from tutor.ui.screens.palette import Palette
from tutor.ui.screens.quiz import QuizScreen
from tutor.ui.screens.settings import SettingsScreen
from tutor.ui.widgets.bars import Key, KeyBar
from tutor.ui.widgets.choices import Choices
from tutor.ui.widgets.coursemap import CourseMap

LANGUAGES = ["en", "ja"]
SECOND = "volumes/second"


def solved(*lessons: str) -> MemoryStore:
    store = MemoryStore()
    for lesson in lessons:
        store.record(Event(0.0, Did.SOLVED, lesson))
    return store


# Home


@pytest.mark.parametrize("size", [SMALL, USUAL, WIDE])
@pytest.mark.parametrize("language", LANGUAGES)
def test_home_is_a_map_with_the_next_lesson_under_the_cursor(
    language: str, size: tuple[int, int]
) -> None:
    async def scene(desk: Desk) -> None:
        assert isinstance(desk.app.screen, HomeScreen)
        course_map = desk.app.screen.query_one(CourseMap)
        assert course_map.has_focus
        assert course_map.cursor == SECOND
        for lesson in desk.app.outside.session.course.lessons:
            assert lesson.titles[language].title in desk.frame
        row = next(r for r in desk.frame.splitlines() if "▶" in r)
        assert "○" in row  # status by a mark and a word, never by a colour alone
        assert desk.app.t("not started") in row
        assert desk.app.t("done") in desk.frame

    at_the_desk(scene, language=language, size=size, store=solved(FIRST))


def test_columns_of_the_map_are_aligned_whatever_the_language() -> None:
    async def scene(desk: Desk) -> None:
        from tutor.i18n.linebreak import cell_width

        rows = [r for r in desk.frame.splitlines() if "○" in r or "✓" in r]
        assert len(rows) == 2
        ends = {cell_width(row.rstrip()) for row in rows}
        assert len(ends) == 1

    at_the_desk(scene, language="ja", store=solved(FIRST))


def test_it_tells_that_one_was_here_and_goes_on_there() -> None:
    store = MemoryStore()
    store.record(Event(0.0, Did.OPENED, SECOND, "fix"))

    async def scene(desk: Desk) -> None:
        assert desk.app.screen.query_one(CourseMap).cursor == SECOND
        assert "You were here." in desk.frame
        await desk.press("enter")
        await desk.until(lambda: isinstance(desk.app.screen, LessonScreen))
        assert desk.task == "fix"

    at_the_desk(scene, store=store)


def test_a_click_opens_a_lesson() -> None:
    async def scene(desk: Desk) -> None:
        rows = desk.frame.splitlines()
        y = next(i for i, row in enumerate(rows) if "The second lesson" in row)
        await desk.pilot.click(offset=(8, y))
        await desk.until(lambda: isinstance(desk.app.screen, LessonScreen))
        assert desk.lesson.run_.lesson.id == SECOND

    at_the_desk(scene)


def test_the_map_shows_what_was_done_when_one_comes_back() -> None:
    async def scene(desk: Desk) -> None:
        await desk.press("enter", "f8", "escape")
        assert isinstance(desk.app.screen, HomeScreen)
        assert "in progress" in desk.frame
        assert "You were here." in desk.frame

    at_the_desk(scene)


def test_a_damaged_lesson_is_told_of_and_stops_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scene(desk: Desk) -> None:
        def broken(*_: object) -> None:
            raise TutorError("lesson-invalid", file="x/lesson.yaml", problem="no tasks")

        monkeypatch.setattr(desk.app.outside.session, "open", broken)
        await desk.press("enter")
        assert isinstance(desk.app.screen, HomeScreen)
        assert "x/lesson.yaml" in desk.frame

    at_the_desk(scene)


# Language


@pytest.mark.parametrize(("keys", "language"), [(["enter"], "ja"), (["down", "enter"], "en")])
def test_an_unknown_learner_is_asked_for_a_language_first(keys: list[str], language: str) -> None:
    async def scene(desk: Desk) -> None:
        assert isinstance(desk.app.screen, LanguageScreen)
        assert "日本語" in desk.frame
        assert "English" in desk.frame
        await desk.press(*keys)
        assert isinstance(desk.app.screen, HomeScreen)
        assert desk.app.language == desk.settings["language"] == language

    at_the_desk(scene, language=None)


def test_one_key_switches_the_language_and_the_key_names_the_other_one() -> None:
    async def scene(desk: Desk) -> None:
        assert "F3 日本語" in desk.frame
        await desk.press("down", "ctrl+l")
        assert "F3 English" in desk.frame
        assert "次のレッスン" in desk.frame
        assert desk.app.screen.query_one(CourseMap).cursor == SECOND

    at_the_desk(scene)


# Settings, palette, help


def test_settings_change_at_once_and_are_kept() -> None:
    async def scene(desk: Desk) -> None:
        await desk.press("comma")
        assert isinstance(desk.app.screen, SettingsScreen)
        await desk.press("down", "enter")
        assert desk.app.theme == theme.LIGHT
        assert not desk.app.current_theme.dark
        await desk.press("down", "enter")
        assert desk.app.borders_are_ascii
        await desk.press("up", "up", "enter")
        assert desk.settings == {"theme": "light", "borders": "ascii", "language": "ja"}
        await desk.press("escape")
        assert isinstance(desk.app.screen, HomeScreen)
        assert "最初のレッスン" in desk.frame

    at_the_desk(scene)


def test_a_setting_that_cannot_be_kept_is_told() -> None:
    class Full(Kept):
        def set(self, name: str, value: str) -> None:
            raise TutorError("store-full", ExitCode.STORE, path="/x/progress.db")

    async def scene() -> None:
        app = TutorApp(Outside(session(), Full(), "en"))
        async with app.run_test(size=USUAL, notifications=True) as pilot:
            await pilot.press("f3")
            await pilot.pause()
            assert app.language == "ja"
            assert any("/x/progress.db" in n.message for n in app._notifications)

    asyncio.run(scene())


def test_a_visit_that_keeps_nothing_says_so_on_the_screen_and_never_says_it_keeps() -> None:
    async def scene(desk: Desk) -> None:
        assert "Nothing is saved" in desk.frame.splitlines()[0]
        assert any("/x/progress.db" in n.message for n in desk.app._notifications)
        await desk.press("ctrl+s", "ctrl+c")
        assert not any("Everything is kept" in n.message for n in desk.app._notifications)

    damaged = TutorError("store-corrupt", ExitCode.STORE, path="/x/progress.db")
    at_the_desk(scene, forgets=damaged)


def test_the_palette_runs_a_command_found_by_its_name() -> None:
    async def scene(desk: Desk) -> None:
        await desk.press("f2")
        assert isinstance(desk.app.screen, Palette)
        await desk.type("ｌａｎｇ")
        await desk.press("enter")
        assert desk.app.language == "ja"
        assert isinstance(desk.app.screen, HomeScreen)
        await desk.press("f2")
        await desk.type("nothing of that name")
        await desk.press("enter", "escape")
        assert isinstance(desk.app.screen, HomeScreen)

    at_the_desk(scene)


def test_the_palette_runs_commands_of_the_screen_below() -> None:
    async def scene(desk: Desk) -> None:
        await desk.until(lambda: isinstance(desk.app.screen, LessonScreen))
        await desk.press("colon")
        await desk.type("next step")
        await desk.press("enter")
        await desk.until(lambda: desk.task == "order")

    at_the_desk(scene, start=Start(lesson=FIRST))


@pytest.mark.parametrize("key", ["f1", "question_mark"])
def test_help_lists_the_keys_and_goes_back(key: str) -> None:
    async def scene(desk: Desk) -> None:
        await desk.press(key)
        assert isinstance(desk.app.screen, HelpScreen)
        assert "Open the selected lesson" in desk.frame
        await desk.press(key)
        await desk.press("escape")
        assert isinstance(desk.app.screen, HomeScreen)

    at_the_desk(scene)


def test_the_line_of_keys_drops_the_least_important_first() -> None:
    bar = KeyBar()
    bar.show(tuple(Key(f"F{n}", "label", "screen.x", 100 - n) for n in range(1, 9)))
    assert len(bar.fitting(200)) == 8
    assert [key.key for key in bar.fitting(30)] == ["F1", "F2", "F3"]
    assert bar.fitting(2) == ()


def test_keys_at_the_foot_can_be_clicked() -> None:
    async def scene(desk: Desk) -> None:
        foot = desk.frame.splitlines()[-1]
        await desk.pilot.click(offset=(foot.index("Help") + 1, USUAL[1] - 1))
        assert isinstance(desk.app.screen, HelpScreen)

    at_the_desk(scene)


# Quiz


def done_once() -> MemoryStore:
    store = solved(FIRST, SECOND)
    for lesson in (FIRST, SECOND):
        store.record(Event(1.0, Did.ANSWERED, lesson, "which", ("name",), right=False))
        store.record(Event(2.0, Did.SOLVED, lesson, "which"))
    return store


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_quiz_asks_explains_and_ends(language: str) -> None:
    async def scene(desk: Desk) -> None:
        await desk.until(lambda: isinstance(desk.app.screen, QuizScreen))
        screen = desk.app.screen
        assert isinstance(screen, QuizScreen)
        total = len(screen.round.asked)
        assert total > 0
        for _ in range(total):
            asked = screen.round.current
            assert asked is not None
            await desk.press("f8")  # not before it is answered
            assert screen.round.current is asked
            await desk.press("1", "f5")
            assert screen.round.marked is not None
            assert isinstance(asked.question, Question)
            said = asked.question.words(language)
            shown = screen.query_one(Choices).text.replace("\n", "").replace(" ", "")
            for why in said.explanations.values():
                assert why.replace("`", "").replace(" ", "") in shown
            await desk.press("f3", "f3", "enter")
        assert screen.round.finished
        assert Did.QUIZZED in [event.did for event in desk.store.events]
        await desk.press("enter")
        assert isinstance(desk.app.screen, HomeScreen)

    at_the_desk(scene, start=Start(quiz=True), store=done_once(), language=language)


def test_a_quiz_can_be_left_at_any_time() -> None:
    async def scene(desk: Desk) -> None:
        await desk.press("f5")
        await desk.until(lambda: isinstance(desk.app.screen, QuizScreen))
        await desk.press("1", "escape")
        assert isinstance(desk.app.screen, HomeScreen)

    at_the_desk(scene, store=done_once())


# How it looks


def test_ascii_mode_draws_nothing_but_ascii_and_words() -> None:
    async def scene(desk: Desk) -> None:
        drawn: set[str] = set()
        await desk.press("f1", "escape", "comma", "escape", "enter")
        for _ in range(4):
            for lines in desk.app.screen._compositor.render_strips():
                drawn |= {c for segment in lines for c in segment.text}
            await desk.press("f8")
        strange = {c for c in drawn if not c.isascii() and not c.isalpha() and c not in "。、ー"}
        assert not strange

    at_the_desk(scene, borders="ascii")


def test_the_ascii_filter_keeps_styles_and_widths() -> None:
    before = [Segment("┌─名─┐"), Segment("│x│")]
    after = Ascii().apply(before, Color.parse("black"))
    assert [segment.text for segment in after] == ["+-名-+", "|x|"]
    assert [s.cell_length for s in after] == [s.cell_length for s in before]


def test_without_colours_every_colour_is_grey() -> None:
    async def scene(desk: Desk) -> None:
        await desk.press("enter")
        greys = {
            color.get_truecolor()
            for lines in desk.app.screen._compositor.render_strips()
            for segment in lines
            if segment.style
            for color in (segment.style.color, segment.style.bgcolor)
            if color is not None
        }
        assert greys
        assert all(c.red == c.green == c.blue for c in greys)

    at_the_desk(scene, color=False)


@pytest.mark.parametrize("each", theme.THEMES, ids=lambda t: t.name)
def test_words_can_be_read_on_their_ground(each: Theme) -> None:
    colors = {**each.to_color_system().generate(), **each.variables}
    grounds = ("background", "surface")
    for name in (
        "foreground", "quiet", "code", "yaml-key", "yaml-text", "yaml-number", "yaml-comment",
        "yaml-mark", "finding-error", "finding-warning", "finding-advice", "footer-key-foreground",
    ):  # fmt: skip
        for ground in grounds:
            text, back = Color.parse(colors[name]), Color.parse(colors[ground])
            assert contrast(text, back) >= 4.5, (name, ground)
    pairs = [
        ("block-cursor-foreground", "block-cursor-background"),
        ("block-cursor-blurred-foreground", "block-cursor-blurred-background"),
        ("foreground", "panel"),
        ("footer-key-foreground", "panel"),
        ("code", "code-background"),
    ]
    for text_name, ground in pairs:
        assert contrast(Color.parse(colors[text_name]), Color.parse(colors[ground])) >= 4.5, ground


def contrast(one: Color, other: Color) -> float:
    """WCAG 2 contrast of two opaque colours."""

    def light(color: Color) -> float:
        parts = [
            c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in color.normalized
        ]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    high, low = sorted((light(one), light(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


# Beginning and end


def test_nothing_is_painted_where_there_is_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.StringIO()
    monkeypatch.setattr("sys.stdout", out)
    with pytest.raises(TutorError) as caught:
        run(Outside(session(), Kept(), "en"), on_crash=lambda _: 70)
    assert caught.value.code == "terminal-needed"
    assert out.getvalue() == ""


def test_trouble_from_outside_is_told_even_if_it_came_before() -> None:
    bell = Bell()
    bell.ring(TutorError("store-full", ExitCode.STORE, path="/early"))

    async def scene(desk: Desk) -> None:
        assert "/early" in desk.frame
        bell.ring(TutorError("store-busy", ExitCode.STORE, path="/late"))
        await desk.pilot.pause()
        assert "/late" in desk.frame

    at_the_desk(scene, bell=bell, size=WIDE)


def test_one_interrupt_says_how_to_leave() -> None:
    async def scene(desk: Desk) -> None:
        await desk.press("ctrl+c")
        assert desk.app.is_running
        assert "again to quit" in desk.frame

    at_the_desk(scene)


def test_a_bug_ends_without_a_traceback_and_is_handed_on(capfd: pytest.CaptureFixture[str]) -> None:
    app = TutorApp(Outside(session(), Kept(), "en"))

    async def play() -> None:
        async def trip() -> None:
            raise ZeroDivisionError

        async with app.run_test(size=USUAL) as pilot:
            app.call_later(trip)
            await pilot.pause(0.1)

    with pytest.raises(ZeroDivisionError):
        asyncio.run(play())
    assert isinstance(app.crash, ZeroDivisionError)
    said = capfd.readouterr()
    assert "Traceback" not in said.out + said.err


def test_after_everything_is_done_the_map_says_so() -> None:
    async def scene(desk: Desk) -> None:
        home = desk.app.outside.session.home()
        assert home.following is None
        assert all(row.status is Status.SOLVED for row in home.rows)
        assert "2 of 2 lessons done" in desk.frame
        assert SOLUTION

    at_the_desk(scene, store=solved(FIRST, SECOND))

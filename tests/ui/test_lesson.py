"""A lesson on the screen: what is done to the session first, what is drawn second."""

import pytest

from tests.ui.desk import FIRST, SMALL, SOLUTION, STARTER, USUAL, WIDE, Desk, in_lesson
from tutor.model.errors import TutorError
from tutor.model.progress import Did, Event, Status
from tutor.session.api import Grade, MemoryStore
from tutor.ui.screens.asides import HintScreen, SolutionScreen
from tutor.ui.screens.confirm import Confirm
from tutor.ui.screens.explain import ExplainScreen
from tutor.ui.screens.finished import FinishedScreen
from tutor.ui.screens.home import HomeScreen
from tutor.ui.screens.lesson import LessonScreen
from tutor.ui.widgets.bars import KeyBar
from tutor.ui.widgets.choices import Choices
from tutor.ui.widgets.findings import Findings
from tutor.ui.widgets.outline import Outline
from tutor.ui.widgets.prose import Prose
from tutor.ui.widgets.push import Push
from tutor.ui.widgets.workbench import Workbench

LANGUAGES = ["en", "ja"]


def did(desk: Desk) -> list[Did]:
    return [event.did for event in desk.store.events]


# Reading


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_opens_at_the_first_step_and_goes_on_by_a_key_alone(language: str) -> None:
    async def scene(desk: Desk) -> None:
        title = desk.lesson.run_.lesson.titles[language].title
        assert title in desk.frame
        assert "web-0 ──→ web-1" in desk.frame
        await desk.pilot.pause(0.3)
        assert desk.task == "why"
        await desk.press("f8")
        assert desk.task == "order"
        assert desk.store.progress.lesson(FIRST).task("why").status is Status.SOLVED

    in_lesson(scene, language=language)


def test_enter_on_the_button_and_a_click_go_on_too() -> None:
    async def scene(desk: Desk) -> None:
        await desk.pilot.click("#onward")
        assert desk.task == "order"
        await desk.press("p")
        assert desk.task == "why"
        desk.lesson.query_one("#onward").focus()
        await desk.press("enter")
        assert desk.task == "order"

    in_lesson(scene)


def test_enter_turns_the_page_and_then_goes_on() -> None:
    async def scene(desk: Desk) -> None:
        reading = desk.lesson.query_one("#reading")
        assert reading.max_scroll_y > 0
        await desk.press("enter")
        assert desk.task == "why"
        assert reading.scroll_y > 0
        await desk.press("space", "space", "space")
        assert desk.task == "why"
        await desk.press("enter")
        assert desk.task == "order"

    in_lesson(scene, size=(60, 10))


def test_a_letter_through_a_japanese_input_method_is_the_letter() -> None:
    async def scene(desk: Desk) -> None:
        await desk.type("ｎ")
        await desk.until(lambda: desk.task == "order")

    in_lesson(scene)


def test_the_steps_can_be_clicked() -> None:
    async def scene(desk: Desk) -> None:
        line = desk.frame.splitlines()[1]
        await desk.pilot.click(Outline, offset=(line.index("○ 3"), 0))
        assert desk.task == "fix"

    in_lesson(scene)


# Questions


def test_an_order_is_picked_by_digits_and_taken_back() -> None:
    async def scene(desk: Desk) -> None:
        choices = desk.lesson.query_one(Choices)
        shown = desk.lesson.run_.choices
        await desk.press("1", "3")
        assert list(choices.picked) == [shown[0], shown[2]]
        await desk.press("backspace", "2", "1")
        assert list(choices.picked) == [shown[1]]

    in_lesson(scene, "order")


def test_a_prediction_is_answered_once_and_explained_in_words() -> None:
    async def scene(desk: Desk) -> None:
        right = desk.lesson.run_.task.answer  # type: ignore[union-attr]
        for choice in right:
            await desk.press(str(desk.lesson.run_.choices.index(choice) + 1))
        await desk.press("f5")
        assert desk.store.events[-2].did is Did.ANSWERED
        assert desk.store.events[-2].right
        assert "Right." in desk.frame
        assert "place 1 is right" in desk.frame
        await desk.press("1")
        assert did(desk).count(Did.ANSWERED) == 1
        assert desk.lesson.query_one("#reading").region.bottom == WIDE[1] - 1

    in_lesson(scene, "order", size=WIDE)


def test_a_wrong_prediction_is_compared() -> None:
    async def scene(desk: Desk) -> None:
        await desk.press("1", "2", "3", "f5")
        assert desk.store.progress.lesson(FIRST).task("order").status.done
        assert "It goes differently." in desk.frame
        assert desk.lesson.query_one("#reading").region.bottom == USUAL[1] - 1
        assert "It waits for nobody." in desk.lesson.query_one(Choices).text

    in_lesson(scene, "order")


def test_an_answer_that_is_none_says_what_is_asked_for() -> None:
    async def scene(desk: Desk) -> None:
        await desk.press("1", "f5")
        assert Did.ANSWERED not in did(desk)
        assert "the first one first" in desk.frame

    in_lesson(scene, "order")


def test_a_question_may_be_tried_again() -> None:
    async def scene(desk: Desk) -> None:
        choices = desk.lesson.query_one(Choices)
        await desk.press("2", "f5")
        assert "Not yet." in desk.frame
        assert "A new Pod gets a new address." in choices.text
        assert "The claim belongs" not in choices.text
        await desk.press("2", "1", "3")
        assert "A new Pod" not in choices.text.replace("Its", "")  # it spoke of another answer
        await desk.press("f5")
        assert desk.store.progress.lesson(FIRST).task("which").status is Status.SOLVED
        assert "The claim belongs" in choices.text

    in_lesson(scene, "which")


def test_choices_by_mouse() -> None:
    async def scene(desk: Desk) -> None:
        rows = desk.frame.splitlines()
        for name in ("Its name", "Its claim"):
            y = next(i for i, row in enumerate(rows) if name in row)
            await desk.pilot.click(offset=(12, y))
        await desk.pilot.click("#act")
        assert desk.store.progress.lesson(FIRST).task("which").status is Status.SOLVED

    in_lesson(scene, "which")


# Writing


def test_a_check_that_fails_says_what_is_still_needed() -> None:
    async def scene(desk: Desk) -> None:
        await desk.press("f5")
        checked = desk.store.events[-1]
        assert checked.did is Did.CHECKED
        assert not checked.right
        assert f"Not yet: {len(checked.codes)} things are still needed" in desk.frame
        assert not desk.lesson.run_.here.status.done

    in_lesson(scene, "fix")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_solution_solves_it_and_the_debrief_waits_for_a_key(language: str) -> None:
    async def scene(desk: Desk) -> None:
        await desk.show(SOLUTION)
        await desk.press("f5")
        assert desk.store.progress.lesson(FIRST).task("fix").status is Status.SOLVED
        debrief = desk.lesson.run_.words(language).debrief.strip()
        assert debrief in desk.frame
        await desk.pilot.pause(0.3)
        assert desk.task == "fix"

    in_lesson(scene, "fix", language=language)


def test_a_question_is_answered_and_a_text_is_checked() -> None:
    async def asks(desk: Desk) -> None:
        assert "F5 Answer" in desk.lesson.query_one(KeyBar).text

    async def writes(desk: Desk) -> None:
        assert "F5 Check" in desk.lesson.query_one(KeyBar).text

    in_lesson(asks, "order")
    in_lesson(writes, "fix")


def test_live_findings_follow_the_text_and_record_no_attempt() -> None:
    async def scene(desk: Desk) -> None:
        before = {told.finding.code for told in desk.lesson.bench.told}
        assert before
        await desk.show(SOLUTION)
        assert not any(told.blocking for told in desk.lesson.bench.told)
        assert "F5 checks it" in desk.frame
        await desk.show("kind: [")
        assert desk.lesson.bench.told[0].finding.code.startswith("YAML")
        assert Did.CHECKED not in did(desk)

    in_lesson(scene, "fix")


def test_an_older_answer_is_never_drawn_over_newer_text() -> None:
    async def scene(desk: Desk) -> None:
        from concurrent.futures import Future

        old: Future[Grade] = Future()
        old.set_result(desk.lesson.session.live("kind: ["))
        await desk.show(SOLUTION)
        marks = list(desk.lesson.bench.told)
        desk.lesson.bench.post_message(Workbench.Judged("kind: [", old))
        await desk.pilot.pause()
        assert list(desk.lesson.bench.told) == marks

    in_lesson(scene, "fix")


def test_a_text_the_checker_trips_over_locks_nobody_out(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scene(desk: Desk) -> None:
        def trip(text: str) -> Grade:
            raise ZeroDivisionError(text)

        monkeypatch.setattr(desk.lesson.session, "live", trip)
        desk.editor.put("a: 1")
        await desk.until(lambda: "a bug of the tutor" in desk.frame.replace("\n", " "))
        assert isinstance(desk.app.crash, ZeroDivisionError)
        await desk.press("f5", "escape", "escape")
        assert isinstance(desk.app.screen, HomeScreen)

    in_lesson(scene, "fix")


def test_a_finding_is_jumped_to_and_explained() -> None:
    async def scene(desk: Desk) -> None:
        desk.editor.move_cursor((0, 0))
        await desk.press("f6")
        first = min(t.finding.span.line for t in desk.lesson.bench.told if t.finding.span.line > 1)
        assert desk.editor.cursor_location[0] + 1 == first
        findings = desk.lesson.query_one(Findings)
        assert findings.current is not None
        code = findings.current.finding.code
        await desk.press("f7")
        assert isinstance(desk.app.screen, ExplainScreen)
        assert code in desk.frame
        await desk.press("f3")
        assert code in desk.frame
        await desk.press("escape")
        assert isinstance(desk.app.screen, LessonScreen)

    in_lesson(scene, "fix")


def test_choosing_a_finding_goes_to_its_line() -> None:
    async def scene(desk: Desk) -> None:
        findings = desk.lesson.query_one(Findings)
        findings.focus()
        await desk.press("down", "enter")
        current = findings.told[1].finding
        assert desk.editor.has_focus
        assert desk.editor.cursor_location == (current.span.line - 1, current.span.column - 1)

    in_lesson(scene, "fix")


def test_the_finding_of_the_line_is_the_one_told_in_full() -> None:
    async def scene(desk: Desk) -> None:
        told = desk.lesson.bench.told[-1]
        desk.editor.focus()
        desk.editor.move_cursor((told.finding.span.line - 1, 0))
        await desk.pilot.pause()
        current = desk.lesson.query_one(Findings).current
        assert current is not None
        assert current.finding.span.line == told.finding.span.line

    in_lesson(scene, "fix")


@pytest.mark.parametrize("size", [USUAL, WIDE])
def test_hints_come_one_by_one(size: tuple[int, int]) -> None:
    async def scene(desk: Desk) -> None:
        hints = desk.lesson.run_.words("en").hints
        for number in (1, 2, 3, 3):
            await desk.press("escape" if isinstance(desk.app.screen, HintScreen) else "f1")
            if not isinstance(desk.app.screen, LessonScreen):
                await desk.press("escape")
            await desk.press("f4")
            assert f"Hint {number}/3" in desk.frame
            assert hints[number - 1].replace("`", "").split("\n")[0] in desk.frame
        assert did(desk).count(Did.HINTED) == 3

    in_lesson(scene, "fix", size=size)


def test_the_solution_is_confirmed_marked_and_can_be_taken() -> None:
    async def scene(desk: Desk) -> None:
        await desk.press("f9")
        assert isinstance(desk.app.screen, Confirm)
        await desk.press("escape")
        assert Did.SHOWN not in did(desk)
        await desk.press("f9")
        desk.app.screen.query_one("#yes").focus()
        await desk.press("enter")
        assert isinstance(desk.app.screen, SolutionScreen)
        assert "apiVersion: apps/v1" in desk.frame
        desk.app.screen.query_one("#act").focus()
        await desk.press("enter")
        await desk.judged()
        await desk.press("f5")
        assert desk.store.progress.lesson(FIRST).task("fix").status is Status.SOLVED_WITH_SOLUTION
        assert "done with the solution" in desk.frame
        await desk.press("ctrl+z") if desk.editor.has_focus else desk.editor.undo()
        assert desk.editor.text == STARTER

    in_lesson(scene, "fix")


def test_starting_over_can_be_undone_in_two_ways() -> None:
    async def scene(desk: Desk) -> None:
        await desk.show("mine: 1\n")
        await desk.press("f12")
        assert desk.editor.text == STARTER
        await desk.press("shift+f12")
        assert desk.editor.text == "mine: 1\n"
        await desk.press("f12")
        desk.editor.focus()
        await desk.press("ctrl+z")
        assert desk.editor.text == "mine: 1\n"

    in_lesson(scene, "fix")


# Nothing typed is lost


async def leave_by_escape(desk: Desk) -> None:
    await desk.press("escape", "escape")


async def leave_by_quitting(desk: Desk) -> None:
    await desk.press("ctrl+q")


async def leave_by_interrupt(desk: Desk) -> None:
    await desk.press("ctrl+c", "ctrl+c")


async def leave_by_next(desk: Desk) -> None:
    await desk.press("f8")


@pytest.mark.parametrize(
    "leave", [leave_by_escape, leave_by_quitting, leave_by_interrupt, leave_by_next]
)
def test_what_was_typed_is_kept_however_one_leaves(leave: object) -> None:
    store = MemoryStore()

    async def scene(desk: Desk) -> None:
        desk.editor.focus()
        desk.editor.move_cursor((0, 0))
        await desk.type("# 名前 ")
        await leave(desk)  # type: ignore[operator]

    in_lesson(scene, "fix", store=store)
    draft = store.progress.lesson(FIRST).task("fix").draft
    assert draft == "# 名前 " + STARTER


def test_what_was_typed_is_kept_within_a_second_without_leaving() -> None:
    async def scene(desk: Desk) -> None:
        desk.editor.focus()
        await desk.type("#")
        await desk.until(lambda: Did.DRAFTED in did(desk))

    in_lesson(scene, "fix")


def test_a_draft_is_there_again_the_next_time() -> None:
    store = MemoryStore()
    store.record(Event(0.0, Did.OPENED, FIRST, "fix"))
    store.record(Event(1.0, Did.DRAFTED, FIRST, "fix", text="kept: 日本\n"))

    async def scene(desk: Desk) -> None:
        assert desk.task == "fix"
        assert desk.editor.text == "kept: 日本\n"

    in_lesson(scene, store=store)


def test_every_step_keeps_its_own_editor_and_history() -> None:
    async def scene(desk: Desk) -> None:
        desk.editor.focus()
        desk.editor.move_cursor((2, 1))
        await desk.type("x")
        text = desk.editor.text
        await desk.press("f8")
        assert desk.task == "which"
        await desk.press("p")
        assert desk.editor.text == text
        assert desk.editor.cursor_location == (2, 2)
        desk.editor.undo()
        assert desk.editor.text == STARTER

    in_lesson(scene, "fix")


def test_escape_goes_back_one_step_at_a_time() -> None:
    async def scene(desk: Desk) -> None:
        desk.editor.focus()
        await desk.press("escape")
        assert desk.lesson.query_one("#reading").has_focus
        await desk.press("escape")
        assert isinstance(desk.app.screen, HomeScreen)

    in_lesson(scene, "fix")


# Language, sizes, the end


def test_the_language_changes_around_the_learner() -> None:
    async def scene(desk: Desk) -> None:
        editor = desk.editor
        editor.focus()
        await desk.show(SOLUTION + "# " + "\n# ".join(map(str, range(30))))
        editor.move_cursor((40, 2))
        await desk.type("あ")
        await desk.judged()
        state = (editor.text, editor.cursor_location, editor.scroll_offset)
        english = desk.frame
        await desk.press("f3")
        assert desk.settings["language"] == "ja"
        assert "名前を持つPodを3つ作ります。" in desk.frame
        assert "Make three Pods" not in desk.frame
        assert desk.lesson.editor is editor
        assert editor.has_focus
        assert (editor.text, editor.cursor_location, editor.scroll_offset) == state
        await desk.press("f3")
        assert desk.frame == english
        editor.undo()
        assert "あ" not in editor.text

    in_lesson(scene, "fix", size=WIDE)


def test_the_language_changes_the_words_of_findings() -> None:
    async def scene(desk: Desk) -> None:
        english = desk.lesson.bench.told[0]
        await desk.press("f3")
        japanese = desk.lesson.bench.told[0]
        assert japanese.finding == english.finding
        assert japanese.message != english.message
        assert japanese.title != english.title

    in_lesson(scene, "fix")


def test_a_language_in_which_the_lesson_is_damaged_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def scene(desk: Desk) -> None:
        words = desk.lesson.run_.lesson.words

        class Damaged(dict[str, object]):
            def __getitem__(self, language: str) -> object:
                if language == "ja":
                    raise TutorError("lesson-invalid", file="ja/first.md", problem="no title")
                return words[language]

        monkeypatch.setitem(desk.lesson.run_.lesson.__dict__, "words", Damaged())
        await desk.press("f3")
        assert desk.app.language == "en"
        assert "ja/first.md" in desk.frame
        assert "language" not in desk.settings

    in_lesson(scene)


def test_the_page_of_a_finding_shows_a_wrong_and_a_right_manifest() -> None:
    async def scene(desk: Desk) -> None:
        desk.editor.focus()
        await desk.press("f7")
        screen = desk.app.screen
        assert isinstance(screen, ExplainScreen)
        text = screen.query_one(Prose).text
        assert text.index("wrong: [a]") < text.index("right: [b]")

    in_lesson(scene, "fix", examples=lambda code: ("wrong: [a]\n", "right: [b]\n"))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("size", [SMALL, USUAL, WIDE, (200, 60)])
@pytest.mark.parametrize("task", ["why", "order", "fix", "which"])
def test_every_step_fits_every_size(language: str, size: tuple[int, int], task: str) -> None:
    async def scene(desk: Desk) -> None:
        rows = desk.frame.splitlines()
        assert len(rows) == size[1]
        title = desk.lesson.run_.lesson.titles[language].title
        assert title in rows[0]
        assert "F8" in rows[-1]
        if task == "fix":
            desk.editor.focus()
            await desk.pilot.pause()
            assert desk.editor.size.height >= 3
            assert desk.lesson.query_one("#found").size.height >= 2

    in_lesson(scene, task, language=language, size=size)


def test_resizing_loses_nothing() -> None:
    async def scene(desk: Desk) -> None:
        editor = desk.editor
        editor.focus()
        await desk.show(SOLUTION + "# 名前\n")
        editor.move_cursor((5, 3))
        text = editor.text
        for size in (WIDE, SMALL, (30, 8), (200, 50), USUAL):
            await desk.pilot.resize_terminal(*size)
            await desk.pilot.pause()
            assert editor.text == text
            assert editor.cursor_location == (5, 3)
            assert editor.has_focus
        wide_then = desk.lesson.query_one("#reading").region
        assert wide_then.width == USUAL[0]

    in_lesson(scene, "fix")


@pytest.mark.parametrize("size", [WIDE, (170, 46)])
def test_wide_screens_put_the_text_beside_the_editor(size: tuple[int, int]) -> None:
    async def scene(desk: Desk) -> None:
        reading, editor = desk.lesson.query_one("#reading").region, desk.editor.region
        assert reading.right <= editor.x
        assert reading.y <= editor.y < reading.bottom

    in_lesson(scene, "fix", size=size)


def test_the_end_of_a_lesson_leads_on_and_back() -> None:
    async def scene(desk: Desk) -> None:
        await desk.press("f8")
        assert isinstance(desk.app.screen, FinishedScreen)
        assert "Some steps are not done yet." in desk.frame
        await desk.press("escape")
        assert desk.task == "which"
        await desk.press("f8")
        push = desk.app.screen.query_one("#onward", Push)
        assert "The second lesson" in push.label
        await desk.press("enter")
        await desk.until(lambda: isinstance(desk.app.screen, LessonScreen))
        assert desk.lesson.run_.lesson.id == "volumes/second"
        await desk.press("escape")
        assert isinstance(desk.app.screen, HomeScreen)
        assert desk.app.screen.session.run is None

    in_lesson(scene, "which")


def test_a_whole_lesson_by_keyboard_alone() -> None:
    async def scene(desk: Desk) -> None:
        await desk.press("f8")
        for choice in desk.lesson.run_.task.answer:  # type: ignore[union-attr]
            await desk.press(str(desk.lesson.run_.choices.index(choice) + 1))
        await desk.press("f5", "f8")
        await desk.press("enter")  # the button leads to the editor
        assert desk.editor.has_focus
        desk.editor.select_all()
        await desk.paste(SOLUTION)
        await desk.press("f5", "f8")
        for choice in ("name", "claim"):
            await desk.press(str(desk.lesson.run_.choices.index(choice) + 1))
        await desk.press("ctrl+r", "f8")
        assert isinstance(desk.app.screen, FinishedScreen)
        assert desk.store.progress.lesson(FIRST).status is Status.SOLVED
        assert "Lesson done" in desk.frame

    in_lesson(scene)

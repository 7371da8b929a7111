"""The whole course on the smallest usual terminal, read by somebody who turns pages and types fast.

Whatever was scrolled before, a step begins with what it asks: the question or the goal, the first
choices, and how to go on.
"""

from functools import partial
from pathlib import Path

import pytest

from tests.ui.desk import Desk, at_the_desk, course
from tutor.model.course import ChoiceTask, Lesson
from tutor.ui.outside import Start
from tutor.ui.screens.finished import FinishedScreen
from tutor.ui.screens.lesson import LessonScreen
from tutor.ui.screens.quiz import QuizScreen
from tutor.ui.widgets.choices import Choices
from tutor.ui.widgets.prose import Prose
from tutor.ui.widgets.push import Push
from tutor.ui.widgets.reading import Reading

ROOT = Path(__file__).parents[2]
PAGE_DOWN, END, TAB, F8 = "\x1b[6~", "\x1b[F", "\t", "\x1b[19~"
FIRST_CHOICES = 2
FIRST_LINES = 3
READERS = {
    "turns one page": [PAGE_DOWN, F8],
    "turns every page at once": [PAGE_DOWN * 6 + F8],
    "goes to the end and on by the letter": [END, "n"],
}


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def asked(screen: LessonScreen | QuizScreen) -> list[str]:
    """What must be in sight when a step comes up."""
    prose = _lines(screen.query_one("#prose", Prose).text)
    choices = screen.query_one(Choices)
    wanted = prose if choices.display else prose[:FIRST_LINES]
    if choices.display:
        rows = choices.lay(choices.size.width - 2)[:FIRST_CHOICES]
        wanted += [line.words.strip() for row in rows for line in row.lines]
    button = next(push for push in screen.query(Push) if push.display)
    check = next(c for c, _ in screen.commands() if c.id in {"check", "next"})
    seen = screen.label(check)
    return [*wanted, *([seen] if _below(button, screen) else [f"[ {button.label[:20]}"])]


def _below(button: Push, screen: LessonScreen | QuizScreen) -> bool:
    """The button is further down: the same command stands in the line of keys."""
    return button.region.bottom > screen.query_one(Reading).region.bottom


def moved_on(screen: QuizScreen, at: int) -> bool:
    """Whether a round has left its question."""
    return screen.round.at != at or screen.round.current is None


def in_sight(desk: Desk, where: str) -> None:
    screen = desk.app.screen
    assert isinstance(screen, LessonScreen | QuizScreen), where
    frame = desk.frame
    for line in asked(screen):
        assert line in frame, f"{where}: {line!r} is not in sight\n{frame}"


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("lesson", course(ROOT).lessons, ids=lambda lesson: lesson.id)
def test_each_step_begins_with_what_it_asks(lesson: Lesson, language: str) -> None:
    async def scene(desk: Desk) -> None:
        await desk.until(lambda: isinstance(desk.app.screen, LessonScreen))
        for who, keys in READERS.items():
            for number, task in enumerate(lesson.tasks, 1):
                assert desk.task == task.id
                in_sight(desk, f"{lesson.id}, step {number}, who {who}")
                if isinstance(task, ChoiceTask):
                    assert desk.lesson.query_one(Choices).has_focus
                for burst in keys:
                    await desk.burst(burst)
            await desk.until(lambda: isinstance(desk.app.screen, FinishedScreen))
            await desk.press("escape")
            await desk.until(lambda: isinstance(desk.app.screen, LessonScreen))
            desk.lesson.session.go(lesson.tasks[0].id)
            await desk.lesson.begin()
            await desk.pilot.pause()

    at_the_desk(scene, start=Start(lesson=lesson.id), root=ROOT, language=language)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_first_choice_is_read_with_its_question_the_last_with_the_button(language: str) -> None:
    lesson = next(one for one in course(ROOT).lessons if one.id == "volumes/a-claim-per-pod")

    async def scene(desk: Desk) -> None:
        await desk.until(lambda: isinstance(desk.app.screen, LessonScreen))
        reading = desk.lesson.query_one(Reading)
        assert reading.max_scroll_y > 0  # a question longer than the screen
        begins = asked(desk.lesson)
        await desk.press("end")
        assert f"[ {desk.lesson.query_one('#act', Push).label} ]" in desk.frame
        await desk.press("home")
        assert all(line in desk.frame for line in begins)

    at_the_desk(scene, start=Start(lesson=lesson.id), root=ROOT, language=language)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_each_question_of_a_quiz_is_in_sight_whatever_was_scrolled_before(language: str) -> None:
    async def scene(desk: Desk) -> None:
        await desk.until(lambda: isinstance(desk.app.screen, QuizScreen))
        screen = desk.app.screen
        assert isinstance(screen, QuizScreen)
        while screen.round.current is not None:
            in_sight(desk, f"question {screen.round.at + 1}")
            keep, at = desk.app.screen.query_one(Choices), screen.round.at
            order = len(screen.round.current.question.task.answer)
            for digit in range(1, order + 1):
                await desk.burst(str(digit))
            await desk.burst("c")
            assert screen.round.marked is not None, keep.picked
            await desk.burst(f"{PAGE_DOWN}{TAB}{PAGE_DOWN}n")
            await desk.until(partial(moved_on, screen, at))

    at_the_desk(scene, start=Start(quiz=True, count=12), root=ROOT, language=language)

"""A learner's desk for tests: the sample course, a store that forgets, a pilot at the keys."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from pathlib import Path

from textual._xterm_parser import XTermParser
from textual.app import App
from textual.pilot import Pilot

from tutor.course.loader import load
from tutor.model.course import Course
from tutor.model.progress import Did, Event
from tutor.session.api import MemoryStore, Session
from tutor.ui.app import TutorApp
from tutor.ui.outside import Outside, Start
from tutor.ui.screens.lesson import LessonScreen
from tutor.ui.widgets.editor import Editor

SAMPLE = Path(__file__).parents[1] / "course" / "sample"
FIRST = "start/first"
SOLUTION = (SAMPLE / "fixtures/start/first/solutions/01-below.yaml").read_text("utf-8")
STARTER = (SAMPLE / "fixtures/start/first/starter.yaml").read_text("utf-8")
SMALL, USUAL, WIDE = (60, 20), (80, 24), (120, 40)

Scene = Callable[["Desk"], Awaitable[None]]


class Kept:
    """Settings in memory."""

    def __init__(self) -> None:
        self.values: dict[str, str] = {}

    def set(self, name: str, value: str) -> None:
        self.values[name] = value


def course(root: Path = SAMPLE) -> Course:
    return load(root / "lessons", root / "fixtures")


def session(store: MemoryStore | None = None, root: Path = SAMPLE) -> Session:
    ticks = iter(range(1_000_000))
    return Session(
        course(root),
        store or MemoryStore(),
        now=lambda: float(next(ticks)),
        chance=random.Random(7),
    )


def frame(app: App[None]) -> list[str]:
    """The screen as lines of text. The one place that asks the toolkit's compositor."""
    strips = app.screen._compositor.render_strips()
    return ["".join(segment.text for segment in strip) for strip in strips]


class Desk:
    """One running application and the pilot at its keys."""

    def __init__(self, app: TutorApp, pilot: Pilot[None], store: MemoryStore, kept: Kept) -> None:
        self.app = app
        self.pilot = pilot
        self.store = store
        self.settings = kept.values

    @property
    def frame(self) -> str:
        return "\n".join(frame(self.app))

    @property
    def lesson(self) -> LessonScreen:
        screen = self.app.screen
        assert isinstance(screen, LessonScreen), screen
        return screen

    @property
    def editor(self) -> Editor:
        editor = self.lesson.editor
        assert editor is not None
        return editor

    @property
    def task(self) -> str:
        return self.lesson.run_.task_id

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def until(self, condition: Callable[[], bool], what: str = "") -> None:
        """Wait for something that another thread or a timer brings."""
        for _ in range(400):
            if condition():
                await self.pilot.pause()
                return
            await self.pilot.pause(0.01)
        raise AssertionError(f"never happened: {what or condition}\n{self.frame}")

    async def judged(self) -> None:
        """Wait for the findings of the text as it is."""
        text, screen = self.editor.text, self.lesson
        await self.until(lambda: screen.bench.judged_text == text, "the text is judged")

    async def type(self, text: str) -> None:
        """Send characters through the parser that reads the terminal; a line end is Enter."""
        parser, driver = XTermParser(), self.app._driver
        assert driver is not None
        for character in text.replace("\n", "\r"):
            for message in parser.feed(character):
                driver.process_message(message)
            await self.pilot.pause()

    async def burst(self, keys: str) -> None:
        """Send keys as a terminal does after a stall: all of them in one piece."""
        driver = self.app._driver
        assert driver is not None
        for message in XTermParser().feed(keys):
            driver.process_message(message)
        line = self.app._line
        await self.pilot.pause()
        await self.until(lambda: not line.waits, "what was typed has acted")

    async def paste(self, text: str) -> None:
        """Paste as a terminal does, in brackets."""
        parser, driver = XTermParser(), self.app._driver
        assert driver is not None
        for message in parser.feed(f"\x1b[200~{text}\x1b[201~"):
            driver.process_message(message)
        await self.pilot.pause()

    async def show(self, text: str) -> None:
        """Put a text into the editor and wait for its findings."""
        self.editor.put(text)
        await self.pilot.pause()
        await self.judged()


def at_the_desk(
    scene: Scene,
    *,
    size: tuple[int, int] = USUAL,
    language: str | None = "en",
    start: Start | None = None,
    store: MemoryStore | None = None,
    root: Path = SAMPLE,
    **more: object,
) -> None:
    """Run the application, let the scene play, and end it."""

    async def play() -> None:
        ours, kept = store or MemoryStore(), Kept()
        outside = Outside(session(ours, root), kept, language, **more)  # type: ignore[arg-type]
        app = TutorApp(outside, start)
        async with app.run_test(size=size, notifications=True) as pilot:
            await pilot.pause()
            await scene(Desk(app, pilot, ours, kept))

    asyncio.run(play())


def in_lesson(
    scene: Scene, task: str = "", *, store: MemoryStore | None = None, **options: object
) -> None:
    """The same, in the first lesson, at a step of it."""
    ours = store or MemoryStore()
    if task:
        ours.record(Event(0.0, Did.OPENED, FIRST, task))

    async def play(desk: Desk) -> None:
        await desk.until(lambda: isinstance(desk.app.screen, LessonScreen))
        if desk.lesson.editor is not None:
            await desk.judged()
        await scene(desk)

    at_the_desk(play, start=Start(lesson=FIRST), store=ours, **options)  # type: ignore[arg-type]

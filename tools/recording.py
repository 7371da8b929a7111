"""Record one lesson, from the prediction to the debrief, from the running program.

    python tools/recording.py [FOLDER] [--lang ja]

``docs/recordings/one-lesson-<lang>.svg``: a film that any browser plays, pictures and nothing else.
"""

import argparse
import asyncio
import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from screenshots import FIRST, ROW, TOP, NoSettings, press, stage, svg, to_the_editor
from textual.pilot import Pilot
from textual.strip import Strip

from tutor.cli.context import Context
from tutor.cli.study import Late
from tutor.course.loader import load, locate
from tutor.model.course import LANGUAGES, WriteTask
from tutor.session.api import MemoryStore, Session
from tutor.ui.app import TutorApp
from tutor.ui.outside import Outside, Start
from tutor.ui.screens.lesson import LessonScreen
from tutor.ui.screens.plan import PlanScreen
from tutor.ui.screens.stage import StageScreen

FOLDER = Path(__file__).parent.parent / "docs" / "recordings"
SIZE = (96, 32)
_TOP_OF = re.compile(r' y="([0-9.]+)"')
READ, LOOK, MOVE = 6.0, 3.0, 0.8
"""Seconds a picture stays: to be read, to be looked at, on the way to the next."""


@dataclass
class Film:
    """Pictures, each with how long it stays."""

    pilot: Pilot[None]
    title: str
    frames: list[tuple[str, float]] = field(default_factory=list)

    def take(self, seconds: float) -> None:
        """One picture of the screen as it is; the same one again only stays longer."""
        strips = [Strip(line) for line in self.pilot.app.screen._compositor.render_strips()]
        picture = svg(strips, self.title)
        if self.frames and self.frames[-1][0] == picture:
            picture, shown = self.frames.pop()
            seconds += shown
        self.frames.append((picture, seconds))

    async def press(self, *keys: str, stay: float = MOVE) -> None:
        """Press keys, with a picture after each; the last one stays."""
        for key in keys:
            await press(self.pilot, key)
            self.take(stay if key == keys[-1] else MOVE)

    async def follow(self, until: Callable[[StageScreen], bool]) -> None:
        """Watch what happens in the cluster, up to a moment."""
        for _ in range(400):
            screen = self.pilot.app.screen
            if isinstance(screen, StageScreen) and screen.began and until(screen):
                break
            await self.pilot.pause(0.25)
            self.take(0.4)
        else:
            raise TimeoutError
        await self.pilot.pause(0.5)
        self.take(READ)

    def animated(self) -> str:
        """The film as one SVG: each row of the screen is drawn once, and shown at its times."""
        length = sum(seconds for _, seconds in self.frames)
        head, ground = self.frames[0][0].split("\n")[0], self.frames[0][0].split("\n")[2:4]
        shown: dict[str, list[tuple[float, float]]] = {}
        at = 0.0
        for picture, seconds in self.frames:
            for row in _rows(picture):
                times = shown.setdefault(row, [])
                if times and times[-1][1] == at:
                    times[-1] = (times[-1][0], at + seconds)
                else:
                    times.append((at, at + seconds))
            at += seconds
        out = [head, f"<title>{self.title}</title>", *ground]
        for row, times in shown.items():
            out.append(f'<g visibility="hidden">{_animate(times, length)}{row}</g>')
        return "\n".join([*out, "</g>", "</svg>", ""])


def _rows(picture: str) -> list[str]:
    """What is drawn on each row of the screen."""
    rows: dict[int, list[str]] = {}
    for line in picture.split("\n")[4:-3]:
        found = _TOP_OF.search(line)
        if found:
            rows.setdefault(int((float(found[1]) - TOP) // ROW), []).append(line)
    return ["".join(lines) for lines in rows.values()]


def _animate(times: list[tuple[float, float]], length: float) -> str:
    """Visible at these times, of a film of this length."""
    marks: dict[float, str] = {0.0: "hidden"}
    for begin, end in times:
        marks[begin] = "visible"
        if end < length:
            marks[end] = "hidden"
    values = ";".join(marks.values())
    keys = ";".join(f"{at / length:.5f}".rstrip("0").rstrip(".") for at in marks)
    return (
        f'<animate attributeName="visibility" values="{values}" keyTimes="{keys}"'
        f' dur="{length:.1f}s" calcMode="discrete" repeatCount="indefinite"/>'
    )


async def lesson(film: Film) -> None:
    """Predict, play, repair, apply, watch, and take something along."""
    pilot = film.pilot
    film.take(LOOK)
    await film.press("f8", stay=READ)
    await film.press("2", "4", stay=LOOK)
    await film.press("f5", stay=READ)
    await film.press("f5")
    await stage(pilot, lambda screen: screen.stage.story is not None)
    await film.follow(lambda screen: screen.stage.comparison is not None)
    await film.press("f5", stay=LOOK)
    await to_the_editor(pilot)
    film.take(LOOK)
    screen = pilot.app.screen
    if not isinstance(screen, LessonScreen) or screen.editor is None:
        raise TypeError(screen)
    task = screen.run_.task
    if not isinstance(task, WriteTask):
        raise TypeError(task)
    await film.press("f6", stay=READ)
    screen.editor.put(task.solutions[0].text)
    await press(pilot)
    film.take(LOOK)
    await film.press("f5", stay=READ)
    await film.press("f8", stay=READ)
    await film.press("f5")
    await stage(pilot, lambda screen: screen.stage.story is not None)
    film.take(LOOK)
    await film.press("f5")
    for _ in range(200):
        if isinstance(pilot.app.screen, PlanScreen):
            break
        await pilot.pause(0.05)
    await pilot.pause(0.3)
    film.take(READ)
    await film.press("enter")
    await film.follow(lambda screen: screen.stage.finished_at is not None)
    await film.press("f5", stay=READ)
    await film.press("pagedown", stay=READ)


async def record(language: str) -> str:
    """One film, as SVG."""
    session = Session(
        load(*locate()),
        MemoryStore(),
        now=lambda: 1_700_000_000.0,
        chance=random.Random(7),  # noqa: S311
    )
    clusters = Late(Context(language), "")
    outside = Outside(session, NoSettings(), language=language, theme="dark", clusters=clusters)
    app = TutorApp(outside, Start(lesson=FIRST))
    try:
        async with app.run_test(size=SIZE, notifications=True) as pilot:
            await press(pilot)
            film = Film(pilot, f"sts-tutor ({language})")
            await lesson(film)
            return film.animated()
    finally:
        clusters.close()


def main() -> None:
    """Make the films, or the one asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=FOLDER)
    parser.add_argument("--lang", choices=LANGUAGES, action="append")
    args = parser.parse_args()
    args.folder.mkdir(parents=True, exist_ok=True)
    for language in args.lang or LANGUAGES:
        film = asyncio.run(record(language))
        (args.folder / f"one-lesson-{language}.svg").write_text(film, encoding="utf-8")


if __name__ == "__main__":
    main()

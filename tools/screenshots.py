"""Make the pictures of the docs from the running program.

    python tools/screenshots.py [FOLDER] [--only NAME] [--lang ja]

Every screen, in both languages, at 80×24 and wide, as SVG:
``docs/screenshots/<name>-<lang>-<size>.svg``. They name fonts that people have and load none.
"""

import argparse
import asyncio
import random
from collections.abc import Awaitable, Callable, Iterator
from itertools import groupby
from pathlib import Path
from xml.sax.saxutils import escape

from rich.color import Color
from rich.style import Style
from textual.pilot import Pilot
from textual.strip import Strip

from tutor.cli.context import Context
from tutor.cli.study import Late
from tutor.course.loader import load, locate
from tutor.i18n.linebreak import cell_width, char_width
from tutor.model.course import LANGUAGES, WriteTask
from tutor.model.timeline import What
from tutor.session.api import MemoryStore, Session
from tutor.ui.app import TutorApp
from tutor.ui.outside import Outside, Start
from tutor.ui.screens.lesson import LessonScreen
from tutor.ui.screens.plan import PlanScreen
from tutor.ui.screens.stage import StageScreen
from tutor.ui.widgets.clusterview import ClusterView
from tutor.ui.widgets.kubectl import Output

FOLDER = Path(__file__).parent.parent / "docs" / "screenshots"
SIZES = {"80x24": (80, 24), "wide": (132, 36)}
FONTS = "ui-monospace, 'DejaVu Sans Mono', 'Noto Sans Mono CJK JP', Menlo, Consolas, monospace"
NBSP = "\u00a0"
CELL, ROW, SIZE, WIDE_SIZE, BASE, EDGE, TOP = 8.4, 18, 14, 16, 13.5, 8.0, 8
"""Pixels: width and height of a cell, size of narrow and wide letters, base line, room around."""
FIRST = "start/what-is-a-statefulset"
Scene = Callable[[Pilot[None]], Awaitable[None]]


class NoSettings:
    """Keeps nothing."""

    def set(self, name: str, value: str) -> None:
        """Forget it."""


async def press(pilot: Pilot[None], *keys: str) -> None:
    """Press keys, and let everything settle."""
    for key in keys:
        await pilot.press(key)
        await pilot.pause()
    await pilot.pause(0.4)


async def to_the_editor(pilot: Pilot[None]) -> None:
    """Go to the first step of writing, and into its editor."""
    screen = pilot.app.screen
    if not isinstance(screen, LessonScreen):
        raise TypeError(screen)
    while screen.editor is None:
        await press(pilot, "f8")
    screen.editor.focus()
    await press(pilot)


async def home(pilot: Pilot[None]) -> None:
    """The map, a lesson under way."""
    await press(pilot, "enter", "f8", "escape")


async def reading(pilot: Pilot[None]) -> None:
    """Prose with a drawing."""
    await press(pilot, "f8", "f8")


async def prediction(pilot: Pilot[None]) -> None:
    """A prediction, answered."""
    await press(pilot, "f8", "2", "4", "f5")


async def writing(pilot: Pilot[None]) -> None:
    """The editor with findings."""
    await to_the_editor(pilot)
    await press(pilot, "f6")


async def hint(pilot: Pilot[None]) -> None:
    """Two hints open."""
    await to_the_editor(pilot)
    await press(pilot, "f4", "f4")


async def explanation(pilot: Pilot[None]) -> None:
    """The page of a finding."""
    await to_the_editor(pilot)
    await press(pilot, "f6", "f7")


async def solved(pilot: Pilot[None]) -> None:
    """The step is done."""
    await to_the_editor(pilot)
    screen = pilot.app.screen
    if not isinstance(screen, LessonScreen):
        raise TypeError(screen)
    task, editor = screen.run_.task, screen.editor
    if isinstance(task, WriteTask) and editor is not None:
        editor.put(task.solutions[0].text)
    await press(pilot, "f5")


async def finished(pilot: Pilot[None]) -> None:
    """The end of a lesson."""
    while isinstance(pilot.app.screen, LessonScreen):
        await press(pilot, "f8")


async def quiz(pilot: Pilot[None]) -> None:
    """A quiz question."""
    await press(pilot, "down", "space")


async def palette(pilot: Pilot[None]) -> None:
    """The command palette."""
    await press(pilot, "f2")


async def settings(pilot: Pilot[None]) -> None:
    """The settings."""
    await press(pilot, "comma")


async def help_(pilot: Pilot[None]) -> None:
    """All keys."""
    await press(pilot, "f1")


async def to_the_stage(pilot: Pilot[None], step: str) -> StageScreen:
    """Go to a step in a cluster, and open it."""
    screen = pilot.app.screen
    if not isinstance(screen, LessonScreen):
        raise TypeError(screen)
    while screen.run_.task_id != step:
        await press(pilot, "f8")
    if screen.run_.open_for_answer:
        await press(pilot, "1", "3", "f5")
    await press(pilot, "f5")
    return await stage(pilot, lambda screen: screen.stage.story is not None)


async def stage(pilot: Pilot[None], ready: Callable[[StageScreen], bool]) -> StageScreen:
    """Wait for something on the stage."""
    for _ in range(600):
        screen = pilot.app.screen
        if isinstance(screen, StageScreen) and screen.began and ready(screen):
            await pilot.pause(0.2)
            return screen
        await pilot.pause(0.05)
    raise TimeoutError


def tells(what: What, pod: str = "") -> Callable[[StageScreen], bool]:
    """Whether something has happened to a Pod."""

    def ready(screen: StageScreen) -> bool:
        story = screen.stage.story
        entries = story.entries if story is not None else ()
        return any(one.what is what and one.name.endswith(pod) for one in entries)

    return ready


async def step_in_cluster(pilot: Pilot[None]) -> None:
    """A step in a cluster, at its beginning."""
    await to_the_stage(pilot, "kill-one")


async def plan(pilot: Pilot[None]) -> None:
    """What applying would do."""
    await to_the_stage(pilot, "repaired")
    await press(pilot, "f5")
    for _ in range(100):
        if isinstance(pilot.app.screen, PlanScreen):
            break
        await pilot.pause(0.05)
    await press(pilot)


async def applied(pilot: Pilot[None]) -> None:
    """A rolling update half way."""
    await plan(pilot)
    await press(pilot, "enter")
    await stage(pilot, tells(What.TERMINATING, "-1"))
    await press(pilot, "f4")


async def observed(pilot: Pilot[None]) -> None:
    """Everything has come about."""
    await to_the_stage(pilot, "kill-one")
    await press(pilot, "f5")
    await stage(pilot, tells(What.READY, "-1"))
    await press(pilot, "f5")
    await stage(pilot, lambda screen: screen.stage.finished_at is not None)
    await pilot.pause(7)


async def past(pilot: Pilot[None]) -> None:
    """The past, looked at from the present."""
    await to_the_stage(pilot, "kill-one")
    await press(pilot, "f5")
    await stage(pilot, tells(What.READY, "-1"))
    pilot.app.screen.query_one("#timeline").focus()
    await press(pilot, "left", "left", "left", "left")


async def what_if(pilot: Pilot[None]) -> None:
    """Another future."""
    await past(pilot)
    await press(pilot, "f8", "down", "down", "down", "enter")
    await stage(pilot, lambda screen: screen.stage.branch is not None)


async def kubectl(pilot: Pilot[None]) -> None:
    """kubectl, typed."""
    await to_the_stage(pilot, "kill-one")
    await press(pilot, "k", *"get", "space", *"sts,pods,pvc", "enter")
    await stage(pilot, lambda screen: "NAME" in screen.query_one(Output).text)
    await press(pilot, "k")
    await pilot.pause(1)


async def played(pilot: Pilot[None]) -> None:
    """A prediction, compared with what was played."""
    await to_the_stage(pilot, "applied")
    await stage(pilot, lambda screen: screen.stage.comparison is not None)


async def trial(pilot: Pilot[None]) -> None:
    """What the first text would do."""
    await to_the_editor(pilot)
    await press(pilot, "shift+f5")
    await stage(pilot, lambda screen: screen.stage.story is not None)
    await press(pilot)


async def thing(pilot: Pilot[None]) -> None:
    """A Pod explained."""
    screen = await to_the_stage(pilot, "kill-one")
    view = screen.query_one(ClusterView)
    view.focus()
    keys = view.keys()
    view.cursor = next(key for key in keys if key.startswith("claim/"))
    await press(pilot, "f7")


async def language(pilot: Pilot[None]) -> None:
    """The first question."""
    await press(pilot)


SCENES: dict[str, tuple[Start, Scene]] = {
    "language": (Start(), language),
    "home": (Start(), home),
    "reading": (Start(lesson=FIRST), reading),
    "prediction": (Start(lesson=FIRST), prediction),
    "writing": (Start(lesson=FIRST), writing),
    "hint": (Start(lesson=FIRST), hint),
    "explanation": (Start(lesson=FIRST), explanation),
    "solved": (Start(lesson=FIRST), solved),
    "finished": (Start(lesson=FIRST), finished),
    "cluster": (Start(lesson=FIRST), step_in_cluster),
    "plan": (Start(lesson=FIRST), plan),
    "applied": (Start(lesson=FIRST), applied),
    "observed": (Start(lesson=FIRST), observed),
    "past": (Start(lesson=FIRST), past),
    "what-if": (Start(lesson=FIRST), what_if),
    "kubectl": (Start(lesson=FIRST), kubectl),
    "played": (Start(lesson=FIRST), played),
    "trial": (Start(lesson=FIRST), trial),
    "thing": (Start(lesson=FIRST), thing),
    "quiz": (Start(quiz=True), quiz),
    "palette": (Start(), palette),
    "settings": (Start(), settings),
    "help": (Start(), help_),
}


def svg(strips: list[Strip], title: str) -> str:
    """A picture of the screen.

    Not the toolkit's own export: that loads fonts from the web, and squeezes Japanese, whose
    characters take two cells, into one each.
    """
    width = max(strip.cell_length for strip in strips) * CELL + 2 * EDGE
    height = len(strips) * ROW + TOP + EDGE
    ground = next(s.style.bgcolor for s in strips[1] if s.style and s.style.bgcolor)
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{width:g}" height="{height:g}" rx="6" fill="{_hex(ground)}"/>',
        f'<g font-family="{FONTS}" font-size="{SIZE}" xml:space="preserve">',
    ]
    for number, strip in enumerate(strips):
        x, y = EDGE, TOP + number * ROW
        for segment in strip:
            style, cells = segment.style or Style(), cell_width(segment.text)
            color, back = _hex(style.color), _hex(style.bgcolor)
            if style.reverse:
                color, back = back, color
            if back and back != _hex(ground):
                out.append(
                    f'<rect x="{x:g}" y="{y:g}" width="{cells * CELL:g}" height="{ROW}"'
                    f' fill="{back}" shape-rendering="crispEdges"/>'
                )
            out += _text(segment.text, x, y, color or "#ffffff", style)
            x += cells * CELL
    return "\n".join([*out, "</g>", "</svg>", ""])


def _text(text: str, x: float, y: float, color: str, style: Style) -> Iterator[str]:
    """Runs of characters of one width, each given the room its cells take."""
    for cells, group in groupby(text, key=char_width):
        run = "".join(group)
        room = cells * len(run) * CELL
        bare = run.strip()
        if bare:
            begin = x + (len(run) - len(run.lstrip())) * cells * CELL
            look = ' font-weight="bold"' if style.bold else ""
            look += f' font-size="{WIDE_SIZE}"' if cells == 2 else ""
            look += ' font-style="italic"' if style.italic else ""
            look += ' text-decoration="underline"' if style.underline else ""
            yield (
                f'<text x="{begin:g}" y="{y + BASE:g}" fill="{color}"{look}'
                f' textLength="{len(bare) * cells * CELL:g}">'
                f"{escape(bare).replace(' ', NBSP)}</text>"
            )
        x += room


def _hex(color: Color | None) -> str:
    return color.get_truecolor().hex if color is not None else ""


async def picture(name: str, lang: str, size: tuple[int, int], theme: str = "dark") -> str:
    """One picture, as SVG."""
    start, scene = SCENES[name]
    session = Session(
        load(*locate()),
        MemoryStore(),
        now=lambda: 1_700_000_000.0,
        chance=random.Random(7),  # noqa: S311
    )
    clusters = Late(Context(lang), "")
    outside = Outside(
        session,
        NoSettings(),
        language=None if name == "language" else lang,
        theme=theme,
        clusters=clusters,
    )
    app = TutorApp(outside, start)
    try:
        async with app.run_test(size=size, notifications=True) as pilot:
            await press(pilot)
            await scene(pilot)
            strips = [Strip(line) for line in app.screen._compositor.render_strips()]
            return svg(strips, f"sts-tutor: {name} ({lang})")
    finally:
        clusters.close()


def main() -> None:
    """Make them all, or those asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=FOLDER)
    parser.add_argument("--only", choices=SCENES, action="append")
    parser.add_argument("--lang", choices=LANGUAGES, action="append")
    parser.add_argument("--theme", choices=("dark", "light"), default="dark")
    args = parser.parse_args()
    args.folder.mkdir(parents=True, exist_ok=True)
    for name in args.only or SCENES:
        for lang in args.lang or LANGUAGES:
            for label, size in SIZES.items():
                svg = asyncio.run(picture(name, lang, size, args.theme))
                (args.folder / f"{name}-{lang}-{label}.svg").write_text(svg, encoding="utf-8")


if __name__ == "__main__":
    main()

"""The terminal UI against the numbers it has to hold, as ratios within one run.

CPU time, user and system, medians. What is compared:

- first paint: the real command in a pseudo-terminal until its last line of keys is drawn, against
  ``import textual.app`` in a fresh process;
- a keystroke in a lesson's editor with live checking, against one in the toolkit's own editor with
  the same text, highlighting, size and pace of typing. Nothing is left out: the drawing, the
  checks in their thread, keeping the draft;
- a switch of the language in a lesson, against such a keystroke.
"""

import asyncio
import compileall
import contextlib
import os
import pty
import random
import resource
import select
import signal
import statistics
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator

import rich
import textual
from textual import events
from textual.app import App, ComposeResult
from textual.drivers.headless_driver import HeadlessDriver
from textual.pilot import Pilot
from textual.widgets import TextArea

import tutor
from benchmarks.measure import Row, compiled, table
from tutor.course.loader import load, locate
from tutor.model.progress import Did, Event
from tutor.session.api import MemoryStore, Session
from tutor.ui.app import TutorApp
from tutor.ui.diagnosis import REST
from tutor.ui.outside import Outside, Start
from tutor.ui.screens.lesson import LessonScreen

SIZE = (80, 24)
LESSON, TASK = "start/what-is-a-statefulset", "repair"
LINES = 200
KEYS, ROUNDS = 20, 5
SLOW, STEADY = 0.3, 0.15
"""Seconds between keys: one check for every key, and the pace of most people."""
RUNS = 9


class Drawn(HeadlessDriver):
    """Draws as for a terminal, and throws the bytes away."""

    @property
    def is_headless(self) -> bool:
        """No: a headless application is never drawn."""
        return False

    def write(self, data: str) -> None:
        """Into nothing."""


class Bare(App[None]):
    """The toolkit's own editor, alone."""

    def __init__(self, text: str) -> None:
        super().__init__(driver_class=Drawn)
        self._begin = text

    def compose(self) -> ComposeResult:
        yield TextArea(self._begin, language="yaml", show_line_numbers=True)


class NoSettings:
    def set(self, name: str, value: str) -> None:
        pass


def manifest(lines: int) -> str:
    """The lesson's manifest, as long as people's own become: with environment variables."""
    course = load(*locate())
    starter = course.lesson(LESSON).task(TASK).starter  # type: ignore[union-attr]
    room = (lines - starter.count("\n") - 1) // 2
    more = "".join(f"        - name: VALUE_{n}\n          value: '{n}'\n" for n in range(room))
    head, image, tail = starter.partition("        image: example-image\n")
    return f"{head}{image}        env:\n{more}{tail}"


def lesson(text: str) -> TutorApp:
    store = MemoryStore()
    store.record(Event(0.0, Did.OPENED, LESSON, TASK))
    store.record(Event(1.0, Did.DRAFTED, LESSON, TASK, text=text))
    session = Session(load(*locate()), store, now=time.time, chance=random.Random(1))  # noqa: S311
    app = TutorApp(Outside(session, NoSettings(), "ja"), Start(lesson=LESSON))
    app.driver_class = Drawn
    return app


def play(app: App[None], scene: Callable[[Pilot[object]], Awaitable[float]]) -> float:
    """Run an application that is drawn, and let a scene measure in it."""
    measured: list[float] = []

    async def pilot(pilot: Pilot[object]) -> None:
        await asyncio.sleep(1.0)
        measured.append(await scene(pilot))
        app.exit()

    async def run() -> None:
        await app.run_async(headless=False, size=SIZE, auto_pilot=pilot)

    asyncio.run(run())
    return measured[0]


async def typing(pilot: Pilot[object], editor: TextArea, pace: float) -> float:
    """CPU seconds of one keystroke, everything it causes included."""
    editor.cursor_blink = False  # it is drawn without a key, and would be counted with one
    pilot.app.screen.set_focus(editor)
    editor.move_cursor((12, 0))
    await asyncio.sleep(1.0)
    spent: list[float] = []
    for key in (f"{'# a word '}{'b' * KEYS}")[:KEYS]:
        begin = time.process_time()
        pilot.app.post_message(events.Key(key if key.isalnum() else "space", key))
        await asyncio.sleep(pace)
        spent.append(time.process_time() - begin)
    # Below the rest that a check waits for, one falls on a key of several: only the mean counts.
    return statistics.mean(spent) if pace < REST else statistics.median(spent)


def keystroke(text: str, pace: float) -> tuple[float, float]:
    """CPU seconds of a keystroke: in the bare editor, in the lesson."""

    async def bare(pilot: Pilot[object]) -> float:
        return await typing(pilot, pilot.app.query_one(TextArea), pace)

    async def ours(pilot: Pilot[object]) -> float:
        screen = pilot.app.screen
        assert isinstance(screen, LessonScreen)
        assert screen.editor is not None
        return await typing(pilot, screen.editor, pace)

    pairs = [(play(Bare(text), bare), play(lesson(text), ours)) for _ in range(ROUNDS)]
    return sorted(pairs, key=lambda pair: pair[1] / pair[0])[ROUNDS // 2]


async def switching(pilot: Pilot[object]) -> float:
    """CPU seconds of one switch of the language, both texts seen before."""
    app = pilot.app
    assert isinstance(app, TutorApp)
    spent: list[float] = []
    for _ in range(12):
        begin = time.process_time()
        app.action_language()
        await asyncio.sleep(0.25)
        spent.append(time.process_time() - begin)
    return statistics.median(spent[2:])


def cpu_of(arguments: list[str]) -> float:
    """CPU seconds of a process that ends by itself."""
    pid = os.posix_spawn(arguments[0], arguments, os.environ)
    return _spent(os.wait4(pid, 0)[2])


def cpu_to_first_paint(home: str) -> float:
    """CPU seconds of the real command until the last key of its foot is drawn."""
    import fcntl
    import termios

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", SIZE[1], SIZE[0], 0, 0))
    environ = {
        **os.environ,
        "STS_TUTOR_HOME": home,
        "STS_TUTOR_LANG": "ja",
        "TERM": "xterm-256color",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "tutor"],
        stdin=theirs, stdout=theirs, stderr=theirs, env=environ, start_new_session=True,
    )  # fmt: skip
    seen = b""
    while b"F10" not in seen:
        if not select.select([ours], [], [], 20)[0]:
            raise TimeoutError(seen)
        seen += os.read(ours, 65536)
    os.kill(process.pid, signal.SIGKILL)
    usage = os.wait4(process.pid, 0)[2]
    process.returncode = 0
    os.close(ours)
    os.close(theirs)
    return _spent(usage)


def _spent(usage: resource.struct_rusage) -> float:
    return usage.ru_utime + usage.ru_stime


def first_paint() -> tuple[float, float]:
    """CPU seconds of the import alone, and of the command up to its first paint."""
    with contextlib.redirect_stdout(None):
        for package in (textual, rich, tutor):
            compileall.compile_dir(package.__path__[0], quiet=2)
    imports, paints = [], []
    with tempfile.TemporaryDirectory() as home:
        for _ in range(RUNS):
            imports.append(cpu_of([sys.executable, "-c", "import textual.app"]))
            paints.append(cpu_to_first_paint(home))
    return statistics.median(imports), statistics.median(paints)


def rows() -> Iterator[Row]:
    """Measure."""
    base, paint = first_paint()
    yield Row("first paint of the TUI", paint / base, 1.8, "`import textual.app`")
    text = manifest(LINES)
    key = 0.0
    for pace, name in ((STEADY, "typing on"), (SLOW, "a check for every key")):
        bare, ours = keystroke(text, pace)
        key = key or bare
        what = f"a keystroke with live checking, {LINES} lines, {name}"
        yield Row(what, ours / bare, 1.3, "the bare editor's")
    switch = play(lesson(text), switching)
    yield Row("a switch of the language", switch / key, 6, "a bare keystroke")


if __name__ == "__main__":
    compiled()
    raise SystemExit(table(rows()))

"""The application: screens, the language, the themes; and how it begins and ends."""

import asyncio
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from io import StringIO
from time import monotonic
from typing import TYPE_CHECKING

from rich.console import Console, RenderableType
from rich.segment import Segment
from textual import events
from textual.app import App
from textual.binding import Binding
from textual.color import Color
from textual.filter import LineFilter, Monochrome
from textual.notifications import SeverityLevel

from tutor.i18n.errors import error_text
from tutor.i18n.translator import Translator, translator
from tutor.model.errors import ExitCode, TutorError
from tutor.ui import theme, words, wrapping
from tutor.ui.commands import Command, Scope
from tutor.ui.drawing import ascii_only
from tutor.ui.outside import Outside, Start
from tutor.ui.screens.base import Dialog, TutorScreen, bindings
from tutor.ui.typing_order import Line

if TYPE_CHECKING:
    from tutor.model.applying import Offer

AGAIN_SECONDS = 3.0
"""Within which a second Ctrl+C quits."""


SAID_SECONDS = 6.0
"""How long a message stays."""


@dataclass(frozen=True, slots=True)
class Said:
    """A message at the foot.

    Attributes:
        page: What it speaks of; None if of no page.
        until: When it goes at the latest, in seconds of the monotonic clock.
    """

    text: str
    serious: bool
    page: object
    until: float


class Ascii(LineFilter):
    """Draws everything in ASCII on its way to the terminal: borders, scroll bars, drawings."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The same segments, their lines and arrows drawn in ASCII."""
        return [Segment(ascii_only(s.text), s.style, s.control) for s in segments]


class TutorApp(App[None], inherit_bindings=False):
    """The tutor. Holds no state of the lessons: that is the session's."""

    ENABLE_COMMAND_PALETTE = False
    TITLE = "statefulset-tutor"
    BINDINGS = [  # noqa: RUF012  (Textual's own form)
        *bindings(Scope.ANYWHERE),
        Binding("ctrl+c", "interrupt", show=False),
    ]
    DEFAULT_CSS = """
    App { background: $background; }
    VerticalScroll { scrollbar-size-vertical: 1; scrollbar-size-horizontal: 1; }
    Tooltip { background: $panel; color: $foreground; }
    """
    CSS = """
    ToastRack { scrollbar-size: 0 0; }
    Toast {
        background: $panel;
        color: $foreground;
        width: 100%;
        max-width: 100%;
        margin: 0;
        padding: 0 1;
    }
    """

    def __init__(self, outside: Outside, start: Start | None = None) -> None:
        wrapping.install()
        super().__init__()
        self.outside = outside
        self._line = Line(self)
        self.begin = start or Start()
        self.language = outside.language or "en"
        self.interrupted = float("-inf")
        self.crash: BaseException | None = None
        self.animation_level = "none"  # what scrolls is where the keys have put it, at once
        self._said: list[Said] = []
        self.signs: Sequence[int] = ()
        """Signals that end it."""
        self.ended_by = 0
        """The signal that did."""
        self.offer: Offer | None = None
        """The cluster that was worked in last; None before any was."""
        self.typed: set[str] = set()
        """Contexts elsewhere whose names the learner has typed."""
        for each in theme.THEMES:
            self.register_theme(each)
        self.theme = theme.LIGHT if outside.theme == "light" else theme.DARK
        self._ascii = Ascii(enabled=outside.borders == "ascii")
        self._filters.append(self._ascii)
        if not outside.color and not self.no_color:
            self.no_color = True
            self._filters.append(Monochrome())

    # Keys

    async def on_event(self, event: events.Event) -> None:
        """What is typed acts in the order it was typed."""
        await self._line.take(event, super().on_event)

    def stand_in(self, key: str) -> None:
        """Take another key for the one that is being handled, before all that was typed since."""
        self._line.first(events.Key(key, None))

    # Language

    @property
    def t(self) -> Translator:
        """Strings in the learner's language."""
        return translator(self.language)

    def speak(self, language: str) -> None:
        """Speak another language, everywhere, at once. Nothing on the screen is lost."""
        if language == self.language:
            return
        before, self.language = self.language, language
        try:
            self._redraw()
        except TutorError as error:  # this lesson cannot be read in that language
            self.language = before
            self._redraw()
            self.trouble(error)
        else:
            self.keep("language", language)

    def _redraw(self) -> None:
        for screen in self.screen_stack:
            if isinstance(screen, TutorScreen):
                screen.redraw()

    def label(self, command: Command) -> str:
        """A command's words in the footer. The language key names the other language."""
        if command.id == "language":
            return words.LANGUAGE_NAMES[words.other_language(self.language)]
        return self.t(command.label)

    @staticmethod
    def action_of(command: Command) -> str:
        """The action that runs a command from anywhere on the screen."""
        return f"{'app' if command.scope is Scope.ANYWHERE else 'screen'}.{command.id}"

    # Settings

    @property
    def borders_are_ascii(self) -> bool:
        """Everything is drawn in ASCII."""
        return self._ascii.enabled

    def draw_in_ascii(self, wanted: bool) -> None:
        """Draw lines, arrows and marks in ASCII, or not."""
        if wanted != self._ascii.enabled:
            self._ascii.enabled = wanted
            self.keep("borders", "ascii" if wanted else "lines")
            self.refresh_css(animate=False)
            for screen in self.screen_stack:
                screen.refresh(layout=True)

    def dress(self, name: str) -> None:
        """Take the ``dark`` or the ``light`` theme."""
        self.theme = theme.LIGHT if name == "light" else theme.DARK
        self.keep("theme", name)

    def keep(self, name: str, value: str) -> None:
        """Keep a setting; where that fails, say so and go on."""
        try:
            self.outside.settings.set(name, value)
        except TutorError as error:
            self.trouble(error)

    def trouble(self, error: TutorError) -> None:
        """Tell of something that went wrong and does not stop the learner."""
        self.say(error_text(error, self.t), serious=True, stays=True)

    def say(self, text: str, *, serious: bool = False, stays: bool = False) -> None:
        """A short message at the foot, gone after a while, or with the page it speaks of.

        Args:
            text: The message.
            serious: It tells of something that went wrong.
            stays: It speaks of no page: it stays when the next one comes.
        """
        said = Said(text, serious, None if stays else self.page, monotonic() + SAID_SECONDS)
        self._said = [*(one for one in self._said if one.until > monotonic()), said]
        self._notify(said, SAID_SECONDS)

    def _notify(self, said: Said, seconds: float) -> None:
        kind: SeverityLevel = "warning" if said.serious else "information"
        self.notify(said.text, markup=False, severity=kind, timeout=seconds)

    @property
    def page(self) -> object:
        """What is read now; a dialog over it is no other page."""
        screens = [one for one in self.screen_stack if isinstance(one, TutorScreen)]
        pages = [one for one in screens if not isinstance(one, Dialog)]
        return pages[-1].page if pages else None

    def turn(self) -> None:
        """Another page may be in sight: take away what was said of the one before."""
        now, page = monotonic(), self.page
        stays = [one for one in self._said if one.until > now and one.page in (None, page)]
        if len(stays) < sum(one.until > now for one in self._said):
            self.clear_notifications()
            for one in stays:
                self._notify(one, one.until - now)
        self._said = stays

    # Commands that work anywhere

    def action_language(self) -> None:
        """Switch to the other language."""
        self.speak(words.other_language(self.language))

    def action_help(self) -> None:
        """Show all keys."""
        from tutor.ui.screens.help import HelpScreen

        if not isinstance(self.screen, HelpScreen):
            self.push_screen(HelpScreen(self.screen))

    def action_palette(self) -> None:
        """Find a command by its name."""
        from tutor.ui.screens.palette import Palette

        if isinstance(self.screen, TutorScreen) and not isinstance(self.screen, Palette):
            below = self.screen
            self.push_screen(Palette(below), partial(self._run_chosen, below))

    async def _run_chosen(self, below: TutorScreen[object], command: Command | None) -> None:
        if command is not None:
            await self.run_action(self.action_of(command), below)

    def action_settings(self) -> None:
        """Language, colours and borders."""
        from tutor.ui.screens.settings import SettingsScreen

        if not isinstance(self.screen, SettingsScreen):
            self.push_screen(SettingsScreen())

    def action_save(self) -> None:
        """For fingers that save: there is nothing to do."""
        if self.outside.forgets is None:
            self.say(self.t("Everything is kept as you type; there is nothing to save."))
        else:
            self.trouble(self.outside.forgets)

    def action_interrupt(self) -> None:
        """Ctrl+C: once says how to leave, twice leaves."""
        if monotonic() - self.interrupted < AGAIN_SECONDS:
            self.leave()
        else:
            self.interrupted = monotonic()
            self.say(
                self.t("Press Ctrl+C again to quit. Everything is kept.")
                if self.outside.forgets is None
                else self.t("Press Ctrl+C again to quit. Nothing is saved.")
            )

    async def action_quit(self) -> None:
        """Leave; what was typed is kept."""
        self.leave()

    def leave(self) -> None:
        """Let every screen keep what it has, and end."""
        for screen in self.screen_stack:
            if isinstance(screen, TutorScreen):
                screen.keep_everything()
        self.exit()

    # Beginning and end

    def end_at(self, signs: Sequence[int]) -> None:
        """Leave when one of these signals comes: kept and the terminal restored, as by the key."""
        loop = asyncio.get_running_loop()
        for sign in signs:
            with suppress(NotImplementedError, RuntimeError, ValueError):  # Windows, and threads
                loop.add_signal_handler(sign, self._end, sign)

    def _end(self, sign: int) -> None:
        self.ended_by = sign
        self.leave()

    def on_mount(self) -> None:
        """Open the first screen."""
        self.end_at(self.signs)
        self.outside.bell.listen(self.trouble)
        if self.outside.language is None:
            from tutor.ui.screens.language import LanguageScreen

            self.push_screen(LanguageScreen(), self._language_chosen)
        else:
            self._open_first()

    def _language_chosen(self, language: str | None) -> None:
        self.language = language or self.language
        self.keep("language", self.language)
        self._open_first()

    def _open_first(self) -> None:
        if self.outside.forgets is not None:
            self.trouble(self.outside.forgets)
            unsaved = self.t("This visit goes on without saving anything.")
            self.say(unsaved, serious=True, stays=True)
        from tutor.ui.screens.home import HomeScreen

        home = HomeScreen()
        self.push_screen(home)
        if self.begin.lesson:
            self.call_later(home.open_lesson, self.begin.lesson)
        elif self.begin.quiz:
            self.call_later(home.open_quiz, self.begin.topic, self.begin.count, self.begin.made)

    def _handle_exception(self, error: Exception) -> None:
        """Remember a bug; the caller of :func:`run` tells of it."""
        self.crash = self.crash or error
        super()._handle_exception(error)

    def panic(self, *renderables: RenderableType) -> None:
        """A thread of the driver has failed: as any bug, without its traceback on the screen."""
        if renderables:
            said = StringIO()
            Console(file=said, width=200, color_system=None).print(*renderables)
            self.crash = self.crash or RuntimeError(said.getvalue())
        super().panic()

    def _fatal_error(self) -> None:
        """No traceback on a learner's terminal."""
        self._close_messages_no_wait()


def run(
    outside: Outside,
    start: Start | None = None,
    *,
    on_crash: Callable[[BaseException], int],
    on_signal: Callable[[int], int] | None = None,
    signs: Sequence[int] = (),
) -> int:
    """Run the application until the learner leaves.

    Args:
        outside: What it works with.
        start: Where to begin.
        on_crash: Called after the terminal is itself again when a bug ended the run; keeps the
            details, tells the learner, and returns the exit code.
        on_signal: Called likewise when a signal ended the run; returns the exit code.
        signs: The signals that end it.

    Returns:
        The exit code.

    Raises:
        TutorError: ``terminal-needed``: standard input or output is no terminal.
    """
    if not (sys.stdout.isatty() and sys.stdin.isatty()):
        raise TutorError("terminal-needed", ExitCode.USAGE)
    app = TutorApp(outside, start)
    app.signs = signs
    try:
        app.run()
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED
    finally:
        outside.bell.listen(None)
    if app.crash is not None:
        return on_crash(app.crash)
    if app.ended_by and on_signal is not None:
        return on_signal(app.ended_by)
    return ExitCode.OK

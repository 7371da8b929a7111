"""What every screen has: a title, a line of keys, and the learner's language."""

import unicodedata
from typing import TYPE_CHECKING, ClassVar, TypeVar, cast

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen, Screen

from tutor.i18n.translator import Translator
from tutor.ui.commands import COMMANDS, Command, Scope, key_name, key_of
from tutor.ui.outside import Outside
from tutor.ui.widgets.bars import Key, KeyBar, TitleBar

if TYPE_CHECKING:
    from tutor.session.api import Session
    from tutor.ui.app import TutorApp

Result = TypeVar("Result")
NARROW, WIDE, VAST = "-narrow", "-wide", "-vast"
VAST_CELLS = 160


def bindings(*scopes: Scope) -> list[BindingType]:
    """The keys of the commands of these scopes."""
    return [
        Binding(",".join((*command.keys, *map(key_of, command.letters))), command.id, show=False)
        for command in COMMANDS
        if command.scope in scopes and (command.keys or command.letters)
    ]


class TutorScreen(Screen[Result]):
    """A screen.

    A subclass says what it holds (:meth:`body`), draws it in the learner's language
    (:meth:`draw`, called again whenever the language or anything else changes) and names the
    scope of its commands.
    """

    HORIZONTAL_BREAKPOINTS = [(0, NARROW), (120, WIDE)]  # noqa: RUF012  (one class at a time)
    SCOPES: ClassVar[tuple[Scope, ...]] = ()
    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.SCREEN)
    DEFAULT_CSS = """
    TutorScreen { background: $background; color: $foreground; }
    """

    @property
    def tutor(self) -> "TutorApp":
        """The application."""
        return cast("TutorApp", self.app)

    @property
    def t(self) -> Translator:
        """Strings in the learner's language."""
        return self.tutor.t

    @property
    def outside(self) -> Outside:
        """What the application was given."""
        return self.tutor.outside

    @property
    def session(self) -> "Session":
        """The learner at work."""
        return self.outside.session

    def compose(self) -> ComposeResult:
        """Title, body, keys."""
        yield TitleBar()
        yield from self.body()
        yield KeyBar()

    def body(self) -> ComposeResult:
        """What stands between the title and the keys."""
        yield from ()

    def draw(self) -> None:
        """Put the words on everything, from the state as it is."""

    @property
    def page(self) -> object:
        """What is read here; another one when something else is."""
        return self

    def on_screen_resume(self) -> None:
        """This is what one sees now."""
        self.tutor.turn()

    def title_is(self, left: str, right: str = "") -> None:
        """Set the line at the top."""
        self.query_one(TitleBar).show(left, right)

    async def on_mount(self) -> None:
        """Everything is in place."""
        await self.begin()

    async def begin(self) -> None:
        """Draw for the first time."""
        self.redraw()

    def redraw(self) -> None:
        """Draw again: the state or the language has changed."""
        self.draw()
        self.refresh_bindings()
        self.show_keys()

    def commands(self) -> list[tuple[Command, bool]]:
        """The commands that make sense now, and whether each can be given now."""
        out: list[tuple[Command, bool]] = []
        for command in COMMANDS:
            if command.scope in (*self.SCOPES, Scope.SCREEN, Scope.ANYWHERE):
                state = self.check_action(command.id, ())
                if state is not False:
                    out.append((command, bool(state)))
        return out

    def label(self, command: Command) -> str:
        """A command's words in the line of keys."""
        return self.tutor.label(command)

    def show_keys(self) -> None:
        """Fill the line of keys."""
        keys = [
            Key(
                key_name((command.keys or command.letters)[0]),
                self.label(command),
                self.tutor.action_of(command),
                command.weight,
                enabled,
            )
            for command, enabled in self.commands()
            if command.weight
        ]
        ranked = sorted(keys, key=lambda key: -key.weight)
        for bar in self.query(KeyBar):
            bar.show(tuple(ranked))

    def on_resize(self, event: events.Resize) -> None:
        """A very wide screen is wide, too."""
        self.set_class(event.size.width >= VAST_CELLS, VAST)

    def on_key(self, event: events.Key) -> None:
        """A letter typed through a Japanese input method (``ｈ``) is the letter."""
        character = event.character or ""
        plain = unicodedata.normalize("NFKC", character)
        if plain != character and len(plain) == 1 and plain.isascii() and plain.isprintable():
            event.stop()
            self.tutor.stand_in(key_of(plain))  # as if the app had got it

    def keep_everything(self) -> None:
        """The learner leaves: hand what is not kept yet to the session."""

    async def action_back(self) -> None:
        """Go back one step."""
        self.dismiss()


class Dialog(TutorScreen[Result], ModalScreen[Result]):
    """A screen over another one. Esc closes it."""

    DEFAULT_CSS = """
    Dialog {
        align: center middle;
        background: $background 60%;
        & > #dialog {
            width: 90%;
            max-width: 92;
            height: auto;
            max-height: 90%;
            border: round $border;
            border-title-color: $text-accent;
            border-title-style: bold;
            background: $surface;
            padding: 0 1;
        }
    }
    """

    def compose(self) -> ComposeResult:
        """The body, over the screen below, with the keys at its foot."""
        yield from self.body()
        yield KeyBar()

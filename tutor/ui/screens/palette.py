"""The command palette: every command that makes sense now, by its name in either language."""

import unicodedata
from collections.abc import Sequence

from textual import events
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Input

from tutor.i18n.linebreak import cell_width, pad, truncate
from tutor.i18n.translator import Translator, translator
from tutor.ui.commands import Command, key_name
from tutor.ui.screens.base import Dialog, TutorScreen
from tutor.ui.widgets.rows import Row, Rows, Text


def matches(command: Command, wanted: str, t: Translator) -> bool:
    """Whether what was typed speaks of a command.

    Every word typed is looked for in the command's names and its help, in the learner's language
    and in English; full-width letters count as the letters they are.
    """
    english = translator("en")
    said = " ".join(
        [speak(words) for speak in (t, english) for words in (command.label, command.help)]
        + [command.id, *map(key_name, command.keys)]
    )
    folded = _fold(said)
    return all(word in folded for word in _fold(wanted).split())


def _fold(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


class Commands(Rows, can_focus=False):
    """Commands, each with its key. The keyboard stays in the line above."""

    def __init__(self) -> None:
        super().__init__()
        self._commands: tuple[tuple[str, str, str], ...] = ()
        self._nothing = ""

    def show(self, commands: tuple[tuple[str, str, str], ...], nothing: str) -> None:
        """Show commands: id, words, key."""
        self._commands, self._nothing = commands, nothing
        self.changed()

    def lay(self, width: int) -> Sequence[Row]:
        """Words on the left, keys on the right."""
        if not self._commands:
            return [Row("", (Text(truncate(self._nothing, width)),))]
        room = max(cell_width(key) for _, _, key in self._commands)
        left = max(width - room - 2, 10)
        return [
            Row(id_, (Text(f"{pad(truncate(says, left), left)}  {key}"),))
            for id_, says, key in self._commands
        ]


class Palette(Dialog[Command]):
    """Type a part of a name, choose with the arrows and Enter."""

    AUTO_FOCUS = "Input"
    DEFAULT_CSS = """
    Palette {
        align: center top;
        & > #dialog { margin-top: 2; max-height: 80%; }
        & Input { padding: 0 1; background: $panel; }
        & Commands { margin-top: 1; }
    }
    """

    def __init__(self, below: TutorScreen[object]) -> None:
        super().__init__()
        self._below = below
        self._found: dict[str, Command] = {}

    def body(self) -> ComposeResult:
        """A line to type in, and what was found."""
        with VerticalScroll(id="dialog", can_focus=False):
            yield Input(select_on_focus=False, compact=True)
            yield Commands()

    def draw(self) -> None:
        """In the learner's language."""
        self.query_one("#dialog").border_title = Content(self.t("Commands"))
        self.query_one(Input).placeholder = self.t("Type a part of a command's name")
        self._find(self.query_one(Input).value)

    def _find(self, wanted: str) -> None:
        t = self.t
        known = sorted(self._below.commands(), key=lambda c: c[0].scope not in self._below.SCOPES)
        self._found = {
            command.id: command
            for command, enabled in known
            if enabled and command.palette and matches(command, wanted, t)
        }
        self.query_one(Commands).show(
            tuple(
                (id_, t(c.help), key_name((c.keys or c.letters or ("",))[0]))
                for id_, c in self._found.items()
            ),
            t("No command has this in its name. Esc goes back."),
        )

    def on_input_changed(self, event: Input.Changed) -> None:
        """Find anew."""
        self._find(event.value)

    def on_input_submitted(self) -> None:
        """Run the one under the cursor."""
        self.query_one(Commands).action_choose()

    def on_rows_chosen(self, event: Rows.Chosen) -> None:
        """Run it."""
        self.dismiss(self._found[event.key])

    def on_key(self, event: events.Key) -> None:
        """The arrows move the cursor of the list."""
        by = {"up": -1, "down": 1, "pageup": -5, "pagedown": 5}.get(event.key)
        if by is not None:
            event.stop()
            event.prevent_default()
            self.query_one(Commands).action_move(by)

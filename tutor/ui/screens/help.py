"""Help: every key, from the declarations of the commands."""

from textual import events
from textual.app import ComposeResult

from tutor.i18n.linebreak import pad, wrap
from tutor.i18n.translator import N_, Translator
from tutor.ui.commands import COMMANDS, Scope, key_name, shown
from tutor.ui.screens.base import TutorScreen
from tutor.ui.widgets.prose import Prose
from tutor.ui.widgets.reading import Reading

_SCOPES = {
    Scope.ANYWHERE: N_("Anywhere"),
    Scope.HOME: N_("On the map of the course"),
    Scope.LESSON: N_("In a lesson"),
    Scope.CLUSTER: N_("In a cluster"),
    Scope.PLAN: N_("In a plan"),
    Scope.QUIZ: N_("In a quiz"),
    Scope.EDITOR: N_("In the editor"),
}


WIDE = 120
_AROUND = 8  # cells beside a table: padding, its indent, the scroll bar
_LEAST = 24  # cells for what a key does, however narrow the screen


def markdown(scopes: tuple[Scope, ...], t: Translator, width: int = WIDE) -> str:
    """The help as Markdown; the commands of ``scopes``, those of the screen one is on, first.

    No line of a table is wider than ``width`` cells: what a key does goes on below itself.
    """
    out: list[str] = []
    order = [scope for scope in _SCOPES if scope in scopes]
    order += [scope for scope in _SCOPES if scope not in scopes]
    for scope in order:
        same = (scope, Scope.SCREEN) if scope is Scope.ANYWHERE else (scope,)
        table = [
            ("  ".join(map(key_name, (*command.keys, *command.letters))), t(command.help))
            for command in COMMANDS
            if command.scope in same
        ]
        room = max(len(keys) for keys, _ in table) + 2
        rows = "\n".join(
            pad(keys if first else "", room) + line
            for keys, says in table
            for first, line in _numbered(wrap(says, max(_LEAST, width - room)))
        )
        out.append(f"## {t(_SCOPES[scope])}\n\n```text\n{rows}\n```")
    out.append(
        t(
            "Letters work wherever nothing is typed. In the editor, Esc goes to the text beside "
            "it, and once more Esc goes home. Nothing you typed is ever lost."
        )
    )
    out.append(
        t(
            "Everything can be clicked, too. If your terminal keeps a key for itself, take the "
            "other one of its line, or find the command with {key}.",
            key=shown("palette", Scope.ANYWHERE),
        )
    )
    return "\n\n".join(out)


def _numbered(lines: list[str]) -> list[tuple[bool, str]]:
    return [(number == 0, line) for number, line in enumerate(lines)]


class HelpScreen(TutorScreen[None]):
    """All keys, those of the screen below first."""

    AUTO_FOCUS = "Reading"
    DEFAULT_CSS = """
    HelpScreen Reading { padding: 1 2; }
    """

    def __init__(self, below: object) -> None:
        super().__init__()
        self._scopes = below.SCOPES if isinstance(below, TutorScreen) else ()

    def body(self) -> ComposeResult:
        """One text."""
        with Reading():
            yield Prose()

    def draw(self) -> None:
        """In the learner's language."""
        self.title_is(self.t("Help: all keys"))
        scopes = (*self._scopes, *((Scope.EDITOR,) if Scope.LESSON in self._scopes else ()))
        room = self.app.size.width - _AROUND
        self.query_one(Prose).show(markdown(scopes, self.t, room), self.t.language)

    def on_resize(self, event: events.Resize) -> None:
        """The tables have another width."""
        super().on_resize(event)
        self.redraw()

"""Help: every key, from the declarations of the commands."""

from textual.app import ComposeResult

from tutor.i18n.linebreak import pad
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


def markdown(scopes: tuple[Scope, ...], t: Translator) -> str:
    """The help as Markdown; the commands of ``scopes``, those of the screen one is on, first."""
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
        room = max(len(keys) for keys, _ in table)
        rows = "\n".join(f"{pad(keys, room)}  {says}" for keys, says in table)
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
        self.query_one(Prose).show(markdown(scopes, self.t), self.t.language)

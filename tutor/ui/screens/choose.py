"""Choose one of a few; type a name to go on."""

from collections.abc import Callable, Sequence

from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Input

from tutor.i18n.linebreak import wrap
from tutor.i18n.translator import Translator
from tutor.ui.screens.base import Dialog
from tutor.ui.widgets.prose import Prose
from tutor.ui.widgets.push import Push
from tutor.ui.widgets.rows import Row, Rows, Text

Choice = tuple[str, str, str]
"""A key, its words, and a note below them."""


class _Choices(Rows):
    """The choices."""

    def __init__(self) -> None:
        super().__init__(id="choices")
        self._choices: Sequence[Choice] = ()

    def show(self, choices: Sequence[Choice]) -> None:
        """Show other choices."""
        if list(choices) != list(self._choices):
            self._choices = choices
            self.changed()

    def lay(self, width: int) -> Sequence[Row]:
        """Words, the note below."""
        rows: list[Row] = []
        for key, says, note in self._choices:
            notes = wrap(note, width - 4) if note else []
            lines = (
                *(Text(line) for line in wrap(says, width)),
                *(Text(f"    {line}", ((0, len(line) + 4, ".rows--quiet"),)) for line in notes),
            )
            rows.append(Row(key, lines))
        return rows


class Choose(Dialog[str]):
    """Ends with the key of the choice; Esc is None."""

    AUTO_FOCUS = "#choices"
    DEFAULT_CSS = """
    Choose { & #about { margin-bottom: 1; } }
    """

    def __init__(
        self,
        title: Callable[[Translator], str],
        about: Callable[[Translator], str],
        choices: Callable[[Translator], Sequence[Choice]],
        at: str = "",
    ) -> None:
        """Ask.

        Args:
            title: A few words in a language.
            about: What is chosen, Markdown; empty for nothing.
            choices: The choices in a language, the same keys in each.
            at: Where the cursor begins.
        """
        super().__init__()
        self._title, self._about, self._choices, self._at = title, about, choices, at

    def body(self) -> ComposeResult:
        """What it is about, and the choices."""
        with VerticalScroll(id="dialog", can_focus=False):
            yield Prose(id="about")
            yield _Choices()

    def draw(self) -> None:
        """In the learner's language."""
        t, about = self.t, self._about(self.t)
        self.query_one("#dialog").border_title = Content(self._title(t))
        self.query_one("#about", Prose).display = bool(about)
        self.query_one("#about", Prose).show(about, t.language)
        self.query_one(_Choices).show(self._choices(t))

    async def begin(self) -> None:
        """Begin at the one that is likeliest."""
        self.redraw()
        if self._at:
            self.query_one(_Choices).cursor = self._at

    def on_rows_chosen(self, event: Rows.Chosen) -> None:
        """Chosen."""
        self.dismiss(event.key)

    async def action_back(self) -> None:
        """None of them."""
        self.dismiss(None)


class TypeName(Dialog[str]):
    """Something that matters is done only after its name was typed. Ends with it; Esc is None."""

    AUTO_FOCUS = "Input"
    DEFAULT_CSS = """
    TypeName {
        & Input { padding: 0 1; background: $panel; margin-top: 1; }
        & Horizontal { height: auto; }
        & #wrong { color: $finding-error; height: auto; }
    }
    """

    def __init__(
        self, title: Callable[[Translator], str], question: Callable[[Translator], str], name: str
    ) -> None:
        """Ask.

        Args:
            title: A few words in a language.
            question: What is asked, Markdown.
            name: What has to be typed.
        """
        super().__init__()
        self._title, self._question, self._name = title, question, name
        self._wrong = False

    def body(self) -> ComposeResult:
        """The question, a line, two buttons."""
        with VerticalScroll(id="dialog", can_focus=False):
            yield Prose(id="question")
            yield Input(compact=True, select_on_focus=False)
            yield Prose(id="wrong")
            with Horizontal():
                yield Push(id="yes")
                yield Push(id="no")

    def draw(self) -> None:
        """In the learner's language."""
        t = self.t
        self.query_one("#dialog").border_title = Content(self._title(t))
        self.query_one("#question", Prose).show(self._question(t), t.language)
        said = t("That is another name. Type it exactly as it stands above.") if self._wrong else ""
        self.query_one("#wrong", Prose).show(said, t.language)
        self.query_one("#yes", Push).label = t("Go on")
        self.query_one("#no", Push).label = t("Back")

    def on_input_submitted(self) -> None:
        """Go on, if it is the name."""
        typed = self.query_one(Input).value
        if typed == self._name:
            self.dismiss(typed)
        else:
            self._wrong = True
            self.redraw()

    def on_push_pressed(self, event: Push.Pressed) -> None:
        """Go on, or back."""
        if event.push.id == "yes":
            self.on_input_submitted()
        else:
            self.dismiss(None)

    async def action_back(self) -> None:
        """No."""
        self.dismiss(None)

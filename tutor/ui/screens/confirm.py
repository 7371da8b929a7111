"""A question before something that matters."""

from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content

from tutor.ui.screens.base import Dialog
from tutor.ui.widgets.prose import Prose
from tutor.ui.widgets.push import Push


class Confirm(Dialog[bool]):
    """Yes or no; Esc is no."""

    AUTO_FOCUS = "#no"
    DEFAULT_CSS = """
    Confirm > #dialog { max-width: 64; }
    Confirm Horizontal { height: auto; }
    """

    def __init__(self, title: str, question: str, yes: str, no: str) -> None:
        """Ask.

        Args:
            title: A few words; all four are messages that are translated when drawn.
            question: What is asked, Markdown.
            yes: What "yes" does.
            no: What "no" does.
        """
        super().__init__()
        self._says = (title, question, yes, no)

    def body(self) -> ComposeResult:
        """The question and two buttons."""
        with VerticalScroll(id="dialog", can_focus=False):
            yield Prose(id="question")
            with Horizontal():
                yield Push(id="yes")
                yield Push(id="no")

    def draw(self) -> None:
        """In the learner's language."""
        title, question, yes, no = map(self.t, self._says)
        self.query_one("#dialog").border_title = Content(title)
        self.query_one("#question", Prose).show(question, self.t.language)
        self.query_one("#yes", Push).label = yes
        self.query_one("#no", Push).label = no

    def on_push_pressed(self, event: Push.Pressed) -> None:
        """Answered."""
        self.dismiss(event.push.id == "yes")

    async def action_back(self) -> None:
        """No."""
        self.dismiss(False)

"""What something means: the page of a code, or of a thing one sees in a cluster."""

from collections.abc import Callable

from textual.app import ComposeResult

from tutor.i18n.translator import Translator
from tutor.ui.screens.base import TutorScreen
from tutor.ui.widgets.prose import Prose
from tutor.ui.widgets.reading import Reading

Page = Callable[[Translator], tuple[str, str]]
"""Title and Markdown in a language."""


class ExplainScreen(TutorScreen[None]):
    """One page. Esc goes back."""

    AUTO_FOCUS = "Reading"
    DEFAULT_CSS = """
    ExplainScreen Reading { padding: 1 2; overflow-x: auto; }
    """

    def __init__(self, page: Page) -> None:
        """Explain something.

        Args:
            page: Its title and words in a language.
        """
        super().__init__()
        self._page = page

    def body(self) -> ComposeResult:
        """One text."""
        with Reading():
            yield Prose()

    def draw(self) -> None:
        """In the learner's language; what was found in a text too."""
        t = self.t
        title, markdown = self._page(t)
        self.title_is(title, t("Esc goes back"))
        self.query_one(Prose).show(markdown, t.language)

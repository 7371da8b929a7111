"""What a finding means: the page of its code."""

from collections.abc import Callable

from textual.app import ComposeResult

from tutor.ui.explain_words import page_of
from tutor.ui.screens.base import TutorScreen
from tutor.ui.told import Told
from tutor.ui.widgets.prose import Prose
from tutor.ui.widgets.reading import Reading


class ExplainScreen(TutorScreen[None]):
    """The page of one finding. Esc goes back to the editor."""

    AUTO_FOCUS = "Reading"
    DEFAULT_CSS = """
    ExplainScreen Reading { padding: 1 2; overflow-x: auto; }
    """

    def __init__(self, tell: Callable[[str], Told]) -> None:
        """Explain a finding.

        Args:
            tell: The finding's words in a language.
        """
        super().__init__()
        self._tell = tell

    def body(self) -> ComposeResult:
        """One text."""
        with Reading():
            yield Prose()

    def draw(self) -> None:
        """In the learner's language; the finding's own words too."""
        t = self.t
        told = self._tell(t.language)
        self.title_is(told.finding.code, t("Esc goes back"))
        self.query_one(Prose).show(page_of(told, self.outside.examples, t), t.language)

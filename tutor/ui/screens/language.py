"""The first question of all: which language."""

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from tutor.i18n.linebreak import wrap
from tutor.model.course import LANGUAGES
from tutor.ui import words
from tutor.ui.commands import Scope, shown
from tutor.ui.screens.base import TutorScreen
from tutor.ui.widgets.rows import Row, Rows, Text

_SAYS = {
    "ja": "日本語で学びます。後から{key}キーでいつでも切り替えられます。",
    "en": "Learn in English. {key} switches at any time.",
}


class Languages(Rows):
    """One row a language, each in its own."""

    def lay(self, width: int) -> Sequence[Row]:
        """Its name, and what choosing it means."""
        key = shown("language", Scope.ANYWHERE)
        says = {language: text.format(key=key) for language, text in _SAYS.items()}
        rows: list[Row] = []
        for language in LANGUAGES:
            name = words.LANGUAGE_NAMES[language]
            lines = [Text(f"  {line}") for line in wrap(says[language], width - 2)]
            rows.append(Row(language, (Text(name, ((0, len(name), ".rows--strong"),)), *lines)))
            rows.append(Row("", (Text(),)))
        return rows


class LanguageScreen(TutorScreen[str]):
    """Asked once, where neither the locale nor a setting tells."""

    AUTO_FOCUS = "Languages"
    DEFAULT_CSS = """
    LanguageScreen {
        align: center middle;
        & #ask { width: 64; max-width: 100%; height: auto; max-height: 100%; padding: 0 1; }
        & Static { text-style: bold; padding: 0 0 1 2; }
    }
    """

    def body(self) -> ComposeResult:
        """A question in both languages, and one row for each."""
        with VerticalScroll(id="ask", can_focus=False):
            yield Static("ことばを選んでください。/ Choose a language.", markup=False)
            yield Languages()

    def draw(self) -> None:
        """It is in both languages at once."""
        self.title_is("statefulset-tutor")
        self.query_one(Languages).changed()

    def on_rows_moved(self, event: Rows.Moved) -> None:
        """The keys at the foot in the language under the cursor."""
        self.tutor.language = event.key or self.tutor.language
        self.show_keys()

    def on_rows_chosen(self, event: Rows.Chosen) -> None:
        """That one."""
        self.dismiss(event.key)

    async def action_back(self) -> None:
        """The one under the cursor."""
        self.dismiss(self.query_one(Languages).cursor)

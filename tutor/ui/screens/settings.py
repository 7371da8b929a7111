"""Settings: language, colours, borders."""

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content

from tutor.i18n.linebreak import cell_width, pad
from tutor.i18n.translator import Translator
from tutor.ui import theme, words
from tutor.ui.screens.base import Dialog
from tutor.ui.widgets.rows import Row, Rows, Text


class SettingRows(Rows):
    """Name and value of each setting."""

    def __init__(self) -> None:
        super().__init__()
        self._settings: tuple[tuple[str, str, str], ...] = ()

    def show(self, settings: tuple[tuple[str, str, str], ...]) -> None:
        """Show settings: key, name, value."""
        self._settings = settings
        self.changed()

    def lay(self, width: int) -> Sequence[Row]:
        """In two columns."""
        room = max((cell_width(name) for _, name, _ in self._settings), default=0)
        return [
            Row(key, (Text(f"{pad(name, room)}   {value}"),)) for key, name, value in self._settings
        ]


class SettingsScreen(Dialog[None]):
    """Enter changes the setting under the cursor, at once and for good."""

    AUTO_FOCUS = "SettingRows"

    def body(self) -> ComposeResult:
        """The settings."""
        with VerticalScroll(id="dialog", can_focus=False):
            yield SettingRows()

    def draw(self) -> None:
        """Names and values in the learner's language."""
        t = self.t
        self.query_one("#dialog").border_title = Content(t("Settings: Enter changes, Esc closes"))
        self.query_one(SettingRows).show(self._settings(t))

    def _settings(self, t: Translator) -> tuple[tuple[str, str, str], ...]:
        app = self.tutor
        dark = app.theme == theme.DARK
        return (
            ("language", t("Language"), words.LANGUAGE_NAMES[app.language]),
            ("theme", t("Colours"), t("dark") if dark else t("light")),
            (
                "borders",
                t("Borders and drawings"),
                t("ASCII characters only") if app.borders_are_ascii else t("lines"),
            ),
        )

    def on_rows_chosen(self, event: Rows.Chosen) -> None:
        """Take the other value."""
        app = self.tutor
        match event.key:
            case "language":
                app.action_language()
            case "theme":
                app.dress("light" if app.theme == theme.DARK else "dark")
            case "borders":
                app.draw_in_ascii(not app.borders_are_ascii)
        self.redraw()

"""One line across the screen that says what one looks at: the present, the past, a trial."""

from textual.app import RenderResult
from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

from tutor.i18n.linebreak import truncate


class Banner(Widget):
    """Words on a ground of their own, so that the past is never taken for the present."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    Banner {
        height: 1;
        padding: 0 1;
        text-style: bold;
        background: $surface;
        color: $text-success;
        &.-warn { color: $background; background: $warning; }
        &.-bad { color: $background; background: $error; }
    }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.text = ""
        """What it says."""

    def show(self, text: str, style: str) -> None:
        """Say something else."""
        self.text = text
        self.set_class(style == "warn", "-warn")
        self.set_class(style == "bad", "-bad")
        self.refresh()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """One line."""
        return 1

    def render(self) -> RenderResult:
        """The words, cut at the end of the line."""
        return Content(truncate(self.text, self.content_size.width))

"""What is under way, once it takes longer than half a second, and how to stop it."""

from time import monotonic

from textual.app import RenderResult
from textual.content import Content
from textual.geometry import Size
from textual.timer import Timer
from textual.widget import Widget

from tutor.i18n.linebreak import truncate
from tutor.i18n.translator import Translator
from tutor.ui.errands import SLOW, Errand, Errands


class Busy(Widget):
    """One line: ``Asking the cluster… 3 s, Esc stops it``. Empty while nothing is slow."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    Busy {
        height: 1;
        padding: 0 1;
        color: $text-accent;
        text-style: bold;
        display: none;
    }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._errands: Errands | None = None
        self._t: Translator | None = None
        self._current: Errand | None = None
        self._since = 0.0
        self._timer: Timer | None = None
        self.text = ""
        """What is on the screen."""

    def heed(self, errands: Errands, t: Translator) -> None:
        """Look at these errands from now on. Call it whenever one begins, or the language."""
        self._errands, self._t = errands, t
        if self._timer is None:
            self._timer = self.set_interval(SLOW / 5, self.look)
        self._timer.resume()
        self.look()

    def look(self) -> None:
        """Draw what is under way now."""
        errand = self._errands.current if self._errands is not None else None
        if errand is not self._current:
            self._current, self._since = errand, monotonic()
        waited = monotonic() - self._since
        if errand is None or self._t is None:
            self.text = ""
            if self._timer is not None:
                self._timer.pause()
        elif waited >= SLOW:
            self.text = self._t(
                "{what} {seconds} s. Esc stops it.",
                what=self._t(errand.label),
                seconds=int(waited),
            )
        self.display = bool(self.text)
        self.refresh()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """One line."""
        return 1

    def render(self) -> RenderResult:
        """The words, no longer than the line."""
        return Content(truncate(self.text, self.content_size.width))

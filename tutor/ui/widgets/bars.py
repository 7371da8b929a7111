"""The line at the top and the line of keys at the bottom."""

from dataclasses import dataclass

from textual.app import RenderResult
from textual.content import Content, Span
from textual.style import Style
from textual.widget import Widget

from tutor.i18n.linebreak import cell_width, pad, truncate


class TitleBar(Widget):
    """Where one is on the left, how far one is on the right."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    TitleBar {
        dock: top;
        height: 1;
        padding: 0 1;
        background: $panel;
        color: $foreground;
        text-style: bold;
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._left = self._right = ""

    def show(self, left: str, right: str = "") -> None:
        """Show other words."""
        if (left, right) != (self._left, self._right):
            self._left, self._right = left, right
            self.refresh()

    @property
    def text(self) -> str:
        """Both sides."""
        return f"{self._left}  {self._right}".rstrip()

    def render(self) -> RenderResult:
        """The right side stays whole, the left side is cut."""
        width = self.content_size.width
        right = truncate(self._right, width)
        room = max(width - cell_width(right) - 2, 0)
        left = pad(truncate(self._left, room), room) if room > 4 else ""
        return Content(f"{left}  {right}" if left else right)


@dataclass(frozen=True, slots=True)
class Key:
    """One command in the line of keys.

    Attributes:
        key: As it is shown (``F5``).
        action: What a click runs.
        weight: The higher, the longer it stays as room shrinks.
    """

    key: str
    label: str
    action: str
    weight: int
    enabled: bool = True

    @property
    def width(self) -> int:
        """Cells it takes, with the room after it."""
        return cell_width(self.key) + cell_width(self.label) + 3


class KeyBar(Widget):
    """What can be done now, and with which key. Each can be clicked."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    KeyBar {
        dock: bottom;
        height: 1;
        padding: 0 1;
        background: $panel;
        color: $foreground;
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self.auto_links = False
        self._keys: tuple[Key, ...] = ()

    def show(self, keys: tuple[Key, ...]) -> None:
        """Show other keys."""
        if keys != self._keys:
            self._keys = keys
            self.refresh()

    def fitting(self, width: int) -> tuple[Key, ...]:
        """Those that fit, the lighter ones left out, in their order."""
        kept = sorted(self._keys, key=lambda key: -key.weight)
        while kept and sum(key.width for key in kept) - 2 > width:
            kept.pop()
        return tuple(key for key in self._keys if key in kept)

    @property
    def text(self) -> str:
        """What is on the screen."""
        keys = self.fitting(self.content_size.width)
        return "  ".join(f"{key.key} {key.label}" for key in keys)

    def render(self) -> RenderResult:
        """Key and label, key and label."""
        text: list[str] = []
        spans: list[Span] = []
        at = 0
        for key in self.fitting(self.content_size.width):
            words = f"{key.key} {key.label}"
            spans.append(Span(at, at + len(key.key), "$footer-key-foreground bold"))
            if not key.enabled:
                spans.append(Span(at, at + len(words), "$quiet not bold"))
            spans.append(Span(at, at + len(words), Style.from_meta({"@click": key.action})))
            text.append(f"{words}  ")
            at += len(words) + 2
        return Content("".join(text).rstrip(), spans)

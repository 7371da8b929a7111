"""A button of one line, drawn with brackets so that it is one without any colour."""

from textual import events
from textual.app import RenderResult
from textual.binding import Binding
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.widget import Widget

from tutor.i18n.linebreak import cell_width, truncate


class Push(Widget, can_focus=True):
    """``[ Next: Names ]``. Says :class:`Push.Pressed` when chosen."""

    ALLOW_SELECT = False
    BINDINGS = [Binding("enter,space", "press", show=False)]  # noqa: RUF012
    DEFAULT_CSS = """
    Push {
        width: auto;
        height: 1;
        margin: 1 2 0 0;
        color: $text-primary;
        text-style: bold;
        &:hover { background: $block-cursor-blurred-background; }
        &:focus { color: $block-cursor-foreground; background: $block-cursor-background; }
    }
    """

    class Pressed(Message):
        """It was chosen."""

        def __init__(self, push: "Push") -> None:
            super().__init__()
            self.push = push

        @property
        def control(self) -> "Push":
            """The button."""
            return self.push

    def __init__(self, label: str = "", *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._label = label

    @property
    def label(self) -> str:
        """Its words."""
        return self._label

    @label.setter
    def label(self, label: str) -> None:
        if label != self._label:
            self._label = label
            self.refresh(layout=True)

    def get_content_width(self, container: Size, viewport: Size) -> int:
        """The words and the brackets, no wider than there is room."""
        return min(cell_width(self._label) + 4, container.width)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """One line."""
        return 1

    def render(self) -> RenderResult:
        """Brackets around the words."""
        return Content(f"[ {truncate(self._label, self.content_size.width - 4)} ]")

    def action_press(self) -> None:
        """Choose it."""
        self.post_message(self.Pressed(self))

    def on_click(self, event: events.Click) -> None:
        """Choose it."""
        event.stop()
        self.action_press()

"""Something to read that scrolls: by the arrows, by the page with Space, and on with Enter."""

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.message import Message


class Reading(VerticalScroll):
    """A pane of text. Enter at its end says :class:`Reading.Read`; before, it turns the page."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "page_down", show=False),
        Binding("enter", "read_on", show=False),
    ]

    class Read(Message):
        """The end is in sight, and Enter was pressed."""

    def action_read_on(self) -> None:
        """Turn the page; from the last one, go on."""
        if self.scroll_y >= self.max_scroll_y:
            self.post_message(self.Read())
        else:
            self.scroll_page_down(animate=False)

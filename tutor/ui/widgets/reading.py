"""Something to read that scrolls: by the arrows, by the page with Space, and on with Enter."""

from typing import Any, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.message import Message
from textual.widget import Widget


class Reading(VerticalScroll):
    """A pane of text. Enter at its end says :class:`Reading.Read`; before, it turns the page.

    What it holds changes under it: whoever puts another text into it says so (:meth:`begin`).
    From then on nothing scrolls it but the reader, and what was asked for an earlier text does
    nothing to this one.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "page_down", show=False),
        Binding("enter", "read_on", show=False),
    ]

    _texts = 0

    class Read(Message):
        """The end is in sight, and Enter was pressed."""

    def begin(self) -> None:
        """Another text is in it: show its beginning, wherever one was in the one before.

        At once, not after the next drawing: what is laid out by then may be short, and what is
        short is not scrolled, not even back.
        """
        self._texts += 1
        self.scroll_to(0, 0, animate=False, force=True)

    def scroll_to(self, x: float | None = None, y: float | None = None, **how: Any) -> None:  # noqa: ANN401
        """Scroll at once: after the next drawing, another text may be in it.

        Args:
            x: The column.
            y: The line.
            how: As of Textual's widgets.
        """
        super().scroll_to(x, y, **{**how, "immediate": True})

    def action_scroll_end(self) -> None:
        """To the end, at once."""
        self.scroll_end(animate=False, immediate=True)

    def bring_up(self, widget: Widget) -> None:
        """Scroll so that a part of this text begins at the top, once it is laid out."""
        text = self._texts

        def bring() -> None:
            if text == self._texts and widget.display:
                widget.scroll_visible(top=True, animate=False, immediate=True)

        self.call_after_refresh(bring)

    def bring_end(self) -> None:
        """Scroll to the end of this text, once it is laid out."""
        text = self._texts

        def bring() -> None:
            if text == self._texts:
                self.scroll_end(animate=False, immediate=True)

        self.call_after_refresh(bring)

    def action_read_on(self) -> None:
        """Turn the page; from the last one, go on."""
        if self.scroll_y >= self.max_scroll_y:
            self.post_message(self.Read())
        else:
            self.scroll_page_down(animate=False)

"""A list of rows of several lines each, one of them under the cursor: by keyboard and by mouse."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import ClassVar

from textual import events
from textual.app import RenderResult
from textual.binding import Binding, BindingType
from textual.containers import ScrollableContainer
from textual.content import Content, Span
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from tutor.i18n.linebreak import cell_width

POINTER = "▶ "
LEAD = cell_width(POINTER)
"""Cells before every line, where the pointer stands."""


@dataclass(frozen=True, slots=True)
class Text:
    """One line: words, and the stretches of it that are set differently.

    Attributes:
        spans: ``(start, end, style)`` in characters.
    """

    words: str = ""
    spans: tuple[tuple[int, int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """One row.

    Attributes:
        key: What a choice of it is known by; empty for a row that is only read.
        lines: Already short enough for the width they were laid out at.
    """

    key: str
    lines: tuple[Text, ...] = field(default=())


class Rows(Widget, can_focus=True):
    """A list. Subclasses say what stands in it, at a width."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", show=False),
        Binding("down", "move(1)", show=False),
        Binding("home", "move(-1000)", show=False),
        Binding("end", "move(1000)", show=False),
        Binding("pageup", "move(-5)", show=False),
        Binding("pagedown", "move(5)", show=False),
        Binding("enter,space", "choose", show=False),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "rows--quiet",
        "rows--strong",
        "rows--heading",
        "rows--good",
        "rows--bad",
        "rows--warn",
        "rows--note",
        "rows--code",
    }
    DEFAULT_CSS = """
    Rows {
        height: auto;
        width: 1fr;
        color: $foreground;
        & .rows--quiet { color: $quiet; }
        & .rows--strong { text-style: bold; }
        & .rows--heading { text-style: bold; color: $text-accent; }
        & .rows--good { color: $text-success; }
        & .rows--bad { color: $finding-error; }
        & .rows--warn { color: $finding-warning; }
        & .rows--note { color: $finding-advice; }
        & .rows--code { color: $code; }
    }
    """

    cursor: reactive[str] = reactive("", init=False)
    """Key of the row under the cursor."""

    class Moved(Message):
        """The cursor is on another row."""

        def __init__(self, rows: "Rows", key: str) -> None:
            super().__init__()
            self.rows = rows
            self.key = key

        @property
        def control(self) -> "Rows":
            """The list."""
            return self.rows

    class Chosen(Message):
        """A row was chosen."""

        def __init__(self, rows: "Rows", key: str) -> None:
            super().__init__()
            self.rows = rows
            self.key = key

        @property
        def control(self) -> "Rows":
            """The list."""
            return self.rows

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._laid: tuple[int, Sequence[Row]] = (-1, ())

    def lay(self, width: int) -> Sequence[Row]:
        """The rows at a width, the pointer's cells already taken off."""
        raise NotImplementedError

    def keys(self) -> list[str]:
        """Keys of the rows that can be chosen, in order. They do not depend on the width."""
        return [row.key for row in self._rows() if row.key]

    def changed(self) -> None:
        """What the list shows has changed. The screen is laid out anew only if it must be."""
        width, before = self._laid[0], self._height
        self._laid = (-1, ())
        keys = self.keys()
        if self.cursor not in keys:
            self.cursor = keys[0] if keys else ""
        self._rows(width if width >= 0 else None)
        self.refresh(layout=width < 0 or self._height != before)

    @property
    def text(self) -> str:
        """What is on the screen, without the pointer."""
        return "\n".join(line.words for row in self._rows() for line in row.lines)

    @property
    def _height(self) -> int:
        return sum(len(row.lines) for row in self._laid[1])

    def _rows(self, width: int | None = None) -> Sequence[Row]:
        if width is None:
            width = self._laid[0] if self._laid[0] >= 0 else 76
        if self._laid[0] != width:
            self._laid = (width, self.lay(max(width - LEAD, 8)))
        return self._laid[1]

    def get_content_width(self, container: Size, viewport: Size) -> int:
        """As wide as the container."""
        return container.width

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As many lines as all rows have."""
        self._rows(width)
        return self._height

    def render(self) -> RenderResult:
        """All lines, the cursor's row on its own ground."""
        width = self.content_size.width
        text: list[str] = []
        spans: list[Span] = []
        at = 0
        ground = (
            "$block-cursor-foreground on $block-cursor-background bold"
            if self.has_focus
            else "$block-cursor-blurred-foreground on $block-cursor-blurred-background"
        )
        for row in self._rows(width):
            here = bool(row.key) and row.key == self.cursor
            for number, line in enumerate(row.lines):
                lead = POINTER if here and not number else " " * LEAD
                room = " " * max(0, width - LEAD - cell_width(line.words))
                begin = at + len(lead)
                if not (here and self.has_focus):
                    spans += [Span(begin + a, begin + b, style) for a, b, style in line.spans]
                text.append(f"{lead}{line.words}{room}")
                end = at + len(text[-1])
                if here:
                    spans.insert(0, Span(at, end, ground))
                text.append("\n")
                at = end + 1
        return Content("".join(text).removesuffix("\n"), spans)

    def validate_cursor(self, key: str) -> str:
        """Only a row that can be chosen."""
        keys = self.keys()
        return key if key in keys or not keys else self.cursor

    def watch_cursor(self, key: str) -> None:
        """Draw it, keep it in sight, and say so."""
        self.refresh()
        self.call_after_refresh(self.show_cursor)
        self.post_message(self.Moved(self, key))

    def show_cursor(self) -> None:
        """Scroll so that the cursor's row is in sight."""
        rows = self._rows()
        ends = list(accumulate(len(row.lines) for row in rows))
        for row, end in zip(rows, ends, strict=True):
            if row.key and row.key == self.cursor and self.is_attached:
                top = end - len(row.lines)
                if row is next(r for r in rows if r.key):
                    top = 0  # what stands above the first row is read with it
                self._bring_into_sight(top, end, *self.beside(row.key))
                return

    def beside(self, key: str) -> tuple[int, int]:
        """Lines above and below this list that belong to a row of it, if there is room for them."""
        return 0, 0

    def _bring_into_sight(self, top: int, end: int, above: int, below: int) -> None:
        for ancestor in self.ancestors:
            if isinstance(ancestor, ScrollableContainer):
                room = ancestor.scrollable_content_region.height - (end - top)
                above = above if above <= room else 0
                below = below if below <= room - above else 0
                region = Region(0, top - above, max(self.size.width, 1), end - top + above + below)
                ancestor.scroll_to_region(
                    region.translate(self.virtual_region.offset), animate=False, force=True
                )
                return

    def action_move(self, by: int) -> None:
        """Move the cursor; it stops at both ends."""
        keys = self.keys()
        if keys:
            index = keys.index(self.cursor) if self.cursor in keys else 0
            self.cursor = keys[min(max(index + by, 0), len(keys) - 1)]

    def action_choose(self) -> None:
        """Choose the row under the cursor."""
        if self.cursor:
            self.post_message(self.Chosen(self, self.cursor))

    def on_click(self, event: events.Click) -> None:
        """Choose what was clicked."""
        y = event.y
        for row in self._rows():
            if 0 <= y < len(row.lines) and row.key:
                event.stop()
                self.cursor = row.key
                self.action_choose()
                return
            y -= len(row.lines)
            if y < 0:
                return

    def watch_has_focus(self, value: bool) -> None:
        """The pointer's row looks different in the list that has the keyboard."""
        super().watch_has_focus(value)
        self.refresh()

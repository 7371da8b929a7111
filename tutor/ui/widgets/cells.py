"""Lines of pieces, some of which can be gone to: up and down by line, left and right along it."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
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

from tutor.i18n.linebreak import cell_width, truncate
from tutor.ui.widgets.rows import LEAD, POINTER


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words on a line.

    Attributes:
        words: Printable, without line breaks.
        style: ``good``, ``bad``, ``warn``, ``note``, ``quiet``, ``strong``, ``heading``, or none.
        key: What the piece is known by; empty for one that is only read.
    """

    words: str
    style: str = ""
    key: str = ""


Line = tuple[Piece, ...]


class Cells(Widget, can_focus=True):
    """Pieces, one of them under the cursor. Subclasses say what stands on the lines, at a width."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "climb(-1)", show=False),
        Binding("down", "climb(1)", show=False),
        Binding("left", "step(-1)", show=False),
        Binding("right", "step(1)", show=False),
        Binding("home", "step(-1000)", show=False),
        Binding("end", "step(1000)", show=False),
        Binding("pageup", "climb(-5)", show=False),
        Binding("pagedown", "climb(5)", show=False),
        Binding("enter,space", "choose", show=False),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "cells--quiet",
        "cells--strong",
        "cells--heading",
        "cells--good",
        "cells--bad",
        "cells--warn",
        "cells--note",
    }
    DEFAULT_CSS = """
    Cells {
        height: auto;
        & .cells--quiet { color: $quiet; }
        & .cells--strong { text-style: bold; }
        & .cells--heading { text-style: bold; color: $text-accent; }
        & .cells--good { color: $text-success; }
        & .cells--bad { color: $finding-error; }
        & .cells--warn { color: $finding-warning; }
        & .cells--note { color: $finding-advice; }
    }
    """

    cursor: reactive[str] = reactive("", init=False)
    """Key of the piece under the cursor."""

    class Chosen(Message):
        """A piece was chosen."""

        def __init__(self, cells: "Cells", key: str) -> None:
            super().__init__()
            self.cells = cells
            self.key = key

        @property
        def control(self) -> "Cells":
            """Where it was chosen."""
            return self.cells

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._laid: tuple[int, Sequence[Line]] = (-1, ())

    def lay(self, width: int) -> Sequence[Line]:
        """The lines at a width, the pointer's cells already taken off."""
        raise NotImplementedError

    def changed(self) -> None:
        """What is shown has changed; the cursor stays where it was, if that is still there."""
        width, before = self._laid[0], len(self._laid[1])
        self._laid = (-1, ())
        keys = self.keys()
        if self.cursor not in keys:
            self.cursor = keys[0] if keys else ""
        self._lines(width if width >= 0 else None)
        self.refresh(layout=width < 0 or len(self._laid[1]) != before)

    def keys(self) -> list[str]:
        """Keys of the pieces, in reading order."""
        return list(
            dict.fromkeys(piece.key for line in self._lines() for piece in line if piece.key)
        )

    @property
    def text(self) -> str:
        """What is on the screen, without the pointer."""
        return "\n".join("".join(piece.words for piece in line).rstrip() for line in self._lines())

    def _lines(self, width: int | None = None) -> Sequence[Line]:
        if width is None:
            width = self._laid[0] if self._laid[0] >= 0 else 76
        if self._laid[0] != width:
            self._laid = (width, self.lay(max(width - LEAD, 20)))
        return self._laid[1]

    def get_content_width(self, container: Size, viewport: Size) -> int:
        """As wide as the container."""
        return container.width

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As many rows as there are lines."""
        return len(self._lines(width))

    def render(self) -> RenderResult:
        """All lines, the piece under the cursor on its own ground."""
        text: list[str] = []
        spans: list[Span] = []
        at = 0
        ground = (
            "$block-cursor-foreground on $block-cursor-background bold"
            if self.has_focus
            else "$block-cursor-blurred-foreground on $block-cursor-blurred-background"
        )
        shown = False
        for line in self._lines(self.content_size.width):
            here = any(piece.key and piece.key == self.cursor for piece in line)
            lead = POINTER if here and not shown else " " * LEAD
            shown = shown or here
            text.append(lead)
            at += len(lead)
            for piece in line:
                end = at + len(piece.words)
                if piece.style:
                    spans.append(Span(at, end, f".cells--{piece.style}"))
                if piece.key and piece.key == self.cursor and piece.words.strip():
                    bare = len(piece.words.rstrip())
                    spans.append(Span(at, at + bare, ground))
                text.append(piece.words)
                at = end
            text.append("\n")
            at += 1
        return Content("".join(text).removesuffix("\n"), spans)

    def validate_cursor(self, key: str) -> str:
        """Only a piece that can be gone to."""
        keys = self.keys()
        return key if key in keys or not keys else self.cursor

    def watch_cursor(self) -> None:
        """Draw it, and keep it in sight."""
        self.refresh()
        self.call_after_refresh(self.show_cursor)

    def show_cursor(self) -> None:
        """Scroll so that the cursor's line is in sight."""
        if not self.is_attached:
            return
        for row, line in enumerate(self._lines()):
            if any(piece.key == self.cursor for piece in line if piece.key):
                top = 0 if self.cursor == next(iter(self.keys()), "") else row
                region = Region(0, top, max(self.size.width, 1), row - top + 1)
                for ancestor in self.ancestors:
                    if isinstance(ancestor, ScrollableContainer):
                        ancestor.scroll_to_region(
                            region.translate(self.virtual_region.offset), animate=False, force=True
                        )
                        return
                return

    def action_step(self, by: int) -> None:
        """To the next piece in reading order; it stops at both ends."""
        keys = self.keys()
        if keys:
            at = keys.index(self.cursor) if self.cursor in keys else 0
            self.cursor = keys[min(max(at + by, 0), len(keys) - 1)]

    def action_climb(self, by: int) -> None:
        """To the line below or above, to the piece that is nearest there."""
        rows = [places for line in self._lines() if (places := _places(line))]
        if not rows:
            return
        at = next((n for n, row in enumerate(rows) if any(k == self.cursor for k, _ in row)), 0)
        column = next((x for key, x in rows[at] if key == self.cursor), 0)
        target = min(max(at + by, 0), len(rows) - 1)
        while 0 < target < len(rows) - 1 and any(k == self.cursor for k, _ in rows[target]):
            target += 1 if by > 0 else -1
        self.cursor = min(rows[target], key=lambda place: abs(place[1] - column))[0]

    def action_choose(self) -> None:
        """Choose what is under the cursor."""
        if self.cursor:
            self.post_message(self.Chosen(self, self.cursor))

    def on_click(self, event: events.Click) -> None:
        """Choose what was clicked."""
        lines = self._lines()
        offset = event.get_content_offset_capture(self)
        if not 0 <= offset.y < len(lines):
            return
        x = LEAD
        for piece in lines[offset.y]:
            end = x + cell_width(piece.words)
            if x <= offset.x < end and piece.key:
                event.stop()
                self.cursor = piece.key
                self.action_choose()
                return
            x = end

    def watch_has_focus(self, value: bool) -> None:
        """The cursor looks different where the keyboard is."""
        super().watch_has_focus(value)
        self.refresh()


def _places(line: Line) -> list[tuple[str, int]]:
    """The pieces of a line that can be gone to, with their columns."""
    out: list[tuple[str, int]] = []
    x = 0
    for piece in line:
        if piece.key and piece.key not in (key for key, _ in out):
            out.append((piece.key, x))
        x += cell_width(piece.words)
    return out


def columns(rows: Sequence[Sequence[Piece]], gap: int = 2) -> list[Line]:
    """Rows whose pieces begin at the same cells.

    A row may have fewer pieces than the others, and its last one is then as long as it likes. A
    column that is empty in every row takes no room.
    """
    count = max((len(row) for row in rows), default=0)
    room = [0] * count
    for row in rows:
        for n, piece in enumerate(row):
            if n + 1 < len(row) or len(row) == count:
                room[n] = max(room[n], cell_width(piece.words))
    out: list[Line] = []
    for row in rows:
        kept = [n for n, piece in enumerate(row) if room[n] or piece.words]
        line: list[Piece] = []
        for n, following in pairwise([*kept, -1]):
            piece = row[n]
            line.append(piece)
            if following >= 0:
                line.append(Piece(" " * (room[n] - cell_width(piece.words) + gap)))
        out.append(tuple(line))
    return out


def fitted(line: Line, width: int) -> list[Line]:
    """A line, in as many as it needs: pieces go to the next one, indented, and are never cut."""
    out: list[list[Piece]] = [[]]
    used, begun = 0, False
    for piece in line:
        bare = cell_width(piece.words.rstrip())
        if bare and begun and used + bare > width:
            out.append([Piece("    ")])
            used, begun = 4, False
        cells = cell_width(piece.words)
        if used + cells > width:
            words = truncate(piece.words.rstrip(), max(width - used, 1))
            piece = Piece(words, piece.style, piece.key)  # noqa: PLW2901
            cells = cell_width(words)
        out[-1].append(piece)
        used += cells
        begun = begun or bool(bare)
    return [tuple(pieces) for pieces in out]

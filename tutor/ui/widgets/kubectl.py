"""The kubectl line: typed, completed, remembered; and what kubectl answered."""

from collections import deque
from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import events
from textual.app import RenderResult
from textual.binding import Binding, BindingType
from textual.content import Content, Span
from textual.geometry import Size
from textual.message import Message
from textual.suggester import Suggester
from textual.widget import Widget
from textual.widgets import Input

from tutor.i18n.linebreak import cell_width, wrap
from tutor.i18n.text import printable

KEPT = 2_000
"""Lines of output that are kept."""
REMEMBERED = 200
"""Commands that the arrow keys bring back."""
Complete = Callable[[str], Sequence[str]]


class _Ghost(Suggester):
    """What would be completed, shown behind the cursor."""

    def __init__(self, complete: Complete) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._complete = complete

    async def get_suggestion(self, value: str) -> str | None:
        """The likeliest line that begins so."""
        return next(iter(self._complete(value)), None) if value else None


class KubectlLine(Input):
    """A line to type in. Says :class:`KubectlLine.Given`.

    Tab completes, and once more takes the next candidate; on an empty line, or where nothing can
    come next, it goes to the next pane as everywhere. The arrows bring back what was typed before.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "recall(-1)", show=False),
        Binding("down", "recall(1)", show=False),
        Binding("tab", "complete(1)", show=False),
        Binding("shift+tab", "complete(-1)", show=False),
    ]
    DEFAULT_CSS = """
    KubectlLine { padding: 0 1; background: $panel; width: 1fr; }
    """

    class Given(Message):
        """A line was given."""

        def __init__(self, line: str) -> None:
            super().__init__()
            self.line = line

    def __init__(self, complete: Complete, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(
            id=id, compact=True, select_on_focus=False, suggester=_Ghost(complete), highlighter=None
        )
        self._complete = complete
        self._history: deque[str] = deque(maxlen=REMEMBERED)
        self._at = 0
        self._draft = ""
        self._candidates: tuple[str, ...] = ()
        self._offered = ""

    def remember(self, line: str) -> None:
        """A line was run, typed or not."""
        if line and (not self._history or self._history[-1] != line):
            self._history.append(line)
        self._at = len(self._history)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Give the line."""
        event.stop()
        line = self.value.strip()
        if line:
            self.remember(line)
            self.value = ""
            self.post_message(self.Given(line))

    def action_recall(self, by: int) -> None:
        """Bring back what was typed before, or after."""
        if self._at == len(self._history):
            self._draft = self.value
        self._at = min(max(self._at + by, 0), len(self._history))
        self._put(self._draft if self._at == len(self._history) else self._history[self._at])

    def action_complete(self, by: int) -> None:
        """Complete; again, the next candidate."""
        if not (self._candidates and self.value == self._offered):
            self._candidates = tuple(self._complete(self.value)) if self.value.strip() else ()
            self._offered = ""
        if not self._candidates:
            if by > 0:
                self.screen.focus_next()
            else:
                self.screen.focus_previous()
            return
        known = self._offered in self._candidates
        at = self._candidates.index(self._offered) + by if known else 0
        self._offered = self._candidates[at % len(self._candidates)]
        if len(self._candidates) == 1:
            self._candidates = ()
            self._offered += " "
        self._put(self._offered)

    def _put(self, line: str) -> None:
        self.value = line
        self.cursor_position = len(line)

    def on_paste(self, event: events.Paste) -> None:
        """Only the first line, without control characters."""
        event.text = printable(event.text.strip().split("\n")[0].replace("\t", " "))


class Output(Widget, can_focus=True):
    """What commands answered, as plain data: no markup, no control sequences, never wrapped.

    Put it into something that scrolls both ways.
    """

    DEFAULT_CSS = """
    Output { width: auto; min-width: 100%; height: auto; color: $foreground; }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._lines: deque[tuple[str, str]] = deque(maxlen=KEPT)
        self._open = False
        self._width = 0

    @property
    def text(self) -> str:
        """All that is kept."""
        return "\n".join(words for words, _ in self._lines)

    def say(self, text: str, style: str = "") -> None:
        """Add lines: a command, a word of the tutor's."""
        self._open = False
        for line in text.rstrip("\n").split("\n"):
            self._lines.append((_plain(line), style))
        self._changed()

    def tell(self, words: str, style: str = "") -> None:
        """Add words of the tutor's own, wrapped to what is in sight."""
        if self._room():
            self._tell(words, style)
        else:  # its pane comes into sight only now
            self.call_after_refresh(self._tell, words, style)

    def _tell(self, words: str, style: str) -> None:
        self.say("\n".join(wrap(words, max(self._room() - 2, 20))), style)

    def _room(self) -> int:
        return self.parent.size.width if isinstance(self.parent, Widget) else 0

    def pour(self, piece: str) -> None:
        """Add output as it comes; it may end in the middle of a line."""
        *whole, last = piece.replace("\r\n", "\n").split("\n")
        for line in whole:
            self._pour(line)
            self._open = False
        if last:
            self._pour(last)
            self._open = True
        self._changed()

    def _pour(self, words: str) -> None:
        if self._open and self._lines:
            before, style = self._lines.pop()
            self._lines.append((before + _plain(words), style))
        else:
            self._lines.append((_plain(words), ""))

    def clear(self) -> None:
        """Forget everything."""
        self._lines.clear()
        self._open = False
        self._changed()

    def _changed(self) -> None:
        self._width = max((cell_width(words) for words, _ in self._lines), default=0)
        self.refresh(layout=True)

    def get_content_width(self, container: Size, viewport: Size) -> int:
        """As wide as the container, or the longest line."""
        return max(container.width, self._width)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """One row a line."""
        return max(len(self._lines), 1)

    def render(self) -> RenderResult:
        """The lines."""
        spans: list[Span] = []
        at = 0
        for words, style in self._lines:
            if style:
                spans.append(Span(at, at + len(words), style))
            at += len(words) + 1
        return Content(self.text, spans)


def _plain(line: str) -> str:
    return printable(line.rstrip("\r").expandtabs(8))

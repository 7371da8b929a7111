"""Markdown on the screen: one widget, wrapped by our own hand."""

from textual.app import RenderResult
from textual.content import Content, Span
from textual.geometry import Size
from textual.widget import Widget

from tutor.ui.layout import Line, lines
from tutor.ui.markdown import Block, Kind, parse

FENCE = "$code on $code-background"
"""Not a component class: Textual drops the background of those where it is opaque."""
_CLASSES = {Kind.CODE: ".prose--code", Kind.STRONG: ".prose--strong", Kind.EMPHASIS: ".prose--em"}


class Prose(Widget):
    """Markdown. Takes the height it needs; put it into something that scrolls.

    Fenced lines may be wider than the text around them: they are never cut, the container
    scrolls sideways.
    """

    COMPONENT_CLASSES = {  # noqa: RUF012  (Textual's own form)
        "prose--code",
        "prose--strong",
        "prose--em",
        "prose--heading",
    }
    DEFAULT_CSS = """
    Prose {
        width: auto;
        min-width: 100%;
        height: auto;
        color: $foreground;
        & .prose--code { color: $code; }
        & .prose--strong { text-style: bold; color: $text-primary; }
        & .prose--em { text-style: italic; }
        & .prose--heading { text-style: bold; color: $text-accent; }
    }
    """
    MEASURE = 84
    """The widest a line of text gets, in cells: longer lines are hard to read."""

    def __init__(
        self,
        markdown: str = "",
        language: str = "en",
        *,
        id: str | None = None,  # noqa: A002  (Textual's name)
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._blocks: tuple[Block, ...] = parse(markdown, language)
        self._laid: tuple[int, list[Line]] = (-1, [])

    def show(self, markdown: str, language: str) -> None:
        """Show other text; nothing happens if it is the same."""
        blocks = parse(markdown, language)
        if blocks is not self._blocks:
            self._blocks = blocks
            width = self._laid[0]
            self._laid = (-1, [])
            if width >= 0:
                self._lines(width)  # it may be drawn before it is laid out anew
            self.refresh(layout=True)

    @property
    def text(self) -> str:
        """What is on the screen, line by line."""
        return "\n".join(line.text for line in self._laid[1])

    def _lines(self, width: int) -> list[Line]:
        if self._laid[0] != width:
            self._laid = (width, lines(self._blocks, min(width, self.MEASURE)))
        return self._laid[1]

    def get_content_width(self, container: Size, viewport: Size) -> int:
        """As wide as the container, or as the widest fenced line."""
        laid = self._lines(container.width)
        return max([container.width, *(line.width for line in laid if line.fence is not None)])

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As many rows as there are lines."""
        return len(self._lines(container.width))

    def render(self) -> RenderResult:
        """The lines as one text, each already short enough."""
        text: list[str] = []
        spans: list[Span] = []
        position = 0
        width = self.content_size.width
        for line in self._laid[1]:
            start = position
            for run in line.runs:
                text.append(run.text)
                end = position + len(run.text)
                if run.kind in _CLASSES:
                    spans.append(Span(position, end, _CLASSES[run.kind]))
                position = end
            if line.heading:
                spans.insert(0, Span(start, position, ".prose--heading"))
            if line.fence is not None:
                room = " " * max(0, width - line.width)
                text.append(room)
                position += len(room)
                spans.append(Span(start, position, FENCE))
            text.append("\n")
            position += 1
        return Content("".join(text).removesuffix("\n"), spans)

"""The YAML editor: highlighting, findings underlined while typing, marks in the gutter."""

import re
from collections.abc import Sequence
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual import events
from textual.binding import Binding, BindingType
from textual.document._document import Location
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widgets import TextArea

from tutor.model.findings import Finding, Severity
from tutor.ui import words

INDENT = 2
# What a terminal would act upon or hide; tabs and line ends stay.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]"
)
_SYNTAX = {
    "yaml.field": "yaml--key",
    "string": "yaml--text",
    "string.escape": "yaml--number",
    "number": "yaml--number",
    "boolean": "yaml--number",
    "constant.builtin": "yaml--number",
    "comment": "yaml--comment",
    "type": "yaml--number",
    "preproc": "yaml--comment",
    "punctuation.delimiter": "yaml--mark",
    "punctuation.bracket": "yaml--mark",
    "punctuation.special": "yaml--mark",
}
_FINDING = {
    Severity.ERROR: "finding--error",
    Severity.WARNING: "finding--warning",
    Severity.ADVICE: "finding--advice",
}
_WIDE_SPACES = ("\u3000", "\xa0")
_OURS = {"f6", "f7"}  # the application's own keys, which the toolkit's editor takes


def clean(text: str) -> str:
    """Text from a paste or a file: line ends made one, invisible characters left out."""
    return _INVISIBLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n").replace("\x85", "\n"))


class Editor(TextArea, inherit_bindings=False):
    """A YAML editor that shows findings. What is typed is data: nothing in it is markup."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *(b for b in TextArea.BINDINGS if isinstance(b, Binding) and b.key not in _OURS),
        Binding("tab", "indent", show=False),
        Binding("shift+tab", "dedent", show=False),
        Binding("ctrl+home", "to_the_end(-1)", show=False),
        Binding("ctrl+end", "to_the_end(1)", show=False),
        Binding("ctrl+shift+home", "to_the_end(-1, True)", show=False),
        Binding("ctrl+shift+end", "to_the_end(1, True)", show=False),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        *(set(_SYNTAX.values())),
        *(set(_FINDING.values())),
    }
    DEFAULT_CSS = """
    Editor {
        border: none;
        padding: 0;
        scrollbar-size-vertical: 1;
        background: $background;
        color: $foreground;
        &:focus { border: none; }
        & .yaml--key { color: $yaml-key; text-style: bold; }
        & .yaml--text { color: $yaml-text; }
        & .yaml--number { color: $yaml-number; }
        & .yaml--comment { color: $yaml-comment; text-style: italic; }
        & .yaml--mark { color: $yaml-mark; }
        & .finding--error { color: $finding-error; text-style: bold underline; }
        & .finding--warning { color: $finding-warning; text-style: underline; }
        & .finding--advice { color: $finding-advice; text-style: underline; }
        & .text-area--gutter { color: $quiet; }
        & .text-area--cursor-gutter { color: $foreground; background: $surface; }
        & .text-area--cursor-line { background: $surface; }
        & .text-area--matching-bracket { background: $panel; text-style: bold; }
    }
    """

    class Moved(Message):
        """The cursor is on another line, counted from 1."""

        def __init__(self, line: int) -> None:
            super().__init__()
            self.line = line

    def __init__(self, text: str = "", *, id: str | None = None) -> None:  # noqa: A002
        self._marks: dict[int, list[tuple[int, int | None, Severity]]] = {}
        self._finding_styles: dict[Severity, Style] = {}
        self._dressed: object = None
        self._line = 1
        super().__init__(
            clean(text),
            language="yaml",
            soft_wrap=True,
            show_line_numbers=True,
            tab_behavior="focus",
            max_checkpoints=500,
            id=id,
        )
        self.indent_width = INDENT

    # What is shown

    def load(self, text: str) -> None:
        """Show another text, with a history of its own."""
        self._marks = {}
        self._line = 1
        self.load_text(clean(text))

    def put(self, text: str) -> None:
        """Replace the whole text as one edit, which undo takes back."""
        row, column = self.cursor_location
        self.history.checkpoint()
        self.replace(clean(text), (0, 0), self.document.end, maintain_selection_offset=False)
        self.history.checkpoint()
        self.move_cursor(self.clamp_visitable((row, column)))

    def mark(self, findings: Sequence[Finding]) -> None:
        """Underline findings. Call it only with those of the text as it is."""
        marks: dict[int, list[tuple[int, int | None, Severity]]] = {}
        for finding in sorted(findings, key=lambda f: -f.severity.rank):
            span = finding.span
            for line in range(span.line, min(span.end_line, self.document.line_count) + 1):
                begin = span.column - 1 if line == span.line else 0
                end = span.end_column - 1 if line == span.end_line else None
                marks.setdefault(line - 1, []).append((begin, end, finding.severity))
        if marks != self._marks:
            self._marks = marks
            self._line_cache.clear()
            self.refresh()

    def severity_at(self, line: int) -> Severity | None:
        """The gravest finding of a line, counted from 1."""
        marks = self._marks.get(line - 1)
        return marks[-1][2] if marks else None

    def jump(self, finding: Finding) -> None:
        """Put the cursor where a finding is."""
        self.move_cursor(
            self.clamp_visitable((finding.span.line - 1, finding.span.column - 1)), center=True
        )

    # How it is drawn

    def get_line(self, line_index: int) -> Text:
        """A line with its findings underlined."""
        line = super().get_line(line_index)
        for begin, end, severity in self._marks.get(line_index, ()):
            last = len(line) if end is None else min(end, len(line))
            first = min(begin, max(len(line) - 1, 0))
            line.stylize(self._finding_styles.get(severity, ""), first, max(last, first + 1))
        return line

    def _render_line(self, y: int) -> Strip:
        """A mark beside the number of a line with findings."""
        strip = super()._render_line(y)
        place = y + self.scroll_offset.y
        info = self.wrapped_document._offset_to_line_info
        if place >= len(info):
            return strip
        line_index, section = info[place]
        severity = self.severity_at(line_index + 1)
        if severity is None or section:
            return strip
        at = self.gutter_width - 2
        under = next(iter(strip.crop(at, at + 1)), Segment(" "))
        style = Style(color=self._finding_styles[severity].color, bold=True)
        mark = Segment(words.SEVERITY_MARK[severity], (under.style or Style()) + style)
        return Strip.join([strip.crop(0, at), Strip([mark], 1), strip.crop(at + 1)])

    def render_lines(self, crop: Region) -> list[Strip]:
        """Take the colours of the theme first, when it is another one than the last time."""
        if self._theme is not self._dressed:
            self._dressed = self._theme
            self._dress()
        return super().render_lines(crop)

    def _dress(self) -> None:
        def only_text(name: str) -> Style:
            found = self.get_component_rich_style(name)
            return Style(
                color=found.color,
                bold=found.bold or None,
                italic=found.italic or None,
                underline=found.underline or None,
            )

        self._finding_styles = {kind: only_text(name) for kind, name in _FINDING.items()}
        self._theme.syntax_styles = {capture: only_text(name) for capture, name in _SYNTAX.items()}
        self._line_cache.clear()

    # How it is written in

    def on_key(self, event: events.Key) -> None:
        """Also the spaces Japanese input makes, which Python does not call printable.

        The toolkit's own handler runs after this one, unless it is prevented.
        """
        if event.character in _WIDE_SPACES:
            insert = event.character
        elif event.key == "enter" and self.selection.is_empty:
            insert = "\n" + self._indent_after()
        else:
            return
        event.stop()
        event.prevent_default()
        self._restart_blink()
        self._replace_via_keyboard(insert, *self.selection)

    def check_consume_key(self, key: str, character: str | None = None) -> bool:
        """Letters are typed here, so no letter is a command."""
        return super().check_consume_key(key, character) or character in _WIDE_SPACES

    def on_paste(self, event: events.Paste) -> None:
        """Pasted text comes in clean; the toolkit's own handler then inserts it."""
        event.text = clean(event.text)

    def action_paste(self) -> None:
        """Paste what was copied here, clean as well."""
        if result := self._replace_via_keyboard(clean(self.app.clipboard), *self.selection):
            self.move_cursor(result.end_location)

    def action_to_the_end(self, direction: int, select: bool = False) -> None:
        """To the start or the end of the text, on request selecting what lies between."""
        self.move_cursor(self.document.end if direction > 0 else (0, 0), select=select)

    def action_delete_left(self) -> None:
        """Within the indentation, back to the stop before."""
        row, column = self.cursor_location
        before = self.document[row][:column]
        if self.selection.is_empty and before and not before.strip(" ") and column % INDENT == 0:
            self._delete_via_keyboard((row, column - INDENT), (row, column))
        else:
            super().action_delete_left()

    def action_indent(self) -> None:
        """Spaces up to the next stop, or every selected line two further in."""
        first, last = self._selected_rows()
        if first == last:
            self._replace_via_keyboard(" " * self._find_columns_to_next_tab_stop(), *self.selection)
        else:
            self._shift(
                [(row, f"{' ' * INDENT}{self.document[row]}") for row in range(first, last + 1)]
            )

    def action_dedent(self) -> None:
        """The lines two spaces further out."""
        first, last = self._selected_rows()
        lines = [(row, self.document[row]) for row in range(first, last + 1)]
        self._shift([(row, re.sub(rf"\A {{1,{INDENT}}}", "", line)) for row, line in lines])

    def _shift(self, lines: list[tuple[int, str]]) -> None:
        (first, _), (last, _) = lines[0], lines[-1]
        old = [self.document[row] for row, _ in lines]
        new = [line for _, line in lines]
        if old == new:
            return
        (start_row, start), (end_row, end) = self.selection
        by = {row: len(line) - len(self.document[row]) for row, line in lines}
        self.replace("\n".join(new), (first, 0), (last, len(old[-1])))
        self.selection = type(self.selection)(
            (start_row, max(start + by[start_row], 0)), (end_row, max(end + by.get(end_row, 0), 0))
        )

    def _selected_rows(self) -> tuple[int, int]:
        (first, _), (last, column) = sorted(self.selection)
        return first, last - 1 if last > first and column == 0 else last

    def _indent_after(self) -> str:
        """The indentation of a new line: as this one's, deeper after ``key:`` and ``- key:``."""
        row, column = self.cursor_location
        before = self.document[row][:column]
        indent = len(before) - len(before.lstrip(" "))
        item = re.match(r"( *)((?:- +)+)(?=\S)", before)
        if before.rstrip().endswith(":") and not before.lstrip().startswith("#"):
            return " " * ((len(item[0]) if item else indent) + INDENT)
        return " " * (len(item[0]) if item else indent)

    def on_text_area_selection_changed(self, event: TextArea.SelectionChanged) -> None:
        """Tell when the cursor comes to another line."""
        event.stop()
        line = event.selection.end[0] + 1
        if line != self._line:
            self._line = line
            self.post_message(self.Moved(line))

    @property
    def place(self) -> Location:
        """Line and column of the cursor, from 0."""
        return self.cursor_location

"""What happened, in order. The cursor is a moment: at the end it goes along, elsewhere it stays."""

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message

from tutor.i18n.linebreak import pad, wrap
from tutor.i18n.translator import Translator
from tutor.model.timeline import Entry
from tutor.ui import happening_words as said
from tutor.ui.happening_words import Group
from tutor.ui.widgets.rows import Row, Rows, Text

LONGEST = 600
"""Entries that are drawn at once, those around the cursor."""


class TimelineView(Rows):
    """Entries, one row each, with the time since the beginning.

    Says :class:`TimelineView.Went` when the learner goes to another moment, and
    :class:`Rows.Chosen` when an entry is to be explained. Keys are the places of the entries, from
    0, in the whole story.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "move(-1)", show=False),
        Binding("right", "move(1)", show=False),
        Binding("home", "first", show=False),
        Binding("end", "last", show=False),
    ]

    class Went(Message):
        """Another moment is looked at; None is the present."""

        def __init__(self, view: "TimelineView", entry: Entry | None) -> None:
            super().__init__()
            self.view = view
            self.entry = entry

        @property
        def control(self) -> "TimelineView":
            """Where it happened."""
            return self.view

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._entries: Sequence[Entry] = ()
        self._shown: list[int] = []
        self._t: Translator | None = None
        self._begin = 0.0
        self._nothing = ""
        self._waits: tuple[str, ...] = ()
        self.group = Group.ALL
        self.following = True

    def show(
        self,
        entries: Sequence[Entry],
        t: Translator,
        *,
        begin: float,
        group: Group = Group.ALL,
        nothing: str = "",
        waits: tuple[str, ...] = (),
    ) -> None:
        """Show a story; while following, the cursor goes to its end.

        Args:
            entries: The story so far, oldest first.
            t: The language.
            begin: The time that counts as zero.
            group: What it is narrowed to.
            nothing: Said where there is nothing to tell.
            waits: What is waited for at the moment under the cursor, and why; told below it.
        """
        same = len(entries) == len(self._entries) and entries[-1:] == self._entries[-1:]
        state = (t, begin, group, nothing, waits)
        if same and state == (self._t, self._begin, self.group, self._nothing, self._waits):
            return
        self._entries = entries
        self._t, self._begin, self.group, self._nothing, self._waits = state
        self._shown = [n for n, entry in enumerate(entries) if said.belongs(entry, group)]
        keys = self.keys()
        if self.following or self.cursor not in keys:
            self._put(keys[-1] if keys else "")
        self.changed()
        if self.following:
            self.call_after_refresh(self.show_cursor)

    @property
    def entry(self) -> Entry | None:
        """The entry under the cursor."""
        return self._entries[int(self.cursor)] if self.cursor else None

    def keys(self) -> list[str]:
        """Places in the story of the entries that are shown."""
        return [str(n) for n in self._shown]

    def follow(self) -> None:
        """Back to the present."""
        keys = self.keys()
        self.following = True
        self._put(keys[-1] if keys else "")
        self.changed()
        self.call_after_refresh(self.show_cursor)

    def go(self, version: int) -> None:
        """To the last entry that is not after a version, without telling."""
        before = [n for n in self._shown if self._entries[n].version <= version]
        if before:
            self.following = False
            self._put(str(before[-1]))
            self.changed()
            self.call_after_refresh(self.show_cursor)

    def _put(self, key: str) -> None:
        self.set_reactive(Rows.cursor, key)

    def lay(self, width: int) -> Sequence[Row]:
        """Time, mark and sentence; a long sentence hangs below itself."""
        t = self._t
        if t is None:
            return []
        if not self._shown:
            return [Row("", tuple(Text(line) for line in wrap(self._nothing, width)))]
        shown = self._window()
        times = [said.moment(self._entries[n].at - self._begin) for n in shown]
        room = max(map(len, times))
        rows = [
            Row(str(n), _row(self._entries[n], pad(time, room), width, t))
            for n, time in zip(shown, times, strict=True)
        ]
        return [
            self._with_waits(row, room, width) if row.key == self.cursor else row for row in rows
        ]

    def _with_waits(self, row: Row, room: int, width: int) -> Row:
        """The row under the cursor, and what was waited for at that moment."""
        lead = " " * (room + 2)
        lines = [
            line for one in self._waits for line in wrap(f"… {one}", max(width - room - 2, 12))
        ]
        style = ".rows--note"
        more = (Text(lead + line, ((0, room + 2 + len(line), style),)) for line in lines)
        return Row(row.key, (*row.lines, *more))

    def _window(self) -> list[int]:
        if len(self._shown) <= LONGEST:
            return self._shown
        at = self._shown.index(int(self.cursor)) if self.cursor else len(self._shown)
        first = min(max(at - LONGEST // 2, 0), len(self._shown) - LONGEST)
        return self._shown[first : first + LONGEST]

    def watch_cursor(self, key: str) -> None:
        """The learner goes to another moment."""
        if len(self._shown) > LONGEST or self._waits:
            self._waits = ()  # those of another moment
            width = self._laid[0]
            self._laid = (-1, ())
            if width >= 0:
                self._rows(width)
            self.refresh(layout=True)
        super().watch_cursor(key)
        keys = self.keys()
        self.following = not keys or key == keys[-1]
        self.post_message(self.Went(self, None if self.following else self.entry))

    def action_first(self) -> None:
        """To the beginning."""
        keys = self.keys()
        if keys:
            self.cursor = keys[0]

    def action_last(self) -> None:
        """To the present, and along with it."""
        keys = self.keys()
        if keys:
            self.cursor = keys[-1]
            if not self.following:
                self.follow()


def _row(entry: Entry, time: str, width: int, t: Translator) -> tuple[Text, ...]:
    style = said.style(entry)
    lead = f"{time}  {said.mark(entry)} "
    lines = wrap(said.sentence(entry, t), max(width - len(lead), 12))
    out: list[Text] = []
    for number, words in enumerate(lines):
        begin = " " * len(lead) if number else lead
        spans = [] if number else [(0, len(time), ".rows--quiet")]
        if style:
            spans.append((len(time) + 2, len(begin) + len(words), f".rows--{style}"))
        out.append(Text(begin + words, tuple(spans)))
    return tuple(out)

"""What a step in a cluster asks for: the commands it suggests, and what must come about."""

from collections.abc import Sequence

from tutor.i18n.linebreak import wrap
from tutor.i18n.text import printable
from tutor.i18n.translator import Translator
from tutor.model.verdicts import State
from tutor.ui import verdict_words
from tutor.ui.stage_words import Expected, Suggested
from tutor.ui.widgets.rows import Row, Rows, Text


class Checklist(Rows):
    """Chosen: ``step/0`` to run a command, ``expect/in-order`` to read about an expectation."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._steps: tuple[Suggested, ...] = ()
        self._expected: tuple[Expected, ...] = ()
        self._t: Translator | None = None

    def show(
        self, steps: tuple[Suggested, ...], expected: tuple[Expected, ...], t: Translator
    ) -> None:
        """Show how things stand; a cursor on the command to run next goes along with it."""
        state = (steps, expected, t)
        if state == (self._steps, self._expected, self._t):
            return
        at_next = not self.cursor or self.cursor == self._next()
        self._steps, self._expected, self._t = state
        if at_next and self._next():
            self.set_reactive(Rows.cursor, self._next())
        self.changed()

    def _next(self) -> str:
        return next((f"step/{n}" for n, one in enumerate(self._steps) if one.following), "")

    @property
    def steps(self) -> tuple[Suggested, ...]:
        """The commands as they are shown."""
        return self._steps

    @property
    def expected(self) -> tuple[Expected, ...]:
        """The expectations as they are shown."""
        return self._expected

    def lay(self, width: int) -> Sequence[Row]:
        """Commands, then expectations, each with how it stands in words."""
        t = self._t
        if t is None:
            return []
        rows: list[Row] = []
        if self._steps:
            rows.append(_head(t("Commands")))
            rows += [
                Row(f"step/{n}", _command(n, one, width, t)) for n, one in enumerate(self._steps)
            ]
        if self._expected:
            good = sum(one.state.good for one in self._expected)
            total = len(self._expected)
            head = t("What must come about: {done} of {total}", done=good, total=total)
            rows.append(_head(head))
            rows += [Row(f"expect/{one.id}", _expectation(one, width, t)) for one in self._expected]
        return rows


def _head(words: str) -> Row:
    return Row("", (Text(words, ((0, len(words), ".rows--heading"),)),))


def _command(number: int, one: Suggested, width: int, t: Translator) -> tuple[Text, ...]:
    mark = "✓" if one.taken else "▶" if one.following else "○"
    note = t("done") if one.taken else t("next") if one.following else ""
    style = ".rows--quiet" if one.taken else ".rows--code"
    lead = f"{mark} {number + 1} "
    said = printable(one.says)
    says = t("{text} ({note})", text=said, note=note) if note else said
    return _hung(lead, says, width, style)


def _expectation(one: Expected, width: int, t: Translator) -> tuple[Text, ...]:
    style = f".rows--{verdict_words.STYLES[one.state]}"
    lead = f"{verdict_words.MARKS[one.state]} "
    says = t("{text} ({note})", text=one.says, note=verdict_words.state(one.state, t))
    out = _hung(lead, says, width, "", (0, 1, style))
    if one.why and one.state is not State.OPEN:
        out += _hung("    ", one.why, width, style)
    return out


def _hung(
    lead: str, words: str, width: int, style: str, *more: tuple[int, int, str]
) -> tuple[Text, ...]:
    out: list[Text] = []
    for number, line in enumerate(wrap(words, max(width - len(lead), 12))):
        begin = " " * len(lead) if number else lead
        spans = [] if number else list(more)
        if style:
            spans.append((0, len(begin) + len(line), style))
        out.append(Text(begin + line, tuple(spans)))
    return tuple(out)

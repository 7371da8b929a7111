"""What was found in the text: one row each, the one at the cursor told in full."""

from collections.abc import Sequence

from tutor.i18n.linebreak import cell_width, truncate, wrap
from tutor.i18n.translator import Translator
from tutor.model.findings import Severity
from tutor.ui import words
from tutor.ui.layout import flow
from tutor.ui.markdown import Kind, Run, inline
from tutor.ui.told import Told
from tutor.ui.widgets.rows import Row, Rows, Text


class Findings(Rows):
    """The findings, the blocking ones first. Chosen: the number of one, from 0.

    ``expanded`` tells all of them in full, where there is room.
    """

    expanded = False

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._state: tuple[object, ...] = ()
        self._told: tuple[Told, ...] = ()
        self._nothing = ""
        self._t: Translator | None = None

    def show(self, told: Sequence[Told], t: Translator, *, nothing: str = "") -> None:
        """Show other findings, the cursor on the first.

        Args:
            told: The findings.
            t: The language.
            nothing: Said where there are none.
        """
        state = (tuple(told), nothing, t, self.expanded)
        if state == self._state:
            return
        same = [one.finding for one in told] == [one.finding for one in self._told]
        self._state = state
        self._told, self._nothing, self._t, _ = state
        if not same:
            self.set_reactive(Rows.cursor, "")
        self.changed()

    @property
    def told(self) -> tuple[Told, ...]:
        """What is shown."""
        return self._told

    @property
    def current(self) -> Told | None:
        """The finding under the cursor."""
        return self._told[int(self.cursor)] if self.cursor else None

    def at_line(self, line: int) -> None:
        """Put the cursor on the first finding of a line of the text, if there is one."""
        for number, told in enumerate(self._told):
            if told.finding.span.line <= line <= told.finding.span.end_line:
                self.cursor = str(number)
                return

    def watch_cursor(self, key: str) -> None:
        """The row that is told in full is another one."""
        width, before = self._laid[0], self._height
        self._laid = (-1, ())
        self._rows(width if width >= 0 else None)
        if self._height != before:
            self.refresh(layout=True)
        super().watch_cursor(key)

    def lay(self, width: int) -> Sequence[Row]:
        """Severity in words, line, title and code; below it the message."""
        t = self._t
        if t is None:
            return []
        if not self._told:
            return [Row("", tuple(Text(line) for line in wrap(self._nothing, width)))]
        return [
            Row(str(number), self._row(told, width, str(number) == self.cursor, t))
            for number, told in enumerate(self._told)
        ]

    def _row(self, told: Told, width: int, here: bool, t: Translator) -> tuple[Text, ...]:
        finding = told.finding
        mark = words.SEVERITY_MARK[finding.severity]
        says = words.severity(finding.severity, t)
        if told.blocking and finding.severity is not Severity.ERROR:
            says = t("{severity}, needed here", severity=says)
        lead = f"{mark} {says}  {words.lines_of(finding, t)}  "
        code = f"  {finding.code}"
        title = truncate(told.title, max(width - cell_width(lead) - len(code), 8))
        line = truncate(f"{lead}{title}{code}", width)
        style = words.SEVERITY_STYLE[finding.severity]
        spans = (
            (0, min(len(lead), len(line)), style),
            (min(len(lead) + len(title), len(line)), len(line), ".rows--quiet"),
        )
        out = [Text(line, spans)]
        if here or self.expanded:
            out += [
                Text("  " + "".join(run.text for run in runs), _spans(runs))
                for runs in flow(inline(told.message, t.language), width - 2)
            ]
        return tuple(out)


def _spans(runs: tuple[Run, ...]) -> tuple[tuple[int, int, str], ...]:
    out: list[tuple[int, int, str]] = []
    at = 2
    for run in runs:
        if run.kind is Kind.CODE:
            out.append((at, at + len(run.text), ".rows--code"))
        at += len(run.text)
    return tuple(out)

"""``--format text``: what was found, for a person; the place, the words, the line and a caret."""

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from tutor.cli.report import STDIN, Report, lines_of
from tutor.cli.report.json import end_column
from tutor.i18n.text import join, printable
from tutor.i18n.translator import N_, Translator
from tutor.model.findings import Finding, Severity

_WORDS = {
    Severity.ERROR: N_("error"),
    Severity.WARNING: N_("warning"),
    Severity.ADVICE: N_("advice"),
}
_MARKS = {Severity.ERROR: "31", Severity.WARNING: "33", Severity.ADVICE: "36"}
_FIRST = 3
"""Findings named again at the end when there are many: where to begin."""
_MANY = 6
_LEAD = 24
"""Cells left of the caret that stay when a long line is cut."""


class Style(NamedTuple):
    """How it may look.

    Attributes:
        color: Whether escape sequences are welcome.
        width: Cells of the terminal; 0 for a pipe, where nothing is wrapped or cut short.
    """

    color: bool = False
    width: int = 0

    def paint(self, text: str, code: str) -> str:
        """A text in a colour, or as it is."""
        return f"\x1b[{code}m{text}\x1b[0m" if self.color else text


def render(report: Report, t: Translator, style: Style) -> Iterator[str]:
    """The findings with the lines they are about, then how many there are."""
    lines = {
        checked.name: lines_of(checked.manifest.text)
        for checked in report.files
        if checked.findings
    }
    for finding in report.findings:
        yield from _finding(finding, report, lines.get(finding.file, []), t, style)
        yield ""
    for line in summary(report, t):
        yield from _wrapped(line, style.width)


def summary(report: Report, t: Translator) -> Iterator[str]:
    """How many findings of each severity in how many files, and where to begin."""
    found, files = report.findings, len(report.files)
    if not found:
        yield t.n("No findings in {count} file.", "No findings in {count} files.", files)
        return
    count = Counter(finding.severity for finding in found)
    parts = [
        t.n("{count} error", "{count} errors", count[Severity.ERROR]),
        t.n("{count} warning", "{count} warnings", count[Severity.WARNING]),
        t.n("{count} piece of advice", "{count} pieces of advice", count[Severity.ADVICE]),
    ]
    counted = join(
        [p for p, level in zip(parts, Severity, strict=True) if count[level]], t.language
    )
    if files == 1:
        yield t("{counted}.", counted=counted)
    else:
        yield t(
            "{counted} in {found} of {all} files.",
            counted=counted,
            found=len({finding.file for finding in found}),
            all=files,
        )
    if len(found) >= _MANY:
        first = dict.fromkeys(
            t("{text} ({note})", text=f.code, note=place(f, column=False)) for f in found
        )
        yield t("Begin with {findings}.", findings=join(list(first)[:_FIRST], t.language))


def cell_width(text: str) -> int:
    """Cells of a text; what is ASCII need not load the tables of the others."""
    if text.isascii() and text.isprintable():
        return len(text)
    from tutor.i18n import linebreak

    return linebreak.cell_width(text)


def place(finding: Finding, *, column: bool = True) -> str:
    """``web.yaml:9:3``, as editors and terminals know it."""
    name = "<stdin>" if finding.file == STDIN else printable(finding.file)
    return f"{name}:{finding.line}:{finding.column}" if column else f"{name}:{finding.line}"


def _finding(
    finding: Finding, report: Report, lines: list[str], t: Translator, style: Style
) -> Iterator[str]:
    mark = _MARKS[finding.severity]
    word = t(_WORDS[finding.severity])
    head = f"{place(finding)}: {word} {finding.code}:"
    painted = f"{style.paint(place(finding), '1')}: {style.paint(f'{word} {finding.code}', mark)}:"
    first, *rest = _wrapped(f"{head} {report.message(finding)}", style.width)
    yield painted + first[len(head) :] if first.startswith(head) else first
    yield from (f"  {line}" for line in rest)
    about = _about(finding, report, t)
    if about:
        yield from (style.paint(f"  {line}", "2") for line in _wrapped(about, style.width - 2))
    yield from _excerpt(finding, lines, style)


def _wrapped(text: str, width: int) -> list[str]:
    if width <= 0 or cell_width(text) <= width:
        return [text]
    from tutor.i18n.linebreak import wrap

    return wrap(text, width - 2)


def _about(finding: Finding, report: Report, t: Translator) -> str:
    """The object and the field, each as far as it is known."""
    document = report.document(finding)
    path = printable(finding.path)
    if document is None or not document.kind:
        return path
    named = printable(f"{document.kind} {document.name}".rstrip())
    return t("{object}, {path}", object=named, path=path) if path else named


def _excerpt(finding: Finding, lines: list[str], style: Style) -> Iterator[str]:
    """The line a finding begins on, and carets below what it is about.

    Both lines keep the tabs before the caret, so they stay aligned however wide a tab is drawn.
    """
    span = finding.span
    if not 1 <= span.line <= len(lines):
        return
    line = lines[span.line - 1]
    start = min(span.column - 1, len(line))
    end = min(max(end_column(finding, lines) - 1, start), len(line))
    before, there, after = line[:start], line[start:end], line[end:]
    if "hidden" in finding.params:
        there, after = "…", ""
    gutter = " " * len(str(span.line))
    room = style.width - len(gutter) - 3 if style.width else 0
    before, there, after = _cut(printable(before), printable(there), printable(after), room)
    blank = "".join(c if c == "\t" else " " * cell_width(c) for c in before)
    carets = "^" * max(cell_width(there), 1)
    bar = style.paint("|", "2")
    yield f"{style.paint(str(span.line), '2')} {bar} {before}{there}{after}".rstrip()
    yield f"{gutter} {bar} {blank}{style.paint(carets, _MARKS[finding.severity])}"


def _cut(before: str, there: str, after: str, room: int) -> tuple[str, str, str]:
    """A long line, cut so that what it is about stays in sight."""
    if not room or cell_width((before + there + after).expandtabs()) <= room:
        return before, there, after
    if cell_width(before) > _LEAD:
        while cell_width(before) >= _LEAD:
            before = before[1:]
        before = f"…{before}"
    there = _fitting(there, max(room - cell_width(before), 8))
    return before, there, _fitting(after, max(room - cell_width(before + there), 0))


def _fitting(text: str, room: int) -> str:
    if cell_width(text) <= room:
        return text
    out = ""
    for character in text:
        if cell_width(out + character) >= room:
            break
        out += character
    return f"{out}…" if room else ""

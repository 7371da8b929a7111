"""The report as lines of text."""

from collections.abc import Iterator

from tutor.i18n.linebreak import cell_width, pad, truncate
from tutor.i18n.text import join, printable
from tutor.i18n.translator import Translator
from tutor.model.progress import Status
from tutor.workshop.report import Person, Report
from tutor.workshop.words import MARKS, STATES, code_title, lesson_title, task_title

NAME_CELLS = 16


def lines(report: Report, t: Translator, width: int = 80) -> Iterator[str]:
    """The report, each line at most ``width`` cells wide where its words allow."""
    yield t.n("{count} person", "{count} people", len(report.people))
    yield ""
    head = pad(t("name"), NAME_CELLS)
    numbers = " ".join(f"{number:>2}" for number in range(1, len(report.lessons) + 1))
    yield f"{head} {numbers}  {t('now at')}"
    for person in report.people:
        yield truncate(_row(person, t), width)
    yield ""
    yield "   ".join(f"{MARKS[status]} {t(STATES[status])}" for status in Status)
    for number, lesson in enumerate(report.lessons, 1):
        counts = report.count(lesson)
        done = counts[Status.SOLVED] + counts[Status.SOLVED_WITH_SOLUTION]
        title = truncate(lesson_title(lesson, t.language), width - 16)
        yield f"{number:>2} {pad(title, min(width, 80) - 12)} {done:>3}/{len(report.people)}"
    yield from _stuck(report, t)


def _row(person: Person, t: Translator) -> str:
    name = pad(truncate(printable(person.name), NAME_CELLS), NAME_CELLS)
    marks = " ".join(f" {MARKS[row.status]}" for row in person.rows)
    at = lesson_title(person.at, t.language) if person.at else t("nowhere yet")
    return f"{name} {marks}  {at}"


def _stuck(report: Report, t: Translator) -> Iterator[str]:
    people = [person for person in report.people if person.stuck]
    yield ""
    if not people:
        yield t("Nobody is stuck.")
        return
    yield t("May be glad of help:")
    for person in people:
        stuck = person.stuck[0]
        place = f"{lesson_title(stuck.lesson, t.language)} / {task_title(stuck, t.language)}"
        yield f"- {printable(person.name)}: {place}"
        tried = t.n("{count} check", "{count} checks", stuck.attempts)
        hints = t.n("{count} hint", "{count} hints", stuck.hints)
        yield f"  {join((tried, hints), t.language)}"
        for code, times in stuck.codes[:3]:
            yield f"  {code_title(code, t)} ×{times}"
    shared = [(code, names) for code, names in report.codes if len(names) > 1]
    if shared:
        yield ""
        yield t("Worth a word to the whole room:")
        widest = max(cell_width(code_title(code, t)) for code, _ in shared)
        for code, names in shared:
            affected = t.n("{count} person", "{count} people", len(names))
            yield f"- {pad(code_title(code, t), widest)}  {affected}"

"""The report as one HTML page that needs nothing else: no script, no font, no network."""

import re
from collections.abc import Iterator
from html import escape

from tutor.i18n.text import join, printable
from tutor.i18n.translator import Translator
from tutor.model.progress import Status
from tutor.workshop.report import Person, Report
from tutor.workshop.words import MARKS, STATES, code_title, lesson_title, task_title

_STYLE = """
:root { color-scheme: light dark; font: 16px/1.6 system-ui, sans-serif; }
body { max-width: 72rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; }
th, td { border: 1px solid color-mix(in srgb, currentColor 30%, transparent);
  padding: .3rem .6rem; text-align: left; vertical-align: top; }
th.n, td.n { text-align: center; }
td.solved { background: color-mix(in srgb, seagreen 35%, transparent); }
td.solved-with-solution { background: color-mix(in srgb, steelblue 30%, transparent); }
td.started { background: color-mix(in srgb, goldenrod 30%, transparent); }
code { font-family: ui-monospace, monospace; }
.wide { overflow-x: auto; }
"""


def render(report: Report, t: Translator, written: str) -> str:
    """The whole page.

    Args:
        report: What to show.
        t: The language of the page.
        written: When the report was made, in words.
    """
    title = escape(t("Workshop report"))
    body = "\n".join([*_table(report, t), *_stuck(report, t), *_shared(report, t)])
    people = _people(len(report.people), t)
    return f"""<!doctype html>
<html lang="{t.language}">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>{_STYLE}</style>
<h1>{title}</h1>
<p>{escape(people)} · {escape(written)}</p>
{body}
</html>
"""


def _people(count: int, t: Translator) -> str:
    return t.n("{count} person", "{count} people", count)


def _text(words: str) -> str:
    return escape(printable(words))


def _marked(words: str) -> str:
    """Text with code spans."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", _text(words))


def _table(report: Report, t: Translator) -> Iterator[str]:
    yield '<div class="wide"><table><thead><tr>'
    yield f"<th>{_text(t('name'))}</th>"
    for number, lesson in enumerate(report.lessons, 1):
        yield f'<th class="n" title="{_text(lesson_title(lesson, t.language))}">{number}</th>'
    yield f"<th>{_text(t('now at'))}</th></tr></thead><tbody>"
    for person in report.people:
        yield from _row(person, t)
    yield "</tbody></table></div>"
    legend = " · ".join(f"{MARKS[status]} {_text(t(STATES[status]))}" for status in Status)
    yield f"<p>{legend}</p><ol>"
    for lesson in report.lessons:
        counts = report.count(lesson)
        done = counts[Status.SOLVED] + counts[Status.SOLVED_WITH_SOLUTION]
        share = f"{done}/{len(report.people)}"
        entry = t("{text} ({note})", text=lesson_title(lesson, t.language), note=share)
        yield f"<li>{_text(entry)}</li>"
    yield "</ol>"


def _row(person: Person, t: Translator) -> Iterator[str]:
    yield f"<tr><th>{_text(person.name)}</th>"
    for row in person.rows:
        state = _text(t(STATES[row.status]))
        mark = MARKS[row.status]
        yield f'<td class="n {row.status.value}" title="{state}" aria-label="{state}">{mark}</td>'
    at = lesson_title(person.at, t.language) if person.at else t("nowhere yet")
    yield f"<td>{_text(at)}</td></tr>"


def _stuck(report: Report, t: Translator) -> Iterator[str]:
    people = [person for person in report.people if person.stuck]
    if not people:
        yield f"<p>{_text(t('Nobody is stuck.'))}</p>"
        return
    yield f"<h2>{_text(t('May be glad of help:'))}</h2><ul>"
    for person in people:
        stuck = person.stuck[0]
        place = f"{lesson_title(stuck.lesson, t.language)} / {task_title(stuck, t.language)}"
        tried = t.n("{count} check", "{count} checks", stuck.attempts)
        hints = t.n("{count} hint", "{count} hints", stuck.hints)
        where = t("{text} ({note})", text=place, note=join((tried, hints), t.language))
        yield f"<li><strong>{_text(person.name)}</strong>: {_text(where)}<ul>"
        for code, times in stuck.codes[:3]:
            yield f"<li>{_marked(code_title(code, t))} ×{times}</li>"
        yield "</ul></li>"
    yield "</ul>"


def _shared(report: Report, t: Translator) -> Iterator[str]:
    shared = [(code, names) for code, names in report.codes if len(names) > 1]
    if not shared:
        return
    yield f"<h2>{_text(t('Worth a word to the whole room:'))}</h2><ul>"
    for code, names in shared:
        entry = t("{text} ({note})", text=code_title(code, t), note=_people(len(names), t))
        yield f"<li>{_marked(entry)}</li>"
    yield "</ul>"

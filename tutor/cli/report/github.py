"""``--format github``: workflow commands that GitHub turns into annotations of a change.

Source of the form and its escapes: GitHub's ``actions/toolkit``, ``packages/core/src/command.ts``.
"""

from collections.abc import Iterator

from tutor.cli.report import STDIN, Report, lines_of
from tutor.cli.report.json import end_column
from tutor.i18n.text import printable
from tutor.model.findings import Finding, Severity

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.ADVICE: "notice"}


def render(report: Report) -> Iterator[str]:
    """One command a finding, what matters most first: GitHub shows ten of each level."""
    lines = {
        checked.name: lines_of(checked.manifest.text)
        for checked in report.files
        if checked.findings
    }
    for finding in report.findings:
        yield _command(finding, report, lines.get(finding.file, []))


def _command(finding: Finding, report: Report, lines: list[str]) -> str:
    place = {
        "file": "" if finding.file == STDIN else printable(finding.file),
        "line": str(finding.line),
        "endLine": str(finding.line),
        "col": str(finding.column),
        "endColumn": str(end_column(finding, lines)),
        "title": f"{finding.code} {report.title(finding.code)}",
    }
    properties = ",".join(f"{name}={_property(value)}" for name, value in place.items() if value)
    path = f"{printable(finding.path)}: " if finding.path else ""
    return f"::{_LEVELS[finding.severity]} {properties}::{_data(path + report.message(finding))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")

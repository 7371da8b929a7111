"""``--format json``: findings for other programs. The form is fixed; see the manual.

Lines and columns count from 1, columns in characters; ``endColumn`` is just after the last one, on
the line where the finding begins.
"""

import json
from collections.abc import Iterator

from tutor.cli.report import Report, help_of, lines_of
from tutor.model.findings import Finding

VERSION = 1


def render(report: Report, *, ascii_only: bool = False) -> Iterator[str]:
    """The report as JSON, in pieces of text.

    Args:
        report: The report.
        ascii_only: Escape everything else, for an output that cannot hold it.
    """
    files = []
    for checked in report.files:
        lines = lines_of(checked.manifest.text) if checked.findings else []
        files.append(
            {
                "file": checked.name,
                "findings": [_finding(f, report, lines) for f in checked.findings],
            }
        )
    whole = {"version": VERSION, "files": files}
    yield json.dumps(whole, ensure_ascii=ascii_only, indent=2)


def _finding(finding: Finding, report: Report, lines: list[str]) -> dict[str, str | int]:
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "message": report.message(finding),
        "document": finding.document,
        "path": finding.path,
        "line": finding.line,
        "column": finding.column,
        "endColumn": end_column(finding, lines),
        "help": help_of(finding),
    }


def end_column(finding: Finding, lines: list[str]) -> int:
    """The column after the last character of a finding on its first line."""
    span = finding.span
    if span.end_line == span.line:
        return max(span.end_column, span.column)
    line = lines[span.line - 1] if span.line <= len(lines) else ""
    return max(len(line) + 1, span.column)

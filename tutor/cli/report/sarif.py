"""``--format sarif``: SARIF 2.1.0, for code scanning and editors."""

import json
import os
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from tutor import __version__
from tutor.cli.report import STDIN, Report, help_of
from tutor.i18n.pages import SECTIONS, page
from tutor.model.findings import Finding, Severity

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.ADVICE: "note"}
_LANGUAGES = {"en": "en-US", "ja": "ja-JP"}


def render(report: Report, *, ascii_only: bool = False) -> Iterator[str]:
    """The report as one SARIF log.

    Args:
        report: The report.
        ascii_only: Escape everything else, for an output that cannot hold it.
    """
    codes = sorted({finding.code for finding in report.findings})
    places = {code: index for index, code in enumerate(codes)}
    run: dict[str, Any] = {
        "tool": {
            "driver": {
                "name": "statefulset-tutor",
                "version": __version__,
                "language": _LANGUAGES[report.language],
                "rules": [_rule(code, report) for code in codes],
            }
        },
        "language": _LANGUAGES[report.language],
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(report)],
        "artifacts": [{"location": _location(checked.name)} for checked in report.files],
        "results": [_result(finding, places, report) for finding in report.findings],
    }
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    yield json.dumps(log, ensure_ascii=ascii_only, indent=2)


def _rule(code: str, report: Report) -> dict[str, Any]:
    rule: dict[str, Any] = {"id": code, "shortDescription": {"text": report.title(code)}}
    try:
        sections = page(code, report.language).sections
    except KeyError:
        return rule
    words = [sections[name] for name in SECTIONS if name in sections]
    if words:
        rule["fullDescription"] = {"text": words[0]}
        rule["help"] = {"text": "\n\n".join(words), "markdown": "\n\n".join(words)}
    return rule


def _invocation(report: Report) -> dict[str, Any]:
    notes = [
        {"level": "error", "message": {"text": name}, "locations": [_physical(name)]}
        for name in report.unread
    ]
    return {"executionSuccessful": not notes, "toolExecutionNotifications": notes}


def _result(finding: Finding, places: dict[str, int], report: Report) -> dict[str, Any]:
    span = finding.span
    region = {"startLine": span.line, "startColumn": span.column}
    if (span.end_line, span.end_column) > (span.line, span.column):
        region |= {"endLine": span.end_line, "endColumn": span.end_column}
    location = _physical(finding.file)
    location["physicalLocation"]["region"] = region
    document = report.document(finding)
    if finding.path or document is not None:
        named = f"{document.kind}/{document.name}" if document is not None else ""
        location["logicalLocations"] = [
            {
                "fullyQualifiedName": ": ".join(filter(None, (named, finding.path))),
                "kind": "member" if finding.path else "object",
            }
        ]
    return {
        "ruleId": finding.code,
        "ruleIndex": places[finding.code],
        "level": _LEVELS[finding.severity],
        "message": {"text": report.message(finding)},
        "locations": [location],
        "properties": {"document": finding.document, "help": help_of(finding)},
    }


def _physical(name: str) -> dict[str, Any]:
    return {"physicalLocation": {"artifactLocation": _location(name)}}


def _location(name: str) -> dict[str, str]:
    """A relative path stays relative, so that the log fits any checkout."""
    if name == STDIN:
        return {"uri": "stdin"}
    path = name.replace(os.sep, "/")
    if os.path.isabs(name):  # noqa: PTH117  (names are plain strings throughout a check)
        return {"uri": "file://" + quote(path if path.startswith("/") else f"/{path}")}
    return {"uri": quote(os.path.normpath(path).replace(os.sep, "/"))}

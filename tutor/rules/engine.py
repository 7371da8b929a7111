"""Run the catalogue over documents, and put what matters first."""

from collections.abc import Iterable

from tutor.manifest.documents import Document
from tutor.model.findings import Finding
from tutor.rules.catalogue import rules
from tutor.rules.objects import Objects


def evaluate(documents: Iterable[Document]) -> tuple[Finding, ...]:
    """All findings of the catalogue on these documents, the gravest first."""
    objects = Objects(documents)
    found = [finding for rule in rules() for finding in rule.check(rule, objects)]
    return in_order(found)


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings as they are shown: by severity, then by place."""
    return tuple(
        sorted(findings, key=lambda f: (f.severity.rank, f.file, f.line, f.column, f.code))
    )

"""What the parts of the reader say to each other about one place of a text."""

from collections.abc import Mapping
from typing import NamedTuple

from tutor.model.findings import Finding, Param, Severity, Span


class Problem(NamedTuple):
    """A finding before it is known which document of which file it belongs to.

    Lines and columns count from 1; ``end_column`` is just after the last character.
    """

    code: str
    line: int
    column: int
    end_line: int
    end_column: int
    params: Mapping[str, Param]
    variant: str = ""
    path: str = ""
    severity: Severity = Severity.ERROR

    def finding(self, document: int, file: str) -> Finding:
        """The finding, now that its document is known."""
        return Finding(
            code=self.code,
            severity=self.severity,
            document=document,
            path=self.path,
            span=Span(self.line, self.column, self.end_line, self.end_column),
            params=self.params,
            variant=self.variant,
            file=file,
        )

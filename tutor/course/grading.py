"""What a learner wrote, judged: pure, quick enough for every keystroke, the same everywhere."""

from dataclasses import dataclass

from tutor.manifest.documents import Manifest
from tutor.manifest.reader import read
from tutor.model.course import WriteTask
from tutor.model.findings import Finding, Severity
from tutor.rules.engine import evaluate, in_order


@dataclass(frozen=True, slots=True)
class Grade:
    """The verdict on one text.

    Attributes:
        manifest: What was read.
        blocking: What keeps the task from being done, in the order to show it.
        others: Everything else worth knowing, in the order to show it.
        codes: The codes of ``blocking``, each once; declared checks as ``check:<id>``.
    """

    manifest: Manifest
    blocking: tuple[Finding, ...]
    others: tuple[Finding, ...]
    codes: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Nothing blocks."""
        return not self.blocking

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All findings, the blocking ones first."""
        return self.blocking + self.others


def grade(task: WriteTask, text: str) -> Grade:
    """Judge a text against a task.

    A finding blocks when its severity is error, when its code is among the task's ``rules``, or
    when it is a declared check that failed. After a syntax error nothing else is judged: what
    could be read is not what the learner means.
    """
    manifest = read(text)
    found = in_order((*manifest.findings, *evaluate(manifest.documents)))
    blocking = tuple(f for f in found if f.severity is Severity.ERROR or f.code in task.rules)
    others = tuple(f for f in found if f not in blocking)
    codes = tuple(dict.fromkeys(code_of(f) for f in blocking))
    return Grade(manifest, blocking, others, codes)


def code_of(finding: Finding) -> str:
    """The code a lesson knows a finding by: ``check:<id>`` for a declared check."""
    check = finding.params.get("check")
    return f"check:{check}" if finding.code.startswith("LSN") else finding.code

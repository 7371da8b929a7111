"""What a learner wrote, judged: pure, quick enough for every keystroke, the same everywhere."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from tutor.course.checks import end_of, failure, of
from tutor.manifest import schema
from tutor.manifest.documents import Manifest
from tutor.manifest.reader import read
from tutor.model.checks import Check, Target
from tutor.model.course import WriteTask
from tutor.model.findings import Finding, Severity
from tutor.rules.engine import evaluate, in_order

NOTHING = "LSN109"
"""There is nothing to judge (variant ``empty``), or an object the task is about is gone."""

TWICE = "STS415"
"""The same object twice. Blocks every task: which of them counts is not to be guessed."""


@dataclass(frozen=True, slots=True)
class Grade:
    """The verdict on one text.

    Attributes:
        manifest: What was read.
        blocking: What keeps the task from being done, in the order to show it. A declared check
            that fails where there is a finding already is not shown a second time.
        others: Everything else worth knowing, in the order to show it.
        codes: The codes of all that blocks, each once; declared checks as ``check:<id>``.
        checks: Each declared check with whether it is met, in the lesson's order; empty when the
            text could not be judged that far.
    """

    manifest: Manifest
    blocking: tuple[Finding, ...]
    others: tuple[Finding, ...]
    codes: tuple[str, ...]
    checks: tuple[tuple[Check, bool], ...] = ()

    @property
    def passed(self) -> bool:
        """Nothing blocks."""
        return not self.codes

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All findings, the blocking ones first."""
        return self.blocking + self.others


def grade(task: WriteTask, text: str) -> Grade:
    """Judge a text against a task; see :func:`judge`."""
    return judge(task, read(text))


def judge(task: WriteTask, manifest: Manifest) -> Grade:
    """Judge what was read from a text, or from the bytes of a file, against a task.

    A finding blocks when its severity is error, when its code is among the task's ``rules``, or
    when it is a declared check that failed. After a syntax error nothing else is judged: what
    could be read is not what the learner means.

    Args:
        task: The task.
        manifest: What was written, read.
    """
    if any(f.severity is Severity.ERROR for f in manifest.findings):
        return _grade(task, manifest, manifest.findings)
    if not manifest.documents:
        return _grade(task, manifest, (*manifest.findings, _nothing(manifest)))
    gone = [kind for kind in _about(task) if not of(Target(kind), manifest.documents)]
    failed: dict[str, Finding | None] = {}
    wanted = {check.target for check in task.checks if check.target.name}
    for check in task.checks:
        if check.target.kind in gone:
            failed[check.id] = None
        elif (found := failure(check, manifest, wanted)) is not None:
            failed[check.id] = found
    return _grade(
        task,
        manifest,
        (*(_gone(kind, manifest) for kind in gone), *_catalogue(task, manifest)),
        tuple(finding for finding in failed.values() if finding is not None),
        tuple((check, check.id not in failed) for check in task.checks),
    )


def code_of(finding: Finding) -> str:
    """The code a lesson knows a finding by: ``check:<id>`` for a declared check."""
    check = finding.params.get("check")
    return finding.code if check is None else f"check:{check}"


def _grade(
    task: WriteTask,
    manifest: Manifest,
    found: Iterable[Finding],
    failed: tuple[Finding, ...] = (),
    checks: tuple[tuple[Check, bool], ...] = (),
) -> Grade:
    blocks = {TWICE, NOTHING, *task.rules}
    ordered = in_order(found)
    blocking = [f for f in ordered if f.severity is Severity.ERROR or f.code in blocks]
    others = [f for f in ordered if not (f.severity is Severity.ERROR or f.code in blocks)]
    codes = dict.fromkeys(code_of(f) for f in (*blocking, *failed))
    said = {_place(f) for f in blocking}
    for finding in failed:
        if (place := _place(finding)) not in said:
            said.add(place)
            blocking.append(finding)
    return Grade(manifest, tuple(blocking), tuple(others), tuple(codes), checks)


def _catalogue(task: WriteTask, manifest: Manifest) -> tuple[Finding, ...]:
    before = None if task.previous is None else _read(task.previous).documents
    known = (*manifest.findings, *(f for d in manifest.documents for f in schema.check(d)))
    return (*known, *evaluate(manifest.documents, previous=before, known=known))


def _place(finding: Finding) -> tuple[object, ...]:
    """What a finding is about: a field, or an object that is not there."""
    return finding.document, finding.path or (finding.code, finding.params.get("object"))


def _nothing(manifest: Manifest) -> Finding:
    return Finding(
        NOTHING, Severity.ERROR, 1, "", end_of(manifest.text), variant="empty", file=manifest.file
    )


def _gone(kind: str, manifest: Manifest) -> Finding:
    return Finding(
        NOTHING,
        Severity.ERROR,
        max(document.index for document in manifest.documents),
        "",
        end_of(manifest.text),
        params={"object": kind},
        file=manifest.file,
    )


def _about(task: WriteTask) -> tuple[str, ...]:
    """Kinds that the starter and every solution have: an answer without one is no answer."""
    return _common_kinds((task.starter, *(solution.text for solution in task.solutions)))


@lru_cache(maxsize=16)
def _common_kinds(texts: tuple[str, ...]) -> tuple[str, ...]:
    kinds = [[document.kind for document in _read(text).documents] for text in texts]
    common = set(kinds[0]).intersection(*kinds[1:])
    return tuple(kind for kind in dict.fromkeys(kinds[0]) if kind and kind in common)


@lru_cache(maxsize=32)
def _read(text: str) -> Manifest:
    return read(text)

"""The manifests of a lesson, tried: the starter fails, solutions pass, mistakes are found."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

from tutor.course.grading import grade
from tutor.course.problems import Problem
from tutor.manifest.reader import read
from tutor.model.course import WriteTask
from tutor.model.findings import Severity
from tutor.rules.catalogue import rules

SOLUTIONS = 3
"""Solutions a task has at least: what is accepted must not be one way of writing."""

MISTAKES = 6
"""Mistakes a task has at least."""

_COMMENT = re.compile(r"(^|\s)#.*$", re.MULTILINE)
_SEPARATOR = re.compile(r"^---[ \t]*$", re.MULTILINE)


def answer_problems(task: WriteTask, folder: str) -> Iterator[Problem]:
    """What is wrong with the manifests of one task.

    Args:
        task: The task, with its starter, solutions and mistakes.
        folder: Their folder, for the problems (``fixtures/start/x``).
    """
    truth = f"{folder}/lesson.yaml"
    known = {rule.code for rule in rules()}
    for code in task.rules:
        if code not in known:
            yield Problem("rule-unknown", truth, params={"found": code})
    if grade(task, task.starter).passed:
        yield Problem("starter-passes", f"{folder}/starter.yaml")
    yield from _solutions(task, folder, truth)
    yield from _mistakes(task, folder, truth)


def _solutions(task: WriteTask, folder: str, truth: str) -> Iterator[Problem]:
    if len(task.solutions) < SOLUTIONS:
        yield Problem(
            "solutions-few", truth, params={"found": len(task.solutions), "needed": SOLUTIONS}
        )
    for solution in task.solutions:
        file = f"{folder}/solutions/{solution.name}.yaml"
        graded = grade(task, solution.text)
        for finding in graded.blocking:
            params = {"found": _code(finding.code, graded.codes, finding.params.get("check"))}
            yield Problem("solution-fails", file, finding.line, finding.column, params)
        for finding in graded.others:
            if finding.severity is Severity.WARNING:
                yield Problem(
                    "solution-warns", file, finding.line, finding.column, {"found": finding.code}
                )
        if graded.passed:
            yield from _removals(task, solution.text, file)
    named = [(solution.name, solution.text) for solution in task.solutions]
    yield from _alike("solutions-alike", named, f"{folder}/solutions")


def _code(code: str, codes: Sequence[str], check: object) -> str:
    return f"check:{check}" if f"check:{check}" in codes else code


def _removals(task: WriteTask, text: str, file: str) -> Iterator[Problem]:
    """Taking away an object that the starter and every solution have must not pass."""
    everywhere = set.intersection(
        *(_objects(other) for other in (task.starter, *(s.text for s in task.solutions)))
    )
    parts = _SEPARATOR.split(text)
    for i, part in enumerate(parts):
        removed = _objects(part) & everywhere
        rest = "---".join(parts[:i] + parts[i + 1 :])
        if removed and rest.strip() and grade(task, rest).passed:
            kind, name = min(removed)
            yield Problem("removal-passes", file, params={"found": f"{kind}/{name}"})


def _objects(text: str) -> set[tuple[str, str]]:
    return {(document.kind, document.name) for document in read(text).documents}


def _mistakes(task: WriteTask, folder: str, truth: str) -> Iterator[Problem]:
    if len(task.mistakes) < MISTAKES:
        yield Problem(
            "mistakes-few", truth, params={"found": len(task.mistakes), "needed": MISTAKES}
        )
    for mistake in task.mistakes:
        codes = grade(task, mistake.text).codes
        if set(codes) != set(mistake.expect):
            yield Problem(
                "mistake-codes",
                f"{folder}/mistakes/{mistake.name}.yaml",
                params={"found": tuple(sorted(codes)), "needed": tuple(sorted(mistake.expect))},
            )
    named = [(mistake.name, mistake.text) for mistake in task.mistakes]
    yield from _alike("mistakes-alike", named, f"{folder}/mistakes")
    expected = {code for mistake in task.mistakes for code in mistake.expect}
    for check in task.checks:
        if f"check:{check.id}" not in expected:
            yield Problem("check-untested", truth, params={"found": check.id})


def _alike(code: str, named: Iterable[tuple[str, str]], folder: str) -> Iterator[Problem]:
    """Two manifests that differ in nothing but white space, comments and quotes."""
    seen = [(name, _bare(text)) for name, text in named]
    for (first, text), (second, other) in combinations(seen, 2):
        if text == other:
            yield Problem(code, f"{folder}/{second}.yaml", params={"found": f"{first}.yaml"})


def _bare(text: str) -> tuple[str, object]:
    """A manifest without what does not tell it from another, and what it means.

    Where it is no YAML, every character tells.
    """
    manifest = read(text)
    if manifest.findings:
        return text, None
    without = re.sub(r"[ \n'\"]", "", _COMMENT.sub("", text))
    return without, [document.data for document in manifest.documents]

"""The two languages of a lesson held against each other."""

import re
from collections.abc import Iterator

from tutor.authoring.blocks import blocks
from tutor.course.loader import words_name
from tutor.course.problems import Problem
from tutor.course.words import digest
from tutor.model.course import LANGUAGES, LessonWords, TaskWords

_PLACEHOLDER = re.compile(r"\{[a-z_]+\}")
_CODE = re.compile(r"`[^`\n]*`")


def pair_problems(lesson_id: str, words: dict[str, LessonWords]) -> Iterator[Problem]:
    """Where the languages of a lesson differ in what must not depend on language.

    Args:
        lesson_id: The lesson.
        words: Language to words; all languages, each read without a problem.
    """
    first, *others = LANGUAGES
    for other in others:
        for task_id, task in words[first].tasks.items():
            twin = words[other].tasks[task_id]
            file = words_name(lesson_id, other)
            yield from _fences(task_id, task, twin, file)
            ours, theirs = _placeholders(task), _placeholders(twin)
            if ours != theirs:
                params = {"task": task_id, "found": _join(theirs), "needed": _join(ours)}
                yield Problem("placeholders-differ", file, params=params)


def stale_problems(lesson_id: str, texts: dict[str, str], noted: dict[str, str]) -> list[Problem]:
    """Files whose counterpart changed since they were checked against it.

    Args:
        lesson_id: The lesson.
        texts: Language to the text of the file.
        noted: Language to the digest its file holds of its counterpart.
    """
    problems: list[Problem] = []
    for language in LANGUAGES:
        other = counterpart(language)
        needed = digest(texts[other])
        if noted[language] != needed:
            params = {
                "found": noted[language],
                "needed": needed,
                "other": words_name(lesson_id, other),
            }
            problems.append(Problem("stale", words_name(lesson_id, language), params=params))
    return problems


def counterpart(language: str) -> str:
    """The other language."""
    return next(other for other in LANGUAGES if other != language)


def stamped(text: str, needed: str) -> str:
    """The text of a file with the digest of its counterpart in it.

    Raises:
        ValueError: It has no front matter with a ``counterpart`` or a ``tasks`` line.
    """
    line = f'counterpart: "{needed}"\n'
    new, count = re.subn(r"^counterpart:.*\n", line, text, count=1, flags=re.MULTILINE)
    if not count:
        new, count = re.subn(r"^tasks:", f"{line}tasks:", text, count=1, flags=re.MULTILINE)
    if not count:
        raise ValueError("no front matter")
    return new


def _fences(task_id: str, task: TaskWords, twin: TaskWords, file: str) -> Iterator[Problem]:
    """Manifests are shown alike in every language, comments aside; drawings may be lettered."""
    ours = [block for text in _texts(task) for block in blocks(text)]
    theirs = [block for text in _texts(twin) for block in blocks(text)]
    if [block.language for block in ours] != [block.language for block in theirs]:
        params = {"task": task_id, "found": str(len(theirs)), "needed": str(len(ours))}
        yield Problem("fences-differ", file, params=params)
        return
    for block, other in zip(ours, theirs, strict=True):
        if block.language == "yaml" and block.bare != other.bare:
            for a, b in zip(block.bare.splitlines(), other.bare.splitlines(), strict=False):
                if a != b:
                    break
            else:
                a, b = "", ""
            params = {"task": task_id, "found": b.strip(), "needed": a.strip()}
            yield Problem("fences-differ", file, params=params)


def _texts(task: TaskWords) -> tuple[str, ...]:
    return (
        task.prompt,
        *task.choices.values(),
        *task.explanations.values(),
        *task.checks.values(),
        *task.hints,
        task.debrief,
    )


def _placeholders(task: TaskWords) -> set[str]:
    return {
        found
        for text in (task.title, *_texts(task))
        for found in _PLACEHOLDER.findall(_CODE.sub("", text))
    }


def _join(words: set[str]) -> str:
    return " ".join(sorted(words))

"""Hold the course to its contract: structure, answers, words, style, and pairs of languages."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from importlib.resources.abc import Traversable

from tutor.authoring.answers import answer_problems
from tutor.authoring.blocks import block_problems
from tutor.authoring.pairing import pair_problems, stale_problems
from tutor.authoring.plays import play_problems
from tutor.authoring.stages import stage_of
from tutor.authoring.style import style
from tutor.course.heads import Head, head_of, read_head
from tutor.course.loader import lesson_folders, truth_name, words_file, words_name
from tutor.course.problems import Problem
from tutor.course.truth import read_tasks
from tutor.course.words import read_words
from tutor.i18n.linebreak import cell_width
from tutor.model.course import LANGUAGES, ChoiceTask, LessonWords, ReadTask, Task, Topic, WriteTask

TITLE_CELLS = 44
"""Cells of the longest title: the map shows it on one line of 80 columns, beside its status."""

QUIZ_MOST = 2
"""Quiz questions of one lesson at most."""

_FILES = frozenset({"lesson.yaml", "starter.yaml", "previous.yaml", "scenario.yaml"})
_FOLDERS = frozenset({"solutions", "mistakes", "manifests"})


@dataclass(slots=True)
class Found:
    """One lesson as far as it could be read.

    Attributes:
        id: ``<topic>/<slug>`` of its folder.
        texts: Language to the text of the file of words, where there is one.
        words: Language to words, where they could be read.
        problems: What is wrong with it alone.
    """

    id: str
    head: Head | None = None
    tasks: tuple[Task, ...] = ()
    texts: dict[str, str] = field(default_factory=dict)
    words: dict[str, LessonWords] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def lint(
    lessons: Traversable, fixtures: Traversable, only: Collection[str] = ()
) -> tuple[Problem, ...]:
    """Every problem of the course, or of some lessons, in the order they are best solved.

    Args:
        lessons: The folder of words.
        fixtures: The folder of truth.
        only: Ids of lessons; all lessons, and what lies between them, when empty.
    """
    found = [_examine(id_, folder, lessons) for id_, folder in lesson_folders(fixtures)]
    _between(found)
    found.sort(key=lambda lesson: (lesson.head.order if lesson.head else 0, lesson.id))
    problems = [
        problem
        for lesson in found
        if not only or lesson.id in only
        for problem in sorted(dict.fromkeys(lesson.problems), key=_rank)
    ]
    if not only:
        problems += _strays(lessons, fixtures, {lesson.id for lesson in found})
    return tuple(problems)


def _rank(problem: Problem) -> tuple[int, str, int, int]:
    return stage_of(problem.code, problem.file), problem.file, problem.line, problem.column


def _examine(lesson_id: str, folder: Traversable, lessons: Traversable) -> Found:
    found = Found(lesson_id)
    file = truth_name(lesson_id)
    problems = found.problems
    text = (folder / "lesson.yaml").read_text(encoding="utf-8")
    found.head = read_head(head_of(text), file, lesson_id, problems)
    before = len(problems)
    found.tasks = read_tasks(folder, file, problems)
    readable = len(problems) == before
    problems += _needed(found.tasks, file)
    problems += _stray_in(folder, f"fixtures/{lesson_id}")
    for task in found.tasks if readable else ():
        if isinstance(task, WriteTask):
            problems += answer_problems(task, f"fixtures/{lesson_id}")
    if readable:
        problems += play_problems(found.tasks, f"fixtures/{lesson_id}")
    for language in LANGUAGES:
        _examine_words(found, language, lessons, compare=readable)
    if readable and len(found.texts) == len(LANGUAGES):
        complete = not any(p.file.endswith(".md") and _in_words(p) for p in problems)
        if complete:
            noted = {language: found.words[language].counterpart for language in LANGUAGES}
            problems += pair_problems(lesson_id, found.words)
            problems += stale_problems(lesson_id, found.texts, noted)
    return found


def _in_words(problem: Problem) -> bool:
    return stage_of(problem.code, problem.file) == stage_of("words-missing", problem.file)


def _examine_words(found: Found, language: str, lessons: Traversable, *, compare: bool) -> None:
    source = words_file(lessons, found.id, language)
    file = words_name(found.id, language)
    if not source.is_file():
        found.problems.append(Problem("words-missing", file))
        return
    text = source.read_text(encoding="utf-8")
    found.texts[language] = text
    if compare:
        words = read_words(text, file, language, found.tasks, found.problems)
        if words is not None:
            found.words[language] = words
            found.problems += _titles(words, file)
    found.problems += style(text, language, file)
    found.problems += block_problems(text, file)


def _titles(words: LessonWords, file: str) -> Iterator[Problem]:
    for title in (words.title, *(task.title for task in words.tasks.values())):
        if cell_width(title) > TITLE_CELLS:
            yield Problem(
                "title-wide",
                file,
                params={"found": cell_width(title), "needed": TITLE_CELLS, "title": title},
            )


def _needed(tasks: tuple[Task, ...], file: str) -> Iterator[Problem]:
    """A lesson tells, lets predict, has something written, and asks once or twice."""
    choice = [task for task in tasks if isinstance(task, ChoiceTask)]
    counts = {
        "read": sum(isinstance(task, ReadTask) for task in tasks),
        "predict": sum(task.predict for task in choice),
        "write": sum(isinstance(task, WriteTask) for task in tasks),
        "quiz": sum(not task.predict for task in choice),
    }
    for kind, count in counts.items():
        if count == 0:
            yield Problem("task-needed", file, params={"found": kind})
    if counts["quiz"] > QUIZ_MOST:
        yield Problem("quiz-many", file, params={"found": counts["quiz"], "needed": QUIZ_MOST})


def _between(found: list[Found]) -> None:
    """What only shows when lessons are seen together. Prerequisites come earlier: no cycles."""
    heads = {lesson.id: lesson.head for lesson in found}
    orders: dict[int, str] = {}
    for lesson in found:
        if lesson.head is None:
            continue
        file = truth_name(lesson.id)
        order = lesson.head.order
        if order in orders:
            lesson.problems.append(
                Problem("order-taken", file, params={"found": order, "other": orders[order]})
            )
        orders[order] = lesson.id
        for required in lesson.head.requires:
            other = heads.get(required)
            if required not in heads:
                lesson.problems.append(
                    Problem("requires-unknown", file, params={"found": required})
                )
            elif other is not None and other.order >= order:
                lesson.problems.append(Problem("requires-later", file, params={"found": required}))


def _stray_in(folder: Traversable, name: str) -> Iterator[Problem]:
    for entry in folder.iterdir():
        if entry.name in _FOLDERS and entry.is_dir():
            for inner in entry.iterdir():
                if not inner.name.endswith(".yaml") or not inner.is_file():
                    yield Problem("stray-file", f"{name}/{entry.name}/{inner.name}")
        elif entry.name not in _FILES:
            yield Problem("stray-file", f"{name}/{entry.name}")


def _strays(lessons: Traversable, fixtures: Traversable, ids: set[str]) -> Iterator[Problem]:
    """Files that belong to no lesson."""
    for language in lessons.iterdir():
        if not language.is_dir() or language.name not in LANGUAGES:
            yield Problem("stray-file", f"lessons/{language.name}")
            continue
        for topic in language.iterdir():
            for entry in topic.iterdir() if topic.is_dir() else (topic,):
                lesson_id = f"{topic.name}/{entry.name.removesuffix('.md')}"
                if lesson_id not in ids or not entry.name.endswith(".md"):
                    where = f"{topic.name}/" if topic.is_dir() else ""
                    yield Problem("stray-file", f"lessons/{language.name}/{where}{entry.name}")
    for name in Topic:
        parent = fixtures / name.value
        for folder in parent.iterdir() if parent.is_dir() else ():
            if f"{name.value}/{folder.name}" not in ids:
                yield Problem("stray-file", f"fixtures/{name.value}/{folder.name}")

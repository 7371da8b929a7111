"""``lessons/<lang>/<topic>/<slug>.md``: the words of a lesson in one language."""

import hashlib
import re

from tutor.course.fields import Fields, Place, open_document
from tutor.course.heads import head_of
from tutor.course.problems import Problem
from tutor.model.course import (
    HINTS,
    ChoiceTask,
    LessonWords,
    LiveTask,
    ReadTask,
    Task,
    TaskWords,
    Title,
    WriteTask,
)

HEAD_KEYS = ("title", "goal", "counterpart", "tasks")
TASK_KEYS = ("title", "prompt", "choices", "explanations", "checks", "expects", "hints", "debrief")

_FENCE = re.compile(r"^---[ \t]*$", re.MULTILINE)
_SECTION = re.compile(r"^<!--[ \t]*([a-z0-9-]+)[ \t]*-->[ \t]*$", re.MULTILINE)
_COUNTERPART = re.compile(r"^counterpart:.*\n?", re.MULTILINE)


def digest(text: str) -> str:
    """First 12 hex digits of the SHA-256 of a file without its ``counterpart:`` line."""
    front, body = split(text.replace("\r\n", "\n"))
    without = _COUNTERPART.sub("", front, count=1) + body
    return hashlib.sha256(without.encode()).hexdigest()[:12]


def split(text: str) -> tuple[str, str]:
    """Front matter (from the first ``---`` to the second, kept) and what follows it.

    The front matter starts at line 1, so lines count as in the file. Both are empty or whole:
    a text without front matter is all body.
    """
    fences = list(_FENCE.finditer(text))
    if len(fences) < 2 or fences[0].start() != 0:
        return "", text
    return text[: fences[1].start()], text[fences[1].start() :]


def read_title(text: str, file: str, problems: list[Problem]) -> Title | None:
    """Read title and goal alone; None after a problem."""
    place = Place(file, problems)
    front, _ = split(text)
    if not front:
        place.problem("no-front-matter")
        return None
    fields = open_document(head_of(front), place)
    if fields is None:
        return None
    title, goal = fields.text("title"), fields.text("goal")
    return Title(title, goal) if title and goal else None


def read_words(
    text: str, file: str, language: str, tasks: tuple[Task, ...], problems: list[Problem]
) -> LessonWords | None:
    """Read the words of a lesson and hold them against its tasks.

    Args:
        text: The file.
        file: Its name, for problems.
        language: ``ja`` or ``en``.
        tasks: The tasks, each of which needs all its words.
        problems: Where problems go.

    Returns:
        None when the file could not be read at all.
    """
    place = Place(file, problems)
    front, body = split(text.replace("\r\n", "\n"))
    if not front:
        place.problem("no-front-matter")
        return None
    fields = open_document(front, place)
    if fields is None:
        return None
    fields.only(HEAD_KEYS)
    counterpart = fields.text("counterpart", required=False)
    prose = _sections(body, front.count("\n"), tasks, place)
    words: dict[str, TaskWords] = {}
    per_task = fields.fields("tasks", required=True)
    if per_task is not None:
        per_task.only(tuple(task.id for task in tasks))
        for task in tasks:
            inner = per_task.fields(task.id, required=True)
            if inner is not None:
                words[task.id] = _task_words(task, inner, prose)
    return LessonWords(
        language=language,
        title=fields.text("title"),
        goal=fields.text("goal"),
        tasks=words,
        counterpart=counterpart,
        digest=digest(text),
    )


def _sections(
    body: str, lines_before: int, tasks: tuple[Task, ...], place: Place
) -> dict[str, str]:
    """Prose by the id of its read task."""
    read = [task.id for task in tasks if isinstance(task, ReadTask)]
    markers = list(_SECTION.finditer(body))
    first = markers[0].start() if markers else len(body)
    if body[:first].partition("\n")[2].strip():
        place.problems.append(Problem("prose-without-section", place.file, lines_before + 2))
    sections: dict[str, str] = {}
    for marker, following in zip(markers, [*markers[1:], None], strict=False):
        name = marker[1]
        line = lines_before + body.count("\n", 0, marker.start()) + 1
        end = following.start() if following else len(body)
        prose = body[marker.end() : end].strip("\n")
        if name not in read:
            place.problems.append(
                Problem(
                    "section-unknown", place.file, line, 1, {"found": name, "known": tuple(read)}
                )
            )
        elif name in sections:
            place.problems.append(Problem("id-twice", place.file, line, 1, {"found": name}))
        elif not prose.strip():
            place.problems.append(Problem("section-empty", place.file, line, 1, {"found": name}))
        sections[name] = prose
    for name in read:
        if name not in sections:
            place.problem("section-missing", found=name)
    return sections


def _task_words(task: Task, fields: Fields, prose: dict[str, str]) -> TaskWords:
    choices: dict[str, str] = {}
    explanations: dict[str, str] = {}
    checks: dict[str, str] = {}
    expects: dict[str, str] = {}
    hints: tuple[str, ...] = ()
    match task:
        case ReadTask():
            fields.only(("title",))
            prompt, debrief = prose.get(task.id, ""), ""
        case ChoiceTask():
            fields.only(("title", "prompt", "choices", "explanations", "debrief"))
            prompt = fields.text("prompt")
            debrief = fields.text("debrief", required=False)
            choices = _matching(fields, "choices", task.choices)
            explanations = _matching(fields, "explanations", task.choices)
        case WriteTask():
            fields.only(("title", "prompt", "checks", "hints", "debrief"))
            prompt, debrief = fields.text("prompt"), fields.text("debrief")
            checks = _matching(fields, "checks", tuple(c.id for c in task.checks))
            hints = fields.texts("hints", required=True)
            if hints and len(hints) != HINTS:
                fields.wrong("hints", "three-hints")
        case LiveTask():
            fields.only(("title", "prompt", "expects", "debrief"))
            prompt, debrief = fields.text("prompt"), fields.text("debrief")
            expects = _matching(fields, "expects", tuple(e.id for e in task.scenario.expect))
    return TaskWords(
        fields.text("title"), prompt, choices, explanations, checks, expects, hints, debrief
    )


def _matching(fields: Fields, key: str, ids: tuple[str, ...]) -> dict[str, str]:
    """Words for each of the ids, and for no other, in the order of the ids."""
    if not ids and key not in fields.node.values:
        return {}
    inner = fields.fields(key, required=True)
    if inner is None:
        return {}
    inner.only(ids)
    return {name: inner.text(name) for name in ids}

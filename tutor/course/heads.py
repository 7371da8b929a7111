"""The head of ``lesson.yaml``: what the map of the course needs, read without the tasks."""

import re
from dataclasses import dataclass

from tutor.course.fields import Place, open_document
from tutor.course.problems import Problem
from tutor.model.course import Topic

LESSON_KEYS = ("id", "order", "minutes", "requires", "tasks")

_LESSON_ID = re.compile(r"[a-z0-9-]+/[a-z0-9]+(-[a-z0-9]+)*\Z")
_TASKS = re.compile(r"^tasks[ \t]*:", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Head:
    """What the map needs of a lesson."""

    id: str
    topic: Topic
    order: int
    minutes: int
    requires: tuple[str, ...]


def head_of(text: str) -> str:
    """The part of a file before its tasks, so that a map of the course is read quickly."""
    match = _TASKS.search(text)
    return text[: match.start()] if match else text


def read_head(text: str, file: str, folder_id: str, problems: list[Problem]) -> Head | None:
    """Read id, order, minutes and prerequisites.

    Args:
        text: ``lesson.yaml``, or :func:`head_of` it.
        file: Its name, for problems.
        folder_id: ``<topic>/<slug>`` of the folder it lies in, which its id must equal.
        problems: Where problems go.

    Returns:
        None when there was a problem.
    """
    before = len(problems)
    place = Place(file, problems)
    fields = open_document(text, place)
    if fields is None:
        return None
    fields.only(LESSON_KEYS)
    lesson_id = fields.text("id")
    if lesson_id and lesson_id != folder_id:
        fields.place.problem("id-not-folder", fields.get("id"), found=lesson_id, needed=folder_id)
    order, minutes = fields.integer("order"), fields.integer("minutes")
    requires = fields.texts("requires")
    for required in requires:
        if not _LESSON_ID.match(required):
            fields.wrong("requires", "lesson-id")
    topic = folder_id.partition("/")[0]
    if topic not in {t.value for t in Topic}:
        place.problem("topic-unknown", found=topic, known=tuple(t.value for t in Topic))
    if len(problems) > before:
        return None
    return Head(lesson_id, Topic(topic), order, minutes, requires)

"""The course as a map: where each lesson stands, where to go on.

Advice, never a lock: any lesson may be opened at any time.
"""

from dataclasses import dataclass

from tutor.model.course import Course, Lesson, Topic
from tutor.model.progress import Progress, Status


@dataclass(frozen=True, slots=True)
class Row:
    """One lesson on the map.

    Attributes:
        done: How many of its tasks are done, solved with or without the solution.
        missing: Lessons that are better done first and are not done yet; empty when ready.
        here: The learner was last in this lesson.
    """

    lesson: Lesson
    status: Status
    done: int
    missing: tuple[str, ...]
    here: bool

    @property
    def ready(self) -> bool:
        """Everything it builds on is done (advice: it may be opened anyway)."""
        return not self.missing


@dataclass(frozen=True, slots=True)
class Place:
    """Where to go: a lesson, and a task of it or its own choice of where to begin."""

    lesson: str
    task: str = ""


@dataclass(frozen=True, slots=True)
class Home:
    """The map.

    Attributes:
        rows: Every lesson, in the order of the course.
        resume: Where the learner was, if that lesson is not done; else None.
        following: The lesson to do next, None when all are done. While a lesson is under way it
            is that one.
    """

    rows: tuple[Row, ...]
    resume: Place | None
    following: Place | None

    @property
    def topics(self) -> tuple[tuple[Topic, tuple[Row, ...]], ...]:
        """The rows by topic, in the order of the course."""
        return tuple(
            (topic, rows)
            for topic in Topic
            if (rows := tuple(r for r in self.rows if r.lesson.topic is topic))
        )

    @property
    def solved(self) -> int:
        """How many lessons are done, with or without a solution shown."""
        return sum(row.status.done for row in self.rows)


def home(course: Course, progress: Progress) -> Home:
    """The map of a course for one learner's progress. Reads no lesson files."""
    done = {id_ for id_, lesson in progress.lessons.items() if lesson.status.done}
    known = {lesson.id for lesson in course.lessons}
    rows = tuple(
        Row(
            lesson=lesson,
            status=progress.lesson(lesson.id).status,
            done=sum(t.status.done for t in progress.lesson(lesson.id).tasks.values()),
            missing=tuple(r for r in lesson.requires if r in known and r not in done),
            here=lesson.id == progress.at_lesson,
        )
        for lesson in course.lessons
    )
    resume = None
    if progress.at_lesson in known - done:
        resume = Place(progress.at_lesson, progress.lesson(progress.at_lesson).at_task)
    return Home(rows, resume, resume or _following(rows))


def after(course: Course, progress: Progress, lesson_id: str) -> Place | None:
    """The lesson to go to after one is left: the next in order that is not done and is ready.

    None when every lesson but this one is done.
    """
    rows = home(course, progress).rows
    at = next((i for i, row in enumerate(rows) if row.lesson.id == lesson_id), -1)
    return _following(rows[at + 1 :] + rows[: max(at, 0)])


def _following(rows: tuple[Row, ...]) -> Place | None:
    undone = [row for row in rows if not row.status.done]
    ready = [row for row in undone if row.ready]
    first = next(iter(ready or undone), None)
    return Place(first.lesson.id) if first else None

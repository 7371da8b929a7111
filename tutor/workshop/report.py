"""From the progress of the people in a room to a report: who is where, who is stuck on what."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tutor.model.course import Course, Lesson
from tutor.model.progress import LessonProgress, Progress, Status
from tutor.session.home import Row, home

STUCK_ATTEMPTS = 3
"""From this many failed checks of one task on, somebody may be glad of help."""


@dataclass(frozen=True, slots=True)
class Attendee:
    """What one progress file says.

    Attributes:
        name: What the person calls themselves, or the file's name.
        written: When the file was written, seconds since the epoch.
    """

    name: str
    written: float
    progress: Progress


@dataclass(frozen=True, slots=True)
class Stuck:
    """A task somebody has tried several times without solving it.

    Attributes:
        codes: What the checks found, the most frequent first, with how often.
    """

    lesson: Lesson
    task: str
    attempts: int
    hints: int
    codes: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Person:
    """One line of the report.

    Attributes:
        rows: Every lesson of the course, as on the learner's own map.
        at: The lesson the person is in, None before the first.
        last: When something last happened, seconds since the epoch; 0 for never.
        stuck: The worst first.
    """

    name: str
    rows: tuple[Row, ...]
    at: Lesson | None
    last: float
    stuck: tuple[Stuck, ...]

    @property
    def solved(self) -> int:
        """How many lessons are done, with or without a solution shown."""
        return sum(row.status.done for row in self.rows)


@dataclass(frozen=True, slots=True)
class Report:
    """The room.

    Attributes:
        people: Those who may need help first, then by how far they are.
        codes: Code to the names of those stuck on it, the most shared first.
    """

    lessons: tuple[Lesson, ...]
    people: tuple[Person, ...]
    codes: tuple[tuple[str, tuple[str, ...]], ...]

    def count(self, lesson: Lesson) -> Mapping[Status, int]:
        """How many people stand where in a lesson."""
        return Counter(row.status for p in self.people for row in p.rows if row.lesson is lesson)


def report(course: Course, attendees: Iterable[Attendee]) -> Report:
    """The report on a room. Of several files of one name, the newest counts."""
    newest: dict[str, Attendee] = {}
    for attendee in sorted(attendees, key=lambda a: a.written):
        newest[attendee.name] = attendee
    people = sorted(
        (_person(course, attendee) for attendee in newest.values()),
        key=lambda p: (-max((s.attempts for s in p.stuck), default=0), p.solved, p.name),
    )
    sharing: dict[str, list[str]] = {}
    for person in people:
        for code in dict.fromkeys(code for stuck in person.stuck for code, _ in stuck.codes):
            sharing.setdefault(code, []).append(person.name)
    codes = sorted(sharing.items(), key=lambda item: (-len(item[1]), item[0]))
    return Report(course.lessons, tuple(people), tuple((c, tuple(names)) for c, names in codes))


def _person(course: Course, attendee: Attendee) -> Person:
    progress = attendee.progress
    stuck = [
        found for lesson in course.lessons for found in _stuck(lesson, progress.lesson(lesson.id))
    ]
    here = [lesson for lesson in course.lessons if lesson.id == progress.at_lesson]
    return Person(
        name=attendee.name,
        rows=home(course, progress).rows,
        at=here[0] if here else None,
        last=max((lesson.last_at for lesson in progress.lessons.values()), default=0.0),
        stuck=tuple(sorted(stuck, key=lambda s: -s.attempts)),
    )


def _stuck(lesson: Lesson, progress: LessonProgress) -> Iterable[Stuck]:
    for name, task in progress.tasks.items():
        if task.attempts >= STUCK_ATTEMPTS and task.stuck_on and not task.status.done:
            codes = Counter(task.stuck_on).most_common()
            yield Stuck(lesson, name, task.attempts, task.hints, tuple(codes))

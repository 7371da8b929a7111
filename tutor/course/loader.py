"""Find and read the course.

Loading reads only what a map of the course shows: the head of each ``lesson.yaml``, and titles in
the language asked for. Tasks and words are read when a lesson is opened. Nothing here asks where
the data came from: a wheel, a checkout and a test's folder are all a ``Traversable``.
"""

from collections.abc import Callable, Iterator, Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Generic, TypeVar

from tutor.course.heads import head_of, read_head
from tutor.course.problems import Problem, refuse
from tutor.course.words import read_title, read_words
from tutor.model.course import LANGUAGES, Course, Lesson, LessonWords, Task, Title, Topic
from tutor.model.errors import ExitCode, TutorError

V = TypeVar("V")


def locate() -> tuple[Traversable, Traversable]:
    """The folders ``lessons`` and ``fixtures``.

    In a wheel they are ``tutor/_data``; in a checkout, and so in an editable install, they lie
    beside the package.

    Raises:
        TutorError: ``course-missing``: this installation has no course.
    """
    package = files("tutor")
    beside = Path(str(package)).parent
    for root in (package / "_data", beside):
        lessons, fixtures = root / "lessons", root / "fixtures"
        if lessons.is_dir() and fixtures.is_dir():
            return lessons, fixtures
    raise TutorError("course-missing", ExitCode.INPUT, folder=str(package))


def load(lessons: Traversable, fixtures: Traversable) -> Course:
    """Read the map of the course.

    Args:
        lessons: The folder of words, ``<lang>/<topic>/<slug>.md``.
        fixtures: The folder of truth, ``<topic>/<slug>/lesson.yaml``.

    Returns:
        The lessons in order. One whose head cannot be read is left out and named in
        ``Course.broken``; ``tutor.authoring`` says why. A fault deeper in a lesson is raised as
        TutorError ``lesson-invalid`` when that part is asked for.
    """
    found: list[Lesson] = []
    broken: list[str] = []
    for lesson_id, folder in lesson_folders(fixtures):
        lesson = _lesson(lesson_id, folder, lessons)
        if lesson is None:
            broken.append(lesson_id)
        else:
            found.append(lesson)
    found.sort(key=lambda lesson: (lesson.order, lesson.id))
    return Course(tuple(found), tuple(broken))


def lesson_folders(fixtures: Traversable) -> Iterator[tuple[str, Traversable]]:
    """Every folder that holds a lesson, with the id it must have."""
    for topic in Topic:
        parent = fixtures / topic.value
        if not parent.is_dir():
            continue
        for folder in sorted(parent.iterdir(), key=lambda entry: entry.name):
            if (folder / "lesson.yaml").is_file():
                yield f"{topic.value}/{folder.name}", folder


def words_file(lessons: Traversable, lesson_id: str, language: str) -> Traversable:
    """Where a lesson's words are in one language."""
    topic, _, slug = lesson_id.partition("/")
    return lessons / language / topic / f"{slug}.md"


def truth_name(lesson_id: str) -> str:
    """How a lesson's truth is named in problems."""
    return f"fixtures/{lesson_id}/lesson.yaml"


def words_name(lesson_id: str, language: str) -> str:
    """How a lesson's words are named in problems."""
    return f"lessons/{language}/{lesson_id}.md"


def _lesson(lesson_id: str, folder: Traversable, lessons: Traversable) -> Lesson | None:
    file = truth_name(lesson_id)
    text = (folder / "lesson.yaml").read_text(encoding="utf-8")
    head = read_head(head_of(text), file, lesson_id, [])
    if head is None:
        return None

    def tasks() -> tuple[Task, ...]:
        from tutor.course.truth import read_tasks  # with all that a scenario needs

        problems: list[Problem] = []
        read = read_tasks(folder, file, problems)
        refuse(problems)
        return read

    def title(language: str) -> Title:
        problems: list[Problem] = []
        read = read_title(_text(lessons, lesson_id, language), name(language), problems)
        refuse(problems)
        assert read is not None  # noqa: S101  (None comes with a problem)
        return read

    def words(language: str) -> LessonWords:
        problems: list[Problem] = []
        text = _text(lessons, lesson_id, language)
        read = read_words(text, name(language), language, lesson.tasks, problems)
        refuse(problems)
        assert read is not None  # noqa: S101  (None comes with a problem)
        return read

    def name(language: str) -> str:
        return words_name(lesson_id, language)

    lesson = Lesson(
        id=head.id,
        topic=head.topic,
        order=head.order,
        minutes=head.minutes,
        requires=head.requires,
        titles=OnDemand(LANGUAGES, title),
        words=OnDemand(LANGUAGES, words),
        read_tasks=tasks,
    )
    return lesson


def _text(lessons: Traversable, lesson_id: str, language: str) -> str:
    source = words_file(lessons, lesson_id, language)
    if not source.is_file():
        refuse([Problem("words-missing", words_name(lesson_id, language))])
    return source.read_text(encoding="utf-8")


class OnDemand(Mapping[str, V], Generic[V]):
    """A mapping whose values are made when first asked for, and kept."""

    def __init__(self, keys: tuple[str, ...], make: Callable[[str], V]) -> None:
        self._keys = keys
        self._make = make
        self._made: dict[str, V] = {}

    def __getitem__(self, key: str) -> V:
        if key not in self._made:
            if key not in self._keys:
                raise KeyError(key)
            self._made[key] = self._make(key)
        return self._made[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys)

    def __len__(self) -> int:
        return len(self._keys)

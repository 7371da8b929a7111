"""A course as data: lessons, tasks, and the words for them in one language.

The truth (what is right) comes from ``fixtures/``, once; the words come from ``lessons/<lang>/``.
"""

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from tutor.model import languages
from tutor.model.checks import Check

if TYPE_CHECKING:
    from tutor.model.scenario import Condition, Scenario

LANGUAGES = languages.LANGUAGES

HINTS = 3
"""Hints of a task that has them: observe, concept, near-solution."""


class Topic(enum.StrEnum):
    """The parts of the course, in the order they are walked."""

    START = "start"
    ORDERING = "ordering"
    IDENTITY = "identity"
    VOLUMES = "volumes"


class Form(enum.StrEnum):
    """How a question is answered."""

    ONE = "one"
    """Exactly one choice is right."""
    MANY = "many"
    """Every right choice and no other."""
    ORDER = "order"
    """All the answer's choices, in the answer's order."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """A wrong answer kept with the lesson, and exactly the codes it must be found as.

    A declared check is named ``check:<id>``.
    """

    name: str
    text: str
    expect: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Example:
    """An accepted answer kept with the lesson."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class ReadTask:
    """Prose to read. The words are one section of the lesson's Markdown."""

    id: str


@dataclass(frozen=True, slots=True)
class ChoiceTask:
    """A prediction before the work, or a quiz question after it.

    Attributes:
        predict: True for a prediction (answered once, then compared), false for a quiz question.
        choices: Ids in the order they are shown when not shuffled.
        answer: The right ids; their order counts for :attr:`Form.ORDER` alone.
        scenario: What the prediction is about, to be played and compared with it; None for one
            that is only explained.
        means: Choice id to what it says about the scenario; empty without one. Of an order each
            is a fact that happens, and the answer is the order of their first times; otherwise
            the answer is those that hold, and a choice may say nothing that a cluster shows.
    """

    id: str
    predict: bool
    form: Form
    choices: tuple[str, ...]
    answer: tuple[str, ...]
    scenario: "Scenario | None" = None
    means: "Mapping[str, Condition]" = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class WriteTask:
    """YAML to write.

    Attributes:
        starter: The text the editor opens with; it never passes.
        checks: Declared requirements, in the order they matter.
        rules: Catalogue codes that block this task whatever their severity. Every finding of
            severity error blocks as well.
        previous: An earlier version already applied, for tasks about changing a live object.
    """

    id: str
    starter: str
    checks: tuple[Check, ...]
    rules: tuple[str, ...]
    solutions: tuple[Example, ...]
    mistakes: tuple[Mistake, ...]
    previous: str | None = None


@dataclass(frozen=True, slots=True)
class LiveTask:
    """Something to do in a cluster, and to watch.

    It is done when everything the scenario expects has come about.

    Attributes:
        applies: True for an ``apply`` task: a manifest is applied, after its plan was seen; False
            for an ``observe`` task: something is changed by commands.
    """

    id: str
    applies: bool
    scenario: "Scenario"


Task = ReadTask | ChoiceTask | WriteTask | LiveTask


@dataclass(frozen=True, slots=True)
class TaskWords:
    """The words of one task in one language, Markdown.

    Attributes:
        title: A short name for the step, shown in the lesson's outline.
        prompt: What to do; for a read task, the prose itself.
        choices: Choice id to its text.
        explanations: Choice id to why it is right or wrong.
        checks: Check id to why it is required.
        expects: Id of an expectation to what must come about, in one sentence.
        hints: Three, or none for a task without hints.
        debrief: Said after the task is done: why it worked, the model behind, a story.
    """

    title: str
    prompt: str
    choices: Mapping[str, str]
    explanations: Mapping[str, str]
    checks: Mapping[str, str]
    expects: Mapping[str, str]
    hints: tuple[str, ...]
    debrief: str


@dataclass(frozen=True, slots=True)
class LessonWords:
    """A lesson in one language.

    Attributes:
        counterpart: Digest of the other language's file that this text was checked against.
        digest: Digest of this file without its own ``counterpart`` line.
    """

    language: str
    title: str
    goal: str
    tasks: Mapping[str, TaskWords]
    counterpart: str
    digest: str


@dataclass(frozen=True, slots=True)
class Title:
    """What the course's map says about a lesson, in one language.

    Attributes:
        title: The lesson's name.
        goal: One sentence: what you can do afterwards.
    """

    title: str
    goal: str


@dataclass(frozen=True, eq=False)
class Lesson:
    """One lesson. Its tasks and its words are read when they are first asked for.

    Attributes:
        id: ``<topic>/<slug>``, stable: progress is stored under it.
        order: Place in the course; unique.
        minutes: How long it takes most people.
        requires: Ids of lessons to do first.
        titles: Language code to title and goal; cheap to ask for.
        words: Language code to the words of the whole lesson.
        read_tasks: Reads the tasks; use :attr:`tasks`.
    """

    id: str
    topic: Topic
    order: int
    minutes: int
    requires: tuple[str, ...]
    titles: Mapping[str, Title] = field(repr=False)
    words: Mapping[str, LessonWords] = field(repr=False)
    read_tasks: Callable[[], tuple[Task, ...]] = field(repr=False)

    @cached_property
    def tasks(self) -> tuple[Task, ...]:
        """The tasks, in the order they are done.

        Raises:
            TutorError: ``lesson-invalid``: the lesson's files are not what they should be.
        """
        return self.read_tasks()

    def task(self, task_id: str) -> Task:
        """The task of that id.

        Raises:
            KeyError: No such task.
        """
        for task in self.tasks:
            if task.id == task_id:
                return task
        raise KeyError(task_id)


@dataclass(frozen=True, eq=False)
class Course:
    """All lessons, in the order of the course.

    Attributes:
        broken: Folders of lessons that could not even be listed, ``<topic>/<slug>``.
    """

    lessons: tuple[Lesson, ...]
    broken: tuple[str, ...] = ()

    def lesson(self, lesson_id: str) -> Lesson:
        """The lesson of that id.

        Raises:
            KeyError: No such lesson.
        """
        for lesson in self.lessons:
            if lesson.id == lesson_id:
                return lesson
        raise KeyError(lesson_id)

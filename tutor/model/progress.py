"""What a learner has done: the events a session makes and a store keeps."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from tutor.model.course import HINTS


class Did(enum.StrEnum):
    """What happened. Values are stored: never rename one."""

    OPENED = "opened"
    DRAFTED = "drafted"
    CHECKED = "checked"
    ANSWERED = "answered"
    HINTED = "hinted"
    SHOWN = "shown"
    """The solution was shown."""
    SOLVED = "solved"
    RESET = "reset"


class Status(enum.StrEnum):
    """Where a task or a lesson stands. Values are stored: never rename one."""

    NEW = "new"
    STARTED = "started"
    SOLVED_WITH_SOLUTION = "solved-with-solution"
    SOLVED = "solved"


@dataclass(frozen=True, slots=True)
class Event:
    """One thing a learner did.

    Attributes:
        at: Seconds since the epoch, UTC.
        lesson: Lesson id.
        task: Task id; empty for the lesson itself.
        codes: For CHECKED, the codes found (declared checks as ``check:<id>``); for ANSWERED,
            the choices given.
        right: For ANSWERED and CHECKED, whether it was right.
        text: For DRAFTED and RESET, the new draft.
    """

    at: float
    did: Did
    lesson: str
    task: str = ""
    codes: tuple[str, ...] = ()
    right: bool = False
    text: str = ""


@dataclass(frozen=True, slots=True)
class TaskProgress:
    """Where one task stands.

    Attributes:
        attempts: Checks asked for (not those made live while typing), or answers given.
        hints: How many hints were opened, 0–3.
        solution_shown: Whether the solution was shown before the task was solved.
        draft: The text in the editor, or None when nothing was typed.
        answer: The last choices given.
        stuck_on: Code to how often a check found it.
    """

    status: Status = Status.NEW
    attempts: int = 0
    hints: int = 0
    solution_shown: bool = False
    draft: str | None = None
    answer: tuple[str, ...] = ()
    stuck_on: Mapping[str, int] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class LessonProgress:
    """Where one lesson stands: its tasks, and the task the learner was last at."""

    tasks: Mapping[str, TaskProgress] = field(default_factory=dict, hash=False)
    at_task: str = ""
    last_at: float = 0.0


@dataclass(frozen=True, slots=True)
class Progress:
    """All of one learner's progress.

    Attributes:
        lessons: Lesson id to where it stands.
        at_lesson: The lesson last opened, empty at the very start.
    """

    lessons: Mapping[str, LessonProgress] = field(default_factory=dict, hash=False)
    at_lesson: str = ""


def apply(progress: Progress, event: Event) -> Progress:
    """Progress after one more event. Progress is nothing but the fold of all events."""
    lesson = progress.lessons.get(event.lesson, LessonProgress())
    tasks = dict(lesson.tasks)
    if event.task:
        tasks[event.task] = _apply_to_task(tasks.get(event.task, TaskProgress()), event)
    moved = event.did is Did.OPENED
    lesson = replace(
        lesson,
        tasks=tasks,
        at_task=event.task if moved else lesson.at_task,
        last_at=max(lesson.last_at, event.at),
    )
    return Progress(
        lessons={**progress.lessons, event.lesson: lesson},
        at_lesson=event.lesson if moved else progress.at_lesson,
    )


def _apply_to_task(task: TaskProgress, event: Event) -> TaskProgress:
    if task.status is Status.NEW:
        task = replace(task, status=Status.STARTED)
    match event.did:
        case Did.DRAFTED:
            return replace(task, draft=event.text)
        case Did.RESET:
            # A fresh start after a solution was used: what is solved from here on counts.
            done = task.status is Status.SOLVED_WITH_SOLUTION
            return replace(task, draft=event.text, solution_shown=task.solution_shown and not done)
        case Did.CHECKED:
            stuck_on = dict(task.stuck_on)
            for code in () if event.right else event.codes:
                stuck_on[code] = stuck_on.get(code, 0) + 1
            return replace(task, attempts=task.attempts + 1, stuck_on=stuck_on)
        case Did.ANSWERED:
            return replace(task, attempts=task.attempts + 1, answer=event.codes)
        case Did.HINTED:
            return replace(task, hints=min(task.hints + 1, HINTS))
        case Did.SHOWN:
            return replace(task, solution_shown=True)
        case Did.SOLVED if task.status is not Status.SOLVED:
            solved = Status.SOLVED_WITH_SOLUTION if task.solution_shown else Status.SOLVED
            return replace(task, status=solved)
    return task

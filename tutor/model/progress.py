"""What a learner has done: the events a session makes and a store keeps."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field


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

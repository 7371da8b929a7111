"""What a learner has done: the events a session makes and a store keeps.

Progress is never edited: it is what :func:`replay` makes of the events, one after another. A store
may keep the events, the progress, or both; the two cannot disagree.
"""

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from tutor.model.course import HINTS

KEPT_DRAFTS = 20
"""How many drafts put aside by a reset a task keeps, the newest ones."""

KEPT_RECALLS = 50
"""How many answers to a question are remembered, the newest ones."""


class Did(enum.StrEnum):
    """What happened. Values are stored: never rename one."""

    OPENED = "opened"
    """A lesson, or one of its tasks, was gone to."""
    DRAFTED = "drafted"
    """The text in the editor changed."""
    CHECKED = "checked"
    """A check was asked for."""
    ANSWERED = "answered"
    """A prediction or a question was answered."""
    HINTED = "hinted"
    """One more hint was opened."""
    SHOWN = "shown"
    """The solution was shown."""
    SOLVED = "solved"
    """A task is done; with no task, the whole lesson."""
    RESET = "reset"
    """The draft was put aside and the starter is back: a new attempt begins."""
    UNDONE = "undone"
    """The last reset was taken back."""
    QUIZZED = "quizzed"
    """A lesson's question was answered in a quiz, outside its lesson."""
    APPLIED = "applied"
    """A manifest was applied in a cluster."""
    OBSERVED = "observed"
    """What came about in a cluster was judged."""


class Status(enum.StrEnum):
    """Where a task or a lesson stands. Values are stored: never rename one."""

    NEW = "new"
    STARTED = "started"
    SOLVED_WITH_SOLUTION = "solved-with-solution"
    SOLVED = "solved"

    @property
    def done(self) -> bool:
        """Solved, with or without the solution."""
        return self in {Status.SOLVED, Status.SOLVED_WITH_SOLUTION}


@dataclass(frozen=True, slots=True)
class Event:
    """One thing a learner did.

    Attributes:
        at: Seconds since the epoch, UTC.
        lesson: Lesson id.
        task: Task id; empty for the lesson itself.
        codes: For CHECKED, the blocking codes found (declared checks as ``check:<id>``); for
            ANSWERED and QUIZZED, the choices given; for OBSERVED, what did not come about, as
            ``expect:<id>``.
        right: For ANSWERED, QUIZZED, CHECKED and OBSERVED, whether it was right.
        text: For DRAFTED, the new draft.
    """

    at: float
    did: Did
    lesson: str
    task: str = ""
    codes: tuple[str, ...] = ()
    right: bool = False
    text: str = ""


@dataclass(frozen=True, slots=True)
class Kept:
    """A draft that a reset put aside.

    Attributes:
        text: The draft.
        solution_shown: Whether the solution had been shown in the attempt it belongs to.
    """

    text: str
    solution_shown: bool = False


@dataclass(frozen=True, slots=True)
class Recall:
    """One answer to a question, in its lesson or in a quiz: what a schedule reckons with.

    Attributes:
        at: Seconds since the epoch.
    """

    at: float
    right: bool


@dataclass(frozen=True, slots=True)
class TaskProgress:
    """Where one task stands.

    Attributes:
        status: Never goes back. SOLVED_WITH_SOLUTION becomes SOLVED when the task is solved once
            more, from the starter, without the solution being shown again.
        attempts: Checks asked for (not those made live while typing), answers given, or times
            that what came about in a cluster was judged.
        hints: How many hints were opened, 0-3.
        solution_shown: Whether the solution was shown in this attempt, before it was solved.
        draft: The text in the editor, or None when nothing was typed since the starter.
        answer: The last choices given.
        right: Whether the last answer or check was right.
        stuck_on: Code to how often a check found it.
        kept: Drafts put aside by resets, the newest last.
        recalls: Answers to a question, in its lesson and in quizzes, the newest last.
    """

    status: Status = Status.NEW
    attempts: int = 0
    hints: int = 0
    solution_shown: bool = False
    draft: str | None = None
    answer: tuple[str, ...] = ()
    right: bool = False
    stuck_on: Mapping[str, int] = field(default_factory=dict, hash=False)
    kept: tuple[Kept, ...] = ()
    recalls: tuple[Recall, ...] = ()


@dataclass(frozen=True, slots=True)
class LessonProgress:
    """Where one lesson stands: its tasks, and the task the learner was last at.

    Attributes:
        status: Done once every task was done; it stays so when a later version of the lesson
            has more tasks.
        last_at: When something last happened in it, seconds since the epoch.
    """

    tasks: Mapping[str, TaskProgress] = field(default_factory=dict, hash=False)
    at_task: str = ""
    last_at: float = 0.0
    status: Status = Status.NEW

    def task(self, task_id: str) -> TaskProgress:
        """Where a task stands; a fresh one if nothing happened yet."""
        return self.tasks.get(task_id) or TaskProgress()


@dataclass(frozen=True, slots=True)
class Progress:
    """All of one learner's progress.

    Attributes:
        lessons: Lesson id to where it stands.
        at_lesson: The lesson last opened, empty at the very start.
    """

    lessons: Mapping[str, LessonProgress] = field(default_factory=dict, hash=False)
    at_lesson: str = ""

    def lesson(self, lesson_id: str) -> LessonProgress:
        """Where a lesson stands; a fresh one if nothing happened yet."""
        return self.lessons.get(lesson_id) or LessonProgress()


def apply(progress: Progress, event: Event) -> Progress:
    """Progress after one more event. Any event applies to any progress."""
    lesson = _lesson_after(progress.lesson(event.lesson), event)
    at = event.lesson if event.did is Did.OPENED else progress.at_lesson
    return Progress({**progress.lessons, event.lesson: lesson}, at)


def replay(events: Iterable[Event], start: Progress | None = None) -> Progress:
    """The progress that events, oldest first, add up to."""
    progress = start or Progress()
    for event in events:
        progress = apply(progress, event)
    return progress


def _lesson_after(before: LessonProgress, event: Event) -> LessonProgress:
    tasks, status, at_task = before.tasks, before.status, before.at_task
    if event.task:
        tasks = {**tasks, event.task: _task_after(before.task(event.task), event)}
        if event.did is Did.OPENED:
            at_task = event.task
    if not event.task and event.did is Did.SOLVED:
        helped = any(t.status is Status.SOLVED_WITH_SOLUTION for t in tasks.values())
        solved = Status.SOLVED_WITH_SOLUTION if helped else Status.SOLVED
        status = Status.SOLVED if status is Status.SOLVED else solved
    elif status is Status.NEW and event.did is not Did.QUIZZED:
        status = Status.STARTED
    return LessonProgress(tasks, at_task, max(before.last_at, event.at), status)


def _task_after(task: TaskProgress, event: Event) -> TaskProgress:
    started = Status.STARTED if task.status is Status.NEW else task.status
    match event.did:
        case Did.OPENED | Did.APPLIED:
            return replace(task, status=started)
        case Did.DRAFTED:
            return replace(task, status=started, draft=event.text)
        case Did.CHECKED | Did.OBSERVED:
            stuck = dict(task.stuck_on)
            for code in () if event.right else event.codes:
                stuck[code] = stuck.get(code, 0) + 1
            return replace(
                task,
                status=started,
                attempts=task.attempts + 1,
                right=event.right,
                stuck_on=stuck,
            )
        case Did.ANSWERED:
            return replace(
                task,
                status=started,
                attempts=task.attempts + 1,
                right=event.right,
                answer=event.codes,
                recalls=_recalls(task, event),
            )
        case Did.QUIZZED:
            return replace(task, recalls=_recalls(task, event))
        case Did.HINTED:
            return replace(task, status=started, hints=min(task.hints + 1, HINTS))
        case Did.SHOWN:
            return replace(task, status=started, solution_shown=task.status is not Status.SOLVED)
        case Did.SOLVED:
            helped = task.solution_shown and task.status is not Status.SOLVED
            return replace(task, status=Status.SOLVED_WITH_SOLUTION if helped else Status.SOLVED)
        case Did.RESET:
            return _reset(replace(task, status=started))
        case Did.UNDONE:
            return _undone(replace(task, status=started))


def _recalls(task: TaskProgress, event: Event) -> tuple[Recall, ...]:
    return (*task.recalls, Recall(event.at, event.right))[-KEPT_RECALLS:]


def _reset(task: TaskProgress) -> TaskProgress:
    """The starter is back. Only a task already solved with the solution begins afresh."""
    kept = task.kept
    if task.draft is not None:
        kept = (*kept, Kept(task.draft, task.solution_shown))[-KEPT_DRAFTS:]
    again = task.status is Status.SOLVED_WITH_SOLUTION
    return replace(
        task,
        draft=None,
        answer=(),
        right=False,
        kept=kept,
        solution_shown=task.solution_shown and not again,
    )


def _undone(task: TaskProgress) -> TaskProgress:
    """The newest draft put aside is back; what was typed since takes its place."""
    if not task.kept:
        return task
    *older, last = task.kept
    if task.draft is not None:
        older = [Kept(task.draft, task.solution_shown), *older]
    return replace(
        task,
        draft=last.text,
        right=False,
        kept=tuple(older),
        solution_shown=task.status is not Status.SOLVED
        and (task.solution_shown or last.solution_shown),
    )

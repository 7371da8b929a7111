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
    return replay((event,), progress)


def replay(events: Iterable[Event], start: Progress | None = None) -> Progress:
    """The progress that events, oldest first, add up to.

    It takes a step for each event, however much progress there is already.
    """
    progress = start or Progress()
    changed: dict[str, _Lesson] = {}
    at = progress.at_lesson
    for event in events:
        lesson = changed.get(event.lesson)
        if lesson is None:
            lesson = changed[event.lesson] = _Lesson(progress.lesson(event.lesson))
        lesson.add(event)
        if event.did is Did.OPENED:
            at = event.lesson
    lessons = {**progress.lessons, **{name: one.progress() for name, one in changed.items()}}
    return Progress(lessons, at)


class _Lesson:
    """A lesson while events are added up; nobody else holds what it changes."""

    def __init__(self, before: LessonProgress) -> None:
        self._tasks = dict(before.tasks)
        self._stuck: dict[str, dict[str, int]] = {}  # codes of the tasks that were checked
        self._helped = sum(_helped(task) for task in self._tasks.values())
        self._at_task = before.at_task
        self._last_at = before.last_at
        self._status = before.status

    def add(self, event: Event) -> None:
        """One more event."""
        if event.task:
            self._add_to_task(event)
        status = self._status
        if not event.task and event.did is Did.SOLVED:
            solved = Status.SOLVED_WITH_SOLUTION if self._helped else Status.SOLVED
            self._status = Status.SOLVED if status is Status.SOLVED else solved
        elif status is Status.NEW and event.did is not Did.QUIZZED:
            self._status = Status.STARTED
        self._last_at = max(self._last_at, event.at)

    def _add_to_task(self, event: Event) -> None:
        before = self._tasks.get(event.task) or TaskProgress()
        after = self._tasks[event.task] = _task_after(before, event)
        self._helped += _helped(after) - _helped(before)
        if event.did is Did.OPENED:
            self._at_task = event.task
        if event.did in _CHECKS and not event.right:
            stuck = self._stuck.get(event.task)
            if stuck is None:
                stuck = self._stuck[event.task] = dict(before.stuck_on)
            for code in event.codes:
                stuck[code] = stuck.get(code, 0) + 1

    def progress(self) -> LessonProgress:
        """Where it stands; to be asked for once."""
        for task, stuck in self._stuck.items():
            self._tasks[task] = replace(self._tasks[task], stuck_on=stuck)
        return LessonProgress(self._tasks, self._at_task, self._last_at, self._status)


_CHECKS = frozenset({Did.CHECKED, Did.OBSERVED})


def _helped(task: TaskProgress) -> bool:
    return task.status is Status.SOLVED_WITH_SOLUTION


def _task_after(task: TaskProgress, event: Event) -> TaskProgress:
    """Where a task stands after one more event, but for the codes it is stuck on."""
    started = Status.STARTED if task.status is Status.NEW else task.status
    match event.did:
        case Did.OPENED | Did.APPLIED:
            return replace(task, status=started)
        case Did.DRAFTED:
            return replace(task, status=started, draft=event.text)
        case Did.CHECKED | Did.OBSERVED:
            return replace(task, status=started, attempts=task.attempts + 1, right=event.right)
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

"""One lesson being done.

A :class:`Run` is frozen. Every action is a function from a run, its arguments and the time to a
:class:`Step`: the run after it, and the events that a store must keep. The run's progress is
always what :func:`tutor.model.progress.apply` makes of those events; nothing else changes it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from tutor.course.grading import Grade, grade
from tutor.model.course import (
    HINTS,
    ChoiceTask,
    Example,
    Form,
    Lesson,
    LiveTask,
    ReadTask,
    Task,
    TaskWords,
    WriteTask,
)
from tutor.model.progress import Did, Event, LessonProgress, Progress, Status, TaskProgress, apply
from tutor.quiz.marking import Marked, Verdict, complete, mark
from tutor.quiz.round import shuffled
from tutor.session.ports import Chance

if TYPE_CHECKING:
    from tutor.model.verdicts import Verdict as Outcome


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a scenario applies as the learner's answer.

    Attributes:
        own: It is the learner's; else the lesson's own solution, for theirs does not pass.
    """

    text: str
    own: bool


@dataclass(frozen=True, slots=True)
class Run:
    """A lesson at one of its tasks.

    Attributes:
        lesson: The lesson; its words in any language are ``lesson.words[language]``.
        progress: All of the learner's progress.
        task_id: The task shown.
        shown: Task id to its choices in the order shown, for questions that are shuffled.
        grade: What the last explicit check said, until the text changes or the task is left.
        solution_open: The solution is on the screen.
        finished: "Next" was asked for at the last task: show the lesson's end.
    """

    lesson: Lesson
    progress: Progress
    task_id: str
    shown: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    grade: Grade | None = None
    solution_open: bool = False
    finished: bool = False

    @property
    def task(self) -> Task:
        """The task shown."""
        return self.lesson.task(self.task_id)

    @property
    def lesson_progress(self) -> LessonProgress:
        """Where the lesson stands."""
        return self.progress.lesson(self.lesson.id)

    @property
    def here(self) -> TaskProgress:
        """Where the task shown stands."""
        return self.lesson_progress.task(self.task_id)

    def words(self, language: str) -> TaskWords:
        """The words of the task shown."""
        return self.lesson.words[language].tasks[self.task_id]

    @property
    def position(self) -> int:
        """Place of the task shown, from 0."""
        return next(i for i, task in enumerate(self.lesson.tasks) if task.id == self.task_id)

    @property
    def outline(self) -> tuple[tuple[Task, Status], ...]:
        """Every task with its status."""
        return tuple(
            (task, self.lesson_progress.task(task.id).status) for task in self.lesson.tasks
        )

    @property
    def text(self) -> str:
        """What the editor holds: the draft, else the starter. Empty where nothing is written."""
        if not isinstance(self.task, WriteTask):
            return ""
        return self.task.starter if self.here.draft is None else self.here.draft

    @property
    def manifest(self) -> Manifest:
        """What the learner wrote in this lesson; the solution while that does not pass."""
        task = next((one for one in self.lesson.tasks if isinstance(one, WriteTask)), None)
        if task is None:
            return Manifest("", own=False)
        draft = self.lesson_progress.task(task.id).draft
        if draft is not None and grade(task, draft).passed:
            return Manifest(draft, own=True)
        return Manifest(task.solutions[0].text if task.solutions else task.starter, own=False)

    @property
    def choices(self) -> tuple[str, ...]:
        """Choice ids in the order to show them; empty where nothing is chosen."""
        if not isinstance(self.task, ChoiceTask):
            return ()
        return self.shown.get(self.task_id, self.task.choices)

    @property
    def marked(self) -> Marked | None:
        """The last answer, marked; None before one was given."""
        task, answer = self.task, self.here.answer
        if not isinstance(task, ChoiceTask) or not complete(task, answer):
            return None
        return mark(task, answer)

    @property
    def explained(self) -> tuple[str, ...]:
        """Choices whose explanation is to be shown now.

        After a wrong answer to a question, those given and wrong, so that it can be tried again;
        once it is done, every one.
        """
        marked = self.marked
        if marked is None:
            return ()
        if self.here.status.done:
            return self.choices
        return tuple(c for c in self.choices if c in marked.given and c not in _hits(marked))

    @property
    def open_for_answer(self) -> bool:
        """An answer would be taken: a question not yet right, a prediction not yet made."""
        return isinstance(self.task, ChoiceTask) and not self.here.status.done

    @property
    def hints_left(self) -> int:
        """How many hints can still be opened."""
        return HINTS - self.here.hints if isinstance(self.task, WriteTask) else 0

    @property
    def solution(self) -> Example | None:
        """The solution, while it is on the screen."""
        task = self.task
        if not self.solution_open or not isinstance(task, WriteTask) or not task.solutions:
            return None
        return task.solutions[0]

    @property
    def can_undo_reset(self) -> bool:
        """A draft that a reset put aside can be brought back."""
        return bool(self.here.kept)

    @property
    def debrief_open(self) -> bool:
        """The task is done, and there is something to say about it."""
        return self.here.status.done and not isinstance(self.task, ReadTask)


@dataclass(frozen=True, slots=True)
class Step:
    """What an action made: the run after it, and the events to keep, oldest first."""

    run: Run
    events: tuple[Event, ...] = ()


def start(
    lesson: Lesson, progress: Progress, now: float, chance: Chance, task_id: str = ""
) -> Step:
    """Open a lesson.

    Args:
        lesson: The lesson.
        progress: All of the learner's progress.
        now: The time.
        chance: Shuffles the choices of questions about an order.
        task_id: Where to open it. By default where the learner was, or at the first task when
            the lesson is new, or done.

    Raises:
        KeyError: The lesson has no such task.
    """
    stands = progress.lesson(lesson.id)
    ids = [task.id for task in lesson.tasks]
    if task_id:
        lesson.task(task_id)
    elif not stands.status.done and stands.at_task in ids:
        task_id = stands.at_task
    else:
        task_id = ids[0]
    shown = {
        task.id: shuffled(task, chance.sample)
        for task in lesson.tasks
        if isinstance(task, ChoiceTask) and task.form is Form.ORDER
    }
    return _open(Run(lesson, progress, task_id, shown), task_id, now)


def go(run: Run, task_id: str, now: float) -> Step:
    """Go to any task of the lesson. Prose that is left forwards counts as read.

    Raises:
        KeyError: The lesson has no such task.
    """
    run.lesson.task(task_id)
    if task_id == run.task_id and not run.finished:
        return Step(run)
    order = [task.id for task in run.lesson.tasks]
    step = _read(run, now) if order.index(task_id) > run.position else Step(run)
    opened = _open(step.run, task_id, now)
    return Step(opened.run, step.events + opened.events)


def advance(run: Run, now: float) -> Step:
    """Go on: the next task; at the last one, the end of the lesson.

    Prose that is left this way counts as read. A task that is not done stays so and can be
    come back to: nothing holds the learner.
    """
    step = _read(run, now)
    if run.position + 1 == len(run.lesson.tasks):
        return Step(replace(step.run, finished=True), step.events)
    following = run.lesson.tasks[run.position + 1].id
    opened = _open(step.run, following, now)
    return Step(opened.run, step.events + opened.events)


def back(run: Run, now: float) -> Step:
    """Go to the task before; from the lesson's end to its last task. At the first, stay."""
    if run.finished:
        return Step(replace(run, finished=False))
    if run.position == 0:
        return Step(run)
    return _open(run, run.lesson.tasks[run.position - 1].id, now)


def write(run: Run, text: str, now: float) -> Step:
    """Take what is in the editor. The same text as before makes no event.

    Call it at every pause in typing, and before anything else is done with the text.
    """
    if not isinstance(run.task, WriteTask) or text == run.text:
        return Step(run)
    return _did(replace(run, grade=None), now, Did.DRAFTED, text=text)


def check(run: Run, now: float) -> Step:
    """Judge the text, because the learner asked. A pass solves the task."""
    task = run.task
    if not isinstance(task, WriteTask):
        return Step(run)
    verdict = grade(task, run.text)
    step = _did(run, now, Did.CHECKED, codes=verdict.codes, right=verdict.passed)
    events = step.events
    if verdict.passed and _counts(step.run.here):
        step = _solved(step.run, now)
        events += step.events
    return Step(replace(step.run, grade=verdict), events)


def hint(run: Run, now: float) -> Step:
    """Open one more hint. After the third, nothing happens."""
    return _did(run, now, Did.HINTED) if run.hints_left > 0 else Step(run)


def show_solution(run: Run, now: float) -> Step:
    """Show the solution. A task not solved before is then solved with the solution."""
    if not isinstance(run.task, WriteTask):
        return Step(run)
    opened = replace(run, solution_open=True)
    return Step(opened) if run.here.solution_shown else _did(opened, now, Did.SHOWN)


def hide_solution(run: Run) -> Step:
    """Take the solution off the screen; that it was shown stays known."""
    return Step(replace(run, solution_open=False))


def reset(run: Run, now: float) -> Step:
    """Put the draft aside and begin again from the starter. :func:`undo_reset` brings it back."""
    if not isinstance(run.task, WriteTask):
        return Step(run)
    return _did(replace(run, grade=None, solution_open=False), now, Did.RESET)


def undo_reset(run: Run, now: float) -> Step:
    """Bring back the draft that the last reset put aside; what was typed since is kept too."""
    if not run.can_undo_reset:
        return Step(run)
    return _did(replace(run, grade=None), now, Did.UNDONE)


def answer(run: Run, given: Sequence[str], now: float) -> Step:
    """Answer a prediction or a question.

    A prediction is made once; right or wrong, it is done. A question is done when it is right and
    may be tried until then.

    Raises:
        ValueError: The answer is not one that :func:`tutor.quiz.marking.complete` accepts.
    """
    task = run.task
    if not isinstance(task, ChoiceTask) or not run.open_for_answer:
        return Step(run)
    marked = mark(task, given)
    step = _did(run, now, Did.ANSWERED, codes=marked.given, right=marked.right)
    if not (marked.right or task.predict):
        return step
    solved = _solved(step.run, now)
    return Step(solved.run, step.events + solved.events)


def applied(run: Run, now: float) -> Step:
    """A manifest was applied in a cluster, for the task shown."""
    return _did(run, now, Did.APPLIED) if isinstance(run.task, LiveTask) else Step(run)


def observed(run: Run, outcome: "Sequence[Outcome]", now: float) -> Step:
    """What came about in a cluster is judged. When all of it did, the task is solved.

    Args:
        run: The run.
        outcome: Where each expectation of the task stands when all is over.
        now: The time.
    """
    if not isinstance(run.task, LiveTask):
        return Step(run)
    missing = tuple(f"expect:{one.id}" for one in outcome if not one.state.good)
    right = bool(outcome) and not missing
    begun = Step(run)
    if right and run.here.status is Status.SOLVED_WITH_SOLUTION:
        begun = _did(run, now, Did.RESET)  # it was shown before; now it is the learner's own
    step = _did(begun.run, now, Did.OBSERVED, codes=missing, right=right)
    events = begun.events + step.events
    if not right or not _counts(step.run.here):
        return Step(step.run, events)
    solved = _solved(step.run, now)
    return Step(solved.run, events + solved.events)


def watch_instead(run: Run, now: float) -> Step:
    """What would happen is shown to somebody who has no cluster, or no wish for one.

    The task is then solved with the solution; done once more in a cluster, without it.
    """
    if not isinstance(run.task, LiveTask) or run.here.status.done:
        return Step(run)
    shown = _did(run, now, Did.SHOWN)
    solved = _solved(shown.run, now)
    return Step(solved.run, shown.events + solved.events)


def _did(
    run: Run,
    now: float,
    did: Did,
    *,
    task: str | None = None,
    codes: tuple[str, ...] = (),
    right: bool = False,
    text: str = "",
) -> Step:
    task_id = run.task_id if task is None else task
    event = Event(now, did, run.lesson.id, task_id, codes, right, text)
    return Step(replace(run, progress=apply(run.progress, event)), (event,))


def _open(run: Run, task_id: str, now: float) -> Step:
    there = replace(run, task_id=task_id, grade=None, solution_open=False, finished=False)
    return _did(there, now, Did.OPENED)


def _read(run: Run, now: float) -> Step:
    """Prose is done when it is left."""
    if isinstance(run.task, ReadTask) and run.here.status is not Status.SOLVED:
        return _solved(run, now)
    return Step(run)


def _counts(task: TaskProgress) -> bool:
    """Whether solving it now changes where it stands."""
    if task.status is Status.SOLVED_WITH_SOLUTION:
        return not task.solution_shown
    return task.status is not Status.SOLVED


def _solved(run: Run, now: float) -> Step:
    """The task is done; the lesson too, once every task is."""
    step = _did(run, now, Did.SOLVED)
    stands = step.run.lesson_progress
    tasks = [stands.task(task.id).status for task in run.lesson.tasks]
    helped = Status.SOLVED_WITH_SOLUTION in tasks
    better = stands.status is Status.SOLVED_WITH_SOLUTION and not helped
    if all(status.done for status in tasks) and (better or not stands.status.done):
        whole = _did(step.run, now, Did.SOLVED, task="")
        return Step(whole.run, step.events + whole.events)
    return step


def _hits(marked: Marked) -> set[str]:
    return {choice for choice, verdict in marked.verdicts if verdict is Verdict.HIT}

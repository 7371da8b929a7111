"""A learner's session: the course, the progress, a store and a clock. What a UI holds.

Every method does its action, records the events at once, and returns the state to draw. A UI
decides nothing: it calls a method for each thing the learner does, and draws what it gets.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from tutor.course.grading import Grade, grade
from tutor.model.course import Course, WriteTask
from tutor.model.progress import Event, Progress, replay
from tutor.session import run as actions
from tutor.session.home import Home, Place, after, home
from tutor.session.ports import Chance, Now, ProgressStore
from tutor.session.run import Run, Step

if TYPE_CHECKING:
    from tutor.model.verdicts import Verdict


class Session:
    """One learner at work.

    Args:
        course: The course.
        store: Keeps the progress; read once, here.
        now: The clock.
        chance: The randomness; a ``random.Random``.

    Attributes:
        course: The course.
        progress: All progress, as it stands.
        now: The clock.
        chance: The randomness.
        run: The lesson that is open, or None at home.
    """

    def __init__(self, course: Course, store: ProgressStore, *, now: Now, chance: Chance) -> None:
        self.course = course
        self.progress: Progress = store.load()
        self.run: Run | None = None
        self._store = store
        self.now = now
        self.chance = chance
        self._grade = lru_cache(maxsize=64)(self._judge)

    # Home

    def home(self) -> Home:
        """The map of the course, as it stands."""
        return home(self.course, self.progress)

    def following(self) -> Place | None:
        """Where to go after the open lesson; None when the rest of the course is done."""
        return after(self.course, self.progress, self.run.lesson.id if self.run else "")

    def open(self, lesson_id: str, task_id: str = "") -> Run:
        """Open a lesson, any lesson: where the learner was, or at a task.

        Raises:
            KeyError: No such lesson or task.
            TutorError: ``lesson-invalid``: its files are not what they should be.
        """
        lesson = self.course.lesson(lesson_id)
        return self._take(actions.start(lesson, self.progress, self.now(), self.chance, task_id))

    def leave(self) -> Home:
        """Go home. Everything is stored already."""
        self.run = None
        return self.home()

    # A lesson. Each of these needs an open one.

    def go(self, task_id: str) -> Run:
        """Go to any task of the lesson."""
        return self._take(actions.go(self._open, task_id, self.now()))

    def advance(self) -> Run:
        """Go on to the next task, or to the lesson's end (``run.finished``)."""
        return self._take(actions.advance(self._open, self.now()))

    def back(self) -> Run:
        """Go to the task before."""
        return self._take(actions.back(self._open, self.now()))

    def write(self, text: str) -> Run:
        """Take what is in the editor. Call it at every pause in typing and before leaving it."""
        return self._take(actions.write(self._open, text, self.now()))

    def live(self, text: str) -> Grade:
        """Judge a text while it is typed. Records nothing; the same text is not judged twice.

        Raises:
            TypeError: The task shown is not one of writing.
        """
        task = self._open.task
        if not isinstance(task, WriteTask):
            raise TypeError(task.id)
        return self._grade(self._open.lesson.id, task.id, text)

    def check(self) -> Run:
        """Judge the text because the learner asked; ``run.grade`` has the verdict."""
        return self._take(actions.check(self._open, self.now()))

    def hint(self) -> Run:
        """Open one more hint: ``run.here.hints`` of them are open."""
        return self._take(actions.hint(self._open, self.now()))

    def show_solution(self) -> Run:
        """Show the solution: ``run.solution``."""
        return self._take(actions.show_solution(self._open, self.now()))

    def hide_solution(self) -> Run:
        """Take the solution off the screen."""
        return self._take(actions.hide_solution(self._open))

    def reset(self) -> Run:
        """Begin again from the starter; the draft is put aside."""
        return self._take(actions.reset(self._open, self.now()))

    def undo_reset(self) -> Run:
        """Bring back the draft put aside last."""
        return self._take(actions.undo_reset(self._open, self.now()))

    def answer(self, given: Sequence[str]) -> Run:
        """Answer a prediction or a question; ``run.marked`` has the verdict.

        Raises:
            ValueError: Not a complete answer; ``tutor.quiz.marking.complete`` tells before.
        """
        return self._take(actions.answer(self._open, given, self.now()))

    # In a cluster. What is heard of it is told by tutor.session.live.

    def applied(self) -> Run:
        """A manifest was applied in a cluster, for the task shown."""
        return self._take(actions.applied(self._open, self.now()))

    def observed(self, outcome: "Sequence[Verdict]") -> Run:
        """Judge what came about, once it is finished or can not be any more."""
        return self._take(actions.observed(self._open, outcome, self.now()))

    def watch_instead(self) -> Run:
        """Show what would happen to somebody without a cluster; the task counts as helped."""
        return self._take(actions.watch_instead(self._open, self.now()))

    # A quiz records its answers here.

    def record(self, events: Sequence[Event]) -> None:
        """Keep events made outside a lesson, by a quiz."""
        for event in events:
            self._store.record(event)
        self.progress = replay(events, self.progress)
        if self.run is not None:
            self.run = replace(self.run, progress=self.progress)

    @property
    def _open(self) -> Run:
        if self.run is None:
            raise RuntimeError("no lesson is open")
        return self.run

    def _take(self, step: Step) -> Run:
        for event in step.events:
            self._store.record(event)
        self.run = step.run
        self.progress = step.run.progress
        return step.run

    def _judge(self, lesson_id: str, task_id: str, text: str) -> Grade:
        task = self.course.lesson(lesson_id).task(task_id)
        assert isinstance(task, WriteTask)  # noqa: S101  (live() has looked)
        return grade(task, text)

"""Whatever a learner does, in any order: the invariants of a session."""

import random
import shutil
import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.course.played import add_plays
from tutor.course.loader import load
from tutor.model.course import ChoiceTask, LiveTask, ReadTask, WriteTask
from tutor.model.progress import KEPT_DRAFTS, Progress, Status, replay
from tutor.model.verdicts import State, Verdict, Why
from tutor.quiz.marking import complete
from tutor.session.home import Place
from tutor.session.ports import MemoryStore
from tutor.session.quizzing import Quiz
from tutor.session.run import Run
from tutor.session.session import Session

SAMPLE = Path(__file__).parents[1] / "course" / "sample"
PLAYED = Path(tempfile.mkdtemp(prefix="sts-tutor-sample-"))
shutil.copytree(SAMPLE, PLAYED, dirs_exist_ok=True)
add_plays(PLAYED)
COURSE = load(PLAYED / "lessons", PLAYED / "fixtures")
for _lesson in COURSE.lessons:  # everything is read now: the copy can go
    _ = (_lesson.tasks, _lesson.words["en"], _lesson.words["ja"], _lesson.titles["en"])
shutil.rmtree(PLAYED)
SOLUTION = (SAMPLE / "fixtures/start/first/solutions/01-below.yaml").read_text("utf-8")
LESSONS = [lesson.id for lesson in COURSE.lessons]
TASKS = [task.id for task in COURSE.lessons[0].tasks]
TEXTS = st.sampled_from([SOLUTION, "", "kind: StatefulSet\n", "日本語: [", "a: 1\na: 2\n"])


def tasks_of(lesson: str) -> list[str]:
    return [task.id for task in COURSE.lesson(lesson).tasks]


class Learner(RuleBasedStateMachine):
    """A learner who does anything at all."""

    @initialize(task=st.sampled_from(["", "fix", "fix", "fix"]))
    def sit_down(self, task: str) -> None:
        self.store = MemoryStore()
        self.time = 1_000.0
        self.session = self.new_session()
        # What the invariants are judged by, kept apart from the code under test.
        self.helped: set[tuple[str, str]] = set()
        self.put_aside: dict[tuple[str, str], list[str]] = {}
        self.session.open(LESSONS[0], task)

    def new_session(self) -> Session:
        return Session(COURSE, self.store, now=self.clock, chance=random.Random(7))

    def clock(self) -> float:
        self.time += 1
        return self.time

    @property
    def run_(self) -> Run:
        assert self.session.run is not None
        return self.session.run

    @property
    def place(self) -> tuple[str, str]:
        return self.run_.lesson.id, self.run_.task_id

    def writing(self) -> bool:
        return isinstance(self.run_.task, WriteTask)

    @rule(lesson=st.sampled_from(LESSONS), task=st.sampled_from(["", *TASKS]))
    def open(self, lesson: str, task: str) -> None:
        task = task if task in tasks_of(lesson) else ""
        run = self.session.open(lesson, task)
        assert not task or run.task_id == task

    @rule(task=st.sampled_from([*TASKS, "fix", "fix", "fix"]))
    def go(self, task: str) -> None:
        there = tasks_of(self.run_.lesson.id)
        task = task if task in there else there[-1]
        assert self.session.go(task).task_id == task

    @precondition(lambda self: not self.writing() or self.run_.here.status.done)
    @rule()
    def advance(self) -> None:
        before = self.run_
        after = self.session.advance()
        assert after.finished or after.position == before.position + 1
        if isinstance(before.task, ReadTask):
            assert after.lesson_progress.task(before.task_id).status is Status.SOLVED

    @precondition(lambda self: not self.writing() or self.run_.here.status.done)
    @rule()
    def back(self) -> None:
        before = self.run_
        after = self.session.back()
        assert after.position == max(0, before.position - (not before.finished))

    @precondition(writing)
    @rule(text=TEXTS)
    def type(self, text: str) -> None:
        assert self.session.write(text).text == text

    @precondition(writing)
    @rule(text=st.sampled_from([None, SOLUTION, SOLUTION]))
    def check(self, text: str | None) -> None:
        if text is not None:
            self.session.write(text)
        run = self.session.check()
        assert run.grade is not None
        assert run.grade.passed == (run.text == SOLUTION)
        assert not run.grade.passed or run.here.status.done

    @rule()
    def hint(self) -> None:
        before = self.run_.here.hints
        after = self.session.hint().here.hints
        assert after == min(before + 1, 3 if self.writing() else 0)

    @precondition(writing)
    @rule()
    def show(self) -> None:
        solved = self.run_.here.status is Status.SOLVED
        assert self.session.show_solution().solution is not None
        if not solved:
            self.helped.add(self.place)

    @rule()
    def hide(self) -> None:
        assert self.session.hide_solution().solution is None

    @precondition(writing)
    @rule()
    def reset(self) -> None:
        before = self.run_.here
        if before.draft is not None:
            self.put_aside.setdefault(self.place, []).append(before.draft)
        if before.status is Status.SOLVED_WITH_SOLUTION:
            self.helped.discard(self.place)
        run = self.session.reset()
        task = run.task
        assert isinstance(task, WriteTask)
        assert run.text == task.starter

    @precondition(lambda self: self.writing() and self.run_.can_undo_reset)
    @rule()
    def undo_reset(self) -> None:
        before = self.run_.here
        if before.kept[-1].solution_shown and before.status is not Status.SOLVED:
            self.helped.add(self.place)
        if before.draft is not None:
            self.put_aside.setdefault(self.place, []).append(before.draft)
        if before.kept[-1].text in self.put_aside.get(self.place, []):
            self.put_aside[self.place].remove(before.kept[-1].text)  # the learner's again
        run = self.session.undo_reset()
        assert run.text == before.kept[-1].text

    @rule(data=st.data())
    def answer(self, data: st.DataObject) -> None:
        task = self.run_.task
        if not isinstance(task, ChoiceTask):
            assert self.session.answer(["x"]) == self.run_
            return
        given = data.draw(
            st.lists(st.sampled_from(task.choices), unique=True, max_size=len(task.choices))
        )
        if not complete(task, given):
            return
        before = self.run_
        after = self.session.answer(given)
        assert after.marked is not None
        if before.here.status.done:
            assert after == before
        else:
            assert after.here.answer == tuple(given)
            assert after.here.status.done == (task.predict or after.here.right)

    @precondition(lambda self: isinstance(self.run_.task, LiveTask))
    @rule(states=st.lists(st.sampled_from(State), max_size=3), applied=st.booleans())
    def observe(self, states: list[State], applied: bool) -> None:
        if applied:
            self.session.applied()
        outcome = [Verdict(f"e{n}", state, Why.VALUE) for n, state in enumerate(states)]
        before, here = self.run_.here, self.session.observed(outcome).here
        if outcome and all(state.good for state in states):
            assert here.status is Status.SOLVED
            self.helped.discard(self.place)
        else:
            assert (here.status, here.right) == (before.status, False)

    @precondition(lambda self: isinstance(self.run_.task, LiveTask))
    @rule()
    def watch_instead(self) -> None:
        before = self.run_.here
        after = self.session.watch_instead().here
        assert after.status.done
        if not before.status.done:
            self.helped.add(self.place)
        else:
            assert after == before

    @rule(data=st.data())
    def quiz(self, data: st.DataObject) -> None:
        before = {id_: p.status for id_, p in self.session.progress.lessons.items()}
        quiz = Quiz(self.session, count=2)
        while quiz.round.current is not None:
            task = quiz.round.current.question.task
            quiz.answer([data.draw(st.sampled_from(task.choices))])
            quiz.advance()
        after = self.session.progress.lessons
        assert all(after[id_].status is status for id_, status in before.items())

    @rule()
    def go_home_and_back(self) -> None:
        (lesson, task), text = self.place, self.run_.text
        done = self.run_.lesson_progress.status.done
        home = self.session.leave()
        assert home.resume == (None if done else Place(lesson, task))
        assert self.session.run is None
        run = self.session.open(lesson, task)
        assert (self.place, run.text) == ((lesson, task), text)

    @rule()
    def come_back_tomorrow(self) -> None:
        """The program ends, at any moment, and starts again from what was stored."""
        (lesson, task), text = self.place, self.run_.text
        done = self.run_.lesson_progress.status.done
        self.time += 86_400
        self.session = self.new_session()
        run = self.session.open(lesson)
        assert run.lesson.id == lesson
        assert run.task_id == (TASKS[0] if done else task)
        assert done or run.text == text

    @invariant()
    def stored_is_live(self) -> None:
        if hasattr(self, "store"):
            assert replay(self.store.events) == self.session.progress == self.store.progress
            if self.session.run is not None:
                assert self.session.run.progress == self.session.progress

    @invariant()
    def the_solution_does_not_count(self) -> None:
        for lesson, task in getattr(self, "helped", ()):
            stands = self.session.progress.lesson(lesson).task(task)
            assert stands.status is not Status.SOLVED

    @invariant()
    def nothing_typed_is_lost(self) -> None:
        for (lesson, task), texts in getattr(self, "put_aside", {}).items():
            stands = self.session.progress.lesson(lesson).task(task)
            there = {kept.text for kept in stands.kept} | {stands.draft}
            if len(stands.kept) < KEPT_DRAFTS:
                assert set(texts) <= there

    @invariant()
    def a_lesson_is_done_when_its_tasks_are(self) -> None:
        if not hasattr(self, "session"):
            return
        progress: Progress = self.session.progress
        for lesson in COURSE.lessons:
            stands = progress.lesson(lesson.id)
            statuses = [stands.task(task.id).status for task in lesson.tasks]
            assert stands.status.done == all(status.done for status in statuses)
            if stands.status is Status.SOLVED:
                assert Status.SOLVED_WITH_SOLUTION not in statuses


TestLearner = Learner.TestCase
TestLearner.settings = settings(max_examples=150, stateful_step_count=50, deadline=None)

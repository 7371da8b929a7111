"""One lesson, step by step, as a learner does it."""

import random
from collections.abc import Iterator
from itertools import count

import pytest

from tutor.model.course import Course, WriteTask
from tutor.model.progress import Did, Status
from tutor.quiz.marking import Verdict
from tutor.session.api import MemoryStore, Place, Session

LESSON = "start/first"


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def session(course: Course, store: MemoryStore) -> Session:
    times: Iterator[int] = count(100)
    return Session(course, store, now=lambda: float(next(times)), chance=random.Random(3))


def solution(session: Session, number: int = 0) -> str:
    task = session.course.lesson(LESSON).task("fix")
    assert isinstance(task, WriteTask)
    return task.solutions[number].text


def done(store: MemoryStore) -> list[tuple[Did, str]]:
    return [(event.did, event.task) for event in store.events]


def test_a_whole_lesson(session: Session, store: MemoryStore) -> None:
    run = session.open(LESSON)
    assert (run.task_id, run.position) == ("why", 0)
    assert run.words("ja").title == "なぜ"

    run = session.advance()
    assert run.lesson_progress.task("why").status is Status.SOLVED
    assert run.task_id == "order"
    assert sorted(run.choices) == ["one", "two", "zero"]
    assert run.marked is None
    assert run.open_for_answer

    run = session.answer(["one", "zero", "two"])
    assert run.marked is not None
    assert not run.marked.right
    assert run.marked.verdict("two") is Verdict.HIT
    assert run.here.status is Status.SOLVED, "a prediction is made once"
    assert run.explained == run.choices
    assert run.debrief_open
    assert not run.open_for_answer

    run = session.advance()
    assert run.task_id == "fix"
    assert "serviceName: web" in run.text
    assert not session.live(run.text).passed
    run = session.check()
    assert run.grade is not None
    assert not run.grade.passed
    assert run.here.stuck_on["check:three"] == 1
    run = session.write(solution(session))
    assert run.grade is None, "a verdict belongs to the text it was given for"
    run = session.check()
    assert run.grade is not None
    assert run.grade.passed
    assert run.here.status is Status.SOLVED
    assert run.debrief_open
    assert run.task_id == "fix", "nothing moves by itself"

    run = session.advance()
    run = session.answer(["ip", "name"])
    assert run.explained == ("ip",), "the right one is not given away"
    assert run.open_for_answer
    run = session.answer(["claim", "name"])
    assert run.here.status is Status.SOLVED
    assert run.lesson_progress.status is Status.SOLVED
    assert not run.finished
    run = session.advance()
    assert run.finished
    assert session.following() == Place("volumes/second")
    assert [status for _, status in run.outline] == [Status.SOLVED] * 4
    assert done(store)[-2:] == [(Did.SOLVED, "which"), (Did.SOLVED, "")]
    assert session.back().finished is False


def test_hints_open_one_by_one_and_end_at_three(session: Session) -> None:
    session.open(LESSON, "fix")
    assert [session.hint().here.hints for _ in range(4)] == [1, 2, 3, 3]
    assert session.run is not None
    assert session.run.hints_left == 0


def test_a_solution_shown_is_told_apart_from_a_solution_found(
    session: Session, store: MemoryStore
) -> None:
    run = session.open(LESSON, "fix")
    assert run.solution is None
    run = session.show_solution()
    assert run.solution is not None
    assert run.text != run.solution.text, "the draft is the learner's own"
    assert session.hide_solution().solution is None
    session.show_solution()
    assert done(store).count((Did.SHOWN, "fix")) == 1
    session.write(solution(session))
    assert session.check().here.status is Status.SOLVED_WITH_SOLUTION
    # Checking again, or resetting and taking the reset back, changes nothing.
    assert session.check().here.status is Status.SOLVED_WITH_SOLUTION
    session.reset()
    session.undo_reset()
    assert session.check().here.status is Status.SOLVED_WITH_SOLUTION
    # From the starter, without looking, it is found.
    session.reset()
    session.write(solution(session, 1))
    assert session.check().here.status is Status.SOLVED


def test_looking_after_it_is_solved_takes_nothing_away(session: Session) -> None:
    session.open(LESSON, "fix")
    session.write(solution(session))
    session.check()
    run = session.show_solution()
    assert run.solution is not None
    assert session.check().here.status is Status.SOLVED


def test_a_reset_before_solving_does_not_wash_the_solution_away(session: Session) -> None:
    session.open(LESSON, "fix")
    session.show_solution()
    session.reset()
    session.write(solution(session))
    assert session.check().here.status is Status.SOLVED_WITH_SOLUTION


def test_a_lesson_done_with_the_solution_becomes_solved_when_its_tasks_do(
    session: Session,
) -> None:
    session.open(LESSON)
    session.advance()
    session.answer(["zero", "one", "two"])
    session.advance()
    session.show_solution()
    session.write(solution(session))
    session.check()
    session.advance()
    assert session.answer(["name", "claim"]).lesson_progress.status is Status.SOLVED_WITH_SOLUTION
    session.go("fix")
    session.reset()
    session.write(solution(session))
    assert session.check().lesson_progress.status is Status.SOLVED


def test_a_reset_can_be_undone_even_after_a_restart(
    session: Session, store: MemoryStore, course: Course
) -> None:
    session.open(LESSON, "fix")
    session.write("mine")
    run = session.reset()
    assert run.text == starter_of(course)
    assert run.can_undo_reset
    session.write("newer")
    again = Session(course, store, now=lambda: 1e6, chance=random.Random(1))
    again.open(LESSON)
    run = again.undo_reset()
    assert run.text == "mine"
    assert again.undo_reset().text == "newer", "what it displaced is kept as well"


def starter_of(course: Course) -> str:
    task = course.lesson(LESSON).task("fix")
    assert isinstance(task, WriteTask)
    return task.starter


def test_a_lesson_opens_where_it_was_left(
    session: Session, course: Course, store: MemoryStore
) -> None:
    session.open(LESSON)
    session.go("which")
    session.leave()
    assert session.open(LESSON).task_id == "which"
    again = Session(course, store, now=lambda: 1e6, chance=random.Random(1))
    assert again.open(LESSON).task_id == "which"
    assert again.open(LESSON, "order").task_id == "order"


def test_any_lesson_opens_whatever_it_builds_on(session: Session) -> None:
    assert session.open("volumes/second").lesson.id == "volumes/second"


def test_nothing_holds_the_learner_at_a_task(session: Session) -> None:
    session.open(LESSON)
    tasks = [session.advance().task_id for _ in range(3)]
    assert tasks == ["order", "fix", "which"]
    assert session.advance().finished
    assert session.run is not None
    assert session.run.lesson_progress.status is Status.STARTED


def test_prose_is_read_when_it_is_left_forwards(session: Session) -> None:
    session.open(LESSON, "order")
    assert session.go("why").here.status is Status.STARTED
    assert session.leave().rows[0].done == 0
    session.open(LESSON, "why")
    assert session.go("fix").lesson_progress.task("why").status is Status.SOLVED


def test_what_does_not_fit_the_task_does_nothing(session: Session, store: MemoryStore) -> None:
    session.open(LESSON)
    before = len(store.events)
    for action in (session.check, session.hint, session.show_solution, session.reset):
        action()
    session.undo_reset()
    session.write("text")
    session.answer(["zero"])
    session.back()
    session.go("why")
    assert len(store.events) == before
    with pytest.raises(TypeError):
        session.live("x")
    with pytest.raises(KeyError):
        session.go("no-such-task")
    with pytest.raises(KeyError):
        session.open("no/such-lesson")
    session.go("order")
    with pytest.raises(ValueError, match="not an answer"):
        session.answer(["zero"])


def test_typing_the_same_text_again_is_no_event(session: Session, store: MemoryStore) -> None:
    run = session.open(LESSON, "fix")
    session.write(run.text)
    session.write("a: 1")
    session.write("a: 1")
    assert done(store).count((Did.DRAFTED, "fix")) == 1


def test_live_grades_are_made_once_per_text(session: Session) -> None:
    session.open(LESSON, "fix")
    assert session.live("a: 1") is session.live("a: 1")
    session.open("volumes/second", "fix")
    assert session.live(solution(session)).passed


def test_an_order_is_shown_shuffled_and_stays_so(session: Session) -> None:
    shown = session.open(LESSON, "order").choices
    assert shown != ("zero", "one", "two")
    session.advance()
    assert session.back().choices == shown


def test_what_is_on_the_screen_goes_with_the_task(session: Session) -> None:
    session.open(LESSON, "fix")
    session.show_solution()
    run = session.check()
    assert run.grade is not None
    assert run.solution is not None
    session.back()
    run = session.advance()
    assert (run.task_id, run.grade, run.solution) == ("fix", None, None)


def test_without_a_lesson_there_is_nothing_to_do(session: Session) -> None:
    with pytest.raises(RuntimeError):
        session.advance()
    assert session.leave().following == Place(LESSON)

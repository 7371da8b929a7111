"""Progress is the fold of its events, whatever they are and however often they come."""

from hypothesis import given
from hypothesis import strategies as st

from tutor.model.course import HINTS
from tutor.model.progress import (
    KEPT_DRAFTS,
    KEPT_RECALLS,
    Did,
    Event,
    Progress,
    Status,
    apply,
    replay,
)

EVENTS = st.builds(
    Event,
    at=st.floats(0, 2e9),
    did=st.sampled_from(Did),
    lesson=st.sampled_from(["a/a", "b/b"]),
    task=st.sampled_from(["", "x", "y"]),
    codes=st.lists(st.sampled_from(["STS101", "check:c", "choice"]), max_size=3).map(tuple),
    right=st.booleans(),
    text=st.text(max_size=5),
)
RANK = [Status.NEW, Status.STARTED, Status.SOLVED_WITH_SOLUTION, Status.SOLVED]


@given(st.lists(EVENTS, max_size=60))
def test_any_events_apply_and_nothing_goes_back(events: list[Event]) -> None:
    progress = Progress()
    for event in events:
        before, progress = progress, apply(progress, event)
        for lesson_id, lesson in progress.lessons.items():
            earlier = before.lesson(lesson_id)
            assert RANK.index(lesson.status) >= RANK.index(earlier.status)
            assert lesson.last_at >= earlier.last_at
            for task_id, task in lesson.tasks.items():
                was = earlier.task(task_id)
                assert RANK.index(task.status) >= RANK.index(was.status)
                assert was.hints <= task.hints <= HINTS
                assert len(task.kept) <= KEPT_DRAFTS
                assert len(task.recalls) <= KEPT_RECALLS
                assert task.attempts >= was.attempts
    assert progress == replay(events)


@given(st.lists(EVENTS, max_size=30), st.integers(0, 30))
def test_progress_can_be_taken_up_anywhere(events: list[Event], cut: int) -> None:
    assert replay(events[cut:], replay(events[:cut])) == replay(events)


@given(st.lists(EVENTS, max_size=30))
def test_lessons_do_not_touch_each_other(events: list[Event]) -> None:
    alone = replay(event for event in events if event.lesson == "a/a")
    assert replay(events).lesson("a/a") == alone.lesson("a/a")


def test_a_quiz_begins_no_lesson() -> None:
    progress = replay([Event(1.0, Did.QUIZZED, "a/a", "x", ("c",), True)])
    assert progress.lesson("a/a").status is Status.NEW
    assert progress.at_lesson == ""


def test_many_resets_keep_the_newest_drafts() -> None:
    events = [
        event
        for number in range(KEPT_DRAFTS + 5)
        for event in (
            Event(0.0, Did.DRAFTED, "a/a", "x", text=str(number)),
            Event(0.0, Did.RESET, "a/a", "x"),
        )
    ]
    kept = replay(events).lesson("a/a").task("x").kept
    assert [draft.text for draft in kept] == [str(n) for n in range(5, KEPT_DRAFTS + 5)]

"""Adding events up: the same however it is cut, and a step for each event."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.work import growth, steps
from tutor.model import progress as model
from tutor.model.progress import Did, Event, LessonProgress, Progress, apply, replay

EVENTS = st.builds(
    Event,
    at=st.floats(0, 1e9),
    did=st.sampled_from(Did),
    lesson=st.sampled_from(["a/b", "c/d"]),
    task=st.sampled_from(["", "one", "two"]),
    codes=st.lists(st.sampled_from(["STS101", "check:x"]), max_size=2).map(tuple),
    right=st.booleans(),
    text=st.sampled_from(["", "a: b"]),
)


@given(st.lists(EVENTS, max_size=30), st.integers(0, 30))
def test_events_add_up_to_the_same_one_by_one_in_parts_and_at_once(
    events: list[Event], cut: int
) -> None:
    one_by_one = Progress()
    for event in events:
        one_by_one = apply(one_by_one, event)
    at_once = replay(events)
    assert at_once == one_by_one
    parts = replay(events[:cut])
    before = repr(parts)
    assert replay(events[cut:], parts) == at_once
    assert repr(parts) == before  # what was handed out has not changed


LOGS: dict[str, Callable[[int], Sequence[Event]]] = {
    "lessons": lambda size: [Event(n, Did.OPENED, f"made/up-{n}") for n in range(size)],
    "tasks": lambda size: [Event(n, Did.CHECKED, "a/b", f"t{n}", ("C",)) for n in range(size)],
    "codes": lambda size: [Event(n, Did.CHECKED, "a/b", "t", (f"C{n}",)) for n in range(size)],
    "solved": lambda size: [
        event
        for n in range(size)
        for event in (Event(n, Did.SOLVED, "a/b", f"t{n}"), Event(n, Did.SOLVED, "a/b"))
    ],
    "drafts": lambda size: [
        Event(n, (Did.DRAFTED, Did.RESET, Did.UNDONE)[n % 3], "a/b", "t", text="x")
        for n in range(size)
    ],
    "answers": lambda size: [Event(n, Did.QUIZZED, "a/b", "t", ("x",)) for n in range(size)],
}


@pytest.mark.parametrize("kind", LOGS)
def test_a_log_twice_as_long_takes_twice_the_steps(kind: str) -> None:
    def folding(size: int) -> Callable[[], object]:
        events = LOGS[kind](size)
        return lambda: replay(events)

    assert growth(lambda size: steps(folding(size)), 600, times=2) < 1.1


@pytest.mark.parametrize("kind", LOGS)
def test_no_table_is_made_anew_for_each_event(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    events = LOGS[kind](300)
    entries = 0

    def counted(made: type[Any]) -> Callable[..., Any]:
        def make(table: Mapping[str, Any] | None = None, *rest: Any) -> Any:
            nonlocal entries
            entries += len(table or ())
            return made(table or {}, *rest)

        return make

    for made in (Progress, LessonProgress):
        monkeypatch.setattr(model, made.__name__, counted(made))
    assert replay(events).lessons
    assert entries <= 2 * len(events)

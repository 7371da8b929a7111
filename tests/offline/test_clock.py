"""Virtual time and what drives it."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.offline.clock import Clock, Pace, micro_timestamp, seconds_of, timestamp


def test_timers_fire_in_order_and_move_the_clock() -> None:
    clock = Clock(10.0)
    fired: list[tuple[str, float]] = []

    def note(name: str) -> None:
        fired.append((name, clock.now))

    clock.after(5, lambda: note("late"))
    clock.after(1, lambda: note("first"))
    clock.after(1, lambda: note("second"))
    clock.at(3, lambda: note("past"))
    clock.after(2, lambda: note("never")).cancel()
    assert clock.due() == 10.0
    while clock.fire(12.0):
        pass
    assert fired == [("past", 10.0), ("first", 11.0), ("second", 11.0)]
    assert clock.due() == 15.0
    with pytest.raises(ValueError, match="due before"):
        clock.move(16.0)
    clock.move(14.0)
    clock.move(1.0)
    assert clock.now == 14.0
    assert clock.fire(math.inf)
    assert clock.due() is None
    assert not clock.fire(math.inf)


def test_a_timer_may_set_another() -> None:
    clock = Clock()
    seen: list[float] = []

    def again() -> None:
        seen.append(clock.now)
        if len(seen) < 3:
            clock.after(2, again)

    clock.after(2, again)
    while clock.fire(100):
        pass
    assert seen == [2, 4, 6]


def test_timestamps() -> None:
    assert timestamp(1_767_225_600.9) == "2026-01-01T00:00:00Z"
    assert micro_timestamp(1_767_225_600.25) == "2026-01-01T00:00:00.250000Z"
    assert seconds_of("2026-01-01T00:00:00Z") == 1_767_225_600
    assert seconds_of("2026-01-01T09:00:00.5+09:00") == 1_767_225_600.5
    with pytest.raises(ValueError, match="Invalid isoformat"):
        seconds_of("<ts>")


@given(st.integers(0, 4_000_000_000))
def test_a_timestamp_names_its_second(moment: int) -> None:
    assert seconds_of(timestamp(moment + 0.99)) == moment


def test_speeds() -> None:
    pace = Pace(100.0, 5.0, speed=10.0)
    assert pace.virtual(5.0) == 100.0
    assert pace.virtual(6.0) == 110.0
    assert pace.real(120.0) == 7.0
    assert pace.real(90.0) == 5.0
    pace.change(0.0, 110.0, 6.0)
    assert pace.virtual(1000.0) == 110.0
    assert pace.real(110.5) == math.inf
    pace.change(math.inf, 110.0, 7.0)
    assert pace.virtual(7.5) == math.inf
    assert pace.real(1e9) == 7.0
    for wrong in (-1.0, math.nan):
        with pytest.raises(ValueError, match="0 or more"):
            pace.change(wrong, 0.0, 0.0)

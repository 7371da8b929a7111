"""Counting work: what tests that something is linear rely on."""

import pytest

from tests.work import growth, steps


def linear(size: int) -> None:
    for _ in range(size):
        pass


def quadratic(size: int) -> None:
    for _ in range(size):
        linear(size)


def test_steps_are_the_same_every_time_and_grow_with_what_is_done() -> None:
    once = steps(lambda: linear(100))
    assert once == steps(lambda: linear(100))
    assert 200 <= steps(lambda: linear(200)) - once + 100 <= 300


def test_growth_tells_linear_from_quadratic() -> None:
    assert growth(lambda n: steps(lambda: linear(n)), 100) == pytest.approx(1, abs=0.1)
    assert growth(lambda n: steps(lambda: quadratic(n)), 30) > 3


def test_what_fails_is_not_traced_any_longer() -> None:
    with pytest.raises(ZeroDivisionError):
        steps(lambda: 1 // 0)
    assert steps(lambda: linear(1)) < 20

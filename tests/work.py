"""Work that is done, counted: the same on every machine, however busy it is.

What takes its time within one call of a function written in C (a regular expression, a slice) is
not seen here; ``benchmarks/bench_growth.py`` measures it.
"""

import gc
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any


def steps(function: Callable[[], object]) -> int:
    """The lines of Python that a call runs in this thread, with calls and returns."""
    count = 0

    def step(_: FrameType, __: str, ___: Any) -> Any:
        nonlocal count
        count += 1
        return step

    before, collects = sys.gettrace(), gc.isenabled()
    gc.disable()  # what is called when garbage is collected is not what is counted
    sys.settrace(step)
    try:
        function()
    finally:
        sys.settrace(before)
        if collects:
            gc.enable()
    return count


def growth(work: Callable[[int], int], size: int, times: int = 4) -> float:
    """How the work grows with the size of the input: 1.0 is linear, ``times`` is quadratic.

    Args:
        work: From a size to what is done for an input of it.
        size: Large enough that what is done once does not count, small enough for a test.
        times: How much larger the second input is.
    """
    work(size)  # what is made once is made
    one, many = work(size), work(size * times)
    return many / (one * times)

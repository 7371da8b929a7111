"""Work that is counted, where a test must not look at a clock."""

import gc
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any


def steps(function: Callable[[], object]) -> int:
    """How many lines of Python a call runs through: the same on every machine."""
    count = 0

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal count
        count += event == "line"
        return trace

    before, collects = sys.gettrace(), gc.isenabled()
    gc.disable()  # who is called when garbage is collected is not what is counted
    sys.settrace(trace)
    try:
        function()
    finally:
        sys.settrace(before)
        if collects:
            gc.enable()
    return count


def growth(work: Callable[[int], Callable[[], object]], size: int) -> float:
    """How many times the steps of twice the size are those of the size; linear work gives 2.

    Args:
        work: Makes what is counted, for a size; making it is not counted.
        size: Large enough for what grows to outweigh what does not.
    """
    one, two = work(size), work(2 * size)
    one()  # what is worked out once is not counted
    return steps(two) / steps(one)

"""Waiting for something to come about.

No test says how long anything may take: a busy machine is slow, not wrong. What is waited for is a
condition, and the only limit is one that tells a test that hangs.
"""

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")

HANG = 120.0
"""Seconds after which what is waited for will never come."""
_PAUSE = 0.01
_STILL = 20
"""So many looks in a row without a change are rest."""


def until(done: Callable[[], T], why: object = "it never came about") -> T:
    """What ``done`` says once it is true.

    Args:
        why: Said if it never is; called for it if it can be.
    """
    end = time.monotonic() + HANG
    while not (found := done()):
        assert time.monotonic() < end, why() if callable(why) else why
        time.sleep(_PAUSE)
    return found


async def arrives(done: Callable[[], T], why: object = "it never came about") -> T:
    """As :func:`until`, while the loop goes on."""
    end = time.monotonic() + HANG
    while not (found := done()):
        assert time.monotonic() < end, why() if callable(why) else why
        await asyncio.sleep(_PAUSE)
    return found


async def answered(asked: Awaitable[T]) -> T:
    """What is awaited, unless it hangs."""
    return await asyncio.wait_for(asked, HANG)


def ends(do: Callable[[], T]) -> T:
    """What something returns that must not wait for ever; it runs in a thread."""
    found: list[T] = []
    wrong: list[BaseException] = []

    def run() -> None:
        try:
            found.append(do())
        except BaseException as error:  # noqa: BLE001  (raised again by who waits)
            wrong.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(HANG)
    assert not thread.is_alive(), "it does not end"
    for error in wrong:
        raise error
    return found[0]


def at_rest(value: Callable[[], object], looks: int = _STILL) -> None:
    """Wait until a value has not changed for some time."""
    last, same = value(), 0

    def still() -> bool:
        nonlocal last, same
        now = value()
        same = same + 1 if now == last else 0
        last = now
        return same >= looks

    until(still, "it does not come to rest")


def never(happens: Callable[[], object], looks: int = _STILL) -> None:
    """See for some time that something does not happen."""
    for _ in range(looks):
        assert not happens()
        time.sleep(_PAUSE)


async def nothing(happens: Callable[[], object], looks: int = _STILL) -> None:
    """As :func:`never`, while the loop goes on."""
    for _ in range(looks):
        assert not happens()
        await asyncio.sleep(_PAUSE)

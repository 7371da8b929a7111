"""Who may change the cluster, and where long work is done.

One loop serves everybody. A change is made whole before another one begins; most take a
millisecond, and are made in the loop. One that takes long (a large object to decode, to validate,
to work out the owners of) is made in a thread beside it: the loop answers whoever only reads, and
whoever wants to change something waits for its turn. What a thread stores is stored by the loop,
so that nothing that is read there changes in the middle of a step.

Where there are no threads, long work is done at once.
"""

import asyncio
import gc
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import TypeVar

from tutor.offline.store import Change, Store

_T = TypeVar("_T")

LEFT = 100_000
"""Objects that long work may leave for the garbage collector to look through at once."""


class Turns:
    """The right to change a cluster, for one at a time: ``async with turns: …``.

    Args:
        threads: Whether there are threads.

    Attributes:
        working: Whether somebody changes the cluster from a thread.
    """

    def __init__(self, threads: bool = sys.platform != "emscripten") -> None:
        self._threads = threads
        self._lock = asyncio.Lock()
        self.working = False
        self._calmed = 0
        self._collects = True

    async def __aenter__(self) -> None:
        """Wait for a turn. Where nobody else has one, nothing else happens meanwhile."""
        await self._lock.acquire()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End it."""
        self._lock.release()

    async def beside(self, work: Callable[[], _T]) -> _T:
        """What some work comes to that changes nothing and reads nothing that changes."""
        if not self._threads:
            return work()
        with self._calm():
            return await asyncio.to_thread(work)

    @contextmanager
    def _calm(self) -> Iterator[None]:
        """Collect no garbage: a pass through all that long work makes stops everybody.

        It is plain data without cycles, and goes by itself.
        """
        if not self._calmed:
            self._collects = gc.isenabled()
            gc.disable()
        self._calmed += 1
        try:
            yield
        finally:
            self._calmed -= 1
            if not self._calmed and self._collects:
                if gc.get_count()[0] > LEFT:  # all is young: the next pass would see all of it
                    gc.freeze()
                gc.enable()

    async def change(self, store: Store, work: Callable[[], _T], kept: Callable[[], object]) -> _T:
        """What some work comes to that changes a cluster, by whose turn it is.

        Args:
            store: Of the cluster.
            work: The work.
            kept: Called after every change, in the loop, before anybody hears of it.
        """
        if not self._threads:
            return work()
        loop, here = asyncio.get_running_loop(), threading.get_ident()

        def turn(write: Callable[[], Change]) -> Change:
            if threading.get_ident() == here:
                return write()

            async def written() -> Change:
                change = write()
                kept()
                return change

            return asyncio.run_coroutine_threadsafe(written(), loop).result()

        before, store.turn = store.turn, turn
        self.working = True
        working = asyncio.ensure_future(asyncio.to_thread(work))
        try:
            with self._calm():
                return await asyncio.shield(working)
        except asyncio.CancelledError:  # a change is not left in the middle
            await asyncio.wait((working,))
            raise
        finally:
            self.working = False
            store.turn = before

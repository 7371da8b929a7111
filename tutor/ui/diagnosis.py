"""Findings while typing: off the keystroke's path, never drawn over newer text.

A question waits until the typing rests, or until it has waited long enough; then one thread
answers it. Only the answer to the newest text is delivered, in the event loop's own thread.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import Generic, TypeVar

Answer = TypeVar("Answer")

REST = 0.2
"""Seconds without a key after which a text is looked at."""
AT_MOST = 0.8
"""Seconds after which it is looked at even if the typing goes on."""
REMEMBERED = 32
"""Answers kept, so that undoing and redoing ask nothing."""


class Diagnosis(Generic[Answer]):
    """Asks a slow pure function about a text that keeps changing."""

    def __init__(
        self,
        ask: Callable[[str], Answer],
        deliver: Callable[[str, Future[Answer]], object],
        *,
        rested: Callable[[str], object] | None = None,
        rest: float = REST,
        at_most: float = AT_MOST,
    ) -> None:
        """Nothing is asked yet.

        Args:
            ask: Called in a thread of its own, one text at a time.
            deliver: Called in the event loop with the newest text and its answer; an exception
                of ``ask`` comes out of the future's ``result``.
            rested: Called in the event loop with each text that is looked at, before it is.
            rest: Seconds of rest to wait for.
            at_most: Seconds to wait at most.
        """
        self._ask = ask
        self._deliver = deliver
        self._rested = rested
        self._rest = rest
        self._at_most = at_most
        self._wanted: str | None = None
        self._asked: str | None = None
        self._since: float | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._answers: OrderedDict[str, Future[Answer]] = OrderedDict()
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="diagnosis")
        self._generation = 0
        self._closed = False

    def want(self, text: str) -> None:
        """The text is now this one; an answer to any other is no longer of use."""
        loop = asyncio.get_running_loop()
        self._wanted = text
        now = loop.time()
        if self._since is None:
            self._since = now
        due = min(now + self._rest, self._since + self._at_most)
        if self._timer is not None:
            self._timer.cancel()
        self._timer = loop.call_at(due, self._start)

    def now(self, text: str) -> None:
        """Look at the text at once."""
        self._wanted = text
        self._start()

    def forget(self) -> None:
        """Another task: what was asked before is of no use."""
        self._stop_timer()
        self._wanted = self._asked = None
        self._answers.clear()
        self._generation += 1

    def close(self) -> None:
        """Nothing is delivered any more."""
        self.forget()
        self._closed = True
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._since = None

    def _start(self) -> None:
        self._stop_timer()
        text = self._wanted
        if self._closed or text is None:
            return
        if self._rested is not None:
            self._rested(text)
        known = self._answers.get(text)
        if known is not None:
            self._deliver(text, known)
        elif self._asked is None:  # one at a time; the newest text is next when this one is done
            self._asked = text
            loop, generation = asyncio.get_running_loop(), self._generation
            future = self._thread.submit(self._ask, text)

            def done(future: Future[Answer]) -> None:
                with suppress(RuntimeError):  # the loop has ended meanwhile
                    loop.call_soon_threadsafe(self._done, text, generation, future)

            future.add_done_callback(done)

    def _done(self, text: str, generation: int, future: Future[Answer]) -> None:
        if generation != self._generation or future.cancelled():
            return
        self._asked = None
        self._answers[text] = future
        while len(self._answers) > REMEMBERED:
            self._answers.popitem(last=False)
        if text == self._wanted:
            self._deliver(text, future)
        elif self._timer is None:
            self._start()

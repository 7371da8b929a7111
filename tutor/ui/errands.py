"""Calls that may take long: each in a thread of its own, its answer back where it was asked.

A thread is never waited for. Who leaves, or presses Esc, drops the errand: its answer is not heard.
"""

import threading
from collections.abc import Callable
from typing import TypeVar

from tutor.model.errors import TutorError

Answer = TypeVar("Answer")
Deliver = Callable[[Callable[[], None]], None]
"""Runs something where answers are heard: in the event loop."""

SLOW = 0.5
"""Seconds after which it is said that something is under way."""


class Errand:
    """One call under way.

    Attributes:
        label: What is done, in words that are translated when shown.
        over: The answer was heard, or is no longer wanted.
    """

    def __init__(self, label: str) -> None:
        self.label = label
        self.over = False

    def drop(self) -> None:
        """The answer is no longer wanted."""
        self.over = True


class Errands:
    """The calls under way.

    Args:
        deliver: Runs something in the event loop; called from other threads.
        trouble: Hears, in the event loop, what went wrong with an errand that was not dropped.
        bug: Hears, in the event loop, of an exception that nobody expected.
    """

    def __init__(
        self,
        deliver: Deliver,
        trouble: Callable[[TutorError], None],
        bug: Callable[[BaseException], None],
    ) -> None:
        self._deliver = deliver
        self._trouble = trouble
        self._bug = bug
        self._running: list[Errand] = []

    @property
    def current(self) -> Errand | None:
        """What has been under way for longest."""
        self._running = [errand for errand in self._running if not errand.over]
        return self._running[0] if self._running else None

    def waits_for(self, but: str) -> bool:
        """Whether anything is under way, those with one label left aside."""
        return any(not errand.over and errand.label != but for errand in self._running)

    def run(
        self,
        label: str,
        call: Callable[[], Answer],
        done: Callable[[Answer], None],
        *,
        failed: Callable[[TutorError], None] | None = None,
    ) -> Errand:
        """Call something in a thread.

        Args:
            label: What is done, in words that are translated when shown.
            call: What may take long.
            done: Hears the answer in the event loop.
            failed: Hears of a failure instead of the usual listener.
        """
        errand = Errand(label)
        self._running.append(errand)

        def heard(then: Callable[[], None]) -> None:
            if not errand.over:
                errand.over = True
                then()

        def work() -> None:
            try:
                answer = call()
            except TutorError as error:
                told = error
                self._deliver(lambda: heard(lambda: (failed or self._trouble)(told)))
            except BaseException as error:  # noqa: BLE001  (a thread has nobody else to tell)
                bug = error
                self._deliver(lambda: heard(lambda: self._bug(bug)))
            else:
                self._deliver(lambda: heard(lambda: done(answer)))

        threading.Thread(target=work, name="errand", daemon=True).start()
        return errand

    def drop(self) -> bool:
        """Drop everything under way; whether there was anything."""
        running = [errand for errand in self._running if not errand.over]
        for errand in running:
            errand.drop()
        self._running = []
        return bool(running)

"""Cutting short what is under way, from another thread."""

import threading
import time
from collections.abc import Callable
from typing import TypeVar

from tutor.model.errors import ExitCode, TutorError

T = TypeVar("T")


def cancelled() -> TutorError:
    """What a method raises that was cut short."""
    return TutorError("cancelled", ExitCode.INTERRUPTED)


class Cancel:
    """Says to everything that was begun with it when to end."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._lock = threading.Lock()
        self._told: list[Callable[[], None]] = []

    def is_set(self) -> bool:
        """Whether everything is to end."""
        return self._event.is_set()

    def set(self) -> None:
        """End everything. May be called twice, from any thread."""
        with self._lock:
            self._event.set()
            told, self._told = self._told, []
        for tell in told:
            tell()

    def check(self) -> None:
        """Go on only where nothing is to end.

        Raises:
            TutorError: ``cancelled``.
        """
        if self._event.is_set():
            raise cancelled()

    def wait(self, seconds: float) -> None:
        """Wait.

        Raises:
            TutorError: ``cancelled``, as soon as it is.
        """
        if self._event.wait(max(0.0, seconds)):
            raise cancelled()

    def tell(self, about: Callable[[], None]) -> Callable[[], None]:
        """Call something when everything is to end; returns what takes that back."""
        with self._lock:
            if not self._event.is_set():
                self._told.append(about)
                return lambda: self._forget(about)
        about()
        return lambda: None

    def _forget(self, about: Callable[[], None]) -> None:
        with self._lock:
            if about in self._told:
                self._told.remove(about)

    def run(self, do: Callable[[], T], name: str, late: Callable[[T], None] | None = None) -> T:
        """Do something that blocks, and stop waiting for it once cancelled.

        It runs in a thread that nobody waits for: what blocks has a time limit of its own.

        Args:
            do: What to do.
            name: Of the thread.
            late: Given what comes of it after all, so that it can be closed.

        Raises:
            TutorError: ``cancelled``; or what ``do`` raises.
        """
        self.check()
        done = threading.Condition()
        found: list[T] = []
        failed: list[BaseException] = []
        given_up = False

        def main() -> None:
            try:
                result = do()
            except BaseException as error:  # noqa: BLE001  (raised again where it was asked for)
                with done:
                    failed.append(error)
                    done.notify_all()
                return
            with done:
                if not given_up:
                    found.append(result)
                    done.notify_all()
                    return
            if late is not None:
                late(result)

        def wake() -> None:
            with done:
                done.notify_all()

        take_back = self.tell(wake)
        threading.Thread(target=main, name=name, daemon=True).start()
        try:
            with done:
                while not found and not failed and not self.is_set():
                    done.wait()
                if not found and not failed:
                    given_up = True
                    raise cancelled()
        finally:
            take_back()
        if failed:
            raise failed[0]
        return found[0]


class Deadline:
    """A moment after which waiting ends.

    Args:
        seconds: From now.
    """

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    @property
    def left(self) -> float:
        """Seconds until then; 0 or less when it has passed."""
        return self._end - time.monotonic()

    @property
    def passed(self) -> bool:
        """Whether it has passed."""
        return self.left <= 0

"""What takes long is done in a thread; who leaves does not wait for it."""

import queue
import threading
from collections.abc import Callable

import pytest

from tests.waiting import HANG
from tutor.model.errors import TutorError
from tutor.ui.errands import Errands


class Loop:
    """Stands for the event loop: what is delivered waits until it is run here."""

    def __init__(self) -> None:
        self._waiting: queue.Queue[Callable[[], None]] = queue.Queue()
        self.troubles: list[TutorError] = []
        self.bugs: list[BaseException] = []
        self.errands = Errands(self._waiting.put, self.troubles.append, self.bugs.append)

    def turn(self) -> None:
        self._waiting.get(timeout=HANG)()


def test_the_answer_is_heard_in_the_loop_and_not_in_the_thread() -> None:
    loop = Loop()
    heard: list[object] = []
    errand = loop.errands.run("Planning…", lambda: threading.current_thread().name, heard.append)
    assert loop.errands.current is errand
    assert heard == []
    loop.turn()
    assert heard == ["errand"]
    assert loop.errands.current is None


def test_trouble_and_bugs_are_heard_apart() -> None:
    def fail() -> None:
        raise TutorError("cluster-not-running")

    def trip() -> None:
        raise ZeroDivisionError

    loop = Loop()
    loop.errands.run("x", fail, lambda _: None)
    loop.turn()
    loop.errands.run("x", trip, lambda _: None)
    loop.turn()
    own: list[TutorError] = []
    loop.errands.run("x", fail, lambda _: None, failed=own.append)
    loop.turn()
    assert [error.code for error in loop.troubles] == ["cluster-not-running"]
    assert [type(bug) for bug in loop.bugs] == [ZeroDivisionError]
    assert len(own) == 1


@pytest.mark.parametrize("fails", [False, True])
def test_what_was_dropped_is_not_heard(fails: bool) -> None:
    gate = threading.Event()

    def slow() -> int:
        gate.wait(HANG)
        if fails:
            raise TutorError("cancelled")
        return 1

    loop = Loop()
    heard: list[object] = []
    loop.errands.run("x", slow, heard.append)
    assert loop.errands.drop()
    assert not loop.errands.drop()
    gate.set()
    loop.turn()
    assert heard == []
    assert loop.troubles == []


def test_what_began_first_is_current() -> None:
    gate = threading.Event()
    loop = Loop()
    first = loop.errands.run("x", lambda: gate.wait(HANG), lambda _: None)
    second = loop.errands.run("y", lambda: gate.wait(HANG), lambda _: None)
    assert loop.errands.current is first
    first.drop()
    assert loop.errands.current is second
    gate.set()
    second.drop()

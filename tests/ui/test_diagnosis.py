"""Findings while typing: the newest text alone, asked about rarely, never late."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import Future

from tests.waiting import HANG, arrives, nothing
from tutor.ui.diagnosis import Diagnosis


class Log:
    def __init__(self) -> None:
        self.asked: list[str] = []
        self.rested: list[str] = []
        self.delivered: list[tuple[str, int]] = []
        self.gate = threading.Event()
        self.gate.set()

    def ask(self, text: str) -> int:
        self.asked.append(text)
        self.gate.wait(HANG)
        return len(text)

    def deliver(self, text: str, answer: Future[int]) -> None:
        self.delivered.append((text, answer.result()))

    def diagnosis(self, rest: float = 0.02, at_most: float = 0.1) -> Diagnosis[int]:
        return Diagnosis(
            self.ask, self.deliver, rested=self.rested.append, rest=rest, at_most=at_most
        )


def play(scene: Callable[[Log], Awaitable[None]]) -> Log:
    log = Log()
    asyncio.run(scene(log))  # type: ignore[arg-type]
    return log


async def until(condition: Callable[[], bool]) -> None:
    await arrives(condition)


def test_only_the_last_of_several_quick_texts_is_asked_about() -> None:
    async def scene(log: Log) -> None:
        diagnosis = log.diagnosis()
        for text in ("a", "ab", "abc"):
            diagnosis.want(text)
        await until(lambda: bool(log.delivered))
        diagnosis.close()

    log = play(scene)
    assert log.asked == log.rested == ["abc"]
    assert log.delivered == [("abc", 3)]


def test_steady_typing_does_not_put_it_off_for_ever() -> None:
    async def scene(log: Log) -> None:
        diagnosis = log.diagnosis(rest=0.05, at_most=0.12)
        number = 0
        while not log.asked:
            number += 1
            diagnosis.want("x" * number)
            await asyncio.sleep(0.01)
        diagnosis.close()

    play(scene)


def test_an_answer_to_an_older_text_is_not_delivered() -> None:
    async def scene(log: Log) -> None:
        log.gate.clear()
        diagnosis = log.diagnosis()
        diagnosis.now("old")
        await until(lambda: log.asked == ["old"])
        diagnosis.now("newer")
        diagnosis.now("newest")
        log.gate.set()
        await until(lambda: bool(log.delivered))
        diagnosis.close()

    log = play(scene)
    assert log.delivered == [("newest", 6)]
    assert log.asked == ["old", "newest"]


def test_a_text_seen_before_is_answered_without_asking() -> None:
    async def scene(log: Log) -> None:
        diagnosis = log.diagnosis()
        for text in ("one", "two", "one"):
            diagnosis.now(text)
            await until(lambda text=text: log.delivered[-1:] == [(text, 3)])  # type: ignore[misc]
        diagnosis.close()

    assert play(scene).asked == ["one", "two"]


def test_another_task_forgets_the_one_before() -> None:
    async def scene(log: Log) -> None:
        log.gate.clear()
        diagnosis = log.diagnosis()
        diagnosis.now("old")
        await until(lambda: log.asked == ["old"])
        diagnosis.forget()
        diagnosis.now("new")
        log.gate.set()
        await until(lambda: bool(log.delivered))
        await nothing(lambda: len(log.delivered) > 1)
        diagnosis.close()

    assert play(scene).delivered == [("new", 3)]


def test_nothing_comes_after_the_end() -> None:
    async def scene(log: Log) -> None:
        log.gate.clear()
        diagnosis = log.diagnosis()
        diagnosis.now("text")
        await until(lambda: log.asked == ["text"])
        diagnosis.close()
        log.gate.set()
        await nothing(lambda: log.delivered)

    assert play(scene).delivered == []


def test_an_error_comes_out_of_the_answer() -> None:
    caught: list[BaseException | None] = []

    def fail(text: str) -> int:
        raise ValueError(text)

    async def scene() -> None:
        diagnosis = Diagnosis(fail, lambda _, answer: caught.append(answer.exception()))
        diagnosis.now("x")
        await until(lambda: bool(caught))
        diagnosis.close()

    asyncio.run(scene())
    assert isinstance(caught[0], ValueError)

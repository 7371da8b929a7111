"""The clock in the hands of whoever watches: paused, one tick, one change, faster."""

import asyncio
import math
from typing import Any

import pytest

from tests.offline.api.support import PODS, SETS, Client, run, stateful_set
from tutor.offline.api.driver import SLICE, Driver
from tutor.offline.api.house import House, Settings
from tutor.offline.runner import START


class Watch:
    """A real clock that stands still unless it is moved."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def house(speed: float, watch: Watch) -> House:
    return House(Settings(speed=speed, seed=1), lambda: START, watch)


async def pods(client: Client) -> list[str]:
    found = await client.ask("GET", PODS)
    return [one["metadata"]["name"] for one in found.json["items"]]


def test_nothing_happens_while_paused() -> None:
    async def play() -> None:
        watch = Watch()
        client = Client(house(1, watch))
        client.house.heart.pause()
        now = client.runner.clock.now
        await client.create(SETS, stateful_set())
        watch.now += 60
        assert await pods(client) == []
        assert client.runner.clock.now == now
        client.house.heart.resume()
        watch.now += 1
        assert await pods(client) == ["web-0", "web-1"]
        assert client.runner.clock.now == now + 1

    run(play())


def test_ticks_are_done_one_by_one() -> None:
    async def play() -> None:
        client = Client(house(1, Watch()))
        heart = client.house.heart
        heart.pause()
        await client.create(SETS, stateful_set(replicas=1))
        assert await heart.step() == 1
        assert await pods(client) == ["web-0"]
        (pod,) = client.runner.store.list("pods")
        assert "nodeName" not in pod["spec"]
        for _ in range(20):
            assert await heart.step() == 1
        (pod,) = client.runner.store.list("pods")
        assert pod["spec"]["nodeName"]
        assert heart.paused

    run(play())


def test_a_step_goes_on_to_the_next_thing_that_happens() -> None:
    async def play() -> None:
        client = Client(house(0, Watch()))
        heart = client.house.heart
        heart.pause()
        await client.create(SETS, stateful_set(replicas=2))
        order = []
        while changes := await heart.step_on():
            order += [one.key for one in changes if (one.resource, one.type) == ("pods", "ADDED")]
        assert order == ["default/web-0", "default/web-1"]

    run(play())


def test_after_steps_time_goes_on_from_there() -> None:
    async def play() -> None:
        watch = Watch()
        client = Client(house(10, watch))
        heart = client.house.heart
        heart.pause()
        await heart.step(50)
        ahead = client.runner.clock.now
        assert ahead > START
        heart.resume()
        watch.now += 2
        heart.before()
        assert client.runner.clock.now == ahead + 20
        assert heart.speed == 10

    run(play())


def test_the_driver_sleeps_while_paused_and_wakes_to_go_on() -> None:
    async def play() -> None:
        watch = Watch()
        made = house(1, watch)
        client = Client(made)
        heart = made.heart
        heart.pause()
        running = asyncio.ensure_future(heart.run())
        await client.create(SETS, stateful_set(replicas=1))
        watch.now += 10
        for _ in range(20):
            await asyncio.sleep(0)
        assert made.runner.store.count("pods") == 0
        heart.resume()
        watch.now += 10
        heart.speed = math.inf
        for _ in range(100):
            await asyncio.sleep(0)
        assert made.runner.store.count("pods") == 1
        heart.stop()
        await running

    run(play())


def test_the_owner_pauses_and_steps_over_http() -> None:
    async def play() -> None:
        client = Client(house(1, Watch()))

        async def control(verb: str, body: Any = None) -> Any:
            return await client.ask("POST", f"/sts-tutor/{verb}", body)

        assert (await control("pause")).json["paused"] is True
        await client.create(SETS, stateful_set(replicas=1))
        version = client.runner.store.version
        assert (await control("step", {"ticks": 1})).status == 200
        while not await pods(client):
            assert (await control("step")).json["version"] > version
        assert (await control("reset", {})).json["paused"] is True
        assert (await control("resume")).json["paused"] is False
        for wrong in (0, True, "1", SLICE + 1):
            assert (await control("step", {"ticks": wrong})).status == 400

    run(play())


@pytest.mark.parametrize("speed", [0.0, 2.0, math.inf])
def test_a_speed_is_kept_over_a_pause(speed: float) -> None:
    async def play() -> None:
        heart = house(speed, Watch()).heart
        assert isinstance(heart, Driver)
        heart.pause()
        heart.resume()
        assert heart.speed == speed

    run(play())

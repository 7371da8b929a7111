"""One running cluster: its control plane, its driver, its file, and what its owner may do with it.

What ``sts-tutor cluster`` asks for comes as requests under ``/sts-tutor/``, with the same token::

    GET  /sts-tutor/status
    POST /sts-tutor/node     {"name": "node-2", "down": true}
    POST /sts-tutor/speed    {"speed": 10}         null is as fast as possible
    POST /sts-tutor/pause                          nothing happens but requests and steps
    POST /sts-tutor/resume
    POST /sts-tutor/step     {"ticks": 1}          without: until something happens
    POST /sts-tutor/reset
    POST /sts-tutor/down
"""

import asyncio
import json
import math
import random
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tutor.offline import plane
from tutor.offline.api.driver import SLICE, Driver
from tutor.offline.api.journal import Journal, State
from tutor.offline.api.service import Service
from tutor.offline.bootstrap import bootstrap
from tutor.offline.errors import ApiError
from tutor.offline.refusals import bad_request, not_found
from tutor.offline.resources import named
from tutor.offline.runner import Runner

_SETTLE = 2.0
"""Seconds of virtual time a new cluster is given before the first request."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How a cluster is to run.

    Attributes:
        speed: Virtual seconds for each real one; 0 paused, infinity as fast as possible.
        gates: Feature gates.
        seed: Of its randomness; None for one nobody knows.
    """

    speed: float = 1.0
    gates: Mapping[str, bool] = field(default_factory=dict)
    seed: int | None = None


class House:
    """A cluster that runs in an event loop.

    Args:
        settings: How it is to run.
        wall: Reads the time of day, in seconds since the epoch.
        read: Reads a monotonic clock.
        journal: The file with its state; None to keep it in memory only.

    Attributes:
        service: Answers requests.
        heart: Drives it.
    """

    def __init__(
        self,
        settings: Settings,
        wall: Callable[[], float],
        read: Callable[[], float],
        journal: Journal | None = None,
    ) -> None:
        self.settings = settings
        self._wall = wall
        self._read = read
        self._journal = journal
        self._speed = settings.speed
        self._task: asyncio.Task[None] | None = None
        self.ended = asyncio.Event()
        self._install(journal.state if journal is not None else None)

    # -- beginning

    def _install(self, state: State | None, version: int = 100) -> None:
        """Put a control plane into place, and give a new one its first objects."""
        seed = self.settings.seed
        source = random.Random(secrets.randbits(64) if seed is None else seed)  # noqa: S311
        start = self._wall()
        gates = self.settings.gates
        if state is None:
            runner = plane.build(source, start - _SETTLE, gates, first=version)
        else:
            start = max(start, state.time)
            begun, held = start, state
            runner = plane.build(source, start, gates, lambda store: held.restore(store, begun))
            for node in sorted(state.down):
                runner.node_down(node)
        if self._journal is not None:
            runner.store.listen(self._journal.record)
        bootstrap(runner.registry)
        runner.advance(start)
        self.service = Service(runner)
        self.heart = Driver(runner, self._read, self._speed, self._keep)
        self._keep()

    def _keep(self) -> None:
        journal = self._journal
        if journal is None:
            return
        journal.keep()
        if journal.overgrown:
            runner = self.runner
            journal.compact(runner.store, runner.clock.now, runner.view.faults)

    @property
    def runner(self) -> Runner:
        """The control plane."""
        return self.service.runner

    # -- running

    async def run(self) -> None:
        """Run until it is told to end, through any number of resets."""
        syncing = asyncio.ensure_future(self._sync())
        try:
            while not self.ended.is_set():
                await self.heart.run()
        finally:
            syncing.cancel()
            if self._journal is not None:
                self._journal.close()

    async def _sync(self) -> None:
        while self._journal is not None:
            await asyncio.sleep(1.0)
            await asyncio.to_thread(self._journal.sync)

    def end(self) -> None:
        """End :meth:`run` and every stream."""
        self.ended.set()
        self.heart.stop()

    # -- what its owner may do

    async def control(self, method: str, path: str, body: bytes) -> tuple[int, dict[str, Any]]:
        """Answer a request under ``/sts-tutor/``.

        Raises:
            ApiError: 400 for a body that makes no sense, 404 for an unknown path or node.
        """
        verb = path.removeprefix("/sts-tutor/")
        if (method, verb) == ("GET", "status"):
            return 200, self._status()
        if method != "POST":
            raise ApiError(404, "NotFound", "the server could not find the requested resource", {})
        asked = _object(body)
        match verb:
            case "node":
                self._node(asked.get("name"), asked.get("down"))
            case "speed":
                self._change_speed(asked.get("speed"))
            case "pause":
                self.heart.pause()
            case "resume":
                self.heart.resume()
            case "step":
                self._step(asked.get("ticks"))
            case "reset":
                self._reset()
            case "down":
                asyncio.get_running_loop().call_later(0.05, self.end)
            case _:
                raise ApiError(
                    404, "NotFound", "the server could not find the requested resource", {}
                )
        return 200, self._status()

    def _status(self) -> dict[str, Any]:
        self.heart.before()
        runner = self.runner
        speed = self.heart.speed
        return {
            "cluster": "sts-tutor",
            "speed": None if math.isinf(speed) else speed,
            "paused": self.heart.paused,
            "time": runner.clock.now,
            "version": runner.store.version,
            "objects": {name: runner.store.count(name) for name in runner.store.resources()},
            "down": sorted(runner.view.faults),
            "gates": dict(self.settings.gates),
            "file": str(self._journal.path) if self._journal is not None else None,
        }

    def _node(self, name: Any, down: Any) -> None:  # noqa: ANN401
        if not isinstance(name, str) or not isinstance(down, bool):
            raise bad_request("name and down are needed")
        self.set_node(name, down)

    def set_node(self, name: str, down: bool) -> None:
        """Stop a node's machine, or start it again.

        Raises:
            ApiError: 404 where there is no such node.
        """
        runner = self.runner
        if runner.store.get("nodes", name) is None and (down or name not in runner.view.faults):
            raise not_found(named("nodes"), name)
        self.heart.before()
        (runner.node_down if down else runner.node_up)(name)
        if self._journal is not None:
            self._journal.fault(name, down)
        self.heart.after()

    def _change_speed(self, speed: Any) -> None:  # noqa: ANN401
        if speed is None:
            speed = math.inf
        if isinstance(speed, bool) or not isinstance(speed, int | float) or not speed >= 0:
            raise bad_request("a speed is 0 or more")
        self.set_speed(float(speed))

    def set_speed(self, speed: float) -> None:
        """Go on at another speed, after resets too.

        Raises:
            ValueError: It is negative or no number.
        """
        self.heart.before()
        self.heart.speed = speed
        self._speed = speed

    def _step(self, ticks: Any) -> None:  # noqa: ANN401
        if ticks is None:
            self.heart.step_on()
        elif isinstance(ticks, bool) or not isinstance(ticks, int) or not 0 < ticks <= SLICE:
            raise bad_request(f"a step is 1 to {SLICE} ticks")
        else:
            self.heart.step(ticks)

    def _reset(self) -> None:
        """Begin again; versions go on, so that no client takes the new for the old."""
        old, version = self.heart, self.runner.store.version + 1
        self._install(None, version)
        if old.paused:
            self.heart.pause()
        if self._journal is not None:
            self._journal.compact(self.runner.store, self.runner.clock.now, set())
        old.stop()


def _object(body: bytes) -> dict[str, Any]:
    if not body.strip():
        return {}
    try:
        found = json.loads(body)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise bad_request("a JSON object is needed")
    return found

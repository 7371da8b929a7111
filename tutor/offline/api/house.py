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
import contextlib
import json
import math
import random
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tutor.offline import plane
from tutor.offline.api.driver import SLICE, Driver
from tutor.offline.api.journal import Journal
from tutor.offline.api.records import State
from tutor.offline.api.service import Service
from tutor.offline.api.turns import Turns
from tutor.offline.bootstrap import NODES, bootstrap
from tutor.offline.errors import ApiError
from tutor.offline.refusals import bad_request, not_found
from tutor.offline.resources import named
from tutor.offline.runner import Runner
from tutor.offline.store import ROOM, Change

FASTEST = 10_000.0
"""The fastest that is not as fast as possible."""
CARE = 1.0
"""Seconds between two looks at the file: is all of it on the disk, has it grown?"""
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
        turns: Who may change it.
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
        self._disk = ""
        self._unlisten: Callable[[], None] = lambda: None
        self._started = wall()
        self.ended = asyncio.Event()
        self.turns = Turns()
        self._install(self._make(journal.state if journal is not None else None))

    # -- beginning

    def _make(self, state: State | None, version: int = 100) -> Runner:
        """A control plane; a new one with its first objects."""
        seed = self.settings.seed
        source = random.Random(secrets.randbits(64) if seed is None else seed)  # noqa: S311
        start = self._wall()
        gates = self.settings.gates
        if state is None:
            runner = plane.build(source, start - _SETTLE, gates, first=version)
            bootstrap(runner.registry)
            runner.advance(start)
            return runner
        start = max(start, state.time)
        begun, held = start, state
        runner = plane.build(source, start, gates, lambda store: held.restore(store, begun))
        for node in sorted(state.down):
            runner.node_down(node)
        return runner

    def _install(self, runner: Runner, *, kept: bool = False) -> None:
        """Put a control plane into place.

        Args:
            runner: The control plane.
            kept: Whether the file has its objects.
        """
        journal = self._journal
        if journal is not None:
            if not kept:
                for change in runner.history():
                    journal.record(change)
            self._unlisten = runner.store.listen(journal.record)
        self.service = Service(runner)
        self.heart = Driver(runner, self._read, self._speed, self._keep, turns=self.turns)

    def _keep(self) -> None:
        if self._journal is not None:
            self._journal.keep()

    @property
    def runner(self) -> Runner:
        """The control plane."""
        return self.service.runner

    # -- running

    async def run(self) -> None:
        """Run until it is told to end, through any number of resets.

        Raises:
            OSError: The last changes could not be kept.
        """
        caring = asyncio.ensure_future(self._care())
        try:
            while not self.ended.is_set():
                await self.heart.run()
        finally:
            caring.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await caring
            if self._journal is not None:
                self._journal.close()

    async def _care(self) -> None:
        """Have the disk hold what was kept; write the file anew where it has grown."""
        journal = self._journal
        while journal is not None:
            await asyncio.sleep(CARE)
            try:
                sync = journal.syncing()
                if sync is not None:
                    await asyncio.to_thread(sync)
                journal.look()
                if journal.overgrown:
                    await self._rewrite(journal)
            except OSError as error:
                self._disk = error.strerror or str(error)
            else:
                self._disk = ""

    async def _rewrite(self, journal: Journal) -> None:
        runner = self.runner
        write = journal.rewriting(runner.store, runner.clock.now, runner.view.faults)
        try:
            journal.rewritten(await asyncio.to_thread(write))
        except BaseException:
            journal.abandon()
            raise

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
        if verb == "step":
            changes = await self._step(asked.get("ticks"))
            shown = [
                {"type": one.type, "resource": one.resource, "key": one.key, "by": one.actor}
                for one in changes
            ]
            return 200, {**self._status(), "changes": shown}
        async with self.turns:
            self._do(verb, asked)
        return 200, self._status()

    def _do(self, verb: str, asked: Mapping[str, Any]) -> None:
        match verb:
            case "node":
                self._node(asked.get("name"), asked.get("down"))
            case "speed":
                self._change_speed(asked.get("speed"))
            case "pause":
                self.heart.pause()
            case "resume":
                self.heart.resume()
            case "reset":
                self._reset()
            case "down":
                asyncio.get_running_loop().call_later(0.05, self.end)
            case _:
                raise ApiError(
                    404, "NotFound", "the server could not find the requested resource", {}
                )

    def _status(self) -> dict[str, Any]:
        self.heart.before()
        runner, speed = self.runner, self.heart.speed
        return {
            "cluster": "sts-tutor",
            "speed": None if math.isinf(speed) else speed,
            "paused": self.heart.paused,
            "time": runner.clock.now,
            "age": max(0.0, self._wall() - self._started),
            "version": runner.store.version,
            "objects": {name: runner.store.count(name) for name in runner.store.resources()},
            "nodes": [one["metadata"]["name"] for one in runner.store.list("nodes")],
            "down": sorted(runner.view.faults),
            "gates": dict(self.settings.gates),
            "file": str(self._journal.path) if self._journal is not None else None,
            "trouble": self.heart.trouble or self._disk,
            "full": runner.store.weight > ROOM,
        }

    def _node(self, name: Any, down: Any) -> None:  # noqa: ANN401
        if not isinstance(name, str) or not isinstance(down, bool):
            raise bad_request("name and down are needed")
        self.set_node(name, down)

    def set_node(self, name: str, down: bool) -> None:
        """Stop a node's machine, or start it again.

        Raises:
            ApiError: 404 where there is no such node; 500 where it cannot be kept.
        """
        runner = self.runner
        known = name in runner.view.faults or name in NODES
        if runner.store.get("nodes", name) is None and (down or not known):
            raise not_found(named("nodes"), name)
        self.heart.before()
        self.heart.ready()
        (runner.node_down if down else runner.node_up)(name)
        if self._journal is not None:
            self._journal.fault(name, down)
        self.heart.after()

    def _change_speed(self, speed: Any) -> None:  # noqa: ANN401
        if speed is None:
            self.set_speed(math.inf)
            return
        if isinstance(speed, bool) or not isinstance(speed, int | float):
            raise bad_request("a speed is a number")
        if not 0 <= speed <= FASTEST:
            raise bad_request(f"a speed is 0 to {FASTEST:g}")
        self.set_speed(float(speed))

    def set_speed(self, speed: float) -> None:
        """Go on at another speed, after resets too.

        Raises:
            ValueError: It is negative or no number.
        """
        self.heart.before()
        self.heart.speed = speed
        self._speed = speed

    async def _step(self, ticks: Any) -> Sequence[Change]:  # noqa: ANN401
        if ticks is None:
            return await self.heart.step_on()
        if isinstance(ticks, bool) or not isinstance(ticks, int) or not 0 < ticks <= SLICE:
            raise bad_request(f"a step is 1 to {SLICE} ticks")
        version = self.runner.store.version
        await self.heart.step(ticks)
        return tuple(self.runner.history(version))

    def _reset(self) -> None:
        """Begin again; versions go on, so that no client takes the new for the old."""
        old = self.heart
        runner = self._make(None, self.runner.store.version + 1)
        if self._journal is not None:
            try:
                self._journal.replace(runner.store, runner.clock.now)
            except OSError as error:
                why = f"the offline cluster cannot write its state: {error.strerror}"
                raise ApiError(500, "InternalError", why) from error
        self._unlisten()
        self._install(runner, kept=True)
        if old.paused:
            self.heart.pause()
        old.stop()


def _object(body: bytes) -> dict[str, Any]:
    if not body.strip():
        return {}
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise bad_request("a JSON object is needed")
    return found

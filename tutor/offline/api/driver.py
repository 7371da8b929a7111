"""Real time: lets the cluster go on as its clock's speed says, in slices between requests.

The only place of the offline cluster that reads a real clock. As fast as possible means: whenever
something happens, virtual time leaps over the waits until nothing has changed for a while, and
then goes on as fast as real time does. At speed 0 time stands still, and what takes none is done;
while paused nothing at all happens by itself.

A cluster that cannot write its state stands still until it can: it answers what it is asked for,
and refuses changes.
"""

import asyncio
import math
import traceback
from collections.abc import Callable, Sequence
from typing import TypeVar

from tutor.offline.api.encoding import outweighs
from tutor.offline.api.turns import Turns
from tutor.offline.clock import Pace
from tutor.offline.embed import PATIENCE
from tutor.offline.errors import ApiError
from tutor.offline.runner import HEARTBEATS, Runner
from tutor.offline.store import Change, key_of

_T = TypeVar("_T")
SLICE = 200
"""Ticks between two chances for requests, at most."""
SHARE = 0.01
"""Seconds between two chances for requests."""
TURNS = 4
"""Turns of the event loop between two slices: what a request takes from its arrival to its end."""
ACTIONS = 5
"""What a controller does at most before the clock is looked at: a sync may create 500 Pods."""
QUIET = 2.0
"""Seconds of virtual time without a change after which leaping ends."""
AGAIN = 1.0
"""Seconds between two attempts to write the state."""


class Driver:
    """Drives a cluster in an event loop.

    Args:
        runner: The cluster.
        read: A real, monotonic clock, in seconds.
        speed: Virtual seconds for each real one; 0 paused, infinity as fast as possible.
        keep: Called after every slice and request that may have changed something; it keeps the
            changes, or raises OSError.
        report: Told of a controller that failed where none should; it is tried again later.
        turns: Who may change the cluster; its own without.

    Attributes:
        trouble: Why the state cannot be written; empty while it can.
    """

    def __init__(
        self,
        runner: Runner,
        read: Callable[[], float],
        speed: float,
        keep: Callable[[], None] = lambda: None,
        report: Callable[[Exception], None] = traceback.print_exception,
        *,
        turns: Turns | None = None,
    ) -> None:
        self.runner = runner
        self._turns = turns if turns is not None else Turns()
        self._large = {
            (resource, key_of(obj))
            for resource in runner.store.resources()
            for obj in runner.store.list(resource)
            if outweighs(obj)
        }
        self._weighing = bool(self._large)
        self.trouble = ""
        self._read = read
        self._leaps = math.isinf(speed)
        self._pace = Pace(runner.clock.now, read(), 1.0 if self._leaps else speed)
        self._keep = keep
        self._report = report
        self._stirred = runner.clock.now
        self._paused = False
        self._behind = False  # and on the way: no request has to see to that
        self._wake = asyncio.Event()
        self._change = asyncio.Event()
        self._stop = False
        self._deaf = runner.store.listen(self._hear)

    # -- what the application asks

    @property
    def stopping(self) -> bool:
        """Whether streams are to end."""
        return self._stop

    @property
    def speed(self) -> float:
        """Virtual seconds for each real one."""
        return math.inf if self._leaps else self._pace.speed

    @speed.setter
    def speed(self, speed: float) -> None:
        self._leaps = math.isinf(speed)
        self._anchor(1.0 if self._leaps else speed)

    def _anchor(self, speed: float) -> None:
        """Go on from here."""
        self._pace.change(speed, self.runner.clock.now, self._read())
        self._wake.set()

    @property
    def paused(self) -> bool:
        """Whether only requests and steps change anything."""
        return self._paused

    def pause(self) -> None:
        """Stop the clock and every controller, until :meth:`resume`."""
        self.before()
        self._paused = True

    def resume(self) -> None:
        """Go on at the speed there was."""
        self._paused = False
        self._anchor(self._pace.speed)

    async def step(self, ticks: int = 1) -> int:
        """Do so many ticks, each one sync or the next timer. How many there were to do.

        Raises:
            ApiError: What they changed cannot be kept.
        """
        done = 0
        while done < ticks and await self._tick(math.inf):
            done += 1
        return done

    async def step_on(self) -> Sequence[Change]:
        """Go on until something happens: what did, nothing where nothing does for long.

        Raises:
            ApiError: It cannot be kept.
        """
        runner = self.runner
        end = runner.clock.now + PATIENCE
        while True:
            seen = runner.store.version
            if not await self._tick(end):
                runner.clock.move(end)
                self._stepped()
                return ()
            changes = tuple(one for one in runner.history(seen) if one.resource not in HEARTBEATS)
            if changes:
                return changes

    async def _tick(self, until: float) -> bool:
        """One sync, a few actions at each turn, or the next timer. Whether there was one."""
        while True:
            async with self._turns:
                self.ready()
                done = await self.beside(self._act) if self._large else self._act()
                done = done or self.runner.clock.fire(until)
                self._stepped()
                if not self.runner.midway:
                    return done
            await asyncio.sleep(0)

    def _act(self) -> bool:
        return self.runner.work(ACTIONS)

    def _stepped(self) -> None:
        self._anchor(self._pace.speed)
        self.after()

    def before(self) -> None:
        """Let the cluster come up to the present moment, as far as one slice reaches.

        Not while somebody changes it, nor where its objects are so large that a slice takes long.
        """
        held = self._turns.working or bool(self._large)
        if self._kept() and not self._paused and not self._behind and not held:
            self._advance(self._pace.virtual(self._read()))
            self._kept()

    def ready(self) -> None:
        """Refuse a change that could not be kept.

        Raises:
            ApiError: The state cannot be written.
        """
        if not self._kept():
            raise self._cannot()

    def after(self) -> None:
        """Keep what has changed, before it is acknowledged.

        Raises:
            ApiError: It cannot be kept.
        """
        self._wake.set()
        if not self._kept():
            raise self._cannot()

    async def beside(self, work: Callable[[], _T]) -> _T:
        """What some work comes to that changes the cluster, and takes long; it is our turn."""
        self._weighing = True
        try:
            return await self._turns.change(self.runner.store, work, self._kept)
        finally:
            self._weighing = bool(self._large)

    def _kept(self) -> bool:
        try:
            self._keep()
        except OSError as error:
            self.trouble = error.strerror or str(error)
            return False
        self.trouble = ""
        return True

    def _cannot(self) -> ApiError:
        why = f"the offline cluster cannot write its state: {self.trouble}"
        return ApiError(500, "InternalError", why)

    async def changed(self) -> None:
        """Return after the next change."""
        await self._change.wait()

    def _hear(self, change: Change) -> None:
        if change.resource not in HEARTBEATS:
            self._stirred = self.runner.clock.now
        if self._weighing:
            place = change.resource, change.key
            (self._large.add if _large(change) else self._large.discard)(place)
        if not self._change.is_set():
            # Set later, when the change has been kept: everything up to there is one step of the
            # event loop.
            asyncio.get_running_loop().call_soon(self._tell)

    def _tell(self) -> None:
        told, self._change = self._change, asyncio.Event()
        told.set()

    # -- running

    def stop(self) -> None:
        """End :meth:`run` and all streams."""
        if not self._stop:
            self._deaf()
        self._stop = True
        self._wake.set()
        self._change.set()

    async def run(self) -> None:
        """Drive the cluster until :meth:`stop`."""
        while not self._stop:
            self._wake.clear()
            async with self._turns:
                if kept := self._kept():
                    slow = self._large and not self._paused
                    there = await self.beside(self._go_on) if slow else self._go_on()
                    self._behind = not there
                    again = not self._kept()
            if not kept:
                await asyncio.sleep(AGAIN)
                continue
            if again:
                continue
            if self._behind:
                for _ in range(TURNS):
                    await asyncio.sleep(0)
                continue
            wait = self._wait()
            if wait > 0:
                try:
                    async with asyncio.timeout(wait if math.isfinite(wait) else None):
                        await self._wake.wait()
                except TimeoutError:
                    pass

    def _go_on(self) -> bool:
        """One slice. Whether the present moment was reached."""
        if self._paused:
            return True
        runner, now = self.runner, self._read()
        if not self._leaps:
            return self._advance(self._pace.virtual(now))
        if not self._advance(None):
            return False
        reached = self._advance(max(self._pace.virtual(now), runner.clock.now))
        self._pace.change(1.0, runner.clock.now, now)
        return reached

    def _advance(self, to: float | None) -> bool:
        """Go on for a slice.

        Args:
            to: Until this moment; None for until nothing has changed for a while.

        Returns:
            Whether that was reached.
        """
        runner, end = self.runner, self._read() + SHARE
        for _ in range(SLICE):
            until = self._stirred + QUIET if to is None else to
            try:
                if not runner.work(ACTIONS) and not runner.clock.fire(until):
                    if to is not None:
                        runner.clock.move(to)
                    return True
            except Exception as fault:  # noqa: BLE001  (the others go on; so do the users)
                self._report(fault)
            if self._read() >= end:
                break
        return False

    def _wait(self) -> float:
        """Seconds of real time until something is due."""
        due = None if self._paused else self.runner.due()
        if due is None:
            return math.inf
        return self._pace.real(due) - self._read()


def _large(change: Change) -> bool:
    return change.after is not None and outweighs(change.after)

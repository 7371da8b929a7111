"""A cluster in a thread of this process, for a program that shows it.

kubectl and every client reach it like any other; the program itself looks inside::

    with Embedded(folder, Settings(speed=1.0)) as cluster:
        cluster.kubeconfig                       # for clients
        cluster.pause(); cluster.step_on(); cluster.resume(); cluster.speed = 10
        for change in cluster.changes(since): …  # before and after, who, when
        cluster.waits("default", "web", version) # what it waited for then
        other = cluster.fork(version, seed=2)    # a runner of its own; see tutor.offline.embed

Every method may be called from any thread. What they return is never changed by anybody.
"""

import asyncio
import datetime
import os
import random
import secrets
import threading
import time
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any, TypeVar

from tutor.offline import embed
from tutor.offline.api import tls
from tutor.offline.api.folder import Folder, Note
from tutor.offline.api.house import House, Settings
from tutor.offline.api.journal import Journal
from tutor.offline.api.server import listen, serve
from tutor.offline.controllers.statefulset import Waiting
from tutor.offline.plan import View
from tutor.offline.runner import Runner
from tutor.offline.store import Change

_PATIENCE = 30.0
"""Seconds for the cluster to start, to end, or to answer."""

_T = TypeVar("_T")


class Embedded:
    """A cluster in a thread of its own.

    Args:
        folder: Where its kubeconfig is written; made where there is none.
        settings: How it is to run.
        port: On the loopback; 0 for one that is free.
        journal: The file with its state; None to keep it in memory only.

    Raises:
        OSError: The port is taken, or the folder cannot be written.
    """

    def __init__(
        self,
        folder: Path,
        settings: Settings | None = None,
        port: int = 0,
        journal: Journal | None = None,
    ) -> None:
        self._folder = Folder(folder)
        self._settings = settings if settings is not None else Settings()
        self._journal = journal
        self._at = listen(port)
        self._credentials = tls.make(datetime.datetime.now(datetime.UTC))
        self.note = Note(
            os.getpid(),
            self._at.getsockname()[1],
            secrets.token_urlsafe(32),
            self._credentials.authority.decode(),
        )
        self._loop: asyncio.AbstractEventLoop | None = None
        self._house: House | None = None
        self._begun: Future[None] = Future()
        self._thread = threading.Thread(target=self._main, name="offline-cluster", daemon=True)

    # -- beginning and ending

    def start(self) -> None:
        """Start it; returns once requests are answered.

        Raises:
            TimeoutError: It does not come up.
            OSError: Its files cannot be written.
        """
        self._thread.start()
        self._begun.result(_PATIENCE)

    def stop(self) -> None:
        """End it and every stream; nothing where it has ended already."""
        loop, house = self._loop, self._house
        if loop is not None and house is not None and self._thread.is_alive():
            loop.call_soon_threadsafe(house.end)
        if self._thread.ident is not None:
            self._thread.join(_PATIENCE)
        self._folder.forget(self.note)
        self._at.close()

    def __enter__(self) -> "Embedded":
        """Start it."""
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop it."""
        self.stop()

    def _main(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:
            if self._begun.done():
                raise
            self._begun.set_exception(error)

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._house = House(self._settings, time.time, time.monotonic, self._journal)
        self._folder.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        context = self._credentials.context(self._folder.path)
        await serve(self._house, self.note.token, self._at, context, self._ready)

    def _ready(self) -> None:
        self._folder.write(self.note)
        self._begun.set_result(None)

    @property
    def kubeconfig(self) -> Path:
        """The kubeconfig file."""
        return self._folder.kubeconfig

    # -- asking

    def ask(self, question: Callable[[House], _T]) -> _T:
        """What a function says of the cluster; it runs when its turn comes and must be quick.

        Raises:
            RuntimeError: The cluster does not run.
            TimeoutError: It does not answer.
        """

        async def answer(house: House) -> _T:
            async with house.turns:
                return question(house)

        return self._wait_for(answer, _PATIENCE)

    def _wait_for(self, work: Callable[[House], Coroutine[Any, Any, _T]], seconds: float) -> _T:
        house, loop = self._house, self._loop
        if house is None or loop is None or not self._thread.is_alive():
            raise RuntimeError("the cluster does not run")
        return asyncio.run_coroutine_threadsafe(work(house), loop).result(seconds)

    @property
    def version(self) -> int:
        """The version of the latest change."""
        return self.ask(lambda house: house.runner.store.version)

    @property
    def now(self) -> float:
        """Virtual time, seconds since the epoch."""
        return self.ask(lambda house: house.runner.clock.now)

    def changes(self, since: int | None = None) -> Sequence[Change]:
        """The changes after a version; without one, as far as the history reaches back.

        Raises:
            ApiError: 410 where it does not reach back that far.
        """
        return self.ask(lambda house: tuple(house.runner.history(since)))

    def wait(self, version: int, seconds: float) -> int:
        """Wait until there is a later version, or for so many seconds of real time.

        Returns:
            The latest version.
        """

        async def newer(house: House) -> int:
            try:
                async with asyncio.timeout(seconds):
                    while house.runner.store.version <= version and not house.ended.is_set():
                        await house.heart.changed()
            except TimeoutError:
                pass
            return house.runner.store.version

        return self._wait_for(newer, seconds + _PATIENCE)

    # -- looking back

    def at(self, version: int) -> View:
        """The cluster as it was at a version.

        Raises:
            ApiError: 410 where the history does not reach back that far.
        """
        return embed.seen(self.ask(lambda house: embed.past(house.runner, version)))

    def waits(self, namespace: str, name: str, version: int | None = None) -> tuple[Waiting, ...]:
        """What a StatefulSet waits for, or waited for at a version.

        Raises:
            ApiError: 410 where the history does not reach back that far.
        """
        if version is not None:
            return embed.waits(self.at(version), namespace, name)
        return self.ask(lambda house: embed.waits(house.runner.view, namespace, name))

    def fork(self, version: int, seed: int) -> Runner:
        """Another cluster that goes on from a version, in the hands of the caller alone.

        Raises:
            ApiError: 410 where the history does not reach back that far.
        """
        source = random.Random(seed)  # noqa: S311  (no secret)
        return embed.branch(self.ask(lambda house: embed.past(house.runner, version)), source)

    # -- the clock

    def pause(self) -> None:
        """Let nothing happen but requests and steps."""
        self.ask(lambda house: house.heart.pause())

    def resume(self) -> None:
        """Go on at the speed there was."""
        self.ask(lambda house: house.heart.resume())

    @property
    def paused(self) -> bool:
        """Whether only requests and steps change anything."""
        return self.ask(lambda house: house.heart.paused)

    def step(self, ticks: int = 1) -> int:
        """Do so many ticks, each one sync or the next timer; how many there were to do."""
        return self._wait_for(lambda house: house.heart.step(ticks), _PATIENCE)

    def step_on(self) -> Sequence[Change]:
        """Go on until something happens: what did, nothing where nothing does for long."""
        return self._wait_for(lambda house: house.heart.step_on(), _PATIENCE)

    @property
    def speed(self) -> float:
        """Virtual seconds for each real one; infinity as fast as possible."""
        return self.ask(lambda house: house.heart.speed)

    @speed.setter
    def speed(self, speed: float) -> None:
        self.ask(lambda house: house.set_speed(speed))

    # -- faults

    def node_down(self, node: str, down: bool = True) -> None:
        """Stop a node's machine, or start it again.

        Raises:
            ApiError: There is no such node.
        """
        self.ask(lambda house: house.set_node(node, down))

"""A cluster of its own for every test, behind a real socket, in a thread of this process."""

import asyncio
import datetime
import json
import os
import ssl
import subprocess
import sysconfig
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import urllib3
from kubernetes import client, config, watch

from tests.waiting import HANG, until
from tutor.offline.api import server, tls
from tutor.offline.api.folder import Note, kubeconfig
from tutor.offline.api.house import House, Settings
from tutor.offline.runner import Runner

TOKEN = "a-token"  # noqa: S105
T = TypeVar("T")


@dataclass(frozen=True)
class Keys:
    """One certificate for all clusters of a run: to make one is slower than to start a cluster."""

    authority: str
    context: ssl.SSLContext

    @classmethod
    def make(cls, folder: Path) -> "Keys":
        made = tls.make(datetime.datetime.now(datetime.UTC))
        return cls(made.authority.decode(), made.context(folder))


@dataclass
class Answer:
    """What the server said."""

    status: int
    data: bytes
    warnings: list[str]

    @property
    def json(self) -> Any:
        return json.loads(self.data)

    @property
    def message(self) -> str:
        return str(self.json.get("message", ""))

    @property
    def causes(self) -> list[str]:
        """The causes of a refusal, in their order."""
        found = self.json.get("details", {}).get("causes") or []
        return [f"{one.get('field')}: {one['message']}" for one in found]


@dataclass
class Kubectl:
    """What kubectl said."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


@dataclass
class Cluster:
    """A running cluster, and clients that speak to it.

    Args:
        keys: For TLS.
        folder: For its kubeconfig.
        speed: Of its clock; as fast as possible unless told otherwise.
        gates: Feature gates.
    """

    keys: Keys
    folder: Path
    speed: float = float("inf")
    gates: Mapping[str, bool] = field(default_factory=dict)

    def __enter__(self) -> "Cluster":
        at = server.listen(0)
        self.port = at.getsockname()[1]
        ready = threading.Event()

        async def live() -> None:
            self._loop = asyncio.get_running_loop()
            self.house = House(Settings(self.speed, self.gates, seed=1), time.time, time.monotonic)
            await server.serve(self.house, TOKEN, at, self.keys.context, ready.set)
            await asyncio.sleep(0)  # what was cut is put away

        self._thread = threading.Thread(target=lambda: asyncio.run(live()), daemon=True)
        self._thread.start()
        assert ready.wait(HANG)
        return self

    def __exit__(self, *_: object) -> None:
        if "api" in self.__dict__:
            self.api.rest_client.pool_manager.clear()
        self._pool.clear()
        self._loop.call_soon_threadsafe(self._end)
        self._thread.join(HANG)

    def _end(self) -> None:
        for connection in list(vars(self._loop).get("_transports", {}).values()):
            connection.abort()  # TLS would wait for the other side to say goodbye
        self.house.end()

    # -- clients

    @cached_property
    def kubeconfig(self) -> Path:
        """A kubeconfig file."""
        path = self.folder / f"kubeconfig-{self.port}"
        path.write_text(kubeconfig(Note(0, self.port, TOKEN, self.keys.authority)))
        return path

    @cached_property
    def api(self) -> Any:
        made: Any = config
        return made.new_client_from_config(config_file=str(self.kubeconfig))

    @cached_property
    def apps(self) -> Any:
        return client.AppsV1Api(self.api)

    def watch(self, *words: Any, **options: Any) -> Iterator[tuple[str, Any]]:
        """What :class:`kubernetes.watch.Watch` yields: types of events, and objects."""
        made: Any = watch
        for event in made.Watch().stream(*words, **options):
            yield event["type"], event["object"]

    @cached_property
    def core(self) -> Any:
        return client.CoreV1Api(self.api)

    @cached_property
    def _pool(self) -> urllib3.PoolManager:
        context = ssl.create_default_context(cadata=self.keys.authority)
        return urllib3.PoolManager(ssl_context=context, retries=False)

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        kind: str = "application/json",
        accept: str = "application/json",
    ) -> Answer:
        """One request as it is."""
        data = body if isinstance(body, str | bytes | None) else json.dumps(body)
        headers = {
            "Accept": accept,
            "Authorization": f"Bearer {TOKEN}",
            "Content-Type": kind,
            "User-Agent": "suite/1",
        }
        address = f"https://127.0.0.1:{self.port}{path}"
        found = self._pool.request(method, address, body=data, headers=headers, timeout=HANG)
        return Answer(found.status, found.data, found.headers.getlist("Warning"))

    def kubectl(
        self, *words: str, stdin: str = "", env: Mapping[str, str] | None = None
    ) -> Kubectl:
        """Run the real kubectl."""
        program = Path(sysconfig.get_path("scripts")) / "kubectl"
        done = subprocess.run(
            [program, "--kubeconfig", self.kubeconfig, *words],
            input=stdin,
            check=False,
            capture_output=True,
            text=True,
            timeout=HANG,
            env={**os.environ, "HOME": str(self.folder), **(env or {})},
        )
        return Kubectl(done.returncode, done.stdout, done.stderr)

    # -- the plane itself

    def on_the_plane(self, do: Callable[[Runner], T]) -> T:
        """Do something with the control plane, in its own thread."""

        async def done() -> T:
            self.house.heart.before()
            result = do(self.house.runner)
            self.house.heart.after()
            return result

        return asyncio.run_coroutine_threadsafe(done(), self._loop).result(HANG)

    def eventually(self, ask: Callable[[], T], why: str = "") -> T:
        """What ``ask`` says once it is true.

        Raises:
            AssertionError: It never was.
        """
        last: list[T] = []

        def asked() -> T:
            last[:] = [ask()]
            return last[0]

        return until(asked, lambda: why or f"waited in vain; last: {last!r}")

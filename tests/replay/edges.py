"""The way into the cluster: its ASGI application, called in this process and served to kubectl."""

import asyncio
import contextlib
import json
import os
import shutil
import socket
import sys
import tempfile
import urllib.parse
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import uvicorn

from tests.replay.player import Reply
from tests.replay.recorded import Json
from tutor.offline.api.app import App, Heart
from tutor.offline.api.service import Service
from tutor.offline.api.turns import Turns
from tutor.offline.errors import ApiError
from tutor.offline.runner import Runner

T = TypeVar("T")
TOKEN = "recorded"  # noqa: S105  (no secret: of a test)
_BEAT = 0.005
_HURRY_AFTER = 1.5
_HURRY = 20.0
_LONGEST = 60.0


class _Heart:
    """Nothing is kept, and time passes as the player says."""

    stopping = False

    def __init__(self, runner: Runner) -> None:
        self._change = asyncio.Event()
        runner.store.listen(lambda change: self._change.set())

    def before(self) -> None:
        """The player moves the clock."""

    def ready(self) -> None:
        """Nothing is kept."""

    def after(self) -> None:
        """Nothing is kept."""

    async def changed(self) -> None:
        """Return after the next change."""
        self._change.clear()
        await self._change.wait()

    async def beside(self, work: Callable[[], T]) -> T:
        """Done at once: nobody else asks for anything."""
        return work()


class _House:
    def __init__(self, runner: Runner) -> None:
        self.service = Service(runner)
        self.heart: Heart = _Heart(runner)
        self.turns = Turns(threads=False)

    async def control(self, method: str, path: str, body: bytes) -> tuple[int, dict[str, Any]]:
        raise ApiError(404, "NotFound", "nothing to control", {})


class Served:
    """The application in an event loop that runs only while something is asked.

    kubectl sends no token over plain HTTP, so one is put on whatever comes by the socket.
    """

    speaks_kubectl = True

    def __init__(self, runner: Runner) -> None:
        self._runner = runner
        self._loop = asyncio.new_event_loop()
        self._app = App(_House(runner), TOKEN)
        self._server: uvicorn.Server | None = None
        self._serving: asyncio.Task[None] | None = None
        self._home = Path(tempfile.mkdtemp(prefix="replay-"))

    def close(self) -> None:
        """End the server and remove its files."""
        if self._server is not None and self._serving is not None:
            self._server.should_exit = True
            self._server.force_exit = True
            self._loop.run_until_complete(self._serving)
        self._loop.close()
        shutil.rmtree(self._home)

    # -- in process

    def call(self, method: str, path: str, headers: Mapping[str, str], body: bytes | None) -> Reply:
        """One request."""
        return self._loop.run_until_complete(self._call(method, path, headers, body))

    async def _call(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes | None
    ) -> Reply:
        parts = urllib.parse.urlsplit(path)
        token = {"none": None, "bad": "bad"}.get(headers.get("X-Auth", ""), TOKEN)
        sent = {**headers, "Host": "127.0.0.1", "Content-Length": str(len(body or b""))}
        sent.pop("X-Auth", None)
        if token is not None:
            sent["Authorization"] = f"Bearer {token}"
        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": urllib.parse.unquote(parts.path),
            "raw_path": parts.path.encode(),
            "query_string": parts.query.encode(),
            "headers": [(name.lower().encode(), value.encode()) for name, value in sent.items()],
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 2),
        }
        got: list[dict[str, Any]] = []
        asked = False

        async def receive() -> dict[str, Any]:
            nonlocal asked
            if asked:
                await asyncio.Event().wait()  # the client stays
            asked = True
            return {"type": "http.request", "body": body or b"", "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            got.append(message)

        await self._app(scope, receive, send)
        text = b"".join(one.get("body", b"") for one in got[1:]).decode()
        warnings = [value.decode() for name, value in got[0]["headers"] if name == b"warning"]
        return Reply(got[0]["status"], text, tuple(warnings))

    # -- by the socket

    async def _with_token(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            token = (b"authorization", f"Bearer {TOKEN}".encode())
            scope = {**scope, "headers": [*scope["headers"], token]}
        await self._app(scope, receive, send)

    async def _serve(self) -> Path:
        """Start the server once; the kubeconfig that leads to it."""
        config = self._home / "config"
        if self._server is None:
            listener = socket.create_server(("127.0.0.1", 0))
            settings = uvicorn.Config(
                self._with_token,
                interface="asgi3",
                lifespan="off",
                log_config=None,
                timeout_graceful_shutdown=0,
            )
            self._server = uvicorn.Server(settings)
            self._server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
            self._serving = asyncio.create_task(_quietly(self._server.serve(sockets=[listener])))
            while not self._server.started:
                await asyncio.sleep(0.01)
            url = f"http://127.0.0.1:{listener.getsockname()[1]}"
            config.write_text(json.dumps(_kubeconfig(url)))
        return config

    def kubectl(self, namespace: str, arguments: list[str], stdin: str | None) -> Json:
        """kubectl's exit code, output and errors, while the cluster goes on."""
        return self._loop.run_until_complete(self._kubectl(namespace, arguments, stdin))

    async def _kubectl(self, namespace: str, arguments: list[str], stdin: str | None) -> Json:
        config = await self._serve()
        places = ("--kubeconfig", str(config), "--cache-dir", str(self._home / "cache"))
        process = await asyncio.create_subprocess_exec(
            *(KUBECTL, *places, "-n", namespace, *arguments),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={**os.environ, "HOME": str(self._home)},
        )
        talk = asyncio.create_task(process.communicate((stdin or "").encode()))
        begun = last = self._loop.time()
        while not talk.done():
            await asyncio.wait({talk}, timeout=_BEAT)
            now = self._loop.time()
            if now - begun > _LONGEST:
                process.kill()
            passed = (now - last) * (_HURRY if now - begun > _HURRY_AFTER else 1.0)
            self._runner.advance(self._runner.clock.now + passed)
            last = now
        stdout, stderr = await talk
        return {"rc": process.returncode, "stdout": stdout.decode(), "stderr": stderr.decode()}


async def _quietly(serving: Any) -> None:
    with contextlib.suppress(asyncio.CancelledError):
        await serving


def _kubeconfig(url: str) -> Json:
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "c", "cluster": {"server": url}}],
        "users": [{"name": "u", "user": {}}],
        "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}],
        "current-context": "c",
    }


def _find_kubectl() -> str:
    found = os.environ.get("REPLAY_KUBECTL")
    return found or str(Path(sys.executable).with_name("kubectl"))


KUBECTL = _find_kubectl()

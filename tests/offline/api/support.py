"""An ASGI client, and a cluster to speak to, in this process."""

import asyncio
import json
import random
import urllib.parse
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, TypeVar

from tutor.offline import plane
from tutor.offline.api.app import App
from tutor.offline.api.driver import Driver
from tutor.offline.api.house import House, Settings
from tutor.offline.bootstrap import bootstrap
from tutor.offline.runner import START, Runner

TOKEN = "a-token"  # noqa: S105
SETS = "/apis/apps/v1/namespaces/default/statefulsets"
PODS = "/api/v1/namespaces/default/pods"
T = TypeVar("T")


def runner() -> Runner:
    """A new control plane, at rest."""
    made = plane.build(random.Random(1), START, {})
    bootstrap(made.registry)
    made.settle()
    return made


def stateful_set(name: str = "web", replicas: int = 2) -> dict[str, Any]:
    labels = {"app": name}
    return {
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "metadata": {"name": name, "labels": labels},
        "spec": {
            "serviceName": name,
            "replicas": replicas,
            "selector": {"matchLabels": labels},
            "template": {
                "metadata": {"labels": labels},
                "spec": {"containers": [{"name": "app", "image": "nginx:1.25"}]},
            },
        },
    }


@dataclass
class Reply:
    status: int = 0
    headers: list[tuple[str, str]] = field(default_factory=list)
    data: bytes = b""

    def header(self, name: str) -> str:
        return next((value for key, value in self.headers if key == name), "")

    @property
    def text(self) -> str:
        return self.data.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.data)

    @property
    def events(self) -> list[Any]:
        return [json.loads(line) for line in self.data.splitlines()]


class Client:
    """Sends requests to an application. Time stands still unless a test moves it."""

    def __init__(self, house: House | None = None) -> None:
        if house is None:
            house = House(Settings(speed=0, seed=1), lambda: START, lambda: 0.0)
        self.house = house
        self.app = App(house, TOKEN)

    @property
    def runner(self) -> Runner:
        return self.house.runner

    def settle(self) -> None:
        assert isinstance(self.house.heart, Driver)
        self.runner.settle()

    async def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        token: str | None = TOKEN,
        receive: Callable[[], Awaitable[dict[str, Any]]] | None = None,
        send: Callable[[dict[str, Any]], Awaitable[None]] | None = None,
        **headers: str,
    ) -> Reply:
        if body is None:
            data = b""
        else:
            data = body if isinstance(body, bytes) else json.dumps(body).encode()
        named = {"host": "127.0.0.1:6443", "user-agent": "test/1"}
        named |= {name.replace("_", "-"): value for name, value in headers.items()}
        if token is not None:
            named["authorization"] = f"Bearer {token}"
        parts = urllib.parse.urlsplit(path)
        scope = {
            "type": "http",
            "method": method,
            "path": urllib.parse.unquote(parts.path),
            "query_string": parts.query.encode(),
            "headers": [(k.encode(), v.encode()) for k, v in named.items()],
        }
        reply = Reply()
        sent = False

        async def give() -> dict[str, Any]:
            nonlocal sent
            if sent:
                await asyncio.Event().wait()
            sent = True
            return {"type": "http.request", "body": data, "more_body": False}

        async def take(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                reply.status = message["status"]
                reply.headers = [(k.decode(), v.decode()) for k, v in message["headers"]]
            else:
                reply.data += message.get("body", b"")

        await self.app(scope, receive or give, send or take)
        return reply

    async def create(self, path: str, body: Any) -> Any:
        reply = await self.ask("POST", path, body, content_type="application/json")
        assert reply.status == 201, reply.text
        return reply.json


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(coroutine)

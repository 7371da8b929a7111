"""Long work is done beside the loop: others are answered meanwhile, and changes come one by one."""

import asyncio
import gc
import json
import threading
from collections.abc import Callable
from typing import Any

import pytest

from tests.offline.api.support import PODS, SETS, Client, Reply, run, stateful_set
from tutor.offline.api.encoding import LARGE
from tutor.offline.api.exchange import STEP, WHOLE
from tutor.offline.api.service import LONG, Service
from tutor.offline.api.turns import LEFT, Turns

MAPS = "/api/v1/namespaces/default/configmaps"
JSON = "application/json"


def config_map(name: str, size: int = 0) -> dict[str, Any]:
    return {"metadata": {"name": name}, "data": {"a": "x" * size}}


class Gate:
    """Holds a service's changes in their threads until it is opened."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, held: Callable[[Any], bool]) -> None:
        self.open = threading.Event()
        self.reached = threading.Event()
        handle = Service.handle

        def wait(service: Service, call: Any) -> Any:
            if held(call) and threading.current_thread() is not threading.main_thread():
                self.reached.set()
                assert self.open.wait(60)
            return handle(service, call)

        monkeypatch.setattr(Service, "handle", wait)

    async def closed(self) -> None:
        """Return once somebody waits."""
        while not self.reached.is_set():
            await asyncio.sleep(0)


def test_reading_goes_on_while_a_large_change_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    async def play() -> None:
        client = Client()
        gate = Gate(monkeypatch, lambda call: len(call.body) > LONG)
        large = asyncio.ensure_future(client.ask("POST", MAPS, config_map("large", LONG)))
        await gate.closed()
        assert (await client.ask("GET", MAPS)).json["items"][0]["metadata"]["name"] != "large"
        small = asyncio.ensure_future(client.ask("POST", MAPS, config_map("small")))
        assert (await client.ask("GET", PODS)).status == 200
        assert not small.done()  # its turn has not come
        gate.open.set()
        first, second = (await large).json, (await small).json
        versions = [int(one["metadata"]["resourceVersion"]) for one in (first, second)]
        assert versions == sorted(versions)

    run(play())


def test_what_a_thread_changes_is_told_to_watches_and_has_its_author() -> None:
    async def play() -> None:
        client = Client()
        first = client.runner.store.version
        path = f"{MAPS}?watch=1&resourceVersion={first}&timeoutSeconds=60"
        told = asyncio.Event()
        reply = Reply()

        async def take(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.body":
                reply.data += message["body"]
                told.set()

        watching = asyncio.ensure_future(client.ask("GET", path, send=take))
        made = await client.ask("POST", MAPS, config_map("large", 2 * LONG), user_agent="me/1")
        assert made.status == 201
        while not reply.data:
            await told.wait()
        assert reply.events[0]["object"]["metadata"]["name"] == "large"
        watching.cancel()
        (change,) = client.runner.history(first)
        assert change.actor == "me/1"

    run(play())


def test_controllers_go_on_with_large_objects() -> None:
    async def play() -> None:
        client = Client()
        serving = asyncio.ensure_future(client.house.run())
        body = stateful_set(replicas=1)
        env = [{"name": f"V{number}", "value": "v"} for number in range(LARGE)]
        body["spec"]["template"]["spec"]["containers"][0]["env"] = env
        assert (await client.ask("POST", SETS, body, content_type=JSON)).status == 201
        while not (await client.ask("GET", PODS)).json["items"]:
            await asyncio.sleep(0)
        (pod,) = (await client.ask("GET", PODS)).json["items"]
        assert len(pod["spec"]["containers"][0]["env"]) == LARGE
        client.house.end()
        await serving

    run(play())


@pytest.mark.parametrize("threads", [True, False])
def test_a_refusal_comes_out_of_long_work(threads: bool) -> None:
    async def play() -> None:
        client = Client()
        client.house.turns = client.house.heart._turns = Turns(threads)
        body = {"metadata": {"name": "Not A Name"}, "data": {"a": "x" * LONG}}
        refused = await client.ask("POST", MAPS, body)
        assert refused.status == 422
        broken = await client.ask("POST", MAPS, b'{"data": ' + b" " * LONG)
        assert broken.status == 400
        assert "unexpected end of JSON input" in broken.text
        assert (await client.ask("POST", MAPS, config_map("a", LONG))).status == 201

    run(play())


class Others:
    """Somebody else who wants a turn of the loop, and counts them."""

    def __init__(self) -> None:
        self.turns = 0
        self._task = asyncio.ensure_future(self._take())

    async def _take(self) -> None:
        while True:
            await asyncio.sleep(0)
            self.turns += 1

    def stop(self) -> int:
        """How many turns they had."""
        self._task.cancel()
        return self.turns


async def filled(count: int) -> Client:
    client = Client()
    for number in range(count):
        await client.ask("POST", MAPS, config_map(f"seed-{number:04}", 1_000))
    return client


@pytest.mark.parametrize(
    "accept",
    [
        "application/json",
        "application/yaml",
        "application/json;as=Table;v=v1;g=meta.k8s.io",
        "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io",
    ],
)
@pytest.mark.parametrize("pretty", ["", "?pretty=true"])
def test_others_have_their_turn_while_a_long_list_is_sent(accept: str, pretty: str) -> None:
    async def play() -> None:
        client = await filled(400)
        others = Others()
        reply = await client.ask("GET", MAPS + pretty, accept=accept)
        assert others.stop() >= len(reply.data) // (2 * STEP)
        assert reply.status == 200
        assert len(reply.data) > STEP
        assert bool(reply.header("content-length")) == (len(reply.data) <= WHOLE)
        assert reply.text.count("seed-0399") >= 1

    run(play())


def test_others_have_their_turn_while_a_watch_begins() -> None:
    async def play() -> None:
        client = await filled(300)
        others = Others()
        reply = Reply()
        done = asyncio.Event()

        async def take(message: dict[str, Any]) -> None:
            reply.data += message.get("body", b"")
            if b"seed-0299" in reply.data:
                done.set()

        watching = asyncio.ensure_future(client.ask("GET", f"{MAPS}?watch=1", send=take))
        await done.wait()
        assert others.stop() >= len(reply.data) // (4 * STEP)
        watching.cancel()

    run(play())


def test_others_have_their_turn_while_a_collection_is_deleted() -> None:
    async def play() -> None:
        client = await filled(200)
        others = Others()
        reply = await client.ask("DELETE", MAPS)
        assert others.stop() >= 10
        assert len(reply.json["items"]) >= 200
        left = (await client.ask("GET", MAPS)).json["items"]
        assert not [one for one in left if one["metadata"]["name"].startswith("seed")]

    run(play())


def test_what_goes_while_a_collection_is_deleted_is_passed_over() -> None:
    async def play() -> None:
        client = await filled(60)
        deleting = asyncio.ensure_future(client.ask("DELETE", MAPS))
        gone = await client.ask("DELETE", f"{MAPS}/seed-0059")
        assert gone.status in {200, 404}
        assert (await deleting).status == 200

    run(play())


def test_a_patch_may_not_nest_what_no_body_may() -> None:
    revisions = "/apis/apps/v1/namespaces/default/controllerrevisions"
    deep: Any = {}
    for _ in range(400):
        deep = {"b": deep}

    async def play() -> None:
        client = Client()
        made = await client.ask(
            "POST", revisions, {"metadata": {"name": "x"}, "revision": 1, "data": {"a": {}}}
        )
        assert made.status == 201
        for times in (2, 5, 30):
            operations = [
                {"op": "add", "path": "/data" + "/b" * (400 * number), "value": deep}
                for number in range(times)
            ]
            reply = await client.ask(
                "PATCH",
                f"{revisions}/x",
                json.dumps(operations).encode(),
                content_type="application/json-patch+json",
            )
            assert reply.status == 400
            assert "exceeded max depth" in reply.json["message"]

    run(play())


def test_a_short_patch_that_copies_much_is_worked_out_beside_the_loop(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def play() -> None:
        client = Client()
        assert (await client.ask("POST", MAPS, config_map("a"))).status == 201
        gate = Gate(monkeypatch, lambda call: call.target.verb == "patch")
        body = [{"op": "add", "path": "/x", "value": [[]] * 10}]
        body += [{"op": "copy", "from": "/x", "path": "/x/-"}] * 100
        assert len(json.dumps(body)) < LONG
        kind = "application/json-patch+json"
        patched = asyncio.ensure_future(
            client.ask("PATCH", f"{MAPS}/a", json.dumps(body).encode(), content_type=kind)
        )
        await gate.closed()
        assert (await client.ask("GET", MAPS)).status == 200
        assert not patched.done()
        gate.open.set()
        assert (await patched).status == 422

    run(play())


@pytest.mark.parametrize(("left", "frozen"), [(2 * LEFT, True), (0, False)])
def test_what_long_work_leaves_is_not_looked_through(left: int, frozen: bool) -> None:
    """All of it is young after a time without the collector: one pass would see it all."""

    async def play() -> list[list[None]]:
        return await Turns().beside(lambda: [[] for _ in range(left)])

    gc.unfreeze()
    gc.collect()
    assert gc.isenabled()
    try:
        made = run(play())
        assert len(made) == left
        assert (gc.get_freeze_count() >= left > 0) == frozen
        assert gc.isenabled()
    finally:
        gc.unfreeze()

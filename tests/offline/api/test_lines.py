"""Watches share lines, and each still gets its own view of a change."""

import asyncio
from typing import Any

from tests.offline.api.support import Client, Reply, run
from tests.waiting import nothing

MAPS = "/api/v1/namespaces/default/configmaps"
TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io"
PARTIAL = "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io"


def body(labels: dict[str, str], value: str) -> dict[str, Any]:
    return {"metadata": {"name": "c", "labels": labels}, "data": {"value": value}}


def test_one_change_is_many_things_to_many_watches() -> None:
    async def asked() -> None:
        client = Client()
        start = client.runner.store.version
        path = f"{MAPS}?watch=1&timeoutSeconds=2&resourceVersion={start}"

        def watch(more: str = "", accept: str = "") -> "asyncio.Future[Reply]":
            return asyncio.ensure_future(client.ask("GET", path + more, accept=accept))

        everything = [watch() for _ in range(3)]
        was = [watch("&labelSelector=app%3Da") for _ in range(2)]
        now = [watch("&labelSelector=app%3Db") for _ in range(2)]
        tables = [watch(accept=TABLE) for _ in range(2)]
        bare = [watch(accept=TABLE) for _ in range(1)] + [
            watch("&includeObject=None", accept=TABLE) for _ in range(2)
        ]
        partial = watch(accept=PARTIAL)
        await nothing(lambda: any(one.done() for one in everything))
        await client.create(MAPS, body({"app": "a"}, "1"))
        assert (await client.ask("PUT", f"{MAPS}/c", body({"app": "b"}, "2"))).status == 200
        assert (await client.ask("DELETE", f"{MAPS}/c")).status == 200

        def seen(reply: Reply) -> list[tuple[str, str]]:
            return [
                (one["type"], one["object"]["data"]["value"])
                for one in reply.events
                if one["object"]["metadata"]["name"] == "c"
            ]

        for watching in everything:
            assert seen(await watching) == [("ADDED", "1"), ("MODIFIED", "2"), ("DELETED", "2")]
        for watching in was:
            assert seen(await watching) == [("ADDED", "1"), ("DELETED", "1")]
        for watching in now:
            assert seen(await watching) == [("ADDED", "2"), ("DELETED", "2")]
        for watching in (*tables, bare[0]):
            rows = [one["object"]["rows"][0] for one in (await watching).events]
            assert rows[-1]["object"]["kind"] == "PartialObjectMetadata"
            heads = [one["object"]["columnDefinitions"] for one in watching.result().events]
            assert heads[0]
            assert not any(heads[1:])
        for watching in bare[1:]:
            rows = [one["object"]["rows"][0] for one in (await watching).events]
            assert rows[-1]["object"] is None
        kinds = {one["object"]["kind"] for one in (await partial).events}
        assert kinds == {"PartialObjectMetadata"}

    run(asked())

"""Watches over ASGI."""

import asyncio
import json
from typing import Any

import pytest

from tests.offline.api.support import PODS, SETS, Client, run, stateful_set
from tests.offline.recordings import step
from tests.waiting import answered, nothing
from tutor.offline.api import app as application
from tutor.offline.api import exchange

MAPS = "/api/v1/namespaces/default/configmaps"


def types(events: list[Any]) -> list[str]:
    return [one["type"] for one in events]


def test_a_watch_that_ends_by_its_timeout() -> None:
    async def asked() -> None:
        client = Client()
        await client.create(SETS, stateful_set())
        reply = await client.ask("GET", f"{SETS}?watch=1&timeoutSeconds=1")
        assert types(reply.events) == ["ADDED"]
        assert reply.events[0]["object"]["kind"] == "StatefulSet"
        assert reply.header("content-type") == "application/json"
        version = reply.events[0]["object"]["metadata"]["resourceVersion"]
        later = await client.ask(
            "GET", f"{SETS}?watch=1&timeoutSeconds=1&resourceVersion={version}"
        )
        assert later.events == []

    run(asked())


def test_a_watch_from_too_long_ago_tells_it_as_recorded() -> None:
    async def asked() -> None:
        client = Client()
        reply = await client.ask("GET", f"{SETS}?watch=1&timeoutSeconds=1&resourceVersion=1")
        recorded = step("k02", "watch from a compacted or old version")["result"]["body"]
        found, wanted = reply.events[0], recorded
        assert found["object"].pop("message").startswith("too old resource version: 1 (")
        assert wanted["object"].pop("message").startswith("too old resource version: 1 (")
        assert found == wanted

    run(asked())


def test_the_first_events_end_with_a_bookmark() -> None:
    async def asked() -> None:
        client = Client()
        await client.create(SETS, stateful_set())
        reply = await client.ask(
            "GET",
            f"{SETS}?watch=1&timeoutSeconds=1&sendInitialEvents=true"
            "&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true",
        )
        assert types(reply.events) == ["ADDED", "BOOKMARK"]
        annotations = reply.events[1]["object"]["metadata"]["annotations"]
        assert annotations == {"k8s.io/initial-events-end": "true"}

    run(asked())


def test_changes_arrive_while_it_is_open_and_rows_are_headed_once() -> None:
    async def asked() -> None:
        client = Client()
        got: list[Any] = []
        arrived = asyncio.Event()

        async def take(message: dict[str, Any]) -> None:
            for line in message.get("body", b"").splitlines():
                got.append(json.loads(line))
                arrived.set()

        form = "application/json;as=Table;v=v1;g=meta.k8s.io"
        watching = asyncio.create_task(
            client.ask("GET", f"{MAPS}?watch=true&resourceVersion=100", send=take, accept=form)
        )
        await asyncio.sleep(0)
        for number in range(2):
            arrived.clear()
            body = {"metadata": {"name": f"c-{number}"}}
            await client.create(MAPS, body)
            await answered(arrived.wait())
        client.house.end()
        await answered(watching)
        assert types(got) == ["ADDED"] * len(got)
        names = [one["object"]["rows"][0]["cells"][0] for one in got]
        assert names[-2:] == ["c-0", "c-1"]
        headed = [one["object"]["columnDefinitions"] is not None for one in got]
        assert headed == [True] + [False] * (len(got) - 1)

    run(asked())


def test_a_client_that_leaves_ends_its_watch() -> None:
    async def asked() -> None:
        client = Client()
        leaving = asyncio.Event()
        asked_for = False

        async def give() -> dict[str, Any]:
            nonlocal asked_for
            if not asked_for:
                asked_for = True
                return {"type": "http.request", "body": b"", "more_body": False}
            await leaving.wait()
            return {"type": "http.disconnect"}

        watching = asyncio.create_task(client.ask("GET", f"{PODS}?watch=1", receive=give))
        await nothing(watching.done)
        leaving.set()
        await answered(watching)

    run(asked())


def test_a_reset_ends_watches() -> None:
    async def asked() -> None:
        client = Client()
        watching = asyncio.create_task(client.ask("GET", f"{PODS}?watch=1"))
        await nothing(watching.done)
        await client.ask("POST", "/sts-tutor/reset")
        reply = await answered(watching)
        assert reply.status == 200

    run(asked())


def test_bookmarks_come_to_those_who_want_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(application, "BOOKMARKS", 0.2)

    async def asked() -> None:
        client = Client()
        path = f"{PODS}?watch=1&timeoutSeconds=1"
        told, silent = await asyncio.gather(
            client.ask("GET", f"{path}&allowWatchBookmarks=true"), client.ask("GET", path)
        )
        assert set(types(told.events)) == {"BOOKMARK"}
        assert len(told.events) >= 2
        assert silent.events == []

    run(asked())


def test_a_log_can_be_followed_until_the_container_ends() -> None:
    async def asked() -> None:
        client = Client()
        await client.create(SETS, stateful_set(replicas=1))
        client.settle()
        following = asyncio.create_task(client.ask("GET", f"{PODS}/web-0/log?follow=true"))
        await nothing(following.done)
        await client.ask("DELETE", f"{PODS}/web-0?gracePeriodSeconds=0")
        reply = await answered(following)
        assert "offline cluster" in reply.text

    run(asked())


def test_a_body_that_does_not_come(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange, "SLOWEST", 0.05)

    async def asked() -> None:
        client = Client()

        async def never() -> dict[str, Any]:
            await asyncio.Event().wait()
            raise AssertionError

        reply = await client.ask("POST", SETS, b"", receive=never)
        assert reply.status == 408

    run(asked())

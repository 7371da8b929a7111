"""Events are the same ones in both API groups, under other names."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.offline.api.support import Client, run
from tutor.offline.newer_events import shown, stored

NEWER = "/apis/events.k8s.io/v1/namespaces/default/events"
OLDER = "/api/v1/namespaces/default/events"
TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io"


def event(name: str = "e1", **parts: Any) -> dict[str, Any]:
    return {
        "metadata": {"name": name},
        "eventTime": "2026-11-23T12:00:00.000000Z",
        "reportingController": "test-controller",
        "reportingInstance": "test-1",
        "action": "Do",
        "reason": "Test",
        "type": "Normal",
        "note": "a note",
        "regarding": {"kind": "Pod", "namespace": "default", "name": "web-0"},
        **parts,
    }


def test_one_event_is_seen_both_ways() -> None:
    async def requests() -> None:
        client = Client()
        made = await client.create(NEWER, event())
        assert (made["apiVersion"], made["note"]) == ("events.k8s.io/v1", "a note")
        assert made["deprecatedSource"] == {}
        assert made["deprecatedFirstTimestamp"] is None
        older = (await client.ask("GET", f"{OLDER}/e1")).json
        assert older["message"] == "a note"
        assert older["involvedObject"]["name"] == "web-0"
        assert older["reportingComponent"] == "test-controller"
        assert older["source"] == {}
        assert older["metadata"] == made["metadata"]
        listed = (await client.ask("GET", NEWER)).json
        assert listed["kind"] == "EventList"
        assert listed["items"][0]["note"] == "a note"

    run(requests())


def test_it_is_patched_replaced_and_deleted() -> None:
    async def requests() -> None:
        client = Client()
        await client.create(NEWER, event())
        series = {"series": {"count": 2, "lastObservedTime": "2026-11-23T12:01:00.000000Z"}}
        patch = "application/strategic-merge-patch+json"
        reply = await client.ask("PATCH", f"{NEWER}/e1", series, content_type=patch)
        assert (reply.status, reply.json["series"]["count"]) == (200, 2)
        changed = {**reply.json, "series": {**series["series"], "count": 100}}
        reply = await client.ask("PUT", f"{NEWER}/e1", changed)
        assert (reply.status, reply.json["series"]["count"]) == (200, 100)
        assert (await client.ask("GET", f"{OLDER}/e1")).json["series"]["count"] == 100
        gone = await client.ask("DELETE", f"{NEWER}/e1")
        assert gone.json["details"]["kind"] == "events"
        missing = await client.ask("GET", f"{NEWER}/e1")
        assert missing.json["message"] == 'events "e1" not found'

    run(requests())


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"note": "another"}, 'message: Invalid value: "another": field is immutable'),
        ({"reportingController": "x"}, 'reportingController: Invalid value: "x": field is'),
        ({"series": {"count": 1, "lastObservedTime": "2026-11-23T12:01:00.000000Z"}}, "at least 2"),
        ({"series": {"count": 2}}, "series.lastObservedTime: Required value"),
    ],
)
def test_only_its_series_changes(change: dict[str, Any], words: str) -> None:
    async def requests() -> None:
        client = Client()
        await client.create(NEWER, event())
        patch = "application/merge-patch+json"
        reply = await client.ask("PATCH", f"{NEWER}/e1", change, content_type=patch)
        assert reply.status == 422
        assert words in reply.json["message"]
        older = await client.ask("PATCH", f"{OLDER}/e1", {"message": "x"}, content_type=patch)
        assert (older.status, older.json["message"]) == (200, "x")

    run(requests())


def test_it_is_watched_and_shown_in_tables() -> None:
    async def requests() -> None:
        client = Client()
        await client.create(NEWER, event())
        path = f"{NEWER}?watch=true&timeoutSeconds=1&sendInitialEvents=true"
        path += "&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true"
        told = (await client.ask("GET", f"{path}&fieldSelector=reason=Test")).events
        assert [one["type"] for one in told] == ["ADDED", "BOOKMARK"]
        assert all(one["object"]["apiVersion"] == "events.k8s.io/v1" for one in told)
        assert told[0]["object"]["note"] == "a note"
        one = f"{NEWER}?fieldSelector=metadata.name=e1"
        table = (await client.ask("GET", one, accept=TABLE)).json
        assert table["columnDefinitions"][0]["name"] == "Last Seen"
        assert table["rows"][0]["object"]["kind"] == "PartialObjectMetadata"

    run(requests())


@pytest.mark.parametrize(
    ("selector", "count"),
    [
        ("reportingController=test-controller", 1),
        ("reportingController=other", 0),
        ("regarding.name=web-0,type=Normal", 1),
        ("reason!=Test,reason!=RegisteredNode", 0),
    ],
)
def test_it_is_selected_by_its_own_fields(selector: str, count: int) -> None:
    async def requests() -> None:
        client = Client()
        await client.create(NEWER, event())
        found = await client.ask("GET", f"{NEWER}?fieldSelector={selector}")
        assert len(found.json["items"]) == count

    run(requests())


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({"eventTime": None}, "eventTime: Required value"),
        ({"type": "Odd"}, 'type: Invalid value: "": has invalid value: Odd'),
        ({"action": ""}, "action: Required value"),
        ({"reportingController": ""}, "reportingComponent: Required value"),
        ({"deprecatedCount": 3}, 'count: Invalid value: "": needs to be unset'),
        ({"deprecatedSource": {"component": "x"}}, 'source: Invalid value: "": needs to be'),
        ({"note": "x" * 1025}, "can have at most 1024 characters"),
        (
            {"regarding": {"kind": "Pod", "namespace": "other"}, "eventTime": None},
            "eventTime: Required value",
        ),
    ],
)
def test_the_newer_form_is_strict(parts: dict[str, Any], words: str) -> None:
    reply = run(Client().ask("POST", NEWER, event(**parts), content_type="application/json"))
    assert reply.status == 422
    assert words in reply.json["message"]


def test_the_older_form_wants_the_namespace_of_its_object() -> None:
    body = {"metadata": {"name": "e"}, "involvedObject": {"namespace": "other"}}
    reply = run(Client().ask("POST", OLDER, body, content_type="application/json"))
    assert reply.status == 422
    assert "involvedObject.namespace" in reply.json["message"]
    assert "does not match event.namespace" in reply.json["message"]


WORDS = st.text(alphabet="abc", min_size=1, max_size=3)
OLD = st.fixed_dictionaries(
    {"metadata": st.fixed_dictionaries({"name": WORDS})},
    optional={
        "message": WORDS,
        "reason": WORDS,
        "count": st.integers(1, 9),
        "source": st.fixed_dictionaries({"component": WORDS}),
        "involvedObject": st.fixed_dictionaries({"name": WORDS}),
        "reportingComponent": WORDS,
    },
)


@given(OLD)
def test_nothing_is_lost_between_the_forms(older: dict[str, Any]) -> None:
    back = stored(shown(older))
    assert {name: value for name, value in back.items() if value} == {
        "kind": "Event",
        "apiVersion": "v1",
        **older,
    }

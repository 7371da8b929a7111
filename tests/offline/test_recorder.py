"""Events: counted, combined, held back — and as the recordings show them."""

import random
from typing import Any

import pytest

from tests.offline.bench import Bench, Obj, statefulset
from tests.offline.recordings import recording
from tutor.offline.recorder import COMBINED, Recorder

START = 1_767_225_600.0


class Told:
    """A recorder on a bench."""

    def __init__(self, component: str = "statefulset-controller") -> None:
        self.bench = Bench("shop")
        self.about = self.bench.create("statefulsets.apps", statefulset())
        runner = self.bench.runner
        self.recorder = Recorder(
            component, runner.registry, runner.clock, random.Random(3), "kube-controller-manager"
        )

    def tell(self, message: str, reason: str = "SuccessfulCreate", **more: Any) -> None:
        self.recorder.record(self.about, "Normal", reason, message, **more)

    def events(self) -> list[Obj]:
        found = list(self.bench.runner.store.list("events"))
        return sorted(found, key=lambda one: one["metadata"]["name"])

    def wait(self, seconds: float) -> None:
        self.bench.runner.clock.move(self.bench.runner.clock.now + seconds)


@pytest.fixture
def told() -> Told:
    return Told()


def test_an_event_told_once(told: Told) -> None:
    told.wait(1.5)
    told.tell("Create Pod web-0 in StatefulSet web successful")
    (event,) = told.events()
    metadata = event["metadata"]
    assert metadata["name"] == f"web.{int((START + 1.5) * 1e9):x}"
    assert metadata["namespace"] == "shop"
    assert event["involvedObject"] == {
        "kind": "StatefulSet",
        "namespace": "shop",
        "name": "web",
        "uid": told.about["metadata"]["uid"],
        "apiVersion": "apps/v1",
        "resourceVersion": told.about["metadata"]["resourceVersion"],
    }
    assert {name: event[name] for name in event if name not in ("metadata", "involvedObject")} == {
        "kind": "Event",
        "apiVersion": "v1",
        "type": "Normal",
        "reason": "SuccessfulCreate",
        "message": "Create Pod web-0 in StatefulSet web successful",
        "count": 1,
        "firstTimestamp": "2026-01-01T00:00:01Z",
        "lastTimestamp": "2026-01-01T00:00:01Z",
        "eventTime": None,
        "source": {"component": "statefulset-controller"},
        "reportingComponent": "statefulset-controller",
        "reportingInstance": "",
    }


def test_an_event_told_again_is_counted(told: Told) -> None:
    for _ in range(3):
        told.tell("again")
        told.wait(2)
    told.tell("again", reason="Other")
    first, other = told.events()
    assert (first["count"], other["count"]) == (3, 1)
    assert first["firstTimestamp"] == "2026-01-01T00:00:00Z"
    assert first["lastTimestamp"] == "2026-01-01T00:00:04Z"


def test_the_tenth_of_its_like_is_combined_with_the_rest(told: Told) -> None:
    for index in range(11):
        told.tell(f"message {index}")
    events = told.events()
    assert [event["message"] for event in events] == [
        *(f"message {index}" for index in range(9)),
        f"{COMBINED}message 10",
    ]
    assert [event["count"] for event in events] == [1] * 9 + [2]
    assert events[-1]["reportingComponent"] == ""
    assert events[-1]["source"] == {"component": "statefulset-controller"}
    told.wait(601)
    told.tell("message 99")
    assert told.events()[-1]["message"] == "message 99"


def recorded_events(short: str) -> list[Obj]:
    """The Events about StatefulSet web in the order in which a recording's watch saw them."""
    return [
        event["event"]
        for step in recording(short)["steps"]
        for event in step["watch_events"]
        if event["kind"] == "Event"
        and event["event"]["involvedObject"]["kind"] == "StatefulSet"
        and event["watch"] != "DELETED"
    ]


@pytest.mark.parametrize("short", ["a05", "a06", "a10", "b11", "a39"])
def test_recorded_events_come_out_as_recorded(told: Told, short: str) -> None:
    """What the controller told goes in; counts, texts and what is combined must come out.

    The one thing left to chance, the message that a combined Event drops from the memory of its
    kind (``PopAny``), decides only whether a later message counts as new.
    """
    recorded = recorded_events(short)
    written: list[Obj] = []
    told.bench.runner.store.listen(
        lambda change: written.append(change.last) if change.resource == "events" else None
    )
    for event in recorded:
        told.tell(event["message"].removeprefix(COMBINED), event["reason"])
    fields = ("type", "reason", "message", "count", "source", "reportingComponent")
    shape = [tuple(str(event[field]) for field in fields[1:]) for event in written]
    assert shape == [tuple(str(event[field]) for field in fields[1:]) for event in recorded]


def test_an_object_has_25_events_and_then_one_every_five_minutes(told: Told) -> None:
    for _ in range(40):
        told.tell("again")
    assert told.events()[0]["count"] == 25
    told.wait(299)
    told.tell("again")
    assert told.events()[0]["count"] == 25
    told.wait(1)
    told.tell("again")
    assert told.events()[0]["count"] == 42
    b11 = recorded_events("b11")
    assert len(b11) == 25  # more was told, nothing more was written
    other = told.bench.create("statefulsets.apps", statefulset("other"))
    told.recorder.record(other, "Normal", "SuccessfulCreate", "again")
    assert len(told.events()) == 2


def test_an_event_that_was_deleted_is_written_anew(told: Told) -> None:
    told.tell("again")
    (event,) = told.events()
    told.bench.delete("events", event["metadata"]["name"])
    told.tell("again")
    (new,) = told.events()
    assert new["metadata"]["name"] == event["metadata"]["name"]
    assert new["count"] == 2


def test_a_refused_event_is_lost(told: Told) -> None:
    told.bench.delete("namespaces", "shop")
    told.tell("too late")
    assert told.events() == []


def test_events_about_the_whole_cluster_are_in_the_default_namespace(told: Told) -> None:
    told.bench.create("namespaces", {"metadata": {"name": "default"}})
    node = told.bench.create("nodes", {"metadata": {"name": "node-1"}})
    told.recorder.record(node, "Normal", "NodeNotReady", "Node node-1 status is now: NodeNotReady")
    (event,) = told.events()
    assert event["metadata"]["namespace"] == "default"
    assert "namespace" not in event["involvedObject"]


def test_the_schedulers_events_are_a_series() -> None:
    told = Told("default-scheduler")
    for _ in range(4):
        told.tell("0/3 nodes are available", "FailedScheduling", action="Scheduling")
        told.wait(1)
    (event,) = told.events()
    assert event["series"]["count"] == 2  # later ones stay in memory, as recorded
    assert event["action"] == "Scheduling"
    assert event["eventTime"] == "2026-01-01T00:00:00.000000Z"
    assert (event["source"], event["firstTimestamp"]) == ({}, None)
    assert "count" not in event
    told.about = told.bench.patch("statefulsets.apps", "web", {"metadata": {"labels": {"x": "y"}}})
    told.tell("0/3 nodes are available", "FailedScheduling", action="Scheduling")
    assert len(told.events()) == 2  # another version of the object is another subject
    told.wait(400)
    told.tell("0/3 nodes are available", "FailedScheduling", action="Scheduling")
    assert len(told.events()) == 3


def test_names_differ_even_within_a_moment(told: Told) -> None:
    for index in range(8):
        told.tell(f"message {index}")
    assert len({event["metadata"]["name"] for event in told.events()}) == 8

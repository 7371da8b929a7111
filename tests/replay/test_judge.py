"""The judge itself: a recording holds against itself, and nothing else does."""

import json
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from tests.replay.judge import SECTIONS, Judge, Mark, Verdict, differences, marks, order
from tests.replay.player import Done, Replay, Seen
from tests.replay.recorded import Json, scenario, scenarios
from tests.replay.words import Masks, Names
from tutor.offline.requests import merge


def echo(name: str) -> Replay:
    """What a cluster would give that does exactly as recorded."""
    recording = scenario(name)
    replay = Replay(name, recording, "t-none", all_nodes=("no-such-node",))
    objects: dict[str, Json] = {}
    clock = 0.0
    for step in recording["steps"]:
        result = deepcopy(step["result"])
        replay.steps.append(Done(result, len(replay.seen), deepcopy(step.get("state"))))
        for event in step["watch_events"]:
            ms = clock + event["t_ms"]
            if event["kind"] == "Event":
                obj = {"metadata": {"name": event["event"]["name"]}, **event["event"]}
                replay.seen.append(Seen("Event", event["watch"], obj, ms))
                continue
            if event["watch"] == "ADDED":
                objects[event["uid"]] = event["object"]
            elif event["watch"] == "MODIFIED":
                known = objects.get(event["uid"]) or _found(step, event)
                objects[event["uid"]] = merge(deepcopy(known), event["diff"])
            obj = deepcopy(objects.get(event["uid"]) or _found(step, event))
            replay.seen.append(Seen(event["kind"], event["watch"], obj, ms))
        times = [event["t_ms"] for event in step["watch_events"]]
        clock += max([*times, step["result"].get("ms") or 0, step["op"].get("seconds", 0) * 1000])
    return replay


def _found(step: Json, event: Json) -> Json:
    """An object that was there before the recording's watches began."""
    return {"metadata": {"name": event["name"], "uid": event["uid"]}}


def judged(replay: Replay) -> Verdict:
    return Judge(replay).judge()


@pytest.mark.parametrize("name", scenarios())
def test_a_recording_holds_against_itself(name: str) -> None:
    verdict = judged(echo(name))
    assert [(one.section, one.step, one.lines) for one in verdict.differences] == []
    assert verdict.compared["answers"] > 0


def test_everything_is_compared_somewhere() -> None:
    compared = judged(echo("b06-broken-image-stuck-forced-rollback")).compared
    assert set(compared) == set(SECTIONS)


def _answer(replay: Replay) -> None:
    replay.steps[1].result["status"] = 200


def _message(replay: Replay) -> None:
    replay.steps[1].result["body"]["spec"]["replicas"] = 2


def _warning(replay: Replay) -> None:
    replay.steps[1].result["warnings"] = ['299 - "mind the gap"']


def _swapped(replay: Replay) -> None:
    made = [one for one in replay.seen if one.kind == "Pod" and one.type == "ADDED"]
    first, second = made[0].obj, made[1].obj
    made[0].obj, made[1].obj = second, first


def _one_more(replay: Replay) -> None:
    pod = next(one for one in replay.seen if one.kind == "Pod" and one.type == "ADDED")
    obj = {**pod.obj, "metadata": {**pod.obj["metadata"], "name": "web-9", "uid": "other"}}
    replay.seen.insert(0, Seen("Pod", "ADDED", obj, 0))


def _told(replay: Replay) -> None:
    event = next(
        one.obj
        for one in replay.seen
        if one.kind == "Event" and one.obj["involvedObject"]["kind"] == "StatefulSet"
    )
    event["message"] += "!"


def _number(replay: Replay) -> None:
    (found,) = _last_state(replay)["StatefulSet"]
    found["status"]["currentReplicas"] = 1


def _label(replay: Replay) -> None:
    _last_state(replay)["Pod"][0]["metadata"]["labels"]["app"] = "other"


def _missing(replay: Replay) -> None:
    _last_state(replay)["PersistentVolumeClaim"].pop()


def _last_state(replay: Replay) -> Json:
    return next(done.state for done in reversed(replay.steps) if done.state is not None)


@pytest.mark.parametrize(
    ("spoil", "sections"),
    [
        (_answer, {"answers"}),
        (_message, {"answers"}),
        (_warning, {"answers"}),
        (_swapped, {"order"}),
        (_one_more, {"order"}),
        (_told, {"events"}),
        (_number, {"status", "state"}),
        (_label, {"state"}),
        (_missing, {"state"}),
    ],
)
def test_what_differs_is_found(spoil: Callable[[Replay], None], sections: set[str]) -> None:
    replay = echo("a01-create-3-orderedready")
    spoil(replay)
    assert {one.section for one in judged(replay).differences} == sections


def test_text_of_kubectl_is_compared_line_by_line() -> None:
    replay = echo("a01-create-3-orderedready")
    step = next(
        index
        for index, one in enumerate(replay.recording["steps"])
        if one["op"].get("args", [""])[0] == "describe"
    )
    result = replay.steps[step].result
    result["stdout"] = result["stdout"].replace("web-0", "web-7", 1)
    (found,) = judged(replay).differences
    assert found.section == "answers"
    assert any("web-7" in line for line in found.lines)


# -- order


def made(*names: str, gap: float = 200.0) -> list[Mark]:
    return [Mark("Pod", "+", name, index * gap) for index, name in enumerate(names)]


def test_order_counts_unless_none_is_promised() -> None:
    assert order(made("a", "b"), made("a", "b"), racing=False) == []
    assert order(made("a", "b"), made("b", "a"), racing=False)
    assert order(made("a", "b"), made("b", "a"), racing=True)  # 200 ms apart
    assert order(made("a", "b", gap=20), made("b", "a"), racing=True) == []
    assert order(made("a", "b"), made("a"), racing=True)
    gone = [Mark("Pod", "-", "a", 0), Mark("Pod", "-", "b", 10)]
    assert order(gone, list(reversed(gone)), racing=False) == []
    again = [Mark("Pod", "-", "a", 0), Mark("Pod", "+", "a", 10)]
    assert order(again, list(reversed(again)), racing=True)  # one name: never two at once
    mixed = [Mark("Pod", "~", "a", 0), Mark("PersistentVolumeClaim", "-", "a", 500)]
    assert order(mixed, list(reversed(mixed)), racing=False) == []


def test_terminating_is_marked_once() -> None:
    changes: list[tuple[str, str, str, Any, bool, float]] = [
        ("Pod", "ADDED", "a", "1", False, 0),
        ("Pod", "MODIFIED", "a", "1", False, 1),
        ("Pod", "MODIFIED", "a", "1", True, 2),
        ("Pod", "MODIFIED", "a", "1", True, 3),
        ("Pod", "DELETED", "a", "1", True, 4),
        ("Service", "ADDED", "a", "2", False, 5),
    ]
    assert [(one.what, one.ms) for one in marks(changes)] == [("+", 0), ("~", 2), ("-", 4)]


# -- notation


def test_what_was_made_up_is_written_as_recorded() -> None:
    uid = "0d3bd0b4-91f1-4d0c-8a3e-5cf0b7b7e7b1"
    pod = {"metadata": {"name": "web-0", "uid": uid}}
    names = Names([("Pod", pod), ("Pod", pod)], "t-a01", ["node-1", "node-2"], {"node-2": "x"})
    event = {
        "metadata": {"name": "web-0.18867251edfa0000", "namespace": "t-a01", "uid": uid},
        "message": f"pvc-{uid} on node-1 and node-2, at 10.0.0.1, 2026-01-01T00:00:00Z",
        "resourceVersion": "7",
    }
    assert names.value(event) == {
        "metadata": {"name": "web-0.<hex>", "namespace": "NS", "uid": "uid:Pod/web-0#1"},
        "message": "pvc-<uid:Pod/web-0#1> on <node> and x, at <ip>, <ts>",
    }
    assert names.back("uid:Pod/web-0#1") == uid
    assert names.back("uid:Pod/web-0#2").startswith("00000000")


def test_masks_hide_what_is_left_to_chance_and_nothing_more() -> None:
    masks = Masks(managed=False, cut=False, named=["fake-node-2"])
    assert masks.text("fake-node-1 fake-node-2") == "<node> <node!>"
    assert masks.text('x is invalid: [b.c: no, a.b: "no, never"]') == (
        'x is invalid: [a.b: "no, never"; b.c: no]'
    )
    assert masks.text("too old resource version: 1 (16550)") == (
        "too old resource version: <version>"
    )
    assert masks.text('StatefulSet.apps "web" is invalid: spec.replicas: Invalid value: -1') == (
        'StatefulSet.apps "web" is invalid: spec.replicas: Invalid value: -1'
    )
    assert masks.value({"managedFields": [], "a": 1}) == {"a": 1}
    kept = Masks(managed=True, cut=False).value({"managedFields": [{"b": 1}, {"a": 1}]})
    assert kept == {"managedFields": [{"a": 1}, {"b": 1}]}


def test_differences_are_told_in_words() -> None:
    assert differences({"a": [1, 2]}, {"a": [1, 3]}) == [".a[1]: recorded 2, got 3"]
    assert differences({"a": 1}, {"a": True}) == [".a: recorded 1, got true"]
    assert differences("a\nb", "a\nc") == [" line 2: recorded 'b', got 'c'"]
    assert differences(json.loads("[1]"), []) == [": recorded 1 ['1'], got 0 []"]

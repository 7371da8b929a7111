"""Scenarios played on a control plane of their own."""

from pathlib import Path
from typing import Any

import pytest

from tutor.manifest.reader import read
from tutor.model.checks import Target
from tutor.model.scenario import (
    ANSWER,
    Apply,
    Cascade,
    Image,
    Mark,
    Node,
    Patch,
    Remove,
    Restart,
    Scale,
    Scenario,
    Step,
    Undo,
    Wait,
)
from tutor.model.timeline import What
from tutor.timeline.picture import picture
from tutor.timeline.seeded import Seeded
from tutor.timeline.trial import Played, play, try_out

WEB = (
    Path(__file__).parents[1] / "course/sample/fixtures/start/first/solutions/01-below.yaml"
).read_text("utf-8")
SET, POD = Target("StatefulSet", "web"), Target("Pod", "web-1")


def scenario(*steps: Step, start: str = WEB) -> Scenario:
    begin = (Apply("web.yaml", start),) if start else ()
    return Scenario("x", begin, steps, offline_only=False, expect=())


def played(*steps: Step, start: str = WEB) -> Played:
    found = play(scenario(*steps, start=start))
    assert found.settled
    return found


def told(found: Played, *whats: What) -> list[str]:
    return [f"{e.kind}/{e.name} {e.what}" for e in found.tape.entries if e.what in whats]


def test_an_answer_is_applied_and_comes_up() -> None:
    found = play(scenario(Apply(ANSWER), start=""), WEB)
    assert found.refused == ()
    assert found.settled
    assert told(found, What.READY) == ["Pod/web-0 ready", "Pod/web-1 ready", "Pod/web-2 ready"]


def test_the_start_is_there_and_not_told() -> None:
    found = played(Remove(POD))
    first = next(iter(found.tape.entries))
    assert (first.name, first.what) == ("web-1", What.TERMINATING)
    assert len(found.tape.start.of("Pod")) == 3


def test_the_same_seed_plays_the_same() -> None:
    one, other, third = (play(scenario(Remove(POD)), seed=seed) for seed in (7, 7, 8))
    assert list(one.tape.entries) == list(other.tape.entries)
    assert [(e.what, e.name) for e in one.tape.entries] == [
        (e.what, e.name) for e in third.tape.entries
    ]
    assert {e.uid for e in one.tape.entries} != {e.uid for e in third.tape.entries}


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        (Scale(SET, 4), ["StatefulSet/web scaled", "Pod/web-3 created"]),
        (Scale(SET, 2), ["StatefulSet/web scaled", "Pod/web-2 gone"]),
        (Image(SET, "web", "nginx:9"), ["StatefulSet/web revised", "StatefulSet/web rolled"]),
        (Restart(SET), ["StatefulSet/web revised", "StatefulSet/web rolled"]),
        (Patch(SET, {"spec": {"replicas": 1}}), ["StatefulSet/web scaled", "Pod/web-1 gone"]),
        (Mark(POD, "labels", {"app": None}), ["Pod/web-1 changed", "Pod/web-1 orphaned"]),
        (Mark(POD, "annotations", {"mine": "x"}), ["Pod/web-1 changed"]),
        (Remove(SET), ["StatefulSet/web gone", "Pod/web-0 gone"]),
        (Remove(SET, Cascade.FOREGROUND), ["Pod/web-0 gone", "StatefulSet/web gone"]),
        (Remove(POD, grace=0), ["Pod/web-1 gone", "Pod/web-1 created"]),
    ],
    ids=lambda one: type(one).__name__ if not isinstance(one, list) else "",
)
def test_a_step_has_the_effect_it_has_with_kubectl(step: Step, expected: list[str]) -> None:
    found = played(step)
    assert found.refused == ()
    lines = told(found, *What)
    assert [line for line in lines if line in expected][: len(expected)] == expected


def test_orphans_stay() -> None:
    found = played(Remove(SET, Cascade.ORPHAN))
    assert told(found, What.ORPHANED) == [f"Pod/web-{n} orphaned" for n in range(3)]
    assert told(found, What.TERMINATING) == ["StatefulSet/web terminating"]


def test_a_rollout_is_undone() -> None:
    found = played(Image(SET, "web", "nginx:broken"), Undo(SET), Remove(Target("Pod", "web-2")))
    assert found.refused == ()
    images = [pod["spec"]["containers"][0]["image"] for pod in found.tape.now.of("Pod")]
    assert images == ["nginx:1.27"] * 3
    assert told(found, What.REVISED) == ["StatefulSet/web revised"] * 2


def test_nothing_to_undo_is_a_refusal() -> None:
    (refused,) = played(Undo(SET)).refused
    assert (refused.object, refused.reason) == ("StatefulSet/web", "no rollout history found")


def test_a_node_stops_and_starts_again_though_its_pod_has_gone_elsewhere() -> None:
    found = played(Node("web-1", down=True), Wait(400), Node("web-1", down=False))
    assert found.refused == ()
    lines = told(found, What.UNREADY, What.READY, What.CREATED)
    node = next(line for line in lines if line.startswith("Node/") and "unready" in line)
    assert node.replace("unready", "ready") in lines


def test_waiting_for_seconds_is_not_waiting_for_rest() -> None:
    slow = WEB.replace("    spec:\n      containers", _annotated("ready-ms: '20000'"))
    soon = played(Apply("web", slow), Wait(5), Scale(SET, 1), start="")
    assert "Pod/web-1 created" not in told(soon, What.CREATED)
    late = played(Apply("web", slow), Scale(SET, 1), start="")
    assert "Pod/web-2 created" in told(late, What.CREATED)


def _annotated(knob: str) -> str:
    return f"      annotations: {{sts-tutor.dev/{knob}}}\n    spec:\n      containers"


def test_refusals_are_data_with_their_step() -> None:
    found = played(Remove(Target("Pod", "web-9")), Patch(SET, {"spec": {"serviceName": "x"}}))
    assert [(one.step, one.object) for one in found.refused] == [
        (0, "Pod/web-9"),
        (1, "StatefulSet/web"),
    ]
    assert found.refused[0].reason == 'pods "web-9" not found'
    assert "Forbidden: updates to statefulset spec" in found.refused[1].reason


def test_what_happens_without_end_is_given_up() -> None:
    failing = WEB.replace("    spec:\n      containers", _annotated("phase: Failed"))
    found = try_out(failing)
    assert not found.settled
    assert told(found, What.FAILED)


# -- what a wrong manifest would do


def documents(change: Any) -> str:
    import json

    found = [document.data for document in read(WEB).documents]
    for one in found:
        change(one)
    return "\n---\n".join(json.dumps(one) for one in found)


def test_pods_without_names() -> None:
    def no_service(one: Any) -> None:
        if one["kind"] == "StatefulSet":
            one["spec"]["serviceName"] = "wbe"

    (set_,) = picture(try_out(documents(no_service)).tape.now).sets
    assert set_.service is not None
    assert not set_.service.exists
    assert set_.ready == 3
    assert not any(place.name and place.name.resolves for place in set_.places)


def test_a_claim_nobody_mounts() -> None:
    def unmounted(one: Any) -> None:
        if one["kind"] == "StatefulSet":
            one["spec"]["template"]["spec"]["containers"][0].pop("volumeMounts")

    (set_,) = picture(try_out(documents(unmounted)).tape.now).sets
    assert [claim.mounted for place in set_.places for claim in place.claims] == [False] * 3


def test_a_rollout_that_sticks() -> None:
    found = try_out(WEB.replace("nginx:1.27", "nginx:broken"), WEB)
    (set_,) = picture(found.tape.now).sets
    assert [place.pod.status for place in set_.places if place.pod] == [
        *("Running", "Running"),
        "ImagePullBackOff",
    ]
    waiting = set_.places[1].waits
    assert waiting is not None
    assert waiting.because == "web-2"


def test_a_manifest_the_server_refuses() -> None:
    found = try_out(WEB.replace("replicas: 3", "replicas: -1"))
    (refused,) = found.refused
    assert refused.object == "StatefulSet/web"
    assert "must be greater than or equal to 0" in refused.reason
    assert told(found, What.CREATED) == ["Service/web created"]


@pytest.mark.parametrize(
    ("text", "code", "reason"),
    [
        ("a: [", "YAML", ""),
        ("apiVersion: v1\nkind: Hat\nmetadata: {name: x}\n", "", 'no matches for kind "Hat"'),
        ("apiVersion: v1\nkind: Pod\n", "", "resource name may not be empty"),
        (
            "apiVersion: v1\nkind: Service\nmetadata: {name: x, namespace: away}\n",
            "",
            'namespaces "away" not found',
        ),
        ("apiVersion: v1\nkind: Service\nmetadata: {name: x}\nspec: []\n", "", "expected"),
    ],
)
def test_any_text_ends_in_data(text: str, code: str, reason: str) -> None:
    (refused,) = try_out(text).refused
    assert refused.code.startswith(code)
    assert reason in refused.reason


def test_seeded_numbers_fill_their_bits() -> None:
    source = Seeded(3)
    numbers = [source.getrandbits(bits) for bits in (1, 8, 64, 122, 128)]
    assert all(0 <= n < 1 << bits for n, bits in zip(numbers, (1, 8, 64, 122, 128), strict=True))
    assert len({Seeded(3).getrandbits(64), Seeded(4).getrandbits(64)}) == 2
    many = [source.getrandbits(16) for _ in range(1000)]
    assert 25_000 < sum(many) / len(many) < 40_000

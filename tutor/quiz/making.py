"""Questions made up anew, answered by the controllers themselves: a situation is played.

A question is a situation with numbers in it: so many Pods, such a partition. What is right is not
computed here but seen: the situation is played on a control plane of its own.
"""

import json
from collections.abc import Callable, Sequence
from typing import Any

from tutor.model.checks import Target
from tutor.model.course import ChoiceTask, Form, Topic
from tutor.model.made import Asks, Made, Situation
from tutor.model.scenario import Apply, Image, Scale, Scenario, Step
from tutor.model.timeline import What
from tutor.timeline.pods import ready
from tutor.timeline.reading import name, text
from tutor.timeline.tape import Tape
from tutor.timeline.trial import play

Sample = Callable[[Sequence[str], int], list[str]]
"""``random.Random.sample`` or its like."""

SET = "web"
_OLD, _NEW, _BROKEN = "nginx:1.28", "nginx:1.29", "nginx:broken"


TOPICS = {
    Asks.GOING: Topic.ORDERING,
    Asks.REPLACED: Topic.ORDERING,
    Asks.TURNS: Topic.ORDERING,
    Asks.STUCK: Topic.ORDERING,
    Asks.LEFT: Topic.VOLUMES,
    Asks.NAMES: Topic.IDENTITY,
}


def make(count: int, sample: Sample, topic: Topic | None = None) -> tuple[Made, ...]:
    """Questions, each of another kind as long as there are kinds left.

    Args:
        count: How many.
        sample: Decides which, and their numbers.
        topic: Only on this part of the course; there are none on some.
    """
    kinds = [asks.value for asks in Asks if topic in (None, TOPICS[asks])]
    chosen: list[str] = []
    while kinds and len(chosen) < count:
        chosen += sample(kinds, min(len(kinds), count - len(chosen)))
    return tuple(answered(_situation(Asks(one), sample)) for one in chosen)


def answered(situation: Situation) -> Made:
    """The question a situation asks, with the answer that its play gives."""
    tape = play(_scenario(situation)).tape
    form, choices, answer = _choices(situation, tape)
    return Made(situation, ChoiceTask(situation.asks.value, False, form, choices, answer))


def _situation(asks: Asks, sample: Sample) -> Situation:
    def number(first: int, last: int) -> int:
        return int(sample([str(n) for n in range(first, last + 1)], 1)[0])

    match asks:
        case Asks.GOING:
            replicas = number(3, 6)
            return Situation(asks, replicas, number(1, replicas - 2))
        case Asks.LEFT:
            replicas = number(3, 5)
            return Situation(asks, replicas, number(1, replicas - 1), deletes=bool(number(0, 1)))
        case Asks.NAMES:
            replicas = number(2, 4)
            return Situation(asks, replicas, replicas, start=number(1, 4))
        case Asks.REPLACED:
            replicas = number(3, 5)
            return Situation(asks, replicas, replicas, partition=number(1, replicas - 1))
        case Asks.TURNS | Asks.STUCK:
            replicas = number(3, 5)
            return Situation(asks, replicas, replicas, partition=number(0, replicas - 2))


def _scenario(situation: Situation) -> Scenario:
    about = Target("StatefulSet", SET)
    steps: tuple[Step, ...]
    match situation.asks:
        case Asks.GOING | Asks.LEFT:
            steps = (Scale(about, situation.to),)
        case Asks.REPLACED | Asks.TURNS:
            steps = (Image(about, SET, _NEW),)
        case Asks.STUCK:
            steps = (Image(about, SET, _BROKEN),)
        case Asks.NAMES:
            steps = ()
    start = (Apply("start", _manifest(situation)),)
    return Scenario("made", start, steps, offline_only=True, expect=())


def _manifest(situation: Situation) -> str:
    labels = {"app": SET}
    claim = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
    spec: dict[str, Any] = {
        "serviceName": SET,
        "replicas": situation.replicas,
        "selector": {"matchLabels": labels},
        "template": {
            "metadata": {"labels": labels},
            "spec": {"containers": [{"name": SET, "image": _OLD}]},
        },
        "updateStrategy": {"rollingUpdate": {"partition": situation.partition}},
        "volumeClaimTemplates": [{"metadata": {"name": "data"}, "spec": claim}],
    }
    if situation.start:
        spec["ordinals"] = {"start": situation.start}
    if situation.deletes:
        spec["persistentVolumeClaimRetentionPolicy"] = {"whenScaled": "Delete"}
    set_ = {
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "metadata": {"name": SET},
        "spec": spec,
    }
    return json.dumps(set_)


def _choices(situation: Situation, tape: Tape) -> tuple[Form, tuple[str, ...], tuple[str, ...]]:
    there = tuple(name(pod) for pod in tape.start.of("Pod"))
    match situation.asks:
        case Asks.GOING | Asks.TURNS:
            order = tuple(
                entry.name
                for entry in tape.entries
                if entry.what is What.TERMINATING and entry.kind == "Pod"
            )
            return Form.ORDER, tuple(one for one in there if one in order), order
        case Asks.REPLACED:
            return Form.MANY, there, _with_image(tape, _NEW)
        case Asks.STUCK:
            running = tuple(name(pod) for pod in tape.now.of("Pod") if ready(pod))
            return Form.MANY, there, running
        case Asks.LEFT:
            kind = "PersistentVolumeClaim"
            claims, left = (tuple(map(name, one.of(kind))) for one in (tape.start, tape.now))
            return Form.MANY, claims, left
        case Asks.NAMES:
            last = situation.start + situation.replicas
            return Form.MANY, tuple(f"{SET}-{n}" for n in range(last + 1)), there


def _with_image(tape: Tape, image: str) -> tuple[str, ...]:
    return tuple(
        name(pod)
        for pod in tape.now.of("Pod")
        if text(pod, "spec", "containers", 0, "image") == image
    )

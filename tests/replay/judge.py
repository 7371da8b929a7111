"""Compares a replay with its recording: answers, order, status, Events and final states."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from tests.replay.console import is_calm, plain
from tests.replay.player import Done, Replay, Seen
from tests.replay.recorded import Json, short
from tests.replay.words import COMBINED, GENERATED, Masks, Names, stream

SECTIONS = ("answers", "order", "status", "events", "state")
BATCH_MS = 150.0
"""No order is promised within this time where several Pods are worked on at once: Parallel,
maxUnavailable above 1, the garbage collector, the loss of a node."""
TWIN_MS = 60.0
"""No order is promised within this time between two ends of Pods, or an end and a beginning."""
CONFLICT = re.compile(r"(?:Update|Create) (?:Pod|Claim) (\S+) in .*the object has been modified")
UNSTEADY = {
    ("e02", "node comes back"): "the new Pod may be put on the returning node while its NoExecute "
    "taint is still there, and is then evicted once more",
}
"""What a real control plane itself does not repeat, beyond the answer."""


@dataclass(slots=True)
class Difference:
    """One comparison that does not hold."""

    section: str
    step: int
    description: str
    lines: list[str]


@dataclass(slots=True)
class Verdict:
    """What came of comparing one scenario.

    Attributes:
        kubectl: Answers of kubectl; the other answers are those of requests.
        code_only: Those of kubectl of which only the exit code is compared.
        no_status: Those of requests that are compared without the status of the object.
    """

    name: str
    compared: Counter[str] = field(default_factory=Counter)
    held: Counter[str] = field(default_factory=Counter)
    differences: list[Difference] = field(default_factory=list)
    skipped: int = 0
    kubectl: int = 0
    code_only: int = 0
    no_status: int = 0

    def add(self, section: str, step: Json, lines: list[str]) -> None:
        """Count one comparison; lines say what differs."""
        self.compared[section] += 1
        if lines:
            self.differences.append(Difference(section, step["n"], step["desc"], lines))
        else:
            self.held[section] += 1


class Mark(NamedTuple):
    """A Pod or claim that appears (+), is terminating (~) or is gone (-)."""

    kind: str
    what: str
    name: str
    ms: float


class Judge:
    """Compares one replay.

    Args:
        replay: As played.
    """

    def __init__(self, replay: Replay) -> None:
        self.replay = replay
        self.verdict = Verdict(replay.name)
        recording = replay.recording
        managed = '"managedFields"' in json.dumps(recording)
        self.names: Names = replay.names()
        self.recorded = Masks(managed, replay.cut, replay.nodes)
        self.ours = Masks(managed, replay.cut, replay.nodes)
        if '"restart"' in json.dumps([step["op"] for step in recording["steps"]]):
            for step in recording["steps"]:
                for event in step["watch_events"]:
                    if event["kind"] == "ControllerRevision" and event["watch"] == "ADDED":
                        self.recorded.number(event["name"])
            for one in replay.seen:
                if one.kind == "ControllerRevision" and one.type == "ADDED":
                    self.ours.number(one.obj["metadata"]["name"])

    def judge(self) -> Verdict:
        """Compare everything."""
        steps = self.replay.recording["steps"]
        resting, group, start = True, [], 0
        for index, (step, done) in enumerate(zip(steps, self.replay.steps, strict=True)):
            if step["op"]["verb"] not in ("wait", "node-down", "node-up"):
                self._answer(step, done, resting)
            group.append(step)
            if "state" in step:
                resting = True
            elif not _calm(step):
                resting = False
            rest = steps[index + 1 :]
            if "state" not in step and rest:
                continue
            stop = self.replay.steps[index + 1].first if rest else len(self.replay.seen)
            last = "state" in step and all("state" not in one and _calm(one) for one in rest)
            if last:  # nothing more begins: what is still seen belongs here
                group += rest
                stop = len(self.replay.seen)
            if start >= 0 and not self.replay.cut:
                self._group(step, group, done, start, stop)
            group, start = [], -1 if last else stop
        return self.verdict

    # -- answers

    def _answer(self, step: Json, done: Done, resting: bool) -> None:
        wanted, op = step["result"], step["op"]
        if done.skipped:
            self.verdict.skipped += 1
            return
        if op["verb"] == "kubectl":
            a, b = {"rc": wanted["rc"]}, {"rc": done.result.get("rc")}
            self.verdict.kubectl += 1
            if not resting:  # what is printed depends on the moment
                self.verdict.code_only += 1
            else:
                both = str(wanted["stdout"]) + str(done.result.get("stdout"))
                sets = bool(COMBINED.search(both))
                for part in ("stdout", "stderr"):
                    ours = self.names.text(done.result.get(part) or "")
                    a[part] = plain(wanted[part], self.recorded, op["args"], sets)
                    b[part] = plain(ours, self.ours, op["args"], sets)
            self.verdict.add("answers", step, differences(a, b))
            return
        parts = ("status", "body", "warnings")
        a = {part: self.recorded.value(stream(wanted.get(part))) for part in parts}
        b = {
            part: self.ours.value(stream(self.names.value(done.result.get(part)))) for part in parts
        }
        bodies = [side["body"] for side in (a, b) if isinstance(side["body"], dict)]
        if not resting and len(bodies) == 2 and bodies[0].get("kind") != "Status":
            dropped = [body.pop("status", None) for body in bodies]  # depends on the moment
            self.verdict.no_status += any(one is not None for one in dropped)
        self.verdict.add("answers", step, differences(a, b))

    # -- what happened

    def _group(self, step: Json, group: list[Json], done: Done, start: int, stop: int) -> None:
        seen, earlier = self.replay.seen[start:stop], self.replay.seen[:start]
        unsteady = (short(self.replay.name), step["desc"]) in UNSTEADY
        self._order(step, group, seen, earlier, unsteady)
        self._events(step, group, seen, unsteady)
        if "state" in step:
            self._state(step, done, unsteady)

    def _order(
        self, step: Json, group: list[Json], seen: list[Seen], earlier: list[Seen], unsteady: bool
    ) -> None:
        ending = {
            one.obj["metadata"].get("uid")
            for one in earlier
            if one.obj["metadata"].get("deletionTimestamp")
        }
        wanted = marks(_recorded_changes(group))
        got = marks(
            (one.kind, one.type, meta["name"], meta.get("uid"), ends, one.ms)
            for one in seen
            for meta in [one.obj["metadata"]]
            for ends in [bool(meta.get("deletionTimestamp"))]
            if not (ends and one.type == "MODIFIED" and meta.get("uid") in ending)
        )
        if (wanted or got) and not unsteady:
            self.verdict.add("order", step, order(wanted, got, self._racing(group)))

    def _racing(self, group: list[Json]) -> bool:
        """Whether several Pods are worked on at once in these steps."""
        sets = [obj for one in group for obj in (one.get("state") or {}).get("StatefulSet", ())]
        sets += [
            event["object"]
            for one in self.replay.recording["steps"]
            for event in one["watch_events"]
            if event["kind"] == "StatefulSet" and event["watch"] == "ADDED"
        ]
        lost = short(self.replay.name)[0] == "e" and "node" in json.dumps(
            [one["op"] for one in group]
        )
        several = len({one["metadata"]["name"] for one in sets}) > 1
        return (
            any(_deletes(one["op"]) for one in group)
            or lost
            or several
            or any(_batches(one["spec"]) for one in sets)
        )

    def _events(self, step: Json, group: list[Json], seen: list[Seen], unsteady: bool) -> None:
        wanted = event_set(
            (
                event["event"]
                for one in group
                for event in one["watch_events"]
                if event["kind"] == "Event" and event["watch"] != "DELETED"
            ),
            self.recorded,
        )
        got = event_set(
            (
                self.names.value(one.obj)
                for one in seen
                if one.kind == "Event" and one.type != "DELETED"
            ),
            self.ours,
        )
        both = wanted | got
        # Whether a claim is bound when the scheduler first looks is a race, and so is what it
        # tells before it is.
        race = r"unbound immediate|not found"
        if any(one[3] == "FailedScheduling" and re.search(race, one[4]) for one in both):
            wanted, got = (
                {one for one in side if one[3] != "FailedScheduling"} for side in (wanted, got)
            )
        # Two controllers write one claim: the loser says so and does not tell of the Pod.
        torn = {found[1] for one in both if (found := CONFLICT.search(one[4]))}
        wanted, got = (
            {one for one in side if not _is_torn(one[4], torn)} for side in (wanted, got)
        )
        if (wanted or got) and not unsteady:
            lines = [f"only in the recording: {one}" for one in sorted(wanted - got)]
            lines += [f"only here: {one}" for one in sorted(got - wanted)]
            self.verdict.add("events", step, lines)

    def _state(self, step: Json, done: Done, unsteady: bool) -> None:
        found = done.state or {}
        a = {
            kind: self._tidy(kind, [self.recorded.value(_bare(one)) for one in objects])
            for kind, objects in step["state"].items()
            if kind != "Event"
        }
        b = {
            kind: self._tidy(
                kind, [self.ours.value(self.names.value(_bare(one))) for one in found[kind]]
            )
            for kind in a
        }
        statuses = [
            {one["metadata"]["name"]: one.get("status") for one in side["StatefulSet"]}
            for side in (a, b)
        ]
        if any(statuses):
            self.verdict.add("status", step, differences(statuses[0], statuses[1]))
        if (any(a.values()) or any(b.values())) and not unsteady:
            self.verdict.add("state", step, differences(a, b))

    @staticmethod
    def _tidy(kind: str, objects: list[Json]) -> list[Json]:
        if kind == "PersistentVolume":
            # Whether a released volume of policy Delete is gone depends on a timer of its own.
            objects = [
                one
                for one in objects
                if one.get("status", {}).get("phase") != "Released"
                or one["spec"].get("persistentVolumeReclaimPolicy") != "Delete"
            ]
            for one in objects:  # where the machine keeps it
                one["spec"].get("hostPath", {}).update(path="<path>")
        return sorted(objects, key=lambda one: (one["metadata"].get("name", ""), json.dumps(one)))


def _bare(obj: Json) -> Json:
    return {name: part for name, part in obj.items() if name not in ("kind", "apiVersion")}


def _calm(step: Json) -> bool:
    """Whether a step changes nothing."""
    op = step["op"]
    return op["verb"] in ("get", "raw") or (op["verb"] == "kubectl" and is_calm(op["args"]))


def _deletes(op: Json) -> bool:
    """Whether the garbage collector, or the loss of a node, decides what goes when."""
    if op["verb"] in ("delete", "deletecollection"):
        return not re.search(r"/(pods|persistentvolumeclaims)/", op.get("path", ""))
    if op["verb"] == "kubectl":
        return op["args"][0] in ("delete", "drain")
    return bool(op["verb"].startswith("node"))


def _batches(spec: Json) -> bool:
    update = (spec.get("updateStrategy") or {}).get("rollingUpdate") or {}
    return spec.get("podManagementPolicy") == "Parallel" or update.get("maxUnavailable", 1) != 1


def _is_torn(message: str, torn: set[str]) -> bool:
    made = re.match(r"Create Pod (\S+) in .* successful", message)
    return bool(CONFLICT.search(message)) or bool(made and made[1] in torn)


def _recorded_changes(
    group: list[Json],
) -> Iterator[tuple[str, str, str, str, bool, float]]:
    clock = 0.0
    for step in group:
        for event in step["watch_events"]:
            if event["kind"] != "Event":
                new = event.get("object") or event.get("diff") or {}
                ends = bool((new.get("metadata") or {}).get("deletionTimestamp"))
                ms = clock + event["t_ms"]
                yield event["kind"], event["watch"], event["name"], event["uid"], ends, ms
        times = [event["t_ms"] for event in step["watch_events"]]
        clock += max([*times, step["result"].get("ms") or 0, step["op"].get("seconds", 0) * 1000])


def marks(changes: Iterable[tuple[str, str, str, Any, bool, float]]) -> list[Mark]:
    """What appears, is terminating and is gone, of (kind, type, name, uid, terminating, ms)."""
    found, ending = [], set()
    for kind, change, name, uid, ends, ms in changes:
        what = {"ADDED": "+", "DELETED": "-"}.get(change, "")
        if not what and ends and uid not in ending:
            what = "~"
        if ends:
            ending.add(uid)
        if what and kind in ("Pod", "PersistentVolumeClaim"):
            found.append(Mark(kind, what, GENERATED.sub("gen-<rand>", name), ms))
    return found


def order(wanted: list[Mark], got: list[Mark], racing: bool) -> list[str]:
    """What is wrong with an order; nothing where all that is promised holds."""

    def counted(side: list[Mark]) -> list[tuple[tuple[str, str, str, int], Mark]]:
        count: Counter[tuple[str, str, str]] = Counter()
        out = []
        for mark in side:
            count[mark[:3]] += 1
            out.append(((*mark[:3], count[mark[:3]]), mark))
        return out

    a, b = counted(wanted), counted(got)
    shown = [
        f"{side} {' '.join(mark.what + mark.name for mark in found)}"
        for side, found in (("recorded", wanted), ("got     ", got))
    ]
    if sorted(key for key, _ in a) != sorted(key for key, _ in b):
        return shown
    place = {key: index for index, (key, _) in enumerate(b)}
    wrong = []
    for index, (key, one) in enumerate(a):
        for other_key, other in a[index + 1 :]:
            if place[key] < place[other_key]:
                continue
            near = other.ms - one.ms
            twins = one.what + other.what in ("~~", "--", "-+") and near < TWIN_MS
            if one.name != other.name and ((racing and near < BATCH_MS) or twins):
                continue
            both_made = one.what == other.what == "+" and not racing
            if one.kind != other.kind and not both_made:
                continue  # different controllers watch Pods and claims
            wrong.append(
                f"{one.what}{one.name} comes {near:.0f} ms before {other.what}{other.name} in the "
                "recording, and after it here"
            )
    return wrong and shown + wrong[:4]


def event_set(events: Iterable[Json], masks: Masks) -> set[tuple[str, str, str, str, str]]:
    """Events about StatefulSets and Pods: kind, name, type, reason, message.

    Those of a kubelet are left out (the recordings' writes none); how often one came, and whether
    it was combined with others, is left to chance; when the scheduler writes is, too.
    """
    found = set()
    for event in events:
        clean = masks.value(event)
        about = clean.get("involvedObject") or {}
        source = (clean.get("source") or {}).get("component")
        reason = clean.get("reason")
        if about.get("kind") not in ("StatefulSet", "Pod") or reason == "Scheduled":
            continue
        if "kubelet" in (source, clean.get("reportingComponent")):
            continue
        name = "*" if reason == "FailedScheduling" else about.get("name")
        message = COMBINED.sub("", clean.get("message") or "")
        found.add((about["kind"], str(name), str(clean.get("type")), str(reason), message))
    return found


def differences(a: Any, b: Any, path: str = "", most: int = 6) -> list[str]:
    """The first differences of two JSON values, in words."""
    found: list[str] = []
    _compare(a, b, path, found, most)
    return found


def _compare(a: Any, b: Any, path: str, found: list[str], most: int) -> None:
    if len(found) >= most:
        return
    if isinstance(a, dict) and isinstance(b, dict):
        for name in sorted(a.keys() | b.keys(), key=str):
            _compare(
                a.get(name, "(absent)"), b.get(name, "(absent)"), f"{path}.{name}", found, most
            )
    elif isinstance(a, list) and isinstance(b, list):
        if len(a) != len(b):
            shown = [[_named(one) for one in side][:8] for side in (a, b)]
            found.append(f"{path}: recorded {len(a)} {shown[0]}, got {len(b)} {shown[1]}")
        for index, (one, other) in enumerate(zip(a, b, strict=False)):
            _compare(one, other, f"{path}[{index}]", found, most)
    elif type(a) is type(b) and a == b:
        return
    elif isinstance(a, str) and isinstance(b, str) and "\n" in a + b:
        left, right = a.split("\n"), b.split("\n")
        length = max(len(left), len(right))
        left += ["(no line)"] * (length - len(left))
        right += ["(no line)"] * (length - len(right))
        for index, (one, other) in enumerate(zip(left, right, strict=True)):
            if one != other and len(found) < most:
                found.append(f"{path} line {index + 1}: recorded {one!r}, got {other!r}")
    else:
        found.append(f"{path}: recorded {json.dumps(a)[:300]}, got {json.dumps(b)[:300]}")


def _named(value: Any) -> str:
    if isinstance(value, dict):
        name = (value.get("metadata") or {}).get("name") or value.get("name")
        if name:
            return str(name)
    return str(value)[:60]

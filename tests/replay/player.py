"""Plays a recorded scenario against a cluster in this process, on its virtual clock."""

import json
import re
import urllib.parse
from collections import Counter
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Protocol

from tests.replay.console import is_calm
from tests.replay.recorded import (
    KINDS,
    RESOURCES,
    RESTORED,
    STAND_INS,
    Json,
    is_cut,
    short,
)
from tests.replay.words import Names
from tutor.offline.clock import timestamp
from tutor.offline.objects import dig
from tutor.offline.runner import Runner
from tutor.offline.store import Change

PATCHES = {
    "merge": "application/merge-patch+json",
    "strategic": "application/strategic-merge-patch+json",
    "json": "application/json-patch+json",
    "apply": "application/apply-patch+yaml",
}
_KIND_OF = {resource: kind for kind, resource in RESOURCES.items()}
_PATIENCE = 12.0


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer of the edge: status, body as text, Warning headers."""

    status: int
    text: str
    warnings: tuple[str, ...] = ()

    @property
    def result(self) -> Json:
        """As the recordings write it."""
        try:
            body = json.loads(self.text)
        except ValueError:
            body = self.text
        return {"status": self.status, "body": body, "warnings": list(self.warnings)}


class Edge(Protocol):
    """How requests reach the cluster."""

    speaks_kubectl: bool

    def call(self, method: str, path: str, headers: Mapping[str, str], body: bytes | None) -> Reply:
        """One HTTP request; a header ``X-Auth`` of ``none`` or ``bad`` spoils the token."""

    def kubectl(self, namespace: str, arguments: list[str], stdin: str | None) -> Json:
        """kubectl's exit code, output and errors, while the cluster goes on."""


@dataclass(slots=True)
class Seen:
    """One change of a recorded kind."""

    kind: str
    type: str
    obj: Json
    ms: float


@dataclass(slots=True)
class Done:
    """What came of one step."""

    result: Json
    first: int = 0
    state: Json | None = None
    skipped: bool = False


@dataclass(slots=True)
class Replay:
    """A scenario played."""

    name: str
    recording: Json
    namespace: str
    steps: list[Done] = field(default_factory=list)
    seen: list[Seen] = field(default_factory=list)
    nodes: dict[str, str] = field(default_factory=dict)
    """Recorded nodes the scenario is about → the nodes that play them."""
    all_nodes: tuple[str, ...] = ()

    @property
    def cut(self) -> bool:
        """Whether the recording lacks steps."""
        return is_cut(self.recording)

    def names(self) -> Names:
        """The recorder's notation for this replay."""

        def appeared() -> Iterator[tuple[str, Json]]:
            for one in self.seen:
                yield one.kind, one.obj
            for done in self.steps:
                body = done.result.get("body")
                if isinstance(body, dict) and isinstance(body.get("metadata"), dict):
                    yield str(body.get("kind", "")), body

        shown = {ours: recorded for recorded, ours in self.nodes.items()}
        return Names(appeared(), self.namespace, self.all_nodes, shown)


class Player:
    """Plays one scenario.

    Args:
        name: The scenario.
        recording: Its file.
        runner: A new cluster, whose knobs have the recordings' prefix ``fake/``.
        edge: The way in.
    """

    def __init__(self, name: str, recording: Json, runner: Runner, edge: Edge) -> None:
        self.runner = runner
        self.edge = edge
        namespace = f"t-{name[:40].strip('-')}"
        self.replay = Replay(name, recording, namespace)
        self._version = runner.store.version
        self._started = runner.clock.now
        self._token = ""

    def play(self) -> Replay:
        """Send every step and note what came of it."""
        self._open()
        before: Json = {}
        for step in self.replay.recording["steps"]:
            done = Done({}, len(self.replay.seen))
            self.replay.steps.append(done)
            done.result = self._perform(step, before, done)
            if "state" in step:
                self._rest(step, done.first)
                done.state = self._state()
                before = step["state"]
            else:
                self._pass((step["result"].get("ms") or 0) / 1000)
            self._note()
        return self.replay

    def _open(self) -> None:
        body = {"kind": "Namespace", "metadata": {"name": self.replay.namespace}}
        reply = self._send("POST", "/api/v1/namespaces", body)
        assert reply.status == 201, reply.text
        self.runner.settle()
        store = self.runner.store
        self._version, self._started = store.version, self.runner.clock.now
        names = (str(node["metadata"]["name"]) for node in store.list("nodes"))
        self.replay.all_nodes = tuple(names)

    # -- what happens

    def _mine(self, change: Change) -> bool:
        if change.resource not in _KIND_OF:
            return False
        namespace = self.replay.namespace
        if change.resource == "persistentvolumes":
            return bool(dig(change.last, "spec", "claimRef", "namespace") == namespace)
        return change.key.startswith(f"{namespace}/")

    def _note(self) -> None:
        for change in self.runner.store.since(self._version):
            self._version = change.version
            if self._mine(change):
                ms = (change.time - self._started) * 1000
                kind = _KIND_OF[change.resource]
                self.replay.seen.append(Seen(kind, change.type, change.last, ms))

    def _pass(self, seconds: float) -> None:
        self.runner.advance(self.runner.clock.now + seconds)

    def _objects(self, kind: str) -> list[Json]:
        found = self.runner.store.list(RESOURCES[kind])
        namespace = self.replay.namespace
        if kind == "PersistentVolume":
            return [one for one in found if dig(one, "spec", "claimRef", "namespace") == namespace]
        return [one for one in found if one["metadata"].get("namespace") == namespace]

    def _state(self) -> Json:
        return {kind: self._objects(kind) for kind in KINDS}

    # -- when a step is over

    def _rest(self, step: Json, first: int) -> None:
        """Wait until it is as quiet as it was when the recorder went on."""
        quiet = _quiet(step)
        limit = step.get("ms_to_last_event", 0) / 1000 * 5 + 10 + step["op"].get("seconds", 0)
        end = self.runner.clock.now + max(limit, 15)
        self.runner.settle(quiet, end - self.runner.clock.now)
        if quiet < 1:
            return
        patience = self.runner.clock.now + _PATIENCE
        while self.runner.clock.now < end:
            self._note()
            waited = self.runner.clock.now >= patience
            if not self._busy() and (waited or self._as_recorded(step, first)):
                return
            self._pass(0.5)

    def _busy(self) -> bool:
        claims = {one["metadata"]["name"]: one for one in self._objects("PersistentVolumeClaim")}
        for claim in claims.values():
            waiting = dig(claim, "status", "phase") == "Pending"
            standard = dig(claim, "spec", "storageClassName") == "standard"
            if waiting and standard and "deletionTimestamp" not in claim["metadata"]:
                return True
        for pod in self._objects("Pod"):
            node = dig(pod, "spec", "nodeName", default="")
            if node and self.runner.view.down(node):
                continue
            ending = "deletionTimestamp" in pod["metadata"]
            if ending and not pod["metadata"].get("finalizers"):
                return True
            if node and not dig(pod, "status", "startTime"):
                return True
        return False

    def _as_recorded(self, step: Json, first: int) -> bool:
        """Whether all has come and gone that came and went, and the numbers are the recorded."""
        wanted = Counter(
            (one["kind"], one["watch"])
            for one in step["watch_events"]
            if one["kind"] in ("Pod", "PersistentVolumeClaim") and one["watch"] != "MODIFIED"
        )
        got = Counter((one.kind, one.type) for one in self.replay.seen[first:])
        numbers = [
            sorted(
                (
                    one["metadata"]["name"],
                    *(
                        dig(one, "status", part, default=0)
                        for part in ("replicas", "readyReplicas", "updatedReplicas")
                    ),
                )
                for one in found
            )
            for found in (step["state"]["StatefulSet"], self._objects("StatefulSet"))
        ]
        return not wanted - got and numbers[0] == numbers[1]

    # -- sending

    def _send(
        self,
        method: str,
        path: str,
        body: Any = None,
        content: str = "application/json",
        **headers: str,
    ) -> Reply:
        data = None
        if body is not None:
            data = (body if isinstance(body, str) else json.dumps(body)).encode()
            headers["Content-Type"] = content
        head = {"User-Agent": "trace-client/1.0", "Accept": "application/json", **headers}
        return self.edge.call(method, path, head, data)

    def _perform(self, step: Json, before: Json, done: Done) -> Json:
        op = deepcopy(step["op"])
        restore = RESTORED.get((short(self.replay.name), step["desc"]))
        if restore is not None:
            restore(op, self._first_version())
        op = self._real(op, before, op["verb"] == "update")
        match op["verb"]:
            case "wait":
                self._pass(op["seconds"])
                return {"ok": True}
            case "node-down":
                self.runner.node_down(op["node"])
                return {"ok": True}
            case "node-up":
                self.runner.node_up(op["node"])
                return {"ok": True}
            case "kubectl":
                if not self.edge.speaks_kubectl:
                    done.skipped = True
                    if not is_calm(op["args"]):
                        raise LookupError("this scenario needs kubectl")
                    return {"rc": 0, "stdout": "", "stderr": ""}
                return self.edge.kubectl(self.replay.namespace, op["args"], op.get("stdin"))
        path = re.sub(
            r"(continue=)(?!zzz)[^&]+",
            lambda m: m[1] + urllib.parse.quote(self._token),
            op["path"],
        )
        content = op.get("content_type") or PATCHES.get(op.get("patch_type", ""))
        headers = {"Accept": op.get("accept") or "application/json"}
        if op.get("auth"):
            headers["X-Auth"] = op["auth"]
        body = op["text"] if "text" in op else op.get("body")
        reply = self._send(op["http"], path, body, content or "application/json", **headers)
        result = reply.result
        if isinstance(result["body"], dict):
            self._token = dig(result["body"], "metadata", "continue") or self._token
        return result

    def _first_version(self) -> str:
        for one in self.replay.seen:
            if one.kind == "StatefulSet" and one.obj["metadata"]["name"] == "web":
                return str(one.obj["metadata"]["resourceVersion"])
        return "1"

    def _node(self, recorded: str, before: Json) -> str:
        """The node that plays a recorded one: where the same Pod runs, lowest name first."""
        if recorded not in self.replay.nodes:
            pods = sorted(
                pod["metadata"]["name"]
                for pod in before.get("Pod", ())
                if dig(pod, "spec", "nodeName") == recorded
            )
            here = {
                pod["metadata"]["name"]: dig(pod, "spec", "nodeName")
                for pod in self._objects("Pod")
            }
            taken = set(self.replay.nodes.values())
            free = [node for node in self.replay.all_nodes if node not in taken]
            found = next((here[name] for name in pods if here.get(name)), None)
            self.replay.nodes[recorded] = found or free[0]
        return self.replay.nodes[recorded]

    def _text(self, value: str, before: Json) -> str:
        value = re.sub(r"\bNS\b", self.replay.namespace, value)
        return re.sub(r"\bfake-node-\d\b", lambda m: self._node(m[0], before), value)

    def _real(self, value: Any, before: Json, update: bool, key: str = "") -> Any:
        """A request as it is sent: the recorder's notation replaced by what is here."""
        if isinstance(value, dict):
            return {
                self._text(name, before): self._real(part, before, update, name)
                for name, part in value.items()
                if not (update and part == "<ts>")
            }
        if isinstance(value, list):
            return [self._real(one, before, update) for one in value]
        if not isinstance(value, str):
            return value
        if value == "<ts>":
            moment = 1_577_836_800 if key == "creationTimestamp" else self.runner.clock.now
            return timestamp(moment)
        if key == "uid" and value.startswith("uid:"):
            return self.replay.names().back(value)
        return STAND_INS.get(value) or self._text(value, before)


def _quiet(step: Json) -> float:
    """Seconds without a change that count as quiet: more where the recording had longer gaps."""
    last = step.get("ms_to_last_event", 0) + 50
    times = [0, *sorted(one["t_ms"] for one in step["watch_events"] if one["t_ms"] <= last)]
    gap = max((b - a for a, b in pairwise(times)), default=0) / 1000
    op = step["op"]
    refused = step["result"].get("status", 200) >= 400
    still = refused or "dryRun" in json.dumps(op) or op["verb"] in ("get", "raw")
    if len(times) == 1 and still:
        return 0.3
    return float(max(2.0, 1.3 * gap + 0.7))

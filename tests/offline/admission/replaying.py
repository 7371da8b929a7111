"""The recorded requests, put to a registry with the real admission and no controllers.

What controllers did in between is taken from the recording: before each request the object it is
about is made what the recording's watches showed last.
"""

import gzip
import json
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.offline.recordings import CLUSTERS
from tutor.offline.admission.chain import Rules
from tutor.offline.admission.patch import merge
from tutor.offline.clock import Clock
from tutor.offline.errors import ApiError
from tutor.offline.requests import Raw, Request
from tutor.offline.resources import find
from tutor.offline.runner import Runner

VERBS = {"POST": "create", "PATCH": "patch", "PUT": "update"}
STAMP = "2023-11-14T22:13:20Z"
KINDS = {
    "StatefulSet": "statefulsets.apps",
    "Pod": "pods",
    "PersistentVolumeClaim": "persistentvolumeclaims",
    "Service": "services",
}
_LITERALS = {
    "hand-NS": "hand-ns",
    "<uuid>": "11111111-2222-3333-4444-555555555555",
    "<ts>": STAMP,
    "<ip>": "10.0.0.9",
    "<node>": "a-node",
    "kube-api-access-<rand>": "kube-api-access-abc12",
}


@dataclass
class Played:
    """One request: what was recorded, and what came now."""

    description: str
    expected: tuple[int, Any, list[str]]
    got: tuple[int, Any, list[str]] = field(default=(0, None, []))


def play(scenario: str) -> Iterator[Played]:
    """Send the requests of a scenario, and tell what came of each."""
    raw = gzip.decompress((CLUSTERS / f"{scenario}.json.gz").read_bytes()).decode()
    found, keep = json.loads(raw), '"managedFields"' in raw
    world = World({"MaxUnavailableStatefulSet": scenario.startswith("g")})
    for step in found["steps"]:
        operation, result = step["op"], step["result"]
        sent = operation.get("text", operation.get("body"))
        if operation.get("http") in VERBS and sent is not None and "path" in operation:
            expected = (result["status"], result["body"], result.get("warnings") or [])
            played = Played(step["desc"], _masked(expected, keep))
            played.got = _masked(world.send(operation, sent), keep)
            yield played
        world.watch(step.get("watch_events", []))


class World:
    """A registry, and the objects the recording's watches showed."""

    def __init__(self, gates: dict[str, bool]) -> None:
        self.clock = Clock(1.7e9)
        chance = random.Random(7)
        rules = Rules(self.clock, chance, gates)
        runner = Runner([], rules, chance, clock=self.clock, gates=gates)
        self.store, self.registry = runner.store, runner.registry
        self.live: dict[tuple[str, str], Any] = {}
        for name in ("NS", "other"):
            self._put("namespaces", {"name": name})
            self._put("serviceaccounts", {"name": "default", "namespace": name})
        self._put(
            "storageclasses.storage.k8s.io",
            {
                "name": "standard",
                "annotations": {"storageclass.kubernetes.io/is-default-class": "true"},
            },
        )

    def _put(self, resource: str, metadata: dict[str, Any]) -> None:
        uid = f"{resource}-{metadata['name']}-{metadata.get('namespace', '')}"
        self.store.create(resource, {"metadata": {"uid": uid, **metadata}})

    def watch(self, events: list[dict[str, Any]]) -> None:
        for event in events:
            resource = KINDS.get(event["kind"])
            if resource is None:
                continue
            key = (resource, event["name"])
            if event["watch"] == "DELETED":
                self.live.pop(key, None)
                if self.store.get(resource, f"NS/{event['name']}") is not None:
                    self.store.delete(resource, f"NS/{event['name']}")
            elif "object" in event:
                self.live[key] = _real(event["object"])
            elif "diff" in event and key in self.live:
                self.live[key] = merge.apply(self.live[key], _real(event["diff"]))

    def _catch_up(self, resource: Any, namespace: str, name: str) -> None:
        shown = self.live.get((resource.name, name))
        if shown is None:
            return
        obj = {"kind": resource.kind, "apiVersion": resource.api_version, **shown}
        current = self.store.get(resource.name, f"{namespace}/{name}")
        if current is None:
            self.store.create(resource.name, obj)
            return
        metadata = {**obj["metadata"]}
        for kept in ("uid", "resourceVersion"):
            metadata[kept] = current["metadata"][kept]
        if "managedFields" not in metadata and "managedFields" in current["metadata"]:
            metadata["managedFields"] = current["metadata"]["managedFields"]
        self.store.update(resource.name, {**obj, "metadata": metadata})

    def send(self, operation: dict[str, Any], sent: Any) -> tuple[int, Any, list[str]]:
        url = urlsplit(operation["path"])
        query = dict(parse_qsl(url.query))
        parts = url.path.strip("/").split("/")
        group, version = ("", parts[1]) if parts[0] == "api" else (parts[1], parts[2])
        rest = parts[2:] if parts[0] == "api" else parts[3:]
        namespace = ""
        if rest[0] == "namespaces" and len(rest) > 2:
            namespace, rest = rest[1], rest[2:]
        resource = find(group, version, rest[0])
        assert resource is not None
        name, subresource = [*rest[1:], "", ""][:2]
        self._catch_up(resource, namespace, name)
        self.clock.move(self.clock.now + 1)
        request = Request(
            VERBS[operation["http"]],
            resource,
            namespace,
            name,
            subresource,
            dry_run="dryRun" in query,
            field_manager=query.get("fieldManager", "trace-client"),
            field_validation=query.get("fieldValidation", "Warn"),
            force=query.get("force") == "true",
            patch_type=operation.get("patch_type") or "",
        )
        text = sent if isinstance(sent, str) else json.dumps(_real(sent))
        current = self.store.get(resource.name, f"{namespace}/{name}")
        if current is not None:
            text = text.replace(f"uid:{resource.kind}/{name}#1", current["metadata"]["uid"])
        body = Raw(text.encode(), operation.get("content_type") or "")
        try:
            if operation["http"] == "POST":
                return 201, self.registry.create(request, body), _headers(request)
            if operation["http"] == "PUT":
                return 200, self.registry.update(request, body)[0], _headers(request)
            answer, made = self.registry.patch(request, body)
            return 201 if made else 200, answer, _headers(request)
        except ApiError as error:
            return error.code, error.status(), []


def _headers(request: Request) -> list[str]:
    return [f"299 - {json.dumps(text)}" for text in request.warnings]


def _real(value: Any) -> Any:
    """A recorded value with something in place of what the recorder took out."""
    text = json.dumps(value)
    for placeholder, literal in _LITERALS.items():
        text = text.replace(placeholder, literal)
    return json.loads(text)


def _masked(value: Any, keep: bool, key: str = "") -> Any:
    """A value without what differs from one run to the next."""
    if isinstance(value, dict):
        return {
            name: "<any>" if name in ("uid", "creationTimestamp", "time") else
            _masked(item, keep, name)
            for name, item in value.items()
            if name != "resourceVersion" and (keep or name != "managedFields")
        }  # fmt: skip
    if isinstance(value, list | tuple):
        items = [_masked(item, keep) for item in value]
        if key == "managedFields":
            items.sort(key=lambda one: json.dumps(one, sort_keys=True))
        return items
    if not isinstance(value, str):
        return value
    if key == "nodeName":
        return "?"
    value = value.replace("hand-NS", "hand-ns")
    text = re.sub(r"kube-api-access-(<rand>|[a-z0-9]{5})", "kube-api-access-?", value)
    text = re.sub(r'(\\*"managedFields\\*":)\[.*?\](?=\},\\*"spec)', r"\1[]", text)
    text = re.sub(r'(\\*"resourceVersion\\*":\\*")[0-9]+', r"\1?", text)
    text = re.sub(r"<uuid>|<?uid:\w+/[\w.-]+#\d+>?|[0-9a-f]{8}-[0-9a-f-]{27}", "?", text)
    text = re.sub(r"<ts>|\d{4}-\d\d-\d\dT[\d:]+Z", "?", text)
    return re.sub(r"<ip>|10\.\d+\.\d+\.\d+", "?", text)

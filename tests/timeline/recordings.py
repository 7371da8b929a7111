"""Watches of a real control plane, as the changes a watcher would hand over."""

import gzip
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from tutor.model.timeline import Change
from tutor.offline.clock import timestamp

CLUSTERS = Path(__file__).parents[2] / "fixtures" / "clusters"
START = 1_767_225_600.0
Json = dict[str, Any]


def names() -> list[str]:
    """Every recording that watched something."""
    found = sorted(path.name.removesuffix(".json.gz") for path in CLUSTERS.glob("[a-h]*.json.gz"))
    return [name for name in found if changes(name)]


def full(short: str) -> str:
    """``a01-create-3-orderedready`` of ``a01``."""
    return next(CLUSTERS.glob(f"{short}-*.json.gz")).name.removesuffix(".json.gz")


@cache
def changes(name: str) -> tuple[Change, ...]:
    """What its watches told, versions counted from 1, in the order in which it was told."""
    return tuple(_changes(json.loads(gzip.decompress((CLUSTERS / f"{name}.json.gz").read_bytes()))))


def _changes(recording: Json) -> Iterator[Change]:
    held: dict[tuple[str, str], Json] = {}
    version, began, last = 0, START, START
    for step in recording["steps"]:
        for event in step.get("watch_events") or ():
            kind = event["kind"]
            if kind == "Event":
                after: Json = {"apiVersion": "v1", "kind": "Event", "lastTimestamp": "<ts>"}
                after |= event["event"]
                after["metadata"] = {"name": f"{after['name']}.{version}", "namespace": "NS"}
                after["metadata"]["uid"] = f"uid:Event#{version}"
                name, uid, before = after["metadata"]["name"], after["metadata"]["uid"], None
            else:
                name, uid = event["name"], event.get("uid", "")
                before = held.get((kind, name))
                after = event.get("object") or _merged(before or {}, event.get("diff") or {})
            version += 1
            last = max(last, began + event["t_ms"] / 1000)
            about = after.get("metadata") or {}
            if about.get("deletionTimestamp") == "<ts>":
                ends = last + about.get("deletionGracePeriodSeconds", 0)
                after = {**after, "metadata": {**about, "deletionTimestamp": timestamp(ends)}}
            after = _dated(after, timestamp(last))
            gone = event["watch"] == "DELETED"
            namespace = "" if kind in ("PersistentVolume", "Node") else "NS"
            if gone:
                held.pop((kind, name), None)
            elif kind != "Event":
                held[kind, name] = after
            yield Change(last, version, kind, namespace, name, uid, before, None if gone else after)
        began = last + 2


def _dated(value: Any, stamp: str) -> Any:
    """A value with a time where the recording masked one."""
    if isinstance(value, dict):
        return {key: _dated(part, stamp) for key, part in value.items()}
    if isinstance(value, list):
        return [_dated(part, stamp) for part in value]
    return stamp if value == "<ts>" else value


def _merged(target: Any, patch: Any) -> Any:
    if not isinstance(patch, dict):
        return patch
    base = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            base.pop(key, None)
        else:
            base[key] = _merged(base.get(key), value)
    return base

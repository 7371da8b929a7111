"""Recorded scenarios, and what the recorder's normalisation took out of their requests."""

import gzip
import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

Json = dict[str, Any]
CLUSTERS = Path(__file__).parents[2] / "fixtures" / "clusters"
KINDS = (
    "StatefulSet",
    "ControllerRevision",
    "Pod",
    "PersistentVolumeClaim",
    "PersistentVolume",
    "Service",
    "EndpointSlice",
    "Event",
)
RESOURCES = {
    "StatefulSet": "statefulsets.apps",
    "ControllerRevision": "controllerrevisions.apps",
    "Pod": "pods",
    "PersistentVolumeClaim": "persistentvolumeclaims",
    "PersistentVolume": "persistentvolumes",
    "Service": "services",
    "EndpointSlice": "endpointslices.discovery.k8s.io",
    "Event": "events",
}


def scenarios() -> list[str]:
    """The names of all recordings."""
    return sorted(path.name.removesuffix(".json.gz") for path in CLUSTERS.glob("[a-k]*.json.gz"))


@cache
def scenario(name: str) -> Json:
    """One recording."""
    loaded: Json = json.loads(gzip.decompress((CLUSTERS / f"{name}.json.gz").read_bytes()))
    return loaded


def short(name: str) -> str:
    """``a01`` of ``a01-create-3-orderedready``."""
    return name.partition("-")[0]


def is_cut(recording: Json) -> bool:
    """Whether steps were taken out of it: what they did is missing, so only answers compare."""
    numbers = [step["n"] for step in recording["steps"]]
    return numbers != list(range(1, len(numbers) + 1))


_SET: Json = {
    "apiVersion": "apps/v1",
    "kind": "StatefulSet",
    "metadata": {"name": "web", "labels": {"app": "web"}},
    "spec": {
        "serviceName": "web",
        "replicas": 3,
        "selector": {"matchLabels": {"app": "web"}},
        "template": {
            "metadata": {"labels": {"app": "web"}},
            "spec": {"containers": [{"name": "app", "image": "nginx:1.25"}]},
        },
    },
}
_WEB = "/apis/apps/v1/namespaces/NS/statefulsets/web"


def _put(**parts: Any) -> Callable[[Json, str], None]:
    return lambda op, first: op.update(json.loads(json.dumps(parts)))


def _version(version: str = "") -> Callable[[Json, str], None]:
    return lambda op, first: op["body"]["metadata"].update(resourceVersion=version or first)


# Requests that name a resourceVersion or had no body of their own, put back as they were sent.
# The second argument is the first resourceVersion StatefulSet web had.
RESTORED: dict[tuple[str, str], Callable[[Json, str], None]] = {
    ("j01", "resourceVersion set on create"): _version("1"),
    ("k02", "PUT with a stale resourceVersion"): _version(),
    ("k02", "merge patch with a stale resourceVersion"): _version(),
    ("k02", "delete with a wrong resourceVersion precondition"): lambda op, first: op["body"][
        "preconditions"
    ].update(resourceVersion="1"),
    ("k02", "POST to a named object"): _put(body=_SET),
    ("k02", "PUT to a collection"): _put(body=_SET),
    ("k02", "PATCH to a collection"): _put(body={}, patch_type="merge"),
    ("k02", "create in an absent namespace"): _put(body=_SET),
    ("j05", "broken patch body"): _put(http="PATCH", path=_WEB, text="{", patch_type="merge"),
    ("j05", "unsupported patch type"): _put(http="PATCH", path=_WEB, body={}),
}
# What stands for a value that was masked; any value of the sort does.
STAND_INS = {
    "<uuid>": "11111111-2222-3333-4444-555555555555",
    "<node>": "node-9",
    "<ip>": "10.96.0.77",
}

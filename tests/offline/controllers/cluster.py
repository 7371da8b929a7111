"""A whole cluster without HTTP: requests as a user sends them, time as fast as possible."""

import random
from typing import Any

from tests.offline.recordings import recording
from tutor.offline.bootstrap import bootstrap
from tutor.offline.deletion import DeleteOptions
from tutor.offline.objects import Obj
from tutor.offline.plane import build
from tutor.offline.requests import PatchType, Request
from tutor.offline.resources import named
from tutor.offline.runner import START

NS = "default"
PODS, CLAIMS, VOLUMES, SETS = (
    "pods",
    "persistentvolumeclaims",
    "persistentvolumes",
    "statefulsets.apps",
)
CLASSES, NODES = "storageclasses.storage.k8s.io", "nodes"


class Cluster:
    """A cluster and its user."""

    def __init__(self) -> None:
        self.runner = build(random.Random(1), START, {})
        self.registry, self.store = self.runner.registry, self.runner.store
        bootstrap(self.registry)
        self.settle()

    def _request(self, verb: str, resource: str, name: str = "", **more: Any) -> Request:
        found = named(resource)
        namespace = more.pop("namespace", NS)
        namespace = namespace if found.namespaced else ""
        return Request(verb, found, namespace, name, **more)

    def create(self, resource: str, obj: Obj, namespace: str = NS) -> Obj:
        found = named(resource)
        body = {"apiVersion": found.api_version, "kind": found.kind, **obj}
        return self.registry.create(self._request("create", resource, namespace=namespace), body)

    def patch(
        self, resource: str, name: str, body: Any, kind: PatchType = "merge", sub: str = ""
    ) -> Obj:
        request = self._request("patch", resource, name, patch_type=kind, subresource=sub)
        return self.registry.patch(request, body)[0]

    def annotate(self, resource: str, name: str, **annotations: str | None) -> Obj:
        marks = {
            f"sts-tutor.dev/{key.replace('_', '-')}": text for key, text in annotations.items()
        }
        return self.patch(resource, name, {"metadata": {"annotations": marks}})

    def delete(
        self, resource: str, name: str, grace: int | None = None, propagation: str = ""
    ) -> None:
        request = self._request("delete", resource, name)
        self.registry.delete(request, DeleteOptions(grace, propagation))

    def settle(self, quiet: float = 2.0) -> None:
        assert self.runner.settle(quiet)

    def run(self, seconds: float) -> None:
        """Let virtual time pass."""
        self.runner.advance(self.runner.clock.now + seconds)

    def get(self, resource: str, name: str) -> Obj:
        key = f"{NS}/{name}" if named(resource).namespaced else name
        found = self.store.get(resource, key)
        assert found is not None, f"{resource} {name}"
        return found

    def gone(self, resource: str, name: str) -> bool:
        key = f"{NS}/{name}" if named(resource).namespaced else name
        return self.store.get(resource, key) is None

    def names(self, resource: str) -> list[str]:
        return [one["metadata"]["name"] for one in self.store.list(resource)]

    def events(self, kind: str, name: str = "") -> list[tuple[str, str, str]]:
        """Type, reason and message of the Events about an object, oldest first."""
        found = [
            one
            for one in self.store.list("events")
            if one["involvedObject"]["kind"] == kind
            and name in ("", one["involvedObject"].get("name"))
        ]
        found.sort(key=lambda one: int(one["metadata"]["resourceVersion"]))
        return [(one["type"], one["reason"], one["message"]) for one in found]

    def story(self, resource: str, name: str) -> list[Obj | None]:
        """An object's versions so far; None for its end."""
        return [
            change.after
            for change in self.runner.history()
            if change.resource == resource and change.key.rpartition("/")[2] == name
        ]


def pod(name: str = "one", **spec: Any) -> Obj:
    """A Pod with one container."""
    container = {"name": "app", "image": spec.pop("image", "nginx:1.25")}
    annotations = spec.pop("annotations", {})
    labels = spec.pop("labels", {})
    return {
        "metadata": {"name": name, "annotations": annotations, "labels": labels},
        "spec": {"terminationGracePeriodSeconds": 2, "containers": [container], **spec},
    }


def claim(name: str = "data", size: str = "1Gi", **spec: Any) -> Obj:
    """A claim."""
    wanted = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": size}}}
    return {"metadata": {"name": name}, "spec": {**wanted, **spec}}


def mounting(*names: str) -> list[Obj]:
    """Volumes of a Pod that are claims."""
    return [{"name": name, "persistentVolumeClaim": {"claimName": name}} for name in names]


def recorded_set(short: str = "a01") -> Obj:
    """The StatefulSet that a scenario creates."""
    for step in recording(short)["steps"]:
        if str(step["op"].get("path", "")).endswith("/statefulsets"):
            found: Obj = step["op"]["body"]
            return found
    raise AssertionError(short)


_TIMES = ("lastTransitionTime", "startTime", "startedAt", "finishedAt", "creationTimestamp")
_TOLD = ("hostIP", "hostIPs", "podIP", "podIPs", "containerID", "uid", "resourceVersion")


def plain(value: Any) -> Any:
    """A body without what is made anew each time, to be compared with a recorded one."""
    if isinstance(value, dict):
        return {
            key: "<any>" if key in _TIMES or key in _TOLD else plain(item)
            for key, item in value.items()
            if key != "managedFields"
        }
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value

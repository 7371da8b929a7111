"""A registry on a store and a clock, with nothing in front of it, for tests."""

import random
from typing import Any

from tutor.offline.deletion import options_of
from tutor.offline.errors import ApiError
from tutor.offline.registry import Registry
from tutor.offline.requests import Bare, Request
from tutor.offline.resources import named
from tutor.offline.runner import Runner

Obj = dict[str, Any]


class Bench:
    """One cluster without controllers, and short ways to ask it."""

    def __init__(self, namespace: str = "NS") -> None:
        self.runner = Runner((), Bare(), random.Random(7))
        self.registry: Registry = self.runner.registry
        self.namespace = namespace
        self.create("namespaces", {"metadata": {"name": namespace}})

    def request(self, verb: str, resource: str, name: str = "", **more: Any) -> Request:
        found = named(resource)
        namespace = more.pop("namespace", self.namespace) if found.namespaced else ""
        return Request(verb, found, namespace, name, **more)

    def create(self, resource: str, body: Obj, **more: Any) -> Obj:
        return self.registry.create(self.request("create", resource, **more), body)

    def update(self, resource: str, name: str, body: Obj, **more: Any) -> Obj:
        return self.registry.update(self.request("update", resource, name, **more), body)[0]

    def patch(self, resource: str, name: str, body: Obj, **more: Any) -> Obj:
        more.setdefault("patch_type", "merge")
        return self.registry.patch(self.request("patch", resource, name, **more), body)[0]

    def delete(self, resource: str, name: str, body: Obj | None = None, **more: Any) -> Obj:
        request = self.request("delete", resource, name, **more)
        return self.registry.delete(request, options_of(body))[0]

    def get(self, resource: str, name: str, subresource: str = "") -> Obj:
        found = named(resource)
        namespace = self.namespace if found.namespaced else ""
        return self.registry.get(found, namespace, name, subresource)

    def exists(self, resource: str, name: str) -> bool:
        try:
            self.get(resource, name)
        except ApiError:
            return False
        return True


def statefulset(name: str = "web", replicas: int = 1) -> Obj:
    return {
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "metadata": {"name": name, "labels": {"app": name}},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": {"app": name}},
            "template": {"metadata": {"labels": {"app": name}}, "spec": {"containers": []}},
        },
    }


def pod(name: str = "web-0", node: str = "", **spec: Any) -> Obj:
    return {
        "metadata": {"name": name},
        "spec": {**({"nodeName": node} if node else {}), **spec},
    }

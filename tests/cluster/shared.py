"""The offline cluster in the part of a real one, with controllers of other people in it."""

import json
import threading
from collections.abc import Callable
from typing import Any

from tutor.cluster.contexts import Context, contexts
from tutor.cluster.kubeconfig import merge
from tutor.manifest.reader import read
from tutor.offline.api.embedded import Embedded
from tutor.offline.errors import ApiError
from tutor.offline.requests import Request
from tutor.offline.resources import named


def kubeconfig(cluster: Embedded, name: str = "kind-lab", **in_cluster: Any) -> str:
    """As kind writes it, for a cluster of this name."""
    found = json.loads(json.dumps(read(cluster.kubeconfig.read_text()).documents[0].data))
    found["clusters"][0]["cluster"].update(in_cluster)
    return json.dumps(found).replace("sts-tutor", name)


def context(cluster: Embedded, name: str = "kind-lab") -> Context:
    """Its context, judged as one of a real cluster."""
    (found,) = contexts(merge([("/k", kubeconfig(cluster, name).encode())]))
    return found


def create(
    cluster: Embedded,
    resource: str,
    namespace: str,
    body: dict[str, Any],
    manager: str = "pilot-discovery",
) -> None:
    """Create an object as another client does; nothing where it is there already."""

    def make(house: Any) -> None:
        name = body["metadata"]["name"]
        request = Request("create", named(resource), namespace, name, field_manager=manager)
        try:
            house.runner.registry.create(request, body)
        except ApiError as refused:
            if refused.reason not in ("AlreadyExists", "NotFound", "Forbidden"):
                raise

    cluster.ask(make)


def namespace(cluster: Embedded, name: str, **about: Any) -> None:
    """A namespace that somebody has made."""
    body = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, **about}}
    create(cluster, "namespaces", "", body, "velero")


def config_map(name: str) -> dict[str, Any]:
    """A ConfigMap."""
    return {
        "apiVersion": "v1", "kind": "ConfigMap",
        "metadata": {"name": name}, "data": {"root-cert.pem": "x"},
    }  # fmt: skip


def secret(name: str) -> dict[str, Any]:
    """What images are pulled with."""
    return {
        "apiVersion": "v1", "kind": "Secret", "type": "Opaque",
        "metadata": {"name": name}, "data": {"a": "eA=="},
    }  # fmt: skip


def set_provider(cluster: Embedded, provider: str) -> None:
    """Let a node tell whose machine it is."""

    def patch(house: Any) -> None:
        request = Request("patch", named("nodes"), "", "node-1", patch_type="merge")
        house.runner.registry.patch(request, {"spec": {"providerID": provider}})

    cluster.ask(patch)


class Controller:
    """Somebody who puts objects back as soon as they are gone."""

    def __init__(self, put_back: Callable[[], None]) -> None:
        self._put_back = put_back
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="controller")

    def _run(self) -> None:
        while not self._over.wait(0.005):
            self._put_back()

    def __enter__(self) -> "Controller":
        self._put_back()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join(10)

"""The offline cluster in the part of a real one, with controllers of other people in it."""

import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tutor.cluster.contexts import Context, contexts
from tutor.cluster.kubeconfig import merge
from tutor.offline.api.embedded import Embedded
from tutor.offline.errors import ApiError
from tutor.offline.requests import Request
from tutor.offline.resources import named


def kubeconfig(cluster: Embedded, name: str = "kind-lab", **in_cluster: Any) -> str:
    """As kind writes it, for a cluster of this name."""
    text = cluster.kubeconfig.read_text().replace("sts-tutor", name)
    found = json.loads(json.dumps(_yaml(text)))
    found["clusters"][0]["cluster"].update(in_cluster)
    return json.dumps(found)


def _yaml(text: str) -> Any:
    from tutor.manifest.reader import read

    return read(text).documents[0].data


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
            assert refused.reason in ("AlreadyExists", "NotFound", "Forbidden"), refused

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


def write(path: Path, text: str) -> None:
    """Write a kubeconfig."""
    path.write_text(text, "utf-8")

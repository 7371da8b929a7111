"""The types of the schema walk, compared with what the real kubectl can and cannot decode."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tutor.manifest.reader import read
from tutor.manifest.schema import check

POD = ("spec", "template", "spec")
FIELDS: dict[str, tuple[str | int, ...]] = {
    "int32": ("spec", "replicas"),
    "int64": (*POD, "terminationGracePeriodSeconds"),
    "boolean": (*POD, "hostNetwork"),
    "string": ("spec", "serviceName"),
    "object": ("spec", "updateStrategy"),
    "list of objects": (*POD, "volumes"),
    "list of strings": (*POD, "containers", 0, "args"),
    "map of strings": ("metadata", "annotations"),
    "map of quantities": (*POD, "containers", 0, "resources", "limits"),
    "quantity": (*POD, "containers", 0, "resources", "limits", "cpu"),
    "int or string": (*POD, "containers", 0, "livenessProbe", "httpGet", "port"),
    "time": ("metadata", "creationTimestamp"),
}
VALUES: list[Any] = [
    *("3", "three", "true", "", "1Gi", "1GB", "2026-01-31T09:00:00Z"),
    *(3, -1, 0.5, 3_000_000_000, -3_000_000_000, True, False, None),
    *([], ["a"], [1], [None], {}, {"a": "b"}, {"a": 1}, {"a": None}),
]


def manifest(path: tuple[str | int, ...], value: Any) -> str:
    root: Any = {
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "metadata": {"name": "web"},
        "spec": {"template": {"spec": {"containers": [{"name": "a", "image": "b"}]}}},
    }
    node = root
    for step in path[:-1]:
        node = node[step] if isinstance(step, int) else node.setdefault(step, {})
    node[path[-1]] = value
    return json.dumps(root)


def kubectl_decodes(text: str) -> tuple[bool, str]:
    """``set env --local`` is one of the few commands that decode into Go's own types."""
    kubectl = str(Path(sys.executable).parent / "kubectl")
    done = subprocess.run(
        [kubectl, "set", "env", "--local", "-f", "-", "TUTOR=oracle", "-o", "name"],
        input=text,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "KUBECONFIG": os.devnull},
    )
    return done.returncode == 0, done.stderr


@pytest.mark.kubectl
@pytest.mark.parametrize("name", FIELDS)
def test_kubectl_decodes_what_has_no_finding(name: str) -> None:
    texts = [manifest(FIELDS[name], value) for value in VALUES]
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(kubectl_decodes, texts))
    types = {"SCH102", "SCH107", "SCH108"}
    for value, text, (decodes, said) in zip(VALUES, texts, answers, strict=True):
        document = read(text).documents[0]
        wrong = [f for f in check(document) if f.code in types]
        assert decodes is not bool(wrong), (value, said, wrong)

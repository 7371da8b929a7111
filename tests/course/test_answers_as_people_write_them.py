"""Right answers stay right however people write them: every solution of the real course."""

import copy
import json
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
import yaml

from tutor.course.grading import grade
from tutor.course.loader import load, locate
from tutor.model.course import WriteTask


@cache
def tasks() -> dict[str, WriteTask]:
    course = load(*locate())
    return {
        lesson.id: task
        for lesson in course.lessons
        for task in lesson.tasks
        if isinstance(task, WriteTask)
    }


def objects(text: str) -> list[Any]:
    found = [document for document in yaml.safe_load_all(text) if document]
    return [o for d in found for o in (d["items"] if d["kind"] == "List" else [d])]


def dumped(documents: list[Any]) -> str:
    return yaml.safe_dump_all(documents, allow_unicode=True, sort_keys=False)


def changed(change: Callable[[Any], None]) -> Callable[[str], str]:
    def apply(text: str) -> str:
        documents = copy.deepcopy(objects(text))
        for document in documents:
            change(document)
        return dumped(documents)

    return apply


def template(document: Any) -> Any:
    return document["spec"]["template"] if document["kind"] == "StatefulSet" else None


def sidecar_first(document: Any) -> None:
    if pod := template(document):
        sidecar = {"name": "logger", "image": "example.com/logger:1.2"}
        pod["spec"]["containers"].insert(0, sidecar)


def init_container(document: Any) -> None:
    if pod := template(document):
        pod["spec"]["initContainers"] = [
            {"name": "prepare", "image": "busybox:1.36", "command": ["sh", "-c", "true"]}
        ]


def metrics_port_first(document: Any) -> None:
    if document["kind"] == "Service":
        for number, port in enumerate(document["spec"].setdefault("ports", [])):
            port.setdefault("name", f"port-{number}")
        document["spec"]["ports"].insert(0, {"name": "metrics", "port": 9102, "targetPort": 9102})
    if pod := template(document):
        container = pod["spec"]["containers"][0]
        container.setdefault("ports", []).append({"name": "metrics", "containerPort": 9102})


def extra_labels(document: Any) -> None:
    metadata = document["metadata"]
    metadata.setdefault("labels", {})["app.kubernetes.io/part-of"] = "shop"
    metadata.setdefault("annotations", {})["example.com/runbook"] = (
        "https://github.com/example/shop/blob/main/RUNBOOK.md#L10-L20"
    )
    if pod := template(document):
        pod["metadata"]["labels"]["tier"] = "data"


def full_width_value(document: Any) -> None:
    if pod := template(document):
        pod["spec"]["containers"][0].setdefault("env", []).append(
            {"name": "GREETING", "value": "OK！　準備：完了"}
        )


def explicit_defaults(document: Any) -> None:
    spec = document.get("spec", {})
    if document["kind"] == "StatefulSet":
        spec.setdefault("podManagementPolicy", "OrderedReady")
        spec.setdefault("revisionHistoryLimit", 10)
        spec.setdefault("updateStrategy", {"type": "RollingUpdate"})
        spec["template"]["spec"] |= {
            "restartPolicy": "Always",
            "dnsPolicy": "ClusterFirst",
            "terminationGracePeriodSeconds": 30,
            "schedulerName": "default-scheduler",
            "securityContext": {},
        }
        for claim in spec.get("volumeClaimTemplates", []):
            claim |= {"apiVersion": "v1", "kind": "PersistentVolumeClaim"}
            claim["spec"]["volumeMode"] = "Filesystem"
    if document["kind"] == "Service":
        spec.setdefault("type", "ClusterIP")
        spec |= {"sessionAffinity": "None", "internalTrafficPolicy": "Cluster"}
        for port in spec.get("ports", []):
            port.setdefault("protocol", "TCP")
            port.setdefault("targetPort", port["port"])


def commented(text: str) -> str:
    lines = text.splitlines()
    return "# 解答：これで直るはず\n" + "".join(
        f"{line}  # 直した（たぶん）\n" if line.endswith(":") else f"{line}\n" for line in lines
    )


FORMS: dict[str, Callable[[str], str]] = {
    "sidecar first": changed(sidecar_first),
    "init container": changed(init_container),
    "another port first": changed(metrics_port_first),
    "extra labels and annotations": changed(extra_labels),
    "full-width text in a value": changed(full_width_value),
    "explicit defaults": changed(explicit_defaults),
    "other order of documents": lambda text: dumped(objects(text)[::-1]),
    "keys sorted": lambda text: yaml.safe_dump_all(objects(text), sort_keys=True),
    "wide indentation": lambda text: yaml.safe_dump_all(objects(text), indent=6),
    "JSON list": lambda text: json.dumps(
        {"apiVersion": "v1", "kind": "List", "items": objects(text)}, indent=2
    ),
    "YAML list": lambda text: dumped(
        [{"apiVersion": "v1", "kind": "List", "items": objects(text)}]
    ),
    "JSON documents": lambda text: "\n---\n".join(json.dumps(o) for o in objects(text)),
    "comments in Japanese": lambda text: commented(dumped(objects(text))),
    "CRLF": lambda text: text.replace("\n", "\r\n"),
    "BOM": lambda text: "\ufeff" + text,
    "trailing spaces": lambda text: dumped(objects(text)).replace("\n", "   \n"),
    "document marks all around": lambda text: f"---\n{dumped(objects(text))}...\n---\n",
    "no newline at the end": lambda text: text.rstrip(),
    "many empty lines": lambda text: "\n\n\n" + text.replace("\n---\n", "\n\n\n---\n\n\n") + "\n\n",
    "every Service twice": lambda text: dumped(
        [o for d in objects(text) for o in ([d, d] if d["kind"] == "Service" else [d])]
    ),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("lesson", sorted(tasks()))
def test_a_right_answer_passes_in_every_form(lesson: str, form: str) -> None:
    task = tasks()[lesson]
    for solution in task.solutions:
        text = FORMS[form](solution.text)
        assert grade(task, text).codes == (), (solution.name, text)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("lesson", sorted(tasks()))
def test_what_is_to_be_mended_passes_in_no_form(lesson: str, form: str) -> None:
    task = tasks()[lesson]
    assert not grade(task, FORMS[form](task.starter)).passed

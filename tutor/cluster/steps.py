"""The steps of a scenario: as kubectl command lines, and done over the API as kubectl does them."""

import json
from collections.abc import Mapping
from typing import Any

from tutor.cluster.api import MERGE, Api, Refused, in_words
from tutor.cluster.cancelling import Cancel
from tutor.cluster.kinds import KINDS, Kind
from tutor.cluster.namespaces import MANAGER
from tutor.model.checks import Target
from tutor.model.errors import ExitCode, TutorError
from tutor.model.scenario import (
    Apply,
    Cascade,
    Image,
    Mark,
    Node,
    Patch,
    Remove,
    Restart,
    Scale,
    Step,
    Undo,
    Wait,
)
from tutor.model.timeline import Obj

RESTARTED_AT = "kubectl.kubernetes.io/restartedAt"
STRATEGIC = "application/strategic-merge-patch+json"
_POLICIES = {
    Cascade.BACKGROUND: "Background",
    Cascade.FOREGROUND: "Foreground",
    Cascade.ORPHAN: "Orphan",
}
_ROLLED = frozenset({"StatefulSet", "Deployment"})


def command(step: Step) -> tuple[str, ...]:
    """The words after ``kubectl``; none for what is no command."""
    match step:
        case Apply(file):
            return ("apply", "-f", file if file != "answer" else "answer.yaml")
        case Scale(target, replicas):
            return ("scale", _named(target), f"--replicas={replicas}")
        case Remove(target, cascade, grace):
            words = ["delete", _named(target)]
            if cascade is not Cascade.BACKGROUND:
                words.append(f"--cascade={cascade}")
            if grace is not None:
                words.append(f"--grace-period={grace}")
                words += ["--force"] if grace == 0 else []
            return tuple(words)
        case Patch(target, merge):
            text = json.dumps(merge, separators=(",", ":"), ensure_ascii=False)
            return ("patch", _named(target), "--type=merge", "-p", text)
        case Image(target, container, image):
            return ("set", "image", _named(target), f"{container}={image}")
        case Restart(target):
            return ("rollout", "restart", _named(target))
        case Undo(target):
            return ("rollout", "undo", _named(target))
        case Mark(target, field, values):
            verb = "label" if field == "labels" else "annotate"
            words = [f"{key}-" if value is None else f"{key}={value}"
                     for key, value in values.items()]  # fmt: skip
            over = ["--overwrite"] if any(value is not None for value in values.values()) else []
            return (verb, _named(target), *words, *over)
        case Node() | Wait():
            return ()
    raise TypeError(step)


def _named(target: Target) -> str:
    kind = KINDS.get(target.kind)
    short = (kind.short or kind.kind.lower()) if kind else target.kind.lower()
    return f"{short}/{target.name}"


class Hands:
    """Takes steps in one namespace.

    Args:
        api: The server.
        namespace: Where.
    """

    def __init__(self, api: Api, namespace: str) -> None:
        self._api = api
        self._namespace = namespace

    def take(self, cancel: Cancel, step: Step, now: str) -> None:
        """Take a step that is one request or a few.

        Args:
            cancel: Cuts it short.
            step: Anything but an apply, a wait and a node.
            now: RFC 3339, for a restart.

        Raises:
            TutorError: The server refuses, or does not answer as it should.
        """
        try:
            self._take(cancel, step, now)
        except Refused as refused:
            raise in_words(refused) from refused

    def _take(self, cancel: Cancel, step: Step, now: str) -> None:
        body: dict[str, Any]
        match step:
            case Scale(target, replicas):
                body = {"spec": {"replicas": replicas}}
                self._patch(cancel, target, body, MERGE, "scale")
            case Remove(target, cascade, grace):
                self._remove(cancel, target, cascade, grace)
            case Patch(target, merge):
                self._patch(cancel, target, merge, MERGE)
            case Image(target, container, image):
                own = {"containers": [{"name": container, "image": image}]}
                self._patch(cancel, target, _in_template(target, own), STRATEGIC)
            case Restart(target):
                about = {"annotations": {RESTARTED_AT: now}}
                body = {"spec": {"template": {"metadata": about}}}
                self._patch(cancel, target, body, STRATEGIC)
            case Undo(target):
                self._undo(cancel, target)
            case Mark(target, field, values):
                self._patch(cancel, target, {"metadata": {field: dict(values)}}, MERGE)
            case _:
                raise TypeError(step)

    def _path(self, target: Target, subresource: str = "") -> str:
        kind = _known(target)
        return kind.path(self._namespace, target.name, subresource)

    def _patch(
        self,
        cancel: Cancel,
        target: Target,
        body: Mapping[str, Any],
        media: str,
        subresource: str = "",
    ) -> None:
        path = self._path(target, subresource)
        self._api.ask(cancel, "PATCH", path, dict(body), media, fieldManager=MANAGER)

    def _remove(self, cancel: Cancel, target: Target, cascade: Cascade, grace: int | None) -> None:
        body: dict[str, Any] = {
            "apiVersion": "v1",
            "kind": "DeleteOptions",
            "propagationPolicy": _POLICIES[cascade],
        }
        if grace is not None:
            body["gracePeriodSeconds"] = grace
        self._api.ask(cancel, "DELETE", self._path(target), body)

    def _undo(self, cancel: Cancel, target: Target) -> None:
        """Go back to the revision before, as ``kubectl rollout undo`` does.

        Source: staging/src/k8s.io/kubectl/pkg/polymorphichelpers/rollback.go: the revisions of a
        set by their numbers, the last but one applied as a strategic merge patch.
        """
        path = self._path(target)
        found = self._api.get(cancel, path)
        if found is None:
            raise Refused(404, "NotFound", f'{target.kind.lower()}s "{target.name}" not found')
        if target.kind != "StatefulSet":
            raise TutorError("step-undo-kind", ExitCode.CLUSTER, kind=target.kind)
        rows, _ = self._api.items(cancel, KINDS["ControllerRevision"].path(self._namespace))
        own = sorted(
            (row for row in rows if _owned(row, found["metadata"].get("uid"))),
            key=lambda row: row.get("revision") or 0,
        )
        if len(own) < 2:
            raise TutorError("step-no-revision", ExitCode.CLUSTER, name=target.name)
        self._api.ask(
            cancel, "PATCH", path, dict(own[-2].get("data") or {}), STRATEGIC, fieldManager=MANAGER
        )


def _known(target: Target) -> Kind:
    kind = KINDS.get(target.kind)
    if kind is None or not kind.namespaced or not target.name:
        shown = f"{target.kind}/{target.name}"
        raise TutorError("step-target", ExitCode.CLUSTER, target=shown)
    return kind


def _in_template(target: Target, spec: dict[str, Any]) -> dict[str, Any]:
    if target.kind in _ROLLED or target.kind == "ReplicaSet":
        return {"spec": {"template": {"spec": spec}}}
    return {"spec": spec}


def _owned(obj: Obj, uid: object) -> bool:
    owners = obj["metadata"].get("ownerReferences") or ()
    return any(isinstance(one, Mapping) and one.get("uid") == uid for one in owners)

"""The steps of a scenario, taken on an offline cluster with the effects that kubectl has."""

from dataclasses import dataclass, replace
from typing import Any

from tutor.manifest.documents import Document
from tutor.manifest.reader import read
from tutor.model.checks import Target
from tutor.model.findings import Severity
from tutor.model.scenario import (
    ANSWER,
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
from tutor.offline import custom
from tutor.offline.clock import timestamp
from tutor.offline.deletion import DeleteOptions
from tutor.offline.errors import ApiError
from tutor.offline.objects import Obj, controller_of, dig, uid_of
from tutor.offline.requests import PatchType, Request
from tutor.offline.resources import RESOURCES, Resource
from tutor.offline.runner import Runner

MANAGER = "sts-tutor"
RESTARTED_AT = "kubectl.kubernetes.io/restartedAt"
_REVISIONS = "controllerrevisions.apps"
_POLICIES = {
    Cascade.BACKGROUND: "Background",
    Cascade.FOREGROUND: "Foreground",
    Cascade.ORPHAN: "Orphan",
}


@dataclass(frozen=True, slots=True)
class Refused:
    """Something that was not done.

    Attributes:
        step: The place of the step among those taken, from 0.
        object: ``StatefulSet/web``; empty where there is none.
        code: Of the finding that keeps a text from being read; empty for a server's refusal.
        line: Of the text, from 1; 0 where there is none.
        reason: The server's own words, not translated; empty for a text that cannot be read.
    """

    step: int
    object: str
    code: str = ""
    line: int = 0
    reason: str = ""


class Hands:
    """Takes steps in one namespace of an offline cluster.

    Args:
        runner: The cluster, in the hands of the caller alone.
        namespace: Where.
    """

    def __init__(self, runner: Runner, namespace: str) -> None:
        self._runner = runner
        self._registry = runner.registry
        self._namespace = namespace
        self._stopped: dict[str, str] = {}

    def take(self, step: Step, answer: str = "") -> tuple[Refused, ...]:
        """Take a step; of a wait, nothing is to be taken.

        Args:
            step: The step.
            answer: What the learner wrote, for a step that applies it.

        Returns:
            What was refused, numbered as step 0; nothing else came of that.
        """
        if isinstance(step, Apply):
            return self._apply(answer if step.file == ANSWER else step.text)
        try:
            self._take(step)
        except ApiError as refused:
            return (Refused(0, _object_of(step), reason=refused.message),)
        return ()

    # -- manifests

    def _apply(self, text: str) -> tuple[Refused, ...]:
        manifest = read(text)
        errors = [one for one in manifest.findings if one.severity is Severity.ERROR]
        if errors:
            return (Refused(0, "", errors[0].code, errors[0].span.line),)
        refused = (self._apply_one(document) for document in manifest.documents)
        return tuple(one for one in refused if one is not None)

    def _apply_one(self, document: Document) -> Refused | None:
        about = Refused(0, f"{document.kind}/{document.name}".rstrip("/"), "", document.root.line)
        resource = custom.of_kind(self._runner.view, document.api_version, document.kind)
        if resource is None:
            reason = f'no matches for kind "{document.kind}" in version "{document.api_version}"'
            return replace(about, reason=reason)
        body: Any = document.data
        if not document.name:
            return replace(about, reason="resource name may not be empty")
        space = dig(body, "metadata", "namespace", default=self._namespace)
        if resource.namespaced and isinstance(body.get("metadata"), dict):
            body = {**body, "metadata": {**body["metadata"], "namespace": space}}
        request = self._request(resource, document.name, "apply")
        request.namespace = str(space) if resource.namespaced else ""
        try:
            self._registry.patch(request, body)
        except ApiError as refused:
            return replace(about, reason=refused.message)
        return None

    # -- everything else

    def _take(self, step: Step) -> None:
        match step:
            case Scale(target, replicas):
                self._patch(target, {"spec": {"replicas": replicas}}, "merge", "scale")
            case Remove(target, cascade, grace):
                request = replace(self._request(_of(target), target.name), verb="delete")
                options = DeleteOptions(grace, _POLICIES[cascade])
                self._registry.delete(request, options)
            case Patch(target, merge):
                self._patch(target, dict(merge), "merge")
            case Image(target, container, image):
                spec = {"containers": [{"name": container, "image": image}]}
                own = {"spec": spec} if target.kind == "Pod" else _template({"spec": spec})
                self._patch(target, own, "strategic")
            case Restart(target):
                stamp = {RESTARTED_AT: timestamp(self._runner.clock.now)}
                self._patch(target, _template({"metadata": {"annotations": stamp}}), "strategic")
            case Undo(target):
                self._undo(target)
            case Mark(target, part, values):
                self._patch(target, {"metadata": {part: dict(values)}}, "merge")
            case Node(holding, down):
                self._node(holding, down=down)
            case Apply() | Wait():
                pass

    def _request(
        self, resource: Resource, name: str, patch: PatchType | None = None, below: str = ""
    ) -> Request:
        return Request(
            "patch",
            resource,
            self._namespace if resource.namespaced else "",
            name,
            below,
            field_manager=MANAGER,
            field_validation="Strict" if patch == "apply" else "Warn",
            patch_type=patch or "",
        )

    def _patch(self, target: Target, body: Obj, patch: PatchType, below: str = "") -> None:
        self._registry.patch(self._request(_of(target), target.name, patch, below), body)

    def _undo(self, target: Target) -> None:
        """Go back to the revision before, as ``kubectl rollout undo`` does.

        Source: staging/src/k8s.io/kubectl/pkg/polymorphichelpers/rollback.go.
        """
        set_ = self._registry.get(_of(target), self._namespace, target.name)
        revisions = sorted(
            (
                one
                for one in self._runner.store.list(_REVISIONS, self._namespace)
                if (controller_of(one) or {}).get("uid") == uid_of(set_)
            ),
            key=lambda one: int(one.get("revision") or 0),
        )
        if len(revisions) < 2:
            raise ApiError(404, "NotFound", "no rollout history found")
        self._patch(target, dict(revisions[-2].get("data") or {}), "strategic")

    def _node(self, holding: str, *, down: bool) -> None:
        pod = self._registry.get(_of(Target("Pod")), self._namespace, holding)
        node = str(dig(pod, "spec", "nodeName", default=""))
        if not down:  # the Pod may have found another node meanwhile
            node = self._stopped.pop(holding, node)
        if not node:
            raise ApiError(409, "Conflict", f"pod {holding} does not have a host assigned")
        if down:
            self._stopped[holding] = node
            self._runner.node_down(node)
        else:
            self._runner.node_up(node)


def _of(target: Target) -> Resource:
    found = next((one for one in RESOURCES if one.kind == target.kind), None)
    if found is None:
        reason = f'the server doesn\'t have a resource type "{target.kind}"'
        raise ApiError(404, "NotFound", reason)
    return found


def _template(template: Obj) -> Obj:
    return {"spec": {"template": template}}


def _object_of(step: Step) -> str:
    if isinstance(step, Node):
        return f"Pod/{step.holding}"
    target = getattr(step, "target", None)
    return f"{target.kind}/{target.name}" if isinstance(target, Target) else ""

"""The binding subresource of Pods: how the scheduler gives a Pod its node.

Source: pkg/registry/core/pod/storage/storage.go, BindingREST;
plugin/pkg/admission/podtopologylabels.
"""

from typing import TYPE_CHECKING, Any

from tutor.offline.clock import timestamp
from tutor.offline.objects import Obj, dig, labels_of, meta, name_of, terminating, uid_of
from tutor.offline.refusals import bad_request, conflict
from tutor.offline.requests import Request

if TYPE_CHECKING:
    from tutor.offline.registry import Registry

_TOPOLOGY = ("topology.kubernetes.io/zone", "topology.kubernetes.io/region")


def bind(registry: "Registry", request: Request, body: Any) -> Obj:  # noqa: ANN401
    """Bind a Pod as a Binding says; the answer is a Status.

    Raises:
        ApiError: 404 without such a Pod; 409 where it is being deleted or has a node already.
    """
    pod = registry.get(request.resource, request.namespace, request.name)
    node = dig(body, "target", "name", default="")
    if not node:
        raise bad_request('Binding "" is invalid: target.name: Required value')
    uid = dig(body, "metadata", "uid", default="")
    if uid and uid != uid_of(pod):
        raise conflict(
            request.resource,
            request.name,
            f"Precondition failed: UID in precondition: {uid}, UID in object meta: {uid_of(pod)}",
        )
    if terminating(pod):
        raise conflict(
            request.resource,
            request.name,
            f"pod {name_of(pod)} is being deleted, cannot be assigned to a host",
        )
    held = dig(pod, "spec", "nodeName", default="")
    if held:
        raise conflict(
            request.resource,
            request.name,
            f'pod {name_of(pod)} is already assigned to node "{held}"',
        )
    found = registry.store.get("nodes", node)
    labels = dict(labels_of(pod))
    for name in _TOPOLOGY:
        value = labels_of(found).get(name) if found is not None else None
        if value is not None:
            labels[name] = value
    metadata = {**meta(pod), "labels": labels} if labels else meta(pod)
    bound = {
        **pod,
        "metadata": metadata,
        "spec": {**pod["spec"], "nodeName": node},
        "status": {**(pod.get("status") or {}), "conditions": _scheduled(pod, registry.clock.now)},
    }
    if not request.dry_run:
        registry.bind(bound)
    return {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "code": 201}


def _scheduled(pod: Obj, now: float) -> list[dict[str, Any]]:
    """The Pod's conditions with PodScheduled true."""
    conditions = list(dig(pod, "status", "conditions", default=[]))
    new = {
        "type": "PodScheduled",
        "status": "True",
        "lastProbeTime": None,
        "lastTransitionTime": timestamp(now),
    }
    for index, condition in enumerate(conditions):
        if condition.get("type") == "PodScheduled":
            if condition.get("status") == "True":
                return conditions
            conditions[index] = new
            return conditions
    return [*conditions, new]

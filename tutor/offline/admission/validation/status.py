"""What is wrong with a status that somebody writes.

Source: pkg/apis/apps/validation/validation.go, pkg/apis/core/validation/validation.go.
"""

from collections.abc import Iterator

from tutor.offline.admission.validation.addresses import parsed, validate_address
from tutor.offline.admission.validation.fields import (
    Named,
    dns_subdomain,
    forbidden,
    invalid,
    not_negative,
    qualified_name,
    required,
    unsupported,
)
from tutor.offline.admission.validation.inert import known_finalizers
from tutor.offline.admission.validation.metadata import validate_metadata_update
from tutor.offline.admission.validation.others import validate_node_change
from tutor.offline.admission.validation.pods import validate_annotation_changes
from tutor.offline.admission.validation.quotas import quota_status
from tutor.offline.errors import Cause
from tutor.offline.objects import Obj, dig, meta

_MODES = ("Proxy", "VIP")
_SYSTEM = frozenset({"Initialized", "PodScheduled", "Ready"})
_MOST = "cannot be greater than status.replicas"
_COUNTS = {
    "Deployment": (
        *("observedGeneration", "replicas", "updatedReplicas", "readyReplicas"),
        *("availableReplicas", "unavailableReplicas", "terminatingReplicas", "collisionCount"),
    ),
    "ReplicaSet": (
        *("replicas", "fullyLabeledReplicas", "readyReplicas", "availableReplicas"),
        *("terminatingReplicas", "observedGeneration"),
    ),
    "StatefulSet": (
        *("replicas", "readyReplicas", "currentReplicas", "updatedReplicas"),
        *("availableReplicas", "observedGeneration", "collisionCount"),
    ),
}
_PARTS = {
    "Deployment": ("updatedReplicas", "readyReplicas", "availableReplicas"),
    "ReplicaSet": ("fullyLabeledReplicas", "readyReplicas", "availableReplicas"),
    "StatefulSet": ("readyReplicas", "currentReplicas", "updatedReplicas", "availableReplicas"),
}


def validate_status(kind: str, new: Obj, old: Obj) -> list[Cause]:
    """What is wrong with a written status, and with the metadata that came with it."""
    if kind == "Node":
        return validate_node_change(new, old)
    if kind == "PodDisruptionBudget":
        return _budget(new)
    metadata = validate_metadata_update(meta(new), meta(old), known=known_finalizers(kind))
    if kind == "Pod":
        return [*metadata, *validate_annotation_changes(new, old), *_pod(new, old)]
    if kind == "Namespace":
        return [*metadata, *_namespace(new)]
    if kind == "ResourceQuota":
        return metadata + quota_status(new)
    if kind == "Service":
        return [*metadata, *_balanced(new, old)]
    if kind not in _COUNTS:
        return metadata
    counts = _workload(kind, new.get("status") or {})
    collisions = _collisions(new, old) if kind != "ReplicaSet" else []
    if kind == "StatefulSet":
        return [*counts, *metadata, *collisions]
    return [*metadata, *counts, *collisions]


def _budget(new: Obj) -> list[Cause]:
    status = new.get("status") or {}
    fields = ("disruptionsAllowed", "currentHealthy", "desiredHealthy", "expectedPods")
    return [
        cause for field in fields for cause in not_negative(f"status.{field}", status.get(field))
    ]


def _balanced(new: Obj, old: Obj) -> Iterator[Cause]:
    """What is wrong with where a load balancer says that it is."""
    path = "status.loadBalancer"
    points = dig(new, "status", "loadBalancer", "ingress", default=())
    if points and dig(new, "spec", "type") != "LoadBalancer":
        why = "may only be used when `spec.type` is 'LoadBalancer'"
        yield forbidden(f"{path}.ingress", why)
        return
    before = dig(old, "status", "loadBalancer", "ingress", default=())
    known = {one["ip"] for one in before if one.get("ip")}
    for at, point in enumerate(points):
        where, address, mode = f"{path}.ingress[{at}]", point.get("ip", ""), point.get("ipMode")
        if address:
            yield from validate_address(address, f"{where}.ip", known)
        if mode is None:
            if address:
                yield required(f"{where}.ipMode", "must be specified when `ip` is set")
        elif not address:
            yield forbidden(f"{where}.ipMode", "may not be specified when `ip` is not set")
        elif mode not in _MODES:
            yield unsupported(f"{where}.ipMode", mode, _MODES)
        name = point.get("hostname", "")
        if name:
            for why in dns_subdomain(name):
                yield invalid(f"{where}.hostname", name, why)
            if parsed(name) is not None:
                why = "must be a DNS name, not an IP address"
                yield invalid(f"{where}.hostname", name, why)


def _workload(kind: str, status: Obj) -> list[Cause]:
    causes: list[Cause] = []
    for field in _COUNTS[kind]:
        causes += not_negative(f"status.{field}", status.get(field))
    for field in _PARTS[kind]:
        if status.get(field, 0) > status.get("replicas", 0):
            causes.append(invalid(f"status.{field}", status[field], _MOST))
    available = status.get("availableReplicas", 0)
    if available > status.get("readyReplicas", 0):
        ready = "status.readyReplicas" if kind == "StatefulSet" else "readyReplicas"
        why = f"cannot be greater than {ready}"
        causes.append(invalid("status.availableReplicas", available, why))
    return causes


def _collisions(new: Obj, old: Obj) -> list[Cause]:
    before, after = (dig(one, "status", "collisionCount") for one in (old, new))
    if before is None or (after is not None and after >= before):
        return []
    return [invalid("status.collisionCount", after or 0, "cannot be decremented")]


def _namespace(new: Obj) -> list[Cause]:
    phase = dig(new, "status", "phase", default="")
    if meta(new).get("deletionTimestamp") is None:
        right, why = "Active", "may only be 'Active' if `deletionTimestamp` is empty"
    else:
        right, why = "Terminating", "may only be 'Terminating' if `deletionTimestamp` is not empty"
    return [] if phase == right else [invalid("status.Phase", Named(phase), why)]


def _pod(new: Obj, old: Obj) -> Iterator[Cause]:
    status, before = (one.get("status") or {} for one in (new, old))
    for at, condition in enumerate(status.get("conditions") or ()):
        name = condition.get("type", "")
        if name not in _SYSTEM:
            for why in qualified_name(name):
                yield invalid(f"status.conditions[{at}].Type", name, why)
    node = status.get("nominatedNodeName", "")
    if node and node != before.get("nominatedNodeName", ""):
        for why in dns_subdomain(node):
            yield invalid("status.nominatedNodeName", node, why)
        if dig(old, "spec", "nodeName", default=""):
            why = "may not be set on pods that are already bound to a node"
            yield forbidden("status.nominatedNodeName", why)
    if status.get("qosClass", "") != before.get("qosClass", ""):
        quality = Named(status.get("qosClass", ""))
        yield invalid("status.qosClass", quality, "field is immutable")
    for field, containers in (
        ("containerStatuses", "containers"),
        ("initContainerStatuses", "initContainers"),
    ):
        yield from _risen(field, containers, new, old)


def _risen(field: str, containers: str, new: Obj, old: Obj) -> Iterator[Cause]:
    """Containers that have ended for good and are to run again."""
    policy = dig(old, "spec", "restartPolicy", default="Always")
    if policy == "Always":
        return
    own = {
        one.get("name")
        for one in dig(old, "spec", containers, default=())
        if "restartPolicy" in one or "restartPolicyRules" in one
    }
    now = {one.get("name"): one for one in dig(new, "status", field, default=())}
    for at, one in enumerate(dig(old, "status", field, default=())):
        ended = dig(one, "state", "terminated")
        name = one.get("name")
        if ended is None or name in own or name not in now:
            continue
        if ended.get("exitCode", 0) != 0 and policy == "OnFailure":
            continue
        if dig(now[name], "state", "terminated") is None:
            path = f"status.{field}[{at}].state"
            yield forbidden(path, "may not be transitioned to non-terminated state")

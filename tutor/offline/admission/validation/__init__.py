"""What the server refuses, in its words and in its order, of a new object and of a change."""

from collections.abc import Callable, Mapping

from tutor.offline.admission.validation import (
    claims,
    inert,
    limits,
    network,
    others,
    persistent,
    pods,
    services,
    status,
    workloads,
)
from tutor.offline.admission.validation.fields import dns_label
from tutor.offline.admission.validation.metadata import validate_metadata_update
from tutor.offline.errors import Cause
from tutor.offline.objects import Obj, meta

_Gates = Mapping[str, bool]
_CREATE: dict[str, Callable[[Obj], list[Cause]]] = {
    "ConfigMap": others.validate_config_map,
    "ControllerRevision": others.validate_revision,
    "EndpointSlice": others.validate_slice,
    "Endpoints": network.validate_endpoints,
    "Event": network.validate_event,
    "Lease": others.validate_lease,
    "LimitRange": limits.validate_limits,
    "Namespace": others.validate_namespace,
    "Node": others.validate_node,
    "PersistentVolume": persistent.validate_volume,
    "PersistentVolumeClaim": claims.validate_claim,
    "Pod": pods.validate_pod,
    "PodDisruptionBudget": others.validate_budget,
    "ResourceQuota": others.validate_quota,
    "Secret": others.validate_secret,
    "Service": services.validate_service,
    "StorageClass": persistent.validate_class,
}
_UPDATE: dict[str, Callable[[Obj, Obj], list[Cause]]] = {
    "ConfigMap": others.validate_config_map_update,
    "ControllerRevision": others.validate_revision_update,
    "EndpointSlice": others.validate_slice_update,
    "PersistentVolume": persistent.validate_volume_update,
    "PersistentVolumeClaim": claims.validate_claim_update,
    "Pod": pods.validate_pod_update,
    "ResourceQuota": others.validate_quota_update,
    "Secret": others.validate_secret_update,
    "Service": services.validate_service_update,
    "StorageClass": persistent.validate_class_update,
}
_WORKLOADS: dict[
    str,
    tuple[Callable[[Obj, _Gates], list[Cause]], Callable[[Obj, Obj, _Gates], list[Cause]]],
] = {
    "Deployment": (workloads.validate_deployment, workloads.validate_deployment_update),
    "ReplicaSet": (workloads.validate_replica_set, workloads.validate_replica_set_update),
    "StatefulSet": (workloads.validate_set, workloads.validate_set_update),
}
_LABELS = frozenset({"Namespace", "Service", "StatefulSet"})


def validate_create(kind: str, obj: Obj, gates: _Gates) -> list[Cause]:
    """What is wrong with a new object. A custom resource comes without a kind."""
    if kind in _WORKLOADS:
        return _WORKLOADS[kind][0](obj, gates)
    if kind in inert.KINDS or not kind:
        return inert.validate_inert(kind, obj)
    return _CREATE.get(kind, others.validate_named)(obj)


def validate_update(kind: str, subresource: str, old: Obj, new: Obj, gates: _Gates) -> list[Cause]:
    """What is wrong with a change of an object, made through a subresource or the object itself."""
    rule = dns_label if kind in _LABELS else inert.name_rule(kind)
    known = inert.known_finalizers(kind)
    causes = validate_metadata_update(meta(new), meta(old), rule, known=known)
    if subresource == "status":
        return status.validate_status(kind, new, old, causes)
    if subresource == "finalize":
        return causes
    if kind in _WORKLOADS:
        return causes + _WORKLOADS[kind][1](new, old, gates)
    if kind in inert.KINDS or not kind:
        return causes + inert.validate_inert_update(kind, new, old)
    change = _UPDATE.get(kind)
    if change is not None:
        return causes + change(new, old)
    return causes + _CREATE.get(kind, others.validate_named)(new)

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
    quotas,
    services,
    slices,
    status,
    workloads,
)
from tutor.offline.admission.validation.fields import path_segment
from tutor.offline.admission.validation.metadata import (
    validate_any_update,
    validate_common,
    validate_metadata_update,
)
from tutor.offline.errors import Cause
from tutor.offline.objects import Obj, meta

_Gates = Mapping[str, bool]
_CREATE: dict[str, Callable[[Obj], list[Cause]]] = {
    "ConfigMap": others.validate_config_map,
    "ControllerRevision": others.validate_revision,
    "EndpointSlice": slices.validate_slice,
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
    "ResourceQuota": quotas.validate_quota,
    "Secret": others.validate_secret,
    "Service": services.validate_service,
    "StorageClass": persistent.validate_class,
}
_UPDATE: dict[str, Callable[[Obj, Obj], list[Cause]]] = {
    "ConfigMap": others.validate_config_map_update,
    "ControllerRevision": others.validate_revision_update,
    "EndpointSlice": slices.validate_slice_update,
    "Endpoints": network.validate_endpoints_update,
    "Event": network.validate_event_update,
    "Lease": others.validate_lease_update,
    "LimitRange": limits.validate_limits_update,
    "Namespace": others.validate_namespace_update,
    "Node": others.validate_node_update,
    "PersistentVolume": persistent.validate_volume_update,
    "PersistentVolumeClaim": claims.validate_claim_update,
    "Pod": pods.validate_pod_update,
    "PodDisruptionBudget": others.validate_budget_update,
    "ResourceQuota": quotas.validate_quota_update,
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


def validate_create(kind: str, obj: Obj, gates: _Gates) -> list[Cause]:
    """What is wrong with a new object. A custom resource comes without a kind."""
    if kind in _WORKLOADS:
        causes = _WORKLOADS[kind][0](obj, gates)
    elif kind in inert.KINDS or not kind:
        causes = inert.validate_inert(kind, obj)
    else:
        causes = _CREATE.get(kind, others.validate_named)(obj)
    return causes or validate_common(meta(obj), path_segment)


def validate_update(kind: str, subresource: str, old: Obj, new: Obj, gates: _Gates) -> list[Cause]:
    """What is wrong with a change of an object, made through a subresource or the object itself.

    What the server counts twice is here twice.
    """
    causes = validate_any_update(meta(new), meta(old))
    if subresource == "status":
        return causes + status.validate_status(kind, new, old)
    if subresource == "finalize":
        return causes + others.validate_finalize(new, old)
    if kind in _WORKLOADS:
        return causes + _WORKLOADS[kind][1](new, old, gates)
    if kind in inert.KINDS or not kind:
        known = inert.known_finalizers(kind)
        causes += validate_metadata_update(meta(new), meta(old), known=known)
        return causes + inert.validate_inert_update(kind, new, old)
    change = _UPDATE.get(kind)
    if change is not None:
        return causes + change(new, old)
    create = _CREATE.get(kind, others.validate_named)
    return causes + validate_metadata_update(meta(new), meta(old)) + create(new)

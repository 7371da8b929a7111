"""What each kind's strategy does to an object on its way to the store.

The status a new object begins with, what an update and what a subresource may change, when the
generation counts, how long a deletion waits.

Source: pkg/registry/*/*/strategy.go, PrepareForCreate and PrepareForUpdate of each kind.
"""

from typing import Any

from tutor.offline.admission.semantic import same_part
from tutor.offline.clock import timestamp
from tutor.offline.data_sources import agreeing
from tutor.offline.objects import Obj, dig, meta
from tutor.offline.resources import Resource

_FIRST_STATUS: dict[str, dict[str, Any]] = {
    "daemonsets.apps": {
        "currentNumberScheduled": 0,
        "numberMisscheduled": 0,
        "desiredNumberScheduled": 0,
        "numberReady": 0,
    },
    "deployments.apps": {},
    "customresourcedefinitions.apiextensions.k8s.io": {
        "conditions": [],
        "acceptedNames": {"plural": "", "kind": ""},
        "storedVersions": None,
    },
    "cronjobs.batch": {},
    "flowschemas.flowcontrol.apiserver.k8s.io": {},
    "horizontalpodautoscalers.autoscaling": {"desiredReplicas": 0, "currentMetrics": None},
    "ingresses.networking.k8s.io": {"loadBalancer": {}},
    "jobs.batch": {},
    "namespaces": {"phase": "Active"},
    "persistentvolumeclaims": {"phase": "Pending"},
    "poddisruptionbudgets.policy": {
        "disruptionsAllowed": 0,
        "currentHealthy": 0,
        "desiredHealthy": 0,
        "expectedPods": 0,
    },
    "prioritylevelconfigurations.flowcontrol.apiserver.k8s.io": {},
    "replicasets.apps": {"replicas": 0},
    "replicationcontrollers": {"replicas": 0},
    "resourceclaims.resource.k8s.io": {},
    "resourcequotas": {},
    "services": {"loadBalancer": {}},
    "statefulsets.apps": {"replicas": 0, "availableReplicas": 0},
}


_GATED = {
    "type": "PodScheduled",
    "status": "False",
    "lastProbeTime": None,
    "lastTransitionTime": None,
    "reason": "SchedulingGated",
    "message": "Scheduling is blocked due to non-empty scheduling gates",
}


def first_status(resource: Resource, obj: Obj, now: float = 0.0) -> Obj:
    """A new object with the status its strategy begins with.

    Args:
        resource: Its resource.
        obj: The object.
        now: The moment, for kinds whose status tells since when.
    """
    if resource.name == "pods":
        first: dict[str, Any] = {"phase": "Pending", "qosClass": quality(obj)}
        if dig(obj, "spec", "schedulingGates"):
            first["conditions"] = [dict(_GATED)]
        return {**obj, "status": first}
    if resource.name == "namespaces":
        spec = dict(obj.get("spec") or {})
        finalizers = [one for one in spec.get("finalizers") or () if one != "kubernetes"]
        spec["finalizers"] = [*finalizers, "kubernetes"]
        obj = {**obj, "spec": spec}
    if resource.name == "persistentvolumes":
        since = {"phase": "Pending", "lastPhaseTransitionTime": timestamp(now)}
        return {**obj, "status": since}
    if resource.name == "persistentvolumeclaims":
        obj = agreeing(obj, None)
    if resource.name == "jobs.batch":
        obj = _selecting(obj)
    if resource.schema is not None and resource.has_status:
        return {name: value for name, value in obj.items() if name != "status"}
    status = _FIRST_STATUS.get(resource.name)
    return obj if status is None else {**obj, "status": dict(status)}


def _selecting(job: Obj) -> Obj:
    """A Job with the selector and the labels that the server makes up for its Pods.

    Source: pkg/registry/batch/job/strategy.go, generateSelector.
    """
    spec = job.get("spec") or {}
    if spec.get("manualSelector"):
        return job
    name, uid = meta(job).get("name", ""), meta(job).get("uid", "")
    template = spec.get("template") or {}
    labels = {
        "job-name": name,
        "batch.kubernetes.io/job-name": name,
        "controller-uid": uid,
        "batch.kubernetes.io/controller-uid": uid,
        **(dig(template, "metadata", "labels", default={}) or {}),
    }
    wanted = {
        "batch.kubernetes.io/controller-uid": uid,
        **(dig(spec, "selector", "matchLabels", default={}) or {}),
    }
    metadata = {**(template.get("metadata") or {}), "labels": dict(sorted(labels.items()))}
    selector = {**(spec.get("selector") or {}), "matchLabels": wanted}
    changed = {**spec, "selector": selector, "template": {**template, "metadata": metadata}}
    return {**job, "spec": changed}


def quality(pod: Obj) -> str:
    """The quality-of-service class of a Pod.

    Source: pkg/apis/core/v1/helper/qos/qos.go, ComputePodQOS.
    """
    spec = pod.get("spec") or {}
    containers = [*(spec.get("initContainers") or ()), *(spec.get("containers") or ())]
    requests: dict[str, set[str]] = {}
    limits: dict[str, set[str]] = {}
    guaranteed = True
    for container in containers:
        resources = container.get("resources") or {}
        for found, into in (
            (resources.get("requests"), requests),
            (resources.get("limits"), limits),
        ):
            for name, amount in (found or {}).items():
                if name in ("cpu", "memory") and str(amount) != "0":
                    into.setdefault(name, set()).add(str(amount))
        held = resources.get("limits") or {}
        if not all(str(held.get(name, "0")) != "0" for name in ("cpu", "memory")):
            guaranteed = False
        asked = resources.get("requests") or {}
        if any(
            str(asked.get(name, held.get(name))) != str(held.get(name))
            for name in ("cpu", "memory")
        ):
            guaranteed = False
    if not requests and not limits:
        return "BestEffort"
    return "Guaranteed" if guaranteed and containers else "Burstable"


def prepare_update(resource: Resource, subresource: str, old: Obj, new: Obj) -> Obj:
    """What of a changed object this path may change; the rest is put back from the old.

    The answer is a new object with the system's own metadata as it was and the generation counted.
    """
    metadata = dict(meta(new))
    before = meta(old)
    for name in ("uid", "creationTimestamp"):
        if not metadata.get(name) and name in before:
            metadata[name] = before[name]
    for name in ("deletionTimestamp", "deletionGracePeriodSeconds"):
        if name in before:
            metadata[name] = before[name]
        else:
            metadata.pop(name, None)
    metadata.pop("selfLink", None)
    if "generation" in before:
        metadata["generation"] = before["generation"]
    else:
        metadata.pop("generation", None)
    result: Obj
    if subresource == "status":
        result = {**old, "metadata": metadata}
        if "status" in new:
            result["status"] = new["status"]
        else:
            result.pop("status", None)
        if resource.name == "deployments.apps":
            metadata.pop("labels", None)
            if "labels" in before:
                metadata["labels"] = before["labels"]
        if resource.name == "pods" and "ownerReferences" in before:
            metadata["ownerReferences"] = before["ownerReferences"]
    elif subresource == "finalize":
        result = {**old, "metadata": metadata}
        spec = dict(old.get("spec") or {})
        wanted = dig(new, "spec", "finalizers", default=[])
        spec.pop("finalizers", None)
        if wanted:
            spec["finalizers"] = wanted
        result["spec"] = spec
    else:
        result = {**new, "metadata": metadata}
        if resource.name == "persistentvolumeclaims":
            result = agreeing(result, old)
        if resource.has_status:
            if "status" in old:
                result["status"] = old["status"]
            else:
                result.pop("status", None)
        if resource.name == "namespaces":
            spec = dict(new.get("spec") or {})
            spec.pop("finalizers", None)
            kept = dig(old, "spec", "finalizers")
            if kept:
                spec["finalizers"] = kept
            result["spec"] = spec
        if resource.generation and "generation" in before and _counts(resource, old, result):
            metadata["generation"] = before["generation"] + 1
    result["apiVersion"], result["kind"] = resource.api_version, resource.kind
    return result


def _counts(resource: Resource, old: Obj, new: Obj) -> bool:
    """Whether a change counts as a new generation."""
    if resource.name == "endpointslices.discovery.k8s.io":
        # What may come and go without meaning: everything but the metadata, and the labels.
        return any(
            old.get(part) != new.get(part) for part in ("addressType", "endpoints", "ports")
        ) or meta(old).get("labels") != meta(new).get("labels")
    if resource.name == "deployments.apps" and meta(old).get("annotations") != meta(new).get(
        "annotations"
    ):
        return True
    if resource.schema is not None or resource.name in _WITHOUT_SPEC:
        return _content(old) != _content(new)
    return not same_part(resource.kind, resource.api_version, "spec", old, new)


_WITHOUT_SPEC = frozenset(
    {
        "mutatingwebhookconfigurations.admissionregistration.k8s.io",
        "podtemplates",
        "validatingwebhookconfigurations.admissionregistration.k8s.io",
    }
)


def _content(obj: Obj) -> Obj:
    """What of an object its owner writes."""
    return {name: value for name, value in obj.items() if name not in ("metadata", "status")}


def grace_of(resource: Resource, obj: Obj, asked: int | None) -> int | None:
    """How long a deletion waits; None for kinds that know no grace.

    Source: pkg/registry/core/pod/strategy.go, CheckGracefulDelete.
    """
    if resource.name != "pods":
        return None
    period = asked
    if period is None:
        period = int(dig(obj, "spec", "terminationGracePeriodSeconds", default=0))
    if not dig(obj, "spec", "nodeName", default=""):
        period = 0
    if dig(obj, "status", "phase") in ("Failed", "Succeeded"):
        period = 0
    return 1 if period < 0 else period

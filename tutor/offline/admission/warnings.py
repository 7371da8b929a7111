"""What the server takes and warns of.

Source: ``pkg/api/{node,persistentvolume,persistentvolumeclaim,service,storage}``,
``pkg/registry/{apps,core,discovery,storage}/*/strategy.go``. Pods have a module of their own.
"""

import base64
from collections.abc import Callable, Iterator

from tutor.manifest.quantity import parse
from tutor.offline.admission import pem
from tutor.offline.admission.pod_warnings import (
    DEPRECATED_LABELS,
    warnings_of_claim,
    warnings_of_node_term,
    warnings_of_pod,
)
from tutor.offline.admission.semantic import same
from tutor.offline.admission.validation.addresses import address_warnings, range_warnings
from tutor.offline.admission.validation.fields import dns_label
from tutor.offline.objects import Obj, dig, meta

_WORKLOADS = frozenset({"Deployment", "ReplicaSet", "StatefulSet"})
_BETA_CLASS = "volume.beta.kubernetes.io/storage-class"
_MOUNT_OPTIONS = "volume.beta.kubernetes.io/mount-options"
_BY_CLASS = 'deprecated since v1.8; use "storageClassName" attribute instead'
_HINTS = "service.kubernetes.io/topology-aware-hints"
_MODE = "service.kubernetes.io/topology-mode"
_MOUNTABLE = "kubernetes.io/enforce-mountable-secrets"
_GONE = {
    "cephfs": ("cephfs", "deprecated in v1.28, non-functional in v1.31+"),
    "photonPersistentDisk": (
        "photonPersistentDisk",
        "deprecated in v1.11, non-functional in v1.16+",
    ),
    "scaleIO": ("scaleIO", "deprecated in v1.16, non-functional in v1.22+"),
    "storageos": ("storageOS", "deprecated in v1.22, non-functional in v1.25+"),
    "glusterfs": ("glusterfs", "deprecated in v1.25, non-functional in v1.26+"),
    "rbd": ("rbd", "deprecated in v1.28, non-functional in v1.31+"),
}
_MANAGED_BY = {
    "Endpoints": ("endpoints.kubernetes.io/managed-by", {"endpoint-controller"}),
    "EndpointSlice": (
        "endpointslice.kubernetes.io/managed-by",
        {"endpointslice-controller.k8s.io", "endpointslicemirroring-controller.k8s.io"},
    ),
}


def warnings_of(kind: str, obj: Obj, old: Obj | None = None, subresource: str = "") -> list[str]:
    """The warnings for a new or changed object, in the order of the server.

    Args:
        kind: Its kind.
        obj: The object.
        old: What it was; None for a new one.
        subresource: The part of it that is written.
    """
    if subresource == "status" and kind in _STATUS:
        return list(_STATUS[kind](obj))
    if subresource:
        return []
    if kind in _WORKLOADS:
        return list(_workload(kind, obj, old))
    if kind == "Pod":
        return [] if old is not None else list(_pod(obj))
    if kind == "ServiceAccount":
        return list(_account(obj, old))
    if kind == "ResourceQuota":
        return [] if old is not None else list(_quota(obj))
    look = _OF.get(kind)
    return [] if look is None else list(look(obj))


def _dotted(obj: Obj, where: str) -> Iterator[str]:
    wrong = dns_label(meta(obj).get("name", ""))
    if wrong:
        yield (
            f"metadata.name: this is used in {where}, which can result in surprising behavior; a"
            f" DNS label is recommended: [{' '.join(wrong)}]"
        )


def _pod(obj: Obj) -> Iterator[str]:
    yield from _dotted(obj, "the Pod's hostname")
    yield from warnings_of_pod(obj, "")


def _workload(kind: str, obj: Obj, old: Obj | None) -> Iterator[str]:
    if old is None and kind != "StatefulSet":
        yield from _dotted(obj, "Pod names and hostnames")
    spec = obj.get("spec") or {}
    before = None if old is None else old.get("spec") or {}
    noted = old is not None and kind == "Deployment" and _notes(obj) != _notes(old)
    if before is None or noted or not same(f"{kind}Spec", spec, before):
        yield from warnings_of_pod(spec.get("template") or {}, "spec.template.")
    if kind != "StatefulSet":
        return
    for index, claim in enumerate(spec.get("volumeClaimTemplates") or ()):
        where = f"spec.volumeClaimTemplates[{index}]{'' if old is None else '.Spec'}"
        yield from warnings_of_claim(claim.get("spec") or {}, where)
    limit = spec.get("revisionHistoryLimit")
    if limit is not None and limit < 0:
        yield (
            "spec.revisionHistoryLimit: a negative value retains all historical revisions; a value"
            " >= 0 is recommended"
        )


def _notes(obj: Obj) -> Obj:
    notes: Obj = meta(obj).get("annotations") or {}
    return notes


def _claim(obj: Obj) -> Iterator[str]:
    if _BETA_CLASS in (meta(obj).get("annotations") or {}):
        yield f"metadata.annotations[{_BETA_CLASS}]: {_BY_CLASS}"
    yield from warnings_of_claim(obj.get("spec") or {}, "spec")


def _volume(obj: Obj) -> Iterator[str]:
    spec, notes = obj.get("spec") or {}, meta(obj).get("annotations") or {}
    if _BETA_CLASS in notes:
        yield f"metadata.annotations[{_BETA_CLASS}]: {_BY_CLASS}"
    if _MOUNT_OPTIONS in notes:
        why = 'deprecated since v1.31; use "mountOptions" attribute instead'
        yield f"metadata.annotations[{_MOUNT_OPTIONS}]: {why}"
    if spec.get("persistentVolumeReclaimPolicy") == "Recycle":
        yield (
            "spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead,"
            " the recommended approach is to use dynamic provisioning."
        )
    path = "spec.nodeAffinity.required.nodeSelectorTerms"
    for index, term in enumerate(dig(obj, *path.split("."), default=())):
        yield from warnings_of_node_term(term, f"{path}[{index}]", values=False)
    for source, (shown, why) in _GONE.items():
        if spec.get(source) is not None:
            yield f"spec.{shown}: {why}"


def _service(obj: Obj) -> Iterator[str]:
    spec = obj.get("spec") or {}
    kind, externals = spec.get("type", ""), spec.get("externalIPs") or ()
    headless = kind == "ClusterIP" and spec.get("clusterIP") == "None"
    if _HINTS in (meta(obj).get("annotations") or {}):
        yield f"annotation {_HINTS} is deprecated, please use {_MODE} instead"
    if spec.get("clusterIP", "") not in ("", "None"):
        for index, address in enumerate(spec.get("clusterIPs") or ()):
            yield from address_warnings(address, f"spec.clusterIPs[{index}]")
    if headless:
        if spec.get("loadBalancerIP"):
            yield "spec.loadBalancerIP is ignored for headless services"
        if externals:
            yield "spec.externalIPs is ignored for headless services"
        if spec.get("sessionAffinity") != "None":
            yield "spec.SessionAffinity is ignored for headless services"
    for index, address in enumerate(externals):
        yield from address_warnings(address, f"spec.externalIPs[{index}]")
    if externals and not headless and kind != "ExternalName":
        yield "spec.externalIPs is deprecated and may no longer be implemented in some clusters"
    if spec.get("loadBalancerIP"):
        yield from address_warnings(spec["loadBalancerIP"], "spec.loadBalancerIP")
    for index, one in enumerate(spec.get("loadBalancerSourceRanges") or ()):
        yield from range_warnings(one, f"spec.loadBalancerSourceRanges[{index}]")
    if kind == "ExternalName" and externals:
        yield 'spec.externalIPs is ignored when spec.type is "ExternalName"'
    if kind != "ExternalName" and spec.get("externalName"):
        yield 'spec.externalName is ignored when spec.type is not "ExternalName"'
    if spec.get("trafficDistribution") == "PreferClose":
        yield 'spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"'


def _balanced(obj: Obj) -> Iterator[str]:
    for index, one in enumerate(dig(obj, "status", "loadBalancer", "ingress", default=())):
        if one.get("ip"):
            yield from address_warnings(one["ip"], f"status.loadBalancer.ingress[{index}]")


def _pod_status(obj: Obj) -> Iterator[str]:
    for field in ("podIPs", "hostIPs"):
        for index, one in enumerate(dig(obj, "status", field, default=())):
            yield from address_warnings(one.get("ip", ""), f"status.{field}[{index}].ip")


def _secret(obj: Obj) -> Iterator[str]:
    if obj.get("type") != "kubernetes.io/tls":
        return
    data = obj.get("data") or {}
    pair = (base64.b64decode(data.get(name) or "") for name in ("tls.crt", "tls.key"))
    wrong = pem.problem(*pair)
    if wrong:
        yield wrong


def _storage_class(obj: Obj) -> Iterator[str]:
    for index, term in enumerate(obj.get("allowedTopologies") or ()):
        for at, one in enumerate(term.get("matchLabelExpressions") or ()):
            why = DEPRECATED_LABELS.get(one.get("key", ""))
            if why is not None:
                yield f"allowedTopologies[{index}].matchLabelExpressions[{at}].key: {why}"


def _node(obj: Obj) -> Iterator[str]:
    spec = obj.get("spec") or {}
    if spec.get("configSource") is not None:
        yield "spec.configSource: the feature is removed"
    if spec.get("externalID"):
        yield "spec.externalID: this field is deprecated, and is unused by Kubernetes"
    for index, one in enumerate(spec.get("podCIDRs") or ()):
        yield from range_warnings(one, f"spec.podCIDRs[{index}]")


def _account(obj: Obj, old: Obj | None) -> Iterator[str]:
    held = {} if old is None else meta(old).get("annotations") or {}
    if _MOUNTABLE in (meta(obj).get("annotations") or {}) and _MOUNTABLE not in held:
        yield (
            f"metadata.annotations[{_MOUNTABLE}]: deprecated in v1.32+; prefer separate namespaces"
            " to isolate access to mounted secrets"
        )


def _ours(kind: str, obj: Obj) -> bool:
    label, names = _MANAGED_BY[kind]
    return (meta(obj).get("labels") or {}).get(label) in names


def _endpoints(obj: Obj) -> Iterator[str]:
    for index, subset in enumerate(() if _ours("Endpoints", obj) else obj.get("subsets") or ()):
        for part in ("addresses", "notReadyAddresses"):
            for at, one in enumerate(subset.get(part) or ()):
                where = f"subsets[{index}].{part}[{at}].ip"
                yield from address_warnings(one.get("ip", ""), where)


def _slice(obj: Obj) -> Iterator[str]:
    if obj.get("addressType") == "FQDN":
        yield "spec.addressType: FQDN endpoints are deprecated"
    if _ours("EndpointSlice", obj):
        return
    for index, one in enumerate(obj.get("endpoints") or ()):
        for at, address in enumerate(one.get("addresses") or ()):
            yield from address_warnings(address, f"endpoints[{index}].addresses[{at}]")


def _quota(obj: Obj) -> Iterator[str]:
    hard = dig(obj, "spec", "hard", default={})
    for name in ("cpu", "memory", "storage", "ephemeral-storage"):
        bare = name in ("cpu", "memory") and f"requests.{name}" not in hard
        asked, limit = name if bare else f"requests.{name}", f"limits.{name}"
        if asked not in hard or limit not in hard:
            continue
        least, most = parse(hard[asked]), parse(hard[limit])
        if least > most:
            yield f"ResourceQuota {asked} ({least}) should be less than {limit} ({most})"


_OF: dict[str, Callable[[Obj], Iterator[str]]] = {
    "EndpointSlice": _slice,
    "Endpoints": _endpoints,
    "Node": _node,
    "PersistentVolume": _volume,
    "PersistentVolumeClaim": _claim,
    "Secret": _secret,
    "Service": _service,
    "StorageClass": _storage_class,
}
_STATUS: dict[str, Callable[[Obj], Iterator[str]]] = {"Pod": _pod_status, "Service": _balanced}

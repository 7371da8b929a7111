"""The cells of the server's tables, kind by kind.

Source: pkg/printers/internalversion/printers.go; ages: apimachinery pkg/util/duration.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias

from tutor.offline.api.podcells import pod
from tutor.offline.api.words import NONE, UNSET, access_modes, age
from tutor.offline.objects import Obj, controller_of, dig, labels_of, meta, name_of, terminating
from tutor.offline.selectors import of_object

Cells: TypeAlias = list[Any]
_ROLE = "node-role.kubernetes.io/"
_LISTED = 3  # how many ports or endpoints are shown


def _born(obj: Obj, now: float) -> str:
    return age(meta(obj).get("creationTimestamp"), now)


def _labels(found: Mapping[str, str] | None) -> str:
    return ",".join(f"{name}={value}" for name, value in sorted((found or {}).items())) or NONE


def _selector(obj: Obj) -> str:
    return str(of_object(dig(obj, "spec", "selector"))) or NONE


def _containers(obj: Obj) -> tuple[str, str]:
    found = dig(obj, "spec", "template", "spec", "containers", default=[])
    names = ",".join(str(one.get("name", "")) for one in found)
    return names, ",".join(str(one.get("image", "")) for one in found)


def _config_map(obj: Obj, now: float) -> Cells:
    count = len(obj.get("data") or {}) + len(obj.get("binaryData") or {})
    return [name_of(obj), count, _born(obj, now)]


def _revision(obj: Obj, now: float) -> Cells:
    owner = controller_of(obj)
    controller = NONE
    if owner is not None:
        group = str(owner.get("apiVersion", "")).rpartition("/")[0]
        kind = f"{owner.get('kind', '')}.{group}" if group else str(owner.get("kind", ""))
        controller = f"{kind.lower()}/{owner.get('name', '')}"
    return [name_of(obj), controller, int(obj.get("revision") or 0), _born(obj, now)]


def _deployment(obj: Obj, now: float) -> Cells:
    status = obj.get("status") or {}
    return [
        name_of(obj),
        f"{status.get('readyReplicas', 0)}/{dig(obj, 'spec', 'replicas', default=0)}",
        int(status.get("updatedReplicas") or 0),
        int(status.get("availableReplicas") or 0),
        _born(obj, now),
        *_containers(obj),
        _selector(obj),
    ]


def _more(found: Iterable[str]) -> str:
    listed = list(found)
    text = ",".join(listed[:_LISTED])
    if len(listed) > _LISTED:
        return f"{text} + {len(listed) - _LISTED} more..."
    return text or UNSET


def _endpoints(obj: Obj, now: float) -> Cells:
    subsets = obj.get("subsets") or ()
    shown = []
    for subset in subsets:
        addresses = [str(one.get("ip", "")) for one in subset.get("addresses") or ()]
        ports = subset.get("ports")
        if not ports:
            shown += addresses
        for port in ports or ():
            shown += [
                f"[{one}]:{port['port']}" if ":" in one else f"{one}:{port['port']}"
                for one in addresses
            ]
    text = ",".join(shown[:_LISTED])
    if len(shown) > _LISTED:
        text = f"{text} + {len(shown) - _LISTED} more..."
    return [name_of(obj), text if subsets else NONE, _born(obj, now)]


def _endpoint_slice(obj: Obj, now: float) -> Cells:
    ports = [
        str(one["port"]) if one.get("port") is not None else str(one.get("name") or "*")
        for one in obj.get("ports") or ()
    ]
    addresses = [
        str(address) for one in obj.get("endpoints") or () for address in one.get("addresses") or ()
    ]
    kind = obj.get("addressType", "")
    return [name_of(obj), kind, _more(ports), _more(addresses), _born(obj, now)]


def _event(obj: Obj, now: float) -> Cells:
    first = age(obj.get("firstTimestamp"), now)
    if not obj.get("firstTimestamp"):
        first = age(obj.get("eventTime"), now)
    last = age(obj.get("lastTimestamp"), now) if obj.get("lastTimestamp") else first
    count = int(obj.get("count") or 0)
    series = obj.get("series")
    if series:
        last = age(series.get("lastObservedTime"), now)
        count = int(series.get("count") or 0)
    elif not count:
        count = 1
    about = obj.get("involvedObject") or {}
    target = str(about.get("kind", "")).lower()
    if about.get("name"):
        target = f"{target}/{about['name']}"
    component = dig(obj, "source", "component") or obj.get("reportingComponent") or ""
    host = dig(obj, "source", "host") or obj.get("reportingInstance") or ""
    return [
        last,
        obj.get("type", ""),
        obj.get("reason", ""),
        target,
        about.get("fieldPath", ""),
        f"{component}, {host}" if host else component,
        str(obj.get("message", "")).strip(),
        first,
        count,
        name_of(obj),
    ]


def _lease(obj: Obj, now: float) -> Cells:
    return [name_of(obj), dig(obj, "spec", "holderIdentity", default=""), _born(obj, now)]


def _limits(obj: Obj, now: float) -> Cells:
    return [name_of(obj), meta(obj).get("creationTimestamp", "")]


def _namespace(obj: Obj, now: float) -> Cells:
    return [name_of(obj), dig(obj, "status", "phase", default=""), _born(obj, now)]


def _node(obj: Obj, now: float) -> Cells:
    status = obj.get("status") or {}
    ready = next(
        (one.get("status") for one in status.get("conditions") or () if one.get("type") == "Ready"),
        None,
    )
    words = ["Unknown" if ready is None else "Ready" if ready == "True" else "NotReady"]
    if dig(obj, "spec", "unschedulable"):
        words.append("SchedulingDisabled")
    roles = sorted(
        {name.removeprefix(_ROLE) for name in labels_of(obj) if name.startswith(_ROLE)}
        | {value for name, value in labels_of(obj).items() if name == "kubernetes.io/role"}
    )
    addresses = {one.get("type"): one.get("address") for one in status.get("addresses") or ()}
    info = status.get("nodeInfo") or {}
    kernel = info.get("kernelVersion") or ""
    return [
        name_of(obj),
        ",".join(words),
        ",".join(role for role in roles if role) or NONE,
        _born(obj, now),
        info.get("kubeletVersion", ""),
        addresses.get("InternalIP") or NONE,
        addresses.get("ExternalIP") or NONE,
        info.get("osImage") or "<unknown>",
        f"{kernel} ({info.get('architecture', '')})" if kernel else "<unknown>",
        info.get("containerRuntimeVersion") or "<unknown>",
    ]


def _class_of(obj: Obj) -> str:
    beta = (meta(obj).get("annotations") or {}).get("volume.beta.kubernetes.io/storage-class")
    return str(beta if beta is not None else dig(obj, "spec", "storageClassName", default=""))


def _claim(obj: Obj, now: float) -> Cells:
    volume = dig(obj, "spec", "volumeName", default="")
    return [
        name_of(obj),
        "Terminating" if terminating(obj) else dig(obj, "status", "phase", default=""),
        volume,
        str(dig(obj, "status", "capacity", "storage", default="0")) if volume else "",
        access_modes(dig(obj, "status", "accessModes")) if volume else "",
        _class_of(obj),
        dig(obj, "spec", "volumeAttributesClassName", default=UNSET),
        _born(obj, now),
        dig(obj, "spec", "volumeMode", default=UNSET),
    ]


def _volume(obj: Obj, now: float) -> Cells:
    claim = dig(obj, "spec", "claimRef")
    return [
        name_of(obj),
        str(dig(obj, "spec", "capacity", "storage", default="0")),
        access_modes(dig(obj, "spec", "accessModes")),
        dig(obj, "spec", "persistentVolumeReclaimPolicy", default=""),
        "Terminating" if terminating(obj) else dig(obj, "status", "phase", default=""),
        f"{claim.get('namespace', '')}/{claim.get('name', '')}" if claim else "",
        _class_of(obj),
        dig(obj, "spec", "volumeAttributesClassName", default=UNSET),
        dig(obj, "status", "reason", default=""),
        _born(obj, now),
        dig(obj, "spec", "volumeMode", default=UNSET),
    ]


def _budget(obj: Obj, now: float) -> Cells:
    return [
        name_of(obj),
        str(dig(obj, "spec", "minAvailable", default="N/A")),
        str(dig(obj, "spec", "maxUnavailable", default="N/A")),
        int(dig(obj, "status", "disruptionsAllowed", default=0)),
        _born(obj, now),
    ]


def _replica_set(obj: Obj, now: float) -> Cells:
    status = obj.get("status") or {}
    return [
        name_of(obj),
        int(dig(obj, "spec", "replicas", default=0)),
        int(status.get("replicas") or 0),
        int(status.get("readyReplicas") or 0),
        _born(obj, now),
        *_containers(obj),
        _selector(obj),
    ]


def _quota(obj: Obj, now: float) -> Cells:
    requests: list[str] = []
    limits: list[str] = []
    hard, used = dig(obj, "status", "hard", default={}), dig(obj, "status", "used", default={})
    for name in sorted(hard):
        text = f"{name}: {used.get(name, '0')}/{hard[name]}"
        (limits if name.startswith("limits") else requests).append(text)
    return [name_of(obj), ", ".join(requests), ", ".join(limits), _born(obj, now)]


def _secret(obj: Obj, now: float) -> Cells:
    return [name_of(obj), obj.get("type", ""), len(obj.get("data") or {}), _born(obj, now)]


def _service_account(obj: Obj, now: float) -> Cells:
    return [name_of(obj), len(obj.get("secrets") or ()), _born(obj, now)]


def _external(spec: Mapping[str, Any], status: Mapping[str, Any]) -> str:
    kind = spec.get("type")
    if kind == "ExternalName":
        return str(spec.get("externalName", ""))
    given = [str(one) for one in spec.get("externalIPs") or ()]
    if kind == "LoadBalancer":
        balanced = [
            str(one.get("ip") or one.get("hostname") or "")
            for one in dig(status, "loadBalancer", "ingress", default=[])
        ]
        return ",".join([*(one for one in balanced if one), *given]) or "<pending>"
    return ",".join(given) or NONE


def _service(obj: Obj, now: float) -> Cells:
    spec = obj.get("spec") or {}
    ports = [
        f"{one.get('port')}:{one['nodePort']}/{one.get('protocol')}"
        if one.get("nodePort")
        else f"{one.get('port')}/{one.get('protocol')}"
        for one in spec.get("ports") or ()
    ]
    addresses = spec.get("clusterIPs") or ()
    return [
        name_of(obj),
        spec.get("type", ""),
        addresses[0] if addresses else NONE,
        _external(spec, obj.get("status") or {}),
        ",".join(ports) or NONE,
        _born(obj, now),
        _labels(spec.get("selector")),
    ]


def _stateful_set(obj: Obj, now: float) -> Cells:
    ready = int(dig(obj, "status", "readyReplicas", default=0))
    desired = int(dig(obj, "spec", "replicas", default=0))
    return [name_of(obj), f"{ready}/{desired}", _born(obj, now), *_containers(obj)]


def _storage_class(obj: Obj, now: float) -> Cells:
    annotations = meta(obj).get("annotations") or {}
    default = any(
        annotations.get(f"storageclass.{middle}kubernetes.io/is-default-class") == "true"
        for middle in ("", "beta.")
    )
    return [
        f"{name_of(obj)} (default)" if default else name_of(obj),
        obj.get("provisioner", ""),
        obj.get("reclaimPolicy") or "Delete",
        obj.get("volumeBindingMode") or "Immediate",
        bool(obj.get("allowVolumeExpansion")),
        _born(obj, now),
    ]


def scale(obj: Obj, now: float) -> Cells:
    """The cells of a Scale."""
    return [
        name_of(obj),
        int(dig(obj, "spec", "replicas", default=0)),
        int(dig(obj, "status", "replicas", default=0)),
        _born(obj, now),
    ]


CELLS: dict[str, Callable[[Obj, float], Cells]] = {
    "configmaps": _config_map,
    "controllerrevisions.apps": _revision,
    "deployments.apps": _deployment,
    "endpoints": _endpoints,
    "endpointslices.discovery.k8s.io": _endpoint_slice,
    "events": _event,
    "leases.coordination.k8s.io": _lease,
    "limitranges": _limits,
    "namespaces": _namespace,
    "nodes": _node,
    "persistentvolumeclaims": _claim,
    "persistentvolumes": _volume,
    "poddisruptionbudgets.policy": _budget,
    "pods": pod,
    "replicasets.apps": _replica_set,
    "resourcequotas": _quota,
    "secrets": _secret,
    "serviceaccounts": _service_account,
    "services": _service,
    "statefulsets.apps": _stateful_set,
    "storageclasses.storage.k8s.io": _storage_class,
}

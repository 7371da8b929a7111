"""What the server writes into fields that were left out.

One function per type, called for an object before its parts, as the generated
``SetObjectDefaults_…`` call them. Each fills in place; :func:`default` works on a copy.

Source: ``pkg/apis/{core,apps,policy,storage,discovery}/v1/defaults.go`` of kubernetes/kubernetes.
"""

import base64
from collections.abc import Callable, Mapping

from tutor.manifest.schema_bundle import LIST, MAP, OBJECT, Ref, Type
from tutor.offline.admission import inert_defaults
from tutor.offline.admission.values import Json, copied
from tutor.offline.objects import Obj

MAX_UNAVAILABLE = "MaxUnavailableStatefulSet"
_FILE_MODE = 0o644
_LEAST_GRACE = 1
"""What a negative grace period of a Pod is stored as (Convert_v1_Pod_To_core_Pod)."""


def default(obj: Obj, type_: Type, gates: Mapping[str, bool]) -> Obj:
    """A copy of an object with every default filled in. Doing it again changes nothing."""
    made: Obj = copied(obj)
    _walk(made, type_, gates)
    return made


def _walk(obj: Obj, type_: Type, gates: Mapping[str, bool]) -> None:
    fill = _FILL.get(type_.name)
    if fill is not None:
        fill(obj, gates)
    for name, value in obj.items():
        field = type_.fields.get(name)
        if field is not None and isinstance(value, dict | list):
            _walk_value(value, field.ref, gates)


def _walk_value(value: Json, ref: Ref, gates: Mapping[str, bool]) -> None:
    if ref.code == OBJECT and isinstance(value, dict):
        _walk(value, ref.type, gates)
    elif ref.code == LIST and ref.item is not None and isinstance(value, list):
        for item in value:
            _walk_value(item, ref.item, gates)
    elif ref.code == MAP and ref.item is not None and isinstance(value, dict):
        for item in value.values():
            _walk_value(item, ref.item, gates)


def fill_missing(obj: Obj, **values: Json) -> None:
    """Set what is missing or null."""
    for name, value in values.items():
        if obj.get(name) is None:
            obj[name] = value


def fill_zero(obj: Obj, **values: Json) -> None:
    """Set what is missing, null or zero: fields that Go holds by value."""
    for name, value in values.items():
        if not obj.get(name):
            obj[name] = value


def part(obj: Obj, name: str) -> Obj:
    """A part that is always there in Go: made where it is missing."""
    found = obj.get(name)
    if not isinstance(found, dict):
        found = obj[name] = {}
    return found


_Gates = Mapping[str, bool]


def _stateful_set(obj: Obj, gates: _Gates) -> None:
    spec = part(obj, "spec")
    fill_zero(spec, podManagementPolicy="OrderedReady")
    strategy = part(spec, "updateStrategy")
    if not strategy.get("type"):
        strategy["type"] = "RollingUpdate"
        fill_missing(strategy, rollingUpdate={})
    rolling = strategy.get("rollingUpdate")
    if strategy["type"] == "RollingUpdate" and rolling is not None:
        fill_missing(rolling, partition=0)
        if gates.get(MAX_UNAVAILABLE):
            fill_missing(rolling, maxUnavailable=1)
    fill_zero(part(spec, "persistentVolumeClaimRetentionPolicy"), whenDeleted="Retain")
    fill_zero(part(spec, "persistentVolumeClaimRetentionPolicy"), whenScaled="Retain")
    fill_missing(spec, replicas=1, revisionHistoryLimit=10)
    _template(spec)
    for claim in spec.get("volumeClaimTemplates") or ():
        if isinstance(claim, dict):
            claim.update(kind="PersistentVolumeClaim", apiVersion="v1")


def _template(spec: Obj) -> None:
    part(part(spec, "template"), "spec")


def _deployment(obj: Obj, gates: _Gates) -> None:
    spec = part(obj, "spec")
    strategy = part(spec, "strategy")
    fill_zero(strategy, type="RollingUpdate")
    if strategy["type"] == "RollingUpdate":
        fill_missing(part(strategy, "rollingUpdate"), maxUnavailable="25%", maxSurge="25%")
    fill_missing(spec, replicas=1, revisionHistoryLimit=10, progressDeadlineSeconds=600)
    _template(spec)


def _replica_set(obj: Obj, gates: _Gates) -> None:
    spec = part(obj, "spec")
    fill_missing(spec, replicas=1)
    _template(spec)


def _pod(obj: Obj, gates: _Gates) -> None:
    spec = part(obj, "spec")
    for container in [*(spec.get("containers") or ()), *(spec.get("initContainers") or ())]:
        resources = container.get("resources") or {}
        limits = resources.get("limits")
        if limits:
            resources["requests"] = {**limits, **(resources.get("requests") or {})}
        if spec.get("hostNetwork"):
            for port in container.get("ports") or ():
                fill_zero(port, hostPort=port.get("containerPort"))
    fill_missing(spec, enableServiceLinks=True)
    period = spec.get("terminationGracePeriodSeconds")
    if isinstance(period, int) and period < 0:  # of Pods only: a template keeps what it says
        spec["terminationGracePeriodSeconds"] = _LEAST_GRACE


def _pod_spec(obj: Obj, gates: _Gates) -> None:
    fill_zero(
        obj, dnsPolicy="ClusterFirst", restartPolicy="Always", schedulerName="default-scheduler"
    )
    fill_missing(obj, securityContext={}, terminationGracePeriodSeconds=30)
    account = obj.get("serviceAccountName") or obj.get("serviceAccount")
    if account:
        obj["serviceAccountName"] = obj["serviceAccount"] = account


def _container(obj: Obj, gates: _Gates) -> None:
    fill_zero(
        obj,
        imagePullPolicy="Always" if _tag(obj.get("image") or "") == "latest" else "IfNotPresent",
        terminationMessagePath="/dev/termination-log",
        terminationMessagePolicy="File",
    )


def _tag(image: str) -> str:
    """``latest`` for an image with neither a tag nor a digest."""
    name, digest, _ = image.partition("@")
    return name.rpartition("/")[2].partition(":")[2] or ("" if digest else "latest")


def _probe(obj: Obj, gates: _Gates) -> None:
    fill_zero(obj, timeoutSeconds=1, periodSeconds=10, successThreshold=1, failureThreshold=3)


def _http_get(obj: Obj, gates: _Gates) -> None:
    fill_zero(obj, path="/", scheme="HTTP")


def _volume(obj: Obj, gates: _Gates) -> None:
    if all(value is None for name, value in obj.items() if name != "name"):
        obj["emptyDir"] = {}


def _claim(obj: Obj, gates: _Gates) -> None:
    fill_zero(part(obj, "status"), phase="Pending")
    part(obj, "spec")


def _volume_claim_spec(obj: Obj, gates: _Gates) -> None:
    fill_missing(obj, volumeMode="Filesystem")


def _persistent_volume(obj: Obj, gates: _Gates) -> None:
    fill_zero(part(obj, "status"), phase="Pending")
    spec = part(obj, "spec")
    fill_zero(spec, persistentVolumeReclaimPolicy="Retain")
    fill_missing(spec, volumeMode="Filesystem")


def _service(obj: Obj, gates: _Gates) -> None:
    spec = part(obj, "spec")
    fill_zero(spec, sessionAffinity="None", type="ClusterIP")
    if spec["sessionAffinity"] == "None":
        spec["sessionAffinityConfig"] = None
    elif spec["sessionAffinity"] == "ClientIP":
        config = part(part(spec, "sessionAffinityConfig"), "clientIP")
        fill_missing(config, timeoutSeconds=10800)
    for port in spec.get("ports") or ():
        fill_zero(port, protocol="TCP", targetPort=port.get("port") or 0)
    external = spec["type"] in ("NodePort", "LoadBalancer") or (
        spec["type"] == "ClusterIP" and spec.get("externalIPs")
    )
    if external:
        fill_zero(spec, externalTrafficPolicy="Cluster")
    if spec["type"] in ("NodePort", "LoadBalancer", "ClusterIP"):
        fill_missing(spec, internalTrafficPolicy="Cluster")
    if spec["type"] == "LoadBalancer":
        fill_missing(spec, allocateLoadBalancerNodePorts=True)
        balanced = (obj.get("status") or {}).get("loadBalancer") or {}
        for one in balanced.get("ingress") or ():
            if one.get("ip"):
                fill_missing(one, ipMode="VIP")


def _namespace(obj: Obj, gates: _Gates) -> None:
    metadata = part(obj, "metadata")
    if metadata.get("name"):
        fill_missing(metadata, labels={})
        metadata["labels"]["kubernetes.io/metadata.name"] = metadata["name"]
    fill_zero(part(obj, "status"), phase="Active")


def _secret(obj: Obj, gates: _Gates) -> None:
    fill_zero(obj, type="Opaque")
    written = obj.pop("stringData", None)
    if written:
        encoded = {k: base64.b64encode(v.encode()).decode() for k, v in written.items()}
        obj["data"] = {**(obj.get("data") or {}), **encoded}


def _node_status(obj: Obj, gates: _Gates) -> None:
    if obj.get("capacity"):
        obj["allocatable"] = {**obj["capacity"], **(obj.get("allocatable") or {})}


def _limit_item(obj: Obj, gates: _Gates) -> None:
    if obj.get("type") != "Container":
        return
    given = {**(obj.get("max") or {}), **(obj.get("default") or {})}
    asked = {**(obj.get("min") or {}), **given, **(obj.get("defaultRequest") or {})}
    if given:
        obj["default"] = given
    if asked:
        obj["defaultRequest"] = asked


def _fixed(
    missing: Mapping[str, Json] | None = None, **zero: Json
) -> Callable[[Obj, _Gates], None]:
    def fill(obj: Obj, gates: _Gates) -> None:
        if missing:
            fill_missing(obj, **missing)
        fill_zero(obj, **zero)

    return fill


_MODE = _fixed({"defaultMode": _FILE_MODE})
_FILL: dict[str, Callable[[Obj, _Gates], None]] = {
    **inert_defaults.FILL,
    "Container": _container,
    "ContainerPort": _fixed(protocol="TCP"),
    "ConfigMapVolumeSource": _MODE,
    "Deployment": _deployment,
    "DownwardAPIVolumeSource": _MODE,
    "EphemeralContainer": _container,
    "GRPCAction": _fixed({"service": ""}),
    "HTTPGetAction": _http_get,
    "HostPathVolumeSource": _fixed({"type": ""}),
    "ISCSIPersistentVolumeSource": _fixed(iscsiInterface="default"),
    "ISCSIVolumeSource": _fixed(iscsiInterface="default"),
    "LimitRangeItem": _limit_item,
    "Namespace": _namespace,
    "NodeStatus": _node_status,
    "ObjectFieldSelector": _fixed(apiVersion="v1"),
    "PersistentVolume": _persistent_volume,
    "PersistentVolumeClaim": _claim,
    "PersistentVolumeClaimSpec": _volume_claim_spec,
    "Pod": _pod,
    "PodSpec": _pod_spec,
    "PriorityClass": _fixed({"preemptionPolicy": "PreemptLowerPriority"}),
    "Probe": _probe,
    "ProjectedVolumeSource": _MODE,
    "RBDPersistentVolumeSource": _fixed(pool="rbd", user="admin", keyring="/etc/ceph/keyring"),
    "RBDVolumeSource": _fixed(pool="rbd", user="admin", keyring="/etc/ceph/keyring"),
    "ReplicaSet": _replica_set,
    "Secret": _secret,
    "SecretVolumeSource": _MODE,
    "Service": _service,
    "ServiceAccountTokenProjection": _fixed({"expirationSeconds": 3600}),
    "StatefulSet": _stateful_set,
    "StorageClass": _fixed({"reclaimPolicy": "Delete", "volumeBindingMode": "Immediate"}),
    "Volume": _volume,
    "core.v1.EndpointPort": _fixed(protocol="TCP"),
    "discovery.v1.EndpointPort": _fixed({"name": "", "protocol": "TCP"}),
}

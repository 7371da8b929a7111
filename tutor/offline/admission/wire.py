"""How Go's types of the API are written as JSON: what is kept, what is left out, in what order.

A field that Go holds by value and marks ``omitempty`` vanishes when it is zero; one held by pointer
stays; one without ``omitempty`` is always there. OpenAPI tells none of this, so the exceptions to
its rule of thumb (required is always written, all other zeros are not) are listed here.

Source: ``types.go`` of ``k8s.io/api`` v0.36 (field types and JSON tags).
"""

from tutor.manifest.quantity import QuantityError, parse
from tutor.manifest.schema_bundle import (
    ANY,
    LIST,
    MAP,
    OBJECT,
    QUANTITY,
    Ref,
    Type,
)
from tutor.offline.admission import inert_wire
from tutor.offline.admission.values import Json
from tutor.offline.objects import Obj

_POINTERS = {
    "AppArmorProfile": "localhostProfile",
    "AzureDiskVolumeSource": "cachingMode fsType readOnly kind",
    "AzureFilePersistentVolumeSource": "secretNamespace",
    "CSIVolumeSource": "readOnly fsType",
    "ClientIPConfig": "timeoutSeconds",
    "ClusterTrustBundleProjection": "name signerName optional",
    "ConfigMap": "immutable",
    "ConfigMapEnvSource": "optional",
    "ConfigMapKeySelector": "optional",
    "ConfigMapProjection": "optional",
    "ConfigMapVolumeSource": "defaultMode optional",
    "Container": "restartPolicy",
    "ContainerStatus": "started stopSignal",
    "DeleteOptions": "gracePeriodSeconds orphanDependents propagationPolicy"
    " ignoreStoreReadErrorWithClusterBreakingPotential",
    "DeploymentSpec": "replicas revisionHistoryLimit progressDeadlineSeconds",
    "DeploymentStatus": "collisionCount terminatingReplicas",
    "DownwardAPIVolumeFile": "mode",
    "DownwardAPIVolumeSource": "defaultMode",
    "EmptyDirVolumeSource": "sizeLimit",
    "Endpoint": "hostname nodeName zone",
    "EndpointAddress": "nodeName",
    "EndpointConditions": "ready serving terminating",
    "EphemeralContainer": "restartPolicy",
    "FCVolumeSource": "lun",
    "FileKeySelector": "optional",
    "GRPCAction": "service",
    "HostPathVolumeSource": "type",
    "ISCSIPersistentVolumeSource": "initiatorName",
    "ISCSIVolumeSource": "initiatorName",
    "KeyToPath": "mode",
    "LeaseSpec": "holderIdentity leaseDurationSeconds leaseTransitions strategy preferredHolder",
    "Lifecycle": "stopSignal",
    "LoadBalancerIngress": "ipMode",
    "LocalVolumeSource": "fsType",
    "NodeFeatures": "supplementalGroupsPolicy",
    "NodeRuntimeHandlerFeatures": "recursiveReadOnlyMounts userNamespaces",
    "NodeSwapStatus": "capacity",
    "ObjectMeta": "deletionGracePeriodSeconds",
    "OwnerReference": "controller blockOwnerDeletion",
    "PersistentVolumeClaimSpec": "storageClassName volumeMode volumeAttributesClassName",
    "PersistentVolumeClaimStatus": "currentVolumeAttributesClassName",
    "PersistentVolumeSpec": "volumeMode volumeAttributesClassName",
    "PodCertificateProjection": "maxExpirationSeconds",
    "PodDNSConfigOption": "value",
    "PodDisruptionBudgetSpec": "minAvailable maxUnavailable unhealthyPodEvictionPolicy",
    "PodResourceClaim": "resourceClaimName resourceClaimTemplateName",
    "PodResourceClaimStatus": "resourceClaimName",
    "PodSchedulingGroup": "podGroupName",
    "PodSecurityContext": "fsGroup fsGroupChangePolicy runAsGroup runAsNonRoot runAsUser"
    " seLinuxChangePolicy supplementalGroupsPolicy",
    "PodSpec": "activeDeadlineSeconds automountServiceAccountToken enableServiceLinks hostUsers"
    " hostnameOverride preemptionPolicy priority runtimeClassName setHostnameAsFQDN"
    " shareProcessNamespace terminationGracePeriodSeconds",
    "PortStatus": "error",
    "Preconditions": "uid resourceVersion",
    "PriorityClass": "preemptionPolicy",
    "Probe": "terminationGracePeriodSeconds",
    "ProjectedVolumeSource": "defaultMode",
    "ReplicaSetSpec": "replicas",
    "ReplicaSetStatus": "terminatingReplicas",
    "RollingUpdateDeployment": "maxSurge maxUnavailable",
    "RollingUpdateStatefulSetStrategy": "maxUnavailable partition",
    "SeccompProfile": "localhostProfile",
    "Secret": "immutable",
    "SecretEnvSource": "optional",
    "SecretKeySelector": "optional",
    "SecretProjection": "optional",
    "SecretVolumeSource": "defaultMode optional",
    "SecurityContext": "allowPrivilegeEscalation privileged procMount readOnlyRootFilesystem"
    " runAsGroup runAsNonRoot runAsUser",
    "ServiceAccount": "automountServiceAccountToken",
    "ServiceAccountTokenProjection": "expirationSeconds",
    "ServicePort": "appProtocol",
    "ServiceSpec": "allocateLoadBalancerNodePorts internalTrafficPolicy ipFamilyPolicy"
    " loadBalancerClass trafficDistribution",
    "StatefulSetSpec": "replicas revisionHistoryLimit",
    "StatefulSetStatus": "collisionCount",
    "StorageClass": "allowVolumeExpansion reclaimPolicy volumeBindingMode",
    "Toleration": "tolerationSeconds",
    "TopologySpreadConstraint": "minDomains nodeAffinityPolicy nodeTaintsPolicy",
    "TypedLocalObjectReference": "apiGroup",
    "TypedObjectReference": "apiGroup namespace",
    "VolumeMount": "mountPropagation recursiveReadOnly",
    "VolumeMountStatus": "recursiveReadOnly",
    "WindowsSecurityContextOptions": "gmsaCredentialSpec gmsaCredentialSpecName hostProcess"
    " runAsUserName",
    "core.v1.EndpointPort": "appProtocol",
    "discovery.v1.EndpointPort": "name port protocol appProtocol",
}
"""Optional scalars held by pointer: an explicit zero is kept."""

_ALWAYS: dict[str, dict[str, Json]] = {
    "Container": {"resources": {}},
    "ContainerStatus": {"state": {}, "lastState": {}},
    "DeploymentSpec": {"selector": None, "template": {}, "strategy": {}},
    "Endpoint": {"conditions": {}},
    "EndpointSlice": {"endpoints": None, "ports": None},
    "EphemeralContainer": {"resources": {}},
    "Event": {
        "involvedObject": {},
        "source": {},
        "firstTimestamp": None,
        "lastTimestamp": None,
        "eventTime": None,
        "reportingComponent": "",
        "reportingInstance": "",
    },
    "NodeDaemonEndpoints": {"kubeletEndpoint": {"Port": 0}},
    "NodeStatus": {"daemonEndpoints": {}, "nodeInfo": {}},
    "PersistentVolumeClaimCondition": {"lastProbeTime": None, "lastTransitionTime": None},
    "PersistentVolumeClaimSpec": {"resources": {}},
    "PodCondition": {"lastProbeTime": None, "lastTransitionTime": None},
    "PodDisruptionBudgetStatus": {
        "disruptionsAllowed": 0,
        "currentHealthy": 0,
        "desiredHealthy": 0,
        "expectedPods": 0,
    },
    "PodSpec": {"containers": None},
    "ReplicaSetSpec": {"selector": None, "template": {}},
    "ReplicaSetStatus": {"replicas": 0},
    "ResourceFieldSelector": {"divisor": "0"},
    "ServicePort": {"port": 0, "targetPort": 0},
    "ServiceStatus": {"loadBalancer": {}},
    "StatefulSetOrdinals": {"start": 0},
    "StatefulSetSpec": {"selector": None, "template": {}, "serviceName": "", "updateStrategy": {}},
    "StatefulSetStatus": {"replicas": 0, "availableReplicas": 0},
    "PodTemplateSpec": {"metadata": {}, "spec": {}},
    "PersistentVolumeClaimTemplate": {"spec": {}},
    "DeploymentCondition": {"lastUpdateTime": None, "lastTransitionTime": None},
    "NodeCondition": {"lastHeartbeatTime": None, "lastTransitionTime": None},
    "ReplicaSetCondition": {"lastTransitionTime": None},
    "StatefulSetCondition": {"lastTransitionTime": None},
    "NamespaceCondition": {"lastTransitionTime": None},
}
"""Fields without ``omitempty``, or of struct types, which Go never finds empty: what is written."""

_OMITTED = {
    "Container": "image",
    "EphemeralContainer": "image",
    "EphemeralVolumeSource": "volumeClaimTemplate",
}
"""Fields that the server requires and Go still marks ``omitempty``."""

_VALUES = {
    "metadata": "ConfigMap ControllerRevision Deployment EndpointSlice Endpoints Event Lease"
    " LimitRange Namespace Node PersistentVolume PersistentVolumeClaim Pod PodDisruptionBudget"
    " PriorityClass ReplicaSet ResourceQuota Scale Secret Service ServiceAccount StatefulSet"
    " StorageClass Eviction Binding",
    "spec": "Deployment Lease LimitRange Namespace Node PersistentVolume PersistentVolumeClaim Pod"
    " PodDisruptionBudget ReplicaSet ResourceQuota Scale Service StatefulSet",
    "status": "Deployment Namespace Node PersistentVolume PersistentVolumeClaim Pod"
    " PodDisruptionBudget ReplicaSet ResourceQuota Scale Service StatefulSet",
}
_ALWAYS.update({name: dict(fields) for name, fields in inert_wire.ALWAYS.items()})
for _field, _names in (*_VALUES.items(), *inert_wire.VALUES.items()):
    for _name in _names.split():
        _ALWAYS.setdefault(_name, {})[_field] = {}

POINTERS = {
    name: frozenset(fields.split()) for name, fields in {**_POINTERS, **inert_wire.POINTERS}.items()
}
_ZEROS = {"s": "", "i": 0, "l": 0, "n": 0, "b": False, "x": 0, "q": "0", "y": None, "t": None}


class _Plan:
    """What is to be known of a type, worked out once."""

    __slots__ = ("always", "pointers", "type")

    def __init__(self, type_: Type) -> None:
        self.type = type_
        self.pointers = POINTERS.get(type_.name, frozenset())
        self.always: dict[str, Json] = {
            field.name: _zero(field.ref)
            for field in type_.required
            if field.name != _OMITTED.get(type_.name)
        }
        self.always.update(_ALWAYS.get(type_.name, {}))


_plans: dict[str, _Plan] = {}


def _zero(ref: Ref) -> Json:
    if ref.code in (LIST, MAP, ANY):
        return None
    return {} if ref.code == OBJECT else _ZEROS[ref.code]


def encode(obj: Obj, type_: Type) -> Obj:
    """An object as the server writes it: a decoded one, sent through Go's types and back.

    Unknown fields vanish, as do zeros that Go leaves out; quantities get their canonical form.
    Applying it twice changes nothing. The object given is not changed.
    """
    encoded: Obj = _object(obj, type_)
    return encoded


def _plan(type_: Type) -> _Plan:
    found = _plans.get(type_.name)
    if found is None:
        found = _plans[type_.name] = _Plan(type_)
    return found


def _object(obj: Obj, type_: Type) -> Obj:
    plan = _plan(type_)
    fields = type_.fields
    always, pointers = plan.always, plan.pointers
    out: Obj = {}
    for name, value in obj.items():
        field = fields.get(name)
        if field is None:
            continue
        if value is None:
            if name in always:
                out[name] = _always(always[name], field.ref)
            continue
        ref = field.ref
        code = ref.code
        if code == OBJECT:
            if isinstance(value, dict):
                out[name] = _object(value, ref.type)
            continue
        if code == LIST:
            assert ref.item is not None  # noqa: S101
            if value or name in always or _kept_empty(type_.name, name):
                out[name] = [_value(item, ref.item) for item in value]
            continue
        if code == MAP:
            assert ref.item is not None  # noqa: S101
            if value or name in always:
                out[name] = {key: _value(value[key], ref.item) for key in sorted(value)}
            continue
        if not value and name not in always and name not in pointers and code not in "qxt*":
            continue
        out[name] = _scalar(value, code)
    for name, zero in always.items():
        if name not in out:
            out[name] = _always(zero, fields[name].ref) if name in fields else zero
    return out


def _kept_empty(type_name: str, field: str) -> bool:
    """Lists that Go writes although they are empty: ``omitempty`` counts nil and empty as one."""
    return (type_name, field) in {("EndpointSlice", "endpoints"), ("EndpointSlice", "ports")}


def _always(zero: Json, ref: Ref) -> Json:
    if isinstance(zero, dict) and ref.code == OBJECT:
        return _object(zero, ref.type)
    return zero


def _value(value: Json, ref: Ref) -> Json:
    """An item of a list or a map."""
    code = ref.code
    if code == OBJECT:
        return _object(value or {}, ref.type)
    if code == LIST:
        assert ref.item is not None  # noqa: S101
        return None if value is None else [_value(item, ref.item) for item in value]
    if code == MAP:
        assert ref.item is not None  # noqa: S101
        return None if value is None else {k: _value(v, ref.item) for k, v in value.items()}
    if value is None:
        return _ZEROS.get(code)
    return _scalar(value, code)


def _scalar(value: Json, code: str) -> Json:
    if code == QUANTITY:
        try:
            return str(parse(value))
        except QuantityError:
            return value
    return value

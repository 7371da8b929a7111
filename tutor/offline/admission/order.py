"""The order in which Go writes fields, for the few texts that show whole objects.

A refused patch is answered with the object it made: objects that the patch touched are maps by then
and sorted by key, the others are still structs, in the order of their declaration.
"""

from tutor.manifest.schema_bundle import LIST, OBJECT, Ref, Type
from tutor.offline.admission.values import Json
from tutor.offline.objects import Obj

_FIRST = {
    "Container": "name image command args workingDir ports envFrom env resources resizePolicy"
    " restartPolicy restartPolicyRules volumeMounts volumeDevices livenessProbe readinessProbe"
    " startupProbe lifecycle terminationMessagePath terminationMessagePolicy imagePullPolicy"
    " securityContext stdin stdinOnce tty",
    "ContainerPort": "name hostPort containerPort protocol hostIP",
    "EnvVar": "name value valueFrom",
    "ManagedFieldsEntry": "manager operation apiVersion time fieldsType fieldsV1 subresource",
    "ObjectMeta": "name generateName namespace selfLink uid resourceVersion generation"
    " creationTimestamp deletionTimestamp deletionGracePeriodSeconds labels annotations"
    " ownerReferences finalizers managedFields",
    "OwnerReference": "apiVersion kind name uid controller blockOwnerDeletion",
    "PersistentVolumeClaimSpec": "accessModes selector resources volumeName storageClassName"
    " volumeMode dataSource dataSourceRef volumeAttributesClassName",
    "PersistentVolumeClaimStatus": "phase accessModes capacity conditions",
    "PodSpec": "volumes initContainers containers ephemeralContainers restartPolicy"
    " terminationGracePeriodSeconds activeDeadlineSeconds dnsPolicy nodeSelector"
    " serviceAccountName serviceAccount automountServiceAccountToken nodeName hostNetwork hostPID"
    " hostIPC shareProcessNamespace securityContext imagePullSecrets hostname subdomain affinity"
    " schedulerName tolerations hostAliases priorityClassName priority dnsConfig readinessGates"
    " runtimeClassName enableServiceLinks preemptionPolicy overhead topologySpreadConstraints",
    "Probe": "exec httpGet tcpSocket grpc initialDelaySeconds timeoutSeconds periodSeconds"
    " successThreshold failureThreshold terminationGracePeriodSeconds",
    "ServicePort": "name protocol appProtocol port targetPort nodePort",
    "ServiceSpec": "ports selector clusterIP clusterIPs type externalIPs sessionAffinity"
    " loadBalancerIP loadBalancerSourceRanges externalName externalTrafficPolicy"
    " healthCheckNodePort publishNotReadyAddresses sessionAffinityConfig ipFamilies ipFamilyPolicy"
    " allocateLoadBalancerNodePorts loadBalancerClass internalTrafficPolicy trafficDistribution",
    "StatefulSetSpec": "replicas selector template volumeClaimTemplates serviceName"
    " podManagementPolicy updateStrategy revisionHistoryLimit minReadySeconds"
    " persistentVolumeClaimRetentionPolicy ordinals",
    "StatefulSetStatus": "observedGeneration replicas readyReplicas currentReplicas"
    " updatedReplicas currentRevision updateRevision collisionCount conditions availableReplicas",
    "StatefulSetUpdateStrategy": "type rollingUpdate",
    "VolumeMount": "name readOnly recursiveReadOnly mountPath subPath mountPropagation subPathExpr",
}
_RANK = {
    name: {field: i for i, field in enumerate(["kind", "apiVersion", *fields.split()])}
    for name, fields in _FIRST.items()
}
_TOP = {name: i for i, name in enumerate(("kind", "apiVersion", "metadata", "spec", "status"))}


def in_order(made: Json, before: Json, type_: Type) -> Obj:
    """A patched object with its keys as the server's text has them.

    Args:
        made: The object.
        before: The one that was patched: what is still the same was not touched.
        type_: Their type.
    """
    result: Obj = _ordered(made, before, type_)
    return result


def _ordered(made: Json, before: Json, type_: Type) -> Json:
    if made == before:
        return as_struct(made, type_)
    old = before if isinstance(before, dict) else {}
    out: Obj = {}
    for key in sorted(made):
        value, field = made[key], type_.fields.get(key)
        ref = None if field is None else field.ref
        if isinstance(value, dict) and ref is not None and ref.code == OBJECT:
            out[key] = _ordered(value, old.get(key), ref.type)
        else:
            out[key] = _as_struct(value, ref)
    return out


def as_struct(obj: Obj, type_: Type) -> Obj:
    """An object with its keys in the order of Go's declaration, where that is known."""
    rank = _RANK.get(type_.name, _TOP)
    out: Obj = {}
    for key in sorted(obj, key=lambda name: (rank.get(name, len(rank)), name)):
        field = type_.fields.get(key)
        out[key] = _as_struct(obj[key], None if field is None else field.ref)
    return out


def _as_struct(value: Json, ref: Ref | None) -> Json:
    if ref is None:
        return value
    if isinstance(value, dict):
        if ref.code == OBJECT:
            return as_struct(value, ref.type)
        return {key: value[key] for key in sorted(value)}
    if isinstance(value, list) and ref.code == LIST:
        return [_as_struct(item, ref.item) for item in value]
    return value

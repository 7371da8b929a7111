"""What the API server puts where a manifest says nothing, for the types lessons and rules look at.

Source: ``SetDefaults_*`` in ``pkg/apis/{core,apps,batch,storage,policy}/v1/defaults.go`` of
kubernetes/kubernetes, and the zero values of fields whose absence means the same.
"""

from collections.abc import Callable, Mapping

from tutor.manifest.nodes import Data

Object = Mapping[str, Data]

_RETAIN: dict[str, Data] = {"whenDeleted": "Retain", "whenScaled": "Retain"}
_QUARTER: dict[str, Data] = {"maxUnavailable": "25%", "maxSurge": "25%"}

_STATIC: dict[str, dict[str, Data]] = {
    "ConfigMapVolumeSource": {"defaultMode": 0o644},
    "Container": {
        "stdin": False,
        "stdinOnce": False,
        "terminationMessagePath": "/dev/termination-log",
        "terminationMessagePolicy": "File",
        "tty": False,
    },
    "ContainerPort": {"protocol": "TCP"},
    "CronJobSpec": {
        "concurrencyPolicy": "Allow",
        "failedJobsHistoryLimit": 1,
        "successfulJobsHistoryLimit": 3,
        "suspend": False,
    },
    "DaemonSetSpec": {
        "minReadySeconds": 0,
        "revisionHistoryLimit": 10,
        "updateStrategy": {
            "type": "RollingUpdate",
            "rollingUpdate": {"maxUnavailable": 1, "maxSurge": 0},
        },
    },
    "DaemonSetUpdateStrategy": {"type": "RollingUpdate"},
    "DeploymentSpec": {
        "minReadySeconds": 0,
        "paused": False,
        "progressDeadlineSeconds": 600,
        "replicas": 1,
        "revisionHistoryLimit": 10,
        "strategy": {"type": "RollingUpdate", "rollingUpdate": _QUARTER},
    },
    "DeploymentStrategy": {"type": "RollingUpdate"},
    "DownwardAPIVolumeSource": {"defaultMode": 0o644},
    "EmptyDirVolumeSource": {"medium": ""},
    "GRPCAction": {"service": ""},
    "HTTPGetAction": {"path": "/", "scheme": "HTTP"},
    "HostPathVolumeSource": {"type": ""},
    "JobSpec": {"backoffLimit": 6, "completionMode": "NonIndexed", "suspend": False},
    "NetworkPolicyPort": {"protocol": "TCP"},
    "ObjectFieldSelector": {"apiVersion": "v1"},
    "ObjectMeta": {"namespace": "default"},
    "PersistentVolumeClaimSpec": {"volumeMode": "Filesystem"},
    "PersistentVolumeClaimVolumeSource": {"readOnly": False},
    "PersistentVolumeSpec": {
        "persistentVolumeReclaimPolicy": "Retain",
        "volumeMode": "Filesystem",
    },
    "PodDisruptionBudgetSpec": {"unhealthyPodEvictionPolicy": "IfHealthyBudget"},
    "PodSpec": {
        "dnsPolicy": "ClusterFirst",
        "enableServiceLinks": True,
        "hostIPC": False,
        "hostNetwork": False,
        "hostPID": False,
        "restartPolicy": "Always",
        "schedulerName": "default-scheduler",
        "serviceAccountName": "default",
        "setHostnameAsFQDN": False,
        "shareProcessNamespace": False,
        "terminationGracePeriodSeconds": 30,
    },
    "Probe": {
        "failureThreshold": 3,
        "initialDelaySeconds": 0,
        "periodSeconds": 10,
        "successThreshold": 1,
        "timeoutSeconds": 1,
    },
    "ProjectedVolumeSource": {"defaultMode": 0o644},
    "ReplicaSetSpec": {"minReadySeconds": 0, "replicas": 1},
    "RollingUpdateDaemonSet": {"maxSurge": 0, "maxUnavailable": 1},
    "RollingUpdateDeployment": _QUARTER,
    "RollingUpdateStatefulSetStrategy": {"maxUnavailable": 1, "partition": 0},
    "Secret": {"type": "Opaque"},
    "SecretVolumeSource": {"defaultMode": 0o644},
    "ServiceAccountTokenProjection": {"expirationSeconds": 3600},
    "ServicePort": {"name": "", "protocol": "TCP"},
    "ServiceSpec": {
        "publishNotReadyAddresses": False,
        "sessionAffinity": "None",
        "type": "ClusterIP",
    },
    "StatefulSetOrdinals": {"start": 0},
    "StatefulSetPersistentVolumeClaimRetentionPolicy": _RETAIN,
    "StatefulSetSpec": {
        "minReadySeconds": 0,
        "ordinals": {"start": 0},
        "persistentVolumeClaimRetentionPolicy": _RETAIN,
        "podManagementPolicy": "OrderedReady",
        "replicas": 1,
        "revisionHistoryLimit": 10,
        "serviceName": "",
        "updateStrategy": {
            "type": "RollingUpdate",
            "rollingUpdate": {"maxUnavailable": 1, "partition": 0},
        },
    },
    "StatefulSetUpdateStrategy": {"type": "RollingUpdate"},
    "StorageClass": {
        "allowVolumeExpansion": False,
        "reclaimPolicy": "Delete",
        "volumeBindingMode": "Immediate",
    },
    "VolumeMount": {"readOnly": False, "subPath": ""},
    "autoscaling.v1.HorizontalPodAutoscalerSpec": {"minReplicas": 1},
    "autoscaling.v2.HorizontalPodAutoscalerSpec": {"minReplicas": 1},
}

EMPTY_IS_ABSENT = frozenset(
    {
        "Affinity",
        "DaemonSetUpdateStrategy",
        "DeploymentStrategy",
        "ObjectMeta",
        "PodSecurityContext",
        "ResourceRequirements",
        "RollingUpdateDaemonSet",
        "RollingUpdateDeployment",
        "RollingUpdateStatefulSetStrategy",
        "SecurityContext",
        "StatefulSetOrdinals",
        "StatefulSetPersistentVolumeClaimRetentionPolicy",
        "StatefulSetUpdateStrategy",
        "VolumeResourceRequirements",
    }
)
"""Types of which ``{}`` says no more than leaving the field out.

Of others it does: ``emptyDir: {}`` chooses a volume, ``podSelector: {}`` selects every Pod.
"""


def default(type_name: str, field: str, beside: Object) -> Data:
    """What a field is when it is missing or null; None if it then simply is not there.

    Args:
        type_name: The type in the schema bundle (``StatefulSetSpec``).
        field: The missing field.
        beside: The object it is missing from; some defaults depend on the fields beside them.
    """
    dynamic = _DYNAMIC.get((type_name, field))
    if dynamic is not None:
        return dynamic(beside)
    return _STATIC.get(type_name, {}).get(field)


def _pull_policy(container: Object) -> Data:
    image = container.get("image")
    if not isinstance(image, str) or not image:
        return None
    name, digest, _ = image.partition("@")
    tag = name.rpartition("/")[2].partition(":")[2] or ("" if digest else "latest")
    return "Always" if tag == "latest" else "IfNotPresent"


def _target_port(port: Object) -> Data:
    return port.get("port")


def _internal_policy(spec: Object) -> Data:
    return None if spec.get("type") == "ExternalName" else "Cluster"


def _external_policy(spec: Object) -> Data:
    return "Cluster" if spec.get("type") in ("NodePort", "LoadBalancer") else None


def _node_ports(spec: Object) -> Data:
    return True if spec.get("type") == "LoadBalancer" else None


def _cluster_ips(spec: Object) -> Data:
    address = spec.get("clusterIP")
    return [address] if address else None


def _set_update(strategy: Object) -> Data:
    # The server leaves the block out when the type is written and the block is not; the partition
    # is 0 then as well. (That a deleted Pod may come back at another revision is STS223's to say.)
    if strategy.get("type") not in (None, "RollingUpdate"):
        return None
    return {"maxUnavailable": 1, "partition": 0}


def _deployment_update(strategy: Object) -> Data:
    return _QUARTER if strategy.get("type") in (None, "RollingUpdate") else None


def _daemon_update(strategy: Object) -> Data:
    rolling = strategy.get("type") in (None, "RollingUpdate")
    return {"maxUnavailable": 1, "maxSurge": 0} if rolling else None


_DYNAMIC: dict[tuple[str, str], Callable[[Object], Data]] = {
    ("Container", "imagePullPolicy"): _pull_policy,
    ("DaemonSetUpdateStrategy", "rollingUpdate"): _daemon_update,
    ("DeploymentStrategy", "rollingUpdate"): _deployment_update,
    ("EphemeralContainer", "imagePullPolicy"): _pull_policy,
    ("ServicePort", "targetPort"): _target_port,
    ("ServiceSpec", "allocateLoadBalancerNodePorts"): _node_ports,
    ("ServiceSpec", "clusterIPs"): _cluster_ips,
    ("ServiceSpec", "externalTrafficPolicy"): _external_policy,
    ("ServiceSpec", "internalTrafficPolicy"): _internal_policy,
    ("StatefulSetUpdateStrategy", "rollingUpdate"): _set_update,
}

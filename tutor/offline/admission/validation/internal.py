"""Objects as the server's own Go types print them: for the differences it puts into refusals.

Those types have no JSON tags: every field is there, zero or not, under its Go name and in the order
of its declaration. A field's JSON name is its Go name but for the case of letters.

Source: ``pkg/apis/core/types.go``; ``apimachinery/pkg/util/diff``.
"""

from difflib import unified_diff
from json import dumps

from tutor.manifest.schema_bundle import LIST, MAP, OBJECT, Ref, Type
from tutor.offline.admission.types import types
from tutor.offline.admission.values import Json
from tutor.offline.admission.wire import POINTERS
from tutor.offline.objects import Obj

_HOST = "HostNetwork HostPID HostIPC ShareProcessNamespace HostUsers"
_FIELDS = {
    "Capabilities": "Add Drop",
    "ConfigMapKeySelector": "Name Key Optional",
    "ConfigMapProjection": "Name Items Optional",
    "ConfigMapVolumeSource": "Name Items DefaultMode Optional",
    "Container": "Name Image Command Args WorkingDir Ports EnvFrom Env Resources ResizePolicy"
    " RestartPolicy RestartPolicyRules VolumeMounts VolumeDevices LivenessProbe ReadinessProbe"
    " StartupProbe Lifecycle TerminationMessagePath TerminationMessagePolicy ImagePullPolicy"
    " SecurityContext Stdin StdinOnce TTY",
    "ContainerPort": "Name HostPort ContainerPort Protocol HostIP",
    "DeploymentStrategy": "Type RollingUpdate",
    "DownwardAPIProjection": "Items",
    "DownwardAPIVolumeFile": "Path FieldRef ResourceFieldRef Mode",
    "DownwardAPIVolumeSource": "Items DefaultMode",
    "EmptyDirVolumeSource": "Medium SizeLimit",
    "EnvFromSource": "Prefix ConfigMapRef SecretRef",
    "EnvVar": "Name Value ValueFrom",
    "EnvVarSource": "FieldRef ResourceFieldRef ConfigMapKeyRef SecretKeyRef FileKeyRef",
    "ExecAction": "Command",
    "HTTPGetAction": "Path Port Host Scheme HTTPHeaders",
    "HostPathVolumeSource": "Path Type",
    "KeyToPath": "Key Path Mode",
    "Lifecycle": "PostStart PreStop StopSignal",
    "LocalVolumeSource": "Path FSType",
    "NFSVolumeSource": "Server Path ReadOnly",
    "NodeSelectorRequirement": "Key Operator Values",
    "NodeSelectorTerm": "MatchExpressions MatchFields",
    "ObjectFieldSelector": "APIVersion FieldPath",
    "PersistentVolumeClaimSpec": "AccessModes Selector Resources VolumeName StorageClassName"
    " VolumeMode DataSource DataSourceRef VolumeAttributesClassName",
    "PersistentVolumeSource": "GCEPersistentDisk AWSElasticBlockStore HostPath Glusterfs NFS RBD"
    " Quobyte ISCSI FlexVolume Cinder CephFS FC Flocker AzureFile VsphereVolume AzureDisk"
    " PhotonPersistentDisk PortworxVolume ScaleIO Local StorageOS CSI",
    "PersistentVolumeClaimVolumeSource": "ClaimName ReadOnly",
    "PodSecurityContext": "SELinuxOptions WindowsOptions RunAsUser RunAsGroup RunAsNonRoot"
    " SupplementalGroups SupplementalGroupsPolicy FSGroup FSGroupChangePolicy Sysctls"
    " SeccompProfile AppArmorProfile SELinuxChangePolicy",
    "PodSpec": "Volumes InitContainers Containers EphemeralContainers RestartPolicy"
    " TerminationGracePeriodSeconds ActiveDeadlineSeconds DNSPolicy NodeSelector"
    " ServiceAccountName AutomountServiceAccountToken NodeName SecurityContext ImagePullSecrets"
    " Hostname Subdomain SetHostnameAsFQDN Affinity SchedulerName Tolerations HostAliases"
    " PriorityClassName Priority PreemptionPolicy DNSConfig ReadinessGates RuntimeClassName"
    " Overhead EnableServiceLinks TopologySpreadConstraints OS SchedulingGates ResourceClaims"
    " Resources HostnameOverride SchedulingGroup",
    "Probe": "Exec HTTPGet TCPSocket GRPC InitialDelaySeconds TimeoutSeconds PeriodSeconds"
    " SuccessThreshold FailureThreshold TerminationGracePeriodSeconds",
    "ProjectedVolumeSource": "Sources DefaultMode",
    "ResourceRequirements": "Limits Requests Claims",
    "RollingUpdateDeployment": "MaxUnavailable MaxSurge",
    "SeccompProfile": "Type LocalhostProfile",
    "SecretKeySelector": "Name Key Optional",
    "SecretProjection": "Name Items Optional",
    "SecretVolumeSource": "SecretName Items DefaultMode Optional",
    "SecurityContext": "Capabilities Privileged SELinuxOptions WindowsOptions RunAsUser RunAsGroup"
    " RunAsNonRoot ReadOnlyRootFilesystem AllowPrivilegeEscalation ProcMount SeccompProfile"
    " AppArmorProfile",
    "ServiceAccountTokenProjection": "Audience ExpirationSeconds Path",
    "TCPSocketAction": "Port Host",
    "Toleration": "Key Operator Value Effect TolerationSeconds",
    "TypedLocalObjectReference": "APIGroup Kind Name",
    "TypedObjectReference": "APIGroup Kind Name Namespace",
    "Volume": "Name HostPath EmptyDir GCEPersistentDisk AWSElasticBlockStore GitRepo Secret NFS"
    " ISCSI Glusterfs PersistentVolumeClaim RBD Quobyte FlexVolume Cinder CephFS Flocker"
    " DownwardAPI FC AzureFile ConfigMap VsphereVolume AzureDisk PhotonPersistentDisk Projected"
    " PortworxVolume ScaleIO StorageOS CSI Ephemeral Image",
    "VolumeDevice": "Name DevicePath",
    "VolumeMount": "Name ReadOnly RecursiveReadOnly MountPath SubPath MountPropagation SubPathExpr",
    "VolumeProjection": "Secret DownwardAPI ConfigMap ServiceAccountToken ClusterTrustBundle"
    " PodCertificate",
    "VolumeResourceRequirements": "Limits Requests",
}
_TAGGED = frozenset({"LabelSelector", "LabelSelectorRequirement"})
"""Types of apimachinery's, which have JSON tags."""
_BY_VALUE = frozenset({("Container", "resources"), ("PersistentVolumeClaimSpec", "resources")})
_ZEROS: dict[str, Json] = {"s": "", "i": 0, "l": 0, "n": 0, "b": False, "x": 0, "q": "0"}


def as_go(obj: Obj, type_name: str) -> Obj:
    """A value as the server's own type would be written, for refusals that show it whole."""
    return _object(obj, types().type(type_name))


def difference(old: Obj, new: Obj, type_name: str, part: str = "") -> str:
    """How two values differ, in the lines of the server's text.

    Args:
        old: The value before.
        new: The value after.
        type_name: Their type.
        part: The part of it that is compared, if not all is: a struct that lies in the other.
    """
    before, after = (
        (dumps(_object(one, types().type(type_name), part), indent=1, ensure_ascii=False) + "\n")
        for one in (old, new)
    )
    lines = unified_diff(before.splitlines(keepends=True), after.splitlines(keepends=True), n=3)
    return "".join(list(lines)[2:])


def _object(obj: Obj, type_: Type, part: str = "") -> Obj:
    if type_.name in _TAGGED:
        return {name: obj[name] for name in type_.fields if name in obj}
    names = _FIELDS.get(part or type_.name)
    lower = {name.lower(): name for name in type_.fields}
    shown: Obj = {}
    ordered = names.split() if names else [name[:1].upper() + name[1:] for name in type_.fields]
    for go_name in ordered:
        name = lower.get(go_name.lower())
        if name is None:
            continue
        ref = type_.fields[name].ref
        value = obj.get(name)
        if type_.name == "PodSpec" and name == "securityContext" and value is not None:
            shown[go_name] = {**_host(obj), **_object(value, ref.type)}
        else:
            shown[go_name] = _value(value, ref, type_.name, name)
    return shown


def _host(spec: Obj) -> Obj:
    """Fields of a Pod's spec that the server keeps in the security context."""
    names = {"hostnetwork": "hostNetwork", "hostpid": "hostPID", "hostipc": "hostIPC"}
    shown: Obj = {}
    for go_name in _HOST.split():
        name = names.get(go_name.lower(), go_name[:1].lower() + go_name[1:])
        shown[go_name] = spec.get(name, False if go_name.lower() in names else None)
    return shown


def _value(value: Json, ref: Ref, owner: str, name: str) -> Json:
    if value is None:
        if ref.code == OBJECT and (owner, name) in _BY_VALUE:
            return _object({}, ref.type)
        if ref.code in (OBJECT, LIST, MAP) or name in POINTERS.get(owner, ()):
            return None
        return _ZEROS.get(ref.code)
    if ref.code == OBJECT:
        return _object(value, ref.type)
    if ref.code == LIST and ref.item is not None:
        return [_value(item, ref.item, "", "") for item in value]
    if ref.code == MAP:
        return {key: value[key] for key in sorted(value)}
    return value

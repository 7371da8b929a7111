"""Names of Go's types, as its JSON decoder puts them into messages.

Source: ``types.go`` of ``k8s.io/api`` v0.36.
"""

from tutor.manifest.schema_bundle import LIST, MAP, OBJECT, Ref

_NAMED = {
    "Container.imagePullPolicy": "v1.PullPolicy",
    "Container.restartPolicy": "v1.ContainerRestartPolicy",
    "Container.terminationMessagePolicy": "v1.TerminationMessagePolicy",
    "ContainerPort.protocol": "v1.Protocol",
    "DeploymentStrategy.type": "v1.DeploymentStrategyType",
    "EmptyDirVolumeSource.medium": "v1.StorageMedium",
    "EndpointSlice.addressType": "v1.AddressType",
    "HTTPGetAction.scheme": "v1.URIScheme",
    "HostPathVolumeSource.type": "v1.HostPathType",
    "LabelSelectorRequirement.operator": "v1.LabelSelectorOperator",
    "NamespaceStatus.phase": "v1.NamespacePhase",
    "NodeSelectorRequirement.operator": "v1.NodeSelectorOperator",
    "ObjectMeta.uid": "types.UID",
    "OwnerReference.uid": "types.UID",
    "PersistentVolumeClaimSpec.accessModes": "v1.PersistentVolumeAccessMode",
    "PersistentVolumeClaimSpec.volumeMode": "v1.PersistentVolumeMode",
    "PersistentVolumeClaimStatus.phase": "v1.PersistentVolumeClaimPhase",
    "PersistentVolumeSpec.accessModes": "v1.PersistentVolumeAccessMode",
    "PersistentVolumeSpec.persistentVolumeReclaimPolicy": "v1.PersistentVolumeReclaimPolicy",
    "PersistentVolumeSpec.volumeMode": "v1.PersistentVolumeMode",
    "PodDisruptionBudgetSpec.unhealthyPodEvictionPolicy": "v1.UnhealthyPodEvictionPolicyType",
    "PodSpec.dnsPolicy": "v1.DNSPolicy",
    "PodSpec.preemptionPolicy": "v1.PreemptionPolicy",
    "PodSpec.restartPolicy": "v1.RestartPolicy",
    "PodStatus.phase": "v1.PodPhase",
    "PodStatus.qosClass": "v1.PodQOSClass",
    "Secret.type": "v1.SecretType",
    "ServicePort.protocol": "v1.Protocol",
    "ServiceSpec.externalTrafficPolicy": "v1.ServiceExternalTrafficPolicy",
    "ServiceSpec.internalTrafficPolicy": "v1.ServiceInternalTrafficPolicy",
    "ServiceSpec.ipFamilies": "v1.IPFamily",
    "ServiceSpec.ipFamilyPolicy": "v1.IPFamilyPolicy",
    "ServiceSpec.sessionAffinity": "v1.ServiceAffinity",
    "ServiceSpec.type": "v1.ServiceType",
    "StatefulSetPersistentVolumeClaimRetentionPolicy.whenDeleted": (
        "v1.PersistentVolumeClaimRetentionPolicyType"
    ),
    "StatefulSetPersistentVolumeClaimRetentionPolicy.whenScaled": (
        "v1.PersistentVolumeClaimRetentionPolicyType"
    ),
    "StatefulSetSpec.podManagementPolicy": "v1.PodManagementPolicyType",
    "StatefulSetUpdateStrategy.type": "v1.StatefulSetUpdateStrategyType",
    "StorageClass.reclaimPolicy": "v1.PersistentVolumeReclaimPolicy",
    "StorageClass.volumeBindingMode": "v1.VolumeBindingMode",
    "Taint.effect": "v1.TaintEffect",
    "Toleration.effect": "v1.TaintEffect",
    "Toleration.operator": "v1.TolerationOperator",
    "TopologySpreadConstraint.whenUnsatisfiable": "v1.UnsatisfiableConstraintAction",
    "VolumeMount.mountPropagation": "v1.MountPropagationMode",
}
_RESOURCE_LISTS = frozenset(
    {
        "LimitRangeItem.default",
        "LimitRangeItem.defaultRequest",
        "LimitRangeItem.max",
        "LimitRangeItem.min",
        "NodeStatus.allocatable",
        "NodeStatus.capacity",
        "PersistentVolumeClaimStatus.capacity",
        "PersistentVolumeSpec.capacity",
        "PodSpec.overhead",
        "ResourceQuotaSpec.hard",
        "ResourceQuotaStatus.hard",
        "ResourceQuotaStatus.used",
        "ResourceRequirements.limits",
        "ResourceRequirements.requests",
        "VolumeResourceRequirements.limits",
        "VolumeResourceRequirements.requests",
    }
)
_SCALARS = {
    "s": "string",
    "i": "int32",
    "l": "int64",
    "n": "float64",
    "b": "bool",
    "y": "[]uint8",
    "t": "v1.Time",
    "q": "resource.Quantity",
    "x": "intstr.IntOrString",
}


def go_type(owner: str, field: str, ref: Ref) -> str:
    """What Go prints for the type of a field: ``int32``, ``[]v1.Container``.

    Args:
        owner: Name of the type that has the field.
        field: Its name.
        ref: What it may be.
    """
    path = f"{owner}.{field}"
    if path in _RESOURCE_LISTS:
        return "v1.ResourceList"
    return _go_type(ref, _NAMED.get(path, ""))


def _go_type(ref: Ref, named: str) -> str:
    if ref.code == LIST:
        assert ref.item is not None  # noqa: S101
        return "[]" + _go_type(ref.item, named)
    if ref.code == MAP:
        assert ref.item is not None  # noqa: S101
        return "map[string]" + _go_type(ref.item, named)
    if ref.code == OBJECT:
        return "v1." + struct_name(ref.name)
    return named or _SCALARS.get(ref.code, "interface {}")


def struct_name(type_name: str) -> str:
    """The Go name of a type of the bundle."""
    return type_name.rpartition(".")[2]

"""The columns of the server's tables.

A description that is the documentation of a field is named here by the field and read from
``openapi/columns.json``, which ``tools/generate_openapi.py`` writes.

Source: pkg/printers/internalversion/printers.go, AddHandlers.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

_FILE = Path(__file__).parent / "openapi" / "columns.json"
_CORE, _META = "io.k8s.api.core.v1", "io.k8s.apimachinery.pkg.apis.meta.v1"
_APPS, _DISCOVERY = "io.k8s.api.apps.v1", "io.k8s.api.discovery.v1"
_STORAGE = "io.k8s.api.storage.v1"


class Column(NamedTuple):
    """One column.

    Attributes:
        name: Its heading.
        about: Its description; with a ``:`` in front, the field whose documentation it is.
        type: ``string`` or ``integer``.
        wide: Whether it is shown with ``-o wide`` only.
        format: ``name`` for the column of names.
    """

    name: str
    about: str
    type: str = "string"
    wide: bool = False
    format: str = ""


NAME = Column("Name", f":{_META}.ObjectMeta.name", format="name")
AGE = Column("Age", f":{_META}.ObjectMeta.creationTimestamp")
_CONTAINERS = Column("Containers", "Names of each container in the template.", wide=True)
_IMAGES = Column("Images", "Images referenced by each container in the template.", wide=True)
_READY = Column("Ready", "Number of the pod with ready state")

COLUMNS: dict[str, tuple[Column, ...]] = {
    "configmaps": (NAME, Column("Data", f":{_CORE}.ConfigMap.data"), AGE),
    "controllerrevisions.apps": (
        NAME,
        Column("Controller", "Controller of the object"),
        Column("Revision", f":{_APPS}.ControllerRevision.revision"),
        AGE,
    ),
    "deployments.apps": (
        NAME,
        _READY,
        Column("Up-to-date", f":{_APPS}.DeploymentStatus.updatedReplicas"),
        Column("Available", f":{_APPS}.DeploymentStatus.availableReplicas"),
        AGE,
        _CONTAINERS,
        _IMAGES,
        Column("Selector", f":{_APPS}.DeploymentSpec.selector", wide=True),
    ),
    "endpoints": (NAME, Column("Endpoints", f":{_CORE}.Endpoints.subsets"), AGE),
    "endpointslices.discovery.k8s.io": (
        NAME,
        Column("AddressType", f":{_DISCOVERY}.EndpointSlice.addressType"),
        Column("Ports", f":{_DISCOVERY}.EndpointSlice.ports"),
        Column("Endpoints", f":{_DISCOVERY}.EndpointSlice.endpoints"),
        AGE,
    ),
    "events": (
        Column("Last Seen", f":{_CORE}.Event.lastTimestamp"),
        Column("Type", f":{_CORE}.Event.type"),
        Column("Reason", f":{_CORE}.Event.reason"),
        Column("Object", f":{_CORE}.Event.involvedObject"),
        Column("Subobject", f":{_CORE}.ObjectReference.fieldPath", wide=True),
        Column("Source", f":{_CORE}.Event.source", wide=True),
        Column("Message", f":{_CORE}.Event.message"),
        Column("First Seen", f":{_CORE}.Event.firstTimestamp", wide=True),
        Column("Count", f":{_CORE}.Event.count", wide=True),
        NAME._replace(wide=True),
    ),
    "leases.coordination.k8s.io": (
        NAME,
        Column("Holder", ":io.k8s.api.coordination.v1.LeaseSpec.holderIdentity"),
        AGE,
    ),
    "limitranges": (
        NAME,
        Column("Created At", f":{_META}.ObjectMeta.creationTimestamp", "date"),
    ),
    "namespaces": (NAME, Column("Status", "The status of the namespace"), AGE),
    "nodes": (
        NAME,
        Column("Status", "The status of the node"),
        Column("Roles", "The roles of the node"),
        AGE,
        Column("Version", f":{_CORE}.NodeSystemInfo.kubeletVersion"),
        Column("Internal-IP", f":{_CORE}.NodeStatus.addresses", wide=True),
        Column("External-IP", f":{_CORE}.NodeStatus.addresses", wide=True),
        Column("OS-Image", f":{_CORE}.NodeSystemInfo.osImage", wide=True),
        Column("Kernel-Version", f":{_CORE}.NodeSystemInfo.kernelVersion", wide=True),
        Column("Container-Runtime", f":{_CORE}.NodeSystemInfo.containerRuntimeVersion", wide=True),
    ),
    "persistentvolumeclaims": (
        NAME,
        Column("Status", f":{_CORE}.PersistentVolumeClaimStatus.phase"),
        Column("Volume", f":{_CORE}.PersistentVolumeClaimSpec.volumeName"),
        Column("Capacity", f":{_CORE}.PersistentVolumeClaimStatus.capacity"),
        Column("Access Modes", f":{_CORE}.PersistentVolumeClaimStatus.accessModes"),
        Column("StorageClass", "StorageClass of the pvc"),
        Column("VolumeAttributesClass", "VolumeAttributesClass of the pvc"),
        AGE,
        Column("VolumeMode", f":{_CORE}.PersistentVolumeClaimSpec.volumeMode", wide=True),
    ),
    "persistentvolumes": (
        NAME,
        Column("Capacity", f":{_CORE}.PersistentVolumeSpec.capacity"),
        Column("Access Modes", f":{_CORE}.PersistentVolumeSpec.accessModes"),
        Column("Reclaim Policy", f":{_CORE}.PersistentVolumeSpec.persistentVolumeReclaimPolicy"),
        Column("Status", f":{_CORE}.PersistentVolumeStatus.phase"),
        Column("Claim", f":{_CORE}.PersistentVolumeSpec.claimRef"),
        Column("StorageClass", "StorageClass of the pv"),
        Column("VolumeAttributesClass", "VolumeAttributesClass of the pv"),
        Column("Reason", f":{_CORE}.PersistentVolumeStatus.reason"),
        AGE,
        Column("VolumeMode", f":{_CORE}.PersistentVolumeSpec.volumeMode", wide=True),
    ),
    "poddisruptionbudgets.policy": (
        NAME,
        Column("Min Available", "The minimum number of pods that must be available."),
        Column("Max Unavailable", "The maximum number of pods that may be unavailable."),
        Column(
            "Allowed Disruptions",
            "Calculated number of pods that may be disrupted at this time.",
            "integer",
        ),
        AGE,
    ),
    "pods": (
        NAME,
        Column("Ready", "The aggregate readiness state of this pod for accepting traffic."),
        Column("Status", "The aggregate status of the containers in this pod."),
        Column(
            "Restarts",
            "The number of times the containers in this pod have been restarted and when the last "
            "container in this pod has restarted.",
        ),
        AGE,
        Column("IP", f":{_CORE}.PodStatus.podIP", wide=True),
        Column("Node", f":{_CORE}.PodSpec.nodeName", wide=True),
        Column("Nominated Node", f":{_CORE}.PodStatus.nominatedNodeName", wide=True),
        Column("Readiness Gates", f":{_CORE}.PodSpec.readinessGates", wide=True),
    ),
    "replicasets.apps": (
        NAME,
        Column("Desired", f":{_APPS}.ReplicaSetSpec.replicas", "integer"),
        Column("Current", f":{_APPS}.ReplicaSetStatus.replicas", "integer"),
        Column("Ready", f":{_APPS}.ReplicaSetStatus.readyReplicas", "integer"),
        AGE,
        _CONTAINERS,
        _IMAGES,
        Column("Selector", f":{_APPS}.ReplicaSetSpec.selector", wide=True),
    ),
    "resourcequotas": (
        NAME,
        Column(
            "Request",
            "Request represents a minimum amount of cpu/memory that a container may consume.",
        ),
        Column(
            "Limit", "Limits control the maximum amount of cpu/memory that a container may use."
        ),
        AGE,
    ),
    "secrets": (
        NAME,
        Column("Type", f":{_CORE}.Secret.type"),
        Column("Data", f":{_CORE}.Secret.data"),
        AGE,
    ),
    "serviceaccounts": (NAME, Column("Secrets", f":{_CORE}.ServiceAccount.secrets"), AGE),
    "services": (
        NAME,
        Column("Type", f":{_CORE}.ServiceSpec.type"),
        Column("Cluster-IP", f":{_CORE}.ServiceSpec.clusterIP"),
        Column("External-IP", f":{_CORE}.ServiceSpec.externalIPs"),
        Column("Port(s)", f":{_CORE}.ServiceSpec.ports"),
        AGE,
        Column("Selector", f":{_CORE}.ServiceSpec.selector", wide=True),
    ),
    "statefulsets.apps": (NAME, _READY, AGE, _CONTAINERS, _IMAGES),
    "storageclasses.storage.k8s.io": (
        NAME,
        Column("Provisioner", f":{_STORAGE}.StorageClass.provisioner"),
        Column("ReclaimPolicy", f":{_STORAGE}.StorageClass.reclaimPolicy"),
        Column("VolumeBindingMode", f":{_STORAGE}.StorageClass.volumeBindingMode"),
        Column("AllowVolumeExpansion", f":{_STORAGE}.StorageClass.allowVolumeExpansion"),
        AGE,
    ),
}
SCALE = (
    NAME,
    Column("Desired", ":io.k8s.api.autoscaling.v1.ScaleSpec.replicas", "integer"),
    Column("Available", ":io.k8s.api.autoscaling.v1.ScaleStatus.replicas", "integer"),
    AGE,
)


@cache
def _descriptions() -> dict[str, str]:
    found: dict[str, str] = json.loads(_FILE.read_text("utf-8"))
    return found


def definitions(columns: tuple[Column, ...]) -> list[dict[str, Any]]:
    """``columnDefinitions`` of a Table."""
    return [
        {
            "name": column.name,
            "type": column.type,
            "format": column.format,
            "description": (
                _descriptions()[column.about[1:]] if column.about.startswith(":") else column.about
            ),
            "priority": int(column.wide),
        }
        for column in columns
    ]

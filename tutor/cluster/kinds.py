"""The kinds the course is about: where the API has them, and in which order they are applied."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind.

    Attributes:
        kind: ``StatefulSet``.
        api_version: ``apps/v1``.
        plural: ``statefulsets``.
        short: What kubectl calls it in the shortest: ``sts``.
    """

    kind: str
    api_version: str
    plural: str
    namespaced: bool = True
    short: str = ""

    def path(self, namespace: str = "", name: str = "", subresource: str = "") -> str:
        """The path of a collection, of an object, or of what is below one."""
        root = "/apis" if "/" in self.api_version else "/api"
        parts = [root, self.api_version]
        if self.namespaced and namespace:
            parts += ["namespaces", quote(namespace, safe="")]
        parts.append(self.plural)
        if name:
            parts.append(quote(name, safe=""))
        if subresource:
            parts.append(subresource)
        return "/".join(parts)


_ROWS = (
    # In the order they are applied: what others need comes first.
    Kind("Namespace", "v1", "namespaces", namespaced=False, short="ns"),
    Kind("ResourceQuota", "v1", "resourcequotas", short="quota"),
    Kind("StorageClass", "storage.k8s.io/v1", "storageclasses", namespaced=False, short="sc"),
    Kind("PersistentVolume", "v1", "persistentvolumes", namespaced=False, short="pv"),
    Kind("ServiceAccount", "v1", "serviceaccounts", short="sa"),
    Kind("ConfigMap", "v1", "configmaps", short="cm"),
    Kind("Secret", "v1", "secrets"),
    Kind("PersistentVolumeClaim", "v1", "persistentvolumeclaims", short="pvc"),
    Kind("Service", "v1", "services", short="svc"),
    Kind("PodDisruptionBudget", "policy/v1", "poddisruptionbudgets", short="pdb"),
    Kind("Pod", "v1", "pods", short="po"),
    Kind("ReplicaSet", "apps/v1", "replicasets", short="rs"),
    Kind("Deployment", "apps/v1", "deployments", short="deploy"),
    Kind("StatefulSet", "apps/v1", "statefulsets", short="sts"),
    Kind("ControllerRevision", "apps/v1", "controllerrevisions"),
    Kind("EndpointSlice", "discovery.k8s.io/v1", "endpointslices"),
    Kind("Event", "v1", "events", short="ev"),
    Kind("Node", "v1", "nodes", namespaced=False, short="no"),
)
KINDS: Mapping[str, Kind] = {row.kind: row for row in _ROWS}
ORDER: Mapping[str, int] = {row.kind: place for place, row in enumerate(_ROWS)}

OFFLINE_ONLY = frozenset({"StorageClass", "PersistentVolume"})
"""Kinds of no namespace: applied to the tutor's own cluster alone."""
ALLOWED = frozenset(
    {
        "ConfigMap",
        "Deployment",
        "PersistentVolumeClaim",
        "Pod",
        "PodDisruptionBudget",
        "ReplicaSet",
        "Secret",
        "Service",
        "ServiceAccount",
        "StatefulSet",
    }
)
"""Kinds applied anywhere."""
WATCHED = (
    "Pod",
    "PersistentVolumeClaim",
    "StatefulSet",
    "ControllerRevision",
    "Service",
    "EndpointSlice",
    "Event",
    "Deployment",
    "ReplicaSet",
    "PodDisruptionBudget",
)
"""Kinds watched in the namespace."""
WATCHED_IF_ALLOWED = ("PersistentVolume", "Node")
"""Kinds of no namespace that are watched where the cluster lets us."""

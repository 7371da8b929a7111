"""What a new cluster has: four namespaces, three nodes in three zones, a default StorageClass.

Names, labels and conditions are those of the recorded cluster.
"""

from collections.abc import Iterator

from tutor.offline.clock import timestamp
from tutor.offline.objects import Obj
from tutor.offline.registry import Registry
from tutor.offline.requests import Request
from tutor.offline.resources import named

NODES = ("node-1", "node-2", "node-3")
NAMESPACES = ("default", "kube-node-lease", "kube-public", "kube-system")
PROVISIONER = "kubernetes.io/host-path"
_VERSION = "v1.36.2"
_CONDITIONS = (
    ("MemoryPressure", "False", "KubeletHasSufficientMemory", "kubelet has sufficient memory "
     "available"),
    ("DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
    ("PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
    ("Ready", "True", "KubeletReady", "kubelet is posting ready status"),
)  # fmt: skip
_ROOM = {"cpu": "8", "ephemeral-storage": "100Gi", "memory": "32Gi", "pods": "110"}


def first_objects(now: float) -> Iterator[tuple[str, Obj]]:
    """The objects of a new cluster, each with its resource."""
    for name in NAMESPACES:
        yield "namespaces", {"metadata": {"name": name}}
    yield (
        "storageclasses.storage.k8s.io",
        {
            "metadata": {
                "name": "standard",
                "annotations": {"storageclass.kubernetes.io/is-default-class": "true"},
            },
            "provisioner": PROVISIONER,
            "reclaimPolicy": "Delete",
            "volumeBindingMode": "Immediate",
        },
    )
    for number, name in enumerate(NODES, 1):
        yield "nodes", node(name, f"zone-{number}", number, now)


def node(name: str, zone: str, number: int, now: float) -> Obj:
    """A Node as its kubelet registers it.

    Args:
        name: Its name.
        zone: The zone it stands in.
        number: From 1 to 254, for its addresses (those of RFC 5737, which lead nowhere).
        now: Since when it is Ready.
    """
    stamp = timestamp(now)
    return {
        "metadata": {
            "name": name,
            "labels": {
                "beta.kubernetes.io/arch": "amd64",
                "beta.kubernetes.io/os": "linux",
                "kubernetes.io/arch": "amd64",
                "kubernetes.io/hostname": name,
                "kubernetes.io/os": "linux",
                "topology.kubernetes.io/zone": zone,
            },
            "annotations": {"node.alpha.kubernetes.io/ttl": "0"},
        },
        "spec": {},
        "status": {
            "capacity": dict(_ROOM),
            "allocatable": dict(_ROOM),
            "conditions": [
                {
                    "type": kind,
                    "status": status,
                    "lastHeartbeatTime": stamp,
                    "lastTransitionTime": stamp,
                    "reason": reason,
                    "message": message,
                }
                for kind, status, reason, message in _CONDITIONS
            ],
            "addresses": [
                {"type": "InternalIP", "address": f"192.0.2.{number}"},
                {"type": "Hostname", "address": name},
            ],
            "daemonEndpoints": {"kubeletEndpoint": {"Port": 10250}},
            "nodeInfo": {
                "machineID": name,
                "systemUUID": name,
                "bootID": name,
                "kernelVersion": "6.1.0",
                "osImage": "Offline",
                "containerRuntimeVersion": "offline://1.0",
                "kubeletVersion": _VERSION,
                "kubeProxyVersion": "",
                "operatingSystem": "linux",
                "architecture": "amd64",
            },
        },
    }


def bootstrap(registry: Registry) -> None:
    """Give a new cluster its first objects; those that are there already stay as they are."""
    for resource, obj in first_objects(registry.clock.now):
        if registry.store.get(resource, obj["metadata"]["name"]) is None:
            request = Request("create", named(resource), field_manager="kubelet", trusted=True)
            registry.create(request, obj)


def register(registry: Registry, name: str) -> None:
    """Have the kubelet of one of the first nodes register it, as it does when it starts.

    Args:
        registry: Where.
        name: Of the node; nothing happens if it is there, or was never one of the first.
    """
    if name not in NODES or registry.store.get("nodes", name) is not None:
        return
    number = NODES.index(name) + 1
    body = node(name, f"zone-{number}", number, registry.clock.now)
    request = Request("create", named("nodes"), field_manager="kubelet", trusted=True)
    registry.create(request, body)

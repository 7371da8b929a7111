"""What the tools write that run Kubernetes on one's own machine: names, addresses, marks.

A context is taken for one of theirs by its cluster and its user, which are what is connected with;
people rename contexts. What stands here is what the tools' current releases write:

- kind: ``pkg/cluster/internal/kubeconfig/internal/kubeconfig/helpers.go`` (``kind-NAME``, thrice)
- minikube: ``pkg/minikube/kubeconfig`` (the profile's name, thrice; an extension beside it)
- k3d: ``pkg/client/kubeconfig.go`` (``k3d-NAME``, user ``admin@k3d-NAME``)
- k3s: ``/etc/rancher/k3s/k3s.yaml`` (``default``, thrice, at 127.0.0.1:6443)
- Docker Desktop, Rancher Desktop, Colima, OrbStack, MicroK8s: their documentation and issues.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from tutor.cluster.addresses import Place, Server
from tutor.cluster.kubeconfig import Entry
from tutor.model.applying import ClusterKind, Evidence


@dataclass(frozen=True, slots=True)
class Tool:
    """What one tool writes.

    Attributes:
        cluster: Pattern of its clusters' names.
        user: Pattern of its users' names; ``{cluster}`` is the cluster's own.
        networks: Outside the loopback, where its virtual machines live.
        hosts: Names of this machine that it uses.
        port: The only one it uses; 0 for any.
    """

    kind: ClusterKind
    cluster: str
    user: str = "{cluster}"
    networks: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    port: int = 0

    def wrote(self, cluster: str, user: str) -> bool:
        """Whether these are names as it gives them."""
        expected = self.user.format(cluster=re.escape(cluster))
        return bool(re.fullmatch(self.cluster, cluster) and re.fullmatch(expected, user))

    def uses(self, server: Server) -> bool:
        """Whether its clusters have such addresses."""
        if self.port and server.port != self.port:
            return False
        return (
            server.place is Place.MACHINE
            or server.within(*self.networks)
            or server.host.rstrip(".") in self.hosts
        )


_MINIKUBE = Tool(
    ClusterKind.MINIKUBE,
    r"minikube",
    # Of its drivers: docker and podman; kvm2; virtualbox; hyperkit, qemu with socket_vmnet.
    networks=(
        "192.168.49.0/24",
        "192.168.39.0/24",
        "192.168.59.0/24",
        "192.168.99.0/24",
        "192.168.64.0/24",
        "192.168.105.0/24",
    ),
    hosts=("host.docker.internal", "host.minikube.internal"),
)
_K3S = Tool(ClusterKind.K3S, r"default", r"default", port=6443)
_DOCKER = ("kubernetes.docker.internal", "host.docker.internal", "gateway.docker.internal")
TOOLS = (
    Tool(ClusterKind.KIND, r"kind-.+", hosts=("host.docker.internal",)),
    Tool(
        ClusterKind.K3D,
        r"k3d-.+",
        r"(?:admin@)?{cluster}",
        hosts=("host.docker.internal", "host.k3d.internal"),
    ),
    _MINIKUBE,
    Tool(
        ClusterKind.DOCKER_DESKTOP,
        r"docker-desktop|docker-for-desktop(?:-cluster)?",
        r"docker-desktop|docker-for-desktop",
        hosts=_DOCKER,
    ),
    Tool(ClusterKind.RANCHER_DESKTOP, r"rancher-desktop"),
    Tool(
        ClusterKind.COLIMA,
        r"colima(?:-.+)?",
        networks=("192.168.106.0/24", "192.168.64.0/24"),
        hosts=("host.lima.internal",),
    ),
    Tool(ClusterKind.ORBSTACK, r"orbstack", hosts=("k8s.orb.local",)),
    Tool(
        ClusterKind.MICROK8S,
        r"microk8s(?:-cluster)?",
        r"admin|microk8s",
        networks=("192.168.64.0/24",),  # Multipass on macOS
    ),
    _K3S,
)
_EXTENSION = "minikube.sigs.k8s.io"
"""The provider that minikube names beside its clusters, whatever they are called."""


@dataclass(frozen=True, slots=True)
class Recognised:
    """Which tool wrote a cluster and its user, and what shows it."""

    tool: Tool
    evidence: Evidence


def recognised(cluster: Entry, user: Entry | None) -> Recognised | None:
    """The tool that wrote these; None where none did. The address is judged apart from that."""
    name = user.name if user is not None else ""
    for tool in TOOLS:
        if tool.wrote(cluster.name, name):
            return Recognised(tool, Evidence.NAMES)
    if _marked(cluster):
        return Recognised(_MINIKUBE, Evidence.MARK)
    return None


def _marked(cluster: Entry) -> bool:
    extensions = cluster.values.get("extensions")
    return isinstance(extensions, list) and any(
        isinstance(one, Mapping)
        and isinstance(own := one.get("extension"), Mapping)
        and own.get("provider") == _EXTENSION
        for one in extensions
    )

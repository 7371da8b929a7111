"""What the contexts of kubeconfig files lead to, and whether that is a cluster of this machine.

A name alone never makes a cluster local: its address must be one that the software behind the name
uses. An address of this machine is not enough either where it is plain that it leads on to
somewhere else: through a proxy, a tunnel, or to a cloud that has to be signed in to.
"""

import enum
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tutor.cluster.addresses import Place, Server, parse
from tutor.cluster.kubeconfig import Entry, Kubeconfig
from tutor.model.applying import ClusterKind
from tutor.model.errors import ExitCode, TutorError

_NAMES: tuple[tuple[ClusterKind, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        (ClusterKind.KIND, r"kind-.+"),
        (ClusterKind.K3D, r"k3d-.+"),
        (ClusterKind.MINIKUBE, r"minikube"),
        (ClusterKind.DOCKER_DESKTOP, r"docker-desktop|docker-for-desktop"),
        (ClusterKind.RANCHER_DESKTOP, r"rancher-desktop"),
        (ClusterKind.COLIMA, r"colima(?:-.+)?"),
        (ClusterKind.ORBSTACK, r"orbstack"),
        (ClusterKind.MICROK8S, r"microk8s(?:-cluster)?"),
        (ClusterKind.K3S, r"k3s(?:-.+)?"),
    )
)
_MINIKUBE = "minikube.sigs.k8s.io"
"""The extension that minikube writes beside its clusters, whatever they are called."""
_NETWORKS: Mapping[ClusterKind, tuple[str, ...]] = {
    # Of its drivers: docker and podman; kvm2; virtualbox; hyperkit, qemu with socket_vmnet.
    ClusterKind.MINIKUBE: (
        "192.168.49.0/24",
        "192.168.39.0/24",
        "192.168.59.0/24",
        "192.168.99.0/24",
        "192.168.64.0/24",
        "192.168.105.0/24",
    ),
    ClusterKind.COLIMA: ("192.168.106.0/24", "192.168.64.0/24"),
    ClusterKind.MICROK8S: ("192.168.64.0/24",),  # Multipass on macOS
}
_HOST_NAMES: Mapping[ClusterKind, tuple[str, ...]] = {
    ClusterKind.KIND: ("host.docker.internal",),
    ClusterKind.K3D: ("host.docker.internal", "host.k3d.internal"),
    ClusterKind.MINIKUBE: ("host.docker.internal", "host.minikube.internal"),
    ClusterKind.DOCKER_DESKTOP: (
        "kubernetes.docker.internal",
        "host.docker.internal",
        "gateway.docker.internal",
    ),
    ClusterKind.COLIMA: ("host.lima.internal",),
    ClusterKind.ORBSTACK: ("k8s.orb.local",),
}
_FAR = re.compile(
    r"^(?:gke_|arn:|do-|oke-)|\.eks\.|azmk8s|teleport|tailscale"
    r"|(?<![a-z])(?:prod|production|staging|stage|live)(?![a-z])",
    re.IGNORECASE,
)
"""Names that are given to clusters in clouds, and to those that matter."""
_CERTIFIED = re.compile(r"(?:localhost|127\.0\.0\.1|kubernetes(?:\.default(?:\.svc.*)?)?|minikube)")
"""What a local cluster's certificate may be asked for instead of its address."""


class Verdict(enum.StrEnum):
    """Whether a context may be used."""

    LOCAL = "local"
    """A cluster of this machine."""
    NAMED = "named"
    """Only where its name is given with --context, and typed."""
    BROKEN = "broken"
    """It cannot be used; ``trouble`` says why."""


class Reason(enum.StrEnum):
    """Why a context is not taken for one of this machine."""

    ELSEWHERE = "elsewhere"
    """Its address is not this machine's."""
    NETWORK = "network"
    """A private address, but none that this kind of cluster uses."""
    UNVERIFIED = "unverified"
    """Outside the loopback, with a certificate that nobody checks."""
    PROXY = "proxy"
    """Requests go through a proxy: the address is the proxy's view."""
    TUNNEL = "tunnel"
    """Its certificate is to be for another name: a tunnel ends here."""
    PLAIN = "plain"
    """No TLS: that is what ``kubectl proxy`` looks like, and it leads anywhere."""
    PATH = "path"
    """A path behind the address: something forwards from there."""
    PROGRAM = "program"
    """A program signs in, as with clouds."""
    PROVIDER = "provider"
    """An old way to sign in to clouds."""
    FAR_NAME = "far-name"
    """Its name is that of a cluster in a cloud, or of one that matters."""


@dataclass(frozen=True, slots=True)
class Context:
    """One context.

    Attributes:
        server: None where it could not be read.
        reasons: Why it is not taken for one of this machine; empty for one that is.
        trouble: Why it cannot be used.
        namespace: The one it names.
        program: What is run to sign in, word by word; empty for most.
        cluster, user: As the files have them.
    """

    name: str
    kind: ClusterKind
    verdict: Verdict
    file: str
    server: Server | None = None
    reasons: tuple[Reason, ...] = ()
    trouble: TutorError | None = None
    namespace: str = ""
    program: tuple[str, ...] = ()
    current: bool = False
    cluster: Entry | None = field(default=None, repr=False)
    user: Entry | None = field(default=None, repr=False)

    @property
    def address(self) -> str:
        """Of its server, for display."""
        return self.server.url + self.server.path if self.server else ""


def contexts(found: Kubeconfig, offline: str = "") -> tuple[Context, ...]:
    """Every context, the current one first, judged.

    Args:
        found: The files.
        offline: The kubeconfig file of the tutor's own offline cluster; empty where none runs.
    """
    made = [_judged(entry, found, offline) for entry in found.contexts.values()]
    return tuple(sorted(made, key=lambda one: not one.current))


def _judged(entry: Entry, found: Kubeconfig, offline: str) -> Context:
    current = bool(found.current) and entry.name == found.current
    try:
        return _read(entry, found, offline, current)
    except TutorError as trouble:
        return Context(
            entry.name,
            ClusterKind.OTHER,
            Verdict.BROKEN,
            entry.file,
            trouble=trouble,
            current=current,
        )


def _read(entry: Entry, found: Kubeconfig, offline: str, current: bool) -> Context:
    named = entry.text("cluster")
    cluster = found.clusters.get(named)
    if cluster is None:
        raise TutorError("context-no-cluster", ExitCode.CLUSTER, context=entry.name, cluster=named)
    name = entry.text("user")
    user = found.users.get(name)
    if user is None and name:
        raise TutorError("context-no-user", ExitCode.CLUSTER, context=entry.name, user=name)
    address = cluster.text("server")
    if not address:
        raise TutorError("context-no-server", ExitCode.CLUSTER, context=entry.name)
    server = parse(address, entry.name)
    program = _program(user)
    ours = bool(offline) and _same(entry.file, offline) and _same(cluster.file, offline)
    kind = _kind(entry.name, cluster, user, server, ours)
    reasons = tuple(_reasons(entry.name, kind, cluster, user, server))
    return Context(
        entry.name,
        kind if not reasons or kind is not ClusterKind.OFFLINE else ClusterKind.OTHER,
        Verdict.NAMED if reasons else Verdict.LOCAL,
        entry.file,
        server,
        reasons,
        None,
        entry.text("namespace"),
        program,
        current,
        cluster,
        user,
    )


def _program(user: Entry | None) -> tuple[str, ...]:
    """The words of the program that signs in."""
    plugin = user.mapping("exec") if user is not None else None
    if plugin is None:
        return ()
    arguments = plugin.values.get("args") or []
    if not isinstance(arguments, list) or not all(isinstance(one, str) for one in arguments):
        raise TutorError(
            "kubeconfig-field", ExitCode.CLUSTER, file=plugin.file, name=plugin.name, field="args"
        )
    command = plugin.text("command")
    if not command:
        raise TutorError(
            "kubeconfig-field",
            ExitCode.CLUSTER,
            file=plugin.file,
            name=plugin.name,
            field="command",
        )
    return (command, *arguments)


def _same(left: str, right: str) -> bool:
    return Path(left).resolve() == Path(right).resolve()


def _kind(name: str, cluster: Entry, user: Entry | None, server: Server, ours: bool) -> ClusterKind:
    """What a context says it is; its address is judged afterwards."""
    if ours:
        return ClusterKind.OFFLINE
    for kind, pattern in _NAMES:
        if pattern.fullmatch(name) or pattern.fullmatch(cluster.name):
            return kind
    extensions = cluster.values.get("extensions")
    if isinstance(extensions, list) and any(
        isinstance(one, Mapping)
        and isinstance(own := one.get("extension"), Mapping)
        and own.get("provider") == _MINIKUBE
        for one in extensions
    ):
        return ClusterKind.MINIKUBE
    own = cluster.file.replace("\\", "/")
    plain = (name, cluster.name, user.name if user else "") == ("default",) * 3
    if own.endswith("/k3s.yaml") or (plain and server.port == 6443):
        return ClusterKind.K3S
    if server.place is Place.MACHINE:
        return ClusterKind.LOOPBACK
    return ClusterKind.OTHER


def _used_by(kind: ClusterKind, server: Server) -> bool:
    """Whether this kind of cluster has such addresses."""
    names = _HOST_NAMES.get(kind, ())
    return server.within(*_NETWORKS.get(kind, ())) or server.host.rstrip(".") in names


def _reasons(
    name: str, kind: ClusterKind, cluster: Entry, user: Entry | None, server: Server
) -> Iterator[Reason]:
    place = server.place
    if place is Place.ELSEWHERE:
        yield Reason.ELSEWHERE
    elif place is not Place.MACHINE and not _used_by(kind, server):
        yield Reason.NETWORK
    if place in (Place.NETWORK, Place.HOST_NAME) and cluster.flag("insecure-skip-tls-verify"):
        yield Reason.UNVERIFIED
    if cluster.text("proxy-url"):
        yield Reason.PROXY
    certified = cluster.text("tls-server-name")
    if certified and not _CERTIFIED.fullmatch(certified):
        yield Reason.TUNNEL
    if server.scheme == "http":
        yield Reason.PLAIN
    if server.path:
        yield Reason.PATH
    if user is not None and user.mapping("exec") is not None:
        yield Reason.PROGRAM
    if user is not None and user.mapping("auth-provider") is not None:
        yield Reason.PROVIDER
    if kind is ClusterKind.LOOPBACK and (_FAR.search(name) or _FAR.search(cluster.name)):
        yield Reason.FAR_NAME

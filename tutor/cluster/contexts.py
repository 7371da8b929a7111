"""What the contexts of kubeconfig files lead to, and whether that is a cluster of this machine.

A cluster is local when its entries are such as a local tool writes (:mod:`local_tools`), its
address is one that this tool uses, and nothing speaks against it. An address of this machine
proves nothing by itself: the near end of a tunnel has one as well. What speaks against it is where
requests lead on (a proxy, a path, a cloud that has to be signed in to), a certificate that nobody
checks, and any name that says production.
"""

import enum
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tutor.cluster.addresses import Place, Server, parse
from tutor.cluster.kubeconfig import Entry, Kubeconfig
from tutor.cluster.local_tools import Recognised, recognised
from tutor.cluster.production import sounding
from tutor.model.applying import ClusterKind, Evidence
from tutor.model.errors import ExitCode, TutorError

_FAR = re.compile(
    r"^(?:gke_|arn:|do-|oke-|clusteruser_|clusteradmin_)|\.eks\.|eksctl|azmk8s|teleport|tailscale",
    re.IGNORECASE,
)
"""Names that are given to clusters in clouds."""
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
    """Its certificate is not checked, so anything may answer there."""
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
    """Its name is that of a cluster in a cloud."""
    PRODUCTION = "production"
    """One of its names says production, or what is treated like it; ``Context.telltale``."""
    UNKNOWN = "unknown"
    """An address of this machine, and nothing that a local tool has written."""


@dataclass(frozen=True, slots=True)
class Context:
    """One context.

    Attributes:
        server: None where it could not be read.
        reasons: Why it is not taken for one of this machine; empty for one that is.
        evidence: Why it is thought to be one; NONE for one that is not.
        telltale: The name in it that says production; empty without one.
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
    evidence: Evidence = Evidence.NONE
    telltale: str = ""
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
    tool = recognised(cluster, user)
    kind = _kind(tool, server, ours)
    telltale = "" if ours else sounding(_names(entry, cluster, user))
    names = () if ours else (entry.name, cluster.name, name)
    reasons = tuple(_reasons(names, None if ours else tool, cluster, user, server))
    if telltale:
        reasons = (Reason.PRODUCTION, *reasons)
    if kind is ClusterKind.LOOPBACK and not reasons:
        reasons = (Reason.UNKNOWN,)
    evidence = Evidence.OWN if ours else tool.evidence if tool else Evidence.NONE
    return Context(
        name=entry.name,
        kind=kind if not reasons or kind is not ClusterKind.OFFLINE else ClusterKind.OTHER,
        verdict=Verdict.NAMED if reasons else Verdict.LOCAL,
        file=entry.file,
        server=server,
        reasons=reasons,
        evidence=Evidence.NONE if reasons else evidence,
        telltale=telltale,
        namespace=entry.text("namespace"),
        program=program,
        current=current,
        cluster=cluster,
        user=user,
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


def _kind(tool: Recognised | None, server: Server, ours: bool) -> ClusterKind:
    """What a context says it is; its address is judged afterwards."""
    if ours:
        return ClusterKind.OFFLINE
    if tool is not None:
        return tool.tool.kind
    return ClusterKind.LOOPBACK if server.place is Place.MACHINE else ClusterKind.OTHER


def _reasons(
    names: Iterable[str],
    tool: Recognised | None,
    cluster: Entry,
    user: Entry | None,
    server: Server,
) -> Iterator[Reason]:
    if server.place is Place.ELSEWHERE:
        yield Reason.ELSEWHERE
    elif not (tool.tool.uses(server) if tool else server.place is Place.MACHINE):
        yield Reason.NETWORK
    if cluster.flag("insecure-skip-tls-verify"):
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
    if any(_FAR.search(name) for name in names):
        yield Reason.FAR_NAME


_FILES = ("certificate-authority", "client-certificate", "client-key", "tokenFile")
_SECRET = ("-data", "token", "password")


def _names(context: Entry, cluster: Entry, user: Entry | None) -> Iterator[str]:
    """Everything in a context that somebody has named; secrets and certificates are no names."""
    entries = [one for one in (context, cluster, user) if one is not None]
    for entry in entries:
        yield entry.name
        yield _last(entry.file)
    for entry in entries:
        for key, value in entry.values.items():
            if key in _FILES and isinstance(value, str):
                yield _last(value)
            elif key != "extensions" and not str(key).endswith(_SECRET):
                yield from _texts(value)


def _last(path: str) -> str:
    return path.replace("\\", "/").rpartition("/")[2]


def _texts(value: object) -> Iterator[str]:
    """Every text in a value of any shape."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, Mapping):
            # An auth-provider's configuration holds tokens beside its names.
            waiting.extend(own for key, own in one.items() if not str(key).endswith(_SECRET))
        elif isinstance(one, list):
            waiting.extend(one)

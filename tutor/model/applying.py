"""A manifest on its way into a cluster: where it goes, what would change, what did."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

from tutor.model.findings import Param


class ClusterKind(enum.StrEnum):
    """What a context leads to, as far as can be told without asking it."""

    OFFLINE = "offline"
    KIND = "kind"
    MINIKUBE = "minikube"
    K3D = "k3d"
    K3S = "k3s"
    DOCKER_DESKTOP = "docker-desktop"
    RANCHER_DESKTOP = "rancher-desktop"
    COLIMA = "colima"
    ORBSTACK = "orbstack"
    MICROK8S = "microk8s"
    LOOPBACK = "loopback"
    """Something else at an address of this machine; it may be the near end of a tunnel."""
    OTHER = "other"


class Evidence(enum.StrEnum):
    """Why a cluster is thought to be of this machine."""

    NONE = ""
    """It is not; its name was typed."""
    OWN = "own"
    """The tutor started it."""
    NAMES = "names"
    """Its cluster and user are named as a local tool names them, at an address it uses."""
    MARK = "mark"
    """minikube has left its mark beside the cluster."""


@dataclass(frozen=True, slots=True)
class Where:
    """The place that is worked in.

    Attributes:
        context: Name of the kubeconfig context; ``offline`` for the tutor's own cluster.
        kubeconfig: The file to give to kubectl.
        version: Of the server, ``v1.36.2``.
        provisions: Claims that name no class get a volume here.
        evidence: Why it is thought to be of this machine.
        server: Its address.
    """

    context: str
    kind: ClusterKind
    namespace: str
    kubeconfig: str
    version: str = ""
    provisions: bool = True
    evidence: Evidence = field(default=Evidence.NONE, compare=False)
    server: str = field(default="", compare=False)

    @property
    def offline(self) -> bool:
        """It is an offline cluster, with a clock that can be held."""
        return self.kind is ClusterKind.OFFLINE


@dataclass(frozen=True, slots=True)
class Offer:
    """A cluster that may be worked in.

    Attributes:
        context: As in :class:`Where`.
        local: It is at this machine. One that is not has to be named, and its name typed.
        evidence: Why it is thought to be.
    """

    context: str
    kind: ClusterKind
    local: bool = True
    evidence: Evidence = field(default=Evidence.NONE, compare=False)


class Fate(enum.StrEnum):
    """What becomes, or would become, of one object of a manifest."""

    CREATE = "create"
    CHANGE = "change"
    SAME = "same"
    REFUSED = "refused"
    """The server refuses it; :attr:`Item.reason` is what it says."""
    BARRED = "barred"
    """The tutor does not let it through; :attr:`Item.code` says why."""
    CONFLICT = "conflict"
    """Fields belong to another manager; :attr:`Item.owners`."""


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field that differs.

    Attributes:
        path: ``spec.replicas``.
        before, after: As YAML on one line; empty where there is no value.
    """

    path: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Item:
    """One object of a plan.

    Attributes:
        line: Where its document begins in the text, from 1.
        code: A code whose page explains it: of the decoder (MSG…) for what the server said, of
            :mod:`tutor.i18n.errors` for what the tutor bars; empty where there is none.
        reason: The server's own words, not translated.
        owners: Path to the manager that owns it.
        forbidden: What in its Pods the namespace forbids, in the server's own words: the object is
            taken, and none of its Pods will be. Empty where they will.
    """

    fate: Fate
    kind: str
    name: str
    line: int
    changes: tuple[FieldChange, ...] = ()
    code: str = ""
    params: Mapping[str, Param] = field(default_factory=dict, hash=False)
    reason: str = ""
    owners: tuple[tuple[str, str], ...] = ()
    forbidden: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """What applying a text would do; after it was applied, what it did.

    Attributes:
        text: The manifest it is made from.
        items: In the order they are applied.
        warnings: The server's own warnings, each once.
    """

    text: str
    where: Where
    items: tuple[Item, ...]
    warnings: tuple[str, ...] = ()

    @property
    def possible(self) -> bool:
        """Every object would be taken."""
        bad = {Fate.REFUSED, Fate.BARRED, Fate.CONFLICT}
        return bool(self.items) and not any(item.fate in bad for item in self.items)

    @property
    def changes_nothing(self) -> bool:
        """Everything is there already, just so."""
        return all(item.fate is Fate.SAME for item in self.items)


@dataclass(frozen=True, slots=True)
class Leftover:
    """Something that cleaning removes, or leaves behind.

    Attributes:
        size: Of a claim or volume; empty for others.
        holds_data: With it goes what was written there.
    """

    kind: str
    name: str
    size: str = ""
    holds_data: bool = False


@dataclass(frozen=True, slots=True)
class Cleaning:
    """What cleaning would remove, and what would stay.

    Attributes:
        namespaces: The tutor's own, that go.
        removed: Everything in them.
        stays: What is left behind nevertheless: volumes whose policy is Retain.
        foreign: What looks like the tutor's by name or label, and was not made by this
            installation, or cannot be proven to be; it is left alone.
    """

    where: Where
    namespaces: tuple[str, ...]
    removed: tuple[Leftover, ...]
    stays: tuple[Leftover, ...] = ()
    foreign: tuple[Leftover, ...] = ()

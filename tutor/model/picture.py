"""A namespace at one moment, as a picture to draw: sets, places by ordinal, claims, names.

Everything a view needs is here, worked out; a view decides nothing but where it goes.
"""

from dataclasses import dataclass

from tutor.model.timeline import Entry, Waiting


@dataclass(frozen=True, slots=True)
class PodView:
    """One Pod.

    Attributes:
        status: As ``kubectl get pods`` prints it: Pending, Running, Init:0/1, ImagePullBackOff,
            Terminating, ….
        revision: The revision of its template, short (its hash); empty without one.
        current: Its revision is the one its set updates to.
        node: Empty while it has none.
        restarts: Of all its containers together.
        since: When it was made, seconds since the epoch.
    """

    name: str
    uid: str
    status: str
    ready: bool
    available: bool
    terminating: bool
    revision: str
    current: bool
    node: str
    ip: str
    restarts: int
    since: float


@dataclass(frozen=True, slots=True)
class ClaimView:
    """One claim, with its volume.

    Attributes:
        phase: Pending, Bound, Lost or Terminating.
        volume: Name of the PersistentVolume; empty while there is none.
        size: As the claim's status says it, else as it asks; empty where it says nothing.
        storage_class: Empty where it names none.
        mounted: The Pod of its place mounts it. False for a claim nobody mounts.
    """

    name: str
    uid: str
    phase: str
    volume: str
    size: str
    storage_class: str
    mounted: bool


@dataclass(frozen=True, slots=True)
class NameView:
    """One DNS name, as short as a Pod of the same namespace may use it.

    Attributes:
        addresses: What it resolves to now; empty where it does not resolve.
    """

    name: str
    addresses: tuple[str, ...]

    @property
    def resolves(self) -> bool:
        """Whether it has an address now."""
        return bool(self.addresses)


@dataclass(frozen=True, slots=True)
class Place:
    """One ordinal of a set: what stands there, or that nothing does.

    Attributes:
        wanted: The set asks for a Pod here; False for one that is surplus, or whose claims are
            all that is left.
        pod: None where there is none now.
        name: The DNS name of this place; None where the set has no governing Service by name.
        waits: What this place waits for; None where all is well.
    """

    ordinal: int
    pod_name: str
    wanted: bool
    pod: PodView | None
    claims: tuple[ClaimView, ...]
    name: NameView | None
    waits: Waiting | None


@dataclass(frozen=True, slots=True)
class ServiceView:
    """One Service.

    Attributes:
        headless: It has no address of its own.
        exists: False for a Service that a set names and that is not there.
        name: What its own name resolves to.
    """

    service: str
    headless: bool
    exists: bool
    name: NameView


@dataclass(frozen=True, slots=True)
class SetView:
    """One StatefulSet.

    Attributes:
        policy: ``OrderedReady`` or ``Parallel``.
        strategy: ``RollingUpdate`` or ``OnDelete``.
        partition: None where it says nothing.
        current, update: Revisions, short.
        service: The governing Service; None where the set names none.
        places: By ordinal.
        more: Empty places beyond those that are shown.
    """

    name: str
    uid: str
    replicas: int
    ready: int
    policy: str
    strategy: str
    partition: int | None
    current: str
    update: str
    terminating: bool
    service: ServiceView | None
    places: tuple[Place, ...]
    more: int = 0


@dataclass(frozen=True, slots=True)
class Picture:
    """A namespace at one moment.

    Attributes:
        at: The moment, seconds since the epoch.
        version: The change it stands after; 0 for the very beginning.
        sets: By name.
        pods: Pods of no place of any set: of Deployments, bare ones, orphans.
        claims: Claims of no place of any set.
        services: Services that govern no set.
        events: The newest Events, the newest last.
    """

    at: float
    version: int
    sets: tuple[SetView, ...] = ()
    pods: tuple[PodView, ...] = ()
    claims: tuple[ClaimView, ...] = ()
    services: tuple[ServiceView, ...] = ()
    events: tuple[Entry, ...] = ()

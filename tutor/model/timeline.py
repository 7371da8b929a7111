"""What happened in a cluster, as data: changes of objects, and what they mean.

A :class:`Change` is what a watch tells; an :class:`Entry` is what a reader is told. Both are the
same for the offline cluster and for a real one.
"""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

Obj: TypeAlias = Mapping[str, Any]
"""An object of the Kubernetes API, as JSON holds it. Shared, and never changed."""


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """One object, changed once.

    Attributes:
        at: When, seconds since the epoch, by the clock of whoever watched: the cluster's own
            clock offline, this machine's for a real one.
        version: Place in the order of changes, rising.
        kind: ``Pod``, ``StatefulSet``, ….
        namespace: Empty for what has none.
        uid: Of the object after the change, or of the one that is gone.
        before: None for an object that is new.
        after: None for an object that is gone.
    """

    at: float
    version: int
    kind: str
    namespace: str
    name: str
    uid: str
    before: Obj | None
    after: Obj | None


class What(enum.StrEnum):
    """What a change means. The values are the words of facts in ``scenario.yaml``."""

    CREATED = "created"
    SCHEDULED = "scheduled"
    STARTED = "started"
    """All containers of a Pod run."""
    READY = "ready"
    UNREADY = "unready"
    AVAILABLE = "available"
    """Ready for ``minReadySeconds``; told only of sets that ask for it."""
    FAILED = "failed"
    SUCCEEDED = "succeeded"
    TROUBLE = "trouble"
    """It is stuck; ``reason`` says how: ImagePullBackOff, CrashLoopBackOff, Unschedulable, … of a
    Pod; ProvisioningFailed, FailedBinding of a claim; FailedCreate of a set. ``message``."""
    RESTARTED = "restarted"
    TERMINATING = "terminating"
    GONE = "gone"
    BOUND = "bound"
    LOST = "lost"
    RELEASED = "released"
    RESIZED = "resized"
    SCALED = "scaled"
    """``spec.replicas`` of a set; ``was``, ``now``."""
    REVISED = "revised"
    """A set has a new update revision; ``now``."""
    ROLLED = "rolled"
    """Every Pod of a set has its update revision."""
    ADOPTED = "adopted"
    ORPHANED = "orphaned"
    RESOLVES = "resolves"
    """Of kind ``DNS``: the name has an address now; ``address``."""
    VANISHES = "vanishes"
    """Of kind ``DNS``: the name has no address any more."""
    SAID = "said"
    """An Event about the object; ``type``, ``reason``, ``message``, ``count``."""
    CHANGED = "changed"
    """Anything else a person changed; ``fields``, the paths, comma-separated."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened, as it is told.

    Attributes:
        at: As in the change it comes from.
        version: Of that change; several entries may come from one.
        kind: Of the object, or ``DNS`` for a name.
        name: Of the object; for a name, as short as a Pod of the same namespace may use it
            (``web-0.web``).
        params: Details, by the names that :class:`What` gives them.
    """

    at: float
    version: int
    what: What
    kind: str
    name: str
    uid: str = ""
    params: Mapping[str, str | int] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A Pod that is not yet what it should be, and why.

    Attributes:
        set: The StatefulSet it belongs to, or will.
        pod: Its name; it need not exist yet.
        step: ``create``, ``delete`` or ``wait`` (to become available).
        reason: Why not yet: a value of the offline controller's ``Reason``.
        because: The Pod, claim or set that is waited for.
    """

    set: str
    pod: str
    step: str
    reason: str
    because: str

"""What applying a manifest comes to, as data: what a reader should see at the end of its play."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

from tutor.model.findings import Param


class Comes(enum.StrEnum):
    """A kind of consequence. ``names`` are of what it concerns; ``params`` as said here."""

    UNREADABLE = "unreadable"
    """The text is no manifest; ``code``, ``line``."""
    REFUSED = "refused"
    """The server does not take it; ``reason``, its own words."""
    NOTHING = "nothing"
    """Everything is as it was before."""
    STUCK = "stuck"
    """Pods that do not become Ready; ``status``, the word kubectl prints."""
    UNBOUND = "unbound"
    """Claims that have no volume; ``reason``, of the Event that says why, or empty."""
    MISSING = "missing"
    """Pods that are never made; ``because``, what they wait for, or empty."""
    OUTDATED = "outdated"
    """Pods that stay as they were before a change; ``because``, what they wait for."""
    NAMELESS = "nameless"
    """Pods that run and have no DNS name; ``service``, and ``why``, of :class:`Nameless`."""
    UNMOUNTED = "unmounted"
    """Claims that exist, with a volume, and no container mounts."""
    LEFT = "left"
    """Claims that were there before, and belong to nothing any more."""
    RESTLESS = "restless"
    """It goes on and on."""
    WELL = "well"
    """All is as it should be; ``ready``, how many Pods are."""


class Nameless(enum.StrEnum):
    """Why Pods have no names."""

    UNNAMED = "unnamed"
    """The set names no Service."""
    MISSING = "missing"
    """There is no Service of that name."""
    ADDRESS = "address"
    """The Service has an address of its own: CoreDNS answers the names, other servers need not."""
    UNSELECTED = "unselected"
    """The Service does not select the Pods."""


@dataclass(frozen=True, slots=True)
class Consequence:
    """One thing that comes of it."""

    what: Comes
    names: tuple[str, ...] = ()
    params: Mapping[str, Param] = field(default_factory=dict, hash=False)

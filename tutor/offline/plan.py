"""How a controller says what it wants done: it yields actions and is told what came of each.

A controller never touches the store. Its ``sync`` is a generator over a read-only view::

    def sync(self, view: View, key: Key) -> Plan:
        outcome = yield Create("pods", pod)
        if isinstance(outcome, ApiError):
            yield Record(set_, "Warning", "FailedCreate", f"… failed error: {outcome.message}")
            raise Retry

The runner applies each action through the same registry that serves users, sends the outcome back,
and puts the key back into the queue, with the usual back-off, where the plan raises :class:`Retry`.
"""

from collections.abc import Generator, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from tutor.offline.errors import ApiError
from tutor.offline.objects import Obj

CUSTOM = "*"
"""Among what a controller watches: all custom resources."""


class Retry(Exception):  # noqa: N818  (no error: a request to be run again)
    """Sync this key again after the rate limiter's delay (5 ms, doubled each time, 1000 s at most).

    Source: client-go util/workqueue, DefaultTypedControllerRateLimiter.
    """


@dataclass(frozen=True, slots=True)
class Key:
    """What a queue holds: an object of the controller's kind."""

    namespace: str
    name: str


@dataclass(frozen=True, slots=True)
class Create:
    """Create an object. Outcome: the object as stored."""

    resource: str
    obj: Obj


@dataclass(frozen=True, slots=True)
class Update:
    """Replace an object; its resourceVersion must be the current one. Outcome: as stored."""

    resource: str
    obj: Obj


@dataclass(frozen=True, slots=True)
class UpdateStatus:
    """Replace what a subresource covers: the status, or for Namespaces also ``finalize``.

    The object's resourceVersion must be the current one. Outcome: the object as stored.
    """

    resource: str
    obj: Obj
    subresource: str = "status"


@dataclass(frozen=True, slots=True)
class Bind:
    """Give a Pod its node, as the scheduler does through ``pods/binding``.

    Sets ``spec.nodeName``, the node's topology labels and the condition PodScheduled.
    Outcome: the Pod as stored.
    """

    namespace: str
    name: str
    uid: str
    node: str


@dataclass(frozen=True, slots=True)
class Delete:
    """Delete an object.

    Attributes:
        uid: Only this incarnation; empty for any.
        propagation: ``Background``, ``Foreground``, ``Orphan``; empty for the kind's default.
        grace_seconds: None for the object's own.
    """

    resource: str
    namespace: str
    name: str
    uid: str = ""
    propagation: str = ""
    grace_seconds: int | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """An Event about an object, written by the controller's recorder (aggregated as usual).

    With an ``action`` (``Scheduling``, ``Binding``) it is an Event as the scheduler's recorder
    writes them: ``eventTime`` and ``series`` in place of ``count`` and ``source``. A ``host`` is
    the node whose kubelet tells it.
    """

    about: Obj
    type: str
    reason: str
    message: str
    action: str = ""
    host: str = ""


@dataclass(frozen=True, slots=True)
class Again:
    """Sync this key again after so many seconds of virtual time."""

    after: float


Action: TypeAlias = Create | Update | UpdateStatus | Bind | Delete | Record | Again
Outcome: TypeAlias = Obj | ApiError | None
"""The object as stored; an error; None for a deletion that is done, Record and Again."""
Plan: TypeAlias = Generator[Action, Outcome, None]


class View(Protocol):
    """What a controller sees: every object as it is now, and the time."""

    @property
    def now(self) -> float:
        """Virtual time, seconds since the epoch."""

    @property
    def gates(self) -> Mapping[str, bool]:
        """Feature gates of this cluster, each by its name."""

    def get(self, resource: str, namespace: str, name: str) -> Obj | None:
        """One object. Resources are named ``pods`` or ``statefulsets.apps``."""

    def list(self, resource: str, namespace: str = "") -> Iterable[Obj]:
        """All objects of a resource, of one namespace or of all, ordered by namespace and name."""

    def owned(self, resource: str, uid: str) -> Iterable[Obj]:
        """The objects of a resource whose controller has this uid, ordered by name.

        An empty uid asks for those of all namespaces that have no controller: orphans.
        """

    def dependents(self, uid: str) -> Iterable[tuple[str, Obj]]:
        """All objects with an owner of this uid, controller or not, each with its resource."""

    def matching(self, resource: str, namespace: str, labels: Mapping[str, str]) -> Iterable[Obj]:
        """The objects of a namespace that carry all these labels, ordered by name.

        No labels match everything, as an empty selector does.
        """

    def down(self, node: str) -> bool:
        """Whether the node's machine stands still (a fault from outside).

        Such a fault beginning or ending is announced to the controllers that watch ``nodes`` as a
        change of the Node from itself to itself.
        """


class Controller(Protocol):
    """One controller."""

    @property
    def name(self) -> str:
        """As it appears in Events: ``statefulset-controller``."""

    @property
    def watches(self) -> tuple[str, ...]:
        """Resources whose changes it looks at."""

    def keys(
        self, view: View, resource: str, before: Obj | None, after: Obj | None
    ) -> Iterable[Key]:
        """What to sync after a change.

        ``before`` is None for a new object, ``after`` for one that is gone.
        """

    def sync(self, view: View, key: Key) -> Plan:
        """Bring one object closer to what it should be."""

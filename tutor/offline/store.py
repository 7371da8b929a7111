"""Every object of the cluster, one version counter, one log of changes.

What kubectl sees, what the controllers see and what a screen draws all come from here::

    store = Store()
    change = store.create("pods", pod)          # → Change; change.after has its resourceVersion
    store.update("pods", {**change.after, …})
    for change in store.since(version): …       # the log; Expired (410) where it was cut
    store.at(version).list("pods", "default")   # the state at any version still in the log

The log reaches back :data:`KEPT` changes and up to a quarter more. Where that is not enough, what
goes first are renewals of leases: three nodes at rest make two thousand an hour. Of those in the
older part of the log, one of each lease is left, so that a lease may be shown as last renewed
earlier than it was; nothing else is.

Objects are shared and never changed. The store decides nothing: it neither knows strategies nor
finalizers nor grace. ``tutor.offline.registry`` does, and nobody else writes here.
"""

import json
from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from tutor.offline.errors import ApiError
from tutor.offline.in_order import InOrder
from tutor.offline.objects import Obj, controller_of, labels_of, meta, owners_of
from tutor.offline.refusals import too_large
from tutor.offline.sharing import apart, share

KEPT = 6_000
"""Changes a log holds at least, unless they are large: some 20 MB."""
LOGGED = 40_000_000
"""Bytes that a log's changes take at most: beyond them the oldest are dropped, however few."""
ROOM = 80_000_000
"""Bytes that all objects may take: etcd has such a bound, too (``--quota-backend-bytes``)."""

LEASES = "leases.coordination.k8s.io"

# Controllers look these up by label.
_LABELLED = frozenset(
    {
        "controllerrevisions.apps",
        "endpointslices.discovery.k8s.io",
        "persistentvolumeclaims",
        "pods",
        "replicasets.apps",
    }
)
# Controllers adopt these where they have no controller.
_ADOPTED = frozenset({"controllerrevisions.apps", "pods", "replicasets.apps"})


@dataclass(frozen=True, slots=True)
class Change:
    """One change: one version.

    Attributes:
        version: The resourceVersion it made.
        resource: ``pods``.
        key: ``namespace/name``, or ``name`` of the whole cluster.
        before: The object before it; None where it was created.
        after: The object after it; None where it was removed.
        last: What a watch shows: ``after``, or for a removal ``before`` with this version.
        time: Virtual time.
        actor: Who asked for it: a controller, or a user agent.
        weight: Bytes of memory that it keeps, beyond what other versions keep.
    """

    version: int
    resource: str
    key: str
    before: Obj | None
    after: Obj | None
    last: Obj
    time: float
    actor: str
    weight: int = 0

    @property
    def type(self) -> str:
        """As a watch names it: ``ADDED``, ``MODIFIED``, ``DELETED``."""
        return "ADDED" if self.before is None else "DELETED" if self.after is None else "MODIFIED"


def key_of(obj: Obj) -> str:
    """The key an object is stored under; keys sort as etcd sorts them."""
    found = meta(obj)
    namespace = found.get("namespace")
    return f"{namespace}/{found['name']}" if namespace else str(found["name"])


def expired(version: int, floor: int) -> ApiError:
    """410: the log does not reach back that far."""
    return ApiError(410, "Expired", f"too old resource version: {version} ({floor})")


def _controller_uid(obj: Obj) -> str:
    owner = controller_of(obj)
    return str(owner.get("uid")) if owner is not None else ""


def _owner_uids(obj: Obj) -> set[str]:
    return {str(owner.get("uid")) for owner in owners_of(obj)}


Tables = dict[str, dict[str, Obj]]


class Snapshot:
    """The state at one version.

    Attributes:
        version: The version.
        time: Virtual time when it became the version.
    """

    def __init__(self, version: int, time: float, tables: Tables) -> None:
        self.version = version
        self.time = time
        self._tables = tables

    def get(self, resource: str, key: str) -> Obj | None:
        """One object as it was."""
        return self._tables.get(resource, {}).get(key)

    def list(self, resource: str, namespace: str = "") -> Iterator[Obj]:
        """The objects of a resource as they were, in order of their keys."""
        table = self._tables.get(resource, {})
        prefix = f"{namespace}/" if namespace else ""
        return (table[key] for key in sorted(table) if key.startswith(prefix))

    def resources(self) -> tuple[str, ...]:
        """The resources that had objects."""
        return tuple(sorted(name for name, table in self._tables.items() if table))


LARGEST = 3 << 20
"""Bytes of JSON that an object may have.

etcd takes requests of 1.5 MiB (``DefaultMaxRequestBytes``), in protobuf; of an object of many small
fields that is about half of its JSON.
"""
_SUSPECT = 1 << 20
"""Bytes of memory below which no object comes near that."""


def _outgrown(obj: Obj | None) -> bool:
    return len(json.dumps(obj, ensure_ascii=False, separators=(",", ":")).encode()) > LARGEST


class Store:
    """The one store of a cluster.

    Args:
        now: Virtual time, for the log.
        first: The version before the first change. It is not 0, so that version 1 is too old to
            watch from, as in any cluster that has been running.
        keep: How many changes the log holds at least before its oldest are dropped.
        logged: How many bytes they may take.

    Attributes:
        actor: Who asks for the changes that follow.
        turn: How a write comes to its turn: called with what makes it. At once, unless somebody
            works on the store from a thread.
        weight: Bytes of memory that the objects take, as far as that can be told.
    """

    def __init__(
        self,
        now: Callable[[], float] = lambda: 0.0,
        first: int = 100,
        keep: int = KEPT,
        logged: int = LOGGED,
    ) -> None:
        self._now = now
        self._keep = keep
        self._logged = logged
        self._log_weight = 0
        self.weight = 0
        self._version = first
        self._floor = first
        self._floor_time = now()
        self._log: list[Change] = []
        self._base: Tables = {}
        self._tables: Tables = {}
        self._order: dict[str, list[str]] = {}
        self._owned: dict[str, dict[str, dict[str, Obj]]] = {}
        self._controlled: dict[tuple[str, str], InOrder] = {}
        self._labelled: dict[tuple[str, str, str, str], InOrder] = {}
        self._listeners: list[Callable[[Change], None]] = []
        self.actor = ""
        self.turn: Callable[[Callable[[], Change]], Change] = _at_once

    # -- versions and the log

    @property
    def version(self) -> int:
        """The version of the latest change."""
        return self._version

    @property
    def floor(self) -> int:
        """The oldest version the log reaches back to."""
        return self._floor

    def since(self, version: int) -> Iterator[Change]:
        """The changes after a version, oldest first; those that happen meanwhile too.

        Raises:
            ApiError: 410 where the log was cut after that version.
        """
        if version < self._floor:
            raise expired(version, self._floor)
        return self._changes(version)

    def _changes(self, version: int) -> Iterator[Change]:
        while version < self._version:
            if version < self._floor:
                raise expired(version, self._floor)
            change = self._log[self._after(version)]
            yield change
            version = change.version

    def _after(self, version: int) -> int:
        """Where in the log the changes after a version begin."""
        if len(self._log) == self._version - self._floor:
            return version - self._floor
        return bisect_right(self._log, version, key=_version_of)

    def time_at(self, version: int) -> float:
        """Virtual time when a version became the latest.

        Raises:
            ApiError: 410 where the log was cut after it.
        """
        if version < self._floor:
            raise expired(version, self._floor)
        made = self._after(min(version, self._version))
        return self._log[made - 1].time if made else self._floor_time

    def compact(self, version: int) -> None:
        """Forget how the state at this version came about."""
        version = min(version, self._version)
        if version <= self._floor:
            return
        count = self._after(version)
        for change in islice(self._log, count):
            _play(self._base, change.resource, change.key, change.after)
            self._floor_time = change.time
            self._log_weight -= change.weight
        del self._log[:count]
        self._floor = version

    def _trim(self) -> None:
        """Keep the log short: first by renewals of leases, then by its oldest changes."""
        if len(self._log) > self._keep + self._keep // 4:
            recent = len(self._log) - self._keep // 4
            self._log[:recent] = _thinned(self._log[:recent])
            self._log_weight = sum(change.weight for change in self._log)
            if len(self._log) > self._keep:
                self.compact(self._log[-self._keep].version - 1)
        if self._log_weight > self._logged:
            self.compact(self._log[self._light()].version)

    def _light(self) -> int:
        """Up to which change the log is cut so that three quarters of its bytes are left."""
        left = self._log_weight - self._logged * 3 // 4
        for at, change in enumerate(self._log):
            left -= change.weight
            if left <= 0:
                return at
        return len(self._log) - 1

    def at(self, version: int, resource: str = "") -> Snapshot:
        """The state at a version, of all resources or of one.

        Raises:
            ApiError: 410 where the log was cut after it.
        """
        if version < self._floor:
            raise expired(version, self._floor)
        version = min(version, self._version)
        behind = self._after(version)
        ahead = len(self._log) - behind
        start = self._base if behind < ahead else self._tables
        tables = {name: dict(table) for name, table in start.items() if resource in ("", name)}
        if behind < ahead:
            for change in islice(self._log, behind):
                if resource in ("", change.resource):
                    _play(tables, change.resource, change.key, change.after)
        else:
            for change in reversed(self._log[behind:]):
                if resource in ("", change.resource):
                    _play(tables, change.resource, change.key, change.before)
        return Snapshot(version, self.time_at(version), tables)

    def listen(self, listener: Callable[[Change], None]) -> Callable[[], None]:
        """Be told of every change, at once and in order. What it returns ends that.

        A listener must not write to the store.
        """
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    # -- reading

    def get(self, resource: str, key: str) -> Obj | None:
        """The object stored under a key."""
        table = self._tables.get(resource)
        return table.get(key) if table else None

    def list(self, resource: str, namespace: str = "", after: str = "") -> Iterator[Obj]:
        """The objects of a resource, in order of their keys.

        Args:
            resource: The resource.
            namespace: Only of this namespace; empty for all.
            after: Only keys after this one.
        """
        table, order = self._tables.get(resource, {}), self._order.get(resource, [])
        start, end = 0, len(order)
        if namespace:
            start = bisect_left(order, f"{namespace}/")
            end = bisect_left(order, f"{namespace}0")  # "0" follows "/"
        if after:
            start = max(start, bisect_left(order, f"{after}\0"))
        return iter([table[key] for key in order[start:end]])

    def count(self, resource: str, namespace: str = "") -> int:
        """How many objects a resource has."""
        if not namespace:
            return len(self._tables.get(resource, ()))
        order = self._order.get(resource, [])
        return bisect_left(order, f"{namespace}0") - bisect_left(order, f"{namespace}/")

    def owned(self, resource: str, uid: str) -> Sequence[Obj]:
        """The objects of a resource whose controller has this uid, in order of their keys.

        An empty uid asks for those of all namespaces without a controller; only resources that
        controllers adopt are looked up like this.
        """
        found = self._controlled.get((uid, resource))
        return found.all() if found else ()

    def dependents(self, uid: str) -> Iterator[tuple[str, Obj]]:
        """All objects with an owner of this uid, each with its resource."""
        for resource, found in sorted(self._owned.get(uid, {}).items()):
            for key in sorted(found):
                yield resource, found[key]

    def matching(self, resource: str, namespace: str, labels: Mapping[str, str]) -> Iterable[Obj]:
        """The objects of a namespace that carry all these labels, in order of their keys."""
        if not labels:
            return self.list(resource, namespace)
        if resource not in _LABELLED:
            return _carrying(labels, self.list(resource, namespace))
        nothing = InOrder()
        buckets = [
            self._labelled.get((resource, namespace, name, value), nothing)
            for name, value in labels.items()
        ]
        rarest = min(buckets, key=len).all()
        return rarest if len(buckets) == 1 else _carrying(labels, rarest)

    # -- writing

    def create(self, resource: str, obj: Obj) -> Change:
        """Store a new object under its name.

        Raises:
            KeyError: The name is taken.
        """
        key = key_of(obj)
        if key in self._tables.get(resource, ()):
            raise KeyError(key)
        return self._write(resource, key, None, obj)

    def update(self, resource: str, obj: Obj) -> Change:
        """Store another version of an object.

        Raises:
            KeyError: There is no such object.
        """
        key = key_of(obj)
        return self._write(resource, key, self._tables[resource][key], obj)

    def delete(self, resource: str, key: str) -> Change:
        """Remove an object.

        Raises:
            KeyError: There is no such object.
        """
        return self._write(resource, key, self._tables[resource][key], None)

    def _write(self, resource: str, key: str, before: Obj | None, after: Obj | None) -> Change:
        """Write an object in its turn.

        Raises:
            ApiError: 500 for an object that is too large for any store.
        """
        if before is not None and after is not None:
            after = share(before, after)
        version = str(self._version + 1)  # whoever has the turn is the only one to write
        weighed = None if after is None else _versioned(after, version)
        weights = apart(weighed, before), apart(before, weighed)
        if weights[0] > _SUSPECT and _outgrown(weighed):
            raise too_large()
        return self.turn(lambda: self._commit(resource, key, before, after, weights))

    def _commit(
        self,
        resource: str,
        key: str,
        before: Obj | None,
        after: Obj | None,
        weights: tuple[int, int],
    ) -> Change:
        version = self._version + 1
        last = after if after is not None else before
        assert last is not None  # noqa: S101  (one of the two is there)
        last = _versioned(last, str(version))
        after = None if after is None else last
        added, dropped = weights
        weight = added if after is not None else dropped
        actor = self.actor
        change = Change(version, resource, key, before, after, last, self._now(), actor, weight)
        self._log.append(change)
        self._log_weight += weight
        self.weight += added - dropped
        self._version = version
        _play(self._tables, resource, key, after)
        self._index(resource, key, before, after)
        if len(self._log) > self._keep + self._keep // 4 or self._log_weight > self._logged:
            self._trim()
        for listener in tuple(self._listeners):
            listener(change)
        return change

    def _index(self, resource: str, key: str, before: Obj | None, after: Obj | None) -> None:
        if before is None:
            insort(self._order.setdefault(resource, []), key)
        elif after is None:
            order = self._order[resource]
            del order[bisect_left(order, key)]
        owners = _owner_uids(after) if after is not None else set()
        if before is not None:
            for gone in _owner_uids(before) - owners:
                tables = self._owned[gone]
                del tables[resource][key]
                if not tables[resource]:
                    del tables[resource]
                if not tables:
                    del self._owned[gone]
        for uid in owners:
            assert after is not None  # noqa: S101  (owners come from it)
            self._owned.setdefault(uid, {}).setdefault(resource, {})[key] = after
        self._index_controller(resource, key, before, after)
        if resource in _LABELLED:
            self._index_labels(resource, key, before, after)

    def _index_controller(
        self, resource: str, key: str, before: Obj | None, after: Obj | None
    ) -> None:
        adopted = resource in _ADOPTED
        was = _controller_uid(before) if before is not None else ""
        uid = _controller_uid(after) if after is not None else ""
        if before is not None and (after is None or was != uid) and (was or adopted):
            found = self._controlled[was, resource]
            found.drop(key)
            if not found:
                del self._controlled[was, resource]
        if after is not None and (uid or adopted):
            self._controlled.setdefault((uid, resource), InOrder()).put(key, after)

    def _index_labels(self, resource: str, key: str, before: Obj | None, after: Obj | None) -> None:
        namespace = key.partition("/")[0]
        labels = labels_of(after) if after is not None else {}
        for name, value in (labels_of(before) if before is not None else {}).items():
            if labels.get(name) != value:
                bucket = self._labelled[resource, namespace, name, value]
                bucket.drop(key)
                if not bucket:
                    del self._labelled[resource, namespace, name, value]
        for name, value in labels.items():
            assert after is not None  # noqa: S101  (labels come from it)
            bucket = self._labelled.setdefault((resource, namespace, name, value), InOrder())
            bucket.put(key, after)

    # -- keeping and restoring

    def load(self, objects: Mapping[str, Iterable[Obj]], version: int) -> None:
        """Take over the objects of another store, with an empty log.

        Args:
            objects: By resource, with the resourceVersions they had.
            version: The version that store had come to.

        Raises:
            ValueError: This store has had changes.
        """
        if self._log or self._tables:
            raise ValueError("only an empty store can be loaded")
        self._version = self._floor = version
        for resource, found in objects.items():
            for obj in found:
                key = key_of(obj)
                _play(self._tables, resource, key, obj)
                _play(self._base, resource, key, obj)
                self._index(resource, key, None, obj)
                self.weight += apart(obj)

    def resources(self) -> tuple[str, ...]:
        """The resources that have objects."""
        return tuple(sorted(name for name, table in self._tables.items() if table))


def _at_once(write: Callable[[], Change]) -> Change:
    return write()


def _version_of(change: Change) -> int:
    return change.version


def _versioned(obj: Obj, version: str) -> Obj:
    return {**obj, "metadata": {**obj["metadata"], "resourceVersion": version}}


def _thinned(log: Sequence[Change]) -> list[Change]:
    """A part of a log with one renewal of each lease, its last, in place of all of them.

    A lease that was made or removed in between begins anew.
    """
    firsts: dict[str, Change] = {}
    lasts: dict[str, Change] = {}
    kept = []
    for change in log:
        if change.resource != LEASES:
            kept.append(change)
        elif change.type == "MODIFIED":
            firsts.setdefault(change.key, change)
            lasts[change.key] = change
        else:
            kept += _whole(firsts.pop(change.key, None), lasts.pop(change.key, None))
            kept.append(change)
    for key in tuple(firsts):
        kept += _whole(firsts[key], lasts[key])
    return sorted(kept, key=_version_of)


def _whole(first: Change | None, last: Change | None) -> list[Change]:
    """Several changes of one object as one."""
    return [replace(last, before=first.before)] if first is not None and last is not None else []


def _carrying(labels: Mapping[str, str], objects: Iterable[Obj]) -> Iterator[Obj]:
    """Those of the objects that carry all these labels."""
    return (obj for obj in objects if labels.items() <= labels_of(obj).items())


def _play(tables: Tables, resource: str, key: str, obj: Obj | None) -> None:
    table = tables.setdefault(resource, {})
    if obj is None:
        table.pop(key, None)
    else:
        table[key] = obj

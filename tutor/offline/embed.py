"""A cluster in a program that shows it: begin one, go on tick by tick, look back, ask "what if".

Everything here is pure. ``tutor.offline.api.embedded`` holds a cluster in a thread of its own, in
real time and with a door for kubectl; it hands out the same runner::

    runner = begin(random.Random(1))
    runner.registry.create(…)                  # a user's request
    for change in next_changes(runner): …      # go on until something happens; what happened
    runner.history(since)                      # every change since a version, before and after
    past = at(runner, version)                 # the cluster as it was, as a View
    waits(past, "default", "web")              # "web-1 waits: web-0 is not Ready"
    other = fork(runner, version, random.Random(2))   # another cluster that goes on from there
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tutor.offline import plane
from tutor.offline.bootstrap import bootstrap
from tutor.offline.clock import Clock
from tutor.offline.controllers.statefulset import Waiting, explain
from tutor.offline.plan import Key, View
from tutor.offline.requests import Random
from tutor.offline.runner import HEARTBEATS, START, Runner, StoreView
from tutor.offline.store import Change, Snapshot, Store

PATIENCE = 600.0
"""Seconds of virtual time to wait for something to happen."""


def begin(random: Random, start: float = START, gates: Mapping[str, bool] | None = None) -> Runner:
    """A new cluster with three nodes and a default StorageClass, at rest.

    Args:
        random: Its only source of randomness.
        start: Its first moment, seconds since the epoch.
        gates: Feature gates.
    """
    runner = plane.build(random, start, gates or {})
    bootstrap(runner.registry)
    runner.settle()
    return runner


def next_changes(runner: Runner, patience: float = PATIENCE) -> Sequence[Change]:
    """Go on, tick by tick, until something has changed; nodes renewing their leases do not count.

    Args:
        runner: The cluster.
        patience: At most so many seconds of virtual time.

    Returns:
        What changed, in order; nothing where nothing happens for so long.
    """
    end = runner.clock.now + patience
    while True:
        seen = runner.store.version
        if not runner.work() and not runner.clock.fire(end):
            runner.clock.move(end)
            return ()
        changes = tuple(one for one in runner.history(seen) if one.resource not in HEARTBEATS)
        if changes:
            return changes


@dataclass(frozen=True, slots=True)
class Past:
    """A cluster as it was at a version, taken from one that goes on.

    Attributes:
        snapshot: Its objects.
        gates: Its feature gates.
        faults: The nodes whose machines stood still.
    """

    snapshot: Snapshot
    gates: Mapping[str, bool]
    faults: frozenset[str]


def past(runner: Runner, version: int) -> Past:
    """What was at a version: quickly taken, to be looked at anywhere.

    Raises:
        ApiError: 410 where the history does not reach back that far.
    """
    snapshot = runner.store.at(version)
    return Past(snapshot, runner.view.gates, runner.faults_at(snapshot.version))


def at(runner: Runner, version: int) -> View:
    """The cluster as it was at a version, for everything that looks at a View.

    Raises:
        ApiError: 410 where the history does not reach back that far.
    """
    return seen(past(runner, version))


def seen(found: Past) -> View:
    """A past cluster, for everything that looks at a View."""
    clock = Clock(found.snapshot.time)
    store = Store(lambda: clock.now)
    _load(store, found.snapshot)
    view = StoreView(store, clock, found.gates)
    view.faults.update(found.faults)
    return view


def waits(view: View, namespace: str, name: str) -> tuple[Waiting, ...]:
    """What a StatefulSet waits for, now or at any moment: each Pod, for what, and because of whom.

    Args:
        view: ``runner.view``, or what :func:`at` returns.
        namespace: Of the set.
        name: Of the set.
    """
    return explain(view, Key(namespace, name))


def fork(
    runner: Runner, version: int, random: Random, gates: Mapping[str, bool] | None = None
) -> Runner:
    """Another cluster that goes on from a version of this one; this one is not changed.

    It begins as if every component had been restarted at that moment: back-offs begin anew, what a
    kubelet was in the middle of takes its time once more, Events are told anew. Versions go on
    from there.

    Args:
        runner: The cluster to part from.
        version: Any that its history reaches back to.
        random: The other cluster's only source of randomness.
        gates: Its feature gates; the same without.

    Raises:
        ApiError: 410 where the history does not reach back that far.
    """
    return branch(past(runner, version), random, gates)


def branch(found: Past, random: Random, gates: Mapping[str, bool] | None = None) -> Runner:
    """Another cluster that goes on from a past one: see :func:`fork`."""
    forked = plane.build(
        random,
        found.snapshot.time,
        found.gates if gates is None else gates,
        lambda store: _load(store, found.snapshot),
    )
    for node in sorted(found.faults):
        forked.node_down(node)
    return forked


def _load(store: Store, snapshot: Snapshot) -> None:
    objects = {name: list(snapshot.list(name)) for name in snapshot.resources()}
    store.load(objects, snapshot.version)

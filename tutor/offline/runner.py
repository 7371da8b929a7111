"""The cluster: controllers, their queues and the clock, run step by step.

Nothing here runs by itself. Whoever holds the runner says how far it may go::

    runner = Runner(controllers, admission, random.Random(1))
    runner.registry.create(…)        # a user's request; needs no word to the runner
    runner.settle()                  # as fast as possible, until nothing happens any more
    runner.advance(to)               # up to a moment of virtual time, as real time allows
    runner.step()                    # one tick: one sync, or the next timer

The same controllers, the same seed and the same requests at the same moments give the same
history. ``runner.store`` holds it: ``since`` to read it, ``at`` for the state at any version.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from tutor.offline import custom
from tutor.offline.bootstrap import register
from tutor.offline.clock import Clock
from tutor.offline.deletion import DeleteOptions
from tutor.offline.errors import ApiError
from tutor.offline.expiry import Expiry
from tutor.offline.objects import Obj, name_of, namespace_of
from tutor.offline.plan import (
    CUSTOM,
    Action,
    Again,
    Bind,
    Controller,
    Create,
    Delete,
    Key,
    Outcome,
    Record,
    Retry,
    Update,
    UpdateStatus,
)
from tutor.offline.queue import Item, WorkQueue
from tutor.offline.recorder import Recorder
from tutor.offline.registry import Registry
from tutor.offline.requests import Admission, Random, Request
from tutor.offline.resources import known, named
from tutor.offline.store import LEASES, Change, Store, key_of

# Changes of these do not mean that something is still going on.
HEARTBEATS = frozenset({LEASES, "nodes"})
_MANAGERS = {
    "default-scheduler": "kube-scheduler",
    "kubelet": "kubelet",
}
START = 1_767_225_600.0  # 2026-01-01T00:00:00Z


class StoreView:
    """The :class:`~tutor.offline.plan.View` of a running cluster."""

    def __init__(self, store: Store, clock: Clock, gates: Mapping[str, bool]) -> None:
        self._store = store
        self._clock = clock
        self.gates = gates
        self.faults: set[str] = set()

    @property
    def now(self) -> float:
        """Virtual time, seconds since the epoch."""
        return self._clock.now

    def get(self, resource: str, namespace: str, name: str) -> Obj | None:
        """One object."""
        return self._store.get(resource, f"{namespace}/{name}" if namespace else name)

    def list(self, resource: str, namespace: str = "") -> Iterator[Obj]:
        """All objects of a resource, of one namespace or of all."""
        return self._store.list(resource, namespace)

    def owned(self, resource: str, uid: str) -> Sequence[Obj]:
        """The objects of a resource whose controller has this uid."""
        return self._store.owned(resource, uid)

    def dependents(self, uid: str) -> Iterator[tuple[str, Obj]]:
        """All objects with an owner of this uid, each with its resource."""
        return self._store.dependents(uid)

    def matching(self, resource: str, namespace: str, labels: Mapping[str, str]) -> Iterable[Obj]:
        """The objects of a namespace that carry all these labels."""
        return self._store.matching(resource, namespace, labels)

    def down(self, node: str) -> bool:
        """Whether a node's machine stands still."""
        return node in self.faults


class Unusable(Exception):  # noqa: N818  (told to the user as it is)
    """A store to go on from holds an object that a controller cannot even look at.

    Attributes:
        resource: ``pods``.
        key: ``namespace/name``.
        why: What came of it.
    """

    def __init__(self, resource: str, key: str, why: str) -> None:
        super().__init__(f"{resource} {key}: {why}")
        self.resource, self.key, self.why = resource, key, why


@dataclass(slots=True)
class _Failure:
    """Writes that are made to fail."""

    predicate: Callable[[str, Action], bool]
    error: ApiError
    left: int
    done: bool


class Runner:
    """A cluster.

    Args:
        controllers: In the order in which they hear of changes.
        admission: See :class:`~tutor.offline.requests.Admission`.
        random: The only source of randomness.
        clock: One that admission shares; a new one otherwise.
        gates: Feature gates.
        store: One to go on from; a new one otherwise.

    Raises:
        Unusable: An object of that one makes it impossible.

    Attributes:
        store: Objects and log.
        clock: Virtual time.
        registry: For users' requests.
        view: What controllers see.
        invariants: Called with the runner after every action of a controller; for tests.
    """

    def __init__(
        self,
        controllers: Sequence[Controller],
        admission: Admission,
        random: Random,
        *,
        clock: Clock | None = None,
        gates: Mapping[str, bool] | None = None,
        store: Store | None = None,
    ) -> None:
        self.clock = clock if clock is not None else Clock(START)
        self.store = store if store is not None else Store(lambda: self.clock.now)
        self.view = StoreView(self.store, self.clock, gates or {})
        self.registry = Registry(self.store, self.clock, random, admission, self.view)
        self.queue = WorkQueue(self.clock)
        self.invariants: list[Callable[[Runner], None]] = []
        self._controllers = {one.name: one for one in controllers}
        if len(self._controllers) != len(controllers):
            raise ValueError("two controllers of one name")
        self._watching: dict[str, list[Controller]] = {}
        for one in controllers:
            for resource in one.watches:
                if resource != CUSTOM:
                    named(resource)
                self._watching.setdefault(resource, []).append(one)
        self._recorders = {
            name: Recorder(name, self.registry, self.clock, random, _manager_of(name))
            for name in self._controllers
        }
        self._under_way: tuple[Item, Iterator[None]] | None = None
        self._failures: list[_Failure] = []
        self._faults: list[tuple[int, frozenset[str]]] = []
        self._expiry = Expiry(self.store, self.clock)
        self._seen = 0
        self._relist()

    # -- what controllers hear

    def _hear(self) -> None:
        """Tell the controllers what has changed.

        Where the log does not reach back to what they know, they look at everything anew, as an
        informer does that is told its version is too old.
        """
        if self._seen < self.store.floor:
            self._relist()
        for change in self.store.since(self._seen):
            self._seen = change.version
            self._tell(change.resource, change.before, change.after)

    def _relist(self) -> None:
        self._seen = self.store.version
        for resource in self.store.resources():
            for obj in self.store.list(resource):
                try:
                    self._tell(resource, None, obj)
                except Exception as fault:
                    raise Unusable(resource, key_of(obj), repr(fault)) from fault

    def _tell(self, resource: str, before: Obj | None, after: Obj | None) -> None:
        watched = resource if known(resource) else CUSTOM
        for controller in self._watching.get(watched, ()):
            for key in controller.keys(self.view, resource, before, after):
                self.queue.add((controller.name, key))

    def enqueue(self, controller: str, key: Key) -> None:
        """Have a controller look at a key.

        Raises:
            KeyError: There is no such controller.
        """
        self.queue.add((self._controllers[controller].name, key))

    def node_down(self, node: str) -> None:
        """Stop a node's machine: its kubelet does nothing and renews no lease."""
        self.view.faults.add(node)
        self._announce(node)

    def node_up(self, node: str) -> None:
        """Start a node's machine again; where its Node was deleted, its kubelet registers it."""
        self.view.faults.discard(node)
        register(self.registry, node)
        self._announce(node)

    def faults_at(self, version: int) -> frozenset[str]:
        """The nodes whose machines stood still at a version."""
        known = (nodes for at, nodes in reversed(self._faults) if at <= version)
        return next(known, frozenset())

    def _announce(self, node: str) -> None:
        self._faults.append((self.store.version, frozenset(self.view.faults)))
        self._hear()
        found = self.store.get("nodes", node)
        if found is not None:
            self._tell("nodes", found, found)

    # -- going on

    def work(self, actions: int | None = None) -> bool:
        """Do one sync, if one is to be done now. Whether one was.

        Args:
            actions: Leave it after so many, so that a request can come in between; the next call
                goes on with it before anything else.
        """
        self._hear()
        if self._under_way is None:
            if not self.queue:
                return False
            item = self.queue.take()
            self._under_way = item, self._sync(item)
        item, syncing = self._under_way
        self.store.actor = item[0]
        over = True
        try:
            for done, _ in enumerate(syncing, 1):
                if done == actions:
                    over = False
                    break
        except BaseException:
            self.queue.retry(item)
            raise
        finally:
            self.store.actor = ""
            self._hear()
            if over:
                self._under_way = None
                self.queue.done(item)
        return True

    @property
    def midway(self) -> bool:
        """Whether a sync was left after some of its actions."""
        return self._under_way is not None

    def step(self) -> bool:
        """One tick: one sync, or the next timer. Whether there was anything to do."""
        return self.work() or self.clock.fire(float("inf"))

    def advance(self, to: float, ticks: int | None = None) -> bool:
        """Go on until a moment of virtual time.

        Args:
            to: The moment.
            ticks: Stop after so many, so that something else can be done in between.

        Returns:
            Whether the moment was reached.
        """
        left = ticks if ticks is not None else -1
        while left:
            if not self.work() and not self.clock.fire(to):
                self.clock.move(to)
                return True
            left -= 1
        return False

    def settle(self, quiet: float = 2.0, limit: float = 3600.0) -> bool:
        """Go on as fast as possible until nothing has changed for a while.

        Args:
            quiet: Seconds of virtual time without a change (heartbeats of nodes do not count).
            limit: Most seconds of virtual time.

        Returns:
            Whether it became quiet within the limit.
        """
        end, last, seen = self.clock.now + limit, self.clock.now, self.store.version
        while True:
            busy = self.work()
            for change in self._since(seen):
                seen = change.version
                if change.resource not in HEARTBEATS:
                    last = self.clock.now
            if busy:
                continue
            until = min(last + quiet, end)
            if not self.clock.fire(until):
                self.clock.move(until)
                return until < end

    def _since(self, version: int) -> Iterator[Change]:
        return self.store.since(max(version, self.store.floor))

    def due(self) -> float | None:
        """When something is to be done next; now, where it is already; None for never."""
        self._hear()
        busy = self.queue or self._under_way is not None
        return self.clock.now if busy else self.clock.due()

    # -- one sync

    def _sync(self, item: Item) -> Iterator[None]:
        """One sync, action by action."""
        name, key = item
        plan = self._controllers[name].sync(self.view, key)
        outcome: Outcome = None
        try:
            action = next(plan)
            while True:
                outcome = self._do(item, action)
                self._hear()
                for holds in tuple(self.invariants):
                    holds(self)
                yield
                action = plan.send(outcome)
        except StopIteration:
            self.queue.forget(item)
        except (Retry, ApiError):
            self.queue.retry(item)
        finally:
            plan.close()

    def _do(self, item: Item, action: Action) -> Outcome:
        name = item[0]
        match action:
            case Again(after):
                self.queue.add_after(item, after)
                return None
            case Record(about, kind, reason, message, doing, host):
                self._recorders[name].record(about, kind, reason, message, doing, host=host)
                return None
        failure = self._failing(name, action)
        if failure is not None and not failure.done:
            return failure.error
        try:
            outcome = self._write(name, action)
        except ApiError as refusal:
            return refusal
        return outcome if failure is None else failure.error

    def _write(self, name: str, action: Action) -> Outcome:
        registry = self.registry
        match action:
            case Create(resource, obj):
                return registry.create(self._request("create", name, resource, obj), obj)
            case Update(resource, obj) if resource == LEASES:
                return registry.renew(obj)
            case Update(resource, obj):
                return registry.update(self._request("update", name, resource, obj), obj)[0]
            case UpdateStatus(resource, obj, subresource):
                request = self._request("update", name, resource, obj, subresource)
                return registry.update(request, obj)[0]
            case Bind(namespace, pod, uid, node):
                body = {
                    "metadata": {"name": pod, "namespace": namespace, "uid": uid},
                    "target": {"kind": "Node", "name": node},
                }
                request = self._request("create", name, "pods", body, "binding")
                registry.create(request, body)
                return registry.store.get("pods", f"{namespace}/{pod}")
            case Delete(resource, namespace, target, uid, propagation, grace):
                about = {"metadata": {"name": target, "namespace": namespace}}
                request = self._request("delete", name, resource, about)
                options = DeleteOptions(grace, propagation, uid=uid)
                registry.delete(request, options)
                return None
        raise TypeError(f"{name} asked for {action!r}")

    def _request(
        self, verb: str, controller: str, resource: str, obj: Obj, subresource: str = ""
    ) -> Request:
        found = custom.named(self.view, resource)
        manager = _manager_of(controller)
        return Request(
            verb,
            found,
            namespace_of(obj) if found.namespaced else "",
            name_of(obj),
            subresource,
            field_manager=manager,
            user=f"system:{manager}",
            trusted=True,
        )

    # -- for tests

    def fail(
        self,
        predicate: Callable[[str, Action], bool],
        error: ApiError,
        times: int = 1,
        *,
        done: bool = False,
    ) -> None:
        """Have the next writes fail that a predicate takes.

        Args:
            predicate: Of the controller's name and its action.
            error: What the controller is told.
            times: How many writes.
            done: They are done all the same, and only their answers are lost.
        """
        self._failures.append(_Failure(predicate, error, times, done))

    def recover(self) -> None:
        """Let no more writes fail."""
        self._failures.clear()

    def _failing(self, name: str, action: Action) -> _Failure | None:
        for failure in self._failures:
            if failure.predicate(name, action):
                failure.left -= 1
                if not failure.left:
                    self._failures.remove(failure)
                return failure
        return None

    # -- history

    def history(self, since: int | None = None, count: int | None = None) -> Iterable[Change]:
        """The changes so far, oldest first.

        Args:
            since: After this version; from as far back as the log reaches otherwise.
            count: At most so many.

        Raises:
            ApiError: 410 where the log does not reach back that far.
        """
        start = self.store.floor if since is None else since
        return islice(self.store.since(start), count)


def _manager_of(controller: str) -> str:
    if controller.endswith("_csi-provisioner-0"):
        return "csi-provisioner"
    if controller.startswith("external-resizer "):
        return "csi-resizer"
    return _MANAGERS.get(controller, "kube-controller-manager")

"""A whole cluster, those who use it, and what goes wrong in it."""

import random
from collections.abc import Callable, Generator, Mapping
from typing import Any

from tutor.offline import embed, plane
from tutor.offline.bootstrap import PROVISIONER
from tutor.offline.controllers.statefulset import StatefulSetController
from tutor.offline.deletion import DeleteOptions
from tutor.offline.errors import ApiError
from tutor.offline.objects import Obj, name_of
from tutor.offline.plan import Action, Create, Delete, Key, Outcome, Record, View
from tutor.offline.requests import PatchType, Request
from tutor.offline.resources import named
from tutor.offline.runner import Runner
from tutor.offline.store import Change, Store

NS = "shop"
PODS, SETS, CLAIMS, NODES = "pods", "statefulsets.apps", "persistentvolumeclaims", "nodes"
CLASSES, DEPLOYMENTS = "storageclasses.storage.k8s.io", "deployments.apps"
SERVICES, QUOTAS, BUDGETS = "services", "resourcequotas", "poddisruptionbudgets.policy"
CONTROLLER = "statefulset-controller"
MARK = "sts-tutor.dev/"
QUIET = 12.0
"""Seconds without a change: longer than the slowest Pod takes for one step."""
INJECTED = "the store stumbled"
_LAZY = {"provisioner": PROVISIONER, "volumeBindingMode": "WaitForFirstConsumer"}

Sync = tuple[Key, list[Action]]
"""What one sync of a set did."""


class World:
    """A cluster with its users.

    Args:
        seed: Of everything that is left to chance.
        gates: Feature gates.

    Attributes:
        runner: The cluster as it is now; another one after every crash.
        heard: Called with every change.
        synced: Called with what each sync of a set did.
    """

    def __init__(self, seed: int = 1, gates: Mapping[str, bool] | None = None) -> None:
        self._random = random.Random(seed)
        self.heard: list[Callable[[Runner, Change], None]] = []
        self.synced: list[Callable[[Runner, Sync], None]] = []
        source = random.Random(self._random.getrandbits(32))
        self.runner = embed.begin(source, gates=gates)
        self._watch()
        self.create("namespaces", {"metadata": {"name": NS}})
        self.create(CLASSES, {**_LAZY, "metadata": {"name": "lazy"}})

    def _watch(self) -> None:
        runner = self.runner

        def hear(change: Change) -> None:
            for tell in self.heard:
                tell(runner, change)

        def synced(sync: Sync) -> None:
            for tell in self.synced:
                tell(runner, sync)

        runner.store.listen(hear)
        held = runner._controllers[CONTROLLER]
        assert isinstance(held, StatefulSetController)
        runner._controllers[CONTROLLER] = Overheard(held, synced)
        runner._watching = {
            resource: [runner._controllers[one.name] for one in several]
            for resource, several in runner._watching.items()
        }

    # -- requests of users

    def request(self, verb: str, resource: str, name: str = "", **more: Any) -> Request:
        found = named(resource)
        return Request(verb, found, NS if found.namespaced else "", name, **more)

    def ask(self, what: Callable[[], Any]) -> bool:
        """Send a request. Whether it was taken; a refusal must be one of the user's doing."""
        try:
            what()
        except ApiError as refusal:
            if not 400 <= refusal.code < 500:
                raise AssertionError(refusal.message) from refusal
            return False
        return True

    def create(self, resource: str, body: Obj, **more: Any) -> bool:
        found = named(resource)
        whole = {"apiVersion": found.api_version, "kind": found.kind, **body}
        request = self.request("create", resource, **more)
        return self.ask(lambda: self.runner.registry.create(request, whole))

    def patch(
        self,
        resource: str,
        name: str,
        body: Any,
        sub: str = "",
        kind: PatchType = "merge",
        **more: Any,
    ) -> bool:
        request = self.request("patch", resource, name, subresource=sub, patch_type=kind, **more)
        return self.ask(lambda: self.runner.registry.patch(request, body))

    def delete(self, resource: str, name: str, **options: Any) -> bool:
        request = self.request("delete", resource, name)
        found = DeleteOptions(**options)
        return self.ask(lambda: self.runner.registry.delete(request, found))

    def evict(self, name: str) -> bool:
        request = self.request("create", PODS, name, subresource="eviction")
        body = {
            "apiVersion": "policy/v1",
            "kind": "Eviction",
            "metadata": {"name": name, "namespace": NS},
        }
        return self.ask(lambda: self.runner.registry.create(request, body))

    # -- looking

    def list(self, resource: str) -> list[Obj]:
        return list(self.runner.store.list(resource))

    def get(self, resource: str, name: str) -> Obj | None:
        key = f"{NS}/{name}" if named(resource).namespaced else name
        return self.runner.store.get(resource, key)

    # -- what goes wrong

    def stumble(self, salt: int, times: int, reason: str, *, done: bool) -> None:
        """Have some of the next writes fail, whoever makes them."""
        code = {"InternalError": 500, "Conflict": 409, "Timeout": 504}[reason]
        source = random.Random(salt)

        def some(_: str, action: Action) -> bool:
            return not isinstance(action, Record) and source.random() < 0.3

        self.runner.fail(some, ApiError(code, reason, INJECTED), times, done=done)

    def crash(self, middle: int) -> None:
        """Stop everything, somewhere in the middle of a sync, and begin anew from the store."""
        self._stop_in_the_middle(middle)
        old = self.runner
        objects = {name: list(old.store.list(name)) for name in old.store.resources()}

        def restore(store: Store) -> None:
            store.load(objects, old.store.version)

        source = random.Random(self._random.getrandbits(32))
        self.runner = plane.build(source, old.clock.now, old.view.gates, restore)
        for node in sorted(old.view.faults):
            self.runner.node_down(node)
        self._watch()

    def _stop_in_the_middle(self, actions: int) -> None:
        left = actions

        def stop(_: Runner) -> None:
            nonlocal left
            left -= 1
            if left <= 0:
                raise _Killed

        self.runner.invariants.append(stop)
        try:
            for _ in range(60):
                self.runner.step()
        except _Killed:
            pass

    # -- peace

    def settle(self, limit: float = 3600.0) -> None:
        assert self.runner.settle(QUIET, limit), "something goes on and on"


class _Killed(BaseException):
    """The process has ended."""


class Overheard:
    """A controller of sets that tells what its syncs do."""

    def __init__(self, held: StatefulSetController, tell: Callable[[Sync], None]) -> None:
        self._held = held
        self._tell = tell
        self.name = held.name
        self.watches = held.watches

    def keys(self, view: View, resource: str, before: Obj | None, after: Obj | None) -> Any:
        return self._held.keys(view, resource, before, after)

    def sync(self, view: View, key: Key) -> Generator[Action, Outcome, None]:
        done: list[Action] = []
        plan = self._held.sync(view, key)
        outcome: Outcome = None
        try:
            action = next(plan)
            while True:
                outcome = yield action
                if not isinstance(outcome, ApiError):
                    done.append(action)
                action = plan.send(outcome)
        except StopIteration:
            return
        finally:
            self._tell((key, done))


def of_pods(done: list[Action]) -> list[str]:
    """The Pods a sync made or deleted, by name."""
    made = [name_of(one.obj) for one in done if isinstance(one, Create) and one.resource == PODS]
    return made + [one.name for one in done if isinstance(one, Delete) and one.resource == PODS]

"""What must hold in every history, after every change, every sync, and once all is quiet."""

from typing import Any

from tests.offline.histories.world import CLAIMS, DEPLOYMENTS, NS, PODS, SETS, Sync, World, of_pods
from tutor.offline.clock import seconds_of
from tutor.offline.controllers.revisions import REVISIONS
from tutor.offline.controllers.statefulset.identity import parent_and_ordinal
from tutor.offline.controllers.statefulset.order import MAX_UNAVAILABLE_GATE
from tutor.offline.controllers.statefulset.wanted import DELETE, Wanted, wanted_of
from tutor.offline.objects import (
    Obj,
    controller_of,
    dig,
    labels_of,
    meta,
    name_of,
    owners_of,
    terminating,
    uid_of,
)
from tutor.offline.runner import Runner
from tutor.offline.store import Change, key_of

SLICES = "endpointslices.discovery.k8s.io"
HASH = "controller-revision-hash"
FINISHED = ("Failed", "Succeeded")
EVERY = 23
"""Every so many versions the state is noted, to be compared with what is rebuilt later."""

State = dict[str, dict[str, Obj]]


class Checks:
    """The invariants of one history."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.version = world.runner.store.version
        self.noted: dict[int, State] = {}
        self.ever_deletes: set[str] = set()
        world.heard.append(self.changed)
        world.synced.append(self.synced)

    # -- every change

    def changed(self, runner: Runner, change: Change) -> None:
        """Look at one change, as the store tells of it."""
        assert change.version == self.version + 1, "versions have no gaps"
        self.version = change.version
        assert meta(change.last)["resourceVersion"] == str(change.version)
        self._object_stays_itself(change)
        if change.resource == SETS and change.after is not None:
            wanted = wanted_of(change.after)
            if DELETE in (wanted.when_deleted, wanted.when_scaled):
                self.ever_deletes.add(wanted.name)
        if change.resource == CLAIMS:
            self._claim(change)
        if change.resource == PODS and change.actor == "statefulset-controller":
            self._pod(runner, change)
        if change.version % EVERY == 0:
            self.noted[change.version] = state_of(runner)

    @staticmethod
    def _object_stays_itself(change: Change) -> None:
        before, after = change.before, change.after
        if before is None or after is None:
            return
        for field in ("uid", "name", "namespace", "creationTimestamp"):
            assert meta(before).get(field) == meta(after).get(field), field
        assert meta(before).get("generation", 0) <= meta(after).get("generation", 0)
        if terminating(before):
            assert terminating(after), "nothing comes back from its deletion"

    def _claim(self, change: Change) -> None:
        """No claim is collected that nobody ever said may be deleted."""
        before, after = change.before, change.after
        marked = after is not None and terminating(after)
        if before is None or terminating(before) or not (marked or after is None):
            return
        if change.actor != "garbage-collector-controller":
            return
        assert tuple(owners_of(before)), "a claim without owners is nobody's to collect"
        assert parent_and_ordinal(name_of(before))[0].removeprefix("data-") in self.ever_deletes

    def _pod(self, runner: Runner, change: Change) -> None:
        """What the controller may do to a Pod, given what is there at that moment."""
        owner = controller_of(change.last)
        found = runner.store.get(SETS, f"{NS}/{owner['name']}") if owner else None
        if found is None or owner is None or uid_of(found) != owner["uid"]:
            return
        wanted = wanted_of(found)
        pods = mine(runner, found)
        ordinal = parent_and_ordinal(name_of(change.last))[1]
        if change.before is None:
            assert not wanted.being_deleted
            assert wanted.in_range(ordinal), "only places are filled"
            if wanted.monotonic:
                for earlier in range(wanted.start, ordinal):
                    pod = pods.get(earlier)
                    assert pod is not None, f"{ordinal} before {earlier}"
                    assert available(pod, wanted, runner.clock.now), f"{ordinal} before {earlier}"
            return
        marked = change.after is not None and terminating(change.after)
        if runner.view.gates.get(MAX_UNAVAILABLE_GATE, False) and wanted.in_range(ordinal):
            return  # several go at once
        if marked and not terminating(change.before) and wanted.monotonic:
            self._deleted(wanted, pods, ordinal, change.before)

    @staticmethod
    def _deleted(wanted: Wanted, pods: dict[int, Obj], ordinal: int, pod: Obj) -> None:
        """An ordered set deletes from the top."""
        if dig(pod, "status", "phase") in FINISHED:
            return
        higher = {number: one for number, one in pods.items() if number > ordinal}
        if not wanted.in_range(ordinal):
            assert all(wanted.in_range(number) for number in higher), "the highest goes first"
        else:
            assert all(not terminating(one) for one in higher.values())

    # -- every sync

    def synced(self, runner: Runner, sync: Sync) -> None:
        """Look at what one sync of a set did."""
        key, done = sync
        found = runner.store.get(SETS, f"{key.namespace}/{key.name}")
        names = of_pods(done)
        assert len(names) == len(set(names)), "no Pod twice in one sync"
        together = runner.view.gates.get(MAX_UNAVAILABLE_GATE, False)
        if found is not None and wanted_of(found).monotonic and not together:
            assert len(names) <= 1, "one at a time"

    # -- at any time

    def look(self) -> None:
        """What holds between any two syncs."""
        world = self.world
        for found in world.list(SETS):
            pods = [pod for pod in world.list(PODS) if owned_by(pod, found)]
            ordinals = [parent_and_ordinal(name_of(pod))[1] for pod in pods]
            assert len(ordinals) == len(set(ordinals)), "one Pod of one identity"

    def rebuilt(self) -> None:
        """The state at any version that was noted can be had again."""
        store = self.world.runner.store
        for version, state in self.noted.items():
            if version < store.floor:
                continue
            snapshot = store.at(version)
            assert {
                name: {key_of(obj): obj for obj in snapshot.list(name)}
                for name in snapshot.resources()
            } == state

    # -- once all is quiet

    def converged(self) -> None:
        """Everybody has left the cluster alone: it is where it should be."""
        world, now = self.world, self.world.runner.clock.now
        for name in world.runner.store.resources():
            for obj in world.list(name):
                assert not terminating(obj), f"{name} {name_of(obj)} is stuck"
        sets = {uid_of(one) for one in world.list(SETS)}
        for pod in world.list(PODS):
            for owner in owners_of(pod):
                assert owner["kind"] != "StatefulSet" or owner["uid"] in sets
        for found in world.list(SETS):
            self._converged_set(found, now)
        for found in world.list(DEPLOYMENTS):
            status, replicas = found["status"], found["spec"]["replicas"]
            for field in ("replicas", "readyReplicas", "availableReplicas", "updatedReplicas"):
                assert status.get(field, 0) == replicas, f"{name_of(found)} {field}"
        for service in world.list("services"):
            if dig(service, "spec", "selector") and meta(service)["namespace"] == NS:
                self._converged_slices(service)

    def _converged_set(self, found: Obj, now: float) -> None:
        wanted = wanted_of(found)
        pods = mine(self.world.runner, found)
        places = range(wanted.start, wanted.start + wanted.replicas)
        assert sorted(pods) == list(places), f"{wanted.name} has {sorted(pods)}, not {places}"
        for pod in pods.values():
            assert available(pod, wanted, now), name_of(pod)
        status = found["status"]
        assert status["observedGeneration"] == wanted.generation
        for field in ("replicas", "readyReplicas", "availableReplicas"):
            assert status.get(field, 0) == wanted.replicas, field
        update, current = status["updateRevision"], status["currentRevision"]
        revisions = {name_of(one) for one in self.world.list(REVISIONS) if owned_by(one, found)}
        assert {update, current} <= revisions
        for field, revision in (("updatedReplicas", update), ("currentReplicas", current)):
            count = sum(labels_of(pod).get(HASH) == revision for pod in pods.values())
            assert status.get(field, 0) == count, field
        if wanted.strategy == "RollingUpdate":
            for ordinal, pod in pods.items():
                if ordinal - wanted.start >= wanted.update_from:
                    assert labels_of(pod)[HASH] == update, name_of(pod)
        for ordinal in pods:
            for template in wanted.templates:
                name = f"{name_of(template)}-{wanted.name}-{ordinal}"
                claim = self.world.get(CLAIMS, name)
                assert claim is not None, name
                assert dig(claim, "status", "phase") == "Bound", name
                owners = [owner["uid"] for owner in owners_of(claim)]
                assert owners == ([wanted.uid] if wanted.when_deleted == DELETE else []), name

    def _converged_slices(self, service: Obj) -> None:
        selector = service["spec"]["selector"]
        view = self.world.runner.view
        wanted = {
            uid_of(pod): ready(pod)
            for pod in view.matching(PODS, NS, selector)
            if dig(pod, "status", "podIP") and dig(pod, "status", "phase") not in FINISHED
        }
        told: dict[str, bool] = {}
        labels = {"kubernetes.io/service-name": name_of(service)}
        for found in view.matching(SLICES, NS, labels):
            for endpoint in found.get("endpoints") or ():
                uid = endpoint["targetRef"]["uid"]
                assert uid not in told, "a Pod in two slices"
                told[uid] = endpoint["conditions"]["ready"]
        anyway = bool(dig(service, "spec", "publishNotReadyAddresses"))
        assert told == {uid: is_ready or anyway for uid, is_ready in wanted.items()}


def state_of(runner: Runner) -> State:
    """All objects as they are."""
    store = runner.store
    return {name: {key_of(obj): obj for obj in store.list(name)} for name in store.resources()}


def owned_by(obj: Obj, owner: Obj) -> bool:
    """Whether an object is controlled by another one."""
    return (controller_of(obj) or {}).get("uid") == uid_of(owner)


def mine(runner: Runner, set_: Obj) -> dict[int, Obj]:
    """The Pods of a set, by ordinal."""
    return {
        parent_and_ordinal(name_of(pod))[1]: pod
        for pod in runner.store.list(PODS, NS)
        if owned_by(pod, set_)
    }


def ready(pod: Obj) -> bool:
    """Whether the condition Ready is True."""
    return any(
        one["type"] == "Ready" and one["status"] == "True"
        for one in dig(pod, "status", "conditions", default=())
    )


def available(pod: Obj, wanted: Wanted, now: float) -> bool:
    """Whether a Pod runs, is Ready for long enough, and is staying."""
    since: Any = [
        seconds_of(one["lastTransitionTime"])
        for one in dig(pod, "status", "conditions", default=())
        if one["type"] == "Ready" and one["status"] == "True"
    ]
    return (
        bool(since)
        and dig(pod, "status", "phase") == "Running"
        and not terminating(pod)
        and now - since[0] >= wanted.min_ready_seconds
    )

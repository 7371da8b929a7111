"""Random histories: whatever users, kubelets and the store do, the invariants hold.

They are checked after every sync, on what the sync did and on what is there then; and every
history ends well once everybody leaves the set alone.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.offline.statefulset.fake import Cluster
from tests.offline.statefulset.samples import CLAIMS, NS, PODS, SETS, image, set_ready, stateful_set
from tutor.offline.controllers.revisions import REVISIONS
from tutor.offline.controllers.statefulset import explain
from tutor.offline.controllers.statefulset.identity import parent_and_ordinal
from tutor.offline.controllers.statefulset.ledger import Ledger
from tutor.offline.controllers.statefulset.wanted import wanted_of
from tutor.offline.controllers.statefulset.work import Work
from tutor.offline.errors import ApiError
from tutor.offline.objects import Obj, controller_of, dig, labels_of, meta, name_of, terminating
from tutor.offline.plan import Action, Create, Delete, Key, Record, UpdateStatus
from tutor.offline.selectors import of_object

KEY = Key(NS, "web")
SELECTOR = {"matchLabels": {"app": "web"}}
ORDINALS = st.integers(0, 5)
POLICIES = st.sampled_from(["Retain", "Delete"])


class History(RuleBasedStateMachine):
    """A set, its users, its kubelet, and a store that sometimes refuses."""

    monotonic = True
    gate = False

    @initialize(replicas=st.integers(0, 4), ready_for=st.sampled_from([0, 0, 5]))
    def begin(self, replicas: int, ready_for: int) -> None:
        self.cluster = Cluster({"MaxUnavailableStatefulSet": self.gate}, kubelet=False)
        self.before: dict[str, Obj] = {}
        self.cluster.refuse = self.refuse
        self.cluster.after_sync = self.check_sync
        self.failures = 0
        self.images = 0
        policy = "OrderedReady" if self.monotonic else "Parallel"
        self.cluster.create(
            SETS,
            stateful_set(
                replicas=replicas,
                podManagementPolicy=policy,
                minReadySeconds=ready_for,
                revisionHistoryLimit=2,
            ),
        )

    def refuse(self, action: Action) -> ApiError | None:
        if self.failures and not isinstance(action, Record):
            self.failures -= 1
            return ApiError(500, "InternalError", "the store stumbled")
        return None

    def pods(self) -> dict[str, Obj]:
        return {name_of(pod): pod for pod in self.cluster.list(PODS, NS)}

    def mine(self) -> dict[str, Obj]:
        uid = meta(self.cluster.web())["uid"]
        return {
            name: pod
            for name, pod in self.pods().items()
            if (owner := controller_of(pod)) and owner["uid"] == uid
        }

    def change_set(self, change: Callable[[Obj], Any]) -> None:
        self.cluster.change(SETS, "web", change)

    def existing(self, ordinal: int) -> str:
        name = f"web-{ordinal}"
        assume(name in self.pods())
        return name

    # What users do

    @rule(replicas=st.integers(0, 5))
    def scale(self, replicas: int) -> None:
        self.change_set(lambda obj: obj["spec"].update(replicas=replicas))

    @rule(start=st.integers(0, 3))
    def move(self, start: int) -> None:
        self.change_set(lambda obj: obj["spec"].update(ordinals={"start": start}))

    @rule(back=st.booleans())
    def change_template(self, back: bool) -> None:
        self.images += 0 if back else 1
        number = 0 if back else self.images
        self.change_set(partial(image, f"nginx:{number}"))

    @rule(
        strategy=st.sampled_from(
            [
                {"type": "OnDelete"},
                {"type": "RollingUpdate"},
                *(
                    {"type": "RollingUpdate", "rollingUpdate": {"partition": number}}
                    for number in (0, 1, 3)
                ),
                {
                    "type": "RollingUpdate",
                    "rollingUpdate": {"partition": 0, "maxUnavailable": 2},
                },
            ]
        )
    )
    def change_strategy(self, strategy: Obj) -> None:
        self.change_set(lambda obj: obj["spec"].update(updateStrategy=strategy))

    @rule(deleted=POLICIES, scaled=POLICIES)
    def change_retention(self, deleted: str, scaled: str) -> None:
        policy = {"whenDeleted": deleted, "whenScaled": scaled}
        self.change_set(lambda obj: obj["spec"].update(persistentVolumeClaimRetentionPolicy=policy))

    @rule(ordinal=ORDINALS, force=st.booleans())
    def delete_pod(self, ordinal: int, force: bool) -> None:
        self.cluster.delete(PODS, self.existing(ordinal), force=force)

    @rule(ordinal=ORDINALS)
    def delete_claim(self, ordinal: int) -> None:
        self.cluster.delete(CLAIMS, f"data-web-{ordinal}")

    @rule(ordinal=ORDINALS, kept=st.booleans())
    def take_claim_from_its_owners(self, ordinal: int, kept: bool) -> None:
        name = f"data-web-{ordinal}"
        if self.cluster.get(CLAIMS, NS, name):
            stranger = {"apiVersion": "v1", "kind": "ConfigMap", "name": "a", "uid": "a"}
            self.cluster.change(
                CLAIMS, name, lambda obj: meta(obj).update(ownerReferences=[stranger] * kept)
            )

    @rule(ordinal=ORDINALS)
    def orphan_pod(self, ordinal: int) -> None:
        name = self.existing(ordinal)
        self.cluster.change(PODS, name, lambda obj: meta(obj).pop("ownerReferences", None))

    @rule(ordinal=ORDINALS, label=st.sampled_from(["web", "other"]))
    def relabel_pod(self, ordinal: int, label: str) -> None:
        name = self.existing(ordinal)
        self.cluster.change(PODS, name, lambda obj: labels_of(obj).update(app=label))

    @rule(ordinal=ORDINALS)
    def spoil_identity(self, ordinal: int) -> None:
        name = self.existing(ordinal)
        label = "statefulset.kubernetes.io/pod-name"
        self.cluster.change(PODS, name, lambda obj: labels_of(obj).pop(label, None))

    @rule()
    def recreate_set(self) -> None:
        spec = self.cluster.web()["spec"]
        self.cluster.delete(SETS, "web", how="Orphan")
        self.cluster.create(SETS, {**stateful_set(), "spec": spec})

    # What the kubelet does

    @rule(ordinal=ORDINALS, ready=st.sampled_from(["True", "True", "False"]))
    def set_ready(self, ordinal: int, ready: str) -> None:
        name = self.existing(ordinal)
        if dig(self.pods()[name], "status", "phase") in ("Pending", "Running"):
            self.cluster.change(PODS, name, lambda obj: set_ready(obj, self.cluster.now, ready))

    @rule(ordinal=ORDINALS, phase=st.sampled_from(["Failed", "Succeeded"]))
    def finish(self, ordinal: int, phase: str) -> None:
        name = self.existing(ordinal)
        self.cluster.change(
            PODS, name, lambda obj: set_ready(obj, self.cluster.now, "False", phase)
        )

    @rule()
    def remove_what_terminates(self) -> None:
        for name, pod in self.pods().items():
            if terminating(pod):
                self.cluster.delete(PODS, name, force=True)

    # What time and the store do

    @rule(seconds=st.sampled_from([0.001, 0.1, 7.0]))
    def wait(self, seconds: float) -> None:
        self.cluster.run(seconds)

    @rule(count=st.integers(1, 4))
    def stumble(self, count: int) -> None:
        self.failures = count

    @rule()
    def sync(self) -> None:
        self.cluster.sync(KEY)

    @rule()
    def left_alone(self) -> None:
        """With Pods that come up, and go, and claims in peace, the set gets where it should be."""
        self.failures = 0
        for label in tuple(self.pods().items()):
            self.cluster.change(PODS, label[0], lambda obj: labels_of(obj).update(app="web"))
        for _ in range(60):
            self.cluster.run(20)
            self.remove_what_terminates()
            for name, pod in self.pods().items():
                if dig(pod, "status", "phase") not in ("Failed", "Succeeded"):
                    self.cluster.change(
                        PODS, name, lambda obj: set_ready(obj, self.cluster.now, "True")
                    )
        # A stale claim wakes nobody (see test_behaviour): something has to touch the set.
        self.cluster.sync(KEY)
        for _ in range(60):
            self.cluster.run(20)
            self.remove_what_terminates()
            for name in self.mine():
                self.cluster.change(
                    PODS, name, lambda obj: set_ready(obj, self.cluster.now, "True")
                )
        self.cluster.settle()
        self.check_converged()

    # What must hold

    def check_converged(self) -> None:
        wanted = wanted_of(self.cluster.web())
        places = range(wanted.start, wanted.start + wanted.replicas)
        assert set(self.mine()) == {f"web-{ordinal}" for ordinal in places}
        status = self.cluster.web()["status"]
        assert status["observedGeneration"] == wanted.generation
        for field in ("replicas", "readyReplicas", "availableReplicas"):
            assert status.get(field, 0) == wanted.replicas, field
        update = status["updateRevision"]
        template = self.cluster.get(REVISIONS, NS, update)
        assert template is not None
        images = dig(self.cluster.web(), "spec", "template", "spec", "containers", 0, "image")
        assert dig(template, "data", "spec", "template", "spec", "containers", 0, "image") == images
        if wanted.strategy == "RollingUpdate":
            for index, ordinal in enumerate(places):
                if index >= wanted.update_from:
                    revision = labels_of(self.pods()[f"web-{ordinal}"])["controller-revision-hash"]
                    assert revision == update
        for ordinal in places:
            claim = self.cluster.get(CLAIMS, NS, f"data-web-{ordinal}")
            if claim is not None:
                owners = meta(claim).get("ownerReferences", ())
                kinds = [owner["kind"] for owner in owners if owner["kind"] != "ConfigMap"]
                assert kinds == (["StatefulSet"] if wanted.when_deleted == "Delete" else [])
        blocking = [one for one in explain(self.cluster, KEY) if one.step == "create"]
        assert not blocking

    def check_sync(self, _key: Key, done: list[Action]) -> None:
        """What one sync did."""
        made = _created(done, PODS)
        gone = [one.name for one in done if isinstance(one, Delete) and one.resource == PODS]
        assert len(made) == len(set(made))
        together = self.gate and wanted_of(self.cluster.web()).max_unavailable == 2
        if self.monotonic and not together:
            assert len(made) + len(gone) <= 1
        wanted = wanted_of(self.cluster.web())
        for name in made:
            assert wanted.in_range(parent_and_ordinal(name)[1]), "only places are filled"
            self.check_order(name)
        claims = _created(done, CLAIMS)
        order = _created(done, CLAIMS, PODS)
        for name in made:
            if f"data-{name}" in claims:
                assert order.index(f"data-{name}") < order.index(name), "claims come first"
        for one in done:
            if isinstance(one, UpdateStatus):
                self.check_numbers(one.obj["status"])

    def check_order(self, name: str) -> None:
        """An ordered set makes a Pod only when all before it are well."""
        if not self.monotonic:
            return
        wanted = wanted_of(self.cluster.web())
        pods = self.mine()
        for ordinal in range(wanted.start, parent_and_ordinal(name)[1]):
            earlier = pods.get(f"web-{ordinal}")
            assert earlier is not None
            assert not terminating(earlier)
            assert dig(earlier, "status", "conditions", 0, "status") == "True"

    @staticmethod
    def check_numbers(status: Obj) -> None:
        replicas = status["replicas"]
        ready, available = status.get("readyReplicas", 0), status["availableReplicas"]
        assert 0 <= available <= ready <= replicas
        assert 0 <= status.get("currentReplicas", 0) <= replicas
        assert 0 <= status.get("updatedReplicas", 0) <= replicas

    @invariant()
    def revisions_are_kept_while_they_are_used(self) -> None:
        known = set(self.cluster.names(REVISIONS))
        status = self.cluster.web()["status"]
        for field in ("currentRevision", "updateRevision"):
            assert not status.get(field) or status[field] in known
        numbers = [one["revision"] for one in self.cluster.list(REVISIONS)]
        assert len(numbers) == len(set(numbers))

    @invariant()
    def pods_are_of_a_revision_there_is(self) -> None:
        known = set(self.cluster.names(REVISIONS))
        for pod in self.mine().values():
            assert labels_of(pod)["controller-revision-hash"] in known
            assert dig(pod, "spec", "hostname") == name_of(pod)

    @invariant()
    def the_ledger_says_what_a_new_one_would(self) -> None:
        uid = meta(self.cluster.web())["uid"]
        known = self.cluster.controller._ledger(KEY, uid)
        wanted, selects = wanted_of(self.cluster.web()), of_object(SELECTOR)
        new = Ledger()
        for one in (known, new):
            one.show(wanted, self.cluster.owned(PODS, uid), selects)
        assert known.members == new.members
        assert known.ready == new.ready
        assert known.of_revision == new.of_revision
        assert known.revisions() == new.revisions()
        now = self.cluster.now
        assert known.ripening(wanted, now) == new.ripening(wanted, now)
        old, fresh = known.roster(wanted, now), new.roster(wanted, now)
        assert dict(old.replicas.pods()) == dict(fresh.replicas.pods())
        assert old.condemned == fresh.condemned
        # The new one has looked at no claims yet.
        assert set(old.restless) <= set(fresh.restless)
        for index in set(fresh.restless) - set(old.restless):
            pod = old.replicas[index]
            assert pod is not None
            assert pod.healthy(wanted.min_ready_seconds, now)
            assert Work(self.cluster, self.cluster.web(), wanted).claims_right(pod.ordinal, pod.uid)

    @invariant()
    def explaining_changes_nothing(self) -> None:
        version = len(self.cluster.log)
        explain(self.cluster, KEY)
        assert len(self.cluster.log) == version


def _created(done: list[Action], *resources: str) -> list[str]:
    return [
        name_of(one.obj) for one in done if isinstance(one, Create) and one.resource in resources
    ]


class Ordered(History):
    """podManagementPolicy OrderedReady."""


class Parallel(History):
    """podManagementPolicy Parallel."""

    monotonic = False


class Gated(History):
    """OrderedReady with the gate MaxUnavailableStatefulSet."""

    gate = True


@pytest.mark.parametrize("machine", [Ordered, Parallel, Gated])
def test_histories(machine: type[History]) -> None:
    case = machine.TestCase
    case.settings = settings(
        max_examples=25,
        stateful_step_count=40,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    case("runTest").runTest()

"""A sync costs what has changed, however many Pods the set has."""

from collections import Counter
from typing import Any

import pytest

from tests.offline.statefulset.common import retention, spec
from tests.offline.statefulset.fake import Cluster
from tests.offline.statefulset.samples import CLAIMS, NS, PODS, SETS, stateful_set
from tutor.offline.controllers.statefulset import ledger, pods
from tutor.offline.objects import Obj
from tutor.offline.plan import Key


class Counting(Cluster):
    """Counts what the controller looks at."""

    def __init__(self) -> None:
        super().__init__()
        self.looked: Counter[str] = Counter()

    def get(self, resource: str, namespace: str, name: str) -> Obj | None:
        self.looked[resource] += 1
        return super().get(resource, namespace, name)


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the Pods that were read, one for each time."""
    found: list[str] = []

    def facts_of(pod: Obj) -> Any:
        found.append(pod["metadata"]["name"])
        return pods.facts_of(pod)

    monkeypatch.setattr(ledger, "facts_of", facts_of)
    return found


@pytest.mark.parametrize("policy", ["OrderedReady", "Parallel"])
def test_a_pod_is_read_once_for_each_of_its_changes(policy: str, read: list[str]) -> None:
    cluster = Counting()
    cluster.create(
        SETS,
        stateful_set(
            replicas=60,
            podManagementPolicy=policy,
            persistentVolumeClaimRetentionPolicy=retention("Delete", "Delete"),
        ),
    )
    cluster.settle()
    changes = sum(resource == PODS for _, _, resource, _ in cluster.log)
    assert len(read) <= changes
    # A few looks for each change of a Pod: is its claim there, is it stale, are its owners right.
    assert cluster.looked[CLAIMS] <= 10 * changes


def test_a_sync_without_a_change_looks_at_nothing_but_the_set(read: list[str]) -> None:
    cluster = Counting()
    cluster.create(SETS, stateful_set(replicas=40))
    cluster.settle()
    cluster.sync(Key(NS, "web"))
    read.clear()
    cluster.looked.clear()
    cluster.sync(Key(NS, "web"))
    assert not read
    assert cluster.looked == {SETS: 1}


def test_a_changed_claim_is_looked_at_in_the_next_sync() -> None:
    cluster = Counting()
    cluster.create(
        SETS,
        stateful_set(
            replicas=3, persistentVolumeClaimRetentionPolicy=retention("Delete", "Retain")
        ),
    )
    cluster.settle()
    cluster.change(CLAIMS, "data-web-1", lambda obj: obj["metadata"].pop("ownerReferences"))
    cluster.settle()
    claim = cluster.get(CLAIMS, NS, "data-web-1")
    assert claim is not None
    assert "ownerReferences" not in claim["metadata"], "a claim wakes nobody"
    cluster.change(SETS, "web", spec(revisionHistoryLimit=9))
    cluster.settle()
    claim = cluster.get(CLAIMS, NS, "data-web-1")
    assert claim is not None
    assert [owner["name"] for owner in claim["metadata"]["ownerReferences"]] == ["web"]

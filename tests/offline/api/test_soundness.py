"""State files with what no server would have let in: named, and left out on request."""

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.offline.api.support import PODS, SETS, Client, run, stateful_set
from tests.offline.test_magnitudes import counted
from tutor.offline.api.house import House, Settings
from tutor.offline.api.journal import Journal
from tutor.offline.api.records import Damaged, line_of
from tutor.offline.plan import Again, Key, Plan, View
from tutor.offline.requests import Bare
from tutor.offline.runner import START, Runner, Unusable
from tutor.offline.store import Store

Obj = dict[str, Any]
CALLS = 3_000_000


def house(journal: Journal) -> House:
    return House(Settings(speed=0, seed=1), lambda: START, lambda: 0.0, journal)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The state of a cluster with a set of two Pods."""
    journal = Journal(tmp_path / "state")
    client = Client(house(journal))

    async def asked() -> None:
        await client.create(SETS, stateful_set())
        client.settle()

    run(asked())
    journal.close()
    return tmp_path / "state"


def poison(path: Path, resource: str, key: str, change: Callable[[Obj], object]) -> None:
    """Change an object of a state file behind the server's back."""
    lines = [json.loads(line[9:]) for line in path.read_bytes().splitlines()]
    last = next(one for one in reversed(lines) if (one.get("r"), one.get("k")) == (resource, key))
    change(last["o"])
    version = max(one.get("v", 0) for one in lines) + 1
    with path.open("ab") as file:
        file.write(line_of({**last, "v": version}))


def cpu(pod: Obj) -> None:
    pod["spec"]["containers"][0]["resources"] = {"requests": {"cpu": "1e2147483647"}}


POISONS: list[tuple[str, str, Callable[[Obj], object], str]] = [
    ("pods", "default/web-0", cpu, "spec.containers[0].resources.requests.cpu: 1e2147483647"),
    (
        "statefulsets.apps",
        "default/web",
        lambda one: one["spec"].update(replicas=2**70),
        "cannot unmarshal number 1180591620717411303424 into Go struct field",
    ),
    ("pods", "default/web-1", lambda one: one.pop("spec"), "spec.containers: missing"),
    ("pods", "default/web-1", lambda one: one["metadata"].pop("uid"), "metadata.uid: missing"),
    ("pods", "default/web-1", lambda one: one["metadata"].update(name="x"), "metadata: not the"),
    (
        "nodes",
        "node-1",
        lambda one: one["status"]["allocatable"].update(cpu="x"),
        "quantities must",
    ),
    (
        "leases.coordination.k8s.io",
        "kube-node-lease/node-1",
        lambda one: one["spec"].update(renewTime="2026-02-30T00:00:00.000000Z"),
        "day out of range",
    ),
    (
        "controllerrevisions.apps",
        "default/web-",
        lambda one: one.pop("data"),
        "data: missing",
    ),
]


@pytest.mark.parametrize(
    ("resource", "key", "change", "why"),
    POISONS,
    ids=lambda part: part[:30] if isinstance(part, str) else "changed",
)
def test_the_object_to_blame_is_named_and_can_be_left_out(
    path: Path, resource: str, key: str, change: Callable[[Obj], object], why: str
) -> None:
    if key.endswith("-"):
        journal = Journal(path)
        assert journal.state is not None
        key = next(one for one in journal.state.objects[resource] if one.startswith(key))
        journal.close()
    poison(path, resource, key, change)
    before = path.read_bytes()
    journal = Journal(path)
    assert journal.state is not None
    with counted(CALLS):
        found = journal.state.unsound()
    assert list(found) == [(resource, key)]
    assert why in found[resource, key]
    copy = journal.leave_out(found)
    assert copy.read_bytes() == before
    client = Client(house(journal))

    async def asked() -> int:
        client.settle()
        return (await client.ask("GET", PODS)).status

    assert run(asked()) == 200
    journal.close()
    again = Journal(path)
    assert again.state is not None
    assert again.state.unsound() == {}
    again.close()


@pytest.mark.parametrize(
    "entry",
    [
        {"v": 10**400, "t": START},
        {"v": 5000, "t": 1e300},
        {"v": 5000, "t": -1},
        {"v": True, "t": START},
        {"v": 5000, "t": START, "r": ["pods"], "k": "a", "o": None},
        {"n": {}, "down": True},
    ],
)
def test_lines_with_numbers_that_nobody_wrote_are_damage(path: Path, entry: Obj) -> None:
    with path.open("ab") as file:
        file.write(line_of(entry))
        file.write(line_of({"v": 6000, "t": START}))
    with pytest.raises(Damaged):
        Journal(path)


class Blind:
    """A controller that cannot look at some Pod."""

    name = "blind"
    watches = ("pods",)

    def keys(self, view: View, resource: str, before: Obj | None, after: Obj | None) -> list[Key]:
        assert after is not None
        return [Key("", after["spec"]["eyes"])]

    def sync(self, view: View, key: Key) -> Plan:
        yield Again(1)


def test_what_a_controller_cannot_even_look_at_is_named_too() -> None:
    store = Store()
    store.create("pods", {"metadata": {"name": "a", "namespace": "x"}, "spec": {"eyes": ""}})
    store.create("pods", {"metadata": {"name": "b", "namespace": "x"}, "spec": {}})
    with pytest.raises(Unusable, match="pods x/b: KeyError"):
        Runner((Blind(),), Bare(), random.Random(1), store=store)

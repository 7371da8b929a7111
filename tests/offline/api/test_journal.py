"""The state file: nothing acknowledged is lost, what is damaged is refused."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.offline.api.support import PODS, SETS, Client, run, stateful_set
from tutor.offline.api.house import House, Settings
from tutor.offline.api.journal import Damaged, InUse, Journal
from tutor.offline.runner import START
from tutor.offline.store import Store

MAPS = "/api/v1/namespaces/default/configmaps"


def house(journal: Journal, wall: float = START) -> House:
    return House(Settings(speed=0, seed=1), lambda: wall, lambda: 0.0, journal)


def everything(store: Store) -> dict[str, list[Any]]:
    return {name: list(store.list(name)) for name in store.resources()}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state"


def test_what_was_acknowledged_is_there_again(path: Path) -> None:
    first = Journal(path)
    client = Client(house(first))

    async def asked() -> None:
        await client.create(SETS, stateful_set())
        client.settle()
        await client.create(MAPS, {"metadata": {"name": "c"}, "data": {"ja": "日本語"}})
        await client.ask("POST", "/sts-tutor/node", {"name": "node-1", "down": True})

    run(asked())
    before, version = everything(client.runner.store), client.runner.store.version
    first.close()
    again = Journal(path)
    restored = house(again, START + 100)
    now = everything(restored.runner.store)
    assert restored.runner.view.faults == {"node-1"}
    assert restored.runner.store.version >= version
    assert [one["metadata"]["name"] for one in now["pods"]] == ["web-0", "web-1"]
    assert now["configmaps"] == before["configmaps"]
    assert now["statefulsets.apps"] == before["statefulsets.apps"]
    again.close()


def test_an_answer_waits_until_the_change_is_written(path: Path) -> None:
    journal = Journal(path)
    client = Client(house(journal))

    async def asked() -> None:
        size = path.stat().st_size
        await client.create(MAPS, {"metadata": {"name": "c"}})
        assert b'"default/c"' in path.read_bytes()[size:]

    run(asked())
    journal.close()


def test_a_full_disk_is_told(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = Journal(path)
    client = Client(house(journal))

    def full(file: int, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    async def asked() -> None:
        with monkeypatch.context() as patched:
            patched.setattr("os.write", full)
            reply = await client.ask("POST", MAPS, {"metadata": {"name": "c"}})
            assert reply.status == 500
            assert "No space left" in reply.json["message"]
        await client.create(MAPS, {"metadata": {"name": "d"}})
        assert b'"default/c"' in path.read_bytes()

    run(asked())
    journal.close()


@given(cut=st.integers(1, 200))
def test_a_torn_end_is_dropped(cut: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("torn") / "state"
    journal = Journal(path)
    house(journal)
    journal.close()
    whole = path.read_bytes()
    path.write_bytes(whole[:-cut])
    kept = whole[: whole.rindex(b"\n", 0, len(whole) - cut) + 1]
    again = Journal(path)
    assert path.read_bytes() == kept
    house(again)
    again.close()
    last = Journal(path)
    assert last.state is not None
    last.close()


def test_damage_in_the_middle_is_refused_and_left_alone(path: Path) -> None:
    journal = Journal(path)
    house(journal)
    journal.close()
    lines = path.read_bytes().splitlines(keepends=True)
    lines[3] = lines[3].replace(b'"v"', b'"w"')
    damaged = b"".join(lines)
    path.write_bytes(damaged)
    with pytest.raises(Damaged) as told:
        Journal(path)
    assert told.value.line == 4
    assert path.read_bytes() == damaged
    path.write_bytes(b"apiVersion: v1\n")
    with pytest.raises(Damaged):
        Journal(path)


def test_two_cannot_hold_one_file(path: Path) -> None:
    journal = Journal(path)
    with pytest.raises(InUse):
        Journal(path)
    journal.close()
    Journal(path).close()


def test_a_file_that_has_grown_is_written_anew(path: Path) -> None:
    journal = Journal(path)
    client = Client(house(journal))

    async def asked() -> None:
        await client.create(MAPS, {"metadata": {"name": "c"}, "data": {"k": ""}})
        for number in range(20):
            body = {"metadata": {"name": "c"}, "data": {"k": str(number) * 1000}}
            assert (await client.ask("PUT", f"{MAPS}/c", body)).status == 200

    run(asked())
    runner = client.runner
    large, wanted = path.stat().st_size, everything(runner.store)
    journal.compact(runner.store, runner.clock.now, runner.view.faults)
    assert path.stat().st_size < large / 2
    journal.close()
    again = Journal(path)
    assert again.state is not None
    assert again.state.version == runner.store.version
    store = Store()
    again.state.restore(store, 0)
    leases = "leases.coordination.k8s.io"
    kept = everything(store)
    assert len(kept.pop(leases)) == len(wanted.pop(leases))
    assert kept == wanted
    again.close()


def test_a_reset_lasts(path: Path) -> None:
    journal = Journal(path)
    client = Client(house(journal))

    async def asked() -> None:
        await client.create(SETS, stateful_set())
        await client.ask("POST", "/sts-tutor/reset")

    run(asked())
    journal.close()
    again = Journal(path)
    assert again.state is not None
    assert "statefulsets.apps" not in again.state.objects
    client = Client(house(again))
    assert run(client.ask("GET", PODS)).json["items"] == []
    again.close()


def test_leases_begin_again_with_the_cluster(path: Path) -> None:
    journal = Journal(path)
    client = Client(house(journal))
    lease = {"metadata": {"name": "node-9"}, "spec": {"renewTime": "2020-01-01T00:00:00.000000Z"}}
    run(client.create("/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases", lease))
    journal.close()
    again = Journal(path)
    restored = house(again, START + 1000)
    found = restored.runner.store.get("leases.coordination.k8s.io", "kube-node-lease/node-9")
    assert found is not None
    assert found["spec"]["renewTime"] == "2026-01-01T00:16:40.000000Z"
    again.close()

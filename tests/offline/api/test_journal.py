"""The state file: nothing acknowledged is lost, what is damaged is refused."""

import asyncio
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.offline.api.support import PODS, SETS, Client, run, stateful_set
from tests.waiting import arrives
from tutor.offline.api.house import House, Settings
from tutor.offline.api.journal import Journal
from tutor.offline.api.lock import InUse
from tutor.offline.api.records import HEAD, Damaged, Newer, line_of
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


def full(file: int, data: bytes) -> int:
    raise OSError(28, "No space left on device")


def test_a_full_disk_refuses_changes_and_nothing_else(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = Journal(path)
    client = Client(house(journal))

    async def asked() -> None:
        await client.create(MAPS, {"metadata": {"name": "b"}})
        with monkeypatch.context() as patched:
            patched.setattr("os.write", full)
            for _ in range(2):
                reply = await client.ask("POST", MAPS, {"metadata": {"name": "c"}})
                assert reply.status == 500
                assert "No space left" in reply.json["message"]
            version = client.runner.store.version
            assert (await client.ask("GET", f"{MAPS}/b")).status == 200
            assert (await client.ask("GET", MAPS)).status == 200
            status = (await client.ask("GET", "/sts-tutor/status")).json
            assert (status["trouble"], status["version"]) == ("No space left on device", version)
            assert (await client.ask("POST", "/sts-tutor/step")).status == 500
        await client.create(MAPS, {"metadata": {"name": "d"}})
        assert b'"default/d"' in path.read_bytes()
        assert (await client.ask("GET", "/sts-tutor/status")).json["trouble"] == ""
        found = (await client.ask("GET", MAPS)).json["items"]
        for one in found:  # what is seen is kept, refused or not
            assert one["metadata"]["uid"].encode() in path.read_bytes()

    run(asked())
    journal.close()


def test_a_reset_may_make_room(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = Journal(path)
    client = Client(house(journal))

    async def asked() -> None:
        await client.create(SETS, stateful_set())
        with monkeypatch.context() as patched:
            patched.setattr("os.write", full)
            assert (await client.ask("DELETE", f"{SETS}/web")).status == 500
            with monkeypatch.context() as worse:
                worse.setattr("os.fsync", lambda _: full(0, b""))
                assert (await client.ask("POST", "/sts-tutor/reset")).status == 500
            assert (await client.ask("GET", f"{SETS}/web")).status == 200
            assert (await client.ask("POST", "/sts-tutor/reset")).status == 200
        assert (await client.ask("GET", f"{SETS}/web")).status == 404
        await client.create(MAPS, {"metadata": {"name": "c"}})

    run(asked())
    journal.close()
    again = Journal(path)
    assert again.state is not None
    assert "statefulsets.apps" not in again.state.objects
    again.close()


def test_a_disk_that_fills_in_the_middle_of_a_line(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = Journal(path)
    client = Client(house(journal))
    write, room = os.write, 0

    def little(file: int, data: bytes) -> int:
        nonlocal room
        if not room:
            full(file, data)
        done = write(file, bytes(data[:room]))
        room -= done
        return done

    async def asked() -> None:
        nonlocal room
        await client.ask("GET", MAPS)
        monkeypatch.setattr("os.write", little)
        kept = []
        for number in range(60):
            room += 120 * (number % 5)
            name = f"c-{number}"
            reply = await client.ask("POST", MAPS, {"metadata": {"name": name}})
            if reply.status == 201:
                kept.append(name)
        assert 3 < len(kept) < 57
        copy = path.with_name("copy")  # as kill -9 would leave it
        copy.write_bytes(path.read_bytes())
        again = Journal(copy)
        assert again.state is not None
        assert {f"default/{name}" for name in kept} <= set(again.state.objects["configmaps"])
        again.close()

    run(asked())
    monkeypatch.undo()
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


@pytest.mark.parametrize(
    "found",
    [
        b"apiVersion: v1\n",
        b"\0" * 5000,
        b"\n",
        b"x" * 100_000,
        line_of({"format": "another", "version": 1}),
        line_of({"format": "sts-tutor offline cluster", "version": "1"}),
    ],
)
def test_what_is_not_ours_is_left_alone(path: Path, found: bytes) -> None:
    path.write_bytes(found)
    with pytest.raises(Damaged) as told:
        Journal(path)
    assert told.value.line == 1
    assert path.read_bytes() == found
    assert list(path.parent.iterdir()) == [path]


def test_a_later_programs_file_is_left_alone(path: Path) -> None:
    later = line_of({"format": "sts-tutor offline cluster", "version": 2, "more": True})
    path.write_bytes(later + b"something else\n")
    with pytest.raises(Newer) as told:
        Journal(path)
    assert told.value.found == 2
    assert path.read_bytes().startswith(later)


def test_a_line_of_another_shape_is_damage(path: Path) -> None:
    path.write_bytes(HEAD + line_of({"v": 5, "t": 1.0, "r": "pods"}))
    with pytest.raises(Damaged) as told:
        Journal(path)
    assert told.value.line == 2


@pytest.mark.parametrize("length", [0, 1, len(HEAD) - 1])
def test_a_file_whose_first_line_is_torn_begins_anew(path: Path, length: int) -> None:
    path.write_bytes(HEAD[:length])
    journal = Journal(path)
    house(journal)
    journal.close()
    assert path.read_bytes().startswith(HEAD)
    again = Journal(path)
    assert again.state is not None
    again.close()


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX files")
def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for path in (tmp_path, pipe, Path("/dev/null")):
        with pytest.raises(OSError, match=r"directory|not a file"):
            Journal(path)


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_a_link_is_followed_once_and_for_all(tmp_path: Path, path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(path)
    journal = Journal(link)
    made = house(journal)
    with pytest.raises(InUse):
        Journal(path)
    journal.replace(made.runner.store, START)
    assert link.is_symlink()
    journal.close()
    again = Journal(path)
    assert again.state is not None
    again.close()


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
    large = path.stat().st_size
    write = journal.rewriting(runner.store, runner.clock.now, runner.view.faults)
    size = write()
    run(client.create(MAPS, {"metadata": {"name": "meanwhile"}}))
    runner.node_down("node-1")
    journal.fault("node-1", down=True)
    journal.rewritten(size)
    wanted = everything(runner.store)
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
    assert again.state.down == {"node-1"}
    again.close()


def test_what_cannot_be_written_anew_stays_as_it_is(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = Journal(path)
    client = Client(house(journal))
    runner = client.runner
    write = journal.rewriting(runner.store, runner.clock.now, set())
    size = write()
    run(client.create(MAPS, {"metadata": {"name": "meanwhile"}}))

    def no(file: int) -> None:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patched:
        patched.setattr("os.fsync", no)
        with pytest.raises(OSError, match="Input"):
            journal.rewritten(size)
    assert {one.name for one in path.parent.iterdir()} == {path.name, f"{path.name}.lock"}
    run(client.create(MAPS, {"metadata": {"name": "later"}}))
    journal.close()
    again = Journal(path)
    assert again.state is not None
    assert {"default/meanwhile", "default/later"} <= set(again.state.objects["configmaps"])
    again.close()


def test_a_reset_while_the_file_is_written_anew(path: Path) -> None:
    journal = Journal(path)
    client = Client(house(journal))

    async def asked() -> None:
        await client.create(SETS, stateful_set())
        runner = client.runner
        write = journal.rewriting(runner.store, runner.clock.now, set())
        assert (await client.ask("POST", "/sts-tutor/reset")).status == 200
        journal.rewritten(write())

    run(asked())
    journal.close()
    again = Journal(path)
    assert again.state is not None
    assert "statefulsets.apps" not in again.state.objects
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


def test_a_running_cluster_keeps_its_file_small(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tutor.offline.api.house.CARE", 0.02)
    monkeypatch.setattr("tutor.offline.api.journal._SPARE", 50_000)
    journal = Journal(path)
    made = house(journal)
    client = Client(made)
    largest = 0

    async def asked() -> None:
        nonlocal largest
        running = asyncio.ensure_future(made.run())
        await client.create(MAPS, {"metadata": {"name": "c"}})
        for number in range(400):
            body = {"metadata": {"name": "c"}, "data": {"k": f"{number} " + "x" * 2000}}
            assert (await client.ask("PUT", f"{MAPS}/c", body)).status == 200
            largest = max(largest, path.stat().st_size)
            if number % 100 == 99:
                await arrives(lambda: path.stat().st_size < 100_000)
        made.end()
        await running

    run(asked())
    assert 50_000 < largest < 600_000  # of 900,000 that were written
    again = Journal(path)
    assert again.state is not None
    assert again.state.objects["configmaps"]["default/c"]["data"]["k"].startswith("399 ")
    again.close()
    assert {one.name for one in path.parent.iterdir()} == {path.name, f"{path.name}.lock"}


@pytest.mark.skipif(sys.platform == "win32", reason="no open file is removed there")
def test_a_file_that_was_removed_is_written_again(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tutor.offline.api.house.CARE", 0.02)
    journal = Journal(path)
    made = house(journal)
    client = Client(made)

    async def asked() -> None:
        running = asyncio.ensure_future(made.run())
        await client.create(MAPS, {"metadata": {"name": "c"}})
        path.unlink()
        await arrives(path.exists)
        await client.create(MAPS, {"metadata": {"name": "d"}})
        made.end()
        await running

    run(asked())
    again = Journal(path)
    assert again.state is not None
    assert {"default/c", "default/d"} <= set(again.state.objects["configmaps"])
    again.close()


@pytest.mark.skipif(sys.platform == "win32", reason="no open file is replaced there")
def test_another_file_in_its_place_is_left_alone(path: Path) -> None:
    journal = Journal(path)
    client = Client(house(journal))
    own = path.with_name("own")

    async def asked() -> None:
        await client.create(MAPS, {"metadata": {"name": "c"}})
        path.rename(own)
        path.write_text("mine\n")
        journal.look()
        reply = await client.ask("POST", MAPS, {"metadata": {"name": "d"}})
        assert (reply.status, "another file" in reply.json["message"]) == (500, True)
        assert (await client.ask("POST", "/sts-tutor/reset")).status == 500
        assert (await client.ask("GET", f"{MAPS}/c")).status == 200
        assert path.read_text() == "mine\n"
        own.rename(path)
        journal.look()
        await client.create(MAPS, {"metadata": {"name": "e"}})

    run(asked())
    journal.close()
    again = Journal(path)
    assert again.state is not None
    assert {"default/c", "default/e"} <= set(again.state.objects["configmaps"])
    again.close()

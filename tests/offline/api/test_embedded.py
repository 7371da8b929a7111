"""A cluster in a thread: reached from outside, looked into from here."""

import json
import math
import ssl
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.offline.api.support import PODS, SETS, stateful_set
from tutor.offline import embed
from tutor.offline.api.embedded import Embedded
from tutor.offline.api.house import Settings
from tutor.offline.errors import ApiError
from tutor.offline.objects import name_of


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Embedded]:
    with Embedded(tmp_path / "cluster", Settings(speed=math.inf, seed=1)) as made:
        yield made


def ask(cluster: Embedded, path: str, body: Any = None) -> Any:
    context = ssl.create_default_context(cadata=cluster.note.authority)
    request = urllib.request.Request(  # noqa: S310
        cluster.note.server + path,
        None if body is None else json.dumps(body).encode(),
        {
            "Authorization": f"Bearer {cluster.note.token}",
            "Content-Type": "application/json",
            "Connection": "close",
        },
    )
    with urllib.request.urlopen(request, context=context, timeout=10) as reply:  # noqa: S310
        return json.load(reply)


def names(cluster: Embedded) -> list[str]:
    return [one["metadata"]["name"] for one in ask(cluster, PODS)["items"]]


def test_clients_reach_it_and_the_program_looks_inside(cluster: Embedded) -> None:
    assert cluster.note.token in cluster.kubeconfig.read_text("utf-8")
    before = cluster.version
    ask(cluster, SETS, stateful_set(replicas=2))
    version = before
    for _ in range(500):
        version = cluster.wait(version, 5)
        if len(names(cluster)) == 2 and not cluster.waits("default", "web"):
            break
    changes = cluster.changes(before)
    made = [one for one in changes if (one.resource, one.type) == ("pods", "ADDED")]
    assert [name_of(one.last) for one in made] == ["web-0", "web-1"]
    assert [one.actor for one in made] == ["statefulset-controller"] * 2
    waits = cluster.waits("default", "web", made[0].version)
    assert [one.pod for one in waits] == ["web-0", "web-1"]
    past = cluster.at(made[0].version)
    assert [name_of(pod) for pod in past.list("pods", "default")] == ["web-0"]
    with pytest.raises(ApiError):
        cluster.at(1)


def test_a_fork_is_the_callers_own(cluster: Embedded) -> None:
    ask(cluster, SETS, stateful_set(replicas=1))
    other = cluster.fork(cluster.version, seed=2)
    other.settle()
    assert [name_of(pod) for pod in other.store.list("pods")] == ["web-0"]
    assert embed.waits(other.view, "default", "web") == ()


def test_it_is_paused_stepped_and_resumed(cluster: Embedded) -> None:
    cluster.pause()
    assert cluster.paused
    ask(cluster, SETS, stateful_set(replicas=1))
    now = cluster.now
    assert names(cluster) == []
    assert cluster.step() == 1
    assert names(cluster) == ["web-0"]
    assert cluster.step_on()
    while cluster.waits("default", "web"):
        assert cluster.step_on()
    assert cluster.now > now
    cluster.speed = 4
    cluster.resume()
    assert (cluster.speed, cluster.paused) == (4, False)
    with pytest.raises(ValueError, match="0 or more"):
        cluster.speed = -1


def test_a_node_fails_and_comes_back(cluster: Embedded) -> None:
    cluster.node_down("node-1")
    assert cluster.at(cluster.version).down("node-1")
    cluster.node_down("node-1", down=False)
    assert not cluster.at(cluster.version).down("node-1")
    with pytest.raises(ApiError):
        cluster.node_down("node-9")


def test_nobody_answers_after_its_end(tmp_path: Path) -> None:
    cluster = Embedded(tmp_path, Settings(seed=1))
    with pytest.raises(RuntimeError):
        _ = cluster.version
    cluster.start()
    assert cluster.version > 100
    cluster.stop()
    cluster.stop()
    with pytest.raises(RuntimeError):
        cluster.wait(0, 1)
    with pytest.raises(RuntimeError):
        cluster.changes()


def test_what_cannot_start_says_why(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    cluster = Embedded(tmp_path / "file", Settings(seed=1))
    with pytest.raises(OSError, match="file"):
        cluster.start()
    cluster.stop()

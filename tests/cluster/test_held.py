"""The clusters a learner is offered, and the offline one that is held in this process."""

import math
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster.support import BOTH, NAMESPACE, config
from tests.cluster.test_odd_watches import Ear
from tests.waiting import at_rest, ends
from tutor.cli.clusters import Held, HeldClock, Offered
from tutor.cli.context import Context
from tutor.cluster.live import Live
from tutor.cluster.settling import BRISK
from tutor.model.applying import ClusterKind, Offer
from tutor.model.checks import Target as Of
from tutor.model.errors import TutorError
from tutor.model.scenario import Apply, Node, Scale, Scenario, Wait
from tutor.session.ports import Clock, Cluster, Clusters, WhatIf

LESSON = "identity/headless-service"
OFFLINE = Offer("offline", ClusterKind.OFFLINE)
pytestmark = pytest.mark.usefixtures("quick")


@pytest.fixture
def kubeconfig(tmp_path: Path) -> Path:
    path = tmp_path / "config"
    path.write_bytes(config("kind-kind", "https://127.0.0.1:1"))
    return path


@pytest.fixture
def clusters(tmp_path: Path, kubeconfig: Path) -> Iterator[Offered]:
    environ = {"STS_TUTOR_HOME": str(tmp_path / "home"), "KUBECONFIG": str(kubeconfig)}
    made = Offered(Context("en", environ=environ))
    yield made
    made.close()
    made.close()
    assert not [one for one in threading.enumerate() if one.name == "offline-cluster"]


@pytest.fixture
def live(clusters: Offered) -> Live:
    return clusters.open(OFFLINE, LESSON)


def test_they_are_what_a_session_needs(clusters: Offered, live: Live) -> None:
    ports: tuple[Clusters, Cluster] = (clusters, live)
    assert ports
    clock: Clock | None = live.clock
    what_if: WhatIf | None = live.what_if
    assert clock is not None
    assert what_if is not None


def test_what_is_offered(clusters: Offered, kubeconfig: Path) -> None:
    assert clusters.offered() == [OFFLINE, Offer("kind-kind", ClusterKind.KIND)]
    kubeconfig.write_bytes(config("prod", "https://api.example.com"))
    assert clusters.offered() == [OFFLINE]
    assert clusters.named("prod") == Offer("prod", ClusterKind.OTHER, local=False)
    assert clusters.named("offline") == OFFLINE
    kubeconfig.write_bytes(b"{")
    assert clusters.offered() == [OFFLINE]
    with pytest.raises(TutorError) as caught:
        clusters.named("prod")
    assert caught.value.code == "kubeconfig-broken"


@pytest.mark.parametrize(("asked", "typed"), [("", "prod"), ("prod", ""), ("prod", "no")])
def test_a_cluster_elsewhere_is_named_and_typed(
    tmp_path: Path, kubeconfig: Path, asked: str, typed: str
) -> None:
    kubeconfig.write_bytes(config("prod", "https://api.example.com"))
    environ = {"STS_TUTOR_HOME": str(tmp_path / "home"), "KUBECONFIG": str(kubeconfig)}
    clusters = Offered(Context("en", environ=environ), asked)
    offer = clusters.named("prod")
    with pytest.raises(TutorError) as caught:
        clusters.open(offer, LESSON, typed)
    assert caught.value.code in ("context-not-local", "context-not-typed")


def test_it_starts_once_and_leaves_nothing() -> None:
    held = Held()
    cluster = held.get()
    assert held.get() is cluster
    folder = cluster.kubeconfig.parent
    assert folder.stat().st_mode & 0o077 == 0
    held.end()
    assert not folder.exists()
    with pytest.raises(TutorError) as caught:
        held.get()
    assert caught.value.code == "cancelled"


def test_time_is_held_and_goes_on_step_by_step(live: Live) -> None:
    clock = live.clock
    assert clock is not None
    assert clock.speed == 1.0
    clock.set_speed(0)
    assert clock.speed == 0
    live.do(Apply("answer"), BOTH)
    ear = Ear()
    live.watch(ear.hear)
    ear.until(lambda: ear.batches)
    assert not [one for one in ear.batches[0] if one.kind == "Pod"]
    now = clock.now
    for _ in range(60):
        if any(one.kind == "Pod" for batch in ear.batches for one in batch):
            break
        assert clock.tick()
        at_rest(lambda: len(ear.batches), looks=5)
    else:
        raise AssertionError("no Pod came")
    assert clock.now - now < 5
    clock.set_speed(math.inf)
    assert clock.speed == math.inf
    live.do(Wait())
    with pytest.raises(ValueError, match="speed"):
        clock.set_speed(-1)


def test_changes_have_the_clusters_own_time(live: Live) -> None:
    clock = live.clock
    assert clock is not None
    clock.set_speed(math.inf)
    ear = Ear()
    live.watch(ear.hear)
    ear.until(lambda: ear.batches)
    live.do(Apply("answer"), BOTH)
    live.do(Wait())
    ear.until(lambda: [name for name, _, _ in ear.seen if name == "web-1"])
    times = [(one.version, one.at) for batch in ear.batches[1:] for one in batch]
    assert times == sorted(times)
    made = next(
        one for batch in ear.batches for one in batch if (one.kind, one.name) == ("Pod", "web-0")
    )
    from tutor.offline.clock import seconds_of

    assert made.after is not None
    stamp = seconds_of(made.after["metadata"]["creationTimestamp"])
    assert 0 <= made.at - stamp < 1


def test_another_future_leaves_the_cluster_alone(live: Live) -> None:
    clock, what_if = live.clock, live.what_if
    assert clock is not None
    assert what_if is not None
    clock.set_speed(math.inf)
    ear = Ear()
    live.watch(ear.hear)
    live.do(Apply("answer"), BOTH)
    live.do(Wait())
    ear.until(lambda: [name for name, _, _ in ear.seen if name == "web-1"])
    at_rest(lambda: len(ear.seen))
    version = ear.seen[-1][2]
    future = what_if.play(version, [Scale(Of("StatefulSet", "web"), 4)])
    made = [one.name for one in future if one.kind == "Pod" and one.before is None]
    assert made == ["web-2", "web-3"]
    assert all(one.namespace in ("", NAMESPACE) for one in future)
    assert min(one.version for one in future) > version
    live.do(Wait())
    assert "web-2" not in {name for name, _, _ in ear.seen}
    with pytest.raises(TutorError) as caught:
        what_if.play(1, [])
    assert caught.value.code == "past-too-far"
    with pytest.raises(TutorError) as caught:
        what_if.play(version, [Scale(Of("StatefulSet", "none"), 4)])
    assert caught.value.code == "cluster-said-no"


def test_a_node_goes_down_and_comes_back(live: Live) -> None:
    assert live.clock is not None
    live.clock.set_speed(math.inf)
    live.reset(Scenario("x", (Apply("s", BOTH),), (), offline_only=True, expect=()))
    live.do(Node("web-0", down=True))
    live.do(Node("web-0", down=False))
    with pytest.raises(TutorError) as caught:
        live.do(Node("web-9", down=True))
    assert caught.value.code == "step-no-node"


def test_two_lessons_do_not_meet(clusters: Offered, live: Live) -> None:
    assert live.clock is not None
    live.clock.set_speed(math.inf)
    other = clusters.open(OFFLINE, "volumes/what-survives")
    assert other.where.namespace != live.where.namespace
    live.do(Apply("answer"), BOTH)
    other.do(Apply("answer"), BOTH)
    other.reset(Scenario("x", (), (), offline_only=False, expect=()))
    assert live.plan(BOTH).changes_nothing
    assert not other.plan(BOTH).changes_nothing


def test_leaving_while_it_is_paused_and_busy(clusters: Offered, live: Live) -> None:
    assert live.clock is not None
    live.watch(lambda _: None)
    live.clock.set_speed(0)
    ends(clusters.close)
    with pytest.raises(TutorError):
        live.plan(BOTH)


@pytest.mark.parametrize("image", ["nginx:1.29", "nginx:broken"])
def test_at_a_speed_for_the_eye_nobody_waits_for_nothing(
    live: Live, image: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = live.clock
    assert clock is not None
    clock.set_speed(0.1)
    live.do(Apply("answer"), BOTH.replace("nginx:1.29", image))
    chosen: list[float] = []
    set_speed = HeldClock.set_speed

    def choose(self: HeldClock, speed: float) -> None:
        chosen.append(speed)
        set_speed(self, speed)

    monkeypatch.setattr(HeldClock, "set_speed", choose)
    now = clock.now
    live.do(Wait())
    assert chosen[:1] == [BRISK]
    assert clock.now - now > 0.3
    assert clock.speed == 0.1

"""Events go an hour after they were last written."""

import random

from tests.offline.bench import Bench, Obj
from tutor.offline import embed
from tutor.offline.listing import Query
from tutor.offline.resources import named
from tutor.offline.watching import Watch

HOUR = 3600.0


def event(name: str) -> Obj:
    return {"metadata": {"name": name}, "involvedObject": {"kind": "Pod", "namespace": "NS"}}


def names(bench: Bench) -> list[str]:
    return [one["metadata"]["name"] for one in bench.runner.store.list("events")]


def test_an_event_goes_after_an_hour_and_the_watch_tells() -> None:
    bench = Bench()
    bench.create("events", event("first"))
    bench.runner.advance(bench.runner.clock.now + 60)
    bench.create("events", event("second"))
    watch = Watch(bench.runner.store, named("events"), "NS", Query())
    watch.poll()
    bench.runner.advance(bench.runner.clock.now + HOUR - 60.001)
    assert names(bench) == ["first", "second"]
    bench.runner.advance(bench.runner.clock.now + 0.002)
    assert names(bench) == ["second"]
    (told,) = watch.poll()
    assert (told["type"], told["object"]["metadata"]["name"]) == ("DELETED", "first")
    assert told["object"]["metadata"]["resourceVersion"] == str(bench.runner.store.version)
    bench.runner.advance(bench.runner.clock.now + HOUR)
    assert names(bench) == []


def test_an_event_written_again_stays_for_another_hour() -> None:
    bench = Bench()
    bench.create("events", event("told"))
    bench.runner.advance(bench.runner.clock.now + 3000)
    bench.patch("events", "told", {"count": 2})
    bench.runner.advance(bench.runner.clock.now + 3599)
    assert names(bench) == ["told"]
    bench.runner.advance(bench.runner.clock.now + 2)
    assert names(bench) == []


def test_one_deleted_and_made_again_counts_anew() -> None:
    bench = Bench()
    bench.create("events", event("told"))
    bench.runner.advance(bench.runner.clock.now + 1800)
    bench.delete("events", "told")
    bench.create("events", event("told"))
    bench.runner.advance(bench.runner.clock.now + 1801)
    assert names(bench) == ["told"]
    bench.runner.advance(bench.runner.clock.now + 1800)
    assert names(bench) == []


def test_a_fork_lets_them_go_when_they_would_have_gone() -> None:
    runner = embed.begin(random.Random(1))
    assert runner.store.count("events")
    runner.advance(runner.clock.now + 1800)
    other = embed.fork(runner, runner.store.version, random.Random(2))
    registered = {one["metadata"]["name"] for one in other.store.list("events")}
    other.advance(other.clock.now + 1801)
    left = {one["metadata"]["name"] for one in other.store.list("events")}
    assert registered
    assert not registered & left


def test_a_day_at_rest_leaves_little_behind() -> None:
    runner = embed.begin(random.Random(1))
    runner.advance(runner.clock.now + 24 * HOUR)
    assert runner.store.count("events") == 0
    assert len(list(runner.history())) < 8_000
    assert runner.store.floor == 100  # the beginning can still be looked at
    assert embed.at(runner, 110).now < runner.clock.now - 23 * HOUR

"""A sync that is left in the middle and gone on with: the same history, and room for requests."""

import random

import pytest

from tests.offline.api.support import stateful_set
from tutor.offline import plane
from tutor.offline.bootstrap import bootstrap
from tutor.offline.deletion import DeleteOptions
from tutor.offline.requests import Request
from tutor.offline.resources import named
from tutor.offline.runner import START, Runner


def cluster(replicas: int) -> Runner:
    runner = plane.build(random.Random(1), START, {})
    bootstrap(runner.registry)
    runner.settle()
    body = stateful_set(replicas=replicas)
    body["spec"]["podManagementPolicy"] = "Parallel"
    runner.registry.create(Request("create", named("statefulsets.apps"), "default"), body)
    return runner


def play(runner: Runner, actions: int | None, until: float) -> list[tuple[str, str, str, str]]:
    while runner.work(actions) or runner.clock.fire(until):
        pass
    return [(one.type, one.resource, one.key, one.actor) for one in runner.history()]


@pytest.mark.parametrize("actions", [1, 2, 7])
def test_the_history_is_the_same(actions: int) -> None:
    whole = play(cluster(20), None, START + 30)
    assert sum(kind == "ADDED" and resource == "pods" for kind, resource, *_ in whole) == 20
    assert play(cluster(20), actions, START + 30) == whole


def test_a_request_comes_in_between() -> None:
    runner = cluster(50)
    while runner.store.count("pods") < 10:
        assert runner.work(1)
    assert runner.store.count("pods") == 10
    assert runner.due() == runner.clock.now
    request = Request("delete", named("pods"), "default", "web-3", user="me")
    runner.registry.delete(request, DeleteOptions())
    runner.settle()
    ready = [pod["metadata"]["name"] for pod in runner.store.list("pods")]
    assert len(ready) == 50

"""The control plane without HTTP, as fast as possible, against the numbers it has to hold.

- Three replicas with a claim each and a headless Service, from the request until all are Ready.
- The same, a rolling update, and scaling to nothing, per replica, for 10, 100 and 1,000 replicas:
  linear is 1.
"""

import random
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from benchmarks.measure import Row, compiled, median, table, within
from tutor.offline import plane
from tutor.offline.bootstrap import NODES, bootstrap
from tutor.offline.requests import Request
from tutor.offline.resources import named
from tutor.offline.runner import START, Runner

_LINEAR = {"Ready": 1.3, "updated": 1.8, "gone": 1.8}


def cluster(replicas: int) -> Runner:
    """A cluster at rest whose three nodes have room for so many Pods."""
    runner = plane.build(random.Random(1), START, {})  # noqa: S311  (no secrets here)
    bootstrap(runner.registry)
    room = {"allocatable": {"cpu": "1k", "memory": "1Ti", "pods": str(replicas + 10)}}
    for name in NODES:
        write = Request("patch", named("nodes"), "", name, "status", patch_type="merge")
        runner.registry.patch(write, {"status": room})
    runner.settle()
    return runner


def send(runner: Runner, resource_name: str, body: dict[str, Any]) -> None:
    """A user's request."""
    found = named(resource_name)
    body = {"apiVersion": found.api_version, "kind": found.kind, **body}
    runner.registry.create(Request("create", found, "default"), body)


def scale_up(runner: Runner, replicas: int, policy: str) -> None:
    """Bring a StatefulSet with claims and a Service up until all its Pods are Ready."""
    labels = {"app": "web"}
    send(
        runner,
        "services",
        {
            "metadata": {"name": "web"},
            "spec": {"clusterIP": "None", "selector": labels, "ports": [{"port": 80}]},
        },
    )
    container = {
        "name": "app",
        "image": "nginx:1.25",
        "volumeMounts": [{"name": "data", "mountPath": "/data"}],
    }
    claim = {
        "metadata": {"name": "data"},
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": "1Gi"}},
        },
    }
    send(
        runner,
        "statefulsets.apps",
        {
            "metadata": {"name": "web"},
            "spec": {
                "serviceName": "web",
                "replicas": replicas,
                "podManagementPolicy": policy,
                "selector": {"matchLabels": labels},
                "template": {"metadata": {"labels": labels}, "spec": {"containers": [container]}},
                "volumeClaimTemplates": [claim],
            },
        },
    )
    _until(runner, lambda found: found.get("readyReplicas", 0) == replicas)


def roll(runner: Runner, replicas: int) -> None:
    """Replace every Pod by one of another template."""
    _patch(runner, {"template": {"metadata": {"labels": {"version": "2"}}}})
    _until(
        runner,
        lambda found: (
            found.get("updatedReplicas", 0) == found.get("readyReplicas", 0) == replicas
            and found["currentRevision"] == found["updateRevision"]
        ),
    )


def scale_down(runner: Runner, replicas: int) -> None:
    """Scale to nothing until all are gone."""
    _patch(runner, {"replicas": 0})
    while runner.store.count("pods"):
        runner.step()


def _patch(runner: Runner, spec: dict[str, Any]) -> None:
    write = Request("patch", named("statefulsets.apps"), "default", "web", patch_type="merge")
    runner.registry.patch(write, {"spec": spec})


def _until(runner: Runner, holds: Callable[[dict[str, Any]], bool]) -> None:
    """Go on until the status says something about the set as it is."""
    while True:
        found = runner.view.get("statefulsets.apps", "default", "web") or {}
        status, generation = found.get("status", {}), found["metadata"]["generation"]
        if status.get("observedGeneration") == generation and holds(status):
            return
        if not runner.step():
            raise RuntimeError(f"nothing is to be done at {status}")


Doing = Callable[[Runner, int], None]
"""Something done to a cluster with so many replicas."""


def measured(replicas: int, policy: str, doing: Doing | None = None) -> float:
    """CPU seconds for each replica, the cluster's own start left out.

    Args:
        replicas: How many.
        policy: podManagementPolicy.
        doing: What is measured, once they are up; bringing them up otherwise.
    """
    runner = cluster(replicas)
    first = partial(scale_up, runner, replicas, policy)
    if doing is None:
        return within(first) / replicas
    first()
    return within(partial(doing, runner, replicas)) / replicas


def rows() -> Iterator[Row]:
    """Measure."""
    three = 3000 * median(partial(measured, 3, "OrderedReady"), 7)
    yield Row("3 replicas Ready", three, 100.0, "of CPU", "ms")
    for policy in ("OrderedReady", "Parallel"):
        for what, doing in (("Ready", None), ("updated", roll), ("gone", scale_down)):
            few = median(partial(measured, 10, policy, doing), 5)
            for many, runs in ((100, 3), (1000, 1)):
                one = partial(measured, many, policy, doing)
                times = median(one, runs) if runs > 1 else one()
                name = f"{many:,} replicas {what}, {policy}, per replica"
                yield Row(name, times / few, _LINEAR[what], "of 10")


if __name__ == "__main__":
    compiled()
    raise SystemExit(table(rows()))

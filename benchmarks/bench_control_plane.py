"""The offline cluster without HTTP, as fast as possible, against the numbers it has to hold.

- Three replicas with a claim each and a headless Service, from the request until all are Ready.
- The same per replica for 10, 100 and 1,000 replicas: linear is 1.
- The memory of a process that has brought 100 replicas up and keeps the whole history.
"""

import random
import resource
import sys
from collections.abc import Iterator
from functools import partial
from typing import Any

from benchmarks.measure import Row, compiled, median, table, within
from tutor.offline import plane
from tutor.offline.bootstrap import NODES, bootstrap
from tutor.offline.requests import Request
from tutor.offline.resources import named
from tutor.offline.runner import START, Runner


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
    """Bring a StatefulSet with a claim and a Service up until all its Pods are Ready."""
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
    while ready(runner) < replicas:
        if not runner.step():
            raise RuntimeError(
                f"{ready(runner)} of {replicas} are Ready, and nothing is to be done"
            )


def ready(runner: Runner) -> int:
    """How many Pods are Ready."""
    found = runner.view.get("statefulsets.apps", "default", "web")
    return int(found["status"].get("readyReplicas", 0)) if found is not None else 0


def measured(replicas: int, policy: str) -> float:
    """CPU seconds for each replica, the cluster's own start left out."""
    runner = cluster(replicas)
    return within(partial(scale_up, runner, replicas, policy)) / replicas


def megabytes() -> float:
    """The most memory this process has had."""
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return kilobytes / (1 << 20 if sys.platform == "darwin" else 1 << 10)


def rows() -> Iterator[Row]:
    """Measure."""
    three = 3000 * median(partial(measured, 3, "OrderedReady"), 7)
    yield Row("3 replicas Ready", three, 100.0, "of CPU", "ms")
    scale_up(cluster(100), 100, "OrderedReady")
    yield Row("memory with the history of 100 replicas", megabytes(), 80.0, "at most", "MB")
    for policy in ("OrderedReady", "Parallel"):
        few = median(partial(measured, 10, policy), 5)
        for many, runs in ((100, 3), (1000, 1)):
            times = (
                median(partial(measured, many, policy), runs)
                if runs > 1
                else measured(many, policy)
            )
            yield Row(f"{many:,} replicas, {policy}, per replica", times / few, 1.5, "of 10")


if __name__ == "__main__":
    compiled()
    raise SystemExit(table(rows()))

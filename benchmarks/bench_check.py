"""``sts-tutor check`` against the numbers it has to hold, as ratios within one run.

    python benchmarks/bench_check.py

CPU time, user and system. What is compared:

- a cold check of one manifest: the real command in a fresh process, against ``python -c pass``,
  the two in turns, medians of the ratios; byte code compiled before, as pip does;
- a check of many lines: reading, schema and rules, against PyYAML's C ``compose`` of the same text
  in the same process, the least of several runs;
- twice as many lines against as many, so that the cost is seen to be linear.
"""

import compileall
import gc
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import yaml

import tutor
from tutor.manifest.reader import read
from tutor.rules import engine

RUNS, ROUNDS = 25, 5
LINES = 10_000
TARGETS = {"cold": 6.0, "lines": 2.0, "linear": 2.3}

SERVICE = """\
apiVersion: v1
kind: Service
metadata:
  name: web{i}
spec:
  clusterIP: None
  selector:
    app: web{i}
  ports:
  - name: http
    port: 80
---
"""
SET = """\
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: web{i}
  labels:
    app: web{i}
spec:
  serviceName: web{i}
  replicas: 3
  selector:
    matchLabels:
      app: web{i}
  template:
    metadata:
      labels:
        app: web{i}
    spec:
      terminationGracePeriodSeconds: 30
      containers:
      - name: web
        image: registry.example/web:1.27
        ports:
        - name: http
          containerPort: 80
        env:
        - name: MODE
          value: "quiet"
        - name: POD
          valueFrom:
            fieldRef:
              fieldPath: metadata.name
        readinessProbe:
          httpGet:
            path: /ready
            port: http
        resources:
          requests:
            cpu: 100m
            memory: 128Mi
          limits:
            memory: 256Mi
        volumeMounts:
        - name: data
          mountPath: /data
  volumeClaimTemplates:
  - metadata:
      name: data
    spec:
      accessModes:
      - ReadWriteOnce
      storageClassName: fast
      resources:
        requests:
          storage: 1Gi
---
"""


def manifest(lines: int) -> str:
    """Sets with their Services, so many lines that the last one is whole."""
    one = SERVICE + SET
    count = max(1, lines // one.count("\n"))
    return "".join(one.replace("{i}", str(i)) for i in range(count))


def cpu_of(arguments: list[str]) -> float:
    """Seconds of CPU of a fresh process, without its output."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [sys.executable, *arguments],
        stdout=subprocess.DEVNULL,
        check=False,
        env={**os.environ, "STS_TUTOR_LANG": "en"},
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def cold(arguments: list[str]) -> tuple[float, float, float]:
    """CPU of Python alone, of the command, and how often the one goes into the other."""
    base, ours = [], []
    for _ in range(RUNS):
        base.append(cpu_of(["-c", "pass"]))
        ours.append(cpu_of(["-m", "tutor", "check", *arguments]))
    ratios = [after / before for before, after in zip(base, ours, strict=True)]
    return statistics.median(base), statistics.median(ours), statistics.median(ratios)


def least(action: Callable[[], object]) -> float:
    """Seconds of CPU of the best of several rounds; the collector runs between them."""
    spent = []
    for _ in range(ROUNDS):
        gc.collect()
        began = time.process_time()
        action()
        spent.append(time.process_time() - began)
    return min(spent)


def compose(text: str) -> None:
    """What PyYAML needs for a tree of nodes with places, and nothing else."""
    for _ in yaml.compose_all(text, Loader=yaml.CSafeLoader):
        pass


def check(text: str) -> None:
    """What the command does between file and report, without the collector, as there."""
    gc.disable()
    try:
        found = engine.check([read(text)])
    finally:
        gc.enable()
    assert not found, found[:3]


def main() -> int:
    """Measure, print a table, and tell by the exit code whether every target is met."""
    compileall.compile_dir(str(Path(tutor.__file__).parent), quiet=1)
    rows: list[tuple[str, str, float, float, float]] = []
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "web.yaml")
        file.write_text(manifest(60), encoding="utf-8")
        for name, extra in (("text", []), ("json", ["--format", "json"])):
            rows.append(("cold", f"one manifest, {name}", *cold([str(file), *extra])))
    text, twice = manifest(LINES), manifest(2 * LINES)
    base, ours = least(lambda: compose(text)), least(lambda: check(text))
    rows.append(("lines", f"{text.count(chr(10)):,} lines", base, ours, ours / base))
    double = least(lambda: check(twice))
    rows.append(("linear", "twice as many lines", ours, double, double / ours))
    met = True
    print(f"{'':8} {'':26} {'base':>10} {'ours':>10} {'ratio':>6} {'target':>6}")
    for kind, name, before, after, ratio in rows:
        met &= ratio <= TARGETS[kind]
        print(
            f"{kind:8} {name:26} {before * 1e3:7.1f} ms {after * 1e3:7.1f} ms"
            f" {ratio:6.2f} {TARGETS[kind]:6.1f}"
        )
    return 0 if met else 1


if __name__ == "__main__":
    raise SystemExit(main())

"""``sts-tutor check`` against the numbers it has to hold, as ratios within one run.

- A cold check of one manifest: the real command in a fresh process, against ``python -c pass``,
  byte code compiled before, as pip does.
- A check of many lines: reading, schema and rules, against PyYAML's C ``compose`` of the same text
  in the same process, both with the garbage collector as Python starts it.
- Twice as many lines against as many, so that the cost is seen to be linear.
"""

import sys
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import yaml

from benchmarks.measure import Row, child, compiled, ratio, table, within
from tutor.manifest.reader import read
from tutor.rules import engine

COLD_RUNS, RUNS = 21, 9
LINES = 10_000

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


def composed(text: str) -> None:
    """What PyYAML needs for a tree of nodes with places, and nothing else."""
    list(yaml.compose_all(text, Loader=yaml.CSafeLoader))


def checked(text: str) -> None:
    """What the command does between file and report."""
    found = engine.check([read(text)])
    assert not found, found[:3]


def rows() -> Iterator[Row]:
    """Measure."""
    python = partial(child, [sys.executable, "-c", "pass"])
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "web.yaml")
        file.write_text(manifest(60), encoding="utf-8")
        for form in ("text", "json"):
            command = [sys.executable, "-m", "tutor", "check", str(file), "--format", form]
            cold = ratio(partial(child, command), python, COLD_RUNS)
            yield Row(f"`check` of one manifest, cold, {form}", cold, 6, "`python -c pass`")
    text, twice = manifest(LINES), manifest(2 * LINES)
    check, compose = partial(within, partial(checked, text)), partial(composed, text)
    against = ratio(check, partial(within, compose), RUNS)
    yield Row(f"check of {text.count(chr(10)):,} lines", against, 2, "C `compose`")
    double = ratio(partial(within, partial(checked, twice)), check, RUNS)
    yield Row("twice as many lines", double, 2.3, "once")


if __name__ == "__main__":
    compiled()
    raise SystemExit(table(rows()))

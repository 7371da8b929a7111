"""The reader against the numbers it has to hold, as ratios within one run.

- Reading a manifest of 10,000 lines, against PyYAML's C ``compose`` of the same text; many
  documents, one long List, and Japanese comments and values.
- Ten times the lines against once, per line: linear is 1.
- Hostile texts, in milliseconds of CPU beyond decoding the bytes.
"""

from collections.abc import Iterator
from functools import partial

import yaml

from benchmarks.measure import Row, compiled, ratio, table, within
from tutor.manifest.reader import read

LINES = 10_000
RUNS = 11
HOSTILE_MILLISECONDS = 50.0

OBJECT = """\
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: web-{n}
  labels: {{app: web, tier: "backend"}}
spec:
  serviceName: web
  replicas: 3
  selector:
    matchLabels:
      app: web
  template:
    metadata:
      labels:
        app: web
    spec:
      # the only container
      containers:
      - name: nginx
        image: "registry.k8s.io/nginx-slim:0.{n}"
        args: ["--listen", "0.0.0.0:80"]
        ports:
        - containerPort: 80
          name: web
        volumeMounts:
        - name: www
          mountPath: /usr/share/nginx/html
  volumeClaimTemplates:
  - metadata:
      name: www
    spec:
      accessModes: [ReadWriteOnce]
      resources:
        requests:
          storage: 1Gi
"""
PER_OBJECT = OBJECT.count("\n") + 1


def documents(lines: int) -> str:
    """That many lines, one object a document."""
    return "".join(f"---\n{OBJECT.format(n=n)}" for n in range(lines // PER_OBJECT))


def one_list(lines: int) -> str:
    """That many lines, one document."""
    items = (
        "- " + "\n  ".join(OBJECT.format(n=n).splitlines()) for n in range(lines // PER_OBJECT)
    )
    return "apiVersion: v1\nkind: List\nitems:\n" + "\n".join(items) + "\n"


def japanese(lines: int) -> str:
    """That many lines, with Japanese comments and annotations."""
    words = "# 唯一のコンテナ：ここに「全角」の記号もあります　。"
    text = documents(lines).replace("# the only container", words)
    return text.replace("tier: ", "役割: ")


def composed(text: str) -> float:
    """PyYAML's C compose of all documents."""
    return within(lambda: list(yaml.compose_all(text, Loader=yaml.CSafeLoader)))


def speed() -> Iterator[Row]:
    """Reading against composing, and long against short."""
    for name, make in (("documents", documents), ("one List", one_list), ("Japanese", japanese)):
        text = make(LINES)
        assert len(read(text).documents) == LINES // PER_OBJECT
        times = ratio(partial(within, partial(read, text)), partial(composed, text), RUNS)
        yield Row(f"read {LINES:,} lines, {name}", times, 1.4, "`compose`")
    short, long = documents(LINES), documents(10 * LINES)
    times = ratio(partial(within, partial(read, long)), partial(within, partial(read, short)), 3)
    yield Row("ten times the lines, per line", times / 10, 1.3, "per line")


def hostile() -> Iterator[tuple[str, bytes]]:
    """Texts made to hurt."""
    nine = ",".join(["*a{0}"] * 9)
    bomb = "".join(f"a{n + 1}: &a{n + 1} [{nine.format(n)}]\n" for n in range(30))
    yield "alias bomb", f"a0: &a0 [x]\n{bomb}".encode()
    chain = "".join(f"a{n + 1}: &a{n + 1} {{<<: [{nine.format(n)}]}}\n" for n in range(200))
    wide = ", ".join(f"k{n}: {n}" for n in range(100))
    yield "merge keys in a chain", f"a0: &a0 {{{wide}}}\n{chain}".encode()
    yield "50,000 brackets", b"a: " + b"[" * 50_000
    yield "50,000 braces", b"{a: " * 50_000
    yield "20 MB", b"key: value\n" * 1_900_000
    yield "20 MB of NUL", bytes(20_000_000)
    yield "9 MB in one line", b"a: " + b"b" * 9_000_000
    yield "a key of 2 MB", b"k" * 2_000_000 + b": 1"
    yield "a million documents", b"---\n" * 1_000_000
    yield "9 MB of bytes that are no text", b"\xff\xfe\xfd" * 3_000_000
    yield "an anchor within itself", b"&a [*a]"


def rows() -> Iterator[Row]:
    """Measure."""
    yield from speed()
    for name, source in hostile():
        decoding = min(within(partial(source.decode, "utf-8", "ignore")) for _ in range(3))
        beyond = 1000 * (min(within(partial(read, source)) for _ in range(3)) - decoding)
        found = read(source).findings
        assert found, name
        what = f"hostile: {name} → {found[0].code}"
        yield Row(what, max(beyond, 0.0), HOSTILE_MILLISECONDS, "beyond decoding it", "ms")


if __name__ == "__main__":
    compiled()
    raise SystemExit(table(rows()))

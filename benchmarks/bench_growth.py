"""What hostile inputs cost as they grow: the CPU time that counting steps does not see.

Each input is measured at a quarter of its length and whole; linear is 1. Of each kind the worst is
shown. Run with ``python -m benchmarks.bench_growth``.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from benchmarks.measure import Row, compiled, ratio, table, within
from tests.hostile import MANIFESTS, TEXTS, Growing
from tests.offline.api.test_hostile import merged
from tests.rules.test_engine import bundle
from tests.rules.test_storage_speed import wrong_set
from tutor.decoder.decode import decode
from tutor.manifest.reader import read
from tutor.rules import engine

TIMES = 4
RUNS = 3
AT_MOST = 1.6
LITTLE = 0.01
"""Seconds. What takes less whole is not compared: it is noise."""


def growth(cost: Callable[[int], float], size: int) -> float:
    """How many times as much an input of four times the size costs, for its size."""
    small, large = partial(cost, size), partial(cost, TIMES * size)
    if large() < LITTLE:
        return 0.0
    return ratio(large, small, RUNS) / TIMES


def reading(text: str | bytes) -> float:
    """Seconds to read a text."""
    return within(partial(read, text))


def explaining(text: str) -> float:
    """Seconds to explain a text."""
    return within(partial(decode, text))


def worst(kind: str, inputs: Mapping[str, Growing[Any]], cost: Callable[[Any], float]) -> Row:
    """The input whose cost grows fastest."""
    grown = {
        name: growth(lambda n, make=one.make: cost(make(n)), one.most // TIMES)  # type: ignore[misc]
        for name, one in inputs.items()
    }
    name = max(grown, key=lambda one: grown[one])
    what = f"{kind}, {len(inputs)} of them, four times as long ({name})"
    return Row(what, grown[name], AT_MOST, "per character")


def rows() -> Iterator[Row]:
    """Measure."""
    yield worst("hostile manifests", MANIFESTS, reading)
    yield worst("hostile texts to explain", TEXTS, explaining)

    def sets(size: int) -> float:
        (document,) = read(wrong_set(size)).documents
        return within(partial(engine.evaluate, (document,)))

    yield Row("rules: a set in which nothing fits", growth(sets, 1_000), AT_MOST, "per claim")

    def bundles(size: int) -> float:
        documents = read(bundle(size)).documents
        for document in documents:
            document.data  # noqa: B018  (reading plain data is not the rules' time)
        return within(partial(engine.evaluate, documents))

    yield Row("rules: a bundle of many kinds", growth(bundles, 120), AT_MOST, "per object")
    yield Row("a patch of long lists", growth(patches, 750), AT_MOST, "per item")


def patches(size: int) -> float:
    """Seconds to make a set of so many containers and patch all of them."""
    return within(partial(merged, size, count=False))


if __name__ == "__main__":
    compiled()
    raise SystemExit(table(rows()))

"""The recordings of ``fixtures/clusters``, for tests that hold a text or an order against them."""

import gzip
import json
from functools import cache
from pathlib import Path
from typing import Any

CLUSTERS = Path(__file__).parents[2] / "fixtures" / "clusters"


@cache
def recording(short: str) -> dict[str, Any]:
    """A scenario by the beginning of its name: ``k02``."""
    (path,) = CLUSTERS.glob(f"{short}-*.json.gz")
    loaded: dict[str, Any] = json.loads(gzip.decompress(path.read_bytes()))
    return loaded


def step(short: str, description: str) -> dict[str, Any]:
    """The first step of a scenario with this description."""
    return next(one for one in recording(short)["steps"] if one["desc"] == description)


def answer(short: str, description: str) -> Any:
    """The recorded body of a step's answer."""
    return step(short, description)["result"]["body"]

"""A fresh cluster for every test."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.suites.server import Cluster, Keys


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    return Keys.make(tmp_path_factory.mktemp("keys"))


@pytest.fixture
def clusters(keys: Keys, tmp_path: Path) -> Iterator[Callable[..., Cluster]]:
    """Makes clusters with settings of their own."""
    with ExitStack() as stack:

        def make(**settings: Any) -> Cluster:
            return stack.enter_context(Cluster(keys, tmp_path, **settings))

        yield make


@pytest.fixture
def cluster(clusters: Callable[..., Cluster]) -> Cluster:
    """A cluster whose clock runs as fast as possible."""
    return clusters()

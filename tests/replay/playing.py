"""A scenario played against a new cluster and compared."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from tests.replay.edges import Served
from tests.replay.judge import Judge, Verdict
from tests.replay.player import Player
from tests.replay.recorded import scenario, short
from tutor.offline import plane
from tutor.offline.bootstrap import bootstrap
from tutor.offline.controllers.kubelet import knobs
from tutor.offline.runner import START, Runner


@contextmanager
def cluster(gates: dict[str, bool], seed: int = 1) -> Iterator[Runner]:
    """A new cluster that has come to rest; its kubelet's knobs have the recordings' prefix.

    With another prefix the templates, and so the names of all revisions, would differ.
    """
    with patch.object(knobs, "PREFIX", "fake/"):
        runner = plane.build(random.Random(seed), START, gates)
        bootstrap(runner.registry)
        runner.settle()
        yield runner


def gates_of(name: str) -> dict[str, bool]:
    """The feature gates a scenario was recorded with: all defaults, but for ``g*``."""
    return {"MaxUnavailableStatefulSet": True} if short(name)[0] == "g" else {}


def played(name: str) -> Verdict:
    """The verdict on one scenario."""
    with cluster(gates_of(name)) as runner:
        edge = Served(runner)
        try:
            replay = Player(name, scenario(name), runner, edge).play()
        finally:
            edge.close()
    return Judge(replay).judge()

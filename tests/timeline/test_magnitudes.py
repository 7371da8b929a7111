"""Manifests with numbers that nobody means, tried out and drawn: bounded, whatever they say."""

import pytest

from tests.offline.test_magnitudes import counted
from tutor.i18n.translator import translator
from tutor.timeline.picture import MOST_EMPTY, picture
from tutor.timeline.trial import try_out
from tutor.ui import cluster_words

MANIFEST = """
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: web}
spec:
  serviceName: web
  replicas: %(replicas)s
  podManagementPolicy: %(policy)s
  minReadySeconds: %(delay)s
  ordinals: {start: %(start)s}
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      terminationGracePeriodSeconds: %(grace)s
      containers: [{name: c, image: "nginx:1.27"}]
"""
PLAIN = {"replicas": 1, "policy": "OrderedReady", "delay": 0, "start": 0, "grace": 30}
CALLS = 30_000_000


@pytest.mark.parametrize(
    "odd",
    [
        {"replicas": 2**31 - 1, "delay": 2**31 - 1},
        {"replicas": 2**31 - 1, "policy": "Parallel"},
        {"start": 2**31 - 1},
        {"replicas": 2, "delay": 2**31 - 1, "grace": 2**63 - 1},
    ],
    ids=str,
)
def test_what_it_comes_to_is_told_within_bounds(odd: dict[str, object]) -> None:
    with counted(CALLS):
        played = try_out(MANIFEST % {**PLAIN, **odd})
    assert not played.refused
    with counted(CALLS):
        drawn = picture(played.tape.now)
    set_ = drawn.sets[0]
    empty = [place for place in set_.places if place.pod is None]
    assert len(empty) <= MOST_EMPTY
    pods = sum(place.pod is not None and place.wanted for place in set_.places)
    assert pods + len(empty) + set_.more == {**PLAIN, **odd}["replicas"]
    lines = cluster_words.table(drawn, translator("ja"))
    assert any(f"{set_.more}個" in line for line in lines) == bool(set_.more)

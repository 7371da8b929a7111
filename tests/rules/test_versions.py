"""What rules say of one version and not of another, patch levels included."""

import pytest

from tutor.manifest.reader import read
from tutor.model.kubernetes import BEHAVIOURS, NEWEST, OLDEST, first, last, plain
from tutor.rules import engine
from tutor.rules.catalogue import rules

SET = """\
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: web}
spec:
  serviceName: web
  replicas: 4
  podManagementPolicy: Parallel
  selector: {matchLabels: {app: web}}
  updateStrategy: STRATEGY
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: "nginx:1.29"}]}
"""
SEVERAL = "{type: RollingUpdate, rollingUpdate: {maxUnavailable: 2}}"


def found(strategy: str, version: str) -> dict[str, str]:
    """Codes and variants."""
    documents = read(SET.replace("STRATEGY", strategy)).documents
    return {one.code: one.variant for one in engine.evaluate(documents, version=version)}


@pytest.mark.parametrize(
    ("version", "dropped"),
    [
        ("1.24", True), ("1.33", True), ("1.34.9", True),
        ("1.35.0", False), ("1.35.2", False), ("1.35.3", False), ("v1.35.3-gke.1200", False),
        ("1.35.4", True), ("1.35.10", True), ("1.35", True), ("1.36", True), ("1.36.2", True),
        ("1.37", False), ("1.37.0", False), ("v1.37.1+k3s1", False), ("1.38", False),
    ],
)  # fmt: skip
def test_max_unavailable_by_patch_level(version: str, dropped: bool) -> None:
    assert ("STS210" in found(SEVERAL, version)) is dropped


@pytest.mark.parametrize(
    ("version", "variant"),
    [("1.33", "recreate"), ("1.36.9", "recreate"), ("1.37", "gated"), ("1.37.1", "gated")],
)
def test_recreate(version: str, variant: str) -> None:
    assert found("{type: Recreate}", version)["STS205"] == variant


@pytest.mark.parametrize("text", ["", "1", "2.0", "1.x", "1.35.", "1.35.2.1", "１.35", "1.35 "])
def test_what_is_no_version(text: str) -> None:
    with pytest.raises(ValueError, match="version"):
        plain(text)


def test_versions_compare() -> None:
    assert first("1.35") < first("1.35.2") < last("1.35.10") < last("1.35") < first("1.36")
    assert plain("v1.35.2-eks-1") == "1.35.2"
    assert plain("1.35") == "1.35"


@pytest.mark.parametrize("name", BEHAVIOURS)
def test_a_behaviour_has_one_state_in_every_version(name: str) -> None:
    one = BEHAVIOURS[name]
    assert one.sources
    states = set()
    for minor in range(20, 45):
        for patch in range(12):
            version = f"1.{minor}.{patch}"
            assert sum(span.holds(version) for span in one.spans) == 1, version
            states.add(one.state(version))
    assert len(states) > 1
    inside = {one.state(f"1.{m}.{p}") for m in range(32, 38) for p in range(12)}
    assert len(inside) > 1, f"it does not differ between {OLDEST} and {NEWEST}"


def test_the_codes_that_are_named_exist() -> None:
    known = {rule.code for rule in rules()}
    for one in BEHAVIOURS.values():
        assert {code for code in one.codes if code.startswith("STS")} <= known

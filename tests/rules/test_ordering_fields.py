import pytest

from tests.rules.volumes import codes, only, ordered
from tutor.model.findings import Severity


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("OrderedReady", []),
        ("Parallel", []),
        ('""', []),
        ("null", []),
        ("parallel", ["STS204"]),
        ("orderedready", ["STS204"]),
        ("OrderReady", ["STS204"]),
        ("Ordered-Ready", ["STS204"]),
        ("Paralell", ["STS204"]),
        ("Random", ["STS204:unknown"]),
        ("RollingUpdate", ["STS204:strategy"]),
        ("${POLICY}", []),
        ("1", []),
        ("[Parallel]", []),
    ],
)
def test_pod_management_policy(value: str, expected: list[str]) -> None:
    assert codes(ordered(f"podManagementPolicy: {value}")) == expected


@pytest.mark.parametrize(
    ("value", "needed"),
    [("parallel", "Parallel"), ("Ordered", "OrderedReady"), ("OrderReady", "OrderedReady")],
)
def test_the_nearest_policy(value: str, needed: str) -> None:
    assert only(ordered(f"podManagementPolicy: {value}")).params["needed"] == needed


@pytest.mark.parametrize(
    ("spec", "pod", "expected"),
    [
        ("replicas: -1", "", ["STS213"]),
        ("replicas: 0", "", []),
        ("replicas: '-1'", "", []),
        ("ordinals: {start: -3}", "", ["STS218"]),
        ("ordinals: {start: 3}", "", []),
        ("revisionHistoryLimit: 0", "", ["STS220"]),
        ("revisionHistoryLimit: -1", "", ["STS220:negative"]),
        ("revisionHistoryLimit: 1", "", []),
        ("", "restartPolicy: Never", ["STS215"]),
        ("", "restartPolicy: always", ["STS215"]),
        ("", "restartPolicy: Always", []),
        ("", 'restartPolicy: ""', []),
        ("", "initContainers: [{name: side, image: x, restartPolicy: Always}]", []),
        ("", "activeDeadlineSeconds: 60", ["STS216"]),
        ("", "activeDeadlineSeconds: null", []),
        ("", "terminationGracePeriodSeconds: 0", ["STS224"]),
        ("", "terminationGracePeriodSeconds: -5", ["STS224:negative"]),
        ("", "terminationGracePeriodSeconds: 1", []),
    ],
)
def test_single_fields(spec: str, pod: str, expected: list[str]) -> None:
    replicas = "" if spec.startswith("replicas") else "replicas: 3"
    assert codes(ordered(spec, replicas=replicas, pod=pod)) == expected


def test_ordinals_are_not_judged_before_they_existed() -> None:
    assert codes(ordered("ordinals: {start: -3}"), "1.25") == []


def test_a_negative_number_is_offered_as_a_positive_one() -> None:
    found = only(ordered(replicas="replicas: -3"))
    assert (found.params["found"], found.params["needed"]) == (-3, 3)
    assert found.severity is Severity.ERROR

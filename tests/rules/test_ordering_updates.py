import pytest

from tests.rules.manifests import together
from tests.rules.volumes import codes, findings, only, ordered


def strategy(text: str, *, replicas: str = "replicas: 3", more: str = "") -> str:
    return ordered(f"updateStrategy: {text}\n{more}".strip(), replicas=replicas)


def rolling(text: str, *, replicas: str = "replicas: 3", more: str = "") -> str:
    return strategy(f"{{rollingUpdate: {{{text}}}}}", replicas=replicas, more=more)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{type: RollingUpdate}", []),
        ("{type: RollingUpdate, rollingUpdate: {}}", []),
        ("{}", []),
        ("null", []),
        ('{type: ""}', []),
        ("{type: rollingupdate}", ["STS205"]),
        ("{type: Rolling}", ["STS205"]),
        ("{type: onDelete}", ["STS205"]),
        ("{type: Recreate}", ["STS205:recreate"]),
        ("{type: Parallel}", ["STS205:policy"]),
        ("{type: BlueGreen}", ["STS205:unknown"]),
        ("{type: OnDelete}", ["STS221"]),
        ("{type: OnDelete, rollingUpdate: null}", ["STS221"]),
        ("{type: OnDelete, rollingUpdate: {}}", ["STS206", "STS221"]),
        ("{type: OnDelete, rollingUpdate: {partition: 9}}", ["STS206", "STS221"]),
        ("RollingUpdate", []),
        ("[]", []),
    ],
)
def test_the_type(text: str, expected: list[str]) -> None:
    assert codes(strategy(text)) == expected


@pytest.mark.parametrize(
    ("partition", "replicas", "expected"),
    [
        ("0", "replicas: 3", []),
        ("2", "replicas: 3", []),
        ("3", "replicas: 3", ["STS207"]),
        ("100", "replicas: 3", ["STS207"]),
        ("1", "replicas: 1", ["STS207:single"]),
        ("0", "replicas: 0", []),
        ("5", "replicas: 0", []),
        ("-1", "replicas: 3", ["STS208"]),
        ("'3'", "replicas: 3", []),
        ("3", "replicas: x", []),
        # Someone else decides how many there are.
        ("1", "", []),
    ],
)
def test_the_partition(partition: str, replicas: str, expected: list[str]) -> None:
    assert codes(rolling(f"partition: {partition}", replicas=replicas)) == expected


@pytest.mark.parametrize(
    ("partition", "expected"),
    [
        ("0", []),
        ("1", ["STS219"]),
        ("2", ["STS219"]),
        ("3", ["STS207:start"]),
        ("6", ["STS207:start"]),
    ],
)
def test_the_partition_with_a_start_ordinal(partition: str, expected: list[str]) -> None:
    assert codes(rolling(f"partition: {partition}", more="ordinals: {start: 5}")) == expected


def test_which_pods_are_updated_with_a_start_ordinal() -> None:
    # Recorded: start 5, partition 1, three replicas: Pods 7 and 6 are updated.
    found = only(rolling("partition: 1", more="ordinals: {start: 5}"))
    assert found.params["ordinal"] == 6


def test_an_autoscaler_decides_about_the_replicas() -> None:
    scaler = """\
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec: {maxReplicas: 9, scaleTargetRef: {apiVersion: apps/v1, kind: StatefulSet, name: web}}
"""
    assert codes(together(rolling("partition: 3"), scaler)) == []


@pytest.mark.parametrize(
    ("value", "expected", "needed"),
    [
        ("0", ["STS209"], "1"),
        ("-2", ["STS209"], "2"),
        ("0%", ["STS209"], "1%"),
        ("150%", ["STS209"], "100%"),
        ("50 %", ["STS209"], "50%"),
        ("abc", ["STS209"], "1"),
        ("'2'", ["STS209:quoted"], "2"),
        ("2", ["STS210"], ""),
        ("67%", ["STS210"], ""),
        # The same as leaving it out.
        ("1", [], ""),
        ("25%", [], ""),
        ("1.5", [], ""),
        ("true", [], ""),
        ("${MAX}", [], ""),
    ],
)
def test_max_unavailable(value: str, expected: list[str], needed: str) -> None:
    found = findings(rolling(f"maxUnavailable: {value}"))
    assert [f"{f.code}:{f.variant}".removesuffix(":") for f in found] == expected
    if needed:
        assert found[0].params["needed"] == needed


@pytest.mark.parametrize(
    ("version", "expected"), [("1.23", []), ("1.36", ["STS210"]), ("1.37", [])]
)
def test_max_unavailable_depends_on_the_version(version: str, expected: list[str]) -> None:
    assert codes(rolling("maxUnavailable: 2"), version) == expected

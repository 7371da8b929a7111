import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.rules.volumes import CLAIM, codes, findings, only, pvc, stored
from tutor.manifest.quantity import is_quantity


def sized(text: str) -> str:
    return stored(CLAIM.replace("storage: 10Gi", f"storage: {text}"))


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ("10Gi", []),
        ('"10Gi"', []),
        ("0.5Ti", []),
        ("1e9", []),
        ("5E", []),
        ("1073741824", []),
        ("1Mi", []),
        ("1M", []),
        ("999999", ["STS311"]),
        ("10", ["STS311"]),
        ('"10"', ["STS311"]),
        ("512k", ["STS311"]),
        ("500m", ["STS311:fraction"]),
        ("0.5", ["STS311:fraction"]),
        ("0", ["STS310:zero"]),
        ("-1Gi", ["STS310:zero"]),
        ("10GB", ["STS310"]),
        ("10gb", ["STS310"]),
        ("10g", ["STS310"]),
        ("10K", ["STS310"]),
        ("10GiB", ["STS310:spelling"]),
        ("10gi", ["STS310:spelling"]),
        ("10 Gi", ["STS310:spelling"]),
        ('"１０Ｇｉ"', ["STS310:spelling"]),
        ('"1,5Gi"', ["STS310:spelling"]),
        ("large", ["STS310:unknown"]),
        ('""', ["STS310:unknown"]),
        ("1.2.3", ["STS310:unknown"]),
        ("ten Gi", ["STS310:unknown"]),
        ("1e", ["STS310:unknown"]),
        # Not a scalar a size could be; the schema reports it. Filled in by another program.
        ("true", []),
        ("[10Gi]", []),
        ("{size: 10Gi}", []),
        ("${SIZE}", []),
        ("'{{ .Values.size }}'", []),
    ],
)
def test_sizes(size: str, expected: list[str]) -> None:
    assert codes(sized(size)) == expected


@pytest.mark.parametrize(
    ("size", "needed", "decimal"),
    [
        ("1GB", "1Gi", "1G"),
        ("1gb", "1Gi", "1G"),
        ("2.5TB", "2.5Ti", "2.5T"),
        ("100MB", "100Mi", "100M"),
        ("64K", "64Ki", "64k"),
        ("1 G", "1Gi", "1G"),
        ("1gigabyte", "1Gi", "1G"),
        ("1GIB", "1Gi", ""),
        ("1 Gi", "1Gi", ""),
        ("3mib", "3Mi", ""),
    ],
)
def test_the_size_that_was_meant(size: str, needed: str, decimal: str) -> None:
    found = only(sized(size))
    assert (found.params["needed"], found.params["decimal"]) == (needed, decimal)


@pytest.mark.parametrize(
    ("size", "needed"), [("10", "10Gi"), ("500m", "500Mi"), ("512k", "512Mi"), ("0.5", "0.5Gi")]
)
def test_the_size_a_small_one_was_meant_to_be(size: str, needed: str) -> None:
    assert only(sized(size)).params["needed"] == needed


@given(st.text(min_size=1, max_size=60).filter(lambda text: "\0" not in text))
def test_whatever_is_offered_is_a_quantity(text: str) -> None:
    quoted = "".join(f"\\U{ord(c):08x}" for c in text if not 0xD800 <= ord(c) < 0xE000)
    for found in findings(sized(f'"{quoted}"')):
        assert is_quantity(found.params["needed"])
        assert is_quantity(found.params.get("decimal") or "1G")


@given(
    st.integers(1, 10**6),
    st.sampled_from("kKmMgGtTpP"),
    st.sampled_from(["", "b", "B", "iB", "ib"]),
)
def test_a_number_and_a_unit_are_always_understood(number: int, letter: str, rest: str) -> None:
    found = findings(sized(f"{number}{letter}{rest}"))
    assert all(f.variant != "unknown" for f in found)


REQUESTS = "resources: {requests: {storage: 10Gi}}"


@pytest.mark.parametrize(
    ("resources", "expected"),
    [
        ("resources: {}", ["STS309"]),
        ("resources: null", ["STS309"]),
        ("resources: {requests: {}}", ["STS309"]),
        ("resources: {requests: {storage: null}}", ["STS309"]),
        ("resources: {requests: {memory: 1Gi}}", ["STS309"]),
        ("resources: {storage: 1Gi}", ["STS309:misplaced"]),
        ("resources: {limits: {storage: 1Gi}}", ["STS309:misplaced"]),
        ("resources: {requests: {Storage: 1Gi}}", ["STS309:misplaced"]),
        ("resources: {requests: {size: 1Gi}}", ["STS309:misplaced"]),
        ("storage: 1Gi", ["STS309:misplaced"]),
        ("resources: 1Gi", []),
        ("resources: {requests: 1Gi}", []),
        ("resources: [storage]", []),
    ],
)
def test_missing_sizes(resources: str, expected: list[str]) -> None:
    assert codes(stored(CLAIM.replace(REQUESTS, resources))) == expected
    alone = pvc().replace("resources: {requests: {storage: 1Gi}}", resources)
    assert codes(alone) == expected


def test_a_misplaced_size_is_quoted() -> None:
    found = only(stored(CLAIM.replace(REQUESTS, "resources: {storage: 7Gi}")))
    assert found.params["found"] == "resources.storage"
    assert found.params["needed"] == "7Gi"
    assert found.path == "spec.volumeClaimTemplates[0].spec.resources.requests.storage"

"""Numbers in texts, whatever their length: as Go reads them, in its words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.offline.api.support import PODS, Client, run
from tests.offline.magnitudes import EDGES
from tutor.offline.admission import gotime
from tutor.offline.errors import ApiError
from tutor.offline.integers import MAX, is_int64, parse_int, percentage, unsigned_problem

LONG = "9" * 5_000
"""More digits than Python turns into a number without being told to."""


@given(st.integers(-(2**70), 2**70), st.text("0", max_size=30))
def test_numbers_of_64_bits_are_read(number: int, zeros: str) -> None:
    text = f"{'-' * (number < 0)}{zeros}{abs(number)}"
    if -MAX - 1 <= number <= MAX:
        assert parse_int(text) == number
    else:
        with pytest.raises(ApiError, match="value out of range"):
            parse_int(text)


@pytest.mark.parametrize("text", ["", "-", "+", "1_0", " 1", "１", "0x1", "1.0", "--1"])
def test_what_is_no_number(text: str) -> None:
    with pytest.raises(ApiError, match="invalid syntax"):
        parse_int(text)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("0", ""),
        (str(2**64 - 1), ""),
        ("0" * 5_000 + "7", ""),
        (str(2**64), "value out of range"),
        (LONG, "value out of range"),
        ("-1", "invalid syntax"),
        ("²", "invalid syntax"),
        ("", "invalid syntax"),
    ],
)
def test_versions_are_unsigned(text: str, why: str) -> None:
    assert unsigned_problem(text) == (f'strconv.ParseUint: parsing "{text}": {why}' if why else "")


@pytest.mark.parametrize(
    ("text", "number"),
    [("25%", 25), ("007%", 7), ("0%", 0), ("x%", 0), (f"{LONG}%", MAX), (f"{2**63}%", MAX)],
)
def test_percentages_have_64_bits(text: str, number: int) -> None:
    assert percentage(text) == number


@pytest.mark.parametrize("value", [2**63, -(2**63) - 1, True, 1.0, "1", None])
def test_what_has_not_64_bits(value: object) -> None:
    assert not is_int64(value)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("2024-02-29T00:00:00Z", ""),
        ("0000-02-29T00:00:00Z", ""),
        ("9999-12-31T23:59:59.999999999999Z", ""),
        ("2026-02-29T00:00:00Z", "day out of range"),
        ("2026-04-31T00:00:00+09:00", "day out of range"),
        ("2026-04-30T00:00:00+99:00", "time zone offset hour out of range"),
        ("2026-04-30T00:00:00-01:60", "time zone offset minute out of range"),
    ],
)
def test_days_and_zones_that_do_not_exist(text: str, why: str) -> None:
    assert gotime.problem(text) == (f'parsing time "{text}": {why}' if why else "")


@pytest.mark.parametrize("name", ["limit", "timeoutSeconds", "resourceVersion", "tailLines"])
@pytest.mark.parametrize("value", [LONG, f"-{LONG}", *(one.replace("+", "") for one in EDGES)])
def test_any_number_in_a_query_is_answered(name: str, value: str) -> None:
    reply = run(Client().ask("GET", f"{PODS}?{name}={value}"))
    assert reply.status in (200, 400, 504)


@pytest.mark.parametrize("body", [f'{{"gracePeriodSeconds":{one}}}' for one in (*EDGES, LONG)])
def test_any_grace_of_a_deletion_is_answered(body: str) -> None:
    reply = run(Client().ask("DELETE", f"{PODS}/web-0", body.encode()))
    assert reply.status in (404, 500)

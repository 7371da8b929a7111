import json
import os
import subprocess
import sys
from fractions import Fraction
from math import ceil, inf
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tutor.manifest.quantity import (
    BINARY_SI,
    DECIMAL_EXPONENT,
    DECIMAL_SI,
    LARGEST_POWER,
    Quantity,
    QuantityError,
    immense,
    is_quantity,
    meant,
    parse,
)

SUFFIXES: dict[str, int | Fraction] = {
    **{"": 1, "k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12, "P": 10**15, "E": 10**18},
    **{"n": Fraction(1, 10**9), "u": Fraction(1, 10**6), "m": Fraction(1, 10**3)},
    **{"Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40, "Pi": 2**50, "Ei": 2**60},
    **{f"e{n}": Fraction(10) ** n for n in range(-9, 10)},
    **{f"E+{n}": 10**n for n in range(10)},
}
numbers = st.from_regex(r"\A[+-]?([0-9]{1,25}(\.[0-9]{0,12})?|\.[0-9]{1,12})\Z")
quantities = st.builds("{}{}".format, numbers, st.sampled_from(sorted(SUFFIXES)))


def exact(text: str) -> Fraction:
    """What the text says, before rounding and capping."""
    suffix = next(s for s in sorted(SUFFIXES, key=len, reverse=True) if text.endswith(s))
    said: Fraction = Fraction(text.removesuffix(suffix).rstrip(".")) * SUFFIXES[suffix]
    return said


def amount(quantity: Quantity) -> Fraction:
    return Fraction(f"{quantity.mantissa}e{quantity.exponent}")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1024Mi", "1Gi"),
        ("1Gi", 1073741824),
        ("0.5Gi", "512Mi"),
        ("1e3", "1k"),
        ("1E3", "1000"),
        ("1000m", 1),
        ("1.5", "1500m"),
        (1.5, "1500m"),
        ("0", "0Gi"),
        (" 1Gi\t", "1Gi"),
        ("9Ei", "9223372036854775807"),
        ("0.1n", "1n"),
        ("-0.1n", "-1n"),
    ],
)
def test_equal_amounts(one: object, other: object) -> None:
    assert parse(one) == parse(other)
    assert hash(parse(one)) == hash(parse(other))


@pytest.mark.parametrize(
    ("text", "canonical", "notation"),
    [
        ("1Gi", "1Gi", BINARY_SI),
        ("1024Mi", "1Gi", BINARY_SI),
        ("1.5Gi", "1536Mi", BINARY_SI),
        ("1000", "1k", DECIMAL_SI),
        ("1500m", "1500m", DECIMAL_SI),
        ("1.5", "1500m", DECIMAL_SI),
        ("1E5", "100e3", DECIMAL_EXPONENT),
        ("0.5Ki", "512", BINARY_SI),
        ("-3.1Gi", "-3328599654400m", BINARY_SI),
        ("0.0000000001", "1n", DECIMAL_SI),
        ("0.1Ki", "102400m", BINARY_SI),
        ("0.0001Ki", "102400u", DECIMAL_SI),
        ("1000E", "1e21", DECIMAL_SI),
        ("0", "0", DECIMAL_SI),
        ("+1Gi", "+1Gi", BINARY_SI),
    ],
)
def test_canonical_form(text: str, canonical: str, notation: str) -> None:
    assert (str(parse(text)), parse(text).notation) == (canonical, notation)


@pytest.mark.parametrize("text", ["1GB", "1 Gi", "1gi", "", " ", "Gigi", "1,5", "1.1.M", "10 0"])
def test_wrong_form(text: str) -> None:
    with pytest.raises(QuantityError, match="must match the regular expression"):
        parse(text)


@pytest.mark.parametrize("text", ["1K", "1mi", "1i", "1e", "1Mi5", "1e1e1", "1MG", "-3.01i"])
def test_no_such_suffix(text: str) -> None:
    with pytest.raises(QuantityError, match=r"regular expression|parse quantity's suffix"):
        parse(text)
    assert not is_quantity(text)


@pytest.mark.parametrize("value", [True, None, [], {}, "１Gi", "1Gi\x00", "1e9999999999999999999"])
def test_what_is_none(value: object) -> None:
    assert not is_quantity(value)


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("0e2147483647", "0"),
        ("1e4294967299", "1e3"),  # of an exponent 32 bits are kept
        ("1e-4294967297", "100m"),
        ("1e-999", "1n"),
        ("0." + "0" * 1500 + "1", "1n"),
        ("9" * 1500 + "Ki", "9223372036854775807"),
    ],
)
def test_exponents_are_the_servers(text: str, same: str) -> None:
    assert parse(text) == parse(same)
    assert not immense(text)


@pytest.mark.parametrize(
    "text",
    [
        "1e2147483647",
        "1e-2147483647",
        "-3E100000000",
        "1e2147483648",
        "1e1000",
        "-100e999",
        "1e-1001",
        "0.001e1004",
        "9" * 1001,
        "9" * 999 + "k",
        "1" * 3_000_000,
        "-" + "1" * 5_000 + ".5e7",
    ],
)
def test_immense_amounts_are_quantities_that_nothing_calculates_with(text: str) -> None:
    assert immense(text)
    assert is_quantity(text)


@pytest.mark.parametrize(
    "text", ["9" * 1000, "99e998", "-9e999", "1e-1000", "1E", "1Ei", "x" * 9999]
)
def test_what_is_not_immense(text: str) -> None:
    assert not immense(text)


_WITHIN = st.builds(
    lambda digits, places, power: f"{digits}.{'0' * places}7e{power}",
    st.integers(-(10**9), 10**9),
    st.integers(0, 20),
    st.integers(-LARGEST_POWER, LARGEST_POWER - 10),
)


@given(_WITHIN, _WITHIN)
def test_sums_within_the_bound_are_read_again(one: str, other: str) -> None:
    total = parse(one).plus(parse(other))
    assert parse(str(total)) == total
    assert amount(total) == amount(parse(one)) + amount(parse(other))


@given(_WITHIN, _WITHIN)
def test_ratios_never_overflow(one: str, other: str) -> None:
    exact = amount(parse(one)) / amount(parse(other))
    try:
        expected = float(exact)
    except OverflowError:
        expected = inf if exact > 0 else -inf
    assert parse(one).over(parse(other)) == expected


@given(_WITHIN, st.integers(-9, 30))
def test_units_are_rounded_up(text: str, exponent: int) -> None:
    assert parse(text).units(exponent) == ceil(amount(parse(text)) / Fraction(f"1e{exponent}"))


@pytest.mark.parametrize(
    ("text", "needed"),
    [
        ("1GB", "1Gi"),
        ("1 Gi", "1Gi"),
        ("1gi", "1Gi"),
        ("2.5 gib", "2.5Gi"),
        ("２Ｇｉ", "2Gi"),
        ("512mb", "512Mi"),
        ("4K", "4Ki"),
        ("1,5Gi", "1.5Gi"),
        ("lots", ""),
        ("100 m", "100m"),
        ("1 cpu", ""),
        ("", ""),
    ],
)
def test_what_a_malformed_one_stands_for(text: str, needed: str) -> None:
    assert meant(text) == needed


@given(quantities)
@example("0.00000000000000001Ki")
@example("12345678901234567890.5Ei")
def test_amount_is_exact_but_for_nano_and_the_cap(text: str) -> None:
    found, said = amount(parse(text)), exact(text)
    if text.endswith("i") and abs(said) >= 2**63:
        assert abs(found) == 2**63 - 1
        return
    assert abs(found) - abs(said) < Fraction(1, 10**9)
    assert abs(found) >= abs(said)
    assert found == said or (said * 10**9).denominator != 1


@given(quantities)
def test_canonical_form_keeps_the_amount(text: str) -> None:
    quantity = parse(text)
    again = parse(str(quantity))
    assert again == quantity
    assert str(again) == str(quantity)


@given(quantities, quantities)
def test_order_is_that_of_the_amounts(one: str, other: str) -> None:
    a, b = parse(one), parse(other)
    assert (a < b) == (amount(a) < amount(b))
    assert (a == b) == (amount(a) == amount(b))


@given(st.text(max_size=20))
def test_any_text_is_read_or_refused(text: str) -> None:
    if is_quantity(text):
        assert parse(str(parse(text))) == parse(text)


@pytest.mark.kubectl
def test_kubectl_writes_the_same() -> None:
    text = """
        1024Mi 1.5Gi 1e3 1000 +1Gi 1.500 012Mi 0.5m 0.1n -3.1Gi 9Ei -9Ei 1. .5 Gi 8Gi 1025Ki
        0.5Ki 1E5 1500Mi - 12345678901234567890123 1e30 0.001Ki 100m 1000m 0.1 10000k 7e-4 0e5
        1048576 1048576Ki 1e-9 1e-10 123.456M 00 000.100 3Ei 1.0Gi 64.5Ti
    """
    texts = text.split()
    hard = ",".join(f"r{i}={text}" for i, text in enumerate(texts))
    kubectl = str(Path(sys.executable).parent / "kubectl")
    done = subprocess.run(
        [kubectl, "create", "quota", "q", f"--hard={hard}", "--dry-run=client", "-o", "json"],
        capture_output=True,
        check=True,
        env={**os.environ, "KUBECONFIG": os.devnull},
    )
    written = json.loads(done.stdout)["spec"]["hard"]
    assert [str(parse(text)) for text in texts] == [written[f"r{i}"] for i in range(len(texts))]

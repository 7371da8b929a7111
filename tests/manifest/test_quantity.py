import json
import os
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tutor.manifest.quantity import (
    BINARY_SI,
    DECIMAL_EXPONENT,
    DECIMAL_SI,
    Quantity,
    QuantityError,
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


@pytest.mark.parametrize(
    "value", [True, None, [], {}, "1" * 600, "１Gi", "1Gi\x00", "1e99999999999"]
)
def test_what_is_none(value: object) -> None:
    assert not is_quantity(value)


def test_vast_exponents_cost_nothing() -> None:
    small, vast = parse("1e1000000000"), parse("2e1000000000")
    assert small < vast
    assert parse("-1e1000000000") < parse("-1")
    assert parse("1e-1000000000") == parse("1n")
    assert str(parse("-15e2000000001")) == "-15e2000000001"


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

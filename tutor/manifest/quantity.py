"""Quantities (``1Gi``, ``500m``, ``1e3``), as ``k8s.io/apimachinery/pkg/api/resource`` reads them.

``1024Mi`` equals ``1Gi``; ``1GB`` and ``1 Gi`` are refused; a number without quotes is a quantity
too. What is finer than a nano is rounded away from zero, and a quantity with a binary suffix is
capped at 2⁶³-1, as the API server does.
"""

import re
from functools import total_ordering
from typing import Final

LARGEST_POWER: Final = 1_000
"""Amounts from 10⁻¹⁰⁰⁰ to 10¹⁰⁰⁰ are calculated with, and zero; see :func:`immense`.

The API server has no such bound. It takes some larger exponents, and at others (``1e2147483647``)
it calculates until the request's time is over.
"""
MAX_TEXT = 2_048
"""Longer texts are not read: digits cost time."""

_READABLE = 2 * LARGEST_POWER  # sums of amounts within the bound are read again, so: some room
_PARTS = re.compile(
    r"([+-]?)0*+([0-9]*+)(?:\.([0-9]*+))?([eEinumkKMGTP]*+[-+]?[0-9]*+)\Z", re.ASCII
)
_LONG = re.compile(r"[+-]?[0-9.]++[eEinumkKMGTP]*+[+-]?[0-9]*+\Z", re.ASCII)
_WRITTEN = r"([0-9]+(?:[.,][0-9]+)?)([kmgtpe])i?b?(?:ytes?)?\Z"
_LOOKS_RIGHT = "^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$"
_DECIMAL = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_BINARY = {"Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60}
_DECIMAL_NAMES = {exponent: name for name, exponent in _DECIMAL.items()}
_BINARY_NAMES = ("", *_BINARY)
_SPACE = " \t\n\v\f\r\x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(
    map(chr, range(0x2000, 0x200B))
)
_NANO = -9
_LARGEST_BINARY = (1 << 63) - 1
_INT64_DIGITS = 18
_INT32, _INT64 = 1 << 31, 1 << 63

DECIMAL_SI: Final = "DecimalSI"
DECIMAL_EXPONENT: Final = "DecimalExponent"
BINARY_SI: Final = "BinarySI"


class QuantityError(ValueError):
    """The text is no quantity. ``str()`` is the API server's wording."""

    @classmethod
    def form(cls) -> "QuantityError":
        """For a text of the wrong form (``1GB``)."""
        return cls(f"quantities must match the regular expression '{_LOOKS_RIGHT}'")

    @classmethod
    def suffix(cls) -> "QuantityError":
        """For a suffix that does not exist (``1K``)."""
        return cls("unable to parse quantity's suffix")


class ImmenseError(QuantityError):
    """The text is a quantity, of an amount that nothing calculates with."""

    def __init__(self) -> None:
        super().__init__(f"the amount is not between 10^-{LARGEST_POWER} and 10^{LARGEST_POWER}")


@total_ordering
class Quantity:
    """An exact amount. Compares and hashes by amount; ``str()`` is its canonical form.

    Attributes:
        mantissa: The amount is ``mantissa * 10 ** exponent``, without trailing zeros in it.
        notation: :data:`DECIMAL_SI`, :data:`DECIMAL_EXPONENT` or :data:`BINARY_SI`: how it was
            written, and is written again.
    """

    __slots__ = ("_text", "exponent", "mantissa", "notation")

    def __init__(
        self, mantissa: int, exponent: int = 0, notation: str = DECIMAL_SI, *, text: str = ""
    ) -> None:
        digits = str(abs(mantissa))
        zeros = len(digits) - len(digits.rstrip("0")) if mantissa else 0
        self.mantissa: int = mantissa // ten_to(zeros)
        self.exponent = exponent + zeros if mantissa else 0
        self.notation = notation
        self._text = text

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Quantity):
            return NotImplemented
        return self.mantissa == other.mantissa and self.exponent == other.exponent

    def __hash__(self) -> int:
        return hash((self.mantissa, self.exponent))

    def __lt__(self, other: "Quantity") -> bool:
        if self._sign != other._sign or not self.mantissa:
            return self._sign < other._sign
        if self.magnitude != other.magnitude:
            return (self.magnitude < other.magnitude) == (self._sign > 0)
        # Of equal length in digits, so the exponents differ by the digits written, no more.
        shared = min(self.exponent, other.exponent)
        return self._at(shared) < other._at(shared)

    def __repr__(self) -> str:
        return f"Quantity({str(self)!r})"

    def __str__(self) -> str:
        if self._text:
            return self._text
        if not self.mantissa:
            return "0"
        notation = self.notation
        if notation == BINARY_SI and (self.exponent < 0 or abs(self._at(0)) < 1024):
            notation = DECIMAL_SI
        if notation == BINARY_SI:
            whole, power = self._at(0), 0
            while whole % 1024 == 0:
                whole, power = whole // 1024, power + 1
            return f"{whole}{_BINARY_NAMES[power]}"
        exponent = self.exponent - self.exponent % 3
        number = self._at(exponent)
        if notation == DECIMAL_SI and exponent in _DECIMAL_NAMES:
            return f"{number}{_DECIMAL_NAMES[exponent]}"
        return f"{number}e{exponent}" if exponent else str(number)

    @property
    def _sign(self) -> int:
        return (self.mantissa > 0) - (self.mantissa < 0)

    @property
    def magnitude(self) -> int:
        """How many digits stand before the decimal point; below 0, how many zeros after it."""
        return len(str(abs(self.mantissa))) + self.exponent

    def _at(self, exponent: int) -> int:
        """The amount in units of ``10 ** exponent``, not above its own exponent."""
        return self.mantissa * ten_to(self.exponent - exponent)

    def units(self, exponent: int = 0) -> int:
        """The amount in units of ``10 ** exponent``, rounded up."""
        if exponent <= self.exponent:
            return self._at(exponent)
        return -(-self.mantissa // ten_to(exponent - self.exponent))

    def plus(self, other: "Quantity") -> "Quantity":
        """The sum, in the notation of the first that is not nothing."""
        exponent = min(self.exponent, other.exponent)
        notation = self.notation if self.mantissa else other.notation
        return Quantity(self._at(exponent) + other._at(exponent), exponent, notation)

    def over(self, other: "Quantity") -> float:
        """How often another amount, not zero, goes into this one; infinity for too often."""
        exponent = min(self.exponent, other.exponent)
        try:
            return self._at(exponent) / other._at(exponent)
        except OverflowError:
            return float("inf") * self._sign * other._sign


def ten_to(power: int) -> int:
    """A power of ten of an exponent that :func:`parse` has let through.

    Raises:
        ImmenseError: It has not.
    """
    if power > 2 * _READABLE + MAX_TEXT:
        raise ImmenseError
    result: int = 10**power
    return result


def parse(value: object) -> Quantity:
    """Read a quantity from what YAML gives: a string, or a number without quotes.

    Raises:
        ImmenseError: It is one, far beyond what :func:`immense` allows.
        QuantityError: It is none.
    """
    if isinstance(value, str):
        text = value.strip(_SPACE)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        text = str(getattr(value, "text", repr(value)))  # a number that knows how it was written
    else:
        raise QuantityError.form()
    if len(text) > MAX_TEXT and _LONG.match(text):
        raise ImmenseError
    match = _PARTS.match(text) if 0 < len(text) <= MAX_TEXT else None
    if match is None:
        raise QuantityError.form()
    sign, whole, fraction, suffix = match.groups(default="")
    mantissa = int(sign + (whole + fraction or "0"))
    if suffix in _BINARY:
        return _binary(mantissa, len(fraction), suffix, text, len(whole or "0"))
    if suffix in _DECIMAL:
        notation, exponent = DECIMAL_SI, _DECIMAL[suffix]
    else:
        notation, exponent = DECIMAL_EXPONENT, _exponent(suffix)
    if mantissa and not -_READABLE <= exponent <= _READABLE - len(whole):
        raise ImmenseError
    exponent -= len(fraction)
    digits = (whole or "0") + fraction
    short = len(digits) <= _INT64_DIGITS and exponent >= _NANO
    kept = short and exponent % 3 == 0 and not digits.endswith("000") and digits[0] != "0"
    return Quantity(*_to_nano(mantissa, exponent), notation, text=text if kept else "")


def _exponent(suffix: str) -> int:
    """An exponent of up to 64 bits, of which the server keeps 32."""
    if suffix[0] in "eE" and suffix[1:].lstrip("+-").isdigit():
        exponent = int(suffix[1:])
        if -_INT64 <= exponent < _INT64:
            return (exponent + _INT32) % (2 * _INT32) - _INT32
    raise QuantityError.suffix()


def immense(value: object) -> bool:
    """Whether it is a quantity, but of an amount beyond 10 to the power of ±LARGEST_POWER."""
    try:
        found = parse(value)
    except ImmenseError:
        return True
    except QuantityError:
        return False
    if found.magnitude > LARGEST_POWER:
        return True
    written = str(value).strip(_SPACE).lower().partition("e")[2]  # of 1e-1500 a nano is left
    return (
        written.lstrip("+-").isdigit()
        and bool(found.mantissa)
        and (not -LARGEST_POWER <= _exponent(f"e{written}") <= LARGEST_POWER)
    )


def is_quantity(value: object) -> bool:
    """Whether it is written as one; its amount may be :func:`immense`."""
    try:
        parse(value)
    except ImmenseError:
        return True
    except QuantityError:
        return False
    return True


def meant(text: str) -> str:
    """The quantity a malformed one most likely stands for, else an empty string.

    ``1 Gi``, ``1gi``, ``1GiB`` and ``1GB`` are ``1Gi``: where people write bytes out, they count
    in powers of 1024.
    """
    import unicodedata  # seldom needed: most quantities are right

    narrow = "".join(unicodedata.normalize("NFKC", text[:MAX_TEXT]).split())
    if is_quantity(narrow):
        return narrow
    match = re.match(_WRITTEN, narrow, re.IGNORECASE | re.ASCII)
    if match is None:
        return ""
    number, letter = match[1].replace(",", "."), match[2].upper()
    found = f"{number}{letter}i"
    return found if is_quantity(found) else ""


def _binary(mantissa: int, places: int, suffix: str, text: str, digits: int) -> Quantity:
    power = _BINARY[suffix]
    if not places:
        precision = 14 - digits - power * 3 // 10
        kept = precision >= 0 and mantissa & 7 != 0
        amount, exponent = mantissa << power, 0
    else:
        kept = False
        amount, exponent = _to_nano(mantissa << power, -places)
    unit = ten_to(-exponent)
    if abs(amount) > _LARGEST_BINARY * unit:
        amount, exponent = (_LARGEST_BINARY if amount > 0 else -_LARGEST_BINARY), 0
    small = 0 < abs(amount) < unit
    return Quantity(amount, exponent, DECIMAL_SI if small else BINARY_SI, text=text * kept)


def _to_nano(mantissa: int, exponent: int) -> tuple[int, int]:
    """The same amount, with what is finer than a nano rounded away from zero."""
    if not mantissa:
        return 0, 0
    if exponent >= _NANO:
        return mantissa, exponent
    drop = _NANO - exponent
    if drop > MAX_TEXT:
        return (1 if mantissa > 0 else -1), _NANO
    rounded = -(-abs(mantissa) // ten_to(drop))
    return (rounded if mantissa > 0 else -rounded), _NANO

"""What a YAML scalar means to kubectl (sigs.k8s.io/yaml over go-yaml v2, then JSON).

The order of the attempts is that of ``resolve`` in go-yaml's ``resolve.go``. The narrowing after it
(``1.0`` is 1, an integer beyond 64 bits is a float) is what the way through JSON does to a number.
"""

import math
import re

Value = bool | int | float | str | None

TAG_PREFIX = "tag:yaml.org,2002:"
"""What ``!!`` stands for."""

_INT64 = 1 << 63
_EXACT = 1 << 53
"""Up to here a float is the integer it looks like."""
_LONGEST_INTEGER = 100
"""Digits of an integer that are worth counting: far more than 64 bits hold."""

WORDS: dict[str, Value] = {
    **dict.fromkeys(
        ["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"], True
    ),
    **dict.fromkeys(
        ["n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"], False
    ),
    **dict.fromkeys(["", "~", "null", "Null", "NULL"], None),
    **dict.fromkeys([".nan", ".NaN", ".NAN"], math.nan),
    **dict.fromkeys([".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"], math.inf),
    **dict.fromkeys(["-.inf", "-.Inf", "-.INF"], -math.inf),
}
"""Plain scalars that are not the text they are written as."""

NUMBER_STARTS = frozenset("0123456789+-.")
"""What a plain scalar begins with that may be a number."""

_INTEGER = re.compile(
    r"([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|(0|[1-9][0-9]*))\Z"
)
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
_BETWEEN_DIGITS = re.compile(r"(?<=[0-9])_(?=[0-9])")
_DATE = re.compile(
    r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}"
    r"(?:(?:[Tt]|\ )[0-9]{1,2}:[0-9]{1,2}:[0-9]{1,2}(?:\.[0-9]*)?(?:Z|[-+][0-9]{2}:[0-9]{2})?)?\Z"
)


class ScalarError(ValueError):
    """A scalar that kubectl refuses.

    Attributes:
        variant: Which message says why.
    """

    def __init__(self, variant: str) -> None:
        super().__init__(variant)
        self.variant = variant


def resolve(text: str) -> Value:
    """The value of a plain scalar. NaN and the infinities are floats here: JSON has none."""
    if text in WORDS:
        return WORDS[text]
    if text[0] not in NUMBER_STARTS:
        return text
    return narrow(_number(text))


def tagged(tag: str, text: str) -> Value:
    """The value of a scalar that has a tag, quoted or not.

    Raises:
        ScalarError: The text is not what the tag says.
    """
    return narrow(_tagged(tag, text))


def key_name(text: str, plain: bool, tag: str | None) -> str:
    """The key kubectl sends for a scalar in the place of a key.

    Raises:
        ScalarError: It has no name in JSON.
    """
    value: Value
    if tag is not None:
        value = _tagged(tag, text)
    elif not plain:
        return text
    elif text in WORDS:
        value = WORDS[text]
    else:
        value = _number(text) if text[0] in NUMBER_STARTS else text
    if isinstance(value, str):
        return value
    if value is None:
        raise ScalarError("null")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        if value >= _INT64:
            raise ScalarError("number")
        return str(value)
    return _short_float(value)


def narrow(value: Value) -> Value:
    """A number as it comes out of JSON: whole ones of 64 bits are integers, all others floats."""
    if isinstance(value, float):
        if value.is_integer() and -_INT64 <= value < _INT64:
            whole = int(value) if abs(value) < _EXACT else _as_written(value)
            return whole if -_INT64 <= whole < _INT64 else value
    elif isinstance(value, int) and not isinstance(value, bool) and value >= _INT64:
        return float(value)
    return value


def _as_written(value: float) -> int:
    """The integer that Go's JSON writes for a float: its shortest digits, then zeros."""
    mantissa, _, exponent = f"{value!r}".partition("e")
    whole, _, fraction = mantissa.partition(".")
    return int(whole + fraction.ljust(int(exponent or 0), "0")) if exponent else int(whole)


def _number(text: str) -> int | float | str:
    """An integer of 64 bits, with or without a sign; else a float; else the text itself."""
    plain = _BETWEEN_DIGITS.sub("", text) if text[0] == "." else text.replace("_", "")
    match = _INTEGER.match(plain)
    if match:
        sign, hexadecimal, binary, octal, decimal = match.groups()
        if hexadecimal:
            value = int(hexadecimal, 16)
        elif binary:
            value = int(binary, 2)
        elif octal:
            value = int(octal, 8)
        else:
            value = int(decimal) if len(decimal) < _LONGEST_INTEGER else 1 << 64
        if sign == "-":
            value = -value
        if -_INT64 <= value < (_INT64 if sign else 2 * _INT64):
            return value
    if _FLOAT.match(plain):
        number = float(plain)
        return text if math.isinf(number) else number
    return text


def _tagged(tag: str, text: str) -> Value:
    name = tag.removeprefix(TAG_PREFIX)
    if name == tag or name not in _KINDS:
        return text
    if name == "binary":
        return _binary(text)
    value: Value = WORDS.get(text, text)
    if isinstance(value, str) and text[0] in NUMBER_STARTS:
        value = _number(text)
    if name == "timestamp":
        if _DATE.match(text):
            return text
        raise ScalarError("tag")
    if name == "float" and isinstance(value, int) and not isinstance(value, bool):
        if value >= _INT64:
            raise ScalarError("tag")
        return float(value)
    if type(value) is not _KINDS[name]:
        raise ScalarError("tag")
    return value


_KINDS: dict[str, type] = {
    "int": int,
    "float": float,
    "bool": bool,
    "null": type(None),
    "timestamp": str,
    "binary": str,
}
"""Tags that decide how a text is read; every other one leaves it a string."""


def _binary(text: str) -> str:
    import base64
    import binascii

    try:
        raw = base64.b64decode(text.replace("\n", "").replace("\r", ""), validate=True)
    except binascii.Error:
        raise ScalarError("base64") from None
    return raw.decode("utf-8", "replace")


def _short_float(value: float) -> str:
    """A float key: Go's ``FormatFloat(value, 'g', -1, 32)``, in the spelling of YAML."""
    import struct

    if math.isnan(value):
        return ".nan"
    try:
        single = struct.unpack("f", struct.pack("f", value))[0]
    except OverflowError:
        single = math.copysign(math.inf, value)
    if math.isinf(single):
        return ".inf" if single > 0 else "-.inf"
    for digits in range(1, 10):
        shortest = f"{single:.{digits - 1}e}"
        if struct.unpack("f", struct.pack("f", float(shortest)))[0] == single:
            break
    mantissa, _, power = shortest.partition("e")
    exponent = int(power)
    if -4 <= exponent < 6:
        decimals = len(mantissa.lstrip("-").replace(".", "")) - 1 - exponent
        return f"{float(shortest):.{max(decimals, 0)}f}"
    return f"{mantissa}e{exponent:+03d}"

"""What a YAML scalar means to kubectl (sigs.k8s.io/yaml over go-yaml v2, then JSON).

The order of the attempts is that of ``resolve`` in go-yaml's ``resolve.go``; the narrowing after it
(``1.0`` is 1, an integer beyond 64 bits is a float) is what the way through JSON does to a number.
"""

import math
import re

Value = bool | int | float | str | None

_INT64 = 1 << 63
_WORDS: dict[str, Value] = {
    **dict.fromkeys("y Y yes Yes YES true True TRUE on On ON".split(), True),
    **dict.fromkeys("n N no No NO false False FALSE off Off OFF".split(), False),
    **dict.fromkeys(["", "~", "null", "Null", "NULL"], None),
    **dict.fromkeys([".nan", ".NaN", ".NAN"], math.nan),
    **dict.fromkeys([".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"], math.inf),
    **dict.fromkeys(["-.inf", "-.Inf", "-.INF"], -math.inf),
}
_INTEGER = re.compile(
    r"([-+]?)(?:(0[xX])([0-9a-fA-F]+)|(0[bB])([01]+)|(0[oO]?)([0-7]+)|(0|[1-9][0-9]*))\Z"
)
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
_FIRST = frozenset("0123456789+-.")


def resolve(text: str) -> Value:
    """The value of a plain scalar. NaN and the infinities come back as floats: JSON has none."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _FIRST:
        return text
    return _number(text)


def _number(text: str) -> Value:
    plain = text if text[0] == "." else text.replace("_", "")
    match = _INTEGER.match(plain)
    if match:
        sign, _, hexa, _, binary, _, octal, decimal = match.groups()
        if hexa:
            value = int(hexa, 16)
        elif binary:
            value = int(binary, 2)
        elif octal:
            value = int(octal, 8)
        else:
            value = int(decimal) if len(decimal) < 40 else 10**40
        if sign == "-":
            value = -value
        if -_INT64 <= value < _INT64:
            return value
        if not sign and value < 2 * _INT64:
            return float(value)
    if _FLOAT.match(plain):
        return narrow(float(plain), text)
    return text


def narrow(value: float, text: str) -> Value:
    """A float as it comes out of JSON: whole numbers of 64 bits are integers."""
    if math.isinf(value):
        return text
    if value.is_integer() and abs(value) < 1e21 and -_INT64 <= int(value) < _INT64:
        return int(value)
    return value

"""Whole numbers in texts, as Go reads them: of 64 bits, whatever comes.

Source: Go's ``strconv`` (ParseInt, ParseUint, Atoi).
"""

import re

from tutor.offline.refusals import bad_request

MAX = (1 << 63) - 1
_INT = re.compile(r"([+-]?)0*+([0-9]*+)\Z", re.ASCII)
_DIGITS = len(str(1 << 64))


def is_int64(value: object) -> bool:
    """Whether a value from JSON fits into 64 bits, and is a whole number at all."""
    return isinstance(value, int) and not isinstance(value, bool) and -MAX - 1 <= value <= MAX


def parse_int(text: str) -> int:
    """A number of 64 bits.

    Raises:
        ApiError: 400, in the words of ParseInt.
    """
    found = _INT.match(text)
    if found is None or not text[-1:].isdigit():
        raise bad_request(f'strconv.ParseInt: parsing "{text}": invalid syntax')
    value = int(found[1] + (found[2][:_DIGITS] or "0"))
    if len(found[2]) > _DIGITS or not -MAX - 1 <= value <= MAX:
        raise bad_request(f'strconv.ParseInt: parsing "{text}": value out of range')
    return value


def unsigned_problem(text: str) -> str:
    """Why a text is no number of 64 bits without a sign; empty if it is one."""
    why = ""
    if not text.isascii() or not text.isdigit():
        why = "invalid syntax"
    elif len(digits := text.lstrip("0")) > _DIGITS or int(digits or "0") >= 1 << 64:
        why = "value out of range"
    return f'strconv.ParseUint: parsing "{text}": {why}' if why else ""


def percentage(text: str) -> int:
    """The number before a ``%``; what has more than 64 bits is the largest that has."""
    digits = text.removesuffix("%").lstrip("0")
    if not digits.isascii() or not digits.isdigit():
        return 0
    return MAX if len(digits) > _DIGITS else min(int(digits), MAX)

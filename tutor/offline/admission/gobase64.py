"""Base64 as Go reads it, and its words where a text is none.

Source: Go's ``encoding/base64`` (decodeQuantum).
"""

import base64
import binascii
import re

_ENDS = re.compile(rb"[\r\n]*")
_GROUP = re.compile(rb"(?:[\r\n]*[A-Za-z0-9+/]){4}")
_ONE = re.compile(rb"[\r\n]*([A-Za-z0-9+/])")


def problem(text: str) -> str:
    """Why a text is not base64 (the standard alphabet, padded), empty if it is."""
    data = text.encode("utf-8", "replace")
    try:
        base64.b64decode(data, validate=True)
    except binascii.Error:
        at = _stop(data)
        return "" if at is None else f"illegal base64 data at input byte {at}"
    return ""


def _stop(data: bytes) -> int | None:
    """Where Go stops reading; None if it reads to the end. Line ends are passed over."""
    at = 0
    while (group := _GROUP.match(data, at)) is not None:
        at = group.end()
    held = 0
    while (one := _ONE.match(data, at)) is not None:
        at, held = one.end(), held + 1
    at = _past_ends(data, at)
    if at == len(data):
        return None if not held else at - held
    if data[at : at + 1] != b"=" or held < 2:
        return at
    at += 1
    if held == 2:
        at = _past_ends(data, at)
        if at == len(data):
            return at
        if data[at : at + 1] != b"=":
            return at - 1
        at += 1
    at = _past_ends(data, at)
    return None if at == len(data) else at


def _past_ends(data: bytes, at: int) -> int:
    found = _ENDS.match(data, at)
    return at if found is None else found.end()

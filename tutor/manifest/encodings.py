"""Bytes → text. kubectl wants UTF-8; what else a file may be saved in is recognised elsewhere."""

from tutor.manifest.problems import Problem

BOM = "\ufeff"
_ESC = b"\x1b"
_NUL = b"\x00"
_PROBE = 4096
"""Bytes looked at for signs of another encoding that are valid UTF-8."""


def decode(source: bytes) -> tuple[str, list[Problem]]:
    """The text of a file, whatever it is saved in, and what to say about that.

    Text in another encoding than UTF-8 is decoded all the same, so that the rest of what there is
    to say can be said.
    """
    try:
        text = source.decode("utf-8")
    except UnicodeDecodeError as error:
        from tutor.manifest.legacy import not_utf8

        return not_utf8(source, error)
    if _ESC in source or _NUL in source[:_PROBE]:
        from tutor.manifest.legacy import only_seemingly_utf8

        return only_seemingly_utf8(source) or (text.lstrip(BOM), [])
    return text.lstrip(BOM), []

"""What Japanese files are saved in besides UTF-8, recognised and named.

kubectl puts every file through Go's ``unicode.BOMOverride(unicode.UTF8.NewDecoder())``: UTF-16 with
a byte order mark is read, anything else is taken for UTF-8 and what is not becomes U+FFFD.
"""

import re
from codecs import getincrementaldecoder

from tutor.manifest.encodings import BOM
from tutor.manifest.problems import Problem
from tutor.model.findings import Param, Severity

_UTF32 = ((b"\xff\xfe\x00\x00", "utf-32-le"), (b"\x00\x00\xfe\xff", "utf-32-be"))
_UTF16 = ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_ESCAPE = re.compile(rb"\x1b(?:\$[@B]|\([BIJ])")
_PROBE = 4096
"""Bytes looked at to tell UTF-16 without a mark from text that holds NUL."""

_SAMPLE = 16_384
"""Bytes that Japanese is recognised by."""
_HIGH = re.compile(rb"[\x80-\xff]")
_PAIR = re.compile(rb"[\x80-\xff]{2}|[\x81-\x83][\x40-\x7e]")
"""What European encodings hardly have: their letters beyond ASCII stand between ASCII ones."""

_REPLACEMENT = "\ufffd"
_MOST_REPLACED = 1_000
"""Bytes that are not UTF-8, beyond which a file is not taken for text."""

# Not compiled before they are needed: these classes take as long as reading a manifest.
_TEXT = "[\t\n\r -~\u3000-\u30ff\u4e00-\u9fff\uff00-\uff9f]"
_COMMON = "[\u2010-\u2026\u3000-\u30ff\u4e00-\u9fff\uff01-\uff5e]"
_RARE = "[\uff61-\uff9f\ue000-\uf8ff\u2500-\u257f\u0370-\u04ff]"


def not_utf8(source: bytes, error: UnicodeDecodeError) -> tuple[str, list[Problem]]:
    """The text of bytes that are not UTF-8, and what they are."""
    for mark, codec in _UTF32:
        if source.startswith(mark):
            return _named(source, codec, "UTF-32", "unread") or _broken(source, error)
    for mark, codec in _UTF16:
        if source.startswith(mark):
            return _named(source, codec, "UTF-16", "utf-16") or _broken(source, error)
    return _unmarked(source) or _japanese(source) or _broken(source, error)


def only_seemingly_utf8(source: bytes) -> tuple[str, list[Problem]] | None:
    """The text of bytes that are valid UTF-8 and meant otherwise; None if they are meant so."""
    if _ESCAPE.search(source):
        return _named(source, "iso2022_jp", "ISO-2022-JP", "japanese")
    return _unmarked(source)


def _unmarked(source: bytes) -> tuple[str, list[Problem]] | None:
    """UTF-16 or UTF-32 without a byte order mark: NUL bytes, and text when read that way."""
    probe = source[:_PROBE]
    if b"\x00" not in probe:
        return None
    for codec, name, width in (
        ("utf-32-le", "UTF-32", 4),
        ("utf-32-be", "UTF-32", 4),
        ("utf-16-le", "UTF-16", 2),
        ("utf-16-be", "UTF-16", 2),
    ):
        text = probe[: len(probe) // width * width].decode(codec, "ignore")
        if len(text) * width > len(probe) * 0.9 and len(re.findall(_TEXT, text)) > len(text) * 0.9:
            return _named(source, codec, name, "unread")
    return None


def _japanese(source: bytes) -> tuple[str, list[Problem]] | None:
    """Shift_JIS or EUC-JP: whichever decodes, and if both do, whichever reads as Japanese."""
    high = _HIGH.search(source)
    if high is None or not _PAIR.search(source):
        return None
    start = high.start()
    best: tuple[int, str, str] | None = None
    for codec, name in (("cp932", "Shift_JIS"), ("euc_jp", "EUC-JP")):
        text = source[start : start + _SAMPLE].decode(codec, "ignore")
        score = len(re.findall(_COMMON, text)) - 3 * len(re.findall(_RARE, text))
        if score > 0 and (best is None or score > best[0]):
            best = (score, codec, name)
    return None if best is None else _named(source, best[1], best[2], "japanese")


def _named(source: bytes, codec: str, name: str, variant: str) -> tuple[str, list[Problem]] | None:
    """The text of a known encoding, with its finding at the first character it is seen by."""
    try:
        text = source.decode(codec)
    except UnicodeDecodeError:
        return None
    text = text.lstrip(BOM)
    line, column = 1, 1
    if variant == "japanese":
        at = next((i for i, c in enumerate(text) if not c.isascii()), 0)
        line, column = _place(text[:at])
    severity = Severity.WARNING if variant == "utf-16" else Severity.ERROR
    return text, [_problem(line, column, severity, variant, encoding=name)]


def _broken(source: bytes, error: UnicodeDecodeError) -> tuple[str, list[Problem]]:
    """Text with bytes that no encoding we know explains; no text at all if they are many."""
    line, column = _place(source[: error.start].decode("utf-8"))
    params: dict[str, Param] = {"byte": f"0x{source[error.start]:02X}", "offset": error.start + 1}
    decoder = getincrementaldecoder("utf-8")("replace")
    parts: list[str] = []
    replaced = 0
    for start in range(0, len(source), _PROBE):
        parts.append(decoder.decode(source[start : start + _PROBE]))
        replaced += parts[-1].count(_REPLACEMENT)
        if replaced > _MOST_REPLACED:
            return "", [_problem(line, column, Severity.ERROR, "binary", **params)]
    parts.append(decoder.decode(b"", final=True))
    return "".join(parts).lstrip(BOM), [_problem(line, column, Severity.ERROR, "invalid", **params)]


def _place(before: str) -> tuple[int, int]:
    """Line and column of what comes after a text."""
    before = before.lstrip(BOM).replace("\r\n", "\n").replace("\r", "\n")
    return before.count("\n") + 1, len(before) - before.rfind("\n")


def _problem(line: int, column: int, severity: Severity, variant: str, **params: Param) -> Problem:
    return Problem("YAML102", line, column, line, column + 1, params, variant, severity=severity)

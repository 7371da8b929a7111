"""Full-width, typographic and invisible characters in places where YAML wants its own.

A character counts where it breaks the line or changes what is read: in the indentation, around a
colon or a hyphen, in a key, around a value, and within a value that is ASCII but for it. In a
sentence, a comment, or quotes it is what the writer wanted.
"""

import re
from itertools import groupby

from tutor.manifest.slips import characters as chars
from tutor.manifest.slips.fixes import Edit, Fix, Slip, fix
from tutor.manifest.slips.lines import BLANK, Line
from tutor.model.findings import Param

_NAME = re.compile(r"[A-Za-z_$][\w./$-]*\Z", re.ASCII)
_WORDS = re.compile(r"[\w./:@%+=,*?()<>$&|~^!;\[\]{}\"'# -]+\Z", re.ASCII)
_TRAILING = re.compile(f"[{BLANK}]*[{BLANK[2:]}][{BLANK}]*\\Z")
_BEFORE_COMMENT = re.compile(f"[{BLANK}]*[{BLANK[2:]}](?=#)")
_WIDE_COMMENT = re.compile(f"(?:(?<=[{BLANK}])|\\A)[{chars.HASHES}]")
_QUOTES = frozenset(chars.DOUBLE_QUOTES + chars.SINGLE_QUOTES)
_CLOSERS = _QUOTES | frozenset("\"'")
_FLOW = frozenset("[{") | frozenset(chars.BRACKETS)
_ONE_WORD = frozenset({"YAML121", "YAML122", "YAML124", "YAML125"})
"""Signs that a sentence may have and a word may not."""


def odd_slips(line: Line, wide: int = 2) -> list[Fix]:
    """The slips of one line, from the right, so that mending one leaves the others in place.

    What stands behind an odd hyphen or comment sign is seen when those have been mended.

    Args:
        line: The line.
        wide: How many spaces a full-width one stands for in an indentation.
    """
    if line.opaque or not chars.ODD.search(line.text):
        return []
    found = _gap(line, 0, line.indent, wide)
    for number, dash in enumerate(line.dashes):
        end = line.dashes[number + 1] if number + 1 < len(line.dashes) else line.content
        found += _gap(line, dash + 1, end, 1)
    hyphen = _hyphen(line)
    if hyphen:
        return [hyphen, *sorted(found, key=_start, reverse=True)]
    if line.key:
        found += _key(line)
    if not line.free:
        found += _value(line)
    return sorted(found, key=_start, reverse=True)


def _gap(line: Line, start: int, end: int, wide: int) -> list[Fix]:
    """Odd characters among those that only keep others apart."""
    found: list[Fix] = []
    for at, run in _runs(line.text, start, end):
        meant = "".join(
            " " * wide if c == chars.WIDE_SPACE else chars.kind(c).meant[:wide] for c in run
        )
        found.append(_replaced(line, at, at + len(run), run, meant))
    return found


def _runs(text: str, start: int, end: int) -> list[tuple[int, str]]:
    """Odd characters that stand together and are of one kind."""
    found: list[tuple[int, str]] = []
    at = start
    for code, group in groupby(text[start:end], _code):
        run = "".join(group)
        if code:
            found.append((at, run))
        at += len(run)
    return found


def _code(character: str) -> str:
    return chars.kind(character).code if chars.ODD.match(character) else ""


def _replaced(line: Line, start: int, end: int, run: str, meant: str) -> Fix:
    code = chars.kind(run[0]).code
    params: dict[str, Param] = {"found": run, "needed": meant}
    if code in {"YAML120", "YAML126", "YAML127"}:
        params = {"found": chars.name(run[0]), "count": len(run)}
    return fix(Slip(code, line.row, start, end, params), Edit(line.row, start, end, meant))


def _start(one: Fix) -> int:
    return one.slips[0].start


def _hyphen(line: Line) -> Fix | None:
    """A hyphen or a bullet that only looks like the one of a list item."""
    at, text = line.content, line.text
    if at >= line.end or text[at] not in chars.HYPHENS + chars.BULLETS:
        return None
    behind = text[at + 1 : at + 2]
    blank = not behind or behind in chars.BLANKS
    if not blank and not (behind.isascii() or chars.ODD.match(behind)):
        return None  # the first letter of a Japanese word
    if behind and behind in chars.HYPHENS:
        return None
    slip = Slip("YAML122", line.row, at, at + 1, {"found": text[at], "needed": "-"})
    return fix(slip, Edit(line.row, at, at + 1, "-" if blank else "- "))


def _key(line: Line) -> list[Fix]:
    """Odd characters in a key, in its colon and after it."""
    text, start = line.text, line.content
    end = start
    while text[end] not in chars.BLANKS and text[end] not in f":{chars.COLONS}":
        end += 1
    if text[start] in "\"'":
        end = text.find(text[start], start + 1) + 1
    word = text[start:end]
    if len(word) > 2 and word[0] in _QUOTES and word[-1] in _CLOSERS:
        inner = word[1:-1]
        if not _NAME.match(inner):
            return []
        slip = Slip("YAML124", line.row, start, end, {"found": word[0], "needed": '"'})
        edits = (Edit(line.row, start, start + 1, '"'), Edit(line.row, end - 1, end, '"'))
        found = [fix(slip, *edits)]
    else:
        plain = "".join(chars.kind(c).meant if chars.ODD.match(c) else c for c in word)
        if word[0] not in "\"'" and not _NAME.match(plain):
            return []
        found = [
            _replaced(line, at, at + len(run), run, "".join(chars.kind(c).meant for c in run))
            for at, run in _runs(text, start, end)
            if word[0] not in "\"'"
        ]
    colon = next(i for i in range(end, len(text)) if text[i] in f":{chars.COLONS}")
    found += _gap(line, end, colon, 0)
    after = colon + 1
    while after < len(text) and text[after] in chars.BLANKS:
        after += 1
    found += _gap(line, colon + 1, after, 1)
    if text[colon] != ":":
        meant = ":" if after > colon + 1 or after >= len(text) else ": "
        params: dict[str, Param] = {"found": text[colon], "needed": ":", "key": word[:40]}
        slip = Slip("YAML121", line.row, colon, colon + 1, params)
        found.append(fix(slip, Edit(line.row, colon, colon + 1, meant)))
    return found


def _value(line: Line) -> list[Fix]:
    """Odd characters at the edges of a value, and in one that is ASCII but for them."""
    text, start, end = line.text, line.value, line.end
    if start >= end:
        return []
    if comment := _comment(line):
        return comment
    found: list[Fix] = []
    trailing = _TRAILING.search(text, start, end)
    if trailing and line.judged(trailing.start()):
        at = trailing.start()
        found += [
            _replaced(line, begin, begin + len(run), run, "") for begin, run in _runs(text, at, end)
        ]
        end = at
    if start >= end or (line.opened < 0 and not line.judged(start)):
        return found
    value = text[start:end]
    if value[0] in _FLOW:
        return found + _flow(line, start, end)
    if value[0] in _CLOSERS and len(value) > 1 and value[-1] in _CLOSERS:
        return found + _quoted(line, start, end)
    if line.opened >= 0 or (line.content == start and value[0] in chars.HYPHENS + chars.BULLETS):
        return found
    return found + _word(line, start, end)


def _comment(line: Line) -> list[Fix]:
    """A comment that YAML does not take for one, for what stands before it or for its sign."""
    text = line.text
    for match in _BEFORE_COMMENT.finditer(text, line.value, line.end):
        if line.judged(match.start()):
            return [
                _replaced(line, at, at + len(run), run, " ")
                for at, run in _runs(text, match.start(), match.end())
            ]
    for match in _WIDE_COMMENT.finditer(text, line.content, line.end):
        at = match.start()
        if line.judged(at) and text[line.value : at].isascii():
            return [_replaced(line, at, at + 1, text[at], "#")]
    return []


def _quoted(line: Line, start: int, end: int) -> list[Fix]:
    """Typographic quotes around a value that is ASCII within."""
    text = line.text
    first, last, inner = text[start], text[end - 1], text[start + 1 : end - 1]
    if (first not in _QUOTES and last not in _QUOTES) or not chars.narrow(inner).isascii():
        return []
    meant = first if first not in _QUOTES else chars.kind(first).meant
    if meant in inner or (meant == '"' and "\\" in inner):
        meant = "'" if meant == '"' else '"'
        if meant in inner:
            return []
    odd = first if first in _QUOTES else last
    slip = Slip("YAML124", line.row, start, end, {"found": odd, "needed": meant})
    return [fix(slip, Edit(line.row, start, start + 1, meant), Edit(line.row, end - 1, end, meant))]


def _flow(line: Line, start: int, end: int) -> list[Fix]:
    """Full-width signs within brackets."""
    text = line.text
    odd = [at for at in range(start, end) if line.judged(at) and chars.ODD.match(text[at])]
    rest = "".join(text[at] for at in range(start, end) if line.judged(at) and at not in odd)
    if not rest.isascii():
        return []
    found: list[Fix] = []
    for at in odd:
        meant = chars.kind(text[at]).meant
        if meant in {":", ","} and text[at + 1 : at + 2] not in {"", " "}:
            meant += " "
        found.append(_replaced(line, at, at + 1, text[at], meant.replace("  ", " ")))
    return found


def _word(line: Line, start: int, end: int) -> list[Fix]:
    """Odd characters in a plain value that is ASCII but for them."""
    text = line.text
    value = text[start:end]
    if value.isascii():
        return []
    meant = "".join(chars.kind(c).meant if chars.ODD.match(c) else c for c in value)
    if not _WORDS.match(meant):
        return []
    several = " " in meant
    return [
        _replaced(line, at, at + len(run), run, _narrowed(run))
        for at, run in _runs(text, start, end)
        if not (several and chars.kind(run[0]).code in _ONE_WORD)
    ]


def _narrowed(run: str) -> str:
    return "".join(chars.kind(c).meant for c in run).replace("  ", " ")

"""Signs left out or put where YAML reads them as something else: colons, hyphens, quotes, brackets.

Each function gives the ways in which a line may be mended; whoever asks tries them.
"""

import re
from collections.abc import Iterator
from itertools import pairwise

from tutor.manifest.slips import characters as chars
from tutor.manifest.slips.fields import KNOWN
from tutor.manifest.slips.fixes import Edit, Fix, Slip, fix
from tutor.manifest.slips.lines import BLANK, Line

TIGHT_COLON = re.compile(r"([A-Za-z_$][\w./$-]*):(?=[^\s:/])", re.ASCII)
"""A key whose colon is not followed by a space. ``http://`` and ``a::b`` are none."""
TIGHT_HYPHEN = re.compile(r"-(?=[A-Za-z\"'{\[])")
TIGHT_NUMBER = re.compile(r"-(?=[0-9])")
_FIELD = re.compile(r"[a-z][A-Za-z0-9]*\Z")
_TABS = re.compile(f"[{BLANK}]*\t[{BLANK}]*")
_FLOW_END = re.compile(r"[,\]}]")
_SECOND_COLON = re.compile(r":(?:\s|$)")
_SHOWN = 60
"""Characters of a line that a message repeats."""
_CLOSERS = {"[": "]", "{": "}"}


def tight_colon(line: Line) -> Fix | None:
    """``key:value``."""
    found = TIGHT_COLON.match(line.text, line.content)
    if line.key or found is None or not line.judged(found.end() - 1):
        return None
    params = {"found": line.text[line.content : line.end][:_SHOWN], "key": found[1][:40]}
    slip = Slip("YAML131", line.row, found.end() - 1, found.end(), params)
    return fix(slip, Edit(line.row, found.end(), found.end(), " "))


def tight_hyphen(line: Line, pattern: re.Pattern[str] = TIGHT_HYPHEN) -> Fix | None:
    """``-item``."""
    found = pattern.match(line.text, line.content)
    if found is None:
        return None
    at = line.content
    slip = Slip("YAML132", line.row, at, at + 1, {"found": line.text[at : line.end][:_SHOWN]})
    return fix(slip, Edit(line.row, at + 1, at + 1, " "))


def tight_hyphen_above(lines: list[Line], at: int) -> Fix | None:
    """``-item`` whose further lines are set below the letter behind the hyphen."""
    line = lines[at]
    found = tight_hyphen(line)
    if found is None:
        return None
    edits = list(found.edits)
    for other in lines[at + 1 :]:
        if not other.opaque and other.indent <= line.content:
            break
        edits.append(Edit(other.row, 0, 0, " "))
    return Fix(found.slips, tuple(edits)) if len(edits) > 1 else None


def missing_colon(line: Line) -> Fix | None:
    """``metadata`` or ``replicas 3``, where a key is wanted."""
    if line.key or line.opaque or line.opened >= 0:
        return None
    words = line.text[line.content : line.end].split()
    if not words or not _FIELD.match(words[0]) or (len(words) > 2 and words[0] not in KNOWN):
        return None
    at = line.content + len(words[0])
    slip = Slip("YAML135", line.row, line.content, at, {"found": words[0][:_SHOWN]})
    return fix(slip, Edit(line.row, at, at, ":"), faithful=words[0] in KNOWN)


def tabs(lines: list[Line]) -> Iterator[Fix]:
    """Tabs in the indentation, each standing for two, four or eight spaces."""
    tabbed = [line for line in lines if not line.opaque and "\t" in line.text[: line.content]]
    if not tabbed:
        return
    runs: list[list[Line]] = []
    for line in tabbed:
        if runs and runs[-1][-1].row == line.row - 1:
            runs[-1].append(line)
        else:
            runs.append([line])
    slips = tuple(_tabbed(run) for run in runs)
    for width in (2, 4, 8):
        edits = [
            Edit(line.row, 0, line.content, line.text[: line.content].expandtabs(width))
            for line in tabbed
        ]
        yield Fix(slips, tuple(edits))


def _tabbed(run: list[Line]) -> Slip:
    start = run[0].text.index("\t")
    return Slip("YAML130", run[0].row, start, max(run[0].content, start + 1), {"count": len(run)})


def tab_at(line: Line, column: int) -> Fix | None:
    """A tab where the parser stopped at it: behind a hyphen, or before a text."""
    if line.text[column : column + 1] != "\t":
        return None
    variant = "inside" if line.text[:column].strip() else ""
    slip = Slip("YAML130", line.row, column, column + 1, {"count": 1}, variant)
    return fix(slip, Edit(line.row, column, column + 1, " "))


def second_colon(line: Line, column: int) -> Iterator[Fix]:
    """``title: a: b``: a value that holds a colon and a space."""
    if not line.key or column <= line.value or not line.judged(line.value):
        return
    value = line.text[line.value : line.end]
    if value[0] in "\"'[{" or not _SECOND_COLON.search(value):
        return
    slip = Slip(
        "YAML138", line.row, column, column + 1, {"found": value[:_SHOWN], "key": line.key[:40]}
    )
    yield fix(slip, *_quoting(line.row, line.value, line.end, value))


def reserved(line: Line, column: int) -> Iterator[Fix]:
    """A value that begins with a sign YAML keeps for itself."""
    if not 0 <= column < line.end:
        return
    sign = line.text[column]
    ends = [line.end]
    if found := _FLOW_END.search(line.text, column):
        ends.insert(0, found.start())
    for end in ends:
        value = line.text[column:end].rstrip()
        slip = Slip(
            "YAML139",
            line.row,
            column,
            column + len(value),
            {"found": sign, "value": value[:_SHOWN]},
            "backtick" if sign == "`" else "",
        )
        yield fix(slip, *_quoting(line.row, column, column + len(value), value))


def _quoting(row: int, start: int, end: int, value: str) -> tuple[Edit, ...]:
    """Single quotes around a value, those within it doubled: nothing else changes there."""
    return (Edit(row, start, end, "'" + value.replace("'", "''") + "'"),)


def bullet(line: Line) -> Fix | None:
    """``* item``, as in Markdown."""
    at = line.content
    if line.text[at : at + 2] != "* ":
        return None
    slip = Slip("YAML122", line.row, at, at + 1, {"found": "*", "needed": "-"})
    return fix(slip, Edit(line.row, at, at + 1, "-"))


def open_quote(line: Line, *, certain: bool = False) -> Iterator[Fix]:
    """A quote that does not end in its line.

    Args:
        line: The line.
        certain: Whether it is known that it never ends.
    """
    at = line.opened
    if at < 0:
        return
    sign = line.text[at]
    end = line.end
    if line.text[end - 1] in chars.DOUBLE_QUOTES + chars.SINGLE_QUOTES and end - 1 > at:
        slip = Slip(
            "YAML124", line.row, end - 1, end, {"found": line.text[end - 1], "needed": sign}
        )
        yield fix(slip, Edit(line.row, end - 1, end, sign))._replace(beyond=certain)
        return
    comment = line.text.find(" #", at)
    last = line.text[end - 1]
    closings = [Edit(line.row, comment, comment, sign)] if comment > 0 else []
    if last == ("'" if sign == '"' else '"'):
        closings.append(Edit(line.row, end - 1, end, sign))
    elif last in "]}":
        closings.append(Edit(line.row, end - 1, end - 1, sign))
    closings.append(Edit(line.row, end, end, sign))
    for closing in closings:
        slip = Slip("YAML136", line.row, at, closing.start, {"found": sign})
        yield fix(slip, closing)._replace(beyond=certain)


def after_quote(line: Line, column: int) -> Fix | None:
    """Text behind a value in quotes: ``"a" b``."""
    closed = [end for start, end in line.masked if start >= line.value and end <= column]
    if not closed or column >= line.end or line.text[closed[-1] : column].strip(BLANK):
        return None
    found = line.text[column : line.end]
    start = next(start for start, end in line.masked if end == closed[-1])
    slip = Slip("YAML140", line.row, column, line.end, {"found": found[:_SHOWN]}, "after")
    value = line.text[start : line.end]
    return fix(slip, *_quoting(line.row, start, line.end, value), faithful=False)


def escape(line: Line, column: int) -> Fix | None:
    r"""``\d`` in double quotes. ``\'`` is none of YAML's escapes either, but kubectl reads it."""
    text = line.text
    at = column if text[column : column + 1] == "\\" else text.rfind("\\", 0, column + 1)
    if at < 0:
        return None
    found = text[at : at + 2]
    if found == "\\'":
        return Fix((), (Edit(line.row, at, at + 1, ""),))
    slip = Slip("YAML140", line.row, at, at + 2, {"found": found}, "escape")
    return fix(slip, Edit(line.row, at, at, "\\"))


def item_beside_key(line: Line, column: int, below: list[Line]) -> Fix | None:
    """``ports: - 80``: a list that begins in the line of its key."""
    if not line.key or line.text[column : column + 1] != "-":
        return None
    slip = Slip("YAML141", line.row, column, column + 1, {"key": line.key[:40]})
    edits = [Edit(line.row, column, line.end, "[]")]
    for other in below:
        if not other.opaque and other.indent <= line.indent and not other.dashes:
            break
        edits.append(Edit(other.row, 0, len(other.text), ""))
    return fix(slip, *edits, faithful=False)


def open_bracket(lines: list[Line], line: Line, column: int) -> Iterator[Fix]:
    """A bracket that is never closed, or by the wrong one."""
    sign = line.text[column : column + 1]
    if sign not in _CLOSERS:
        return
    slip = Slip(
        "YAML137", line.row, column, column + 1, {"found": sign, "needed": _CLOSERS[sign]}, "open"
    )
    closer = _CLOSERS[sign]
    filled = bool(line.text[column + 1 : line.end].strip())
    last = line.text[line.end - 1]
    if last in "]})" and last != closer:
        yield fix(slip, Edit(line.row, line.end - 1, line.end, closer))._replace(beyond=True)
    here = fix(slip, Edit(line.row, line.end, line.end, closer), faithful=filled)
    here = here._replace(beyond=True)
    if filled:
        yield here
    for other, following in pairwise(lines):
        if other.row > line.row and following.indent <= line.indent and not other.opaque:
            yield fix(slip, Edit(other.row, other.end, other.end, closer))
            break
    yield here


def stray_text(line: Line) -> Fix | None:
    """A line that is neither a key nor an item, where there has to be one."""
    if line.opaque or line.key or line.dashes:
        return None
    found = line.text[line.content : line.end][:_SHOWN]
    slip = Slip("YAML135", line.row, line.content, line.end, {"found": found}, "text")
    return fix(slip, Edit(line.row, 0, len(line.text), ""), faithful=False)


def stray_bracket(line: Line, column: int) -> Fix | None:
    """A closing bracket that nothing opened."""
    sign = line.text[column : column + 1]
    if not sign or sign not in "]}":
        return None
    slip = Slip("YAML137", line.row, column, column + 1, {"found": sign}, "stray")
    return fix(slip, Edit(line.row, column, column + 1, ""))


def missing_comma(line: Line, column: int) -> Fix | None:
    """Two items in brackets with nothing between them."""
    at = column
    while at > 0 and line.text[at - 1] not in " \t,[{":
        at -= 1
    if at <= line.indent or line.text[:at].rstrip()[-1:] in {"", ",", "[", "{"}:
        return None
    before = len(line.text[:at].rstrip())
    slip = Slip(
        "YAML137",
        line.row,
        before,
        max(column, before + 1),
        {"found": line.text[at : line.end][:_SHOWN]},
        "comma",
    )
    return fix(slip, Edit(line.row, before, before, ","))

"""What may have broken a document, for what the parser says about it: the likeliest first.

A guess costs nothing: it counts only if the parser gets further with it.
"""

from collections.abc import Iterator

from tutor.manifest.slips import signs
from tutor.manifest.slips.fixes import Edit, Fix, Slip
from tutor.manifest.slips.indentation import left_behind, shifts
from tutor.manifest.slips.lines import Line, unclosed
from tutor.manifest.slips.parsing import NO_OBJECT, Broken

_NEAR = 12
"""Lines above the one where the parser noticed that are looked at one by one."""
_QUOTE_CONTEXTS = {"while scanning a quoted scalar", "while parsing a quoted scalar"}
_FLOW_CONTEXTS = {"while parsing a flow sequence", "while parsing a flow mapping"}
_SIGN_CONTEXTS = {
    "while scanning an alias",
    "while scanning an anchor",
    "while scanning a tag",
    "while parsing a tag",
    "while scanning a block scalar",
}


def candidates(broken: Broken, lines: list[Line]) -> Iterator[Fix]:
    """Fixes that may undo what is broken.

    Args:
        broken: What the parser says.
        lines: The lines around; those above the noticed place are complete up to the margin.
    """
    at = next((i for i, line in enumerate(lines) if line.row >= broken.row), len(lines) - 1)
    begin = next((i for i, line in enumerate(lines) if line.row >= broken.from_row), at)
    if at < 0:
        return
    line, origin = lines[at], lines[begin]
    broken = broken._replace(
        column=min(broken.column, len(line.text)),
        from_column=min(broken.from_column, len(origin.text)),
    )
    near = [other for other in lines[max(at - _NEAR, 0) : at] if not other.opaque][::-1]
    if broken.row == line.row:
        tab = signs.tab_at(line, broken.column)
        yield from signs.tabs(lines)
        if tab:
            yield tab
    yield from _by_sign(broken, line, origin)
    if broken.context in _QUOTE_CONTEXTS:
        if "escape" in broken.problem or "hex" in broken.problem:
            yield from _one(signs.escape(line, broken.column))
        yield from signs.open_quote(origin, certain="end of stream" in broken.problem)
    for other in reversed(lines[: at + 1]):
        if other.unclosed:
            yield from signs.open_quote(other, certain=True)
    if broken.context in _FLOW_CONTEXTS or "flow" in broken.context:
        yield from _one(signs.missing_comma(line, broken.column))
        yield from signs.open_bracket(lines, origin, broken.from_column)
        for other, column in reversed(unclosed(lines[: at + 1])):
            yield from signs.open_bracket(lines, other, column)
    yield from _one(signs.after_quote(line, broken.column))
    yield from _one(signs.stray_bracket(line, broken.column))
    yield from signs.second_colon(line, broken.column)
    yield from _tight(lines, at)
    if "':'" in broken.problem or broken.problem == NO_OBJECT:
        yield from _one(_block_text(lines, begin))
        yield from _one(signs.missing_colon(origin))
    for other in near[:1]:
        yield from _one(signs.missing_colon(other))
    for other in [line, *near]:
        yield from signs.open_quote(other)
    if "block sequence entries" in broken.problem:
        yield from _one(signs.item_beside_key(line, broken.column, lines[at + 1 :]))
    yield from _one(_block_text(lines, at))
    if line.row == broken.row:
        yield from _one(left_behind(lines, at))
    for other in dict.fromkeys((line, origin, *near[:1])) if broken.problem != NO_OBJECT else ():
        yield from _one(signs.stray_text(other))


def moves(broken: Broken, lines: list[Line]) -> Iterator[tuple[int, Fix]]:
    """Depths at which the line that broke the document may fit, tried when nothing else helps."""
    for row in dict.fromkeys((broken.row, broken.from_row)):
        at = next((i for i, line in enumerate(lines) if line.row == row and not line.opaque), -1)
        if at > 0:
            yield from shifts(lines, at)


def _one(found: Fix | None) -> Iterator[Fix]:
    if found is not None:
        yield found


def _by_sign(broken: Broken, line: Line, origin: Line) -> Iterator[Fix]:
    """A value that begins with a sign of YAML's."""
    if "cannot start any token" in broken.problem:
        yield from _one(signs.bullet(line))
        yield from signs.reserved(line, broken.column)
    elif broken.context in _SIGN_CONTEXTS or "tag" in broken.problem:
        yield from _one(signs.bullet(origin))
        yield from signs.reserved(origin, broken.from_column)
    elif "keys are not allowed" in broken.problem:
        yield from signs.reserved(line, broken.column)


def _tight(lines: list[Line], at: int) -> Iterator[Fix]:
    """Colons and hyphens without the space behind them: all in a row, or the nearest one."""
    rows = [number for number in range(max(at - _NEAR, 0), at + 1) if not lines[number].opaque]
    for make in (signs.tight_colon, signs.tight_hyphen, _tight_number):
        joined: list[Fix] = []
        for number in reversed(rows):
            if one := make(lines[number]):
                joined.append(one)
            elif joined or (lines[number].key and number != at):
                break
        if len(joined) > 1:
            slips = tuple(slip for one in joined for slip in one.slips)
            yield Fix(slips, tuple(edit for one in joined for edit in one.edits))
        yield from joined
    for number in rows[-2:]:
        yield from _one(signs.tight_hyphen_above(lines, number))
        yield from _one(_colon_behind(lines[number]))


def _tight_number(line: Line) -> Fix | None:
    """``-80``, which may as well be a number: it is asked about where there is an error."""
    return signs.tight_hyphen(line, signs.TIGHT_NUMBER)


def _colon_behind(line: Line) -> Fix | None:
    """``-name:web``: neither sign has its space."""
    found = signs.TIGHT_COLON.match(line.text, line.content + 1)
    hyphen = signs.tight_hyphen(line)
    if found is None or hyphen is None:
        return None
    at = found.end()
    slip = Slip(
        "YAML131",
        line.row,
        at - 1,
        at,
        {"found": line.text[: line.end].strip()[:60], "key": found[1][:40]},
    )
    return Fix((*hyphen.slips, slip), (*hyphen.edits, Edit(line.row, at, at, " ")))


def _block_text(lines: list[Line], at: int) -> Fix | None:
    """Text of a block scalar that is not deeper than its key, or less deep than its first line."""
    line = lines[at]
    above = [other for other in lines[:at] if not other.opaque or other.text.strip()]
    headers = [other for other in above if not other.opaque]
    if line.opaque or not headers or not headers[-1].block:
        return None
    header = headers[-1]
    inside = [other for other in above if other.row > header.row]
    parent = header.content if header.key else (header.dashes or [header.indent])[-1]
    depth = min((len(o.text) - len(o.text.lstrip(" ")) for o in inside), default=parent + 2)
    if depth <= line.indent:
        return None
    edits = []
    for other in lines[at:]:
        if other.row > line.row and other.indent <= parent and (other.key or other.dashes):
            break
        if other.text.strip():
            edits.append(Edit(other.row, 0, 0, " " * (depth - line.indent)))
    end = line.indent or max(line.end, 1)
    slip = Slip(
        "YAML133",
        line.row,
        0,
        end,
        {"found": line.indent, "needed": str(depth), "key": header.key[:40]},
        "block",
    )
    return Fix((slip,), tuple(edits), faithful=False)

"""Lines at a depth that fits nothing above them."""

from collections.abc import Iterator

from tutor.manifest.slips.fixes import Edit, Fix, Slip
from tutor.manifest.slips.lines import Line

_STEP = 2
"""How much deeper than its key a new level is, when there is no other to go by."""


def depths(above: list[Line], *, item: bool) -> list[int]:
    """Columns at which the next line may begin, for what stands above it; the deepest first.

    Args:
        above: The lines above that count.
        item: Whether it is an item of a list, which stands below others or below a bare key.
    """
    found: list[int] = []
    limit = 1 << 30
    for number, line in enumerate(reversed(above)):
        columns = line.dashes if item else [line.content] * bool(line.key)
        if number == 0 and line.key and line.value >= line.end:
            found.append(line.content + _STEP)
            columns = [line.content] if item else columns
        found += [column for column in reversed(columns) if column < limit]
        limit = min(limit, line.dashes[0] if line.dashes else line.content)
        if limit == 0:
            break
    return list(dict.fromkeys(found))


def shifts(lines: list[Line], at: int) -> Iterator[tuple[int, Fix]]:
    """Ways to put a line, and what belongs to it, at another depth; the nearest first.

    Args:
        lines: Lines in a row.
        at: Which of them.

    Yields:
        The new depth, and the fix.
    """
    line = lines[at]
    above = [other for other in lines[:at] if not other.opaque]
    if not above:
        return
    nearest = sorted(
        (d for d in depths(above, item=bool(line.dashes)) if d != line.indent),
        key=lambda depth: abs(depth - line.indent),
    )
    runs = [_run(lines, at, siblings=True), _run(lines, at, siblings=False)]
    for depth in nearest:
        for run in runs if len(runs[0]) != len(runs[1]) else runs[:1]:
            yield depth, _shifted(line, run, depth)


def left_behind(lines: list[Line], at: int) -> Fix | None:
    """The line above, if it has fallen out of the object that its key above and this line make.

    As in ``spec:``, then ``replicas: 1`` at the margin, then the rest of the spec below.
    """
    above = [other for other in lines[:at] if not other.opaque]
    if len(above) < 2 or not lines[at].key:
        return None
    parent, fallen = above[-2], above[-1]
    if parent.value < parent.end or not parent.key or not fallen.key or fallen.dashes:
        return None
    depth = lines[at].indent
    if not fallen.content <= parent.content < depth:
        return None
    found = _shifted(fallen, [fallen], depth)
    slip = found.slips[0]._replace(params={"found": fallen.indent, "needed": (str(depth),)})
    return Fix((slip,), found.edits)


def _run(lines: list[Line], at: int, *, siblings: bool) -> list[Line]:
    """The lines that move with one: what is below it, and its siblings if they are to."""
    indent = lines[at].indent
    run = [lines[at]]
    for line in lines[at + 1 :]:
        if not line.opaque and (line.indent < indent or (line.indent == indent and not siblings)):
            break
        run.append(line)
    return run


def _shifted(line: Line, run: list[Line], depth: int) -> Fix:
    change = depth - line.indent
    edits = []
    for other in run:
        if change > 0:
            if other.text.strip():
                edits.append(Edit(other.row, 0, 0, " " * change))
        else:
            blanks = len(other.text) - len(other.text.lstrip(" "))
            edits.append(Edit(other.row, 0, min(-change, blanks), ""))
    end = line.indent or max(line.end, 1)
    slip = Slip("YAML133", line.row, 0, end, {"found": line.indent})
    return Fix((slip,), tuple(edits))

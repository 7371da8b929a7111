"""Slips that YAML takes without a word and that change what is read."""

from tutor.manifest.composer import Suspect
from tutor.manifest.nodes import Scalar
from tutor.manifest.slips import signs
from tutor.manifest.slips.fields import FREE_TEXT, LISTS, OBJECT_LISTS, OBJECTS, PLAIN
from tutor.manifest.slips.fixes import Draft, Edit, Fix, Slip, fix
from tutor.manifest.slips.lines import Line
from tutor.manifest.slips.odd import odd_slips
from tutor.manifest.slips.wrappers import separator
from tutor.manifest.splitting import SEPARATOR, Chunk

_MOST = 200
"""Scalars of one document that are looked at."""
_ROWS = 20
"""Lines of one scalar that are looked at."""


def silent_slips(odd: list[Scalar], suspects: list[Suspect], chunk: Chunk) -> Draft | None:
    """The slips of a document that YAML reads, and the document without them.

    Args:
        odd: Its scalars with odd characters.
        suspects: Its scalars whose place makes them suspect.
        chunk: Its text.

    Returns:
        None if there are none.
    """
    draft = Draft(chunk.text, chunk.line)
    found: dict[tuple[int, int], Fix] = {}
    fixes: list[Fix] = []
    for scalar in odd:
        fixes += _within(scalar, draft.rows, chunk.line)
    for suspect in suspects[:_MOST]:
        fixes += _suspected(suspect, draft.rows, chunk.line)
    for one in fixes:
        found.setdefault((one.slips[0].row, one.slips[0].start), one)
    for place in sorted(found, reverse=True):
        draft.apply(found[place])
    return draft if found else None


def _within(node: Scalar, rows: list[str], first: int) -> list[Fix]:
    found: list[Fix] = []
    for number in range(node.line, min(node.end_line, node.line + _ROWS) + 1):
        row = number - first
        if row >= len(rows):
            break
        line = Line(row, rows[row].rstrip("\r"))
        start = node.column - 1 if number == node.line else 0
        end = node.end_column - 1 if number == node.end_line else len(line.text)
        found += [one for one in odd_slips(line) if start <= one.slips[0].start < end]
    return found


def _suspected(suspect: Suspect, rows: list[str], first: int) -> list[Fix]:
    node, path, key = suspect
    if any(step in FREE_TEXT for step in path):
        return []
    if key is node:
        line = _line(rows, node.line - first)
        hyphen = signs.tight_hyphen(line)
        return [hyphen] if hyphen and line.content == node.column - 1 else []
    if key is None:
        return _item(suspect, rows, first)
    if not node.text:
        return _flow_key(key, rows, first)
    found: list[Fix] = []
    begin = node.line + (node.line == key.line)
    for number in range(begin, min(node.end_line, begin + _ROWS) + 1):
        line = _line(rows, number - first)
        found += _continued(line, key.text, first=number == node.line, joined=bool(found))
    return found


def _item(suspect: Suspect, rows: list[str], first: int) -> list[Fix]:
    """``- name:web`` in a list of objects."""
    node, path, _ = suspect
    parents = [step for step in path if isinstance(step, str)]
    if not parents or parents[-1] not in OBJECT_LISTS or node.line != node.end_line:
        return []
    line = _line(rows, node.line - first)
    found = signs.tight_colon(line) if line.content == node.column - 1 else None
    return [found] if found else []


def _flow_key(key: Scalar, rows: list[str], first: int) -> list[Fix]:
    """``{app:web}``, which is one key without a value."""
    found = signs.TIGHT_COLON.match(key.text)
    row, at = key.line - first, key.column - 1
    if found is None or key.line != key.end_line or not key.plain:
        return []
    if rows[row][:at].rstrip()[-1:] not in {"{", ","}:
        return []
    at += found.end()
    params = {"found": key.text[:60], "key": found[1][:40]}
    return [fix(Slip("YAML131", row, at - 1, at, params), Edit(row, at, at, " "))]


def _continued(line: Line, key: str, *, first: bool, joined: bool) -> list[Fix]:
    """A line that YAML reads as more text of the value above it."""
    if line.text.strip() == SEPARATOR:
        mark = separator(line)
        return [mark] if mark else []
    if line.dashes and not first:
        at = line.dashes[0]
        slip = Slip(
            "YAML134", line.row, at, at + 1, {"found": line.text.strip()[:60], "key": key[:40]}
        )
        return [Fix((slip,), (), faithful=False)]
    colon = signs.tight_colon(line)
    if colon and (key in OBJECTS or joined):
        return [colon]
    if colon and first and key != "image" and colon.slips[0].params["key"] in PLAIN:
        return [colon]
    hyphen = signs.tight_hyphen(line)
    if hyphen and key in LISTS:
        return [hyphen]
    word = signs.missing_colon(line) if key in OBJECTS and first else None
    return [word] if word and word.faithful else []


def _line(rows: list[str], row: int) -> Line:
    return Line(row, rows[row].rstrip("\r") if row < len(rows) else "")

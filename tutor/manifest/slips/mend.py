"""Find out what broke a document, and read it as it was meant where that is plain."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from yaml import MarkedYAMLError

from tutor.manifest.limits import MAX_FINDINGS_PER_CODE, MAX_REPAIR_CHARACTERS
from tutor.manifest.places import Edits
from tutor.manifest.problems import Problem
from tutor.manifest.slips import characters as chars
from tutor.manifest.slips.candidates import candidates, moves
from tutor.manifest.slips.explain import explain
from tutor.manifest.slips.fixes import Draft, Edit, Fix, Slip
from tutor.manifest.slips.lines import Line, scan
from tutor.manifest.slips.odd import odd_slips
from tutor.manifest.slips.parsing import Broken, broken, check
from tutor.manifest.slips.templates import template
from tutor.manifest.slips.wrappers import separator, wrapper
from tutor.manifest.splitting import Chunk

_FORBIDDEN = re.compile("[^\t\n\r -~\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What YAML allows nowhere: control characters, and halves of characters."""
_LONE_RETURN = re.compile(r"\r(?!\n)")
_SPACES = dict.fromkeys(map(ord, chars.BREAKS), " ")
_ROUNDS = 40
"""Mistakes found one after the other in one document."""
_DOCUMENTS = 100
"""Broken documents of one file that are looked into."""
_BEFORE, _AFTER = 1_000, 200
"""Lines looked at before and after the place where the parser noticed."""
_START = Broken("", "", 0, 0, 0, 0)
_PASSES = 4
"""Odd characters behind odd characters: a hyphen, a key, a value, a comment."""


class Mended(NamedTuple):
    """What was found.

    Attributes:
        text: The text without what was found; None if it is not YAML even so.
        edits: What was changed to get there.
        faithful: Whether it is plain that this was meant.
    """

    problems: list[Problem]
    text: str | None
    edits: Edits
    faithful: bool = False


class Mender:
    """Mends the documents of one file, in a time that the limits bound."""

    def __init__(self) -> None:
        self._left = MAX_REPAIR_CHARACTERS
        self._documents = 0
        self._template = False

    def mend(self, chunk: Chunk, error: Exception | None) -> Mended:
        """What broke a document.

        Args:
            chunk: The document.
            error: What the parser raised; None if the document is a bare text, or a template in
                the guise of YAML.
        """
        self._documents += 1
        draft = _printable(chunk)
        if isinstance(error, MarkedYAMLError) and draft.text == chunk.text:
            bad: Broken | None = broken(error)
        else:
            bad = self._check(draft.text)
        if self._documents > _DOCUMENTS or (bad and self._left < len(chunk.text)):
            self._give_up(draft, bad)
            return Mended(draft.problems, None, draft.edits)
        if bad is None and error is None and (action := template(_window(draft, _START))):
            return self._templated(draft, action)
        looked: set[int] = set()
        for _ in range(_ROUNDS):
            if bad is None:
                return Mended(draft.problems, draft.text, draft.edits, draft.faithful)
            lines = _window(draft, bad)
            if action := template(lines):
                return self._templated(draft, action)
            fresh = [line for line in lines if line.row not in looked]
            looked.update(line.row for line in fresh)
            if (fresh and self._foreign(draft, bad, fresh)) or self._one(draft, bad, lines):
                bad = self._check(draft.text)
                continue
            break
        self._give_up(draft, bad)
        return Mended(draft.problems, None, draft.edits)

    def _check(self, text: str) -> Broken | None:
        self._left -= len(text)
        return check(text)

    def _templated(self, draft: Draft, action: Slip) -> Mended:
        """A template is named once in a file; what else there is to say of it is noise."""
        draft.problems.clear()
        if not self._template:
            draft.report((action,))
        self._template = True
        return Mended(draft.problems, None, draft.edits)

    def _foreign(self, draft: Draft, bad: Broken, lines: list[Line]) -> bool:
        """Mend what is no YAML at first sight: lines copied along, and odd characters."""
        here: set[str] = set()
        found = [one for line in lines if not line.opaque and (one := wrapper(line, here))]
        found += [one for line in lines if not line.opaque and (one := separator(line))]
        if found:
            draft.apply(_together(found))
        first, last = lines[0].row, lines[-1].row + 1
        attempts: list[tuple[tuple[int, int], Draft]] = []
        for wide in (2, 1):
            attempt = draft.copy()
            if not _mend_odd(attempt, first, last, wide):
                break
            left = self._check(attempt.text)
            attempts.append((left.reached(len(draft.rows)) if left else (1 << 30, 0), attempt))
            if left is None:
                break
        if attempts:
            best = max(attempts, key=lambda one: one[0])
            if best[0] >= bad.reached(len(draft.rows)):
                draft.take(best[1])
                return True
        return bool(found)

    def _one(self, draft: Draft, bad: Broken, lines: list[Line]) -> bool:
        """Mend the one thing that makes the parser get further."""
        for guess in candidates(bad, lines):
            if self._left < len(draft.text):
                return False
            if self._helps(draft, bad, guess):
                draft.apply(guess)
                return True
        return self._move(draft, bad, lines)

    def _move(self, draft: Draft, bad: Broken, lines: list[Line]) -> bool:
        """Put the line that does not fit at the nearest depth at which it does."""
        fits: dict[int, Fix] = {}
        away = row = 0
        for depth, guess in moves(bad, lines):
            found = guess.slips[0].params["found"]
            distance = abs(depth - found) if isinstance(found, int) else 0
            if self._left < len(draft.text) or (fits and (distance > away or guess.row != row)):
                break
            if depth not in fits and self._helps(draft, bad, guess):
                fits[depth] = guess
                away, row = distance, guess.row
        if not fits:
            return False
        slips, edits, *_ = next(iter(fits.values()))
        needed = tuple(str(depth) for depth in sorted(fits))
        slip = slips[0]._replace(params={**slips[0].params, "needed": needed})
        draft.apply(Fix((slip,), edits, faithful=len(fits) == 1 and away == 1))
        return True

    def _helps(self, draft: Draft, bad: Broken, guess: Fix) -> bool:
        left = self._check(draft.tried(guess))
        if left is None:
            return True
        rows = len(draft.rows)
        row, column = left.reached(rows)
        if guess.beyond:
            return row > guess.row
        old_row, old_column = bad.reached(rows)
        return row > old_row or (row == old_row and column > old_column + 1)

    def _give_up(self, draft: Draft, bad: Broken | None) -> None:
        if bad is None:
            return
        text = draft.rows[bad.row] if bad.row < len(draft.rows) else ""
        begin = draft.rows[bad.from_row] if bad.from_row < len(draft.rows) else ""
        slip = explain(bad, text.rstrip("\r"), Line(bad.from_row, begin.rstrip("\r")[:_AFTER]))
        if draft.problems and slip.code in {"YAML101", "YAML105"}:
            return
        draft.report((slip,))


def _printable(chunk: Chunk) -> Draft:
    """The document without the characters that YAML refuses wherever they stand.

    Line breaks become those that editors know: rows are counted as the parser counts lines.
    """
    text = _LONE_RETURN.sub("\n", chunk.text)
    slips: list[Slip] = []
    row = counted = 0
    for match in _FORBIDDEN.finditer(text):
        at = match.start()
        row += text.count("\n", counted, at)
        counted = at
        if not slips or slips[-1].row != row:
            column = at - text.rfind("\n", 0, at) - 1
            params = {"found": chars.name(match[0])}
            slips.append(Slip("YAML103", row, column, column + 1, params))
        if len(slips) == MAX_FINDINGS_PER_CODE:
            break
    draft = Draft(_FORBIDDEN.sub("\ufffd", text) if slips else text, chunk.line)
    draft.report(tuple(slips))
    if any(mark in text for mark in chars.BREAKS):
        _unbroken(draft)
    return draft


def _unbroken(draft: Draft) -> None:
    """Put spaces for line breaks that only YAML knows. In quotes alone they do no harm."""
    last = min(len(draft.rows), _BEFORE + _AFTER)
    draft.report(
        tuple(
            Slip("YAML127", line.row, at, at + 1, {"found": chars.name(line.text[at])})
            for line in scan(draft.rows, 0, last)
            for at in range(len(line.text))
            if line.text[at] in chars.BREAKS
            and not any(start <= at < end for start, end in line.masked)
        )[:MAX_FINDINGS_PER_CODE]
    )
    draft.rows = [row.translate(_SPACES) for row in draft.rows]


def _window(draft: Draft, bad: Broken) -> list[Line]:
    """The lines around a place, from a line at the margin on."""
    first = max(min(bad.row, bad.from_row) - _BEFORE, 0)
    for _ in range(_BEFORE):
        if first == 0 or draft.rows[first][:1].strip(" \t#"):
            break
        first -= 1
    last = min(max(bad.row, bad.from_row) + _AFTER, len(draft.rows))
    return scan(draft.rows, first, last)


def _mend_odd(draft: Draft, first: int, last: int, wide: int) -> bool:
    """Mend all odd characters of some rows; False if there are none."""
    done = False
    for _ in range(_PASSES):
        found = [one for line in scan(draft.rows, first, last) for one in odd_slips(line, wide)]
        if not found:
            break
        draft.apply(_together(found))
        done = True
    return done


def _together(found: list[Fix]) -> Fix:
    return Fix(tuple(_slips(found)), tuple(_edits(found)))


def _slips(found: list[Fix]) -> Iterator[Slip]:
    for one in found:
        yield from one.slips


def _edits(found: list[Fix]) -> Iterator[Edit]:
    for one in found:
        yield from one.edits

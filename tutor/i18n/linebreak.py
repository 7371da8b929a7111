"""Where a line of mixed Japanese and English may end.

Terminals and their toolkits break Japanese at any cell: a line then begins with 。 or ends with
「, and ``StatefulSet`` is cut in two. Here a line is made of atoms: an English word with the space
after it, or a Japanese phrase as BudouX finds it. The rules of JIS X 4051 (kinsoku) hold on top.
"""

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING
from unicodedata import category, east_asian_width

if TYPE_CHECKING:
    import budoux

# Never first on a line: closing marks, small kana, the long vowel mark, iteration marks.
_NOT_FIRST = frozenset(
    "。、，．・：；？！」』）］｝〕〉》】’”ー々ゝゞヽヾ゛゜…‥％℃"
    "ぁぃぅぇぉっゃゅょゎゕゖァィゥェォッャュョヮヵヶ"
    ")]},.:;!?%'\""
)
# Never last on a line: opening marks.
_NOT_LAST = frozenset("「『（［｛〔〈《【‘“([{")
_WORD = re.compile(r"\s*\S+\s*")
_KANJI = re.compile("[\u4e00-\u9fff々]")
_WIDE = re.compile(
    "[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\uff00-\uffe6]"
)


@lru_cache(maxsize=8192)
def char_width(character: str) -> int:
    """Cells of one character: 0, 1 or 2. Ambiguous width counts as 1, as terminals draw it."""
    if character.isascii():
        return 1 if character.isprintable() else 0
    if east_asian_width(character) in "WF":
        return 2
    return 0 if category(character) in ("Mn", "Me", "Cf", "Cc") else 1


def cell_width(text: str) -> int:
    """Cells a text takes on one line."""
    if text.isascii():
        return len(text) if text.isprintable() else sum(map(char_width, text))
    return sum(map(char_width, text))


def divide_line(text: str, width: int, fold: bool = True) -> list[int]:
    """Offsets at which to cut one line so that each part fits.

    The signature and the meaning of the result are those of ``rich._wrap.divide_line``.

    Args:
        text: One line, without line breaks.
        width: Cells available.
        fold: Cut a piece wider than ``width`` as well, or let it stick out.

    Returns:
        Offsets in characters, ascending, without 0 and without ``len(text)``.
    """
    cuts: list[int] = []
    used = 0
    for start, atom in _atoms(text):
        bare = cell_width(atom.rstrip())
        whole = cell_width(atom)
        if used + bare <= width:
            used += whole
            continue
        if used and start:
            cuts.append(start)
            used = 0
        if bare <= width or not fold:
            used = whole
            continue
        for offset, piece in _pieces(atom, width):
            if offset:
                cuts.append(start + offset)
            used = cell_width(piece)
    return cuts


def wrap(text: str, width: int) -> list[str]:
    """A paragraph as lines of at most ``width`` cells; at least one line, maybe empty."""
    cuts = [0, *divide_line(text, max(width, 2)), len(text)]
    return [text[a:b].rstrip() for a, b in pairwise(cuts)]


def pad(text: str, width: int) -> str:
    """A text with spaces after it, up to ``width`` cells."""
    return text + " " * max(0, width - cell_width(text))


def truncate(text: str, width: int, ellipsis: str = "…") -> str:
    """A text cut to ``width`` cells, its cut marked."""
    if cell_width(text) <= width:
        return text
    room = width - cell_width(ellipsis)
    out: list[str] = []
    for character in text:
        room -= char_width(character)
        if room < 0:
            break
        out.append(character)
    return "".join(out) + ellipsis


def _atoms(text: str) -> Iterator[tuple[int, str]]:
    """The pieces between which a line may be cut, with their offsets."""
    for match in _WORD.finditer(text):
        word = match[0]
        if _WIDE.search(word) is None:
            yield match.start(), word
            continue
        start = match.start()
        for phrase in _phrases(word):
            yield start, phrase
            start += len(phrase)


@lru_cache(maxsize=4096)
def _phrases(word: str) -> tuple[str, ...]:
    """Japanese without inner spaces, in phrases that may begin and end a line."""
    out: list[str] = []
    for phrase in _parser().parse(word):
        if out and not _phrase_ends(out[-1], phrase):
            out[-1] += phrase
        else:
            out.append(phrase)
    return tuple(out)


def _phrase_ends(before: str, after: str) -> bool:
    if _KANJI.match(before[-1:]) and _KANJI.match(after[:1]):  # 名前空間 is one word
        return False
    return _may_cut(before, after)


def _may_cut(before: str, after: str) -> bool:
    last, first = before[-1:], after[:1]
    if first in _NOT_FIRST or last in _NOT_LAST or first.isspace():
        return False
    return not (_narrow(last) and _narrow(first))


def _narrow(character: str) -> bool:
    return char_width(character) == 1 and not character.isspace()


def _pieces(atom: str, width: int) -> Iterator[tuple[int, str]]:
    """An atom wider than the line, cut between characters where kinsoku lets it be."""
    start = 0
    while start < len(atom):
        end, used = start, 0
        while end < len(atom) and used + char_width(atom[end]) <= width:
            used += char_width(atom[end])
            end += 1
        end = max(end, start + 1)
        if end < len(atom) and atom[end:].strip():
            best = end
            while best > start + 1 and not _may_cut(atom[start:best], atom[best:]):
                best -= 1
            if best > start + 1 or _may_cut(atom[start:best], atom[best:]):
                end = best
        else:
            end = len(atom)
        yield start, atom[start:end]
        start = end


@cache
def _parser() -> "budoux.Parser":
    import budoux

    return budoux.load_default_japanese_parser()

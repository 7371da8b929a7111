"""Markdown blocks as lines of a given width. Knows nothing of any toolkit."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from tutor.i18n.linebreak import cell_width, divide_line
from tutor.ui.markdown import Block, Fence, Heading, Item, Kind, Paragraph, Quote, Run

NARROWEST = 12
"""Text is never set narrower than this; what is narrower scrolls."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line.

    Attributes:
        runs: What stands on it, the indentation included.
        heading: Level of the heading it belongs to, or 0.
        fence: Language of the fenced block it belongs to, None outside of one.
    """

    runs: tuple[Run, ...] = ()
    heading: int = 0
    fence: str | None = None

    @property
    def text(self) -> str:
        """The words alone."""
        return "".join(run.text for run in self.runs)

    @property
    def width(self) -> int:
        """Cells it takes."""
        return cell_width(self.text)


def lines(blocks: Iterable[Block], width: int, *, ticks: bool = False) -> list[Line]:
    """Lay blocks out, an empty line between two of them; items of one list stand close.

    Fenced lines keep their length: a drawing that is cut says nothing.

    Args:
        blocks: What to lay out.
        width: Cells a line may take.
        ticks: Keep the ticks around code, where colours cannot show it.
    """
    return list(_laid(blocks, max(width, NARROWEST), ticks))


def flow(runs: tuple[Run, ...], width: int, *, ticks: bool = False) -> list[tuple[Run, ...]]:
    """One paragraph as lines of runs."""
    if ticks:
        runs = tuple(Run(f"`{r.text}`") if r.kind is Kind.CODE else r for r in runs)
    text = "".join(run.text for run in runs)
    cuts = [0, *divide_line(text, max(width, NARROWEST)), len(text)]
    return [_stripped(tuple(_slice(runs, start, end))) for start, end in pairwise(cuts)]


def _laid(blocks: Iterable[Block], width: int, ticks: bool) -> Iterator[Line]:
    before: Block | None = None
    for block in blocks:
        if before is not None and not _close(before, block):
            yield Line()
        before = block
        match block:
            case Paragraph(runs):
                yield from (Line(line) for line in flow(runs, width, ticks=ticks))
            case Heading(level, runs):
                yield from (Line(line, heading=level) for line in flow(runs, width, ticks=ticks))
            case Fence(language, code):
                yield from (Line((Run(f"  {c}".rstrip()),), fence=language) for c in code)
            case Item(marker, inner):
                indent = cell_width(marker) + 1
                laid = _laid(inner, max(width - indent, NARROWEST), ticks)
                for number, line in enumerate(laid):
                    yield _indented(line, " " * indent if number else f"{marker} ")
            case Quote(inner):
                for line in _laid(inner, max(width - 2, NARROWEST), ticks):
                    yield _indented(line, "│ ")


def _close(before: Block, block: Block) -> bool:
    """Items of a list whose words are one paragraph each need no room between them."""
    if not (isinstance(before, Item) and isinstance(block, Item)):
        return False
    return len(before.blocks) < 2 or all(isinstance(b, Paragraph | Item) for b in before.blocks)


def _indented(line: Line, lead: str) -> Line:
    return replace(line, runs=(Run(lead), *line.runs)) if line.runs or lead.strip() else line


def _slice(runs: tuple[Run, ...], start: int, end: int) -> Iterator[Run]:
    position = 0
    for run in runs:
        first, last = max(start - position, 0), min(end - position, len(run.text))
        if first < last:
            yield Run(run.text[first:last], run.kind)
        position += len(run.text)


def _stripped(runs: tuple[Run, ...]) -> tuple[Run, ...]:
    if not runs:
        return runs
    last = runs[-1]
    bare = last.text.rstrip()
    if bare == last.text:
        return runs
    return (*runs[:-1], Run(bare, last.kind)) if bare else _stripped(runs[:-1])

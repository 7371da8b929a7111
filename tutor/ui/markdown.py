"""The Markdown of lessons and pages, parsed: blocks of runs of text.

Not CommonMark: its rule for ``**`` does not see the end of ``**「名前」**です`` (a mark before, a
letter after), and a line break inside a paragraph is always a space, which Japanese has not. What
lessons use is all there is: headings, paragraphs, lists, quotes, fenced blocks; code, strong and
emphasised words, links.
"""

import enum
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from tutor.i18n.linebreak import char_width
from tutor.i18n.text import printable


class Kind(enum.Enum):
    """How a run of text is set."""

    TEXT = "text"
    CODE = "code"
    STRONG = "strong"
    EMPHASIS = "emphasis"


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text set in one way."""

    text: str
    kind: Kind = Kind.TEXT


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; ``level`` 1 is the largest."""

    level: int
    runs: tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph, its line breaks already joined as its language does."""

    runs: tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """An item of a list. ``marker`` is what stands before it: a bullet or ``1.``."""

    marker: str
    blocks: "tuple[Block, ...]"


@dataclass(frozen=True, slots=True)
class Quote:
    """Quoted blocks."""

    blocks: "tuple[Block, ...]"


@dataclass(frozen=True, slots=True)
class Fence:
    """Lines kept as they are: YAML, a terminal's output, a drawing."""

    language: str
    lines: tuple[str, ...]


Block = Heading | Paragraph | Item | Quote | Fence

_HEADING = re.compile(r"(#{1,6})\s+(.*?)\s*#*\s*\Z")
_FENCE = re.compile(r"\s*(`{3,}|~{3,})\s*([\w-]*)")
_ITEM = re.compile(r"(\s*)([-*+]|\d{1,3}[.)])\s+(?=\S)")
_INLINE = re.compile(
    r"\\(?P<escaped>[!-/:-@\[-`{-~])"
    r"|(?P<tick>`+)(?P<code>.+?)(?<!`)(?P=tick)(?!`)"
    r"|\*\*(?P<strong>\S(?:.*?\S)?)\*\*(?!\*)"
    r"|(?<![*\w])\*(?P<emphasis>[^\s*](?:[^*]*[^\s*])?)\*(?![*\w])"
    r"|\[(?P<label>[^\[\]]+)\]\((?P<target>[^()\s]+)\)"
    r"|<(?P<url>https?://[^\s<>]+)>"
)
BULLET = "•"


@lru_cache(maxsize=256)
def parse(text: str, language: str) -> tuple[Block, ...]:
    """Parse Markdown.

    Args:
        text: The Markdown. Control characters come out as words.
        language: ``ja`` joins the lines of a paragraph without a space between them.
    """
    return tuple(_blocks(printable(text.expandtabs(4)).split("\n"), language))


def inline(text: str, language: str) -> tuple[Run, ...]:
    """Parse one paragraph's text, without blocks."""
    return tuple(_merged(_runs(_joined(printable(text).split("\n"), language))))


def plain(runs: tuple[Run, ...]) -> str:
    """The words alone."""
    return "".join(run.text for run in runs)


def _blocks(lines: list[str], language: str) -> Iterator[Block]:
    index = 0
    while index < len(lines):
        line = lines[index]
        fence = _FENCE.match(line)
        if not line.strip():
            index += 1
        elif fence:
            end = _fence_end(lines, index, fence[1])
            indent = len(line) - len(line.lstrip())
            body = (_without_indent(inner, indent) for inner in lines[index + 1 : end])
            yield Fence(fence[2], tuple(body))
            index = end + 1
        elif heading := _HEADING.match(line):
            yield Heading(len(heading[1]), inline(heading[2], language))
            index += 1
        elif line.lstrip().startswith(">"):
            end = index
            while end < len(lines) and lines[end].lstrip().startswith(">"):
                end += 1
            inner = [re.sub(r"\A\s*> ?", "", quoted) for quoted in lines[index:end]]
            yield Quote(tuple(_blocks(inner, language)))
            index = end
        elif item := _ITEM.match(line):
            end = _item_end(lines, index, item)
            inner = [line[item.end() :]]
            inner += [_without_indent(rest, item.end()) for rest in lines[index + 1 : end]]
            marker = BULLET if item[2] in "-*+" else item[2]
            yield Item(marker, tuple(_blocks(inner, language)))
            index = end
        else:
            end = index + 1
            while end < len(lines) and lines[end].strip() and not _begins_a_block(lines[end]):
                end += 1
            yield Paragraph(inline("\n".join(lines[index:end]), language))
            index = end


def _begins_a_block(line: str) -> bool:
    return bool(
        _FENCE.match(line)
        or _HEADING.match(line)
        or _ITEM.match(line)
        or line.lstrip().startswith("> ")
    )


def _fence_end(lines: list[str], start: int, mark: str) -> int:
    for index in range(start + 1, len(lines)):
        closing = lines[index].strip()
        if closing.startswith(mark) and not closing.strip(mark[0]):
            return index
    return len(lines)


def _item_end(lines: list[str], start: int, item: re.Match[str]) -> int:
    """Where an item ends: at the next line that is not indented below its marker."""
    indent = len(item[1])
    index = start + 1
    while index < len(lines):
        line = lines[index]
        if line.strip():
            depth = len(line) - len(line.lstrip())
            after_blank = not lines[index - 1].strip()
            if depth <= indent and (after_blank or _begins_a_block(line)):
                break
        index += 1
    while index > start + 1 and not lines[index - 1].strip():
        index -= 1
    return index


def _without_indent(line: str, indent: int) -> str:
    depth = len(line) - len(line.lstrip())
    return line[min(depth, indent) :]


def _joined(lines: list[str], language: str) -> str:
    out = lines[0].strip()
    for line in lines[1:]:
        words = line.strip()
        out += _between(out, words, language) + words
    return out


def _between(before: str, after: str, language: str) -> str:
    if language != "ja" or not before or not after:
        return " "
    return " " if char_width(before[-1]) == char_width(after[0]) == 1 else ""


def _runs(text: str) -> Iterator[Run]:
    position = 0
    for match in _INLINE.finditer(text):
        if match.start() > position:
            yield Run(text[position : match.start()])
        position = match.end()
        if match["escaped"]:
            yield Run(match["escaped"])
        elif match["code"]:
            yield Run(_code(match["code"]), Kind.CODE)
        elif match["strong"]:
            yield from _within(match["strong"], Kind.STRONG)
        elif match["emphasis"]:
            yield from _within(match["emphasis"], Kind.EMPHASIS)
        elif match["label"]:
            yield Run(f"{match['label']} ({match['target']})")
        else:
            yield Run(match["url"])
    if position < len(text):
        yield Run(text[position:])


def _within(text: str, kind: Kind) -> Iterator[Run]:
    for run in _runs(text):
        yield Run(run.text, kind) if run.kind is Kind.TEXT else run


def _code(text: str) -> str:
    """CommonMark: one space inside the ticks is not part of the code, if on both sides."""
    both = len(text) > 2 and text[0] == text[-1] == " " and text.strip()
    return text[1:-1] if both else text


def _merged(runs: Iterator[Run]) -> Iterator[Run]:
    held: Run | None = None
    for run in runs:
        if held is not None and held.kind is run.kind is Kind.TEXT:
            held = Run(held.text + run.text)
            continue
        if held is not None:
            yield held
        held = run
    if held is not None:
        yield held

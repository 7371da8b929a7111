"""A document's lines, told apart without a parser: it has to work where the parser has given up.

What counts is which characters are YAML's own to judge. Those of comments, of quoted text and of
block scalars are the writer's, and no slip.
"""

import re

from tutor.manifest.limits import MAX_SLIP_LINE
from tutor.manifest.slips.characters import COLONS, HIDDEN, SPACES, WIDE_SPACE
from tutor.manifest.slips.fields import FREE_TEXT

BLANK = f" \t{WIDE_SPACE}{SPACES}{HIDDEN}"
"""What looks like space or like nothing, as a range for a regular expression."""

_INDENT = re.compile(f"[{BLANK}]*")
_DASH = re.compile(f"-(?:[{BLANK}]+|$)")
_KEY = re.compile(
    rf"""(?:[^\s\[\]{{}},"'\#&*!|>@`:{COLONS}-][^\s:{COLONS}\[\]{{}},"'\#]*|"[^"]*"|'[^']*')"""
    rf"""[{BLANK}]*(?:[{COLONS}]|:(?=[{BLANK}]|$))"""
)
_BLOCK = re.compile(r"(?:[!&]\S*[ \t]+)*[|>][-+0-9]*[ \t]*\Z")
_PROPERTIES = re.compile(r"(?:[!&]\S*[ \t]+)+")
_QUOTE_OR_COMMENT = re.compile(r"""["'#]""")
_ENDS = {'"': re.compile(r'(?:[^"\\]|\\.)*"'), "'": re.compile(r"(?:[^']|'')*'")}
_BRACKET = re.compile(r"[\[\]{}]")
_LOOKS_LIKE_CODE = re.compile(
    rf"[{BLANK}]*(?:- |[A-Za-z][\w./-]*[{BLANK}]*[:{COLONS}](?:[{BLANK}]|$))"
)


class Line:
    """One line.

    Attributes:
        row: Its place in the document, from 0.
        indent: How many characters it is indented by.
        dashes: Where it has the hyphens of list items, from the left.
        content: Where what stands behind them begins.
        value: Where the value of its key begins; ``content`` where it has none.
        key: Its key as written, empty if it has none.
        end: Where its code ends: at its comment, or with the line, blanks not counted.
        masked: Stretches within quotes.
        opened: Where a quote begins that does not end in this line, or -1.
        opaque: Whether it is blank, or a comment, or text within quotes or a block scalar.
        block: Whether it announces a block scalar.
        free: Whether it is about free text.
        unclosed: Whether ``opened`` never ends, as far as the lines below tell.
    """

    __slots__ = (
        "block",
        "content",
        "dashes",
        "end",
        "free",
        "indent",
        "key",
        "masked",
        "opaque",
        "opened",
        "row",
        "text",
        "unclosed",
        "value",
    )

    def __init__(self, row: int, text: str, start: int = 0) -> None:
        self.row = row
        self.text = text
        self.masked: list[tuple[int, int]] = [(0, start)] if start else []
        self.opened = -1
        self.free = False
        self.unclosed = False
        self.indent = _end(_INDENT, text, start)
        self.dashes: list[int] = []
        at = self.indent
        while not start and (dash := _DASH.match(text, at)):
            self.dashes.append(at)
            at = dash.end()
        self.content = self.value = at
        self.key = ""
        if not start and (key := _KEY.match(text, at)):
            self.key = key[0].rstrip(f":{COLONS}").strip().strip("\"'")
            self.value = _end(_INDENT, text, key.end())
        self.value = _end(_PROPERTIES, text, self.value)
        self.end = self._scan(max(start, self.indent))
        self.opaque = self.end <= self.indent
        self.block = _BLOCK.match(text[self.value : self.end]) is not None

    def _scan(self, at: int) -> int:
        """Find quotes and the comment; return where the code ends."""
        text, end = self.text, len(self.text)
        while found := _QUOTE_OR_COMMENT.search(text, at):
            at = found.start()
            before = text[:at].rstrip(" \t")
            if found[0] == "#":
                if not before or text[at - 1] in " \t":
                    end = at
                    break
            elif at in {self.value, self.content} or before[-1:] in {"", "[", "{", ",", ":"}:
                closed = _ENDS[found[0]].match(text, at + 1)
                if closed is None:
                    self.opened = at
                    break
                self.masked.append((at, closed.end()))
                at = closed.end()
                continue
            at += 1
        return len(text[:end].rstrip(" \t\r"))

    def judged(self, at: int) -> bool:
        """Whether a character is YAML's to judge."""
        if self.opaque or at >= self.end or (0 <= self.opened <= at):
            return False
        return not any(start <= at < end for start, end in self.masked)


def scan(rows: list[str], first: int, last: int) -> list[Line]:
    """The lines of a document from one row up to another, the second one not included.

    The first is best a line at the left margin: what came before it is not known.
    """
    found: list[Line] = []
    parents: list[tuple[int, str]] = []
    block = deep = -1
    quote = ""
    opener: Line | None = None
    for row in range(first, last):
        text = rows[row].rstrip("\r")
        if len(text) > MAX_SLIP_LINE:
            line = Line(row, "")
        elif quote and not _LOOKS_LIKE_CODE.match(text):
            closed = _ENDS[quote].match(text)
            line = Line(row, text, closed.end()) if closed else Line(row, "")
            quote = "" if closed else quote
            line.opaque = True
        else:
            if quote and opener:
                opener.unclosed = True
            quote = ""
            line = Line(row, text)
            indent = len(text) - len(text.lstrip(" "))
            if block >= 0 and (not text.strip() or indent >= max(block + 1, deep)):
                line.opaque = True
                line.opened = -1
                line.block = False
                deep = indent if deep < 0 and text.strip() else deep
            else:
                block = deep = -1
        if not line.opaque:
            start = line.dashes[0] if line.dashes else line.content
            while parents and parents[-1][0] >= start:
                parents.pop()
            line.free = line.key in FREE_TEXT or any(name in FREE_TEXT for _, name in parents)
            if line.key:
                parents.append((line.content, line.key))
            if line.block:
                block = line.content if line.key else (line.dashes or [line.indent])[-1]
            if line.opened >= 0:
                quote, opener = text[line.opened], line
        found.append(line)
    if quote and opener:
        opener.unclosed = True
    return found


def unclosed(lines: list[Line]) -> list[tuple[Line, int]]:
    """Brackets that begin a value and that nothing closes, the outermost first."""
    stack: list[tuple[Line, int]] = []
    for line in lines:
        if line.opaque:
            continue
        start = line.content if stack else line.value
        if not stack and line.text[start : start + 1] not in {"[", "{"}:
            continue
        for match in _BRACKET.finditer(line.text, start, line.end):
            at = match.start()
            if not line.judged(at):
                continue
            if match[0] in "[{":
                stack.append((line, at))
            elif stack:
                stack.pop()
    return stack


def _end(pattern: re.Pattern[str], text: str, at: int) -> int:
    match = pattern.match(text, at)
    return match.end() if match else at

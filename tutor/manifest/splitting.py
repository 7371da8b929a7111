"""Where one document of a file ends and the next begins, decided line by line as kubectl does.

kubectl cuts the text at ``---`` lines before any YAML is parsed (``YAMLReader`` in apimachinery),
so a mistake in one document leaves the others readable.
"""

import re
from typing import NamedTuple

from tutor.manifest.encodings import BOM
from tutor.manifest.limits import MAX_DOCUMENTS, LimitError
from tutor.manifest.places import place
from tutor.manifest.problems import Problem

SEPARATOR = "---"
_CONTENT = re.compile(r"[{\[!&|>%\"']|[^\s:]+:(?:\s|$)")
"""Behind ``---``, the beginning of a document; anything else is a remark without its ``#``."""
_BREAKS = "\r\n\x85\u2028\u2029"
_UP_TO_BREAK = re.compile(f"[^{_BREAKS}]+")
_DIRECTIVES = re.compile(
    rf"\ufeff?(?:[ \t]*(?:\#[^{_BREAKS}]*)?[{_BREAKS}])*%[^{_BREAKS}]*"
    rf"(?:[{_BREAKS}]+(?:%|[ \t]*\#)[^{_BREAKS}]*|[{_BREAKS}][ \t]+(?=[{_BREAKS}]|\Z))*"
)
_DIRECTIVE = re.compile(f"(?:(?<=[\ufeff{_BREAKS}])|\\A)%")
_SHOWN = 40
"""Characters of a line that a message repeats."""


class Chunk(NamedTuple):
    """The text of one document.

    Attributes:
        line: The line it begins at, from 1.
        problems: What is wrong with the separators before it.
        skipped: Characters of its first line that are not in ``text``.
        ended: Whether its last line got the end that the file does not have.
    """

    text: str
    line: int
    problems: tuple[Problem, ...] = ()
    skipped: int = 0
    ended: bool = False


def split(text: str, line: int = 1) -> list[Chunk]:
    """Cut a text into documents; those of white space alone are left out.

    Args:
        text: The text, or a part of it that begins with a line.
        line: The line it begins at.

    Raises:
        LimitError: There are too many.
    """
    chunks: list[Chunk] = []
    problems: list[Problem] = []
    lone_returns = text.count("\r") != text.count("\r\n")
    start = skipped = 0
    mark = 0 if text.startswith(SEPARATOR) else text.find("\n" + SEPARATOR) + 1 or -1
    for _ in range(MAX_DOCUMENTS):
        chunk = text[start:mark] if mark >= 0 else text[start:]
        ended = mark < 0 and not chunk.endswith("\n")
        if ended:
            chunk += "\n"  # kubectl ends every line, which block scalars can tell
        if not chunk.isspace() and chunk:
            bare = chunk.lstrip(BOM)  # of files put one behind the other
            skipped += len(chunk) - len(bare)
            chunks.append(Chunk(bare, line, tuple(problems), skipped, ended))
            problems.clear()
        if mark < 0:
            break
        line += _lines(chunk, lone_returns)
        end = text.find("\n", mark) + 1 or len(text)
        tail = text[mark + len(SEPARATOR) : end]
        found = tail.strip()
        skipped = 0
        content = False
        if found and found[0] != "#":
            content = _CONTENT.match(found) is not None
            lead = tail[: len(tail) - len(tail.lstrip())]
            down, column = place(SEPARATOR + lead, len(SEPARATOR) + len(lead))
            problems.append(_bad_separator(line + down - 1, column, found))
            if content:  # the document's first line, behind the dashes
                line, skipped = line + down - 1, column - 1
                start = mark + len(SEPARATOR) + len(lead)
        if not content:
            start = end
            line += text.endswith("\n", mark, end)
        mark = text.find("\n" + SEPARATOR, end - 1) + 1 or -1
    else:
        raise LimitError("documents", MAX_DOCUMENTS, line)
    if problems and chunks:
        chunks[-1] = chunks[-1]._replace(problems=(*chunks[-1].problems, *problems))
    elif problems:
        chunks.append(Chunk("", line, tuple(problems)))
    return chunks


def without_directives(chunk: Chunk) -> Chunk:
    """A document without ``%YAML`` and ``%TAG`` lines, which kubectl cannot read.

    It cuts at the ``---`` that has to follow them, so what is left is a document that ends in the
    middle of nowhere. Nor does the parser ever see them: its time grows with their square.
    """
    text = chunk.text
    match = _directives(text)
    if match is None:
        return chunk
    head = match[0]
    at = next(_DIRECTIVE.finditer(head)).start()
    line, column = place(head, at)
    line += chunk.line - 1
    found = _UP_TO_BREAK.match(head, at)
    length = len(found[0]) if found else 1
    params = {"found": head[at : at + length][:_SHOWN]}
    problem = Problem("YAML108", line, column, line, column + length, params)
    text = _DIRECTIVE.sub("#", head) + text[match.end() :]
    return chunk._replace(text=text, problems=(*chunk.problems, problem))


def has_directives(text: str) -> bool:
    """Whether the parser would see a ``%`` line; see :func:`without_directives`."""
    return _directives(text) is not None


def _directives(text: str) -> re.Match[str] | None:
    if text.startswith(("%", f"{BOM}%")) or any(f"{end}%" in text for end in _BREAKS):
        return _DIRECTIVES.match(text)
    return None


def _bad_separator(line: int, column: int, found: str) -> Problem:
    variant = "dashes" if not found.strip("-") else ""
    params = {"found": found[:_SHOWN]}
    return Problem("YAML106", line, column, line, column + len(found), params, variant)


def _lines(text: str, lone_returns: bool) -> int:
    """Line breaks in a text, as editors count them."""
    count = text.count("\n")
    if lone_returns:
        count += text.count("\r") - text.count("\r\n")
    return count

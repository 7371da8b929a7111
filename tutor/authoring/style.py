"""How words are written: the rules of style and the glossary that a machine can hold.

Used on lessons by the lint, and by tests on the pages of the codes and on the catalog of the
interface.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from tutor.course.problems import Problem

_FENCE = re.compile(r"^[ \t]*```")
_CODE = re.compile(r"`[^`\n]+`|<!--.*?-->|https?://[^\s)>]+|\{[a-z_]+\}|[a-z0-9-]+/[a-z0-9./-]+")
_KEY = re.compile(r"(?:^[ \t]*(?:- )?|[{,][ \t]*)[a-z0-9-]+:(?=\s|$)")
_MASK = "\ue000"  # stands for code, which is written like Latin letters
_BLANK = "\ue001"  # stands for what is no word of any language

_JA = "ぁ-んァ-ヶー一-龠々〆"
_LATIN = f"A-Za-z0-9{_MASK}"
_SPACE = re.compile(f"(?<=[{_JA}、。]) +(?=[{_LATIN}])|(?<=[{_LATIN}]) +(?=[{_JA}])")
_AROUND_PARENTHESES = re.compile(rf"(?<=[{_JA}{_LATIN}]) +(?=\()|(?<=\)) +(?=[{_JA}])")
_WIDE = re.compile("[\uff01-\uff5e\u3000\uff61-\uff9f]")
_WIDE_ALLOWED = frozenset("！？")
_INSIDE = re.compile(r"。\)")
_CONTROL = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]"
)


@dataclass(frozen=True, slots=True)
class Term:
    """One line of the glossary.

    Attributes:
        pattern: What is not written.
        use: What is; empty where it is left out.
        note: Why.
    """

    pattern: re.Pattern[str]
    use: str
    note: str


@cache
def glossary(language: str) -> tuple[Term, ...]:
    """The terms of a language, from ``glossary.tsv``."""
    text = (files("tutor.authoring") / "glossary.tsv").read_text(encoding="utf-8")
    terms: list[Term] = []
    for line in text.splitlines():
        if line and not line.startswith("#"):
            where, pattern, use, note = (*line.split("\t"), "")[:4]
            if where == language:
                terms.append(Term(re.compile(pattern), use, note))
    return tuple(terms)


def style(text: str, language: str, file: str, *, markdown: bool = True) -> Iterator[Problem]:
    """Everything in a text that is not written as the style wants it.

    Code, whether in backticks or in a fence, placeholders and addresses are left alone.

    Args:
        text: A Markdown text (front matter included), or one message.
        language: ``ja`` or ``en``.
        file: Its name, for the problems.
        markdown: Whether there are fences.
    """
    fenced = False
    front = markdown and text.startswith("---\n")
    for number, raw in enumerate(text.splitlines(), start=1):
        for match in _CONTROL.finditer(raw):
            yield _problem("style-control", file, number, match, found=f"U+{ord(match[0]):04X}")
        if markdown and _FENCE.match(raw):
            fenced = not fenced
            continue
        if fenced:
            continue
        if front and number > 1 and raw.rstrip() == "---":
            front = False
        line = _CODE.sub(lambda match: _MASK * len(match[0]), raw)
        if front:
            line = _KEY.sub(lambda match: _BLANK * len(match[0]), line)
        for term in glossary(language):
            for match in term.pattern.finditer(line):
                yield _problem(
                    "style-term" if term.use else "style-leave-out",
                    file,
                    number,
                    match,
                    found=match[0],
                    needed=term.use,
                )
        if language == "ja":
            yield from _japanese(line, raw, file, number)


def _japanese(line: str, raw: str, file: str, number: int) -> Iterator[Problem]:
    for match in _WIDE.finditer(line):
        if match[0] not in _WIDE_ALLOWED:
            yield _problem("style-width", file, number, match, found=match[0])
    for pattern in (_SPACE, _AROUND_PARENTHESES):
        for match in pattern.finditer(line):
            around = raw[max(0, match.start() - 6) : match.end() + 6].strip()
            yield _problem("style-space", file, number, match, found=around)
    for match in _INSIDE.finditer(line):
        yield _problem("style-parenthesis", file, number, match, found=match[0], needed=")。")


def _problem(code: str, file: str, line: int, match: re.Match[str], **params: str) -> Problem:
    return Problem(code, file, line, match.start() + 1, params)

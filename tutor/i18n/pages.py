"""The page of a code: its one-line messages and its explanation, in one language.

A page is ``tutor/i18n/pages/<lang>/<CODE>.md``::

    # Title of the rule

    message: `{found}` → `{needed}`. One sentence that says why.
    message.absent: The message of the variant ``absent``.

    ## What
    ## Why
    ## Fix
    ## Versions

Section names are the same words in every language; what a reader sees above them is translated
where it is shown. The wrong and the right manifest of a code belong to no language and live in
``tutor/rules/examples``.
"""

from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from tutor.i18n.data import data
from tutor.i18n.text import join
from tutor.model.findings import Finding, Param

SECTIONS = ("What", "Why", "Fix", "Versions")


class Page(NamedTuple):
    """One page, parsed.

    Attributes:
        messages: Variant to message template; the usual one under the empty name.
        sections: Section name to Markdown.
    """

    code: str
    title: str
    messages: Mapping[str, str]
    sections: Mapping[str, str]


@cache
def page(code: str, language: str) -> Page:
    """The page of a code.

    Raises:
        KeyError: There is no page of that code in that language.
    """
    source = data(__file__, f"pages/{language}/{code}.md") if code.isalnum() else None
    if source is None:
        raise KeyError(code)
    return parse(code, source.decode("utf-8"))


def codes(language: str) -> tuple[str, ...]:
    """Every code that has a page in a language, sorted."""
    from importlib.resources import files  # only to list what there is: it is slow to import

    folder = files("tutor.i18n") / "pages" / language
    return tuple(sorted(p.name[:-3] for p in folder.iterdir() if p.name.endswith(".md")))


def parse(code: str, text: str) -> Page:
    """Parse a page.

    Raises:
        ValueError: It has no title.
    """
    head, *rest = text.split("\n## ")
    lines = head.splitlines()
    if not lines or not lines[0].startswith("# "):
        raise ValueError(f"{code}: a page begins with '# title'")
    messages: dict[str, str] = {}
    for line in lines[1:]:
        name, colon, message = line.partition(": ")
        if colon and (name == "message" or name.startswith("message.")):
            messages[name.removeprefix("message").removeprefix(".")] = message.strip()
    sections: dict[str, str] = {}
    for section in rest:
        name, _, body = section.partition("\n")
        sections[name.strip()] = body.strip()
    return Page(code, lines[0].removeprefix("# ").strip(), messages, sections)


def fill(template: str, params: Mapping[str, Param], language: str) -> str:
    """Put parameters into a template. Braces in a value stay as they are.

    A number named ``at`` is the line another object stands in: ``line 12``, ``12行目``. Of a list
    whose placeholder stands in a code span, every word gets one of its own.
    """
    words = {}
    for name, value in params.items():
        if not isinstance(value, tuple):
            words[name] = str(value)
            continue
        span = f"`{{{name}}}`"
        if span in template:
            template = template.replace(span, f"{{{name}}}")
            value = tuple(f"`{word}`" for word in value)  # noqa: PLW2901
        words[name] = join(value, language)
    if isinstance(params.get("at"), int):
        words["at"] = f"{params['at']}行目" if language == "ja" else f"line {params['at']}"
    return template.format_map(words)


def message(finding: Finding, language: str) -> str:
    """What a finding says, in a language: one or two sentences, Markdown code spans only."""
    messages = page(finding.code, language).messages
    return fill(messages[finding.variant], finding.params, language)

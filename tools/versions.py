"""Make docs/versions.md and docs/versions.ja.md: what differs between versions of Kubernetes.

The facts are those that rules and decoder use (``tutor/model/kubernetes.py``), the words stand in
``tools/versions/<language>.md``, a section for each behaviour and a line for each of its states.

    python tools/versions.py            write both
    python tools/versions.py --check    say whether they are up to date; exit code 1 where not
"""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tutor.model.kubernetes import BEHAVIOURS, Behaviour, Span

ROOT = Path(__file__).parents[1]
WORDS = ROOT / "tools" / "versions"
PAGES = {"en": ROOT / "docs" / "versions.md", "ja": ROOT / "docs" / "versions.ja.md"}
_STATE = re.compile(r"- (?P<state>[a-z]+): (?P<text>.+)")
_GITHUB = "https://github.com/kubernetes"
_MANY = "–"
_FIXED = {
    "en": {
        "other": "*[日本語](versions.ja.md)*",
        "made": "*Made by `python tools/versions.py`; do not edit.*",
        "until": "up to {last}",
        "since": "from {first}",
        "head": "| version | how it is |",
        "sources": "Source: {sources}.",
        "codes": "More: {codes} (`sts-tutor explain CODE`).",
        "between": ", ",
    },
    "ja": {
        "other": "*[English](versions.md)*",
        "made": "*`python tools/versions.py`が作成したページです。直接は編集しません。*",
        "until": "{last}まで",
        "since": "{first}から",
        "head": "| バージョン | どうなるか |",
        "sources": "出典: {sources}。",
        "codes": "関連: {codes}(`sts-tutor explain コード`)。",
        "between": "、",
    },
}


@dataclass(frozen=True)
class Section:
    """The words of one behaviour."""

    title: str
    states: dict[str, str]


def words(language: str) -> tuple[str, dict[str, Section]]:
    """What stands before the sections, and the sections by their names."""
    text = (WORDS / f"{language}.md").read_text("utf-8")
    before, *rest = text.split("\n## ")
    found: dict[str, Section] = {}
    for part in rest:
        name, title, *lines = part.strip().splitlines()
        matches = [_STATE.fullmatch(line) for line in lines]
        found[name] = Section(title, {m["state"]: m["text"] for m in matches if m})
    return before.strip(), found


def page(language: str) -> str:
    """The whole page.

    Raises:
        ValueError: A behaviour or a state has no words, or words belong to none.
    """
    before, sections = words(language)
    if sections.keys() != BEHAVIOURS.keys():
        raise ValueError(f"{language}: {sections.keys() ^ BEHAVIOURS.keys()}")
    heading, _, intro = before.partition("\n")
    fixed = _FIXED[language]
    blocks = [heading, fixed["other"], intro.strip(), fixed["made"]]
    for name, one in BEHAVIOURS.items():
        blocks += _behaviour(one, sections[name], language)
    return "\n\n".join(blocks) + "\n"


def _behaviour(one: Behaviour, section: Section, language: str) -> Iterator[str]:
    fixed = _FIXED[language]
    states = {span.state for span in one.spans}
    if states != section.states.keys():
        raise ValueError(f"{language}, {one.name}: {states ^ section.states.keys()}")
    yield f"## {section.title}"
    rows = [f"| {_range(span, language)} | {section.states[span.state]} |" for span in one.spans]
    yield "\n".join([fixed["head"], "|---|---|", *rows])
    sources = fixed["between"].join(_source(source) for source in one.sources)
    told = [fixed["sources"].format(sources=sources)]
    if one.codes:
        told.append(fixed["codes"].format(codes=fixed["between"].join(one.codes)))
    yield (" " if language == "en" else "\n").join(told)


def _range(span: Span, language: str) -> str:
    fixed = _FIXED[language]
    if not span.since:
        return fixed["until"].format(last=span.until)
    if not span.until:
        return fixed["since"].format(first=span.since)
    return span.since if span.since == span.until else f"{span.since}{_MANY}{span.until}"


def _source(source: str) -> str:
    """With a link, where there is one to make."""
    if source.startswith("k/k#"):
        return f"[{source}]({_GITHUB}/kubernetes/pull/{source[4:]})"
    if source.startswith("KEP-"):
        return f"[{source}]({_GITHUB}/enhancements/issues/{source[4:]})"
    return f"`{source}`"


def main() -> None:
    """Write the pages, or say whether they are as they should be."""
    stale = []
    for language, path in PAGES.items():
        text = page(language)
        if "--check" in sys.argv[1:]:
            if not path.exists() or path.read_text("utf-8") != text:
                stale.append(path.name)
        else:
            path.write_text(text, "utf-8")
    if stale:
        sys.exit(f"stale: {', '.join(stale)}; run python tools/versions.py")


if __name__ == "__main__":
    main()

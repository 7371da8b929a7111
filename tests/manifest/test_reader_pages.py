"""Every code of the reader has its words in both languages, and no page is left over."""

import re
import string
from pathlib import Path

import pytest

import tutor.manifest
from tutor.i18n.pages import SECTIONS, codes, page
from tutor.model.course import LANGUAGES

SOURCE = Path(next(iter(tutor.manifest.__path__)))
USED = sorted(
    {
        code
        for path in SOURCE.rglob("*.py")
        for code in re.findall(r'"(YAML1\d\d)"', path.read_text("utf-8"))
    }
)


def placeholders(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


@pytest.mark.parametrize("language", LANGUAGES)
def test_codes_and_pages_are_the_same(language: str) -> None:
    assert [code for code in codes(language) if code.startswith("YAML")] == USED


@pytest.mark.parametrize("code", USED)
def test_pages_are_whole_and_agree(code: str) -> None:
    japanese, english = page(code, "ja"), page(code, "en")
    for one in (japanese, english):
        assert tuple(one.sections) == SECTIONS
        assert all(one.sections.values())
        assert "" in one.messages
    assert japanese.title != english.title
    assert set(japanese.messages) == set(english.messages)
    for variant, template in english.messages.items():
        assert placeholders(template) == placeholders(japanese.messages[variant])

"""docs/versions.md is made from what rules and decoder use, and says all of it, twice."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tutor.authoring.style import style
from tutor.decoder.messages import MESSAGES
from tutor.model.kubernetes import BEHAVIOURS, IMMUTABLE, Span
from tutor.rules.catalogue import rules

ROOT = Path(__file__).parents[2]
PAGES = {"en": ROOT / "docs" / "versions.md", "ja": ROOT / "docs" / "versions.ja.md"}


def test_the_pages_are_up_to_date() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "tools" / "versions.py"), "--check"],
        capture_output=True, text=True, cwd=ROOT, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("language", PAGES)
def test_every_source_and_every_border_is_on_the_page(language: str) -> None:
    text = PAGES[language].read_text("utf-8")
    for one in BEHAVIOURS.values():
        for source in one.sources:
            assert source in text
        for span in one.spans:
            assert span.since in text
            assert span.until in text
    assert text.count("\n## ") == len(BEHAVIOURS)


@pytest.mark.parametrize("language", PAGES)
def test_the_pages_are_written_in_the_style(language: str) -> None:
    text = PAGES[language].read_text("utf-8")
    # Links and table borders are markup.
    prose = re.sub(r"\[[^\]]*\]\([^)]*\)|^\|[-|]+\|$", "", text, flags=re.MULTILINE)
    assert list(style(prose, language, PAGES[language].name)) == []


def test_codes_name_messages_and_rules() -> None:
    known = {message.code for message in MESSAGES} | {rule.code for rule in rules()}
    for one in BEHAVIOURS.values():
        assert {code for code in one.codes if not code.startswith("SCH")} <= known


def test_the_decoders_versions_agree_with_the_table() -> None:
    texts = {message.code: message for message in MESSAGES}
    before, after = (texts[code] for code in ("MSG101", "MSG114"))
    for version in ("1.33", "1.36.2", "1.37", "1.37.1", "1.38"):
        each = IMMUTABLE.state(version) == "each"
        assert Span(before.since, before.until, "").holds(version) is not each
        assert Span(after.since, after.until, "").holds(version) is each

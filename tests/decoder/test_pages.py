"""The words of the messages: every code in both languages, fit for what its pattern names."""

import re
import string
from functools import partial

import pytest

from tests.decoder.test_decode import RECORDED
from tutor.authoring.style import style
from tutor.decoder.decode import decode
from tutor.decoder.messages import MESSAGES, Message
from tutor.i18n.linebreak import cell_width
from tutor.i18n.pages import SECTIONS, Page, codes, fill, page
from tutor.model.course import LANGUAGES
from tutor.ui.markdown import Fence, parse, plain

each = partial(pytest.mark.parametrize, "message", MESSAGES, ids=lambda m: m.code)

WIDEST_FENCE = 76
"""Cells of a command or a manifest: with its margin it fits a terminal of 80."""


def placeholders(template: str) -> set[str]:
    return {field for _, field, _, _ in string.Formatter().parse(template) if field is not None}


def both(message: Message) -> tuple[Page, Page]:
    japanese, english = (page(message.code, language) for language in ("ja", "en"))
    return japanese, english


@each()
def test_every_message_has_words_in_both_languages(message: Message) -> None:
    for words in both(message):
        assert words.title
        assert words.messages.keys() == {""}
        assert tuple(words.sections) == SECTIONS
        assert all(words.sections.values())


@each()
def test_a_page_names_only_what_the_pattern_finds(message: Message) -> None:
    japanese, english = both(message)
    assert placeholders(japanese.messages[""]) == placeholders(english.messages[""])
    assert placeholders(english.messages[""]) <= message.names


@each()
def test_what_a_page_names_stands_in_the_example(message: Message) -> None:
    (decoded,) = decode(message.example)
    for words in both(message):
        for name in placeholders(words.messages[""]):
            assert decoded.params[name], name
        text = fill(words.messages[""], decoded.params, "en")
        assert "{" not in re.sub(r"`[^`]*`", "", text)


@each()
def test_both_languages_have_the_same_commands(message: Message) -> None:
    """Only words may differ: what is typed does not."""
    for name in SECTIONS:
        fences = [
            [re.sub(r"#.*", "#", line) for line in block.lines]
            for words in both(message)
            for block in parse(words.sections[name], "en")
            if isinstance(block, Fence)
        ]
        half = len(fences) // 2
        assert fences[:half] == fences[half:], name


@each()
def test_commands_fit_and_stand_in_fences(message: Message) -> None:
    for words, language in zip(both(message), ("ja", "en"), strict=True):
        for body in words.sections.values():
            for block in parse(body, language):
                if isinstance(block, Fence):
                    assert block.language in {"yaml", "sh", "text"}
                    for line in block.lines:
                        assert cell_width(line) <= WIDEST_FENCE, line
                elif hasattr(block, "runs"):
                    assert "```" not in plain(block.runs)


@each()
@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_are_written_in_the_style(message: Message, language: str) -> None:
    words = page(message.code, language)
    text = "\n".join([words.title, words.messages[""], *words.sections.values()])
    assert list(style(text, language, message.code)) == []


@each()
def test_japanese_pages_are_japanese(message: Message) -> None:
    japanese, english = both(message)
    assert japanese.title != english.title
    for name in SECTIONS:
        prose = re.sub(r"```.*?```|`[^`]*`", "", japanese.sections[name], flags=re.DOTALL)
        assert re.search(r"[ぁ-ん]", prose), name


def test_no_page_without_a_message() -> None:
    for language in LANGUAGES:
        written = {code for code in codes(language) if code.startswith("MSG")}
        assert written == {message.code for message in MESSAGES}


@pytest.mark.parametrize("language", LANGUAGES)
def test_recorded_texts_can_be_worded(language: str) -> None:
    for text, _ in RECORDED:
        for decoded in decode(text):
            template = page(decoded.message.code, language).messages[""]
            assert fill(template, decoded.params, language)

import inspect
import re

import pytest

from tutor.i18n import pages
from tutor.manifest import identity, schema, suggest, values
from tutor.manifest.reader import read
from tutor.rules import engine
from tutor.rules.examples import example

CODES = [f"SCH{n}" for n in range(101, 113)]


def placeholders(template: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", template))


@pytest.mark.parametrize("code", CODES)
def test_the_wrong_example_shows_the_code_first(code: str) -> None:
    first, *_ = engine.check([read(example(code, "wrong"))])
    assert first.code == code
    for language in ("en", "ja"):
        text = pages.message(first, language)
        assert text.count("`") % 2 == 0
        assert "``" not in text


@pytest.mark.parametrize("code", CODES)
def test_the_right_example_is_clean(code: str) -> None:
    assert engine.check([read(example(code, "right"))]) == ()


@pytest.mark.parametrize("code", CODES)
def test_pages_are_whole_and_agree(code: str) -> None:
    japanese, english = (pages.page(code, language) for language in ("ja", "en"))
    for page in (japanese, english):
        assert tuple(page.sections) == pages.SECTIONS
        assert all(page.sections.values())
    assert japanese.messages.keys() == english.messages.keys()
    assert japanese.title != english.title
    for variant, template in english.messages.items():
        assert placeholders(template) == placeholders(japanese.messages[variant]), variant


def test_every_variant_is_worded_and_every_wording_is_used() -> None:
    source = "".join(inspect.getsource(module) for module in (schema, identity, suggest, values))
    worded = {v for code in CODES for v in pages.page(code, "en").messages}
    assigned = re.findall(r'variant(?:: str)? = "([\w-]+)"|variant="([\w-]+)"', source)
    assert {a or b for a, b in assigned} <= worded
    for variant in worded - {""}:
        stem = variant.removesuffix("-unknown")
        assert f'"{stem}"' in source, variant


@pytest.mark.parametrize("code", CODES)
def test_japanese_pages_follow_the_style(code: str) -> None:
    page = pages.page(code, "ja")
    prose = "\n".join([page.title, *page.messages.values(), *page.sections.values()])
    prose = re.sub(r"```.*?```|`[^`]*`", "`x`", prose, flags=re.DOTALL)
    wrong = re.search(
        r"ポッド|ユーザ(?!ー)|クラスタ(?!ー)|サーバ(?!ー)|あなた|することができ|(?<!も)ので、"
        r"|[（）：；]|[ぁ-んァ-ヶ一-龠] [A-Za-z]|[A-Za-z] [ぁ-んァ-ヶ一-龠]",
        prose,
    )
    assert wrong is None, wrong

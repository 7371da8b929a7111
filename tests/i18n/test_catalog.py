import gettext
import io
from pathlib import Path

import pytest
from babel.messages import Catalog
from babel.messages.pofile import read_po

import tutor
from tutor.authoring.style import style
from tutor.i18n import catalog, pages
from tutor.i18n.translator import translator

PACKAGE = Path(tutor.__file__).parent


def test_the_japanese_catalog_is_complete_and_names_what_the_english_names() -> None:
    ours = catalog.load(catalog.po_file(PACKAGE, "ja"), "ja")
    assert list(catalog.faults(ours, catalog.extract(PACKAGE))) == []


@pytest.mark.parametrize("language", ["ja", "en"])
def test_strings_are_written_in_the_style_of_the_lessons(language: str) -> None:
    for entry in catalog.load(catalog.po_file(PACKAGE, "ja"), "ja"):
        said = entry.string if language == "ja" else entry.id
        for text in said if isinstance(said, list | tuple) else [said]:
            if entry.id:
                assert list(style(text or "", language, "tutor.po", markdown=False)) == [], text


@pytest.mark.parametrize(
    ("translation", "fault"),
    [
        ('msgid "Hello {name}"\nmsgstr "こんにちは、{namae}さん"\n', "other placeholders"),
        ('msgid "Hello {name}"\nmsgstr ""\n', "not translated"),
        ('#, fuzzy\nmsgid "Hello {name}"\nmsgstr "やあ、{name}さん"\n', "not translated"),
        ('msgid "Bye"\nmsgstr "さようなら"\n', "no longer used"),
    ],
)
def test_what_is_wrong_with_a_catalog_is_named(translation: str, fault: str) -> None:
    source = Catalog()
    source.add("Hello {name}")
    ours = read_po(io.BytesIO(translation.encode()), locale="ja")
    assert any(found.startswith(fault) for found in catalog.faults(ours, source))


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('t("Home")', ["Home"]),
        ('self.t("Home, {name}", name=name)', ["Home, {name}"]),
        ('t("two "\n  "parts")', ["two parts"]),
        ("f\"## {t('Home')}\"", ["Home"]),
        ('HEAD = N_("Home")', ["Home"]),
        (
            't.n("{count} lesson", "{count} lessons", len(x))',
            [("{count} lesson", "{count} lessons")],
        ),
        ('t(WORDS[kind]); t.n(one, many, 2); start("Home")', []),
    ],
)
def test_marked_strings_are_found_wherever_they_stand(source: str, found: list[object]) -> None:
    assert list(catalog.marked(source)) == found


def test_a_catalog_is_kept_and_built(tmp_path: Path) -> None:
    made = Catalog(locale="ja")
    made.add("Home", "ホーム", [("ui/home.py", 12)])
    catalog.save(made, tmp_path / "ja" / "tutor.po")
    again = catalog.load(tmp_path / "ja" / "tutor.po", "ja").get("Home")
    assert again is not None
    assert again.string == "ホーム"
    assert [file for file, _ in again.locations] == ["ui/home.py"]
    with (tmp_path / "ja" / "tutor.mo").open("rb") as built:
        assert gettext.GNUTranslations(built).gettext("Home") == "ホーム"


def test_strings_are_spoken_in_the_language_asked_for() -> None:
    assert translator("en")("options") == "options"
    assert translator("ja")("options") != "options"
    assert translator("ja").n("{count} lesson", "{count} lessons", 2) == "レッスン2件"


def test_both_languages_explain_the_same_codes() -> None:
    assert pages.codes("ja") == pages.codes("en")


def test_a_page_name_is_never_a_path() -> None:
    for name in ("../en/STS101", "STS101/../STS102", "", "."):
        with pytest.raises(KeyError):
            pages.page(name, "en")

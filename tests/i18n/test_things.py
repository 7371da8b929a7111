"""The pages of things one sees in a cluster."""

from pathlib import Path

import pytest

from tutor.authoring.style import style
from tutor.i18n import things
from tutor.i18n.things import THINGS, thing
from tutor.model.languages import LANGUAGES

FOLDER = Path(things.__file__).parent / "things"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_thing_has_its_page_and_no_page_is_without_its_thing(language: str) -> None:
    assert tuple(sorted(page.stem for page in (FOLDER / language).iterdir())) == THINGS
    for name in THINGS:
        title, body = thing(name, language)
        assert title
        assert len(body) > 100


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pages_are_written_in_the_style_of_the_lessons(language: str) -> None:
    for name in THINGS:
        title, body = thing(name, language)
        for text in (title, body):
            assert list(style(text, language, f"{name}.md")) == []


def test_an_unknown_thing_is_no_file() -> None:
    for name in ("nothing", "../pages/en/STS101"):
        with pytest.raises(KeyError):
            thing(name, "en")

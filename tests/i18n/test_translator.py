import os
import shutil
import sys
from importlib import import_module
from pathlib import Path

import pytest
from babel.messages import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import write_po

from tutor.i18n import translator as original


def catalog(translation: str) -> Catalog:
    made = Catalog(locale="ja")
    made.add("Home", translation)
    return made


@pytest.fixture
def locales(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package of its own that holds the translator and a folder for catalogs."""
    package = tmp_path / "speaking"
    folder = package / "locales" / "ja" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (package / "__init__.py").touch()
    shutil.copy(original.__file__, package / "translator.py")
    monkeypatch.syspath_prepend(tmp_path)
    for name in ("speaking", "speaking.translator"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    return folder


def write(folder: Path, kind: str, translation: str, age_seconds: int) -> None:
    file = folder / f"tutor.{kind}"
    with file.open("wb") as target:
        (write_po if kind == "po" else write_mo)(target, catalog(translation))
    moment = 1_700_000_000 - age_seconds
    os.utime(file, (moment, moment))


def spoken() -> str:
    translator = import_module("speaking.translator").translator
    return str(translator("ja")("Home"))


def test_the_built_catalog_is_read_where_it_is_newer(locales: Path) -> None:
    write(locales, "po", "source", age_seconds=60)
    write(locales, "mo", "built", age_seconds=0)
    assert spoken() == "built"


def test_a_built_catalog_older_than_its_source_is_passed_over(locales: Path) -> None:
    write(locales, "po", "source", age_seconds=0)
    write(locales, "mo", "built", age_seconds=60)
    assert spoken() == "source"


@pytest.mark.parametrize("kind", ["po", "mo"])
def test_one_of_the_two_is_enough(locales: Path, kind: str) -> None:
    write(locales, kind, "there", age_seconds=0)
    assert spoken() == "there"


def test_without_a_catalog_it_speaks_english(locales: Path) -> None:
    assert not list(locales.iterdir())
    assert spoken() == "Home"

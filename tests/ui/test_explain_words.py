"""A key on anything explains it: each piece of a picture, each entry, each object of a plan."""

import pytest

from tests.ui.pictures import coming_up, entry, rolling, story
from tests.ui.test_plan_view import ITEMS
from tutor.decoder.decode import decode as decoder
from tutor.i18n.translator import translator
from tutor.model.applying import Fate, Item
from tutor.model.picture import Picture
from tutor.model.timeline import What
from tutor.ui.explain_words import of_cell, of_entry, of_item
from tutor.ui.widgets.clusterview import ClusterView

EN, JA = translator("en"), translator("ja")


def decode(text: str) -> str | None:
    found = decoder(text)
    return found[0].message.code if found else None


@pytest.mark.parametrize("t", [EN, JA], ids=["en", "ja"])
@pytest.mark.parametrize("picture", [coming_up(), rolling()], ids=["coming-up", "rolling"])
def test_every_piece_of_a_picture_is_explained(picture: Picture, t: object) -> None:
    view = ClusterView()
    view.show(picture, t)  # type: ignore[arg-type]
    keys = view.keys()
    assert len(keys) > 10
    for key in keys:
        found = of_cell(key, picture, decode, t)  # type: ignore[arg-type]
        assert found is not None, key
        title, markdown = found
        assert title
        assert "## " in markdown, key


@pytest.mark.parametrize("what", What)
@pytest.mark.parametrize("kind", ["Pod", "StatefulSet", "PersistentVolumeClaim", "DNS", "Service"])
def test_every_entry_is_explained(what: What, kind: str) -> None:
    title, markdown = of_entry(entry(what, kind, "web-0", 1), decode, EN)
    assert "web-0" in title
    assert "## " in markdown


def test_trouble_opens_the_page_of_its_message() -> None:
    told = of_entry(story()[-1], decode, EN)[1]
    assert "The image could not be pulled" in told
    pod = of_cell("pod/web-1", rolling(), decode, EN)
    assert pod is not None
    assert "The image could not be pulled" in pod[1]


def test_what_is_missing_opens_the_page_of_its_rule() -> None:
    found = of_cell("service/web", rolling(), decode, JA)
    assert found is not None
    assert "STS101" not in found[1]
    assert "serviceName" in found[1]


def test_what_is_gone_by_now_is_not_explained() -> None:
    for key in ("pod/web-9", "claim/x", "name/x", "set/x", "event/99", "event/x", "", "odd/x"):
        assert of_cell(key, coming_up(), decode, EN) is None


def test_text_of_a_cluster_is_never_markdown() -> None:
    hostile = entry(What.SAID, "Pod", "web-0", 1, reason="Odd", message="# `x` **y**\n## z\x1b[2J")
    markdown = of_entry(hostile, decode, EN)[1]
    first = markdown.split("\n\n")[0]
    assert first.startswith("`")
    assert first.count("`") == 2
    assert "\n" not in first
    assert "\x1b" not in markdown


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.fate.value)
def test_every_object_of_a_plan_is_explained(item: Item) -> None:
    title, markdown = of_item(item, JA)
    assert item.name in title
    assert item.name in markdown
    if item.fate is Fate.REFUSED:
        assert "セレクター" in markdown

"""Every consequence has a sentence in every language."""

import pytest

from tutor.i18n.translator import translator
from tutor.model.consequences import Comes, Consequence, Nameless
from tutor.model.course import LANGUAGES
from tutor.ui.consequence_words import sentences

PODS = ("web-0", "web-1")
EVERY = [
    Consequence(Comes.UNREADABLE, (), {"code": "YAML137", "line": 3}),
    Consequence(Comes.REFUSED, ("Pod/web-0",), {"reason": "it is\x1b[31m so"}),
    Consequence(Comes.NOTHING),
    Consequence(Comes.STUCK, PODS, {"status": "ImagePullBackOff"}),
    Consequence(Comes.UNBOUND, PODS, {"reason": ""}),
    Consequence(Comes.UNBOUND, PODS, {"reason": "ProvisioningFailed"}),
    Consequence(Comes.MISSING, PODS, {"because": ""}),
    Consequence(Comes.MISSING, PODS, {"because": "web-0"}),
    Consequence(Comes.OUTDATED, PODS, {"because": ""}),
    Consequence(Comes.OUTDATED, PODS, {"because": "web-2"}),
    *(Consequence(Comes.NAMELESS, PODS, {"service": "web", "why": why.value}) for why in Nameless),
    Consequence(Comes.UNMOUNTED, PODS),
    Consequence(Comes.LEFT, PODS),
    Consequence(Comes.RESTLESS),
    Consequence(Comes.WELL, (), {"ready": 3}),
]


def test_every_kind_is_tried() -> None:
    assert {one.what for one in EVERY} == set(Comes)


@pytest.mark.parametrize("language", LANGUAGES)
def test_consequences_are_said(language: str) -> None:
    said = sentences(EVERY, translator(language))
    assert len(set(said)) == len(EVERY)
    for one, text in zip(EVERY, said, strict=True):
        assert "{" not in text
        assert "\x1b" not in text
        assert all(f"`{name}`" in text for name in one.names)


def test_they_name_what_is_waited_for() -> None:
    (text,) = sentences(
        [Consequence(Comes.OUTDATED, ("web-0",), {"because": "web-2"})], translator("en")
    )
    assert text == "Still as before the change, waiting for `web-2`: `web-0`."

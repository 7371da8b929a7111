import pytest

from tutor.i18n.locale import choose


@pytest.mark.parametrize(
    ("environ", "language"),
    [
        ({"LANG": "ja_JP.UTF-8"}, "ja"),
        ({"LANG": "en_US.UTF-8"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "ja_JP.eucJP"}, "ja"),
        ({"LANG": "en_GB", "LC_MESSAGES": "ja_JP"}, "ja"),
        ({"LANG": "de_DE.UTF-8"}, None),
        ({"LANG": "de_DE.UTF-8", "LANGUAGE": "de:ja:en"}, "ja"),
        ({"LANG": "C.UTF-8", "LANGUAGE": "ja"}, None),
        ({"LANG": "C"}, None),
        ({}, None),
        ({"LANG": "Japanese_Japan.932"}, "ja"),
        ({"LANG": "en_US.UTF-8", "STS_TUTOR_LANG": "ja"}, "ja"),
        ({"LANG": "ja_JP.UTF-8", "STS_TUTOR_LANG": "klingon"}, "ja"),
    ],
)
def test_environment(environ: dict[str, str], language: str | None) -> None:
    assert choose(environ) == language


def test_what_was_asked_for_wins_then_what_was_saved() -> None:
    environ = {"LANG": "en_US.UTF-8"}
    assert choose(environ, asked="ja", saved="en") == "ja"
    assert choose(environ, saved="ja") == "ja"
    assert choose(environ, asked="xx", saved="xx") == "en"

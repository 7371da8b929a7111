import pytest

from tests.cli.conftest import Run


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_a_code_shows_its_page_with_a_wrong_and_a_right_manifest(tutor: Run, lang: str) -> None:
    done = tutor("explain", "sts102", lang=lang)
    assert done.returncode == 0
    assert done.stdout.startswith("STS102  ")
    assert done.stdout.count("kind: StatefulSet") >= 2
    assert "## " not in done.stdout


def test_an_error_message_is_recognised_however_it_is_quoted(tutor: Run) -> None:
    text = "pvc data-web-1 is being deleted"
    for done in (
        tutor("explain", text),
        tutor("explain", *text.split()),
        tutor("explain", "-", stdin=text),
    ):
        assert done.returncode == 0
        assert "MSG151" in done.stdout


def test_several_messages_of_one_screen(tutor: Run) -> None:
    screen = 'Warning OOMKilled\nstorageclass.storage.k8s.io "fast" not found\n'
    done = tutor("explain", "-", stdin=screen)
    assert done.stdout.index("MSG185") < done.stdout.index("MSG163")


def test_an_unknown_message_says_what_is_known(tutor: Run) -> None:
    done = tutor("explain", "hello")
    assert done.returncode == 1
    assert "--list" in done.stdout


def test_nothing_and_unknown_codes_are_usage_errors(tutor: Run) -> None:
    assert tutor("explain", stdin="").returncode == 2
    done = tutor("explain", "STS199")
    assert done.returncode == 2
    assert "STS" in done.stderr


def test_the_list_has_every_code_in_both_languages(tutor: Run) -> None:
    names = {
        lang: [
            line.split()[0] for line in tutor("explain", "--list", lang=lang).stdout.splitlines()
        ]
        for lang in ("en", "ja")
    }
    assert names["en"] == names["ja"]
    assert len(names["en"]) > 100

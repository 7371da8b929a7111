import pytest

from tutor.i18n.errors import error_text
from tutor.i18n.translator import translator
from tutor.model.errors import ExitCode, TutorError
from tutor.model.languages import LANGUAGES


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_damaged_lesson_is_told_in_words(language: str) -> None:
    error = TutorError(
        "lesson-invalid", ExitCode.INPUT, file="a/lesson.yaml", line=3, problem="field-missing"
    )
    said = error_text(error, translator(language))
    assert "a/lesson.yaml" in said
    assert "lessons lint" in said
    assert "field-missing" not in said

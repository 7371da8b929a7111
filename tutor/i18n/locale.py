"""Which language to speak."""

from collections.abc import Mapping

from tutor.model.languages import LANGUAGES

_NAMES = {"japanese": "ja", "english": "en"}
FALLBACK = "en"
"""What is spoken where nothing tells and nobody can be asked."""


def choose(
    environ: Mapping[str, str], *, asked: str | None = None, saved: str | None = None
) -> str | None:
    """The reader's language, or None where nothing tells and the reader should be asked.

    What was asked for on the command line wins over the environment's ``STS_TUTOR_LANG``, then
    what the learner chose before, then the locale (POSIX order: LC_ALL, LC_MESSAGES, LANG, after
    GNU's LANGUAGE list).

    Args:
        environ: The process environment.
        asked: The value of ``--lang``.
        saved: The language of the last visit.
    """
    for wish in (asked, environ.get("STS_TUTOR_LANG"), saved):
        if wish in LANGUAGES:
            return wish
    locales = [environ.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG")]
    effective = next((value for value in locales if value), "")
    if effective.partition(".")[0] in ("", "C", "POSIX"):
        return None
    for value in (*environ.get("LANGUAGE", "").split(":"), effective):
        language = of_locale(value)
        if language:
            return language
    return None


def of_locale(value: str) -> str | None:
    """The course's language of a locale name (``ja_JP.UTF-8``, ``Japanese_Japan.932``)."""
    name = value.replace("-", "_").partition(".")[0].partition("_")[0].lower()
    name = _NAMES.get(name, name)
    return name if name in LANGUAGES else None

"""Interface strings: gettext catalogs, with named placeholders.

The English string is the message id, so English needs no catalog. Strings are marked where they
are used, by the names Babel extracts: ``t("…")``, ``t.n("one", "many", n)``, and ``N_("…")`` for
a string that is translated later.
"""

import io
import os
from functools import cache
from typing import TYPE_CHECKING

from tutor.i18n.data import data

if TYPE_CHECKING:
    import gettext


def N_(message: str) -> str:  # noqa: N802  (the name gettext's tools know)
    """Mark a string for extraction; whoever shows it translates it."""
    return message


class Translator:
    """Strings of one language. Callable, so that ``t("Home")`` reads well."""

    def __init__(self, language: str, catalog: "gettext.NullTranslations | None" = None) -> None:
        self.language = language
        self._catalog = catalog

    def __call__(self, message: str, /, **params: object) -> str:
        """A string, its ``{name}`` placeholders filled from the keyword arguments."""
        text = self._catalog.gettext(message) if self._catalog else message
        return text.format_map(params) if params else text

    def n(self, singular: str, plural: str, count: int, /, **params: object) -> str:
        """A string that depends on a number, which it may name as ``{count}``."""
        if self._catalog:
            text = self._catalog.ngettext(singular, plural, count)
        else:
            text = singular if count == 1 else plural
        return text.format_map({"count": count, **params})


@cache
def translator(language: str) -> Translator:
    """The translator of ``ja`` or ``en``. Anything else reads English."""
    folder = f"locales/{language}/LC_MESSAGES"
    compiled = None if _stale(folder) else data(__file__, f"{folder}/tutor.mo")
    source = None if compiled else data(__file__, f"{folder}/tutor.po")  # a checkout
    if not compiled and not source:
        return Translator(language)
    import gettext  # English does without

    catalog = io.BytesIO(compiled) if compiled else _compile(source or b"")
    return Translator(language, gettext.GNUTranslations(catalog))


def _stale(folder: str) -> bool:
    """Whether a checkout's .po is newer than the .mo built of it; the wheel has no .po."""
    here = os.path.dirname(__file__)  # noqa: PTH120  (pathlib costs a tenth of `check`)
    try:
        source, compiled = (
            os.stat(f"{here}/{folder}/tutor.{kind}").st_mtime_ns  # noqa: PTH116
            for kind in ("po", "mo")
        )
    except OSError:
        return False
    return source > compiled


def _compile(po: bytes) -> io.BytesIO:
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    target = io.BytesIO()
    write_mo(target, read_po(io.BytesIO(po)))
    target.seek(0)
    return target

"""Extracting interface strings and keeping the catalogs in step, with Babel.

Development only: ``python tools/catalog.py`` and the tests use it; nothing at run time does.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

PLURAL = "n"
MARKS = ("t", "_t", "N_", PLURAL)
"""What strings are marked with: ``t("…")``, ``_t("…")``, ``t.n("one", "many", n)``, ``N_("…")``."""

_BRACES = re.compile(r"\{(\w+)\}")
_PERCENTS = re.compile(r"%(?:\(\w+\))?[rsd]")


def po_file(package: Path, language: str) -> Path:
    """Where a language's catalog is."""
    return package / "i18n" / "locales" / language / "LC_MESSAGES" / "tutor.po"


def extract(package: Path) -> Catalog:
    """Every string marked in the source, with the files that use it."""
    catalog = Catalog(project="statefulset-tutor", charset="utf-8")
    for file in sorted(package.rglob("*.py")):
        name = file.relative_to(package).as_posix()
        for message in marked(file.read_text(encoding="utf-8")):
            # Files without line numbers: a catalog should not change with every edit.
            catalog.add(message, None, [(name, 0)])
    return catalog


def marked(source: str) -> Iterator[str | tuple[str, str]]:
    """The marked strings of a module; of a plural both forms.

    From the syntax tree: Babel's own extractor reads tokens, and before Python 3.12 an f-string
    with its ``{t("…")}`` is one token.
    """
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        match node.func:
            case ast.Name(id=name) | ast.Attribute(attr=name) if name in MARKS:
                pass
            case _:
                continue
        match node.args:
            case [ast.Constant(str(one)), ast.Constant(str(many)), _] if name == PLURAL:
                yield one, many
            case [ast.Constant(str(one)), *_] if name != PLURAL:
                yield one


def load(path: Path, language: str) -> Catalog:
    """A catalog from its file; an empty one where there is none yet."""
    if not path.exists():
        return Catalog(locale=language, project="statefulset-tutor", charset="utf-8")
    with path.open("rb") as source:
        return read_po(source, locale=language)


def update(package: Path, language: str) -> Catalog:
    """The catalog of a language with every string of the source, old translations kept."""
    catalog = load(po_file(package, language), language)
    catalog.update(extract(package), no_fuzzy_matching=True, update_creation_date=False)
    catalog.obsolete.clear()
    return catalog


def save(catalog: Catalog, path: Path) -> None:
    """Write a catalog and what gettext reads of it, the .mo beside.

    Sorted and without line numbers, so that differences read well.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as target:
        write_po(target, catalog, width=100, sort_output=True, include_lineno=False,
                 omit_header=False)  # fmt: skip
    with path.with_suffix(".mo").open("wb") as target:
        write_mo(target, catalog)


def faults(catalog: Catalog, source: Catalog) -> Iterator[str]:
    """What is wrong with a catalog: strings missing, left over, or with other placeholders.

    gettext's own check looks at ``%s`` alone; a misspelt ``{name}`` would show only when the
    sentence is spoken.
    """
    wanted = {_id(message.id): message for message in source if message.id}
    for name, message in wanted.items():
        entry = catalog.get(message.id)
        texts = [t for t in _texts(entry.string if entry else "") if t]
        if not texts or (entry and entry.fuzzy):  # what is fuzzy is left out of the .mo
            yield f"not translated: {name!r}"
        for text in texts:
            ours = {(p, *_marks(p, text)) for p in (_BRACES, _PERCENTS)}
            theirs = {(p, *_marks(p, *_texts(message.id))) for p in (_BRACES, _PERCENTS)}
            if ours != theirs and not _counts_in_words(text, message.id):
                yield f"other placeholders: {name!r} → {text!r}"
    for entry in catalog:
        if entry.id and _id(entry.id) not in wanted:
            yield f"no longer used: {_id(entry.id)!r}"


def _id(value: object) -> str:
    return str(value[0]) if isinstance(value, list | tuple) else str(value)


def _texts(value: object) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, list | tuple) else (str(value or ""),)


def _marks(pattern: re.Pattern[str], *texts: str) -> tuple[str, ...]:
    return tuple(sorted({mark for text in texts for mark in pattern.findall(text)}))


def _counts_in_words(text: str, message_id: object) -> bool:
    """A plural may leave its number out: "one more hint"."""
    if not isinstance(message_id, list | tuple):
        return False
    ours, theirs = set(_marks(_BRACES, text)), set(_marks(_BRACES, *_texts(message_id)))
    return theirs - ours <= {"count"} and ours <= theirs

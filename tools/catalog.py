"""Bring the message catalogs up to date with the source: ``python tools/catalog.py``.

Prints what is left to translate; exit code 1 while there is something.
"""

import sys
from pathlib import Path

from tutor.i18n import catalog

PACKAGE = Path(__file__).parents[1] / "tutor"


def main() -> int:
    """Update every catalog and name what is missing."""
    open_ends = 0
    source = catalog.extract(PACKAGE)
    for language in ("ja",):
        updated = catalog.update(PACKAGE, language)
        catalog.save(updated, catalog.po_file(PACKAGE, language))
        for fault in catalog.faults(updated, source):
            open_ends += 1
            sys.stdout.write(f"{language}: {fault}\n")
    return 1 if open_ends else 0


if __name__ == "__main__":
    raise SystemExit(main())

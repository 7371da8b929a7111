"""Data files of a package, read by the shortest way.

``importlib.resources`` and ``pkgutil`` take a tenth of a check's start to load.
"""

import os


def data(beside: str, name: str) -> bytes | None:
    """The bytes of a data file, None where there is none.

    Args:
        beside: The ``__file__`` of a module in the same folder.
        name: The file's name from there (``pages/en/STS101.md``).
    """
    try:
        with open(os.path.join(os.path.dirname(beside), name), "rb") as file:  # noqa: PTH118, PTH120, PTH123
            return file.read()
    except (OSError, ValueError):
        return None

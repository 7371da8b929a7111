"""The wrong and the right manifest of every code, as files."""

from importlib.resources import files


def example(code: str, kind: str) -> str:
    """A manifest that shows a code, empty for a code that has none.

    Args:
        code: A code of the catalogue.
        kind: ``wrong``, ``right``, or ``old`` for the version before.
    """
    source = files(__name__) / f"{code}.{kind}.yaml"
    return source.read_text(encoding="utf-8") if source.is_file() else ""

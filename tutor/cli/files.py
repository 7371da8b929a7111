"""Reading and writing the files a user names."""

import sys
from pathlib import Path

from tutor.model.errors import ExitCode, TutorError

STDIN = "-"


def read_bytes(name: str) -> bytes:
    """The bytes of a file, or of standard input for ``-``.

    Raises:
        TutorError: ``file-not-found``, ``file-unreadable``.
    """
    try:
        return sys.stdin.buffer.read() if name == STDIN else Path(name).read_bytes()
    except FileNotFoundError as error:
        raise TutorError("file-not-found", ExitCode.INPUT, file=name) from error
    except OSError as error:
        raise TutorError(
            "file-unreadable", ExitCode.INPUT, file=name, raw=error.strerror or str(error)
        ) from error


def write_text(path: Path, text: str, *, replace: bool = False) -> None:
    """Write a file whole or not at all.

    Raises:
        TutorError: ``file-exists`` (unless ``replace``), ``file-unwritable``.
    """
    if path.exists() and not replace:
        raise TutorError("file-exists", ExitCode.INPUT, file=str(path))
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_text(text, encoding="utf-8")
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise TutorError(
            "file-unwritable", ExitCode.INPUT, file=str(path), raw=error.strerror or str(error)
        ) from error

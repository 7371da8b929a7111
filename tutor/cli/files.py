"""Reading and writing the files a user names."""

import errno
import os
import sys
from pathlib import Path

from tutor.cli.regular import open_regular
from tutor.model.errors import ExitCode, TutorError

STDIN = "-"
LARGEST = 64 * 1024 * 1024
"""Bytes that are read of a file; nothing the tutor reads is nearly as long."""


def read_bytes(name: str) -> bytes:
    """The bytes of a file, or of standard input for ``-``.

    Raises:
        TutorError: ``file-not-found``, ``file-unreadable``: also for what never ends, a device, a
            FIFO or a socket, and for what is longer than :data:`LARGEST`.
    """
    try:
        if name == STDIN:
            found = sys.stdin.buffer.read(LARGEST + 1)
        else:
            with open_regular(name) as file:
                found = file.read(LARGEST + 1)
        if len(found) > LARGEST:
            raise OSError(errno.EFBIG, os.strerror(errno.EFBIG))
    except FileNotFoundError as error:
        raise TutorError("file-not-found", ExitCode.INPUT, file=name) from error
    except (OSError, ValueError) as error:
        raw = getattr(error, "strerror", None) or str(error)
        raise TutorError("file-unreadable", ExitCode.INPUT, file=name, raw=raw) from error
    return found


def write_text(path: Path, text: str, *, replace: bool = False, private: bool = False) -> None:
    """Write a file whole or not at all.

    Args:
        path: Where.
        text: What.
        replace: Whether a file that is there is replaced.
        private: Whether nobody else may read it: it tells of a person.

    Raises:
        TutorError: ``file-exists`` (unless ``replace``), ``file-unwritable``.
    """
    if path.exists() and not replace:
        raise TutorError("file-exists", ExitCode.INPUT, file=str(path))
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)
    try:
        descriptor = os.open(part, flags, 0o600 if private else 0o666)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise TutorError(
            "file-unwritable", ExitCode.INPUT, file=str(path), raw=error.strerror or str(error)
        ) from error

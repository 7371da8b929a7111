"""A secret of this installation, by which it knows again what it has made elsewhere."""

import os
import secrets
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from tutor.model.errors import ExitCode, TutorError
from tutor.store.paths import data_directory

FILE = "installation.key"
_BYTES = 32


def installation_key(environ: Mapping[str, str]) -> bytes:
    """The secret, 32 bytes; made when it is first asked for, readable by its owner alone.

    Raises:
        TutorError: ``installation-key``: it cannot be read or written, or is damaged.
    """
    path = data_directory(environ) / FILE
    try:
        if not path.exists():
            _make(path)
        return _read(path)
    except (OSError, ValueError) as error:
        raw = getattr(error, "strerror", None) or str(error)
        raise TutorError("installation-key", ExitCode.INPUT, file=str(path), raw=raw) from None


def _make(path: Path) -> None:
    """Write it whole and then give it its name: whoever comes second takes what is there."""
    path.parent.mkdir(0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f"{FILE}.", dir=path.parent)  # 0600 from the beginning
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(_BYTES) + "\n")
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(name, path)
    finally:
        Path(name).unlink(missing_ok=True)


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        if os.name == "posix" and os.fstat(file.fileno()).st_mode & 0o077:
            os.fchmod(file.fileno(), 0o600)
        text = file.read(4 * _BYTES)
    found = bytes.fromhex(text.decode("ascii"))
    if len(found) != _BYTES:
        raise ValueError(f"{len(found)} bytes")
    return found

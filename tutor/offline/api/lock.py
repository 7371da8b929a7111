"""A file that one process holds at a time; the system lets go of it when the process ends."""

import contextlib
import errno
import os
import sys
from pathlib import Path

_TAKEN = (errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES, errno.EDEADLK)
_BEYOND = 1 << 30
"""The byte that is locked on Windows, where nobody may read a locked one: behind the text."""


class InUse(Exception):  # noqa: N818  (told to the user as it is)
    """Another process holds the file."""


class Lock:
    """A file held by this process until :meth:`release`, or until the process ends.

    Args:
        path: The file; made where there is none.

    Raises:
        InUse: Another process holds it.
        OSError: It cannot be opened, or its file system knows no locks.
    """

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _take(self._descriptor)
        except OSError as error:
            os.close(self._descriptor)
            if error.errno in _TAKEN:
                raise InUse from None
            raise

    def sign(self) -> None:
        """Write into the file which process holds it."""
        with contextlib.suppress(OSError):  # a full disk: nobody is told, and that is all
            os.ftruncate(self._descriptor, 0)
            os.write(self._descriptor, b"%d\n" % os.getpid())

    def release(self) -> None:
        """Let go of it."""
        os.close(self._descriptor)


def held(path: Path) -> bool:
    """Whether some process holds a file."""
    try:
        descriptor = os.open(path, os.O_RDWR)
    except OSError:
        return False
    try:
        _take(descriptor, shared=True)  # two who only look do not see each other
    except OSError as error:
        return error.errno in _TAKEN
    finally:
        os.close(descriptor)
    return False


def signed(path: Path) -> int | None:
    """Which process wrote that it holds a file."""
    try:
        return int(path.read_text("ascii"))
    except (OSError, ValueError):
        return None


def _take(descriptor: int, *, shared: bool = False) -> None:
    if sys.platform == "win32":
        import msvcrt

        os.lseek(descriptor, _BEYOND, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        os.lseek(descriptor, 0, os.SEEK_SET)
    else:
        import fcntl

        fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)

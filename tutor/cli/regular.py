"""Opening files that end: no device, FIFO or socket, which may say nothing, or never stop."""

import os
from stat import S_ISDIR, S_ISREG
from typing import BinaryIO


def open_regular(name: str) -> BinaryIO:
    """Open a regular file to read its bytes; returns at once, whatever the name stands for.

    A pipe that a shell made for one command (``<(…)``) has no name but one in ``/dev/fd``: it
    comes from the learner's own command line, and ends with the command in it.

    Raises:
        OSError: As of ``open``; or what is there is no regular file.
    """
    own = name.startswith(("/dev/fd/", "/proc/self/fd/"))
    flags = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
    descriptor = os.open(name, flags if own else flags | getattr(os, "O_NONBLOCK", 0))
    mode = os.fstat(descriptor).st_mode
    if not (own or S_ISREG(mode)):
        os.close(descriptor)
        raise (
            IsADirectoryError(21, os.strerror(21))
            if S_ISDIR(mode)
            else OSError(22, "not a regular file")
        )
    return os.fdopen(descriptor, "rb")

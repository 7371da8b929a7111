"""What a process is given before it runs: its three streams, and the signals that end it."""

import errno
import os
import signal
import sys
from contextlib import suppress
from types import FrameType
from typing import NoReturn

ENDING = tuple(
    getattr(signal, name) for name in ("SIGTERM", "SIGHUP", "SIGQUIT") if hasattr(signal, name)
)
"""Signals that end the program in order, the terminal as it was found. Windows has fewer."""
UNTAKEN = frozenset({errno.ENOSPC, errno.EIO, errno.EBADF, errno.EFBIG, errno.EDQUOT})
"""What a stream that takes no more says; it names no file."""
BY_SIGNAL = 128
"""An exit code is this and the number of the signal, as shells tell it."""


class Ended(BaseException):
    """A signal ends the program. No error: nothing on the way may take it for one."""

    def __init__(self, sign: int) -> None:
        super().__init__(sign)
        self.exit_code = BY_SIGNAL + sign


def take() -> None:
    """Have three open streams, and end in order at a signal.

    Where a stream is closed, the next file that is opened would take its number, and be written
    to by whoever means the stream. A signal that is ignored (``nohup``) stays so.
    """
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        if getattr(sys, name) is None:
            opened = os.open(os.devnull, os.O_RDWR)
            if opened != number:
                os.dup2(opened, number)
                os.close(opened)
            setattr(sys, name, open(number, mode, encoding="utf-8", closefd=False))  # noqa: SIM115
    for sign in ENDING:
        if signal.getsignal(sign) is signal.SIG_DFL:
            signal.signal(sign, _end)


def _end(sign: int, frame: FrameType | None) -> NoReturn:
    raise Ended(sign)


def unwritable() -> OSError | None:
    """Why standard output takes no more; None where it does. What it refused is dropped."""
    try:
        sys.stdout.flush()
    except OSError as error:
        with suppress(OSError, ValueError):  # else Python says so once more at exit
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return error
    except ValueError:
        return None
    return None

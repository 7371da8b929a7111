"""Asking the terminal how wide it draws a character."""

import os
import re
import sys

TIMEOUT_SECONDS = 0.5
_REPORT = re.compile(rb"\x1b\[(\d+);(\d+)R")


def drawn_width(text: str) -> int | None:
    """Cells the terminal moves its cursor for a text, or None where it does not answer.

    Writes the text at the start of the line, asks for the cursor's position (``CSI 6 n``) and
    wipes the line. Call it only with a terminal at standard input and output.
    """
    try:
        import termios
        import tty
    except ImportError:  # Windows
        return None
    source, target = sys.stdin.fileno(), sys.stdout.fileno()
    before = termios.tcgetattr(source)
    try:
        tty.setcbreak(source, termios.TCSANOW)
        os.write(target, b"\r" + text.encode() + b"\x1b[6n")
        answer = _read_report(source)
    finally:
        termios.tcsetattr(source, termios.TCSANOW, before)
        os.write(target, b"\r\x1b[K")
    return int(answer[2]) - 1 if answer else None


def _read_report(source: int) -> re.Match[bytes] | None:
    import select

    received = b""
    while select.select([source], [], [], TIMEOUT_SECONDS)[0]:
        piece = os.read(source, 64)
        if not piece:
            break
        received += piece
        if match := _REPORT.search(received):
            return match
    return None

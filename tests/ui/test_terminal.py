"""The program in a real pseudo-terminal: what a person sees, and what is left behind."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyte
import pytest

from tests.waiting import until
from tutor.i18n.translator import translator

pytestmark = pytest.mark.terminal

COLUMNS, ROWS = 80, 24
_MODE = re.compile(rb"\x1b\[\?([0-9;]+)([hl])")
BEFORE = {7: True, 25: True}
"""Private modes that are on when a program begins: lines wrap, the cursor is shown."""


def modes(received: bytes) -> dict[int, bool]:
    """The private modes that are not as they were before a program wrote this."""
    now = dict(BEFORE)
    for numbers, switch in _MODE.findall(received):
        for number in numbers.split(b";"):
            now[int(number)] = switch == b"h"
    return {mode: on for mode, on in now.items() if on != BEFORE.get(mode, False)}


# What pyte does not know and would print: other modes, queries, titles, device strings.
_UNKNOWN = re.compile(
    rb"\x1b\[[<>=?][0-9;]*[umqc]|\x1b\[\?[0-9;]*\$p|\x1b\[[0-9]* ?q"
    rb"|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1bP[^\x1b]*\x1b\\"
)


class Terminal:
    """A terminal of 80×24 with one program in it."""

    def __init__(self, arguments: list[str], environ: dict[str, str]) -> None:
        self.screen = pyte.Screen(COLUMNS, ROWS)
        self._stream = pyte.ByteStream(self.screen)
        self.received = b""
        self._ours, self._theirs = pty.openpty()
        size = struct.pack("HHHH", ROWS, COLUMNS, 0, 0)
        fcntl.ioctl(self._theirs, termios.TIOCSWINSZ, size)
        self.before = termios.tcgetattr(self._theirs)
        self.process = subprocess.Popen(
            arguments,
            stdin=self._theirs,
            stdout=self._theirs,
            stderr=self._theirs,
            start_new_session=True,
            env=environ,
        )

    @property
    def text(self) -> str:
        # Not pyte's own `display`: it trips over half of a wide character.
        rows = (self.screen.buffer[y] for y in range(ROWS))
        return "\n".join("".join(row[x].data for x in range(COLUMNS)).rstrip() for row in rows)

    def read(self, seconds: float = 0.05) -> bool:
        """Take in what the program has written; whether it wrote anything."""
        ready, _, _ = select.select([self._ours], [], [], seconds)
        if not ready:
            return False
        try:
            piece = os.read(self._ours, 65536)
        except OSError:
            return False
        self.received += piece
        self._stream.feed(_UNKNOWN.sub(b"", piece))
        return bool(piece)

    def wait_for(self, wanted: str) -> None:
        def shown() -> bool:
            self.read()
            return wanted in self.text.replace("\n", "")

        until(shown, lambda: f"{wanted!r} never came:\n{self.text}")

    def type(self, keys: str) -> None:
        os.write(self._ours, keys.encode())

    def end(self) -> int:
        """Wait for the program to end; its exit code."""
        until(lambda: not self.read() and self.process.poll() is not None, lambda: self.text)
        return self.process.wait()

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self._ours)
        os.close(self._theirs)

    def assert_sane(self) -> None:
        """The terminal is as the program found it."""
        assert termios.tcgetattr(self._theirs) == self.before
        assert modes(self.received) == {}
        assert len(re.findall(rb"\x1b\[>\d+u", self.received)) == self.received.count(b"\x1b[<u")
        assert "Traceback" not in self.text


@contextmanager
def terminal(home: Path, *arguments: str, lang: str = "ja_JP.UTF-8") -> Iterator[Terminal]:
    environ = {
        **{k: v for k, v in os.environ.items() if not k.startswith(("LC_", "STS_", "TEXTUAL"))},
        "STS_TUTOR_HOME": str(home),
        "TERM": "xterm-256color",
        "LANG": lang,
        "LANGUAGE": "",
        "PYTHONUTF8": "1",
    }
    ours = Terminal([sys.executable, *arguments], environ)
    try:
        yield ours
    finally:
        ours.close()


def test_a_learner_in_a_real_terminal(tmp_path: Path) -> None:
    with terminal(tmp_path, "-m", "tutor") as ours:
        ours.wait_for("StatefulSetとは何か")
        ours.wait_for("F3 English")
        ours.type("\r")
        ours.wait_for("よくある答え")
        ours.type("\x1b[19~\x1b[19~\x1b[19~")  # F8, three times: to the editor's step
        ours.wait_for("kind: StatefulSet")
        ours.type("i")
        ours.wait_for("matchLabels:")  # the editor has the keyboard, and so more room
        ours.type("# 名前「web」は、いつも同じ。")
        ours.wait_for("# 名前「web」は、いつも同じ。apiVersion: apps/v1")
        ours.type("\x0c")  # Ctrl+L
        ours.wait_for("F3 日本語")
        ours.type("\x11")  # Ctrl+Q
        assert ours.end() == 0
        ours.assert_sane()
    with terminal(tmp_path, "-m", "tutor", lang="C") as again:
        again.wait_for("What is a StatefulSet?")  # the language of the last visit
        again.type("\r")
        again.wait_for("web")  # and the draft
        again.type("\x03\x03")  # Ctrl+C, twice
        assert again.end() == 0
        again.assert_sane()


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT])
@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        ((), "F10"),
        (("learn", "what-is-a-statefulset"), "F8"),
        (("learn", "--plain"), ">"),
        (("quiz",), "F10"),
        (("quiz", "--plain"), ">"),
        (("watch", "answer.yaml", "--lesson", "what-is-a-statefulset"), "Ctrl-C"),
    ],
)
def test_a_signal_leaves_the_terminal_as_it_was(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    sign: signal.Signals,
    arguments: tuple[str, ...],
    wanted: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    with terminal(tmp_path, "-m", "tutor", *arguments, lang="en_US.UTF-8") as ours:
        ours.wait_for(wanted)
        ours.process.send_signal(sign)
        assert ours.end() == 128 + sign
        ours.assert_sane()
    assert not (tmp_path / "crash.log").exists()


def test_an_interrupt_from_outside_leaves_the_terminal_sane(tmp_path: Path) -> None:
    with terminal(tmp_path, "-m", "tutor") as ours:
        ours.wait_for("F10")
        ours.process.send_signal(signal.SIGINT)
        assert ours.end() in (0, 130)
        ours.assert_sane()


CRASH = """
import sys
from tutor.ui.app import TutorApp

def trip(self):
    raise ZeroDivisionError("a secret of the program")

TutorApp.action_help = trip
from tutor.cli import main
sys.exit(main([]))
"""


def test_a_crash_leaves_the_terminal_sane_and_words_instead_of_a_traceback(tmp_path: Path) -> None:
    with terminal(tmp_path, "-c", CRASH, lang="en_US.UTF-8") as ours:
        ours.wait_for("F1 Help")
        ours.type("?")
        assert ours.end() == 70
        ours.assert_sane()
        after = ours.received.rpartition(b"\x1b[?1049l")[2].decode()
        assert "bug of the tutor" in after
        assert "ZeroDivisionError" not in after
    assert "ZeroDivisionError" in (tmp_path / "crash.log").read_text("utf-8")


DRIVER = """
import sys
from textual.drivers.linux_driver import LinuxDriver

feed = LinuxDriver.process_message

def trip(self, message):
    if getattr(message, "key", "") == "j":
        raise ZeroDivisionError("a secret of the driver")
    feed(self, message)

LinuxDriver.process_message = trip
from tutor.cli import main
sys.exit(main([]))
"""


def test_a_crash_in_the_thread_that_reads_keys(tmp_path: Path) -> None:
    with terminal(tmp_path, "-c", DRIVER, lang="en_US.UTF-8") as ours:
        ours.wait_for("F1 Help")
        ours.type("j")
        assert ours.end() == 70
        ours.assert_sane()
        after = ours.received.rpartition(b"\x1b[?1049l")[2].decode()
        assert "bug of the tutor" in after
        assert "ZeroDivisionError" not in after
    assert "ZeroDivisionError" in (tmp_path / "crash.log").read_text("utf-8")


def test_a_whole_step_in_a_cluster_in_a_real_terminal(tmp_path: Path) -> None:
    t = translator("ja")
    with terminal(tmp_path, "-m", "tutor", "learn", "what-is-a-statefulset") as ours:
        ours.wait_for("F8")
        for _ in range(7):
            ours.type("\x1b[19~")  # F8: to the step in a cluster
        ours.wait_for(t("What must come about"))
        ours.type("\x1b[15~")  # F5: the cluster
        ours.wait_for(t("Offline cluster"))
        ours.wait_for("example-statefulset-2  Running Ready")
        ours.wait_for(t("NOW {clock}", clock="+0:00"))
        ours.type("k")  # the line
        ours.type("get pods\r")
        ours.wait_for("NAME")
        ours.type("\x1b[15~")  # F5: the suggested command
        ours.wait_for(t("{subject} is being deleted", subject="example-statefulset-1"))
        ours.wait_for(t("{subject} is Ready", subject="example-statefulset-1"))
        ours.type("\x1b[15~")  # hurry
        done = t("**Done.** Everything has come about. {key} goes back to the lesson.", key="F5")
        ours.wait_for(done.replace("*", "").replace(" ", ""))
        ours.type("\x1b[15~")  # to the lesson
        ours.wait_for(t("**Done.** You saw it happen.").replace("*", "").split()[-1])
        ours.type("\x11")  # Ctrl+Q
        assert ours.end() == 0
        ours.assert_sane()

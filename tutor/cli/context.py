"""What every command is given: the surroundings, opened when asked for."""

import os
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING, TextIO

from tutor.i18n import locale
from tutor.i18n.translator import Translator, translator
from tutor.model.errors import TutorError

if TYPE_CHECKING:
    from tutor.model.course import Course
    from tutor.store.database import Store


class Context:
    """One run of the program.

    Attributes:
        language: What messages are written in.
        asked_language: The value of ``--lang``, if it was given.
        program: How the user calls it: ``sts-tutor`` or ``kubectl tutor``.
    """

    def __init__(
        self,
        language: str,
        asked_language: str | None = None,
        program: str = "sts-tutor",
        *,
        environ: Mapping[str, str] | None = None,
        stdin: TextIO | None = None,
        stdout: TextIO | None = None,
        stderr: TextIO | None = None,
    ) -> None:
        self.language = language
        self.asked_language = asked_language
        self.program = program
        self.environ: Mapping[str, str] = os.environ if environ is None else environ
        self.stdin = stdin or sys.stdin
        self.stdout = stdout or sys.stdout
        self.stderr = stderr or sys.stderr
        self.forgets: TutorError | None = None
        """Why nothing of this visit is kept, once :meth:`learner_store` has found out."""

    @property
    def t(self) -> Translator:
        """Strings in the language of this run."""
        return translator(self.language)

    @cached_property
    def course(self) -> "Course":
        """The lessons. Raises TutorError where the installation is damaged."""
        from tutor.course.loader import load, locate

        return load(*locate())

    @cached_property
    def store(self) -> "Store":
        """The learner's progress. Raises TutorError where it cannot be used."""
        from tutor.store.database import open_store
        from tutor.store.paths import DATABASE, data_directory

        return open_store(data_directory(self.environ) / DATABASE)

    def learner_store(self) -> "Store":
        """The learner's progress or, where it cannot be used, a store that forgets.

        A learner goes on either way; what is wrong, and that nothing will be kept, is said first.
        """
        from tutor.i18n.errors import error_text
        from tutor.store.database import open_memory

        try:
            return self.store
        except TutorError as error:
            self.forgets = error
            self.warn(error_text(error, self.t))
            self.warn(self.t("This visit goes on without saving anything."))
            return open_memory()

    def speak(self, saved: str | None) -> str | None:
        """Take up the language of the last visit; None where the learner should be asked."""
        chosen = locale.choose(self.environ, asked=self.asked_language, saved=saved)
        if chosen:
            self.language = chosen
        return chosen

    def say(self, text: str = "") -> None:
        """A line for the user."""
        print(text, file=self.stdout)

    def warn(self, text: str, *, bare: bool = False) -> None:
        """A line about trouble, after the program's name unless it is ``bare``.

        Where it cannot be written nobody can be told; the exit code still says it.
        """
        with suppress(OSError):
            print(text if bare else f"{self.program}: {text}", file=self.stderr)

    @staticmethod
    def now() -> float:
        """Seconds since the epoch."""
        return time.time()

    def look(self) -> tuple[bool, int]:
        """Whether colours are welcome, and how many cells wide the terminal is; 0 for a pipe."""
        if not self.stdout.isatty():
            return False, 0
        plain = self.environ.get("NO_COLOR") or self.environ.get("TERM") == "dumb"
        try:
            width = os.get_terminal_size(self.stdout.fileno()).columns
        except OSError:
            width = 80
        return not plain, width

    def interactive(self) -> bool:
        """Whether someone sits at both ends of a terminal."""
        return self.stdin.isatty() and self.stdout.isatty()

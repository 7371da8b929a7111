"""Lines out, answers in: no cursor, no colour, no control characters."""

import shutil
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TextIO

from tutor.i18n.linebreak import wrap
from tutor.i18n.text import printable
from tutor.i18n.translator import Translator, translator
from tutor.ui.drawing import ascii_only
from tutor.ui.layout import lines
from tutor.ui.markdown import parse

WIDEST = 84
NARROWEST = 20
END = "."
"""A line of this alone ends a text that is typed."""


class InputEnded(Exception):  # noqa: N818  (it is no error)
    """There is no more input."""


@dataclass(frozen=True, slots=True)
class Said:
    """One line of the learner's.

    Attributes:
        word: The first word, folded: full-width letters and capitals count as the plain ones.
        rest: What stands after it, as it was typed.
        line: The whole line, folded.
        typed: The whole line as it was typed.
    """

    word: str
    rest: str
    line: str
    typed: str = ""


class Talk:
    """A conversation over two text streams.

    Args:
        source: Where answers come from.
        target: Where lines go.
        language: The language to begin in.
        width: Cells to write in; by default what the terminal has, as it changes.
        ascii_drawings: Draw lines and arrows in ASCII.
    """

    def __init__(
        self,
        source: TextIO,
        target: TextIO,
        language: str,
        *,
        width: int | None = None,
        ascii_drawings: bool = False,
    ) -> None:
        self._source = source
        self._target = target
        self._width = width
        self._ascii = ascii_drawings
        self.language = language

    @property
    def t(self) -> Translator:
        """Strings in the learner's language."""
        return translator(self.language)

    @property
    def width(self) -> int:
        """Cells to write in; long lines are hard to read, so not all of a wide terminal."""
        width = self._width or shutil.get_terminal_size().columns - 1
        return min(max(width, NARROWEST), WIDEST)

    def say(self, *paragraphs: str) -> None:
        """Paragraphs of plain words, wrapped."""
        for paragraph in paragraphs:
            for line in wrap(printable(paragraph), self.width):
                self._write(line)

    def markdown(self, text: str) -> None:
        """Markdown, laid out; code keeps its ticks."""
        for line in lines(parse(text, self.language), self.width, ticks=True):
            self._write(line.text)

    def listed(self, items: Iterable[tuple[str, str]]) -> None:
        """Lines that begin with a label and hang below it: ``1. One at a time``."""
        for label, words in items:
            room = max(self.width - len(label) - 1, 8)
            for number, line in enumerate(wrap(printable(words), room)):
                self._write(f"{' ' * len(label) if number else label} {line}")

    def exactly(self, text: str) -> None:
        """Text as it is, line by line: YAML."""
        for line in printable(text).split("\n"):
            self._write(line)

    def gap(self) -> None:
        """An empty line."""
        self._write("")

    def ask(self, question: str) -> Said:
        """One line of the learner's.

        Raises:
            InputEnded: There is no more input.
        """
        self.say(question)
        line = self._read("> ").strip()
        folded = unicodedata.normalize("NFKC", line).replace("、", " ").casefold().strip()
        word, _, _ = folded.partition(" ")
        return Said(word, line.partition(" ")[2].strip(), folded, line)

    def take_text(self) -> str:
        """A text of several lines, up to a line of a single dot.

        Raises:
            InputEnded: There is no more input; a text without its last dot does not count.
        """
        taken: list[str] = []
        while True:
            line = self._read("")
            if unicodedata.normalize("NFKC", line.strip()) in (END, "。"):
                return "\n".join([*taken, ""])
            taken.append(line)

    def choose(self, said: Said, choices: Sequence[str]) -> None:
        """Answer a word that means nothing here with those that do."""
        self.say(
            self.t(
                "“{word}” is not a command here. Commands: {commands}",
                word=said.word,
                commands=self.t(", ").join(choices),
            )
        )

    def _read(self, prompt: str) -> str:
        if self._source is sys.stdin and self._target is sys.stdout and sys.stdin.isatty():
            try:
                return input(prompt)  # the terminal's own line editing
            except EOFError as error:
                raise InputEnded from error
        self._target.write(prompt)
        self._target.flush()
        line = self._source.readline()
        if not line:
            self._target.write("\n")
            raise InputEnded
        return line.rstrip("\r\n")

    def _write(self, line: str) -> None:
        self._target.write(f"{ascii_only(line) if self._ascii else line}\n".replace("\r", ""))
        self._target.flush()

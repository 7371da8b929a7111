"""A manifest's text → Documents, and findings about what is not as kubectl wants it.

kubectl's way is followed step by step: decode, cut at ``---`` lines, parse each document, take
Lists apart. Where kubectl would stop at the first mistake, reading goes on with the next document,
and with the same one where it is plain what was meant.
"""

# What only some texts need is imported when they do: most manifests are plain, and checked cold.

import gc
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import TYPE_CHECKING

from yaml import YAMLError

from tutor.manifest import encodings, limits
from tutor.manifest.composer import Composed, Composer
from tutor.manifest.documents import Document, Manifest
from tutor.manifest.lists import expand
from tutor.manifest.nodes import Mapping, Scalar, Sequence
from tutor.manifest.places import (
    At,
    after,
    beyond_yaml,
    line_starts,
    lines_of,
    move,
    moved,
    not_beyond,
    place,
    shifted,
)
from tutor.manifest.problems import Problem
from tutor.manifest.splitting import Chunk, has_directives, split, without_directives
from tutor.model.findings import Finding

if TYPE_CHECKING:
    from tutor.manifest.jsonstream import Piece
    from tutor.manifest.slips.fixes import Draft
    from tutor.manifest.slips.mend import Mender


_LARGE = 50_000
"""Characters from which on the garbage collector is felt."""


def read(source: str | bytes, file: str = "") -> Manifest:
    """Read a manifest: YAML or JSON, one document or many.

    Args:
        source: The text, or the bytes of a file.
        file: Name of the file as the user gave it.

    Returns:
        The objects, and what is wrong with the text. Documents that cannot be read are missing.
        Never raises, and reads nothing beyond :mod:`tutor.manifest.limits`.
    """
    if len(source) > limits.MAX_BYTES:
        problem = _beyond(limits.LimitError("size", limits.MAX_BYTES))
        text = source if isinstance(source, str) else ""
        return Manifest(text, (), (problem.finding(1, file),), file)
    problems: list[Problem] = []
    if isinstance(source, str):
        text = source.lstrip(encodings.BOM)
    else:
        text, problems = encodings.decode(source)
    reading = _Reading(file)
    reading.report(problems)
    with _uncollected(text):
        reading.read(text)
    return Manifest(text, tuple(reading.documents), reading.in_order(), file)


@contextmanager
def _uncollected(text: str) -> Iterator[None]:
    """Let the garbage collector wait while a large text is read.

    It would go through all nodes made so far again and again, and find nothing: they are no cycles.
    With it, time per line doubles from 10,000 lines to 100,000.
    """
    if len(text) < _LARGE or not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


class _Reading:
    """The reading of one file."""

    def __init__(self, file: str) -> None:
        self.documents: list[Document] = []
        self._file = file
        self._findings: list[Finding] = []
        self._counts: Counter[tuple[str, int]] = Counter()
        self._index = 0
        self._composer = Composer()
        self._mender: Mender | None = None

    def read(self, text: str) -> None:
        """Read all documents of a text."""
        try:
            limits.check_lines(text)
            for chunk in split(text):
                self._chunk(chunk)
        except limits.LimitError as error:
            self.documents.clear()
            self.report([_beyond(error)])

    def report(self, problems: Iterable[Problem]) -> None:
        """Make findings of problems in the document at hand, as many of a code as are of use."""
        for problem in problems:
            number = max(self._index, 1)
            self._counts[problem.code, number] += 1
            if self._counts[problem.code, number] <= limits.MAX_FINDINGS_PER_CODE:
                self._findings.append(problem.finding(number, self._file))

    def in_order(self) -> tuple[Finding, ...]:
        """What was found, the gravest first, then by place."""
        return tuple(
            sorted(self._findings, key=lambda f: (f.severity.rank, f.line, f.column, f.code))
        )

    def _chunk(self, chunk: Chunk, at: At | None = None, *, whole: bool = True) -> None:
        """Read the document of one chunk.

        Args:
            chunk: Its text.
            at: From places in that text to places in the file, where they differ.
            whole: Whether it is as the file has it: not a part of a chunk, and not mended.
        """
        self._index += 1
        if chunk.skipped:
            at = after(shifted(0, chunk.skipped, chunk.line), at)
        if chunk.ended and whole:
            line, column = place(chunk.text, len(chunk.text) - 1)
            at = after(not_beyond(chunk.line + line - 1, column), at)
        chunk = without_directives(chunk)
        self.report(chunk.problems)
        try:
            composed = self._composer.compose(chunk.text, chunk.line)
        except (YAMLError, UnicodeEncodeError) as error:
            stream = _stream(chunk) if whole else None
            if stream:
                self._pieces(stream, chunk.line, at)
            else:
                self._mend(chunk, error, at, whole=whole)
            return
        rest = chunk.text[composed.end :].strip()
        if whole and (rest or _has_slashes(composed)) and (stream := _stream(chunk)):
            self._pieces(stream, chunk.line, at)
            return
        if rest:
            self.report(_moved(_rest(chunk, composed.end), at))
        starts = _run_together(composed) if whole else []
        if starts:
            self._divided(chunk, starts, at)
        elif whole and (_is_bare_text(composed) or _may_be_template(composed, chunk)):
            self._mend(chunk, None, at, whole=True)
        else:
            self._composed(chunk, composed, at)

    def _composed(self, chunk: Chunk, composed: Composed, at: At | None) -> None:
        """Look for what YAML does not mind, and take the document over."""
        slips = _silent(composed, chunk)
        if slips is not None:
            self.report(_moved(slips.problems, at))
            if slips.faithful and not has_directives(slips.text):
                try:
                    composed = self._composer.compose(slips.text, chunk.line)
                    at = after(slips.edits.at, at)
                except YAMLError:
                    pass  # the document as it is says more than none
        root = composed.root
        if root is None or (isinstance(root, Scalar) and root.value is None):  # kubectl skips it
            self._index -= 1
            return
        problems = composed.problems
        for step in (beyond_yaml(chunk.text, chunk.line), at):
            if step is not None:
                move(root, step)
                problems = _moved(problems, step)
        self.report(problems)
        if isinstance(root, Mapping):
            self.documents.extend(expand(Document(self._index, root, (), self._file)))
        elif not problems:
            self.report([_not_an_object(root)])

    def _mend(self, chunk: Chunk, error: Exception | None, at: At | None, *, whole: bool) -> None:
        """Say what is wrong with a document that is not YAML, and read it if it can be mended."""
        if self._mender is None:
            from tutor.manifest.slips.mend import Mender

            self._mender = Mender()
        mended = self._mender.mend(chunk, error)
        self.report(_moved(mended.problems, at))
        if not whole or mended.text is None:
            return
        at = after(mended.edits.at, at)
        if mended.faithful:
            self._index -= 1
        for part in split(mended.text, chunk.line):
            if mended.faithful:
                self._chunk(part, at, whole=False)
            elif not has_directives(part.text):
                self._doubtful(part, at)

    def _doubtful(self, chunk: Chunk, at: At) -> None:
        """Look for further slips in a document that may have been meant otherwise."""
        try:
            composed = self._composer.compose(chunk.text, chunk.line)
        except YAMLError:
            return
        slips = _silent(composed, chunk)
        if slips is not None:
            self.report(_moved(slips.problems, at))

    def _pieces(self, stream: "list[Piece]", first: int, at: At | None) -> None:
        """Read the objects of a JSON stream."""
        self._index -= 1
        for piece in stream:
            line = first + piece.line
            written = after(shifted(1 - line, 0, line), piece.edits.at)
            written = after(written, shifted(line - 1, piece.column, 1))
            self._chunk(Chunk(piece.text, line), after(written, at), whole=False)

    def _divided(self, chunk: Chunk, starts: list[Scalar], at: At | None) -> None:
        """Read a chunk that holds several documents because ``---`` is missing between them."""
        self._index -= 1
        begins = line_starts(chunk.text)
        rows = [0, *(key.line - chunk.line for key in starts), len(begins) - 1]
        for number, (first, last) in enumerate(pairwise(rows)):
            problems = (_missing_separator(starts[number - 1]),) if number else ()
            text = chunk.text[begins[first] : begins[last]]
            self._chunk(Chunk(text, chunk.line + first, problems), at, whole=False)


def _stream(chunk: Chunk) -> "list[Piece] | None":
    """The objects of a JSON file, None if it is none."""
    if chunk.text.lstrip()[:1] != "{":
        return None
    from tutor.manifest.jsonstream import pieces

    return pieces(chunk.text)


def _silent(composed: Composed, chunk: Chunk) -> "Draft | None":
    """The slips of a document that YAML minds not, None if there are none."""
    odd: list[Scalar] = []
    if composed.root is not None and not chunk.text.isascii():
        from tutor.manifest.slips.suspicion import odd_scalars

        odd = odd_scalars(composed.root)
    if not odd and not composed.suspects:
        return None
    from tutor.manifest.slips.silent import silent_slips

    return silent_slips(odd, composed.suspects, chunk)


def _moved(problems: list[Problem], at: At | None) -> list[Problem]:
    return problems if at is None else [moved(problem, at) for problem in problems]


def _run_together(composed: Composed) -> list[Scalar]:
    """The keys at which a new document begins without ``---``, if that is what happened."""
    repeated = [key for key in composed.repeated if key.column == 1]
    if len({key.text for key in repeated}) < 2:
        return []
    return [key for key in repeated if key.text == repeated[0].text]


def _has_slashes(composed: Composed) -> bool:
    r"""Whether there is a ``\/``, an escape of JSON's and not of YAML's."""
    return any(problem.code == "YAML140" for problem in composed.problems)


def _is_bare_text(composed: Composed) -> bool:
    return isinstance(composed.root, Scalar) and composed.root.value is not None


def _may_be_template(composed: Composed, chunk: Chunk) -> bool:
    """``replicas: {{ .Values.replicas }}`` is YAML: an object that is the key of another."""
    return "{{" in chunk.text and any(
        problem.code == "YAML111" and problem.variant == "object" for problem in composed.problems
    )


def _missing_separator(key: Scalar) -> Problem:
    params = {"key": key.text}
    return Problem("YAML106", key.line, key.column, key.end_line, key.end_column, params, "missing")


def _rest(chunk: Chunk, end: int) -> list[Problem]:
    """Text behind the end of the document, which kubectl passes over in silence."""
    line, column = place(chunk.text, end)
    for row, text in enumerate(lines_of(chunk.text[end:])):
        found = text.strip()
        if found and found[0] != "#":
            start = len(text) - len(text.lstrip()) + (1 if row else column)
            number = chunk.line + line + row - 1
            return [Problem("YAML107", number, start, number, start + len(found), {})]
    return []


def _not_an_object(root: Scalar | Sequence | Mapping) -> Problem:
    variant = "list" if isinstance(root, Sequence) else "scalar"
    end_line, end_column = root.end_line, root.end_column
    if end_line != root.line:
        end_line, end_column = root.line, root.column + 1
    return Problem("YAML105", root.line, root.column, end_line, end_column, {}, variant)


def _beyond(error: limits.LimitError) -> Problem:
    return Problem(
        "YAML104",
        error.line,
        error.column,
        error.line,
        error.column + 1,
        {"limit": error.limit},
        error.variant,
    )

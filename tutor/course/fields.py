"""Typed values out of a document, each failure noted with file, line and column."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from tutor.course.problems import Problem
from tutor.manifest.nodes import Data, Mapping, Node, Scalar, Sequence, data
from tutor.manifest.reader import read
from tutor.model.findings import Param, Severity


@dataclass(frozen=True, slots=True)
class Place:
    """A file being read, and the list its problems go to."""

    file: str
    problems: list[Problem]

    def problem(self, code: str, node: Node | None = None, **params: Param) -> None:
        """Note a problem, at a node or about the file as a whole."""
        line, column = (node.line, node.column) if node is not None else (0, 0)
        self.problems.append(Problem(code, self.file, line, column, params))


class Fields:
    """A mapping of a lesson's file. Every field is asked for once, with its type."""

    def __init__(self, place: Place, node: Mapping, name: str = "") -> None:
        self.place = place
        self.node = node
        self.name = name

    def _path(self, key: str) -> str:
        return f"{self.name}.{key}" if self.name else key

    def get(self, key: str) -> Node | None:
        """The node of a field, None where it is missing or null."""
        node = self.node.values.get(key)
        return None if isinstance(node, Scalar) and node.value is None else node

    def missing(self, key: str) -> None:
        """Note that a field is missing, or empty: then at its key."""
        node = self.node.keys.get(key, self.node)
        self.place.problem("field-missing", node, field=self._path(key))

    def wrong(self, key: str, needed: str) -> None:
        """Note that a field is not what it should be. ``needed`` names a kind of value."""
        node = self.node.values.get(key) or self.node
        found = node.text if isinstance(node, Scalar) else type(node).__name__.lower()
        self.place.problem("field-wrong", node, field=self._path(key), found=found, needed=needed)

    def only(self, known: Collection[str]) -> None:
        """Note every key that is not known."""
        for key, node in self.node.keys.items():
            if key not in known:
                self.place.problem("field-unknown", node, field=self._path(key), known=tuple(known))

    def text(self, key: str, *, required: bool = True) -> str:
        """A string that is not empty; numbers and booleans read as they were typed."""
        node = self.get(key)
        if node is None or (isinstance(node, Scalar) and not node.text.strip()):
            if required:
                self.missing(key)
            return ""
        if not isinstance(node, Scalar):
            self.wrong(key, "text")
            return ""
        return node.text.strip()

    def integer(self, key: str) -> int:
        """A positive whole number."""
        node = self.get(key)
        if node is None:
            self.missing(key)
            return 0
        value = node.value if isinstance(node, Scalar) else None
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            self.wrong(key, "number")
            return 0
        return value

    def texts(self, key: str, *, required: bool = False) -> tuple[str, ...]:
        """A list of strings, none twice."""
        node = self.get(key)
        if node is None:
            if required:
                self.missing(key)
            return ()
        if not isinstance(node, Sequence):
            self.wrong(key, "list")
            return ()
        out: list[str] = []
        for item in node.items:
            if not isinstance(item, Scalar) or not item.text.strip():
                self.place.problem(
                    "field-wrong", item, field=self._path(key), found="", needed="text"
                )
            elif item.text.strip() in out:
                self.place.problem("field-twice", item, field=self._path(key), found=item.text)
            else:
                out.append(item.text.strip())
        if required and not node.items:
            self.wrong(key, "list")
        return tuple(out)

    def fields(self, key: str, *, required: bool = False) -> "Fields | None":
        """A mapping."""
        node = self.get(key)
        if node is None:
            if required:
                self.missing(key)
            return None
        if not isinstance(node, Mapping):
            self.wrong(key, "mapping")
            return None
        return Fields(self.place, node, self._path(key))

    def each(self, key: str, *, required: bool = False) -> Iterator["Fields"]:
        """The mappings of a list."""
        node = self.get(key)
        if node is None:
            if required:
                self.missing(key)
            return
        if not isinstance(node, Sequence):
            self.wrong(key, "list")
            return
        for i, item in enumerate(node.items):
            name = f"{self._path(key)}[{i}]"
            if isinstance(item, Mapping):
                yield Fields(self.place, item, name)
            else:
                self.place.problem("field-wrong", item, field=name, found="", needed="mapping")

    def words(self, key: str) -> dict[str, str]:
        """A mapping of strings to strings that are not empty."""
        inner = self.fields(key)
        if inner is None:
            return {}
        return {name: inner.text(name) for name in inner.node.values}

    def data(self, key: str) -> Data:
        """Any value, as YAML has it."""
        node = self.node.values.get(key)
        return None if node is None else data(node)


def open_document(text: str, place: Place) -> Fields | None:
    """The one mapping a text holds, or None after noting why there is none."""
    manifest = read(text, place.file)
    for finding in manifest.findings:
        if finding.severity is Severity.ERROR:
            place.problems.append(
                Problem(
                    "yaml",
                    place.file,
                    finding.line,
                    finding.column,
                    {"found": finding.code, "raw": str(finding.params.get("raw", ""))},
                )
            )
    if len(manifest.documents) != 1:
        if not any(p.code == "yaml" for p in place.problems):
            place.problem("not-one-document", count=len(manifest.documents))
        return None
    return Fields(place, manifest.documents[0].root)

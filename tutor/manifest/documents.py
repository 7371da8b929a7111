"""A document: one Kubernetes object of a file, with a way from any path to its place."""

from typing import NamedTuple

from tutor.manifest.nodes import Data, Mapping, Node, Scalar, Sequence, data, span
from tutor.model.findings import Finding, Param, Path, Severity, Span, format_path, parse_path


class Document:
    """One object. Items of a ``kind: List`` are documents of their own, with a ``prefix``.

    Attributes:
        index: Place in the file, counted from 1; the items of a List share their List's.
        root: The object; anything but a mapping has been reported and left out.
        prefix: Path of ``root`` within the file's document (``items[2]``), else empty.
        file: Name of the file as the user gave it, empty for text from an editor.
        views: What others made of the document and want to keep with it, by their own names.
    """

    __slots__ = ("_data", "_names", "file", "index", "prefix", "root", "views")

    def __init__(self, index: int, root: Mapping, prefix: Path = (), file: str = "") -> None:
        self.index = index
        self.root = root
        self.prefix = prefix
        self.file = file
        self.views: dict[str, object] = {}
        self._data: Data = None
        self._names: tuple[str, str, str, str] | None = None

    def __repr__(self) -> str:
        return f"Document({self.index}, {self.kind} {self.name}, prefix={self.prefix})"

    @property
    def data(self) -> dict[str, Data]:
        """The object as kubectl would send it."""
        if self._data is None:
            self._data = data(self.root)
        assert isinstance(self._data, dict)  # noqa: S101  (root is a Mapping)
        return self._data

    @property
    def api_version(self) -> str:
        """``apiVersion``, empty when missing or not a string."""
        return (self._names or self._read_names())[0]

    @property
    def kind(self) -> str:
        """``kind``, empty when missing or not a string."""
        return (self._names or self._read_names())[1]

    @property
    def name(self) -> str:
        """``metadata.name``, empty when missing or not a string."""
        return (self._names or self._read_names())[2]

    @property
    def namespace(self) -> str:
        """``metadata.namespace``, empty when missing: the namespace kubectl would use."""
        return (self._names or self._read_names())[3]

    def _read_names(self) -> tuple[str, str, str, str]:
        """Rules ask for these thousands of times; the tree never changes."""
        self._names = names = (
            self.text(("apiVersion",)),
            self.text(("kind",)),
            self.text(("metadata", "name")),
            self.text(("metadata", "namespace")),
        )
        return names

    def node(self, path: Path | str) -> Node | None:
        """The node at a path, or None where the document has nothing there."""
        node: Node = self.root
        for step in parse_path(path) if isinstance(path, str) else path:
            if isinstance(step, str) and isinstance(node, Mapping):
                found = node.values.get(step)
            elif isinstance(step, int) and isinstance(node, Sequence):
                found = node.items[step] if 0 <= step < len(node.items) else None
            else:
                found = None
            if found is None:
                return None
            node = found
        return node

    def get(self, path: Path | str) -> Data:
        """The value at a path as plain data; None where there is nothing (or null)."""
        node = self.node(path)
        return None if node is None else data(node)

    def text(self, path: Path | str) -> str:
        """The value at a path if it is a string, else an empty one."""
        node = self.node(path)
        value = node.value if isinstance(node, Scalar) else None
        return value if isinstance(value, str) else ""

    def span(self, path: Path | str, *, key: bool = False) -> Span:
        """Where a path stands, or where its nearest existing ancestor does.

        A scalar is underlined whole; of a list or mapping, the key it hangs on; of a list's
        item, its first key (or its own first line). An absent field is shown at the key of the
        nearest ancestor that exists.

        Args:
            path: The place.
            key: Underline the key and not the value.
        """
        steps = parse_path(path) if isinstance(path, str) else path
        node: Node = self.root
        anchor: Scalar | None = None
        arrived = True
        for step in steps:
            if isinstance(step, str) and isinstance(node, Mapping) and step in node.values:
                anchor, node = node.keys[step], node.values[step]
            elif isinstance(step, int) and isinstance(node, Sequence) and step < len(node.items):
                anchor, node = None, node.items[step]
            else:
                arrived = False
                break
        if isinstance(node, Scalar) and arrived and not (key and anchor is not None):
            empty = (node.line, node.column) == (node.end_line, node.end_column)
            if not (empty and anchor is not None):
                return span(node)
        if anchor is not None:
            return span(anchor)
        if isinstance(node, Mapping) and node.keys:
            return span(next(iter(node.keys.values())))
        whole = span(node)
        if whole.end_line == whole.line:
            return whole
        return Span(whole.line, whole.column, whole.line, whole.column + 1)

    def finding(
        self,
        code: str,
        severity: Severity,
        path: Path | str,
        *,
        key: bool = False,
        variant: str = "",
        **params: Param,
    ) -> Finding:
        """A Finding about a path of this document, underlined where :meth:`span` says."""
        steps = parse_path(path) if isinstance(path, str) else path
        return Finding(
            code=code,
            severity=severity,
            document=self.index,
            path=format_path(self.prefix + steps),
            span=self.span(steps, key=key),
            params=params,
            variant=variant,
            file=self.file,
        )


class Manifest(NamedTuple):
    """What :func:`tutor.manifest.reader.read` makes of one text.

    Attributes:
        text: The text as decoded, line ends as they were.
        documents: Every object that could be read, in order. One with a slip is read as it was
            meant if that is plain; ``findings`` then has an error for it all the same.
        findings: Syntax findings (``YAML…``), gravest cause first.
        file: Name of the file as the user gave it, empty for text from an editor.
    """

    text: str
    documents: tuple[Document, ...]
    findings: tuple[Finding, ...]
    file: str = ""

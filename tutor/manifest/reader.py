"""YAML text → Documents, in one pass over PyYAML's C events."""

import re
from collections.abc import Iterator

from yaml import YAMLError
from yaml.events import (
    AliasEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from tutor.manifest.documents import Document, Manifest
from tutor.manifest.nodes import Mapping, Node, Scalar, Sequence
from tutor.manifest.scalars import resolve
from tutor.model.findings import Finding, Severity, Span

_SEPARATOR = re.compile(r"^---[^\S\n]*(?:#.*)?$", re.MULTILINE)


def read(source: str | bytes, file: str = "") -> Manifest:
    """Read a manifest.

    Args:
        source: The text, or the bytes of a file.
        file: Name of the file as the user gave it.

    Returns:
        The documents and what is wrong with the text. Never raises.
    """
    text = source if isinstance(source, str) else source.decode("utf-8", "replace")
    documents: list[Document] = []
    findings: list[Finding] = []
    index = 0
    for line, chunk in _chunks(text):
        composer = _Composer(chunk, line)
        try:
            root = composer.compose()
        except YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            at = (line + mark.line, mark.column + 1) if mark else (line, 1)
            findings.append(
                Finding(
                    code="YAML101",
                    severity=Severity.ERROR,
                    document=index + 1,
                    path="",
                    span=Span(at[0], at[1], at[0], at[1] + 1),
                    params={"raw": str(getattr(error, "problem", None) or error)},
                    file=file,
                )
            )
            index += 1
            continue
        if root is None:
            continue
        index += 1
        if isinstance(root, Mapping):
            documents.extend(_expand(Document(index, root, (), file)))
    return Manifest(text, tuple(documents), tuple(findings), file)


def _chunks(text: str) -> Iterator[tuple[int, str]]:
    start = 0
    line = 1
    for match in _SEPARATOR.finditer(text):
        chunk = text[start : match.start()]
        yield line, chunk
        line += text.count("\n", start, match.end())
        start = match.end()
    yield line, text[start:]


def _expand(document: Document) -> Iterator[Document]:
    items = document.root.values.get("items")
    if document.kind.endswith("List") and isinstance(items, Sequence):
        for i, item in enumerate(items.items):
            if isinstance(item, Mapping):
                yield Document(document.index, item, ("items", i), document.file)
        return
    yield document


class _Composer:
    def __init__(self, text: str, line: int) -> None:
        from yaml.cyaml import CParser

        self.next = CParser(text).get_event
        self.line = line
        self.anchors: dict[str, Node] = {}

    def compose(self) -> Node | None:
        root: Node | None = None
        stack: list[tuple[Sequence | Mapping, Scalar | None]] = []
        key: Scalar | None = None
        while (event := self.next()) is not None:
            start, end = event.start_mark, event.end_mark
            node: Node
            if isinstance(event, ScalarEvent):
                plain = event.style == ""
                tagged = event.tag is not None
                value = resolve(event.value) if plain and not tagged else event.value
                node = Scalar(
                    value,
                    event.value,
                    plain,
                    start.line + self.line,
                    start.column + 1,
                    end.line + self.line,
                    end.column + 1,
                )
            elif isinstance(event, (MappingStartEvent, SequenceStartEvent)):
                node = (
                    Mapping({}, {}, start.line + self.line, start.column + 1, 0, 0)
                    if isinstance(event, MappingStartEvent)
                    else Sequence([], start.line + self.line, start.column + 1, 0, 0)
                )
                if event.anchor:
                    self.anchors[event.anchor] = node
                stack.append((node, key))
                key = None
                continue
            elif isinstance(event, AliasEvent):
                node = self.anchors[event.anchor]
            elif isinstance(event, (MappingEndEvent, SequenceEndEvent)):
                node, key = stack.pop()
                node.end_line, node.end_column = end.line + self.line, end.column + 1
            else:
                continue
            if getattr(event, "anchor", None):
                self.anchors[event.anchor] = node
            if not stack:
                root = root or node
                continue
            parent = stack[-1][0]
            if isinstance(parent, Sequence):
                parent.items.append(node)
            elif key is None:
                key = node if isinstance(node, Scalar) else Scalar(None, "", True, 0, 0, 0, 0)
            else:
                name = key.text
                parent.keys[name] = key
                parent.values[name] = node
                key = None
        return root

"""PyYAML's C events → one document's nodes, typed as kubectl types them.

The C parser's own ``compose`` recurses and dies on deep input, expands merge keys without bound and
types scalars otherwise; its events do none of that.
"""

import math
import re
from itertools import repeat
from typing import Any, NamedTuple, TypeAlias

from yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)
from yaml.scanner import ScannerError

from tutor.manifest.aliases import Anchors, merge_into
from tutor.manifest.events import parser_of, too_deep
from tutor.manifest.limits import (
    MAX_DEPTH,
    MAX_DOCUMENTS,
    MAX_FINDINGS_PER_CODE,
    MAX_NODES,
    LimitError,
)
from tutor.manifest.marks import block_end, escaped_slashes, only_libyaml_takes, without_properties
from tutor.manifest.nodes import Mapping, Node, Scalar, Sequence
from tutor.manifest.places import place
from tutor.manifest.problems import Problem
from tutor.manifest.scalars import (
    NUMBER_STARTS,
    TAG_PREFIX,
    WORDS,
    ScalarError,
    Value,
    key_name,
    resolve,
    tagged,
)
from tutor.model.findings import Param, Path, format_path

_MERGE = "<<"
_MERGE_TAG = "tag:yaml.org,2002:merge"
_ODD_KEYS = frozenset(WORDS) | {_MERGE}
_SHOWN = 40
"""Characters of a scalar that a message repeats."""
_Frame: TypeAlias = tuple[
    "Mapping | Sequence | None",
    "list[Node] | None",
    "dict[str, Scalar]",
    "dict[str, Node]",
    "Scalar | None",
    "str | None",
]
"""Where the composer was before it went into a list or an object."""
_JOINED = frozenset({"apiVersion", "kind", "metadata"})
"""Top-level keys that say, when they come twice, that two documents have run together."""
_MOST = 20 * MAX_FINDINGS_PER_CODE
"""Problems kept of one document."""
_FLOW_MARK = re.compile(r"\?|[\[{,]\s*:")


class Suspect(NamedTuple):
    """A plain scalar whose place makes it likely to be a slip.

    Attributes:
        path: Where it stands.
        key: The key it is the value of; None for an item of a list, or the whole document.
    """

    node: Scalar
    path: Path
    key: Scalar | None


class Composer:
    """Composes the documents of one file; what it counts, it counts over all of them."""

    def __init__(self) -> None:
        self.nodes = 0
        self.anchors = Anchors()

    def compose(self, text: str, line: int) -> "Composed":
        """Compose the first document of a text.

        Args:
            text: One document, as the file is split.
            line: The line its first line has in the file, from 1.

        Raises:
            yaml.YAMLError: The text is not YAML.
            LimitError: It is more than is read.
        """
        self.anchors.clear()
        composed = Composed(text, line, self.anchors)
        try:
            composed.read(MAX_NODES - self.nodes)
        except ScannerError:
            _check_depth(text, line)
            raise
        self.nodes += composed.count
        return composed


class Composed:
    """One document, composed.

    Attributes:
        root: None for an empty document.
        problems: What kubectl refuses although it is YAML, and keys it would lose.
        repeated: Keys of the top level that every object has once, and that were there before.
        suspects: Scalars to look at more closely.
        end: Index of the first character after the document.
        count: How many events it took.
    """

    def __init__(self, text: str, line: int, anchors: Anchors) -> None:
        self.root: Node | None = None
        self.problems: list[Problem] = []
        self.repeated: list[Scalar] = []
        self.suspects: list[Suspect] = []
        self.end = 0
        self.count = 0
        self._text = text
        self._line = line
        self._anchors = anchors
        self._stack: list[_Frame] = []
        self._merged: dict[int, set[str]] = {}
        self._flow_marks = _FLOW_MARK.search(text) is not None
        self._slashes = "\\/" in text

    def read(self, budget: int) -> None:
        """Run through the events. The loop is flat for speed; what is rare is a method."""
        next_event = parser_of(self._text).get_event
        anchors, stack, suspects = self._anchors, self._stack, self.suspects
        offset = self._line
        slashes = self._slashes
        node: Node
        container: Mapping | Sequence | None = None
        items: list[Node] | None = []  # the root is the item of a list of its own
        keys: dict[str, Scalar] = {}
        values: dict[str, Node] = {}
        key: Scalar | None = None
        name: str | None = None
        last_line = last_column = 1
        for _ in repeat(None, budget):
            self.count += 1
            event: Any = next_event()
            kind = type(event)
            if kind is ScalarEvent:
                start, end = event.start_mark, event.end_mark
                line, column = start.line + offset, start.column + 1
                last_line, last_column = end.line + offset, end.column + 1
                text, style, tag = event.value, event.style, event.tag
                if items is None and key is None:
                    key = Scalar(text, text, not style, line, column, last_line, last_column)
                    name = text
                    if tag is not None or (
                        not style and (text in _ODD_KEYS or text[0] in NUMBER_STARTS)
                    ):
                        name = self._odd_key(key, tag)
                    if event.anchor is not None:
                        anchors.name(event.anchor, key)
                    if event.anchor is not None or tag is not None:
                        without_properties(key)
                    if name in keys:
                        self._repeated(container, key, name)
                    continue
                if tag is not None:
                    value = self._tagged(tag, event)
                elif style:
                    value = text
                    if style in "|>":
                        last_line, last_column = block_end(self._text, start, end)
                        last_line += offset
                    elif slashes and style == '"':
                        self._slashes_in(event)
                elif text in WORDS:
                    value = WORDS[text]
                    if value.__class__ is float:
                        self._problem("YAML112", event, found=text)
                else:
                    value = resolve(text) if text[0] in NUMBER_STARTS else text
                node = Scalar(value, text, not style, line, column, last_line, last_column)
                if event.anchor is not None:
                    anchors.name(event.anchor, node)
                if event.anchor is not None or tag is not None:
                    without_properties(node)
                if items is not None:
                    items.append(node)
                    if not style and ":" in text:
                        suspects.append(Suspect(node, self._path(len(items) - 1), None))
                    continue
                assert key is not None  # noqa: S101
                if name is not None:
                    keys[name] = key
                    values[name] = node
                    if (not style and last_line != key.line) or (not text and ":" in name):
                        suspects.append(Suspect(node, self._path(name), key))
                else:
                    self._without_name(container, key, node, aliased=False)
                key = None
                continue
            if kind is MappingStartEvent or kind is SequenceStartEvent:
                start = event.start_mark
                line, column = start.line + offset, start.column + 1
                if len(stack) >= MAX_DEPTH:
                    raise LimitError("depth", MAX_DEPTH, line, column)
                stack.append((container, items, keys, values, key, name))
                if kind is MappingStartEvent:
                    items, keys, values = None, {}, {}
                    container = Mapping(keys, values, line, column, line, column)
                else:
                    items = []
                    container = Sequence(items, line, column, line, column)
                if event.anchor is not None:
                    anchors.name(event.anchor, container)
                key = None
                continue
            if kind is MappingEndEvent or kind is SequenceEndEvent:
                assert container is not None  # noqa: S101
                start, end = event.start_mark, event.end_mark
                if start.index != end.index:  # its own bracket: a flow collection
                    last_line, last_column = end.line + offset, end.column + 1
                    if self._flow_marks:
                        for found, odd in only_libyaml_takes(container):
                            self._key_problem("YAML139", odd, "flow", found=found)
                node = container
                container.end_line, container.end_column = last_line, last_column
                container, items, keys, values, key, name = stack.pop()
                aliased = False
            elif kind is AliasEvent:
                start, end = event.start_mark, event.end_mark
                last_line, last_column = end.line + offset, end.column + 1
                node = self._alias(event, container)
                aliased = True
            elif kind is DocumentEndEvent:
                self.end = event.end_mark.index
                break
            elif kind is StreamEndEvent:
                self.end = len(self._text)
                return
            else:
                continue
            if items is not None:
                items.append(node)
            elif key is None:
                key, name = self._node_as_key(node, aliased)
                if name in keys:
                    self._repeated(container, key, name)
            else:
                if name is not None:
                    keys[name] = key
                    values[name] = node
                else:
                    self._without_name(container, key, node, aliased)
                key = None
        else:
            raise LimitError("nodes", MAX_NODES, last_line, last_column)
        assert items  # noqa: S101
        self.root = items[0]

    def _path(self, last: str | int) -> Path:
        """Where the composer is, from the frames it went through."""
        steps: list[str | int] = []
        for _, items, _, _, _, name in self._stack[1:]:
            steps.append(len(items) if items is not None else name or "")
        steps.append(last)
        return tuple(steps) if self._stack else ()

    def _add(self, problem: Problem) -> None:
        if len(self.problems) < _MOST:
            self.problems.append(problem)

    def _problem(self, code: str, event: Any, variant: str = "", **params: Param) -> None:  # noqa: ANN401
        start, end = event.start_mark, event.end_mark
        self._add(
            Problem(
                code,
                start.line + self._line,
                start.column + 1,
                end.line + self._line,
                end.column + 1,
                params,
                variant,
            )
        )

    def _key_problem(
        self, code: str, node: Node, variant: str = "", path: Path = (), **params: Param
    ) -> None:
        self._add(
            Problem(
                code,
                node.line,
                node.column,
                node.end_line,
                node.end_column,
                params,
                variant,
                format_path(path),
            )
        )

    def _tagged(self, tag: str, event: Any) -> Value:  # noqa: ANN401
        try:
            value = tagged(tag, event.value)
        except ScalarError as error:
            self._problem(
                "YAML115", event, error.variant, tag=_short(tag), found=event.value[:_SHOWN]
            )
            return str(event.value)
        if isinstance(value, float) and not math.isfinite(value):
            self._problem("YAML112", event, found=event.value[:_SHOWN])
        return value

    def _odd_key(self, key: Scalar, tag: str | None) -> str | None:
        """The name of a key that is not the text it is written as.

        None for a merge key (whose value is then ``<<``) and for a key JSON cannot have.
        """
        if tag == _MERGE_TAG or (tag is None and key.text == _MERGE):
            return None
        try:
            name = key_name(key.text, key.plain, tag)
        except ScalarError as error:
            code = "YAML111" if error.variant in {"null", "number"} else "YAML115"
            params: dict[str, Param] = {} if code == "YAML111" else {"tag": _short(tag or "")}
            variant = "empty" if code == "YAML111" and not key.text else error.variant
            self._key_problem(code, key, variant, (), found=key.text[:_SHOWN], **params)
            key.value = None
            return None
        key.value = name
        if key.plain and name[:1] == "-":
            self.suspects.append(Suspect(key, self._path(name), key))
        return name

    def _node_as_key(self, node: Node, aliased: bool) -> tuple[Scalar, str | None]:
        """An alias, a list or an object in the place of a key."""
        if isinstance(node, Scalar) and isinstance(node.value, str):
            return node, node.value
        if isinstance(node, Scalar):
            name = self._odd_key(node, None) if node.plain else node.text
            return node, name
        self._key_problem("YAML111", node, "object" if isinstance(node, Mapping) else "list")
        return Scalar(None, "", False, node.line, node.column, node.end_line, node.end_column), None

    def _repeated(self, mapping: Mapping | Sequence | None, key: Scalar, name: str) -> None:
        """A key that is there already: an error, unless a merge key brought it."""
        merged = self._merged.get(id(mapping))
        if merged is not None and name in merged:
            merged.discard(name)
            return
        assert isinstance(mapping, Mapping)  # noqa: S101
        if len(self.problems) >= _MOST and name not in _JOINED:
            return
        first = mapping.keys[name]
        if len(self._stack) == 1 and name in _JOINED:
            self.repeated.append(key)
            if len(self.repeated) > len(_JOINED) * MAX_DOCUMENTS:
                raise LimitError("documents", MAX_DOCUMENTS, key.line, key.column)
        self._key_problem(
            "YAML110", key, "", self._path(name), key=name[:_SHOWN], first=first.line, line=key.line
        )

    def _without_name(
        self, mapping: Mapping | Sequence | None, key: Scalar, node: Node, aliased: bool
    ) -> None:
        """The value of a merge key, or of a key that was refused."""
        if key.value is None:
            return
        assert isinstance(mapping, Mapping)  # noqa: S101
        sources: list[Node] = [node]
        if isinstance(node, Sequence) and not aliased:
            sources = node.items[::-1]  # the first one wins
        merged = self._merged.setdefault(id(mapping), set())
        for source in sources:
            if not isinstance(source, Mapping):
                self._key_problem("YAML114", key)
                return
            self._anchors.spend_fields(len(source.values), key.line, key.column)
            merge_into(mapping, source)
            merged.update(source.values)

    def _alias(self, event: Any, container: Mapping | Sequence | None) -> Node:  # noqa: ANN401
        """The node an alias stands for; a null where it stands for none."""
        start, end = event.start_mark, event.end_mark
        line, column = start.line + self._line, start.column + 1
        node = self._anchors.find(event.anchor)
        variant = ""
        if node is None:
            variant = "unknown"
        elif node is container or any(node is frame[0] for frame in self._stack):
            variant = "itself"
        if variant or node is None:
            self._problem("YAML113", event, variant, name=event.anchor[:_SHOWN])
            return Scalar(None, "", True, line, column, end.line + self._line, end.column + 1)
        self._anchors.spend(node, len(self._stack), line, column)
        return node

    def _slashes_in(self, event: Any) -> None:  # noqa: ANN401
        """The escapes of a quoted text that libyaml takes and kubectl's parser does not."""
        for line, column in escaped_slashes(self._text, event.start_mark, event.end_mark):
            at = (line + self._line, column)
            self._add(Problem("YAML140", *at, at[0], at[1] + 2, {"found": "\\/"}, "escape"))


def _check_depth(text: str, first: int) -> None:
    """Refuse a text that goes too deep before the place where it is not YAML."""
    at = too_deep(text) if "[" in text or "{" in text else None
    if at is not None:
        line, column = place(text, at)
        raise LimitError("depth", MAX_DEPTH, first + line - 1, column)


def _short(tag: str) -> str:
    return f"!!{tag[len(TAG_PREFIX) :]}" if tag.startswith(TAG_PREFIX) else tag

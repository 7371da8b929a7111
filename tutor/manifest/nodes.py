"""The tree one document is read into. Plain slotted classes: a file has tens of thousands."""

from typing import TypeAlias

from tutor.model.findings import Span


class Scalar:
    """A leaf.

    Attributes:
        value: What kubectl would send: ``None``, ``bool``, ``int``, ``float`` or ``str``.
        text: As decoded from the file, before typing (``"0o10"``).
        plain: Written without quotes and not as a block.
    """

    __slots__ = ("column", "end_column", "end_line", "line", "plain", "text", "value")

    def __init__(  # noqa: PLR0917
        self,
        value: bool | int | float | str | None,
        text: str,
        plain: bool,
        line: int,
        column: int,
        end_line: int,
        end_column: int,
    ) -> None:
        self.value = value
        self.text = text
        self.plain = plain
        self.line = line
        self.column = column
        self.end_line = end_line
        self.end_column = end_column


class Sequence:
    """A list. Positions are those of the whole node."""

    __slots__ = ("column", "end_column", "end_line", "items", "line")

    def __init__(
        self, items: "list[Node]", line: int, column: int, end_line: int, end_column: int
    ) -> None:
        self.items = items
        self.line = line
        self.column = column
        self.end_line = end_line
        self.end_column = end_column


class Mapping:
    """An object. ``keys`` and ``values`` share their keys, which are the strings kubectl sends."""

    __slots__ = ("column", "end_column", "end_line", "keys", "line", "values")

    def __init__(  # noqa: PLR0917
        self,
        keys: dict[str, Scalar],
        values: "dict[str, Node]",
        line: int,
        column: int,
        end_line: int,
        end_column: int,
    ) -> None:
        self.keys = keys
        self.values = values
        self.line = line
        self.column = column
        self.end_line = end_line
        self.end_column = end_column


Node: TypeAlias = Scalar | Sequence | Mapping
Data: TypeAlias = "bool | int | float | str | list[Data] | dict[str, Data] | None"


def span(node: Node) -> Span:
    """Where the node stands."""
    return Span(node.line, node.column, node.end_line, node.end_column)


def data(node: Node) -> Data:
    """The node as plain data, as kubectl would send it in JSON."""
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, Sequence):
        return [data(item) for item in node.items]
    return {key: data(value) for key, value in node.values.items()}

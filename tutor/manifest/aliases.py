"""Anchors of one document, and how much their aliases repeat.

An alias is the anchored node itself, so reading one costs nothing; whoever walks the document pays.
What they will pay is counted here, before it is agreed to.
"""

from tutor.manifest.limits import MAX_ALIASED, MAX_DEPTH, LimitError
from tutor.manifest.nodes import Mapping, Node, Scalar, Sequence


class Anchors:
    """Names to nodes, for one document at a time; repeated nodes are counted over all of them."""

    def __init__(self) -> None:
        self.aliased = 0
        self._nodes: dict[str, Node] = {}
        self._measured: dict[int, tuple[int, int]] = {}

    def clear(self) -> None:
        """Forget the names: anchors live within a document."""
        self._nodes = {}
        self._measured = {}

    def name(self, anchor: str, node: Node) -> None:
        """Let an anchor stand for a node."""
        self._nodes[anchor] = node

    def find(self, anchor: str) -> Node | None:
        """The node of an anchor, None if there is none of that name so far."""
        return self._nodes.get(anchor)

    def spend(self, node: Node, depth: int, line: int, column: int) -> None:
        """Count a node that is repeated at a depth.

        Raises:
            LimitError: It is too much, or too deep.
        """
        size, height = self._measure(node)
        self.aliased += size
        if self.aliased > MAX_ALIASED:
            raise LimitError("aliases", MAX_ALIASED, line, column)
        if depth + height > MAX_DEPTH:
            raise LimitError("depth", MAX_DEPTH, line, column)

    def spend_fields(self, count: int, line: int, column: int) -> None:
        """Count fields that a merge key copies.

        Raises:
            LimitError: It is too much.
        """
        self.aliased += count
        if self.aliased > MAX_ALIASED:
            raise LimitError("aliases", MAX_ALIASED, line, column)

    def _measure(self, node: Node) -> tuple[int, int]:
        """How many nodes an alias of this one repeats, and how deep they go.

        Nodes that are aliases themselves have been measured when they were read, so nothing is
        walked twice, and the tree below without them is no deeper than the parser allowed.
        """
        known = self._measured.get(id(node))
        if known is not None:
            return known
        size, height = 1, 0
        if not isinstance(node, Scalar):
            children = node.items if isinstance(node, Sequence) else node.values.values()
            for child in children:
                child_size, child_height = self._measure(child)
                size += child_size
                height = max(height, child_height)
            height += 1
        self._measured[id(node)] = (size, height)
        return size, height


def merge_into(mapping: Mapping, source: Mapping) -> None:
    """Put one object's fields into another, over those it has: go-yaml v2 goes by order alone."""
    mapping.keys.update(source.keys)
    mapping.values.update(source.values)

"""Whether a document that YAML reads is worth a closer look. Cheap: every document comes here."""

from tutor.manifest.nodes import Mapping, Node, Scalar, Sequence
from tutor.manifest.slips.characters import ODD
from tutor.manifest.slips.fields import FREE_OBJECTS, FREE_TEXT

_MOST = 200
"""Scalars of one document that are looked at."""


def odd_scalars(root: Node) -> list[Scalar]:
    """Plain keys and values with odd characters, those of free text left out."""
    found: list[Scalar] = []
    pending: list[tuple[Node, bool]] = [(root, False)]
    seen: set[int] = set()
    while pending and len(found) < _MOST:
        node, free = pending.pop()
        if isinstance(node, Scalar):
            if not free and node.plain and not node.text.isascii() and ODD.search(node.text):
                found.append(node)
            continue
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, Sequence):
            pending.extend((item, free) for item in node.items)
        else:
            _pend(node, pending, free=free)
    return found


def _pend(node: Mapping, pending: list[tuple[Node, bool]], *, free: bool) -> None:
    for name, value in node.values.items():
        key = node.keys[name]
        if not name.isascii():
            pending.append((key, False))
        text = name in FREE_TEXT and not (isinstance(value, Scalar) and name in FREE_OBJECTS)
        pending.append((value, free or text))

"""``kind: List`` and its relatives, taken apart as kubectl does before it sends anything."""

from collections.abc import Iterator

from tutor.manifest.documents import Document
from tutor.manifest.nodes import Mapping, Scalar, Sequence

_SUFFIX = "List"


def expand(document: Document) -> Iterator[Document]:
    """The items of a List, or the document itself if it is none.

    Items without ``kind`` and ``apiVersion`` take them from a list that names them
    (``StatefulSetList``), as in the answers of the API server.
    """
    kind = document.kind
    items = document.root.values.get("items")
    if not kind.endswith(_SUFFIX) or not isinstance(items, Sequence):
        yield document
        return
    for index, item in enumerate(items.items):
        if isinstance(item, Mapping):
            if "kind" not in item.values and "apiVersion" not in item.values:
                _inherit(item, document, kind.removesuffix(_SUFFIX))
            yield Document(document.index, item, ("items", index), document.file)


def _inherit(item: Mapping, document: Document, kind: str) -> None:
    for name, value in (("kind", kind), ("apiVersion", document.api_version)):
        source = document.root.values.get(name)
        if value and isinstance(source, Scalar):
            item.keys[name] = document.root.keys[name]
            item.values[name] = Scalar(
                value,
                value,
                source.plain,
                source.line,
                source.column,
                source.end_line,
                source.end_column,
            )

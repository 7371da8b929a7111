"""Telling a part of an object, such as a Kustomize patch, from an object that is unfinished."""

from tutor.manifest.documents import Document
from tutor.manifest.nodes import Mapping, Node, Sequence

_WORKLOADS = frozenset({"StatefulSet", "Deployment", "DaemonSet", "ReplicaSet"})


def is_fragment(document: Document) -> bool:
    """Whether a document only names an object and what changes in it.

    A strategic merge patch looks like an object with most of it missing. Surely one: a document
    with a directive (``$patch``). Taken for one: a workload that has neither a selector nor
    template labels nor, for a StatefulSet, a serviceName; nobody begins a whole one like that.
    """
    if has_directive(document):
        return True
    group = document.api_version.partition("/")[0]
    if document.kind not in _WORKLOADS or "." in group:  # a StatefulSet of apps.kruise.io
        return False
    spec = document.root.values.get("spec")
    return (
        isinstance(spec, Mapping)
        and "selector" not in spec.values
        and "serviceName" not in spec.values
        and document.node("spec.template.metadata.labels") is None
    )


def has_directive(document: Document) -> bool:
    """Whether a key of a strategic merge patch (``$patch``, ``$retainKeys``) stands in it."""
    found = document.views.get(__name__)
    if found is None:  # the schema asks, and the rules ask again
        found = document.views[__name__] = _look_for_directive(document)
    return found is True


def _look_for_directive(document: Document) -> bool:
    waiting: list[Node] = [document.root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Mapping):
            if any(map(is_directive, node.values)):
                return True
            waiting.extend(node.values.values())
        elif isinstance(node, Sequence):
            waiting.extend(node.items)
    return False


def is_directive(key: str) -> bool:
    """Whether a key tells a strategic merge what to do, and is no field."""
    return key.startswith("$") and key.partition("/")[0] in (
        "$patch",
        "$retainKeys",
        "$setElementOrder",
        "$deleteFromPrimitiveList",
    )

"""What each way of writing cannot change: it owns none of it either.

Source: ``GetResetFields`` of the strategies in ``pkg/registry``.
"""

from tutor.offline.admission.apply.typed import Fields
from tutor.offline.resources import INERT, Resource

_STATUS: Fields = frozenset({("f:status",)})
_SPEC: Fields = frozenset({("f:spec",)})
_NOTHING: Fields = frozenset()
_WITH_STATUS = frozenset(
    {
        "deployments.apps",
        "namespaces",
        "nodes",
        "persistentvolumeclaims",
        "persistentvolumes",
        "poddisruptionbudgets.policy",
        "pods",
        "replicasets.apps",
        "resourcequotas",
        "services",
        "statefulsets.apps",
    }
)
_SPECIAL: dict[tuple[str, str], Fields] = {
    ("deployments.apps", "status"): _SPEC | {("f:metadata", "f:labels")},
    ("namespaces", ""): _STATUS | {("f:spec", "f:finalizers")},
    ("persistentvolumeclaims", "status"): _SPEC,
    ("pods", "status"): _SPEC
    | {("f:metadata", "f:deletionTimestamp"), ("f:metadata", "f:ownerReferences")},
    ("statefulsets.apps", "scale"): _NOTHING,
}


_INERT = frozenset(one.name for one in INERT)


def reset_fields(resource: Resource, subresource: str) -> Fields:
    """Paths whose parts a request for a resource and subresource leaves as they were."""
    special = _SPECIAL.get((resource.name, subresource))
    if special is not None:
        return special
    late = resource.name in _WITH_STATUS or resource.name in _INERT or resource.schema is not None
    if not (late and resource.has_status):
        return _NOTHING
    if subresource == "status":
        return _SPEC
    return _STATUS if not subresource else _NOTHING

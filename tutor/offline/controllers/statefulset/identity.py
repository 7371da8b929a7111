"""Who a Pod of a StatefulSet is: its name, ordinal, labels and the names of its claims.

Source: pkg/controller/statefulset/stateful_set_utils.go, v1.36.
"""

import re

from tutor.offline.objects import Obj, meta

POD_NAME_LABEL = "statefulset.kubernetes.io/pod-name"
POD_INDEX_LABEL = "apps.kubernetes.io/pod-index"
REVISION_LABEL = "controller-revision-hash"
API_VERSION = "apps/v1"
KIND = "StatefulSet"
_MEMBER = re.compile(r"(.*)-([0-9]+)\Z", re.DOTALL)
_LARGEST = 2**31 - 1


def pod_name(set_name: str, ordinal: int) -> str:
    """The name of the Pod with this ordinal."""
    return f"{set_name}-{ordinal}"


def parent_and_ordinal(name: str) -> tuple[str, int]:
    """The set a Pod's name speaks of, and its ordinal.

    ``("", -1)`` for a name of another form; an ordinal beyond 32 bits is -1 as well.
    """
    found = _MEMBER.match(name)
    if not found:
        return "", -1
    ordinal = int(found[2]) if len(found[2]) <= len(str(_LARGEST)) else _LARGEST + 1
    return found[1], ordinal if ordinal <= _LARGEST else -1


def claim_name(template: Obj, set_name: str, ordinal: int) -> str:
    """The name of the claim made from one claim template for one Pod."""
    return f"{template['metadata']['name']}-{set_name}-{ordinal}"


def identity_labels(set_name: str, ordinal: int) -> dict[str, str]:
    """The labels that say which Pod of the set this is."""
    return {POD_NAME_LABEL: pod_name(set_name, ordinal), POD_INDEX_LABEL: str(ordinal)}


def controller_reference(api_version: str, kind: str, obj: Obj) -> Obj:
    """An owner reference that makes ``obj`` the controller of another object."""
    metadata = meta(obj)
    return {
        "apiVersion": api_version,
        "kind": kind,
        "name": metadata.get("name", ""),
        "uid": metadata.get("uid", ""),
        "controller": True,
        "blockOwnerDeletion": True,
    }


def set_reference(set_: Obj) -> Obj:
    """The owner reference to a StatefulSet."""
    return controller_reference(API_VERSION, KIND, set_)

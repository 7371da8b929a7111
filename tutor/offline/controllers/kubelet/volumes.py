"""The kubelet's part in letting a volume grow: the file system follows, with its Pod running.

Source: pkg/volume/util/operationexecutor/{node_expander,operation_generator}.go, v1.36.
"""

from collections.abc import Iterator

from tutor.offline.controllers.csi import BEFORE_RESIZE, grown
from tutor.offline.controllers.storage import (
    CLAIMS,
    VOLUMES,
    annotated,
    annotations_of,
    claim_names,
    written,
)
from tutor.offline.objects import Obj, dig, name_of, namespace_of
from tutor.offline.plan import Key, Plan, Record, Update, UpdateStatus, View

PODS = "pods"
_PENDING = "NodeResizePending"


def is_to_grow(claim: Obj | None) -> bool:
    """Whether the file system of a claim's volume is to follow the volume."""
    return bool(dig(claim, "status", "allocatedResourceStatuses", "storage") == _PENDING)


def users_of(view: View, claim: Obj) -> Iterator[Key]:
    """The Pods that mount a claim."""
    for pod in view.list(PODS, namespace_of(claim)):
        if any(name == name_of(claim) for name, _ in claim_names(pod)):
            yield Key(namespace_of(pod), name_of(pod))


def grow(view: View, pod: Obj) -> Plan:
    """Let the file systems of a running Pod grow that wait for it.

    Raises:
        Retry: A write was refused.
    """
    for name, _ in claim_names(pod):
        claim = view.get(CLAIMS, namespace_of(pod), name)
        volume = view.get(VOLUMES, "", dig(claim, "spec", "volumeName", default=""))
        if claim is None or volume is None or not is_to_grow(claim):
            continue
        node = str(dig(pod, "spec", "nodeName", default=""))
        under_way = {
            **claim["status"],
            "allocatedResourceStatuses": {"storage": "NodeResizeInProgress"},
        }
        claim = yield from written(UpdateStatus(CLAIMS, {**claim, "status": under_way}))
        claim = yield from written(UpdateStatus(CLAIMS, grown(claim)))
        text = f'MountVolume.NodeExpandVolume succeeded for volume "{name_of(volume)}" {node}'
        for about in (pod, claim):
            yield Record(about, "Normal", "FileSystemResizeSuccessful", text, host=node)
        if BEFORE_RESIZE in annotations_of(volume):
            yield from written(Update(VOLUMES, annotated(volume, {BEFORE_RESIZE: None})))

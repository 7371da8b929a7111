"""The kubelet's part in letting a volume grow: the file system follows, with its Pod running.

Source: pkg/volume/util/operationexecutor/{node_expander,operation_generator}.go, v1.36.
"""

from tutor.offline.controllers.resizing import BEFORE_RESIZE, grown
from tutor.offline.controllers.storage import (
    CLAIMS,
    VOLUMES,
    annotated,
    annotations_of,
    claim_names,
    fully_bound,
    written,
)
from tutor.offline.objects import Obj, dig, name_of, namespace_of
from tutor.offline.plan import Plan, Record, Update, UpdateStatus, View

_PENDING, _UNDER_WAY = "NodeResizePending", "NodeResizeInProgress"


def is_to_grow(claim: Obj | None) -> bool:
    """Whether the file system of a claim's volume is to follow the volume."""
    at = dig(claim, "status", "allocatedResourceStatuses", "storage")
    return at in (_PENDING, _UNDER_WAY)


def matters(before: Obj | None, after: Obj | None) -> bool:
    """Whether Pods may have waited for this change of a claim: to be bound, or to grow."""
    bound = after is not None and fully_bound(after)
    return is_to_grow(after) or (bound and (before is None or not fully_bound(before)))


def unbound(view: View, pod: Obj) -> str:
    """What the kubelet says of the first claim of a Pod that has no volume; else empty."""
    for volume in dig(pod, "spec", "volumes", default=()):
        name = dig(volume, "persistentVolumeClaim", "claimName")
        if name is None:
            continue
        claim = view.get(CLAIMS, namespace_of(pod), name)
        if claim is not None and fully_bound(claim):
            continue
        why = f'persistentvolumeclaim "{name}" not found' if claim is None else "PVC is not bound"
        return (
            f"Unable to attach or mount volumes: unmounted volumes=[{volume.get('name', '')}], "
            f"unattached volumes=[], failed to process volumes=[{volume.get('name', '')}]: error "
            f"processing PVC {namespace_of(pod)}/{name}: {why}"
        )
    return ""


def grow(view: View, pod: Obj) -> Plan:
    """Let the file systems of a running Pod grow that wait for it.

    Raises:
        Retry: A write was refused.
    """
    for name, _ in claim_names(pod):
        claim = view.get(CLAIMS, namespace_of(pod), name)
        volume = view.get(VOLUMES, "", dig(claim, "spec", "volumeName", default=""))
        if claim is None or volume is None:
            continue
        if is_to_grow(claim):
            yield from _grow(pod, claim, volume)
        elif _done(claim, volume):
            yield from written(Update(VOLUMES, annotated(volume, {BEFORE_RESIZE: None})))


def _done(claim: Obj, volume: Obj) -> bool:
    """Whether a volume still tells of the size it had, though its file system has followed."""
    size = dig(volume, "spec", "capacity", "storage")
    return BEFORE_RESIZE in annotations_of(volume) and size == dig(
        claim, "status", "capacity", "storage"
    )


def _grow(pod: Obj, claim: Obj, volume: Obj) -> Plan:
    node = str(dig(pod, "spec", "nodeName", default=""))
    status = {**claim["status"], "allocatedResourceStatuses": {"storage": _UNDER_WAY}}
    if status != claim["status"]:
        claim = yield from written(UpdateStatus(CLAIMS, {**claim, "status": status}))
    claim = yield from written(UpdateStatus(CLAIMS, grown(claim)))
    text = f'MountVolume.NodeExpandVolume succeeded for volume "{name_of(volume)}" {node}'
    for about in (pod, claim):
        yield Record(about, "Normal", "FileSystemResizeSuccessful", text, host=node)
    if BEFORE_RESIZE in annotations_of(volume):
        yield from written(Update(VOLUMES, annotated(volume, {BEFORE_RESIZE: None})))

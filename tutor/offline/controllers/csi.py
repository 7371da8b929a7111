"""Two storage drivers with everything a class can ask for.

``hostpath.csi.k8s.io`` is the driver of Kubernetes' own tests. Its volumes belong to one zone, and
are made before or after their Pod has a node, as the class wants. Where a class binds at once, the
claims of a StatefulSet are spread over the zones by their ordinals, as in the real one.

``disk.csi.sts-tutor.dev`` stands for a disk on the network: it can go to any node, but only to one
at a time (``attachment.py``).

Volumes of both can grow: first the volume (``resizing.py``), then, with the Pod running, the file
system (the kubelet's part, ``kubelet/volumes.py``).

Source: kubernetes-csi external-provisioner (pkg/controller/{controller,topology}.go).
"""

from collections.abc import Iterable
from typing import Any

from tutor.manifest.quantity import parse
from tutor.offline.controllers import sources
from tutor.offline.controllers.storage import (
    CLAIMS,
    CLASSES,
    PROVISIONED_BY,
    PROVISIONER,
    SELECTED_NODE,
    VOLUMES,
    annotations_of,
    claim_reference,
    class_of,
    mode_of,
    requested,
    waits_for_consumer,
    written,
)
from tutor.offline.objects import (
    Obj,
    dig,
    labels_of,
    meta,
    name_of,
    namespace_of,
    terminating,
    uid_of,
)
from tutor.offline.plan import (
    Again,
    Create,
    Delete,
    Key,
    Plan,
    Record,
    Update,
    View,
)

HOSTPATH, DISK = "hostpath.csi.k8s.io", "disk.csi.sts-tutor.dev"
DRIVERS = (HOSTPATH, DISK)
_ZONAL = frozenset({HOSTPATH})
_SHARED = {"ReadWriteMany": "MULTI_NODE_MULTI_WRITER", "ReadOnlyMany": "MULTI_NODE_READER_ONLY"}
"""Access modes for more than one node, as drivers call them: a disk has none of them."""
ZONE = "topology.kubernetes.io/zone"
FINALIZER = "external-provisioner.volume.kubernetes.io/finalizer"
_MOST = "1Ti"
MAKE_SECONDS = 0.05
_LONGEST_WAIT = 300
_EARLY = 1e-6


class Timers:
    """Work that takes its time."""

    def __init__(self) -> None:
        self._due: dict[str, float] = {}
        self._failures: dict[str, int] = {}

    def begin(self, uid: str, now: float, seconds: float) -> bool:
        """Whether this has only now begun."""
        fresh = uid not in self._due
        self._due.setdefault(uid, now + seconds)
        return fresh

    def left(self, uid: str, now: float) -> float:
        """How long it still takes; 0 where it is done."""
        left = self._due[uid] - now
        if left > _EARLY:
            return left
        del self._due[uid]
        return 0.0

    def next_try(self, uid: str) -> float:
        """In how many seconds to try again what failed: 1, 2, 4 … 300."""
        self._failures[uid] = failures = self._failures.get(uid, 0) + 1
        return float(min(2 ** min(failures - 1, 9), _LONGEST_WAIT))

    def drop(self, uid: str) -> None:
        """Forget it."""
        self._due.pop(uid, None)
        self._failures.pop(uid, None)


class Provisioner:
    """Makes and deletes the volumes of a driver.

    Args:
        driver: Its name.
    """

    watches = (CLAIMS, VOLUMES, CLASSES)

    def __init__(self, driver: str) -> None:
        self.name = f"{driver}_csi-provisioner-0"
        self._driver = driver
        self._timers = Timers()

    def keys(
        self, view: View, resource: str, before: Obj | None, after: Obj | None
    ) -> Iterable[Key]:
        """A claim that waits for this driver; a volume of its own that nobody claims any more."""
        if resource == CLASSES or after is None:
            if resource == CLAIMS and before is not None:
                self._timers.drop(uid_of(before))
            return ()
        if resource == VOLUMES:
            ours = annotations_of(after).get(PROVISIONED_BY) == self._driver
            over = dig(after, "status", "phase") == "Released"
            return (Key("", name_of(after)),) if ours and over else ()
        return (Key(namespace_of(after), name_of(after)),) if self._awaits(view, after) else ()

    def sync(self, view: View, key: Key) -> Plan:
        """Make the volume of one claim, or delete one volume.

        Raises:
            Retry: A write was refused.
        """
        if not key.namespace:
            yield from self._delete(view, key.name)
            return
        claim = view.get(CLAIMS, key.namespace, key.name)
        found = class_of(view, claim) if claim is not None else None
        if claim is None or found is None or not self._awaits(view, claim):
            return
        if self._timers.begin(uid_of(claim), view.now, MAKE_SECONDS):
            text = f'External provisioner is provisioning volume for claim "{key.namespace}/'
            yield Record(claim, "Normal", "Provisioning", f'{text}{key.name}"')
        left = self._timers.left(uid_of(claim), view.now)
        if left:
            yield Again(left)
            return
        zone, why = "", unsuited(view, self._driver, claim)
        if not why and self._driver in _ZONAL:
            zone = _zone(view, claim, found)
            why = "" if zone else "error generating accessibility requirements: no topology"
        if why:
            text = f'failed to provision volume with StorageClass "{name_of(found)}": {why}'
            yield Record(claim, "Warning", "ProvisioningFailed", text)
            yield Again(self._timers.next_try(uid_of(claim)))
            return
        volume = _volume(self._driver, claim, found, zone)
        if view.get(VOLUMES, "", name_of(volume)) is None:
            yield from written(Create(VOLUMES, volume))
        text = f"Successfully provisioned volume {name_of(volume)}"
        yield Record(claim, "Normal", "ProvisioningSucceeded", text)

    def _awaits(self, view: View, claim: Obj) -> bool:
        """Whether a claim waits for a volume of this driver and may have it now."""
        marks = annotations_of(claim)
        return (
            marks.get(PROVISIONER) == self._driver
            and sources.ours(claim)
            and not dig(claim, "spec", "volumeName", default="")
            and not terminating(claim)
            and (SELECTED_NODE in marks or not waits_for_consumer(view, claim))
        )

    @staticmethod
    def _delete(view: View, name: str) -> Plan:
        volume = view.get(VOLUMES, "", name)
        if volume is None or dig(volume, "status", "phase") != "Released":
            return
        if dig(volume, "spec", "persistentVolumeReclaimPolicy") != "Delete":
            return
        if not terminating(volume):
            yield Delete(VOLUMES, "", name, uid_of(volume))
        current = view.get(VOLUMES, "", name)
        if current is not None and FINALIZER in (meta(current).get("finalizers") or ()):
            kept = [one for one in meta(current)["finalizers"] if one != FINALIZER]
            metadata = {**meta(current), "finalizers": kept}
            yield from written(Update(VOLUMES, {**current, "metadata": metadata}))


def unsuited(view: View, driver: str, claim: Obj) -> str:
    """Why a driver makes no volume for a claim; empty where it does."""
    if dig(claim, "spec", "selector") is not None:
        return "claim Selector is not supported"
    if why := sources.unavailable(view, driver, claim):
        return why
    shared = [one for one in dig(claim, "spec", "accessModes", default=()) if one in _SHARED]
    if shared and driver not in _ZONAL:
        return (
            f"rpc error: code = InvalidArgument desc = Volume capabilities {_SHARED[shared[0]]} "
            "not supported. Only AccessModes[ReadWriteOnce] supported."
        )
    return too_large(requested(claim))


def too_large(size: object) -> str:
    """Why a driver has no volume of this size; empty where it has."""
    wanted, most = parse(size), parse(_MOST)
    if wanted <= most:
        return ""
    return (
        f"rpc error: code = OutOfRange desc = Requested capacity {wanted.units()} exceeds maximum "
        f"allowed {most.units()}"
    )


def _zone(view: View, claim: Obj, found: Obj) -> str:
    """The zone of a new volume; empty where none may be used."""
    selected = annotations_of(claim).get(SELECTED_NODE)
    if selected is not None:
        node = view.get("nodes", "", selected)
        return labels_of(node).get(ZONE, "") if node is not None else ""
    zones = {labels_of(node)[ZONE] for node in view.list("nodes") if ZONE in labels_of(node)}
    for term in found.get("allowedTopologies") or ():
        for one in term.get("matchLabelExpressions") or ():
            if one.get("key") == ZONE:
                zones &= set(one.get("values") or ())
    if not zones:
        return ""
    base, _, ordinal = name_of(claim).rpartition("-")
    turn = int(ordinal) if base and ordinal.isascii() and ordinal.isdigit() else 0
    hashed = _fnv(base if base and ordinal.isdigit() else name_of(claim))
    return sorted(zones)[(hashed + turn) % len(zones)]


def _fnv(text: str) -> int:
    """FNV-1 of 32 bits."""
    value = 0x811C9DC5
    for byte in text.encode():
        value = ((value * 0x01000193) & 0xFFFFFFFF) ^ byte
    return value


def _volume(driver: str, claim: Obj, found: Obj, zone: str) -> Obj:
    spec: dict[str, Any] = {
        "capacity": {"storage": requested(claim)},
        "csi": {
            "driver": driver,
            "volumeHandle": uid_of(claim),
            "volumeAttributes": {"storage.kubernetes.io/csiProvisionerIdentity": f"1-1-{driver}"},
        },
        "accessModes": list(dig(claim, "spec", "accessModes", default=())),
        "claimRef": claim_reference(claim),
        "persistentVolumeReclaimPolicy": found.get("reclaimPolicy", "Delete"),
        "storageClassName": name_of(found),
        "volumeMode": mode_of(claim),
    }
    if zone:
        one = {"key": ZONE, "operator": "In", "values": [zone]}
        terms = [{"matchExpressions": [one]}]
        spec["nodeAffinity"] = {"required": {"nodeSelectorTerms": terms}}
    if found.get("mountOptions"):
        spec["mountOptions"] = list(found["mountOptions"])
    if mode_of(claim) == "Filesystem":
        spec["csi"]["fsType"] = "ext4"
    metadata: dict[str, Any] = {
        "name": f"pvc-{uid_of(claim)}",
        "annotations": {
            PROVISIONED_BY: driver,
            "volume.kubernetes.io/provisioner-deletion-secret-name": "",
            "volume.kubernetes.io/provisioner-deletion-secret-namespace": "",
        },
    }
    if spec["persistentVolumeReclaimPolicy"] == "Delete":  # only a volume that it is to delete
        metadata["finalizers"] = [FINALIZER]
    return {"apiVersion": "v1", "kind": "PersistentVolume", "metadata": metadata, "spec": spec}

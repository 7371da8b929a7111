"""PersistentVolumes: their phases, and what becomes of them when their claim is gone.

:class:`VolumeController` is the real ``persistentvolume-controller``: it syncs claims too
(``claims.py``). A key without a namespace is a volume's.

Source: pkg/controller/volume/persistentvolume/pv_controller.go (syncVolume, reclaimVolume), v1.36.
"""

from collections.abc import Iterable

from tutor.offline.controllers.claims import RESYNC_SECONDS, Claims, with_phase
from tutor.offline.controllers.provisioning import HOST_PATH
from tutor.offline.controllers.storage import (
    BOUND_BY_CONTROLLER,
    CLAIMS,
    CLASSES,
    PROVISIONED_BY,
    VOLUMES,
    FreeVolumes,
    annotated,
    annotations_of,
    bound_to,
    class_name,
    mode_of,
    written,
)
from tutor.offline.objects import Obj, dig, meta, name_of, namespace_of, terminating, uid_of
from tutor.offline.plan import Again, Delete, Key, Plan, Record, Update, UpdateStatus, View

FINALIZER = "kubernetes.io/pv-controller"
_IN_TREE = "kubernetes.io/"
_DELETABLE = "/tmp/"  # noqa: S108  (the only place the real host-path plugin deletes from)


class VolumeController:
    """Binds claims and volumes, makes volumes, and reclaims them."""

    name = "persistentvolume-controller"
    watches = (CLAIMS, VOLUMES, CLASSES)

    def __init__(self) -> None:
        self._free = FreeVolumes()
        self._claims = Claims(self._free)
        self._open: dict[Key, Obj] = {}

    def keys(
        self, view: View, resource: str, before: Obj | None, after: Obj | None
    ) -> Iterable[Key]:
        """The object itself, the other side of its binding, and claims it may help."""
        changed = after or before or {}
        if resource == CLASSES:
            return [
                key
                for key, claim in self._open.items()
                if class_name(claim) in ("", name_of(changed))
            ]
        if resource == CLAIMS:
            return self._keys_of_claim(changed, gone=after is None)
        self._free.update(before, after)
        keys = [Key("", name_of(changed))]
        reference = dig(changed, "spec", "claimRef")
        if reference is not None:
            keys.append(Key(reference.get("namespace", ""), reference.get("name", "")))
        elif dig(changed, "status", "phase") == "Available":
            keys += [
                key
                for key, claim in self._open.items()
                if class_name(claim) == class_name(changed)
                or dig(claim, "spec", "volumeName") == name_of(changed)
            ]
        return keys

    def _keys_of_claim(self, claim: Obj, *, gone: bool) -> list[Key]:
        key = Key(namespace_of(claim), name_of(claim))
        volume = dig(claim, "spec", "volumeName", default="")
        if gone or dig(claim, "status", "phase") == "Bound":
            self._open.pop(key, None)
        else:
            self._open[key] = claim
        if not gone:
            return [key]
        self._claims.forget(claim)
        return [Key("", volume)] if volume else []

    def sync(self, view: View, key: Key) -> Plan:
        """One sync of a claim or a volume.

        Raises:
            Retry: A write was refused.
        """
        if key.namespace:
            claim = view.get(CLAIMS, key.namespace, key.name)
            if claim is not None:
                yield from self._claims.sync(view, claim)
            return
        volume = view.get(VOLUMES, "", key.name)
        if volume is not None:
            yield from self._volume(view, volume)

    def _volume(self, view: View, volume: Obj) -> Plan:
        reference = dig(volume, "spec", "claimRef")
        if reference is None or not reference.get("uid"):
            yield from _to_phase(view, volume, "Available")
            return
        claim = view.get(CLAIMS, reference.get("namespace", ""), reference.get("name", ""))
        if claim is None or uid_of(claim) != reference["uid"]:
            yield from _release(view, volume)
            return
        held = dig(claim, "spec", "volumeName", default="")
        if not held and mode_of(claim) != mode_of(volume):
            yield from _mismatch(volume, claim)
        elif held == name_of(volume):
            yield from _to_phase(view, volume, "Bound")
        elif held and bound_to(volume, claim):
            yield from _unbind(view, volume)


def _to_phase(view: View, volume: Obj, phase: str, message: str = "") -> Plan:
    if dig(volume, "status", "phase") == phase:
        return
    yield from written(UpdateStatus(VOLUMES, with_phase(volume, phase, view.now, message)))


def _release(view: View, volume: Obj) -> Plan:
    """The claim of a volume is gone: keep it, or delete it, as its policy says."""
    phase = dig(volume, "status", "phase")
    if phase not in ("Released", "Failed"):
        released = with_phase(volume, "Released", view.now)
        volume = yield from written(UpdateStatus(VOLUMES, released))
    policy = dig(volume, "spec", "persistentVolumeReclaimPolicy", default="Retain")
    if policy == "Delete":
        yield from _delete(view, volume)
    elif policy == "Recycle":
        yield from _recycle(view, volume)


def _mismatch(volume: Obj, claim: Obj) -> Plan:
    """Say on both sides that a volume and the claim it is kept for do not go together."""
    end = "due to incompatible volumeMode."
    text = f'Cannot bind PersistentVolume to requested PersistentVolumeClaim "{name_of(claim)}" '
    yield Record(volume, "Warning", "VolumeMismatch", text + end)
    text = f'Cannot bind PersistentVolume "{name_of(volume)}" to requested PersistentVolumeClaim '
    yield Record(claim, "Warning", "VolumeMismatch", text + end)


def _recycle(view: View, volume: Obj) -> Plan:
    """Empty a volume and give it back; the plugins for host paths and NFS alone know how.

    The Pod that does it in a real cluster (``recycler-for-…``) is not made.
    """
    if not any(dig(volume, "spec", kind) is not None for kind in ("hostPath", "nfs")):
        if dig(volume, "status", "phase") != "Failed":
            text = "No recycler plugin found for the volume!"
            yield from _to_phase(view, volume, "Failed", text)
            yield Record(volume, "Warning", "VolumeFailedRecycle", text)
        return
    yield Record(volume, "Normal", "VolumeRecycled", "Volume recycled")
    yield from _give_back(view, volume)


def _undeletable(volume: Obj) -> str | None:
    """Why no plugin deletes a volume: None where one does, empty where it is its driver's duty."""
    maker = annotations_of(volume).get(PROVISIONED_BY, "")
    path = dig(volume, "spec", "hostPath", "path")
    if maker and maker != HOST_PATH:
        return f"no volume plugin matched name: {maker}" if maker.startswith(_IN_TREE) else ""
    if path is None:
        return (
            f'error getting deleter volume plugin for volume "{name_of(volume)}": no deletable '
            "volume plugin matched"
        )
    if not str(path).startswith(_DELETABLE):
        return f"host_path deleter only supports /tmp/.+ but received provided {path}"
    return None


def _delete(view: View, volume: Obj) -> Plan:
    why = _undeletable(volume)
    if why is None:
        if not terminating(volume):
            yield Delete(VOLUMES, "", name_of(volume), uid_of(volume))
        current = view.get(VOLUMES, "", name_of(volume))
        finalizers = meta(current or {}).get("finalizers") or []
        if current is not None and FINALIZER in finalizers:
            kept = [one for one in finalizers if one != FINALIZER]
            metadata = {**meta(current), "finalizers": kept}
            yield from written(Update(VOLUMES, {**current, "metadata": metadata}))
    elif why:
        if dig(volume, "status", "phase") != "Failed":
            yield from _to_phase(view, volume, "Failed", why)
            yield Record(volume, "Warning", "VolumeFailedDelete", why)
        yield Again(RESYNC_SECONDS)


def _unbind(view: View, volume: Obj) -> Plan:
    """The claim took another volume: give this one back."""
    if PROVISIONED_BY in annotations_of(volume) and (
        dig(volume, "spec", "persistentVolumeReclaimPolicy") == "Delete"
    ):
        yield from _release(view, volume)
        return
    yield from _give_back(view, volume)


def _give_back(view: View, volume: Obj) -> Plan:
    """Take a volume from its claim; one kept for a claim by hand goes on being kept for it."""
    spec = dict(volume["spec"])
    if BOUND_BY_CONTROLLER in annotations_of(volume):
        spec.pop("claimRef")
    else:
        reference = spec["claimRef"]
        spec["claimRef"] = {
            name: value
            for name, value in reference.items()
            if name not in ("uid", "resourceVersion")
        }
    changed = annotated({**volume, "spec": spec}, {BOUND_BY_CONTROLLER: None})
    volume = yield from written(Update(VOLUMES, changed))
    yield from _to_phase(view, volume, "Available")

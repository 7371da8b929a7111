"""What the new volume of a claim is filled from, and why that cannot be.

Source: kubernetes-csi external-provisioner, pkg/controller/controller.go (getPVCSource,
getSnapshotSource, ProvisionableByThisProvisioner).
"""

from tutor.manifest.quantity import parse
from tutor.offline.controllers.storage import CLAIMS, VOLUMES, mode_of, requested
from tutor.offline.data_sources import is_claim, is_snapshot
from tutor.offline.objects import Obj, dig, name_of, namespace_of, terminating
from tutor.offline.plan import View


def ours(claim: Obj) -> bool:
    """Whether a driver fills the volume itself; anything else is left to a volume populator."""
    source = dig(claim, "spec", "dataSourceRef") or dig(claim, "spec", "dataSource")
    return source is None or is_claim(source) or is_snapshot(source)


def unavailable(view: View, driver: str, claim: Obj) -> str:
    """Why a driver cannot take what a claim is to be filled from; empty where it can."""
    source = dig(claim, "spec", "dataSource")
    if source is None:
        return ""
    kind, name = source.get("kind", ""), source.get("name", "")
    head = f"error getting handle for DataSource Type {kind} by Name {name}: "
    if is_snapshot(source):
        return (
            f"{head}error getting snapshot {name} from api server: the server could not find the "
            f"requested resource (get volumesnapshots.snapshot.storage.k8s.io {name})"
        )
    why = _unusable(view, driver, claim, name)
    return f"{head}{why}" if why else ""


def _unusable(view: View, driver: str, claim: Obj, name: str) -> str:
    """Why a claim cannot be cloned."""
    space = namespace_of(claim)
    found = view.get(CLAIMS, space, name)
    if found is None:
        return (
            f'error getting PVC {name} (namespace "{space}") from api server: '
            f'persistentvolumeclaim "{name}" not found'
        )
    phase = dig(found, "status", "phase", default="")
    if phase != "Bound":
        return f"the PVC DataSource {name} must have a status of Bound. Got {phase}"
    if terminating(found):
        return f"the PVC DataSource {name} is currently being deleted"
    volume = view.get(VOLUMES, "", dig(found, "spec", "volumeName", default=""))
    if dig(volume, "spec", "csi", "driver", default="") != driver:
        held = name_of(volume) if volume is not None else ""
        return f"the source volume {held} was not made by the driver {driver}"
    if parse(requested(claim)) < parse(dig(found, "status", "capacity", "storage", default="0")):
        return (
            "error, new PVC request must be greater than or equal in size to the specified PVC "
            f"data source, requested {requested(claim)} but source is "
            f"{dig(found, 'status', 'capacity', 'storage')}"
        )
    if mode_of(claim) != mode_of(found):
        return "the source and destination claims must have the same volume mode"
    return ""

"""PersistentVolumeClaims: finding or making their volume, and what to say while there is none.

Source: pkg/controller/volume/persistentvolume/pv_controller.go (syncClaim, provisionClaim), v1.36.
"""

from tutor.offline.admission.plugins import default_class
from tutor.offline.clock import timestamp
from tutor.offline.controllers import provisioning
from tutor.offline.controllers.storage import (
    BIND_COMPLETED,
    BOUND_BY_CONTROLLER,
    CLAIMS,
    CLASSES,
    SELECTED_NODE,
    VOLUMES,
    FreeVolumes,
    annotated,
    annotations_of,
    bound_to,
    claim_names,
    claim_reference,
    class_name,
    find_volume,
    unsuited,
    waits_for_consumer,
    written,
)
from tutor.offline.objects import Obj, dig, name_of, namespace_of, uid_of
from tutor.offline.plan import Again, Create, Plan, Record, Update, UpdateStatus, View

RESYNC_SECONDS = 15.0
PROVISION_SECONDS = 0.02


def with_phase(volume: Obj, phase: str, now: float, message: str = "") -> Obj:
    """A volume in another phase."""
    status = {**(volume.get("status") or {}), "phase": phase}
    if dig(volume, "status", "phase") != phase or "lastPhaseTransitionTime" not in status:
        status["lastPhaseTransitionTime"] = timestamp(now)
    if message:
        status["message"] = message
    else:
        status.pop("message", None)
    return {**volume, "status": status}


class Claims:
    """Syncs of claims.

    Args:
        free: The volumes that may still be given away.
    """

    def __init__(self, free: FreeVolumes) -> None:
        self._free = free
        self._making: dict[str, float] = {}

    def forget(self, claim: Obj) -> None:
        """Drop a claim that is gone."""
        self._making.pop(uid_of(claim), None)

    def sync(self, view: View, claim: Obj) -> Plan:
        """One sync of one claim.

        Raises:
            Retry: A write was refused.
        """
        if BIND_COMPLETED in annotations_of(claim):
            yield from self._bound(view, claim)
        elif dig(claim, "spec", "volumeName", default=""):
            yield from self._named(view, claim)
        else:
            yield from self._unbound(view, claim)

    # -- without a volume

    def _unbound(self, view: View, claim: Obj) -> Plan:
        waits = waits_for_consumer(view, claim) and SELECTED_NODE not in annotations_of(claim)
        volume = self._free.of(claim) or find_volume(self._free, claim, delayed=waits)
        if volume is not None:
            yield from bind(view, volume, claim)
            return
        if waits:
            yield from self._wait_for_pod(view, claim)
        elif class_name(claim):
            yield from self._provision(view, claim)
        else:
            if dig(claim, "spec", "storageClassName") is None:
                chosen = default_class(view.list(CLASSES))
                if chosen is not None:
                    spec = {**claim["spec"], "storageClassName": name_of(chosen)}
                    yield from written(Update(CLAIMS, {**claim, "spec": spec}))
                    return
            text = "no persistent volumes available for this claim and no storage class is set"
            yield Record(claim, "Normal", "FailedBinding", text)
            yield Again(RESYNC_SECONDS)
        yield from self._pending(view, claim)

    def _wait_for_pod(self, view: View, claim: Obj) -> Plan:
        """Say what a claim waits for whose class waits for a consumer."""
        pods = sorted(
            name_of(pod)
            for pod in view.list("pods", namespace_of(claim))
            if not dig(pod, "spec", "nodeName", default="")
            and any(name == name_of(claim) for name, _ in claim_names(pod))
        )
        if pods:
            noun = "pod" if len(pods) == 1 else "pods"
            text = f"waiting for {noun} {','.join(pods)} to be scheduled"
            yield Record(claim, "Normal", "WaitForPodScheduled", text)
        else:
            text = "waiting for first consumer to be created before binding"
            yield Record(claim, "Normal", "WaitForFirstConsumer", text)
        yield Again(RESYNC_SECONDS)

    @staticmethod
    def _pending(view: View, claim: Obj) -> Plan:
        current = view.get(CLAIMS, namespace_of(claim), name_of(claim))
        if current is None or BIND_COMPLETED in annotations_of(current):
            return
        if dig(current, "status", "phase") == "Pending":
            return
        yield from written(UpdateStatus(CLAIMS, {**current, "status": {"phase": "Pending"}}))

    # -- making one

    def _provision(self, view: View, claim: Obj) -> Plan:
        name = class_name(claim)
        found = view.get(CLASSES, "", name)
        if found is None:
            text = f'storageclass.storage.k8s.io "{name}" not found'
            yield Record(claim, "Warning", "ProvisioningFailed", text)
            yield Again(RESYNC_SECONDS)
            return
        if why := provisioning.refusal(claim, found):
            yield Record(claim, "Warning", "ProvisioningFailed", why)
            yield Again(RESYNC_SECONDS)
            return
        if (change := provisioning.announced(claim, found)) is not None:
            claim = yield from written(change)
        if provisioning.driver_of(found) != provisioning.HOST_PATH:
            yield provisioning.awaited(claim, found)
            yield Again(RESYNC_SECONDS)
            return
        due = self._making.setdefault(uid_of(claim), view.now + PROVISION_SECONDS)
        if due > view.now:
            yield Again(due - view.now)
            return
        self.forget(claim)
        yield from self._make(view, claim, found)

    @staticmethod
    def _make(view: View, claim: Obj, found: Obj) -> Plan:
        body = provisioning.host_path_volume(claim, found)
        name = name_of(body)
        volume = view.get(VOLUMES, "", name)
        if volume is None:
            volume = yield from written(Create(VOLUMES, body))
        text = f"Successfully provisioned volume {name} using {provisioning.HOST_PATH}"
        yield Record(claim, "Normal", "ProvisioningSucceeded", text)
        current = view.get(CLAIMS, namespace_of(claim), name_of(claim))
        if current is not None and uid_of(current) == uid_of(claim):
            yield from bind(view, volume, current)

    # -- with one

    def _named(self, view: View, claim: Obj) -> Plan:
        """A claim that names its volume and is not bound to it yet."""
        name = claim["spec"]["volumeName"]
        volume = view.get(VOLUMES, "", name)
        if volume is not None and dig(volume, "spec", "claimRef") is None:
            why = unsuited(volume, claim)
            if not why:
                yield from bind(view, volume, claim)
                return
            text = f'Cannot bind to requested volume "{name}": {why}'
            yield Record(claim, "Warning", "VolumeMismatch", text)
            yield Again(RESYNC_SECONDS)
        elif volume is not None and bound_to(volume, claim):
            yield from bind(view, volume, claim)
            return
        elif volume is not None and BOUND_BY_CONTROLLER not in annotations_of(claim):
            text = f'volume "{name}" already bound to a different claim.'
            yield Record(claim, "Warning", "FailedBinding", text)
            yield Again(RESYNC_SECONDS)
        yield from self._pending(view, claim)

    @staticmethod
    def _bound(view: View, claim: Obj) -> Plan:
        """A claim that was bound: to the same volume still, or it is lost."""
        name = dig(claim, "spec", "volumeName", default="")
        volume = view.get(VOLUMES, "", name) if name else None
        if not name:
            why = (
                "ClaimLost",
                "Bound claim has lost reference to PersistentVolume. Data on the volume is lost!",
            )
        elif volume is None:
            why = (
                "ClaimLost",
                "Bound claim has lost its PersistentVolume. Data on the volume is lost!",
            )
        elif dig(volume, "spec", "claimRef") is None or bound_to(volume, claim):
            yield from bind(view, volume, claim)
            return
        else:
            why = (
                "ClaimMisbound",
                "Two claims are bound to the same volume, this one is bound incorrectly",
            )
        if dig(claim, "status", "phase") != "Lost":
            yield from written(UpdateStatus(CLAIMS, {**claim, "status": {"phase": "Lost"}}))
            yield Record(claim, "Warning", *why)


def bind(view: View, volume: Obj, claim: Obj) -> Plan:
    """Bind a volume and a claim to each other; what is right already is left alone.

    Raises:
        Retry: A write was refused.
    """
    reference = dig(volume, "spec", "claimRef")
    if reference is None or not reference.get("uid"):
        spec = {**volume["spec"], "claimRef": {**(reference or {}), **claim_reference(claim)}}
        changed = {**volume, "spec": spec}
        if reference is None:
            changed = annotated(changed, {BOUND_BY_CONTROLLER: "yes"})
        volume = yield from written(Update(VOLUMES, changed))
    if dig(volume, "status", "phase") != "Bound":
        bound = with_phase(volume, "Bound", view.now)
        volume = yield from written(UpdateStatus(VOLUMES, bound))
    current = view.get(CLAIMS, namespace_of(claim), name_of(claim))
    if current is None or uid_of(current) != uid_of(claim):
        return
    marks: dict[str, str | None] = {BIND_COMPLETED: "yes"}
    spec = current["spec"]
    if not spec.get("volumeName"):
        spec = {**spec, "volumeName": name_of(volume)}
        marks[BOUND_BY_CONTROLLER] = "yes"
    if spec is not current["spec"] or BIND_COMPLETED not in annotations_of(current):
        changed = annotated({**current, "spec": spec}, marks)
        current = yield from written(Update(CLAIMS, changed))
    status = current.get("status") or {}
    if status.get("phase") == "Bound":
        return
    wanted = {
        **status,
        "phase": "Bound",
        "accessModes": list(dig(volume, "spec", "accessModes", default=())),
        "capacity": dict(dig(volume, "spec", "capacity", default={})),
    }
    yield from written(UpdateStatus(CLAIMS, {**current, "status": wanted}))

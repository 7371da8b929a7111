"""How the volumes of a Pod bear on where it can go.

Source: pkg/scheduler/framework/plugins/volumebinding and volumerestrictions, v1.36.
"""

from collections.abc import Callable, Iterator

from tutor.offline.controllers.storage import (
    BOUND_BY_CONTROLLER,
    CLAIMS,
    NO_PROVISIONER,
    SELECTED_NODE,
    VOLUMES,
    FreeVolumes,
    annotated,
    annotations_of,
    claim_names,
    claim_reference,
    class_name,
    class_of,
    find_volume,
    foreign,
    fully_bound,
    reachable,
    waits_for_consumer,
)
from tutor.offline.objects import Obj, dig, labels_of, name_of, namespace_of, terminating
from tutor.offline.plan import Action, Update, View

NO_VOLUME = "node(s) didn't find available persistent volumes to bind"
WRONG_PLACE = "node(s) didn't match PersistentVolume's node affinity"
VOLUME_GONE = "node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)"
IN_USE = (
    "node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode"
)
UNBOUND = "pod has unbound immediate PersistentVolumeClaims"


class Storage:
    """The claims of one Pod.

    Attributes:
        problem: Why it can go nowhere; empty where nothing is against it.
    """

    def __init__(
        self, view: View, pod: Obj, free: FreeVolumes, mounted: Callable[[str], bool]
    ) -> None:
        """Read the claims.

        Args:
            view: The cluster.
            pod: The Pod.
            free: The volumes that may still be given away.
            mounted: Whether a Pod on a node mounts the claim of this name in the same namespace.
        """
        self._view = view
        self._free = free
        self._bound: list[Obj] = []
        self._waiting: list[Obj] = []
        self._taken = False
        self.problem = self._read(pod, mounted)

    def _read(self, pod: Obj, mounted: Callable[[str], bool]) -> str:
        unbound = False
        for name, ephemeral in claim_names(pod):
            claim = self._view.get(CLAIMS, namespace_of(pod), name)
            if claim is None:
                if ephemeral:
                    return (
                        "waiting for ephemeral volume controller to create the "
                        f'persistentvolumeclaim "{name}"'
                    )
                return f'persistentvolumeclaim "{name}" not found'
            if ephemeral and (why := foreign(claim, pod)):
                return why
            if dig(claim, "status", "phase") == "Lost":
                volume = dig(claim, "spec", "volumeName", default="")
                return (
                    f'persistentvolumeclaim "{name}" bound to non-existent persistentvolume '
                    f'"{volume}"'
                )
            if terminating(claim):
                return f'persistentvolumeclaim "{name}" is being deleted'
            if "ReadWriteOncePod" in dig(claim, "spec", "accessModes", default=()):
                self._taken = self._taken or mounted(name)
            if fully_bound(claim):
                self._bound.append(claim)
            elif waits_for_consumer(self._view, claim) and not dig(
                claim, "spec", "volumeName", default=""
            ):
                self._waiting.append(claim)
            else:
                unbound = True
        return UNBOUND if unbound else ""

    @property
    def waiting(self) -> bool:
        """Whether claims wait for a node to be chosen."""
        return bool(self._waiting)

    def refuse(self, node: Obj) -> tuple[tuple[str, ...], bool]:
        """The reasons against a node, and whether no preemption could help; none if it will do."""
        if self._taken:
            return (IN_USE,), False
        reasons = []
        for claim in self._bound:
            volume = self._view.get(VOLUMES, "", dig(claim, "spec", "volumeName", default=""))
            if volume is None:
                reasons.append(VOLUME_GONE)
            elif not reachable(volume, node):
                reasons.append(WRONG_PLACE)
        if any(chosen is None and not new for _, chosen, new in self._choose(node)):
            reasons.append(NO_VOLUME)
        return tuple(dict.fromkeys(reasons)), True

    def _choose(self, node: Obj) -> Iterator[tuple[Obj, Obj | None, bool]]:
        """For each waiting claim a volume that exists, or whether one can be made."""
        used: frozenset[str] = frozenset()
        for claim in self._waiting:
            selected = annotations_of(claim).get(SELECTED_NODE)
            if selected is not None:
                yield claim, None, selected == name_of(node)
                continue
            volume = find_volume(self._free, claim, node, delayed=True, excluded=used)
            if volume is not None:
                used = used | {name_of(volume)}
            yield claim, volume, volume is None and self._can_make(claim, node)

    def _can_make(self, claim: Obj, node: Obj) -> bool:
        found = class_of(self._view, claim)
        if found is None or found.get("provisioner") in ("", None, NO_PROVISIONER):
            return False
        topologies = found.get("allowedTopologies")
        if not topologies or not class_name(claim):
            return bool(class_name(claim))
        return any(
            all(
                labels_of(node).get(one.get("key", "")) in (one.get("values") or ())
                for one in term.get("matchLabelExpressions") or ()
            )
            for term in topologies
        )

    def bind(self, node: Obj) -> Iterator[Action]:
        """What has to be written so that the waiting claims get their volumes on a node."""
        for claim, volume, new in tuple(self._choose(node)):
            if volume is not None:
                reference = dig(volume, "spec", "claimRef")
                if reference is not None and reference.get("uid"):
                    continue
                spec = {**volume["spec"], "claimRef": claim_reference(claim)}
                changed = {**volume, "spec": spec}
                if reference is None:
                    changed = annotated(changed, {BOUND_BY_CONTROLLER: "yes"})
                yield Update(VOLUMES, changed)
            elif new and SELECTED_NODE not in annotations_of(claim):
                yield Update(CLAIMS, annotated(claim, {SELECTED_NODE: name_of(node)}))

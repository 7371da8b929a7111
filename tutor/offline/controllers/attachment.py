"""Taking volumes of drivers to the nodes of their Pods, and away again.

Where a volume is, its node says (``status.volumesAttached``), and the kubelet waits for that. One
that may be on a single node is not taken from a node that still has a Pod with it, nor from one
that is silent, until six minutes are over or somebody declares the node out of service.

Source: pkg/controller/volume/attachdetach/reconciler/reconciler.go, v1.36.
"""

from collections.abc import Iterable, Iterator

from tutor.offline.controllers.csi import DRIVERS
from tutor.offline.controllers.nodes.conditions import OUT_OF_SERVICE, condition_of, taints_of
from tutor.offline.controllers.scheduler.tally import FINISHED
from tutor.offline.controllers.storage import CLAIMS, VOLUMES, Steps, claim_names, written
from tutor.offline.objects import Obj, dig, name_of, namespace_of, uid_of
from tutor.offline.plan import Again, Key, Plan, Record, UpdateStatus, View

PODS, NODES = "pods", "nodes"
UNMOUNT_SECONDS = 360.0
_SHARED = frozenset({"ReadWriteMany", "ReadOnlyMany"})
_EARLY = 1e-6


def attachable(volume: Obj | None) -> str:
    """The name of a volume among those attached to a node; empty for others."""
    driver = dig(volume, "spec", "csi", "driver", default="")
    if driver not in DRIVERS:
        return ""
    handle = dig(volume, "spec", "csi", "volumeHandle", default="")
    return f"kubernetes.io/csi/{driver}^{handle}"


def volumes_of(view: View, pod: Obj) -> Iterator[Obj]:
    """The volumes of a Pod that have to be attached."""
    for name, _ in claim_names(pod):
        claim = view.get(CLAIMS, namespace_of(pod), name)
        volume = view.get(VOLUMES, "", dig(claim, "spec", "volumeName", default=""))
        if volume is not None and attachable(volume):
            yield volume


def on(node: Obj | None) -> list[str]:
    """The volumes attached to a node."""
    return [str(one.get("name")) for one in dig(node, "status", "volumesAttached", default=())]


def waits(view: View, pod: Obj, node: Obj) -> bool:
    """Whether a volume of a Pod is not attached to its node yet."""
    there = on(node)
    return any(attachable(volume) not in there for volume in volumes_of(view, pod))


class Attachments:
    """Attaches and detaches."""

    name = "attachdetach-controller"
    watches = (PODS, NODES, VOLUMES)

    def __init__(self) -> None:
        self._unused: dict[tuple[str, str], float] = {}
        self._told: set[tuple[str, str]] = set()

    def keys(
        self, view: View, resource: str, before: Obj | None, after: Obj | None
    ) -> Iterable[Key]:
        """The volumes of a Pod that comes to a node or goes; all of a node that changes."""
        changed = after or before or {}
        if resource == PODS:
            if before is not None and after is not None and _place(before) == _place(after):
                return ()
            return [Key("", name_of(one)) for one in volumes_of(view, changed)]
        if resource == VOLUMES:
            bound = after is not None and attachable(after) and before is None
            return (Key("", name_of(changed)),) if bound else ()
        if before is not None and before is not after and taints_of(before) == taints_of(after):
            return ()
        there = set(on(changed))
        return [
            Key("", name_of(one))
            for one in view.list(VOLUMES)
            if there and attachable(one) in there
        ]

    def sync(self, view: View, key: Key) -> Plan:
        """Bring one volume to where it is needed.

        Raises:
            Retry: A write was refused.
        """
        volume = view.get(VOLUMES, "", key.name)
        name = attachable(volume)
        if volume is None or not name:
            return
        users = _users(view, volume)
        held: list[str] = []
        for node in list(view.list(NODES)):
            if name not in on(node):
                continue
            if name_of(node) in users or not (yield from self._detach(view, name, node)):
                held.append(name_of(node))
        shared = _SHARED & set(dig(volume, "spec", "accessModes", default=()))
        for where, pods in users.items():
            target = view.get(NODES, "", where)
            if where in held or target is None:
                continue
            if held and not shared:
                yield from self._refuse(volume, pods, [users.get(one, []) for one in held])
                continue
            there = [*(dig(target, "status", "volumesAttached") or ()), _entry(name)]
            status = {**(target.get("status") or {}), "volumesAttached": there}
            yield from written(UpdateStatus(NODES, {**target, "status": status}))
            held.append(where)
            text = f'AttachVolume.Attach succeeded for volume "{name_of(volume)}" '
            for pod in pods:
                yield Record(pod, "Normal", "SuccessfulAttachVolume", text)

    def _detach(self, view: View, name: str, node: Obj) -> Steps[bool]:
        """Take a volume from a node that needs it no more. Whether that could be done."""
        mark = (name, name_of(node))
        since = self._unused.setdefault(mark, view.now)
        if view.down(name_of(node)):  # nobody there to unmount it
            ready = condition_of(node, "Ready") == "True"
            given_up = any(one.get("key") == OUT_OF_SERVICE for one in taints_of(node))
            left = since + UNMOUNT_SECONDS - view.now
            if not given_up and (ready or left > _EARLY):
                yield Again(max(left, 1.0))
                return False
        del self._unused[mark]
        kept = [one for one in node["status"]["volumesAttached"] if one.get("name") != name]
        status = {key: value for key, value in node["status"].items() if key != "volumesAttached"}
        if kept:
            status["volumesAttached"] = kept
        yield from written(UpdateStatus(NODES, {**node, "status": status}))
        return True

    def _refuse(self, volume: Obj, pods: list[Obj], others: list[list[Obj]]) -> Plan:
        """Tell Pods, once each, that their volume is elsewhere."""
        lead = f'Multi-Attach error for volume "{name_of(volume)}" '
        using = [one for found in others for one in found]
        for pod in pods:
            mark = (uid_of(volume), uid_of(pod))
            if mark in self._told:
                continue
            self._told.add(mark)
            yield Record(pod, "Warning", "FailedAttachVolume", lead + _why(pod, using))


def _why(pod: Obj, using: list[Obj]) -> str:
    if not using:
        return "Volume is already exclusively attached to one node and can't be attached to another"
    here = [name_of(one) for one in using if namespace_of(one) == namespace_of(pod)]
    away = len(using) - len(here)
    if not here:
        return f"Volume is already used by {away} pod(s) in different namespaces"
    text = f"Volume is already used by pod(s) {', '.join(here)}"
    return f"{text} and {away} pod(s) in different namespaces" if away else text


def _entry(name: str) -> Obj:
    return {"name": name, "devicePath": ""}


def _place(pod: Obj) -> tuple[str, bool]:
    """Where a Pod is, and whether it has ended."""
    return (
        str(dig(pod, "spec", "nodeName", default="")),
        dig(pod, "status", "phase") in FINISHED,
    )


def _users(view: View, volume: Obj) -> dict[str, list[Obj]]:
    """The Pods with a volume, by their node."""
    reference = dig(volume, "spec", "claimRef", default={})
    found: dict[str, list[Obj]] = {}
    for pod in view.list(PODS, str(reference.get("namespace", ""))):
        node, over = _place(pod)
        mounts = any(name == reference.get("name") for name, _ in claim_names(pod))
        if node and mounts and not over:
            found.setdefault(node, []).append(pod)
    return found

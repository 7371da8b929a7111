"""What a kubelet refuses: Pods that name their node themselves and do not fit there.

The scheduler has looked at all others.

Source: ``pkg/kubelet/lifecycle/predicate.go``, ``rejectPod`` in ``pkg/kubelet/kubelet.go``.
"""

from collections.abc import Iterable

from tutor.offline.controllers.scheduler.filters import likes
from tutor.offline.controllers.scheduler.tally import FINISHED, amount, host_ports, requests_of
from tutor.offline.objects import Obj, dig, uid_of

_ANY = "0.0.0.0"  # noqa: S104
_MILLI, _NANO = 10**6, 10**9


def placed(pod: Obj) -> bool:
    """Whether the scheduler has put the Pod where it is."""
    conditions = dig(pod, "status", "conditions", default=())
    return any(one.get("type") == "PodScheduled" for one in conditions)


def refusal(pod: Obj, machine: Obj, others: Iterable[Obj]) -> tuple[str, str] | None:
    """Why a node will not run a Pod: a reason and a message; None where it will.

    Args:
        pod: The Pod.
        machine: Its Node.
        others: The Pods of that node; those that have ended do not count.
    """
    there = [
        one
        for one in others
        if uid_of(one) != uid_of(pod) and dig(one, "status", "phase") not in FINISHED
    ]
    short = _short(pod, machine, there)
    if short is not None:
        return short
    if not likes(pod, machine):
        why = "node(s) didn't match Pod's node affinity/selector"
        return "NodeAffinity", f"Predicate NodeAffinity failed: {why}"
    taken = [port for one in there for port in host_ports(one)]
    for protocol, number, address in host_ports(pod):
        for known, held, at in taken:
            if (protocol, number) == (known, held) and (address == at or _ANY in (address, at)):
                why = "node(s) didn't have free ports for the requested pod ports"
                return "NodePorts", f"Predicate NodePorts failed: {why}"
    return None


def _short(pod: Obj, machine: Obj, there: list[Obj]) -> tuple[str, str] | None:
    """The first resource the node has too little of."""
    room = dig(machine, "status", "allocatable", default={})
    if "pods" in room and (len(there) + 1) * _NANO > amount(room["pods"]):
        return _out_of("pods", 1, len(there), amount(room["pods"]) // _NANO)
    for name, wanted in sorted(requests_of(pod).items()):
        used = sum(requests_of(one).get(name, 0) for one in there)
        most = amount(room.get(name, "0"))
        if wanted > most - used:
            unit = _MILLI if name == "cpu" else _NANO
            return _out_of(name, wanted // unit, used // unit, most // unit)
    return None


def _out_of(name: str, wanted: int, used: int, room: int) -> tuple[str, str]:
    return f"OutOf{name}", (
        f"Node didn't have enough resource: {name}, requested: {wanted}, used: {used},"
        f" capacity: {room}"
    )

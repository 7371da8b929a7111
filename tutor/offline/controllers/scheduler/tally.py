"""What stands on each node, kept up to date change by change."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tutor.manifest.quantity import parse
from tutor.offline.objects import Obj, controller_of, dig, name_of, namespace_of
from tutor.offline.plan import Key

FINISHED = frozenset({"Failed", "Succeeded"})
_NANO = -9


def amount(value: object) -> int:
    """A quantity in nanos, rounded up."""
    return parse(value).units(_NANO)


def requests_of(pod: Obj) -> dict[str, int]:
    """What a Pod asks for, in nanos: its containers together, or its largest init container."""
    spec = pod.get("spec") or {}
    total: dict[str, int] = {}
    for container in spec.get("containers") or ():
        for name, value in (dig(container, "resources", "requests") or {}).items():
            total[name] = total.get(name, 0) + amount(value)
    aside: dict[str, int] = {}
    for container in spec.get("initContainers") or ():
        stays = container.get("restartPolicy") == "Always"
        for name, value in (dig(container, "resources", "requests") or {}).items():
            if stays:
                aside[name] = aside.get(name, 0) + amount(value)
                total[name] = total.get(name, 0) + amount(value)
            else:
                total[name] = max(total.get(name, 0), aside.get(name, 0) + amount(value))
    for name, value in (spec.get("overhead") or {}).items():
        total[name] = total.get(name, 0) + amount(value)
    return total


def host_ports(pod: Obj) -> frozenset[tuple[str, int, str]]:
    """The ports a Pod takes on its node: protocol, number, address."""
    return frozenset(
        (port.get("protocol", "TCP"), port["hostPort"], port.get("hostIP") or "0.0.0.0")  # noqa: S104
        for container in dig(pod, "spec", "containers", default=())
        for port in container.get("ports") or ()
        if port.get("hostPort")
    )


@dataclass(frozen=True, slots=True)
class Placed:
    """One Pod on a node."""

    pod: Obj
    node: str
    owner: str
    requests: Mapping[str, int]
    ports: frozenset[tuple[str, int, str]]


class Tally:
    """The Pods that stand on nodes and have not finished."""

    def __init__(self) -> None:
        self._placed: dict[Key, Placed] = {}
        self._nodes: dict[str, dict[Key, Placed]] = {}
        self._used: dict[str, dict[str, int]] = {}
        self._owned: dict[tuple[str, str], int] = {}
        self._averse: dict[Key, Placed] = {}
        self._opinionated: dict[Key, Placed] = {}

    def update(self, before: Obj | None, after: Obj | None) -> bool:
        """Take in one change of a Pod. Whether room may have come free by it."""
        changed = after or before
        if changed is None:
            return False
        key = Key(namespace_of(changed), name_of(changed))
        was = self._placed.get(key)
        stands = (
            after is not None
            and dig(after, "spec", "nodeName", default="") != ""
            and dig(after, "status", "phase") not in FINISHED
        )
        if was is not None and (not stands or was.pod is not after):
            self._remove(key, was)
        if stands and after is not None:
            self._add(key, after)
        return was is not None and not stands

    def _add(self, key: Key, pod: Obj) -> None:
        node = pod["spec"]["nodeName"]
        owner = (controller_of(pod) or {}).get("uid", "")
        placed = Placed(pod, node, owner, requests_of(pod), host_ports(pod))
        self._placed[key] = placed
        self._nodes.setdefault(node, {})[key] = placed
        used = self._used.setdefault(node, {})
        for name, value in placed.requests.items():
            used[name] = used.get(name, 0) + value
        if owner:
            self._owned[owner, node] = self._owned.get((owner, node), 0) + 1
        affinity = dig(pod, "spec", "affinity", default={})
        if affinity.get("podAntiAffinity"):
            self._averse[key] = placed
        if affinity.get("podAntiAffinity") or affinity.get("podAffinity"):
            self._opinionated[key] = placed

    def _remove(self, key: Key, placed: Placed) -> None:
        del self._placed[key]
        del self._nodes[placed.node][key]
        used = self._used[placed.node]
        for name, value in placed.requests.items():
            used[name] -= value
        if placed.owner:
            count = self._owned[placed.owner, placed.node] - 1
            if count:
                self._owned[placed.owner, placed.node] = count
            else:
                del self._owned[placed.owner, placed.node]
        self._averse.pop(key, None)
        self._opinionated.pop(key, None)

    def on(self, node: str) -> Iterator[Placed]:
        """The Pods of a node."""
        yield from self._nodes.get(node, {}).values()

    def count(self, node: str) -> int:
        """How many Pods a node has."""
        return len(self._nodes.get(node, ()))

    def used(self, node: str) -> Mapping[str, int]:
        """What the Pods of a node ask for together, in nanos."""
        return self._used.get(node, {})

    def of_owner(self, owner: str, node: str) -> int:
        """How many Pods of one controller a node has."""
        return self._owned.get((owner, node), 0)

    def everything(self) -> Iterator[Placed]:
        """All Pods on all nodes."""
        yield from self._placed.values()

    def averse(self) -> Iterator[Placed]:
        """The Pods that keep others away."""
        yield from self._averse.values()

    def opinionated(self) -> Iterator[Placed]:
        """The Pods that say anything of their neighbours."""
        yield from self._opinionated.values()

"""From changes of objects to what happened: the one place that decides what a change means.

Nothing here trusts what it hears: a real cluster leaves fields out, a relist brings objects a
second time, and kinds come in any order. What was held of an object counts as what was before.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from dataclasses import field as of

from tutor.model.timeline import Change, Entry, What
from tutor.offline.objects import Obj
from tutor.timeline import pods, sets
from tutor.timeline.differences import fields
from tutor.timeline.names import Names, names_of, services_of
from tutor.timeline.reading import (
    EMPTY,
    condition,
    controller,
    mapping,
    natural,
    number,
    obj,
    terminating,
    text,
    uid,
)
from tutor.timeline.scenes import Scene, Stage, older

DNS = "DNS"
EVENT = "Event"
_SILENT = frozenset(
    {"ControllerRevision", "EndpointSlice", "Endpoints", "Lease", "Namespace", "ServiceAccount"}
)
_EVERY_NAMESPACE = "kube-root-ca.crt"
_TROUBLES = {
    "PersistentVolumeClaim": frozenset({"FailedBinding", "ProvisioningFailed"}),
    "StatefulSet": frozenset({"FailedCreate"}),
    "ReplicaSet": frozenset({"FailedCreate"}),
}
"""What only Events tell of: objects that are stuck without their status saying so."""
_RELIEF = "SuccessfulCreate"
_SCALED = frozenset({"Deployment", "ReplicaSet", sets.KIND})


@dataclass(frozen=True, slots=True)
class Memory:
    """What has been told and is not told again.

    Attributes:
        troubles: Of a Pod's uid: the reasons told since it last ran.
        available: The uids of Pods told to be available.
        rolling: The uids of sets with a revision that not every Pod has.
    """

    troubles: dict[str, frozenset[str]] = of(default_factory=dict)
    available: frozenset[str] = frozenset()
    rolling: frozenset[str] = frozenset()


def remember(scene: Scene) -> Memory:
    """What counts as told where the telling begins."""
    held = scene.of("Pod")
    return Memory(
        {uid(pod): frozenset(one.reason for one in pods.troubles(pod)) for pod in held},
        frozenset(uid(pod) for pod in held if pods.ready(pod) and sets.delay_of(scene, pod)),
        frozenset(uid(one) for one in scene.of(sets.KIND) if sets.rolling(one)),
    )


def tell(
    scene: Scene, memory: Memory, changes: Iterable[Change]
) -> tuple[Scene, Memory, tuple[Entry, ...]]:
    """What changes mean.

    Args:
        scene: The objects before them.
        memory: What has been told.
        changes: In their order.

    Returns:
        The objects after them, what has been told by then, and the entries, oldest first.
    """
    teller = _Teller(scene, memory)
    entries = tuple(entry for change in changes for entry in teller.hear(change))
    return teller.stage.scene(), teller.memory(), entries


class _Teller:
    def __init__(self, scene: Scene, memory: Memory) -> None:
        self.stage = Stage(scene)
        self._troubles = dict(memory.troubles)
        self._available = set(memory.available)
        self._rolling = set(memory.rolling)

    def memory(self) -> Memory:
        return Memory(self._troubles, frozenset(self._available), frozenset(self._rolling))

    def hear(self, change: Change) -> Iterator[Entry]:
        """Take one change, and tell it."""
        held = self.stage.get(change.kind, change.namespace, change.name)
        before = held if held is not None else obj(change.before) or None
        after = obj(change.after) or None
        if before is not None and after is not None and (after == before or older(after, before)):
            self.stage.put(change)
            return
        if held is not None and after is None and change.uid not in ("", uid(held)):
            return  # of one that was there before the one held
        services = services_of(change.kind, before, after)
        names = {one: names_of(self.stage, *one) for one in services}
        if change.kind == "Pod":
            yield from self._proofs(change, before, after)
        self.stage.put(change)
        yield from self._object(change, before, after)
        for one in sorted(services):
            yield from _names(change, names[one], names_of(self.stage, *one))

    def _object(self, change: Change, before: Obj | None, after: Obj | None) -> Iterator[Entry]:
        if change.kind == EVENT:
            for entry in _said(change, before, after):
                yield entry
                yield from self._trouble_said(entry)
            return
        if before is not None and after is not None and uid(before) != uid(after):
            yield from self._object(change, before, None)
            before = None
        silent = change.kind in _SILENT or change.name == _EVERY_NAMESPACE
        if after is None:
            if before is not None and not silent:
                self._forget(uid(before))
                yield _entry(change, What.GONE, before)
            return
        if before is None and not silent:
            yield _entry(change, What.CREATED, after)
        match change.kind:
            case "Pod":
                yield from self._pod(change, before or EMPTY, after)
            case "StatefulSet":
                yield from self._set(change, before or EMPTY, after)
            case "PersistentVolumeClaim":
                yield from _claim(change, before or EMPTY, after)
                if text(after, "status", "phase") == "Bound":
                    self._troubles.pop(uid(after), None)
            case "PersistentVolume":
                yield from _volume(change, before or EMPTY, after)
            case "Node" if before is not None:
                yield from _ready(change, condition_true(before), condition_true(after), after)
        if before is not None and not silent:
            yield from _edited(change, before, after)
        if not silent and terminating(after) and not terminating(before or EMPTY):
            yield _entry(change, What.TERMINATING, after)

    def _forget(self, gone: str) -> None:
        self._troubles.pop(gone, None)
        self._available.discard(gone)
        self._rolling.discard(gone)

    # -- Pods

    def _pod(self, change: Change, before: Obj, after: Obj) -> Iterator[Entry]:
        if before:
            yield from _owned(change, before, after)
        if pods.scheduled(after) and not pods.scheduled(before):
            node = text(after, "spec", "nodeName")
            yield _entry(change, What.SCHEDULED, after, node=node)
        again = pods.restarts(after)
        if before and again > pods.restarts(before):
            yield _entry(change, What.RESTARTED, after, count=again)
        elif pods.started(after) and not pods.started(before) and (not again or not before):
            yield _entry(change, What.STARTED, after)
        yield from self._trouble(change, after)
        yield from _ready(change, pods.ready(before), pods.ready(after), after)
        if not pods.ready(after):
            self._available.discard(uid(after))
        phase = text(after, "status", "phase")
        if phase != text(before, "status", "phase") and not terminating(after):
            what = {"Failed": What.FAILED, "Succeeded": What.SUCCEEDED}.get(phase)
            if what is not None:
                yield _entry(change, what, after, **_why(after))

    def _trouble(self, change: Change, pod: Obj) -> Iterator[Entry]:
        """Troubles that were not told since the Pod last ran."""
        found = pods.troubles(pod)
        if not found and pods.started(pod):
            self._troubles.pop(uid(pod), None)
            return
        told = self._troubles.get(uid(pod), frozenset())
        for trouble in found:
            if trouble.reason not in told and not terminating(pod):
                yield _entry(
                    change, What.TROUBLE, pod, reason=trouble.reason, message=trouble.message
                )
        reasons = frozenset(one.reason for one in found)
        # One that has passed is told anew when it comes again; pulling has two names.
        kept = told & pods.PULLING if reasons & pods.PULLING else frozenset()
        if reasons or pods.scheduled(pod):
            self._troubles[uid(pod)] = reasons | kept

    def _trouble_said(self, said: Entry) -> Iterator[Entry]:
        """Trouble that an Event tells of, once until it is over."""
        reason, known = str(said.params["reason"]), _TROUBLES.get(said.kind, frozenset())
        told = self._troubles.get(said.uid, frozenset())
        if known and reason == _RELIEF:
            self._troubles.pop(said.uid, None)
        elif reason in known and reason not in told:
            self._troubles[said.uid] = told | {reason}
            params = {"reason": reason, "message": said.params["message"]}
            yield replace(said, what=What.TROUBLE, params=params)

    def _proofs(self, change: Change, before: Obj | None, after: Obj | None) -> Iterator[Entry]:
        """Pods that must be available, or their set would not have gone on to this one.

        No change of a Pod says that it is available: time does. The set's status counts them, but
        it is written after the next Pod was made.
        """
        if after is None:
            return
        owner = sets.owner_of(self.stage, after)
        if owner is None or not sets.delay(owner):
            return
        if before is None and sets.in_order(owner):
            proven = sets.below(self.stage, owner, change.name)
        elif before is not None and terminating(after) and not terminating(before):
            proven = sets.above_and_updated(self.stage, owner, after)
        else:
            return
        for pod in proven:
            yield from self._is_available(change, pod)

    def _is_available(self, change: Change, pod: Obj) -> Iterator[Entry]:
        if pods.ready(pod) and uid(pod) not in self._available:
            self._available.add(uid(pod))
            name = text(pod, "metadata", "name")
            yield Entry(change.at, change.version, What.AVAILABLE, "Pod", name, uid(pod))

    # -- sets

    def _set(self, change: Change, before: Obj, after: Obj) -> Iterator[Entry]:
        was, now = (text(one, "status", "updateRevision") for one in (before, after))
        if was and now and was != now:
            self._rolling.add(uid(after))
            yield _entry(
                change, What.REVISED, after, was=sets.short(after, was), now=sets.short(after, now)
            )
        if sets.delay(after):
            told = [
                pod
                for pod in self.stage.controlled("Pod", uid(after))
                if pods.ready(pod) and not terminating(pod)
            ]
            fresh = [pod for pod in told if uid(pod) not in self._available]
            count = number(after, "status", "availableReplicas") - (len(told) - len(fresh))
            fresh.sort(key=pods.ready_since)
            for pod in fresh[: max(0, count)]:
                yield from self._is_available(change, pod)
        if uid(after) in self._rolling and sets.rolled(after):
            self._rolling.discard(uid(after))
            yield _entry(change, What.ROLLED, after, now=sets.short(after, now))


def condition_true(node: Obj) -> bool:
    """Whether an object's condition Ready is true."""
    return condition(node, "Ready").get("status") == "True"


def _entry(change: Change, what: What, about: Obj, **params: str | int) -> Entry:
    return Entry(change.at, change.version, what, change.kind, change.name, uid(about), params)


def _why(pod: Obj) -> dict[str, str]:
    params = {"reason": text(pod, "status", "reason"), "message": text(pod, "status", "message")}
    return {key: value for key, value in params.items() if value}


def _ready(change: Change, was: bool, now: bool, after: Obj) -> Iterator[Entry]:
    if was != now:
        yield _entry(change, What.READY if now else What.UNREADY, after)


def _owned(change: Change, before: Obj, after: Obj) -> Iterator[Entry]:
    """A Pod that found, or lost, the controller that looks after it."""
    was, now = controller(before), controller(after)
    if text(was, "uid") == text(now, "uid"):
        return
    if was:
        yield _entry(change, What.ORPHANED, after, owner=_owner(was))
    if now:
        yield _entry(change, What.ADOPTED, after, owner=_owner(now))


def _owner(reference: Obj) -> str:
    return f"{text(reference, 'kind')}/{text(reference, 'name')}"


def _claim(change: Change, before: Obj, after: Obj) -> Iterator[Entry]:
    was, now = text(before, "status", "phase"), text(after, "status", "phase")
    if now == "Bound" and was != now:
        volume = text(after, "spec", "volumeName")
        yield _entry(change, What.BOUND, after, volume=volume)
    if now == "Lost" and was != now:
        yield _entry(change, What.LOST, after)
    old, new = (text(one, "status", "capacity", "storage") for one in (before, after))
    if old and new and old != new:
        yield _entry(change, What.RESIZED, after, was=old, now=new)


def _volume(change: Change, before: Obj, after: Obj) -> Iterator[Entry]:
    was, now = text(before, "status", "phase"), text(after, "status", "phase")
    what = {"Released": What.RELEASED, "Failed": What.FAILED}.get(now)
    if what is not None and was != now:
        claim = text(after, "spec", "claimRef", "name")
        yield _entry(change, what, after, claim=claim)


def _edited(change: Change, before: Obj, after: Obj) -> Iterator[Entry]:
    """What a person did to the object."""
    if change.kind in _SCALED:
        was, now = (number(one, "spec", "replicas", default=1) for one in (before, after))
        if was != now:
            yield _entry(change, What.SCALED, after, was=was, now=now)
    changed = fields(change.kind, before, after)
    if changed:
        yield _entry(change, What.CHANGED, after, fields=", ".join(changed))


def _said(change: Change, before: Obj | None, after: Obj | None) -> Iterator[Entry]:
    """An Event, new or said once more."""
    if after is None or (before is not None and count_of(after) <= count_of(before)):
        return
    yield said(after, change.at, change.version)


def count_of(event: Obj) -> int:
    """How often an Event was said."""
    series = number(event, "series", "count")
    return max(series, number(event, "count"), number(event, "deprecatedCount"), 1)


def said(event: Obj, at: float, version: int) -> Entry:
    """An Event of either API as an entry about its object."""
    about = mapping(event, "involvedObject") or mapping(event, "regarding")
    return Entry(
        at,
        version,
        What.SAID,
        text(about, "kind"),
        text(about, "name"),
        text(about, "uid"),
        {
            "type": text(event, "type"),
            "reason": text(event, "reason"),
            "message": text(event, "message") or text(event, "note"),
            "count": count_of(event),
        },
    )


def _names(change: Change, was: Names, now: Names) -> Iterator[Entry]:
    """Names that began, or ceased, to have an address; a Pod's that has another one did both."""

    def entry(what: What, name: str, addresses: tuple[str, ...]) -> Entry:
        params = {"address": ", ".join(dict.fromkeys(addresses))}
        return Entry(change.at, change.version, what, DNS, name, "", params)

    for name in sorted(set(was) | set(now), key=natural):
        old, new = was.get(name, ()), now.get(name, ())
        moved = bool(old) and bool(new) and "." in name and not set(old) & set(new)
        if old and (not new or moved):
            yield entry(What.VANISHES, name, old)
        if new and (not old or moved):
            yield entry(What.RESOLVES, name, new)

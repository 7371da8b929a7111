"""A scene as a picture to draw: sets with their places, claims, names, and all the rest."""

from collections.abc import Iterable

from tutor.model.picture import (
    ClaimView,
    NameView,
    Picture,
    Place,
    PodView,
    ServiceView,
    SetView,
)
from tutor.model.timeline import Entry, Waiting
from tutor.offline.controllers.statefulset.identity import claim_name, pod_name
from tutor.offline.objects import Obj
from tutor.offline.pod_summary import summary
from tutor.timeline import pods, sets
from tutor.timeline.names import headless, names_of
from tutor.timeline.reading import (
    items,
    moment,
    name,
    namespace,
    natural,
    number,
    terminating,
    text,
    uid,
)
from tutor.timeline.scenes import Objects
from tutor.timeline.telling import EVENT, said
from tutor.timeline.waiting import waits_of

EVENTS = 20
"""Events in a picture, the newest ones."""
MOST_EMPTY = 100
"""Empty places that are drawn of one set, from the lowest ordinal on."""
CLAIM = "PersistentVolumeClaim"
_OWN_SERVICE = "kubernetes"


def picture(scene: Objects, now: float | None = None) -> Picture:
    """The picture of a scene.

    Args:
        scene: The objects of one namespace, with what belongs to none.
        now: The time to reckon with, seconds since the epoch; that of the scene by default.
    """
    drawing = _Drawing(scene, scene.at if now is None else now)
    drawn = tuple(drawing.set(one) for one in scene.of(sets.KIND))
    return Picture(
        at=drawing.now,
        version=scene.version,
        sets=drawn,
        pods=drawing.other_pods(drawn),
        claims=drawing.other_claims(drawn),
        services=drawing.other_services(drawn),
        events=_events(scene),
    )


class _Drawing:
    def __init__(self, scene: Objects, now: float) -> None:
        self._scene = scene
        self.now = now
        self._mounted = {
            (namespace(pod), claim) for pod in scene.of("Pod") for claim in _mounted(pod)
        }

    def set(self, set_: Obj) -> SetView:
        """One set with all its places."""
        space, own = namespace(set_), name(set_)
        governing = text(set_, "spec", "serviceName")
        service = self.service(space, governing) if governing else None
        names = names_of(self._scene, space, governing) if governing else {}
        waiting: dict[str, Waiting] = {}
        for one in waits_of(self._scene, set_, self.now):
            waiting.setdefault(one.pod, one)
        members = {
            sets.ordinal(set_, name(pod)): pod for pod in self._scene.controlled("Pod", uid(set_))
        }
        wanted = range(sets.first(set_), sets.first(set_) + sets.replicas(set_))
        claims = self._claims(set_, members)
        held = {*members, *claims}
        near = wanted[: MOST_EMPTY + len(held)]
        empty = [ordinal for ordinal in near if ordinal not in held][:MOST_EMPTY]
        missing = len(wanted) - sum(ordinal in wanted for ordinal in held)
        places = tuple(
            Place(
                ordinal=ordinal,
                pod_name=pod_name(own, ordinal),
                wanted=ordinal in wanted and not terminating(set_),
                pod=self.pod(members[ordinal], set_) if ordinal in members else None,
                claims=claims.get(ordinal, ()),
                name=_name(names, f"{pod_name(own, ordinal)}.{governing}") if governing else None,
                waits=waiting.get(pod_name(own, ordinal)),
            )
            for ordinal in sorted({*empty, *held})
            if ordinal >= 0
        )
        partition = number(set_, "spec", "updateStrategy", "rollingUpdate", "partition", default=-1)
        return SetView(
            name=own,
            uid=uid(set_),
            replicas=sets.replicas(set_),
            ready=sum(pods.ready(pod) for pod in members.values()),
            policy=text(set_, "spec", "podManagementPolicy") or "OrderedReady",
            strategy=text(set_, "spec", "updateStrategy", "type") or "RollingUpdate",
            partition=None if partition < 0 else partition,
            current=sets.short(set_, text(set_, "status", "currentRevision")),
            update=sets.short(set_, text(set_, "status", "updateRevision")),
            terminating=terminating(set_),
            service=service,
            places=places,
            more=missing - len(empty),
        )

    def _claims(self, set_: Obj, members: dict[int, Obj]) -> dict[int, tuple[ClaimView, ...]]:
        """Claims made from the set's templates by ordinal, in the order of the templates."""
        found: dict[int, list[ClaimView]] = {}
        for template in items(set_, "spec", "volumeClaimTemplates"):
            if not name(template):
                continue
            prefix = claim_name(template, name(set_), 0).removesuffix("0")
            for claim in self._scene.of(CLAIM, namespace(set_)):
                rest = name(claim).removeprefix(prefix)
                if rest == name(claim) or not rest.isdecimal() or str(int(rest)) != rest:
                    continue
                held = members.get(int(rest))
                mounted = held is not None and name(claim) in _mounted(held)
                found.setdefault(int(rest), []).append(_claim(claim, mounted))
        return {ordinal: tuple(claims) for ordinal, claims in found.items()}

    def pod(self, pod: Obj, set_: Obj | None = None) -> PodView:
        """One Pod."""
        revision = sets.revision(pod)
        delay = sets.delay(set_) if set_ is not None else 0
        ready = pods.ready(pod)
        waited = not delay or moment(pods.ready_since(pod)) + delay <= self.now
        return PodView(
            name=name(pod),
            uid=uid(pod),
            status=_status(pod),
            ready=ready,
            available=ready and waited,
            terminating=terminating(pod),
            revision=sets.short(set_, revision) if set_ is not None else revision,
            current=set_ is None or revision == text(set_, "status", "updateRevision"),
            node=text(pod, "spec", "nodeName"),
            ip=text(pod, "status", "podIP"),
            restarts=pods.restarts(pod),
            since=moment(text(pod, "metadata", "creationTimestamp")),
        )

    def service(self, space: str, own: str) -> ServiceView:
        """One Service, which need not be there."""
        found = self._scene.get("Service", space, own)
        return ServiceView(
            service=own,
            headless=found is not None and headless(found),
            exists=found is not None,
            name=_name(names_of(self._scene, space, own), own),
        )

    # -- what has no place

    def other_pods(self, drawn: Iterable[SetView]) -> tuple[PodView, ...]:
        """Pods of no place of any set."""
        placed = {place.pod.uid for one in drawn for place in one.places if place.pod}
        return tuple(self.pod(pod) for pod in self._scene.of("Pod") if uid(pod) not in placed)

    def other_claims(self, drawn: Iterable[SetView]) -> tuple[ClaimView, ...]:
        """Claims of no place of any set."""
        placed = {claim.uid for one in drawn for place in one.places for claim in place.claims}
        return tuple(
            _claim(claim, (namespace(claim), name(claim)) in self._mounted)
            for claim in self._scene.of(CLAIM)
            if uid(claim) not in placed
        )

    def other_services(self, drawn: Iterable[SetView]) -> tuple[ServiceView, ...]:
        """Services that govern no set; the cluster's own is left out."""
        governing = {one.service.service for one in drawn if one.service}
        return tuple(
            self.service(namespace(one), name(one))
            for one in self._scene.of("Service")
            if name(one) not in governing and not _of_the_cluster(one)
        )


def _of_the_cluster(service: Obj) -> bool:
    provider = text(service, "metadata", "labels", "provider").casefold()
    return name(service) == _OWN_SERVICE and provider == _OWN_SERVICE


def _name(names: dict[str, tuple[str, ...]], own: str) -> NameView:
    return NameView(own, tuple(dict.fromkeys(names.get(own, ()))))


def _status(pod: Obj) -> str:
    try:
        return summary(pod).reason
    except (AttributeError, KeyError, TypeError, ValueError):
        return text(pod, "status", "phase")  # no Pod as a server stores it


def _mounted(pod: Obj) -> set[str]:
    """The claims that a container of a Pod mounts, or uses as a device."""
    claims = {
        text(volume, "name"): text(volume, "persistentVolumeClaim", "claimName")
        for volume in items(pod, "spec", "volumes")
    }
    used = {
        text(mount, "name")
        for kind in ("containers", "initContainers")
        for container in items(pod, "spec", kind)
        for part in ("volumeMounts", "volumeDevices")
        for mount in items(container, part)
    }
    return {claim for volume, claim in claims.items() if claim and volume in used}


def _claim(claim: Obj, mounted: bool) -> ClaimView:
    phase = "Terminating" if terminating(claim) else text(claim, "status", "phase") or "Pending"
    size = text(claim, "status", "capacity", "storage")
    return ClaimView(
        name=name(claim),
        uid=uid(claim),
        phase=phase,
        volume=text(claim, "spec", "volumeName"),
        size=size or text(claim, "spec", "resources", "requests", "storage"),
        storage_class=text(claim, "spec", "storageClassName"),
        mounted=mounted,
    )


def _events(scene: Objects) -> tuple[Entry, ...]:
    """The newest Events, by when they were last said."""

    def last(event: Obj) -> tuple[float, int, tuple[tuple[int, str], ...]]:
        stamps = (
            text(event, "series", "lastObservedTime"),
            text(event, "lastTimestamp"),
            text(event, "eventTime"),
            text(event, "metadata", "creationTimestamp"),
        )
        version = text(event, "metadata", "resourceVersion")
        at = max(map(moment, stamps))
        return at, int(version) if version.isdecimal() else 0, natural(name(event))

    events = sorted(scene.of(EVENT), key=last)[-EVENTS:]
    return tuple(said(event, last(event)[0] or scene.at, scene.version) for event in events)

"""What the play of a manifest comes to: the few things that matter at its end."""

from collections.abc import Iterable, Iterator

from tutor.model.consequences import Comes, Consequence, Nameless
from tutor.model.findings import Param
from tutor.model.picture import ClaimView, Picture, Place, PodView, SetView
from tutor.model.timeline import What
from tutor.timeline.picture import picture
from tutor.timeline.trial import Played

_OVER = frozenset({"Completed", "Succeeded"})
_BAD = frozenset(Comes) - {Comes.WELL, Comes.NOTHING, Comes.LEFT}


def consequences(played: Played) -> tuple[Consequence, ...]:
    """What comes of it, what went wrong first; one that says so where all is well."""
    found = [*_refused(played), *_at_the_end(played)]
    if not any(one.what in _BAD for one in found):
        if not played.tape.entries:
            found.append(Consequence(Comes.NOTHING))
        else:
            ready = sum(pod.ready for pod in _pods(picture(played.tape.now)))
            found.append(_consequence(Comes.WELL, (), ready=ready))
    return tuple(found)


def _refused(played: Played) -> Iterator[Consequence]:
    for one in played.refused[played.in_start :]:
        if one.code:
            yield _consequence(Comes.UNREADABLE, (), code=one.code, line=one.line)
        else:
            yield _consequence(Comes.REFUSED, (one.object,), reason=one.reason)


def _at_the_end(played: Played) -> Iterator[Consequence]:
    drawn = picture(played.tape.now)
    if not played.settled:
        yield Consequence(Comes.RESTLESS)
    yield from _stuck(_pods(drawn))
    yield from _unbound(played, _claims(drawn))
    for set_ in drawn.sets:
        yield from _missing(set_)
        yield from _outdated(set_)
        yield from _nameless(set_)
        unmounted = [
            claim.name
            for place in set_.places
            if place.pod is not None
            for claim in place.claims
            if not claim.mounted
        ]
        if unmounted:
            yield Consequence(Comes.UNMOUNTED, tuple(unmounted))
    before = {claim.uid for claim in _claims(picture(played.tape.start))}
    left = [
        *drawn.claims,
        *(c for s in drawn.sets for p in s.places if not p.wanted for c in p.claims),
    ]
    old = tuple(claim.name for claim in left if not claim.mounted and claim.uid in before)
    if old:
        yield Consequence(Comes.LEFT, old)


def _consequence(what: Comes, names: Iterable[str], **params: Param) -> Consequence:
    return Consequence(what, tuple(names), params)


def _pods(drawn: Picture) -> list[PodView]:
    placed = (place.pod for one in drawn.sets for place in one.places)
    return [*(pod for pod in placed if pod is not None), *drawn.pods]


def _claims(drawn: Picture) -> list[ClaimView]:
    return [
        *(claim for one in drawn.sets for place in one.places for claim in place.claims),
        *drawn.claims,
    ]


def _stuck(found: Iterable[PodView]) -> Iterator[Consequence]:
    """Pods that are not Ready, together where they are so in the same way."""
    by_status: dict[str, list[str]] = {}
    for pod in found:
        if not pod.ready and pod.status not in _OVER:
            by_status.setdefault(pod.status, []).append(pod.name)
    for status, names in by_status.items():
        yield _consequence(Comes.STUCK, names, status=status)


def _unbound(played: Played, claims: Iterable[ClaimView]) -> Iterator[Consequence]:
    why = {
        entry.name: str(entry.params.get("reason", ""))
        for entry in played.tape.entries
        if entry.what is What.TROUBLE and entry.kind == "PersistentVolumeClaim"
    }
    by_reason: dict[str, list[str]] = {}
    for claim in claims:
        if not claim.volume:
            by_reason.setdefault(why.get(claim.name, ""), []).append(claim.name)
    for reason, names in by_reason.items():
        yield _consequence(Comes.UNBOUND, names, reason=reason)


def _because(places: Iterable[Place]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for place in places:
        because = place.waits.because if place.waits is not None else ""
        found.setdefault(because, []).append(place.pod_name)
    return found


def _missing(set_: SetView) -> Iterator[Consequence]:
    gone = [place for place in set_.places if place.wanted and place.pod is None]
    for because, names in _because(gone).items():
        yield _consequence(Comes.MISSING, names, because=because)


def _outdated(set_: SetView) -> Iterator[Consequence]:
    """Pods of an older revision that something keeps so: not the learner's own will."""
    if not set_.update:
        return
    old = [
        place
        for place in set_.places
        if place.pod is not None
        and not place.pod.current
        and place.waits is not None
        and place.waits.reason not in {"partition", "on-delete"}
    ]
    for because, names in _because(old).items():
        yield _consequence(Comes.OUTDATED, names, because=because)


def _nameless(set_: SetView) -> Iterator[Consequence]:
    """Pods without a name, or with one that is promised of headless Services alone."""
    address = set_.service is not None and set_.service.exists and not set_.service.headless
    running = [
        place.pod_name
        for place in set_.places
        if place.pod is not None
        and place.pod.ready
        and (address or place.name is None or not place.name.resolves)
    ]
    if running:
        service = set_.service
        if service is None:
            why = Nameless.UNNAMED
        elif not service.exists:
            why = Nameless.MISSING
        elif not service.headless:
            why = Nameless.ADDRESS
        else:
            why = Nameless.UNSELECTED
        own = service.service if service is not None else ""
        yield _consequence(Comes.NAMELESS, running, service=own, why=why.value)

"""Scenes of recorded clusters, drawn."""

from tests.timeline.recordings import changes, full
from tutor.model.picture import Picture, Place
from tutor.model.timeline import What
from tutor.timeline.picture import picture
from tutor.timeline.tape import Tape


def tape_of(recording: str) -> Tape:
    return Tape.starting().after(changes(full(recording)))


def at(recording: str, about: str, what: What, nth: int = 0) -> Picture:
    """The picture right after something was told."""
    tape = tape_of(recording)
    found = [e.version for e in tape.entries if f"{e.kind}/{e.name}" == about and e.what is what]
    return picture(tape.scene(found[nth]))


def places(drawn: Picture) -> dict[str, Place]:
    return {place.pod_name: place for one in drawn.sets for place in one.places}


def test_a_set_half_way_up() -> None:
    found = places(at("a01", "Pod/web-1", What.CREATED))
    assert list(found) == ["web-0", "web-1", "web-2"]
    first, second, third = found.values()
    assert first.pod is not None
    assert (first.pod.status, first.pod.ready, first.waits) == ("Running", True, None)
    assert second.pod is not None
    assert (second.pod.status, second.pod.ready) == ("Pending", False)
    assert third.pod is None
    assert third.wanted
    assert third.waits is not None
    assert (third.waits.step, third.waits.because) == ("create", "web-1")
    assert first.name is not None
    assert first.name.resolves
    assert third.name is not None
    assert (third.name.name, third.name.resolves) == ("web-2.web", False)


def test_claims_stand_at_their_places() -> None:
    (claim,) = places(picture(tape_of("a01").now))["web-2"].claims
    assert (claim.name, claim.phase, claim.size) == ("data-web-2", "Bound", "1Gi")
    assert claim.mounted
    assert claim.volume


def test_claims_left_behind_keep_their_place() -> None:
    drawn = at("a06", "Pod/web-2", What.GONE)
    left = places(drawn)["web-4"]
    assert (left.wanted, left.pod) == (False, None)
    assert [(one.name, one.phase, one.mounted) for one in left.claims] == [
        ("data-web-4", "Bound", False)
    ]


def test_two_templates_give_two_claims_in_their_order() -> None:
    for place in places(picture(tape_of("d04").now)).values():
        assert len(place.claims) == 2
        assert all(one.name.endswith(place.pod_name) for one in place.claims)


def test_ordinals_begin_where_the_set_says() -> None:
    drawn = picture(tape_of("c01").scene(120))
    assert [place.ordinal for place in drawn.sets[0].places][:1] == [5]


def test_revisions_of_an_update() -> None:
    drawn = at("b01", "Pod/web-2", What.READY, 1)
    (set_,) = drawn.sets
    assert set_.current != set_.update
    pods = [place.pod for place in set_.places]
    assert [pod.current for pod in pods if pod] == [False, False, True]
    assert [pod.revision for pod in pods if pod] == [set_.current, set_.current, set_.update]


def test_the_word_under_status() -> None:
    drawn = at("b06", "Pod/web-2", What.TROUBLE, 1)
    pod = places(drawn)["web-2"].pod
    assert pod is not None
    assert pod.status == "ImagePullBackOff"
    going = places(at("a13", "Pod/web-1", What.TERMINATING))["web-1"].pod
    assert going is not None
    assert (going.status, going.terminating) == ("Terminating", True)


def test_available_is_later_than_ready() -> None:
    tape = tape_of("b15")
    version = next(e.version for e in tape.entries if e.what is What.READY)
    scene = tape.scene(version)
    now = places(picture(scene))["web-0"].pod
    later = places(picture(scene, scene.at + 60))["web-0"].pod
    assert now is not None
    assert later is not None
    assert (now.ready, now.available, later.available) == (True, False, True)


def test_a_service_that_is_not_there() -> None:
    (set_,) = picture(tape_of("a30").scene(40)).sets
    assert set_.service is not None
    assert (set_.service.exists, set_.service.name.resolves) == (False, False)


def test_an_orphan_has_no_place() -> None:
    drawn = at("a27", "Pod/web-1", What.ORPHANED)
    assert [pod.name for pod in drawn.pods] == ["web-1"]
    place = places(drawn)["web-1"]
    assert place.pod is None
    assert place.waits is not None
    assert place.waits.reason == "name-taken"


def test_sets_that_are_gone_leave_their_claims() -> None:
    drawn = picture(tape_of("a21").now)
    assert drawn.sets == ()
    assert [claim.name for claim in drawn.claims] == ["data-web-0", "data-web-1", "data-web-2"]
    assert not any(claim.mounted for claim in drawn.claims)


def test_events_are_the_newest_and_the_newest_is_last() -> None:
    drawn = picture(tape_of("a05").now)
    assert len(drawn.events) == 20
    assert [e.at for e in drawn.events] == sorted(e.at for e in drawn.events)
    assert {entry.what for entry in drawn.events} == {What.SAID}

"""Standing at any point of a recording is folding it up to there."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.timeline.recordings import changes, full, names
from tutor.model.timeline import Change
from tutor.timeline import tape as tapes
from tutor.timeline.scenes import Scene, SceneView
from tutor.timeline.tape import Growing, Tape

RECORDINGS = st.sampled_from(names()).map(changes)


def same(one: Scene, other: Scene) -> bool:
    return one.kinds() == other.kinds() and all(
        one.of(kind) == other.of(kind) for kind in one.kinds()
    )


@given(RECORDINGS, st.data())
@settings(max_examples=40, deadline=None)
def test_scrubbing_to_a_version_equals_folding_to_it(
    heard: tuple[Change, ...], data: st.DataObject
) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(heard)), max_size=5)))
    tape, start = Tape.starting(), 0
    for cut in (*cuts, len(heard)):
        tape, start = tape.after(heard[start:cut]), cut
    version = data.draw(st.integers(0, len(heard) + 1))
    assert same(tape.scene(version), Scene().after(heard[:version]))


@given(RECORDINGS, st.data())
@settings(max_examples=40, deadline=None)
def test_what_is_told_does_not_depend_on_the_batches(
    heard: tuple[Change, ...], data: st.DataObject
) -> None:
    cut = data.draw(st.integers(0, len(heard)))
    whole = Tape.starting().after(heard)
    parts = Tape.starting().after(heard[:cut]).after(heard[cut:])
    assert list(parts.entries) == list(whole.entries)


def test_long_tapes_keep_scenes_on_the_way() -> None:
    heard = changes(full("b01"))
    tape = Tape.starting()
    for one in heard:
        tape = tape.after([one])
    assert len(heard) > tapes.STRIDE
    for version in range(len(heard) + 1):
        assert same(tape.scene(version), Scene().after(heard[:version]))


def test_a_tape_stays_what_it_was() -> None:
    heard = changes(full("a05"))
    tape = Tape.starting().after(heard[:40])
    told, now = list(tape.entries), tape.now.of("Pod")
    one, other = tape.after(heard[40:]), tape.after(heard[41:43])
    assert (list(tape.entries), tape.now.of("Pod")) == (told, now)
    assert list(one.changes) == list(heard)
    assert list(other.changes) == [*heard[:40], *heard[41:43]]


def test_what_was_told_until_a_version() -> None:
    tape = Tape.starting().after(changes(full("a01")))
    assert list(tape.until(tape.version)) == list(tape.entries)
    middle = tape.versions()[5]
    assert {entry.version for entry in tape.until(middle)} == set(tape.versions()[1:6])


@given(st.lists(st.lists(st.integers(), max_size=3), max_size=6), st.integers(0, 6))
def test_growing_sequences_share_and_never_change(parts: list[list[int]], at: int) -> None:
    grown = [Growing[int]()]
    for part in parts:
        grown.append(grown[-1].plus(part))
    base = grown[min(at, len(parts))]
    before = list(base)
    aside = base.plus([-1])
    assert list(base) == before
    assert list(aside) == [*before, -1]
    assert [list(one) for one in grown] == [
        [x for part in parts[:n] for x in part] for n in range(len(parts) + 1)
    ]


def test_a_scene_is_a_view() -> None:
    tape = Tape.starting().after(changes(full("a01")))
    view = SceneView(tape.now)
    pods = list(view.list("pods", "NS"))
    (web,) = view.list("statefulsets.apps")
    uid = web["metadata"]["uid"]
    assert [one["metadata"]["name"] for one in pods] == ["web-0", "web-1", "web-2"]
    assert list(view.owned("pods", uid)) == pods
    assert list(view.matching("pods", "NS", {"app": "web"})) == pods
    assert not list(view.matching("pods", "NS", {"app": "other"}))
    assert [one for resource, one in view.dependents(uid) if resource == "pods"] == pods
    assert view.get("pods", "NS", "web-1") == pods[1]
    assert view.now == tape.now.at

"""What happened, in sentences and in order; and how one looks back."""

import pytest
from textual.pilot import Pilot

from tests.ui.bench import Bench, on_the_bench
from tests.ui.pictures import BEGIN, coming_up, entry, story
from tutor.i18n.linebreak import cell_width
from tutor.i18n.translator import translator
from tutor.model.timeline import Entry, Waiting, What
from tutor.ui import happening_words as said
from tutor.ui.happening_words import Group
from tutor.ui.widgets.rows import Rows
from tutor.ui.widgets.timelineview import LONGEST, TimelineView

EN, JA = translator("en"), translator("ja")
REASONS = (
    "set-deleted",
    "terminating",
    "finished",
    "pending",
    "not-ready",
    "not-available",
    "not-created",
    "stale-claim",
    "claim-terminating",
    "name-taken",
    "unhealthy-below",
    "on-delete",
    "partition",
    "max-unavailable",
)


def view(entries: tuple[Entry, ...] = (), group: Group = Group.ALL) -> TimelineView:
    made = TimelineView()
    made.show(entries or story(), EN, begin=BEGIN, group=group, nothing="Nothing yet.")
    return made


@pytest.mark.parametrize("what", What)
@pytest.mark.parametrize("t", [EN, JA], ids=["en", "ja"])
def test_everything_that_can_happen_has_a_sentence(what: What, t: object) -> None:
    bare = said.sentence(entry(what, "Pod", "web-0", 1), t)  # type: ignore[arg-type]
    assert "web-0" in bare
    assert "{" not in bare


@pytest.mark.parametrize("reason", REASONS)
@pytest.mark.parametrize("step", ["create", "delete", "wait"])
def test_everything_that_can_be_waited_for_has_a_sentence(reason: str, step: str) -> None:
    one = Waiting("web", "web-1", step, reason, "web-0")
    english, japanese = said.waiting(one, EN), said.waiting(one, JA)
    assert "web-1" in english
    assert "{" not in english + japanese
    assert reason not in said.because(one, EN) or reason in ("terminating", "partition", "finished")
    assert english != japanese


def test_details_are_told_where_there_are_any() -> None:
    def tell(what: What, kind: str = "Pod", **params: str | int) -> str:
        return said.sentence(entry(what, kind, "x", 1, **params), EN)

    assert tell(What.SCHEDULED, node="node-a") == "x gets the node node-a"
    assert tell(What.TROUBLE, reason="ImagePullBackOff") == "x is stuck: ImagePullBackOff"
    assert tell(What.SCALED, "StatefulSet", was=3, now=5) == (
        "StatefulSet x shall have 5 Pods instead of 3"
    )
    assert tell(What.RESOLVES, "DNS", address="10.0.0.7") == "the name x resolves to 10.0.0.7"
    assert tell(What.CHANGED, "Service", fields="spec.clusterIP,spec.type") == (
        "Service x changes: spec.clusterIP, spec.type"
    )
    once = tell(What.SAID, reason="Pulled", message="Image there", count=1, type="Normal")
    assert once == "x: Pulled: Image there"
    assert tell(What.SAID, reason="BackOff", message="m", count=4).endswith("(4 times)")


def test_an_unknown_reason_is_shown_as_it_is() -> None:
    assert said.because(Waiting("web", "web-1", "wait", "new-reason", "x"), JA) == "new-reason: x"


def test_control_sequences_in_an_event_are_shown_not_obeyed() -> None:
    hostile = entry(What.SAID, "Pod", "web-0", 1, reason="Odd", message="[red]\x1b[2Jgone")
    assert "\x1b" not in said.sentence(hostile, EN)


@pytest.mark.parametrize(
    ("seconds", "says"),
    [
        (-1, "+0:00.00"),
        (0.004, "+0:00.00"),
        (59.996, "+1:00.00"),
        (750, "+12:30"),
        (3725, "+1:02:05"),
    ],
)
def test_times_since_the_beginning(seconds: float, says: str) -> None:
    assert said.moment(seconds) == says


def test_every_entry_is_a_row_in_order() -> None:
    rows = view().text.splitlines()
    assert rows[0].split() == ["+0:00.50", "●", "StatefulSet", "web", "is", "created"]
    assert rows[-1].endswith("✗ web-1 is stuck: ImagePullBackOff")


@pytest.mark.parametrize(
    ("group", "count"),
    [
        (Group.ALL, 10),
        (Group.STORY, 9),
        (Group.PODS, 5),
        (Group.CLAIMS, 2),
        (Group.NAMES, 1),
        (Group.EVENTS, 1),
    ],
)
def test_it_can_be_narrowed(group: Group, count: int) -> None:
    assert len(view(group=group).keys()) == count
    assert said.group_name(group, EN) != said.group_name(group, JA)


def test_japanese_fits_too() -> None:
    made = TimelineView()
    made.show(story(), JA, begin=BEGIN)
    for width in (30, 60, 90):
        for row in made.lay(width):
            assert all(cell_width(line.words) <= width for line in row.lines)


def test_it_follows_until_one_looks_back_and_again_from_the_end() -> None:
    async def scene(bench: Bench, pilot: Pilot[None]) -> None:
        shown = bench.query_one(TimelineView)
        assert shown.following
        assert shown.cursor == "9"
        await pilot.press("left", "up")
        assert bench.said[-1].entry is story()[7] or bench.said[-1].entry == story()[7]
        more = (*story(), entry(What.READY, "Pod", "web-1", 20))
        shown.show(more, EN, begin=BEGIN)
        await pilot.pause()
        assert shown.cursor == "7"
        await pilot.press("end")
        assert shown.following
        assert shown.cursor == "10"
        assert bench.said[-1].entry is None
        shown.show((*more, entry(What.GONE, "Pod", "web-1", 21)), EN, begin=BEGIN)
        await pilot.pause()
        assert shown.cursor == "11"
        await pilot.press("home")
        assert shown.cursor == "0"
        assert not shown.following

    on_the_bench(view(), scene, heard=TimelineView.Went)


def test_what_was_waited_for_is_told_below_the_moment_one_looks_at() -> None:
    waits = said.waits(coming_up(), EN)
    assert waits == ("web-2 waits to be created: web-1 is not Ready",)

    async def scene(bench: Bench, pilot: Pilot[None]) -> None:
        shown = bench.query_one(TimelineView)
        shown.show(story(), EN, begin=BEGIN, waits=waits)
        await pilot.pause()
        assert shown.text.splitlines()[-1].strip() == f"… {waits[0]}"
        await pilot.press("up")
        assert waits[0] not in shown.text
        shown.show(story(), EN, begin=BEGIN, waits=waits)
        await pilot.pause()
        assert shown.text.splitlines()[-1].endswith("is stuck: ImagePullBackOff")
        assert waits[0] in shown.text

    on_the_bench(view(), scene)


def test_an_entry_can_be_chosen() -> None:
    async def scene(bench: Bench, pilot: Pilot[None]) -> None:
        await pilot.press("enter")
        assert [message.key for message in bench.said] == ["9"]

    on_the_bench(view(), scene, heard=Rows.Chosen)


def test_a_very_long_story_draws_what_is_near_the_cursor() -> None:
    async def scene(bench: Bench, pilot: Pilot[None]) -> None:
        shown = bench.query_one(TimelineView)
        assert len(shown.lay(70)) == LONGEST
        await pilot.press("home")
        assert shown.cursor == "0"
        assert shown.text.splitlines()[0].endswith("pod-0 is Ready")
        await pilot.press("end")
        assert shown.text.splitlines()[-1].endswith("pod-1999 is Ready")

    many = tuple(entry(What.READY, "Pod", f"pod-{n}", n) for n in range(2000))
    on_the_bench(view(many), scene)


def test_going_to_a_version_stands_at_the_last_entry_before_it() -> None:
    made = view()
    made.go(6)
    assert made.entry == story()[5]
    made.go(0)
    assert made.entry == story()[5]
    made.follow()
    assert made.following

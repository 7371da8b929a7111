"""A namespace drawn by ordinal: order and identity at a glance, words beside colours."""

import pytest
from textual.pilot import Pilot

from tests.ui.bench import Bench, on_the_bench
from tests.ui.pictures import claim, coming_up, entry, place, pod, rolling, service, stateful_set
from tutor.i18n.linebreak import cell_width
from tutor.i18n.translator import Translator, translator
from tutor.model.picture import ClaimView, Picture
from tutor.model.timeline import Waiting, What
from tutor.ui import cluster_words, happening_words
from tutor.ui.widgets.cells import Cells
from tutor.ui.widgets.clusterview import ClusterView

EN, JA = translator("en"), translator("ja")


def view(picture: Picture | None, language: str = "en", nothing: str = "") -> ClusterView:
    made = ClusterView()
    made.show(picture, translator(language), nothing=nothing)
    return made


def drawn(picture: Picture, width: int, language: str = "en") -> list[str]:
    lines = view(picture, language).lay(width)
    return ["".join(piece.words for piece in line).rstrip() for line in lines]


def test_places_stand_in_the_order_of_their_ordinals_with_what_they_hold() -> None:
    lines = drawn(coming_up(), 78)
    places = [line for line in lines if line[:3].strip().isdecimal()]
    assert [line.split()[:3] for line in places] == [
        ["0", "●", "web-0"],
        ["1", "○", "web-1"],
        ["2", "○", "web-2"],
    ]
    assert "Running Ready" in places[0]
    assert "Running not Ready" in places[1]
    assert "waits: web-1 is not Ready" in places[2]
    below = lines[lines.index(places[0]) + 1]
    assert "data-web-0 Bound 1Gi" in below
    assert "web-0.web → 10.0.0.1" in below


def test_old_and_new_revisions_differ_in_words() -> None:
    text = "\n".join(drawn(rolling(), 78))
    assert "old 5d4f8c" in text
    assert "new 7c9b21" in text
    assert "revision 5d4f8c → 7c9b21" in text
    assert "3 restarts" in text


def test_what_is_wrong_is_said_in_words() -> None:
    text = "\n".join(drawn(rolling(), 78))
    assert "✗ web-1  ImagePullBackOff" in text
    assert "↓ web-2  Terminating" in text
    assert "Service web  missing" in text
    assert "data-web-3 kept, no Pod" in text
    assert "nobody mounts it" in text
    assert "web-1.web does not resolve" in text


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("width", [40, 58, 78, 118, 158])
@pytest.mark.parametrize("picture", [coming_up(), rolling()], ids=["coming-up", "rolling"])
def test_no_line_is_wider_than_there_is_room(picture: Picture, width: int, language: str) -> None:
    for line in drawn(picture, width, language):
        assert cell_width(line) <= width, line


@pytest.mark.parametrize("language", ["en", "ja"])
def test_long_names_fit_too(language: str) -> None:
    long = "a-rather-long-name-of-a-set-as-helm-charts-make-them-x"
    held = place(
        0,
        pod(f"{long}-0"),
        claims=(ClaimView(f"data-{long}-0", "u", "Bound", "pvc-" + "0" * 32, "100Gi", "", True),),
    )
    picture = Picture(0.0, 1, sets=(stateful_set(held, name=long),))
    for line in drawn(picture, 78, language):
        assert cell_width(line) <= 78, line


def test_on_a_wide_screen_a_place_takes_one_line() -> None:
    line = next(line for line in drawn(coming_up(), 130) if "web-0  Running" in line)
    assert "data-web-0" in line
    assert "web-0.web" in line


def test_names_from_a_cluster_are_never_markup_and_never_control_the_terminal() -> None:
    held = place(0, pod("web-0", "[red]Odd\x1b[2J"), claims=(claim("[/x]\x07"),))
    picture = Picture(0.0, 1, sets=(stateful_set(held),))
    text = "\n".join(drawn(picture, 78))
    assert "[red]Odd" in text
    assert "[/x]" in text
    assert text.isprintable() or "\x1b" not in text
    assert "\x07" not in text


def test_arrows_go_from_piece_to_piece_and_line_to_line() -> None:
    async def scene(bench: Bench, pilot: Pilot[None]) -> None:
        shown = bench.query_one(ClusterView)
        await pilot.press("home")
        assert shown.cursor == "set/web"
        await pilot.press("right")
        assert shown.cursor == "policy/web"
        await pilot.press("home", "down", "down", "down")
        assert shown.cursor == "pod/web-0"
        await pilot.press("right")
        assert shown.cursor == "revision/web-0"
        await pilot.press("left", "down")
        assert shown.cursor == "claim/data-web-0"
        await pilot.press("right")
        assert shown.cursor == "name/web-0.web"
        await pilot.press("end", "end", "down")
        assert shown.cursor.startswith("event/")
        await pilot.press("enter")
        assert [message.key for message in bench.said] == [shown.cursor]

    on_the_bench(view(coming_up()), scene, heard=Cells.Chosen)


def test_everything_can_be_clicked() -> None:
    async def scene(bench: Bench, pilot: Pilot[None]) -> None:
        rows = bench.frame.splitlines()
        for words, key in (
            ("web-1.web", "name/web-1.web"),
            ("data-web-0", "claim/data-web-0"),
            ("web-2  waits", "place/web-2"),
            ("OrderedReady", "policy/web"),
        ):
            y = next(n for n, row in enumerate(rows) if words in row)
            await pilot.click(ClusterView, offset=(rows[y].index(words), y))
            assert bench.said[-1].key == key

    on_the_bench(view(coming_up()), scene, heard=Cells.Chosen)


def test_the_cursor_stays_on_its_pod_while_others_come_and_go() -> None:
    async def scene(bench: Bench, pilot: Pilot[None]) -> None:
        shown = bench.query_one(ClusterView)
        shown.cursor = "pod/web-1"
        shown.show(rolling(), JA)
        await pilot.pause()
        assert shown.cursor == "pod/web-1"
        shown.show(Picture(0.0, 40), EN, nothing="Nothing is here yet.")
        await pilot.pause()
        assert shown.cursor == ""
        assert "Nothing is here yet." in bench.frame
        await pilot.press("down", "enter", "left", "end")
        assert bench.said == []

    on_the_bench(view(coming_up()), scene, heard=Cells.Chosen)


def test_the_cursor_is_marked_without_any_colour() -> None:
    async def scene(bench: Bench, pilot: Pilot[None]) -> None:
        bench.query_one(ClusterView).cursor = "pod/web-1"
        await pilot.pause()
        marked = [row for row in bench.frame.splitlines() if row.startswith("▶")]
        assert len(marked) == 1
        assert "web-1" in marked[0]

    on_the_bench(view(coming_up()), scene)


@pytest.mark.parametrize("t", [EN, JA], ids=["en", "ja"])
def test_the_same_is_said_in_lines(t: object) -> None:
    lines = cluster_words.table(coming_up(), t)  # type: ignore[arg-type]
    text = "\n".join(lines)
    for words in ("StatefulSet web", "web-0", "data-web-0", "web-1.web", "Service web"):
        assert words in text
    assert cluster_words.table(Picture(0.0, 0), EN) == ["Nothing is here yet."]


def test_a_rollout_that_waits_says_for_what_beside_the_pod() -> None:
    waits = Waiting("web", "web-0", "delete", "not-ready", "web-1")
    held = stateful_set(place(0, pod("web-0", current=False), waits=waits), update="7c9b21")
    text = "\n".join(drawn(Picture(0.0, 1, sets=(held,)), 78))
    assert "waits: web-1 is not Ready" in text
    assert "web-0 waits to be deleted" in "\n".join(
        cluster_words.table(Picture(0.0, 1, sets=(held,)), EN)
    )


@pytest.mark.parametrize("reason", ["partition", "on-delete"])
@pytest.mark.parametrize(
    ("t", "beside", "sentence"),
    [
        (EN, "stays: ", "web-0 stays as it is: "),
        (JA, "更新されません: ", "web-0はそのまま残ります: "),
    ],
    ids=["en", "ja"],
)
def test_a_pod_that_an_update_leaves_out_does_not_wait(
    reason: str, t: Translator, beside: str, sentence: str
) -> None:
    left_out = Waiting("web", "web-0", "delete", reason, "web")
    picture = Picture(
        0.0, 1, sets=(stateful_set(place(0, pod("web-0", current=False), waits=left_out)),)
    )
    assert sentence in "\n".join(cluster_words.table(picture, t))
    assert beside in happening_words.beside(left_out, t)


def test_events_and_services_of_no_set_are_drawn() -> None:
    picture = Picture(
        0.0,
        3,
        services=(service(headless=False),),
        events=(entry(What.SAID, "Pod", "web-0", 3, type="Warning", reason="Failed", message="m"),),
    )
    text = "\n".join(drawn(picture, 78))
    assert "Service web  has a cluster IP" in text
    assert "! web-0: Failed: m" in text

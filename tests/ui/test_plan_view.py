"""What applying a manifest would do: every fate in words, with what the server says."""

import pytest
from textual.pilot import Pilot

from tests.ui.bench import Bench, on_the_bench
from tutor.i18n.linebreak import cell_width
from tutor.i18n.translator import translator
from tutor.model.applying import ClusterKind, Fate, FieldChange, Item, Plan, Where
from tutor.ui import plan_words
from tutor.ui.widgets.planview import PlanView
from tutor.ui.widgets.rows import Rows

EN, JA = translator("en"), translator("ja")
HERE = Where("offline", ClusterKind.OFFLINE, "web", "/tmp/kubeconfig", "v1.36.2")  # noqa: S108
ITEMS = (
    Item(Fate.CREATE, "Service", "web", 1),
    Item(
        Fate.CHANGE,
        "StatefulSet",
        "web",
        9,
        changes=(
            FieldChange("spec.replicas", "3", "5"),
            FieldChange("spec.minReadySeconds", "", "10"),
            FieldChange("spec.template.spec.nodeName", "node-a", ""),
        ),
    ),
    Item(Fate.SAME, "ConfigMap", "settings", 40),
    Item(Fate.REFUSED, "StatefulSet", "db", 50, code="MSG102", reason="`selector` does not match"),
    Item(Fate.BARRED, "Namespace", "other", 80, code="confirmation-needed"),
    Item(Fate.CONFLICT, "StatefulSet", "hpa", 90, owners=(("spec.replicas", "autoscaler"),)),
)


def plan(*items: Item) -> Plan:
    return Plan("text", HERE, items)


@pytest.mark.parametrize("t", [EN, JA], ids=["en", "ja"])
@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.fate.value)
def test_every_fate_has_words_a_mark_and_a_style(item: Item, t: object) -> None:
    told = plan_words.tell(item, t)  # type: ignore[arg-type]
    assert item.name in told.head
    assert "{" not in told.head
    assert told.mark
    assert told.style


def test_a_change_is_a_difference_field_by_field() -> None:
    assert plan_words.tell(ITEMS[1], EN).details == (
        "spec.replicas: 3 → 5",
        "spec.minReadySeconds: 10 (new)",
        "spec.template.spec.nodeName: node-a is removed",
    )


def test_a_refusal_has_the_servers_words_and_ours() -> None:
    english = plan_words.tell(ITEMS[3], EN).details
    assert english[0] == "The server says: `selector` does not match"
    assert english[1] == "MSG102: The selector does not match the labels of the template"
    assert "セレクターとテンプレート" in plan_words.tell(ITEMS[3], JA).details[1]


def test_what_the_tutor_bars_and_what_others_own_is_told() -> None:
    assert "--yes" in plan_words.tell(ITEMS[4], EN).details[0]
    assert plan_words.tell(ITEMS[5], EN).details == ("spec.replicas is owned by autoscaler",)


@pytest.mark.parametrize(
    ("items", "done", "says"),
    [
        ((), False, "There is nothing in this text to apply."),
        (ITEMS[:3], False, "1 to create, 1 to change, 1 unchanged"),
        (ITEMS[:3], True, "1 created, 1 changed, 1 unchanged"),
        (ITEMS[2:3], False, "Everything is there already, just so: nothing changes."),
        (ITEMS, False, "3 objects would not be taken, so nothing is applied."),
        (ITEMS[3:4], True, "1 object was not taken."),
    ],
)
def test_the_whole_plan_in_one_sentence(items: tuple[Item, ...], done: bool, says: str) -> None:
    assert plan_words.summary(plan(*items), EN, done=done) == says
    assert plan_words.summary(plan(*items), JA, done=done) != says


@pytest.mark.parametrize("t", [EN, JA], ids=["en", "ja"])
@pytest.mark.parametrize("width", [40, 76, 120])
def test_nothing_is_wider_than_there_is_room(width: int, t: object) -> None:
    view = PlanView()
    view.show(plan(*ITEMS), t)  # type: ignore[arg-type]
    for row in view.lay(width):
        assert all(cell_width(line.words) <= width for line in row.lines)


def test_a_long_difference_says_how_much_is_left_out() -> None:
    many = tuple(FieldChange(f"spec.x{n}", "1", "2") for n in range(20))
    view = PlanView()
    view.show(plan(Item(Fate.CHANGE, "StatefulSet", "web", 1, changes=many)), EN)
    assert view.text.endswith("8 more")


def test_an_object_can_be_chosen() -> None:
    async def scene(bench: Bench, pilot: Pilot[None]) -> None:
        await pilot.press("down", "enter")
        assert [message.key for message in bench.said] == ["1"]

    view = PlanView()
    view.show(plan(*ITEMS), EN)
    on_the_bench(view, scene, heard=Rows.Chosen)

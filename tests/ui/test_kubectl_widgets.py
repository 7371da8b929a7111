"""The line one types kubectl in, and the pane of its answers."""

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.pilot import Pilot
from textual.widget import Widget

from tests.ui.bench import Bench, on_the_bench
from tests.ui.pictures import coming_up
from tutor.ui.kubectl_line import completions
from tutor.ui.widgets.kubectl import KEPT, KubectlLine, Output


def line() -> KubectlLine:
    return KubectlLine(lambda typed: completions(typed, coming_up()))


def test_tab_completes_and_goes_round() -> None:
    async def scene(bench: Bench, pilot: Pilot[None]) -> None:
        typed = bench.query_one(KubectlLine)
        await pilot.press(*"rollout st", "tab")
        assert typed.value == "rollout status "
        await pilot.press("ctrl+u", *"delete pod/", "tab")
        first = typed.value
        await pilot.press("tab")
        second = typed.value
        assert {first, second} == {"delete pod/web-0", "delete pod/web-1"}
        await pilot.press("shift+tab")
        assert typed.value == first
        await pilot.press("tab", "tab")
        assert typed.value == first

    on_the_bench(line(), scene)


def test_what_would_come_is_shown_and_taken_with_the_right_arrow() -> None:
    async def scene(bench: Bench, pilot: Pilot[None]) -> None:
        await pilot.press(*"rollout res")
        await pilot.pause(0.1)
        assert "rollout restart" in bench.frame
        await pilot.press("right")
        assert bench.query_one(KubectlLine).value == "rollout restart"

    on_the_bench(line(), scene)


def test_the_arrows_bring_back_what_was_given() -> None:
    async def scene(bench: Bench, pilot: Pilot[None]) -> None:
        typed = bench.query_one(KubectlLine)
        await pilot.press(*"get pods", "enter", *"get pvc", "enter", "enter")
        assert [given.line for given in bench.said] == ["get pods", "get pvc"]
        assert typed.value == ""
        await pilot.press(*"dr", "up")
        assert typed.value == "get pvc"
        await pilot.press("up", "up")
        assert typed.value == "get pods"
        await pilot.press("down", "down", "down")
        assert typed.value == "dr"

    on_the_bench(line(), scene, heard=KubectlLine.Given)


def test_a_paste_is_one_line_without_control_characters() -> None:
    from textual import events

    async def scene(bench: Bench, pilot: Pilot[None]) -> None:
        typed = bench.query_one(KubectlLine)
        typed.post_message(events.Paste("get\tpods\x1b[31m\nrm -rf /"))
        await pilot.pause()
        assert typed.value == "get pods\\x1b[31m"

    on_the_bench(line(), scene)


class Pane(Vertical):
    """A line and a pane, for the way between them."""

    def compose(self) -> ComposeResult:
        yield line()
        yield Output()

    def focus(self, scroll_visible: bool = True) -> "Pane":
        self.query_one(KubectlLine).focus()
        return self


def test_on_an_empty_line_tab_goes_on_as_everywhere() -> None:
    async def scene(bench: Bench, pilot: Pilot[None]) -> None:
        await pilot.press("tab")
        assert isinstance(bench.focused, Output)

    on_the_bench(Pane(), scene)


def test_output_is_plain_data() -> None:
    async def scene(bench: Bench, pilot: Pilot[None]) -> None:
        shown = bench.query_one(Output)
        shown.say("$ kubectl get pods", "bold")
        shown.pour("NAME   READY\nweb-0  [b")
        shown.pour("old]1/1\nweb\t1\x1b[2J\r\nlast")
        await pilot.pause()
        assert shown.text.splitlines() == [
            "$ kubectl get pods",
            "NAME   READY",
            "web-0  [bold]1/1",
            "web     1\\x1b[2J",
            "last",
        ]
        assert "[bold]1/1" in bench.frame
        shown.say("done")
        assert shown.text.endswith("last\ndone")
        for number in range(KEPT):
            shown.pour(f"{number}\n")
        assert len(shown.text.splitlines()) == KEPT
        shown.clear()
        assert shown.text == ""

    widget: Widget = Output()
    on_the_bench(widget, scene)

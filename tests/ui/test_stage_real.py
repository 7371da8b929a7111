"""The stage with the real offline cluster behind it: its clock, its kubectl, its other futures."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from shutil import copytree

import pytest

from tests.course.played import add_plays
from tests.ui.desk import FIRST, SAMPLE, SOLUTION, Desk, in_lesson
from tutor.cli.context import Context
from tutor.cli.study import Late
from tutor.model.progress import Did, Event, Status
from tutor.session.api import MemoryStore
from tutor.ui.screens.plan import PlanScreen
from tutor.ui.screens.stage import StageScreen
from tutor.ui.widgets.banner import Banner
from tutor.ui.widgets.clusterview import ClusterView
from tutor.ui.widgets.kubectl import Output
from tutor.ui.widgets.timelineview import TimelineView

pytestmark = pytest.mark.kubectl

Scene = Callable[[Desk], Awaitable[None]]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample course with things to play."""
    root = tmp_path_factory.mktemp("played") / "course"
    copytree(SAMPLE, root)
    add_plays(root)
    return root


def stage(desk: Desk) -> StageScreen:
    screen = desk.app.screen
    assert isinstance(screen, StageScreen), screen
    return screen


def in_a_cluster(scene: Scene, root: Path, task: str) -> MemoryStore:
    store, clusters = MemoryStore(), Late(Context("en"), "")
    store.record(Event(0.0, Did.DRAFTED, FIRST, "fix", text=SOLUTION))

    async def play(desk: Desk) -> None:
        await desk.press("f5")

        def begun() -> bool:
            screen = desk.app.screen
            return isinstance(screen, StageScreen) and screen.began and screen.stage.began

        for _ in range(20):  # the cluster starts
            if begun():
                break
            await desk.pilot.pause(0.5)
        await desk.until(lambda: stage(desk).stage.story is not None, "something is heard")
        await scene(desk)

    try:
        in_lesson(play, task, store=store, root=root, clusters=clusters)
    finally:
        clusters.close()
    return store


async def told(desk: Desk, words: str) -> None:
    timeline = stage(desk).query_one("#timeline", TimelineView)
    for _ in range(4):  # as long as four of the usual waits
        try:
            await desk.until(lambda: words in timeline.text, words)
        except AssertionError:
            continue
        return
    raise AssertionError(f"never told: {words}\n{desk.frame}")


def test_a_manifest_comes_up_in_order_while_time_is_held_and_stepped(played: Path) -> None:
    async def scene(desk: Desk) -> None:
        await desk.press("f5")
        await desk.until(lambda: isinstance(desk.app.screen, PlanScreen), "the plan")
        assert "2 to create" in desk.frame
        await desk.press("enter")
        await told(desk, "web-0 is created")
        await desk.press("f4")
        await desk.until(lambda: "time is held" in stage(desk).query_one(Banner).text, "held")
        before = len(stage(desk).stage.story.entries)  # type: ignore[union-attr]
        for _ in range(4):
            await desk.press("f6")
            await desk.until(lambda: stage(desk).errands.current is None, "a step")
        await desk.pilot.pause(0.5)
        assert len(stage(desk).stage.story.entries) > before  # type: ignore[union-attr]
        await desk.press("f4", "f9", "f9")
        await told(desk, "web-2 is Ready")
        await desk.until(lambda: stage(desk).stage.finished_at is not None, "everything")

    store = in_a_cluster(scene, played, "try-it")
    assert store.progress.lesson(FIRST).task("try-it").status is Status.SOLVED


def test_kubectl_goes_on_and_is_stopped_and_another_future_is_played(played: Path) -> None:
    async def scene(desk: Desk) -> None:
        await desk.press("k")
        await desk.pilot.pause(0.1)
        await desk.type("get pods -w\n")
        output = stage(desk).query_one(Output)
        for _ in range(3):
            if "web-2" in output.text:
                break
            await desk.pilot.pause(1)
        assert "web-2" in output.text
        await desk.press("escape")
        await desk.until(lambda: stage(desk).errands.current is None, "stopped")
        await desk.press("escape", "f5")
        await told(desk, "web-1 is Ready")
        await desk.press("f8", "end", "enter")  # delete the whole set
        await desk.until(lambda: stage(desk).stage.branch is not None, "another future")
        await desk.pilot.pause(0.2)
        branch = stage(desk).stage.branch
        assert branch is not None
        assert any("gone" in one.what for one in branch.story.entries)
        picture = stage(desk).stage.picture
        assert picture is not None
        assert picture.sets == ()
        await desk.press("shift+f8")
        await desk.until(lambda: "web-1" in stage(desk).query_one(ClusterView).text, "the present")

    in_a_cluster(scene, played, "kill-one")

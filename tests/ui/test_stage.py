"""A cluster on the screen: apply after a plan, watch, look back, try another future."""

import random
from collections.abc import Awaitable, Callable
from pathlib import Path
from shutil import copytree

import pytest

from tests.course.played import add_plays
from tests.ui.desk import FIRST, SAMPLE, SMALL, SOLUTION, USUAL, WIDE, Desk, in_lesson
from tests.ui.fake import CONFLICT, FAR, KIND, REFUSED, FakeCluster, FakeClusters
from tutor.model.applying import Leftover
from tutor.model.errors import TutorError
from tutor.model.progress import Did, Event, Status
from tutor.session.api import MemoryStore
from tutor.ui.commands import COMMANDS, Scope, key_of
from tutor.ui.screens.choose import Choose, TypeName
from tutor.ui.screens.explain import ExplainScreen
from tutor.ui.screens.lesson import LessonScreen
from tutor.ui.screens.plan import PlanScreen
from tutor.ui.screens.stage import StageScreen
from tutor.ui.stage import FOR_THE_EYE
from tutor.ui.widgets.banner import Banner
from tutor.ui.widgets.busy import Busy
from tutor.ui.widgets.checklist import Checklist
from tutor.ui.widgets.choices import Choices
from tutor.ui.widgets.clusterview import ClusterView
from tutor.ui.widgets.kubectl import KubectlLine, Output
from tutor.ui.widgets.prose import Prose
from tutor.ui.widgets.timelineview import TimelineView

Scene = Callable[[Desk, "Show"], Awaitable[None]]


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample course with things to play."""
    root = tmp_path_factory.mktemp("played") / "course"
    copytree(SAMPLE, root)
    add_plays(root)
    return root


class Show:
    """The stage of a desk, and the clusters behind it."""

    def __init__(self, desk: Desk, clusters: FakeClusters) -> None:
        self._desk = desk
        self.clusters = clusters

    @property
    def cluster(self) -> FakeCluster:
        return self.clusters.cluster

    @property
    def screen(self) -> StageScreen:
        screen = self._desk.app.screen
        assert isinstance(screen, StageScreen), screen
        return screen

    @property
    def banner(self) -> str:
        return self.screen.query_one(Banner).text

    @property
    def view(self) -> str:
        return self.screen.query_one(ClusterView).text

    @property
    def timeline(self) -> TimelineView:
        return self.screen.query_one("#timeline", TimelineView)

    @property
    def output(self) -> str:
        return self.screen.query_one(Output).text

    @property
    def said(self) -> str:
        """The output as one line: the tutor's own words are wrapped."""
        return " ".join(self.output.split())

    @property
    def prompt(self) -> str:
        return self.screen.query_one("#prompt", Prose).text

    @property
    def result(self) -> str:
        return self.screen.query_one("#result", Prose).text

    async def up(self) -> None:
        """The learner's turn has begun, and everything there is drawn."""

        def begun() -> bool:
            screen = self._desk.app.screen
            return isinstance(screen, StageScreen) and screen.stage.story is not None

        await self._desk.until(begun, "the stage is up")
        await self._desk.pilot.pause(0.1)

    async def told(self, words: str) -> None:
        await self._desk.until(lambda: words in self.timeline.text, f"told: {words}")

    async def done(self) -> None:
        stage = self.screen.stage
        await self._desk.until(lambda: stage.finished_at is not None, "everything came about")


def on_stage(
    scene: Scene,
    root: Path,
    task: str = "kill-one",
    *,
    clusters: FakeClusters | None = None,
    enter: bool = True,
    **options: object,
) -> MemoryStore:
    """Open a step of the sample course, and its stage."""
    ours, store = clusters or FakeClusters(), MemoryStore()
    store.record(Event(0.0, Did.DRAFTED, FIRST, "fix", text=SOLUTION))

    async def play(desk: Desk) -> None:
        show = Show(desk, ours)
        if enter:
            await desk.press("f5")
            await show.up()
        await scene(desk, show)

    in_lesson(play, task, store=store, root=root, clusters=ours, **options)
    return store


# From the lesson to the stage and back


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("size", [USUAL, WIDE], ids=["80x24", "wide"])
def test_a_whole_step_from_the_lesson_to_its_debrief(
    played: Path, language: str, size: tuple[int, int]
) -> None:
    async def scene(desk: Desk, show: Show) -> None:
        assert "web-1" in show.view
        assert "kubectl delete" in show.screen.query_one(Checklist).text
        await desk.press("f5")
        await show.told("web-1")
        assert show.cluster.did[-1].startswith("kubectl delete")
        await desk.press("f5")  # hurry
        await show.done()
        assert "F5" in show.result
        await desk.press("f5")
        assert isinstance(desk.app.screen, LessonScreen)
        words = desk.lesson.run_.words(language)
        assert words.debrief in desk.lesson.query_one("#after", Prose).text
        assert desk.lesson.run_.here.status is Status.SOLVED
        await desk.until(show.cluster.closed.is_set, "the cluster was let go of")

    store = on_stage(scene, played, language=language, size=size)
    assert [e.did for e in store.events][-2:] == [Did.OBSERVED, Did.SOLVED]


def test_the_lesson_says_what_must_come_about_before_a_cluster_is_opened(played: Path) -> None:
    async def scene(desk: Desk, show: Show) -> None:
        assert "web-1 is back." in desk.frame
        assert "F5 Open the cluster" in desk.frame
        assert show.clusters.opened == []

    on_stage(scene, played, enter=False)


def test_nothing_counts_before_it_was_done(played: Path) -> None:
    async def scene(desk: Desk, show: Show) -> None:
        await desk.pilot.pause(0.8)
        assert show.screen.stage.finished_at is None
        await desk.press("escape")
        assert isinstance(desk.app.screen, LessonScreen)
        assert not desk.lesson.run_.here.status.done

    on_stage(scene, played)


# Applying


def test_a_manifest_is_applied_after_its_plan_was_seen(played: Path) -> None:
    async def scene(desk: Desk, show: Show) -> None:
        await desk.press("f5")
        await desk.until(lambda: isinstance(desk.app.screen, PlanScreen), "the plan")
        assert "2 to create" in desk.frame
        assert "Nothing has been changed yet." in desk.frame
        assert "unknown field" in desk.frame
        assert "Offline cluster" in desk.frame
        await desk.press("escape")
        assert "apply" not in show.cluster.did
        await desk.press("f5")
        await desk.until(lambda: isinstance(desk.app.screen, PlanScreen), "the plan again")
        await desk.press("enter")
        await show.told("web-2 is Ready")
        await desk.press("f5")
        await show.done()

    store = on_stage(scene, played, "try-it")
    assert Did.APPLIED in [event.did for event in store.events]


def test_a_refused_plan_is_explained_and_cannot_be_applied(played: Path) -> None:
    async def scene(desk: Desk, show: Show) -> None:
        await desk.press("f5")
        await desk.until(lambda: isinstance(desk.app.screen, PlanScreen), "the plan")
        assert "nothing is applied" in desk.frame
        assert "The server says" in desk.frame
        await desk.press("f5")
        assert isinstance(desk.app.screen, PlanScreen)
        await desk.press("e")
        assert isinstance(desk.app.screen, ExplainScreen)
        assert "selector" in desk.frame
        await desk.press("escape", "escape")
        assert "apply" not in show.cluster.did
        assert show.screen.stage.following == 0

    on_stage(scene, played, "try-it", clusters=FakeClusters(FakeCluster(items=REFUSED)))


def test_fields_of_others_are_taken_over_only_when_one_says_so(played: Path) -> None:
    async def scene(desk: Desk, show: Show) -> None:
        await desk.press("f5")
        await desk.until(lambda: isinstance(desk.app.screen, PlanScreen), "the plan")
        assert "is owned by hpa" in desk.frame
        assert "Take the fields over" in desk.frame
        await desk.press("enter")
        await desk.until(lambda: "apply force" in show.cluster.did, "taken over")

    on_stage(scene, played, "try-it", clusters=FakeClusters(FakeCluster(items=CONFLICT)))


# Predictions


@pytest.mark.parametrize("right", [True, False])
def test_a_prediction_is_played_and_compared(played: Path, right: bool) -> None:
    async def scene(desk: Desk, show: Show) -> None:
        wanted = desk.lesson.run_.task.answer  # type: ignore[union-attr]
        for choice in wanted if right else reversed(wanted):
            await desk.press(str(desk.lesson.run_.choices.index(choice) + 1))
        assert len(desk.lesson.query_one(Choices).picked) == 2
        await desk.press("f5")
        assert "F5 Play it" in desk.frame
        await desk.press("f5")
        await show.up()
        await desk.until(lambda: bool(show.result), "compared")
        if right:
            assert "It went as you predicted." in show.result
        else:
            assert "The first difference is at place 1" in show.result
            assert "web-0 is Ready" in show.result
        await desk.press("f5")
        assert isinstance(desk.app.screen, LessonScreen)

    on_stage(scene, played, "which-first", enter=False)


# A trial


def test_what_a_wrong_text_would_do_is_shown_as_a_trial(played: Path) -> None:
    async def scene(desk: Desk, show: Show) -> None:
        await desk.show(SOLUTION.replace("serviceName: web", "serviceName: nowhere"))
        await desk.press("shift+f5")
        await show.up()
        assert "TRIAL" in show.banner
        assert "Without a DNS name: web-0" in show.banner
        assert "Service nowhere" in show.view
        assert "missing" in show.view
        assert "does not resolve" in show.view
        assert "web-2 is Ready" in show.timeline.text
        await desk.press("home")
        assert "THE PAST" in show.banner or "TRIAL" in show.banner
        assert "web-2  Running" not in show.view
        await desk.press("f5")
        assert "nowhere" in desk.editor.text
        assert show.clusters.opened == []

    on_stage(scene, played, "fix", enter=False)


def test_what_the_server_would_refuse_is_told_in_its_words(played: Path) -> None:
    async def scene(desk: Desk, show: Show) -> None:
        await desk.show(SOLUTION.replace("replicas: 3", "replicas: -3"))
        await desk.press("shift+f5")
        await show.up()
        await desk.until(lambda: "refuses" in show.prompt, "told")
        assert "replicas" in show.prompt

    on_stage(scene, played, "fix", enter=False)


# Looking back, and another future


def test_the_past_is_marked_and_never_taken_for_the_present(played: Path) -> None:
    async def scene(desk: Desk, show: Show) -> None:
        await desk.press("f5")
        await show.told("web-1 is Ready")
        assert show.banner.startswith("NOW")
        show.timeline.focus()
        await desk.press("home")
        await desk.until(lambda: show.banner.startswith("THE PAST"), "the past")
        assert "Terminating" in show.view
        await desk.press("right", "end")
        await desk.until(lambda: show.banner.startswith("NOW"), "the present")
        assert "Terminating" not in show.view
        await desk.press("left", "escape")
        await desk.until(lambda: show.banner.startswith("NOW"), "Esc goes back to the present")
        await desk.press("left", "shift+f8")
        await desk.until(lambda: show.banner.startswith("NOW"), "a key too")

    on_stage(scene, played)


def test_another_future_is_seen_beside_what_happened(played: Path) -> None:
    async def scene(desk: Desk, show: Show) -> None:
        await desk.press("f5")
        await show.told("web-1 is Ready")
        await desk.press("f8")
        assert isinstance(desk.app.screen, Choose)
        assert "nothing: see what comes by itself" in desk.frame
        await desk.press("down", "down", "enter")
        await desk.until(lambda: show.banner.startswith("ANOTHER FUTURE"), "the branch")
        assert "kubectl delete" in show.banner
        branch = show.screen.query_one("#branch", TimelineView).text
        assert "web-0 is Ready" in " ".join(branch.split())
        assert show.screen.query_one("#timeline").display
        await desk.press("shift+f8")
        await desk.until(lambda: show.banner.startswith("NOW"), "the present")
        assert not show.screen.has_class("-forked")

    on_stage(scene, played, size=WIDE)


# Time


def test_time_is_held_stepped_and_hurried(played: Path) -> None:
    async def scene(desk: Desk, show: Show) -> None:
        clock = show.cluster.clock
        assert clock is not None
        await desk.until(lambda: clock.speeds == [FOR_THE_EYE], "the speed for the eye")
        await desk.press("f4")
        await desk.until(lambda: clock.speeds[-1] == 0.0, "held")
        assert "time is held" in show.banner
        assert "F4 Go on" in desk.frame
        await desk.press("f9")
        await desk.press("f6")
        await desk.until(lambda: clock.ticks == 1, "one step")
        await desk.until(lambda: "nothing more happens" in show.banner, "said so")
        await desk.press("f4")
        await desk.until(lambda: clock.speeds[-1] == 1.0, "on, at the speed chosen meanwhile")
        await desk.press("+", "+", "+", "+")
        await desk.until(lambda: clock.speeds[-1] == float("inf"), "as fast as possible")
        await desk.press("-")
        await desk.until(lambda: clock.speeds[-1] == 20.0, "slower")

    on_stage(scene, played)


def test_a_real_cluster_has_no_clock_to_hold_and_no_other_futures(played: Path) -> None:
    async def scene(desk: Desk, show: Show) -> None:
        await desk.press("x")
        await desk.until(lambda: isinstance(desk.app.screen, Choose), "the clusters")
        assert "kind-lab" in desk.frame
        assert FAR.context not in desk.frame
        await desk.press("down", "enter")
        await show.up()
        assert show.clusters.opened[-1] == ("kind-lab", FIRST, "")
        assert "Context kind-lab (kind)" in desk.frame
        for action in ("hold", "tick", "faster", "what_if"):
            assert show.screen.check_action(action, ()) is False
        await desk.press("f4", "f8")
        assert isinstance(desk.app.screen, StageScreen)
        await desk.press("escape")
        assert isinstance(desk.app.screen, LessonScreen)
        assert "sts-tutor clean" in desk.frame

    on_stage(scene, played)


# Which cluster


def test_a_cluster_elsewhere_needs_its_name_typed(played: Path) -> None:
    clusters = FakeClusters(FakeCluster(FAR))

    async def scene(desk: Desk, show: Show) -> None:
        await desk.press("f5")
        await desk.until(lambda: isinstance(desk.app.screen, TypeName), "the question")
        assert FAR.context in desk.frame
        await desk.press(*"prod", "enter")
        assert isinstance(desk.app.screen, TypeName)
        assert "another name" in desk.frame
        assert show.clusters.opened == []
        await desk.press("minus", *"eu", "enter")
        await show.up()
        assert show.clusters.opened == [(FAR.context, FIRST, FAR.context)]

    on_stage(scene, played, clusters=clusters, enter=False, context=FAR.context)


def test_without_its_name_a_cluster_elsewhere_is_not_touched(played: Path) -> None:
    async def scene(desk: Desk, show: Show) -> None:
        await desk.press("f5")
        await desk.until(lambda: isinstance(desk.app.screen, TypeName), "the question")
        await desk.press("escape")
        assert show.clusters.opened == []
        await desk.press("escape")
        assert isinstance(desk.app.screen, LessonScreen)

    on_stage(scene, played, enter=False, context=FAR.context)


def test_one_may_only_watch_and_that_is_marked(played: Path) -> None:
    async def scene(desk: Desk, show: Show) -> None:
        await desk.press("x")
        await desk.until(lambda: isinstance(desk.app.screen, Choose), "the clusters")
        await desk.press("end", "enter")
        await desk.until(lambda: "TRIAL" in show.banner, "shown without a cluster")
        assert "web-1 is Ready" in show.timeline.text
        await desk.press("f5")
        assert desk.lesson.run_.here.status is Status.SOLVED_WITH_SOLUTION
        assert "watched only" in desk.frame

    on_stage(scene, played)


# kubectl


def test_kubectl_is_typed_and_answered_as_plain_data(played: Path) -> None:
    cluster = FakeCluster(says=("NAME\n", "[bold]web\x1b[2J\n"), code=1)

    async def scene(desk: Desk, show: Show) -> None:
        await desk.press("k", *"get", "space", *"pods", "enter")
        await desk.until(lambda: "exit code 1" in show.output, "answered")
        assert show.output.splitlines()[0] == "$ kubectl get pods"
        assert "[bold]web\\x1b[2J" in show.output
        assert "kubectl get pods" in show.cluster.did
        await desk.press("up")
        assert show.screen.query_one(KubectlLine).value == "get pods"

    on_stage(scene, played, clusters=FakeClusters(cluster))


def test_a_shell_is_refused_in_words_and_nothing_runs(played: Path) -> None:
    async def scene(desk: Desk, show: Show) -> None:
        await desk.press("k")
        await desk.type("get pods | rm -rf x\n")
        await desk.until(lambda: "no shell" in show.output, "refused")
        assert not any(did.startswith("kubectl") for did in show.cluster.did)

    on_stage(scene, played)


def test_a_command_that_goes_on_is_stopped_with_esc(played: Path) -> None:
    async def scene(desk: Desk, show: Show) -> None:
        await desk.press("k")
        await desk.type("get pods -w\n")
        await desk.until(lambda: "web-0   1/1" in show.output, "its output comes as it goes")
        await desk.until(lambda: "Esc" in show.screen.query_one(Busy).text, "it is said to go on")
        await desk.press("escape")
        await desk.until(lambda: "cancel" in show.cluster.did, "stopped")
        assert isinstance(desk.app.screen, StageScreen)

    on_stage(scene, played, clusters=FakeClusters(FakeCluster(slow={"kubectl"})))


def test_without_kubectl_the_suggested_steps_still_work(played: Path) -> None:
    async def scene(desk: Desk, show: Show) -> None:
        await desk.press("f5")
        await show.told("web-1 is Ready")
        assert "do Remove" in show.cluster.did
        assert "kubectl" in show.output
        assert show.screen.stage.taken == {0}

    on_stage(scene, played, clusters=FakeClusters(FakeCluster(missing=True)))


def test_the_next_step_need_not_wait_for_a_command_that_goes_on(
    played: Path, tmp_path: Path
) -> None:
    root = tmp_path / "course"
    copytree(played, root)
    file = root / "fixtures/start/first/scenario.yaml"
    steps = "    - delete: {of: Pod/web-1}\n"
    more = f"{steps}    - wait: 5\n    - delete: {{of: Pod/web-2}}\n"
    file.write_text(file.read_text("utf-8").replace(steps, more), "utf-8")
    cluster = FakeCluster(slow={"kubectl"})

    async def scene(desk: Desk, show: Show) -> None:
        assert "let 5 s of the cluster's time pass" in show.screen.query_one(Checklist).text
        await desk.press("f5")
        await desk.until(lambda: show.screen.stage.following == 1, "the first one goes on")
        await desk.press("f5")
        await desk.until(lambda: "do Wait" in cluster.did, "time passes")
        await desk.until(lambda: show.screen.stage.following == 2, "and has passed")
        await desk.press("f5")
        await desk.until(lambda: "kubectl delete po/web-2" in cluster.did, "the last one")
        await desk.press("escape")
        await desk.until(lambda: "cancel" in cluster.did, "all of it is stopped")

    on_stage(scene, root, clusters=FakeClusters(cluster))


def test_a_suggested_command_that_is_typed_counts_as_taken(played: Path) -> None:
    async def scene(desk: Desk, show: Show) -> None:
        command = show.cluster.command(show.screen.stage.steps[0])
        await desk.press("k")
        await desk.type(" ".join(command) + "\n")
        await desk.until(lambda: show.screen.stage.taken == {0}, "taken")

    on_stage(scene, played)


# What takes long, and what goes wrong


def test_esc_leaves_an_opening_that_does_not_end(played: Path) -> None:
    clusters = FakeClusters()
    clusters.gate.clear()

    async def scene(desk: Desk, show: Show) -> None:
        await desk.press("f5")
        await desk.until(
            lambda: "Opening the cluster" in show.screen.query_one(Busy).text, "it is said"
        )
        assert "Opening the cluster" in desk.frame
        await desk.press("f1")
        await desk.press("escape", "escape", "escape")
        assert isinstance(desk.app.screen, LessonScreen)
        clusters.gate.set()
        await desk.pilot.pause(0.1)
        assert show.cluster.did == []

    on_stage(scene, played, clusters=clusters, enter=False)


def test_a_slow_plan_is_stopped_and_can_be_asked_for_again(played: Path) -> None:
    cluster = FakeCluster(slow={"plan"})

    async def scene(desk: Desk, show: Show) -> None:
        await desk.press("f5")
        await desk.until(lambda: "plan" in cluster.did, "asked")
        await desk.press("escape")
        await desk.until(lambda: "cancel" in cluster.did, "stopped")
        cluster.slow.clear()
        await desk.press("f5")
        await desk.until(lambda: isinstance(desk.app.screen, PlanScreen), "the plan")

    on_stage(scene, played, "try-it", clusters=FakeClusters(cluster))


@pytest.mark.parametrize("where", ["open", "reset", "plan", "apply"])
def test_trouble_is_told_in_words_and_the_stage_stays(played: Path, where: str) -> None:
    trouble = TutorError("cluster-not-running")
    cluster = FakeCluster(fails={where: trouble})
    clusters = FakeClusters(cluster)
    clusters.fails = trouble if where == "open" else None

    async def scene(desk: Desk, show: Show) -> None:
        await desk.press("f5")
        if where in ("plan", "apply"):
            await show.up()
            await desk.press("f5")
        if where == "apply":
            await desk.until(lambda: isinstance(desk.app.screen, PlanScreen), "the plan")
            await desk.press("enter")
        await desk.until(lambda: "No offline cluster is running" in show.said, "told")
        assert isinstance(desk.app.screen, StageScreen)
        await desk.press("escape")
        assert isinstance(desk.app.screen, LessonScreen)

    on_stage(scene, played, "try-it", clusters=clusters, enter=False)


def test_a_cluster_that_is_lost_is_said_to_be_until_it_is_back(played: Path) -> None:
    async def scene(desk: Desk, show: Show) -> None:
        assert show.cluster.trouble is not None
        show.cluster.trouble(TutorError("cluster-not-running"))
        await desk.until(lambda: show.banner.startswith("LOST"), "lost")
        show.cluster.trouble(None)
        await desk.until(lambda: show.banner.startswith("NOW"), "found")

    on_stage(scene, played)


def test_starting_over_begins_afresh(played: Path) -> None:
    async def scene(desk: Desk, show: Show) -> None:
        await desk.press("f5")
        await show.told("web-1 is Ready")
        await desk.press("f12")
        await desk.until(lambda: show.cluster.did.count("reset") == 2, "prepared again")
        await show.up()
        assert show.timeline.keys() == []
        assert show.screen.stage.taken == set()
        assert show.cluster.watches[0].over
        assert not show.cluster.watches[1].over

    on_stage(scene, played)


# Seen


def test_the_language_changes_everywhere_and_at_once(played: Path) -> None:
    async def scene(desk: Desk, show: Show) -> None:
        await desk.press("f5")
        await show.told("web-1 is Ready")
        await desk.press("f3")
        await desk.until(lambda: "web-1がReady" in show.timeline.text, "Japanese")
        assert show.banner.startswith("現在")
        assert "web-1が戻ります。" in show.screen.query_one(Checklist).text
        assert "引け" in show.view or "→" in show.view
        await desk.press("f3")
        await desk.until(lambda: "web-1 is Ready" in show.timeline.text, "English again")

    on_stage(scene, played)


@pytest.mark.parametrize("size", [SMALL, USUAL, WIDE, (200, 50)])
@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_pane_can_be_reached_at_every_size(
    played: Path, size: tuple[int, int], language: str
) -> None:
    async def scene(desk: Desk, show: Show) -> None:
        seen = set()
        for _ in range(3):
            await desk.press("v")
            assert desk.app.focused is not None
            assert desk.app.focused.region.height > 0
            seen.add(desk.app.focused.id)
        assert seen == {"checklist", "timeline", "output"}
        await desk.press("f")
        assert show.timeline.display

    on_stage(scene, played, size=size, language=language)


def test_everything_on_the_stage_is_explained_by_a_key(played: Path) -> None:
    async def scene(desk: Desk, show: Show) -> None:
        await desk.press("f5")
        await show.told("web-1 is Ready")
        for selector in ("#view", "#timeline", "#checklist"):
            show.screen.query_one(selector).focus()
            await desk.press("f7")
            assert isinstance(desk.app.screen, ExplainScreen), selector
            assert len(desk.app.screen.query_one(Prose).text) > 20
            await desk.press("escape")

    on_stage(scene, played)


def test_where_there_is_nothing_to_explain_that_is_said(played: Path) -> None:
    async def scene(desk: Desk, show: Show) -> None:
        show.timeline.focus()
        await desk.press("f7")
        assert isinstance(desk.app.screen, StageScreen)
        assert "nothing to explain" in desk.frame

    on_stage(scene, played)


def test_a_step_that_is_done_meanwhile_leaves_the_learner_in_the_past(played: Path) -> None:
    async def scene(desk: Desk, show: Show) -> None:
        await desk.press("f5")
        await show.told("web-1 is Ready")
        show.timeline.focus()
        await desk.press("home", "+", "+", "+", "+")
        await show.done()
        assert show.banner.startswith("THE PAST")
        assert show.screen.has_class("-story")

    on_stage(scene, played)


def test_it_is_told_without_colours_and_in_ascii(played: Path) -> None:
    async def scene(desk: Desk, show: Show) -> None:
        assert "Running Ready" in desk.frame
        assert "not yet" in desk.frame
        await desk.press("f5")
        await show.told("web-1 is Ready")
        assert desk.app.no_color

    on_stage(scene, played, color=False, borders="ascii")


def test_kind_is_remembered_for_the_next_step(played: Path) -> None:
    async def scene(desk: Desk, show: Show) -> None:
        desk.app.offer = KIND
        await desk.press("f5")
        await show.up()
        assert show.clusters.opened == [("kind-lab", FIRST, "")]

    on_stage(scene, played, enter=False, clusters=FakeClusters(FakeCluster(KIND)))


def test_what_others_put_into_the_namespace_is_said(played: Path) -> None:
    async def scene(desk: Desk, show: Show) -> None:
        desk.app.offer = KIND
        await desk.press("f5")
        await show.up()
        await desk.until(lambda: "istio-ca-root-cert" in desk.frame)

    left = (Leftover("ConfigMap", "istio-ca-root-cert"),)
    on_stage(scene, played, enter=False, clusters=FakeClusters(FakeCluster(KIND, comes_back=left)))


MONKEY = sorted(
    {
        key
        for command in COMMANDS
        if command.scope in (Scope.CLUSTER, Scope.PLAN, Scope.LESSON, Scope.ANYWHERE)
        for key in (*command.keys, *map(key_of, command.letters))
        if key not in {"f10", "ctrl+q", "q", "ctrl+c"}
    }
    | {"up", "down", "left", "right", "enter", "space", "tab", "shift+tab", "escape"}
    | {"pageup", "pagedown", "home", "end", "1", "2"}
)


@pytest.mark.parametrize(
    ("seed", "task"), [(1, "kill-one"), (2, "try-it"), (3, "which-first"), (4, "fix")]
)
def test_a_monkey_on_the_stage(played: Path, seed: int, task: str) -> None:
    chance = random.Random(seed)
    trouble = {"do": TutorError("cluster-not-running")} if seed % 2 else {}
    clusters = FakeClusters(FakeCluster(fails=trouble, missing=seed == 3))

    async def scene(desk: Desk, show: Show) -> None:
        for _ in range(60):
            if chance.random() < 0.1:
                sizes = [SMALL, USUAL, WIDE, (20, 6), (34, 12), (200, 50)]
                await desk.pilot.resize_terminal(*chance.choice(sizes))
            elif chance.random() < 0.1:
                await desk.pilot.pause(0.1)
            else:
                await desk.pilot.press(chance.choice(MONKEY))
            assert desk.app.crash is None
        await desk.pilot.resize_terminal(80, 24)
        for _ in range(10):
            await desk.press("escape")
        assert desk.app.crash is None
        assert desk.app.is_running
        assert not isinstance(desk.app.screen, StageScreen)

    on_stage(scene, played, task, clusters=clusters, enter=False)

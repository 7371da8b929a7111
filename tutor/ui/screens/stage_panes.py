"""The panes of a stage: the cluster by ordinal, the task, the story, kubectl's answers."""

from collections.abc import Sequence

from textual import events
from textual.app import ComposeResult
from textual.containers import Container, Horizontal, ScrollableContainer, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from tutor.model.scenario import Step
from tutor.session.api import Run
from tutor.ui import cluster_words, happening_words, kubectl_line, stage_words
from tutor.ui.commands import Scope, shown
from tutor.ui.errands import Errands
from tutor.ui.happening_words import Group, group_name
from tutor.ui.screens.base import WIDE, TutorScreen
from tutor.ui.stage import Part, Stage
from tutor.ui.widgets.banner import Banner
from tutor.ui.widgets.busy import Busy
from tutor.ui.widgets.checklist import Checklist
from tutor.ui.widgets.clusterview import ClusterView
from tutor.ui.widgets.kubectl import KubectlLine, Output
from tutor.ui.widgets.prose import Prose
from tutor.ui.widgets.timelineview import TimelineView
from tutor.ui.work import Work

PANES = ("task", "story", "answers")


class StagePanes(TutorScreen[None]):
    """What a stage shows: the moment, the cluster, task, story and answers, and the line."""

    AUTO_FOCUS = ""
    DEFAULT_CSS = """
    StagePanes {
        layout: vertical;
        & #board { height: 1fr; layout: vertical; }
        & #cluster { height: 1fr; min-height: 5; padding: 0 1; }
        & .pane {
            display: none;
            height: 9;
            padding: 0 1;
            border-top: solid $border-blurred;
            border-title-color: $foreground;
            border-title-style: bold;
            &:focus-within { border-top: solid $border; }
        }
        & #result { margin-top: 1; }
        & #checklist { margin-top: 1; }
        & #story { layout: horizontal; }
        & #now, & #other { height: 1fr; width: 1fr; }
        & #other { display: none; }
        &.-forked #other { display: block; }
        &.-forked #now { display: none; }
        &.-task #task, &.-story #story, &.-answers #answers { display: block; }
        & #line { height: 1; background: $panel; }
        & #prompt-sign { width: 9; padding: 0 0 0 1; color: $text-accent; height: 1; }
        &.-trial #line { display: none; }
        &.-wide {
            & #board {
                layout: grid;
                grid-size: 2 2;
                grid-columns: 3fr 2fr;
                grid-rows: 1fr 1fr;
            }
            & #cluster { row-span: 2; height: 1fr; }
            & .pane { height: 1fr; border-left: solid $border-blurred; }
            & #task, & #story { display: block; }
            &.-forked #now { display: block; }
            &.-forked #other { border-left: solid $border-blurred; }
            & #answers { display: none; border-left: none; }
            &.-answered #cluster { row-span: 1; }
            &.-answered #answers { display: block; }
        }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._pane = PANES[0]
        self._group = Group.STORY
        self._stage: Stage | None = None
        self._work: Work | None = None
        self._errands: Errands

    def body(self) -> ComposeResult:
        """The moment; the cluster; task, story and answers; the line; what is under way."""
        yield Banner(id="banner")
        with Container(id="board"):
            with VerticalScroll(id="cluster", can_focus=False):
                yield ClusterView(id="view")
            with VerticalScroll(id="task", classes="pane", can_focus=False):
                yield Prose(id="prompt")
                yield Prose(id="result")
                yield Checklist(id="checklist")
            with ScrollableContainer(id="answers", classes="pane", can_focus=False):
                yield Output(id="output")
            with Horizontal(id="story", classes="pane"):
                with VerticalScroll(id="now", can_focus=False):
                    yield TimelineView(id="timeline")
                with VerticalScroll(id="other", can_focus=False):
                    yield TimelineView(id="branch")
        with Horizontal(id="line"):
            yield Static("kubectl", markup=False, id="prompt-sign")
            yield KubectlLine(self._complete, id="kubectl")
        yield Busy()

    # State

    @property
    def run_(self) -> Run:
        """The lesson as it stands."""
        run = self.session.run
        if run is None:
            raise RuntimeError("no lesson is open")
        return run

    @property
    def began(self) -> bool:
        """There is something to draw."""
        return self._stage is not None

    @property
    def stage(self) -> Stage:
        """What is on show."""
        assert self._stage is not None  # noqa: S101  (made before anything is drawn)
        return self._stage

    @property
    def work(self) -> Work | None:
        """The long work; None in a trial."""
        return self._work

    @property
    def errands(self) -> Errands:
        """What is under way."""
        return self._errands

    def command_of(self, step: Step | None) -> tuple[str, ...]:
        """A step as a command line; empty where it is none, or no cluster is open."""
        if step is None or self._work is None or self._work.cluster is None:
            return ()
        return self._work.cluster.command(step)

    # Drawing

    def draw(self) -> None:
        """Everything, from the stage as it stands."""
        if self._stage is None:
            return
        run, t, stage = self.run_, self.t, self.stage
        short = not self.has_class(WIDE)
        here = cluster_words.where(stage.where, t, short=short) if stage.where else ""
        title = run.words(t.language).title
        self.title_is(title, here or run.lesson.titles[t.language].title)
        commands = self._work.commands if self._work is not None else ()
        branch = ""
        if stage.branch is not None:
            taken = stage.branch.steps[0] if stage.branch.steps else None
            branch = stage_words.step(taken, self.command_of(taken), t)
        self.query_one(Banner).show(*stage_words.banner(stage, branch, t))
        self.query_one(ClusterView).show(
            stage.picture, t, nothing=t("Nothing is here yet.") if stage.began else ""
        )
        self._draw_task(run, commands)
        self._draw_story(branch)
        self._titled("#answers", "kubectl")
        self.query_one(KubectlLine).placeholder = "get pods"
        self.heed()

    def _draw_task(self, run: Run, commands: Sequence[Sequence[str]]) -> None:
        t, stage = self.t, self.stage
        self.query_one("#prompt", Prose).show(stage_words.prompt(stage, run, t), t.language)
        result = stage_words.result(stage, run, t)
        self.query_one("#result", Prose).display = bool(result)
        self.query_one("#result", Prose).show(result, t.language)
        checklist = self.query_one(Checklist)
        checklist.display = stage.part is not Part.TRIAL
        watched = stage.part in (Part.APPLY, Part.OBSERVE)
        expected = stage_words.expected(stage, run.words(t.language), t) if watched else ()
        checklist.show(stage_words.suggested(stage, commands, t), expected, t)
        self._titled("#task", run.words(t.language).title)

    def _draw_story(self, branch: str) -> None:
        t, stage = self.t, self.stage
        story, fork = stage.story, stage.branch
        self.set_class(fork is not None, "-forked")
        timeline = self.query_one("#timeline", TimelineView)
        nothing = t("Nothing has happened yet.")
        picture = stage.picture
        waits = happening_words.waits(picture, t) if picture is not None else ()
        timeline.show(
            story.entries if story is not None else (),
            t,
            begin=stage.begin,
            group=self._group,
            nothing=nothing,
            waits=() if fork is not None else waits,
        )
        group = group_name(self._group, t)
        title = t("Timeline: {group}", group=group)
        if fork is not None:
            later = [one for one in fork.story.entries if one.version > fork.version]
            self.query_one("#branch", TimelineView).show(
                later, t, begin=stage.begin, group=self._group, nothing=nothing, waits=waits
            )
            title = t("What if: {what}", what=branch)
        self._titled("#story", title)

    def _titled(self, selector: str, words: str) -> None:
        pane = self.query_one(selector)
        if not self.has_class(WIDE):
            key = shown("pane", Scope.CLUSTER)
            words = self.t("{title} ({key}: other panes)", title=words, key=key)
        content = Content(words)
        if pane.border_title != content.markup:
            pane.border_title = content

    def show_pane(self, pane: str) -> None:
        """On a narrow screen one pane is in sight."""
        self._pane = pane
        for one in PANES:
            self.set_class(one == pane, f"-{one}")
        self.set_class(self.has_class("-answered") or pane == "answers", "-answered")

    def on_resize(self, event: events.Resize) -> None:
        """The titles of panes depend on the width."""
        super().on_resize(event)
        self.call_after_refresh(self.redraw)

    def heed(self) -> None:
        """Tell of what is under way, once it is slow."""
        if self.is_mounted:
            self.query_one(Busy).heed(self._errands, self.t)

    def _complete(self, line: str) -> Sequence[str]:
        suggested = [words[1:] for words in self._work.commands] if self._work is not None else []
        picture = self._stage.picture if self._stage is not None else None
        return kubectl_line.completions(line, picture, suggested)

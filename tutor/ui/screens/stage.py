"""A cluster on show: what one does there, and what comes of it."""

import asyncio
import shlex
from collections.abc import Callable, Sequence
from contextlib import suppress
from contextvars import Context, copy_context
from typing import ClassVar

from textual import events
from textual.binding import BindingType
from textual.widget import Widget

from tutor.i18n.errors import error_text
from tutor.i18n.text import printable
from tutor.model.applying import ClusterKind, Offer, Plan
from tutor.model.course import ChoiceTask
from tutor.model.errors import TutorError
from tutor.session.api import Outcome
from tutor.ui import kubectl_line
from tutor.ui.commands import Command, Scope
from tutor.ui.errands import Errands
from tutor.ui.happening_words import Group
from tutor.ui.screens import stage_doors
from tutor.ui.screens.base import bindings
from tutor.ui.screens.stage_panes import PANES, StagePanes
from tutor.ui.stage import Part
from tutor.ui.widgets.cells import Cells
from tutor.ui.widgets.checklist import Checklist
from tutor.ui.widgets.kubectl import KubectlLine, Output
from tutor.ui.widgets.rows import Rows
from tutor.ui.widgets.timelineview import TimelineView
from tutor.ui.work import Work

OFFLINE = Offer("offline", ClusterKind.OFFLINE)
_LOOK = 0.3
"""Seconds between two looks at whether all is over."""
_CALM = 0.05
"""Seconds at least between two drawings."""


class StageScreen(StagePanes):
    """One scenario in a cluster, or a trial without one."""

    SCOPES = (Scope.CLUSTER,)
    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.CLUSTER)

    def __init__(self, part: Part, *, text: str = "", previous: str = "") -> None:
        """Put something on show.

        Args:
            part: What the learner does here.
            text: For a trial: the manifest.
            previous: For a trial: what is there already.
        """
        super().__init__()
        self._part = part
        self._trial = (text, previous)
        self._last: Widget | None = None
        self._planning: int | None = None
        self._dirty = False
        self._home: tuple[asyncio.AbstractEventLoop, Context]
        self._errands = Errands(self._deliver, self.trouble, self._bug)

    async def begin(self) -> None:
        """Open a cluster, or try the text out."""
        self._home = asyncio.get_running_loop(), copy_context()
        self._stage = stage_doors.stage_for(self._part, self.run_)
        self.set_class(self._part is Part.TRIAL, "-trial")
        self.show_pane("story" if self._part is Part.TRIAL else "task")
        self.set_interval(_LOOK, self._look)
        self.redraw()
        clusters = self.outside.clusters
        if self._part is Part.TRIAL or clusters is None:
            self._try_out()
            return
        self._work = Work(
            self.stage,
            self.run_.lesson.id,
            clusters,
            errands=self._errands,
            deliver=self._deliver,
            audience=self,
        )
        self.set_focus(self.query_one(Checklist))
        stage_doors.open_first(self)

    def _try_out(self) -> None:
        text, previous = self._trial
        teller, stage = self.stage.teller, self.stage
        answer = stage.answer

        def play() -> Outcome:
            if self._part is not Part.TRIAL:
                return teller.play(stage.scenario, answer)
            tried = teller.try_out(text, previous)
            told = tried.tape.entries or tried.refused or tried.broken[0]
            # What is there already, just so, is best seen coming up.
            return tried if told or not previous else teller.try_out(text)

        self._errands.run(stage_doors.TRYING, play, self.tried)
        self.heed()

    def tried(self, outcome: Outcome) -> None:
        """Something was played without a cluster: show it."""
        stage = self.stage
        stage.part, stage.began = Part.TRIAL, True
        stage.story, stage.refused = outcome.tape, outcome.refused
        stage.comes = outcome.consequences
        code, line = outcome.broken
        if code:
            stage.refused = (self.t("line {line}", line=line) + f": {code}", *stage.refused)
        self.set_class(True, "-trial")
        self.redraw()
        self.show_pane("task" if stage.refused else "story")
        self.set_focus(self.query_one("#view" if stage.refused else "#timeline"))

    # The audience of the work

    def _deliver(self, call: Callable[[], None]) -> None:
        """From any thread; nothing is heard any more once the screen is gone."""
        loop, context = self._home
        with suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(self.call_later, call, context=context)

    def changed(self) -> None:
        """Draw soon; many changes are one drawing."""
        if not self._dirty and self.is_mounted:
            self._dirty = True
            self.set_timer(_CALM, self._draw_now)
        self.heed()

    def _draw_now(self) -> None:
        self._dirty = False
        if self.is_mounted:
            self.redraw()

    def trouble(self, error: TutorError) -> None:
        """Something went wrong."""
        if error.code != "cancelled":
            words = error_text(error, self.t)
            self.query_one(Output).tell(words, "$error")
            self.show_pane("answers")
            self._to_the_last_line()
            if not error.code.startswith(("kubectl-", "barred-")):  # an answer, where it is read
                self.tutor.say(words, serious=True)
            self.changed()

    def _bug(self, error: BaseException) -> None:
        raise error

    def planned(self, plan: Plan) -> None:
        """Show the plan, and ask."""
        stage_doors.show_plan(self, plan, self._planning)

    def applied(self, plan: Plan) -> None:
        """It was applied."""
        self.session.applied()
        stage_doors.show_applied(self, plan)

    def ran(self, command: Sequence[str]) -> None:
        """A command begins."""
        line = shlex.join(command)
        self.query_one(Output).say(f"$ {line}", "$footer-key-foreground bold")
        self.query_one(KubectlLine).remember(shlex.join(command[1:]))
        self.set_class(True, "-answered")
        self.changed()

    def poured(self, piece: str) -> None:
        """A command says something."""
        if piece:
            self.query_one(Output).pour(piece)
            self._to_the_last_line()

    def _to_the_last_line(self) -> None:
        answers = self.query_one("#answers")
        self.call_after_refresh(lambda: answers.scroll_end(animate=False))

    def ended(self, code: int) -> None:
        """A command is over."""
        if code:
            self.query_one(Output).say(self.t("exit code {code}", code=code), "$quiet")
        self.changed()

    def played(self) -> None:
        """Compare the prediction with what was played."""
        run, stage = self.run_, self.stage
        if isinstance(run.task, ChoiceTask) and stage.story is not None and run.marked is not None:
            given = run.marked.given
            stage.comparison = stage.teller.compare(run.task, given, stage.story)
        self.show_pane("task")
        self.redraw()
        self.call_after_refresh(lambda: self.query_one("#task").scroll_home(animate=False))

    def _look(self) -> None:
        """Whether everything has come about."""
        stage, work = self.stage, self._work
        watched = stage.part in (Part.APPLY, Part.OBSERVE)
        if work is None or not watched or stage.finished_at is not None or stage.story is None:
            return
        if stage.finished(work.idle):
            stage.finished_at = stage.story.version
            self.session.observed(stage.verdicts)
            if stage.past is None and stage.branch is None:
                self.show_pane("task")
                self.call_after_refresh(lambda: self.query_one("#task").scroll_home(animate=False))
            else:
                self.tutor.say(self.t("Everything has come about."))
            self.redraw()

    # Commands

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Which commands make sense now."""
        if self._stage is None:
            return action not in {command.id for command, _ in self.commands()}
        stage, work = self.stage, self._work
        cluster = work.cluster if work is not None else None
        trial = stage.part is Part.TRIAL
        match action:
            case "hold" | "tick" | "faster" | "slower":
                return not trial and cluster is not None and cluster.clock is not None
            case "what_if":
                if cluster is None or cluster.what_if is None:
                    return False
                return (stage.story is not None and bool(stage.story.entries)) or None
            case "present":
                return stage.past is not None or stage.branch is not None
            case "restart":
                return not trial and (cluster is not None or None)
            case "kubectl":
                return not trial and (stage.began or None)
            case "elsewhere":
                return not trial and self.outside.clusters is not None
            case "proceed":
                waits = stage.following is None and stage.speed is None and not stage.over
                return (stage.began and not waits) or None
        return True

    def label(self, command: Command) -> str:
        """What goes on depends on how far one is."""
        if self._stage is None:
            return super().label(command)
        stage, t = self.stage, self.t
        if command.id == "proceed":
            if stage.over:
                return t("To the lesson")
            if stage.following is None:
                return t("Hurry")
            return t("Apply…") if stage.part is Part.APPLY else t("Run")
        if command.id == "hold" and stage.held:
            return t("Go on")
        return super().label(command)

    def action_proceed(self) -> None:
        """The next suggested step; after the last one, back to the lesson, when all is over."""
        stage = self.stage
        if stage.over:
            self._leave()
        elif stage.began and stage.following is not None:
            self._take(stage.following)
        elif self._work is not None and self._work.hurry():
            self.changed()
        else:
            self.tutor.say(self.t("Not everything has come about yet. Watch a moment longer."))

    def _take(self, place: int) -> None:
        """Take a suggested step, one at a time."""
        if self._work is None or not self.stage.began or self._work.in_the_way:
            return
        self.stage.back_to_the_present()
        self.query_one("#timeline", TimelineView).follow()
        self._planning = place
        self.show_pane("story")
        self._work.take(place)
        self.changed()

    def action_hold(self) -> None:
        """Hold time, or let it go on."""
        if self._work is not None:
            self._work.hold()

    def action_tick(self) -> None:
        """Go on until something happens."""
        if self._work is not None and self._errands.current is None:
            self.query_one("#timeline", TimelineView).follow()
            self._work.tick()

    def action_faster(self) -> None:
        """Faster."""
        if self._work is not None:
            self._work.faster(1)

    def action_slower(self) -> None:
        """Slower."""
        if self._work is not None:
            self._work.faster(-1)

    def action_present(self) -> None:
        """Back to what is now."""
        self.stage.back_to_the_present()
        self.query_one("#timeline", TimelineView).follow()
        self.redraw()
        self.set_focus(self.query_one("#timeline"))

    def action_what_if(self) -> None:
        """Choose what else could be done."""
        stage_doors.ask_what_if(self)

    def action_restart(self) -> None:
        """Begin from the start."""
        if self._work is not None and self._work.cluster is not None:
            self._work.cancel()
            self._work.begin()
            self.show_pane("task")
            self.changed()

    def action_elsewhere(self) -> None:
        """Choose another cluster."""
        stage_doors.ask_cluster(self)

    def action_pane(self) -> None:
        """The next pane, with the keyboard in it."""
        at = PANES.index(self._pane)
        trial = self.stage.part is Part.TRIAL
        count = len(PANES) - 1 if trial else len(PANES)
        self.show_pane(PANES[(at + 1) % count])
        wanted = {"task": "#checklist", "story": "#timeline", "answers": "#output"}[self._pane]
        if self._pane == "story" and self.stage.branch is not None:
            wanted = "#branch"
        self.set_focus(self.query_one(wanted))

    def action_narrow(self) -> None:
        """Narrow the timeline to the next group."""
        groups = list(Group)
        self._group = groups[(groups.index(self._group) + 1) % len(groups)]
        self.show_pane("story")
        self.redraw()

    def action_kubectl(self) -> None:
        """To the line, and back."""
        line = self.query_one(KubectlLine)
        self.set_focus(self.query_one("#checklist") if line.has_focus else line)

    # What is typed, chosen, gone to

    def on_kubectl_line_given(self, event: KubectlLine.Given) -> None:
        """Run it, if it is kubectl."""
        self.show_pane("answers")
        self.set_class(True, "-answered")
        try:
            words = kubectl_line.words_of(event.line)
        except kubectl_line.Refused as refused:
            self.query_one(Output).say(f"$ {event.line}", "$footer-key-foreground bold")
            self.query_one(Output).tell(self.t(refused.message, **refused.params), "$error")
            self._to_the_last_line()
            return
        if words and self._work is not None and self.stage.began:
            self._work.kubectl(words)
            self.heed()

    def on_rows_chosen(self, event: Rows.Chosen) -> None:
        """Run a suggested command; explain an entry or an expectation."""
        what, _, which = event.key.partition("/")
        if event.rows.id == "checklist" and what == "step":
            self._take(int(which))
        else:
            self._last = event.rows
            self.action_explain()

    def on_cells_chosen(self, event: Cells.Chosen) -> None:
        """Explain what was chosen."""
        self._last = event.cells
        self.action_explain()

    def on_timeline_view_went(self, event: TimelineView.Went) -> None:
        """Look at another moment."""
        stage = self.stage
        if event.view.id == "timeline":
            stage.branch = None
        stage.past = event.entry.version if event.entry is not None else None
        self.changed()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Remember what there is to explain; bring its pane into sight."""
        widget = event.widget
        if isinstance(widget, Rows | Cells):
            self._last = widget
        for pane in PANES:
            if self.query_one(f"#{pane}") in widget.ancestors and pane != self._pane:
                self.show_pane(pane)

    def action_explain(self) -> None:
        """Explain what is under the cursor, where the keyboard is or last was."""
        if not stage_doors.explain(self, self._last):
            self.tutor.say(self.t("There is nothing to explain here. Go to a line first."))

    # Leaving

    def keep_everything(self) -> None:
        """The learner quits: let go of the cluster."""
        if self._work is not None:
            self._work.leave()

    def on_unmount(self) -> None:
        """Nothing goes on behind a screen that is gone."""
        self._errands.drop()
        self.keep_everything()

    def _leave(self) -> None:
        where = self.stage.where
        if where is not None and not where.offline and self.stage.began:
            self.tutor.say(
                self.t(
                    "What was made in {context} stays there; 'sts-tutor clean' removes it.",
                    context=printable(where.context),
                ),
                stays=True,
            )
        self.keep_everything()
        self.dismiss(None)

    async def action_back(self) -> None:
        """Stop what is under way; else back to the present; else to the lesson."""
        line = self.query_one(KubectlLine)
        under_way = self._errands.current
        if under_way is not None:
            if self._work is not None:
                self._work.cancel()
            self._errands.drop()
            self.tutor.say(self.t("Stopped."))
            self.changed()
        elif line.has_focus:
            self.set_focus(self.query_one("#checklist"))
        elif self.stage.past is not None or self.stage.branch is not None:
            self.action_present()
        else:
            self._leave()

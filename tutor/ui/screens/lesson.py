"""A lesson: its steps, the text, the question or the editor, and what was found."""

from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal

from tutor.i18n.translator import Translator
from tutor.model.course import ChoiceTask, LiveTask, WriteTask
from tutor.session.api import Grade, Run
from tutor.ui import lesson_words
from tutor.ui.commands import Command, Scope
from tutor.ui.explain_words import page_of
from tutor.ui.screens.base import WIDE, TutorScreen, bindings
from tutor.ui.told import tell
from tutor.ui.widgets.choices import Choices
from tutor.ui.widgets.editor import Editor
from tutor.ui.widgets.outline import Outline
from tutor.ui.widgets.prose import Prose
from tutor.ui.widgets.push import Push
from tutor.ui.widgets.reading import Reading
from tutor.ui.widgets.workbench import Workbench


class LessonScreen(TutorScreen[str]):
    """One lesson. Ends with the id of the lesson to open next, or None for home."""

    SCOPES = (Scope.LESSON,)
    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.LESSON)
    AUTO_FOCUS = ""
    DEFAULT_CSS = """
    LessonScreen {
        layout: vertical;
        & Outline { dock: top; margin: 1 0 0 0; }
        & #reading { padding: 1 2 0 2; height: 1fr; overflow-x: auto; }
        & #reading Horizontal { height: auto; }
        & #verdict, & #choices { margin-top: 1; }
        & #after { margin-top: 1; }
        & Workbench { display: none; }
        &.-write {
            & #reading { height: 5; padding: 0 2; }
            & #reading:focus-within { height: 50%; }
            & Workbench { display: block; }
        }
        &.-write.-done #reading:focus-within { height: 75%; }
        &.-wide {
            & #reading { padding: 1 3; }
            &.-write { layout: horizontal; }
            &.-write #reading,
            &.-write #reading:focus-within,
            &.-write.-done #reading:focus-within {
                width: 1fr;
                height: 1fr;
                padding: 1 2;
            }
            &.-write Workbench { width: 1fr; height: 1fr; border-left: solid $border-blurred; }
            & Workbench #found { height: 12; }
        }
        &.-wide.-reads Outline, &.-vast Outline {
            dock: left;
            width: 36;
            height: 1fr;
            margin: 1 0;
            padding: 1 1;
        }
    }
    """

    _some_found = False

    def body(self) -> ComposeResult:
        """Steps, text, question; the editor comes when a step needs it."""
        yield Outline()
        with Reading(id="reading"):
            yield Prose(id="prose")
            yield Prose(id="verdict")
            yield Choices(id="choices")
            yield Prose(id="after")
            with Horizontal():
                yield Push(id="act")
                yield Push(id="onward")
        yield Workbench(self._judge)

    # State

    @property
    def run_(self) -> Run:
        """The lesson as it stands."""
        run = self.session.run
        if run is None:
            raise RuntimeError("no lesson is open")
        return run

    @property
    def page(self) -> object:
        """One step of the lesson."""
        return self, self.session.run and self.session.run.task_id

    @property
    def editor(self) -> Editor | None:
        """The editor of this step; None where nothing is written."""
        return self.bench.editor

    @property
    def bench(self) -> Workbench:
        """Where one writes."""
        return self.query_one(Workbench)

    def _judge(self, text: str) -> Grade:
        return self.session.live(text)

    # Drawing

    async def begin(self) -> None:
        """Show the step the learner was at."""
        await self._arrive()

    async def _arrive(self) -> None:
        """Another step is shown: its panes, its place, its focus."""
        run = self.run_
        writes = isinstance(run.task, WriteTask)
        self.set_class(writes, "-write")
        self.set_class(not writes, "-reads")
        self._some_found = False
        await self.bench.open(run.task_id, run.text if writes else None)
        self.redraw()
        self.tutor.turn()
        self.query_one(Reading).begin()
        self._focus_first(run)
        self.bench.look()

    def _focus_first(self, run: Run) -> None:
        if run.open_for_answer:
            self.set_focus(self.query_one(Choices), scroll_visible=False)
        elif self.editor is not None and self.has_class(WIDE):
            self.set_focus(self.editor)
        else:
            self.set_focus(self.query_one("#reading"))

    def draw(self) -> None:
        """Everything, from the session as it stands."""
        run, t = self.run_, self.t
        self.set_class(run.debrief_open, "-done")
        self.title_is(run.lesson.titles[t.language].title, lesson_words.place(run, t))
        self.query_one(Outline).show(run, t)
        self.query_one("#prose", Prose).show(lesson_words.text(run, t), t.language)
        self._draw_question(run)
        self._show("#verdict", lesson_words.verdict(run, t))
        self._show("#after", lesson_words.after(run, t))
        act, onward = self.query_one("#act", Push), self.query_one("#onward", Push)
        plays = lesson_words.plays(run)
        act.display = (
            run.open_for_answer or plays or (self.editor is not None and not run.debrief_open)
        )
        act.label = lesson_words.act(run, t)
        onward.display = not run.open_for_answer and (
            not act.display or (plays and run.here.status.done)
        )
        onward.label = lesson_words.onward(run, t)
        self._draw_findings()

    def _show(self, selector: str, markdown: str) -> None:
        prose = self.query_one(selector, Prose)
        prose.display = bool(markdown)
        prose.show(markdown, self.t.language)

    def _draw_question(self, run: Run) -> None:
        task, t = run.task, self.t
        choices = self.query_one(Choices)
        choices.display = isinstance(task, ChoiceTask)
        if isinstance(task, ChoiceTask):
            said = run.words(t.language)
            marked = run.marked
            choices.show(
                task,
                run.choices,
                said.choices,
                t,
                why={choice: said.explanations[choice] for choice in run.explained},
                given=marked.given if marked else (),
                verdicts=dict(marked.verdicts) if marked else {},
                open_for_answer=run.open_for_answer,
            )

    def _draw_findings(self) -> None:
        self.bench.draw(self.run_, self.t, expanded=self.has_class(WIDE))

    # What happens while typing

    def on_workbench_rested(self, event: Workbench.Rested) -> None:
        """Keep the draft."""
        run = self.session.run
        if run is not None and event.task_id == run.task_id:
            self.session.write(event.text)

    def on_workbench_found(self) -> None:
        """Show what was found; the keys too, since there may be something to explain now."""
        self._draw_findings()
        if bool(self.bench.findings) != self._some_found:
            self._some_found = bool(self.bench.findings)
            self.show_keys()

    def on_workbench_tripped(self, event: Workbench.Tripped) -> None:
        """A text that trips the checker must not lock the learner out of the lesson."""
        self.tutor.crash = self.tutor.crash or event.bug
        self._draw_findings()

    def keep_everything(self) -> None:
        """Hand the text to the session at once."""
        if self.editor is not None and self.session.run is not None:
            self.session.write(self.editor.text)

    # Commands

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Which commands make sense at this step. None: they exist, and cannot be given now."""
        run = self.session.run
        if run is None:
            return True
        writes, found = self.editor is not None, bool(self.bench.findings)
        match action:
            case "check":
                return writes or run.open_for_answer or lesson_words.plays(run)
            case "trial":
                return writes
            case "hint":
                return writes and bool(run.words(self.t.language).hints)
            case "solution" | "reset" | "pane":
                return writes
            case "unreset":
                return writes and run.can_undo_reset
            case "next_finding" | "explain":
                return writes and (found or None)
            case "previous":
                return run.position > 0
        return True

    def label(self, command: Command) -> str:
        """A question is answered, not checked."""
        if command.id == "check" and self.editor is None:
            return lesson_words.act(self.run_, self.t)
        return super().label(command)

    async def action_check(self) -> None:
        """Check the text, or give the answer."""
        if self.editor is not None:
            if self.editor.text != self.bench.untold:
                self._check_text()
        elif self.run_.open_for_answer:
            self._answer()
        elif lesson_words.plays(self.run_):
            self._to_the_stage()

    def _to_the_stage(self) -> None:
        """Open the cluster for this step."""
        from tutor.ui.screens.stage import StageScreen
        from tutor.ui.stage import Part

        task = self.run_.task
        part = Part.PLAY
        if isinstance(task, LiveTask):
            part = Part.APPLY if task.applies else Part.OBSERVE
        self.app.push_screen(StageScreen(part), self._off_the_stage)

    def action_trial(self) -> None:
        """See what the text would do, whatever was found in it."""
        from tutor.ui.screens.stage import StageScreen
        from tutor.ui.stage import Part

        task = self.run_.task
        if self.editor is not None and isinstance(task, WriteTask):
            self.keep_everything()
            previous = task.previous or ""
            screen = StageScreen(Part.TRIAL, text=self.editor.text, previous=previous)
            self.app.push_screen(screen, self._off_the_stage)

    def _off_the_stage(self, _: None) -> None:
        """Back: the step may be done by now."""
        self.redraw()
        if self.editor is not None:
            self.set_focus(self.editor)
            return
        self.set_focus(self.query_one(Reading))
        self.query_one(Reading).bring_up(self.query_one("#verdict"))

    def _answer(self) -> None:
        choices, reading = self.query_one(Choices), self.query_one(Reading)
        try:
            run = self.session.answer(choices.picked)
        except ValueError:
            self.tutor.say(lesson_words.how(self.run_, self.t))
            return
        self.redraw()
        if not run.open_for_answer:
            self.set_focus(reading)
        reading.bring_up(self.query_one("#verdict"))

    def _check_text(self) -> None:
        editor = self.editor
        assert editor is not None  # noqa: S101  (the caller has looked)
        self.session.write(editor.text)
        run = self.session.check()
        grade = run.grade
        assert grade is not None  # noqa: S101  (a check leaves its verdict)
        self.bench.take(grade)
        self.redraw()
        if grade.passed:
            reading = self.query_one(Reading)
            self.set_focus(reading)
            reading.bring_up(self.query_one("#verdict"))
        else:
            self.bench.to_the_first()

    async def action_next(self) -> None:
        """Go on."""
        self.keep_everything()
        run = self.session.advance()
        if run.finished:
            from tutor.ui.screens.finished import FinishedScreen

            self.redraw()
            self.app.push_screen(FinishedScreen(), self._left_end)
        else:
            await self._arrive()

    async def _left_end(self, going: str | None) -> None:
        if going is None:
            self.session.back()
            await self._arrive()
        else:
            self.dismiss(going)

    async def action_previous(self) -> None:
        """Look at the step before."""
        self.keep_everything()
        self.session.back()
        await self._arrive()

    async def on_outline_picked(self, event: Outline.Picked) -> None:
        """Go to the step that was clicked."""
        self.keep_everything()
        self.session.go(event.task_id)
        await self._arrive()

    def action_hint(self) -> None:
        """Open one more hint."""
        self.session.hint()
        self.redraw()
        if self.has_class(WIDE):
            self.query_one(Reading).bring_end()
        else:
            from tutor.ui.screens.asides import HintScreen

            self.app.push_screen(HintScreen(), lambda _: self.redraw())

    def action_solution(self) -> None:
        """Show a solution, once the learner is sure."""
        from tutor.ui.screens.confirm import Confirm

        run = self.run_
        if run.here.solution_shown or run.here.status.done:
            self._open_solution(True)
        else:
            self.app.push_screen(Confirm(*lesson_words.SHOW_SOLUTION), self._open_solution)

    def _open_solution(self, sure: bool | None) -> None:
        from tutor.ui.screens.asides import SolutionScreen

        if sure:
            self.keep_everything()
            self.session.show_solution()
            self.redraw()
            self.app.push_screen(SolutionScreen(), self._solution_seen)

    def _solution_seen(self, text: str | None) -> None:
        self.session.hide_solution()
        if text is not None and self.editor is not None:
            self.editor.put(text)
            self.set_focus(self.editor)
        self.redraw()

    def action_reset(self) -> None:
        """Start this step over; what was typed is put aside."""
        if self.editor is not None:
            self.keep_everything()
            self.editor.put(self.session.reset().text)
            self.redraw()
            self.tutor.say(
                self.t("Back at the beginning. Ctrl+Z, or “Undo reset”, brings your text back.")
            )

    def action_unreset(self) -> None:
        """Bring back what starting over put aside."""
        if self.editor is not None:
            self.keep_everything()
            self.editor.put(self.session.undo_reset().text)
            self.redraw()

    def action_next_finding(self) -> None:
        """Jump to the finding after the cursor, from the last one to the first."""
        self.bench.jump_on()

    def action_explain(self) -> None:
        """Explain the finding under the cursor."""
        from tutor.ui.screens.explain import ExplainScreen

        current = self.bench.current
        if current is not None:
            run, finding, blocking = self.run_, current.finding, current.blocking
            needed, others = ((finding,), ()) if blocking else ((), (finding,))

            def page(t: Translator) -> tuple[str, str]:
                told = tell(needed, others, t.language, run.words(t.language).checks)[0]
                return finding.code, page_of(told, self.outside.examples, t)

            self.app.push_screen(ExplainScreen(page))

    def action_pane(self) -> None:
        """To the editor, and back to the text."""
        if self.editor is not None:
            self.set_focus(self.query_one("#reading") if self.editor.has_focus else self.editor)

    def on_paste(self, event: events.Paste) -> None:
        """Text pasted while the prose has the focus belongs into the editor all the same."""
        if self.editor is not None and not self.editor.has_focus:
            event.stop()
            self.set_focus(self.editor)
            self.editor.post_message(events.Paste(event.text))

    async def on_push_pressed(self, event: Push.Pressed) -> None:
        """The buttons below the text."""
        if event.push.id == "onward":
            await self.action_next()
        elif self.editor is not None:
            self.set_focus(self.editor)
        else:
            await self.action_check()

    async def on_reading_read(self) -> None:
        """Enter below the text is the button there; of a step that is done, the one that goes on.

        The button of a cluster comes first only while there is something to do in it.
        """
        pushes = [push for push in self.query(Push) if push.display]
        push = pushes[-1] if self.run_.here.status.done else pushes[0]
        await self.on_push_pressed(Push.Pressed(push))

    async def action_back(self) -> None:
        """From the editor to the text; from the text home."""
        if self.editor is not None and self.bench.has_focus_within:
            self.set_focus(self.query_one("#reading"))
        else:
            self.keep_everything()
            self.dismiss(None)

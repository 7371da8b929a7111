"""Where YAML is written: an editor for each step, and what is found in it while one types."""

from collections.abc import Callable
from concurrent.futures import Future

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import TextArea

from tutor.i18n.translator import Translator
from tutor.model.findings import Finding
from tutor.session.api import Grade, Run
from tutor.ui import lesson_words
from tutor.ui.diagnosis import Diagnosis
from tutor.ui.told import Told, tell
from tutor.ui.widgets.editor import Editor
from tutor.ui.widgets.findings import Findings
from tutor.ui.widgets.rows import Rows


class Workbench(Vertical):
    """Keeps an editor, with its history, for every step that was written in.

    It asks about the text when the typing rests and never shows what was found in another one.
    It decides nothing: a screen hands it the lesson as it stands, and hears its messages.
    """

    DEFAULT_CSS = """
    Workbench {
        height: 1fr;
        & Editor { height: 1fr; min-height: 3; border-top: solid $border-blurred; }
        & Editor:focus { border-top: solid $border; }
        & #found {
            height: 6;
            padding: 0 1;
            border-top: solid $border-blurred;
            border-title-color: $foreground;
            border-title-style: bold;
            &:focus-within { border-top: solid $border; height: 50%; }
        }
    }
    """

    class Rested(Message):
        """The typing rests; this is the text of that step."""

        def __init__(self, task_id: str, text: str) -> None:
            super().__init__()
            self.task_id = task_id
            self.text = text

    class Found(Message):
        """There are findings for the text as it is; draw them."""

    class Tripped(Message):
        """The checker itself failed on the text as it is."""

        def __init__(self, bug: BaseException) -> None:
            super().__init__()
            self.bug = bug

    class Judged(Message):
        """The answer about a text has come. Handled here."""

        bubble = False

        def __init__(self, text: str, answer: Future[Grade]) -> None:
            super().__init__()
            self.text = text
            self.answer = answer

    def __init__(self, ask: Callable[[str], Grade]) -> None:
        """Nothing is written yet.

        Args:
            ask: Judges a text; called in a thread of its own.
        """
        super().__init__()
        self._editors: dict[str, Editor] = {}
        self._task_id = ""
        self._summary = ""
        self.grade: Grade | None = None
        """What was found in the text as it is; None before anyone looked."""
        self.untold: str | None = None
        """A text on which the checker fails."""
        self.judged_text: str | None = None
        """The text that the findings on the screen speak of."""
        self._diagnosis: Diagnosis[Grade] = Diagnosis(
            ask,
            lambda text, answer: self.post_message(self.Judged(text, answer)),
            rested=lambda text: self.post_message(self.Rested(self._task_id, text)),
        )

    def compose(self) -> ComposeResult:
        """The findings; an editor comes when a step needs it."""
        with VerticalScroll(id="found", can_focus=False):
            yield Findings()

    async def open(self, task_id: str, text: str | None) -> None:
        """Another step is shown.

        Args:
            task_id: The step.
            text: What an editor opens with, the first time; None where nothing is written.
        """
        self._diagnosis.forget()
        self._task_id = task_id
        self.grade = self.untold = self.judged_text = None
        if text is not None and task_id not in self._editors:
            editor = self._editors[task_id] = Editor(text)
            await self.mount(editor, before=0)
        for known, editor in self._editors.items():
            editor.display = known == task_id

    def look(self) -> None:
        """Ask about the text at once."""
        if self.editor is not None:
            self._diagnosis.now(self.editor.text)

    @property
    def editor(self) -> Editor | None:
        """The editor of this step."""
        return self._editors.get(self._task_id)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Everything found in the text as it is."""
        return self.grade.findings if self.grade is not None else ()

    @property
    def told(self) -> tuple[Told, ...]:
        """The same in words."""
        return self.query_one(Findings).told

    @property
    def current(self) -> Told | None:
        """The finding that is told in full."""
        return self.query_one(Findings).current

    def take(self, grade: Grade) -> None:
        """This was found in the text as it is."""
        self.grade = grade
        if self.editor is not None:
            self.editor.mark(grade.findings)

    def draw(self, run: Run, t: Translator, *, expanded: bool) -> None:
        """Put everything into words."""
        grade, editor, looked = self.grade, self.editor, self.grade is not None
        blocking, others = (grade.blocking, grade.others) if grade is not None else ((), ())
        findings = self.query_one(Findings)
        findings.expanded = expanded
        if self.untold is not None:
            nothing = t(
                "This text cannot be checked: a bug of the tutor, not yours. Your text is kept."
            )
        else:
            nothing = lesson_words.nothing_found(run, looked, t)
        checks = run.words(t.language).checks if editor is not None else {}
        findings.show(tell(blocking, others, t.language, checks), t, nothing=nothing)
        summary = lesson_words.summary(run, blocking, others, looked, t)
        if summary != self._summary:  # setting a title draws it, the same one too
            self._summary = summary
            self.query_one("#found").border_title = Content(summary)
        if editor is not None and looked:
            findings.at_line(editor.place[0] + 1)
            self.judged_text = editor.text

    def jump(self, finding: Finding) -> None:
        """Put the editor's cursor where a finding is."""
        if self.editor is not None:
            self.editor.jump(finding)
            self.screen.set_focus(self.editor)

    def jump_on(self) -> None:
        """To the finding after the cursor, from the last one to the first."""
        if self.editor is not None and self.findings:
            row, column = self.editor.place
            here = (row + 1, column + 1)
            ordered = sorted(self.findings, key=_start)
            self.jump(next((f for f in ordered if _start(f) > here), ordered[0]))

    def to_the_first(self) -> None:
        """Tell the most important finding in full."""
        self.query_one(Findings).cursor = "0"

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        """Ask about the text when the typing rests."""
        event.stop()
        if event.text_area is self.editor:
            self._diagnosis.want(event.text_area.text)

    def on_workbench_judged(self, event: Judged) -> None:
        """Take the answer, unless the text is another one by now."""
        if self.editor is None or event.text != self.editor.text:
            return
        bug = event.answer.exception()
        self.untold = event.text if bug is not None else None
        if bug is None:
            self.take(event.answer.result())
            self.post_message(self.Found())
        else:
            self.grade = None
            self.editor.mark(())
            self.post_message(self.Tripped(bug))

    def on_editor_moved(self, event: Editor.Moved) -> None:
        """Tell the finding of the line one is on."""
        event.stop()
        self.query_one(Findings).at_line(event.line)

    def on_rows_chosen(self, event: Rows.Chosen) -> None:
        """A finding was chosen: go to its place in the text."""
        event.stop()
        self.jump(self.told[int(event.key)].finding)

    def on_unmount(self) -> None:
        """No more questions."""
        self._diagnosis.close()


def _start(finding: Finding) -> tuple[int, int]:
    return finding.span.line, finding.span.column

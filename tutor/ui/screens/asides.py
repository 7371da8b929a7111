"""What is shown beside a step on a narrow screen: its hints, its solution."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content

from tutor.i18n.translator import Translator
from tutor.session.api import Run
from tutor.ui import lesson_words
from tutor.ui.commands import Scope
from tutor.ui.screens.base import Dialog, bindings
from tutor.ui.widgets.prose import Prose
from tutor.ui.widgets.push import Push


class _Aside(Dialog[str]):
    """A text with buttons below it."""

    AUTO_FOCUS = "#close"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "scroll_text(-1)", show=False),
        Binding("down", "scroll_text(1)", show=False),
        Binding("pageup", "scroll_text(-8)", show=False),
        Binding("pagedown", "scroll_text(8)", show=False),
    ]
    DEFAULT_CSS = """
    _Aside {
        & #words { height: auto; max-height: 70vh; overflow-x: auto; }
        & Horizontal { height: auto; }
    }
    """

    def body(self) -> ComposeResult:
        """A text, and two buttons that are always in sight."""
        with Vertical(id="dialog"):
            with VerticalScroll(id="words", can_focus=False):
                yield Prose(id="text")
            with Horizontal():
                yield Push(id="act")
                yield Push(id="close")

    def action_scroll_text(self, by: int) -> None:
        """The arrows scroll the text; the buttons keep the keyboard."""
        self.query_one("#words").scroll_relative(y=by, animate=False)

    @property
    def run_(self) -> Run:
        """The lesson as it stands."""
        run = self.session.run
        assert run is not None  # noqa: S101  (opened from a lesson)
        return run

    def say(self, title: str, markdown: str, act: str, close: str, t: Translator) -> None:
        """Put the words in; without words for it, the first button is not there."""
        self.query_one("#dialog").border_title = Content(title)
        self.query_one("#text", Prose).show(markdown, t.language)
        self.query_one("#act", Push).display = bool(act)
        self.query_one("#act", Push).label = act
        self.query_one("#close", Push).label = close


class HintScreen(_Aside):
    """The hints that are open; F4 opens the next one."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.HINT)
    SCOPES = (Scope.HINT,)

    def draw(self) -> None:
        """In the learner's language."""
        run, t = self.run_, self.t
        more = run.hints_left
        act = t("One more hint ({count} left)", count=more) if more else ""
        self.say(t("Hints"), lesson_words.hints(run, t), act, t("Back to work"), t)

    async def begin(self) -> None:
        """The newest hint is in sight."""
        self.redraw()
        self.call_after_refresh(self._to_the_newest)

    def _to_the_newest(self) -> None:
        self.query_one("#words").scroll_end(animate=False)

    def action_hint(self) -> None:
        """Open one more."""
        self.session.hint()
        self.redraw()
        self.call_after_refresh(self._to_the_newest)

    def on_push_pressed(self, event: Push.Pressed) -> None:
        """One more, or back."""
        if event.push.id == "act":
            self.action_hint()
        else:
            self.dismiss(None)


class SolutionScreen(_Aside):
    """A solution. Ends with its text when it is to go into the editor."""

    def draw(self) -> None:
        """In the learner's language."""
        t, solution = self.t, self.run_.solution
        text = solution.text.strip("\n") if solution else ""
        self.say(
            t("One solution of several"),
            f"```yaml\n{text}\n```",
            t("Put it into the editor"),
            t("Back to work"),
            t,
        )

    def on_push_pressed(self, event: Push.Pressed) -> None:
        """Into the editor, or back."""
        solution = self.run_.solution
        self.dismiss(solution.text if event.push.id == "act" and solution else None)

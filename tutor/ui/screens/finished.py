"""The end of a lesson: what was done, and where to go."""

from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll

from tutor.i18n.translator import Translator
from tutor.model.progress import Status
from tutor.session.api import Run
from tutor.ui import words
from tutor.ui.screens.base import TutorScreen
from tutor.ui.widgets.prose import Prose
from tutor.ui.widgets.push import Push

HOME = ""
"""The answer that goes home; another one is the lesson to open."""


def markdown(run: Run, t: Translator) -> str:
    """What was done, step by step."""
    title = words.title(run.lesson, t.language)
    status = run.lesson_progress.status
    if status is Status.SOLVED:
        head, line = t("Lesson done"), title.goal
    elif status is Status.SOLVED_WITH_SOLUTION:
        head, line = t("Lesson done with the solution"), title.goal
    else:
        head, line = t("The end of the lesson"), t("Some steps are not done yet.")
    said = run.lesson.words[t.language].tasks
    steps = "\n".join(
        f"- {words.STATUS_MARK[stands]} "
        + t("{text} ({note})", text=said[task.id].title, note=words.status(stands, t))
        for task, stands in run.outline
    )
    return f"# {head}: {title.title}\n\n{line}\n\n{steps}"


class FinishedScreen(TutorScreen[str]):
    """Ends with the lesson to open, :data:`HOME`, or None for back to the last step."""

    AUTO_FOCUS = "#onward"
    DEFAULT_CSS = """
    FinishedScreen {
        & VerticalScroll { padding: 1 2; }
        & Horizontal { height: auto; }
    }
    """

    def body(self) -> ComposeResult:
        """What was done, and two ways on."""
        with VerticalScroll(can_focus=False):
            yield Prose()
            with Horizontal():
                yield Push(id="onward")
                yield Push(id="home")

    def draw(self) -> None:
        """In the learner's language."""
        run, t = self.session.run, self.t
        if run is None:
            return
        self.title_is(words.title(run.lesson, t.language).title)
        following = self.session.following()
        self.query_one(Prose).show(markdown(run, t), t.language)
        onward, home = self.query_one("#onward", Push), self.query_one("#home", Push)
        home.label = t("Back to the map")
        if following is None:
            onward.label = t("All lessons are done: to the map")
            home.display = False
        else:
            title = words.title(self.session.course.lesson(following.lesson), t.language).title
            onward.label = t("Next lesson: {title}", title=title)

    def on_push_pressed(self, event: Push.Pressed) -> None:
        """The way that was chosen."""
        following = self.session.following()
        onward = event.push.id == "onward" and following is not None
        self.dismiss(following.lesson if onward and following else HOME)

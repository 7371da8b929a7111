"""Home: the course as a map, and where to go on."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, VerticalScroll

from tutor.i18n.errors import error_text
from tutor.model.course import Topic
from tutor.model.errors import TutorError
from tutor.ui import words
from tutor.ui.commands import Scope, shown
from tutor.ui.screens.base import TutorScreen, bindings
from tutor.ui.widgets.coursemap import CourseMap
from tutor.ui.widgets.prose import Prose
from tutor.ui.widgets.rows import Rows


class HomeScreen(TutorScreen[None]):
    """The map of the course. Enter opens the lesson under the cursor."""

    SCOPES = (Scope.HOME,)
    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.HOME)
    AUTO_FOCUS = "CourseMap"
    DEFAULT_CSS = """
    HomeScreen {
        & #home { layout: vertical; }
        & #courses { padding: 1 1 0 1; height: 1fr; }
        & #about {
            height: auto;
            max-height: 7;
            padding: 0 3;
            border-top: solid $border-blurred;
            &:focus { border-top: solid $border; }
        }
        &.-wide #home { layout: horizontal; }
        &.-wide #courses { width: 3fr; padding: 1 2; }
        &.-wide #about {
            width: 2fr;
            height: 1fr;
            max-height: 100%;
            padding: 1 3;
            border-top: none;
            border-left: solid $border-blurred;
        }
    }
    """

    def body(self) -> ComposeResult:
        """The map, and about the lesson under the cursor."""
        with Container(id="home"):
            with VerticalScroll(id="courses", can_focus=False):
                yield CourseMap()
            with VerticalScroll(id="about"):
                yield Prose(id="goal")

    async def begin(self) -> None:
        """Begin at the lesson to do next."""
        self.redraw()
        following = self.session.home().following
        if following is not None:
            self.query_one(CourseMap).cursor = following.lesson

    def draw(self) -> None:
        """The map as it stands, in the learner's language."""
        home, t = self.session.home(), self.t
        self.title_is(
            t("Kubernetes StatefulSets, step by step"),
            t("{done} of {total} lessons done", done=home.solved, total=len(home.rows))
            if self.outside.forgets is None
            else t("Nothing is saved"),
        )
        self.query_one(CourseMap).show(home, t)
        self._about(self.query_one(CourseMap).cursor)

    def _about(self, lesson_id: str) -> None:
        home, t = self.session.home(), self.t
        said: list[str] = []
        if home.resume is None and home.following is not None and not home.solved:
            said.append(t("Begin with the selected lesson: press Enter."))
        row = next((row for row in home.rows if row.lesson.id == lesson_id), None)
        if row is not None:
            if home.resume is not None and home.resume.lesson == lesson_id:
                said.append(t("You were here. Enter goes on where you left."))
            said.append(words.title(row.lesson, t.language).goal)
            if row.missing:
                titles = [
                    words.title(self.session.course.lesson(m), t.language).title
                    for m in row.missing
                ]
                names = t(", ").join(titles)
                said.append(t("Better done first: {lessons}", lessons=names))
        if self.session.course.broken:
            broken = t(", ").join(self.session.course.broken)
            said.append(t("Damaged lessons, left out: {lessons}", lessons=broken))
        self.query_one("#goal", Prose).show("\n\n".join(said), t.language)

    def on_rows_moved(self, event: Rows.Moved) -> None:
        """Tell about the lesson under the cursor."""
        self._about(event.key)

    def on_rows_chosen(self, event: Rows.Chosen) -> None:
        """Open it."""
        self.open_lesson(event.key)

    def on_screen_resume(self) -> None:
        """Back from a lesson: the map has changed."""
        if self.is_mounted:
            self.redraw()

    def open_lesson(self, lesson_id: str, task_id: str = "") -> None:
        """Open a lesson where the learner was, or at a step."""
        from tutor.ui.screens.lesson import LessonScreen

        try:
            self.session.open(lesson_id, task_id)
        except TutorError as error:
            self.tutor.say(error_text(error, self.t), serious=True)
            return
        self.query_one(CourseMap).cursor = lesson_id
        self.app.push_screen(LessonScreen(), self._left_lesson)

    def _left_lesson(self, following: str | None) -> None:
        self.session.leave()
        if following:
            self.open_lesson(following)
        else:
            self.redraw()

    def open_quiz(self, topic: Topic | None = None, count: int = 10, made: int = 0) -> None:
        """Ask some questions."""
        from tutor.ui.screens.quiz import QuizScreen

        self.app.push_screen(QuizScreen(topic, count, made))

    def action_open(self) -> None:
        """Open the lesson under the cursor."""
        self.query_one(CourseMap).action_choose()

    def action_quiz(self) -> None:
        """Answer a few questions."""
        self.open_quiz()

    async def action_leave(self) -> None:
        """Quit."""
        self.tutor.leave()

    async def action_back(self) -> None:
        """There is nothing behind home: say how to leave."""
        key = shown("quit", Scope.ANYWHERE)
        self.tutor.say(self.t("This is the first screen. {key} quits.", key=key))

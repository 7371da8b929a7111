"""A quiz: one question after another, each answer explained."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal

from tutor.model.course import Topic
from tutor.model.errors import TutorError
from tutor.session.api import Quiz, Round
from tutor.ui import lesson_words, made_words, words
from tutor.ui.commands import Scope
from tutor.ui.screens.base import TutorScreen, bindings
from tutor.ui.widgets.choices import Choices
from tutor.ui.widgets.prose import Prose
from tutor.ui.widgets.push import Push
from tutor.ui.widgets.reading import Reading


class QuizScreen(TutorScreen[None]):
    """One round."""

    SCOPES = (Scope.QUIZ,)
    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.QUIZ)
    AUTO_FOCUS = ""
    DEFAULT_CSS = """
    QuizScreen {
        & #reading { padding: 1 2 0 2; overflow-x: auto; }
        & Horizontal { height: auto; }
        & #verdict, & #choices { margin-top: 1; }
    }
    """

    def __init__(self, topic: Topic | None = None, count: int = 10, made: int = 0) -> None:
        super().__init__()
        self._wish = (topic, count)
        self._made = made
        self._quiz: Quiz | None = None

    def body(self) -> ComposeResult:
        """The question, its choices, what became of the answer."""
        with Reading(id="reading"):
            yield Prose(id="prose")
            yield Prose(id="verdict")
            yield Choices(id="choices")
            with Horizontal():
                yield Push(id="act")

    async def begin(self) -> None:
        """Choose the questions."""
        try:
            self._quiz = Quiz(self.session, *self._wish, made=self._made)
        except TutorError as error:
            self.tutor.trouble(error)
            self.dismiss(None)
            return
        self.redraw()
        self._focus_first()

    @property
    def page(self) -> object:
        """One question, or the end."""
        return self, self._quiz and self._quiz.round.at

    @property
    def round(self) -> Round:
        """The round as it stands."""
        if self._quiz is None:
            raise RuntimeError("no quiz is open")
        return self._quiz.round

    def draw(self) -> None:
        """The question, or the end."""
        if self._quiz is None:
            return
        round_, t = self.round, self.t
        asked, marked = round_.current, round_.marked
        choices, act = self.query_one(Choices), self.query_one("#act", Push)
        choices.display = asked is not None
        verdict = ""
        if asked is None:
            self.title_is(t("Quiz"), t("the end"))
            self.query_one("#prose", Prose).show(lesson_words.quiz_result(round_, t), t.language)
            act.label = t("Back to the map")
        else:
            task = asked.question.task
            said = made_words.said(asked, t)
            self.title_is(
                t("Quiz"),
                t("question {number} of {total}", number=round_.at + 1, total=len(round_.asked)),
            )
            how = words.how_to_answer(task.form, t)
            self.query_one("#prose", Prose).show(
                f"# {said.title}\n\n{said.prompt}\n\n{how}", t.language
            )
            choices.show(
                task,
                asked.choices,
                said.choices,
                t,
                why=said.explanations if marked else {},
                given=marked.given if marked else (),
                verdicts=dict(marked.verdicts) if marked else {},
                open_for_answer=marked is None,
            )
            if marked is None:
                act.label = t("Answer")
            else:
                wrong = lesson_words.wrong(task, marked, t, bold=True)
                verdict = t("**Right.**") if marked.right else wrong
                last = round_.at + 1 == len(round_.asked)
                act.label = t("See the result") if last else t("Next question")
        self.query_one("#verdict").display = bool(verdict)
        self.query_one("#verdict", Prose).show(verdict, t.language)

    def _focus_first(self) -> None:
        round_ = self.round
        if round_.current is not None and round_.marked is None:
            self.set_focus(self.query_one(Choices), scroll_visible=False)
        else:
            self.set_focus(self.query_one("#act"), scroll_visible=False)
        self.query_one(Reading).begin()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Which commands make sense now."""
        if self._quiz is None:
            return True
        waits = self.round.current is not None and self.round.marked is None
        match action:
            case "check":
                return waits or None
            case "next":
                return None if waits else True
        return True

    def action_check(self) -> None:
        """Give the answer."""
        if self._quiz is None or self.round.current is None or self.round.marked is not None:
            return
        task = self.round.current.question.task
        try:
            self._quiz.answer(self.query_one(Choices).picked)
        except ValueError:
            self.tutor.say(words.how_to_answer(task.form, self.t))
            return
        self.redraw()
        self.set_focus(self.query_one("#act"), scroll_visible=False)
        self.query_one(Reading).bring_up(self.query_one("#verdict"))

    def action_next(self) -> None:
        """The next question; from the end, home."""
        if self._quiz is None or self.round.current is None:
            self.dismiss(None)
            return
        self._quiz.advance()
        self.redraw()
        self.tutor.turn()
        self._focus_first()

    def on_push_pressed(self) -> None:
        """Answer, or go on."""
        waits = self.round.current is not None and self.round.marked is None
        if waits:
            self.action_check()
        else:
            self.action_next()

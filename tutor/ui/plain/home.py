"""The map of the course in lines, and the words that work anywhere."""

from tutor.i18n.errors import error_text
from tutor.i18n.translator import N_
from tutor.model.course import LANGUAGES, Topic
from tutor.model.errors import TutorError
from tutor.ui import words
from tutor.ui.outside import Outside, Start
from tutor.ui.plain import stage
from tutor.ui.plain.lesson import Lesson
from tutor.ui.plain.quiz import ask_questions
from tutor.ui.plain.talk import Said, Talk

_HOME = ("next", "quiz", "map", "lang", "help", "quit")
_HELP = {
    "next": N_("go on to the next step; on the map, to the next lesson"),
    "back": N_("go back to the step before"),
    "again": N_("show this step again"),
    "steps": N_("list the steps of the lesson; “steps 2” goes to step 2"),
    "type": N_("type the whole text; a line with a single dot ends it"),
    "file": N_("take the text from a file: file PATH"),
    "edit": N_("write the text in your own editor (the variable EDITOR)"),
    "show": N_("show your text so far"),
    "check": N_("check your text"),
    "hint": N_("open the next of three hints"),
    "solution": N_("show a solution; the step is then marked so"),
    "explain": N_("tell more about a finding: explain 1"),
    "reset": N_("put the text back to its beginning"),
    "undo": N_("bring back the text that “reset” put aside"),
    "quiz": N_("answer a few questions"),
    "map": N_("show all lessons"),
    "home": N_("leave the lesson; everything is kept"),
    "lang": N_("switch the language: lang ja, lang en"),
    "help": N_("show this list"),
    "quit": N_("quit; everything is kept"),
    **stage.HELP,
}


class Course:
    """The conversation from the first line to the last.

    Args:
        outside: The session and the doors.
        talk: The conversation.
    """

    def __init__(self, outside: Outside, talk: Talk) -> None:
        self._outside = outside
        self._session = outside.session
        self._talk = talk

    def run(self, start: Start) -> None:
        """Talk until the learner quits.

        Raises:
            InputEnded: There is no more input.
        """
        if self._outside.language is None:
            self._ask_language()
        if start.lesson:
            staying = self._lesson(start.lesson)
        elif start.quiz:
            staying = self._quiz(start.topic, start.count, start.made)
        else:
            staying = True
        if staying:
            self._home()
        if self._outside.forgets is not None:
            self._talk.say(self._talk.t("Goodbye. Nothing was saved."))
        elif self._outside.keeps():  # else the command line says how much was not
            self._talk.say(self._talk.t("Goodbye. Everything is kept."))

    def _ask_language(self) -> None:
        choices = ", ".join(f"{n}. {words.LANGUAGE_NAMES[x]}" for n, x in enumerate(LANGUAGES, 1))
        while True:
            said = self._talk.ask(f"ことばを選んでください。Choose a language. {choices}")
            for number, language in enumerate(LANGUAGES, 1):
                if said.line in (str(number), language, words.LANGUAGE_NAMES[language].casefold()):
                    self._speak(language)
                    return

    def _home(self) -> None:
        """The map; returns when the learner quits."""
        talk = self._talk
        self._show_map()
        while True:
            talk.gap()
            said = talk.ask(
                talk.t("Type the number of a lesson, “next” for the next one, or a command (help).")
            )
            lessons = self._session.course.lessons
            if said.line.isdecimal() and 1 <= int(said.line) <= len(lessons):
                staying = self._lesson(lessons[int(said.line) - 1].id)
            elif said.word in ("next", "n"):
                following = self._session.home().following
                if following is None:
                    talk.say(talk.t("All lessons are done. Choose any of them again."))
                    continue
                staying = self._lesson(following.lesson)
            elif said.word == "quiz":
                staying = self._quiz(None, 10)
            elif said.word == "map":
                self._show_map()
                continue
            elif self._anywhere(said, _HOME):
                continue
            else:
                return
            if not staying:
                return
            self._show_map()

    def _show_map(self) -> None:
        talk, t, home = self._talk, self._talk.t, self._session.home()
        talk.gap()
        talk.say(t("Kubernetes StatefulSets, step by step"))
        talk.say(t("{done} of {total} lessons done", done=home.solved, total=len(home.rows)))
        number = 0
        for topic, rows in home.topics:
            talk.gap()
            talk.say(words.topic(topic, t))
            for row in rows:
                number += 1
                title = words.title(row.lesson, talk.language).title
                status = words.status(row.status, t)
                minutes = t("{minutes} min", minutes=row.lesson.minutes)
                here = t("you were here") if row.here and not row.status.done else ""
                notes = t(", ").join(note for note in (status, minutes, here) if note)
                text = t("{text} ({note})", text=title, note=notes)
                talk.listed([(f"{number:>2}.", text)])

    def _lesson(self, lesson_id: str) -> bool:
        """One lesson after another; False when the learner quits."""
        talk = self._talk
        while lesson_id:
            try:
                self._session.open(lesson_id)
            except TutorError as error:
                talk.say(error_text(error, talk.t))
                return True
            lesson = Lesson(self._outside, talk, self._anywhere)
            lesson.show()
            while True:
                run = self._session.run
                if run is None or run.finished:
                    break
                language = talk.language
                said = lesson.ask()
                if lesson.do(said):
                    if lesson.quits:
                        return False
                    continue
                if said.word == "home":
                    self._session.leave()
                    return True
                if not self._anywhere(said, lesson.commands()):
                    return False
                if talk.language != language:
                    lesson.show()
            lesson_id = self._end_of_lesson()
        self._session.leave()
        return True

    def _end_of_lesson(self) -> str:
        """The lesson to open next, empty for none."""
        talk, t, run = self._talk, self._talk.t, self._session.run
        assert run is not None  # noqa: S101  (it has just been finished)
        talk.gap()
        title = words.title(run.lesson, talk.language).title
        talk.say(
            t(
                "The end of the lesson “{title}”: {status}.",
                title=title,
                status=words.status(run.lesson_progress.status, t),
            )
        )
        following = self._session.following()
        if following is None:
            talk.say(t("All lessons are done."))
            return ""
        name = words.title(self._session.course.lesson(following.lesson), talk.language).title
        said = talk.ask(t("“next” opens “{title}”, anything else the map.", title=name))
        return following.lesson if said.word in ("next", "n") else ""

    def _quiz(self, topic: Topic | None, count: int, made: int = 0) -> bool:
        """A round of questions; False when the learner quits."""
        return ask_questions(self._session, self._talk, topic, count, self._anywhere, made=made)

    def _anywhere(self, said: Said, known: tuple[str, ...]) -> bool:
        """Words that work everywhere; False when the learner quits."""
        talk = self._talk
        match said.word:
            case "quit" | "exit" | "q":
                return False
            case "help" | "?" | "h":
                talk.listed((f"{word}:", talk.t(_HELP[word])) for word in known)
            case "lang":
                wanted = said.rest.casefold() or words.other_language(talk.language)
                if wanted in LANGUAGES:
                    self._speak(wanted)
                else:
                    talk.say(talk.t("Languages: ja, en"))
            case "":
                pass
            case _:
                talk.choose(said, known)
        return True

    def _speak(self, language: str) -> None:
        self._talk.language = language
        try:
            self._outside.settings.set("language", language)
        except TutorError as error:
            self._talk.say(error_text(error, self._talk.t))
        self._talk.say(words.LANGUAGE_NAMES[language])

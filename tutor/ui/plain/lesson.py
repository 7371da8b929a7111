"""A lesson in lines."""

import shlex
import subprocess
import tempfile
from pathlib import Path

from tutor.model.course import HINTS, ChoiceTask, LiveTask, WriteTask
from tutor.model.findings import Severity
from tutor.session.api import Run
from tutor.ui import lesson_words, words
from tutor.ui.explain_words import page_of
from tutor.ui.outside import Outside
from tutor.ui.plain import questions
from tutor.ui.plain.stage import Anywhere, PlainStage, show_played, show_trial
from tutor.ui.plain.talk import END, Said, Talk
from tutor.ui.told import Told, tell

_ALWAYS = ("next", "back", "again", "steps", "home", "lang", "help", "quit")
_WRITING = (
    "type",
    "file",
    "edit",
    "show",
    "check",
    "hint",
    "solution",
    "explain",
    "reset",
    "undo",
    "trial",
)
_LIVE = ("open", "instead")
_PLAY = "play"
LARGEST = 1_000_000
"""Bytes of a file that are read as an answer."""


class Lesson:
    """One lesson, asked and answered until it is left.

    Args:
        outside: The session and the doors.
        talk: The conversation.
        anywhere: Does what words do that work everywhere.
    """

    def __init__(self, outside: Outside, talk: Talk, anywhere: Anywhere) -> None:
        self._outside = outside
        self._anywhere = anywhere
        self.quits = False
        """The learner has quit while in a cluster."""
        self._session = outside.session
        self._talk = talk
        self._told: tuple[Told, ...] = ()

    @property
    def _run(self) -> Run:
        run = self._session.run
        assert run is not None  # noqa: S101  (a lesson is open while this object is used)
        return run

    def commands(self) -> tuple[str, ...]:
        """The words that mean something now."""
        if isinstance(self._run.task, WriteTask):
            return (*_WRITING, *_ALWAYS)
        if isinstance(self._run.task, LiveTask):
            return (*_LIVE, *_ALWAYS)
        return (_PLAY, *_ALWAYS) if lesson_words.plays(self._run) else _ALWAYS

    def show(self) -> None:
        """The step one is at."""
        run, talk = self._run, self._talk
        t, said = talk.t, run.words(talk.language)
        self._told = ()
        talk.gap()
        talk.say(run.lesson.titles[talk.language].title)
        talk.say(
            t(
                "Step {number} of {total}: {title} ({kind}, {status})",
                number=run.position + 1,
                total=len(run.lesson.tasks),
                title=said.title,
                kind=words.kind(run.task, t),
                status=words.status(run.here.status, t),
            )
        )
        talk.gap()
        talk.markdown(said.prompt)
        if isinstance(run.task, ChoiceTask):
            questions.show(talk, run.task, run.choices, said.choices)
            self._show_marked()
        elif isinstance(run.task, LiveTask):
            talk.gap()
            talk.markdown(lesson_words.expects(run, t))
            self._show_debrief()
        elif isinstance(run.task, WriteTask):
            talk.gap()
            talk.say(t("Your text so far:"))
            talk.exactly(run.text.rstrip("\n"))
            self._show_hints()
            self._show_debrief()

    def ask(self) -> Said:
        """What the learner wants now."""
        run, t = self._run, self._talk.t
        self._talk.gap()
        if run.open_for_answer:
            return self._talk.ask(t("Type the numbers of your answer, or a command (help)."))
        if isinstance(run.task, WriteTask) and not run.here.status.done:
            return self._talk.ask(
                t("Type “type”, “file PATH” or “edit” to give your text, or a command (help).")
            )
        if isinstance(run.task, LiveTask) and not run.here.status.done:
            return self._talk.ask(t("Type “open” to open the cluster, or a command (help)."))
        if lesson_words.plays(run) and isinstance(run.task, ChoiceTask):
            return self._talk.ask(
                t("Type “play” to see it happen, “next” to go on, or a command (help).")
            )
        return self._talk.ask(t("Type “next” to go on, or a command (help)."))

    def do(self, said: Said) -> bool:
        """Do what was asked; False where the word means nothing here."""
        run = self._run
        if isinstance(run.task, ChoiceTask):
            picked = questions.numbers(said, run.choices)
            if picked is not None:
                self._answer(picked)
                return True
        match said.word:
            case "next" | "n":
                self._session.advance()
                self._arrived()
            case "back" | "b":
                self._session.back()
                self._arrived()
            case "again":
                self.show()
            case "steps":
                self._steps(said.rest)
            case _ if isinstance(run.task, WriteTask) and said.word in _WRITING:
                self._write(said)
            case "play" if isinstance(run.task, ChoiceTask) and lesson_words.plays(run):
                show_played(self._talk, run)
            case "open" | "instead" if isinstance(run.task, LiveTask):
                self._live(instead=said.word == "instead")
            case _:
                return False
        return True

    def _live(self, *, instead: bool) -> None:
        """Do the step in a cluster, or only look at what would happen."""
        if instead:
            show_played(self._talk, self._run)
            self._session.watch_instead()
        else:
            staying = PlainStage(self._outside, self._talk, self._anywhere).play()
            self.quits = not staying
        if not self.quits and self._run.here.status.done:
            self._talk.gap()
            self._talk.markdown(lesson_words.verdict(self._run, self._talk.t))
            self._show_debrief()

    def _arrived(self) -> None:
        if not self._run.finished:
            self.show()

    def _steps(self, rest: str) -> None:
        run, talk = self._run, self._talk
        if rest.isdecimal() and 1 <= int(rest) <= len(run.lesson.tasks):
            self._session.go(run.lesson.tasks[int(rest) - 1].id)
            self.show()
            return
        said = run.lesson.words[talk.language].tasks
        talk.listed(
            (
                f"{number}.",
                talk.t(
                    "{text} ({note})",
                    text=said[task.id].title,
                    note=talk.t(", ").join(
                        (words.kind(task, talk.t), words.status(status, talk.t))
                    ),
                ),
            )
            for number, (task, status) in enumerate(run.outline, 1)
        )
        talk.say(talk.t("“steps 2” goes to step 2."))

    # Questions

    def _answer(self, picked: tuple[str, ...]) -> None:
        run, talk = self._run, self._talk
        if not run.open_for_answer:
            talk.say(talk.t("This is answered already. Type “next” to go on."))
            return
        try:
            self._session.answer(picked)
        except ValueError:
            talk.say(talk.t("These numbers are no answer here."), lesson_words.how(run, talk.t))
            return
        self._show_marked()

    def _show_marked(self) -> None:
        run, talk = self._run, self._talk
        if run.marked is None or not isinstance(run.task, ChoiceTask):
            return
        said = run.words(talk.language)
        talk.gap()
        talk.markdown(lesson_words.verdict(run, talk.t))
        talk.gap()
        questions.explain(
            talk,
            run.choices,
            said.choices,
            run.marked,
            {choice: said.explanations[choice] for choice in run.explained},
            form=run.task.form,
        )
        self._show_debrief()

    # Writing

    def _write(self, said: Said) -> None:
        talk, t = self._talk, self._talk.t
        match said.word:
            case "type":
                talk.say(
                    t("Type the whole text. A line with a single dot ({end}) ends it.", end=END)
                )
                self._give(talk.take_text())
            case "file":
                self._read_file(said.rest)
            case "edit":
                self._edit()
            case "show":
                talk.exactly(self._run.text.rstrip("\n"))
            case "check":
                self._check()
            case "hint":
                self._session.hint()
                self._show_hints()
            case "solution":
                self._solution(said.rest)
            case "explain":
                self._explain(said.rest)
            case "reset":
                self._session.reset()
                talk.say(t("Back at the beginning. “undo” brings your text back."))
            case "undo":
                self._undo()
            case "trial":
                show_trial(self._talk, self._run)

    def _give(self, text: str) -> None:
        self._session.write(text)
        self._check()

    def _read_file(self, name: str) -> None:
        talk, t = self._talk, self._talk.t
        if not name:
            talk.say(t("Name the file: file my.yaml"))
            return
        try:
            content = Path(name).expanduser().read_bytes()
            if len(content) > LARGEST:
                talk.say(t("{file}: too large for an answer.", file=name))
                return
            text = content.decode("utf-8-sig")
        except OSError as error:
            talk.say(t("{file}: cannot be read ({reason}).", file=name, reason=error.strerror))
        except UnicodeDecodeError:
            talk.say(t("{file}: is not UTF-8 text.", file=name))
        else:
            self._give(text)

    def _edit(self) -> None:
        talk, t, environ = self._talk, self._talk.t, self._outside.environ
        editor = environ.get("VISUAL") or environ.get("EDITOR") or ""
        if not editor:
            talk.say(t("Set the variable EDITOR to your editor first, or use “file” or “type”."))
            return
        with tempfile.TemporaryDirectory(prefix="sts-tutor-") as folder:
            file = Path(folder) / "answer.yaml"
            file.write_text(self._run.text, encoding="utf-8")
            try:
                done = subprocess.run([*shlex.split(editor), str(file)], check=False)  # noqa: S603
                text = file.read_text(encoding="utf-8-sig")
            except (OSError, ValueError) as error:
                talk.say(t("The editor could not be used ({reason}).", reason=str(error)))
                return
        if done.returncode:
            talk.say(t("The editor ended with an error; your text is as it was."))
        else:
            self._give(text)

    def _check(self) -> None:
        run = self._session.check()
        talk, t, grade = self._talk, self._talk.t, run.grade
        assert grade is not None  # noqa: S101  (a check leaves its verdict)
        said = run.words(talk.language)
        self._told = tell(grade.blocking, grade.others, talk.language, said.checks)
        talk.gap()
        if grade.passed:
            talk.markdown(lesson_words.verdict(run, t))
        else:
            talk.say(
                t.n(
                    "Not yet: {count} thing is still needed.",
                    "Not yet: {count} things are still needed.",
                    len(grade.blocking),
                )
            )
        for number, told in enumerate(self._told, 1):
            finding = told.finding
            severity = words.severity(finding.severity, t)
            if told.blocking and finding.severity is not Severity.ERROR:
                severity = t("{severity}, needed here", severity=severity)
            place = t(", ").join((severity, words.lines_of(finding, t), finding.code))
            talk.listed([(f"{number}.", f"{place}: {told.message}")])
        if self._told:
            talk.say(t("“explain 1” tells more about the first one."))
        self._show_debrief()

    def _show_hints(self) -> None:
        run, talk = self._run, self._talk
        if run.here.hints:
            talk.gap()
            talk.markdown(lesson_words.hints(run, talk.t))
            if run.here.hints == HINTS:
                talk.say(talk.t("These are all hints. “solution” shows a solution."))

    def _solution(self, rest: str) -> None:
        run, talk, t = self._run, self._talk, self._talk.t
        if not (run.here.solution_shown or run.here.status.done or rest == "yes"):
            talk.markdown(t(lesson_words.SHOW_SOLUTION[1]))
            talk.say(t("Type “solution yes” to see it."))
            return
        solution = self._session.show_solution().solution
        if solution is not None:
            talk.exactly(solution.text.rstrip("\n"))
        self._session.hide_solution()

    def _explain(self, rest: str) -> None:
        talk, t = self._talk, self._talk.t
        number = int(rest) if rest.isdecimal() else 1 if self._told and not rest else 0
        if not 1 <= number <= len(self._told):
            talk.say(t("Say which finding: explain 1. “check” lists them."))
            return
        talk.markdown(page_of(self._told[number - 1], self._outside.examples, t))

    def _undo(self) -> None:
        talk, t = self._talk, self._talk.t
        if not self._run.can_undo_reset:
            talk.say(t("There is nothing to bring back."))
            return
        self._session.undo_reset()
        talk.say(t("Your text is back:"))
        talk.exactly(self._run.text.rstrip("\n"))

    def _show_debrief(self) -> None:
        run, talk = self._run, self._talk
        debrief = run.words(talk.language).debrief
        if run.debrief_open and debrief:
            talk.gap()
            talk.markdown(debrief)

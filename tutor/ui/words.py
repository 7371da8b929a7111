"""Words that more than one screen says, and the marks that stand beside them."""

from tutor.i18n.translator import N_, Translator
from tutor.model.course import ChoiceTask, Form, Lesson, LiveTask, ReadTask, Task, Title, Topic
from tutor.model.errors import TutorError
from tutor.model.findings import Finding, Severity
from tutor.model.progress import Status
from tutor.session.api import Marked, Verdict

STATUS_MARK = {
    Status.NEW: "○",
    Status.STARTED: "●",
    Status.SOLVED_WITH_SOLUTION: "◇",
    Status.SOLVED: "✓",
}
STATUS_STYLE = {
    Status.NEW: ".rows--quiet",
    Status.STARTED: ".rows--note",
    Status.SOLVED_WITH_SOLUTION: ".rows--warn",
    Status.SOLVED: ".rows--good",
}
_STATUS = {
    Status.NEW: N_("not started"),
    Status.STARTED: N_("in progress"),
    Status.SOLVED_WITH_SOLUTION: N_("done with the solution"),
    Status.SOLVED: N_("done"),
}
SEVERITY_MARK = {Severity.ERROR: "✗", Severity.WARNING: "!", Severity.ADVICE: "i"}
SEVERITY_STYLE = {
    Severity.ERROR: ".rows--bad",
    Severity.WARNING: ".rows--warn",
    Severity.ADVICE: ".rows--note",
}
_SEVERITY = {
    Severity.ERROR: N_("error"),
    Severity.WARNING: N_("warning"),
    Severity.ADVICE: N_("advice"),
}
_TOPIC = {
    Topic.START: N_("First steps"),
    Topic.ORDERING: N_("Order"),
    Topic.IDENTITY: N_("Identity and network"),
    Topic.VOLUMES: N_("Volumes"),
}
LANGUAGE_NAMES = {"ja": "日本語", "en": "English"}
"""Each language by its own name: never translated."""


def other_language(language: str) -> str:
    """The one the language key switches to."""
    return "en" if language == "ja" else "ja"


def status(value: Status, t: Translator) -> str:
    """Where something stands."""
    return t(_STATUS[value])


def severity(value: Severity, t: Translator) -> str:
    """How bad a finding is."""
    return t(_SEVERITY[value])


def topic(value: Topic, t: Translator) -> str:
    """A part of the course."""
    return t(_TOPIC[value])


def title(lesson: Lesson, language: str) -> Title:
    """A lesson's title and goal; its id where its words cannot be read, so that a map stays."""
    try:
        return lesson.titles[language]
    except TutorError:
        return Title(lesson.id, "")


def kind(task: Task, t: Translator) -> str:
    """What is done in a step."""
    if isinstance(task, ReadTask):
        return t("Read")
    if isinstance(task, ChoiceTask):
        return t("Predict") if task.predict else t("Question")
    if isinstance(task, LiveTask):
        return t("Apply") if task.applies else t("Observe")
    return t("Write")


def how_to_answer(form: Form, t: Translator) -> str:
    """What is asked for."""
    match form:
        case Form.ONE:
            return t("Choose one.")
        case Form.MANY:
            return t("Choose all that are right.")
        case Form.ORDER:
            return t("Choose in the right order, the first one first.")


def lines_of(finding: Finding, t: Translator) -> str:
    """Where a finding is, in words."""
    return t("line {line}", line=finding.line)


def counted(findings: tuple[Finding, ...], t: Translator) -> str:
    """How many findings of which severity, gravest first."""
    numbers = [(kind, sum(f.severity is kind for f in findings)) for kind in Severity]
    says = {
        Severity.ERROR: lambda n: t.n("{count} error", "{count} errors", n),
        Severity.WARNING: lambda n: t.n("{count} warning", "{count} warnings", n),
        Severity.ADVICE: lambda n: t.n("{count} piece of advice", "{count} pieces of advice", n),
    }
    return t(", ").join(says[kind](number) for kind, number in numbers if number)


VERDICT_MARK = {"hit": "✓", "wrong": "✗", "missed": "!", "left": "-"}


def verdict(value: str, place: int, t: Translator, form: Form = Form.MANY) -> str:
    """What an answer made of one choice (``hit``, ``wrong``, ``missed``, ``left``).

    Args:
        value: The verdict.
        place: Where an order was asked for and the choice was put, counted from 1; else 0.
        t: The language.
        form: How the question is answered: of one answer, what was not chosen is no success.
    """
    match value:
        case "hit" if place:
            return t("place {place} is right", place=place)
        case "wrong" if place:
            return t("place {place} is wrong", place=place)
        case "hit":
            return t("correctly chosen")
        case "wrong":
            return t("chosen, but wrong")
        case "missed" if form is Form.ORDER:
            return t("missed: this belongs in the order")
        case "missed" if form is Form.ONE:
            return t("this is the right one")
        case "missed":
            return t("missed: this is true")
        case _ if form is Form.ONE:
            return t("this is wrong")
        case _:
            return t("correctly left out")


def tally(task: ChoiceTask, marked: Marked, t: Translator) -> str:
    """How many choices, or places of an order, are right: ``3 of 5``; empty where one is asked."""
    verdicts = [value for _, value in marked.verdicts]
    if task.form is Form.ONE:
        return ""
    if task.form is Form.ORDER:
        right, count = verdicts.count(Verdict.HIT), len(task.answer)
        return t("{right} of {count} places are right.", right=right, count=count)
    right = verdicts.count(Verdict.HIT) + verdicts.count(Verdict.LEFT)
    return t("{right} of {count} choices are right.", right=right, count=len(verdicts))

"""Words that more than one screen says, and the marks that stand beside them."""

from tutor.i18n.translator import N_, Translator
from tutor.model.course import ChoiceTask, Form, Lesson, LiveTask, ReadTask, Task, Title, Topic
from tutor.model.errors import TutorError
from tutor.model.findings import Finding, Severity
from tutor.model.progress import Status

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


def verdict(value: str, place: int, t: Translator) -> str:
    """What an answer made of one choice (``hit``, ``wrong``, ``missed``, ``left``).

    ``place`` is where an order was asked for and the choice was put, counted from 1; else 0.
    """
    match value, bool(place):
        case "hit", True:
            return t("place {place}, right", place=place)
        case "wrong", True:
            return t("you put it at place {place}, and that is not right", place=place)
        case "hit", False:
            return t("right, you chose it")
        case "wrong", False:
            return t("you chose it, and it is not right")
        case "missed", _:
            return t("right, you did not choose it")
        case _:
            return t("not right, you did not choose it")

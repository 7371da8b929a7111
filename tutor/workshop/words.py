"""What text and page of a report have in common: marks, and the names of things."""

from collections.abc import Mapping
from types import MappingProxyType

from tutor.i18n.pages import page
from tutor.i18n.text import printable
from tutor.i18n.translator import N_, Translator
from tutor.model.course import Lesson
from tutor.model.progress import Status
from tutor.workshop.report import Stuck

MARKS: Mapping[Status, str] = MappingProxyType(
    {Status.NEW: "·", Status.STARTED: ">", Status.SOLVED_WITH_SOLUTION: "s", Status.SOLVED: "x"}
)
"""One cell each, told apart without colour."""

STATES: Mapping[Status, str] = MappingProxyType(
    {
        Status.NEW: N_("not started"),
        Status.STARTED: N_("under way"),
        Status.SOLVED_WITH_SOLUTION: N_("solved with the solution"),
        Status.SOLVED: N_("solved"),
    }
)


def lesson_title(lesson: Lesson, language: str) -> str:
    """A lesson's name."""
    return lesson.titles[language].title


def task_title(stuck: Stuck, language: str) -> str:
    """The name of the task somebody is stuck at; its id where a file names an unknown one."""
    words = stuck.lesson.words[language].tasks.get(stuck.task)
    return words.title if words else printable(stuck.task)


def code_title(stuck_code: str, t: Translator) -> str:
    """A code with its title, ``check:<id>`` as a requirement of the lesson."""
    if stuck_code.startswith("check:"):
        return t("{code}: a requirement of the lesson", code=printable(stuck_code))
    try:
        return f"{stuck_code}: {page(stuck_code, t.language).title}"
    except KeyError:  # of another version
        return printable(stuck_code)

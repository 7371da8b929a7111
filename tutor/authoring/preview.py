"""A whole lesson as one Markdown text: what its learners see, with every answer and its reason."""

from collections.abc import Iterator

from tutor.i18n.translator import Translator
from tutor.model.course import (
    ChoiceTask,
    Form,
    Lesson,
    LiveTask,
    ReadTask,
    TaskWords,
    WriteTask,
)
from tutor.model.scenario import Scenario
from tutor.model.timeline import What
from tutor.timeline.trial import play


def preview(lesson: Lesson, language: str, t: Translator) -> str:
    """The lesson in a language, for its author.

    Args:
        lesson: The lesson.
        language: Of the lesson's words.
        t: For the words around them.

    Raises:
        TutorError: ``lesson-invalid``: its files are not what they should be.
    """
    words = lesson.words[language]
    parts = [f"# {words.title}", words.goal, t("{minutes} minutes", minutes=lesson.minutes)]
    for number, task in enumerate(lesson.tasks, start=1):
        own = words.tasks[task.id]
        parts += [f"# {number}. {own.title}", own.prompt]
        match task:
            case ReadTask():
                pass
            case ChoiceTask():
                parts += _choice(task, own, t)
                parts += _played(task.scenario, lesson, t)
            case WriteTask():
                parts += _write(task, own, t)
            case LiveTask():
                parts += [f"### {t('What must come about')}"]
                parts += ["\n".join(f"- {text}" for text in own.expects.values())]
                parts += _played(task.scenario, lesson, t)
        if own.debrief:
            parts += [f"### {t('Afterwards')}", own.debrief]
    return "\n\n".join(part.strip("\n") for part in parts) + "\n"


def _choice(task: ChoiceTask, words: TaskWords, t: Translator) -> Iterator[str]:
    if task.form is Form.ORDER:
        yield "\n".join(f"{n}. {words.choices[c]}" for n, c in enumerate(task.answer, start=1))
    items = []
    for choice in task.choices:
        mark = {True: "● ", False: "○ "}[choice in task.answer]
        mark = "" if task.form is Form.ORDER else mark
        why = words.explanations[choice].replace("\n", "\n  ")
        items.append(f"- {mark}{words.choices[choice]}\n\n  {why}")
    yield "\n\n".join(items)


def _played(scenario: Scenario | None, lesson: Lesson, t: Translator) -> Iterator[str]:
    """What happens when a scenario is played with the first solution, as facts are written."""
    if scenario is None:
        return
    answer = next((one.solutions for one in lesson.tasks if isinstance(one, WriteTask)), ())
    played = play(scenario, answer[0].text if answer else "")
    lines = [f"{one.object}: {one.reason or one.code}" for one in played.refused]
    lines += [
        f"{entry.at - played.tape.start.at:8.2f} s  {entry.kind}/{entry.name} {entry.what}"
        f" {entry.params.get('reason', '')}".rstrip()
        for entry in played.tape.entries
        if entry.what is not What.SAID
    ]
    yield f"### {t('Played')}"
    yield "```text\n" + "\n".join(lines) + "\n```"


def _write(task: WriteTask, words: TaskWords, t: Translator) -> Iterator[str]:
    if words.checks:
        yield f"### {t('Checks')}"
        yield "\n".join(f"- {text}" for text in words.checks.values())
    yield f"### {t('Starter')}"
    yield _fenced(task.starter)
    for number, hint in enumerate(words.hints, start=1):
        yield f"### {t('Hint {number}/{total}', number=number, total=len(words.hints))}"
        yield hint
    for solution in task.solutions[:1]:
        yield f"### {t('Solution')}"
        yield _fenced(solution.text)


def _fenced(manifest: str) -> str:
    return "```yaml\n" + manifest.strip("\n") + "\n```"

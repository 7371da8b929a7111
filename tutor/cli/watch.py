"""``sts-tutor watch FILE --lesson ID``: a lesson's task in the learner's own editor."""

import argparse
import random
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tutor.cli.check import find_task
from tutor.cli.context import Context
from tutor.cli.files import read_bytes, write_text
from tutor.cli.report import Checked, Report
from tutor.cli.report import text as in_words
from tutor.i18n.errors import error_text
from tutor.i18n.translator import Translator
from tutor.model.errors import ExitCode, TutorError

if TYPE_CHECKING:
    from tutor.model.course import Lesson, WriteTask
    from tutor.session.api import Session

POLL_SECONDS = 0.3
"""How often the file is looked at. Polling works on every file system, network ones too."""


@dataclass(frozen=True)
class Watch:
    """What is watched, for which task."""

    path: Path
    session: "Session"
    lesson: "Lesson"
    task: "WriteTask"
    context: Context


def arguments(parser: argparse.ArgumentParser, t: Translator) -> None:
    """Declare the file and the lesson."""
    parser.add_argument(
        "file", metavar="FILE", help=t("the file you edit; the task's starter if there is none yet")
    )
    parser.add_argument(
        "--lesson", required=True, metavar="ID", help=t("the lesson whose YAML task it is for")
    )
    parser.add_argument(
        "--once",
        action="store_true",
        help=t("check once and end; exit code 1 while it is not done"),
    )


def run(args: argparse.Namespace, context: Context) -> int:
    """Check at each save until the task is done or Ctrl-C; progress is kept as in the lessons."""
    from tutor.session.api import Session
    from tutor.store.journal import Journal

    store = context.learner_store()
    try:
        context.speak(store.settings().get("language"))
        lesson, task = find_task(args.lesson, context)
        path = Path(args.file)
        _begin(path, task, context)
        journal = Journal(store, lambda error: context.warn(error_text(error, context.t)))
        chance = random.Random()  # noqa: S311  (a session asks for it; nothing is drawn here)
        session = Session(context.course, journal, now=context.now, chance=chance)
        session.open(lesson.id, task.id)
        _introduce(lesson, task, context)
        try:
            return _watch(Watch(path, session, lesson, task, context), once=args.once)
        except KeyboardInterrupt:
            context.say()
            context.say(
                context.t("No longer watching. Your progress is kept.")
                if context.forgets is None
                else context.t("Stopped. Nothing was saved.")
            )
            return ExitCode.OK
    finally:
        store.close()


def _begin(path: Path, task: "WriteTask", context: Context) -> None:
    """Put the starter where there is no file yet."""
    if path.is_dir():
        read_bytes(str(path))  # raises: it can never become a file
    if not path.exists():
        write_text(path, task.starter)
        context.say(context.t("{file} is new: it holds the starter of this task.", file=path))


def _introduce(lesson: "Lesson", task: "WriteTask", context: Context) -> None:
    words = lesson.words[context.language]
    context.say(f"{words.title}: {words.tasks[task.id].title}")
    context.say()
    _say_prose(words.tasks[task.id].prompt, context)


def _say_prose(markdown: str, context: Context) -> None:
    from tutor.ui.layout import lines
    from tutor.ui.markdown import parse

    width = context.look()[1] or 80
    for line in lines(parse(markdown, context.language), width, ticks=True):
        context.say(line.text)


def _watch(watch: Watch, *, once: bool) -> int:
    context = watch.context
    seen: bytes | None = None
    told = ""
    while True:
        content = seen
        try:
            content = read_bytes(str(watch.path))
            told = ""
        except TutorError as error:  # an editor may save by removing first
            if once:
                raise
            if error.code != told:
                told = error.code
                context.warn(error_text(error, context.t))
        if content is not None and content != seen:
            seen = content
            if _check(content, watch):
                return ExitCode.OK
            if once:
                return ExitCode.FINDINGS
            context.say(context.t("Watching {file}. Ctrl-C ends it.", file=watch.path))
        time.sleep(POLL_SECONDS)


def _check(content: bytes, watch: Watch) -> bool:
    """Judge what was saved and say so; whether the task is done."""
    from tutor.course.grading import judge
    from tutor.manifest.reader import read

    context, t = watch.context, watch.context.t
    own = watch.lesson.words[context.language].tasks[watch.task.id]
    context.say()
    context.say(time.strftime("— %H:%M:%S —", time.localtime(context.now())))
    manifest = read(content, str(watch.path))
    verdict = judge(watch.task, manifest)
    watch.session.write(manifest.text)
    if verdict.passed or not watch.session.live(manifest.text).passed:
        watch.session.check()  # else the text would pass, but the file is not what kubectl takes
    report = Report(
        (Checked(manifest, verdict.findings),), verdict.findings, t.language, own.checks
    )
    for line in in_words.render(report, t, in_words.Style(*context.look())):
        context.say(line)
    if verdict.passed:
        context.say()
        context.say(t("Done: everything this task asks for is there."))
        context.say()
        _say_prose(own.debrief, context)
    return verdict.passed
